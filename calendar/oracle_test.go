package calendar

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// The oracle is a second reading of RFC 5545 section 3.3.10, as plain as can be:
// it takes a rule's text apart on its own, looks at every second that the rule
// can name on every day of a table, and shares nothing with the engine.

// oracleDay is what the rule parts ask of a day.
type oracleDay struct {
	date                         time.Time // midnight, wall clock in UTC
	year, month, day, weekday    int       // month 1 to 12, weekday 0 on Sunday
	monthLength, yearDay, inYear int       // inYear is the length of the year
	week                         [7]oracleWeek
}

// oracleWeek is the week of a day, by the weekday that weeks begin on.
type oracleWeek struct{ year, number, back, index int }

// The oracle knows the days of these years.
const oracleFrom, oracleTo = 2020, 2042

var oracleDays = func() (days []oracleDay) {
	for at := time.Date(oracleFrom, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() <= oracleTo; at = at.AddDate(0, 0, 1) {
		d := oracleDay{
			date: at, year: at.Year(), month: int(at.Month()), day: at.Day(), weekday: int(at.Weekday()), yearDay: at.YearDay(),
			monthLength: at.AddDate(0, 1, -at.Day()).Day(), inYear: time.Date(at.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay(),
		}
		for begins := range d.week {
			first := at.AddDate(0, 0, -(d.weekday-begins+7)%7)
			middle := first.AddDate(0, 0, 3) // a week is of the year that has most of it (ISO 8601)
			w := oracleWeek{year: middle.Year(), number: (middle.YearDay() + 6) / 7, index: int(first.Unix() / (7 * 86400))}
			w.back = -1 - (time.Date(w.year, 12, 31, 0, 0, 0, 0, time.UTC).YearDay()-middle.YearDay())/7
			d.week[begins] = w
		}
		days = append(days, d)
	}
	return days
}()

// oracleSet holds the numbers of a part, from -400 to 400; none where there is no such part.
type oracleSet struct{ has *[801]bool }

// oracleRule is a rule by its parts.
type oracleRule struct {
	numbers  map[string][]int
	freq     string
	interval int
	begins   int // WKST

	months, weeks, yearDays, monthDays, positions, days oracleSet // days: 7 times the number plus the weekday
}

var oracleWeekdays = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

func readOracleRule(text string) oracleRule {
	r := oracleRule{numbers: map[string][]int{}, interval: 1, begins: 1}
	sets := map[string]*oracleSet{
		"BYMONTH": &r.months, "BYWEEKNO": &r.weeks, "BYYEARDAY": &r.yearDays, "BYMONTHDAY": &r.monthDays, "BYSETPOS": &r.positions, "BYDAY": &r.days,
	}
	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "FREQ":
			r.freq = value
		case "WKST":
			r.begins = slices.Index(oracleWeekdays, value)
		}
		for v := range strings.SplitSeq(value, ",") {
			if name == "BYDAY" {
				nth, _ := strconv.Atoi(v[:len(v)-2]) // 0 where there is none
				v = strconv.Itoa(7*nth + slices.Index(oracleWeekdays, v[len(v)-2:]))
			}
			n, err := strconv.Atoi(v)
			if err != nil {
				continue
			}
			r.numbers[name] = append(r.numbers[name], n)
			if set := sets[name]; set != nil {
				if set.has == nil {
					set.has = new([801]bool)
				}
				set.has[n+400] = true
			}
		}
	}
	if n := r.numbers["INTERVAL"]; n != nil {
		r.interval = n[0]
	}
	return r
}

// in is is for positions, which can be beyond all numbers.
func (s oracleSet) in(a, b int) bool {
	return s.is(min(a, 400), max(b, -400))
}

// is reports whether a part is not given, or has one of two numbers.
func (s oracleSet) is(a, b int) bool { return s.has == nil || s.has[a+400] || s.has[b+400] }

// period numbers the period that a day is in.
func (r *oracleRule) period(d *oracleDay) int {
	switch {
	case r.freq == "DAILY":
		return int(d.date.Unix() / 86400)
	case r.freq == "WEEKLY":
		return d.week[r.begins].index
	case r.freq == "MONTHLY":
		return d.year*12 + d.month
	case r.weeks.has != nil:
		return d.week[r.begins].year
	default:
		return d.year
	}
}

// allows takes the rows of the RFC's table one by one. What expands and what
// limits comes to the same when each day is looked at; what the rule lacks comes
// from the start.
func (r *oracleRule) allows(d, start *oracleDay) bool {
	week := d.week[r.begins]
	if !r.months.is(d.month, d.month) || !r.weeks.is(week.number, week.back) || !r.yearDays.is(d.yearDay, d.yearDay-d.inYear-1) ||
		!r.monthDays.is(d.day, d.day-d.monthLength-1) || !r.byDay(d) {
		return false
	}
	sameDay, sameMonth := d.day == start.day, r.months.has != nil || d.month == start.month
	byDay, byMonthDay := r.days.has != nil, r.monthDays.has != nil
	switch {
	case r.freq == "WEEKLY" && !byDay:
		return d.weekday == start.weekday
	case r.freq == "MONTHLY" && !byDay && !byMonthDay:
		return sameDay
	case r.freq != "YEARLY", r.yearDays.has != nil:
		return true
	case r.weeks.has != nil:
		return byDay || byMonthDay || d.weekday == start.weekday
	case byMonthDay:
		return sameMonth
	default:
		return byDay || sameDay && sameMonth
	}
}

// byDay is note 2 of the table: a number counts within the month in MONTHLY and
// with BYMONTH, else within the year.
func (r *oracleRule) byDay(d *oracleDay) bool {
	nth, back := (d.day+6)/7, -1-(d.monthLength-d.day)/7
	if r.freq == "YEARLY" && r.months.has == nil {
		nth, back = (d.yearDay+6)/7, -1-(d.inYear-d.yearDay)/7
	}
	return r.days.is(7*nth+d.weekday, 7*back+d.weekday) || r.days.has[d.weekday+400]
}

// times lists the seconds of a day.
func (r *oracleRule) times(start time.Time, allDay bool) (seconds []int) {
	if allDay {
		return []int{0}
	}
	given := func(part string, from int) []int {
		if r.numbers[part] == nil {
			return []int{from}
		}
		return r.numbers[part]
	}
	for _, h := range given("BYHOUR", start.Hour()) {
		for _, m := range given("BYMINUTE", start.Minute()) {
			for _, s := range given("BYSECOND", start.Second()) {
				seconds = append(seconds, h*3600+m*60+min(s, 59))
			}
		}
	}
	slices.Sort(seconds)
	return slices.Compact(seconds)
}

// oracle returns the wall clock readings of a rule from its start on, those
// before a date left out where COUNT does not need them. UNTIL is for the caller.
func oracle(text string, start time.Time, allDay bool, from, to time.Time) (walls []time.Time) {
	r := readOracleRule(text)
	first := oracleIndex(start)
	startDay := &oracleDays[first]
	base := r.period(startDay)
	if r.weeks.has != nil && !r.allows(startDay, startDay) {
		base = startDay.year // a start that the rule does not give is in its own year
	}
	seconds := r.times(start, allDay)
	low, high := first-400, oracleIndex(to)+400
	counted := r.numbers["COUNT"]
	if counted == nil {
		low = max(low, oracleIndex(from)-400)
	}
	var set []time.Time
	last, count := -1<<60, 0
	flush := func() {
		for i, at := range set {
			if !r.positions.in(i+1, i-len(set)) || at.Before(start) {
				continue
			}
			if count++; counted == nil || count <= counted[0] {
				walls = append(walls, at)
			}
		}
		set = set[:0]
	}
	for i := max(0, low); i < min(high, len(oracleDays)); i++ {
		d := &oracleDays[i]
		p := r.period(d)
		if p != last {
			flush()
			last = p
		}
		if (p-base)%r.interval == 0 && r.allows(d, startDay) {
			for _, s := range seconds {
				set = append(set, d.date.Add(time.Duration(s)*time.Second))
			}
		}
	}
	flush()
	return walls
}

func oracleIndex(t time.Time) int {
	days := int(t.Sub(oracleDays[0].date).Hours() / 24)
	return max(0, min(days, len(oracleDays)-1))
}

// oracleAmsterdam maps a reading by the rule of the European Union, written out:
// summer time is from 01:00 UTC on the last Sunday of March to 01:00 UTC on that
// of October. A reading in the gap takes the offset before it, one that comes
// twice is the first (RFC 5545 section 3.3.5).
func oracleAmsterdam(wall time.Time) time.Time {
	lastSunday := func(month time.Month) time.Time {
		at := time.Date(wall.Year(), month+1, 1, 1, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
		return at.AddDate(0, 0, -int(at.Weekday()))
	}
	summer := func(at time.Time) bool {
		return !at.Before(lastSunday(time.March)) && at.Before(lastSunday(time.October))
	}
	switch early, late := wall.Add(-2*time.Hour), wall.Add(-time.Hour); {
	case summer(early):
		return early
	default: // winter, or in the gap with the offset of winter
		return late
	}
}

// oracleZone maps a reading by trying every quarter of an hour of offset: the
// first instant at which the clock shows it, else, in a gap, the instant that
// the clock would have reached had it not been put forward.
func oracleZone(wall time.Time, zone *time.Location) time.Time {
	for offset := 15 * time.Hour; offset >= -15*time.Hour; offset -= 15 * time.Minute {
		at := wall.Add(-offset)
		if _, seconds := at.In(zone).Zone(); time.Duration(seconds)*time.Second == offset {
			return at
		}
	}
	at := wall.Add(-40 * time.Hour)
	for {
		_, seconds := at.In(zone).Zone()
		next := at.Add(15 * time.Minute)
		_, after := next.In(zone).Zone()
		if next.Add(time.Duration(after) * time.Second).After(wall) {
			return wall.Add(-time.Duration(seconds) * time.Second)
		}
		at = next
	}
}
