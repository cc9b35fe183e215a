package verify

import (
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Plan proves a plan for the days from … to (both inclusive, cut to the
// programme's own) against the state that it was made from, and returns all
// faults at once, sorted. An empty answer means that the plan keeps every rule
// and that its sums, its coverage and its lower bounds are true.
func Plan(state *planner.State, folder *Folder, from, to calendar.Date) []Fault {
	c := newChecker(state, folder, from, to)
	zone, err := time.LoadLocation(state.Programme.Zone)
	if err != nil {
		c.add(Fault{Kind: UnknownID, Date: calendar.NoDate}, "zone %q of the programme: %v", state.Programme.Zone, err)
		return c.faults
	}
	c.zone = zone
	c.readNorms()
	c.readTravel()
	c.readDates()
	c.readReplan()
	c.readAssignments()
	c.readMeetings()
	c.readPromises()

	c.checkSummary()
	c.checkNames()
	c.readVisits()
	c.checkAssignments()
	c.checkRoles()
	c.checkVisits()
	c.checkGaps()
	c.checkConsents()
	c.checkDays()
	c.checkMeetings()
	c.checkCoverage()
	c.checkReplan()
	c.checkSchedule()
	return c.sorted()
}

// zoneOf returns the programme's zone, UTC where it is unknown: Plan reports that.
func zoneOf(s *planner.State) *time.Location {
	zone, err := time.LoadLocation(s.Programme.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// checker holds one state and one plan, and everything looked up once.
type checker struct {
	state    *planner.State
	folder   *Folder
	from, to calendar.Date
	// firstDay is the first day that the plan could choose.
	firstDay calendar.Date
	zone     *time.Location
	weights  planner.Weights
	norms    norms

	// spans holds when somebody works, as far as it was asked.
	spans map[dayKey][]calendar.Span

	roles         map[string]*planner.Role
	types         map[string]*planner.VisitType
	requirements  map[string]*planner.Requirement
	organisations map[string]*planner.Organisation
	staff         map[string]*planner.Staff
	locations     map[string]*planner.Location
	meetings      map[string]*meeting

	holidays  map[string]map[calendar.Date]bool    // by organisation
	absences  map[string][]planner.Absence         // by staff
	blackouts map[blackoutKey][]planner.Blackout   // by what they black out
	history   map[promiseKey][]calendar.Date       // days of completed visits
	promises  []promise                            // by location, then requirement
	promised  map[promiseKey]*promise              // the same
	byPlace   map[string][]*promise                // the same, by location
	serving   map[servingKey][]*AssignmentRow      // in the order of the file
	pins      map[servingKey]*planner.Assignment   // in force in the period
	given     map[servingKey][]*planner.Assignment // of the input folder
	before    map[servingKey][]*planner.Assignment // who serves today: given, or published
	visits    []visit                              // in the order of the file
	told      []*told                              // what was published, in the order of its file
	formerly  map[servingKey]*AssignmentRow        // the latest published row of each
	days      map[dayKey]*day                      // what somebody does on a day
	dayOrder  []dayKey                             // its keys, sorted

	faults []Fault
}

type servingKey struct{ location, role, kind string }

func newChecker(state *planner.State, folder *Folder, from, to calendar.Date) *checker {
	p := &state.Programme
	if p.From != calendar.NoDate {
		from = max(from, p.From)
	}
	if p.To != calendar.NoDate {
		to = min(to, p.To)
	}
	c := &checker{state: state, folder: folder, from: from, to: to, firstDay: from, weights: p.Weights, spans: map[dayKey][]calendar.Span{}}
	fillWeights(&c.weights)
	c.roles = index(p.Roles, func(r *planner.Role) string { return r.ID })
	c.types = index(p.VisitTypes, func(v *planner.VisitType) string { return v.ID })
	c.requirements = index(p.Requirements, func(r *planner.Requirement) string { return r.ID })
	c.organisations = index(state.Organisations, func(o *planner.Organisation) string { return o.ID })
	c.staff = index(state.Staff, func(s *planner.Staff) string { return s.ID })
	c.locations = index(state.Locations, func(l *planner.Location) string { return l.ID })
	c.serving = map[servingKey][]*AssignmentRow{}
	for i := range folder.Assignments {
		a := &folder.Assignments[i]
		key := servingKey{a.Location, a.Role, a.Kind}
		c.serving[key] = append(c.serving[key], a)
	}
	return c
}

// index finds the elements of a list by id.
func index[T any](list []T, id func(*T) string) map[string]*T {
	out := make(map[string]*T, len(list))
	for i := range list {
		out[id(&list[i])] = &list[i]
	}
	return out
}

// fillWeights puts the documented default where a programme names no weight.
func fillWeights(w *planner.Weights) {
	for _, x := range []struct {
		value     *int64
		otherwise int64
	}{
		{&w.Travel, 100},
		{&w.Balance, 100},
		{&w.OpenDistrict, 6000},
		{&w.Change, 12000},
		{&w.Face, 3000},
		{&w.Pair, 3000},
		{&w.Scattered, 3000},
		{&w.Spacing, 20},
		{&w.SchoolHoliday, 1500},
		{&w.NoParents, 1500},
		{&w.Backup, 6000},
		{&w.Smooth, 30},
		{&w.Move, 6000},
	} {
		if *x.value == 0 {
			*x.value = x.otherwise
		}
	}
}

// holds reports whether a day lies between two, of which either may be open.
func holds(d, from, to calendar.Date) bool {
	return (from == calendar.NoDate || from <= d) && (to == calendar.NoDate || d <= to)
}

// daysBetween counts the days of the period between two, of which either may
// be open.
func (c *checker) daysBetween(from, to calendar.Date) int64 {
	first, last := c.between(from, to)
	return max(0, int64(last-first)+1)
}

// between returns the part of the period between two days, of which either may
// be open; it is empty when the second comes before the first.
func (c *checker) between(from, to calendar.Date) (first, last calendar.Date) {
	first, last = c.from, c.to
	if from != calendar.NoDate {
		first = max(first, from)
	}
	if to != calendar.NoDate {
		last = min(last, to)
	}
	return first, last
}

// openInPeriod reports whether a location exists on some day of the period.
func (c *checker) openInPeriod(l *planner.Location) bool {
	return c.daysBetween(l.Opened, l.Closed) > 0
}
