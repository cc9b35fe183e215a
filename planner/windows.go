package planner

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// windowSets makes the window sets of a problem and shares equal ones: a region
// has few different opening weeks.
type windowSets struct {
	*formulation
	problem *visitProblem
	index   map[string]int
}

// of returns the window set of the kth open visit of a demand between two days,
// of which either may be NoDate.
func (w *windowSets) of(d *demand, k int, from, to calendar.Date) int {
	if d.anchors != nil {
		return w.add(w.between(from, to, w.anchored(d, d.anchors[k])))
	}
	if d.handover != nil {
		return w.add(w.between(from, to, w.handedOver(d)))
	}
	key := w.key(d) + from.String() + to.String()
	if i, ok := w.index[key]; ok {
		return i
	}
	i := w.add(w.between(from, to, w.plain(d)))
	w.index[key] = i
	return i
}

// between leaves out the windows before and after two days.
func (w *windowSets) between(from, to calendar.Date, set []schedule.Window) []schedule.Window {
	return slices.DeleteFunc(set, func(x schedule.Window) bool { return !within(w.problem.days[x.Day], from, to) })
}

func (w *windowSets) add(set []schedule.Window) int {
	w.problem.WindowSets = append(w.problem.WindowSets, set)
	return len(w.problem.WindowSets) - 1
}

// anchored returns the one window of a visit on a meeting of the location: it
// starts within the meeting and, if it is not longer, ends within it.
func (w *windowSets) anchored(d *demand, o occurrence) []schedule.Window {
	_, vt, loc := w.target(d)
	span := o.meeting.span()
	last := max(span.From, span.To-calendar.Clock(steps(vt.Minutes)))
	for day, date := range w.problem.days {
		if date == o.date {
			return []schedule.Window{{
				Day: day, From: int32(span.From), To: int32(last), Charge: w.holidayCharge(loc, date),
			}}
		}
	}
	return nil
}

// plain returns the windows of a visit that needs an open location.
func (w *windowSets) plain(d *demand) []schedule.Window {
	req, vt, loc := w.target(d)
	period := w.period.inYear(req.From, req.To)
	outs := w.blackouts.against(vt, loc)
	var out []schedule.Window
	for day, date := range w.problem.days {
		if !period.Contains(date) {
			continue
		}
		charge := w.holidayCharge(loc, date)
		for _, span := range open(loc, outs, date) {
			starts := calendar.Span{From: up(span.From), To: span.To - calendar.Clock(steps(vt.Minutes))}
			if starts.To >= starts.From {
				out = append(out, w.byParents(vt, loc, day, date, starts, charge)...)
			}
		}
	}
	return out
}

// up rounds a time up to the grid.
func up(c calendar.Clock) calendar.Clock { return (c + grid - 1) / grid * grid }

// byParents cuts a span of start times, both ends inclusive, where parents come
// and go: a start at which the visit meets no parents costs extra.
func (w *windowSets) byParents(
	vt *VisitType, loc *Location, day int, date calendar.Date, starts calendar.Span, charge int64,
) []schedule.Window {
	if !vt.ParentsPresent {
		return []schedule.Window{{Day: day, From: int32(starts.From), To: int32(starts.To), Charge: charge}}
	}
	var out []schedule.Window
	for at := starts.From; at <= starts.To; at += grid {
		cost := charge
		if !meets(loc.Parents[date.Weekday()], at, at+calendar.Clock(vt.Minutes)) {
			cost += w.weights.NoParents
		}
		if n := len(out); n > 0 && out[n-1].Charge == cost {
			out[n-1].To = int32(at)
			continue
		}
		out = append(out, schedule.Window{Day: day, From: int32(at), To: int32(at), Charge: cost})
	}
	return out
}

// meets reports whether a visit and any of the spans overlap.
func meets(spans []calendar.Span, from, to calendar.Clock) bool {
	for _, s := range spans {
		if from < s.To && s.From < to {
			return true
		}
	}
	return false
}

// holidayCharge returns what a visit in the school holidays costs.
func (f *formulation) holidayCharge(loc *Location, date calendar.Date) int64 {
	for _, m := range f.state.Programme.Municipalities {
		if m.Code != loc.Municipality {
			continue
		}
		if _, ok := calendar.SchoolHoliday(date, m.SchoolRegion); ok {
			return f.weights.SchoolHoliday
		}
	}
	return 0
}
