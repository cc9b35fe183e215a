package assign

// longestChain limits how many locations one ejection chain moves, and
// chargedChain where every load is charged: steps are dear to weigh there, and
// there are many short chains that pay.
const (
	longestChain = 5
	chargedChain = 2
)

// mostFits, mostLooks and mostCharged limit how many locations a person with
// space looks at, the most promising first: so many that fit, so many in all,
// and so many where every load is charged.
const (
	mostFits    = 3
	mostLooks   = 24
	mostCharged = 16
)

// longest returns the limit that holds for the problem.
func (m *model) longest() int {
	if m.p.Balance > 0 {
		return chargedChain
	}
	return longestChain
}

// push looks for a better solution by an ejection chain that starts at
// location j: j leaves its person, another location moves into the space left,
// a third into the space that one left, and so on; after each step j tries to
// come in again wherever that is cheapest (Yagiura, Ibaraki and Glover 2004).
// A plain shift is the chain of length 1, a swap one of length 2. It applies
// the first chain that lowers the value and reports whether there was one.
func (w *walker) push(j int32) bool {
	s := w.s
	mark, before := len(s.log), s.at[j]
	hole := s.m.staff[before]
	w.stamp++
	w.seen[j] = w.stamp
	total := s.remove(int(j))
	for range s.m.longest() {
		if c, d := w.cheapest(int(j), before); c >= 0 && total+d < 0 {
			s.add(c)
			w.value += total + d
			return true
		}
		var d int64
		if hole, d = w.fill(hole); hole < 0 {
			break
		}
		total += d
	}
	s.undo(mark)
	return false
}

// pull is a chain without a first location: somebody's location moves to the
// person with space, another into the space it left, and so on, until that
// lowers the value.
func (w *walker) pull(hole int32) bool {
	s := w.s
	mark := len(s.log)
	w.stamp++
	total := int64(0)
	for range s.m.longest() {
		var d int64
		if hole, d = w.fill(hole); hole < 0 {
			break
		}
		if total += d; total < 0 {
			w.value += total
			return true
		}
	}
	s.undo(mark)
	return false
}

// fill moves the best successor into the hole and returns the new hole and what
// that cost, or -1 when nothing can move.
func (w *walker) fill(hole int32) (int32, int64) {
	s := w.s
	c := w.successor(hole)
	if c < 0 {
		return -1, 0
	}
	j := s.m.loc[c]
	w.seen[j] = w.stamp
	next := s.m.staff[s.at[j]]
	d := s.remove(int(j))
	return next, d + s.add(c)
}

// cheapest returns the neighbour candidate at which location j comes in at the
// least cost, other than the one it just left.
func (w *walker) cheapest(j int, before int32) (int32, int64) {
	best, bestCost := int32(-1), int64(unlimited)
	for _, c := range w.near.of[j] {
		if c == before || !w.may(c) {
			continue
		}
		if d := w.s.addCost(c); d < bestCost {
			best, bestCost = c, d
		}
	}
	return best, bestCost
}

// may reports whether a candidate is within the lane's territory, or nobody.
func (w *walker) may(c int32) bool {
	i := w.s.m.staff[c]
	return w.land.staff[i] || int(i) == w.s.m.nobody
}

// successor returns the candidate by which some location of another person
// moves into the hole at the least cost.
func (w *walker) successor(hole int32) int32 {
	s, m := w.s, w.s.m
	if m.plain {
		return w.plainSuccessor(hole)
	}
	looked := 0
	best, bestCost := int32(-1), int64(unlimited)
	for _, c := range w.near.to[hole] {
		j := m.loc[c]
		if w.seen[j] == w.stamp || s.at[j] == c || !w.land.owns[j] {
			continue
		}
		if d := s.addCost(c) + s.removeCost(int(j)); d < bestCost {
			best, bestCost = c, d
		}
		if looked++; looked >= mostCharged {
			break
		}
	}
	return best
}

// plainSuccessor is successor for problems whose only limits are capacities and
// whose costs do not depend on each other, where most of the time is spent.
func (w *walker) plainSuccessor(hole int32) int32 {
	s, m := w.s, w.s.m
	best, bestCost := int32(-1), int64(unlimited)
	fits, looked := 0, 0
	room, price := m.capacity[hole]-s.load[hole], s.over.staff[hole]
	for _, c := range w.near.to[hole] {
		j := m.loc[c]
		now := s.at[j]
		if w.seen[j] == w.stamp || now == c || !w.land.owns[j] {
			continue
		}
		d := m.cost[c] - m.cost[now]
		looked++
		if a := m.load[c]; a <= room {
			fits++
		} else {
			d += price * (a - max(0, room))
		}
		from := m.staff[now]
		if beyond := s.load[from] - m.capacity[from]; beyond > 0 {
			d -= s.over.staff[from] * min(beyond, m.load[now])
		}
		if d < bestCost {
			best, bestCost = c, d
		}
		if fits >= mostFits || looked >= mostLooks {
			break
		}
	}
	return best
}

// moveDistrict hands all locations of one (staff, district) pair to another
// person and reports whether that lowered the value; only then it stays.
func (w *walker) moveDistrict(pair int32) bool {
	s, m := w.s, w.s.m
	var locations []int
	for _, c := range m.pairOf[pair] {
		if j := int(m.loc[c]); s.at[j] == c && m.p.Locations[j].Pinned == None {
			locations = append(locations, j)
		}
	}
	if len(locations) == 0 {
		return false
	}
	from := m.staff[s.at[locations[0]]]
	for c := m.first[locations[0]]; c < m.first[locations[0]+1]; c++ {
		to := m.staff[c]
		if to == from || int(to) == m.nobody || !w.land.staff[to] {
			continue
		}
		mark := len(s.log)
		var d int64
		complete := true
		for _, j := range locations {
			k := m.find(j, int(to))
			if k < 0 {
				complete = false
				break
			}
			d += s.remove(j)
			d += s.add(k)
		}
		if complete && d < 0 {
			w.value += d
			return true
		}
		s.undo(mark)
	}
	return false
}
