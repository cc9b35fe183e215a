package capacity

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// secondBySecond serves by trying everything each second: first who waits, in
// order of asking, and then who asks. Nothing is skipped, and nothing remembered.
type secondBySecond struct {
	windows []Window
	free    []int64
	classes []Class
}

func (n *secondBySecond) try(r Request, now int64) int64 {
	c := n.classes[r.Class]
	best, at := int64(Unserved), -1
	look := func(lane int, borrowed bool) {
		for i, w := range n.windows {
			if w.Lane != lane || c.Booked && now < w.Opens || borrowed && (w.Release == 0 || now < w.From-w.Release) {
				continue
			}
			for start := max(n.free[i], now+c.Notice); start+r.Length <= w.To; start++ {
				if c.Booked && w.Step > 0 && (start < w.Grid || (start-w.Grid)%w.Step != 0) {
					continue
				}
				if start < best {
					best, at = start, i
				}
				break
			}
		}
	}
	for _, lane := range c.Lanes {
		look(lane, false)
	}
	for _, lane := range c.Borrows {
		look(lane, true)
	}
	if at >= 0 {
		n.free[at] = best + r.Length
	}
	return best
}

func (n *secondBySecond) serve(requests []Request, until int64) (starts []int64) {
	slices.SortStableFunc(n.windows, func(a, b Window) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	for _, w := range n.windows {
		n.free = append(n.free, w.From)
	}
	starts = make([]int64, len(requests))
	var waiting []int
	next := 0
	for now := int64(0); now <= until; now++ {
		waiting = slices.DeleteFunc(waiting, func(i int) bool {
			starts[i] = n.try(requests[i], now)
			return starts[i] != Unserved
		})
		for ; next < len(requests) && requests[next].At == now; next++ {
			if starts[next] = n.try(requests[next], now); starts[next] == Unserved && n.classes[requests[next].Class].Booked {
				waiting = append(waiting, next)
			}
		}
	}
	return starts
}

// TestTheWaitingListIsThatOfEverySecond: with steps, windows that open late,
// reserves that are released, notices, and questions that keep to none of it.
func TestTheWaitingListIsThatOfEverySecond(t *testing.T) {
	t.Parallel()
	waited := 0
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		const end = 400
		var windows []Window
		for range 1 + random.IntN(25) {
			from := random.Int64N(end - 20)
			w := Window{From: from, To: from + 1 + random.Int64N(20), Lane: random.IntN(3), Grid: from - random.Int64N(8)}
			w.Release, w.Step, w.Opens = 10*random.Int64N(4), random.Int64N(5), max(0, from-random.Int64N(120))
			windows = append(windows, w)
		}
		classes := []Class{
			{Lanes: []int{0}, Borrows: []int{1, 2}, Notice: 5, Booked: true},
			{Lanes: []int{0, 1}, Booked: true},
			{Lanes: []int{2}, Borrows: []int{0}, Notice: 2},
			{Lanes: []int{1, 0}, Notice: random.Int64N(40), Booked: true},
		}
		var requests []Request
		at := int64(0)
		for range random.IntN(60) {
			if at += random.Int64N(10); at >= end {
				break
			}
			requests = append(requests, Request{At: at, Length: 1 + random.Int64N(6), Class: random.IntN(len(classes))})
		}
		want := (&secondBySecond{windows: slices.Clone(windows), classes: classes}).serve(requests, end)
		got, listed := serve(windows, classes, requests)
		if !slices.Equal(got, want) {
			t.Fatalf("windows %+v\nrequests %+v\nstarts %v, want %v", windows, requests, got, want)
		}
		for i := range requests {
			if listed[i] && got[i] != Unserved {
				waited++
			}
		}
	})
	if waited < 50 {
		t.Errorf("only %d were served from the list: nothing is tested", waited)
	}
	t.Logf("%d were served from the list", waited)
}

// TestStepsAndOpeningsByOneExample pins the rules by hand.
func TestStepsAndOpeningsByOneExample(t *testing.T) {
	t.Parallel()
	booked := []Class{{Lanes: []int{0}, Booked: true}, {Lanes: []int{0}}}
	quarter := int64(15 * 60)
	for _, c := range []struct {
		name     string
		window   Window
		requests []Request
		want     []int64
	}{
		{
			"two of fifty minutes on the half hour lose ten between them",
			Window{From: 9 * hour, To: 11 * hour, Step: 2 * quarter},
			[]Request{{Length: 3000}, {Length: 3000}, {Length: 3000}},
			[]int64{9 * hour, 10 * hour, Unserved},
		},
		{
			"steps count from midnight, not from the window",
			Window{From: 9*hour + 300, To: 11 * hour, Step: hour},
			[]Request{{Length: 60}},
			[]int64{10 * hour},
		},
		{
			"a buffer of ten minutes comes before the step",
			Window{From: 9*hour - 600, To: 11 * hour, Step: hour, Grid: -600},
			[]Request{{Length: 3600}},
			[]int64{9*hour - 600},
		},
		{
			"who is not booked takes any second",
			Window{From: 9*hour + 300, To: 11 * hour, Step: hour},
			[]Request{{Length: 60, Class: 1}},
			[]int64{9*hour + 300},
		},
		{
			"the list is served in order, before who asks later",
			Window{From: 30 * hour, To: 31 * hour, Opens: 10 * hour},
			[]Request{{At: hour, Length: 1800}, {At: 2 * hour, Length: 1800}, {At: 10 * hour, Length: 1800}},
			[]int64{30 * hour, 30*hour + 1800, Unserved},
		},
		{
			"who is not booked does not wait until it opens",
			Window{From: 30 * hour, To: 31 * hour, Opens: 10 * hour},
			[]Request{{At: hour, Length: 3600}, {At: 2 * hour, Length: 3600, Class: 1}},
			[]int64{Unserved, 30 * hour},
		},
	} {
		if got := Serve([]Window{c.window}, booked, c.requests); !slices.Equal(got, c.want) {
			t.Errorf("%s: starts %v, want %v", c.name, got, c.want)
		}
	}
}
