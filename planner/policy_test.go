package planner

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// No cell of a table under five is shown, and none follows from a total and the
// others: for every hidden cell at least two values go with what is shown.
func TestSmallCountsStayHidden(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 12).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "columns")
		table := make([][]int, rows+1)
		table[rows] = make([]int, columns)
		for i := range rows {
			table[i] = make([]int, columns)
			for j := range columns {
				table[i][j] = rapid.IntRange(0, 30).Draw(t, "n")
				table[rows][j] += table[i][j]
			}
		}
		cells := Suppress(table)
		for j := range columns {
			hidden, others := 0, 0
			for i := range rows + 1 {
				c := cells[i][j]
				if !c.Hidden && (table[i][j] < 5 || c.Count%5 != 0 || c.Count < 5 || c.Count-table[i][j] > 2 || table[i][j]-c.Count > 2) {
					t.Fatalf("%d is shown as %+v", table[i][j], c)
				}
				if i < rows && c.Hidden {
					hidden++
				} else if i < rows {
					others++
				}
			}
			if hidden == 1 && others > 0 {
				t.Fatalf("column %d of %v hides one cell alone", j, table)
			}
		}
	})
}

func TestPolicyFigures(t *testing.T) {
	t.Parallel()
	s := &State{Districts: []District{{ID: "W1", Name: "Noord"}, {ID: "W2", Name: "Zuid"}}}
	p := &Plan{From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 12, 31)}
	for i := range 30 {
		l := Location{ID: fmt.Sprint(i), District: "W1"}
		if i >= 22 {
			l.District = "W2"
		}
		s.Locations = append(s.Locations, l)
		state := CoveragePlanned
		if i == 0 {
			state = CoverageMissed
		}
		p.Coverage = append(p.Coverage, Coverage{Location: l.ID, Role: "zc", State: state})
	}
	five := make([]Load, 5)
	for i := range five {
		five[i] = Load{Load: 621, Capacity: 1177} // shown in blocks of five hours
	}
	p.Roles = []RoleResult{{Role: "zc", Kind: Primary, Loads: five}, {Role: "ab", Kind: Primary, Loads: five[:4]}, {Role: "zc", Kind: Backup, Loads: five}}
	var questions []Question
	asked := time.Date(2027, 1, 10, 9, 0, 0, 0, time.UTC)
	for i := range 12 {
		questions = append(questions, Question{Asked: asked, Visited: asked.AddDate(0, 0, 3+i%2)})
	}
	questions = append(questions, Question{Asked: asked}, Question{Asked: asked.AddDate(-1, 0, 0), Visited: asked})
	f := MakePolicyFigures(s, p, questions, time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC), time.UTC)

	if len(f.Coverage) != 3 || f.Coverage[0].Name != "Noord" || f.Coverage[0].Kept != 95 || f.Coverage[2].Name != "" || f.Coverage[2].Planned.Count != 30 {
		t.Errorf("coverage: %+v", f.Coverage)
	}
	if !f.Coverage[0].Missed.Hidden || f.Coverage[1].Kept != -1 {
		t.Errorf("a single location is told: %+v", f.Coverage)
	}
	if len(f.Leads) != 3 || f.Leads[0].Questions.Count != 10 || f.Leads[0].Median != 4 || !f.Leads[0].Longer.Hidden || f.Leads[1].Median != -1 {
		t.Errorf("lead times until March: %+v", f.Leads)
	}
	if len(f.Loads) != 2 || f.Loads[0].Load != 3000 || f.Loads[0].Capacity != 6000 || !f.Loads[1].Hidden || f.Loads[1].Load != 0 {
		t.Errorf("loads: %+v", f.Loads)
	}
}
