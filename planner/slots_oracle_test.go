package planner

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// naive answers by the rules' own words, start by start and minute by minute, in
// instants: it shares nothing with the engine but the travel estimate.
type naive struct {
	s     *State
	rules []SlotRule
	req   *SlotRequest
	taken map[string][]Taken
	zone  *time.Location
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// works reports whether somebody works in every minute of a time.
func (n *naive) works(m *Staff, from, to time.Time) bool {
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		local := t.In(n.zone)
		d, clock := calendar.DateOf(t, n.zone), calendar.Clock(local.Hour()*60+local.Minute())
		on := slices.ContainsFunc(m.Pattern[local.Weekday()], func(s calendar.Span) bool { return s.From <= clock && clock < s.To })
		contract := slices.ContainsFunc(m.Contracts, func(c Contract) bool { return d >= c.From && (c.To == calendar.NoDate || d <= c.To) })
		away := slices.ContainsFunc(n.s.Absences, func(a Absence) bool { return a.Staff == m.ID && d >= a.From && d <= a.To })
		if !on || !contract || away || local.Hour() == 2 {
			return false
		}
	}
	return true
}

// person says whether somebody can be there, and by which rule.
func (n *naive) person(m *Staff, r *SlotRule, start time.Time) bool {
	vt, l := n.s.Programme.VisitType(r.VisitType), n.location()
	from, to := start.Add(-minutes(max(r.BufferBefore, 0))), start.Add(minutes(vt.Minutes+max(r.BufferAfter, 0)))
	if !n.works(m, from, to) {
		return false
	}
	place, next := m.Home, m.Home
	var arrived, leaving time.Time
	day := calendar.DateOf(start, n.zone)
	bookings, all := 0, 0
	travel := NewTravel(&n.s.Programme, day)
	for _, t := range n.taken[m.ID] {
		if !t.Expires.IsZero() && !t.Expires.After(n.req.Now) || t.Ref == n.req.Without && t.Ref != "" {
			continue
		}
		core := t.From.Add(minutes(t.Travel))
		if t.From.Before(to) && from.Before(t.To) {
			return false
		}
		if calendar.DateOf(t.From, n.zone) != day {
			continue
		}
		if t.Kind == "booking" || t.Kind == "hold" {
			bookings++
		}
		if t.Kind == "booking" || t.Kind == "hold" || t.Kind == "visit" {
			all++
		}
		if t.Location == "" {
			continue
		}
		point := n.s.Locations[slices.IndexFunc(n.s.Locations, func(l Location) bool { return l.ID == t.Location })].Point
		if !t.To.After(from) && t.To.After(arrived) {
			place, arrived = point, t.To
		}
		if !core.Before(to) && (leaving.IsZero() || core.Before(leaving)) {
			next, leaving = point, core
		}
	}
	if r.MaxDay > 0 && bookings >= r.MaxDay || m.DayCap > 0 && all >= m.DayCap {
		return false
	}
	if vt.Mode != OnSite {
		return true
	}
	leave := from.Add(-minutes(int(travel.Clock(place, l.Point, m.Mode))))
	back := to.Add(minutes(int(travel.Clock(l.Point, next, m.Mode))))
	for _, t := range n.taken[m.ID] {
		if !t.Expires.IsZero() && !t.Expires.After(n.req.Now) || t.Ref == n.req.Without && t.Ref != "" {
			continue
		}
		if t.From.Before(to) && leave.Before(t.To) {
			return false
		}
	}
	if !n.works(m, leave, to) || calendar.DateOf(leave, n.zone) != day {
		return false
	}
	if !leaving.IsZero() {
		return !back.After(leaving)
	}
	for at := (day + 1).At(0, n.zone).Add(-time.Minute); at.Add(time.Minute).Compare(back) >= 0; at = at.Add(-time.Minute) {
		if n.works(m, at, at.Add(time.Minute)) {
			return true
		}
	}
	return false
}

func (n *naive) location() *Location {
	return &n.s.Locations[slices.IndexFunc(n.s.Locations, func(l Location) bool { return l.ID == n.req.Location })]
}

// all lists every moment that can be booked, as "start who".
func (n *naive) all() []string {
	vt, l := n.s.Programme.VisitType(n.req.VisitType), n.location()
	var out []string
	for _, a := range n.s.Assignments {
		if a.Location != l.ID {
			continue
		}
		m := &n.s.Staff[slices.IndexFunc(n.s.Staff, func(m Staff) bool { return m.ID == a.Staff })]
		own := slices.ContainsFunc(n.rules, func(r SlotRule) bool { return r.Staff == m.ID && r.Role == a.Role })
		for i := range n.rules {
			r := &n.rules[i]
			if r.Role != a.Role || own && r.Staff != m.ID || !own && r.Staff != "" {
				continue
			}
			for t := n.req.From; t.Before(n.req.To); t = t.Add(minutes(5)) {
				if n.at(r, m, vt, l, &a, t) {
					out = append(out, t.UTC().Format(time.RFC3339)+" "+m.ID)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (n *naive) at(r *SlotRule, m *Staff, vt *VisitType, l *Location, a *Assignment, t time.Time) bool {
	local := t.In(n.zone)
	d, clock := calendar.DateOf(t, n.zone), calendar.Clock(local.Hour()*60+local.Minute())
	end := clock + calendar.Clock(vt.Minutes)
	in := func(w *calendar.Week, free bool) bool {
		empty := !slices.ContainsFunc(w[:], func(day []calendar.Span) bool { return len(day) > 0 })
		return free && empty || slices.ContainsFunc(w[local.Weekday()], func(s calendar.Span) bool { return s.From <= clock && end <= s.To })
	}
	today := calendar.DateOf(n.req.Now, n.zone)
	switch {
	case int(clock)%r.Increment != 0, !in(&r.Windows, true), !in(&l.Opening, vt.Mode != OnSite),
		!a.On(d), t.Before(n.req.Now.Add(minutes(r.NoticeMinutes))), int(d-today) > r.HorizonDays,
		r.AcuteHours > 0 && !n.req.Urgent && t.After(n.req.Now.Add(minutes(60*r.AcuteHours))):
		return false
	}
	for _, b := range n.s.Blackouts {
		if b.Location == l.ID && d >= b.From && d <= b.To {
			return false
		}
	}
	return n.person(m, r, t)
}

// drawSpans draws up to two spans of a day from an hour on, in steps of five
// minutes, apart. Nobody works before 4, so that no clock changes meanwhile; the
// night has a test of its own.
func drawSpans(t *rapid.T, label string, first int) []calendar.Span {
	cuts := rapid.SliceOfNDistinct(rapid.IntRange(first*12, 24*12), 4, 4, rapid.ID[int]).Draw(t, label)
	slices.Sort(cuts)
	out := []calendar.Span{{From: calendar.Clock(cuts[0] * 5), To: calendar.Clock(cuts[1] * 5)}}
	if rapid.Bool().Draw(t, label+" two") {
		out = append(out, calendar.Span{From: calendar.Clock(cuts[2] * 5), To: calendar.Clock(cuts[3] * 5)})
	}
	return out
}

func drawWeek(t *rapid.T, label string, first int) (w calendar.Week) {
	broad := rapid.Bool().Draw(t, label+" broad")
	for day := range w {
		if broad {
			w[day] = []calendar.Span{{From: calendar.Clock(max(first, 7) * 60), To: 20 * 60}}
			continue
		}
		if rapid.IntRange(0, 4).Draw(t, label+" free") > 0 {
			w[day] = drawSpans(t, label, first)
		}
	}
	return w
}

func drawSlotWorld(t *rapid.T) *naive {
	zone, _ := time.LoadLocation("Europe/Amsterdam")
	// Half of the worlds lie around a change of the clocks.
	from := rapid.SampledFrom([]string{"2027-03-26", "2027-10-29", "2027-06-07"}).Draw(t, "from")
	first := date(from)
	s := &State{Programme: Programme{Zone: "Europe/Amsterdam", Roles: []Role{{ID: "zc", Assign: ByLocation, Pair: "ab"}, {ID: "ab", Assign: ByLocation}}}}
	s.Programme.VisitTypes = []VisitType{{ID: "consult", Bookable: true, Minutes: rapid.SampledFrom([]int{30, 45, 60, 90}).Draw(t, "minutes"), Mode: rapid.SampledFrom([]VisitMode{OnSite, ByPhone}).Draw(t, "mode")}}
	for i := range 3 {
		l := Location{ID: fmt.Sprintf("l%d", i), Opened: calendar.NoDate, Closed: calendar.NoDate, Opening: drawWeek(t, "opening", 0)}
		l.Point = Point{Lat: 51.8 + float64(rapid.IntRange(0, 10).Draw(t, "lat"))/100, Lon: 5.8}
		s.Locations = append(s.Locations, l)
		m := Staff{ID: fmt.Sprintf("s%d", i), Mode: Bicycle, Home: Point{Lat: 51.8, Lon: 5.8 + float64(i)/50}, Pattern: drawWeek(t, "pattern", 4), DayCap: rapid.IntRange(0, 3).Draw(t, "cap")}
		m.Contracts = []Contract{{Role: "zc", From: first, To: calendar.NoDate}, {Role: "ab", From: first, To: calendar.NoDate}}
		s.Staff = append(s.Staff, m)
	}
	s.Assignments = []Assignment{
		{Location: "l0", Role: "zc", Staff: "s0", Kind: Primary, From: calendar.NoDate, To: calendar.NoDate},
		{Location: "l0", Role: "zc", Staff: "s1", Kind: Backup, From: first + 1, To: calendar.NoDate},
		{Location: "l0", Role: "ab", Staff: "s2", Kind: Primary, From: calendar.NoDate, To: first + 3},
	}
	if rapid.Bool().Draw(t, "absent") {
		s.Absences = []Absence{{Staff: "s0", From: first + 1, To: first + 2}}
	}
	if rapid.Bool().Draw(t, "blackout") {
		s.Blackouts = []Blackout{{Location: "l0", From: first + 3, To: first + 3}}
	}
	n := &naive{s: s, zone: zone, taken: map[string][]Taken{}}
	now := first.At(calendar.Clock(rapid.IntRange(0, 24*60-1).Draw(t, "now")), zone)
	n.req = &SlotRequest{Location: "l0", VisitType: "consult", From: first.At(0, zone), To: (first + 5).At(0, zone), Now: now, Urgent: rapid.Bool().Draw(t, "urgent")}
	for i := range rapid.IntRange(1, 3).Draw(t, "rules") {
		n.rules = append(n.rules, drawRule(t, i))
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "taken") {
		n.take(t, i, first)
	}
	return n
}

func drawRule(t *rapid.T, i int) SlotRule {
	return SlotRule{
		ID: fmt.Sprintf("r%d", i), Role: rapid.SampledFrom([]string{"zc", "zc", "ab"}).Draw(t, "role"), Staff: rapid.SampledFrom([]string{"", "", "s0", "s1"}).Draw(t, "staff"),
		VisitType: "consult", Windows: drawWeek(t, "window", 0), BufferBefore: rapid.SampledFrom([]int{0, 5, 15}).Draw(t, "before"), BufferAfter: rapid.SampledFrom([]int{0, 10}).Draw(t, "after"),
		NoticeMinutes: rapid.SampledFrom([]int{0, 61, 24 * 60}).Draw(t, "notice"), HorizonDays: rapid.IntRange(1, 6).Draw(t, "horizon"),
		Increment: rapid.SampledFrom([]int{5, 15, 20, 60}).Draw(t, "increment"), MaxDay: rapid.IntRange(0, 2).Draw(t, "max"), AcuteHours: rapid.SampledFrom([]int{0, 0, 20}).Draw(t, "acute"),
	}
}

// take adds taken time that does not cross midnight nor the hour in which clocks
// change: the engine and the oracle cut days differently there.
func (n *naive) take(t *rapid.T, i int, first calendar.Date) {
	day, at := first+calendar.Date(rapid.IntRange(0, 4).Draw(t, "day")), rapid.IntRange(4*60, 22*60).Draw(t, "at")
	x := Taken{Ref: fmt.Sprintf("t%d", i), Kind: rapid.SampledFrom([]string{"visit", "meeting", "booking", "hold", "absence", "busy"}).Draw(t, "kind")}
	x.From = day.At(calendar.Clock(at), n.zone)
	x.To = x.From.Add(minutes(rapid.IntRange(5, 110).Draw(t, "long")))
	if x.Kind == "visit" || x.Kind == "booking" || x.Kind == "hold" {
		x.Location = rapid.SampledFrom([]string{"", "l1", "l2"}).Draw(t, "where")
	}
	if x.Location != "" {
		x.Travel = min(10, int(x.To.Sub(x.From)/time.Minute)-1)
	}
	if x.Kind == "hold" {
		x.Expires = n.req.Now.Add(minutes(rapid.IntRange(-5, 5).Draw(t, "expires")))
	}
	staff := rapid.SampledFrom([]string{"s0", "s1", "s2"}).Draw(t, "whose")
	n.taken[staff] = append(n.taken[staff], x)
}

// TestEverySlotThatCanBeBookedIsOffered compares the engine with the oracle: each
// slot offered can be booked, and each that can be booked is offered. What is
// offered is confirmed too.
func TestEverySlotThatCanBeBookedIsOffered(t *testing.T) {
	t.Parallel()
	offered, worlds := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n := drawSlotWorld(t)
		x, err := NewSlots(n.s, n.rules, calendar.DateOf(n.req.From, n.zone)-1, 14)
		if err != nil {
			t.Fatal(err)
		}
		times := func(staff string) *PersonTime { return x.PersonTime(n.taken[staff]) }
		var got []string
		for _, s := range x.Offer(n.req, times) {
			got = append(got, s.Start.Format(time.RFC3339)+" "+s.Crew[0].Staff)
			if again, why := x.Confirm(n.req, &s, times); len(why) > 0 || !again.Start.Equal(s.Start) || again.Crew[0] != s.Crew[0] {
				t.Fatalf("%+v is offered and confirmed as %+v (%v)", s, again, why)
			}
		}
		slices.Sort(got)
		want := n.all()
		if !slices.Equal(got, want) {
			t.Fatalf("offered %v\nbookable %v\nnow %v rules %+v\ntaken %+v\nstaff %+v visit type %+v", got, want, n.req.Now, n.rules, n.taken, n.s.Staff, n.s.Programme.VisitTypes)
		}
		why, free := x.WhyNone(n.req, times), 0
		for _, p := range why.People {
			free += p.Free
			counted := p.Free
			for _, r := range p.Reasons {
				counted += r.Count
			}
			if counted != p.Tried {
				t.Fatalf("%+v: %d of %d have a reason", p, counted, p.Tried)
			}
		}
		if free < len(want) || len(want) > 0 && why.First == nil {
			t.Fatalf("why: %+v, with %d bookable", why, len(want))
		}
		offered, worlds = offered+len(want), worlds+1
	})
	t.Logf("%d slots in %d worlds, each offered and bookable", offered, worlds)
	if offered == 0 {
		t.Error("no world had a slot")
	}
}
