package planner

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
)

// through returns what another program reads of what one wrote.
func (h *Halfway) through(t *testing.T) *Halfway {
	t.Helper()
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	out := new(Halfway)
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestGoOnFromHalfway: a plan that is gone on with after who was settled is the
// plan that an undisturbed run makes, and nobody is assigned again.
func TestGoOnFromHalfway(t *testing.T) {
	t.Parallel()
	var kept []*Halfway
	var stages []string
	o := Options{
		Year: 2027, Seed: 7, Iterations: 300, MaxChanges: -1,
		Halfway:  func(h *Halfway) { kept = append(kept, h.through(t)) },
		Progress: func(step string, _, _ int) { stages = append(stages, step) },
	}
	s := town()
	for i := range s.Staff { // somebody is missing: the reasons say so in both
		s.Staff[i].Contracts[0].HoursWeek = 1
	}
	whole, err := Solve(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) != 1 || len(kept[0].When) != 0 || len(kept[0].Who.Roles) == 0 || len(kept[0].Who.Visits) != 0 {
		t.Fatalf("%d kept: want who serves, once", len(kept))
	}
	if len(whole.Unplanned) == 0 {
		t.Fatal("nobody is missing: the test shows nothing of the reasons")
	}
	o.From, stages = kept[0], nil
	resumed, err := Solve(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(asText(t, whole), asText(t, resumed)) {
		t.Error("another plan than an undisturbed run makes")
	}
	if slices.Contains(stages, "assign") {
		t.Errorf("stages %v: who serves was settled", stages)
	}
}

// asText is a plan as it is stored.
func asText(t *testing.T, p *Plan) string {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReplanGoesOn: the same of a plan that is made again from what was
// published.
func TestReplanGoesOn(t *testing.T) {
	t.Parallel()
	s := town()
	was := solve(t, s)
	s.Staff[0].Contracts[0].To = date("2027-06-30") // somebody leaves
	var kept *Halfway
	o := ReplanOptions{Options: Options{Year: 2027, Seed: 3, Iterations: 200, MaxChanges: -1, Halfway: func(h *Halfway) { kept = h.through(t) }}, Today: date("2027-03-01"), MaxMoves: -1}
	again := func() string {
		r, err := Replan(context.Background(), s, Published{Visits: was.Visits, Assignments: was.Assignments}, o)
		if err != nil {
			t.Fatal(err)
		}
		return asText(t, r.Plan)
	}
	whole := again()
	if o.From = kept; again() != whole {
		t.Error("another plan than an undisturbed run makes")
	}
}

// TestGoOnFromASchedule: with time as the limit the search begins with the best
// schedule so far, in what is left of the time, and what comes of it is no worse.
func TestGoOnFromASchedule(t *testing.T) {
	t.Parallel()
	s := town()
	var kept *Halfway
	o := Options{Year: 2027, Seed: 7, Seconds: 0.2, MaxChanges: -1, Halfway: func(h *Halfway) { kept = h }}
	if _, err := Solve(context.Background(), s, o); err != nil {
		t.Fatal(err)
	}
	f, err := newFormulation(s, s.Programme.YearPeriod(2027))
	if err != nil {
		t.Fatal(err)
	}
	o.From = kept.through(t)
	p, teams, _ := f.fromHalfway(o)
	problem := f.formulateVisits(teams)
	first, err := f.solveVisits(context.Background(), Options{Iterations: 50}, p, problem)
	if err != nil {
		t.Fatal(err)
	}
	o.From.When, o.From.Seconds = first.Placements, 1000
	kept = nil
	resumed, err := Solve(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	if Score(first.Score).less(resumed.Schedule) {
		t.Errorf("%+v became %+v", first.Score, resumed.Schedule)
	}
	if kept.Seconds != 1000 || len(kept.When) != len(first.Placements) {
		t.Errorf("%v seconds and %d placements are handed on; want all that there was", kept.Seconds, len(kept.When))
	}
}

func (s Score) less(t Score) bool {
	return slices.Compare([]int64{s.Hard, s.Medium, s.Soft}, []int64{t.Hard, t.Medium, t.Soft}) < 0
}
