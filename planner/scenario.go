package planner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Scenario is what if: changes to what is known of a region. Whatever it leaves
// empty stays as it is.
type Scenario struct {
	Name string
	// Locations, Districts, Municipalities, Organisations and Staff come in, all at
	// once; what they need may be among them.
	Locations      []Location
	Districts      []District
	Municipalities []Municipality
	Organisations  []Organisation
	Staff          []Staff
	// Requirements come in too: an outreach visit, for example.
	Requirements []Requirement
	// Copies come in too, each like somebody who is there.
	Copies []Copy
	// Close ends locations, Leave people's contracts, on a last day.
	Close []LastDay
	Leave []LastDay
	// Hours changes contracts from a day on.
	Hours []HoursChange
	// Absences come on top of those there are.
	Absences []Absence
	// Assumptions and Weights take the place of those of the same key, Promises of
	// what requirements ask.
	Assumptions []Assumption
	Weights     *Weights
	Promises    []Promise
	// Overrides takes the visits beyond the promised ones back at single locations.
	Overrides []PromiseAt
	// Merges make one district of several.
	Merges []Merge
	// Ends is the programme's last day, 0 for as it is.
	Ends calendar.Date
}

// WhatIfReason is the reason that a scenario gives pins above a capacity or a
// ceiling.
const WhatIfReason = "what_if"

// LastDay ends something after a day.
type LastDay struct {
	ID string
	On calendar.Date
}

// Copy is a new person like one that is there: of the same home, skills and weekly
// pattern, with one contract.
type Copy struct {
	ID, Like, Role string
	// HoursWeek is in hundredths of an hour.
	HoursWeek int
	From      calendar.Date
}

// HoursChange gives somebody another contract in a role, from a day on.
type HoursChange struct {
	Staff, Role string
	// HoursWeek is in hundredths of an hour; 0 ends the contract.
	HoursWeek int
	From      calendar.Date
}

// Promise is what a requirement asks of each location a year.
type Promise struct {
	Requirement     string
	Minimum, Target int
}

// PromiseAt takes visits back that a requirement asks of one location beyond its
// minimum: so many, or for 0 all of them.
type PromiseAt struct {
	Requirement, Location string
	Fewer                 int
}

// Merge makes one district, which is among them or new, of several.
type Merge struct {
	Into, Name string
	Districts  []string
}

// Empty reports whether the scenario changes nothing.
func (c *Scenario) Empty() bool {
	return len(c.Locations)+len(c.Districts)+len(c.Municipalities)+len(c.Organisations)+len(c.Staff)+len(c.Requirements)+len(c.Copies)+len(c.Close)+len(c.Leave)+
		len(c.Hours)+len(c.Absences)+len(c.Assumptions)+len(c.Promises)+len(c.Overrides)+len(c.Merges) == 0 && c.Weights == nil && c.Ends == 0
}

// scene is a scenario being applied to a copy of a state.
type scene struct {
	*State
	faults []InputError
}

// Apply returns the state as it would be, and leaves the one there is alone. It
// returns everything that is wrong with the scenario instead when something is.
func (c *Scenario) Apply(s *State) (*State, []InputError) {
	x := &scene{State: s.clone()}
	x.comeIn(c)
	for i := range c.Copies {
		x.copy(i, &c.Copies[i])
	}
	x.end(c)
	for i := range c.Hours {
		x.changeHours(i, &c.Hours[i])
	}
	for i, a := range c.Absences {
		if x.staff(a.Staff) == nil {
			x.unknown(fmt.Sprintf("absences[%d].staff", i), a.Staff)
		}
		x.Absences = append(x.Absences, a)
	}
	x.changeNorms(c)
	for i := range c.Merges {
		x.merge(i, &c.Merges[i])
	}
	x.checkPlaces()
	x.loosen(c)
	if len(x.faults) > 0 {
		return nil, x.faults
	}
	return x.State, nil
}

// clone copies a state as deep as scenarios change it.
func (s *State) clone() *State {
	out := *s
	out.Organisations, out.Staff = slices.Clone(s.Organisations), slices.Clone(s.Staff)
	for i := range out.Staff {
		out.Staff[i].Contracts = slices.Clone(out.Staff[i].Contracts)
	}
	out.Districts, out.Locations = slices.Clone(s.Districts), slices.Clone(s.Locations)
	out.Assignments = slices.Clone(s.Assignments)
	out.Absences, out.Blackouts = slices.Clone(s.Absences), slices.Clone(s.Blackouts)
	p := &out.Programme
	p.Municipalities, p.Assumptions = slices.Clone(p.Municipalities), slices.Clone(p.Assumptions)
	p.Requirements, p.Roles = slices.Clone(p.Requirements), slices.Clone(p.Roles)
	return &out
}

func (x *scene) unknown(field, id string) {
	x.faults = append(x.faults, inputError(field, "unknown", fmt.Sprintf("%q is hier niet bekend.", id), fmt.Sprintf("%q is not known here.", id)))
}

func (x *scene) twice(field, id string) {
	x.faults = append(x.faults, inputError(field, "exists", fmt.Sprintf("%q is er al.", id), fmt.Sprintf("%q is there already.", id)))
}

// cameIn appends what comes in, each id once.
func cameIn[T any](x *scene, field string, have, fresh []T, id func(*T) string) []T {
	known := map[string]bool{}
	for i := range have {
		known[id(&have[i])] = true
	}
	for i := range fresh {
		if key := id(&fresh[i]); known[key] || key == "" {
			x.twice(fmt.Sprintf("%s[%d].id", field, i), key)
		} else {
			known[key] = true
		}
	}
	return append(have, fresh...)
}

func (x *scene) comeIn(c *Scenario) {
	p := &x.Programme
	p.Municipalities = cameIn(x, "municipalities", p.Municipalities, c.Municipalities, func(m *Municipality) string { return m.Code })
	x.Organisations = cameIn(x, "organisations", x.Organisations, c.Organisations, func(o *Organisation) string { return o.ID })
	x.Districts = cameIn(x, "districts", x.Districts, c.Districts, func(d *District) string { return d.ID })
	x.Locations = cameIn(x, "locations", x.Locations, c.Locations, func(l *Location) string { return l.ID })
	x.Staff = cameIn(x, "staff", x.Staff, c.Staff, func(m *Staff) string { return m.ID })
	p.Requirements = cameIn(x, "requirements", p.Requirements, c.Requirements, func(r *Requirement) string { return r.ID })
	for i := range c.Requirements {
		if r := &c.Requirements[i]; p.Role(r.Role) == nil {
			x.unknown(fmt.Sprintf("requirements[%d].role", i), r.Role)
		}
		if r := &c.Requirements[i]; p.VisitType(r.VisitType) == nil {
			x.unknown(fmt.Sprintf("requirements[%d].visit_type", i), r.VisitType)
		}
	}
	for i := range c.Staff {
		for k, contract := range c.Staff[i].Contracts {
			if p.Role(contract.Role) == nil {
				x.unknown(fmt.Sprintf("staff[%d].contracts[%d].role", i, k), contract.Role)
			}
		}
	}
}

func (x *scene) copy(i int, c *Copy) {
	field := fmt.Sprintf("copies[%d]", i)
	like := x.staff(c.Like)
	switch {
	case like == nil:
		x.unknown(field+".like", c.Like)
	case c.ID == "" || x.staff(c.ID) != nil:
		x.twice(field+".id", c.ID)
	case x.Programme.Role(c.Role) == nil:
		x.unknown(field+".role", c.Role)
	default:
		fresh := *like
		fresh.ID, fresh.Name, fresh.Photo = c.ID, c.ID, ""
		budget := like.budgetOn(c.Role, max(c.From, 0))
		fresh.Contracts = []Contract{{Role: c.Role, Budget: cmp.Or(budget, WithoutIndication), HoursWeek: c.HoursWeek, From: c.From, To: calendar.NoDate}}
		x.Staff = append(x.Staff, fresh)
	}
}

func (x *scene) staff(id string) *Staff {
	i := slices.IndexFunc(x.Staff, func(m Staff) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	return &x.Staff[i]
}

func (x *scene) end(c *Scenario) {
	for i, e := range c.Close {
		k := slices.IndexFunc(x.Locations, func(l Location) bool { return l.ID == e.ID })
		if k < 0 {
			x.unknown(fmt.Sprintf("close[%d].id", i), e.ID)
			continue
		}
		x.Locations[k].Closed = e.On
	}
	for i, e := range c.Leave {
		m := x.staff(e.ID)
		if m == nil {
			x.unknown(fmt.Sprintf("leave[%d].id", i), e.ID)
			continue
		}
		m.Contracts = endedOn(m.Contracts, "", e.On)
	}
	if c.Ends != 0 {
		x.Programme.To = c.Ends
	}
}

// loosen keeps pins from making a scenario impossible: who has no contract any more
// when a pin would hold leaves the location to the search, and what a pin asks
// above a capacity is part of the answer, with a reason of its own.
func (x *scene) loosen(c *Scenario) {
	if c.Empty() {
		return
	}
	ends := map[string]bool{}
	for _, e := range c.Leave {
		ends[e.ID] = true
	}
	for _, h := range c.Hours {
		ends[h.Staff] = ends[h.Staff] || h.HoursWeek == 0
	}
	for i := range x.Assignments {
		a := &x.Assignments[i]
		switch {
		case !a.Pinned:
		case ends[a.Staff]:
			a.Pinned = false
		case a.Reason == "":
			a.Reason = WhatIfReason
		}
	}
}

// Settled returns the assignments of a scenario that becomes so: pins that had no
// reason before and need none with its plan lose the one that loosened them, so that
// "what if" is said of nothing but what the scenario really put above a capacity or a
// ceiling.
func Settled(before []Assignment, after *State, plan *Plan) []Assignment {
	out := slices.Clone(after.Assignments)
	for i := range out {
		a := out[i]
		if a.Reason != WhatIfReason {
			continue
		}
		if a.Reason = ""; slices.Contains(before, a) && plan.fits(after, &a) {
			out[i].Reason = ""
		}
	}
	return out
}

// fits reports whether somebody's load in the role and kind of an assignment is
// within their capacity and every ceiling of their contracts.
func (p *Plan) fits(s *State, a *Assignment) bool {
	for i := range p.Roles {
		r := &p.Roles[i]
		if r.Role != a.Role || r.Kind != a.Kind {
			continue
		}
		for _, l := range r.Loads {
			if l.Staff == a.Staff && (l.Load > l.Capacity || !s.underCeilings(a, l.Locations)) {
				return false
			}
		}
	}
	return true
}

func (s *State) underCeilings(a *Assignment, locations int) bool {
	at := slices.IndexFunc(s.Staff, func(m Staff) bool { return m.ID == a.Staff })
	return at >= 0 && !slices.ContainsFunc(s.Staff[at].Contracts, func(c Contract) bool {
		return c.Role == a.Role && c.MaxLocations > 0 && locations > c.MaxLocations
	})
}

// endedOn ends contracts in a role, or in every role, after a day; those that
// would begin later are gone.
func endedOn(contracts []Contract, role string, last calendar.Date) []Contract {
	var out []Contract
	for _, c := range contracts {
		if role != "" && c.Role != role {
			out = append(out, c)
			continue
		}
		if c.From != calendar.NoDate && c.From > last {
			continue
		}
		if c.To == calendar.NoDate || c.To > last {
			c.To = last
		}
		out = append(out, c)
	}
	return out
}

func (x *scene) changeHours(i int, h *HoursChange) {
	field := fmt.Sprintf("hours[%d]", i)
	m := x.staff(h.Staff)
	if m == nil {
		x.unknown(field+".staff", h.Staff)
		return
	}
	was := slices.IndexFunc(m.Contracts, func(c Contract) bool { return c.Role == h.Role })
	if was < 0 {
		x.unknown(field+".role", h.Role)
		return
	}
	if h.HoursWeek < 0 || h.HoursWeek > 168*100 {
		x.faults = append(x.faults, inputError(field+".hours_week", "out_of_range", "Kies 0 tot en met 168 uur.", "Want 0 to 168 hours."))
		return
	}
	now := m.Contracts[was]
	if h.From == calendar.NoDate {
		m.Contracts = slices.DeleteFunc(m.Contracts, func(c Contract) bool { return c.Role == h.Role })
	} else {
		m.Contracts = endedOn(m.Contracts, h.Role, h.From-1)
	}
	if h.HoursWeek > 0 {
		now.HoursWeek, now.From = h.HoursWeek, h.From
		m.Contracts = append(m.Contracts, now)
	}
}

func (x *scene) changeNorms(c *Scenario) {
	p := &x.Programme
	known := append(AssumptionDefaults(), ForecastAssumptions()...)
	for i, a := range c.Assumptions {
		if !slices.ContainsFunc(known, func(k Assumption) bool { return k.Key == a.Key }) {
			x.unknown(fmt.Sprintf("assumptions[%d].key", i), a.Key)
			continue
		}
		p.Assumptions = slices.DeleteFunc(p.Assumptions, func(b Assumption) bool {
			return b.Key == a.Key && b.Organisation == a.Organisation && (a.From == calendar.NoDate || b.From >= a.From)
		})
		p.Assumptions = append(p.Assumptions, a)
	}
	if c.Weights != nil {
		p.Weights = *c.Weights
	}
	for i, q := range c.Promises {
		field := fmt.Sprintf("promises[%d]", i)
		k := x.requirement(field, q.Requirement)
		switch {
		case k == nil:
		case q.Minimum < 0 || q.Target < q.Minimum:
			x.faults = append(x.faults, inputError(field+".target", "out_of_range",
				"Het doel is minstens het minimum, en dat minstens 0.", "The target is at least the minimum, and that at least 0."))
		default:
			k.Minimum, k.Target = q.Minimum, q.Target
		}
	}
	for i, q := range c.Overrides {
		x.promiseLess(fmt.Sprintf("overrides[%d]", i), q)
	}
}

func (x *scene) requirement(field, id string) *Requirement {
	k := slices.IndexFunc(x.Programme.Requirements, func(r Requirement) bool { return r.ID == id })
	if k < 0 {
		x.unknown(field+".requirement", id)
		return nil
	}
	return &x.Programme.Requirements[k]
}

// promiseLess takes visits of a requirement at a location back.
func (x *scene) promiseLess(field string, q PromiseAt) {
	r := x.requirement(field, q.Requirement)
	if r == nil {
		return
	}
	if !slices.ContainsFunc(x.Locations, func(l Location) bool { return l.ID == q.Location }) {
		x.unknown(field+".location", q.Location)
		return
	}
	r.Overrides = slices.Clone(r.Overrides)
	k := slices.IndexFunc(r.Overrides, func(o Override) bool { return o.Location == q.Location })
	if k < 0 {
		k = len(r.Overrides)
		r.Overrides = append(r.Overrides, Override{Location: q.Location, Minimum: -1, Target: -1, MinGapDays: -1, Every: -1})
	}
	o := &r.Overrides[k]
	asked := func(own, general int) int {
		if own >= 0 {
			return own
		}
		return general
	}
	least := asked(o.Minimum, r.Minimum)
	if o.Target = max(least, asked(o.Target, r.Target)-q.Fewer); q.Fewer == 0 {
		o.Target = least
	}
}

// merge makes one district of several: its locations, neighbours and black-outs
// are those of all of them.
func (x *scene) merge(i int, m *Merge) {
	field := fmt.Sprintf("merges[%d]", i)
	var neighbours []string
	for k, id := range m.Districts {
		d := slices.IndexFunc(x.Districts, func(d District) bool { return d.ID == id })
		if d < 0 {
			x.unknown(fmt.Sprintf("%s.districts[%d]", field, k), id)
			return
		}
		neighbours = append(neighbours, x.Districts[d].Neighbours...)
	}
	if len(m.Districts) == 0 || m.Into == "" {
		x.unknown(field+".into", m.Into)
		return
	}
	gone := func(id string) bool { return slices.Contains(m.Districts, id) }
	first := x.Districts[slices.IndexFunc(x.Districts, func(d District) bool { return d.ID == m.Districts[0] })]
	first.ID = m.Into
	if m.Name != "" {
		first.Name = m.Name
	}
	slices.Sort(neighbours)
	first.Neighbours = slices.DeleteFunc(slices.Compact(neighbours), gone)
	x.Districts = append(slices.DeleteFunc(x.Districts, func(d District) bool { return gone(d.ID) }), first)
	if !gone(m.Into) && slices.ContainsFunc(x.Districts[:len(x.Districts)-1], func(d District) bool { return d.ID == m.Into }) {
		x.twice(field+".into", m.Into)
	}
	for k := range x.Districts {
		x.Districts[k].Neighbours = renamed(x.Districts[k].Neighbours, gone, m.Into)
	}
	for k := range x.Locations {
		if gone(x.Locations[k].District) {
			x.Locations[k].District = m.Into
		}
	}
	for k := range x.Blackouts {
		if gone(x.Blackouts[k].District) {
			x.Blackouts[k].District = m.Into
		}
	}
	x.reselect(gone, m.Into)
}

func renamed(ids []string, gone func(string) bool, into string) []string {
	var out []string
	for _, id := range ids {
		if gone(id) {
			id = into
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// reselect follows a merge in the selections of roles and requirements.
func (x *scene) reselect(gone func(string) bool, into string) {
	follow := func(s *Selection) *Selection {
		if s == nil || len(s.Districts) == 0 {
			return s
		}
		out := *s
		out.Districts = renamed(s.Districts, gone, into)
		return &out
	}
	for i := range x.Programme.Roles {
		x.Programme.Roles[i].Select = follow(x.Programme.Roles[i].Select)
	}
	for i := range x.Programme.Requirements {
		x.Programme.Requirements[i].Select = follow(x.Programme.Requirements[i].Select)
	}
}

// checkPlaces refuses locations in districts that are not there.
func (x *scene) checkPlaces() {
	known := map[string]bool{"": true}
	for i := range x.Districts {
		known[x.Districts[i].ID] = true
	}
	for i := range x.Locations {
		if l := &x.Locations[i]; !known[l.District] {
			x.unknown("locations."+l.ID+".district", l.District)
		}
	}
}
