package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

func TestPlanComesBack(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "out")
	plan := handmadePlan(t)
	if err := WritePlan(dir, []*planner.State{goodState(t)}, []*planner.Plan{plan}, nil); err != nil {
		t.Fatal(err)
	}
	got, err := ReadPlan(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Visits) != 4 || len(got.Assignments) != 2 || len(got.Unplanned) != 1 || len(got.Coverage) != 1 {
		t.Fatalf("got %+v", got)
	}
	first, second := got.Visits[0], got.Visits[1]
	if !first.Start.Equal(plan.Visits[0].Start) || first.Reason != "travel 9.00 + spacing 3.00 = 12.00" || second.Reason != "none = 0.00" {
		t.Errorf("joint visit: got %+v and %+v", first, second)
	}
	if a := got.Assignments[1]; a.Staff != "" || !a.Changed || a.To != calendar.NoDate || a.Reason != "blocked capacity:3|skill:1 = 0.00" {
		t.Errorf("nobody: got %+v", a)
	}
	role := got.Summary.Assignments["zorgcoordinator"]
	if role.Cost != 1240 || role.Rest != 3 || len(role.Multipliers) != 2 || role.Loads[0].Capacity != 61000 || role.Backup == nil || role.Backup.Cost != 10 {
		t.Errorf("role: got %+v", role)
	}
	if got.Summary.Schedule != (verify.ScheduleScore{Soft: 1200}) || got.Summary.Constraints["spacing"] != 300 || got.Summary.From != plan.From {
		t.Errorf("summary: got %+v", got.Summary)
	}
}

func TestWritePlanSumsRegions(t *testing.T) {
	t.Parallel()
	one, two := handmadePlan(t), handmadePlan(t)
	one.Region, two.Region = "noord", "zuid"
	data, err := planJSON([]*planner.Plan{one, two})
	if err != nil {
		t.Fatal(err)
	}
	var got verify.Summary
	rep := &report{}
	readSummary(rep, fstest.MapFS{"plan.json": {Data: data}}, &got)
	if rep.err() != nil {
		t.Fatal(rep.err())
	}
	role := got.Assignments["zorgcoordinator"]
	if got.Region != "" || got.Iterations != 2000 || got.Schedule.Soft != 2400 || got.Constraints["travel"] != 1800 || len(got.Regions) != 2 {
		t.Errorf("got %+v", got)
	}
	if role.Cost != 2480 || role.Bound != 2400 || role.Rest != 6 || len(role.Multipliers) != 0 || role.Backup.Cost != 20 {
		t.Errorf("role: got %+v", role)
	}
	if r := got.Regions[1]; r.Region != "zuid" || r.Assignments["zorgcoordinator"].Cost != 1240 {
		t.Errorf("region: got %+v", r)
	}
}

func TestReadPlanFaults(t *testing.T) {
	t.Parallel()
	good := os.DirFS("testdata/plan")
	for _, c := range []struct{ name, file, from, to, want string }{
		{
			"visit start", "visits.csv", "2027-02-09T09:00:00+01:00", "2027-02-09 09:00",
			`visits.csv:2:132: start: "2027-02-09 09:00": want a time with offset as 2027-01-05T09:00:00+01:00`,
		},
		{"travel", "visits.csv", ",10,planned", ",ten,planned", `visits.csv:2:184: travel_minutes: "ten": want a whole number`},
		{"status", "visits.csv", "cancelled", "gone", `visits.csv:5:166: status: "gone": want planned, pinned, cancelled`},
		{"kind", "assignments.csv", ",primary,2026", ",first,2026", `assignments.csv:2:70: kind: "first": want primary, backup`},
		{"level", "unplanned.csv", ",minimum,", ",must,", `unplanned.csv:2:46: level: "must": want minimum, target`},
		{"coverage", "coverage.csv", ",1,1,0,1,", ",1,1,0,,", `coverage.csv:2:63: planned: is needed`},
		{
			"header", "coverage.csv", ",state", ",stand", "coverage.csv:1:1: the column \"state\" is missing\n" +
				`coverage.csv:1:67: unknown column "stand"; known are location_id, location, role, requirement, minimum, target, done, planned, state`,
		},
		{"json", "plan.json", `"seed": 1,`, `"seed": 1;`, "plan.json:6:11: not a plan: invalid character ';' after object key:value pair"},
		{
			"type", "plan.json", `"seed": 1,`, `"seed": "one",`,
			"plan.json:6:14: not a plan: json: cannot unmarshal string into Go struct field Summary.seed of type uint64",
		},
		{"version", "plan.json", `"version": "1"`, `"version": "9"`, `plan.json: version: "9": this program reads version 1`},
		{"missing", "unplanned.csv", "", "", "unplanned.csv: is missing: a plan folder holds it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadPlanFS(spoiled(t, good, c.file, c.from, c.to))
			if err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

func TestReadPlanWithoutFolder(t *testing.T) {
	t.Parallel()
	if _, err := ReadPlan(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "cannot open the folder") {
		t.Errorf("got %v", err)
	}
}
