package planner

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// TestMovedOccurrences moves and calls off days of a meeting at random, and
// compares with a plain list of days.
func TestMovedOccurrences(t *testing.T) {
	t.Parallel()
	first := calendar.NewDate(2027, 1, 5)
	year := Period{first - 10, first + 200}
	rng := rand.New(rand.NewPCG(1, 1))
	const rounds = 300
	for range rounds {
		m := Meeting{ID: "m", Start: first, Clock: 540, Minutes: 60, Rule: "FREQ=WEEKLY;COUNT=12"}
		want, err := m.Days(year, time.UTC)
		if err != nil || len(want) != 12 {
			t.Fatal(want, err)
		}
		for range 10 {
			day, to := first+calendar.Date(rng.IntN(90)), first+calendar.Date(rng.IntN(90))
			at := slices.Index(want, day)
			if rng.IntN(4) == 0 {
				to = calendar.NoDate
			}
			var next Meeting
			if to == calendar.NoDate {
				next, err = m.CallOff(day, time.UTC)
			} else {
				next, _, err = m.MoveOccurrence(day, to, m.Clock, time.UTC)
			}
			switch {
			case at < 0:
				if !errors.Is(err, ErrNoOccurrence) {
					t.Fatalf("%s is no day of it: %v", day, err)
				}
				continue
			case to != day && slices.Contains(want, to):
				if !errors.Is(err, ErrOccurrence) {
					t.Fatalf("%s is a day of it already: %v", to, err)
				}
				continue
			case err != nil:
				t.Fatal(err)
			}
			m, want = next, slices.Delete(slices.Clone(want), at, at+1)
			if to != calendar.NoDate {
				want = append(want, to)
				slices.Sort(want)
			}
			if got, err := m.Days(year, time.UTC); err != nil || !slices.Equal(got, want) {
				t.Fatalf("after %s to %s: %v, want %v (except %v, besides %v)", day, to, got, want, m.Except, m.Besides)
			}
		}
	}
	t.Logf("%d meetings, ten changes each: 0 differences", rounds)
}

func TestASingleMeetingMoves(t *testing.T) {
	t.Parallel()
	m := Meeting{ID: "m", Start: calendar.NewDate(2027, 1, 5), Clock: 540, Minutes: 60}
	moved, besides, err := m.MoveOccurrence(m.Start, m.Start+1, 600, time.UTC)
	if err != nil || besides != nil || moved.Start != m.Start+1 || moved.Clock != 600 || len(moved.Except)+len(moved.Besides) > 0 {
		t.Errorf("moved %+v, %v, %v", moved, besides, err)
	}
	off, err := m.CallOff(m.Start, time.UTC)
	if days, err2 := off.Days(Period{m.Start - 5, m.Start + 5}, time.UTC); err != nil || err2 != nil || len(days) != 0 {
		t.Errorf("called off: %v, %v, %v", days, err, err2)
	}
}
