package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

const (
	fullDay  = "08:30-17:00"
	morning  = "08:30-12:30"
	isoDate  = "2006-01-02"
	planYear = 2027
)

// hours writes a working week: full days and half days (mornings).
func hours(full, half string) string {
	var parts []string
	for day := range strings.FieldsSeq("mo tu we th fr") {
		switch {
		case slices.Contains(strings.Fields(full), day):
			parts = append(parts, day+" "+fullDay)
		case slices.Contains(strings.Fields(half), day):
			parts = append(parts, day+" "+morning)
		}
	}
	return list(parts)
}

// day is a date of the year before the plan, or of the plan year.
func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

// currentBy says who serves a place today in a role.
type currentBy map[string]string

// assignedBy makes today's assignments from a table district → person. A place
// whose district is not in it has nobody yet.
func assignedBy(places []place, role, since string, staff map[string]string) ([]assignment, currentBy) {
	var out []assignment
	current := currentBy{}
	for _, p := range places {
		who, ok := staff[p.district]
		if !ok || p.opened != "" {
			continue
		}
		out = append(out, assignment{location: p.id, role: role, staff: who, kind: "primary", from: since})
		current[p.id] = who
	}
	return out, current
}

// leave gives everybody two or nearly three weeks in the summer holidays, in
// turn, a week in spring or autumn, the days after Christmas and a free
// afternoon.
func leave(staff []person) []absence {
	var out []absence
	seen := map[string]bool{}
	for _, p := range staff {
		if seen[p.id] {
			continue
		}
		n := len(seen)
		seen[p.id] = true
		r := source("leave", p.id)
		start := day(planYear, time.July, 26).AddDate(0, 0, 7*((2*n)%5))
		add := func(from time.Time, days int, part string) {
			out = append(out, absence{
				staff: p.id, from: from.Format(isoDate), to: from.AddDate(0, 0, days-1).Format(isoDate), part: part, region: p.region,
			})
		}
		switch n % 3 {
		case 0:
			add(day(planYear, time.February, 15), 5, "")
		case 1:
			add(day(planYear, time.April, 26), 5, "")
		default:
			add(day(planYear, time.October, 25), 5, "")
		}
		add(day(planYear, time.March, 1).AddDate(0, 0, 7*r.IntN(12)), 1, "13:00-17:00") // a Monday
		add(start, 12+7*(n%2), "")
		add(day(planYear, time.December, 27), 5, "")
	}
	return out
}

// visitPlan says which visits of the year before to make up.
type visitPlan struct {
	role, requirement, visitType string
	// once is the percentage of places with one visit, none that without any.
	once, none int
}

// pastVisits makes up completed visits of 2026, on days on which every
// location is open.
func pastVisits(places []place, current currentBy, plan visitPlan) []visited {
	var out []visited
	for _, p := range places {
		who := current[p.id]
		r := source("history", plan.requirement, p.id)
		n := r.IntN(100)
		if who == "" || n < plan.none {
			continue
		}
		last := visitDay(r, day(2026, time.August, 24), 90)
		if n >= plan.none+plan.once {
			first := visitDay(r, day(2026, time.January, 12), 90)
			out = append(out, visited{p.id, plan.role, plan.requirement, plan.visitType, who, first})
		}
		out = append(out, visited{p.id, plan.role, plan.requirement, plan.visitType, who, last})
	}
	return out
}

// visitDay draws a Monday, Tuesday or Thursday that is no public holiday.
func visitDay(r *rand.Rand, from time.Time, span int) string {
	for {
		d := from.AddDate(0, 0, r.IntN(span))
		off := d.Equal(day(2026, time.April, 6)) // Easter Monday
		if w := d.Weekday(); !off && (w == time.Monday || w == time.Tuesday || w == time.Thursday) {
			return d.Format(isoDate)
		}
	}
}

// caseKind is a kind of anonymous case and how much it weighs.
type caseKind struct {
	kind            string
	points, minutes int // minutes a week
	budget          string
	share           int // how often, in parts
}

// casesOf makes up open cases until they take the given percentage of each
// person's net time, and some that were handed over in 2026.
func casesOf(staff []person, places []place, current currentBy, kinds []caseKind, percent int) []caseload {
	served := map[string][]string{}
	for _, p := range places {
		if who := current[p.id]; who != "" {
			served[who] = append(served[who], p.id)
		}
	}
	var out []caseload
	seen := map[string]bool{}
	for _, p := range staff {
		if seen[p.id] {
			continue
		}
		seen[p.id] = true
		for _, c := range personCases(p.id, netMinutes(staff, p.id), served[p.id], kinds, percent) {
			c.region = p.region
			out = append(out, c)
		}
	}
	return out
}

// netMinutes returns a person's minutes a week for cases, meetings and
// locations: three quarters of the contracts.
func netMinutes(staff []person, id string) float64 {
	sum := 0.0
	for _, p := range staff {
		if p.id == id {
			sum += p.hours * 60 * 0.75
		}
	}
	return sum
}

func personCases(id string, net float64, served []string, kinds []caseKind, percent int) []caseload {
	r := source("cases", id)
	want := net * float64(percent+r.IntN(9)-4) / 100
	var out []caseload
	for weekly, n := 0.0, 0; weekly < want; n++ {
		k := draw(r, kinds)
		c := caseload{
			ref:   reference(source("case", id, fmt.Sprint(n))),
			staff: id, kind: k.kind, points: k.points, minutes: k.minutes, budget: k.budget,
		}
		if len(served) > 0 {
			c.location = served[r.IntN(len(served))]
		}
		opened := day(2026, time.February, 2).AddDate(0, 0, r.IntN(310))
		c.opened = opened.Format(isoDate)
		if n%4 == 3 { // handed over: help has started
			c.opened = opened.AddDate(0, -6, 0).Format(isoDate)
			c.handedOver = min("2026-12-15", opened.AddDate(0, -6, 30+r.IntN(120)).Format(isoDate))
		} else {
			weekly += float64(k.minutes)
		}
		out = append(out, c)
	}
	return out
}

// reference names a case. One of digits alone could pass for a citizen service
// number, which no file may hold.
func reference(r *rand.Rand) string {
	for {
		if ref := fmt.Sprintf("C-%08X", r.Uint32()); strings.ContainsAny(ref[2:], "ABCDEF") {
			return ref
		}
	}
}

func draw(r *rand.Rand, kinds []caseKind) caseKind {
	total := 0
	for _, k := range kinds {
		total += k.share
	}
	n := r.IntN(total)
	for _, k := range kinds {
		if n -= k.share; n < 0 {
			return k
		}
	}
	return kinds[0]
}

// studyDays closes one in eight locations for a day, and some for two weeks in
// summer.
func studyDays(places []place) []blackout {
	var out []blackout
	for _, p := range places {
		r := source("closed", p.id)
		switch n := r.IntN(40); {
		case n < 5:
			d := day(planYear, time.January, 18).AddDate(0, 0, 7*r.IntN(20)+r.IntN(5)).Format(isoDate)
			out = append(out, blackout{location: p.id, from: d, to: d, reason: "study_day"})
		case n < 8:
			d := day(planYear, time.July, 26).AddDate(0, 0, 7*r.IntN(4))
			out = append(out, blackout{
				location: p.id, from: d.Format(isoDate), to: d.AddDate(0, 0, 13).Format(isoDate), reason: "closure",
			})
		}
	}
	return out
}

// numbered makes artificial organisations, "Voorbeeldhouder A (kunstmatig)".
func numbered(prefix string, n int) []organisation {
	var out []organisation
	for i := range n {
		letter := string(rune('A' + i))
		out = append(out, organisation{id: prefix + "-houder-" + strings.ToLower(letter), name: "Voorbeeldhouder " + letter + " (kunstmatig)"})
	}
	return out
}
