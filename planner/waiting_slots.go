package planner

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// prepareRules chooses the rules, and as what a consult is booked: the shortest
// visit type that a rule lets anybody book.
func (w *waiting) prepareRules() {
	if len(w.Rules) == 0 {
		w.Rules = DefaultSlotRules(&w.state.Programme)
	}
	if len(w.Rules) == 0 { // nothing can be booked: consult time is for whoever calls
		for i := range w.state.Programme.Roles {
			if role := &w.state.Programme.Roles[i]; !emptyWeek(&role.Consult) {
				w.Rules = append(w.Rules, SlotRule{Role: role.ID, NoticeMinutes: DefaultNotice})
			}
		}
	}
	w.taken = map[engagedKey]calendar.Spans{}
	for i := range w.Visits {
		if v := &w.Visits[i]; !v.Meeting && v.Status != Cancelled {
			w.takeVisit(v)
		}
	}
	length := func(vt *VisitType) int { return vt.BufferBefore + vt.Minutes + vt.BufferAfter }
	for i := range w.state.Programme.VisitTypes {
		vt := &w.state.Programme.VisitTypes[i]
		booked := slices.ContainsFunc(w.Rules, func(r SlotRule) bool { return r.VisitType == vt.ID && r.AcuteHours == 0 })
		if booked && (w.visitType == nil || length(vt) < length(w.visitType)) {
			w.visitType = vt
		}
	}
	w.setLength()
}

// takeVisit takes the time of a visit, its buffers and the way there of its crew.
func (w *waiting) takeVisit(v *Visit) {
	day := calendar.DateOf(v.Start, w.zone)
	if !w.period.Contains(day) {
		return
	}
	from := wallAt(v.Start, w.zone).clock()
	span := calendar.Span{From: from, To: from + calendar.Clock(v.End.Sub(v.Start).Minutes())}
	if vt := w.state.Programme.VisitType(v.VisitType); vt != nil {
		span.From, span.To = span.From-calendar.Clock(vt.BufferBefore), span.To+calendar.Clock(vt.BufferAfter)
	}
	for _, c := range v.Crew {
		k, of := engagedKey{c.Staff, day}, span
		of.From -= calendar.Clock(c.TravelMinutes)
		w.taken[k] = calendar.NewSpans(append(w.taken[k], of)...)
	}
}

// notice is the least time between question and consult, in minutes.
func (w *waiting) notice() int64 {
	least := int64(-1)
	for i := range w.Rules {
		r := &w.Rules[i]
		if w.visitType == nil || r.VisitType != w.visitType.ID || r.AcuteHours > 0 {
			continue
		}
		if n := int64(r.NoticeMinutes); least < 0 || n < least {
			least = n
		}
	}
	if least < 0 {
		return DefaultNotice
	}
	return least
}

// setLength says how long a consult keeps somebody: the visit type with the buffers
// of its first rule, else what is assumed.
func (w *waiting) setLength() {
	if w.visitType == nil {
		w.length = int64(w.state.Programme.Assume(ConsultMinutes, "", w.From))
		return
	}
	for i := range w.Rules {
		if r := &w.Rules[i]; w.books(r) {
			before, after := r.buffers(w.visitType)
			w.before, w.after = int64(before), int64(after)
			w.length = w.before + int64(w.visitType.Minutes) + w.after
			return
		}
	}
}

// books reports whether consults are booked by a rule.
func (w *waiting) books(r *SlotRule) bool {
	return r.AcuteHours == 0 && (w.visitType == nil || r.VisitType == w.visitType.ID)
}

// addWindows adds the time in which somebody can be booked, what is kept for
// acute questions, and the role's reserve, on each day of the period.
func (w *waiting) addWindows(m *Staff) {
	n := 3 * len(w.lanes)
	w.lanes[m.ID] = n
	busy := map[calendar.Date]calendar.Spans{}
	for i := range w.state.Meetings {
		if meeting := &w.state.Meetings[i]; meeting.attends(m) {
			for _, d := range w.attended(m, meeting) {
				busy[d] = calendar.NewSpans(append(busy[d], meeting.span())...)
			}
		}
	}
	rules := w.rulesFor(m)
	for d := w.period.From; d <= w.period.To; d++ {
		free := w.roster.spans(m, d).Subtract(busy[d]).Subtract(w.taken[engagedKey{m.ID, d}])
		roles := m.rolesOn(d)
		if len(free) == 0 || len(roles) == 0 {
			continue
		}
		var kept calendar.Spans
		open := func(lane int, wanted func(*SlotRule) bool) {
			for _, r := range rules {
				if !wanted(r) || !slices.Contains(roles, r.Role) {
					continue
				}
				for _, span := range w.bookable(r, d, free).Subtract(kept) {
					w.window(d, span, lane, r)
					kept = calendar.NewSpans(append(kept, span)...)
				}
			}
		}
		open(n, w.books)
		open(n+1, func(r *SlotRule) bool { return r.AcuteHours > 0 })
		for _, span := range lastOf(free.Subtract(kept), w.reserve(roles)) {
			w.window(d, span, n+2, nil)
		}
	}
}

// rulesFor lists the rules by which somebody can be booked: of each role and visit
// type the person's own, else those for everybody.
func (w *waiting) rulesFor(m *Staff) []*SlotRule {
	var out []*SlotRule
	for i := range w.Rules {
		r := &w.Rules[i]
		own := slices.ContainsFunc(w.Rules, func(o SlotRule) bool { return o.Staff == m.ID && o.Role == r.Role && o.VisitType == r.VisitType })
		if r.Staff == m.ID || r.Staff == "" && !own {
			out = append(out, r)
		}
	}
	return out
}

// bookable is the time of a day in which a rule lets somebody be booked: its
// windows, else the role's consult time, else all that is free. The visit itself
// lies in a window, its buffers may lie around it. Of a rule with a limit a day it
// is no more than so many visits take, from the start of the day.
func (w *waiting) bookable(r *SlotRule, d calendar.Date, free calendar.Spans) calendar.Spans {
	week := r.Windows
	if role := w.state.Programme.Role(r.Role); emptyWeek(&week) && role != nil {
		week = role.Consult
	}
	before := calendar.Clock(w.before)
	if !emptyWeek(&week) {
		var around []calendar.Span
		for _, span := range calendar.NewSpans(week[d.Weekday()]...) {
			around = append(around, calendar.Span{From: span.From - before, To: span.To + calendar.Clock(w.after)})
		}
		free = calendar.NewSpans(around...).Intersect(free)
	}
	if r.MaxDay == 0 || w.visitType == nil {
		return free
	}
	return mostVisits(free, r.MaxDay, calendar.Clock(w.length), calendar.Clock(max(r.Increment, 1)), before)
}

// mostVisits cuts spans off after so many visits of a length, which begin on steps
// after midnight, a buffer before them.
func mostVisits(free calendar.Spans, most int, length, step, before calendar.Clock) calendar.Spans {
	var out []calendar.Span
	for _, span := range free {
		end := span.From
		for most > 0 {
			start := (end+before+step-1)/step*step - before
			if start+length > span.To {
				break
			}
			end, most = start+length, most-1
		}
		if span.To = end; !span.Empty() {
			out = append(out, span)
		}
	}
	return calendar.NewSpans(out...)
}

// reserve is how many minutes of a day some roles keep for acute questions.
func (w *waiting) reserve(roles []string) calendar.Clock {
	minutes := 0
	for _, id := range roles {
		if role := w.state.Programme.Role(id); role != nil {
			minutes += role.AcuteMinutesDay
		}
	}
	return calendar.Clock(minutes)
}

// lastOf returns the last minutes of some spans.
func lastOf(spans calendar.Spans, minutes calendar.Clock) []calendar.Span {
	var out []calendar.Span
	for i := len(spans) - 1; i >= 0 && minutes > 0; i-- {
		span := spans[i]
		span.From = max(span.From, span.To-minutes)
		minutes -= span.To - span.From
		out = append(out, span)
	}
	return out
}
