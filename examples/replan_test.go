package examples_test

import (
	"context"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// TestSystemsHoldWhenThingsChange takes somebody out of each system for six
// weeks, closes an area for a day and a location for good, moves a meeting, and
// plans the rest of the year again: the past and the near term stay, nothing is
// broken, and hardly more moves than must.
func TestSystemsHoldWhenThingsChange(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{
		"kijk-op-kleintjes-nijmegen", "passende-kinderopvang-nijmegen", "iedere-peuter-someren", "geldrop-mierlo",
		"passende-kinderopvang-arnhem", "nijmegen",
	} {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			was := plan(t, dir)
			s := read(t, dir)
			today := calendar.NewDate(2027, 3, 1)
			busiest := busiestFrom(was, today+14, today+56)
			s.Absences = append(s.Absences, planner.Absence{Staff: busiest, From: today + 14, To: today + 56})
			s.Blackouts = append(s.Blackouts, planner.Blackout{Municipality: s.Programme.Municipalities[0].Code, From: today + 17, To: today + 17})
			s.Locations[len(s.Locations)-1].Closed = today + 60
			for i := range s.Meetings {
				if m := &s.Meetings[i]; len(m.Roles) > 0 && m.Start < today && m.Rule != "" {
					m.Clock += 30
					break
				}
			}
			r, err := planner.Replan(context.Background(), s, planner.Published{Visits: was.Visits, Assignments: was.Plan.Assignments}, planner.ReplanOptions{
				Options: planner.Options{Year: 2027, Seed: 1, Iterations: 600, Workers: 1}, Today: today, MaxMoves: -1,
			})
			if err != nil {
				t.Fatal(err)
			}
			proveReplan(t, s, r)
			t.Logf("%d moved, %d had to, %d unplanned", r.Moved, r.Must, len(r.Unplanned))
			if r.Schedule.Hard != 0 || 10*r.Moved > 12*r.Must+10 {
				t.Errorf("%d hard faults, %d moved, %d had to", r.Schedule.Hard, r.Moved, r.Must)
			}
			for _, c := range r.Changes {
				if c.Code == "" || c.Kind == planner.VisitMoved && !c.Must && c.Was.Start.Before((today+7).At(0, c.Was.Start.Location())) {
					t.Errorf("%+v: no reason, or frozen", c)
				}
			}
		})
	}
}

func proveReplan(t *testing.T, s *planner.State, r *planner.Replanned) {
	t.Helper()
	states := []*planner.State{s}
	extra, err := files.ReplanFiles(states, []*planner.Replanned{r})
	if err != nil {
		t.Fatal(err)
	}
	faults, err := files.ProveWith(states, []*planner.Plan{r.Plan}, extra)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}

// busiestFrom returns who makes the most visits between two days.
func busiestFrom(p *produced, from, to calendar.Date) string {
	count := map[string]int{}
	for i := range p.Visits {
		v := &p.Visits[i]
		if d := p.date(v.Start); !v.Meeting && d >= from && d <= to {
			for _, c := range v.Crew {
				count[c.Staff]++
			}
		}
	}
	best := p.Staff[0].ID
	for i := range p.Staff {
		if id := p.Staff[i].ID; count[id] > count[best] {
			best = id
		}
	}
	return best
}

// Someren's programme ends; what is planned again ends with it.
func TestReplanEndsWithTheProgramme(t *testing.T) {
	t.Parallel()
	was := plan(t, "iedere-peuter-someren")
	s := read(t, "iedere-peuter-someren")
	s.Programme.To = calendar.NewDate(2027, 9, 30)
	r, err := planner.Replan(context.Background(), s, planner.Published{Visits: was.Visits, Assignments: was.Plan.Assignments}, planner.ReplanOptions{
		Options: planner.Options{Year: 2027, Seed: 1, Iterations: 300, Workers: 1}, Today: calendar.NewDate(2027, 6, 1), MaxMoves: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	proveReplan(t, s, r)
	late := slices.IndexFunc(r.Visits, func(v planner.Visit) bool {
		return v.Status != planner.Cancelled && calendar.DateOf(v.Start, v.Start.Location()) > s.Programme.To
	})
	if late >= 0 {
		t.Errorf("%s is on %s, after the programme's end", r.Visits[late].ID, r.Visits[late].Start)
	}
}
