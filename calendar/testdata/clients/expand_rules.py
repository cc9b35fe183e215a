"""Expands recurrence rules as python-dateutil reads them.

Reads a JSON array of [rule, start, before] and writes a JSON array of lists: the
first instances, sixty at the most. Times are wall clock readings, 20270104T090000.
"""

import datetime
import json
import sys

from dateutil.rrule import rrulestr

FORM = "%Y%m%dT%H%M%S"


def expand(rule, start, before):
    start, before = (datetime.datetime.strptime(t, FORM) for t in (start, before))
    datetime.MAXYEAR = before.year  # dateutil walks up to it where a rule gives nothing
    found = []
    for at in rrulestr("RRULE:" + rule, dtstart=start):
        if at >= before or len(found) == 60:
            break
        found.append(at.strftime(FORM))
    return found


json.dump([expand(*case) for case in json.load(sys.stdin)], sys.stdout)
