package planner

import (
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// WorkingMinutes counts the office minutes from one moment to another: Monday to
// Friday from 8:30 to 17:00, public holidays left out. It is how the clock of an
// acute question runs. An interval that ends before it begins has none.
func WorkingMinutes(from, to time.Time, zone *time.Location) int {
	total := 0
	eachOfficeDay(from, to, zone, func(day calendar.Span, d calendar.Date) bool {
		start, end := laterOf(day.From, d, from, zone), earlierOf(day.To, d, to, zone)
		total += max(0, int(end-start))
		return true
	})
	return total
}

// AfterWorking returns the moment at which so many office minutes have passed.
func AfterWorking(from time.Time, minutes int, zone *time.Location) time.Time {
	due := from
	eachOfficeDay(from, from.AddDate(1, 0, 0), zone, func(day calendar.Span, d calendar.Date) bool {
		start := laterOf(day.From, d, from, zone)
		left := max(0, int(day.To-start))
		if minutes <= left {
			due = d.At(start+calendar.Clock(minutes), zone).UTC()
			return false
		}
		minutes -= left
		return true
	})
	return due
}

func eachOfficeDay(from, to time.Time, zone *time.Location, f func(calendar.Span, calendar.Date) bool) {
	for d := calendar.DateOf(from, zone); d <= calendar.DateOf(to, zone); d++ {
		if _, holiday := calendar.PublicHoliday(d, calendar.DefaultHolidays); holiday {
			continue
		}
		for _, day := range officeHours(d) {
			if !f(day, d) {
				return
			}
		}
	}
}

// laterOf is a time of day on a date, or a moment's if that is later.
func laterOf(c calendar.Clock, d calendar.Date, t time.Time, zone *time.Location) calendar.Clock {
	if wall := wallUp(t, zone); wall.date() == d {
		return max(c, wall.clock())
	}
	return c
}

func earlierOf(c calendar.Clock, d calendar.Date, t time.Time, zone *time.Location) calendar.Clock {
	if wall := wallAt(t, zone); wall.date() == d {
		return min(c, wall.clock())
	}
	return c
}
