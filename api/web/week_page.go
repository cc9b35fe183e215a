package web

import (
	"cmp"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Mine is what the pages of one member of staff are made of.
type Mine struct {
	Lang   Lang
	Now    time.Time
	Staff  string
	Region Region
	// Bookings are those that the person comes to, Outcomes what became of visits,
	// Changes what the last publications changed for the person.
	Bookings []service.Booking
	Outcomes map[string]service.VisitOutcome
	Changes  []service.PlanChange
}

// Item is one thing in somebody's week.
type Item struct {
	Clock string
	What  planner.Text
	Where string
	// Address is where it is, empty for what is not on site.
	Address string
	// With are the others who come.
	With   []string
	Travel int
	// Link is the page about it, empty for a meeting.
	Link string
	// Mode is the key of a message for what is not on site.
	Mode                              string
	Meeting, Cancelled, Asked, Urgent bool
	Done, NotDone, Ask                bool
	// Moved says when it was before and why it changed; nil for no change.
	Moved *Moved

	start time.Time
}

// Moved is a change of something that was published.
type Moved struct {
	Was string
	Why planner.Text
}

// MyDay is one day of a week.
type MyDay struct {
	Date  calendar.Date
	Today bool
	// Works says that the weekly pattern has work on it, Away that the person said
	// they are away, Part which part of the day.
	Works, Away bool
	Part        string
	Items       []Item
}

// WeekPage is what the page of a week shows.
type WeekPage struct {
	Name           string
	Year, Number   int
	From, To       calendar.Date
	This           bool
	Before, After  string
	Days           []MyDay
	Visits, Travel int
	// Requests counts the bookings that wait for an answer, Open the visits that
	// have passed and of which nothing was said.
	Requests, Open int
	OpenItems      []OpenItem
	Published      bool
}

// OpenItem is a visit that has passed and of which nothing was said.
type OpenItem struct {
	Link, Where string
	Date        calendar.Date
}

// longestOpen is how many days back visits are asked about.
const longestOpen = 60

// NewWeekPage makes the page of the week that begins on a Monday.
func NewWeekPage(m *Mine, monday calendar.Date) (WeekPage, error) {
	f, err := factsOf(m.Region, m.Now)
	if err != nil {
		return WeekPage{}, err
	}
	monday = monday.Monday()
	year, number := monday.Time().ISOWeek()
	p := WeekPage{
		Name: f.staffName(m.Staff), Year: year, Number: number, From: monday, To: monday + 6, This: monday == f.today.Monday(),
		Before: link("/my", "week", (monday - 7).String()), After: link("/my", "week", (monday + 7).String()), Published: m.Region.Plan != nil,
	}
	items := m.items(f, monday, monday+6)
	for d := monday; d <= monday+6; d++ {
		day := m.day(f, d)
		for _, x := range items {
			if calendar.DateOf(x.start, f.zone) == d {
				day.Items = append(day.Items, x)
				if !x.Meeting && !x.Cancelled {
					p.Visits++
				}
				p.Travel += x.Travel
			}
		}
		if day.Works || day.Away || len(day.Items) > 0 {
			p.Days = append(p.Days, day)
		}
	}
	for i := range m.Bookings {
		if b := &m.Bookings[i]; b.State == service.BookingRequested && b.Start.After(m.Now) {
			p.Requests++
		}
	}
	p.OpenItems = m.open(f)
	p.Open = len(p.OpenItems)
	return p, nil
}

func (m *Mine) day(f *facts, d calendar.Date) MyDay {
	day := MyDay{Date: d, Today: d == f.today}
	if s := f.staff[m.Staff]; s != nil {
		day.Works = len(s.Pattern[d.Weekday()]) > 0
	}
	for i := range f.state.Absences {
		if a := &f.state.Absences[i]; a.Staff == m.Staff && d >= a.From && d <= a.To {
			day.Away, day.Part = true, partText(a.Part)
		}
	}
	return day
}

// items are somebody's visits, meetings and bookings of some days, by time.
func (m *Mine) items(f *facts, from, to calendar.Date) []Item {
	var out []Item
	moved := m.moves(f)
	for i := range f.plan.Visits {
		v := &f.plan.Visits[i]
		if d := calendar.DateOf(v.Start, f.zone); d >= from && d <= to && m.comes(v) {
			x := m.visitItem(f, v)
			x.Moved = moved[v.ID]
			out = append(out, x)
		}
	}
	for i := range m.Bookings {
		b := &m.Bookings[i]
		if d := calendar.DateOf(b.Start, f.zone); d >= from && d <= to && (b.State == service.BookingConfirmed || b.State == service.BookingRequested) {
			out = append(out, m.bookingItem(f, b))
		}
	}
	slices.SortStableFunc(out, func(a, b Item) int { return cmp.Compare(a.start.Unix(), b.start.Unix()) })
	return out
}

func (m *Mine) comes(v *planner.Visit) bool {
	return slices.ContainsFunc(v.Crew, func(c planner.CrewMember) bool { return c.Staff == m.Staff })
}

func (m *Mine) visitItem(f *facts, v *planner.Visit) Item {
	x := Item{Clock: clockSpan(v.Start, v.End, f.zone), What: f.visitName(v), Meeting: v.Meeting, Cancelled: v.Status == planner.Cancelled, start: v.Start}
	if !v.Meeting {
		x.Link = link("/my/visit", "id", v.ID)
	}
	m.where(f, &x, v.Location, v.VisitType)
	for i, c := range v.Crew {
		if c.Staff == m.Staff {
			x.Travel = c.TravelMinutes
		} else if i < crewShown {
			x.With = append(x.With, f.staffName(c.Staff))
		}
	}
	if o, said := m.Outcomes[v.ID]; said {
		x.Done, x.NotDone = o.Done, !o.Done
	}
	x.Ask = !v.Meeting && !x.Done && !x.NotDone && !x.Cancelled && !v.Start.After(m.Now)
	return x
}

// where says where something is: the address of a location, or how else.
func (m *Mine) where(f *facts, x *Item, location, visitType string) {
	l := f.locations[location]
	if l == nil {
		return
	}
	x.Where = f.locationName(location)
	if vt := f.state.Programme.VisitType(visitType); vt != nil && vt.Mode != planner.OnSite && vt.Mode != "" {
		x.Mode = "mode." + string(vt.Mode)
		return
	}
	x.Address = join(l.Address, join(l.Postcode, l.Town, " "), ", ")
}

func (m *Mine) bookingItem(f *facts, b *service.Booking) Item {
	x := Item{
		Clock: clockSpan(b.Start, b.End, f.zone), What: f.typeName(b.VisitType), Asked: b.State == service.BookingRequested, Urgent: b.Urgent,
		Link: "/my/consult#b-" + b.ID, start: b.Start,
	}
	m.where(f, &x, b.Location, b.VisitType)
	for i := range b.Crew {
		if c := &b.Crew[i]; c.Staff == m.Staff {
			x.Travel = c.Travel
		} else {
			x.With = append(x.With, f.staffName(c.Staff))
		}
	}
	return x
}

// moves are the changes of the last publication by the visit that there is now.
func (m *Mine) moves(f *facts) map[string]*Moved {
	out := map[string]*Moved{}
	if len(m.Changes) == 0 {
		return out
	}
	for i := range m.Changes[0].Visits {
		c := &m.Changes[0].Visits[i]
		if c.Kind == planner.VisitMoved && c.For(m.Staff) == "moved" {
			out[cmp.Or(c.Now, c.Visit)] = &Moved{Was: m.Lang.dayClock(c.Was.Start, f.zone), Why: m.why(f, c)}
		}
	}
	return out
}

// why says in words why a visit changed.
func (m *Mine) why(f *facts, c *planner.VisitChange) planner.Text {
	t, known := planner.WhyTexts()[c.Code]
	if !known {
		return planner.Text{NL: "Het plan is opnieuw gemaakt.", EN: "The plan was made anew."}
	}
	if who := f.staff[c.Detail]; who != nil && c.Detail != m.Staff {
		t.NL, t.EN = t.NL+" ("+f.staffName(c.Detail)+")", t.EN+" ("+f.staffName(c.Detail)+")"
	}
	return t
}

// open are the visits that have passed and of which nothing was said, the latest
// first.
func (m *Mine) open(f *facts) []OpenItem {
	var out []OpenItem
	for i := range f.plan.Visits {
		v := &f.plan.Visits[i]
		d := calendar.DateOf(v.Start, f.zone)
		if _, said := m.Outcomes[v.ID]; said || v.Meeting || v.Status == planner.Cancelled || !m.comes(v) || v.End.After(m.Now) || f.today-d > longestOpen || m.history(f, v) {
			continue
		}
		out = append(out, OpenItem{Link: link("/my/visit", "id", v.ID), Where: f.locationName(v.Location), Date: d})
	}
	slices.SortStableFunc(out, func(a, b OpenItem) int { return cmp.Compare(b.Date, a.Date) })
	return out
}

// history reports whether a visit is among those that took place already.
func (m *Mine) history(f *facts, v *planner.Visit) bool {
	d := calendar.DateOf(v.Start, f.zone)
	return slices.ContainsFunc(f.state.History, func(h planner.CompletedVisit) bool {
		return h.Location == v.Location && h.Requirement == v.Requirement && h.Date == d
	})
}

// YearPage is what the page of a year shows.
type YearPage struct {
	Name   string
	Year   int
	Months []MyMonth
	// Most is the most visits of a month, for the drawing.
	Most      int
	Promises  []MyPromise
	Published bool
}

// MyMonth is one month of somebody's year.
type MyMonth struct {
	Name   string
	Past   bool
	Visits int
	Days   []MyDay
	// Bar is the length of the month's bar, in percent of the busiest.
	Bar float64
}

// MyPromise is how a promise to one of somebody's locations stands.
type MyPromise struct {
	Where, District                string
	What                           planner.Text
	Minimum, Target, Done, Planned int
	State                          string
}

// NewYearPage makes the page of the year of the published plan.
func NewYearPage(m *Mine) (YearPage, error) {
	f, err := factsOf(m.Region, m.Now)
	if err != nil {
		return YearPage{}, err
	}
	p := YearPage{Name: f.staffName(m.Staff), Year: f.plan.From.Year(), Published: m.Region.Plan != nil}
	items := m.items(f, f.plan.From, f.plan.To)
	for month := time.January; month <= time.December; month++ {
		x := MyMonth{Name: m.Lang.month(month), Past: calendar.NewDate(p.Year, month+1, 1) <= f.today}
		for _, it := range items {
			d := calendar.DateOf(it.start, f.zone)
			if d.Time().Month() != month || d.Year() != p.Year || it.Meeting {
				continue
			}
			if n := len(x.Days); n == 0 || x.Days[n-1].Date != d {
				x.Days = append(x.Days, MyDay{Date: d})
			}
			x.Days[len(x.Days)-1].Items = append(x.Days[len(x.Days)-1].Items, it)
			if !it.Cancelled {
				x.Visits++
			}
		}
		p.Most = max(p.Most, x.Visits)
		p.Months = append(p.Months, x)
	}
	for i := range p.Months {
		if p.Most > 0 {
			p.Months[i].Bar = tenth(100 * float64(p.Months[i].Visits) / float64(p.Most))
		}
	}
	p.Promises = m.promises(f)
	return p, nil
}

// promises are those to the locations that somebody serves, what is at risk first.
func (m *Mine) promises(f *facts) []MyPromise {
	order := map[planner.CoverageState]int{planner.CoverageMissed: 0, planner.CoverageAtRisk: 1, planner.CoveragePlanned: 2, planner.CoverageDone: 3}
	var rows []planner.Coverage
	for i := range f.plan.Coverage {
		if c := &f.plan.Coverage[i]; f.primary[place{c.Location, c.Role}] == m.Staff {
			rows = append(rows, *c)
		}
	}
	slices.SortStableFunc(rows, func(a, b planner.Coverage) int {
		return cmp.Or(cmp.Compare(order[a.State], order[b.State]), cmp.Compare(f.locationName(a.Location), f.locationName(b.Location)))
	})
	out := make([]MyPromise, len(rows))
	for i := range rows {
		c := &rows[i]
		out[i] = MyPromise{
			Where: f.locationName(c.Location), What: planner.Text{NL: c.Requirement, EN: c.Requirement}, Minimum: c.Minimum, Target: c.Target,
			Done: c.Done, Planned: c.Planned, State: "state." + string(c.State),
		}
		if q := f.requirements[c.Requirement]; q != nil {
			out[i].What = named(q.Name, q.ID)
		}
		if l := f.locations[c.Location]; l != nil {
			out[i].District = f.districtName(l.District)
		}
	}
	return out
}
