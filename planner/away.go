package planner

import (
	"fmt"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// AwayNotes warns of people who are away on at least half of their working days
// from a day on, to the end of a plan, and have locations in it all the same:
// absences do not lower anybody's capacity, for most are short. Why somebody is
// away is not said. The error is that the state names holidays that do not exist.
func AwayNotes(s *State, p *Plan, from calendar.Date) ([]Text, error) {
	rest := Period{max(p.From, from), p.To}
	there, err := newRoster(s)
	if err != nil {
		return nil, err
	}
	always := *s
	always.Absences = nil
	usual, err := newRoster(&always)
	if err != nil {
		return nil, err
	}
	served := map[[2]string]int{} // by staff and role
	for i := range p.Assignments {
		if a := &p.Assignments[i]; a.Kind == Primary && rest.Overlap(a.From, a.To).Days() > 0 {
			served[[2]string{a.Staff, a.Role}]++
		}
	}
	var out []Text
	for i := range s.Staff {
		m := &s.Staff[i]
		all := usual.workingDays(m, rest)
		away := all - there.workingDays(m, rest)
		if away == 0 || 2*away < all {
			continue
		}
		for _, role := range s.Programme.Roles {
			if n := served[[2]string{m.ID, role.ID}]; n > 0 {
				out = append(out, awayText(m, role.ID, away, all, n))
			}
		}
	}
	return out, nil
}

func awayText(m *Staff, role string, away, all, locations int) Text {
	nl, en := "locaties", "locations"
	if locations == 1 {
		nl, en = "locatie", "location"
	}
	return Text{
		fmt.Sprintf("%s (%s) is afwezig op %d van %d werkdagen en heeft als %s %d %s: zet die vast bij iemand anders, of beëindig het contract.",
			m.Name, m.ID, away, all, role, locations, nl),
		fmt.Sprintf("%s (%s) is away on %d of %d working days and has %d %s as %s: pin them to somebody else, or end the contract.",
			m.Name, m.ID, away, all, locations, en, role),
	}
}
