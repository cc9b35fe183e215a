package assign

// longestChain limits how many locations one ejection chain moves.
const longestChain = 6

// chain looks for a better solution by an ejection chain that starts at
// location j: j leaves its person, another location moves into the space left,
// a third into the space that one left, and so on; after each step j tries to
// come in again wherever that is cheapest (Yagiura, Ibaraki and Glover 2004).
// A plain shift is the chain of length 1, a swap one of length 2. It applies
// the first chain that lowers the value and reports whether there was one.
func (w *walker) chain(j int) bool {
	s := w.s
	mark := len(s.log)
	before := s.at[j]
	hole := s.m.staff[before]
	total := s.remove(j)
	w.stamp++
	w.seen[j] = w.stamp
	for range longestChain {
		if c, d := w.cheapest(j, before); c >= 0 && total+d < 0 {
			s.add(c)
			w.value += total + d
			return true
		}
		c := w.successor(hole)
		if c < 0 {
			break
		}
		next := int(s.m.loc[c])
		w.seen[next] = w.stamp
		hole = s.m.staff[s.at[next]]
		total += s.remove(next)
		total += s.add(c)
		if hole == int32(s.m.nobody) {
			if c, d := w.cheapest(j, before); c >= 0 && total+d < 0 {
				s.add(c)
				w.value += total + d
				return true
			}
			break
		}
	}
	s.undo(mark)
	return false
}

// cheapest returns the neighbour candidate at which location j comes in at the
// least cost, other than the one it just left.
func (w *walker) cheapest(j int, before int32) (int32, int64) {
	best, bestCost := int32(-1), int64(unlimited)
	for _, c := range w.near.of[j] {
		if c == before {
			continue
		}
		if d := w.s.addCost(c); d < bestCost {
			best, bestCost = c, d
		}
	}
	return best, bestCost
}

// successor returns the candidate by which some location of another person
// moves into the hole at the least cost.
func (w *walker) successor(hole int32) int32 {
	s, m := w.s, w.s.m
	best, bestCost := int32(-1), int64(unlimited)
	for _, c := range w.near.to[hole] {
		j := m.loc[c]
		if w.seen[j] == w.stamp || s.at[j] == c {
			continue
		}
		if d := s.addCost(c) + s.removeCost(int(j)); d < bestCost {
			best, bestCost = c, d
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
		if to == from || int(to) == m.nobody {
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
