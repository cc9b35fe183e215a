package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Timeline is the year of a team: people against weeks.
type Timeline struct {
	Region string
	// Months head the columns: a name and how many weeks it spans.
	Months []MonthHead
	Weeks  []WeekHead
	People []TimelineRow
	// Most is the fullest week of anybody, in minutes.
	Most      int
	Unplanned []UnplannedRow
}

// MonthHead is a month over the weeks that begin in it.
type MonthHead struct {
	Name  string
	Weeks int
}

// WeekHead is a week of the year.
type WeekHead struct {
	Number int
	Start  calendar.Date
	Now    bool
}

// TimelineRow is one person's year.
type TimelineRow struct {
	ID, Person, Path string
	Weeks            []WeekCell
	Visits           int
}

// WeekCell is one week of one person.
type WeekCell struct {
	Number           int
	Visits, Meetings int
	Minutes          int
	// Shade is how full it is beside the fullest week, 0 to 5.
	Shade int
	// Away says that the person is away the whole week.
	Away bool
	Path string
}

// UnplannedRow is a visit that could not be planned: what is in the way and the
// smallest change that would allow it.
type UnplannedRow struct {
	Location, District string
	Requirement, Role  planner.Text
	Minimum            bool
	DueBy              calendar.Date
	Blocked            []planner.Text
	Fix                planner.Text
	// Move is where what has to give way can be moved; "" where nothing has to. With
	// Fits it is where the plan is made again.
	Move string
	Fits bool
}

// NewTimeline makes the year of a region that has a plan.
func NewTimeline(l Lang, r Region, now time.Time) (*Timeline, error) {
	f, err := newFacts(r, now)
	if err != nil {
		return nil, err
	}
	t := &Timeline{Region: f.state.Region, Unplanned: f.unplanned(0)}
	first := monday(f.plan.From)
	for d := first; d <= f.plan.To; d += 7 {
		_, number := d.Time().ISOWeek()
		t.Weeks = append(t.Weeks, WeekHead{number, d, d <= f.today && f.today < d+7})
		name := l.month(max(d, f.plan.From).Time().Month())
		if n := len(t.Months); n > 0 && t.Months[n-1].Name == name {
			t.Months[n-1].Weeks++
		} else {
			t.Months = append(t.Months, MonthHead{name, 1})
		}
	}
	rows := map[string]*TimelineRow{}
	for i := range f.state.Staff {
		p := &f.state.Staff[i]
		row := &TimelineRow{ID: p.ID, Person: f.staffName(p.ID), Path: yearPath(f.state.Region, p.ID), Weeks: make([]WeekCell, len(t.Weeks))}
		for k := range row.Weeks {
			row.Weeks[k].Number = t.Weeks[k].Number
			row.Weeks[k].Path = row.Path + "#w" + strconv.Itoa(t.Weeks[k].Number)
		}
		rows[p.ID] = row
	}
	t.fill(f, rows, first)
	for i := range f.state.Staff {
		t.People = append(t.People, *rows[f.state.Staff[i].ID])
	}
	return t, nil
}

func yearPath(region, staff string) string {
	return "/timeline/" + url.PathEscape(staff) + "?" + url.Values{"region": {region}}.Encode()
}

func monday(d calendar.Date) calendar.Date {
	return d - calendar.Date((int(d.Time().Weekday())+6)%7)
}

// fill counts the visits of everybody by week.
func (t *Timeline) fill(f *facts, rows map[string]*TimelineRow, first calendar.Date) {
	for i := range f.plan.Visits {
		v := &f.plan.Visits[i]
		k := int(calendar.DateOf(v.Start, f.zone)-first) / 7
		if v.Status == planner.Cancelled || k < 0 || k >= len(t.Weeks) {
			continue
		}
		for _, c := range v.Crew {
			row := rows[c.Staff]
			if row == nil {
				continue
			}
			cell := &row.Weeks[k]
			if v.Meeting {
				cell.Meetings++
			} else {
				cell.Visits++
				row.Visits++
			}
			cell.Minutes += int(v.End.Sub(v.Start).Minutes()) + c.TravelMinutes
			t.Most = max(t.Most, cell.Minutes)
		}
	}
	for i := range f.state.Absences {
		a := &f.state.Absences[i]
		if row := rows[a.Staff]; row != nil && a.Part.To == 0 {
			for k := range t.Weeks {
				if w := t.Weeks[k].Start; a.From <= w && w+4 <= a.To {
					row.Weeks[k].Away = true
				}
			}
		}
	}
	for _, row := range rows {
		for k := range row.Weeks {
			if m := row.Weeks[k].Minutes; m > 0 {
				row.Weeks[k].Shade = 1 + min(4, 5*(m-1)/max(t.Most, 1))
			}
		}
	}
}

// unplanned lists what could not be planned, minimums first; plan is the plan's id,
// 0 for the published one.
func (f *facts) unplanned(plan int64) []UnplannedRow {
	var out []UnplannedRow
	for i := range f.plan.Unplanned {
		u := &f.plan.Unplanned[i]
		row := UnplannedRow{
			Location: f.locationName(u.Location), Role: f.roleName(u.Role), Requirement: planner.Text{NL: u.Requirement, EN: u.Requirement},
			Minimum: u.Level != planner.Target, DueBy: u.DueBy, Fix: f.fixText(u.Reason.Change), Move: f.fixPath(&u.Reason, plan), Fits: u.Reason.Fits(),
		}
		if l := f.locations[u.Location]; l != nil {
			row.District = f.districtName(l.District)
		}
		if q := f.requirements[u.Requirement]; q != nil {
			row.Requirement = named(q.Name, q.ID)
		}
		for _, code := range u.Reason.Blocked[:min(len(u.Reason.Blocked), whyShown)] {
			row.Blocked = append(row.Blocked, sentence(firstPart(code)))
		}
		out = append(out, row)
	}
	slices.SortStableFunc(out, func(a, b UnplannedRow) int {
		return cmp.Or(boolFirst(a.Minimum, b.Minimum), cmp.Compare(a.DueBy, b.DueBy), cmp.Compare(a.Location, b.Location))
	})
	return out
}

func boolFirst(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

// Year is one person's year, week by week.
type Year struct {
	Region, ID, Person string
	Load               []LoadRow
	Absences           []AbsenceRow
	Weeks              []YearWeek
	// Absence is the form for another absence.
	Absence []Field
}

// AbsenceRow is time that somebody is not there; At is its place in the list of the
// region, which Key confirms.
type AbsenceRow struct {
	From, To calendar.Date
	Part     string
	Key      string
}

// YearWeek is a week with its visits.
type YearWeek struct {
	Number int
	Start  calendar.Date
	Visits []VisitRow
	Days   []calendar.Date
	// Strip is the week day by day, for dragging visits to; nil for a week that is
	// over.
	Strip []StripDay
}

// StripDay is a day that a visit can be dragged to.
type StripDay struct {
	Date calendar.Date
	// Visits counts what the person has on the day; Off says that they do not work.
	Visits int
	Off    bool
}

// NewYear makes the year of one person.
func NewYear(r Region, now time.Time, staff string) (*Year, error) {
	f, err := newFacts(r, now)
	if err != nil {
		return nil, err
	}
	y := &Year{Region: f.state.Region, ID: staff, Person: f.staffName(staff), Load: f.loadsOf(staff)}
	weeks := f.stripWeeks(f.staff[staff])
	for i := range f.plan.Visits {
		v := &f.plan.Visits[i]
		if !slices.ContainsFunc(v.Crew, func(c planner.CrewMember) bool { return c.Staff == staff }) {
			continue
		}
		d := calendar.DateOf(v.Start, f.zone)
		w := weeks[monday(d)]
		if w == nil {
			_, number := d.Time().ISOWeek()
			w = &YearWeek{Number: number, Start: monday(d)}
			weeks[w.Start] = w
		}
		row := f.visitRow(v)
		if !v.Meeting && v.Status != planner.Cancelled && d >= f.today {
			row.Move, row.Pinned = VisitPath(y.Region, staff, v.ID, 0), v.Status == planner.Pinned
		}
		w.Visits, w.Days = append(w.Visits, row), append(w.Days, d)
		for k := range w.Strip {
			if w.Strip[k].Date == d && v.Status != planner.Cancelled {
				w.Strip[k].Visits++
			}
		}
	}
	for _, w := range weeks {
		y.Weeks = append(y.Weeks, *w)
	}
	slices.SortFunc(y.Weeks, func(a, b YearWeek) int { return cmp.Compare(a.Start, b.Start) })
	for i := range f.state.Absences {
		if a := &f.state.Absences[i]; a.Staff == staff {
			y.Absences = append(y.Absences, AbsenceRow{From: a.From, To: a.To, Key: AbsenceKey(a)})
		}
	}
	return y, nil
}

// stripWeeks are the weeks from today on to the end of the plan, with the days that
// somebody works in the week.
func (f *facts) stripWeeks(m *planner.Staff) map[calendar.Date]*YearWeek {
	out := map[calendar.Date]*YearWeek{}
	if m == nil {
		return out
	}
	for first := monday(max(f.today, f.plan.From)); first <= f.plan.To; first += 7 {
		_, number := first.Time().ISOWeek()
		w := &YearWeek{Number: number, Start: first}
		for d := first; d < first+7; d++ {
			off := len(m.Pattern[d.Weekday()]) == 0
			if weekend := d >= first+5; weekend && off || d < f.today || d < f.plan.From || d > f.plan.To {
				continue
			}
			for i := range f.state.Absences {
				a := &f.state.Absences[i]
				off = off || a.Staff == m.ID && a.Part.Empty() && a.From <= d && d <= a.To
			}
			w.Strip = append(w.Strip, StripDay{Date: d, Off: off})
		}
		out[first] = w
	}
	return out
}

// AbsenceKey tells one absence from another.
func AbsenceKey(a *planner.Absence) string {
	return a.Staff + " " + a.From.String() + " " + a.To.String() + " " + strconv.Itoa(int(a.Part.From)) + " " + strconv.Itoa(int(a.Part.To))
}

// Ledger is the coverage of a year, location by location.
type Ledger struct {
	Region   string
	Sums     []CoverageRow
	Trouble  []TroubleRow
	Unknown  int
	Silent   []string
	All      []TroubleRow
	Selected string
}

// NewLedger makes the coverage ledger of a region with a plan; state narrows it to
// lines in that state.
func NewLedger(r Region, now time.Time, state string) (*Ledger, error) {
	f, err := newFacts(r, now)
	if err != nil {
		return nil, err
	}
	out := &Ledger{Region: f.state.Region, Sums: f.coverage(), Trouble: f.trouble(), Selected: state}
	for i := range f.plan.Coverage {
		c := &f.plan.Coverage[i]
		if state != "" && string(c.State) != state {
			continue
		}
		row := TroubleRow{Location: f.locationName(c.Location), Requirement: planner.Text{NL: c.Requirement, EN: c.Requirement}, State: c.State, Sure: c.Done + c.Planned, Minimum: c.Minimum, Target: c.Target}
		if q := f.requirements[c.Requirement]; q != nil {
			row.Requirement = named(q.Name, q.ID)
		}
		if l := f.locations[c.Location]; l != nil {
			row.District = f.districtName(l.District)
		}
		out.All = append(out.All, row)
	}
	slices.SortStableFunc(out.All, func(a, b TroubleRow) int {
		return cmp.Or(cmp.Compare(a.District, b.District), cmp.Compare(a.Location, b.Location))
	})
	return out, nil
}

// firstPart is the code of a rule without its amounts.
func firstPart(code string) string {
	part, _, _ := strings.Cut(code, ":")
	return part
}
