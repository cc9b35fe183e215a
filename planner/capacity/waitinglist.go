package capacity

import (
	"cmp"
	"slices"
)

// opening is a moment from which a window can be taken by those who wait: it opens,
// or it is released to those who borrow.
type opening struct {
	at           int64
	lane, window int
	borrowed     bool
}

// waitingList serves requests that found no time, as windows open. Whoever is on
// it had no place in any window that was open when they were last looked at, and
// windows only fill up: so only what opens can help, and is all that is looked at.
type waitingList struct {
	lanes    lanes
	classes  []Class
	requests []Request
	starts   []int64
	listed   []bool
	openings []opening
	// waiting are the requests on the list, in order of asking.
	waiting []int
	// fresh are the openings of the moment that is served, by lane; lanes names
	// those that have any.
	fresh [][]opening
}

func newWaitingList(ls lanes, classes []Class, requests []Request) *waitingList {
	w := &waitingList{
		lanes: ls, classes: classes, requests: requests,
		starts: make([]int64, len(requests)), listed: make([]bool, len(requests)), fresh: make([][]opening, len(ls)),
	}
	if !slices.ContainsFunc(classes, func(c Class) bool { return c.Booked }) {
		return w
	}
	for n := range ls {
		for i := range ls[n].windows {
			x := &ls[n].windows[i]
			w.openings = append(w.openings, opening{x.Opens, n, i, false})
			if x.Release > 0 {
				w.openings = append(w.openings, opening{max(x.Opens, x.From-x.Release), n, i, true})
			}
		}
	}
	slices.SortFunc(w.openings, func(a, b opening) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.lane, b.lane), cmp.Compare(a.window, b.window))
	})
	return w
}

func (w *waitingList) add(request int) {
	w.waiting, w.listed[request] = append(w.waiting, request), true
}

// serveUntil gives those who wait what opens up to and including a moment.
func (w *waitingList) serveUntil(now int64) {
	for len(w.openings) > 0 && w.openings[0].at <= now {
		n := 1
		for n < len(w.openings) && w.openings[n].at == w.openings[0].at {
			n++
		}
		if len(w.waiting) > 0 {
			w.serveAt(w.openings[:n])
		}
		w.openings = w.openings[n:]
	}
}

// serveAt gives those who wait what opens at one moment.
func (w *waitingList) serveAt(all []opening) {
	for _, o := range all {
		w.fresh[o.lane] = append(w.fresh[o.lane], o)
	}
	w.waiting = slices.DeleteFunc(w.waiting, func(i int) bool {
		r := w.requests[i]
		r.At = all[0].at
		c := &w.classes[r.Class]
		best := place{start: Unserved}
		w.among(c, c.Lanes, r, false, &best)
		w.among(c, c.Borrows, r, true, &best)
		if best.lane == nil {
			return false
		}
		best.lane.take(best.window, best.start, r.Length)
		w.starts[i] = best.start
		return true
	})
	for _, o := range all {
		w.fresh[o.lane] = w.fresh[o.lane][:0]
	}
}

// among improves the best place by what is fresh in some lanes.
func (w *waitingList) among(c *Class, lanes []int, r Request, borrowed bool, best *place) {
	for _, n := range lanes {
		if n >= len(w.fresh) {
			continue
		}
		for _, o := range w.fresh[n] {
			x := &w.lanes[n].windows[o.window]
			if o.borrowed != borrowed || x.free >= x.To {
				continue
			}
			if start := x.startFor(c, r.At+c.Notice, r.Length); start < best.start {
				*best = place{start, &w.lanes[n], o.window}
			}
		}
	}
}
