package planner

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// shortTown draws a small town whose people have about as much time as there is
// work, given out at random today.
func shortTown(random *rand.Rand) *State {
	s := capacityTown()
	role := &s.Programme.Roles[0]
	role.Consult, role.AcuteMinutesDay, role.DemandPerPlace = calendar.Week{}, 0, random.IntN(30)
	s.Programme.Requirements[0].Target = 1 + random.IntN(3)
	s.Programme.Requirements[0].MinGapDays = 45
	for i := range s.Staff {
		s.Staff[i].Contracts[0].HoursWeek = 20 + random.IntN(120)
	}
	for i := range s.Locations {
		s.Locations[i].Registrations[0].Places = random.IntN(80)
		s.Locations[i].Point.Lat += 0.02 * random.Float64()
		s.Assignments[i].Staff = s.Staff[random.IntN(2)].ID
	}
	return s
}

// stepsOf is the state and the options of a remedy with so many steps.
func stepsOf(t *testing.T, s *State, r *Remedy, o Options, n int) (*State, Options) {
	t.Helper()
	c := r.Scenario
	switch r.Kind {
	case MoreHours:
		c.Staff = slices.Clone(c.Staff)
		contract := c.Staff[0].Contracts[0]
		contract.HoursWeek = 3600 * n / 10
		c.Staff[0].Contracts = []Contract{contract}
		if n == 0 {
			c = Scenario{}
		}
	case MoveLocations:
		o.MaxChanges = n
	case DropSecondVisits:
		left := n
		c.Overrides = slices.Clone(c.Overrides)
		for i := range c.Overrides {
			c.Overrides[i].Fewer = min(left, c.Overrides[i].Fewer)
			left -= c.Overrides[i].Fewer
		}
		c.Overrides = slices.DeleteFunc(c.Overrides, func(p PromiseAt) bool { return p.Fewer == 0 })
	}
	out, faults := c.Apply(s)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return out, o
}

// anyWayFits tries every way to give the locations out and reports whether one
// stays within everybody's time.
func anyWayFits(t *testing.T, s *State) bool {
	t.Helper()
	f, err := newFormulation(s, s.Programme.YearPeriod(2027))
	if err != nil {
		t.Fatal(err)
	}
	p := f.formulatePrimary(&s.Programme.Roles[0], make([][]string, len(s.Locations)), map[string]int64{}, -1)
	left := make([]int64, len(p.Staff))
	for i := range left {
		left[i] = p.Staff[i].Capacity - p.Staff[i].Base
	}
	var try func(l int) bool
	try = func(l int) bool {
		if l == len(p.Locations) {
			return true
		}
		for _, c := range p.Locations[l].Candidates {
			if left[c.Staff] >= c.Load {
				left[c.Staff] -= c.Load
				ok := try(l + 1)
				left[c.Staff] += c.Load
				if ok {
					return true
				}
			}
		}
		return false
	}
	return try(0)
}

// TestTheLeastRemedySuffices draws towns: what is called enough is planned whole by
// the same search with the same seed and iterations, one step less is not, and what
// is called proved no way to give the locations out can do. WIJKPLANNER_LONG=1 draws
// 600 towns in place of 40.
func TestTheLeastRemedySuffices(t *testing.T) {
	t.Parallel()
	towns := 40
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		towns = 600
	}
	found, proved, enough := map[RemedyKind]int{}, 0, 0
	for town := range towns {
		s := shortTown(rand.New(rand.NewPCG(uint64(town), 7)))
		o := Options{Year: 2027, Seed: 1, Iterations: 60, Workers: 1, MaxChanges: -1}
		remedies, err := Remedies(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range remedies {
			r := &remedies[i]
			found[r.Kind]++
			if !r.Enough {
				continue
			}
			enough++
			checkRemedy(t, s, r, o, fmt.Sprintf("town %d, %s", town, r.Kind))
			if r.Proved {
				proved++
				if less, _ := stepsOf(t, s, r, o, r.Steps-1); anyWayFits(t, less) {
					t.Errorf("town %d, %s: %d steps are proved not to be enough, and are", town, r.Kind, r.Steps-1)
				}
			}
		}
	}
	t.Logf("%d towns: remedies %v, %d of them enough, %d proved", towns, found, enough, proved)
	if enough < towns/4 || proved < towns/10 || len(found) != 3 {
		t.Errorf("too few to say anything: %v, %d enough, %d proved", found, enough, proved)
	}
}

// TestAScenarioWithoutChangesIsTheRegionAsItIs: in the plan, the forecast, the
// waits and every figure, for ten towns that are drawn.
func TestAScenarioWithoutChangesIsTheRegionAsItIs(t *testing.T) {
	t.Parallel()
	for town := range 10 {
		s := shortTown(rand.New(rand.NewPCG(uint64(town), 11)))
		o := whatIfOptions
		o.Iterations, o.Runs = 60, 2
		got, err := WhatIf(t.Context(), s, []Scenario{{Name: "nothing"}}, o)
		if err != nil {
			t.Fatal(err)
		}
		a, b := got[0], got[1]
		if b.Scenario = ""; !reflect.DeepEqual(a.State, b.State) || !reflect.DeepEqual(a.Plan, b.Plan) || !reflect.DeepEqual(a.Forecast, b.Forecast) ||
			!reflect.DeepEqual(a.Waits, b.Waits) || a.Figures != b.Figures {
			t.Errorf("town %d: %+v and %+v", town, a.Figures, b.Figures)
		}
	}
}

// checkRemedy plans with the remedy and with one step less.
func checkRemedy(t *testing.T, s *State, r *Remedy, o Options, name string) {
	t.Helper()
	if r.Kind == DropSecondVisits {
		// Without any changes of hands where those alone would do.
		if free, err := Solve(t.Context(), s, o); err != nil || free.Fits() {
			o.MaxChanges = 0
		}
	}
	fits := func(n int) bool {
		state, with := stepsOf(t, s, r, o, n)
		p, err := Solve(t.Context(), state, with)
		if err != nil {
			t.Fatal(err)
		}
		return p.done(r.Role)
	}
	if r.Steps < 1 || !fits(r.Steps) {
		t.Errorf("%s: %d steps are not enough", name, r.Steps)
	}
	if fits(r.Steps - 1) {
		t.Errorf("%s: %d steps are called the least, and one less is enough", name, r.Steps)
	}
}
