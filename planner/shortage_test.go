package planner

import (
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

func (p *Plan) role(t *testing.T, role string, kind AssignmentKind) *RoleResult {
	t.Helper()
	for i := range p.Roles {
		if r := &p.Roles[i]; r.Role == role && r.Kind == kind {
			return r
		}
	}
	t.Fatalf("no %s of %s", kind, role)
	return nil
}

// A full-time year is 36 × 60 × 365 ÷ 7 × 0.75 minutes; the locations ask more, and the plan says how much and where.
func TestWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.Roles[0].DemandPerPlace = 1800 // 72,240 minutes a location: one each
	p := solve(t, s)
	short := p.role(t, "coordinator", Primary).Shortages
	if len(short) != 1 || short[0].Locations != 1 || short[0].Minutes != 72_240 {
		t.Fatalf("shortages %+v, want one location of 72,240 minutes", short)
	}
	if want := int64(86); short[0].FTE != want { // 72,240 ÷ 84,471
		t.Errorf("%d hundredths FTE, want %d", short[0].FTE, want)
	}
	sentence := short[0].Sentence(s)
	if sentence != "0.86 FTE short in "+map[string]string{"N": "Noord", "Z": "Zuid"}[short[0].District] {
		t.Errorf("sentence %q", sentence)
	}
	for i := range p.Assignments {
		a := &p.Assignments[i]
		if a.Role == "coordinator" && a.Kind == Primary && a.Staff == "" {
			if text := FormatReason(a.Reason); !strings.HasPrefix(text, "blocked capacity:2 = 0.00; needs capacity c") || !strings.HasSuffix(text, "FTE)") {
				t.Errorf("reason %q", text)
			}
		}
	}
	if len(p.Unplanned) != 2 || p.Unplanned[0].Reason.Change != "assign somebody as coordinator: "+sentence {
		t.Errorf("unplanned %+v, want both visits with what is missing", p.Unplanned)
	}
	// The role's own full-time norm, without what stays free for acute questions.
	s.Programme.Roles[0].FullTime, s.Programme.Roles[0].AcuteMinutesDay = 2000, 60
	if got, want := townFormulation(s).fullTime(&s.Programme.Roles[0]), int64(46_928-60*261); got != want {
		t.Errorf("full time %d, want %d: 20 hours less an hour on each of 261 working days", got, want)
	}
}

// A contract for a part of the year is no candidate, and the reason says so.
func TestContractForPartOfTheYear(t *testing.T) {
	t.Parallel()
	s := town()
	s.Staff[0].Contracts[0].To = date("2027-08-31")
	s.Staff[1].Contracts[0].From = date("2027-09-01")
	p := solve(t, s)
	a := p.server("l1", "coordinator", Primary)
	want := "blocked contract:2 = 0.00; needs contract c1 as coordinator from 2027-01-01 to 2027-12-31"
	if text := FormatReason(a.Reason); a.Staff != "" || text != want {
		t.Errorf("%q by %q, want %q", text, a.Staff, want)
	}
}

func TestChangesAndTravelOfAPlan(t *testing.T) {
	t.Parallel()
	s := misplaced()
	p := solve(t, s)
	r := p.role(t, "coordinator", Primary)
	if r.Changed != 3 || r.Travel.Locations != 3 || r.Travel.After >= r.Travel.Before {
		t.Errorf("%d changed, travel %+v; want all three, with less travel", r.Changed, r.Travel)
	}
	var after int64
	for i := range p.Assignments {
		if a := &p.Assignments[i]; a.Kind == Primary && a.Role == "coordinator" {
			after += a.TravelMinutesYear
		}
	}
	if after != r.Travel.After {
		t.Errorf("the rows travel %d minutes, the role %d", after, r.Travel.After)
	}
	if b := p.role(t, "coordinator", Backup); b.Travel.Locations != 0 || b.Changed != 0 {
		t.Errorf("%+v: no backup is known from before", b)
	}
}

// What it would mean to leave a location where it was is the difference of two
// full scores, or what forbids it.
func TestReasonNamesTheFormerPerson(t *testing.T) {
	t.Parallel()
	s := misplaced()
	f := townFormulation(s)
	problem := f.formulatePrimary(&s.Programme.Roles[0], make([][]string, 3), map[string]int64{}, -1)
	p := solve(t, s)
	staff := make([]int, len(problem.items))
	for i, it := range problem.items {
		staff[i] = problem.dense(f, p.server(it.id, "coordinator", Primary).Staff)
	}
	now, _, _ := assign.Evaluate(problem.Problem, staff)
	for i, it := range problem.items {
		former := p.server(it.id, "coordinator", Primary).Reason.Former
		if former == nil || len(former.Blocked) > 0 {
			t.Fatalf("%s: %+v, want the former person", it.id, former)
		}
		was := staff[i]
		staff[i] = problem.dense(f, former.Staff)
		stays, _, _ := assign.Evaluate(problem.Problem, staff)
		staff[i] = was
		if got, want := former.Difference, stays.Soft-now.Soft; got != want {
			t.Errorf("%s: staying with %s is told as %d, the scores differ by %d", it.id, former.Staff, got, want)
		}
	}
	s.Staff[0].Contracts[0].To = date("2027-06-30")
	if former := solve(t, s).server("l3", "coordinator", Primary).Reason.Former; former == nil || former.Staff != "c1" || len(former.Blocked) != 1 || former.Blocked[0] != "contract" {
		t.Errorf("%+v, want c1, whose contract ends", former)
	}
}
