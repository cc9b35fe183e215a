package calendar

import (
	"slices"
	"time"
)

// yearKind is what the days of a rule in a year depend on.
type yearKind struct {
	begins time.Weekday
	leap   [3]bool // of the year before, the year itself and, for weeks, the year after
}

// years expands a YEARLY rule. There are few kinds of years, so the days of each
// are worked out once.
func (x *expansion) years() {
	r := x.rule
	base := x.start.Year()
	if w := weekYear(x.start, r.weekStart); len(r.weeks) > 0 && w != base && x.inWeekYear(w) {
		// A start in a week that its neighbour year owns is in that period.
		base = w
	}
	// A week-based year begins up to six days before, and ends up to six days
	// after, the calendar year of its number.
	year := base + max(0, x.from.date().Year()-1-base)/r.interval*r.interval
	days := make([]Date, 0, 366)
	for empty := 0; !x.done && empty < cycleYears && year <= lastYear+1; year += r.interval {
		january := NewDate(year, time.January, 1)
		if january-6 > x.to {
			return
		}
		days = days[:0]
		for _, d := range x.daysOf(year, january) {
			days = append(days, january+d)
		}
		x.steps += len(days) / 8
		empty = x.period(days, empty)
	}
}

// daysOf returns the days of a year that the rule allows, counted from its
// January 1.
func (x *expansion) daysOf(year int, january Date) []Date {
	kind := yearKind{begins: january.Weekday(), leap: [3]bool{1: leapDay(year) == 1}}
	if len(x.rule.weeks) > 0 {
		kind.leap[0], kind.leap[2] = leapDay(year-1) == 1, leapDay(year+1) == 1
	}
	days, known := x.kinds[kind]
	if known {
		return days
	}
	x.steps += 20
	if len(x.rule.weeks) > 0 {
		days = x.weekYearDays(nil, year)
	} else {
		days = x.yearDays(nil, year)
	}
	for i := range days {
		days[i] -= january
	}
	x.kinds[kind] = days
	return days
}

func (x *expansion) inWeekYear(year int) bool {
	return slices.Contains(x.weekYearDays(nil, year), x.start)
}

// yearDays appends the days of a calendar year that the rule allows. Lists of
// the rule limit each other; what the rule leaves open comes from the start.
func (x *expansion) yearDays(days []Date, year int) []Date {
	r := x.rule
	_, startMonth, startDay := x.start.Time().Date()
	byMonthDay := r.monthDays|r.backDays != 0
	months := r.months
	if months == 0 && len(r.yearDays) == 0 && (byMonthDay || !r.hasWeekdays()) {
		months = 1 << startMonth
	}
	byStart := len(r.yearDays) == 0 && !byMonthDay && !r.hasWeekdays()
	allowed := r.yearDayMask(year)
	inYear := r.numberedInYear(year)
	for m := time.January; m <= time.December; m++ {
		if months != 0 && months&(1<<m) == 0 {
			continue
		}
		first, length := NewDate(year, m, 1), monthLength(year, m)
		var mask uint32
		switch {
		case byStart:
			mask = 1 << (startDay - 1) & lowBits(length)
		case r.months == 0 && len(r.numbered) > 0:
			mask = r.plainMask(first, length, inYear[m])
		default:
			mask = r.monthMask(first, length)
		}
		if len(r.yearDays) > 0 {
			mask &= allowed[m]
		}
		days = appendDays(days, first, mask)
	}
	return days
}

// plainMask is monthMask with the numbered weekdays counted elsewhere.
func (r *Recurrence) plainMask(first Date, length int, numbered uint32) uint32 {
	plain := Recurrence{monthDays: r.monthDays, backDays: r.backDays}
	return plain.monthMask(first, length) & (weekdayMask(r.weekdays, first.Weekday()) | numbered)
}

// yearMask has a bit per day, by month; index 0 is not used.
type yearMask [13]uint32

// set marks the day of a year with an index from 0.
func (s *yearMask) set(year, index int) {
	m := time.January
	for index >= monthLength(year, m) {
		index -= monthLength(year, m)
		m++
	}
	s[m] |= 1 << index
}

// yearDayMask marks the days of BYYEARDAY.
func (r *Recurrence) yearDayMask(year int) (s yearMask) {
	length := 365 + leapDay(year)
	for _, n := range r.yearDays {
		if n < 0 {
			n += length + 1
		}
		if n >= 1 && n <= length {
			s.set(year, n-1)
		}
	}
	return s
}

// numberedInYear marks the numbered weekdays counted within a year.
func (r *Recurrence) numberedInYear(year int) (s yearMask) {
	if r.months != 0 || len(r.numbered) == 0 {
		return s
	}
	begins, length := NewDate(year, time.January, 1).Weekday(), 365+leapDay(year)
	for _, n := range r.numbered {
		if i, ok := n.within(begins, length); ok {
			s.set(year, i)
		}
	}
	return s
}

// weekYearDays appends the days of the weeks that BYWEEKNO names in a
// week-based year, which can lie in the calendar years next to it.
func (x *expansion) weekYearDays(days []Date, year int) []Date {
	r := x.rule
	first := weekOne(year, r.weekStart)
	count := int(weekOne(year+1, r.weekStart)-first) / 7
	var wanted uint64
	for _, n := range r.weeks {
		if n < 0 {
			n += count + 1
		}
		if n >= 1 && n <= count {
			wanted |= 1 << n
		}
	}
	x.dayOfYear = [3]yearMask{r.yearDayMask(year - 1), r.yearDayMask(year), r.yearDayMask(year + 1)}
	for w := range count {
		if wanted&(2<<w) == 0 {
			continue
		}
		x.steps++
		for d := first + Date(7*w); d < first+Date(7*w+7); d++ {
			if x.inWeek(d, year) {
				days = append(days, d)
			}
		}
	}
	return days
}

// inWeek reports whether the parts other than BYWEEKNO allow a day of a
// week-based year.
func (x *expansion) inWeek(d Date, year int) bool {
	r := x.rule
	bounded := len(r.yearDays) > 0 || r.monthDays|r.backDays != 0
	if r.hasWeekdays() || !bounded {
		weekdays := r.weekdays
		if weekdays == 0 {
			weekdays = 1 << x.start.Weekday()
		}
		if weekdays&(1<<d.Weekday()) == 0 {
			return false
		}
	}
	y, m, day := d.Time().Date()
	if r.months != 0 && r.months&(1<<m) == 0 {
		return false
	}
	if len(r.yearDays) > 0 && x.dayOfYear[y-year+1][m]&(1<<(day-1)) == 0 {
		return false
	}
	monthDays := Recurrence{monthDays: r.monthDays, backDays: r.backDays}
	return monthDays.monthMask(d-Date(day-1), monthLength(y, m))&(1<<(day-1)) != 0
}

// weekOne returns the first day of week 1 of a year: the first week, by the
// day that weeks begin on, with at least four days in the year (ISO 8601).
func weekOne(year int, begins time.Weekday) Date {
	fourth := NewDate(year, time.January, 4)
	return fourth - Date((fourth.Weekday()-begins+7)%7)
}

// weekYear returns the year that owns the week of a date.
func weekYear(d Date, begins time.Weekday) int {
	year := d.Year()
	switch {
	case d < weekOne(year, begins):
		return year - 1
	case d >= weekOne(year+1, begins):
		return year + 1
	default:
		return year
	}
}
