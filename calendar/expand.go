package calendar

import (
	"math/bits"
	"slices"
	"time"
)

// lastYear ends every expansion: RFC 5545 writes years in four digits.
const lastYear = 9999

// The Gregorian calendar repeats after 400 years, or 20,871 weeks. A rule that
// gives nothing in so many of its periods gives nothing ever again.
const (
	cycleYears  = 400
	cycleMonths = 400 * 12
	cycleWeeks  = 20871
)

// expansion walks the instances of a rule in order, as wall clock readings: a
// date and the seconds after its midnight. It knows no zone.
type expansion struct {
	rule  *Recurrence
	start Date
	clock int   // seconds after midnight of the start
	times []int // seconds after midnight of a day's instances, ascending
	from  Date  // instances of earlier dates are not needed, but may come
	to    Date  // the last date that is needed
	emit  func(day Date, seconds int) bool

	left  int // instances until COUNT is reached; -1 without COUNT
	steps int // periods and instances done: the measure of work
	done  bool

	dayOfYear [3]yearMask // BYYEARDAY in a week-based year and the years beside it
}

// run calls emit for every instance from the start on until emit returns
// false, COUNT is reached, or the dates from and to have been passed.
func (x *expansion) run() {
	x.left = -1
	if x.rule.count > 0 {
		// The instances before the window count too.
		x.left, x.from = x.rule.count, x.start
	}
	x.from = max(x.from, x.start)
	x.to = min(x.to, NewDate(lastYear, time.December, 31))
	if x.to < x.from {
		return
	}
	x.times = x.rule.timesOfDay(x.clock)
	switch x.rule.freq {
	case daily:
		x.days()
	case weekly:
		x.weeks()
	case monthly:
		x.months()
	case yearly:
		x.years()
	}
}

// timesOfDay returns the seconds after midnight at which a day's instances
// begin. What BYHOUR and BYMINUTE do not say comes from the start.
func (r *Recurrence) timesOfDay(clock int) []int {
	hours, minutes := r.hours, r.minutes
	if hours == 0 {
		hours = 1 << (clock / 3600)
	}
	if minutes == 0 {
		minutes = 1 << (clock / 60 % 60)
	}
	var times []int
	for h := hours; h != 0; h &= h - 1 {
		for m := minutes; m != 0; m &= m - 1 {
			times = append(times, bits.TrailingZeros32(h)*3600+bits.TrailingZeros64(m)*60+clock%60)
		}
	}
	return times
}

// days expands a DAILY rule. Each day is a period of its own, but whole months
// are filtered at once, so that a rule that seldom matches stays cheap.
func (x *expansion) days() {
	r := x.rule
	if len(r.setPos) > 0 {
		x.times = pick(x.times, r.setPos)
	}
	y, m, _ := x.from.Time().Date()
	for !x.done && len(x.times) > 0 {
		first, length := NewDate(y, m, 1), monthLength(y, m)
		if first > x.to {
			return
		}
		x.steps++
		if r.months == 0 || r.months&(1<<m) != 0 {
			mask := r.monthMask(first, length) & strideMask(int(x.start-first), r.interval, length)
			for ; mask != 0 && !x.done; mask &= mask - 1 {
				x.day(first + Date(bits.TrailingZeros32(mask)))
			}
		}
		if m++; m > time.December {
			y, m = y+1, time.January
		}
	}
}

// strideMask has a bit for each of the length days that is a whole number of
// intervals away from the day at an offset.
func strideMask(offset, interval, length int) uint32 {
	if interval == 1 {
		return lowBits(length)
	}
	var mask uint32
	for d := ((offset % interval) + interval) % interval; d < length; d += interval {
		mask |= 1 << d
	}
	return mask
}

func (x *expansion) weeks() {
	r := x.rule
	weekdays := r.weekdays
	if weekdays == 0 {
		weekdays = 1 << x.start.Weekday()
	}
	first := x.start - Date((x.start.Weekday()-r.weekStart+7)%7)
	stride := Date(7 * r.interval)
	first += (x.from - first) / stride * stride
	days := make([]Date, 0, 7)
	for empty := 0; !x.done && first <= x.to && empty < cycleWeeks; first += stride {
		days = days[:0]
		for d := first; d < first+7; d++ {
			if weekdays&(1<<d.Weekday()) != 0 && (r.months == 0 || r.months&(1<<d.Time().Month()) != 0) {
				days = append(days, d)
			}
		}
		empty = x.period(days, empty)
	}
}

func (x *expansion) months() {
	r := x.rule
	y, m, day := x.start.Time().Date()
	base := y*12 + int(m) - 1
	fy, fm, _ := x.from.Time().Date()
	index := base + (fy*12+int(fm)-1-base)/r.interval*r.interval
	byStart := !r.hasWeekdays() && r.monthDays|r.backDays == 0
	days := make([]Date, 0, 31)
	for empty := 0; !x.done && empty < cycleMonths; index += r.interval {
		y, m = index/12, time.Month(index%12+1)
		first, length := NewDate(y, m, 1), monthLength(y, m)
		if first > x.to {
			return
		}
		days = days[:0]
		if r.months == 0 || r.months&(1<<m) != 0 {
			mask := r.monthMask(first, length)
			if byStart {
				mask &= 1 << (day - 1)
			}
			days = appendDays(days, first, mask)
		}
		empty = x.period(days, empty)
	}
}

func appendDays(days []Date, first Date, mask uint32) []Date {
	for ; mask != 0; mask &= mask - 1 {
		days = append(days, first+Date(bits.TrailingZeros32(mask)))
	}
	return days
}

// monthMask has a bit for each day of a month that BYMONTHDAY and BYDAY allow,
// numbered weekdays being counted within the month.
func (r *Recurrence) monthMask(first Date, length int) uint32 {
	mask := lowBits(length)
	if r.monthDays|r.backDays != 0 {
		mask &= r.monthDays | bits.Reverse32(r.backDays)>>(32-length)
	}
	if r.hasWeekdays() {
		days := weekdayMask(r.weekdays, first.Weekday())
		for _, n := range r.numbered {
			if i, ok := n.within(first.Weekday(), length); ok {
				days |= 1 << i
			}
		}
		mask &= days
	}
	return mask
}

func lowBits(n int) uint32 { return uint32(1<<n - 1) }

// weekdayMask spreads a set of weekdays over the days of a month that begins
// on a given weekday.
func weekdayMask(weekdays uint8, begins time.Weekday) uint32 {
	week := uint32(weekdays)
	week = (week>>begins | week<<(7-begins)) & 127
	return week | week<<7 | week<<14 | week<<21 | week<<28
}

// within returns the index of a numbered weekday in a run of days that begins
// on a weekday.
func (n numberedDay) within(begins time.Weekday, length int) (int, bool) {
	i := int(n.day-begins+7) % 7
	if n.nth > 0 {
		i += 7 * (n.nth - 1)
	} else {
		i += 7 * ((length-1-i)/7 + n.nth + 1)
	}
	return i, i >= 0 && i < length
}

func monthLength(y int, m time.Month) int {
	if m == time.February {
		return 28 + leapDay(y)
	}
	return 30 + int(m+m>>3)&1
}

func leapDay(y int) int {
	if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		return 1
	}
	return 0
}

// period emits the instances of one period and returns how many periods in a
// row were empty.
func (x *expansion) period(days []Date, empty int) int {
	x.steps++
	if len(x.rule.setPos) == 0 {
		for _, d := range days {
			x.day(d)
			if x.done {
				break
			}
		}
		return nextEmpty(len(days), empty)
	}
	// The set is the days times the times; only the positions asked for are
	// made, since the whole can have 200,000 members.
	size, last := len(days)*len(x.times), -1
	found := 0
	for _, i := range positions(x.rule.setPos, size) {
		if i == last || x.done {
			continue
		}
		last = i
		found++
		x.one(days[i/len(x.times)], x.times[i%len(x.times)])
	}
	return nextEmpty(found, empty)
}

func nextEmpty(found, empty int) int {
	if found > 0 {
		return 0
	}
	return empty + 1
}

// positions turns BYSETPOS values into ascending indices of a set of a size.
func positions(setPos []int, size int) []int {
	var at []int
	for _, p := range setPos {
		if p < 0 {
			p += size + 1
		}
		if p >= 1 && p <= size {
			at = append(at, p-1)
		}
	}
	slices.Sort(at)
	return at
}

func pick(times, setPos []int) []int {
	var picked []int
	for _, i := range slices.Compact(positions(setPos, len(times))) {
		picked = append(picked, times[i])
	}
	return picked
}

func (x *expansion) day(d Date) {
	if d > x.to {
		x.done = true
		return
	}
	for _, t := range x.times {
		x.one(d, t)
		if x.done {
			return
		}
	}
}

func (x *expansion) one(d Date, t int) {
	if d < x.start || d == x.start && t < x.clock {
		return
	}
	x.steps++
	if x.left > 0 {
		x.left--
	}
	if d > x.to || !x.emit(d, t) || x.left == 0 {
		x.done = true
	}
}
