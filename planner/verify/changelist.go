package verify

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// checkChangeList proves that replan.json and changes.csv name every change and
// nothing else, for each person concerned.
func (c *checker) checkChangeList(now map[string][]*VisitRow) {
	want := map[string]string{} // visit → kind
	for _, v := range c.told {
		if kind := changeKind(v, now[v.id]); kind != "" && v.date >= c.firstDay {
			want[v.id] = kind
		} else if v.date < c.firstDay && len(now[v.id]) > 0 && now[v.id][0].Status == string(planner.Cancelled) {
			want[v.id] = string(planner.VisitCancelled)
		}
	}
	known := map[string]bool{}
	for _, v := range c.told {
		known[v.id] = true
	}
	for id, rows := range now {
		if !known[id] && rows[0].Status != string(planner.Cancelled) {
			want[id] = string(planner.VisitAdded)
		}
	}
	lists := map[[2]string]int{}
	for _, r := range c.folder.ChangeRows {
		lists[[2]string{r.Staff, r.Visit}]++
	}
	must := 0
	for _, x := range c.folder.Replan.Changes {
		if want[x.Visit] != x.Kind || x.Code == "" {
			c.add(Fault{Kind: WrongChange, Visit: x.Visit, Date: calendar.NoDate}, "told as %q because of %q, it is %q", x.Kind, x.Code, want[x.Visit])
		}
		delete(want, x.Visit)
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
		c.add(Fault{Kind: WrongChange, Visit: id, Date: calendar.NoDate}, "it is %s and replan.json does not say so", kind)
	}
	for key := range lists {
		c.add(Fault{Kind: WrongChange, Staff: key[0], Visit: key[1], Date: calendar.NoDate}, "changes.csv has a row for a change that is none")
	}
	if r := c.folder.Replan; r.Must > must {
		c.add(Fault{Kind: WrongChange, Date: calendar.NoDate}, "%d had to change says replan.json, its changes say %d", r.Must, must)
	}
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
