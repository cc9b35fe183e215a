package assign

import "slices"

// reshareJobs is how many locations are shared out anew at once at most. Where a
// company holds more, and that may be about companyJobs, those with the clearest
// choice stay where they are.
const (
	reshareJobs = 48
	companyJobs = 2 * reshareJobs
)

// reshareShare returns how many of a hundred iterations share locations out
// anew instead of moving a few at random: most where every load is charged, for
// there many exchanges pay, and many where one company can be everybody.
func (m *model) reshareShare() int {
	switch {
	case !m.plain:
		return 80
	case m.nobody <= mostLanes:
		return 70
	default:
		return 50
	}
}

// reshare gives the locations of a few people who could serve each other's to
// the same people in the best way that a beam search finds, and reports whether
// anything changed.
func (w *walker) reshare() bool {
	s := w.s
	w.company = w.gather(w.company[:0])
	if len(w.company) < 2 {
		return false
	}
	found := w.beam.reshare(s, w.company, w.fairPrice(), w.rng)
	if len(found) == 0 {
		return false
	}
	mark := len(s.log)
	var d int64
	for _, c := range found {
		d += s.remove(int(s.m.loc[c]))
	}
	for _, c := range found {
		d += s.add(c)
	}
	if d > 0 {
		s.undo(mark)
		return false
	}
	w.value += d
	w.moved(mark)
	return true
}

// gather picks people with something to exchange.
func (w *walker) gather(company []int32) []int32 {
	s, m := w.s, w.s.m
	i := m.staff[s.at[w.draw()]]
	if int(i) == m.nobody {
		return company
	}
	company = append(company, i)
	jobs := len(s.held[i])
	size := 2 + w.rng.IntN(w.beam.most-1)
	for range 4 * size {
		if len(company) == size {
			break
		}
		from := s.held[company[w.rng.IntN(len(company))]]
		if len(from) == 0 {
			break
		}
		list := w.near.of[from[w.rng.IntN(len(from))]]
		if len(list) < 2 {
			continue
		}
		next := m.staff[list[w.rng.IntN(len(list)-1)]]
		if slices.Contains(company, next) || !w.land.staff[next] {
			continue
		}
		if jobs += len(s.held[next]); jobs > companyJobs && len(company) >= 2 {
			break
		}
		company = append(company, next)
	}
	return company
}

// fairPrice returns what load is worth to each of the company: the price of the
// relaxation or, with a balance charge, its slope where all of them are equally
// loaded.
func (w *walker) fairPrice() func(i int32) int64 {
	m := w.s.m
	if m.p.Balance == 0 {
		return func(i int32) int64 { return w.price[i] }
	}
	var load, norm int64
	for _, i := range w.company {
		load += w.s.load[i]
		norm += m.p.Staff[i].norm()
	}
	slope := curve{weight: m.p.Balance, norm: norm}.slope(load)
	return func(int32) int64 { return slope }
}
