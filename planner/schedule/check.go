package schedule

import (
	"errors"
	"fmt"
)

// Check reports everything in a problem that cannot be read: indices out of
// range, tables of the wrong size, negative times. Solve, Evaluate, Verify and
// the reasons expect a problem that passes. The error joins all faults.
func (p *Problem) Check() error {
	c := &inspector{p: p, places: p.places()}
	c.days()
	c.travel()
	c.staff()
	c.windows()
	for i := range p.Visits {
		c.visit(i)
	}
	c.requirements()
	for i, f := range p.Fixed {
		c.index("fixed stop", i, "staff", f.Staff, len(p.Staff), false)
		c.index("fixed stop", i, "day", f.Day, len(p.Days), false)
		c.reaches("fixed stop", i, f.Staff, f.Place)
		c.expect(f.Start <= f.End, "fixed stop %d ends at %d, before its start at %d", i, f.End, f.Start)
	}
	c.expect(p.Grain >= 0, "the grain is %d; it must not be negative", p.Grain)
	c.expect(p.Weights.Travel >= 0 && p.Weights.Spacing >= 0 && p.Weights.Smooth >= 0, "a weight is negative: %+v", p.Weights)
	return errors.Join(c.faults...)
}

// inspector gathers the faults of a problem.
type inspector struct {
	p      *Problem
	places int
	faults []error
}

func (c *inspector) expect(ok bool, format string, args ...any) {
	if !ok {
		c.faults = append(c.faults, fmt.Errorf(format, args...))
	}
}

func (c *inspector) index(what string, i int, field string, got, n int, none bool) {
	c.expect(got >= 0 && got < n || none && got == None, "%s %d has %s %d, of %d", what, i, field, got, n)
}

func (c *inspector) days() {
	for d := range c.p.Days {
		if d == 0 {
			c.expect(c.p.Days[0].Week >= 0, "day 0 is in week %d", c.p.Days[0].Week)
			continue
		}
		before, day := c.p.Days[d-1], c.p.Days[d]
		c.expect(day.Number > before.Number, "day %d has number %d after %d; numbers must ascend", d, day.Number, before.Number)
		c.expect(day.Week >= before.Week, "day %d is in week %d after week %d", d, day.Week, before.Week)
	}
}

func (c *inspector) travel() {
	c.expect(len(c.p.Travel) > 0 || len(c.p.Staff) == 0, "there is no travel table")
	for i, t := range c.p.Travel {
		n := t.Places * t.Places
		c.expect(len(t.Time) == n && (t.Cost == nil || len(t.Cost) == n) && (t.Of == nil || len(t.Of) == t.Places),
			"travel table %d has %d times, %d costs and %d names for %d places", i, len(t.Time), len(t.Cost), len(t.Of), t.Places)
		for k, place := range t.Of {
			if place < 0 || k > 0 && place <= t.Of[k-1] {
				c.expect(false, "travel table %d names place %d in row %d; places must ascend from 0", i, place, k)
				break
			}
		}
		for k, x := range t.Time {
			if x < 0 || x > always {
				c.expect(false, "travel table %d: time %d from place %d to %d", i, x, k/t.Places, k%t.Places)
				break
			}
		}
	}
}

// reaches expects the table of a person to have a place, if it is one.
func (c *inspector) reaches(what string, i, staff, place int) {
	if place == None || staff < 0 || staff >= len(c.p.Staff) {
		return
	}
	if mode := c.p.Staff[staff].Mode; mode >= 0 && mode < len(c.p.Travel) {
		c.expect(c.p.Travel[mode].Row(place) != None, "%s %d is at place %d, which travel table %d of person %d does not have",
			what, i, place, mode, staff)
	}
}

func (c *inspector) staff() {
	for i, s := range c.p.Staff {
		c.index("person", i, "travel mode", s.Mode, len(c.p.Travel), false)
		c.expect(s.Home != None, "person %d has no home", i)
		c.reaches("the home of person", i, i, s.Home)
		c.expect(s.Shifts == nil || len(s.Shifts) == len(c.p.Days), "person %d has %d shifts for %d days", i, len(s.Shifts), len(c.p.Days))
		c.expect(min(int64(s.DayCap), int64(s.WeekCap), s.LoadCap, int64(s.MaxDuration), int64(s.WeekTarget)) >= 0, "person %d has a negative limit", i)
		for d, x := range s.Shifts {
			c.expect(x.Reserve >= 0 && x.To <= always && x.From >= -always, "person %d has shift %+v on day %d", i, x, d)
		}
	}
}

func (c *inspector) windows() {
	for i, set := range c.p.WindowSets {
		for _, w := range set {
			c.index("window set", i, "day", w.Day, len(c.p.Days), false)
		}
	}
}

func (c *inspector) visit(i int) {
	v := &c.p.Visits[i]
	c.expect(v.Place != None || v.Before+v.Duration+v.After > 0, "visit %d has no place and takes no time", i)
	c.index("visit", i, "place", v.Place, c.places, true)
	c.index("visit", i, "window set", v.Windows, len(c.p.WindowSets), false)
	c.index("visit", i, "requirement", v.Requirement, len(c.p.Requirements), true)
	c.expect(min(v.Duration, v.Before, v.After) >= 0 && v.Load >= 0, "visit %d has a negative duration, buffer or load", i)
	c.expect(v.Unplanned > 0, "visit %d: the charge for staying unplanned is %d; it must be positive", i, v.Unplanned)
	c.expect(v.Move >= 0, "visit %d: the charge for moving is negative", i)
	c.expect(len(v.Crew) > 0 && len(v.Crew) <= maxCrew, "visit %d wants %d people; 1 to %d can be planned", i, len(v.Crew), maxCrew)
	for _, options := range v.Crew {
		for _, o := range options {
			c.index("visit", i, "option", o.Staff, len(c.p.Staff), false)
			c.reaches("visit", i, o.Staff, v.Place)
		}
	}
	if v.Published == nil {
		return
	}
	c.index("visit", i, "published day", v.Published.Day, len(c.p.Days), false)
	c.expect(len(v.Published.Staff) == len(v.Crew), "visit %d was published with %d people and wants %d", i, len(v.Published.Staff), len(v.Crew))
	for _, s := range v.Published.Staff {
		c.index("visit", i, "published person", s, len(c.p.Staff), false)
		c.reaches("visit", i, s, v.Place)
	}
}

func (c *inspector) requirements() {
	for i, q := range c.p.Requirements {
		c.expect(q.MinGap >= 0 && q.IdealGap >= 0, "requirement %d has a negative gap", i)
		for _, pattern := range q.Patterns {
			c.expect(len(pattern) > 0, "requirement %d has an empty combination of days", i)
			for k, d := range pattern {
				c.index("requirement", i, "combination day", d, len(c.p.Days), false)
				c.expect(k == 0 || d > pattern[k-1], "requirement %d: the days %v do not ascend", i, pattern)
			}
		}
	}
}
