package planner

import (
	"math"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

func TestLeadTimesAreMeasured(t *testing.T) {
	t.Parallel()
	s := forecastTown()
	now := calendar.NewDate(2027, 6, 1).At(12*60, amsterdam(t))
	ago := func(days float64) time.Time { return now.Add(-time.Duration(days * 24 * float64(time.Hour))) }
	var questions []Question
	for i := range 10 { // waited 1 to 10 days, in the district of a
		questions = append(questions, Question{Location: "a", Asked: ago(20), Visited: ago(20 - float64(i+1))})
	}
	questions = append(questions,
		Question{Location: "b", Asked: ago(7)},                      // waits
		Question{Location: "b", Asked: ago(3), Visited: now.Add(1)}, // has a date, later
		Question{Location: "a", Acute: true, Asked: ago(1), Visited: ago(0.5)},
		Question{Location: "gone", Asked: ago(2), Visited: ago(2)}, // counts for the region
		Question{Location: "a", Asked: now.Add(time.Hour)},         // not asked yet
	)
	got := LeadTimes(s, questions, now)
	want := []LeadTime{
		{Questions: 13, Open: 2, Mean: 5, Low: 1, High: 9, Oldest: 7},
		{Acute: true, Questions: 1, Mean: 0.5, Low: 0.5, High: 0.5},
		{District: "WK01", Questions: 10, Mean: 5.5, Low: 1, High: 9},
		{District: "WK01", Acute: true, Questions: 1, Mean: 0.5, Low: 0.5, High: 0.5},
		{District: "WK02", Questions: 2, Open: 2, Oldest: 7},
	}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		g := got[i]
		same := math.Abs(g.Mean-w.Mean)+math.Abs(g.Low-w.Low)+math.Abs(g.High-w.High)+math.Abs(g.Oldest-w.Oldest) < 1e-9
		g.Mean, g.Low, g.High, g.Oldest = w.Mean, w.Low, w.High, w.Oldest
		if g != w || !same {
			t.Errorf("%+v, want %+v", got[i], w)
		}
	}
	if got := LeadTimes(s, nil, now); got != nil {
		t.Errorf("no questions: %+v", got)
	}
}
