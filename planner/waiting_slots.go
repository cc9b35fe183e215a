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

// consultLength is how long a consult keeps somebody, in minutes: the visit type
// with the buffers of its first rule, else what is assumed.
func (w *waiting) consultLength() int64 {
	if w.visitType == nil {
		return int64(w.state.Programme.Assume(ConsultMinutes, "", w.From))
	}
	for i := range w.Rules {
		if r := &w.Rules[i]; r.VisitType == w.visitType.ID && r.AcuteHours == 0 {
			before, after := r.buffers(w.visitType)
			return int64(w.visitType.Minutes) + int64(before) + int64(after)
		}
	}
	return int64(w.visitType.Minutes)
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
		var open calendar.Spans
		for _, r := range rules {
			if r.AcuteHours == 0 && slices.Contains(roles, r.Role) {
				open = calendar.NewSpans(append(open, w.bookable(r, d, free)...)...)
			}
		}
		kept := open
		for _, span := range open {
			w.window(d, span, n, 0)
		}
		for _, r := range rules {
			if r.AcuteHours == 0 || !slices.Contains(roles, r.Role) {
				continue
			}
			for _, span := range w.bookable(r, d, free).Subtract(kept) {
				w.window(d, span, n+1, int64(r.AcuteHours)*3600)
				kept = calendar.NewSpans(append(kept, span)...)
			}
		}
		for _, span := range lastOf(free.Subtract(kept), w.reserve(roles)) {
			w.window(d, span, n+2, 0)
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
// windows, else the role's consult time, else all that is free. Of a rule with a
// limit a day it is no more than so many visits take, from the start of the day.
func (w *waiting) bookable(r *SlotRule, d calendar.Date, free calendar.Spans) calendar.Spans {
	week := r.Windows
	if role := w.state.Programme.Role(r.Role); emptyWeek(&week) && role != nil {
		week = role.Consult
	}
	if !emptyWeek(&week) {
		free = calendar.NewSpans(week[d.Weekday()]...).Intersect(free)
	}
	vt := w.state.Programme.VisitType(r.VisitType)
	if r.MaxDay == 0 || vt == nil {
		return free
	}
	before, after := r.buffers(vt)
	left := calendar.Clock(r.MaxDay) * (calendar.Clock(vt.Minutes) + calendar.Clock(before) + calendar.Clock(after))
	var out []calendar.Span
	for _, span := range free {
		span.To = min(span.To, span.From+left)
		if span.Empty() {
			break
		}
		out, left = append(out, span), left-(span.To-span.From)
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
