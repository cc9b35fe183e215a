package planner

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// TestHoursAreStated: planned by the plan, realised by what took place, and what
// somebody wrote down before what is derived.
func TestHoursAreStated(t *testing.T) {
	t.Parallel()
	s, visits := loadTown(2400)
	s.History = []CompletedVisit{{Location: "een", Role: "zc", Requirement: "yearly", VisitType: "visit", Staff: "anna", Date: calendar.NewDate(2027, 2, 1)}}
	p := Period{calendar.NewDate(2027, 1, 1), calendar.NewDate(2027, 6, 30)}
	until := calendar.NewDate(2027, 3, 31)
	statement := func(done []WorkDone) map[HoursLine][2]int64 {
		h, err := StateHours(s, visits, Realised{Written: done}, p, until)
		if err != nil {
			t.Fatal(err)
		}
		out := map[HoursLine][2]int64{}
		for _, l := range h.Lines {
			sums := [2]int64{l.Planned, l.Realised}
			l.Planned, l.Realised = 0, 0
			out[l] = sums
		}
		return out
	}
	got := statement(nil)
	month := func(m int, b Budget, k WorkKind) HoursLine {
		return HoursLine{Month: Month(2027*12 + m - 1), Organisation: "ggd", Budget: b, Kind: k}
	}
	for head, want := range map[HoursLine][2]int64{
		month(2, WithoutIndication, VisitWork):       {75, 75},
		month(2, WithoutIndication, PreparationWork): {45, 45},
		month(2, WithoutIndication, TravelWork):      {12, 12}, // of the plan's visit on that day
		month(1, WithIndication, MeetingWork):        {90, 90},
		month(3, WithIndication, VisitWork):          {75, 0}, // planned, and nobody says it was made
		month(4, WithoutIndication, VisitWork):       {75, 0}, // after the last day that is known
	} {
		if got[head] != want {
			t.Errorf("%+v: %v, want %v", head, got[head], want)
		}
	}
	written := statement([]WorkDone{
		{Staff: "anna", Role: "zc", Date: calendar.NewDate(2027, 2, 1), Kind: VisitWork, Location: "een", Minutes: 100},
		{Staff: "anna", Role: "zc", Date: calendar.NewDate(2027, 2, 8), Kind: VisitWork, Location: "een", Minutes: 20, Budget: WithIndication},
		{Staff: "nobody", Role: "zc", Date: calendar.NewDate(2027, 2, 8), Kind: VisitWork, Minutes: 999},
		{Staff: "anna", Role: "zc", Date: calendar.NewDate(2027, 5, 3), Kind: VisitWork, Minutes: 999},
	})
	if a, b := written[month(2, WithoutIndication, VisitWork)], written[month(2, WithIndication, VisitWork)]; a != [2]int64{75, 100} || b != [2]int64{0, 20} {
		t.Errorf("written down: %v and %v", a, b)
	}
	if a := written[month(2, WithoutIndication, PreparationWork)]; a != [2]int64{45, 45} {
		t.Errorf("what was not written down is derived: %v", a)
	}
}

// TestHoursAgreeHoweverTheyAreCut: the totals are the loads, to the minute, and a
// visit that is not planned has the way there and back.
func TestHoursAgreeHoweverTheyAreCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, visits := loadTown(rapid.IntRange(0, 4000).Draw(t, "hours"))
		s.Locations[0].Point = Point{Lat: 0.01 * float64(rapid.IntRange(0, 20).Draw(t, "away"))}
		days := rapid.SliceOfN(rapid.IntRange(0, 364), 0, 8).Draw(t, "days")
		for _, d := range days {
			s.History = append(s.History, CompletedVisit{Location: "een", Role: "zc", Requirement: "other", VisitType: "visit", Staff: "anna", Date: calendar.NewDate(2027, 1, 1) + calendar.Date(d)})
		}
		p := Period{calendar.NewDate(2027, 1, 1), calendar.NewDate(2027, 12, 31)}
		h, err := StateHours(s, visits, Realised{}, p, p.To)
		if err != nil {
			t.Fatal(err)
		}
		loads, err := Loads(s, visits, p)
		if err != nil {
			t.Fatal(err)
		}
		sum := func(lines []HoursLine) (planned, realised int64) {
			for _, l := range lines {
				planned, realised = planned+l.Planned, realised+l.Realised
			}
			return planned, realised
		}
		var all, visitMinutes, realisedVisits int64
		for _, l := range loads {
			all += l.Minutes
		}
		planned, realised := sum(h.Lines)
		p2, r2 := sum(h.Totals())
		for _, l := range h.Lines {
			if l.Kind == VisitWork {
				visitMinutes, realisedVisits = visitMinutes+l.Planned, realisedVisits+l.Realised
			}
		}
		if planned != all || p2 != all || r2 != realised || visitMinutes != 3*75 || realisedVisits != int64(75*len(days)) {
			t.Fatalf("planned %d and %d of %d, realised %d and %d, visits %d and %d", planned, p2, all, realised, r2, visitMinutes, realisedVisits)
		}
	})
}

func TestHoursBeforeTheFirstDay(t *testing.T) {
	t.Parallel()
	s, visits := loadTown(2400)
	p := Period{calendar.NewDate(2028, 2, 1), calendar.NewDate(2028, 2, 29)}
	h, err := StateHours(s, visits, Realised{}, p, p.From-1)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range h.Lines {
		if l.Realised != 0 || l.Planned == 0 {
			t.Errorf("%+v", l)
		}
	}
}
