package planner

import "github.com/wijkplanner/wijkplanner/calendar"

// contractCovers reports whether somebody's contracts in a role last as long as
// the locations are open in the period, or in what is left of it: one person the
// whole time, if under contracts that follow each other.
func (f *formulation) contractCovers(m *Staff, role string, locations []int) bool {
	rest := Period{max(f.period.From, f.first), f.period.To}
	for _, l := range locations {
		if !m.covers(role, rest.Overlap(f.state.Locations[l].Opened, f.state.Locations[l].Closed)) {
			return false
		}
	}
	return true
}

// covers reports whether somebody has a contract in a role on each day of a
// period.
func (m *Staff) covers(role string, p Period) bool {
	next := p.From // the first day that is not covered yet
	for again := true; again && next <= p.To; {
		again = false
		for _, c := range m.Contracts {
			if c.Role != role || !within(next, c.From, c.To) {
				continue
			}
			if c.To == calendar.NoDate {
				return true
			}
			next, again = c.To+1, true
		}
	}
	return next > p.To
}

// maxLocations returns the ceiling on somebody's locations in a role, 0 for none:
// contracts in force together add up, of those that follow each other the lower
// counts, for the locations are the person's all the time.
func (f *formulation) maxLocations(m *Staff, role string) int {
	days := []calendar.Date{f.period.From} // on which the sum can change
	for _, c := range m.Contracts {
		days = append(days, c.From)
		if c.To != calendar.NoDate {
			days = append(days, c.To+1)
		}
	}
	least := 0
	for _, day := range days {
		if sum := m.ceiling(role, day); f.period.Contains(day) && sum > 0 && (least == 0 || sum < least) {
			least = sum
		}
	}
	return least
}

// ceiling adds up the ceilings of the contracts in a role on a day.
func (m *Staff) ceiling(role string, day calendar.Date) int {
	sum := 0
	for _, c := range m.Contracts {
		if c.Role == role && within(day, c.From, c.To) {
			sum += c.MaxLocations
		}
	}
	return sum
}
