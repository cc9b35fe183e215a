package schedule

import (
	"math"
	"slices"
)

// A requirement with patterns is planned as one series: all of its visits on
// the days of one pattern, or none.

// series is the scratch memory of the search for a pattern.
type series struct {
	spots []spot // by day
	state []int8 // by day: 0 not tried, 1 found, 2 impossible
	tried []int32
	days  []int32
}

func (s *state) patterned(q int32) bool {
	return q != None && len(s.m.p.Requirements[q].Patterns) > 0
}

// placeSeries plans an absent requirement on its cheapest pattern.
func (s *state) placeSeries(q int32) bool {
	s.forgetDays()
	cost, best := int64(math.MaxInt64), -1
	for i, days := range s.m.patterns[q] {
		if c, ok := s.patternCost(q, days, cost); ok && c < cost {
			cost, best = c, i
		}
	}
	if best < 0 {
		return false
	}
	return s.placePattern(q, s.m.patterns[q][best])
}

// forgetDays clears the memory of the last series.
func (s *state) forgetDays() {
	f := &s.series
	if f.state == nil {
		f.state, f.spots = make([]int8, s.m.days), make([]spot, s.m.days)
	}
	for _, d := range f.tried {
		f.state[d] = 0
	}
	f.tried = f.tried[:0]
}

// free returns the days of a pattern that pinned visits leave open, and whether
// the pattern has all the pinned ones.
func (s *state) free(q int32, days []int32) ([]int32, bool) {
	out := s.series.days[:0]
	out = append(out, days...)
	for _, v := range s.m.members[q] {
		if !s.m.visits[v].pinned {
			continue
		}
		i := slices.Index(out, s.held[v].day)
		if i < 0 {
			return nil, false
		}
		out = slices.Delete(out, i, i+1)
	}
	s.series.days = out
	return out, true
}

// patternCost sums the best spots of a pattern's days; it gives up at limit.
func (s *state) patternCost(q int32, days []int32, limit int64) (int64, bool) {
	free, ok := s.free(q, days)
	if !ok {
		return 0, false
	}
	cost := s.m.seriesSpacing(q, days)
	next := 0
	for _, d := range free {
		v := s.nextMember(q, &next)
		if v == None || !s.spotOn(q, v, d) {
			return 0, false
		}
		if cost += s.series.spots[d].delta; cost >= limit {
			return 0, false
		}
	}
	return cost, true
}

// nextMember walks over the visits of a requirement that are not pinned.
func (s *state) nextMember(q int32, next *int) int32 {
	for *next < len(s.m.members[q]) {
		v := s.m.members[q][*next]
		*next++
		if !s.m.visits[v].pinned {
			return v
		}
	}
	return None
}

// spotOn finds the best spot of a visit on a day; like visits share it.
func (s *state) spotOn(q, v, day int32) bool {
	f := &s.series
	if s.m.alike[q] && f.state[day] != 0 {
		return f.state[day] == 1
	}
	s.gapless = true
	found := s.find(v, s.m.sets[s.m.visits[v].set].on(int(day)))
	s.gapless = false
	f.tried = append(f.tried, day)
	f.state[day] = 2
	if found {
		f.state[day], f.spots[day] = 1, s.best
	}
	return found
}

// seriesSpacing is the spacing cost of visits on exactly these days.
func (m *model) seriesSpacing(q int32, days []int32) int64 {
	rq := &m.p.Requirements[q]
	if rq.IdealGap == 0 {
		return 0
	}
	sum := int64(0)
	for i, d := range days {
		if i > 0 {
			sum += int64(abs(int(m.number[d]-m.number[days[i-1]]) - rq.IdealGap))
		} else if rq.HasLast {
			sum += int64(abs(int(m.number[d]) - rq.Last - rq.IdealGap))
		}
	}
	return sum * m.p.Weights.Spacing
}

// placePattern plans the visits of a requirement on the days of a pattern.
func (s *state) placePattern(q int32, days []int32) bool {
	free, ok := s.free(q, days)
	if !ok {
		return false
	}
	next := 0
	for _, d := range free {
		v := s.nextMember(q, &next)
		if !s.m.alike[q] {
			if !s.spotOn(q, v, d) {
				s.dropSeries(q)
				return false
			}
		}
		p := &s.series.spots[d]
		for k := range s.m.visits[v].crew {
			if _, ok := s.room(p.route[k], &s.m.visits[v]); !ok { // an earlier visit of the series filled the week
				s.dropSeries(q)
				return false
			}
		}
		s.place(v, p)
	}
	return true
}

// dropSeries removes what is planned of a requirement and not pinned.
func (s *state) dropSeries(q int32) {
	for _, v := range s.m.members[q] {
		if s.held[v].day != None && !s.m.visits[v].pinned {
			s.remove(v)
		}
	}
	s.settle()
}

// whole reports whether a requirement with patterns is planned on one of them
// or not at all.
func (s *state) whole(q int32) bool {
	days := s.series.days[:0]
	for _, v := range s.m.members[q] {
		if s.held[v].day != None {
			days = append(days, s.held[v].day)
		}
	}
	slices.Sort(days)
	s.series.days = days
	if len(days) == 0 {
		return true
	}
	for _, p := range s.m.p.Requirements[q].Patterns {
		if slices.EqualFunc(days, p, func(a int32, b int) bool { return int(a) == b }) {
			return true
		}
	}
	return false
}
