package files

import (
	"errors"
	"reflect"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner"
)

// exampleState reads one of the example folders.
func exampleState(t *testing.T, name string) *planner.State {
	t.Helper()
	states, err := ReadFolder("../../examples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return states[0]
}

func TestApplyTakesOneThing(t *testing.T) {
	t.Parallel()
	known := exampleState(t, "passende-kinderopvang-arnhem")
	before := exampleState(t, "passende-kinderopvang-arnhem")
	staff := known.Staff[0].ID
	now, err := Apply(known, Edit{Kind: AbsencesFile, At: -1, Rows: []Cells{{"staff_id": staff, "from": "2027-03-01", "to": "2027-03-05"}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(now.Absences) != len(known.Absences)+1 || !reflect.DeepEqual(now.Locations, known.Locations) {
		t.Errorf("%d absences, want one more than %d", len(now.Absences), len(known.Absences))
	}
	at := -1
	for i := range now.Absences {
		if now.Absences[i].Staff == staff && now.Absences[i].From.String() == "2027-03-01" {
			at = i
		}
	}
	back, err := Apply(now, Edit{Kind: AbsencesFile, At: at})
	if err != nil || len(back.Absences) != len(known.Absences) {
		t.Errorf("taking it away: %v, %d absences", err, len(back.Absences))
	}
	if !reflect.DeepEqual(known, before) {
		t.Error("the known state changed")
	}
}

func TestApplyFindsAllFaults(t *testing.T) {
	t.Parallel()
	known := exampleState(t, "passende-kinderopvang-arnhem")
	for name, c := range map[string]struct {
		edit Edit
		own  int
		all  int
	}{
		"a row":        {Edit{Kind: AbsencesFile, At: -1, Rows: []Cells{{"staff_id": "nobody", "from": "2027-03-05", "to": "2027-03-01"}}}, 2, 2},
		"twice":        {Edit{Kind: OrganisationsFile, At: -1, Rows: []Cells{{"organisation_id": known.Organisations[0].ID, "name": "Again"}}}, 1, 1},
		"a document":   {Edit{Programme: Assumptions, At: -1, Document: []byte(`{"key":"nothing","value":1,"organisation":"nobody"}`)}, 2, 2},
		"no document":  {Edit{Programme: VisitTypes, At: -1, Document: []byte(`{`)}, 1, 1},
		"what is used": {Edit{Programme: VisitTypes, At: 0}, 0, 2},
	} {
		_, err := Apply(known, c.edit)
		var faults Faults
		if !errors.As(err, &faults) || len(faults) != c.all {
			t.Errorf("%s: %v, want %d faults", name, err, c.all)
			continue
		}
		own := 0
		for _, f := range faults {
			if f.File == c.edit.list() {
				own++
			}
		}
		if own != c.own {
			t.Errorf("%s: %d faults of its own, want %d: %v", name, own, c.own, faults)
		}
	}
	if _, err := Apply(known, Edit{Kind: "dreams"}); err == nil {
		t.Error("an unknown kind is taken")
	}
}

// TestApplyOverNothing: an organisation written as it is stays one.
func TestApplyOverNothing(t *testing.T) {
	t.Parallel()
	known := exampleState(t, "passende-kinderopvang-arnhem")
	for i := range known.Organisations {
		o := &known.Organisations[i]
		now, err := Apply(known, Edit{Kind: OrganisationsFile, At: i, Rows: []Cells{{"organisation_id": o.ID, "name": o.Name}}})
		if err != nil {
			t.Fatal(err)
		}
		if len(now.Organisations) != len(known.Organisations) {
			t.Errorf("%d organisations, want %d", len(now.Organisations), len(known.Organisations))
		}
	}
}
