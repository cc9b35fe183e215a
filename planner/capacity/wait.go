package capacity

import (
	"cmp"
	"math"
	"slices"
)

// Window is time in which one server works: questions are seen in it one after
// the other. A consult slot is a window that holds one; a server that is always
// there is a window without end.
type Window struct {
	// From and To bound the window in seconds; To is exclusive.
	From, To int64
	// Lane is the queue that the window serves.
	Lane int
	// Release is how long before From the window also serves the other lanes of a
	// class that may borrow it, in seconds; 0 for never. A reserve that nobody
	// needed is not lost.
	Release int64
	// Step above 0 lets visits of the classes that are booked begin only so many
	// seconds, or a multiple of that, after Grid.
	Step, Grid int64
	// Opens is when the window can be booked at the earliest.
	Opens int64
}

// Class is a kind of question.
type Class struct {
	// Lanes are the lanes whose windows it may take at any time, and Borrows
	// those whose windows it may take once they are released.
	Lanes, Borrows []int
	// Notice is the least time between question and visit, in seconds.
	Notice int64
	// Splits says that a visit may go on in later windows of its lane: it begins
	// wherever there is any time, and takes all it needs from there on.
	Splits bool
	// Booked says that it keeps to the steps of windows and to when they open. Who
	// finds nothing then waits on a list, and has the first time that opens or is
	// released, in order of asking. Others take any second that is free.
	Booked bool
	// Lead is how long after the start of the time taken the visit itself begins,
	// in seconds: waits last until then. Notice and steps are of the time taken.
	Lead int64
}

// Request is one question.
type Request struct {
	// At is when it is asked and Length how long its visit takes, in seconds.
	At, Length int64
	Class      int
}

// Unserved is the start of a visit for which there is no time.
const Unserved = math.MaxInt64

// Serve gives each request, in order of asking, the earliest start that is free
// for its class, as booking does: first come, first served, and what is booked is
// not moved. Requests are in order of At. It returns the starts in the order of
// the requests, Unserved where no window has room.
//
// With one class and one lane, and visits of one length or visits that split, more
// windows never make any request start later: the k-th request takes the k-th free
// place or an earlier one, or begins when no more time has been taken than before.
// (With steps a window may lose what two visits leave between them.)
func Serve(windows []Window, classes []Class, requests []Request) []int64 {
	starts, _ := serve(windows, classes, requests)
	return starts
}

// serve also says which requests had to wait on the list.
func serve(windows []Window, classes []Class, requests []Request) (starts []int64, listed []bool) {
	lanes := newLanes(windows)
	w := newWaitingList(lanes, classes, requests)
	for i, r := range requests {
		w.serveUntil(r.At)
		w.starts[i] = lanes.serve(&classes[r.Class], r)
		if w.starts[i] == Unserved && classes[r.Class].Booked {
			w.add(i)
		}
	}
	w.serveUntil(Unserved - 1)
	return w.starts, w.listed
}

// open is a window with what is left of it.
type open struct {
	Window
	free int64 // the first second that is free
}

// lane is the windows of one queue by From.
type lane struct {
	windows []open
	longest int64
	// skip leads from a window to the next one that may have room: a union-find
	// forest, so that windows that are full cost nothing.
	skip []int
	// inOrder says that no window opens before one that begins earlier.
	inOrder bool
}

type lanes []lane

func newLanes(windows []Window) lanes {
	n := 0
	for _, w := range windows {
		n = max(n, w.Lane+1)
	}
	out := make(lanes, n)
	for _, w := range windows {
		l := &out[w.Lane]
		l.windows = append(l.windows, open{w, w.From})
		l.longest = max(l.longest, w.To-w.From)
	}
	for i := range out {
		l := &out[i]
		slices.SortStableFunc(l.windows, func(a, b open) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
		l.inOrder = slices.IsSortedFunc(l.windows, func(a, b open) int { return cmp.Compare(a.Opens, b.Opens) })
		l.skip = make([]int, len(l.windows)+1)
		for j := range l.skip {
			l.skip[j] = j
		}
	}
	return out
}

// next returns the first window from i on that may have room.
func (l *lane) next(i int) int {
	for l.skip[i] != i {
		l.skip[i] = l.skip[l.skip[i]]
		i = l.skip[i]
	}
	return i
}

// place is where a request can be served.
type place struct {
	start  int64
	lane   *lane
	window int
}

func (ls lanes) serve(c *Class, r Request) int64 {
	best := place{start: Unserved}
	for _, i := range c.Lanes {
		if i < len(ls) {
			ls[i].earliest(c, r, false, &best)
		}
	}
	for _, i := range c.Borrows {
		if i < len(ls) {
			ls[i].earliest(c, r, true, &best)
		}
	}
	if best.lane == nil {
		return Unserved
	}
	best.lane.take(best.window, best.start, r.Length)
	return best.start
}

// earliest improves the best place by the windows of a lane. A window that began
// long before the request can still have room, but none that began longer ago
// than the longest window lasts.
func (l *lane) earliest(c *Class, r Request, borrowed bool, best *place) {
	from, first := r.At+c.Notice, 0
	if l.longest < from {
		first, _ = slices.BinarySearchFunc(l.windows, from-l.longest, func(w open, t int64) int { return cmp.Compare(w.From, t) })
	}
	for i := l.next(first); i < len(l.windows); i = l.next(i + 1) {
		w := &l.windows[i]
		if w.From >= best.start {
			return
		}
		if c.Booked && r.At < w.Opens {
			if l.inOrder {
				return
			}
			continue
		}
		if borrowed && (w.Release == 0 || r.At < w.From-w.Release) {
			continue
		}
		if start := w.startFor(c, from, r.Length); start < best.start {
			*best = place{start, l, i}
		}
	}
}

// startFor returns the first start from a moment on that a window has for a visit
// of a class, or Unserved.
func (w *open) startFor(c *Class, from, length int64) int64 {
	start := max(w.free, from)
	if c.Booked && w.Step > 0 {
		start = w.Grid + max(0, start-w.Grid+w.Step-1)/w.Step*w.Step
	}
	if c.Splits {
		length = min(length, 1)
	}
	if start+length > w.To {
		return Unserved
	}
	return start
}

// take takes so much time from a moment in a window on, and what does not fit in
// it from those after it.
func (l *lane) take(i int, start, length int64) {
	for i < len(l.windows) {
		w := &l.windows[i]
		start = max(start, w.free)
		taken := max(0, min(length, w.To-start))
		w.free = max(w.free, start+taken)
		if w.free >= w.To {
			l.skip[i] = i + 1
		}
		if length -= taken; length <= 0 {
			return
		}
		i = l.next(i + 1)
	}
}
