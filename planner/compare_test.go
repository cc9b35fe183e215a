package planner

import (
	"slices"
	"testing"
	"time"
)

func TestComparePlans(t *testing.T) {
	t.Parallel()
	s := misplaced()
	settled := misplaced()
	settled.Programme.Weights.Change = 1_000_000_000 // too dear to change
	was, is := solve(t, settled), solve(t, s)
	d := Compare(was, is)
	primaries := slices.DeleteFunc(slices.Clone(d.Assignments), func(c AssignmentChange) bool { return c.Kind != Primary })
	if len(primaries) != 3 {
		t.Fatalf("%+v: want the three locations that change hands", primaries)
	}
	for _, c := range primaries {
		if c.Staying == nil || c.Staying.Staff != c.Was || c.Staying.Difference <= 0 {
			t.Errorf("%+v, want what staying with %s would cost", c, c.Was)
		}
		if c.For(c.Is) != "came" || c.For(c.Was) != "went" || c.For("b1") != "" {
			t.Errorf("%+v means %q and %q", c, c.For(c.Is), c.For(c.Was))
		}
	}
	if !slices.Equal(d.Staff(), []string{"c1", "c2"}) {
		t.Errorf("concerns %v, want both coordinators", d.Staff())
	}
	own := d.Of("c1")
	if len(own.Loads) != 1 || own.Loads[0].Was.Locations != 1 || own.Loads[0].Is.Locations != 2 {
		t.Errorf("loads of c1: %+v, want from one location to two", own.Loads)
	}
	if !Compare(is, is).Empty() {
		t.Errorf("a plan differs from itself: %+v", Compare(is, is))
	}
}

func TestCompareVisitsOfTwoPlans(t *testing.T) {
	t.Parallel()
	at := func(day int) time.Time { return time.Date(2027, 3, day, 9, 0, 0, 0, time.UTC) }
	visit := func(id, location string, day int, staff ...string) Visit {
		v := Visit{ID: id, Location: location, Requirement: "r", Start: at(day), End: at(day).Add(time.Hour), Status: Planned}
		for _, s := range staff {
			v.Crew = append(v.Crew, CrewMember{Staff: s})
		}
		return v
	}
	was := &Plan{Visits: []Visit{
		visit("a", "l1", 1, "x"), visit("b", "l1", 20, "x"), visit("c", "l2", 3, "x"), visit("d", "l3", 4, "x"), visit("e", "l4", 5, "x"),
	}}
	is := &Plan{Visits: []Visit{
		visit("b", "l1", 1, "x"), visit("a", "l1", 20, "x"), // numbered the other way round
		visit("c", "l2", 8, "x"), visit("d", "l3", 4, "y"), visit("f", "l5", 6, "x"),
	}}
	var got []string
	for _, c := range Compare(was, is).Visits {
		got = append(got, string(c.Kind)+" "+c.Location)
	}
	want := []string{"moved l2", "handed_over l3", "cancelled l4", "added l5"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if own := Compare(was, is).Of("y"); len(own.Visits) != 1 || own.Visits[0].For("y") != "came" {
		t.Errorf("%+v, want the visit that comes to y", own.Visits)
	}
}

func TestReasonReadsBack(t *testing.T) {
	t.Parallel()
	for _, r := range []Reason{
		{},
		{Amounts: []Amount{{"travel", 1240}, {"balance", -105}}},
		{Amounts: []Amount{{"travel", 1240}}, RunnerUp: "S03", Difference: -210},
		{RunnerUp: "S03 2027-03-04 09:00", Difference: 210, Former: &Former{Staff: "S02", Difference: 3000}},
		{Former: &Former{Staff: "S02", Blocked: []string{"capacity", "changes"}}},
		{Blocked: []string{"capacity:3", "skill:1"}, Change: "capacity S02 +300 minutes (0.01 FTE)"},
	} {
		text := FormatReason(r)
		back, err := ReadReason(text)
		if err != nil || FormatReason(back) != text {
			t.Errorf("%q reads back as %q, %v", text, FormatReason(back), err)
		}
	}
	for _, text := range []string{"", "travel 1.00", "none = 0.00; then S1 +2.00", "none = 0.00; next S1 2"} {
		if r, err := ReadReason(text); err == nil {
			t.Errorf("%q was read as %+v", text, r)
		}
	}
}
