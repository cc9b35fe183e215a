package planner

import "github.com/wijkplanner/wijkplanner/calendar"

// Carried is work that somebody did above an even share in periods that are over:
// it counts as load in the next assignments, so that whoever carried more before
// gets less now. It is no work of the period, and no hours statement has it.
type Carried struct {
	Staff, Role string
	// Minutes is how much more it was, at least 1.
	Minutes int64
	// From and To bound the periods whose assignment it concerns; NoDate for open.
	From, To calendar.Date
}

// carriedMinutes adds up what somebody carried above an even share in a role, as
// far as it concerns a period.
func (p *Programme) carriedMinutes(staff, role string, in Period) int64 {
	var sum int64
	for _, c := range p.Carried {
		if c.Staff == staff && c.Role == role && in.Overlap(c.From, c.To).Days() > 0 {
			sum += c.Minutes
		}
	}
	return sum
}
