package planner

import (
	"cmp"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// PolicyFigures are what a policy officer may see: sums, never a person or a single
// location, with small counts left out.
type PolicyFigures struct {
	Period Period
	// Coverage is by district, Roles the same by role.
	Coverage, Roles []CoverageFigure
	// Leads are how soon questions had their first visit, by month of asking.
	Leads []LeadFigure
	Loads []LoadFigure
}

// CoverageFigure is how the promises of one district or role stand.
type CoverageFigure struct {
	// Name is a district's name or a role's id, empty for the total.
	Name string
	// Locations is how many locations it is about; the four states count promises.
	Locations, Done, Planned, AtRisk, Missed Cell
	// Kept is the share of promises that are done or planned, in percent; negative
	// where there are too few to say.
	Kept int
}

// LeadFigure is how soon the questions of one month were answered.
type LeadFigure struct {
	Month Month
	// Questions counts those that have a first visit; the others those of them by
	// how long that took, in whole days from the question.
	Questions, Week, TwoWeeks, FourWeeks, Longer Cell
	// Median is the median of the days; negative where there are too few to say.
	Median int
}

// LoadFigure is the work of everybody in a role together.
type LoadFigure struct {
	Role   string
	People Cell
	// Load and Capacity are minutes a year as they may be shown; both are 0 where
	// Hidden.
	Load, Capacity int64
	Hidden         bool
}

// MakePolicyFigures sums a plan up. Of questions those asked in its period, until
// now, count.
func MakePolicyFigures(s *State, p *Plan, questions []Question, now time.Time, zone *time.Location) *PolicyFigures {
	f := &PolicyFigures{Period: Period{p.From, p.To}}
	district := map[string]string{}
	for i := range s.Locations {
		district[s.Locations[i].ID] = s.Locations[i].District
	}
	name := map[string]string{}
	for i := range s.Districts {
		name[s.Districts[i].ID] = s.Districts[i].Name
	}
	f.Coverage = coverageFigures(p.Coverage, func(c *Coverage) string { d := district[c.Location]; return cmp.Or(name[d], d) })
	f.Roles = coverageFigures(p.Coverage, func(c *Coverage) string { return c.Role })
	asked := Period{p.From, min(p.To, calendar.DateOf(now, zone))}
	f.Leads = leadFigures(questions, asked, zone)
	for i := range p.Roles {
		if r := &p.Roles[i]; r.Kind == Primary {
			f.Loads = append(f.Loads, loadFigure(r))
		}
	}
	return f
}

// states are the coverage states in the order of the columns.
var states = []CoverageState{CoverageDone, CoveragePlanned, CoverageAtRisk, CoverageMissed}

// coverageFigures counts promises by a name, with the total last.
func coverageFigures(rows []Coverage, by func(*Coverage) string) []CoverageFigure {
	type group struct {
		locations map[string]bool
		counts    [4]int
	}
	groups, total := map[string]*group{}, &group{locations: map[string]bool{}}
	for i := range rows {
		c := &rows[i]
		g := groups[by(c)]
		if g == nil {
			g = &group{locations: map[string]bool{}}
			groups[by(c)] = g
		}
		for _, x := range []*group{g, total} {
			x.locations[c.Location] = true
			if at := slices.Index(states, c.State); at >= 0 {
				x.counts[at]++
			}
		}
	}
	var names []string
	for n := range groups {
		names = append(names, n)
	}
	slices.Sort(names)
	table := make([][]int, 0, len(names)+1)
	for _, n := range names {
		g := groups[n]
		table = append(table, append([]int{len(g.locations)}, g.counts[:]...))
	}
	table = append(table, append([]int{len(total.locations)}, total.counts[:]...))
	cells := Suppress(table)
	out := make([]CoverageFigure, len(table))
	for i, c := range cells {
		out[i] = CoverageFigure{Locations: c[0], Done: c[1], Planned: c[2], AtRisk: c[3], Missed: c[4], Kept: -1}
		if i < len(names) {
			out[i].Name = names[i]
		}
		if n := table[i]; n[1]+n[2]+n[3]+n[4] >= FewestBase && !c[0].Hidden {
			out[i].Kept = share(n[1]+n[2], n[1]+n[2]+n[3]+n[4])
		}
	}
	return out
}

// share is a share in whole percent in steps of five, never up to all or down to
// none, so that no single one can be read out of it.
func share(part, whole int) int {
	percent := (part*100/whole + 2) / 5 * 5
	switch part {
	case whole:
		return 100
	case 0:
		return 0
	}
	return min(max(percent, 5), 95)
}

// The bounds of the classes of lead times, in days.
const (
	aWeek     = 7
	twoWeeks  = 14
	fourWeeks = 28
)

// leadFigures counts questions by the month in which they were asked, the first
// month first, with months without any in between.
func leadFigures(questions []Question, p Period, zone *time.Location) []LeadFigure {
	days := map[Month][]int{}
	for _, q := range questions {
		asked := calendar.DateOf(q.Asked, zone)
		if q.Visited.IsZero() || asked < p.From || asked > p.To {
			continue
		}
		days[MonthOf(asked)] = append(days[MonthOf(asked)], max(0, int(calendar.DateOf(q.Visited, zone)-asked)))
	}
	var out []LeadFigure
	for _, m := range p.months() {
		all := days[m]
		slices.Sort(all)
		upTo := func(most int) int {
			return len(all) - len(slices.DeleteFunc(slices.Clone(all), func(d int) bool { return d <= most }))
		}
		f := LeadFigure{Month: m, Questions: CellOf(len(all)), Median: -1}
		counts := [][]int{{upTo(aWeek)}, {upTo(twoWeeks) - upTo(aWeek)}, {upTo(fourWeeks) - upTo(twoWeeks)}, {len(all) - upTo(fourWeeks)}, {len(all)}}
		cells := Suppress(counts) // the classes add up to the month's questions
		f.Week, f.TwoWeeks, f.FourWeeks, f.Longer = cells[0][0], cells[1][0], cells[2][0], cells[3][0]
		if len(all) >= FewestBase {
			f.Median = all[len(all)/2]
		}
		out = append(out, f)
	}
	return out
}

func loadFigure(r *RoleResult) LoadFigure {
	f := LoadFigure{Role: r.Role, People: CellOf(len(r.Loads))}
	if f.Hidden = f.People.Hidden; f.Hidden {
		return f
	}
	for i := range r.Loads {
		f.Load, f.Capacity = f.Load+r.Loads[i].Load, f.Capacity+r.Loads[i].Capacity
	}
	f.Load, f.Capacity = ShownMinutes(f.Load), ShownMinutes(f.Capacity)
	return f
}
