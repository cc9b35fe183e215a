package planner

import (
	"math"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// occurrencePair is one occurrence of a meeting in two plans; nil where it is
// not.
type occurrencePair struct{ was, is *Visit }

// pairOccurrences finds back the occurrences of meetings in another plan, by
// meeting: first on the same day; of the rest those between two occurrences that
// stay are paired in order of time, as many as can be, with the least
// distance in all. So a meeting that moves is one that moved, and not one that
// went and another that came.
func pairOccurrences(was, is []*Visit) []occurrencePair {
	fresh := byMeeting(is)
	var out []occurrencePair
	for id, old := range byMeeting(was) {
		out = append(out, pairMeeting(old, fresh[id])...)
		delete(fresh, id)
	}
	for _, all := range fresh {
		out = append(out, pairMeeting(nil, all)...)
	}
	return out
}

// byMeeting sorts the occurrences of each meeting by time.
func byMeeting(visits []*Visit) map[string][]*Visit {
	out := map[string][]*Visit{}
	for _, v := range visits {
		out[v.Requirement] = append(out[v.Requirement], v)
	}
	for _, all := range out {
		slices.SortStableFunc(all, func(a, b *Visit) int { return a.Start.Compare(b.Start) })
	}
	return out
}

// pairMeeting pairs the occurrences of one meeting, in order of time.
func pairMeeting(was, is []*Visit) []occurrencePair {
	var out []occurrencePair
	for _, v := range was {
		for i, x := range is {
			if x.date() == v.date() {
				out = append(out, pairRest(&was, &is, v, i)...)
				break
			}
		}
	}
	return append(out, nearestPairs(was, is)...)
}

// pairRest pairs an occurrence that stays with the ith of the others, and what
// lies before the two; all of them leave the lists.
func pairRest(was, is *[]*Visit, stays *Visit, i int) []occurrencePair {
	k := slices.Index(*was, stays)
	out := append(nearestPairs((*was)[:k], (*is)[:i]), occurrencePair{stays, (*is)[i]})
	*was, *is = (*was)[k+1:], (*is)[i+1:]
	return out
}

// nearestPairs pairs two ascending lists in order, as many as the shorter has,
// with the least sum of distances; the rest has no partner.
func nearestPairs(was, is []*Visit) []occurrencePair {
	if len(was) > len(is) {
		out := nearestPairs(is, was)
		for i := range out {
			out[i].was, out[i].is = out[i].is, out[i].was
		}
		return out
	}
	// least[i][j] is the least sum for the first i of was among the first j of is.
	least := make([][]float64, len(was)+1)
	for i := range least {
		least[i] = make([]float64, len(is)+1)
		for j := range i {
			least[i][j] = math.Inf(1)
		}
		for j := max(i, 1); i > 0 && j <= len(is); j++ {
			least[i][j] = min(least[i][j-1], least[i-1][j-1]+hoursApart(was[i-1], is[j-1]))
		}
	}
	var out []occurrencePair
	i := len(was)
	for j := len(is); j > 0; j-- {
		if i > 0 && least[i][j] < least[i][j-1] {
			i--
			out = append(out, occurrencePair{was[i], is[j-1]})
			continue
		}
		out = append(out, occurrencePair{nil, is[j-1]})
	}
	return out
}

// hoursApart is the distance of two visits in hours.
func hoursApart(a, b *Visit) float64 { return a.Start.Sub(b.Start).Abs().Hours() }

// compareMeeting returns the difference of one occurrence in two plans.
func compareMeeting(p occurrencePair) (VisitChange, bool) {
	if p.was == nil {
		return added(p.is), true
	}
	c, changed := compareVisits(p.was, p.is)
	if p.is != nil && p.is.ID != p.was.ID {
		c.Now = p.is.ID
	}
	return c, changed
}

// added returns a visit that was not there before as a change.
func added(v *Visit) VisitChange {
	return VisitChange{Visit: v.ID, Location: v.Location, Requirement: v.Requirement, Kind: VisitAdded, Meeting: v.Meeting, Is: v.moment(), Code: WhyNew}
}

// noteMeetings compares the published occurrences of meetings, from the first
// day that can change on, with those of the plan. One that takes place as ever,
// with nobody of ours there any more, did not move.
func (f *formulation) noteMeetings(out *Replanned, p *visitProblem, published []*Visit) {
	var now []*Visit
	known := map[string]bool{}
	for i := range out.Visits {
		if v := &out.Visits[i]; v.Meeting && v.Status != Cancelled && v.date() >= f.first {
			now, known[v.ID] = append(now, v), true
		}
	}
	var pairs []occurrencePair
	published = slices.DeleteFunc(published, func(v *Visit) bool {
		deserted := !known[v.ID] && f.takesPlace(v.Requirement, v.date())
		if deserted {
			pairs = append(pairs, occurrencePair{v, nil})
		}
		return deserted
	})
	for _, pair := range append(pairs, pairOccurrences(published, now)...) {
		if c, changed := compareMeeting(pair); changed {
			f.explainMeeting(&c, p)
			out.Changes = append(out.Changes, c)
		}
	}
}

// takesPlace reports whether a meeting is on a day, whoever can come.
func (f *formulation) takesPlace(meeting string, day calendar.Date) bool {
	k := slices.IndexFunc(f.state.Meetings, func(m Meeting) bool { return m.ID == meeting })
	return k >= 0 && slices.Contains(f.occurrences(&f.state.Meetings[k]), day)
}

// explainMeeting says why a published meeting is not what it was; the detail is
// the meeting, or who comes no more.
func (f *formulation) explainMeeting(c *VisitChange, p *visitProblem) {
	c.Must = c.Kind != VisitAdded
	switch c.Kind {
	case VisitMoved:
		c.Code, c.Detail = WhyRescheduled, c.Requirement
	case VisitCancelled:
		c.Code, c.Detail = WhyCalledOff, c.Requirement
		if f.takesPlace(c.Requirement, calendar.DateOf(c.Was.Start, c.Was.Start.Location())) && len(c.Was.Staff) > 0 {
			c.Code, c.Detail = f.whyAbsent(c, c.Was.Staff[0], p)
		}
	case VisitHandedOver:
		c.Code, c.Detail = WhyPeople, c.Requirement
		for _, id := range c.Was.Staff {
			if !slices.Contains(c.Is.Staff, id) {
				c.Code, c.Detail = f.whyAbsent(c, id, p)
				return
			}
		}
	case VisitAdded:
		c.Detail = c.Requirement
	}
}

// whyAbsent says why somebody comes no more to a meeting on the day it was.
func (f *formulation) whyAbsent(c *VisitChange, id string, p *visitProblem) (code, detail string) {
	s := f.staffIndex(id)
	if s < 0 {
		return WhyLeft, id
	}
	k := slices.IndexFunc(f.state.Meetings, func(m Meeting) bool { return m.ID == c.Requirement })
	if k < 0 || !f.state.Meetings[k].attends(&f.state.Staff[s]) {
		return WhyPeople, c.Requirement
	}
	day := calendar.DateOf(c.Was.Start, c.Was.Start.Location())
	for _, x := range p.clashes {
		if x.staff == s && x.date == day && x.meeting.ID == c.Requirement {
			return WhyMeeting, p.attendedInstead(x)
		}
	}
	return WhyAway, id
}

// attendedInstead names the meeting that somebody attends at the time of one
// that clashes with it.
func (p *visitProblem) attendedInstead(clash fixedRef) string {
	span := clash.meeting.span()
	for _, x := range p.fixed {
		if x.meeting != nil && x.staff == clash.staff && x.date == clash.date && meets([]calendar.Span{x.meeting.span()}, span.From, span.To) {
			return x.meeting.ID
		}
	}
	return ""
}
