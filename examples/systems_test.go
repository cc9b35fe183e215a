package examples_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// produced is an example and the plan that the program makes of it.
type produced struct {
	*planner.State
	*planner.Plan
	zone *time.Location
}

// plans holds what makes the plan of each example, once for all tests.
var plans = func() map[string]func() (*produced, error) {
	out := map[string]func() (*produced, error){}
	for _, e := range all() {
		out[e.dir] = sync.OnceValues(func() (*produced, error) { return produce(e.dir) })
	}
	return out
}()

// produce reads, plans and proves an example, the last from what a plan folder
// would hold.
func produce(dir string) (*produced, error) {
	states, err := files.ReadFolder(dir)
	if err != nil {
		return nil, err
	}
	p, err := planner.Solve(context.Background(), states[0], planner.Options{Year: 2027, Seed: 1, Iterations: 800, Workers: 1, MaxChanges: -1})
	if err != nil {
		return nil, err
	}
	faults, err := files.Prove(states, []*planner.Plan{p})
	if err != nil || len(faults) > 0 || p.Schedule.Hard != 0 {
		return nil, fmt.Errorf("%w, %d hard faults, %v", err, p.Schedule.Hard, faults)
	}
	zone, err := time.LoadLocation(states[0].Programme.Zone)
	return &produced{states[0], p, zone}, err
}

// plan returns the plan of an example. Tests share it: they only read it.
func plan(t *testing.T, dir string) *produced {
	t.Helper()
	p, err := plans[dir]()
	if err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	return p
}

// of returns the visits of a requirement, by location and in order of time.
func (p *produced) of(requirement string) map[string][]*planner.Visit {
	out := map[string][]*planner.Visit{}
	for i := range p.Visits {
		if v := &p.Visits[i]; v.Requirement == requirement && !v.Meeting {
			out[v.Location] = append(out[v.Location], v)
		}
	}
	return out
}

// servers returns who has a role at a location on a day.
func (p *produced) servers(location, role string, kind planner.AssignmentKind, d calendar.Date) []string {
	var out []string
	for i := range p.Plan.Assignments {
		a := &p.Plan.Assignments[i]
		if a.Location == location && a.Role == role && a.Kind == kind && a.Staff != "" &&
			(a.From == calendar.NoDate || d >= a.From) && (a.To == calendar.NoDate || d <= a.To) {
			out = append(out, a.Staff)
		}
	}
	return out
}

func (p *produced) date(t time.Time) calendar.Date { return calendar.DateOf(t, p.zone) }

// oneOnAnyDate checks that each location has exactly one person in a role on
// every day of the year that it is open.
func oneOnAnyDate(t *testing.T, p *produced, role string, kind planner.AssignmentKind) {
	t.Helper()
	for i := range p.Locations {
		l := &p.Locations[i]
		for d := p.From; d <= p.To; d++ {
			if (l.Opened != calendar.NoDate && d < l.Opened) || (l.Closed != calendar.NoDate && d > l.Closed) {
				continue
			}
			if n := len(p.servers(l.ID, role, kind, d)); n != 1 && p.Programme.Role(role).Select.Picks(l) {
				t.Fatalf("%s has %d %s as %s on %s, want one", l.ID, n, kind, role, d)
			}
		}
	}
}

// wellApart checks the number of visits of a requirement at each location and
// the days between them.
func wellApart(t *testing.T, p *produced, requirement string, least, most, gap int) {
	t.Helper()
	visits := p.of(requirement)
	for i := range p.Locations {
		at := visits[p.Locations[i].ID]
		if len(at) < least || len(at) > most {
			t.Errorf("%s: %d visits, want %d to %d", p.Locations[i].ID, len(at), least, most)
		}
		for k := 1; k < len(at); k++ {
			if days := int(p.date(at[k].Start) - p.date(at[k-1].Start)); days < gap {
				t.Errorf("%s: %d days between two visits, want %d", p.Locations[i].ID, days, gap)
			}
		}
	}
}

func minimumsHold(t *testing.T, p *produced) {
	t.Helper()
	for _, c := range p.Coverage {
		if c.State == planner.CoverageMissed {
			t.Errorf("%s misses the minimum of %s", c.Location, c.Requirement)
		}
	}
}

func TestKijkOpKleintjesNijmegen(t *testing.T) {
	t.Parallel()
	p := plan(t, "kijk-op-kleintjes-nijmegen")
	oneOnAnyDate(t, p, "zorgcoordinator", planner.Primary)
	oneOnAnyDate(t, p, "zorgcoordinator", planner.Backup)
	wellApart(t, p, "kindbespreking", 1, 2, 120)
	minimumsHold(t, p)
}

func TestPassendeKinderopvangNijmegen(t *testing.T) {
	t.Parallel()
	p := plan(t, "passende-kinderopvang-nijmegen")
	oneOnAnyDate(t, p, "ambulant_begeleider", planner.Primary)
	employers, serving := map[string]bool{}, map[string]bool{}
	for i := range p.Staff {
		employers[p.Staff[i].Organisation] = true
	}
	wholeDistricts(t, p, "ambulant_begeleider", serving)
	if len(employers) != 4 || len(serving) != 6 {
		t.Errorf("%d employers and %d counsellors with a district, want 4 and 6", len(employers), len(serving))
	}
	minimumsHold(t, p)
}

// wholeDistricts checks that each district has one person, and notes who.
func wholeDistricts(t *testing.T, p *produced, role string, serving map[string]bool) {
	t.Helper()
	of := map[string]string{}
	for i := range p.Plan.Assignments {
		a := &p.Plan.Assignments[i]
		if a.Role != role || a.Kind != planner.Primary {
			continue
		}
		serving[a.Staff] = true
		if have := of[a.District]; have != "" && have != a.Staff {
			t.Errorf("district %s has %s and %s", a.District, have, a.Staff)
		}
		of[a.District] = a.Staff
	}
}

func TestNijmegenPairsAndFaces(t *testing.T) {
	t.Parallel()
	p := plan(t, "nijmegen")
	oneOnAnyDate(t, p, "zorgcoordinator", planner.Primary)
	oneOnAnyDate(t, p, "ambulant_begeleider", planner.Primary)
	wholeDistricts(t, p, "ambulant_begeleider", map[string]bool{})
	faces := map[string]map[string]bool{}
	for i := range p.Visits {
		v := &p.Visits[i]
		if v.Meeting {
			continue
		}
		if faces[v.Location] == nil {
			faces[v.Location] = map[string]bool{}
		}
		for _, c := range v.Crew {
			faces[v.Location][c.Staff] = true
		}
	}
	for l, who := range faces {
		if len(who) > 3 {
			t.Errorf("%s sees %d faces", l, len(who))
		}
	}
	for l, visits := range p.of("afstemming") {
		v := visits[0]
		if len(v.Crew) != 2 || v.Crew[0].Role != "zorgcoordinator" || v.Crew[1].Role != "ambulant_begeleider" {
			t.Errorf("%s: the alignment is by %+v, want the standing pair together", l, v.Crew)
		}
	}
	minimumsHold(t, p)
}

func TestIederePeuterSomeren(t *testing.T) {
	t.Parallel()
	p := plan(t, "iedere-peuter-someren")
	minimumsHold(t, p)
	if p.Programme.From == calendar.NoDate || p.Programme.To == calendar.NoDate {
		t.Error("the programme has no start or no end")
	}
	for i := range p.Visits {
		if d := p.date(p.Visits[i].Start); d > p.Programme.To {
			t.Errorf("%s is on %s, after the programme ends", p.Visits[i].ID, d)
		}
	}
	kinds := map[string]int{}
	for i := range p.Visits {
		if !p.Visits[i].Meeting {
			continue
		}
		for k := range p.Meetings {
			if m := &p.Meetings[k]; m.ID == p.Visits[i].Requirement && len(m.Locations) > 1 {
				kinds[m.Kind]++
			}
		}
	}
	if kinds["intervisie"] < 6 || kinds["thema"] < 4 {
		t.Errorf("group meetings over several locations: %v, want intervision and theme meetings through the year", kinds)
	}
}

func TestIederePeuterSomerenEndsWithTheProgramme(t *testing.T) {
	t.Parallel()
	s := read(t, "iedere-peuter-someren")
	s.Programme.To = calendar.NewDate(2027, 6, 30)
	p, err := planner.Solve(context.Background(), s, planner.Options{Year: 2027, Iterations: 300, Workers: 1, MaxChanges: -1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Visits {
		if p.Visits[i].Start.Year() == 2027 && p.Visits[i].Start.Month() > 6 {
			t.Errorf("%s after the pilot's end in June", p.Visits[i].ID)
		}
	}
}

func TestGeldropMierlo(t *testing.T) {
	t.Parallel()
	p := plan(t, "geldrop-mierlo")
	minimumsHold(t, p)
	oneOnAnyDate(t, p, "externe_coach", planner.Primary)
	oneOnAnyDate(t, p, "externe_coach", planner.Backup)
	for i := range p.Plan.Assignments {
		a := &p.Plan.Assignments[i]
		if want := map[planner.AssignmentKind]string{planner.Primary: "coach-1", planner.Backup: "coach-2"}[a.Kind]; a.Staff != want {
			t.Errorf("%s: %s is %s, want the one coach %s", a.Location, a.Kind, a.Staff, want)
		}
	}
	acuteStaysFree(t, p, "coach-1")
	var steering []*planner.Visit
	for i := range p.Visits {
		if v := &p.Visits[i]; v.Meeting && v.Requirement == "stuurgroep" {
			steering = append(steering, v)
		}
	}
	if len(steering) != 4 || steering[0].Crew[0].Staff != "facilitator-1" {
		t.Errorf("%d steering groups, want four with the facilitator", len(steering))
	}
	budgets := map[planner.Budget]bool{}
	for i := range p.Staff {
		for _, c := range p.Staff[i].Contracts {
			budgets[c.Budget] = true
		}
	}
	if len(budgets) != 2 {
		t.Errorf("budgets %v, want both", budgets)
	}
}

// acuteStaysFree adds up somebody's days: what is planned leaves the acute
// minutes of the role free in the working time.
func acuteStaysFree(t *testing.T, p *produced, staff string) {
	t.Helper()
	m := &p.Staff[slices.IndexFunc(p.Staff, func(s planner.Staff) bool { return s.ID == staff })]
	acute := p.Programme.Role(m.Contracts[0].Role).AcuteMinutesDay
	used := map[calendar.Date]int{}
	for i := range p.Visits {
		v := &p.Visits[i]
		for _, c := range v.Crew {
			if c.Staff == staff {
				used[p.date(v.Start)] += int(v.End.Sub(v.Start).Minutes()) + c.TravelMinutes
			}
		}
	}
	if acute == 0 || len(used) == 0 {
		t.Fatal("nothing to check")
	}
	for d, minutes := range used {
		work := calendar.NewSpans(m.Pattern[d.Weekday()]...).Minutes()
		if minutes > work-acute {
			t.Errorf("%s: %d of %d working minutes planned, %d must stay free", d, minutes, work, acute)
		}
	}
}

func TestPassendeKinderopvangArnhem(t *testing.T) {
	t.Parallel()
	p := plan(t, "passende-kinderopvang-arnhem")
	minimumsHold(t, p)
	for _, role := range []string{"wijkcoach", "coach_pko", "ambulant_begeleider"} {
		oneOnAnyDate(t, p, role, planner.Primary)
	}
	anchoredOnOwnMeetings(t, p)
	for i := range p.Staff {
		m := &p.Staff[i]
		if m.Contracts[0].Role == "wijkcoach" && m.Photo == "" {
			t.Errorf("%s has no photo: a face at the location", m.ID)
		}
		if m.Contracts[0].Role == "ambulant_begeleider" && len(m.Contracts) != 2 {
			t.Errorf("%s has %d contracts, want both budgets in one hand", m.ID, len(m.Contracts))
		}
	}
	areas := map[string]bool{}
	for i := range p.Districts {
		areas[p.Districts[i].Area] = true
	}
	if len(areas) != 8 {
		t.Errorf("%d district teams, want 8", len(areas))
	}
	for l, visits := range p.of("groepsbespreking") {
		if len(visits[0].Crew) != 2 {
			t.Errorf("%s: group discussion by %d, want the coach and one of the pool", l, len(visits[0].Crew))
		}
	}
}

// anchoredOnOwnMeetings checks that each visit to a parents' meeting starts
// within an occurrence of that location's meeting.
func anchoredOnOwnMeetings(t *testing.T, p *produced) {
	t.Helper()
	visits := p.of("ouderbijeenkomst")
	if len(visits) < 10 {
		t.Fatalf("visits to parents' meetings at %d locations", len(visits))
	}
	for location, at := range visits {
		i := slices.IndexFunc(p.Meetings, func(m planner.Meeting) bool {
			return m.Location == location && m.Kind == "ouderbijeenkomst" && len(m.Staff) == 0
		})
		if i < 0 {
			t.Errorf("%s has no parents' meeting of its own", location)
			continue
		}
		m := &p.Meetings[i]
		rule, err := calendar.ParseRecurrence(m.Rule)
		if err != nil {
			t.Fatal(err)
		}
		series := calendar.Series{Start: m.Start.At(m.Clock, p.zone), Rule: &rule}
		for _, v := range at {
			held := series.Between(v.Start.Add(-time.Duration(m.Minutes)*time.Minute), v.Start.Add(time.Minute), 0)
			if len(held) == 0 {
				t.Errorf("%s at %s is not during the parents' meeting", v.ID, v.Start)
			}
		}
	}
}

// An observation is "altijd met toestemming van de ouders".
func TestKijkOpKleintjesObservesWithConsent(t *testing.T) {
	t.Parallel()
	s := read(t, "kijk-op-kleintjes-nijmegen")
	s.Programme.Requirements = []planner.Requirement{{
		ID: "observatie", Role: "zorgcoordinator", VisitType: "observatie", Minimum: 1, Target: 1, MinGapDays: 1,
	}}
	yes, no := s.Locations[0].ID, s.Locations[1].ID
	given := calendar.NewDate(2027, 5, 10)
	s.Consents = []planner.Consent{
		{Location: yes, Requirement: "observatie", Given: true, Date: given},
		{Location: no, Requirement: "observatie", Given: false, Date: given},
	}
	p, err := planner.Solve(context.Background(), s, planner.Options{Year: 2027, Iterations: 1, Workers: 1, MaxChanges: -1})
	if err != nil {
		t.Fatal(err)
	}
	var observed []planner.Visit
	for i := range p.Visits {
		if v := p.Visits[i]; v.Requirement == "observatie" {
			observed = append(observed, v)
		}
	}
	if len(observed) != 1 || observed[0].Location != yes || calendar.DateOf(observed[0].Start, observed[0].Start.Location()) < given {
		t.Errorf("observed %+v, want one at %s from %s on", observed, yes, given)
	}
	for i := range p.Unplanned {
		if u := &p.Unplanned[i]; u.Reason.Blocked[0] != "consent:1" {
			t.Errorf("%s: %v, want what is missing: consent", u.Location, u.Reason.Blocked)
		}
	}
	faults, err := files.Prove([]*planner.State{s}, []*planner.Plan{p})
	if err != nil || len(faults) > 0 {
		t.Errorf("%v, %v", faults, err)
	}
}

// "Meteen een afspraak gemaakt voor een voortgangsgesprek": a first talk is not
// closed without the date of the next.
func TestPassendeKinderopvangArnhemClosesNoFirstTalkWithoutTheNext(t *testing.T) {
	t.Parallel()
	s := read(t, "passende-kinderopvang-arnhem")
	first := planner.CompletedVisit{
		Location: s.Locations[0].ID, VisitType: "eerste_gesprek", Date: calendar.NewDate(2027, 2, 1), Next: calendar.NoDate,
	}
	if err := s.Programme.CheckClosing(&first); err == nil {
		t.Error("a first talk is closed without its next date")
	}
	first.Next = calendar.NewDate(2027, 3, 1)
	if err := s.Programme.CheckClosing(&first); err != nil {
		t.Error(err)
	}
}

// TestYearsUnderWay plans the year of which history.csv has visits already: what
// comes keeps its distance from all of them.
func TestYearsUnderWay(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"iedere-peuter-someren", "geldrop-mierlo"} {
		s := read(t, dir)
		p, err := planner.Solve(context.Background(), s, planner.Options{Year: 2026, Seed: 1, Iterations: 200, Workers: 1, MaxChanges: -1})
		if err != nil {
			t.Fatal(err)
		}
		faults, err := files.Prove([]*planner.State{s}, []*planner.Plan{p})
		if err != nil || len(faults) > 0 || len(p.Visits) == 0 {
			t.Errorf("%s: %d visits, %v, %v", dir, len(p.Visits), err, faults)
		}
	}
}
