package planner

import (
	"strings"
	"testing"
)

// TestAwayNotes: whoever is away for half of the rest of the plan or more and has
// locations is named; a shorter absence, or one that is over, is not.
func TestAwayNotes(t *testing.T) {
	t.Parallel()
	p := solve(t, town())
	who := p.server("l1", "coordinator", Primary).Staff
	n := 0
	for i := range p.Assignments {
		if a := &p.Assignments[i]; a.Kind == Primary && a.Staff == who {
			n++
		}
	}
	for _, c := range []struct {
		from, to, today string
		want            string // begins the English sentence after the name
	}{
		{"2027-01-01", "2027-12-31", "2027-01-01", "is away on"},
		{"2027-01-01", "2027-05-31", "2027-01-01", ""},
		{"2027-01-01", "2027-07-31", "2027-01-01", "is away on"},
		{"2027-01-01", "2027-07-31", "2027-07-01", ""},
		{"2027-09-01", "2027-12-31", "2027-07-01", "is away on"},
		{"2028-01-01", "2028-12-31", "2027-01-01", ""},
	} {
		s := town()
		s.Absences = []Absence{{Staff: who, From: date(c.from), To: date(c.to)}}
		for i := range s.Staff {
			s.Staff[i].Name = "Name of " + s.Staff[i].ID
		}
		notes, err := AwayNotes(s, p, date(c.today))
		if err != nil {
			t.Fatal(err)
		}
		if len(notes) == 0 && c.want == "" {
			continue
		}
		if len(notes) != 1 || c.want == "" || !strings.Contains(notes[0].EN, "Name of "+who+" ("+who+") "+c.want) ||
			!strings.Contains(notes[0].EN, "location") || !strings.Contains(notes[0].NL, "is afwezig op") {
			t.Errorf("away from %s to %s, %s has %d locations on %s: %q", c.from, c.to, who, n, c.today, notes)
		}
	}
	whole := town()
	whole.Absences = []Absence{{Staff: who, From: date("2027-01-01"), To: date("2027-12-31")}}
	days := townFormulation(town()).roster.workingDays(&whole.Staff[int(who[1]-'1')], Period{date("2027-01-01"), date("2027-12-31")})
	notes, err := AwayNotes(whole, p, date("2027-01-01"))
	if want := awayText(&whole.Staff[int(who[1]-'1')], "coordinator", days, days, n); err != nil || len(notes) != 1 || notes[0] != want {
		t.Errorf("%q, %v; want %q", notes, err, want)
	}
}
