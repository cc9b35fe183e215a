package planner

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// booth is a small region for slots: anna is the coordinator of "nest" and bram
// her backup, carla the counsellor of the pair, dirk a specialist on call.
func booth() *State {
	day := []calendar.Span{{From: 8 * 60, To: 17 * 60}}
	week := calendar.Week{nil, day, day, day, day, day, nil}
	s := &State{Region: "noord", Programme: Programme{
		Zone: "Europe/Amsterdam",
		Roles: []Role{
			{ID: "zc", Assign: ByLocation, Backup: true, Pair: "ab", Consult: calendar.Week{2: {{From: 13 * 60, To: 15 * 60}}}},
			{ID: "ab", Assign: ByLocation},
			{ID: "spec", Assign: NotAssigned},
		},
		VisitTypes: []VisitType{
			{ID: "consult", Mode: OnSite, Minutes: 45, BufferAfter: 10, Bookable: true},
			{ID: "call", Mode: ByPhone, Minutes: 30, Bookable: true},
			{ID: "visit", Mode: OnSite, Minutes: 60},
		},
	}}
	for i, id := range []string{"anna", "bram", "carla", "dirk"} {
		role := []string{"zc", "zc", "ab", "spec"}[i]
		s.Staff = append(s.Staff, Staff{
			ID: id, Name: strings.ToUpper(id[:1]) + id[1:], Mode: Bicycle, Home: Point{Lat: 51.84, Lon: 5.86}, Pattern: week,
			Contracts: []Contract{{Role: role, From: calendar.NoDate, To: calendar.NoDate}},
		})
	}
	for i, id := range []string{"nest", "boom", "ver"} {
		s.Locations = append(s.Locations, Location{
			ID: id, Point: Point{Lat: 51.84 + float64(i)*0.02, Lon: 5.86}, Opening: week, Opened: calendar.NoDate, Closed: calendar.NoDate,
		})
	}
	add := func(location, role, staff string, kind AssignmentKind) {
		s.Assignments = append(s.Assignments, Assignment{Location: location, Role: role, Staff: staff, Kind: kind, From: calendar.NoDate, To: calendar.NoDate})
	}
	add("nest", "zc", "bram", Backup)
	add("nest", "ab", "carla", Primary)
	add("nest", "zc", "anna", Primary)
	return s
}

func rule(role string, change func(*SlotRule)) SlotRule {
	r := SlotRule{ID: role, Role: role, VisitType: "consult", BufferBefore: -1, BufferAfter: -1, HorizonDays: 28, Increment: 15}
	if change != nil {
		change(&r)
	}
	return r
}

// desk is an engine over booth, asked on Monday 2027-06-07 at 08:00.
type desk struct {
	*testing.T
	*Slots
	taken map[string][]Taken
}

func newDesk(t *testing.T, s *State, rules ...SlotRule) *desk {
	t.Helper()
	x, err := NewSlots(s, rules, date("2027-06-07"), 60)
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t, x, map[string][]Taken{}}
}

func (d *desk) times(staff string) *PersonTime { return d.PersonTime(d.taken[staff]) }

func (d *desk) clock(day string, c string) time.Time {
	d.Helper()
	clock, err := calendar.ParseClock(c)
	if err != nil {
		d.Fatal(err)
	}
	return date(day).At(clock, d.zone)
}

func (d *desk) request(change func(*SlotRequest)) *SlotRequest {
	now := d.clock("2027-06-07", "08:00")
	r := &SlotRequest{Location: "nest", VisitType: "consult", From: now, To: now.AddDate(0, 0, 28), Now: now, Limit: 1000}
	if change != nil {
		change(r)
	}
	return r
}

// offers writes the offered slots as "06-08 13:00 anna own".
func (d *desk) offers(change func(*SlotRequest)) []string {
	var out []string
	for _, s := range d.Offer(d.request(change), d.times) {
		words := []string{s.Start.In(d.zone).Format("01-02 15:04")}
		for _, c := range s.Crew {
			words = append(words, c.Staff)
		}
		out = append(out, strings.Join(append(words, string(s.Relation)), " "))
	}
	return out
}

func (d *desk) first(want ...string) {
	d.Helper()
	got := d.offers(func(r *SlotRequest) { r.Limit = len(want) })
	if !slices.Equal(got, want) {
		d.Errorf("offered %v, want %v", got, want)
	}
}

// TestE2OwnFirstThenPairThenBackup: own coordinator, then the pair, then the
// backup, each with the reason.
func TestE2OwnFirstThenPairThenBackup(t *testing.T) {
	t.Parallel()
	tomorrow := func(r *SlotRule) {
		r.HorizonDays, r.Increment, r.NoticeMinutes = 1, 60, 24*60
		r.Windows[2] = []calendar.Span{{From: 13 * 60, To: 14 * 60}}
	}
	d := newDesk(t, booth(), rule("zc", tomorrow), rule("ab", tomorrow))
	d.first("06-08 13:00 anna own", "06-08 13:00 carla pair", "06-08 13:00 bram backup")
	if got := d.offers(func(r *SlotRequest) { r.Role = "ab" }); !slices.Equal(got, []string{"06-08 13:00 carla own", "06-08 13:00 anna pair", "06-08 13:00 bram team"}) {
		t.Errorf("asked for a counsellor: %v", got)
	}
	for _, s := range d.Offer(d.request(nil), d.times) {
		if r := s.Reason(); r.NL == "" || r.EN == "" {
			t.Errorf("%+v has no reason", s)
		}
	}
}

// TestE1RulesBoundTheSlots: buffers, notice, horizon and increment.
func TestE1RulesBoundTheSlots(t *testing.T) {
	t.Parallel()
	tuesday := func(r *SlotRule) { r.Increment = 30 }
	newDesk(t, booth(), rule("zc", tuesday)).first("06-08 13:00 anna own", "06-08 13:30 anna own", "06-08 14:00 anna own", "06-15 13:00 anna own")
	newDesk(t, booth(), rule("zc", func(r *SlotRule) { tuesday(r); r.NoticeMinutes = 30*60 + 1 })).first("06-15 13:00 anna own", "06-15 13:30 anna own")
	d := newDesk(t, booth(), rule("zc", func(r *SlotRule) { tuesday(r); r.HorizonDays = 1; r.Staff = "anna" }))
	if got := d.offers(nil); len(got) != 3 {
		t.Errorf("until tomorrow: %v, want three slots", got)
	}
	// The buffer after the visit needs working time and free time.
	d.taken["anna"] = []Taken{{From: d.clock("2027-06-08", "14:20"), To: d.clock("2027-06-08", "14:30"), Kind: "meeting"}}
	if got := d.offers(nil); !slices.Equal(got, []string{"06-08 13:00 anna own"}) {
		t.Errorf("with a meeting at 14:20: %v", got)
	}
}

// TestE6NearbyComesFirst: of one person's moments those come first at which the
// person is near the location anyway.
func TestE6NearbyComesFirst(t *testing.T) {
	t.Parallel()
	s := booth()
	for i := range s.Staff {
		s.Staff[i].Home = s.Locations[2].Point // far from the nest
	}
	d := newDesk(t, s, rule("zc", func(r *SlotRule) { r.Increment = 60 }))
	d.taken["anna"] = []Taken{{
		From: d.clock("2027-06-22", "10:00"), To: d.clock("2027-06-22", "12:00"), Kind: "visit", Location: "nest", Travel: 20, Ref: "v",
	}}
	d.first("06-22 13:00 anna own", "06-22 14:00 anna own", "06-08 13:00 anna own")
	if got := d.Offer(d.request(nil), d.times)[0]; got.Added != 0 || got.Crew[0].Travel != 0 {
		t.Errorf("%+v, want no travel: anna is there already", got)
	}
}

// TestE5RequiredAndOneOfAPool: several people at the same time.
func TestE5RequiredAndOneOfAPool(t *testing.T) {
	t.Parallel()
	d := newDesk(t, booth(), rule("zc", func(r *SlotRule) {
		r.Increment = 60
		r.With = []string{"ab"}
		r.Pool = []string{"spec"}
		r.HorizonDays = 1
	}))
	d.first("06-08 13:00 anna carla dirk own", "06-08 14:00 anna carla dirk own")
	d.taken["carla"] = []Taken{{From: d.clock("2027-06-08", "13:00"), To: d.clock("2027-06-08", "14:00"), Kind: "absence"}}
	if got := d.offers(nil); slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "06-08 13:00") }) {
		t.Errorf("without carla: %v", got)
	}
	d.taken["dirk"] = []Taken{{From: d.clock("2027-06-08", "08:00"), To: d.clock("2027-06-08", "17:00"), Kind: "busy"}}
	if got := d.offers(nil); len(got) > 0 {
		t.Errorf("without anybody of the pool: %v", got)
	}
	if _, why := d.At(d.request(nil), d.clock("2027-06-08", "14:00"), d.times); len(why) == 0 || why[0].Code != NobodyOf {
		t.Errorf("why: %v, want %s", why, NobodyOf)
	}
}

// TestC4ReserveForAcuteQuestions: the reserve is open to acute questions, and to
// others shortly before.
func TestC4ReserveForAcuteQuestions(t *testing.T) {
	t.Parallel()
	d := newDesk(t, booth(), rule("zc", func(r *SlotRule) { r.Increment = 60; r.AcuteHours = 24; r.Staff = "anna" }))
	if got := d.offers(nil); len(got) > 0 {
		t.Errorf("29 hours before: %v, want nothing", got)
	}
	urgent := d.offers(func(r *SlotRequest) { r.Urgent = true })
	if len(urgent) == 0 || urgent[0] != "06-08 13:00 anna own" {
		t.Errorf("urgent: %v", urgent)
	}
	late := d.offers(func(r *SlotRequest) { r.Now = d.clock("2027-06-08", "09:00") })
	if !slices.Equal(late, []string{"06-08 13:00 anna own", "06-08 14:00 anna own"}) {
		t.Errorf("four hours before: %v", late)
	}
}

// TestE8WhyNoSlot: per person and reason counted, and the first that is free.
func TestE8WhyNoSlot(t *testing.T) {
	t.Parallel()
	s := booth()
	s.Absences = []Absence{{Staff: "anna", From: date("2027-06-08"), To: date("2027-06-08")}}
	d := newDesk(t, s, rule("zc", func(r *SlotRule) { r.Increment = 60; r.Staff = "anna"; r.NoticeMinutes = 7 * 24 * 60 }))
	d.taken["anna"] = []Taken{
		{From: d.clock("2027-06-15", "13:00"), To: d.clock("2027-06-15", "13:30"), Kind: "visit", Ref: "v1"},
		{From: d.clock("2027-06-15", "14:20"), To: d.clock("2027-06-15", "16:00"), Kind: "booking", Ref: "b1"},
	}
	got := d.WhyNone(d.request(func(r *SlotRequest) { r.To = d.clock("2027-06-16", "00:00") }), d.times)
	want := []WhyCount{{TooSoon, 2}, {Booked, 1}, {OnVisit, 1}}
	if len(got.People) != 1 || !slices.Equal(got.People[0].Reasons, want) || got.People[0].Tried != 4 {
		t.Errorf("%+v, want %v", got.People, want)
	}
	if got.First == nil || !got.First.Start.Equal(d.clock("2027-06-22", "13:00")) {
		t.Errorf("first %+v, want 22 June", got.First)
	}
	for code := range map[string]bool{TooSoon: true, Booked: true, OnVisit: true, PlaceShut: true, NobodyAssigned: true, NotBookable: true} {
		if SlotObstacleTexts()[code].NL == "" {
			t.Errorf("%s has no words", code)
		}
	}
	for what, change := range map[string]func(*SlotRequest){
		NotBookable: func(r *SlotRequest) { r.VisitType = "visit" }, NobodyAssigned: func(r *SlotRequest) { r.Location = "boom" },
	} {
		if got := d.WhyNone(d.request(change), d.times); got.Code != what {
			t.Errorf("%+v, want %s", got, what)
		}
	}
}

func TestSlotsDayAndWeekCaps(t *testing.T) {
	t.Parallel()
	s := booth()
	s.Staff[0].WeekCap = 2
	d := newDesk(t, s, rule("zc", func(r *SlotRule) { r.Increment = 60; r.Staff = "anna"; r.MaxDay = 1 }))
	visit := func(day string) Taken {
		return Taken{From: d.clock(day, "09:00"), To: d.clock(day, "10:00"), Kind: "visit"}
	}
	d.taken["anna"] = []Taken{visit("2027-06-07"), visit("2027-06-09")}
	d.first("06-15 13:00 anna own", "06-15 14:00 anna own", "06-22 13:00 anna own")
	hold := visit("2027-06-15")
	hold.Kind, hold.Ref, hold.Expires = "hold", "b1", d.clock("2027-06-07", "08:05")
	d.taken["anna"] = append(d.taken["anna"], hold)
	d.first("06-22 13:00 anna own")
	if got := d.offers(func(r *SlotRequest) { r.Without = "b1"; r.Limit = 1 }); !slices.Equal(got, []string{"06-15 13:00 anna own"}) {
		t.Errorf("when the booking itself moves: %v", got)
	}
	if got := d.offers(func(r *SlotRequest) { r.Now = d.clock("2027-06-07", "08:05"); r.Limit = 1 }); !slices.Equal(got, []string{"06-15 13:00 anna own"}) {
		t.Errorf("when the hold has run out: %v", got)
	}
}

// TestNothingIsOfferedWhenClocksChange: never between 02:00 and 03:00, and right
// on both sides of it.
func TestNothingIsOfferedWhenClocksChange(t *testing.T) {
	t.Parallel()
	for _, night := range []string{"2027-03-28", "2027-10-31"} {
		s := booth()
		all := []calendar.Span{{From: 0, To: 24 * 60}}
		for i := range s.Staff {
			s.Staff[i].Pattern = calendar.Week{all, all, all, all, all, all, all}
		}
		s.Locations[0].Opening = s.Staff[0].Pattern
		r := rule("zc", func(r *SlotRule) { r.Windows = s.Staff[0].Pattern; r.Staff = "anna" })
		r.VisitType = "call"
		x, err := NewSlots(s, []SlotRule{r}, date(night)-1, 7)
		if err != nil {
			t.Fatal(err)
		}
		got := x.Offer(&SlotRequest{
			Location: "nest", VisitType: "call", From: date(night).At(0, x.zone), To: (date(night) + 1).At(0, x.zone), Now: (date(night) - 1).At(0, x.zone),
		}, func(string) *PersonTime { return nil })
		if len(got) != (2*60-30)/15+1+(21*60-30)/15+1 {
			t.Errorf("%s: %d slots", night, len(got))
		}
		for _, slot := range got {
			from, to := slot.Start.In(x.zone), slot.End.In(x.zone)
			if from.Hour() == 2 || to.Add(-time.Minute).Hour() == 2 || to.Sub(from) != 30*time.Minute || slot.Start.Location() != time.UTC || from.Minute()%15 != 0 {
				t.Errorf("%s: %v to %v", night, from, to)
			}
		}
	}
}

func TestSlotRuleFaultsComeAllAtOnce(t *testing.T) {
	t.Parallel()
	s := booth()
	bad := SlotRule{Role: "x", Staff: "nobody", VisitType: "visit", BufferBefore: -2, Increment: 7, MaxDay: -1, With: []string{"y"}, Pool: []string{"z"}, HorizonDays: 400}
	bad.Windows[1] = []calendar.Span{{From: 600, To: 600}}
	var fields []string
	for _, f := range s.CheckSlotRule(&bad) {
		fields = append(fields, f.Field)
		if f.Text.NL == "" || f.Error() == "" || f.Code == "" {
			t.Errorf("%+v lacks words", f)
		}
	}
	want := []string{"role", "with", "pool", "visit_type", "staff", "buffer_before", "horizon_days", "max_day", "increment", "windows"}
	if !slices.Equal(fields, want) {
		t.Errorf("faults in %v, want %v", fields, want)
	}
	good := rule("zc", func(r *SlotRule) { r.Staff = "anna" })
	if got := s.CheckSlotRule(&good); len(got) > 0 {
		t.Errorf("%v for a good rule", got)
	}
}

func TestDefaultSlotRules(t *testing.T) {
	t.Parallel()
	s := booth()
	got := DefaultSlotRules(&s.Programme)
	if len(got) != 2 || got[0].VisitType != "consult" || got[0].Role != "zc" || len(s.CheckSlotRule(&got[0])) > 0 {
		t.Errorf("%+v", got)
	}
	newDesk(t, s).first("06-08 13:00 anna own") // not before the notice of a day
}

// BenchmarkSlots asks for the slots of one location, on all working time of the
// usual horizon.
func BenchmarkSlots(b *testing.B) {
	s := booth()
	s.Programme.Roles[0].Consult = calendar.Week{}
	x, err := NewSlots(s, []SlotRule{rule("zc", func(r *SlotRule) { r.HorizonDays = 56 }), rule("ab", func(r *SlotRule) { r.HorizonDays = 56 })}, date("2027-06-07"), 70)
	if err != nil {
		b.Fatal(err)
	}
	time := x.PersonTime(nil)
	now := date("2027-06-07").At(480, x.zone)
	r := &SlotRequest{Location: "nest", VisitType: "consult", From: now, To: now.AddDate(0, 0, 56), Now: now, Limit: 20}
	b.ReportAllocs()
	for b.Loop() {
		x.Offer(r, func(string) *PersonTime { return time })
	}
}
