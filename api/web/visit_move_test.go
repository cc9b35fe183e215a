package web_test

import (
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Every unplanned visit says what is in its way and the smallest fix, with names
// for ids; where the fix is a move, it can be done from there.
func TestUnplannedVisitsCanBeFixed(t *testing.T) {
	t.Parallel()
	r := small(t)
	var visit *planner.Visit
	for i := range r.Plan.Visits {
		if v := &r.Plan.Visits[i]; !v.Meeting && v.Status != planner.Cancelled && v.Start.After(now) {
			visit = v
		}
	}
	if visit == nil {
		t.Fatal("the sample has no visit to come")
	}
	staff := visit.Crew[0].Staff
	unplanned := func(blocked, change string) planner.Unplanned {
		return planner.Unplanned{
			Location: visit.Location, Role: visit.Crew[0].Role, Requirement: visit.Requirement, Level: planner.Minimum,
			Reason: planner.Reason{Blocked: []string{blocked}, Change: change},
		}
	}
	for _, c := range []struct {
		name, blocked, change, path, words string
	}{
		{"a visit in the way", "travel:3:" + staff, "overlap " + staff + " on 2027-09-01 without " + visit.ID, "/timeline/" + staff + "/visit?", "het bezoek aan "},
		{"a break in the way", "away:3", "overlap " + staff + " on 2027-09-01 without a break or consult time", "", "pauze"},
		{"longer work", "away:3:" + staff, "away " + staff + " on 2027-09-01 +30", "", "30 minuten"},
		{"room again", "free:1", "free " + staff + " on 2027-09-01", "/proposals?", "weer plaats"},
		{"no single fix", "window:1", "", "", "Geen enkele"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := *r.Plan
			p.Unplanned = []planner.Unplanned{unplanned(c.blocked, c.change)}
			page, err := web.NewTimeline(web.Dutch, web.Region{State: r.State, Plan: &p}, now)
			if err != nil {
				t.Fatal(err)
			}
			row := page.Unplanned[0]
			if len(row.Blocked) == 0 || row.Blocked[0].NL == "" || !strings.Contains(row.Fix.NL, c.words) || row.Fix.EN == "" {
				t.Errorf("%+v, want why and the fix in words", row)
			}
			if (c.path == "") != (row.Move == "") || !strings.HasPrefix(row.Move, c.path) {
				t.Errorf("it leads to %q, want %q", row.Move, c.path)
			}
			if strings.Contains(row.Fix.NL, visit.ID) {
				t.Errorf("%q has an id in it", row.Fix.NL)
			}
		})
	}
}
