package planner

import (
	"context"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/capacity"
)

// RemedyKind is a way to mend a shortage.
type RemedyKind string

// The kinds of remedy.
const (
	// MoreHours adds a person with so many tenths of a full-time week.
	MoreHours RemedyKind = "more_hours"
	// MoveLocations lets so many locations change hands.
	MoveLocations RemedyKind = "move_locations"
	// DropSecondVisits takes back so many visits beyond those promised.
	DropSecondVisits RemedyKind = "drop_second_visits"
)

// Remedy is the least of one kind with which everything fits.
type Remedy struct {
	Kind RemedyKind
	// Role is that of the added person.
	Role string
	// Steps is how much: tenths of a full-time person, locations or visits. It is
	// 0 when everything fits as it is.
	Steps int
	// Enough says that it was found; else nothing up to the most that was tried is.
	Enough bool
	// Proved says that one step less is surely not enough: the work is then more
	// than the time of all who may do it. Else one step less was tried with the
	// same search, and was not enough; of visits taken back, each of them was put
	// back by itself, as far as sixty plans go.
	Proved bool
	// Cost is the plan's cost with the remedy, in hundredths of a
	// minute-equivalent, Before without.
	Cost, Before int64
	// Scenario holds the change, where it is one of the state.
	Scenario Scenario
}

// The most that is tried of each kind.
const (
	mostTenths  = 100
	mostDropped = 400
)

// remedies looks for the least of each kind. Every plan is made with the same
// seed and number of iterations, so that they can be compared.
type remedies struct {
	state  *State
	period Period
	o      Options
	// today is the plan in which nothing changes hands, free the one in which as
	// much may as the options say.
	today, free *Plan
}

// Fits reports whether a plan serves every location and plans every visit that is
// asked for.
func (p *Plan) Fits() bool { return len(p.Unplanned) == 0 && !p.leavesLocations() }

func (p *Plan) leavesLocations() bool {
	return slices.ContainsFunc(p.Assignments, func(a Assigned) bool { return a.Kind == Primary && a.Staff == "" })
}

// Remedies returns for a region in which not everything fits as locations are
// served today the least remedy of each kind; nothing when everything fits. The
// added hours count with as many changes of hands as the options allow, and are
// left out when those alone are enough; so are the visits taken back, unless
// changes alone are enough: then it is how many they are without any.
func Remedies(ctx context.Context, s *State, o Options) ([]Remedy, error) {
	if o.Iterations == 0 {
		return nil, fmt.Errorf("remedies are compared at a number of iterations: Options.Iterations is 0")
	}
	r := &remedies{state: s, period: s.Programme.YearPeriod(o.Year), o: o}
	var err error
	if r.today, err = Solve(ctx, s, r.still(0)); err != nil || r.today.Fits() {
		return nil, err
	}
	if r.free = r.today; o.MaxChanges != 0 {
		if r.free, err = Solve(ctx, s, o); err != nil {
			return nil, err
		}
	}
	var out []Remedy
	for i := range s.Programme.Roles {
		if role := &s.Programme.Roles[i]; r.short(role) {
			x, err := r.moreHours(ctx, role)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
	}
	for _, find := range []func(context.Context) (Remedy, error){r.moveLocations, r.dropSecond} {
		x, err := find(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// short reports whether a role leaves something undone, whoever serves what.
func (r *remedies) short(role *Role) bool { return role.Assign != NotAssigned && !r.free.done(role.ID) }

// still are the options with which so many locations change hands at most.
func (r *remedies) still(changes int) Options {
	o := r.o
	o.MaxChanges = changes
	return o
}

// least looks for the least steps with which the plan of a scenario fits, from the
// plan without any.
func (r *remedies) least(ctx context.Context, x *Remedy, before *Plan, most int, with func(steps int) (Scenario, Options)) error {
	plans := map[int]*Plan{0: before}
	steps, enough, err := capacity.Least(most, func(n int) (bool, error) {
		if plans[n] == nil {
			c, o := with(n)
			s, faults := c.Apply(r.state)
			if len(faults) > 0 {
				return false, &ScenarioError{c.Name, faults}
			}
			p, err := Solve(ctx, s, o)
			if err != nil {
				return false, err
			}
			plans[n] = p
		}
		return plans[n].done(x.Role), nil
	})
	if err != nil {
		return err
	}
	x.Steps, x.Enough, x.Before = steps, enough, before.cost()
	if enough {
		x.Scenario, _ = with(steps)
		x.Cost = plans[steps].cost()
	}
	return nil
}

// done reports whether a plan leaves nothing of a role, or of any for an empty
// one.
func (p *Plan) done(role string) bool {
	if role == "" {
		return p.Fits()
	}
	return !slices.ContainsFunc(p.Unplanned, func(u Unplanned) bool { return u.Role == role }) &&
		!slices.ContainsFunc(p.Assignments, func(a Assigned) bool { return a.Kind == Primary && a.Role == role && a.Staff == "" })
}

func (p *Plan) cost() int64 {
	sum := p.Schedule.Soft
	for i := range p.Roles {
		sum += p.Roles[i].Cost
	}
	return sum
}

// moreHours adds one person at the location nearest to the middle of what is
// left undone, on weekdays, with any skill.
func (r *remedies) moreHours(ctx context.Context, role *Role) (Remedy, error) {
	x := Remedy{Kind: MoreHours, Role: role.ID}
	f, err := newFormulation(r.state, r.period)
	if err != nil {
		return x, err
	}
	full := role.FullTime
	if full == 0 {
		full = int(100 * f.state.Programme.Assume(FullTimeHours, "", r.period.From))
	}
	day := []calendar.Span{{From: 8*60 + 30, To: 17 * 60}}
	with := func(tenths int) (Scenario, Options) {
		person := Staff{
			ID: "extra-" + role.ID, Name: "+", Home: r.middle(role), Mode: Car, Skills: r.skills(), Pattern: calendar.Week{1: day, 2: day, 3: day, 4: day, 5: day},
			Contracts: []Contract{{Role: role.ID, Budget: WithoutIndication, HoursWeek: full * tenths / 10, From: calendar.NoDate, To: calendar.NoDate}},
		}
		if len(r.state.Organisations) > 0 {
			person.Organisation = r.state.Organisations[0].ID
		}
		return Scenario{Name: fmt.Sprintf("+%d.%d %s", tenths/10, tenths%10, role.ID), Staff: []Staff{person}}, r.o
	}
	if err := r.least(ctx, &x, r.free, mostTenths, with); err != nil || !x.Enough {
		return x, err
	}
	c, _ := with(x.Steps - 1)
	if x.Steps == 1 {
		c = Scenario{}
	}
	less, faults := c.Apply(r.state)
	if len(faults) > 0 {
		return x, &ScenarioError{c.Name, faults}
	}
	x.Proved, err = tooMuch(less, role.ID, r.period)
	return x, err
}

// middle is where the work is that is left undone: the location nearest to its
// mean.
func (r *remedies) middle(role *Role) Point {
	undone := map[string]bool{}
	for _, a := range r.free.Assignments {
		if a.Kind == Primary && a.Role == role.ID && a.Staff == "" {
			undone[a.Location] = true
		}
	}
	for _, u := range r.free.Unplanned {
		if u.Role == role.ID {
			undone[u.Location] = true
		}
	}
	var lat, lon, n float64
	for i := range r.state.Locations {
		if l := &r.state.Locations[i]; undone[l.ID] {
			lat, lon, n = lat+l.Point.Lat, lon+l.Point.Lon, n+1
		}
	}
	best, distance := Point{}, -1.0
	for i := range r.state.Locations {
		p := r.state.Locations[i].Point
		d := (p.Lat-lat/n)*(p.Lat-lat/n) + (p.Lon-lon/n)*(p.Lon-lon/n)
		if distance < 0 || d < distance {
			best, distance = p, d
		}
	}
	return best
}

func (r *remedies) skills() []string {
	var out []string
	for i := range r.state.Staff {
		for _, skill := range r.state.Staff[i].Skills {
			if !slices.Contains(out, skill) {
				out = append(out, skill)
			}
		}
	}
	return out
}

// tooMuch reports whether the work of a role is surely more than the time of all
// who may do it: each location takes at least what it takes of whoever can do it
// with least, and no division of the time covers that.
func tooMuch(s *State, role string, p Period) (bool, error) {
	f, err := newFormulation(s, p)
	if err != nil {
		return false, err
	}
	problem := f.formulatePrimary(s.Programme.Role(role), make([][]string, len(s.Locations)), map[string]int64{}, -1)
	time := make([]int64, len(problem.Staff))
	for i := range problem.Staff {
		time[i] = max(0, problem.Staff[i].Capacity-problem.Staff[i].Base)
	}
	work, serves := make([]int64, len(problem.Locations)), make([][]int, len(time))
	for l := range problem.Locations {
		for k, c := range problem.Locations[l].Candidates {
			if k == 0 || c.Load < work[l] {
				work[l] = c.Load
			}
			serves[c.Staff] = append(serves[c.Staff], l)
		}
	}
	return capacity.Fit(time, work, serves).Short > 0, nil
}

// moveLocations lets as few locations change hands as it takes.
func (r *remedies) moveLocations(ctx context.Context) (Remedy, error) {
	x := Remedy{Kind: MoveLocations}
	err := r.least(ctx, &x, r.today, len(r.state.Locations), func(n int) (Scenario, Options) { return Scenario{}, r.still(n) })
	return x, err
}

// dropSecond takes as few visits back beyond those promised as it takes: first
// those that could not be planned anyway. Of those each is put back by itself, as
// long as that is enough too.
func (r *remedies) dropSecond(ctx context.Context) (Remedy, error) {
	x := Remedy{Kind: DropSecondVisits}
	before, o := r.free, r.o
	if before.Fits() {
		before, o = r.today, r.still(0)
	}
	order := seconds(before)
	err := r.least(ctx, &x, before, min(len(order), mostDropped), func(n int) (Scenario, Options) { return takeBack(order[:n]), o })
	if err != nil || !x.Enough {
		return x, err
	}
	return x, r.putBack(ctx, &x, order[:x.Steps], o)
}

// takeBack is the scenario in which visits are taken back.
func takeBack(all []second) Scenario {
	c := Scenario{Name: fmt.Sprintf("-%d", len(all))}
	at := map[second]int{}
	for _, k := range all {
		i, known := at[k]
		if !known {
			i = len(c.Overrides)
			at[k], c.Overrides = i, append(c.Overrides, PromiseAt{Requirement: k.requirement, Location: k.location})
		}
		c.Overrides[i].Fewer++
	}
	return c
}

// mostPutBack is how many plans are made to see whether a visit can be put back.
const mostPutBack = 60

// putBack puts visits that were taken back, the last ones first, on the list again
// one by one where everything still fits.
func (r *remedies) putBack(ctx context.Context, x *Remedy, all []second, o Options) error {
	tried := 0
	for again := true; again && len(all) > 1; {
		again = false
		seen := map[second]bool{}
		for i := len(all) - 1; i >= 0 && !again && tried < mostPutBack; i-- {
			if seen[all[i]] {
				continue
			}
			seen[all[i]] = true
			less := slices.Delete(slices.Clone(all), i, i+1)
			c := takeBack(less)
			s, faults := c.Apply(r.state)
			if len(faults) > 0 {
				return &ScenarioError{c.Name, faults}
			}
			p, err := Solve(ctx, s, o)
			if err != nil {
				return err
			}
			tried++
			if p.Fits() {
				all, again = less, true
				x.Steps, x.Scenario, x.Cost = len(all), c, p.cost()
			}
		}
	}
	return nil
}

// second is a promise of which visits beyond the minimum can be taken back.
type second struct{ location, requirement string }

// seconds lists the visits of a plan that can be taken back, one by one: first
// those that could not be planned, then one of each location, and so on.
func seconds(p *Plan) []second {
	left := map[second]int{}
	for _, c := range p.Coverage {
		left[second{c.Location, c.Requirement}] += max(0, c.Target-max(c.Minimum, c.Done))
	}
	var out []second
	take := func(k second) bool {
		if left[k] == 0 {
			return false
		}
		left[k]--
		out = append(out, k)
		return true
	}
	for _, u := range p.Unplanned {
		if u.Level == Target {
			take(second{u.Location, u.Requirement})
		}
	}
	for again := true; again; {
		again = false
		for _, c := range p.Coverage {
			again = take(second{c.Location, c.Requirement}) || again
		}
	}
	return out
}
