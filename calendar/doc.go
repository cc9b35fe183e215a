// Package calendar knows time: dates, clock times and working days, public and
// school holidays, recurrence rules (RFC 5545), free and busy, and the
// iCalendar text that calendar programs read and write.
//
// It is the only room that may import rrule-go and golang-ical, and it hides
// both: nothing of theirs appears in its exported names. It imports nothing
// else of this project, reads no clock and opens no connection; the present
// moment and every zone come in as arguments.
package calendar
