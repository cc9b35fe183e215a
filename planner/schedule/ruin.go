package schedule

import (
	"cmp"
	"slices"
)

// Sizes of a ruin, after Christiaens and Vanden Berghe (2020): the mean number
// of visits removed and the longest string.
const (
	meanRemoved   = 8
	longestString = 10
)

// sampled is how many visits the worst are chosen from.
const sampled = 5 * meanRemoved

// neighbour lists are cut here.
const maxNear = 100

// ruiner is the scratch memory of a ruin.
type ruiner struct {
	near    [][]int32 // by place: places with visits, nearest first; lazily made
	atPlace [][]int32 // visits
	places  []int32   // places with visits
	ruined  []bool    // by route
	touched []int32
	movable []int32 // visits that are not pinned
	string  []int32
	dear    []dear
}

// dear is a visit and what is saved without it.
type dear struct {
	visit int32
	saved int64
}

func (s *state) prepareSearch() {
	m := s.m
	n := m.p.places()
	s.ruin = ruiner{near: make([][]int32, n), atPlace: make([][]int32, n), ruined: make([]bool, len(m.lanes))}
	s.rebuild = rebuilder{keys: make([]int64, len(m.visits)), home: make([]int32, len(m.visits))}
	for v := range m.visits {
		s.rebuild.home[v] = None
		place := m.area(int32(v))
		at := &s.ruin.atPlace[place]
		if len(*at) == 0 {
			s.ruin.places = append(s.ruin.places, place)
		}
		*at = append(*at, int32(v))
		if !m.visits[v].pinned {
			s.ruin.movable = append(s.ruin.movable, int32(v))
		}
	}
	s.blinkEvery, s.blink = 100, 50
	s.fast = m.timeless
}

// area is the place around which a visit belongs: for one without a place, the
// home of who comes first.
func (m *model) area(v int32) int32 {
	if place := m.visits[v].place; place != None {
		return place
	}
	for _, options := range m.p.Visits[v].Crew {
		for _, o := range options {
			return int32(m.p.Staff[o.Staff].Home)
		}
	}
	return 0
}

// nearTo returns the places around a place, itself first.
func (s *state) nearTo(place int32) []int32 {
	if list := s.ruin.near[place]; list != nil {
		return list
	}
	around := s.around(place)
	list := make([]int32, min(len(around), maxNear))
	for i := range list {
		list[i] = around[i].place
	}
	s.ruin.near[place] = list
	return list
}

// away is a place at some distance.
type away struct{ place, time int32 }

// around lists the places with visits by their distance from a place, in the
// least of the tables that have both.
func (s *state) around(place int32) []away {
	var list []away
	for i := range s.m.travel {
		t := &s.m.travel[i]
		if t.of == nil {
			for _, p := range s.ruin.places {
				list = append(list, away{p, t.minutes(place, p)})
			}
			continue
		}
		from := t.rows[place]
		if t.n == 0 || t.of[from] != place {
			continue
		}
		for row, p := range t.of {
			if len(s.ruin.atPlace[p]) > 0 {
				list = append(list, away{p, t.minutes(from, int32(row))})
			}
		}
	}
	slices.SortFunc(list, func(a, b away) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.time, b.time))
	})
	list = slices.CompactFunc(list, func(a, b away) bool { return a.place == b.place })
	slices.SortFunc(list, func(a, b away) int {
		return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.place, b.place))
	})
	return list
}

// tear removes some visits that have to do with each other and lists them, with
// some of those that were absent, for the rebuild.
func (s *state) tear() {
	b := &s.rebuild
	b.absentees = b.absentees[:0]
	s.addAbsent()
	seed := s.ruin.movable[s.rng.below(len(s.ruin.movable))]
	oneDay := int32(None)
	switch k := s.rng.below(100); {
	case s.m.days > 60 && k < 10:
		s.tearWeek(seed)
	case s.m.days > 60 && k < 20:
		s.tearRandom()
	case k >= 90:
		s.tearWorst()
	default:
		if k < 25 {
			oneDay = s.held[seed].day
		}
		s.tearStrings(seed, oneDay)
	}
	if s.rng.below(5) > 0 {
		s.tearSeries()
	}
	s.settle()
}

// addAbsent lists absent visits, at most as many as a ruin removes.
func (s *state) addAbsent() {
	b := &s.rebuild
	if s.absent == 0 {
		return
	}
	all := s.ruin.movable
	offset := s.rng.below(len(all))
	for i := range all {
		v := all[(i+offset)%len(all)]
		if s.held[v].day == None {
			b.home[v] = None
			if b.absentees = append(b.absentees, v); len(b.absentees) == meanRemoved {
				return
			}
		}
	}
}

// drop removes a visit for the rebuild.
func (s *state) drop(v int32) {
	s.rebuild.home[v] = s.held[v].day
	s.rebuild.absentees = append(s.rebuild.absentees, v)
	s.remove(v)
}

// tearStrings is slack induction by string removals: strings of neighbouring
// stops from several routes around a seed.
func (s *state) tearStrings(seed, oneDay int32) {
	longest, strings := s.sizes()
	for _, place := range s.nearTo(s.m.area(seed)) {
		for _, v := range s.ruin.atPlace[place] {
			h := &s.held[v]
			if h.day == None || s.m.visits[v].pinned || oneDay != None && h.day != oneDay {
				continue
			}
			if r := s.at[s.m.visits[v].first]; !s.ruin.ruined[r] {
				s.ruin.ruined[r] = true
				s.ruin.touched = append(s.ruin.touched, r)
				s.tearString(r, v, longest)
				strings--
			}
		}
		if strings <= 0 {
			break
		}
	}
	for _, r := range s.ruin.touched {
		s.ruin.ruined[r] = false
	}
	s.ruin.touched = s.ruin.touched[:0]
}

// sizes draws the longest string and the number of strings of a ruin.
func (s *state) sizes() (longest float64, strings int) {
	used, planned := 0, len(s.held)-s.absent
	used = max(1, s.used)
	longest = min(longestString, max(1, float64(planned)/float64(used)))
	most := 4*meanRemoved/(1+longest) - 1
	return longest, int(1 + s.rng.unit()*most)
}

// tearString removes a string of stops that has a visit in it.
func (s *state) tearString(r, v int32, longest float64) {
	stops := s.routes[r].stops
	list := s.ruin.string[:0]
	at := 0
	for i := range stops {
		n := &s.m.nodes[stops[i].node]
		if n.still {
			continue
		}
		if n.visit == v {
			at = len(list)
		}
		list = append(list, n.visit)
	}
	for _, n := range s.routes[r].calls {
		if s.m.nodes[n].visit == v {
			at = len(list)
		}
		list = append(list, s.m.nodes[n].visit)
	}
	s.ruin.string = list
	length := int(1 + s.rng.unit()*min(longest, float64(len(list))))
	length = min(length, len(list))
	kept := 0
	if length > 1 && length < len(list) && s.rng.below(2) == 0 {
		kept = 1
		for length+kept < len(list) && s.rng.below(100) != 0 {
			kept++
		}
	}
	span := length + kept
	lowest, highest := max(0, at-span+1), min(at, len(list)-span)
	first := lowest + s.rng.below(highest-lowest+1)
	hole := first + s.rng.below(length+1)
	for i := first; i < first+span; i++ {
		if kept > 0 && i >= hole && i < hole+kept {
			continue
		}
		if s.held[list[i]].day != None {
			s.drop(list[i])
		}
	}
}

// tearWeek removes a person's week, or two.
func (s *state) tearWeek(seed int32) {
	if s.held[seed].day == None {
		return
	}
	r := s.at[s.m.visits[seed].first]
	staff, week := int(r)/s.m.days, s.m.week[s.held[seed].day]
	last := week + int32(s.rng.below(2))
	for d := range s.m.days {
		if s.m.week[d] < week || s.m.week[d] > last {
			continue
		}
		s.tearRoute(int32(staff*s.m.days + d))
	}
}

func (s *state) tearRoute(r int32) {
	list := s.ruin.string[:0]
	for _, st := range s.routes[r].stops {
		if n := &s.m.nodes[st.node]; !n.still {
			list = append(list, n.visit)
		}
	}
	for _, n := range s.routes[r].calls {
		list = append(list, s.m.nodes[n].visit)
	}
	s.ruin.string = list
	for _, v := range list {
		if s.held[v].day != None && len(s.rebuild.absentees) < 3*meanRemoved {
			s.drop(v)
		}
	}
}

func (s *state) tearRandom() {
	for range 1 + s.rng.below(meanRemoved) {
		v := s.ruin.movable[s.rng.below(len(s.ruin.movable))]
		if s.held[v].day != None {
			s.drop(v)
		}
	}
}

// tearWorst removes those visits of a sample without which most is saved.
func (s *state) tearWorst() {
	list := s.ruin.dear[:0]
	for range sampled {
		v := s.ruin.movable[s.rng.below(len(s.ruin.movable))]
		if s.held[v].day != None {
			list = append(list, dear{v, s.savedWithout(v)})
		}
	}
	s.ruin.dear = list
	slices.SortFunc(list, func(a, b dear) int {
		return cmp.Or(-cmp.Compare(a.saved, b.saved), cmp.Compare(a.visit, b.visit))
	})
	for _, d := range list[:min(len(list), 1+s.rng.below(meanRemoved))] {
		if s.held[d.visit].day != None { // drawn twice
			s.drop(d.visit)
		}
	}
}

// savedWithout is what a planned visit costs in travel, window, people and move.
func (s *state) savedWithout(v int32) int64 {
	j, h := &s.m.visits[v], &s.held[v]
	saved := h.window + h.person
	if h.moved {
		saved += s.m.p.Visits[v].Move
	}
	if j.place == None {
		return saved
	}
	for k := range j.crew {
		r := s.at[j.first+k]
		i := slices.IndexFunc(s.routes[r].stops, func(st stop) bool { return st.node == j.first+k })
		at := end{r, i}
		saved += s.leg(r, at.next(-1), at) + s.leg(r, at, at.next(1)) - s.leg(r, at.next(-1), at.next(1))
	}
	return saved
}

// tearSeries also removes the other visits of each requirement that lost one,
// so that spacing and patterns are chosen anew.
func (s *state) tearSeries() {
	b := &s.rebuild
	for i := 0; i < len(b.absentees); i++ {
		q := s.m.visits[b.absentees[i]].req
		if q == None {
			continue
		}
		for _, u := range s.m.members[q] {
			if s.held[u].day != None && !s.m.visits[u].pinned {
				s.drop(u)
			}
		}
	}
}
