package planner

import (
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
)

func TestMonths(t *testing.T) {
	t.Parallel()
	m := MonthOf(calendar.NewDate(2027, 12, 31))
	if m.String() != "2027-12" || m.Year() != 2027 || m.Period() != (Period{calendar.NewDate(2027, 12, 1), calendar.NewDate(2027, 12, 31)}) {
		t.Errorf("%s %v", m, m.Period())
	}
	if feb := (m + 3).Period(); feb.Days() != 31 || (m+2).Period().Days() != 29 || (m+2).String() != "2028-02" {
		t.Errorf("%s has %d days", m+2, (m + 2).Period().Days())
	}
	if got := (Period{calendar.NewDate(2027, 11, 30), calendar.NewDate(2028, 2, 1)}).months(); len(got) != 4 || got[0].String() != "2027-11" || got[3].String() != "2028-02" {
		t.Errorf("%v", got)
	}
	if got := (Period{10, 9}).months(); got != nil {
		t.Errorf("no days touch %v", got)
	}
}

// loadTown is a small state with contracts, cases, reserves and a plan by hand.
func loadTown(hours int) (*State, []Visit) {
	day := calendar.Span{From: 9 * 60, To: 17 * 60}
	week := calendar.Week{nil, {day}, {day}, {day}, {day}, {day}, nil}
	s := &State{Programme: Programme{
		ID: "p", Name: "Stad", Zone: "Europe/Amsterdam", From: calendar.NoDate, To: calendar.NoDate,
		Roles:      []Role{{ID: "zc", AcuteMinutesDay: 30, Consult: calendar.Week{2: {{From: 13 * 60, To: 15 * 60}}}}, {ID: "ab"}},
		VisitTypes: []VisitType{{ID: "visit", Mode: OnSite, Minutes: 60, Preparation: 20, FollowUp: 25, BufferBefore: 5, BufferAfter: 10, Weight: 100, Points: 3}},
	}}
	s.Organisations = []Organisation{{ID: "ggd", Name: "GGD"}}
	s.Staff = []Staff{{ID: "anna", Organisation: "ggd", Mode: Bicycle, Pattern: week, Contracts: []Contract{
		{Role: "zc", Budget: WithoutIndication, HoursWeek: hours, From: calendar.NoDate, To: calendar.NoDate},
		{Role: "ab", Budget: WithIndication, HoursWeek: 800, From: calendar.NewDate(2027, 3, 15), To: calendar.NoDate},
	}}}
	s.Districts = []District{{ID: "WK01"}}
	s.Locations = []Location{{ID: "een", District: "WK01", Opening: week, Opened: calendar.NoDate, Closed: calendar.NoDate}}
	s.Cases = []Case{
		{Ref: "c1", Staff: "anna", Location: "een", Kind: "light", Points: 2, MinutesWeek: 50, Opened: calendar.NewDate(2027, 1, 10), HandedOver: calendar.NewDate(2027, 4, 3)},
		{Ref: "c2", Staff: "anna", Kind: "long", Points: 5, MinutesWeek: 31, Budget: WithIndication, Opened: calendar.NewDate(2026, 5, 1), HandedOver: calendar.NoDate},
	}
	s.Meetings = []Meeting{{ID: "team", Name: "Team", Budget: WithIndication, Start: calendar.NewDate(2027, 1, 5), Clock: 9 * 60, Minutes: 90, Staff: []string{"anna"}}}
	zone, _ := time.LoadLocation("Europe/Amsterdam")
	at := func(m time.Month, d int, minutes int) (from, to time.Time) {
		from = calendar.NewDate(2027, m, d).At(10*60, zone)
		return from, from.Add(time.Duration(minutes) * time.Minute)
	}
	visit := func(id, status string, role string, m time.Month, d int) Visit {
		v := Visit{
			ID: id, Location: "een", District: "WK01", VisitType: "visit", Requirement: "yearly", Status: VisitStatus(status),
			Crew: []CrewMember{{Role: role, Staff: "anna", TravelMinutes: 12}},
		}
		v.Start, v.End = at(m, d, 60)
		return v
	}
	meeting := Visit{ID: "team-1", Requirement: "team", Meeting: true, Status: Planned, Crew: []CrewMember{{Staff: "anna"}}}
	meeting.Start, meeting.End = at(1, 5, 90)
	return s, []Visit{visit("v1", "planned", "zc", 2, 1), visit("v2", "pinned", "ab", 3, 16), visit("v3", "cancelled", "zc", 4, 1), visit("v4", "planned", "zc", 4, 1), meeting}
}

func TestLoadsOfOnePerson(t *testing.T) {
	t.Parallel()
	s, visits := loadTown(2400)
	year := Period{calendar.NewDate(2027, 1, 1), calendar.NewDate(2027, 12, 31)}
	lines, err := Loads(s, visits, year)
	if err != nil {
		t.Fatal(err)
	}
	type sum struct {
		kind   WorkKind
		budget Budget
	}
	got, points := map[sum]int64{}, map[WorkKind]int64{}
	for _, l := range lines {
		got[sum{l.Kind, l.Budget}] += l.Minutes
		points[l.Kind] += l.Points
	}
	for k, want := range map[sum]int64{
		{VisitWork, WithoutIndication}: 2 * 75, {VisitWork, WithIndication}: 75,
		{PreparationWork, WithoutIndication}: 2 * 45, {TravelWork, WithoutIndication}: 24, {TravelWork, WithIndication}: 12,
		{MeetingWork, WithIndication}: 90,
		// 84 days of 50 minutes a week, and a year of 31: what it is by the end of 2027
		// less what it was by the end of 2026, both to the minute.
		{CaseWork, WithoutIndication}: 600, {CaseWork, WithIndication}: 2701 - 1085,
		// 52 Tuesdays in 2027, one of them King's Day.
		{ConsultWork, WithoutIndication}: 51 * 120,
	} {
		if got[k] != want {
			t.Errorf("%v: %d minutes, want %d", k, got[k], want)
		}
	}
	if points[VisitWork] != 9 || points[CaseWork] != 7 {
		t.Errorf("points %v", points)
	}
}

// TestMonthsAddUpToTheYear: whatever periods a year is asked in, of whole months
// each, they give the year's lines to the minute. (That these are right at all is
// worked out independently for the examples and for generated regions, in package
// examples.)
func TestMonthsAddUpToTheYear(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, visits := loadTown(rapid.IntRange(100, 4000).Draw(t, "hours"))
		for i := range s.Cases {
			s.Cases[i].MinutesWeek = rapid.IntRange(1, 500).Draw(t, "week")
			s.Cases[i].Opened += calendar.Date(rapid.IntRange(-400, 80).Draw(t, "opened"))
		}
		sums := func(p Period, into map[LoadLine]int64) {
			lines, err := Loads(s, visits, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range lines {
				minutes := l.Minutes
				l.Minutes, l.Points = 0, 0
				if minutes > 0 {
					into[l] += minutes
				}
			}
		}
		whole, parts := map[LoadLine]int64{}, map[LoadLine]int64{}
		year := Period{calendar.NewDate(2027, 1, 1), calendar.NewDate(2027, 12, 31)}
		sums(year, whole)
		for m := MonthOf(year.From); m <= MonthOf(year.To); {
			last := min(m+Month(rapid.IntRange(0, 4).Draw(t, "more")), MonthOf(year.To))
			sums(Period{m.Period().From, last.Period().To}, parts)
			m = last + 1
		}
		if !maps.Equal(whole, parts) {
			t.Fatalf("asked at once %v, in parts %v", whole, parts)
		}
	})
}

// TestACaseIsWithinAMinuteOfItsShare, in whatever days.
func TestACaseIsWithinAMinuteOfItsShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := Case{MinutesWeek: rapid.IntRange(0, 2400).Draw(t, "week"), Opened: 100}
		from := calendar.Date(rapid.IntRange(100, 900).Draw(t, "from"))
		to := from + calendar.Date(rapid.IntRange(0, 900).Draw(t, "days"))
		exact := float64(c.MinutesWeek) * float64(to-from+1) / 7
		if got := float64(c.minutesUntil(to) - c.minutesUntil(from-1)); got < exact-1 || got > exact+1 || c.minutesUntil(99) != 0 {
			t.Fatalf("%v minutes, exactly %v", got, exact)
		}
	})
}

func TestSupplyIsContractMinusWhatIsLost(t *testing.T) {
	t.Parallel()
	s, _ := loadTown(2400)
	s.Absences = []Absence{{Staff: "anna", From: calendar.NewDate(2027, 2, 1), To: calendar.NewDate(2027, 2, 5)}}
	p := Period{calendar.NewDate(2027, 1, 1), calendar.NewDate(2027, 4, 30)}
	lines, err := Supply(s, p)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 6 { // four months of one contract, two of the other
		t.Fatalf("%d lines: %+v", len(lines), lines)
	}
	for _, l := range lines {
		if l.Contract-l.Holiday-l.Absent-l.NonCase != l.Net || l.Net < 0 {
			t.Errorf("%+v does not add up", l)
		}
	}
	jan, feb := lines[0], lines[1]
	// January 2027 has 21 working days of 8 hours in the pattern, one of them New
	// Year's Day; the contract is 24 of 40 hours.
	if jan.Contract != 21*480*24/40 || jan.Holiday != 480*24/40 || jan.Absent != 0 || jan.NonCase != jan.Contract/4 {
		t.Errorf("January %+v", jan)
	}
	if feb.Contract != 20*480*24/40 || feb.Absent != 5*480*24/40 {
		t.Errorf("February %+v", feb)
	}
	s.Staff[0].Pattern = calendar.Week{}
	if lines, err = Supply(s, p); err != nil || lines[0].Contract != 24*60*31/7 {
		t.Errorf("without a pattern %+v (%v)", lines[0], err)
	}
}
