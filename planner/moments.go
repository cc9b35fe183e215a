package planner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Gathering is a multidisciplinary meeting (MDO) for which a moment is sought.
type Gathering struct {
	// Location is where it is, empty for a call.
	Location string
	Minutes  int
	// Period holds the days that are possible.
	Period Period
	// Staff must all be there, and of each pool (roles) one more person.
	Staff []string
	Pools [][]string
	// Parties come from outside: the youth-health office, a specialist, parents.
	Parties []Party
}

// Party is somebody from outside, known by a word (a role, never a name that
// leads to a child), with the times that were given.
type Party struct {
	Name string
	// Open is when the party can usually come; empty for office hours.
	Open calendar.Week
	// Busy are the days on which it cannot, or parts of them.
	Busy []PartyBusyTime
	// Optional says that the meeting can do without it.
	Optional bool
}

// PartyBusyTime is time in which a party cannot come; an empty part is the day.
type PartyBusyTime struct {
	From, To calendar.Date
	Part     calendar.Span
}

// Candidate is a moment at which a gathering could be.
type Candidate struct {
	Date  calendar.Date
	Clock calendar.Clock
	// Staff are those of our own who would come: the required ones and one of
	// each pool.
	Staff []string
	// Travel is their travel for it, there and from it, in minutes.
	Travel int
	// Missing names optional parties that could not come.
	Missing []string
	// SchoolHoliday says that it is in the school holidays of the location.
	SchoolHoliday bool
}

// ID names a candidate, as in the answers to it: 2027-03-02T09:00.
func (c *Candidate) ID() string { return c.Date.String() + "T" + c.Clock.String() }

const (
	momentStep = 30
	// mostADay is how many candidates are proposed for one day: a choice of
	// days says more than a choice of hours.
	mostADay = 2
)

// FindMoments proposes at most k moments for a gathering, the best first: with
// the fewest optional parties missing, not in the school holidays, with the
// least travel, the earliest. Visits are those of the plan in force. With no
// moment at all it says why: what stands in the way most often, over all moments
// tried.
func FindMoments(s *State, visits []Visit, g Gathering, k int) ([]Candidate, []Obstacle, error) {
	if err := g.check(s); err != nil {
		return nil, nil, err
	}
	a, err := newAgenda(s, visits, g.Period, "")
	if err != nil {
		return nil, nil, err
	}
	f := &momentFinder{agenda: a, g: &g, counts: map[Obstacle]int{}}
	if l := a.locationIndex(g.Location); l >= 0 {
		f.location = &s.Locations[l]
		f.place = &f.location.Point
	}
	for _, id := range g.Staff {
		f.people = append(f.people, &s.Staff[a.staffIndex(id)])
	}
	var all []Candidate
	for d := g.Period.From; d <= g.Period.To; d++ {
		for at := calendar.Clock(7 * 60); at+calendar.Clock(g.Minutes) <= 22*60; at += momentStep {
			if c, ok := f.try(d, at); ok {
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(len(a.Missing), len(b.Missing)), compareBool(a.SchoolHoliday, b.SchoolHoliday),
			cmp.Compare(a.Travel, b.Travel), cmp.Compare(a.Date, b.Date), cmp.Compare(a.Clock, b.Clock))
	})
	return f.spread(all, k), f.most(), nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// check reports everything about a gathering that makes no sense.
func (g *Gathering) check(s *State) error {
	var faults []error
	if g.Minutes <= 0 || g.Minutes > 8*60 {
		faults = append(faults, fmt.Errorf("a meeting of %d minutes: want 1 to %d", g.Minutes, 8*60))
	}
	if days := g.Period.Days(); days == 0 || days > 366 {
		faults = append(faults, fmt.Errorf("from %s to %s: want 1 to 366 days", g.Period.From, g.Period.To))
	}
	if len(g.Staff) == 0 && len(g.Pools) == 0 {
		faults = append(faults, errors.New("nobody of our own takes part: name staff, or a role of which one comes"))
	}
	if slices.Contains(g.Staff, "") {
		faults = append(faults, errors.New("somebody without an id among staff: leave the empty one out"))
	}
	m := Meeting{ID: "gathering", Staff: g.Staff, Location: g.Location}
	for _, roles := range g.Pools {
		m.Roles = append(m.Roles, roles...)
	}
	return errors.Join(append(faults, s.knows(&m))...)
}

// momentFinder tries moments.
type momentFinder struct {
	*agenda
	g        *Gathering
	people   []*Staff
	location *Location
	place    *Point
	counts   map[Obstacle]int
}

// try tries one moment, and counts what stands in the way.
func (f *momentFinder) try(d calendar.Date, at calendar.Clock) (Candidate, bool) {
	span := calendar.Span{From: at, To: at + calendar.Clock(f.g.Minutes)}
	c := Candidate{Date: d, Clock: at}
	ok := true
	note := func(o Obstacle) {
		if o.Code != "" {
			ok = false
			f.counts[Obstacle{o.Who, o.Code, ""}]++
		}
	}
	for _, s := range f.people {
		note(f.person(s, d, span, f.place))
		c.Staff = append(c.Staff, s.ID)
	}
	for _, roles := range f.g.Pools {
		s := f.oneOf(roles, c.Staff, d, span)
		if s == nil {
			note(Obstacle{roles[0], NobodyOf, ""})
			continue
		}
		c.Staff = append(c.Staff, s.ID)
	}
	if f.location != nil {
		note(f.agenda.location(f.location, d, span))
		c.SchoolHoliday = f.holidayCharge(f.location, d) > 0
	}
	for i := range f.g.Parties {
		p := &f.g.Parties[i]
		switch {
		case p.can(d, span):
		case p.Optional:
			c.Missing = append(c.Missing, p.Name)
		default:
			note(Obstacle{p.Name, PartyBusy, ""})
		}
	}
	if !ok {
		return c, false
	}
	for _, id := range c.Staff {
		c.Travel += f.detour(&f.state.Staff[f.staffIndex(id)], d, span)
	}
	return c, true
}

// oneOf returns whoever of some roles can come with the least travel, besides
// those who come already.
func (f *momentFinder) oneOf(roles, have []string, d calendar.Date, span calendar.Span) *Staff {
	var best *Staff
	for i := range f.state.Staff {
		s := &f.state.Staff[i]
		if slices.Contains(have, s.ID) || !slices.ContainsFunc(roles, func(r string) bool { return s.has(r, d) }) ||
			f.person(s, d, span, f.place).Code != "" {
			continue
		}
		if best == nil || f.detour(s, d, span) < f.detour(best, d, span) {
			best = s
		}
	}
	return best
}

// detour returns the minutes that somebody travels more on a day for the
// gathering: from what is before it and to what is after it, home at the ends.
func (f *momentFinder) detour(s *Staff, d calendar.Date, span calendar.Span) int {
	if f.place == nil {
		return 0
	}
	before, after := &s.Home, &s.Home
	from, to := calendar.Clock(-1), calendar.Clock(24*60)
	for _, x := range f.engaged[engagedKey{s.ID, d}] {
		if x.place == nil {
			continue
		}
		if x.busy.To <= span.From && x.busy.To > from {
			before, from = x.place, x.busy.To
		}
		if x.busy.From >= span.To && x.busy.From < to {
			after, to = x.place, x.busy.From
		}
	}
	way := f.travel.Minutes(*before, *f.place, s.Mode) + f.travel.Minutes(*f.place, *after, s.Mode) - f.travel.Minutes(*before, *after, s.Mode)
	return int(max(0, way) + 0.5)
}

// can reports whether a party can come.
func (p *Party) can(d calendar.Date, span calendar.Span) bool {
	spans := calendar.NewSpans(p.Open[d.Weekday()]...)
	if !slices.ContainsFunc(p.Open[:], func(day []calendar.Span) bool { return len(day) > 0 }) {
		spans = officeHours(d)
	}
	for _, b := range p.Busy {
		if !within(d, b.From, b.To) {
			continue
		}
		if b.Part.Empty() {
			return false
		}
		spans = spans.Subtract(calendar.NewSpans(b.Part))
	}
	return spans.Contains(span)
}

// officeHours is when a party can come that gave no times.
func officeHours(d calendar.Date) calendar.Spans {
	if day := d.Weekday(); day == 0 || day == 6 {
		return nil
	}
	return calendar.NewSpans(calendar.Span{From: 8*60 + 30, To: 17 * 60})
}

// spread takes the best k, not too many of one day.
func (f *momentFinder) spread(all []Candidate, k int) []Candidate {
	onDay := map[calendar.Date]int{}
	var out []Candidate
	for _, c := range all {
		if len(out) < k && onDay[c.Date] < mostADay {
			onDay[c.Date]++
			out = append(out, c)
		}
	}
	return out
}

// most lists what stood in the way, the most frequent first.
func (f *momentFinder) most() []Obstacle {
	out := make([]Obstacle, 0, len(f.counts))
	for o := range f.counts {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Obstacle) int {
		return cmp.Or(cmp.Compare(f.counts[b], f.counts[a]), cmp.Compare(a.Who, b.Who), cmp.Compare(a.Code, b.Code))
	})
	return out
}

// Answer is what one party or person says to a candidate.
type Answer string

// The answers.
const (
	AnswerYes      Answer = "yes"
	AnswerIfNeeded Answer = "if_needed"
	AnswerNo       Answer = "no"
)

// Reply is an answer of somebody to a candidate.
type Reply struct {
	// Candidate is a Candidate's ID, Who a party's name or a staff id.
	Candidate, Who string
	Answer         Answer
}

// Poll gathers the answers to some candidates and ranks them.
type Poll struct {
	Candidates []Candidate
	// Who must answer; the others may.
	Who     []string
	Replies []Reply
}

// Standing is how a candidate stands in a poll.
type Standing struct {
	Candidate         Candidate
	Yes, IfNeeded, No int
	// Open names who has not answered yet.
	Open []string
}

// Standings ranks the candidates: fewest noes, fewest open answers, fewest ifs,
// then as they were proposed. Of two replies of one person the last counts.
func (p *Poll) Standings() ([]Standing, error) {
	last := map[[2]string]Answer{}
	known := map[string]bool{}
	for i := range p.Candidates {
		known[p.Candidates[i].ID()] = true
	}
	var faults []error
	for _, r := range p.Replies {
		switch {
		case !known[r.Candidate]:
			faults = append(faults, fmt.Errorf("%s was not proposed", r.Candidate))
		case !slices.Contains(p.Who, r.Who):
			faults = append(faults, fmt.Errorf("%q was not asked", r.Who))
		case r.Answer != AnswerYes && r.Answer != AnswerIfNeeded && r.Answer != AnswerNo:
			faults = append(faults, fmt.Errorf("%q is no answer: want yes, if_needed or no", r.Answer))
		}
		last[[2]string{r.Candidate, r.Who}] = r.Answer
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	out := make([]Standing, len(p.Candidates))
	for i := range p.Candidates {
		out[i] = p.standing(&p.Candidates[i], last)
	}
	slices.SortStableFunc(out, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(a.No, b.No), cmp.Compare(len(a.Open), len(b.Open)), cmp.Compare(a.IfNeeded, b.IfNeeded))
	})
	return out, nil
}

func (p *Poll) standing(c *Candidate, last map[[2]string]Answer) Standing {
	s := Standing{Candidate: *c}
	for _, who := range p.Who {
		switch last[[2]string{c.ID(), who}] {
		case AnswerYes:
			s.Yes++
		case AnswerIfNeeded:
			s.IfNeeded++
		case AnswerNo:
			s.No++
		default:
			s.Open = append(s.Open, who)
		}
	}
	return s
}

// Pick returns the candidate to take: the first in the standings that everybody
// can make. It says what is missing when there is none yet.
func (p *Poll) Pick() (Candidate, error) {
	all, err := p.Standings()
	if err != nil {
		return Candidate{}, err
	}
	for _, s := range all {
		if s.No == 0 && len(s.Open) == 0 {
			return s.Candidate, nil
		}
	}
	if len(all) > 0 && all[0].No == 0 {
		return Candidate{}, fmt.Errorf("no answer yet of %v to %s", all[0].Open, all[0].Candidate.ID())
	}
	return Candidate{}, errors.New("no moment suits everybody: propose others")
}

// Meeting returns the meeting that a picked candidate becomes.
func (g *Gathering) Meeting(id, name string, c *Candidate) Meeting {
	return Meeting{
		ID: id, Name: name, Kind: "mdo", Start: c.Date, Clock: c.Clock, Minutes: g.Minutes,
		Location: g.Location, Staff: c.Staff, Budget: WithoutIndication,
	}
}
