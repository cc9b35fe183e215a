package planner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Published is a plan that people were told: what replanning starts from.
type Published struct {
	Visits      []Visit
	Assignments []Assigned
}

// ReplanOptions say how a published plan is planned again after something
// changed. MaxChanges of the Options is how many locations of a role may change
// hands beside those whose person can no longer serve.
type ReplanOptions struct {
	Options
	// Today is the first day that can still change. What is before it is
	// history: it stays as it was and counts as done.
	Today calendar.Date
	// MaxMoves limits how many published visits get another day, time or person;
	// negative means no limit.
	MaxMoves int
	// Reopen says that a visit before Today that the history does not have did
	// not take place and is due again. Without it, it counts as done.
	Reopen bool
}

// Replanned is a plan made from a published one. Its visits have three stages:
// history before Today, published as long as people were told (the assumption
// published_days), draft after that.
type Replanned struct {
	*Plan
	// Published is what it was made from.
	Published Published
	Today     calendar.Date
	MaxMoves  int
	Reopen    bool
	// Unconfirmed holds the ids of visits before Today that count as done though
	// the history does not have them.
	Unconfirmed []string
	// Changes are the differences with what was published, in order of time.
	Changes []VisitChange
	// Moved counts the published visits with another day, time or person; Must
	// those, moved or cancelled, that could not stay as they were.
	Moved, Must int
}

// replanning is what a formulation knows of the published plan.
type replanning struct {
	o         ReplanOptions
	published Published
	// input are the assignments of the state as it was given.
	input []Assignment
	// due holds the published visits from Today on, by promise and in order of
	// time.
	due map[promiseKey][]*Visit
	// past are the visits before Today, as they were; reopened those of them that
	// did not take place.
	past, reopened []Visit
	unconfirmed    []string
	// earlier are visits before the period that the history does not have.
	earlier []*Visit
	// ended are the published rows that had ended before.
	ended map[assignedKey][]Assigned
	// serving holds who serves each location and when, in order of time.
	serving map[assignedKey][]Assigned
	// ids are those in use, made when first wanted.
	ids map[string]bool
	// unfrozen says that something may come into the near term.
	unfrozen bool
	// dropped are published visits that nothing promises any more.
	dropped []*Visit
}

type promiseKey struct{ location, requirement string }

// Replan plans the rest of a year again, or the year after, from what was
// published, done and changed: the past stays, the near term is frozen as far as
// it can hold, and a published visit moves only at a charge that grows as it
// nears.
func Replan(ctx context.Context, s *State, published Published, o ReplanOptions) (*Replanned, error) {
	period := s.Programme.YearPeriod(o.Year)
	if o.Today > period.To {
		return nil, regionError(s, fmt.Errorf("nothing is left to plan: the plan ends on %s and today is %s", period.To, o.Today))
	}
	published = published.in(s.Programme.Zone)
	r := newReplanning(s, published, o, period.From)
	f, err := newFormulation(r.state(s, period), period)
	if err != nil {
		return nil, regionError(s, err)
	}
	f.replan = r
	f.startFrom(max(period.From, o.Today))
	o.keepWho = true
	p, t, err := f.who(ctx, o.Options)
	if err != nil {
		return nil, regionError(s, err)
	}
	who := *p
	f.handOver(p)
	out := &Replanned{Plan: p, Published: published, Today: o.Today, MaxMoves: o.MaxMoves, Reopen: o.Reopen, Unconfirmed: r.unconfirmed}
	if err := f.scheduleAgain(ctx, out, &who, t); err != nil {
		return nil, regionError(s, err)
	}
	p.Coverage = f.coverage(p.Visits)
	return out, nil
}

// in returns the published plan with its times in a zone: they may come from
// files or a database.
func (p Published) in(zone string) Published {
	to, err := time.LoadLocation(zone)
	if err != nil {
		return p // the formulation says so
	}
	p.Visits = slices.Clone(p.Visits)
	for i := range p.Visits {
		v := &p.Visits[i]
		v.Start, v.End = v.Start.In(to), v.End.In(to)
	}
	return p
}

// startFrom leaves the days before a day out: nothing is planned there.
func (f *formulation) startFrom(first calendar.Date) {
	f.first = first
	for i := range f.demanded {
		d := &f.demanded[i]
		if d.anchors != nil {
			d.anchors = slices.DeleteFunc(d.anchors, func(o occurrence) bool { return o.date < first })
		}
	}
}

// newReplanning sorts the published visits by stage.
func newReplanning(s *State, published Published, o ReplanOptions, from calendar.Date) *replanning {
	r := &replanning{
		o: o, published: published, input: s.Assignments, due: map[promiseKey][]*Visit{}, ended: map[assignedKey][]Assigned{},
	}
	for _, a := range published.Assignments {
		if a.To != calendar.NoDate && a.To >= from {
			r.ended[a.key()] = append(r.ended[a.key()], a.asHistory())
		}
	}
	before := map[promiseKey][]*Visit{}
	known := made(s, calendar.NoDate, from)
	for i := range published.Visits {
		v := &published.Visits[i]
		key := promiseKey{v.Location, v.Requirement}
		switch {
		case v.Status == Cancelled || v.Meeting && v.date() < from:
		case v.date() < from: // of the year before, made or to be made
			if !slices.Contains(known[key], v.date()) && (v.date() >= o.Today || !o.Reopen) {
				r.earlier = append(r.earlier, v)
			}
		case v.Meeting && v.date() < o.Today:
			r.past = append(r.past, *v)
		case v.Meeting:
		case v.date() < o.Today:
			before[key] = append(before[key], v)
		default:
			r.due[key] = append(r.due[key], v)
		}
	}
	for _, of := range []map[promiseKey][]*Visit{before, r.due} {
		for _, all := range of {
			slices.SortFunc(all, func(a, b *Visit) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
		}
	}
	r.confirm(before, made(s, from, o.Today))
	return r
}

// made returns the days of completed visits in a part of the calendar, the last
// day not included, by promise.
func made(s *State, from, to calendar.Date) map[promiseKey][]calendar.Date {
	out := map[promiseKey][]calendar.Date{}
	for _, h := range s.History {
		if h.Date >= from && h.Date < to {
			key := promiseKey{h.Location, h.Requirement}
			out[key] = append(out[key], h.Date)
		}
	}
	return out
}

// confirm sorts the visits before today into those that were made and those of
// which nobody says so. The history confirms first what is of its day, and then,
// for visits that were made on another day, the earliest of the rest.
func (r *replanning) confirm(before map[promiseKey][]*Visit, made map[promiseKey][]calendar.Date) {
	for key, visits := range before {
		days := made[key]
		var rest []*Visit
		for _, v := range visits {
			if i := slices.Index(days, v.date()); i >= 0 {
				days = slices.Delete(slices.Clone(days), i, i+1)
				r.past = append(r.past, *v)
				continue
			}
			rest = append(rest, v)
		}
		for i, v := range rest {
			switch {
			case i < len(days):
				r.past = append(r.past, *v)
			case r.o.Reopen:
				r.reopened = append(r.reopened, *v)
			default:
				r.past, r.unconfirmed = append(r.past, *v), append(r.unconfirmed, v.ID)
			}
		}
	}
	byTime := func(a, b Visit) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(r.past, byTime)
	slices.SortFunc(r.reopened, byTime)
	slices.Sort(r.unconfirmed)
}

// date returns the local day of a visit: its times carry the programme's zone.
func (v *Visit) date() calendar.Date { return calendar.DateOf(v.Start, v.Start.Location()) }

// state returns the state to plan from: what took place is history, and who
// serves is what was published, as far as they still can.
func (r *replanning) state(s *State, period Period) *State {
	out := *s
	out.History = slices.Clone(s.History)
	for _, v := range r.earlier {
		out.History = append(out.History, v.asCompleted())
	}
	unconfirmed := map[string]bool{}
	for _, id := range r.unconfirmed {
		unconfirmed[id] = true
	}
	for i := range r.past {
		v := &r.past[i]
		if unconfirmed[v.ID] {
			out.History = append(out.History, v.asCompleted())
		}
	}
	out.Assignments = nil
	staff, locations := map[string]*Staff{}, map[string]*Location{}
	for i := range s.Staff {
		staff[s.Staff[i].ID] = &s.Staff[i]
	}
	for i := range s.Locations {
		locations[s.Locations[i].ID] = &s.Locations[i]
	}
	for _, a := range latest(r.published.Assignments) {
		if canServe(staff[a.Staff], locations[a.Location], a.Role, Period{max(period.From, r.o.Today), period.To}) {
			out.Assignments = append(out.Assignments, Assignment{
				Location: a.Location, Role: a.Role, Staff: a.Staff, Kind: a.Kind, From: calendar.NoDate, To: calendar.NoDate,
			})
		}
	}
	for _, a := range s.Assignments {
		if a.Pinned {
			out.Assignments = append(out.Assignments, a)
		}
	}
	return &out
}

// asCompleted returns a visit as one that took place.
func (v *Visit) asCompleted() CompletedVisit {
	return CompletedVisit{Location: v.Location, Requirement: v.Requirement, VisitType: v.VisitType, Date: v.date(), Next: calendar.NoDate}
}

// latest returns the last row of each location, role and kind.
func latest(rows []Assigned) []Assigned {
	var out []Assigned
	at := map[assignedKey]int{}
	for _, a := range rows {
		i, known := at[a.key()]
		switch {
		case !known:
			at[a.key()] = len(out)
			out = append(out, a)
		case a.From >= out[i].From:
			out[i] = a
		}
	}
	return out
}

type assignedKey struct {
	location, role string
	kind           AssignmentKind
}

func (a *Assigned) key() assignedKey { return assignedKey{a.Location, a.Role, a.Kind} }

// canServe reports whether somebody's contract in a role still lasts as long as
// a location is open in the period; not for somebody or a place that is gone.
func canServe(m *Staff, l *Location, role string, period Period) bool {
	if m == nil || l == nil {
		return false
	}
	return m.covers(role, period.Overlap(l.Opened, l.Closed))
}

// handOver gives the rows of locations that change hands their day. The former
// row ends the day before and stays as history.
func (f *formulation) handOver(p *Plan) {
	f.replan.serving = map[assignedKey][]Assigned{}
	before := f.openEarlier()
	days := f.handoverDays(p.Assignments, before)
	var rows []Assigned
	for _, a := range p.Assignments {
		key := a.key()
		own := slices.Clone(f.replan.ended[key])
		if was, known := before[key]; known {
			a.From, a.Changed = was.From, was.Staff != "" && a.Staff != "" && was.Staff != a.Staff
			if was.Staff != a.Staff {
				a.From = days[placeRole{a.Location, a.Role}]
				if was.To = a.From - 1; was.From <= was.To && was.To >= f.period.From {
					own = append(own, was.asHistory())
				}
			}
		}
		f.replan.serving[key] = append(own, a)
		rows = append(rows, f.replan.serving[key]...)
	}
	p.Assignments = rows
}

// openEarlier returns the latest published rows by key. Where a location opens
// before the first of its published rows begins – the opening was brought
// forward –, that row begins with the opening: who was told to be the first
// there still is.
func (f *formulation) openEarlier() map[assignedKey]Assigned {
	open := map[string]calendar.Date{}
	for i := range f.state.Locations {
		l := &f.state.Locations[i]
		open[l.ID] = max(f.period.From, l.Opened)
	}
	out := map[assignedKey]Assigned{}
	for _, a := range latest(f.replan.published.Assignments) {
		key := a.key()
		first := &a
		for i := range f.replan.ended[key] {
			if e := &f.replan.ended[key][i]; e.From < first.From {
				first = e
			}
		}
		if opened, known := open[a.Location]; known {
			first.From = min(first.From, opened)
		}
		out[key] = a
	}
	return out
}

type placeRole struct{ location, role string }

// handoverDays returns the day on which a location changes hands in a role, the
// same for primary and backup, who may change places: the first from today on
// on which none of the former people has a contract, or today, but never before
// one of them would begin.
func (f *formulation) handoverDays(rows []Assigned, before map[assignedKey]Assigned) map[placeRole]calendar.Date {
	out := map[placeRole]calendar.Date{}
	for _, a := range rows {
		if was, known := before[a.key()]; known && was.Staff != a.Staff {
			at := placeRole{a.Location, a.Role}
			out[at] = max(out[at], f.lastDayOf(was)+1, was.From)
		}
	}
	return out
}

// asHistory returns a row that weighs nothing any more.
func (a Assigned) asHistory() Assigned {
	a.MinutesYear, a.TravelMinutesYear, a.Changed, a.Reason = 0, 0, false, Reason{}
	return a
}

// lastDayOf returns the last day on which somebody keeps a location that goes
// to another: the end of the contract, or yesterday.
func (f *formulation) lastDayOf(a Assigned) calendar.Date {
	last := f.first - 1
	i := f.staffIndex(a.Staff)
	if i < 0 {
		return last
	}
	for _, c := range f.state.Staff[i].Contracts {
		if c.Role == a.Role && within(f.first, c.From, c.To) && c.To != calendar.NoDate {
			last = max(last, min(c.To, f.period.To))
		}
	}
	return last
}

// ReplanAll plans the regions of a folder again: published[i] is what was
// published of states[i]. MaxMoves and MaxChanges hold for each region.
func ReplanAll(ctx context.Context, states []*State, published []Published, o ReplanOptions) ([]*Replanned, error) {
	out := make([]*Replanned, len(states))
	for i, s := range states {
		one := o
		if len(states) > 1 {
			one.Options = o.share(states, i, 1)
			one.Workers = o.Workers
		}
		var err error
		if out[i], err = Replan(ctx, s, published[i], one); err != nil {
			return nil, err
		}
		o.report("regions", i+1, len(states))
	}
	return out, nil
}
