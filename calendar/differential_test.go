package calendar

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
)

// randomRule writes a rule of the accepted kind. With plain set it keeps to
// what rrule-go reads as we do: no week numbers, no numbered beside plain
// weekdays, no BYSETPOS in weeks, no BYMONTHDAY in a year without BYMONTH.
func randomRule(rng *rand.Rand, plain bool) string {
	freq := []string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}[rng.IntN(4)]
	parts := []string{"FREQ=" + freq}
	add := func(chance float64, name string, most int, value func() string) bool {
		if rng.Float64() >= chance {
			return false
		}
		var values []string
		for range 1 + rng.IntN(most) {
			if v := value(); !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		parts = append(parts, name+"="+strings.Join(values, ","))
		return true
	}
	number := func(low, high int, signed bool) func() string {
		return func() string {
			n := low + rng.IntN(high-low+1)
			if signed && rng.IntN(3) == 0 {
				n = -n
			}
			return fmt.Sprint(n)
		}
	}
	day := func() string { return []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}[rng.IntN(7)] }
	add(0.5, "INTERVAL", 1, number(1, 5, false))
	add(0.3, "WKST", 1, day)
	byMonth := add(0.3, "BYMONTH", 4, number(1, 12, false))
	selects := byMonth
	if freq != "WEEKLY" && (!plain || freq != "YEARLY" || byMonth) {
		selects = add(0.3, "BYMONTHDAY", 6, number(1, 31, true)) || selects
	}
	weeks := false
	if freq == "YEARLY" {
		selects = add(0.2, "BYYEARDAY", 8, number(1, 366, true)) || selects
		weeks = !plain && add(0.3, "BYWEEKNO", 5, number(1, 53, true))
	}
	numbered := (freq == "MONTHLY" || freq == "YEARLY") && !weeks && rng.IntN(2) == 0
	most := 5
	if freq == "YEARLY" && !byMonth {
		most = 53
	}
	selects = add(0.5, "BYDAY", 4, func() string {
		if numbered && (plain || rng.IntN(2) == 0) {
			return number(1, most, true)() + day()
		}
		return day()
	}) || selects || weeks
	selects = add(0.2, "BYHOUR", 3, number(0, 23, false)) || selects
	selects = add(0.2, "BYMINUTE", 3, number(0, 59, false)) || selects
	if selects && (!plain || freq != "WEEKLY") {
		add(0.25, "BYSETPOS", 3, number(1, 6, true))
	}
	return strings.Join(parts, ";")
}

func randomStart(rng *rand.Rand) time.Time {
	return time.Date(2020+rng.IntN(12), time.Month(1+rng.IntN(12)), 1+rng.IntN(31), rng.IntN(24), rng.IntN(60), 0, 0, time.UTC)
}

// TestAgainstRRuleGo compares with the library on the rules it reads well.
func TestAgainstRRuleGo(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 120 {
		text, start := randomRule(rng, true), randomStart(rng)
		option, err := rrule.StrToROption(text)
		if err != nil {
			t.Fatal(err)
		}
		option.Dtstart = start
		theirs, err := rrule.NewRRule(*option)
		if err != nil {
			t.Fatal(err)
		}
		end := start.AddDate(9, 0, 0)
		var want []time.Time
		for next := theirs.Iterator(); len(want) < 60; {
			at, ok := next()
			if !ok || !at.Before(end) {
				break
			}
			want = append(want, at)
		}
		s := Series{Start: start, Rule: mustRule(t, text)}
		if got := s.Between(start, end, 60); !sameTimes(got, want) {
			t.Fatalf("%s from %v\n got %s\nwant %s", text, start, format(got), format(want))
		}
	}
}

// TestAgainstNaive compares with a reading of RFC 5545 that looks at each day
// on its own and shares nothing with the engine but the parsed rule.
func TestAgainstNaive(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		text, start := randomRule(rng, false), randomStart(rng)
		s := Series{Start: start, Rule: mustRule(t, text)}
		end := start.AddDate(5, 0, 0)
		want := naive(s.Rule, start, end)
		want = want[:min(200, len(want))]
		if got := s.Between(start, end, 200); !sameTimes(got, want) {
			t.Fatalf("%s from %v\n got %s\nwant %s", text, start, format(got), format(want))
		}
	}
}

func naive(r *Recurrence, start, end time.Time) (instances []time.Time) {
	first := DateOf(start, time.UTC)
	periods := map[int][]time.Time{}
	base := naivePeriod(r, first)
	if len(r.weeks) > 0 && !naiveAllows(r, first, first) {
		base = first.Year() // an unsynchronised start counts by its own year
	}
	for d := first - 400; d < DateOf(end, time.UTC)+400; d++ {
		if p := naivePeriod(r, d) - base; p >= 0 && p%r.interval == 0 && naiveAllows(r, first, d) {
			for hour := range 24 {
				if r.hours>>hour&1 == 0 && (r.hours != 0 || hour != start.Hour()) {
					continue
				}
				for minute := range 60 {
					if r.minutes>>minute&1 == 1 || r.minutes == 0 && minute == start.Minute() {
						periods[p] = append(periods[p], d.Time().Add(time.Duration(hour*60+minute)*time.Minute))
					}
				}
			}
		}
	}
	for _, set := range periods {
		for i, at := range set {
			wanted := len(r.setPos) == 0 || slices.Contains(r.setPos, i+1) || slices.Contains(r.setPos, i-len(set))
			if wanted && !at.Before(start) && at.Before(end) {
				instances = append(instances, at)
			}
		}
	}
	slices.SortFunc(instances, time.Time.Compare)
	return instances
}

// naiveWeek returns the year that owns a date's week, and its number from both ends.
func naiveWeek(d Date, begins time.Weekday) (year, week, back int) {
	for d.Weekday() != begins { // to the first day of the week
		d--
	}
	year = (d + 3).Year() // the middle of the week decides (ISO 8601)
	for w := d; (w + 3).Year() == year; w -= 7 {
		week++
	}
	for w := d; (w + 3).Year() == year; w += 7 {
		back--
	}
	return year, week, back
}

func naivePeriod(r *Recurrence, d Date) int {
	switch r.freq {
	case daily:
		return int(d)
	case weekly:
		for d.Weekday() != r.weekStart {
			d--
		}
		return int(d+700_000) / 7
	case monthly:
		return d.Year()*12 + int(d.Time().Month())
	case yearly:
		if len(r.weeks) > 0 {
			year, _, _ := naiveWeek(d, r.weekStart)
			return year
		}
	}
	return d.Year()
}

// naiveAllows looks at one day, the parts not given being filled from the start.
func naiveAllows(r *Recurrence, start, d Date) bool {
	t, s := d.Time(), start.Time()
	byMonthDay := r.monthDays|r.backDays != 0
	fill := func(open, same bool) bool { return !open || same }
	month := r.months>>t.Month()&1 == 1
	lastDay := t.AddDate(0, 1, -t.Day()).Day()
	monthDay := r.monthDays>>(t.Day()-1)&1 == 1 || r.backDays>>(lastDay-t.Day())&1 == 1
	yearLength := time.Date(t.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
	yearDay := slices.Contains(r.yearDays, t.YearDay()) || slices.Contains(r.yearDays, t.YearDay()-yearLength-1)
	inWeek := len(r.weeks) == 0
	if !inWeek {
		_, week, back := naiveWeek(d, r.weekStart)
		inWeek = slices.Contains(r.weeks, week) || slices.Contains(r.weeks, back)
	}
	free := !byMonthDay && !r.hasWeekdays() && len(r.yearDays) == 0
	return (r.months == 0 || month) && (!byMonthDay || monthDay) && (len(r.yearDays) == 0 || yearDay) &&
		inWeek && (!r.hasWeekdays() || naiveWeekday(r, d)) &&
		fill(r.freq == weekly && !r.hasWeekdays(), t.Weekday() == s.Weekday()) &&
		fill(r.freq == monthly && free, t.Day() == s.Day()) &&
		fill(r.freq == yearly && free && len(r.weeks) > 0, t.Weekday() == s.Weekday()) &&
		fill(r.freq == yearly && free && len(r.weeks) == 0, t.Day() == s.Day()) &&
		fill(r.freq == yearly && r.months == 0 && len(r.weeks)+len(r.yearDays) == 0 &&
			(byMonthDay || !r.hasWeekdays()), t.Month() == s.Month())
}

func naiveWeekday(r *Recurrence, d Date) bool {
	if r.weekdays>>d.Weekday()&1 == 1 {
		return true
	}
	inside := func(e Date) bool {
		return e.Year() == d.Year() && (r.freq == yearly && r.months == 0 || e.Time().Month() == d.Time().Month())
	}
	nth, back := 0, 0
	for e := d; inside(e); e -= 7 {
		nth++
	}
	for e := d; inside(e); e += 7 {
		back--
	}
	return slices.Contains(r.numbered, numberedDay{nth, d.Weekday()}) ||
		slices.Contains(r.numbered, numberedDay{back, d.Weekday()})
}
