package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

func glance(t *testing.T, r web.Region, at time.Time) *web.Glance {
	t.Helper()
	g, err := web.NewGlance(r, at, web.PageLimits)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestSummary(t *testing.T) {
	t.Parallel()
	s := glance(t, small(t), now).Summary
	if s.Locations != 5 || s.People != 4 || s.Visits != 3 || s.Meetings != 1 || s.Unplanned != 1 {
		t.Errorf("counts: %+v", s)
	}
	if s.Kept != 3 || s.Promises != 4 || s.KeptShare() != 0.75 {
		t.Errorf("kept %d of %d (%v), want 3 of 4", s.Kept, s.Promises, s.KeptShare())
	}
	if len(s.Gaps) != 2 || s.Gap() != 0.005 {
		t.Errorf("gaps: %+v, worst %v", s.Gaps, s.Gap())
	}
	if (&web.Summary{}).KeptShare() != 1 {
		t.Error("nothing promised is nothing broken")
	}
}

func TestRoleLoads(t *testing.T) {
	t.Parallel()
	roles := glance(t, small(t), now).Roles
	if len(roles) != 2 {
		t.Fatalf("%d roles, want the two that are assigned", len(roles))
	}
	first := roles[0]
	if first.People[0].Name != "Cem Demir" || !first.People[0].Over() || first.People[0].Backups != 1 {
		t.Errorf("the fullest comes first: %+v", first.People)
	}
	if first.Bar(first.People[0]) != 100 || first.Limit() >= 100 {
		t.Errorf("bar %v, limit %v: the bar of 110 %% fills the scale", first.Bar(first.People[0]), first.Limit())
	}
	if first.Unserved != 0 || roles[1].Unserved != 1 {
		t.Errorf("unserved %d and %d, want 0 and 1", first.Unserved, roles[1].Unserved)
	}
	if noCapacity := roles[1].People[1]; noCapacity.Share() != 0 || !noCapacity.Over() || noCapacity.Organisation != "" {
		t.Errorf("without capacity: %+v", noCapacity)
	}
	if org := roles[1].People[0].Organisation; org != "elders" {
		t.Errorf("unknown organisation shows as %q, want its id", org)
	}
}

func TestDistricts(t *testing.T) {
	t.Parallel()
	got := glance(t, small(t), now).Districts.Rows
	want := []web.DistrictRow{
		{Number: 1, Name: "Noord", Locations: 2, People: 2, Visits: 1},
		{Number: 2, Name: "Zuid", Locations: 2, People: 2, Visits: 2},
		{Locations: 1, People: 1},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestDistrictsOfMoreMunicipalities(t *testing.T) {
	t.Parallel()
	r := small(t)
	r.State.Programme.Municipalities = append(r.State.Programme.Municipalities, planner.Municipality{Code: "0209", Name: "Beuningen"})
	for i := range r.State.Locations {
		r.State.Locations[i].Municipality = "0268"
	}
	r.State.Locations[2].Municipality, r.State.Locations[3].Municipality = "0209", "9999"
	rows := glance(t, r, now).Districts.Rows
	if rows[0].Municipality != "Beuningen" || rows[1].Municipality != "Nijmegen" {
		t.Errorf("districts by municipality: %+v", rows)
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	r := small(t)
	r.Plan.Unplanned = append(r.Plan.Unplanned, planner.Unplanned{ // a meeting of the same name at the same location
		Location: "L5", Role: "counsellor", Requirement: "look",
		Reason: planner.Reason{Blocked: []string{"meeting:20"}, Change: "move look on 2027-03-04 for c1"},
	})
	g := glance(t, r, now)
	if c := g.Coverage[0]; c.Done != 1 || c.Planned != 1 || c.AtRisk != 1 || c.Missed != 0 || c.Locations() != 3 {
		t.Errorf("first requirement: %+v", c)
	}
	if why := g.Trouble.Rows[0].Why; len(why) != 2 || why[0].NL != "sunspots" || why[1].EN != "It is too close to another visit." {
		t.Errorf("what stands in the way: %+v", why)
	}
	if len(g.Trouble.Rows) != 2 || g.Trouble.Rows[0].State != planner.CoverageMissed || g.Trouble.Rows[1].Location != "De Beuk" {
		t.Errorf("missed first, then at risk: %+v", g.Trouble.Rows)
	}
}

func TestWeeks(t *testing.T) {
	t.Parallel()
	g := glance(t, small(t), now)
	if g.Start != date(t, "2027-03-02") || len(g.Weeks) != 4 {
		t.Fatalf("start %v, %d weeks", g.Start, len(g.Weeks))
	}
	first := g.Weeks[0]
	if first.Number != 9 || first.Total != 2 || len(first.Days) != 1 || len(first.Days[0].Visits) != 2 {
		t.Fatalf("first week: %+v", first)
	}
	visit, meeting := first.Days[0].Visits[0], first.Days[0].Visits[1]
	if visit.Start != "09:00" || visit.End != "10:30" || visit.Where != "De Eik" || len(visit.Who) != 2 || visit.What.EN != "Child discussion" {
		t.Errorf("visit: %+v", visit)
	}
	if meeting.What.NL != "Teamoverleg" || meeting.Where != "" || len(meeting.Who) != 4 || meeting.More != 2 {
		t.Errorf("meeting: %+v", meeting)
	}
	if g.Weeks[1].Total+g.Weeks[2].Total+g.Weeks[3].Total != 0 {
		t.Error("the visit of 30 March is in the fifth week")
	}
}

// Summer time begins on 28 March 2027; clock times stay those of the wall.
func TestWeeksInSummerTime(t *testing.T) {
	t.Parallel()
	g := glance(t, small(t), now.AddDate(0, 0, 20))
	days := g.Weeks[0].Days
	if len(days) != 2 || days[0].Visits[0].Start != "09:30" || !days[1].Visits[0].Cancelled {
		t.Errorf("the week of summer time: %+v", days)
	}
}

func TestWeeksBeforeAndAfterThePlan(t *testing.T) {
	t.Parallel()
	if g := glance(t, small(t), now.AddDate(-1, 0, 0)); g.Start != date(t, "2027-02-01") {
		t.Errorf("before the year, the first week is that of the first visit; got %v", g.Start)
	}
	if g := glance(t, small(t), now.AddDate(1, 0, 0)); g.Start != calendar.NoDate || len(g.Weeks) != 0 {
		t.Errorf("after the year nothing is left; got %v, %d weeks", g.Start, len(g.Weeks))
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	g, err := web.NewGlance(generated(t, "Groot", 300, 9), now, web.Limits{Rows: 10, Visits: 3})
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Places.Rows) != 10 || g.Places.Hidden() != 290 || g.Trouble.Hidden() != 290 {
		t.Errorf("rows: %d of %d", len(g.Places.Rows), g.Places.Total)
	}
	shown := 0
	for _, d := range g.Weeks[0].Days {
		shown += len(d.Visits)
	}
	if shown != 3 || g.Weeks[0].Hidden != g.Weeks[0].Total-3 {
		t.Errorf("visits: %d shown, %d hidden of %d", shown, g.Weeks[0].Hidden, g.Weeks[0].Total)
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	g := glance(t, small(t), now)
	rows := make(map[string]web.PlaceRow)
	for _, row := range g.Places.Rows {
		rows[row.Name] = row
	}
	if eik := rows["De Eik"]; eik.Faces != 2 || eik.People[0].Backup != "Cem Demir" || eik.Next != date(t, "2027-03-02") {
		t.Errorf("De Eik: %+v", eik)
	}
	if linde := rows["De Linde"]; linde.Faces != 1 || !linde.People[1].Applies || linde.People[1].Name != "" || linde.Next != calendar.NoDate {
		t.Errorf("De Linde has no counsellor: %+v", linde)
	}
	if g.Artificial != 1 {
		t.Errorf("%d made-up locations, want 1", g.Artificial)
	}
	if f := g.Faces; f.Mean != 1.8 || f.Pairs != 2 || !slices.Equal(f.Counts, []web.FaceCount{{Faces: 1, Locations: 1}, {Faces: 2, Locations: 4}}) {
		t.Errorf("faces: %+v", f)
	}
}

func TestAssignmentInForceWins(t *testing.T) {
	t.Parallel()
	r := small(t)
	r.Plan.Assignments[0].To = date(t, "2027-05-31")
	later := r.Plan.Assignments[0]
	later.Staff, later.From, later.To = "c2", date(t, "2027-06-01"), calendar.NoDate
	r.Plan.Assignments = append(r.Plan.Assignments, later)
	for _, c := range []struct{ day, want string }{{"2027-03-01", "Anna <Bakker>"}, {"2027-07-01", "Cem Demir"}, {"2020-01-01", "Anna <Bakker>"}} {
		g := glance(t, r, date(t, c.day).Time())
		for _, row := range g.Places.Rows {
			if row.Name == "De Eik" && row.People[0].Name != c.want {
				t.Errorf("on %s: %s, want %s", c.day, row.People[0].Name, c.want)
			}
		}
	}
}

func TestUnknownZone(t *testing.T) {
	t.Parallel()
	r := small(t)
	r.State.Programme.Zone = "Europe/Nimwegen"
	if _, err := web.NewGlance(r, now, web.PageLimits); err == nil || !strings.Contains(err.Error(), "Nimwegen") {
		t.Errorf("got %v", err)
	}
}

// Ids that point nowhere show as they are; a page never fails on them.
func TestDanglingReferences(t *testing.T) {
	t.Parallel()
	r := small(t)
	r.State.Staff, r.State.Locations, r.State.Meetings = nil, nil, nil
	r.State.Programme.Requirements, r.State.Programme.VisitTypes = nil, nil
	g := glance(t, r, now)
	if v := g.Weeks[0].Days[0].Visits[0]; v.Where != "L1" || v.Who[0] != "c1" || v.What.NL != "round" {
		t.Errorf("got %+v", v)
	}
}
