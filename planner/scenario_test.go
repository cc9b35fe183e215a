package planner

import (
	"reflect"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

func TestAScenarioWithoutChangesIsTheState(t *testing.T) {
	t.Parallel()
	s := waitingTown()
	got, faults := (&Scenario{Name: "as it is"}).Apply(s)
	if len(faults) > 0 || !reflect.DeepEqual(got, s) || !(&Scenario{}).Empty() {
		t.Errorf("faults %v, state %+v", faults, got)
	}
	a, err := MakeForecast(s, calendar.NewDate(2027, 1, 1), 6)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := MakeForecast(got, calendar.NewDate(2027, 1, 1), 6); err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("another forecast (%v)", err)
	}
}

// everyChange changes a bit of everything in the town.
func everyChange() *Scenario {
	return &Scenario{
		Name:           "everything",
		Municipalities: []Municipality{{Code: "0209", Name: "Beuningen"}},
		Organisations:  []Organisation{{ID: "new", Name: "New"}},
		Districts:      []District{{ID: "WK03", Municipality: "0209", Neighbours: []string{"WK01"}}},
		Locations:      []Location{{ID: "e", District: "WK03", Opened: calendar.NoDate, Closed: calendar.NoDate}},
		Staff:          []Staff{{ID: "carla", Organisation: "new", Contracts: []Contract{{Role: "zc", HoursWeek: 1800, From: calendar.NoDate, To: calendar.NoDate}}}},
		Copies:         []Copy{{"dirk", "anna", "zc", 900, calendar.NoDate}},
		Close:          []LastDay{{"a", calendar.NewDate(2027, 6, 30)}},
		Leave:          []LastDay{{"bram", calendar.NewDate(2027, 7, 31)}},
		Hours:          []HoursChange{{"anna", "zc", 2160, calendar.NewDate(2027, 3, 1)}},
		Absences:       []Absence{{Staff: "carla", From: calendar.NewDate(2027, 5, 1), To: calendar.NewDate(2027, 5, 9)}},
		Assumptions:    []Assumption{{Key: CaseWeeks, Value: 10, From: calendar.NoDate}},
		Weights:        &Weights{Travel: 200},
		Promises:       []Promise{{"yearly", 2, 3}},
		Merges:         []Merge{{Into: "WK01", Name: "Samen", Districts: []string{"WK01", "WK02"}}},
		Ends:           calendar.NewDate(2028, 6, 30),
	}
}

func TestAScenarioChangesACopy(t *testing.T) {
	t.Parallel()
	s := waitingTown()
	before := s.clone()
	got, faults := everyChange().Apply(s)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if !reflect.DeepEqual(s, before) {
		t.Error("the state itself was changed")
	}
	if len(got.Locations) != 5 || got.Locations[0].Closed != calendar.NewDate(2027, 6, 30) || got.Locations[1].District != "WK01" {
		t.Errorf("locations %+v", got.Locations)
	}
	if len(got.Districts) != 2 || got.Districts[1].Name != "Samen" || !slices.Equal(got.Districts[0].Neighbours, []string{"WK01"}) {
		t.Errorf("districts %+v", got.Districts)
	}
	anna := got.staffByID("anna").Contracts
	if len(anna) != 2 || anna[0].To != calendar.NewDate(2027, 2, 28) || anna[0].HoursWeek != 3600 || anna[1].HoursWeek != 2160 || anna[1].From != calendar.NewDate(2027, 3, 1) {
		t.Errorf("Anna's contracts %+v", anna)
	}
	if dirk := got.staffByID("dirk"); dirk == nil || dirk.Home != got.staffByID("anna").Home || len(dirk.Contracts) != 1 || dirk.Contracts[0].Budget != WithoutIndication {
		t.Errorf("Dirk %+v", dirk)
	}
	if bram := got.staffByID("bram").Contracts; bram[0].To != calendar.NewDate(2027, 7, 31) {
		t.Errorf("Bram's contracts %+v", bram)
	}
	if got.Programme.Assume(CaseWeeks, "", calendar.NewDate(2027, 1, 1)) != 10 || got.Programme.Requirements[0].Target != 3 || got.Programme.To != calendar.NewDate(2028, 6, 30) || got.Programme.Weights.Travel != 200 {
		t.Errorf("programme %+v", got.Programme)
	}
}

func (s *State) staffByID(id string) *Staff { return (&scene{State: s}).staff(id) }

// TestAllFaultsOfAScenarioAtOnce: each of its parts names something that is not
// there or is there already.
func TestAllFaultsOfAScenarioAtOnce(t *testing.T) {
	t.Parallel()
	c := &Scenario{
		Locations:   []Location{{ID: "a"}, {ID: "new", District: "WK99"}},
		Districts:   []District{{ID: "WK01"}},
		Staff:       []Staff{{ID: "anna"}, {ID: "dirk", Contracts: []Contract{{Role: "magician"}}}},
		Copies:      []Copy{{ID: "x", Like: "nobody"}, {ID: "anna", Like: "bram"}, {ID: "y", Like: "bram", Role: "magician"}},
		Close:       []LastDay{{ID: "nowhere"}},
		Leave:       []LastDay{{ID: "nobody"}},
		Hours:       []HoursChange{{Staff: "nobody"}, {Staff: "anna", Role: "magician"}, {Staff: "bram", Role: "zc", HoursWeek: -1}},
		Absences:    []Absence{{Staff: "nobody"}},
		Assumptions: []Assumption{{Key: "luck"}},
		Promises:    []Promise{{Requirement: "never"}, {"yearly", 3, 2}},
		Overrides:   []PromiseAt{{Requirement: "never", Location: "a"}, {Requirement: "yearly", Location: "nowhere"}},
		Merges:      []Merge{{Into: "WK09"}, {Into: "WK09", Districts: []string{"WK98"}}, {Into: "WK02", Districts: []string{"WK01"}}},
	}
	got, faults := c.Apply(waitingTown())
	want := []string{
		"districts[0].id", "locations[0].id", "staff[0].id", "staff[1].contracts[0].role", "copies[0].like", "copies[1].id", "copies[2].role", "close[0].id", "leave[0].id", "hours[0].staff",
		"hours[1].role", "hours[2].hours_week", "absences[0].staff", "assumptions[0].key", "promises[0].requirement", "promises[1].target", "overrides[0].requirement", "overrides[1].location",
		"merges[0].into", "merges[1].districts[0]", "merges[2].into", "locations.new.district",
	}
	var fields []string
	for _, f := range faults {
		fields = append(fields, f.Field)
		if f.Text.NL == "" || f.Text.EN == "" || f.Code == "" {
			t.Errorf("fault %+v says too little", f)
		}
	}
	slices.Sort(fields)
	slices.Sort(want)
	if got != nil || !slices.Equal(fields, want) {
		t.Errorf("faults %q, want %q", fields, want)
	}
}

func TestHoursOfNobodyEndContracts(t *testing.T) {
	t.Parallel()
	got, faults := (&Scenario{Hours: []HoursChange{{"anna", "zc", 0, calendar.NoDate}}}).Apply(waitingTown())
	if len(faults) > 0 || len(got.staffByID("anna").Contracts) != 0 {
		t.Errorf("%v %+v", faults, got)
	}
}

// TestAPersonLeavesWhoIsPinned: a what-if is answered, though a lead pinned the
// person, and one with fewer hours shows the load above the capacity.
func TestAPersonLeavesWhoIsPinned(t *testing.T) {
	t.Parallel()
	s := capacityTown()
	for i := range s.Assignments {
		s.Assignments[i].Pinned = true
	}
	less := Scenario{Name: "a day", Hours: []HoursChange{{Staff: "anna", Role: "zc", HoursWeek: 800, From: calendar.NoDate}}}
	got, err := WhatIf(t.Context(), s, []Scenario{{Name: "gone", Leave: []LastDay{{"anna", calendar.NewDate(2026, 12, 31)}}}, less}, whatIfOptions)
	if err != nil {
		t.Fatal(err)
	}
	if f := got[1].Figures; f.Changed != 2 || f.HeaviestStaff != "bram" || f.Locations != 4 {
		t.Errorf("gone: %+v", f)
	}
	if f := got[2].Figures; f.Changed != 0 || f.HeaviestStaff != "anna" || f.Heaviest <= 100 {
		t.Errorf("a day: %+v", f)
	}
	if s.Assignments[0].Reason != "" || !s.Assignments[0].Pinned {
		t.Errorf("the state itself changed: %+v", s.Assignments[0])
	}
	nobody := capacityTown()
	nobody.Staff, nobody.Assignments = nil, nil
	if got, err = WhatIf(t.Context(), nobody, nil, whatIfOptions); err != nil || got[0].Figures.Locations != 4 || got[0].Figures.ConsultDays >= 0 {
		t.Errorf("nobody: %+v, %v", got, err)
	}
	nobody.Locations = nil
	if got, err = WhatIf(t.Context(), nobody, nil, whatIfOptions); err != nil || got[0].Figures.Locations != 0 || len(got[0].Waits) != 0 {
		t.Errorf("nothing: %+v, %v", got, err)
	}
}
