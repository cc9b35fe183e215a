package planner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// Effect is what it would mean if one person got some locations of a role:
// one, those of a district, or any others. Everything else stays as it is.
type Effect struct {
	Role, Staff string
	// Locations are those that go to the person, those that they have included.
	Locations []string
	// Difference is the score of the role's primaries afterwards less the score
	// now; Hard counts the rules that the move breaks more than now.
	Difference Score
	// Amounts is the soft difference by constraint.
	Amounts []Amount
	// Loads are those that change, the person's own first.
	Loads []LoadChange
	// TravelWas and TravelIs are the travel of the role's primaries, in minutes a
	// year; FacesWas and FacesIs how many people a location sees over all roles,
	// in hundredths, on average; GapWas and GapIs how far the assignment is from
	// the plan's proved bound, in parts of a million of its cost, at most.
	TravelWas, TravelIs int64
	FacesWas, FacesIs   int
	GapWas, GapIs       int64
	// Excluded lists locations for which the person is no candidate.
	Excluded []string
}

// Effects works out for everybody with a role what it would mean if they got some
// locations, the best first. Who serves what now is in the plan and in the pins
// that were made since. An error means that the role is not given out, or that a
// location does not ask for it.
func Effects(s *State, p *Plan, role string, locations []string) ([]Effect, error) {
	if len(locations) == 0 {
		return nil, fmt.Errorf("no location to give to somebody as %s", role)
	}
	period := s.Programme.YearPeriod(p.From.Year())
	free := s
	for _, l := range locations {
		free, _ = free.withoutPin(period, l, role, Primary)
	}
	f, err := newFormulation(free, period)
	if err != nil {
		return nil, regionError(s, err)
	}
	r := s.Programme.Role(role)
	if r == nil || r.Assign == NotAssigned {
		return nil, fmt.Errorf("role %q is not given out", role)
	}
	single := *r
	single.Assign = ByLocation
	who := f.teamsOf(p.Assignments)
	planned := maps.Clone(who[role].primary)
	f.pinned(s, period, who)
	m := &mover{f: f, p: f.settled(&single, who), who: who, plan: p}
	m.now = m.p.solution(f, who[role].primary)
	m.was, m.wasAmounts, m.loads = assign.Evaluate(m.p.Problem, m.now)
	_, asPlanned, _ := assign.Evaluate(m.p.Problem, m.p.solution(f, planned))
	m.planned = lasting(asPlanned)
	m.later = (&opening{f: f, p: m.p, who: who}).laterRoles()
	if m.items, err = m.itemsOf(locations); err != nil {
		return nil, err
	}
	var out []Effect
	for i := range m.p.staff {
		out = append(out, m.effect(i, locations))
	}
	slices.SortStableFunc(out, func(a, b Effect) int {
		x, y := a.Difference, b.Difference
		return cmp.Or(cmp.Compare(x.Hard, y.Hard), cmp.Compare(x.Medium, y.Medium), cmp.Compare(x.Soft, y.Soft))
	})
	return out, nil
}

// pinned puts those in their place whom a lead pinned to a location of the
// period.
func (f *formulation) pinned(s *State, period Period, who teams) {
	for i := range s.Assignments {
		a := &s.Assignments[i]
		l := f.locationIndex(a.Location)
		if of, assigned := who[a.Role]; assigned && a.Pinned && l >= 0 && a.Kind == Primary && period.Overlap(a.From, a.To).Days() > 0 {
			of.primary[l] = a.Staff
		}
	}
}

// mover works out moves within one role.
type mover struct {
	f          *formulation
	p          *roleProblem
	who        teams
	plan       *Plan
	now, items []int
	was        assign.Score
	wasAmounts assign.Amounts
	loads      []int64
	later      *laterRoles
	// planned is what the plan's own assignment costs for good.
	planned int64
}

// lasting is the certified cost without the charge for changing hands: what was
// changed when the plan was made is no change any more.
func lasting(a assign.Amounts) int64 { return a.Certified() - a.Change }

// itemsOf finds the items of the problem that locations are.
func (m *mover) itemsOf(locations []string) ([]int, error) {
	var out []int
	for _, id := range locations {
		l := m.f.locationIndex(id)
		k := slices.IndexFunc(m.p.items, func(it item) bool { return l >= 0 && slices.Contains(it.locations, l) })
		if k < 0 {
			return nil, fmt.Errorf("location %q asks for nobody as %s", id, m.p.role.ID)
		}
		out = append(out, k)
	}
	return out, nil
}

// effect is that of giving the locations to the i-th person.
func (m *mover) effect(i int, locations []string) Effect {
	out := Effect{Role: m.p.role.ID, Staff: m.f.staffID(m.p, i), Locations: slices.Clone(locations)}
	then := slices.Clone(m.now)
	for at, k := range m.items {
		then[k] = i
		if !slices.ContainsFunc(m.p.Locations[k].Candidates, func(c assign.Candidate) bool { return c.Staff == i }) {
			out.Excluded = append(out.Excluded, locations[at])
		}
	}
	score, amounts, loads := assign.Evaluate(m.p.Problem, then)
	out.Difference = Score{Hard: score.Hard - m.was.Hard, Medium: score.Medium - m.was.Medium, Soft: score.Soft - m.was.Soft}
	face, pair := m.coupled(out.Staff)
	amounts.Coupled += face
	amounts.Pair += pair
	out.Difference.Soft += face + pair
	before := assignAmounts(m.wasAmounts)
	for k, a := range assignAmounts(amounts) {
		out.Amounts = append(out.Amounts, Amount{a.Constraint, a.Value - before[k].Value})
	}
	out.Loads = m.changes(i, then, loads)
	out.TravelWas, out.TravelIs = m.travel(m.now), m.travel(then)
	out.FacesWas, out.FacesIs = m.faces(m.now), m.faces(then)
	out.GapWas, out.GapIs = m.gap(m.wasAmounts), m.gap(amounts)
	return out
}

// coupled is what the later roles' faces and pairs come to when the items go to
// somebody.
func (m *mover) coupled(to string) (face, pair int64) {
	from := map[string][]int{}
	for _, k := range m.items {
		who := ""
		if m.now[k] != assign.None {
			who = m.f.staffID(m.p, m.now[k])
		}
		if who != to {
			from[who] = append(from[who], m.p.items[k].locations...)
		}
	}
	for _, who := range slices.Sorted(maps.Keys(from)) {
		f, p := m.later.difference(who, to, from[who])
		face, pair = face+f, pair+p
	}
	return face, pair
}

// changes lists whose loads change, the i-th person first.
func (m *mover) changes(i int, then []int, loads []int64) (out []LoadChange) {
	order := []int{i}
	for k := range m.p.staff {
		if k != i {
			order = append(order, k)
		}
	}
	count := func(staff []int, who int) (n int) {
		for _, s := range staff {
			if s == who {
				n++
			}
		}
		return n
	}
	for _, k := range order {
		if k != i && loads[k] == m.loads[k] {
			continue
		}
		id, capacity := m.f.staffID(m.p, k), m.p.Staff[k].Capacity
		out = append(out, LoadChange{
			Role: m.p.role.ID, Staff: id,
			Was: Load{id, m.loads[k], capacity, count(m.now, k)}, Is: Load{id, loads[k], capacity, count(then, k)},
		})
	}
	return out
}

// travel is that of a year, in minutes, to every location of a solution.
func (m *mover) travel(staff []int) (minutes int64) {
	for k, s := range staff {
		if s == assign.None {
			continue
		}
		for _, l := range m.p.items[k].locations {
			_, trips := m.f.work(m.p.role, l)
			who := &m.f.state.Staff[m.p.staff[s]]
			minutes += trips * 2 * m.f.travel.Cost(who.Home, m.f.state.Locations[l].Point, who.Mode)
		}
	}
	return minutes / 100
}

// faces is how many people a location sees, in hundredths, on average over those
// that see anybody.
func (m *mover) faces(staff []int) int {
	serving := map[int]string{}
	for k, s := range staff {
		if s != assign.None {
			for _, l := range m.p.items[k].locations {
				serving[l] = m.f.staffID(m.p, s)
			}
		}
	}
	faces, served := 0, 0
	for l := range m.f.state.Locations {
		var seen []string
		for _, r := range m.f.assignedRoles() {
			id := m.who[r.ID].primary[l]
			if r.ID == m.p.role.ID {
				id = serving[l]
			}
			if id != "" && !slices.Contains(seen, id) {
				seen = append(seen, id)
			}
		}
		if len(seen) > 0 {
			faces, served = faces+len(seen), served+1
		}
	}
	if served == 0 {
		return 0
	}
	return (100*faces + served/2) / served
}

// gap is how far an assignment is from the bound that the plan proves for the
// role, in parts of a million: the plan's own cost, and by how much this one is
// dearer for good.
func (m *mover) gap(a assign.Amounts) int64 {
	for i := range m.plan.Roles {
		r := &m.plan.Roles[i]
		if r.Role != m.p.role.ID || r.Kind != Primary {
			continue
		}
		if cost := r.Cost + lasting(a) - m.planned; cost > 0 {
			return max(0, (cost-r.Bound)*1_000_000/cost)
		}
	}
	return 0
}
