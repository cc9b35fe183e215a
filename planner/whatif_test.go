package planner

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// capacityTown is the waiting town with places on a map, so that it can be
// planned.
func capacityTown() *State {
	s := waitingTown()
	s.Programme.Roles[0].Assign = ByLocation
	s.Programme.Requirements[0].MinGapDays = 60
	for i := range s.Locations {
		s.Locations[i].Point = Point{Lat: 51.84 + float64(i)*0.01, Lon: 5.85}
	}
	for i := range s.Staff {
		s.Staff[i].Home = Point{Lat: 51.84 + float64(i)*0.02, Lon: 5.86}
	}
	return s
}

var whatIfOptions = WhatIfOptions{Options: Options{Year: 2027, Seed: 1, Iterations: 4000, MaxChanges: -1}, From: calendar.NewDate(2027, 1, 1), Months: 18, Runs: 4}

func TestWhatIfPutsScenariosBesideTheRegionAsItIs(t *testing.T) {
	t.Parallel()
	got, err := WhatIf(t.Context(), capacityTown(), []Scenario{
		{Name: "as it is"},
		{Name: "Bram leaves", Leave: []LastDay{{"bram", calendar.NewDate(2026, 12, 31)}}},
	}, whatIfOptions)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Scenario != "" || got[2].Scenario != "Bram leaves" {
		t.Fatalf("%d outcomes", len(got))
	}
	// A scenario without changes is the region as it is, in everything.
	if got[0].Figures != got[1].Figures || !reflect.DeepEqual(got[0].Plan, got[1].Plan) || !reflect.DeepEqual(got[0].Forecast, got[1].Forecast) || !reflect.DeepEqual(got[0].Waits, got[1].Waits) {
		t.Errorf("as it is: %+v and %+v", got[0].Figures, got[1].Figures)
	}
	base, gone := got[0].Figures, got[2].Figures
	if gone.Heaviest <= base.Heaviest || gone.HeaviestStaff != "anna" || gone.Changed != 2 || base.Changed != 0 || gone.ConsultDays <= base.ConsultDays {
		t.Errorf("as it is %+v, without Bram %+v", base, gone)
	}
	if base.Locations != 4 || base.Faces != 1 || base.Unplanned != 0 || base.TravelHours <= 0 || base.Gap < 0 || base.Gap > 100 || math.IsNaN(base.AcuteDays) {
		t.Errorf("as it is %+v", base)
	}
	var faulty *ScenarioError
	if _, err := WhatIf(t.Context(), capacityTown(), []Scenario{{Name: "x", Leave: []LastDay{{ID: "nobody"}}}}, whatIfOptions); !errors.As(err, &faulty) || len(faulty.Faults) != 1 {
		t.Errorf("a faulty scenario: %v", err)
	}
}

func TestSilentLocations(t *testing.T) {
	t.Parallel()
	s := capacityTown()
	today := calendar.NewDate(2027, 6, 1)
	s.Locations[1].StandAlone = true
	s.Locations[3].Opened = today - 10
	s.History = []CompletedVisit{{Location: "a", Date: today - 300}, {Location: "a", Date: today - 200}, {Location: "c", Date: today - 20}}
	zone := calendar.NewDate(2027, 9, 1).At(9*60, amsterdam(t))
	visits := []Visit{{ID: "v", Location: "a", Start: zone, End: zone, Status: Planned}, {ID: "w", Location: "b", Start: zone, End: zone, Status: Cancelled}}
	got, err := SilentLocations(s, visits, nil, today, 180)
	if err != nil {
		t.Fatal(err)
	}
	// b stands alone and was never seen; a was last seen 200 days ago; d has just
	// opened, and c was seen lately.
	want := []Silent{
		{Location: "b", District: "WK02", StandAlone: true, Last: calendar.NoDate, Next: calendar.NoDate, Staff: "bram"},
		{Location: "a", District: "WK01", Last: today - 200, Next: calendar.NewDate(2027, 9, 1), Staff: "anna"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("silent %+v, want %+v", got, want)
	}
	if got, err = SilentLocations(s, visits, Contacts{"b": {today - 100}, "a": {today}}, today, 180); err != nil || len(got) != 0 {
		t.Errorf("with bookings %+v (%v)", got, err)
	}
}

// TestTheLeastRemedyIsEnoughAndOneStepLessIsNot: for a town in which one person
// with few hours has everything to do.
func TestTheLeastRemedyIsEnoughAndOneStepLessIsNot(t *testing.T) {
	t.Parallel()
	s := capacityTown()
	s.Staff = s.Staff[:1]
	s.Staff[0].Contracts[0].HoursWeek = 150
	s.Programme.Roles[0].Consult, s.Programme.Roles[0].AcuteMinutesDay = calendar.Week{}, 0
	o := whatIfOptions.Options
	got, err := Remedies(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[RemedyKind]Remedy{}
	for _, r := range got {
		kinds[r.Kind] = r
		t.Logf("%s: %d, enough %v, proved %v", r.Kind, r.Steps, r.Enough, r.Proved)
	}
	hours := kinds[MoreHours]
	if !hours.Enough || hours.Steps < 1 || !hours.Proved || hours.Role != "zc" {
		t.Fatalf("remedies %+v", got)
	}
	with := func(c Scenario) bool {
		changed, faults := c.Apply(s)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		p, err := Solve(t.Context(), changed, o)
		if err != nil {
			t.Fatal(err)
		}
		return p.Fits()
	}
	if !with(hours.Scenario) {
		t.Error("the least hours are not enough")
	}
	less := hours.Scenario
	less.Staff = slices.Clone(less.Staff)
	less.Staff[0].Contracts = []Contract{{Role: "zc", Budget: WithoutIndication, HoursWeek: 3600 * (hours.Steps - 1) / 10, From: calendar.NoDate, To: calendar.NoDate}}
	if with(less) {
		t.Error("a tenth less is enough as well")
	}
	// Nobody else is there to take locations over: moving does not mend it.
	if kinds[MoveLocations].Enough {
		t.Errorf("moving locations: %+v", kinds[MoveLocations])
	}
	if fine, err := Remedies(t.Context(), capacityTown(), o); err != nil || fine != nil {
		t.Errorf("nothing to mend: %+v (%v)", fine, err)
	}
	if _, err := Remedies(t.Context(), s, Options{Year: 2027}); err == nil {
		t.Error("remedies by the clock were accepted")
	}
}

func amsterdam(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestWorkWithoutTimeIsCounted: who has no time has no percentage, and is not left
// out for that.
func TestWorkWithoutTimeIsCounted(t *testing.T) {
	t.Parallel()
	o := Outcome{Forecast: &Forecast{}, Plan: &Plan{Roles: []RoleResult{{Role: "zc", Kind: Primary, Loads: []Load{
		{Staff: "anna", Load: 50, Capacity: 100}, {Staff: "bram", Load: 10}, {Staff: "carla"},
	}}}}}
	if f := figures(&State{}, &o); f.Heaviest != 50 || f.HeaviestStaff != "anna" || f.NoTime != 1 {
		t.Errorf("%+v", f)
	}
}
