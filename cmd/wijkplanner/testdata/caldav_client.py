"""Lists what python3-caldav finds on a CalDAV server, one JSON object a line.

caldav_client.py ADDRESS USER PASSWORD [FROM TO] lists the calendars and their
events, those between two days (YYYYMMDD) when they are given; then the sync
token of each calendar.

caldav_client.py ADDRESS USER PASSWORD sync NAME TOKEN lists what changed in a
calendar since a sync token, and tries to change something itself.
"""
import datetime
import json
import sys
import zoneinfo

import caldav
from caldav.lib import error

AMSTERDAM = zoneinfo.ZoneInfo("Europe/Amsterdam")


def day(text):
    return datetime.datetime.strptime(text, "%Y%m%d").replace(tzinfo=AMSTERDAM)


def show(**what):
    print(json.dumps(what))


def event(calendar, found):
    for e in found.icalendar_instance.walk("VEVENT"):
        at = lambda name: e[name].dt.astimezone(AMSTERDAM).isoformat(timespec="seconds")
        show(calendar=calendar, uid=str(e["UID"]), start=at("DTSTART"), end=at("DTEND"), status=str(e["STATUS"]))


address, user, password, *rest = sys.argv[1:]
calendars = caldav.DAVClient(address, username=user, password=password).principal().calendars()
if rest[:1] == ["sync"]:
    calendar = next(c for c in calendars if c.name == rest[1])
    changes = calendar.objects_by_sync_token(rest[2], load_objects=False)
    for found in changes:
        try:
            found.load()
            event(rest[1], found)
        except error.NotFoundError:
            show(calendar=rest[1], gone=str(found.url))
    for act in (lambda: calendar.save_event("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:x\nDTSTAMP:20270101T000000Z\n"
                                            "DTSTART:20270101T000000Z\nDTEND:20270101T010000Z\nEND:VEVENT\nEND:VCALENDAR\n"),
                calendar.delete):
        try:
            act()
            show(calendar=rest[1], changed=True)
        except error.DAVError as refused:
            show(calendar=rest[1], refused=type(refused).__name__)
else:
    for calendar in calendars:
        found = calendar.date_search(*map(day, rest), expand=False) if rest else calendar.events()
        for e in found:
            event(calendar.name, e)
        show(calendar=calendar.name, token=calendar.objects_by_sync_token(load_objects=False).sync_token)
