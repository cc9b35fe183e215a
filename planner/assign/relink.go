package assign

import "slices"

// eliteSize is how many solutions a walker remembers.
const eliteSize = 12

// mostApart limits how many of the differences between two solutions a path
// considers.
const mostApart = 200

// elite is a feasible solution and its cost, unlimited while there is none.
type elite struct {
	at   []int32
	cost int64
}

// distance returns in how many locations two solutions differ.
func distance(a, b []int32) int {
	d := 0
	for j, c := range a {
		if c != b[j] {
			d++
		}
	}
	return d
}

// remember puts a solution among the elite if it is better than the worst
// there; of two that hardly differ only the better stays.
func (w *walker) remember(found elite) {
	if found.cost >= unlimited {
		return
	}
	place := -1
	for k := range w.elite {
		if distance(w.elite[k].at, found.at) <= 2 {
			place = k
			break
		}
	}
	if place < 0 && len(w.elite) < eliteSize {
		w.elite = append(w.elite, elite{at: slices.Clone(found.at), cost: found.cost})
		return
	}
	if place < 0 {
		place = 0
		for k := range w.elite {
			if w.elite[k].cost > w.elite[place].cost {
				place = k
			}
		}
	}
	if e := &w.elite[place]; found.cost < e.cost {
		copy(e.at, found.at)
		e.cost = found.cost
	}
}

// relink starts from one elite solution and takes over the assignments of
// another one by one, always the one that costs least at the moment, and stays
// at a point between the two from which a descent can find something new
// (path relinking; Yagiura, Ibaraki and Glover 2006).
func (w *walker) relink() {
	s := w.s
	a := w.rng.IntN(len(w.elite))
	b := w.rng.IntN(len(w.elite) - 1)
	if b >= a {
		b++
	}
	w.drain()
	s.set(w.elite[a].at)
	w.value = s.cost + s.penalty()
	goal := w.elite[b].at
	w.apart = w.apart[:0]
	for j, c := range goal {
		if s.at[j] != c {
			w.apart = append(w.apart, int32(j))
		}
	}
	if len(w.apart) > mostApart {
		w.rng.Shuffle(len(w.apart), func(a, b int) { w.apart[a], w.apart[b] = w.apart[b], w.apart[a] })
		w.apart = w.apart[:mostApart]
	}
	steps := len(w.apart)
	length := 1 + w.rng.IntN(2+steps/2)
	for range min(length, steps) {
		best, bestCost := 0, int64(unlimited)
		for k, j := range w.apart {
			mark := len(s.log)
			d := s.remove(int(j))
			d += s.addCost(goal[j])
			s.undo(mark)
			if d < bestCost {
				best, bestCost = k, d
			}
		}
		j := w.apart[best]
		w.apart = slices.Delete(w.apart, best, best+1)
		w.value += s.remove(int(j))
		w.value += s.add(goal[j])
	}
	w.moved(0)
}
