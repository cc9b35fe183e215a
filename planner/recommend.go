package planner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// Recommendation ranks who could have one location in a role, everything else
// staying as it is.
type Recommendation struct {
	Role string
	Kind AssignmentKind
	// Locations are those that go together: one, or those of a whole district.
	Locations []string
	// Ranking holds the candidates: first those whom no rule forbids, the best
	// first, then the others with what blocks them.
	Ranking []Ranked
	// Excluded holds the others with the role, and why they are no candidates.
	Excluded []Excluded
}

// Ranked is one candidate of a recommendation.
type Ranked struct {
	Staff string
	// Serves marks who has the location now: the difference is 0.
	Serves bool
	// StandsIn says that the person is the location's backup now, so that
	// somebody else must be.
	StandsIn bool
	// Difference is the score of all roles' primaries with this person less the
	// score now, exactly: Hard counts the rules in Blocked, Medium is negative
	// where nobody has the location now. For a backup it is the score of the
	// role's backups.
	Difference Score
	// Amounts is the soft difference by constraint.
	Amounts []Amount
	// Load is the person's with the location, of Capacity, in minutes a year.
	Load, Capacity int64
	// Blocked holds each rule in the way and what is missing, "capacity:300".
	Blocked []string
}

// Excluded is somebody with the role who is no candidate for a location.
type Excluded struct {
	Staff string
	// Why is contract (it does not last), backup (pinned as such there), primary
	// (for a backup) or reach (too many are nearer).
	Why string
}

// Recommend ranks all who could have a location in a role in a year, given a
// plan's assignments; without a plan, those in force when the year begins. An
// error means that the location does not want anybody in the role.
func Recommend(s *State, p *Plan, year int, location, role string, kind AssignmentKind) (*Recommendation, error) {
	period := s.Programme.YearPeriod(year)
	s, pinned := s.withoutPin(period, location, role, kind)
	f, err := newFormulation(s, period)
	if err != nil {
		return nil, regionError(s, err)
	}
	l, r := f.locationIndex(location), s.Programme.Role(role)
	switch {
	case l < 0:
		return nil, fmt.Errorf("location %q is unknown", location)
	case r == nil:
		return nil, fmt.Errorf("role %q is unknown; roles are %v", role, roleIDs(&s.Programme))
	case r.Assign == NotAssigned || !f.needs(r, l) || kind == Backup && !r.Backup:
		return nil, fmt.Errorf("location %s asks for no %s as %s in %d", location, kind, role, year)
	}
	who := f.teamsToday()
	if p != nil {
		who = f.teamsOf(p.Assignments)
	}
	o := f.opening(r, l, kind, who)
	o.pinned = pinned
	return o.recommendation(), nil
}

// withoutPin returns a state in which nobody is pinned to a location, and who
// was, or "".
func (s *State) withoutPin(p Period, location, role string, kind AssignmentKind) (free *State, pinned string) {
	c := *s
	c.Assignments = slices.Clone(s.Assignments)
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if a.Pinned && a.Location == location && a.Role == role && a.Kind == kind && p.Overlap(a.From, a.To).Days() > 0 {
			a.Pinned, pinned = false, a.Staff
		}
	}
	return &c, pinned
}

func roleIDs(p *Programme) []string {
	out := make([]string, len(p.Roles))
	for i := range p.Roles {
		out[i] = p.Roles[i].ID
	}
	return out
}

// teamsToday returns who serves what when the period begins.
func (f *formulation) teamsToday() teams {
	t := teams{}
	for _, role := range f.assignedRoles() {
		t[role.ID] = team{primary: map[int]string{}, backup: map[int]string{}}
		for l := range f.state.Locations {
			if !f.needs(role, l) {
				continue
			}
			for kind, of := range map[AssignmentKind]map[int]string{Primary: t[role.ID].primary, Backup: t[role.ID].backup} {
				if a := f.inForce(role.ID, f.state.Locations[l].ID, kind); a != nil {
					of[l] = a.Staff
				}
			}
		}
	}
	return t
}

// teamsOf returns who serves what in a plan.
func (f *formulation) teamsOf(rows []Assigned) teams {
	index := make(map[string]int, len(f.state.Locations))
	for l := range f.state.Locations {
		index[f.state.Locations[l].ID] = l
	}
	t := teams{}
	for _, role := range f.assignedRoles() {
		t[role.ID] = team{primary: map[int]string{}, backup: map[int]string{}}
	}
	for i := range rows {
		a := &rows[i]
		l, known := index[a.Location]
		if of, assigned := t[a.Role]; known && assigned && a.Staff != "" {
			if a.Kind == Backup {
				of.backup[l] = a.Staff
			} else {
				of.primary[l] = a.Staff
			}
		}
	}
	return t
}

// opening is one item of a role's problem that is to be given away.
type opening struct {
	f     *formulation
	p     *roleProblem
	who   teams
	item  int
	staff []int // who has each item now
	// pinned is whom a lead pinned to it, or "".
	pinned string
}

// opening formulates the problem of a role around one of its locations.
func (f *formulation) opening(role *Role, l int, kind AssignmentKind, who teams) *opening {
	if role.Assign == ByDistrict && f.splits(role, who[role.ID].primary) {
		single := *role
		single.Assign = ByLocation
		role = &single
	}
	o := &opening{f: f, who: who}
	serving := who[role.ID].primary
	primaries := f.settled(role, who)
	o.p = primaries
	if kind == Backup {
		left := map[string]int64{}
		_, _, loads := assign.Evaluate(primaries.Problem, primaries.solution(f, serving))
		for i, s := range primaries.staff {
			left[f.state.Staff[s].ID] = primaries.Staff[i].Capacity - loads[i]
		}
		o.p = f.formulateBackup(role, serving, left)
		serving = who[role.ID].backup
	}
	o.item = slices.IndexFunc(o.p.items, func(it item) bool { return slices.Contains(it.locations, l) })
	o.staff = o.p.solution(f, serving)
	return o
}

// splits reports whether a role that gives out whole districts has one with more
// than one person, as before its first plan.
func (f *formulation) splits(role *Role, serving map[int]string) bool {
	for _, it := range f.items(role, Primary) {
		for _, l := range it.locations {
			if serving[l] != serving[it.locations[0]] {
				return true
			}
		}
	}
	return false
}

// settled formulates the primaries of a role when all other roles are settled.
func (f *formulation) settled(role *Role, who teams) *roleProblem {
	faces, before := make([][]string, len(f.state.Locations)), teams{}
	for _, r := range f.assignedRoles() {
		if r.ID == role.ID {
			break
		}
		before[r.ID] = who[r.ID]
		for l, s := range who[r.ID].primary {
			if !slices.Contains(faces[l], s) {
				faces[l] = append(faces[l], s)
			}
		}
	}
	p := f.formulatePrimary(role, faces, f.spentBeside(role, who), -1)
	p.Ties = f.ties(p, before)
	return p
}

// spentBeside returns what each organisation with a limit spends in other roles:
// in later ones without the base, which the problem reckons with by itself.
func (f *formulation) spentBeside(role *Role, who teams) map[string]int64 {
	spent := map[string]int64{}
	later := false
	for _, r := range f.assignedRoles() {
		if r.ID == role.ID {
			later = true
			continue
		}
		for l, s := range who[r.ID].primary {
			if i := f.staffIndex(s); i >= 0 {
				_, load := f.service(&f.state.Staff[i], r, l)
				spent[f.state.Staff[i].Organisation] += load
			}
		}
		for i := range f.state.Staff {
			if m := &f.state.Staff[i]; !later {
				spent[m.Organisation] += f.base(m, r.ID)
			}
		}
	}
	return spent
}

// solution returns who has each item, None where nobody with the role does.
func (p *roleProblem) solution(f *formulation, serving map[int]string) []int {
	index := make(map[string]int, len(p.staff))
	for i, s := range p.staff {
		index[f.state.Staff[s].ID] = i
	}
	out := make([]int, len(p.items))
	for k, it := range p.items {
		out[k] = assign.None
		if i, known := index[serving[it.locations[0]]]; known {
			out[k] = i
		}
	}
	return out
}

// recommendation ranks the candidates of the opening.
func (o *opening) recommendation() *Recommendation {
	out := &Recommendation{Role: o.p.role.ID, Kind: o.p.kind}
	for _, l := range o.p.items[o.item].locations {
		out.Locations = append(out.Locations, o.f.state.Locations[l].ID)
	}
	_, _, loads := assign.Evaluate(o.p.Problem, o.staff)
	later := o.laterRoles()
	candidates := map[int]bool{}
	for _, a := range assign.Recommend(o.p.Problem, o.staff, o.item) {
		candidates[a.Staff] = true
		out.Ranking = append(out.Ranking, o.ranked(&a, loads, later))
	}
	slices.SortStableFunc(out.Ranking, func(a, b Ranked) int {
		x, y := a.Difference, b.Difference
		return cmp.Or(cmp.Compare(x.Hard, y.Hard), cmp.Compare(x.Medium, y.Medium), cmp.Compare(x.Soft, y.Soft))
	})
	for i := range o.p.staff {
		if !candidates[i] {
			out.Excluded = append(out.Excluded, Excluded{Staff: o.f.staffID(o.p, i), Why: o.excluded(i)})
		}
	}
	return out
}

// ranked turns one candidate into a row.
func (o *opening) ranked(a *assign.Ranked, loads []int64, later *laterRoles) Ranked {
	out := Ranked{
		Staff: o.f.staffID(o.p, a.Staff), Serves: a.Serves, Difference: Score(a.Difference),
		Load: loads[a.Staff], Capacity: o.p.Staff[a.Staff].Capacity,
	}
	if !a.Serves {
		c := slices.IndexFunc(o.p.Locations[o.item].Candidates, func(c assign.Candidate) bool { return c.Staff == a.Staff })
		out.Load += o.p.Locations[o.item].Candidates[c].Load
	}
	amounts := a.Amounts
	if o.p.kind == Primary && !a.Serves {
		face, pair := later.difference(o.serves(), out.Staff, o.p.items[o.item].locations)
		amounts.Coupled += face
		amounts.Pair += pair
		out.Difference.Soft += face + pair
	}
	out.Amounts = assignAmounts(amounts)
	if o.pinned != "" && o.pinned != out.Staff {
		out.Blocked = append(out.Blocked, string(assign.RulePin))
		out.Difference.Hard++
	}
	for _, b := range a.Blocks {
		out.Blocked = append(out.Blocked, fmt.Sprintf("%s:%d", b.Rule, b.Missing))
	}
	out.StandsIn = o.p.kind == Primary && slices.ContainsFunc(o.p.items[o.item].locations, func(l int) bool {
		return o.who[o.p.role.ID].backup[l] == out.Staff
	})
	return out
}

// serves returns who has the opening now, or "".
func (o *opening) serves() string {
	if s := o.staff[o.item]; s != assign.None {
		return o.f.staffID(o.p, s)
	}
	return ""
}

// excluded says why somebody with the role is no candidate.
func (o *opening) excluded(i int) string {
	m, it := &o.f.state.Staff[o.p.staff[i]], o.p.items[o.item]
	switch {
	case !o.f.contractCovers(m, o.p.role.ID, it.locations):
		return blockedContract
	case o.f.mustStandIn(o.p, m, it):
		return string(Backup)
	case o.p.kind == Backup && o.who[o.p.role.ID].primary[it.locations[0]] == m.ID:
		return string(Primary)
	default:
		return Reach
	}
}

// laterRoles holds what the roles after one cost because of who serves in it:
// they count faces and pairs against it.
type laterRoles struct {
	f     *formulation
	who   teams
	roles []*Role
	role  *Role
	// met counts the locations that two people share, by later role, its person
	// and the other.
	met map[[3]string]int
}

func (o *opening) laterRoles() *laterRoles {
	out := &laterRoles{f: o.f, who: o.who, role: o.p.role, met: map[[3]string]int{}}
	all := o.f.assignedRoles()
	own := slices.IndexFunc(all, func(r *Role) bool { return r.ID == o.p.role.ID })
	out.roles = all[own+1:]
	for k, r := range out.roles {
		for _, other := range all[:own+1+k] {
			if other.Pair != r.ID && r.Pair != other.ID {
				continue
			}
			for l, s := range o.who[r.ID].primary {
				out.meet(r.ID, s, o.who[other.ID].primary[l], 1)
			}
		}
	}
	return out
}

// meet counts a location that two people share and returns by how many pairs
// there are more.
func (x *laterRoles) meet(role, s, other string, by int) int64 {
	if s == "" || other == "" || s == other {
		return 0
	}
	key := [3]string{role, s, other}
	before := x.met[key]
	x.met[key] += by
	switch {
	case before == 0 && by > 0:
		return 1
	case before+by == 0:
		return -1
	}
	return 0
}

// difference returns by how much the later roles' faces and pairs grow when some
// locations go from one person to another.
func (x *laterRoles) difference(from, to string, locations []int) (face, pair int64) {
	for _, r := range x.roles {
		paired := x.role.Pair == r.ID || r.Pair == x.role.ID
		for _, l := range locations {
			s := x.who[r.ID].primary[l]
			if s == "" {
				continue
			}
			face += x.newFace(r, l, s, to) - x.newFace(r, l, s, from)
			if paired {
				pair += x.meet(r.ID, s, from, -1) + x.meet(r.ID, s, to, 1)
			}
		}
		for _, l := range locations { // as it was
			if paired {
				x.meet(r.ID, x.who[r.ID].primary[l], to, -1)
				x.meet(r.ID, x.who[r.ID].primary[l], from, 1)
			}
		}
	}
	return face * x.f.weights.Face, pair * x.f.weights.Pair
}

// newFace returns 1 where a later role's person is another face than those of
// the roles before it, the role itself served by a given person.
func (x *laterRoles) newFace(later *Role, l int, s, by string) int64 {
	faces := 0
	for _, r := range x.f.assignedRoles() {
		if r.ID == later.ID {
			break
		}
		face := x.who[r.ID].primary[l]
		if r.ID == x.role.ID {
			face = by
		}
		if face == s {
			return 0
		}
		if face != "" {
			faces++
		}
	}
	if faces == 0 {
		return 0
	}
	return 1
}
