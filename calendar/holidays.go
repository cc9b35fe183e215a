package calendar

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/nl"
)

// HolidaySet says which Dutch public holidays an employer gives. The zero
// value is none of them; sets are joined with | and taken apart with &^.
type HolidaySet uint16

// The public holidays. Easter Sunday and Whit Sunday are left out: they change
// nothing in a week of working days.
const (
	Nieuwjaarsdag HolidaySet = 1 << iota
	GoedeVrijdag
	TweedePaasdag
	Koningsdag // 27 April, and 26 April when the 27th is a Sunday
	Bevrijdingsdag
	Hemelvaartsdag
	TweedePinksterdag
	EersteKerstdag
	TweedeKerstdag

	// DefaultHolidays are the eight of the Cao Gemeenten, article 6.6: without
	// Good Friday, and with Liberation Day in every year.
	DefaultHolidays = Nieuwjaarsdag | TweedePaasdag | Koningsdag | Bevrijdingsdag | Hemelvaartsdag |
		TweedePinksterdag | EersteKerstdag | TweedeKerstdag
)

// publicHolidays is in the order of the constants.
var publicHolidays = []*cal.Holiday{
	nl.Nieuwjaar, nl.GoedeVrijdag, nl.TweedePaasdag, nl.Koningsdag, nl.BevrijdingsDag, nl.Hemelvaart,
	nl.TweedePinksterDag, nl.EersteKerstdag, nl.TweedeKerstdag,
}

// ParseHolidaySet reads the Dutch names of holidays, in upper or lower case.
// No names at all mean DefaultHolidays. The error names every unknown one.
func ParseHolidaySet(names []string) (HolidaySet, error) {
	if len(names) == 0 {
		return DefaultHolidays, nil
	}
	var set HolidaySet
	var unknown []string
	for _, name := range names {
		i := slices.IndexFunc(publicHolidays, func(h *cal.Holiday) bool {
			return strings.EqualFold(h.Name, strings.TrimSpace(name))
		})
		if i < 0 {
			unknown = append(unknown, fmt.Sprintf("%q", name))
			continue
		}
		set |= 1 << i
	}
	if unknown != nil {
		all := HolidaySet(1<<len(publicHolidays) - 1)
		return 0, fmt.Errorf("public holiday %s: not known; want some of %s",
			strings.Join(unknown, ", "), strings.Join(all.Names(), ", "))
	}
	return set, nil
}

// Names returns the Dutch names of the holidays in the set, in order of the year.
func (s HolidaySet) Names() []string {
	var names []string
	for i, h := range publicHolidays {
		if s&(1<<i) != 0 {
			names = append(names, h.Name)
		}
	}
	return names
}

// Holiday is a public holiday: a date on which an employer does not work.
type Holiday struct {
	Date Date
	Name string // Dutch
}

// PublicHolidays returns the holidays of a set in a year, by date.
func PublicHolidays(year int, set HolidaySet) []Holiday {
	var days []Holiday
	for i, h := range publicHolidays {
		if set&(1<<i) == 0 {
			continue
		}
		day, observed := h.Calc(year)
		if set&(1<<i) == Koningsdag {
			day = observed
		}
		y, m, d := day.Date()
		days = append(days, Holiday{Date: NewDate(y, m, d), Name: h.Name})
	}
	// Ascension Day and Liberation Day can change places.
	slices.SortStableFunc(days, func(a, b Holiday) int { return int(a.Date - b.Date) })
	return days
}

// holidaysOfYear keeps what PublicHoliday worked out: it is asked for each day
// of a year and each member of staff.
var holidaysOfYear sync.Map // of yearOfSet to []Holiday

type yearOfSet struct {
	year int
	set  HolidaySet
}

// PublicHoliday returns the name of the holiday of a set on a date.
func PublicHoliday(d Date, set HolidaySet) (name string, ok bool) {
	key := yearOfSet{d.Year(), set}
	days, known := holidaysOfYear.Load(key)
	if !known {
		days, _ = holidaysOfYear.LoadOrStore(key, PublicHolidays(key.year, set))
	}
	for _, h := range days.([]Holiday) {
		if h.Date == d {
			return h.Name, true
		}
	}
	return "", false
}
