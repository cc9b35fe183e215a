package web

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// weeksShown is how many weeks ahead the page looks.
const weeksShown = 4

// crewShown is how many names a visit shows before it counts the rest: a
// meeting of a whole team would fill the page.
const crewShown = 4

// Week is an ISO 8601 week with its visits.
type Week struct {
	Year, Number int
	From, To     calendar.Date
	Days         []Day
	// Total counts the week's visits, those that are not shown too.
	Total, Hidden int
}

// Day is one day with its visits in the order of the clock.
type Day struct {
	Date   calendar.Date
	Visits []VisitRow
}

// VisitRow is one visit or meeting: when, where, what and who. Start and End
// are wall clock times in the programme's zone.
type VisitRow struct {
	Start, End      string
	Where, District string
	What            planner.Text
	Who             []string
	// More counts the people who are not named.
	More      int
	Meeting   bool
	Cancelled bool
	// Move is where the visit can be moved, "" where that makes no sense; Pinned
	// says that somebody moved it by hand or that it stays for another reason.
	Move   string
	Pinned bool
}

// weeks groups the visits of the four weeks that begin with the next visit. The
// first day is NoDate when nothing is left.
func (f *facts) weeks(limit int) (calendar.Date, []Week) {
	type dated struct {
		date  calendar.Date
		visit *planner.Visit
	}
	start := calendar.NoDate
	var ahead []dated
	for i := range f.plan.Visits {
		v := &f.plan.Visits[i]
		if d := calendar.DateOf(v.Start, f.zone); d >= f.today {
			ahead = append(ahead, dated{d, v})
			if start == calendar.NoDate || d < start {
				start = d
			}
		}
	}
	if start == calendar.NoDate {
		return start, nil
	}
	slices.SortStableFunc(ahead, func(a, b dated) int {
		return cmp.Or(a.visit.Start.Compare(b.visit.Start), cmp.Compare(a.visit.ID, b.visit.ID))
	})
	weeks := make([]Week, weeksShown)
	for i := range weeks {
		weeks[i] = newWeek(start.Monday() + calendar.Date(7*i))
	}
	for _, a := range ahead {
		if i := int(a.date-start.Monday()) / 7; i < weeksShown {
			weeks[i].add(a.date, f.visitRow(a.visit), limit)
		}
	}
	return start, weeks
}

func newWeek(monday calendar.Date) Week {
	year, number := monday.Time().ISOWeek()
	return Week{Year: year, Number: number, From: monday, To: monday + 6}
}

// add puts a visit behind those already there; visits come in order of time.
func (w *Week) add(date calendar.Date, v VisitRow, limit int) {
	w.Total++
	if w.Total > limit {
		w.Hidden++
		return
	}
	if n := len(w.Days); n == 0 || w.Days[n-1].Date != date {
		w.Days = append(w.Days, Day{Date: date})
	}
	last := &w.Days[len(w.Days)-1]
	last.Visits = append(last.Visits, v)
}

func (f *facts) visitRow(v *planner.Visit) VisitRow {
	row := VisitRow{
		Start: v.Start.In(f.zone).Format("15:04"), End: v.End.In(f.zone).Format("15:04"),
		What: f.visitName(v), Meeting: v.Meeting, Cancelled: v.Status == planner.Cancelled,
	}
	if v.Location != "" {
		row.Where = f.locationName(v.Location)
	}
	if l := f.locations[v.Location]; l != nil {
		row.District = f.districtName(l.District)
	}
	for i, member := range v.Crew {
		// Counting one person takes as much room as naming them.
		if more := len(v.Crew) - i; i >= crewShown && more > 1 {
			row.More = more
			break
		}
		row.Who = append(row.Who, f.staffName(member.Staff))
	}
	return row
}

// visitName is the requirement's name, or the meeting's.
func (f *facts) visitName(v *planner.Visit) planner.Text {
	if v.Meeting {
		for i := range f.state.Meetings {
			if m := &f.state.Meetings[i]; m.ID == v.Requirement && m.Name != "" {
				return planner.Text{NL: m.Name, EN: m.Name}
			}
		}
		return planner.Text{NL: v.Requirement, EN: v.Requirement}
	}
	if q := f.requirements[v.Requirement]; q != nil {
		return named(q.Name, q.ID)
	}
	for i := range f.state.Programme.VisitTypes {
		if t := &f.state.Programme.VisitTypes[i]; t.ID == v.VisitType {
			return named(t.Name, t.ID)
		}
	}
	return planner.Text{NL: v.VisitType, EN: v.VisitType}
}
