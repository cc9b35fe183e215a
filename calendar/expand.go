package calendar

import (
	"math/bits"
	"slices"
	"sort"
	"time"
)

// lastYear ends every expansion: RFC 5545 writes years in four digits.
const lastYear = 9999

// The Gregorian calendar repeats after 400 years, or 20,871 weeks. A rule that
// gives nothing in so many of its periods gives nothing ever again.
const (
	allMonths   = 1<<13 - 2
	cycleYears  = 400
	cycleMonths = 400 * 12
	cycleWeeks  = 20871
)

// expansion walks the instances of a rule in order, as wall clock readings: a
// date and the seconds after its midnight. It knows no zone.
type expansion struct {
	rule  *Recurrence
	start Date
	clock int // seconds after midnight of the start
	times clockTimes
	from  wallSeconds   // earlier instances are not needed, but may come
	to    Date          // the last date that is needed
	skip  map[Date]bool // days without instances, which COUNT counts all the same
	emit  func(day Date, seconds int) bool

	left  int // instances until COUNT is reached; -1 without COUNT
	steps int // periods and instances done: the measure of work
	done  bool

	masks     [7 * 4]uint32       // of months, by their first weekday and length; 0: not known yet
	kinds     map[yearKind][]Date // the days of years, from their January 1
	picks     map[int][]int       // what BYSETPOS picks, by the size of the set
	dayOfYear [3]yearMask         // BYYEARDAY in a week-based year and the years beside it
}

// wallSeconds is a wall clock reading: seconds since 1970, in no zone.
type wallSeconds int64

func (d Date) wall(seconds int) wallSeconds { return wallSeconds(d)*86400 + wallSeconds(seconds) }

func (w wallSeconds) date() Date { return Date((w - (w%86400+86400)%86400) / 86400) }

// run calls emit for every instance from the start on until emit returns
// false, COUNT is reached, or the dates from and to have been passed.
func (x *expansion) run() {
	x.left = -1
	if x.rule.count > 0 {
		// The instances before the window count too.
		x.left, x.from = x.rule.count, x.start.wall(x.clock)
	}
	x.from = max(x.from, x.start.wall(x.clock))
	x.to = min(x.to, NewDate(lastYear, time.December, 31))
	if x.to < x.from.date() {
		return
	}
	x.kinds, x.picks = map[yearKind][]Date{}, map[int][]int{}
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

// clockTimes are the seconds after midnight at which a day's instances begin:
// every hour with every minute with every second, which can be 86,400 and are
// worked out one by one.
type clockTimes struct{ hours, minutes, seconds []int }

// timesOfDay returns those of a rule. What BYHOUR, BYMINUTE and BYSECOND do not
// say comes from the start.
func (r *Recurrence) timesOfDay(clock int) clockTimes {
	given := func(set uint64, from int) (list []int) {
		if set == 0 {
			return []int{from}
		}
		for ; set != 0; set &= set - 1 {
			list = append(list, bits.TrailingZeros64(set))
		}
		return list
	}
	return clockTimes{given(uint64(r.hours), clock/3600), given(r.minutes, clock/60%60), given(r.seconds, clock%60)}
}

func (c *clockTimes) len() int { return len(c.hours) * len(c.minutes) * len(c.seconds) }

// at returns the time with an index, in ascending order.
func (c *clockTimes) at(i int) int {
	minute, second := i/len(c.seconds), i%len(c.seconds)
	return c.hours[minute/len(c.minutes)]*3600 + c.minutes[minute%len(c.minutes)]*60 + c.seconds[second]
}

// first returns the index of the first time that is not before a second.
func (c *clockTimes) first(second int) int {
	return sort.Search(c.len(), func(i int) bool { return c.at(i) >= second })
}

// days expands a DAILY rule. Each day is a period of its own, but whole months
// are filtered at once, so that a rule that seldom matches stays cheap.
func (x *expansion) days() {
	r := x.rule
	if len(r.setPos) > 0 && len(x.positions(x.times.len())) == 0 {
		return // no day has so many
	}
	var day [1]Date
	y, m, _ := x.from.date().Time().Date()
	for !x.done {
		first, length := NewDate(y, m, 1), monthLength(y, m)
		if first > x.to {
			return
		}
		x.steps++
		if r.months == 0 || r.months&(1<<m) != 0 {
			mask := x.monthMask(first, length) & strideMask(int(x.start-first), r.interval, length)
			for ; mask != 0 && !x.done; mask &= mask - 1 {
				day[0] = first + Date(bits.TrailingZeros32(mask))
				x.period(day[:], 0)
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
	first += (x.from.date() - first) / stride * stride
	months := r.months
	if months == 0 {
		months = allMonths
	}
	days := make([]Date, 0, 7)
	for empty := 0; !x.done && first <= x.to && empty < cycleWeeks; first += stride {
		if skip := (nextMonth(first, months) - first - 6 + stride - 1) / stride; skip > 0 {
			first += (skip - 1) * stride // weeks that lie outside the months
			empty += int(skip)
			x.steps++
			continue
		}
		days = days[:0]
		for i := range Date(7) {
			if weekdays&(1<<((r.weekStart+time.Weekday(i))%7)) != 0 && months&(1<<(first+i).Time().Month()) != 0 {
				days = append(days, first+i)
			}
		}
		empty = x.period(days, empty)
	}
}

// nextMonth returns a date if it is in one of the months, else the first day of
// the next one that is.
func nextMonth(d Date, months uint16) Date {
	y, m, _ := d.Time().Date()
	if months&(1<<m) != 0 {
		return d
	}
	for months&(1<<m) == 0 {
		if m++; m > time.December {
			y, m = y+1, time.January
		}
	}
	return NewDate(y, m, 1)
}

func (x *expansion) months() {
	r := x.rule
	y, m, day := x.start.Time().Date()
	base := y*12 + int(m) - 1
	fy, fm, _ := x.from.date().Time().Date()
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
			mask := x.monthMask(first, length)
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

// monthMask is that of the rule, worked out once for each kind of month.
func (x *expansion) monthMask(first Date, length int) uint32 {
	const known = 1 << 31
	mask := &x.masks[int(first.Weekday())*4+length-28]
	if *mask == 0 {
		*mask = x.rule.monthMask(first, length) | known
	}
	return *mask &^ known
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
	// made, since the whole can have millions of members.
	size := x.times.len()
	picks := x.positions(len(days) * size)
	for _, i := range picks {
		if x.done {
			break
		}
		x.one(days[i/size], x.times.at(i%size))
	}
	return nextEmpty(len(picks), empty)
}

func nextEmpty(found, empty int) int {
	if found > 0 {
		return 0
	}
	return empty + 1
}

// positions turns the BYSETPOS values into ascending indices of a set of a size.
func (x *expansion) positions(size int) []int {
	at, known := x.picks[size]
	if known {
		return at
	}
	for _, p := range x.rule.setPos {
		if p < 0 {
			p += size + 1
		}
		if p >= 1 && p <= size {
			at = append(at, p-1)
		}
	}
	slices.Sort(at)
	at = slices.Compact(at)
	x.picks[size] = at
	x.steps += len(x.rule.setPos)
	return at
}

// day gives the instances of a day. Those before the window are passed over at
// once, and so is a day that is left out.
func (x *expansion) day(d Date) {
	if d > x.to {
		x.done = true
		return
	}
	first := 0
	if before := int(x.from - d.wall(0)); before > 0 {
		first = x.times.first(before)
	}
	if x.skip[d] {
		x.steps++
		if x.left > 0 {
			x.left = max(0, x.left-(x.times.len()-first))
			x.done = x.left == 0
		}
		return
	}
	for i := first; i < x.times.len() && !x.done; i++ {
		x.one(d, x.times.at(i))
	}
}

func (x *expansion) one(d Date, t int) {
	if d.wall(t) < x.from {
		return
	}
	x.steps++
	if x.left > 0 {
		x.left--
	}
	if d > x.to || !x.skip[d] && !x.emit(d, t) || x.left == 0 {
		x.done = true
	}
}
