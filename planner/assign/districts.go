package assign

// kickDistrict disturbs a solution where charges for districts hold it: single
// locations cannot leave a district that they share, nor enter one alone.
func (w *walker) kickDistrict() {
	j := w.draw()
	if w.rng.IntN(2) == 0 {
		if pair := w.s.m.pair[w.s.at[j]]; pair >= 0 {
			w.quit(pair)
		}
		return
	}
	if list := w.near.of[j]; len(list) > 1 {
		if c := list[w.rng.IntN(len(list)-1)]; c != w.s.at[j] && w.s.m.pair[c] >= 0 && w.land.staff[w.s.m.staff[c]] {
			w.enter(c)
		}
	}
}

// quit sends all locations of a pair where each costs least.
func (w *walker) quit(pair int32) {
	s, m := w.s, w.s.m
	for _, c := range m.pairOf[pair] {
		j := int(m.loc[c])
		if s.at[j] != c || len(w.near.of[j]) == 0 {
			continue
		}
		w.value += s.remove(j)
		to, _ := w.cheapest(j, c)
		w.value += s.add(to)
	}
}

// enter moves one location to a candidate, and then the others of its district
// that gain by the same person.
func (w *walker) enter(first int32) {
	s, m := w.s, w.s.m
	w.value += s.remove(int(m.loc[first]))
	w.value += s.add(first)
	for _, c := range m.pairOf[m.pair[first]] {
		j := int(m.loc[c])
		if s.at[j] == c || len(w.near.of[j]) == 0 || !w.land.owns[j] {
			continue
		}
		if d := s.addCost(c) + s.removeCost(j); d < 0 {
			w.value += s.remove(j)
			w.value += s.add(c)
		}
	}
}
