package planner

import (
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// TestWhoIsOverInOneOfTwoBudgets: the town's plan by hand, with a case that takes
// more than the contract with indication has.
func TestWhoIsOverInOneOfTwoBudgets(t *testing.T) {
	t.Parallel()
	s, visits := loadTown(2400)
	s.Cases[1].MinutesWeek = 600
	year := Period{calendar.NewDate(2027, 1, 1), calendar.NewDate(2027, 12, 31)}
	lines, err := BudgetBalance(s, visits, year)
	if err != nil {
		t.Fatal(err)
	}
	loads, err := Loads(s, visits, year)
	if err != nil {
		t.Fatal(err)
	}
	var work, all int64
	for _, l := range lines {
		work += l.Work
	}
	for _, l := range loads {
		if l.Kind != NonCaseWork {
			all += l.Minutes
		}
	}
	if work != all {
		t.Errorf("%d minutes in the balance, %d in the loads", work, all)
	}
	// anna: as zc without indication; her cases and the meeting with indication count
	// under her first role, out of which she has no such contract; as ab with.
	if len(lines) != 3 {
		t.Fatalf("%+v", lines)
	}
	with := lines[1]
	if with.Role != "zc" || with.Budget != WithIndication || with.Net != 0 || with.Over() != (600*365+6)/7+90 {
		t.Errorf("%+v is %d over", with, with.Over())
	}
	if free := lines[2]; free.Over() != 0 || free.Net == 0 {
		t.Errorf("%+v", free)
	}
}
