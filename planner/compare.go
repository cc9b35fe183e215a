package planner

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// PlanDifference is what changes when one plan takes the place of another.
type PlanDifference struct {
	// Assignments are the locations that go to somebody else, by location, role
	// and kind.
	Assignments []AssignmentChange
	// Visits are those that come, go, move or get other people, in order of
	// time; the k-th visit of a requirement at a location is taken for the k-th,
	// and an occurrence of a meeting for the one that it was moved to.
	Visits []VisitChange
	// Loads are those of the primaries that are not what they were.
	Loads []LoadChange
}

// AssignmentChange is one location that goes to somebody else in a role.
type AssignmentChange struct {
	Location, District, Role string
	Kind                     AssignmentKind
	// Was and Is are staff ids, empty for nobody.
	Was, Is string
	// From is the day from which the new person has it.
	From calendar.Date
	// Staying says what it would mean if it stayed with Was, as the new plan has
	// it; nil where it does not say.
	Staying *Former
	// Reason is that of the new plan.
	Reason Reason
}

// LoadChange is a person's load in a role, in minutes a year, before and after.
type LoadChange struct {
	Role, Staff string
	Was, Is     Load
}

// Compare says what changes from one plan of a region to another.
func Compare(was, is *Plan) *PlanDifference {
	return &PlanDifference{
		Assignments: compareAssignments(latest(was.Assignments), latest(is.Assignments)),
		Visits:      compareAllVisits(was, is),
		Loads:       compareLoads(was, is),
	}
}

func compareAssignments(was, is []Assigned) []AssignmentChange {
	before := map[assignedKey]*Assigned{}
	for i := range was {
		before[was[i].key()] = &was[i]
	}
	var out []AssignmentChange
	for i := range is {
		a := &is[i]
		c := AssignmentChange{Location: a.Location, District: a.District, Role: a.Role, Kind: a.Kind, Is: a.Staff, From: a.From, Reason: a.Reason}
		if b := before[a.key()]; b != nil {
			c.Was = b.Staff
		}
		delete(before, a.key())
		if c.Was != c.Is {
			c.Staying = staying(&a.Reason, c.Was)
			out = append(out, c)
		}
	}
	for _, b := range before { // nobody is wanted there any more
		if b.Staff != "" {
			out = append(out, AssignmentChange{Location: b.Location, District: b.District, Role: b.Role, Kind: b.Kind, Was: b.Staff, From: calendar.NoDate})
		}
	}
	slices.SortFunc(out, func(a, b AssignmentChange) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.Role, b.Role), -cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

// staying finds in a reason what it would mean if somebody had the location.
func staying(r *Reason, staff string) *Former {
	switch {
	case staff == "":
		return nil
	case r.Former != nil && r.Former.Staff == staff:
		return r.Former
	case r.RunnerUp == staff:
		return &Former{Staff: staff, Difference: r.Difference}
	}
	return nil
}

// compareAllVisits pairs the visits of two plans and returns the differences.
func compareAllVisits(was, is *Plan) []VisitChange {
	before, after := visitsByPromise(was), visitsByPromise(is)
	var out []VisitChange
	for key, old := range before {
		fresh := after[key]
		for i, v := range old {
			var now *Visit
			if i < len(fresh) {
				now = fresh[i]
			}
			if c, changed := compareVisits(v, now); changed {
				out = append(out, c)
			}
		}
	}
	for key, fresh := range after {
		for _, v := range fresh[min(len(fresh), len(before[key])):] {
			out = append(out, added(v))
		}
	}
	for _, pair := range pairOccurrences(meetingsOf(was), meetingsOf(is)) {
		if c, changed := compareMeeting(pair); changed {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b VisitChange) int {
		return cmp.Or(a.when().Compare(b.when()), cmp.Compare(a.Visit, b.Visit))
	})
	return out
}

// meetingsOf lists the meetings of a plan that take place.
func meetingsOf(p *Plan) []*Visit {
	var out []*Visit
	for i := range p.Visits {
		if v := &p.Visits[i]; v.Meeting && v.Status != Cancelled {
			out = append(out, v)
		}
	}
	return out
}

func visitsByPromise(p *Plan) map[promiseKey][]*Visit {
	out := map[promiseKey][]*Visit{}
	for i := range p.Visits {
		if v := &p.Visits[i]; !v.Meeting && v.Status != Cancelled {
			key := promiseKey{v.Location, v.Requirement}
			out[key] = append(out[key], v)
		}
	}
	for _, all := range out {
		slices.SortStableFunc(all, func(a, b *Visit) int { return a.Start.Compare(b.Start) })
	}
	return out
}

func compareLoads(was, is *Plan) []LoadChange {
	var out []LoadChange
	for i := range is.Roles {
		r := &is.Roles[i]
		if r.Kind != Primary {
			continue
		}
		for _, l := range r.Loads {
			if before := was.load(r.Role, l.Staff); before != l {
				out = append(out, LoadChange{Role: r.Role, Staff: l.Staff, Was: before, Is: l})
			}
		}
	}
	return out
}

// load returns a person's load as primary in a role.
func (p *Plan) load(role, staff string) Load {
	for i := range p.Roles {
		r := &p.Roles[i]
		if k := slices.IndexFunc(r.Loads, func(l Load) bool { return l.Staff == staff }); r.Role == role && r.Kind == Primary && k >= 0 {
			return r.Loads[k]
		}
	}
	return Load{Staff: staff}
}

// For says what a change means for one person: came, went, or nothing at all.
func (c *AssignmentChange) For(staff string) string {
	switch staff {
	case "":
		return ""
	case c.Is:
		return "came"
	case c.Was:
		return "went"
	}
	return ""
}

// Of returns the part of a difference that concerns one person: why their own
// plan changed.
func (d *PlanDifference) Of(staff string) *PlanDifference {
	return &PlanDifference{
		Assignments: slices.DeleteFunc(slices.Clone(d.Assignments), func(c AssignmentChange) bool { return c.For(staff) == "" }),
		Visits:      slices.DeleteFunc(slices.Clone(d.Visits), func(c VisitChange) bool { return c.For(staff) == "" }),
		Loads:       slices.DeleteFunc(slices.Clone(d.Loads), func(c LoadChange) bool { return c.Staff != staff }),
	}
}

// Empty reports whether nothing changes.
func (d *PlanDifference) Empty() bool {
	return len(d.Assignments) == 0 && len(d.Visits) == 0 && len(d.Loads) == 0
}

// Staff lists everybody whom a difference concerns, in ascending order.
func (d *PlanDifference) Staff() []string {
	var out []string
	for i := range d.Assignments {
		out = append(out, d.Assignments[i].Was, d.Assignments[i].Is)
	}
	for i := range d.Visits {
		out = append(append(out, d.Visits[i].Was.Staff...), d.Visits[i].Is.Staff...)
	}
	for i := range d.Loads {
		out = append(out, d.Loads[i].Staff)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return s == "" || d.Of(s).Empty() })
}
