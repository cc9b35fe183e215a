package web

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Region is what the pages show of one region: its state and its plan. Plan is
// nil where none is published, and State where nothing is known yet.
type Region struct {
	State *planner.State
	Plan  *planner.Plan
	// Notes are things that a reader of the plan must know.
	Notes []planner.Text
}

// Limits bound what a page lists; what is left out is counted.
type Limits struct {
	// Rows is the most rows of a table, Visits the most visits of a week.
	Rows, Visits int
}

// PageLimits bound a page of the server, ReportLimits each region of a report.
var (
	PageLimits   = Limits{Rows: 500, Visits: 200}
	ReportLimits = Limits{Rows: 400, Visits: 100}
)

// List is the part of some rows that a page shows, and how many there are.
type List[T any] struct {
	Rows  []T
	Total int
}

// Hidden returns the number of rows that the page leaves out.
func (l List[T]) Hidden() int { return l.Total - len(l.Rows) }

func limited[T any](rows []T, limit int) List[T] {
	return List[T]{Rows: rows[:min(len(rows), limit)], Total: len(rows)}
}

// Glance is the view-model of the plan at a glance: one region, no words of
// any language but the names that the data hold.
type Glance struct {
	// Name is the region's, or the programme's where there is one region.
	Name      string
	From, To  calendar.Date
	Today     calendar.Date
	Notes     []planner.Text
	Summary   Summary
	Roles     []RoleView
	Districts List[DistrictRow]
	// Numbered says that the maps show the numbers of the districts.
	Numbered bool
	Coverage []CoverageRow
	Trouble  List[TroubleRow]
	// Start is the first day of the coming weeks; NoDate with no visits left.
	Start  calendar.Date
	Weeks  []Week
	Places List[PlaceRow]
	Faces  Faces
	Norms  []NormRow
	// Artificial counts the locations that are made up.
	Artificial int
}

// Summary is the plan in a line of figures.
type Summary struct {
	Locations, People, Visits, Meetings, Unplanned int
	// Kept of Promises lines of the coverage ledger are not missed.
	Kept, Promises int
	HardFaults     int64
	// Gaps are those of the primary assignments, in the order of the roles.
	Gaps []RoleGap
}

// KeptShare returns the share of promises kept; 1 when nothing is promised.
func (s *Summary) KeptShare() float64 {
	if s.Promises == 0 {
		return 1
	}
	return float64(s.Kept) / float64(s.Promises)
}

// Gap returns the largest gap of all roles.
func (s *Summary) Gap() float64 {
	worst := 0.0
	for _, g := range s.Gaps {
		worst = max(worst, g.Gap)
	}
	return worst
}

// RoleGap is how far one role's assignment may be from the best possible.
type RoleGap struct {
	Role   planner.Text
	Backup bool
	Gap    float64
}

// DistrictRow is one district: how many locations, people and visits it has.
// Number is its number on the maps, 0 without one; an empty Name stands for
// the locations without a district.
type DistrictRow struct {
	Number                    int
	Name, Municipality        string
	Locations, People, Visits int
}

// facts is the indexed form of a region from which the view-models are made.
type facts struct {
	state        *planner.State
	plan         *planner.Plan
	zone         *time.Location
	today        calendar.Date
	locations    map[string]*planner.Location
	districts    map[string]*planner.District
	staff        map[string]*planner.Staff
	requirements map[string]*planner.Requirement
	// primary and backup give the person at a location in a role on the day
	// that the page shows; an empty one means nobody.
	primary, backup map[place]string
	marks           map[string]map[string]Mark
}

// place is a location in a role.
type place struct{ location, role string }

// NewGlance makes the view-model of a region that has a plan, as it stands at
// a moment. It fails when the programme's zone is unknown.
func NewGlance(r Region, now time.Time, limits Limits) (*Glance, error) {
	f, err := newFacts(r, now)
	if err != nil {
		return nil, err
	}
	g := &Glance{
		Name: cmp.Or(f.state.Region, f.plan.Region, f.state.Programme.Name),
		From: f.plan.From, To: f.plan.To, Today: f.today, Notes: r.Notes,
		Summary:  f.summary(),
		Coverage: f.coverage(),
		Trouble:  limited(f.trouble(), limits.Rows),
		Faces:    f.faces(),
		Norms:    f.norms(),
		Places:   limited(f.places(), limits.Rows),
	}
	for i := range f.state.Locations {
		if f.state.Locations[i].Artificial {
			g.Artificial++
		}
	}
	districts := f.districtRows()
	g.Numbered = f.numberDistricts(districts)
	g.Districts = limited(districts, limits.Rows)
	g.Roles = f.roles(districts, limits.Rows)
	g.Start, g.Weeks = f.weeks(limits.Visits)
	return g, nil
}

func newFacts(r Region, now time.Time) (*facts, error) {
	zone, err := time.LoadLocation(r.State.Programme.Zone)
	if err != nil {
		return nil, fmt.Errorf("programme %s: zone: %w", r.State.Programme.ID, err)
	}
	f := &facts{
		state: r.State, plan: r.Plan, zone: zone, today: calendar.DateOf(now, zone),
		locations:    byID(r.State.Locations, func(l *planner.Location) string { return l.ID }),
		districts:    byID(r.State.Districts, func(d *planner.District) string { return d.ID }),
		staff:        byID(r.State.Staff, func(s *planner.Staff) string { return s.ID }),
		requirements: byID(r.State.Programme.Requirements, func(q *planner.Requirement) string { return q.ID }),
	}
	f.primary = f.assigned(planner.Primary)
	f.backup = f.assigned(planner.Backup)
	f.marks = f.markPeople()
	return f, nil
}

func byID[T any](rows []T, id func(*T) string) map[string]*T {
	index := make(map[string]*T, len(rows))
	for i := range rows {
		index[id(&rows[i])] = &rows[i]
	}
	return index
}

// assigned gives who is at each location in each role. A row in force on the
// page's day wins from one that is not, so that a location that opens later
// shows its people already.
func (f *facts) assigned(kind planner.AssignmentKind) map[place]string {
	day := min(max(f.today, f.plan.From), f.plan.To)
	who := make(map[place]string)
	inForce := make(map[place]bool)
	for i := range f.plan.Assignments {
		a := &f.plan.Assignments[i]
		if a.Kind != kind {
			continue
		}
		at := place{a.Location, a.Role}
		holds := (a.From == calendar.NoDate || a.From <= day) && (a.To == calendar.NoDate || day <= a.To)
		if _, seen := who[at]; !seen || (holds && !inForce[at]) {
			who[at], inForce[at] = a.Staff, holds
		}
	}
	return who
}

// assignedRoles lists the roles that have a person per location in this plan,
// in the programme's order.
func (f *facts) assignedRoles() []*planner.Role {
	used := make(map[string]bool)
	for at := range f.primary {
		used[at.role] = true
	}
	var roles []*planner.Role
	for i := range f.state.Programme.Roles {
		if r := &f.state.Programme.Roles[i]; used[r.ID] {
			roles = append(roles, r)
		}
	}
	return roles
}

func (f *facts) roleName(id string) planner.Text {
	for i := range f.state.Programme.Roles {
		if r := &f.state.Programme.Roles[i]; r.ID == id {
			return named(r.Name, id)
		}
	}
	return planner.Text{NL: id, EN: id}
}

// named returns the text, or the id where the text is empty.
func named(t planner.Text, id string) planner.Text {
	if t.NL == "" && t.EN == "" {
		return planner.Text{NL: id, EN: id}
	}
	return t
}

func (f *facts) staffName(id string) string {
	if s, ok := f.staff[id]; ok && s.Name != "" {
		return s.Name
	}
	return id
}

func (f *facts) locationName(id string) string {
	if l, ok := f.locations[id]; ok && l.Name != "" {
		return l.Name
	}
	return id
}

func (f *facts) districtName(id string) string {
	if d, ok := f.districts[id]; ok && d.Name != "" {
		return d.Name
	}
	return id
}

func (f *facts) summary() Summary {
	s := Summary{
		Locations: len(f.state.Locations), People: len(f.state.Staff),
		Unplanned: len(f.plan.Unplanned), Promises: len(f.plan.Coverage),
		HardFaults: max(f.plan.Schedule.Hard, -f.plan.Schedule.Hard),
	}
	for i := range f.plan.Visits {
		switch v := &f.plan.Visits[i]; {
		case v.Status == planner.Cancelled:
		case v.Meeting:
			s.Meetings++
		default:
			s.Visits++
		}
	}
	for i := range f.plan.Coverage {
		if f.plan.Coverage[i].State != planner.CoverageMissed {
			s.Kept++
		}
	}
	for _, g := range f.gaps("") {
		if !g.Backup {
			s.Gaps = append(s.Gaps, g)
		}
	}
	return s
}

// gaps lists the gaps of a role, or of all roles for an empty one.
func (f *facts) gaps(role string) []RoleGap {
	var gaps []RoleGap
	for i := range f.plan.Roles {
		if r := &f.plan.Roles[i]; role == "" || r.Role == role {
			gaps = append(gaps, RoleGap{Role: f.roleName(r.Role), Backup: r.Kind == planner.Backup, Gap: r.Gap()})
		}
	}
	return gaps
}

// districtRows counts per district, by municipality and name.
func (f *facts) districtRows() []DistrictRow {
	rows := make(map[string]*DistrictRow)
	people := make(map[string]map[string]bool)
	for i := range f.state.Locations {
		l := &f.state.Locations[i]
		row := rows[l.District]
		if row == nil {
			row = &DistrictRow{Name: f.districtName(l.District), Municipality: f.municipality(l)}
			rows[l.District], people[l.District] = row, make(map[string]bool)
		}
		row.Locations++
	}
	for at, who := range f.primary {
		if l := f.locations[at.location]; l != nil && who != "" {
			people[l.District][who] = true
		}
	}
	for i := range f.plan.Visits {
		v := &f.plan.Visits[i]
		if l := f.locations[v.Location]; l != nil && !v.Meeting && v.Status != planner.Cancelled {
			rows[l.District].Visits++
		}
	}
	var all []DistrictRow
	for id, row := range rows {
		row.People = len(people[id])
		all = append(all, *row)
	}
	slices.SortFunc(all, func(a, b DistrictRow) int {
		return cmp.Or(lastWhenEmpty(a.Name, b.Name), cmp.Compare(a.Municipality, b.Municipality),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Locations, b.Locations))
	})
	return all
}

func lastWhenEmpty(a, b string) int {
	switch {
	case a == "" && b != "":
		return 1
	case a != "" && b == "":
		return -1
	}
	return 0
}

// municipality names a location's municipality where there is more than one.
func (f *facts) municipality(l *planner.Location) string {
	if len(f.state.Programme.Municipalities) < 2 {
		return ""
	}
	for _, m := range f.state.Programme.Municipalities {
		if m.Code == l.Municipality {
			return m.Name
		}
	}
	return l.Municipality
}
