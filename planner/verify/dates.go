package verify

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// blackoutKey names what a blackout closes: one of the three is set.
type blackoutKey struct{ location, district, municipality string }

// readDates looks up holidays, absences, blackouts and completed visits.
func (c *checker) readDates() {
	c.holidays = map[string]map[calendar.Date]bool{}
	for _, o := range c.state.Organisations {
		set, err := calendar.ParseHolidaySet(o.PublicHolidays)
		if err != nil {
			c.add(Fault{Kind: UnknownID, Date: calendar.NoDate}, "organisation %s: %v", o.ID, err)
		}
		days := map[calendar.Date]bool{}
		for year := c.from.Year(); year <= c.to.Year(); year++ {
			for _, h := range calendar.PublicHolidays(year, set) {
				days[h.Date] = true
			}
		}
		c.holidays[o.ID] = days
	}
	c.absences = map[string][]planner.Absence{}
	for _, a := range c.state.Absences {
		c.absences[a.Staff] = append(c.absences[a.Staff], a)
	}
	c.blackouts = map[blackoutKey][]planner.Blackout{}
	for _, b := range c.state.Blackouts {
		key := blackoutKey{b.Location, b.District, b.Municipality}
		c.blackouts[key] = append(c.blackouts[key], b)
	}
	c.history = map[promiseKey][]calendar.Date{}
	for _, h := range c.state.History {
		key := promiseKey{h.Location, h.Requirement}
		c.history[key] = append(c.history[key], h.Date)
	}
	for _, days := range c.history {
		slices.Sort(days)
	}
}

// wholeDay is the time of a day on which something lasts the whole day.
var wholeDay = calendar.Span{From: 0, To: 24 * 60}

// part returns a part of a day; an empty one means the whole of it.
func part(s calendar.Span) calendar.Span {
	if s.Empty() {
		return wholeDay
	}
	return s
}

// blackedOut returns when a location cannot be visited on a day.
func (c *checker) blackedOut(l *planner.Location, d calendar.Date) []calendar.Span {
	return c.blackedOutBy(d, blackoutKey{location: l.ID}, blackoutKey{district: l.District}, blackoutKey{municipality: l.Municipality})
}

// blackedOutFor is as blackedOut, for a type of visit: by phone and online only
// the location's own blackouts count.
func (c *checker) blackedOutFor(v *planner.VisitType, l *planner.Location, d calendar.Date) []calendar.Span {
	if v.Mode == planner.OnSite {
		return c.blackedOut(l, d)
	}
	return c.blackedOutBy(d, blackoutKey{location: l.ID})
}

func (c *checker) blackedOutBy(d calendar.Date, keys ...blackoutKey) []calendar.Span {
	var out []calendar.Span
	for _, key := range keys {
		if key == (blackoutKey{}) {
			continue
		}
		for _, b := range c.blackouts[key] {
			if holds(d, b.From, b.To) {
				out = append(out, part(b.Part))
			}
		}
	}
	return out
}

// away returns when somebody is absent on a day.
func (c *checker) away(s *planner.Staff, d calendar.Date) []calendar.Span {
	var out []calendar.Span
	for _, a := range c.absences[s.ID] {
		if holds(d, a.From, a.To) {
			out = append(out, part(a.Part))
		}
	}
	return out
}

// contract reports whether somebody has a contract on a day: in a role, or in
// any when role is empty.
func contract(s *planner.Staff, role string, d calendar.Date) bool {
	return slices.ContainsFunc(s.Contracts, func(k planner.Contract) bool {
		return (role == "" || k.Role == role) && holds(d, k.From, k.To)
	})
}

// working returns when somebody works on a day; the spans are not to be changed.
func (c *checker) working(s *planner.Staff, d calendar.Date) []calendar.Span {
	key := dayKey{s.ID, d}
	spans, known := c.spans[key]
	if !known {
		spans = c.workingOn(s, d)
		c.spans[key] = spans
	}
	return spans
}

func (c *checker) workingOn(s *planner.Staff, d calendar.Date) []calendar.Span {
	if c.holidays[s.Organisation][d] || !contract(s, "", d) {
		return nil
	}
	spans := joined(s.Pattern[d.Weekday()])
	for _, a := range c.away(s, d) {
		spans = without(spans, a)
	}
	return spans
}

// consult returns the time that somebody keeps free for consult slots on a day.
// An empty role means all roles in force.
func (c *checker) consult(s *planner.Staff, role string, d calendar.Date) []calendar.Span {
	var out []calendar.Span
	for i := range c.state.Programme.Roles {
		r := &c.state.Programme.Roles[i]
		if (role == "" || role == r.ID) && len(r.Consult[d.Weekday()]) > 0 && contract(s, r.ID, d) {
			out = append(out, common(r.Consult[d.Weekday()], c.working(s, d))...)
		}
	}
	return joined(out)
}
