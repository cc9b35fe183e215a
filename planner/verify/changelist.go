package verify

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// checkChangeList proves that replan.json and changes.csv name every change and
// nothing else, for each person concerned.
func (c *checker) checkChangeList(now map[string][]*VisitRow) {
	want := c.wantedChanges(now) // visit → kind
	c.checkMovedMeetings(now, want)
	lists := map[[2]string]int{}
	for _, r := range c.folder.ChangeRows {
		lists[[2]string{r.Staff, r.Visit}]++
	}
	must := 0
	for _, x := range c.folder.Replan.Changes {
		if want[x.Visit] != x.Kind || x.Code == "" {
			c.add(wrongChange(x.Visit), "told as %q because of %q, it is %q", x.Kind, x.Code, want[x.Visit])
		}
		delete(want, x.Visit)
		c.checkMoments(x, now)
		for _, s := range concerned(x) {
			if lists[[2]string{s, x.Visit}] != 1 {
				c.add(Fault{Kind: WrongChange, Visit: x.Visit, Staff: s, Date: calendar.NoDate}, "%d rows in changes.csv for a change that concerns %s", lists[[2]string{s, x.Visit}], s)
			}
			delete(lists, [2]string{s, x.Visit})
		}
		if x.Must {
			must++
		}
	}
	for id, kind := range want {
		c.add(wrongChange(id), "it is %s and replan.json does not say so", kind)
	}
	for key := range lists {
		c.add(Fault{Kind: WrongChange, Staff: key[0], Visit: key[1], Date: calendar.NoDate}, "changes.csv has a row for a change that is none")
	}
	if r := c.folder.Replan; r.Must > must {
		c.add(wrongChange(""), "%d had to change says replan.json, its changes say %d", r.Must, must)
	}
}

func wrongChange(visit string) Fault {
	return Fault{Kind: WrongChange, Visit: visit, Date: calendar.NoDate}
}

// wantedChanges says by id what became of each published visit and meeting, and
// which are new. A meeting that moved to another day has another id then: it is
// one that is cancelled and one that is added here.
func (c *checker) wantedChanges(now map[string][]*VisitRow) map[string]string {
	want, known := map[string]string{}, map[string]bool{}
	for _, v := range c.told {
		known[v.id] = true
		if kind := changeKind(v, now[v.id]); kind != "" && v.date >= c.firstDay {
			want[v.id] = kind
		} else if v.date < c.firstDay && len(now[v.id]) > 0 && now[v.id][0].Status == string(planner.Cancelled) {
			want[v.id] = string(planner.VisitCancelled)
		}
	}
	for id, rows := range now {
		if !known[id] && rows[0].Status != string(planner.Cancelled) {
			want[id] = string(planner.VisitAdded)
		}
	}
	return want
}

// checkMovedMeetings proves that each change with another id of now is an
// occurrence of a meeting that is gone and one of the same meeting that is new,
// told as one, and that no others should have been: none that is gone and
// none that is new without an occurrence in between that stays. One at which
// nobody of ours is any more, though it takes place, is not gone.
func (c *checker) checkMovedMeetings(now map[string][]*VisitRow, want map[string]string) {
	gone, lasting := map[string]*told{}, map[string][]calendar.Date{}
	for _, v := range c.told {
		switch first := v.rows[0]; {
		case first.VisitType != meetingType || v.date < c.firstDay:
		case want[v.id] == string(planner.VisitCancelled) && c.takesPlace(first.Requirement, v.date): // without us
		case want[v.id] == string(planner.VisitCancelled):
			gone[v.id] = v
		default:
			lasting[first.Requirement] = append(lasting[first.Requirement], v.date)
		}
	}
	for _, x := range c.folder.Replan.Changes {
		if x.Now == "" {
			continue
		}
		was, is := gone[x.Visit], now[x.Now]
		if was == nil || want[x.Now] != string(planner.VisitAdded) || was.rows[0].Requirement != is[0].Requirement {
			c.add(wrongChange(x.Visit), "told as moved to %s, which is no new occurrence of the same meeting", x.Now)
			continue
		}
		want[x.Visit] = string(planner.VisitMoved)
		delete(want, x.Now)
		delete(gone, x.Visit)
	}
	for id, kind := range want {
		if kind != string(planner.VisitAdded) || now[id][0].VisitType != meetingType {
			continue
		}
		on := calendar.DateOf(now[id][0].Start.In(c.zone), c.zone)
		for _, v := range gone {
			meeting := v.rows[0].Requirement
			between := func(d calendar.Date) bool { return min(on, v.date) < d && d < max(on, v.date) }
			if meeting == now[id][0].Requirement && !slices.ContainsFunc(lasting[meeting], between) {
				c.add(wrongChange(v.id), "told as gone, and %s as new: the meeting moved", id)
			}
		}
	}
}

// takesPlace reports whether a meeting is on a day, whoever can come.
func (c *checker) takesPlace(meeting string, day calendar.Date) bool {
	m := c.meetings[meeting]
	return m != nil && slices.ContainsFunc(m.occurrences, func(o occurrence) bool { return o.date == day })
}

// checkMoments proves that a change tells when and by whom a visit was and is.
func (c *checker) checkMoments(x Change, now map[string][]*VisitRow) {
	k := slices.IndexFunc(c.told, func(v *told) bool { return v.id == x.Visit })
	if k >= 0 && !x.Was.of(c.told[k].rows) {
		c.add(wrongChange(x.Visit), "what it was is not as it was published")
	}
	id := x.Visit
	if x.Now != "" {
		id = x.Now
	}
	rows := now[id]
	if len(rows) > 0 && rows[0].Status == string(planner.Cancelled) {
		rows = nil
	}
	if x.Kind != string(planner.VisitCancelled) && !x.Is.of(rows) {
		c.add(wrongChange(x.Visit), "what it is now is not as in visits.csv")
	}
}

// of reports whether a moment is that of some rows.
func (m *Moment) of(rows []*VisitRow) bool {
	return m != nil && len(rows) > 0 && m.Start.Equal(rows[0].Start) && m.End.Equal(rows[0].End) &&
		slices.EqualFunc(m.Staff, rows, func(s string, r *VisitRow) bool { return s == r.Staff })
}

// changeKind says what became of a published visit or meeting, "" for nothing.
func changeKind(v *told, rows []*VisitRow) string {
	switch {
	case len(rows) == 0 || rows[0].Status == string(planner.Cancelled):
		return string(planner.VisitCancelled)
	case !rows[0].Start.Equal(v.rows[0].Start):
		return string(planner.VisitMoved)
	case !sameMoment(rows, v.rows):
		return string(planner.VisitHandedOver)
	}
	return ""
}

// concerned lists the people whom a change concerns: at a meeting that stays,
// those who come or go.
func concerned(x Change) []string {
	if x.Meeting && x.Kind == string(planner.VisitHandedOver) && x.Was != nil && x.Is != nil {
		return append(missing(x.Was.Staff, x.Is.Staff), missing(x.Is.Staff, x.Was.Staff)...)
	}
	var out []string
	for _, m := range []*Moment{x.Was, x.Is} {
		if m == nil {
			continue
		}
		for _, s := range m.Staff {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// missing lists what of one list is not in the other.
func missing(of, in []string) []string {
	return slices.DeleteFunc(slices.Clone(of), func(s string) bool { return slices.Contains(in, s) })
}
