package calendar

import (
	"fmt"
	"time"
)

// Date is a civil date: the number of days since 1970-01-01, in no zone.
// Differences are days: b-a is the number of days from a to b.
type Date int32

// NoDate stands for "no date given", in fields where a date is optional.
const NoDate Date = -1 << 31

// NewDate returns the date of a year, month and day of the Gregorian calendar.
// Values outside their range are normalised as time.Date does.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// DateOf returns the date that an instant has in a zone.
func DateOf(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return NewDate(y, m, d)
}

// ParseDate reads an ISO 8601 date, 2027-01-31. The empty string is NoDate.
func ParseDate(s string) (Date, error) {
	if s == "" {
		return NoDate, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return NoDate, fmt.Errorf("date %q: want YYYY-MM-DD, for example 2027-01-31", s)
	}
	return NewDate(t.Year(), t.Month(), t.Day()), nil
}

// Time returns midnight UTC of the date; useful for its calendar fields only.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Year returns the calendar year.
func (d Date) Year() int { return d.Time().Year() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// Monday returns the Monday on or before the date: the start of its ISO week.
func (d Date) Monday() Date { return d - Date((d.Weekday()+6)%7) }

// String returns the ISO 8601 form, and the empty string for NoDate.
func (d Date) String() string {
	if d == NoDate {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// MarshalText writes the ISO 8601 form, so JSON and YAML show 2027-01-31.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO 8601 form.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

// At returns the instant at which a wall clock in a zone shows a time on the
// date. A time that the clock skips is read with the offset before the gap,
// and one that it shows twice is the first (RFC 5545 section 3.3.5).
func (d Date) At(clock Clock, zone *time.Location) time.Time {
	y, m, day := d.Time().Date()
	return resolve(time.Date(y, m, day, 0, int(clock), 0, 0, time.UTC), zone)
}

// resolve maps a wall clock reading, carried in UTC, to the instant it names.
func resolve(wall time.Time, zone *time.Location) time.Time {
	// The offsets in force a day before and a day after are the only two that
	// can apply; the earlier of the instants they give is the first reading,
	// and in a gap the offset before it is the one that holds.
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(zone).Zone()
	early := wall.Add(-time.Duration(before) * time.Second)
	late := wall.Add(-time.Duration(after) * time.Second)
	if shows(early, wall, zone) || !shows(late, wall, zone) {
		return early.In(zone)
	}
	return late.In(zone)
}

func shows(t, wall time.Time, zone *time.Location) bool {
	_, offset := t.In(zone).Zone()
	return t.Add(time.Duration(offset) * time.Second).Equal(wall)
}

// Clock is a wall clock time in whole minutes after midnight: 0 to 1440.
type Clock int32

// ParseClock reads HH:MM; 24:00 is the end of the day.
func ParseClock(s string) (Clock, error) {
	var h, m int
	if n, err := fmt.Sscanf(s, "%02d:%02d", &h, &m); n != 2 || err != nil || len(s) != 5 ||
		h < 0 || m < 0 || m > 59 || h*60+m > 1440 {
		return 0, fmt.Errorf("time %q: want HH:MM, for example 09:30", s)
	}
	return Clock(h*60 + m), nil
}

// String returns HH:MM.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c/60, c%60) }

// MarshalText writes HH:MM.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads HH:MM.
func (c *Clock) UnmarshalText(text []byte) (err error) {
	*c, err = ParseClock(string(text))
	return err
}

// Span is a part of a day: from inclusive, to exclusive.
type Span struct {
	From Clock `json:"from" yaml:"from"`
	To   Clock `json:"to"   yaml:"to"`
}

// Empty reports whether the span holds no minute.
func (s Span) Empty() bool { return s.To <= s.From }

// Minutes returns the length of the span, 0 when it is empty.
func (s Span) Minutes() int { return max(0, int(s.To-s.From)) }

// Week is a pattern of spans per weekday, indexed by time.Weekday.
type Week [7][]Span
