package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// fixture is a small region with a plan made by hand: two coordinators (zc),
// who serve location by location with backups, and two counsellors (ab), who
// serve whole districts.
type fixture struct {
	state planner.State
	// primaries and backups say who serves which location, by "role location".
	primaries, backups map[string]string
	visits             []VisitRow
	folder             Folder
}

func date(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func clock(s string) calendar.Clock {
	c, err := calendar.ParseClock(s)
	if err != nil {
		panic(err)
	}
	return c
}

// workWeek is every day from Monday to Friday between two hours.
func workWeek(spans ...calendar.Span) (w calendar.Week) {
	for day := time.Monday; day <= time.Friday; day++ {
		w[day] = spans
	}
	return w
}

const open = calendar.NoDate

// newFixture returns a valid state and the choices of a valid plan.
func newFixture() *fixture {
	f := &fixture{
		state: planner.State{
			Programme:     programme(),
			Organisations: []planner.Organisation{{ID: "ggd"}, {ID: "unik", LimitMinutes: 300_000}, {ID: "holder"}},
			Districts:     []planner.District{{ID: "D1"}, {ID: "D2"}},
			Staff: []planner.Staff{
				employee("z1", "ggd", "zc", 51.84, 5.85), employee("z2", "ggd", "zc", 51.80, 5.80),
				employee("a1", "unik", "ab", 51.85, 5.86), employee("a2", "unik", "ab", 51.79, 5.81),
			},
			Locations: []planner.Location{
				place("L1", "D1", 51.841, 5.861), place("L2", "D1", 51.846, 5.852),
				place("L3", "D2", 51.801, 5.802), place("L4", "D2", 51.795, 5.815),
			},
		},
		primaries: map[string]string{
			"zc L1": "z1", "zc L2": "z1", "zc L3": "z2", "zc L4": "z2",
			"ab L1": "a1", "ab L3": "a2", "ab L4": "a2",
		},
		backups: map[string]string{"zc L1": "z2", "zc L2": "z2", "zc L3": "z1", "zc L4": "z1"},
	}
	f.addCalendar()
	f.addVisits()
	return f
}

func programme() planner.Programme {
	return planner.Programme{
		ID: "test", Zone: "Europe/Amsterdam", From: open, To: open,
		Municipalities: []planner.Municipality{{Code: "0268", Name: "Nijmegen", SchoolRegion: "zuid"}},
		Roles: []planner.Role{
			{
				ID: "zc", Assign: planner.ByLocation, Backup: true, DemandPerPlace: 20, AcuteMinutesDay: 30,
				Consult: calendar.Week{time.Tuesday: {{From: 13 * 60, To: 15 * 60}}},
			},
			{ID: "ab", Assign: planner.ByDistrict},
		},
		VisitTypes: []planner.VisitType{
			{ID: "talk", Mode: planner.OnSite, Minutes: 90, Preparation: 30, FollowUp: 15, BufferAfter: 10, Weight: 100},
			{ID: "morning", Mode: planner.OnSite, Minutes: 60, Weight: 100, ParentsPresent: true},
			{ID: "handover", Mode: planner.OnSite, Minutes: 45, Weight: 120, ParentsPresent: true},
		},
		Requirements: []planner.Requirement{
			{
				ID: "talks", Role: "zc", VisitType: "talk", Minimum: 1, Target: 2, MinGapDays: 120, IdealGapDays: 182,
				From: planner.MonthDay{Month: 1, Day: 15}, To: planner.MonthDay{Month: 12, Day: 15},
			},
			{
				ID: "mornings", Role: "ab", VisitType: "morning", Minimum: 1,
				Anchor: &planner.Anchor{Kind: "parent_morning", Every: 4, Offset: 1},
				Select: &planner.Selection{Locations: []string{"L1"}},
			},
			{
				ID: "joint", Role: "ab", With: []string{"zc"}, VisitType: "handover", Minimum: 1, Target: 1,
				Select: &planner.Selection{Districts: []string{"D2"}},
			},
		},
	}
}

func employee(id, organisation, role string, lat, lon float64) planner.Staff {
	return planner.Staff{
		ID: id, Organisation: organisation, Home: planner.Point{Lat: lat, Lon: lon}, Mode: planner.Car,
		Contracts: []planner.Contract{{Role: role, HoursWeek: 1600, From: open, To: open}},
		Pattern:   workWeek(calendar.Span{From: 510, To: 750}, calendar.Span{From: 780, To: 1020}),
	}
}

func place(id, district string, lat, lon float64) planner.Location {
	return planner.Location{
		ID: id, District: district, Organisation: "holder", Municipality: "0268",
		Point:         planner.Point{Lat: lat, Lon: lon},
		Registrations: []planner.Registration{{LRK: id, Kind: "KDV", Places: 30}},
		Opening:       workWeek(calendar.Span{From: 480, To: 1080}),
		Parents:       workWeek(calendar.Span{From: 480, To: 555}),
		Opened:        open, Closed: open,
	}
}

// addCalendar adds meetings, absences, blackouts, a case and history.
func (f *fixture) addCalendar() {
	s := &f.state
	s.Meetings = []planner.Meeting{
		{
			ID: "team", Kind: "team", Start: date("2027-01-04"), Clock: 9 * 60, Minutes: 60,
			Rule: "FREQ=MONTHLY;BYDAY=1MO", Roles: []string{"zc"},
		},
		{
			ID: "pm-1", Kind: "parent_morning", Start: date("2026-01-14"), Clock: 9 * 60, Minutes: 90,
			Rule: "FREQ=MONTHLY;BYDAY=2WE", Location: "L1",
		},
	}
	s.Absences = []planner.Absence{{Staff: "z1", From: date("2027-07-12"), To: date("2027-07-30")}}
	s.Blackouts = []planner.Blackout{
		{Location: "L3", From: date("2027-03-18"), To: date("2027-03-18"), Part: calendar.Span{From: 480, To: 720}},
		{District: "D1", From: date("2027-06-03"), To: date("2027-06-04")},
	}
	s.Cases = []planner.Case{{Ref: "c1", Staff: "z1", MinutesWeek: 30, Opened: date("2027-01-01"), HandedOver: date("2027-01-28")}}
	s.History = []planner.CompletedVisit{{Location: "L1", Role: "zc", Requirement: "talks", VisitType: "talk", Date: date("2026-11-02")}}
	s.Assignments = []planner.Assignment{
		{Location: "L1", Role: "zc", Staff: "z1", Kind: planner.Primary, From: open, To: open},
		{Location: "L2", Role: "zc", Staff: "z2", Kind: planner.Primary, From: open, To: open},
		{Location: "L4", Role: "zc", Staff: "z2", Kind: planner.Primary, From: open, To: open, Pinned: true},
		{Location: "L3", Role: "ab", Staff: "a1", Kind: planner.Primary, From: open, To: open},
	}
}

// addVisits lays out the visits of the plan; everything else follows.
func (f *fixture) addVisits() {
	for _, v := range []struct{ location, staff, first, second string }{
		{"L1", "z1", "2027-03-09T09:30", "2027-09-14T09:30"},
		{"L2", "z1", "2027-03-10T09:30", "2027-09-15T09:30"},
		{"L3", "z2", "2027-03-18T14:00", "2027-09-16T10:00"},
		{"L4", "z2", "2027-03-17T10:00", ""},
	} {
		f.addVisit("talks", v.location, v.first, v.staff)
		f.addVisit("talks", v.location, v.second, v.staff)
	}
	f.addVisit("mornings", "L1", "2027-02-10T09:30", "a1")
	f.addVisit("mornings", "L1", "2027-06-09T09:00", "a1")
	f.addVisit("mornings", "L1", "2027-10-13T09:00", "a1")
	f.addVisit("joint", "L3", "2027-09-16T13:00", "a2", "z2")
	f.addVisit("joint", "L4", "2027-05-12T15:00", "a2", "z2")
	for _, day := range []string{
		"2027-01-04", "2027-02-01", "2027-03-01", "2027-04-05", "2027-05-03", "2027-06-07",
		"2027-07-05", "2027-08-02", "2027-09-06", "2027-10-04", "2027-11-01", "2027-12-06",
	} {
		f.addVisit("team", "", day+"T09:00", "z1", "z2")
	}
}

func at(s string) time.Time {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		panic(err)
	}
	out, err := time.ParseInLocation("2006-01-02T15:04", s, zone)
	if err != nil {
		panic(err)
	}
	return out
}

// addVisit adds the rows of one visit or meeting, unless it has no time.
func (f *fixture) addVisit(requirement, location, start string, staff ...string) {
	if start == "" {
		return
	}
	roles := map[string]string{"z1": "zc", "z2": "zc", "a1": "ab", "a2": "ab"}
	kind := map[string]string{"talks": "talk", "mornings": "morning", "joint": "handover", "handover-zc": "handover", "team": "meeting"}[requirement]
	for _, s := range staff {
		f.visits = append(f.visits, VisitRow{
			Visit: fmt.Sprintf("%s-%s-%s", requirement, location, start[:10]), Location: location, Role: roles[s], Staff: s,
			VisitType: kind, Requirement: requirement, Start: at(start), Status: "planned",
		})
	}
}

var minutesOf = map[string]time.Duration{"talk": 90, "morning": 60, "handover": 45, "meeting": 60}

// complete fills in everything that follows from the choices: what a correct
// planner would have written.
func (f *fixture) complete() {
	from, to := date("2027-01-01"), date("2027-12-31")
	f.folder.Summary = Summary{Version: "1", From: from, To: to, Assignments: map[string]RoleSummary{}, Constraints: map[string]int64{}}
	for i := range f.visits {
		v := &f.visits[i]
		v.Reason, v.End = "none = 0.00", v.Start.Add(minutesOf[v.VisitType]*time.Minute)
		if l := index(f.state.Locations, func(l *planner.Location) string { return l.ID })[v.Location]; l != nil {
			v.District = l.District
		}
	}
	f.folder.Visits = slices.Clone(f.visits)
	for _, role := range []string{"zc", "ab"} {
		for _, l := range f.state.Locations {
			if s, ok := f.primaries[role+" "+l.ID]; ok {
				f.addRow(l, role, primary, s, from)
			}
			if role == "zc" {
				f.addRow(l, role, backup, f.backups[role+" "+l.ID], from)
			}
		}
	}
	c := f.prepared()
	f.completeRoles(c)
	f.completeVisits(c)
	f.completeCoverage(c)
}

func (f *fixture) addRow(l planner.Location, role, kind, staff string, from calendar.Date) {
	f.folder.Assignments = append(f.folder.Assignments, AssignmentRow{
		Location: l.ID, District: l.District, Role: role, Staff: staff, Kind: kind, From: from, To: open, Reason: "none = 0.00",
	})
}

// prepared returns a checker that has looked everything up.
func (f *fixture) prepared() *checker {
	c := newChecker(&f.state, &f.folder, date("2027-01-01"), date("2027-12-31"))
	zone, err := time.LoadLocation(f.state.Programme.Zone)
	if err != nil {
		panic(err)
	}
	c.zone = zone
	c.readNorms()
	c.readDates()
	c.readAssignments()
	c.readMeetings()
	c.readPromises()
	c.readVisits()
	return c
}

func (f *fixture) completeRoles(c *checker) {
	faces := map[string][]string{}
	for i := range f.state.Programme.Roles {
		role := &f.state.Programme.Roles[i]
		p := c.proof(role, primary, &RoleSummary{}, faces)
		summary := f.completeRole(p)
		for _, l := range f.state.Locations {
			if s := p.server(&l); s != "" {
				faces[l.ID] = append(faces[l.ID], s)
			}
		}
		if role.Backup {
			b := c.backupProof(p, &RoleSummary{})
			second := f.completeRole(b)
			summary.Backup = &second
		}
		f.folder.Summary.Assignments[role.ID] = summary
	}
}

// completeRole fills the rows of one role. Its multipliers are what each item
// costs where it is: not the best ones, but their bound is above zero.
func (f *fixture) completeRole(p *roleProof) RoleSummary {
	p.addUp()
	out := RoleSummary{Constraints: p.amounts, Rest: 100}
	for i := range p.items {
		it := &p.items[i]
		for k, l := range it.locations {
			out.count(p, it, k)
			for _, row := range p.c.serving[servingKey{l.ID, p.role.ID, p.kind}] {
				if s := p.byID[row.Staff]; s != nil {
					cost, load := p.c.service(s.Staff, l, it.demands[k], p.kind)
					before := p.c.inForce(p.role.ID, l.ID, p.kind)
					row.MinutesYear, row.TravelMinutesYear = load, (cost+50)/100
					row.Changed = before != "" && before != row.Staff
				}
			}
		}
		price := int64(0)
		if s := p.byID[p.server(it.locations[0])]; s != nil {
			cost, _ := p.itemService(s, it)
			price = cost * multiplierUnit
		}
		out.Multipliers = append(out.Multipliers, price)
	}
	for _, s := range p.people {
		out.Loads = append(out.Loads, LoadRow{s.ID, s.load, s.capacity, s.locations})
		if a := p.area(s); p.kind == primary && len(a.Districts) > 0 {
			out.Areas = append(out.Areas, a)
		}
	}
	for _, name := range amountNames {
		if !slices.Contains(apart, name) {
			out.Cost += p.amounts[name]
		}
	}
	out.Bound = min(out.Cost, p.provedBound(out.Multipliers))
	if out.Cost > 0 {
		out.Gap = float64(out.Cost-out.Bound) / float64(out.Cost)
	}
	rows := maps.Clone(p.amounts)
	rows["balance"] -= out.Rest
	for i := range f.folder.Assignments {
		if r := &f.folder.Assignments[i]; r.Role == p.role.ID && r.Kind == p.kind {
			r.Reason = reasonText(rows) + "; next z9 +2.10"
			break
		}
	}
	return out
}

// count adds a location to what plan.json tells besides the score.
func (r *RoleSummary) count(p *roleProof, it *item, k int) {
	l := it.locations[k]
	s, had := p.byID[p.server(l)], p.c.inForce(p.role.ID, l.ID, p.kind)
	if s == nil {
		i := slices.IndexFunc(r.Shortages, func(x ShortageRow) bool { return x.District == l.District })
		if i < 0 {
			i = len(r.Shortages)
			r.Shortages = append(r.Shortages, ShortageRow{District: l.District})
		}
		x := &r.Shortages[i]
		x.Locations++
		x.Minutes += p.workOf(it.demands[k])
		x.FTE = float64((100*x.Minutes+p.fullTime()-1)/p.fullTime()) / 100
		return
	}
	if had != "" && had != s.ID {
		r.Changed++
	}
	before := p.c.staff[had]
	if before == nil {
		return
	}
	was, _ := p.c.service(before, l, it.demands[k], p.kind)
	is, _ := p.c.service(s.Staff, l, it.demands[k], p.kind)
	r.Travel = TravelRow{r.Travel.Locations + 1, r.Travel.Before + (was+50)/100, r.Travel.After + (is+50)/100}
}

func reasonText(amounts map[string]int64) string {
	var parts []string
	var sum int64
	for name, value := range amounts {
		if value != 0 {
			parts = append(parts, name+" "+decimal(value))
			sum += value
		}
	}
	slices.Sort(parts)
	if len(parts) == 0 {
		return "none = 0.00"
	}
	return strings.Join(parts, " + ") + " = " + decimal(sum)
}

func decimal(v int64) string {
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	return fmt.Sprintf("%s%d.%02d", sign, v/100, v%100)
}

func (f *fixture) completeVisits(c *checker) {
	for _, key := range c.dayOrder {
		c.checkLegs(c.staff[key.staff], key.date, c.days[key])
	}
	for i := range c.faults { // the journeys that the rows do not name yet
		x := &c.faults[i]
		if x.Kind != WrongTravel {
			continue
		}
		for k := range f.folder.Visits {
			if r := &f.folder.Visits[k]; r.Visit == x.Visit && r.Staff == x.Staff {
				if _, err := fmt.Sscanf(x.Message, "travel_minutes is 0, the journey takes %d", &r.TravelMinutes); err != nil {
					panic(err)
				}
			}
		}
	}
	amounts := map[string]int64{
		"travel": c.travelCost(), "spacing": c.spacingCost(), "school_holiday": c.schoolCost(),
		"no_parents": c.parentsCost(), "backup": c.backupCost(), "smooth": c.smoothCost(),
	}
	f.folder.Summary.Constraints = amounts
	for _, v := range amounts {
		f.folder.Summary.Schedule.Soft += v
	}
	f.folder.Visits[0].Reason = reasonText(amounts)
}

func (f *fixture) completeCoverage(c *checker) {
	last := map[*promise]calendar.Date{}
	for i := range c.visits {
		if v := &c.visits[i]; v.promise != nil {
			last[v.promise] = max(v.date, last[v.promise])
		}
	}
	for i := range c.promises {
		p := &c.promises[i]
		f.folder.Coverage = append(f.folder.Coverage, CoverageRow{
			Location: p.location.ID, Role: p.requirement.Role, Requirement: p.requirement.ID,
			Minimum: p.minimum, Target: p.target, Done: p.done, Planned: p.planned, State: c.coverageState(p, last[p]),
		})
		for n := p.done + p.planned; n < p.target; n++ {
			level, weight := "minimum", int64(minimumPriority)
			if n >= p.minimum {
				level, weight = "target", targetPriority
			}
			f.folder.Unplanned = append(f.folder.Unplanned, UnplannedRow{
				Location: p.location.ID, Role: p.requirement.Role, Requirement: p.requirement.ID, Level: level,
			})
			f.folder.Summary.Schedule.Medium += weight
		}
	}
}

// verify returns the faults of the plan.
func (f *fixture) verify() []Fault {
	return Plan(&f.state, &f.folder, date("2027-01-01"), date("2027-12-31"))
}

func kinds(faults []Fault) []string {
	var out []string
	for _, x := range faults {
		out = append(out, x.Kind)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
