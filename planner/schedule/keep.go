package schedule

import (
	"slices"
	"sync"
)

// keeper puts the best solutions of the parts together while they are still at
// work, for Options.Keep.
type keeper struct {
	mu    sync.Mutex
	whole []*Placement
	at    float64 // when Keep was last called
}

// keepFirst lays down the first solutions.
func (v *solver) keepFirst() {
	if v.o.Keep == nil {
		return
	}
	v.kept.whole = make([]*Placement, len(v.p.Visits))
	for _, j := range v.jobs {
		j.back(j.chains[0].s.placements(), v.kept.whole)
	}
	v.kept.at = v.watch.seconds()
}

// keep lays down the best solution of a part whose chains are at rest, and
// tells of the whole when the last time was long enough ago.
func (v *solver) keep(j *partJob) {
	if v.o.Keep == nil {
		return
	}
	best := newChain(newState(j.chains[0].s.m, 0)) // the chains themselves go on from where they are
	best.adopt(j.leader())
	placements := best.s.placements()
	v.kept.mu.Lock()
	defer v.kept.mu.Unlock()
	for _, i := range j.visits {
		v.kept.whole[i] = nil
	}
	j.back(placements, v.kept.whole)
	if now := v.watch.seconds(); now-v.kept.at >= v.o.KeepEvery {
		v.o.Keep(slices.Clone(v.kept.whole), now)
		v.kept.at = v.watch.seconds()
	}
}
