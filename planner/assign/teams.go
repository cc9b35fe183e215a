package assign

import "slices"

const (
	// teamSize is the number of people from which on the lanes of a search
	// divide them among themselves instead of each working on all of them.
	teamSize = 24
	// teamQuota is the part of the locations that is a round's iterations.
	teamQuota = 64
	// largePlain is the size, staff × candidates, from which on plain problems
	// are divided: dives take too long there to be all there is.
	largePlain = 3_000_000
)

// territory is what one lane may touch in a round: some people, the locations
// that they hold, and those unassigned ones that are theirs to take.
type territory struct {
	staff []bool // by staff
	owns  []bool // by location
	locs  []int32
}

func newTerritory(m *model) *territory {
	return &territory{staff: make([]bool, m.nobody+1), owns: make([]bool, m.n), locs: make([]int32, 0, m.n)}
}

// everything is the territory of a lane that works on all.
func everything(m *model) *territory {
	t := newTerritory(m)
	t.locs = t.locs[:m.n]
	for i := range t.staff {
		t.staff[i] = true
	}
	for j := range t.owns {
		t.owns[j], t.locs[j] = true, int32(j)
	}
	return t
}

// due is the length of a trip that ends with the next iteration.
const due = 1 << 30

// divides reports whether the lanes divide the people among themselves in the
// next round. Of plain problems only large ones are divided, and not in the
// first round nor when that no longer helps: then every lane makes a new start.
func (sv *solver) divides() bool {
	if !sv.m.plain {
		return sv.m.nobody >= teamSize
	}
	return sv.m.nobody*len(sv.m.staff) >= largePlain && sv.rounds > 0 && sv.still < stagnation
}

// divide cuts the people into one territory for each lane: neighbours, in the
// order in which a walk from somebody at random reaches them, so that borders
// lie elsewhere in each round.
func (sv *solver) divide() {
	m := sv.m
	order := sv.walk()
	share := (m.n + lanes - 1) / lanes
	held := make([]int, m.nobody+1)
	for _, c := range sv.best {
		held[m.staff[c]]++
	}
	lane, taken := 0, 0
	laneOf := make([]int, m.nobody+1)
	for _, i := range order {
		if taken >= share && lane < lanes-1 {
			lane, taken = lane+1, 0
		}
		laneOf[i] = lane
		taken += held[i]
	}
	for k := range sv.lands {
		t := sv.lands[k]
		t.locs = t.locs[:0]
		for i := range m.nobody {
			t.staff[i] = laneOf[i] == k
		}
		for j, c := range sv.best {
			i := m.staff[c]
			if list := sv.near.of[j]; int(i) == m.nobody && len(list) > 0 {
				i = m.staff[list[0]]
			}
			if t.owns[j] = t.staff[i] && int(i) != m.nobody; t.owns[j] {
				t.locs = append(t.locs, int32(j))
			}
		}
	}
}

// walk lists the people breadth first, along locations that both could serve.
func (sv *solver) walk() []int32 {
	m := sv.m
	order := make([]int32, 0, m.nobody)
	seen := make([]bool, m.nobody+1)
	seen[m.nobody] = true
	visit := func(i int32) {
		if !seen[i] {
			seen[i] = true
			order = append(order, i)
		}
	}
	start := sv.rng.IntN(m.nobody)
	for next, k := 0, 0; len(order) < m.nobody; {
		if next == len(order) {
			visit(int32((start + k) % m.nobody))
			k++
			continue
		}
		for _, c := range sv.near.to[order[next]] {
			for _, other := range sv.near.of[m.loc[c]] {
				visit(m.staff[other])
			}
		}
		next++
	}
	return order
}

// muster prepares the lanes for a round: each in its territory, from the best
// solution, or everywhere, from where it is.
func (sv *solver) muster() {
	if sv.apart = sv.divides(); sv.apart {
		sv.divide()
		for k, w := range sv.walkers {
			w.land, w.here.cost, w.best.cost = sv.lands[k], unlimited, unlimited
			w.resume(sv.best)
		}
		return
	}
	if sv.still > 0 {
		sv.still = 0
		for _, w := range sv.walkers {
			w.land, w.trip = sv.whole, due
		}
	}
}

// unite puts together what the lanes found, each in its territory, and leaves
// out a lane whose part does not fit the others'.
func (sv *solver) unite() {
	before := sv.bestCost
	all := slices.Clone(sv.best)
	for _, w := range sv.walkers {
		w.claim(all)
	}
	if sv.offer(all); sv.bestCost == before {
		for _, w := range sv.walkers {
			part := slices.Clone(sv.best)
			w.claim(part)
			sv.offer(part)
		}
	}
	if sv.still++; sv.bestCost < before {
		sv.still = 0
		sv.improved()
	}
}

// claim copies the lane's part of its best solution.
func (w *walker) claim(at []int32) {
	if w.best.cost >= unlimited {
		return
	}
	for _, j := range w.land.locs {
		at[j] = w.best.at[j]
	}
}
