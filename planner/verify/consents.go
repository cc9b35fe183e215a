package verify

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// consentsLeft returns the days of the parents' consents for a promise that no
// completed visit has used up: a visit uses the earliest given by its day.
func (c *checker) consentsLeft(p *promise) []calendar.Date {
	var days []calendar.Date
	for _, a := range c.state.Consents {
		if a.Given && a.Location == p.location.ID && a.Requirement == p.requirement.ID {
			days = append(days, a.Date)
		}
	}
	slices.Sort(days)
	for _, visited := range c.history[p.key()] { // ascending
		if i := slices.IndexFunc(days, func(d calendar.Date) bool { return d <= visited }); i >= 0 {
			days = slices.Delete(days, i, i+1)
		}
	}
	return days
}

// checkConsents proves that each visit with a consent gate has a consent of its
// own that was given by then.
func (c *checker) checkConsents() {
	visits := map[*promise][]*visit{}
	for i := range c.visits {
		if v := &c.visits[i]; v.promise != nil && v.promise.gated {
			visits[v.promise] = append(visits[v.promise], v)
		}
	}
	for p, all := range visits {
		slices.SortStableFunc(all, func(a, b *visit) int { return int(a.date - b.date) })
		for i, v := range all {
			switch {
			case i >= len(p.consents):
				c.add(v.fault(NoConsent), "visit %d of requirement %s, %d consents are left", i+1, p.requirement.ID, len(p.consents))
			case v.date < p.consents[i]:
				c.add(v.fault(NoConsent), "the visit is on %s, its consent is of %s", v.date, p.consents[i])
			}
		}
	}
}

// plannable returns how many visits of a promise are still to come and have an
// occasion: a meeting of the location that is not over, a consent.
func (c *checker) plannable(p *promise) int {
	n := max(0, p.target-p.done)
	if p.gated {
		n = min(n, len(p.consents))
	}
	if p.requirement.Anchor == nil {
		return n
	}
	last := c.firstDay - 1
	if days := c.history[p.key()]; p.done > 0 {
		last = max(last, days[len(days)-1])
	}
	left := 0
	for _, o := range p.anchors {
		if o.date > last {
			left++
		}
	}
	return min(n, left)
}
