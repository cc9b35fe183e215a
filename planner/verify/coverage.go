package verify

import (
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// lastDays is how shortly before its last possible day a promise that only just
// holds counts as at risk, at most a quarter of the possible days.
const lastDays = 28

const (
	minimumPriority = 1000
	targetPriority  = 1
)

// checkCoverage proves the ledger and the list of what is not planned: every
// promised visit is done, planned or listed.
func (c *checker) checkCoverage() {
	last := map[*promise]calendar.Date{}
	for i := range c.visits {
		if v := &c.visits[i]; v.promise != nil {
			last[v.promise] = max(v.date, last[v.promise])
		}
	}
	rows := map[promiseKey][]*CoverageRow{}
	for i := range c.folder.Coverage {
		r := &c.folder.Coverage[i]
		rows[promiseKey{r.Location, r.Requirement}] = append(rows[promiseKey{r.Location, r.Requirement}], r)
		if c.promised[promiseKey{r.Location, r.Requirement}] == nil {
			c.add(Fault{Kind: WrongCoverage, Location: r.Location, Role: r.Role, Date: calendar.NoDate},
				"requirement %q promises nothing to the location", r.Requirement)
		}
	}
	missing := c.listedUnplanned()
	for i := range c.promises {
		p := &c.promises[i]
		at := Fault{Kind: WrongCoverage, Location: p.location.ID, Role: p.requirement.Role, Date: calendar.NoDate}
		if n := len(rows[p.key()]); n != 1 {
			c.add(at, "%d rows for requirement %s, 1 wanted", n, p.requirement.ID)
		}
		for _, r := range rows[p.key()] {
			c.checkCoverageRow(at, p, r, last[p])
		}
		c.checkListed(p, missing[p.key()])
	}
	c.checkMedium()
}

func (c *checker) checkCoverageRow(at Fault, p *promise, r *CoverageRow, last calendar.Date) {
	want := CoverageRow{
		Location: r.Location, LocationName: r.LocationName, Role: p.requirement.Role, Requirement: r.Requirement,
		Minimum: p.minimum, Target: p.target, Done: p.done, Planned: p.planned, State: c.coverageState(p, last),
	}
	if *r != want {
		c.add(at, "requirement %s: the row says role %s, minimum %d, target %d, done %d, planned %d, %s; it is %s, %d, %d, %d, %d, %s",
			r.Requirement, r.Role, r.Minimum, r.Target, r.Done, r.Planned, r.State,
			want.Role, want.Minimum, want.Target, want.Done, want.Planned, want.State)
	}
}

// coverageState says how a promise stands, of which the last planned visit is
// on a day.
func (c *checker) coverageState(p *promise, last calendar.Date) string {
	sum := p.done + p.planned
	first, due := c.possible(p)
	switch {
	case sum < p.minimum:
		return string(planner.CoverageMissed)
	case p.done >= p.target:
		return string(planner.CoverageDone)
	case sum < p.target, p.done < p.minimum && sum == p.minimum && last > due-calendar.Date(min(lastDays, (int(due-first)+1)/4)):
		return string(planner.CoverageAtRisk)
	default:
		return string(planner.CoveragePlanned)
	}
}

// listing counts the rows of unplanned.csv of one promise, by level.
type listing struct{ minimum, target int }

// listedUnplanned counts the rows and names those of nothing promised.
func (c *checker) listedUnplanned() map[promiseKey]listing {
	out := map[promiseKey]listing{}
	for i := range c.folder.Unplanned {
		r := &c.folder.Unplanned[i]
		if r.missedMeeting() {
			continue // checkClashes looks at these
		}
		key := promiseKey{r.Location, r.Requirement}
		n := out[key]
		switch r.Level {
		case string(planner.Minimum):
			n.minimum++
		case string(planner.Target):
			n.target++
		default:
			c.add(Fault{Kind: FalselyListed, Location: r.Location, Role: r.Role, Date: r.DueBy}, "level %q is neither minimum nor target", r.Level)
		}
		out[key] = n
		if c.promised[key] == nil {
			c.add(Fault{Kind: FalselyListed, Location: r.Location, Role: r.Role, Date: r.DueBy},
				"requirement %q promises nothing to the location", r.Requirement)
		}
	}
	return out
}

func (c *checker) checkListed(p *promise, have listing) {
	sum := p.done + p.planned
	want := listing{minimum: max(0, p.minimum-sum)}
	want.target = max(0, p.target-sum) - want.minimum
	at := Fault{Location: p.location.ID, Role: p.requirement.Role, Date: calendar.NoDate}
	for _, x := range []struct {
		level      planner.Level
		have, want int
	}{{planner.Minimum, have.minimum, want.minimum}, {planner.Target, have.target, want.target}} {
		switch at.Kind = NotListed; {
		case x.have < x.want:
			c.add(at, "requirement %s: %d of %s %d done and %d planned leave %d undone at level %s, %d are listed as unplanned",
				p.requirement.ID, p.done, x.level, p.target, p.planned, x.want, x.level, x.have)
		case x.have > x.want:
			at.Kind = FalselyListed
			c.add(at, "requirement %s: %d are listed as unplanned at level %s, %d done and %d planned leave %d undone",
				p.requirement.ID, x.have, x.level, p.done, p.planned, x.want)
		}
	}
}

// checkMedium proves the medium score: a missed minimum weighs a thousand times
// a missed target.
func (c *checker) checkMedium() {
	var medium int64
	for i := range c.promises {
		p := &c.promises[i]
		undone := max(0, p.target-p.done-p.planned)
		firm := min(undone, max(0, p.minimum-p.done-p.planned))
		medium += int64(firm)*minimumPriority + int64(undone-firm)*targetPriority
	}
	if have := c.folder.Summary.Schedule.Medium; have != medium {
		c.add(Fault{Kind: WrongTotal, Date: calendar.NoDate}, "schedule.medium is %d in plan.json, what is undone makes it %d", have, medium)
	}
}

// possible returns the first and the last day on which a promise can be kept:
// of its season, its location and the period, or of a handover.
func (c *checker) possible(p *promise) (first, due calendar.Date) {
	if p.handover != nil {
		return p.handover.first, p.handover.last
	}
	first, due = c.between(p.location.Opened, p.location.Closed)
	year := c.from.Year()
	if m := p.requirement.From; m != (planner.MonthDay{}) {
		first = max(first, calendar.NewDate(year, time.Month(m.Month), m.Day))
	}
	if m := p.requirement.To; m != (planner.MonthDay{}) {
		due = min(due, calendar.NewDate(year, time.Month(m.Month), m.Day))
	}
	return first, due
}
