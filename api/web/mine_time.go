package web

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// MyForm is a page of somebody with one form.
type MyForm struct {
	Mine
	Problems Problems
	Values   map[string]string
}

// AbsencePage is what the page about being away shows.
type AbsencePage struct {
	Rows   []ClosedRow
	Fields []Field
	Wrong  bool
}

// NewAbsencePage makes the page.
func NewAbsencePage(m *MyForm) (AbsencePage, error) {
	f, err := factsOf(m.Region, m.Now)
	if err != nil {
		return AbsencePage{}, err
	}
	var p AbsencePage
	for i := range f.state.Absences {
		a := &f.state.Absences[i]
		if a.Staff != m.Staff || a.To < f.today {
			continue
		}
		row := ClosedRow{From: a.From, To: a.To, Part: partText(a.Part)}
		for _, x := range m.items(f, a.From, a.To) {
			if !x.Cancelled && !x.Meeting && overlaps(a.Part, x.start.In(f.zone), x.Clock) {
				row.Hit++
			}
		}
		p.Rows = append(p.Rows, row)
	}
	slices.SortFunc(p.Rows, func(x, y ClosedRow) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
	form := Form{m.Lang, m.Values, m.Problems}
	p.Fields, p.Wrong = periodFields(&form, f.today), form.Wrong()
	return p, nil
}

// overlaps reports whether something falls in a part of a day.
func overlaps(part calendar.Span, start time.Time, clock string) bool {
	if part.Empty() {
		return true
	}
	from := calendar.Clock(start.Hour()*60 + start.Minute())
	to, err := calendar.ParseClock(clock[max(0, len(clock)-5):])
	return err != nil || from < part.To && part.From < to
}

// weekOrder are the days as a week is written, from Monday on.
var weekOrder = []time.Weekday{1, 2, 3, 4, 5, 6, 0}

// dayCodes name the days in forms, by time.Weekday.
var dayCodes = [7]string{"su", "mo", "tu", "we", "th", "fr", "sa"}

// DayFields are the times of one day of the week.
type DayFields struct {
	Code, Name string
	Fault      string
	Parts      [][2]Field
}

// HoursPage is what the page about working hours shows.
type HoursPage struct {
	Days  []DayFields
	Wrong bool
	// Total is the hours a week.
	Total string
	// Kept says that a day has more parts than the form; it then changes nothing.
	Kept bool
}

// hourParts is how many parts a day has in a form: before and after a break.
const hourParts = 2

// NewHoursPage makes the page.
func NewHoursPage(m *MyForm) (HoursPage, error) {
	f, err := factsOf(m.Region, m.Now)
	if err != nil {
		return HoursPage{}, err
	}
	var week calendar.Week
	if s := f.staff[m.Staff]; s != nil {
		week = s.Pattern
	}
	p := HoursPage{Days: weekFields(m, &week, hourParts), Wrong: len(m.Problems) > 0}
	minutes := 0
	for _, spans := range week {
		p.Kept = p.Kept || len(spans) > hourParts
		for _, s := range spans {
			minutes += s.Minutes()
		}
	}
	p.Total = m.Lang.decimal(float64(minutes)/60, 1)
	return p, nil
}

// weekFields are the fields of a week: what was filled in, else the week itself.
func weekFields(m *MyForm, week *calendar.Week, parts int) []DayFields {
	out := make([]DayFields, 0, len(weekOrder))
	for _, d := range weekOrder {
		x := DayFields{Code: dayCodes[d], Name: m.Lang.dayName(d)}
		if problem, bad := m.Problems[x.Code]; bad {
			x.Fault = m.Lang.text(problem)
		}
		for i := range parts {
			var pair [2]Field
			for k, edge := range []string{"from", "to"} {
				name := x.Code + strconv.Itoa(i+1) + edge
				field := Field{Name: name, Label: "mine.hours." + edge, Kind: "time", Step: "300"}
				switch {
				case m.Values != nil:
					field.Value = m.Values[name]
				case i < len(week[d]):
					field.Value = [2]calendar.Clock{week[d][i].From, week[d][i].To}[k].String()
				}
				pair[k] = field
			}
			x.Parts = append(x.Parts, pair)
		}
		out = append(out, x)
	}
	return out
}

// WeekNames are the names of the fields of a week.
func WeekNames(parts int) (out []string) {
	for _, d := range weekOrder {
		for i := range parts {
			out = append(out, dayCodes[d]+strconv.Itoa(i+1)+"from", dayCodes[d]+strconv.Itoa(i+1)+"to")
		}
	}
	return out
}

// HourParts is how many parts a day of working hours has in a form.
const HourParts = hourParts

// ParseWeek reads the fields of a week. What is wrong is named after its day.
func ParseWeek(value func(string) string, parts int) (calendar.Week, Problems) {
	var week calendar.Week
	problems := Problems{}
	for _, d := range weekOrder {
		for i := range parts {
			name := dayCodes[d] + strconv.Itoa(i+1)
			span, right := ParsePart(value(name+"from"), value(name+"to"))
			if !right {
				problems[dayCodes[d]] = planner.Text{NL: "Vul een begin en een later einde in, of laat beide leeg.", EN: "Fill in a beginning and a later end, or leave both empty."}
				continue
			}
			if !span.Empty() {
				week[d] = append(week[d], span)
			}
		}
	}
	return week, problems
}

// Consult is what the page about consults is made of.
type Consult struct {
	MyForm
	Rules []planner.SlotRule
}

// ConsultBooking is a booking that somebody comes to.
type ConsultBooking struct {
	ID, Where, When string
	What            planner.Text
	Remark          string
	Asked, Urgent   bool
	With            []string
	Reasons         []Option
}

// RuleRow is a rule by which somebody can be booked.
type RuleRow struct {
	ID    string
	What  planner.Text
	Role  planner.Text
	Times []string
	// Notice and Horizon are hours and days.
	Notice, Horizon, MaxDay int
	Approval, Mine, Acute   bool
}

// ConsultPage is what the page shows.
type ConsultPage struct {
	Requests, Bookings []ConsultBooking
	Rules              []RuleRow
	Fields             []Field
	More               []Field
	Days               []DayFields
	Wrong              bool
	CanMake            bool
}

// NewConsultPage makes the page.
func NewConsultPage(c *Consult) (ConsultPage, error) {
	f, err := factsOf(c.Region, c.Now)
	if err != nil {
		return ConsultPage{}, err
	}
	var p ConsultPage
	for i := range c.Bookings {
		b := &c.Bookings[i]
		if b.End.Before(c.Now) || b.State != service.BookingRequested && b.State != service.BookingConfirmed {
			continue
		}
		row := c.booking(f, b)
		if row.Asked {
			row.Reasons = reasonOptions(c.Lang, service.BookingReasons())
			p.Requests = append(p.Requests, row)
		} else {
			p.Bookings = append(p.Bookings, row)
		}
	}
	roles := c.roles(f)
	for i := range c.Rules {
		if r := &c.Rules[i]; r.Staff == c.Staff || r.Staff == "" && slices.Contains(roles, r.Role) {
			p.Rules = append(p.Rules, c.rule(f, r))
		}
	}
	c.form(f, &p, roles)
	return p, nil
}

func (c *Consult) booking(f *facts, b *service.Booking) ConsultBooking {
	row := ConsultBooking{
		ID: b.ID, Where: f.locationName(b.Location), What: f.typeName(b.VisitType), Remark: b.Remark, Asked: b.State == service.BookingRequested, Urgent: b.Urgent,
		When: c.Lang.weekday(calendar.DateOf(b.Start, f.zone)) + ", " + clockSpan(b.Start, b.End, f.zone),
	}
	for _, m := range b.Crew {
		if m.Staff != c.Staff {
			row.With = append(row.With, f.staffName(m.Staff))
		}
	}
	return row
}

// roles are those of somebody's contracts.
func (c *Consult) roles(f *facts) (out []string) {
	s := f.staff[c.Staff]
	if s == nil {
		return nil
	}
	for _, k := range s.Contracts {
		if !slices.Contains(out, k.Role) && f.state.Programme.Role(k.Role) != nil {
			out = append(out, k.Role)
		}
	}
	return out
}

func (c *Consult) rule(f *facts, r *planner.SlotRule) RuleRow {
	row := RuleRow{
		ID: r.ID, What: f.typeName(r.VisitType), Role: f.roleName(r.Role), Notice: (r.NoticeMinutes + 59) / 60, Horizon: r.HorizonDays, MaxDay: r.MaxDay,
		Approval: r.Approval, Mine: r.Staff == c.Staff, Acute: r.AcuteHours > 0,
	}
	week := r.Windows
	if role := f.state.Programme.Role(r.Role); role != nil && slices.IndexFunc(week[:], func(d []calendar.Span) bool { return len(d) > 0 }) < 0 {
		week = role.Consult
	}
	for _, d := range weekOrder {
		for _, s := range week[d] {
			row.Times = append(row.Times, c.Lang.dayName(d)+" "+s.From.String()+"–"+s.To.String())
		}
	}
	return row
}

// form asks for a rule of somebody's own.
func (c *Consult) form(f *facts, p *ConsultPage, roles []string) {
	form := Form{c.Lang, c.Values, c.Problems}
	if c.Values == nil {
		form.Values = map[string]string{"notice": "24", "horizon": "56", "increment": "15"}
	}
	var types, roleOptions []Option
	for _, vt := range f.bookable() {
		types = append(types, Option{Value: vt.ID, Text: c.Lang.text(named(vt.Name, vt.ID))})
	}
	for _, r := range roles {
		roleOptions = append(roleOptions, Option{Value: r, Text: c.Lang.text(f.roleName(r))})
	}
	if p.CanMake = len(types) > 0 && len(roles) > 0; !p.CanMake {
		return
	}
	number := func(name, label, low, high string) Field {
		x := form.Need("number", name, label)
		x.Min, x.Max = low, high
		return x
	}
	p.Fields = []Field{form.Choice("type", "mine.rule.type", types...), form.Choice("role", "mine.rule.role", roleOptions...)}
	p.Days = weekFields(&c.MyForm, &calendar.Week{}, 1)
	most := form.Field("number", "most", "mine.rule.most")
	most.Min, most.Max = "1", "50"
	p.More = []Field{
		number("notice", "mine.rule.notice", "0", "1440"), number("horizon", "mine.rule.horizon", "1", "366"), most,
		form.Field("check", "approval", "mine.rule.approval"),
	}
	p.Wrong = form.Wrong()
}

// MyCalendar is what the page about somebody's calendars is made of.
type MyCalendar struct {
	Mine
	Feeds []service.Feed
	Made  *Subscription
}

// MyCalendarPage is what the page shows.
type MyCalendarPage struct {
	Feeds  []FeedRow
	Made   *subscribeBody
	Fields []Field
}

// NewMyCalendarPage makes the page.
func NewMyCalendarPage(m *MyCalendar) (MyCalendarPage, error) {
	f, err := factsOf(m.Region, m.Now)
	if err != nil {
		return MyCalendarPage{}, err
	}
	form := Form{Lang: m.Lang}
	var levels []Option
	for _, l := range []string{"full", "no_names", "busy"} {
		levels = append(levels, Option{Value: l, Text: m.Lang.text(messages["mine.level."+l])})
	}
	p := MyCalendarPage{Feeds: f.feedRows(m.Feeds), Fields: []Field{form.Choice("level", "mine.level", levels...)}}
	p.Made, err = newSubscribeBody(m.Made)
	return p, err
}
