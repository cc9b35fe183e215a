package planner

import (
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

func gathering() Gathering {
	return Gathering{
		Location: "l1", Minutes: 60, Period: Period{date("2027-03-01"), date("2027-03-12")}, Staff: []string{"c1"},
		Pools:   [][]string{{"counsellor"}},
		Parties: []Party{{Name: "jgz", Open: week("24", span(13, 17))}, {Name: "parents", Optional: true, Busy: []PartyBusyTime{{From: date("2027-03-01"), To: date("2027-03-05")}}}},
	}
}

// The moments suit everybody, optional parties as far as they can, and leave out
// what is busy.
func TestFindMomentsThatSuitEverybody(t *testing.T) {
	t.Parallel()
	s := town()
	zone := townFormulation(s).zone
	s.Absences = []Absence{{Staff: "c1", From: date("2027-03-09"), To: date("2027-03-09")}}
	busy := Visit{
		ID: "v", Location: "l1", VisitType: "discussion", Crew: []CrewMember{{Staff: "b1"}}, Status: Planned,
		Start: date("2027-03-11").At(13*60, zone), End: date("2027-03-11").At(15*60, zone),
	}
	got, _, err := FindMoments(s, []Visit{busy}, gathering(), 5)
	if err != nil || len(got) == 0 {
		t.Fatalf("%d moments, %v", len(got), err)
	}
	// Thursday 11 March after the visit is the only day on which the parents can come too.
	if first := got[0]; first.ID() != "2027-03-11T15:00" || len(first.Missing) != 0 || !slices.Equal(first.Staff, []string{"c1", "b1"}) {
		t.Errorf("%+v, want Thursday at three with everybody", first)
	}
	perDay := map[calendar.Date]int{}
	for _, c := range got {
		perDay[c.Date]++
		if wd := c.Date.Weekday(); wd != 2 && wd != 4 || c.Clock < 13*60 || c.Date == date("2027-03-09") || perDay[c.Date] > mostADay {
			t.Errorf("%+v does not suit", c)
		}
	}
	if last := got[len(got)-1]; !slices.Equal(last.Missing, []string{"parents"}) {
		t.Errorf("%+v, want one without the parents at the end", last)
	}
}

func TestFindMomentsSaysWhyThereIsNone(t *testing.T) {
	t.Parallel()
	g := gathering()
	g.Parties[0].Open = week("0", span(9, 12))
	got, why, err := FindMoments(town(), nil, g, 5)
	if err != nil || len(got) != 0 || len(why) == 0 || why[0].Who != "jgz" || why[0].Code != PartyBusy {
		t.Errorf("%v, %+v, %v: want nothing, because of the one party", got, why, err)
	}
	g = gathering()
	g.Minutes, g.Staff, g.Pools, g.Location = 0, []string{"nobody"}, nil, "nowhere"
	if _, _, err := FindMoments(town(), nil, g, 5); err == nil || !strings.Contains(err.Error(), "nobody") || !strings.Contains(err.Error(), "nowhere") || !strings.Contains(err.Error(), "minutes") {
		t.Errorf("%v, want all three faults", err)
	}
}

// Somebody whose day already leads past the location travels least and comes
// first of a pool.
func TestMomentsPreferWhoIsNear(t *testing.T) {
	t.Parallel()
	s := town()
	zone := townFormulation(s).zone
	g := Gathering{Location: "l3", Minutes: 60, Period: Period{date("2027-03-01"), date("2027-03-05")}, Pools: [][]string{{"coordinator"}}}
	near := Visit{
		ID: "v", Location: "l3", VisitType: "discussion", Crew: []CrewMember{{Staff: "c1"}}, Status: Planned,
		Start: date("2027-03-04").At(10*60, zone), End: date("2027-03-04").At(11*60, zone),
	}
	got, _, err := FindMoments(s, []Visit{near}, g, 1)
	if err != nil || len(got) != 1 || got[0].Date != date("2027-03-04") || got[0].Staff[0] != "c1" || got[0].Travel != 0 {
		t.Errorf("%+v, %v: want c1 on Thursday, who is there", got, err)
	}
}

func TestPollPicksWhatSuitsAll(t *testing.T) {
	t.Parallel()
	day := func(d string) Candidate { return Candidate{Date: date(d), Clock: 9 * 60} }
	p := Poll{Candidates: []Candidate{day("2027-03-01"), day("2027-03-02"), day("2027-03-03")}, Who: []string{"jgz", "parents"}}
	answer := func(day, who string, a Answer) { p.Replies = append(p.Replies, Reply{day + "T09:00", who, a}) }
	if _, err := p.Pick(); err == nil || !strings.Contains(err.Error(), "no answer yet") {
		t.Errorf("%v before anybody answered", err)
	}
	answer("2027-03-01", "jgz", AnswerYes)
	answer("2027-03-01", "parents", AnswerNo)
	answer("2027-03-02", "jgz", AnswerIfNeeded)
	answer("2027-03-02", "parents", AnswerYes)
	answer("2027-03-03", "jgz", AnswerNo)
	answer("2027-03-03", "jgz", AnswerYes) // changed
	answer("2027-03-03", "parents", AnswerYes)
	c, err := p.Pick()
	if err != nil || c.Date != date("2027-03-03") {
		t.Errorf("%s, %v: want the day that suits both", c.Date, err)
	}
	all, err := p.Standings()
	if err != nil || all[1].IfNeeded != 1 || all[2].No != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	for _, r := range []Reply{{"2027-03-09T09:00", "jgz", AnswerYes}, {"2027-03-01T09:00", "stranger", AnswerYes}, {"2027-03-01T09:00", "jgz", "perhaps"}} {
		bad := p
		bad.Replies = append(slices.Clone(p.Replies), r)
		if _, err := bad.Pick(); err == nil {
			t.Errorf("%+v is taken", r)
		}
	}
	answer("2027-03-03", "parents", AnswerNo)
	answer("2027-03-02", "parents", AnswerNo)
	if _, err := p.Pick(); err == nil {
		t.Error("a moment is picked that suits nobody")
	}
}

// What is picked becomes a meeting that has no clash.
func TestPickedMomentIsAMeeting(t *testing.T) {
	t.Parallel()
	s, g := town(), gathering()
	got, _, err := FindMoments(s, nil, g, 1)
	if err != nil || len(got) != 1 {
		t.Fatal(err)
	}
	m := g.Meeting("mdo-1", "MDO", &got[0])
	checks, err := CheckMeeting(s, nil, m, g.Period)
	if err != nil || len(checks) != 1 || len(checks[0].Obstacles) != 0 {
		t.Errorf("%+v, %v", checks, err)
	}
}

// Somebody without an id is refused: nobody is found by it.
func TestFindMomentsRefusesAnEmptyID(t *testing.T) {
	t.Parallel()
	g := gathering()
	g.Staff = append(g.Staff, "")
	if _, _, err := FindMoments(town(), nil, g, 5); err == nil || !strings.Contains(err.Error(), "without an id") {
		t.Errorf("moments for nobody: %v", err)
	}
}
