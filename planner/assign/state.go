package assign

// state is a solution that the search changes in place. Every location is
// served by one candidate (nobody is one too) or is out for the moment of a
// move. Limits may be passed at a penalty, so the search can cross ground that
// no feasible path leads through (Yagiura, Ibaraki and Glover 2004).
//
// The elementary moves are remove and add; each returns its exact effect on
// cost + penalties, and undo takes back any number of them.
type state struct {
	m     *model
	at    []int32   // by location: its candidate, -1 while out
	held  [][]int32 // by staff: the locations served, in no order
	place []int32   // by location: its place in that list
	load  []int64   // by staff, Base included
	count []int32   // locations by staff
	pairs []int32   // locations by pair
	group []int64   // load by group
	moved int32     // changes against today

	charge []int64 // balance charge by staff, at load
	cost   int64   // fixed point, penalties left out
	over   penalties
	log    []change
}

// change is one entry of the log: the candidate that location left, or -1 where
// it came in from being out.
type change struct{ loc, from int32 }

// penalties are the prices of one unit above each limit, in fixed point.
type penalties struct {
	staff   []int64
	count   []int64
	group   []int64
	changes int64
}

func newPenalties(m *model) penalties {
	return penalties{
		staff: make([]int64, m.nobody+1), count: make([]int64, m.nobody+1), group: make([]int64, len(m.groupLimit)),
	}
}

func newState(m *model) *state {
	s := &state{
		m: m, at: make([]int32, m.n), held: make([][]int32, m.nobody+1), place: make([]int32, m.n), load: make([]int64, m.nobody+1), count: make([]int32, m.nobody+1),
		pairs: make([]int32, m.pairs), group: make([]int64, len(m.groupLimit)),
		charge: make([]int64, m.nobody+1), over: newPenalties(m),
	}
	s.clear()
	return s
}

// clear takes every location out.
func (s *state) clear() {
	m := s.m
	clear(s.count)
	clear(s.pairs)
	clear(s.group)
	s.moved, s.cost, s.log = 0, 0, s.log[:0]
	for j := range s.at {
		s.at[j] = -1
	}
	for i := range s.held {
		s.held[i] = s.held[i][:0]
	}
	for i := range m.p.Staff {
		s.load[i] = m.p.Staff[i].Base
		s.charge[i] = m.balance(i, s.load[i])
		s.cost += s.charge[i]
		for _, g := range m.groupsOf[i] {
			s.group[g] += s.load[i]
		}
	}
	s.load[m.nobody] = 0
}

// set replaces the whole solution.
func (s *state) set(at []int32) {
	s.clear()
	for _, c := range at {
		s.add(c)
	}
	s.log = s.log[:0]
}

// excess returns how far a value lies above its limit.
func excess(value, limit int64) int64 { return max(0, value-limit) }

// addCost returns what putting in candidate c would add to cost + penalties;
// its location must be out for the answer to be exact.
func (s *state) addCost(c int32) int64 {
	m := s.m
	i := m.staff[c]
	a, load := m.load[c], s.load[i]
	d := m.cost[c] + s.over.staff[i]*(excess(load+a, m.capacity[i])-excess(load, m.capacity[i]))
	if m.p.Balance > 0 {
		d += m.balance(int(i), load+a) - s.charge[i]
	}
	if pair := m.pair[c]; pair >= 0 && s.pairs[pair] == 0 {
		d += m.open
	}
	if s.count[i] >= m.maxCount[i] {
		d += s.over.count[i]
	}
	for _, g := range m.groupsOf[i] {
		d += s.over.group[g] * (excess(s.group[g]+a, m.groupLimit[g]) - excess(s.group[g], m.groupLimit[g]))
	}
	if m.moves[c] && s.moved >= m.maxChanges {
		d += s.over.changes
	}
	return d
}

// removeCost returns what taking out location j would add to cost + penalties.
func (s *state) removeCost(j int) int64 {
	m, c := s.m, s.at[j]
	i := m.staff[c]
	a, load := m.load[c], s.load[i]
	d := -m.cost[c] + s.over.staff[i]*(excess(load-a, m.capacity[i])-excess(load, m.capacity[i]))
	if m.p.Balance > 0 {
		d += m.balance(int(i), load-a) - s.charge[i]
	}
	if pair := m.pair[c]; pair >= 0 && s.pairs[pair] == 1 {
		d -= m.open
	}
	if s.count[i] > m.maxCount[i] {
		d -= s.over.count[i]
	}
	for _, g := range m.groupsOf[i] {
		d += s.over.group[g] * (excess(s.group[g]-a, m.groupLimit[g]) - excess(s.group[g], m.groupLimit[g]))
	}
	if m.moves[c] && s.moved > m.maxChanges {
		d -= s.over.changes
	}
	return d
}

// add puts in candidate c, whose location must be out.
func (s *state) add(c int32) int64 {
	d := s.addCost(c)
	s.log = append(s.log, change{loc: s.m.loc[c], from: -1})
	s.enter(c)
	return d
}

// remove takes out location j.
func (s *state) remove(j int) int64 {
	d := s.removeCost(j)
	s.log = append(s.log, change{loc: int32(j), from: s.at[j]})
	s.leave(int32(j))
	return d
}

// enter books candidate c in.
func (s *state) enter(c int32) {
	j, i := s.m.loc[c], s.m.staff[c]
	s.at[j] = c
	s.place[j] = int32(len(s.held[i]))
	s.held[i] = append(s.held[i], j)
	s.shift(c, s.m.load[c], 1)
}

// leave books location j out.
func (s *state) leave(j int32) {
	c := s.at[j]
	i := s.m.staff[c]
	last := len(s.held[i]) - 1
	moved := s.held[i][last]
	s.held[i][s.place[j]] = moved
	s.place[moved] = s.place[j]
	s.held[i] = s.held[i][:last]
	s.at[j] = -1
	s.shift(c, -s.m.load[c], -1)
}

// shift books candidate c in (sign 1) or out (sign -1) in every sum.
func (s *state) shift(c int32, load int64, sign int32) {
	m := s.m
	i := m.staff[c]
	s.load[i] += load
	s.count[i] += sign
	s.cost += int64(sign) * m.cost[c]
	if m.p.Balance > 0 {
		charge := m.balance(int(i), s.load[i])
		s.cost += charge - s.charge[i]
		s.charge[i] = charge
	}
	if pair := m.pair[c]; pair >= 0 {
		if s.pairs[pair] == 0 || s.pairs[pair]+sign == 0 {
			s.cost += int64(sign) * m.open
		}
		s.pairs[pair] += sign
	}
	for _, g := range m.groupsOf[i] {
		s.group[g] += load
	}
	if m.moves[c] {
		s.moved += sign
	}
}

// undo takes back moves until the log is as long as mark.
func (s *state) undo(mark int) {
	for k := len(s.log) - 1; k >= mark; k-- {
		e := s.log[k]
		if e.from < 0 {
			s.leave(e.loc)
		} else {
			s.enter(e.from)
		}
	}
	s.log = s.log[:mark]
}

// penalty returns the summed price of all limits passed.
func (s *state) penalty() int64 {
	m := s.m
	var sum int64
	for i := range m.nobody {
		sum += s.over.staff[i] * excess(s.load[i], m.capacity[i])
		sum += s.over.count[i] * excess(int64(s.count[i]), int64(m.maxCount[i]))
	}
	for g, limit := range m.groupLimit {
		sum += s.over.group[g] * excess(s.group[g], limit)
	}
	return sum + s.over.changes*excess(int64(s.moved), int64(m.maxChanges))
}

// feasible reports whether no limit is passed.
func (s *state) feasible() bool {
	m := s.m
	for i := range m.nobody {
		if s.load[i] > m.capacity[i] || s.count[i] > m.maxCount[i] {
			return false
		}
	}
	for g, limit := range m.groupLimit {
		if s.group[g] > limit {
			return false
		}
	}
	return s.moved <= m.maxChanges
}

// fits reports whether candidate c can come in without passing a limit.
func (s *state) fits(c int32) bool {
	m := s.m
	i := m.staff[c]
	if s.load[i]+m.load[c] > m.capacity[i] || s.count[i] >= m.maxCount[i] || m.moves[c] && s.moved >= m.maxChanges {
		return false
	}
	for _, g := range m.groupsOf[i] {
		if s.group[g]+m.load[c] > m.groupLimit[g] {
			return false
		}
	}
	return true
}
