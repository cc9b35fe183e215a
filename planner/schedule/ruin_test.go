package schedule

import (
	"slices"
	"testing"
)

// TestSavedWithoutIsExact takes each visit of random plans out: travel, windows
// and people cost as much less as was foretold, but for the move.
func TestSavedWithoutIsExact(t *testing.T) {
	t.Parallel()
	for seed := range seeds(60) {
		p := randomProblem(11_000+seed, false)
		s := newState(compile(p), seed)
		s.construct(func() bool { return false })
		for v := range s.held {
			if s.held[v].day == None {
				continue
			}
			want := s.savedWithout(int32(v))
			if s.held[v].moved {
				want -= p.Visits[v].Move
			}
			before := s.total
			s.begin()
			s.remove(int32(v))
			s.settle()
			got := before.Travel + before.Window + before.Person - s.total.Travel - s.total.Window - s.total.Person
			s.rollback()
			if got != want {
				t.Fatalf("seed %d visit %d: %d less, foretold %d", seed, v, got, want)
			}
		}
	}
}

// TestTearWorstTakesTheDearest: of ten visits around the corner and one far away
// the far one always goes.
func TestTearWorstTakesTheDearest(t *testing.T) {
	t.Parallel()
	points := slices.Repeat([][2]float64{{1, 1}}, 10)
	p := field(1, 1, append(points, [2]float64{9, 9})...)
	for seed := range uint64(20) {
		s := newState(compile(p), seed)
		s.construct(func() bool { return false })
		s.prepareSearch()
		s.tearWorst()
		if n := len(s.rebuild.absentees); n == 0 || n > meanRemoved || s.rebuild.absentees[0] != 10 {
			t.Errorf("seed %d: %v were taken out", seed, s.rebuild.absentees)
		}
	}
}

// TestRuinsKeepAccount: each kind of ruin, and the rebuild after it, leaves sums
// that a full evaluation confirms.
func TestRuinsKeepAccount(t *testing.T) {
	t.Parallel()
	for seed := range seeds(40) {
		p := randomProblem(12_000+seed, seed%2 == 0)
		s := newState(compile(p), seed)
		s.construct(func() bool { return false })
		s.prepareSearch()
		if len(s.ruin.movable) == 0 {
			continue
		}
		for name, ruin := range map[string]func(v int32){
			"week":    s.tearWeek,
			"random":  func(int32) { s.tearRandom() },
			"worst":   func(int32) { s.tearWorst() },
			"strings": func(v int32) { s.tearStrings(v, None) },
			"a day":   func(v int32) { s.tearStrings(v, s.held[v].day) },
		} {
			s.begin()
			s.rebuild.absentees = s.rebuild.absentees[:0]
			ruin(s.ruin.movable[s.rng.below(len(s.ruin.movable))])
			s.tearSeries()
			s.settle()
			s.recreate()
			if s.broken {
				s.rollback()
				continue
			}
			s.commit()
			score, amounts := Evaluate(p, s.placements())
			if score.Medium != s.medium || amounts != s.total {
				t.Fatalf("seed %d after %s: %+v, full evaluation %+v", seed, name, s.total, amounts)
			}
		}
	}
}
