package files

import (
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

const ceilingProgramme = `id: p
name: P
zone: Europe/Amsterdam
municipalities: [{code: "0268", name: Nijmegen}]
roles: [{id: zc, name: ZC}]
visit_types: [{id: v, name: V, minutes: 60}]
requirements: [{id: yearly, name: Y, role: zc, visit_type: v, minimum: 1}]
`

func TestCeilingsAreRead(t *testing.T) {
	t.Parallel()
	p, err := ReadProgramme("programme.yaml", strings.NewReader(ceilingProgramme+`ceilings:
  - {id: points, measure: points, limit: 24}
  - {id: starter, measure: locations, limit: 12, warn_at: 80, role: zc, starter_days: 182, from: 2027-01-01, source: agreement}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []planner.Ceiling{
		{ID: "points", Measure: planner.CeilingPoints, Limit: 24, From: calendar.NoDate, To: calendar.NoDate, Source: "assumption"},
		{
			ID: "starter", Measure: planner.CeilingLocations, Limit: 12, WarnAt: 80, Role: "zc", StarterDays: 182,
			From: calendar.NewDate(2027, 1, 1), To: calendar.NoDate, Source: "agreement",
		},
	}
	if len(p.Ceilings) != 2 || p.Ceilings[0] != want[0] || p.Ceilings[1] != want[1] {
		t.Errorf("%+v", p.Ceilings)
	}
}

func TestFaultsOfCeilings(t *testing.T) {
	t.Parallel()
	_, err := ReadProgramme("programme.yaml", strings.NewReader(ceilingProgramme+`ceilings:
  - {id: a, measure: children, limit: 0}
  - {id: a, measure: cases, limit: 3, warn_at: 101, role: nobody, to: 2027-01-01, from: 2027-02-01}
`))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{`"children"`, `"0"`, `"a" is there twice`, `"101"`, `unknown role "nobody"`, "is before"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in %v", want, err)
		}
	}
}
