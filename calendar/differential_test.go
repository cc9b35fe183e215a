package calendar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
)

// The BY parts, in the order of the bits of a set of them.
var byParts = []string{"BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS"}

var frequencies = []string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}

// mayHave reports whether RFC 5545 lets a frequency have a set of BY parts.
func mayHave(freq string, set int) bool {
	has := func(part string) bool { return set>>slices.Index(byParts, part)&1 == 1 }
	switch {
	case has("BYSETPOS") && set == 1<<slices.Index(byParts, "BYSETPOS"),
		freq != "YEARLY" && (has("BYWEEKNO") || has("BYYEARDAY")),
		freq == "WEEKLY" && has("BYMONTHDAY"):
		return false
	}
	return true
}

// ruleWriter writes random rules.
type ruleWriter struct{ *rand.Rand }

// number returns an integer of low to high, or mostly, where signed, its negative
// in a third of cases.
func (w ruleWriter) number(low, high int, signed bool) string {
	n := low + w.IntN(high-low+1)
	if signed && w.IntN(3) == 0 {
		n = -n
	}
	return fmt.Sprint(n)
}

// list returns up to most values, without doubles.
func (w ruleWriter) list(most int, value func() string) string {
	var values []string
	for range 1 + w.IntN(most) {
		if v := value(); !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return strings.Join(values, ",")
}

// rule writes a rule with a set of BY parts. Plain keeps to what the dateutil
// family reads as we do: no week numbers, no numbered beside plain weekdays, no
// BYSETPOS in weeks, no BYMONTHDAY in a year without BYMONTH.
func (w ruleWriter) rule(freq string, set int, plain bool) string {
	parts := []string{"FREQ=" + freq}
	if w.IntN(2) == 0 {
		parts = append(parts, "INTERVAL="+w.number(1, 6, false))
	}
	if w.IntN(3) == 0 {
		parts = append(parts, "WKST="+oracleWeekdays[w.IntN(7)])
	}
	for i, part := range byParts {
		if set>>i&1 == 1 {
			parts = append(parts, part+"="+w.values(freq, part, set, plain))
		}
	}
	w.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return strings.Join(parts, ";")
}

// most is how many values a part gets at the most: enough for a rule of many
// parts to give something, few enough of times of day.
var mostValues = map[string]int{
	"BYMONTH": 12, "BYWEEKNO": 60, "BYYEARDAY": 300, "BYMONTHDAY": 45, "BYDAY": 9, "BYHOUR": 5, "BYMINUTE": 4, "BYSECOND": 3, "BYSETPOS": 6,
}

func (w ruleWriter) values(freq, part string, set int, plain bool) string {
	numbered := (freq == "MONTHLY" || freq == "YEARLY") && set>>slices.Index(byParts, "BYWEEKNO")&1 == 0 && w.IntN(2) == 0
	nth := 5
	if freq == "YEARLY" && set&1 == 0 {
		nth = 53
	}
	return w.list(mostValues[part], func() string {
		switch part {
		case "BYMONTH":
			return w.number(1, 12, false)
		case "BYWEEKNO":
			return w.number(1, 53, true)
		case "BYYEARDAY":
			return w.number(1, 366, true)
		case "BYMONTHDAY":
			return w.number(1, 31, true)
		case "BYHOUR":
			return w.number(0, 23, false)
		case "BYMINUTE":
			return w.number(0, 59, false)
		case "BYSECOND":
			return w.number(0, 59, false)
		case "BYSETPOS":
			return w.number(1, 9, true)
		}
		day := oracleWeekdays[w.IntN(7)]
		if numbered && (plain || w.IntN(2) == 0) {
			return w.number(1, nth, true) + day
		}
		return day
	})
}

// plainly reports whether a rule is one that plain may have.
func plainly(freq string, set int) bool {
	has := func(part string) bool { return set>>slices.Index(byParts, part)&1 == 1 }
	return !has("BYWEEKNO") && (freq != "WEEKLY" || !has("BYSETPOS")) && (freq != "YEARLY" || !has("BYMONTHDAY") || has("BYMONTH"))
}

func randomStart(rng *rand.Rand) time.Time {
	return time.Date(2020+rng.IntN(12), time.Month(1+rng.IntN(12)), 1+rng.IntN(31), rng.IntN(24), rng.IntN(60), 0, 0, time.UTC)
}

// secondOpinion is a rule that others expand too.
type secondOpinion struct {
	text        string
	start, till time.Time
}

// secondOpinions are rules that the dateutil family reads as we do.
func secondOpinions(seed uint64, n int) []secondOpinion {
	rng := rand.New(rand.NewPCG(1, seed))
	w := ruleWriter{rng}
	var all []secondOpinion
	for round := 0; len(all) < n; round++ {
		freq, set := frequencies[round%4], round/4%(1<<len(byParts))
		if mayHave(freq, set) && plainly(freq, set) {
			start := randomStart(rng)
			all = append(all, secondOpinion{w.rule(freq, set, true), start, start.AddDate(5, 0, 0)})
		}
	}
	return all
}

func (o *secondOpinion) check(t *testing.T, want []time.Time) {
	t.Helper()
	s := Series{Start: o.start, Rule: mustRule(t, o.text)}
	if got := s.Between(o.start, o.till, 60); !sameTimes(got, want) {
		t.Fatalf("%s from %v\n got %s\nwant %s", o.text, o.start, format(got), format(want))
	}
}

// TestAgainstRRuleGo compares with the library on the rules it reads well.
func TestAgainstRRuleGo(t *testing.T) {
	t.Parallel()
	opinions := secondOpinions(1, 120)
	for _, o := range opinions {
		option, err := rrule.StrToROption(o.text)
		if err != nil {
			t.Fatal(err)
		}
		option.Dtstart, option.Until = o.start, o.till.Add(-time.Second)
		theirs, err := rrule.NewRRule(*option)
		if err != nil {
			t.Fatal(err)
		}
		var want []time.Time
		for next := theirs.Iterator(); len(want) < 60; {
			at, ok := next()
			if !ok {
				break
			}
			want = append(want, at)
		}
		o.check(t, want)
	}
	t.Logf("%d rules, 0 differences", len(opinions))
}

// TestAgainstDateutil compares with python-dateutil, from which the npm package
// rrule, rrule-go and rust-rrule come.
func TestAgainstDateutil(t *testing.T) {
	t.Parallel()
	opinions := secondOpinions(2, 3000)
	cases := make([][3]string, len(opinions))
	for i, o := range opinions {
		cases[i] = [3]string{o.text, o.start.Format(icsLocal), o.till.Format(icsLocal)}
	}
	input, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	var answers [][]string
	if err := json.Unmarshal(clientOutput(t, bytes.NewReader(input), "/usr/bin/python3", "expand_rules.py"), &answers); err != nil || len(answers) != len(cases) {
		t.Fatalf("%d answers: %v", len(answers), err)
	}
	instances := 0
	for i, o := range opinions {
		var want []time.Time
		for _, text := range answers[i] {
			at, err := time.Parse(icsLocal, text)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, at)
		}
		instances += len(want)
		o.check(t, want)
	}
	t.Logf("%d rules, %d instances, 0 differences", len(opinions), instances)
}

// oracleCase is a random series and a window on it.
type oracleCase struct {
	text     string
	start    time.Time // wall clock in UTC
	allDay   bool
	from, to time.Time // dates, wall clock in UTC
	until    string
}

// oracleCases makes n cases that go through every frequency with every set of BY
// parts that the RFC allows it, over and over.
func oracleCases(rng *rand.Rand, n int) []oracleCase {
	w := ruleWriter{rng}
	cases := make([]oracleCase, 0, n)
	for round := 0; len(cases) < n; round++ {
		freq, set := frequencies[round%4], round/4%(1<<len(byParts))
		if !mayHave(freq, set) {
			continue
		}
		c := oracleCase{
			text: w.rule(freq, set, false), allDay: rng.IntN(6) == 0,
			start: time.Date(2024+rng.IntN(11), time.Month(1+rng.IntN(12)), 1+rng.IntN(31), rng.IntN(24), rng.IntN(60), rng.IntN(60), 0, time.UTC),
		}
		c.from = c.start.Truncate(24*time.Hour).AddDate(0, rng.IntN(24), rng.IntN(30)-40)
		c.to = c.from.AddDate(0, rng.IntN(24), 1+rng.IntN(30))
		switch rng.IntN(5) {
		case 0:
			c.text += ";COUNT=" + w.number(1, 60, false)
		case 1:
			c.until = c.from.AddDate(0, 0, rng.IntN(300)).Add(time.Duration(rng.IntN(86400)) * time.Second).Format(
				[]string{icsDate, icsLocal, icsUTC}[rng.IntN(3)])
			c.text += ";UNTIL=" + c.until
		}
		cases = append(cases, c)
	}
	return cases
}

// ends reports whether an instance is after the UNTIL of a case.
func (c *oracleCase) ends(wall, at time.Time) bool {
	switch {
	case c.until == "":
		return false
	case c.allDay || len(c.until) == len(icsDate):
		return wall.Format(icsDate) > c.until[:len(icsDate)]
	case strings.HasSuffix(c.until, "Z"):
		return at.UTC().Format(icsUTC) > c.until
	default:
		return wall.Format(icsLocal) > c.until
	}
}

// want is what the oracle says, mapped to a zone, without what is left out.
func (c *oracleCase) want(toZone func(time.Time) time.Time, excluded func(i int) bool) (instances, left []time.Time) {
	from, to := toZone(c.from), toZone(c.to)
	for _, wall := range oracle(c.text, c.start, c.allDay, c.from, c.to) {
		at := toZone(wall)
		if !c.ends(wall, at) && !at.Before(from) && at.Before(to) {
			instances = append(instances, at)
		}
	}
	slices.SortFunc(instances, time.Time.Compare)
	instances = slices.CompactFunc(instances, time.Time.Equal)
	var kept []time.Time
	for i, at := range instances {
		if excluded(i) {
			left = append(left, at)
		} else {
			kept = append(kept, at)
		}
	}
	return kept, left
}

// againstOracle compares cases and returns how many instances they have, and how
// many cases have any.
func againstOracle(t *testing.T, cases []oracleCase, zone *time.Location, toZone func(time.Time) time.Time) (instances, filled int) {
	t.Helper()
	for i := range cases {
		c := &cases[i]
		start := c.start
		if c.allDay {
			start = start.Truncate(24 * time.Hour)
		}
		c.start = start
		want, left := c.want(toZone, func(n int) bool { return i%7 == 0 && n%3 == 1 }) // some EXDATEs
		for n := range left {
			left[n] = left[n].In(zone) // of whole days the date there counts
		}
		s := Series{Start: toZone(start).In(zone), AllDay: c.allDay, Rule: mustRule(t, c.text), EXDates: left}
		if readsBack := s.Start.Format(icsLocal) == start.Format(icsLocal); !readsBack {
			continue // a start in a gap is another start
		}
		got := s.Between(toZone(c.from), toZone(c.to), MaxCount)
		if !sameTimes(got, want) {
			t.Fatalf("case %d: %s\nstart %s, all day %v, window %s to %s\n got %d %.600s\nwant %d %.600s", i, c.text,
				c.start.Format(icsLocal), c.allDay, c.from.Format(icsDate), c.to.Format(icsDate), len(got), format(got), len(want), format(want))
		}
		if ask := 1 + i%5; len(want) > ask {
			if few := s.Between(toZone(c.from), toZone(c.to), ask); !sameTimes(few, want[:ask]) {
				t.Fatalf("case %d: %s\nthe first %d are %s\nwant %s", i, c.text, ask, format(few), format(want[:ask]))
			}
		}
		instances += len(want)
		if len(want) > 0 {
			filled++
		}
	}
	return instances, filled
}

// TestRT1_RandomRules compares the engine with the oracle in Amsterdam, on 10,000
// random rules, and on 100,000 in the long form.
func TestRT1_RandomRules(t *testing.T) {
	t.Parallel()
	n := 10_000
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		n = 100_000
	}
	cases := oracleCases(rand.New(rand.NewPCG(3, 4)), n)
	instances, filled := againstOracle(t, cases, mustZone(t, amsterdam), oracleAmsterdam)
	t.Logf("%d rules, %d of them with instances in their window, %d instances, 0 differences", len(cases), filled, instances)
}

// TestRT1_OtherZones does so in zones whose clocks change at midnight, by half
// hours, twice a year for Ramadan, or by a day.
func TestRT1_OtherZones(t *testing.T) {
	t.Parallel()
	for i, name := range []string{
		"America/Santiago", "America/Havana", "Asia/Beirut", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe",
		"America/St_Johns", "Pacific/Chatham", "America/Nuuk", "Europe/Dublin", "Antarctica/Troll", "UTC",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := mustZone(t, name)
			cases := oracleCases(rand.New(rand.NewPCG(5, uint64(i))), 400)
			instances, filled := againstOracle(t, cases, zone, func(wall time.Time) time.Time { return oracleZone(wall, zone) })
			t.Logf("%d rules, %d with instances, %d instances", len(cases), filled, instances)
		})
	}
}
