package web

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Choosing is the page on which a location chooses a moment.
type Choosing struct {
	Place
	VisitType string
	// Slots are the moments of the period From to To; Why says why there are none.
	Slots    []planner.Slot
	From, To calendar.Date
	Why      *planner.WhyNoSlot
	// Move is the booking that looks for another moment; nil for a new one.
	Move *service.Booking
	// Anyone says that others than the booking's own person are offered too.
	Anyone bool
	Urgent bool
	// Taken says that the moment that was chosen cannot be had any more.
	Taken    *service.TakenError
	Problems Problems
	Values   map[string]string
}

// MomentValue is how a form names a slot: when, and with whom.
func MomentValue(s *planner.Slot) string {
	return s.Start.UTC().Format(time.RFC3339) + " " + s.Crew[0].Staff
}

// MomentButton is a moment that can be chosen.
type MomentButton struct {
	Value, Clock  string
	Near, Request bool
	Acute         bool
}

// MomentDay is a day with its moments.
type MomentDay struct {
	Date    calendar.Date
	Moments []MomentButton
}

// MomentsOf are the moments at which one person can come.
type MomentsOf struct {
	Face
	Relation planner.Text
	With     []string
	Days     []MomentDay
	Request  bool
}

// Kind is something that can be booked.
type Kind struct {
	Link    string
	Text    planner.Text
	Minutes int
	Mode    string
}

// ChoosePage is what the page shows.
type ChoosePage struct {
	PlacePage
	Kinds  []Kind
	Kind   *Kind
	Act    string
	People []MomentsOf
	// Why are sentences, First the first free moment.
	Why            []whyRow
	First          string
	FirstLink      string
	Later, Earlier string
	From, To       calendar.Date
	Move           *Appointment
	Anyone         string
	Taken          []planner.Text
	Wait           []Field
	Type           string
	Urgent         string
	UrgentNow      bool
}

// whyRow is one reason why moments cannot be booked.
type whyRow struct {
	Who     string
	Text    planner.Text
	Tried   int
	Reasons []whyCount
}

type whyCount struct {
	Text  planner.Text
	Count int
}

// choosePeriod is how many days of moments a page shows.
const choosePeriod = 14

// ChooseDays is the period from a day that the page shows, never before today.
func ChooseDays(from, today calendar.Date) (first, last calendar.Date) {
	first = max(from, today)
	return first, first + choosePeriod - 1
}

// NewChoosePage makes the page on which a location chooses a moment.
func NewChoosePage(c *Choosing) (ChoosePage, error) {
	f, err := factsOf(c.Region, c.Now)
	if err != nil {
		return ChoosePage{}, err
	}
	b := ChoosePage{PlacePage: c.page(f), Act: "/location/book", From: c.From, To: c.To, Type: c.VisitType, UrgentNow: c.Urgent}
	if c.Move != nil {
		a := c.appointment(f, c.Move)
		b.Move, b.Act = &a, "/location/booking/"+c.Move.ID+"/move"
		if !c.Anyone {
			b.Anyone = link(b.Act, "anyone", "yes")
		}
	}
	for _, vt := range f.bookable() {
		k := Kind{link("/location/book", "type", vt.ID), named(vt.Name, vt.ID), vt.Minutes, "mode." + string(vt.Mode)}
		b.Kinds = append(b.Kinds, k)
		if vt.ID == c.VisitType {
			b.Kind = &k
		}
	}
	c.moments(f, &b)
	c.reasons(f, &b)
	c.ways(f, &b)
	return b, nil
}

// link is the address of a page with something more.
func link(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + q.Encode()
}

// moments puts the slots in the order of the people as they were offered, and of
// each person by day and time.
func (c *Choosing) moments(f *facts, b *ChoosePage) {
	slots := c.Slots
	if c.Taken != nil {
		slots = c.Taken.Alternatives
	}
	relations := planner.SlotRelationTexts()
	index := map[string]int{}
	for i := range slots {
		s := &slots[i]
		key := string(s.Relation) + s.Crew[0].Staff
		at, known := index[key]
		if !known {
			at = len(b.People)
			index[key] = at
			who := MomentsOf{Face: f.face(s.Crew[0].Staff, f.roleName(s.Crew[0].Role), s.Relation == planner.SlotBackup), Relation: relations[s.Relation], Request: s.Approval}
			for _, m := range s.Crew[1:] {
				who.With = append(who.With, f.staffName(m.Staff))
			}
			b.People = append(b.People, who)
		}
		b.People[at].add(calendar.DateOf(s.Start, f.zone), MomentButton{
			Value: MomentValue(s), Clock: clockSpan(s.Start, s.End, f.zone), Near: s.Added <= 10 && len(s.Crew) > 0 && s.Crew[0].Travel > 0, Request: s.Approval, Acute: s.Acute,
		})
	}
	for i := range b.People {
		slices.SortStableFunc(b.People[i].Days, func(x, y MomentDay) int { return int(x.Date - y.Date) })
		for _, d := range b.People[i].Days {
			slices.SortStableFunc(d.Moments, func(x, y MomentButton) int { return cmp.Compare(x.Clock, y.Clock) })
		}
	}
}

func (m *MomentsOf) add(d calendar.Date, x MomentButton) {
	for i := range m.Days {
		if m.Days[i].Date == d {
			m.Days[i].Moments = append(m.Days[i].Moments, x)
			return
		}
	}
	m.Days = append(m.Days, MomentDay{d, []MomentButton{x}})
}

// reasons says why there is nothing, the most frequent reason of each person
// first, and when the first moment is.
func (c *Choosing) reasons(f *facts, b *ChoosePage) {
	texts := planner.SlotObstacleTexts()
	if c.Taken != nil {
		for _, o := range c.Taken.Why {
			t := texts[o.Code]
			if outside[o.Code] {
				t = unavailable
			}
			b.Taken = append(b.Taken, c.obstacle(f, o.Who, t))
		}
	}
	if c.Why == nil {
		return
	}
	if c.Why.Code != "" {
		b.Why = append(b.Why, whyRow{Text: texts[c.Why.Code]})
	}
	for i := range c.Why.People {
		b.Why = append(b.Why, f.whyRow(&c.Why.People[i], texts))
	}
	if c.Why.First != nil {
		b.First = c.Lang.dayClock(c.Why.First.Start, f.zone)
		b.FirstLink = link(b.Act, "type", c.VisitType, "from", calendar.DateOf(c.Why.First.Start, f.zone).String())
	}
}

// outside says of somebody's time no more than that it is taken: what for is for
// the team alone.
var outside = map[string]bool{
	planner.NoContract: true, planner.NotWorking: true, planner.OnHoliday: true, planner.Absent: true, planner.InMeeting: true, planner.OnVisit: true,
	planner.OnTheWay: true, planner.Booked: true, planner.BusyElsewhere: true, planner.FullDay: true, planner.FullWeek: true, planner.OffRule: true,
}

// unavailable is what a location hears of somebody's time.
var unavailable = planner.Text{NL: "is dan niet beschikbaar", EN: "is not available then"}

// whyRow says of one person how many moments there are and what stands in the way
// most often.
func (f *facts) whyRow(p *planner.WhyPerson, texts map[string]planner.Text) whyRow {
	row := whyRow{Who: f.staffName(p.Staff), Tried: p.Tried}
	taken := 0
	for _, r := range p.Reasons {
		if outside[r.Code] {
			taken += r.Count
			continue
		}
		row.Reasons = append(row.Reasons, whyCount{texts[r.Code], r.Count})
	}
	if taken > 0 {
		row.Reasons = append([]whyCount{{unavailable, taken}}, row.Reasons...)
	}
	return row
}

// obstacle is who cannot come, and why.
func (c *Choosing) obstacle(f *facts, who string, t planner.Text) planner.Text {
	name := f.whose(who)
	return planner.Text{NL: join(name, t.NL, " "), EN: join(name, t.EN, " ")}
}

// whose is the name of somebody or of a location; nothing for others.
func (f *facts) whose(id string) string {
	switch {
	case f.staff[id] != nil:
		return f.staffName(id)
	case f.locations[id] != nil:
		return f.locationName(id)
	case f.state.Programme.Role(id) != nil:
		return f.roleName(id).NL
	}
	return ""
}

// ways are the links to other days, and the form to wait.
func (c *Choosing) ways(f *facts, b *ChoosePage) {
	more := []string{"type", c.VisitType}
	if c.Anyone {
		more = append(more, "anyone", "yes")
	}
	if c.Urgent {
		more = append(more, "urgent", "yes")
	}
	b.Later = link(b.Act, append(more, "from", (c.To+1).String())...)
	if c.From > f.today {
		b.Earlier = link(b.Act, append(more, "from", max(c.From-choosePeriod, f.today).String())...)
	}
	if c.Move != nil {
		return
	}
	if !c.Urgent {
		b.Urgent = link(b.Act, "type", c.VisitType, "urgent", "yes")
	}
	values := map[string]string{"until": (f.today + 28).String()}
	maps.Copy(values, c.Values)
	form := Form{c.Lang, values, c.Problems}
	b.Wrong = form.Wrong()
	until := form.Need("date", "until", "place.wait.until")
	until.Min, until.Max = (f.today + 1).String(), (f.today + 365).String()
	b.Wait = []Field{until}
}

// Confirming is the page with the last question before a moment is booked.
type Confirming struct {
	Place
	Booking  *service.Booking
	Problems Problems
	Values   map[string]string
	// Warned asks to look at the remark again.
	Warned bool
}

// ConfirmPage is what the page shows.
type ConfirmPage struct {
	PlacePage
	Appointment
}

// NewConfirmPage makes the page with the last question before a moment is booked.
func NewConfirmPage(c *Confirming) (ConfirmPage, error) {
	f, err := factsOf(c.Region, c.Now)
	if err != nil {
		return ConfirmPage{}, err
	}
	b := ConfirmPage{PlacePage: c.page(f), Appointment: c.appointment(f, c.Booking)}
	form := Form{c.Lang, c.Values, c.Problems}
	remark := form.Field("area", "remark", "place.remark")
	remark.Hint, remark.MaxLength = "place.remark.help", planner.RemarkLimit
	b.Fields, b.Wrong = []Field{remark}, form.Wrong()
	if c.Warned {
		b.Fields = append(b.Fields, form.Need("check", "confirmed", "place.remark.sure"))
	}
	return b, nil
}

// ScreenProblem says what a remark or a note seems to hold.
func ScreenProblem(e *planner.ScreenError) planner.Text {
	out := planner.ScreenAdvice
	for _, codes := range [][]planner.ScreenCode{e.Refused, e.Warned} {
		for _, code := range codes {
			t := code.Text()
			out = planner.Text{NL: t.NL + " " + out.NL, EN: t.EN + " " + out.EN}
		}
	}
	return out
}

// Shown is the page of one booking.
type Shown struct {
	Place
	Booking *service.Booking
	// Cancelling shows the form to cancel it.
	Cancelling bool
	Problems   Problems
	Values     map[string]string
}

// BookingPage is what the page shows.
type BookingPage struct {
	PlacePage
	Appointment
	// State and Reason are keys of messages.
	State, Reason string
	Remark        string
	// Changes says that it can still be moved and cancelled.
	Changes bool
}

// cancelReasons are those that a location can give.
var cancelReasons = []string{"not_needed", "answered_otherwise", "location_closed", "other"}

// NewBookingPage makes the page of one booking, and with Cancelling the one to
// cancel it.
func NewBookingPage(s *Shown) (BookingPage, error) {
	f, err := factsOf(s.Region, s.Now)
	if err != nil {
		return BookingPage{}, err
	}
	k := s.Booking
	b := BookingPage{
		PlacePage: s.page(f), Appointment: s.appointment(f, k), State: "booking." + string(k.State), Remark: k.Remark,
		Changes: k.State.Takes() && k.State != service.BookingHeld && k.Start.After(s.Now),
	}
	if k.Reason != "" {
		b.Reason = "reason." + k.Reason
	}
	if s.Cancelling {
		form := Form{s.Lang, s.Values, s.Problems}
		b.Fields, b.Wrong = []Field{form.Choice("reason", "place.cancel.why", reasonOptions(s.Lang, cancelReasons)...)}, form.Wrong()
	}
	return b, nil
}

// reasonOptions are the reasons of a cancellation or a refusal as choices.
func reasonOptions(l Lang, codes []string) []Option {
	out := make([]Option, len(codes))
	for i, code := range codes {
		out[i] = Option{Value: code, Text: l.text(messages["reason."+code])}
	}
	return out
}
