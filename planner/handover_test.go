package planner

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// handingOver is the misplaced town in which every location that changes hands
// is handed over within eight weeks.
func handingOver() *State {
	s := misplaced()
	s.Programme.VisitTypes = append(s.Programme.VisitTypes, VisitType{ID: "handover", Mode: OnSite, Minutes: 45, Weight: 100})
	s.Programme.Requirements = append(s.Programme.Requirements, Requirement{
		ID: "handover-coordinator", Role: "coordinator", VisitType: "handover", Minimum: 1, Target: 1, HandoverDays: 56,
	})
	return s
}

func (p *Plan) handovers() map[string]*Visit {
	out := map[string]*Visit{}
	for i := range p.Visits {
		if v := &p.Visits[i]; v.Requirement == "handover-coordinator" {
			out[v.Location] = v
		}
	}
	return out
}

func TestWhatChangesHandsIsHandedOver(t *testing.T) {
	t.Parallel()
	s := handingOver()
	p := solve(t, s)
	visits := p.handovers()
	changed := 0
	for i := range p.Assignments {
		a := &p.Assignments[i]
		if a.Kind != Primary || !a.Changed {
			continue
		}
		changed++
		v := visits[a.Location]
		if v == nil {
			t.Errorf("%s goes to %s without a handover", a.Location, a.Staff)
			continue
		}
		if len(v.Crew) != 2 || v.Crew[0].Staff != a.Staff || v.Crew[1].Staff == a.Staff || v.Crew[1].Role != "coordinator" {
			t.Errorf("%s: handed over by %+v, want %s and the other coordinator", a.Location, v.Crew, a.Staff)
		}
		if d := calendar.DateOf(v.Start, v.Start.Location()); d > date("2027-02-25") {
			t.Errorf("%s: handed over on %s, after eight weeks", a.Location, d)
		}
	}
	if changed != 3 || len(visits) != 3 {
		t.Errorf("%d locations changed hands and %d were handed over, want all three", changed, len(visits))
	}
	if n := slices.IndexFunc(p.Coverage, func(c Coverage) bool { return c.Requirement == "handover-coordinator" }); n < 0 || p.Coverage[n].State != CoveragePlanned {
		t.Error("the ledger does not show the handovers as planned")
	}
	before := solve(t, misplaced())
	if got, want := p.Roles[0].Loads, before.Roles[0].Loads; !slices.Equal(got, want) {
		t.Errorf("loads %+v with handovers, %+v without: they count in no load", got, want)
	}
}

func TestNoHandoverWhereNobodyCanGiveOne(t *testing.T) {
	t.Parallel()
	stays := handingOver()
	for i := range stays.Assignments { // everybody already has what the plan gives
		stays.Assignments[i].Staff = map[string]string{"N": "c1", "Z": "c2"}[stays.Locations[i].District]
	}
	fresh := handingOver()
	fresh.Assignments = nil
	gone := handingOver()
	gone.Staff[1].Contracts[0].To = date("2026-12-31") // c2, who has l1 and l2
	for name, s := range map[string]*State{"nothing changes": stays, "nobody had it": fresh, "the former person left": gone} {
		for l, v := range solve(t, s).handovers() {
			if name != "the former person left" || l != "l3" {
				t.Errorf("%s: %s is handed over by %+v", name, l, v.Crew)
			}
		}
	}
}

// A handover is asked while the former person is still there, and says why not
// when it cannot be.
func TestHandoverBeforeTheFormerPersonLeaves(t *testing.T) {
	t.Parallel()
	s := handingOver()
	s.Staff[1].Contracts[0].To = date("2027-01-31")
	visits := solve(t, s).handovers()
	for _, l := range []string{"l1", "l2"} {
		if v := visits[l]; v == nil || v.Start.Month() != 1 {
			t.Errorf("%s: %+v, want a handover in January, before c2 leaves", l, v)
		}
	}
	s.Absences = []Absence{{Staff: "c2", From: date("2027-01-01"), To: date("2027-01-31")}}
	p := solve(t, s)
	if n := len(p.handovers()); n > 0 {
		t.Errorf("%d handovers by somebody who is away", n)
	}
	missed := 0
	for _, u := range p.Unplanned {
		if u.Requirement != "handover-coordinator" {
			continue
		}
		missed++
		if u.DueBy != date("2027-02-25") || u.Level != Minimum || len(u.Reason.Blocked) == 0 {
			t.Errorf("%+v, want a minimum due by 25 February with what stands in the way", u)
		}
	}
	if missed != 2 {
		t.Errorf("%d handovers unplanned, want those of l1 and l2", missed)
	}
}

func TestHandoverThatTookPlace(t *testing.T) {
	t.Parallel()
	s := handingOver()
	s.History = []CompletedVisit{{Location: "l1", Role: "coordinator", Requirement: "handover-coordinator", VisitType: "handover", Date: date("2027-01-06")}}
	p := solve(t, s)
	if p.handovers()["l1"] != nil || p.handovers()["l2"] == nil {
		t.Error("l1 was handed over already, l2 was not")
	}
}

// Publishing a plan does not make its handovers vanish: who had the location
// before the period counts.
func TestHandoverAfterPublishing(t *testing.T) {
	t.Parallel()
	s := handingOver()
	p := solve(t, s)
	for i := range s.Assignments {
		s.Assignments[i].To = date("2026-12-31")
	}
	for _, a := range p.Assignments {
		if a.Kind == Primary && a.Staff != "" {
			s.Assignments = append(s.Assignments, Assignment{Location: a.Location, Role: a.Role, Staff: a.Staff, Kind: Primary, From: date("2027-01-01"), To: calendar.NoDate})
		}
	}
	if again := solve(t, s); len(again.handovers()) != 3 || again.server("l1", "coordinator", Primary).Changed {
		t.Errorf("%d handovers of a plan made again, want 3 and nothing changed", len(again.handovers()))
	}
}
