"""Lists the events of a feed as python3-icalendar and recurring_ical_events read it.

usage: read_feed.py FILE FIRST-DAY LAST-DAY; a JSON object per line, times in Europe/Amsterdam.
"""

import datetime
import json
import sys
import zoneinfo

import icalendar
import recurring_ical_events

ZONE = zoneinfo.ZoneInfo("Europe/Amsterdam")


def text(moment):
    if isinstance(moment, datetime.datetime):
        return moment.astimezone(ZONE).isoformat(timespec="seconds")
    return moment.isoformat()


def main(path, first, last):
    with open(path, "rb") as feed:
        calendar = icalendar.Calendar.from_ical(feed.read())
    days = [datetime.date.fromisoformat(day) for day in (first, last)]
    for event in recurring_ical_events.of(calendar).between(*days):
        print(json.dumps({
            "uid": str(event["UID"]),
            "start": text(event["DTSTART"].dt),
            "end": text(event["DTEND"].dt),
            "summary": str(event["SUMMARY"]),
            "status": str(event["STATUS"]),
            "description": str(event.get("DESCRIPTION", "")),
        }))


main(*sys.argv[1:])
