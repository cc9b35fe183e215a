package capacity

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

const hour = 3600

// erlangC is the mean wait in an M/M/c queue in mean service times (Erlang, 1917):
// c servers with load a in erlangs.
func erlangC(c int, a float64) float64 {
	term, sum := 1.0, 0.0
	for k := range c {
		sum += term
		term *= a / float64(k+1)
	}
	last := term * float64(c) / (float64(c) - a)
	return last / (sum + last) / (float64(c) - a)
}

// TestWaitsAreThoseOfTheFormulas compares the simulation with what is known
// exactly: M/M/c, M/D/1 (Pollaczek and Khinchine) and M/D/1 with visits that begin
// on a grid, which wait half a slot longer – whether the grid is windows or steps,
// and also where some questions wait on a list until it opens.
func TestWaitsAreThoseOfTheFormulas(t *testing.T) {
	t.Parallel()
	const length = hour
	long := int64(4_000_000) * length
	always := func(c int) (out []Window) {
		for range c {
			out = append(out, Window{From: 0, To: math.MaxInt64 / 2})
		}
		return out
	}
	grid := func() (out []Window) {
		for at := int64(0); at < long/20+400*length; at += length {
			out = append(out, Window{From: at, To: at + length})
		}
		return out
	}
	ahead := func() (out []Window) {
		for _, w := range grid() {
			w.Opens = max(0, w.From-3*length) // some wait on the list first
			out = append(out, w)
		}
		return out
	}
	for _, c := range []struct {
		name    string
		windows []Window
		load    float64
		random  bool
		span    int64
		want    float64 // in visits
	}{
		{"M/M/1 at 0.7", always(1), 0.7, true, long / 8, 0.7 / 0.3},
		{"M/M/3 at 0.8", always(3), 2.4, true, long / 16, erlangC(3, 2.4)},
		{"M/M/8 at 0.6", always(8), 4.8, true, long / 16, erlangC(8, 4.8)},
		{"M/D/1 at 0.7", always(1), 0.7, false, long / 10, 0.7 / (2 * 0.3)},
		{"M/D/1 at 0.85", always(1), 0.85, false, long / 5, 0.85 / (2 * 0.15)},
		{"M/D/1 on a grid at 0.6", grid(), 0.6, false, long / 20, 0.5 + 0.6/(2*0.4)},
		{"M/D/1 by steps at 0.6", []Window{{To: math.MaxInt64 / 2, Step: length}}, 0.6, false, long / 20, 0.5 + 0.6/(2*0.4)},
		{"M/D/1 on a grid at 0.6, three visits ahead", ahead(), 0.6, false, long / 20, 0.5 + 0.6/(2*0.4)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &Simulation{
				Windows: c.windows, Classes: []Class{{Lanes: []int{0}, Booked: true}}, Runs: 4, Seed: 1, WarmUp: 1000 * length,
				Streams: []Stream{{Groups: []int{0}, Length: length, Random: c.random, Rates: []Rate{{0, c.span, c.load * float64(c.span) / length}}}},
			}
			got := Simulate(s)[0]
			mean := got.Mean / length
			t.Logf("%s: mean wait %.4f visits, exactly %.4f (%+.2f %%), %d questions, %d on the list", c.name, mean, c.want, 100*(mean/c.want-1), got.Asked, got.Listed)
			if math.Abs(mean/c.want-1) > 0.02 || got.Unserved > 0 {
				t.Errorf("mean wait %.4f visits, want %.4f within 2 %%; %d unserved", mean, c.want, got.Unserved)
			}
		})
	}
}

// TestMoreSlotsNeverLengthenAWait: the same questions, first come first served, and
// a superset of the slots of one lane – with visits of one length in slots of any
// length, and with visits of any length that split. 20,000 lanes are drawn.
func TestMoreSlotsNeverLengthenAWait(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for range 200 {
			splits := random.IntN(2) == 1
			few, more := slots(random, splits)
			var requests []Request
			at, length := int64(0), 1+random.Int64N(3*hour)
			for range 1 + random.IntN(40) {
				at += random.Int64N(10 * hour)
				if splits {
					length = 1 + random.Int64N(4*hour)
				}
				requests = append(requests, Request{At: at, Length: length})
			}
			classes := []Class{{Lanes: []int{0}, Notice: random.Int64N(48 * hour), Splits: splits}}
			a, b := Serve(few, classes, requests), Serve(more, classes, requests)
			for i := range a {
				if b[i] > a[i] {
					t.Fatalf("request %d of %+v starts at %d with %v and at %d with %v", i, requests, a[i], few, b[i], more)
				}
			}
		}
	})
}

// slots draws windows apart from each other on a line, and takes a part of them.
func slots(random *rand.Rand, splits bool) (few, more []Window) {
	at := int64(0)
	for range 1 + random.IntN(40) {
		at += random.Int64N(12 * hour)
		w := Window{From: at, To: at + 1 + random.Int64N(4*hour)}
		if splits || random.IntN(3) > 0 { // who splits has one server: windows apart
			at = w.To
		}
		more = append(more, w)
		if random.IntN(3) > 0 {
			few = append(few, w)
		}
	}
	return few, more
}

// TestASplitVisitGoesOnInLaterWindows pins the rule by one example.
func TestASplitVisitGoesOnInLaterWindows(t *testing.T) {
	t.Parallel()
	windows := []Window{{From: 10 * hour, To: 11 * hour}, {From: 20 * hour, To: 21 * hour}, {From: 30 * hour, To: 31 * hour}}
	requests := []Request{{At: 0, Length: 90 * 60}, {At: 1, Length: 90 * 60}, {At: 2, Length: 1}}
	got := Serve(windows, []Class{{Lanes: []int{0}, Splits: true}}, requests)
	if want := []int64{10 * hour, 20*hour + 30*60, Unserved}; !slices.Equal(got, want) {
		t.Errorf("start at %v, want %v", got, want)
	}
	if whole := Serve(windows, []Class{{Lanes: []int{0}}}, requests); whole[0] != Unserved || whole[2] != 10*hour {
		t.Errorf("who does not split starts at %v", whole)
	}
}

// naive serves by trying every window, with no order and nothing skipped.
func naive(windows []Window, classes []Class, requests []Request) []int64 {
	free := make([]int64, len(windows))
	for i, w := range windows {
		free[i] = w.From
	}
	var out []int64
	for _, r := range requests {
		c, best, at := classes[r.Class], int64(Unserved), -1
		for i, w := range windows {
			may := slices.Contains(c.Lanes, w.Lane) || slices.Contains(c.Borrows, w.Lane) && w.Release > 0 && r.At >= w.From-w.Release
			if start := max(free[i], r.At+c.Notice); may && start+r.Length <= w.To && start < best {
				best, at = start, i
			}
		}
		if at >= 0 {
			free[at] = best + r.Length
		}
		out = append(out, best)
	}
	return out
}

// TestServeIsTheNaiveRule: with windows that hold one visit each, of any lanes,
// notices and reserves. (Where two windows offer the same start it does not
// matter which is taken, as they are of one length.)
func TestServeIsTheNaiveRule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var windows []Window
		taken := map[int64]bool{}
		for range 1 + random.IntN(40) {
			from := random.Int64N(200)
			if taken[from] {
				continue
			}
			taken[from] = true
			windows = append(windows, Window{From: from * hour, To: (from + 1) * hour, Lane: random.IntN(3), Release: random.Int64N(3) * 24 * hour})
		}
		classes := []Class{{Lanes: []int{0}, Borrows: []int{1, 2}, Notice: 24 * hour}, {Lanes: []int{0, 1}}, {Lanes: []int{2}, Borrows: []int{0}, Notice: 2 * hour}}
		var requests []Request
		at := int64(0)
		for range random.IntN(60) {
			at += random.Int64N(6 * hour)
			requests = append(requests, Request{At: at, Length: hour, Class: random.IntN(3)})
		}
		if got, want := Serve(windows, classes, requests), naive(windows, classes, requests); !slices.Equal(got, want) {
			t.Fatalf("starts %v, want %v", got, want)
		}
	})
}

// TestAReserveIsForItsLaneUntilItIsReleased pins the rule by one example.
func TestAReserveIsForItsLaneUntilItIsReleased(t *testing.T) {
	t.Parallel()
	windows := []Window{
		{From: 10 * hour, To: 11 * hour, Lane: 1, Release: 2 * hour},
		{From: 30 * hour, To: 31 * hour, Lane: 0},
	}
	classes := []Class{{Lanes: []int{0}, Borrows: []int{1}}, {Lanes: []int{1}}}
	for _, c := range []struct {
		requests []Request
		want     []int64
	}{
		{[]Request{{At: 7 * hour, Length: hour}, {At: 9 * hour, Length: hour, Class: 1}}, []int64{30 * hour, 10 * hour}},
		{[]Request{{At: 8 * hour, Length: hour}, {At: 9 * hour, Length: hour, Class: 1}}, []int64{10 * hour, Unserved}},
		{[]Request{{At: 7 * hour, Length: 2 * hour}}, []int64{Unserved}},
	} {
		if got := Serve(windows, classes, c.requests); !slices.Equal(got, c.want) {
			t.Errorf("%v start at %v, want %v", c.requests, got, c.want)
		}
	}
}

func TestASimulationIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	s := &Simulation{
		Classes: []Class{{Lanes: []int{0}}}, Runs: 8, Seed: 7,
		Streams: []Stream{{Length: hour, Groups: []int{0}, Rates: []Rate{{0, 100 * hour, 30}}}, {Length: hour, Groups: []int{1}, Rates: []Rate{{0, 50 * hour, 0}, {50 * hour, 90 * hour, 20}}}},
	}
	for at := int64(0); at < 80; at += 2 {
		s.Windows = append(s.Windows, Window{From: at * hour, To: (at + 1) * hour})
	}
	a, b := Simulate(s), Simulate(s)
	if !slices.Equal(a, b) || a[0].Asked == 0 || a[0].Unserved == 0 || a[0].Low > a[0].High || a[0].Worst > 100*hour {
		t.Errorf("waits %+v and %+v", a, b)
	}
	if none := summary(nil); none != (Waits{}) {
		t.Errorf("no questions: %+v", none)
	}
}
