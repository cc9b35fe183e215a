package verify

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner"
)

// TestHandovers plants faults in the handover of L2, which z2 had and z1 gets.
func TestHandovers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		start    string
		location string
		crew     []string
		change   func(f *fixture)
		want     []string
	}{
		{name: "together and in time", start: "2027-01-20T10:30", location: "L2", crew: []string{"z1", "z2"}},
		{name: "not planned, and listed", want: nil},
		{name: "too late", start: "2027-03-03T10:30", location: "L2", crew: []string{"z1", "z2"}, want: []string{OutOfSeason}},
		{name: "the old person alone", start: "2027-01-20T10:30", location: "L2", crew: []string{"z2"}, want: []string{Crew}},
		{name: "the new person alone", start: "2027-01-20T10:30", location: "L2", crew: []string{"z1"}, want: []string{Crew}},
		{name: "with somebody else", start: "2027-01-20T10:30", location: "L2", crew: []string{"z1", "z2", "a1"}, want: []string{Crew}},
		{name: "where nothing changes", start: "2027-01-20T10:30", location: "L1", crew: []string{"z1", "z2"}, want: []string{WrongVisit}},
		{
			name: "had by the same before the year", start: "2027-01-20T10:30", location: "L2", crew: []string{"z1", "z2"},
			change: func(f *fixture) {
				f.state.Assignments[1].From = date("2027-01-01")
				f.state.Assignments = append(f.state.Assignments, planner.Assignment{
					Location: "L2", Role: "zc", Staff: "z1", Kind: planner.Primary, From: open, To: date("2026-12-31"),
				})
			},
			want: []string{WrongVisit},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture()
			f.state.Programme.VisitTypes[2].ParentsPresent = false
			f.state.Programme.Requirements = append(f.state.Programme.Requirements, planner.Requirement{
				ID: "handover-zc", Role: "zc", VisitType: "handover", Minimum: 1, Target: 1, HandoverDays: 56,
			})
			f.addVisit("handover-zc", c.location, c.start, c.crew...)
			if c.change != nil {
				c.change(f)
			}
			f.complete()
			if got := kinds(f.verify()); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v\n%v", got, c.want, f.verify())
			}
		})
	}
}

// TestContractsAndPins renews the contract of z2 in summer, with and without a
// day between, and pins a second person to L4 after the first.
func TestContractsAndPins(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(f *fixture, second *planner.Contract)
		want   []string
	}{
		{"renewed", func(*fixture, *planner.Contract) {}, nil},
		{"renewed a day late", func(_ *fixture, second *planner.Contract) { second.From++ }, []string{NotCandidate}},
		{"a ceiling at first", func(f *fixture, _ *planner.Contract) { f.state.Staff[1].Contracts[0].MaxLocations = 1 }, []string{OverCeiling}},
		{"ceilings one after the other do not add up", func(f *fixture, second *planner.Contract) {
			f.state.Staff[1].Contracts[0].MaxLocations, second.MaxLocations = 1, 1
		}, []string{OverCeiling}},
		{"another pin later in the year", func(f *fixture, _ *planner.Contract) {
			f.state.Assignments[2].To = date("2027-06-30")
			f.state.Assignments = append(f.state.Assignments, planner.Assignment{
				Location: "L4", Role: "zc", Staff: "z1", Kind: planner.Primary, From: date("2027-07-01"), To: open, Pinned: true,
			})
		}, []string{PinBroken}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture()
			z2 := &f.state.Staff[1]
			second := z2.Contracts[0]
			z2.Contracts[0].To, second.From = date("2027-07-31"), date("2027-08-01")
			c.change(f, &second)
			z2.Contracts = append(z2.Contracts, second)
			f.complete()
			if got := kinds(f.verify()); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v\n%v", got, c.want, f.verify())
			}
		})
	}
}
