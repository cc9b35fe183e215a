package planner

import (
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Month is a calendar month, counted from January of the year 0.
type Month int

// MonthOf returns the month of a day.
func MonthOf(d calendar.Date) Month {
	t := d.Time()
	return Month(t.Year()*12 + int(t.Month()) - 1)
}

// Period returns the days of the month.
func (m Month) Period() Period {
	first := calendar.NewDate(int(m)/12, time.Month(int(m)%12+1), 1)
	return Period{first, calendar.NewDate(int(m+1)/12, time.Month(int(m+1)%12+1), 1) - 1}
}

// Year returns the month's year.
func (m Month) Year() int { return int(m) / 12 }

// String writes the month as in ISO 8601, "2027-01".
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", int(m)/12, int(m)%12+1) }

// months returns the months that a period touches, ascending.
func (p Period) months() []Month {
	var out []Month
	for m := MonthOf(p.From); p.Days() > 0 && m <= MonthOf(p.To); m++ {
		out = append(out, m)
	}
	return out
}
