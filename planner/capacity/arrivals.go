package capacity

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Stream is where questions of one class come from: a Poisson process whose rate
// changes from span to span.
type Stream struct {
	Class int
	// Groups are what its waits are summed up in, from 0 on.
	Groups []int
	// Length is how long a visit takes in seconds; Random draws it from the
	// exponential distribution with that mean instead.
	Length int64
	Random bool
	// Rates are the spans in which questions come, in order and apart.
	Rates []Rate
}

// Rate is how many questions a span brings on average: office hours of a month.
type Rate struct {
	From, To int64 // seconds, To exclusive
	Expected float64
}

// Arrivals draws the questions of a stream: deterministic for the seed, and for
// each stream of its own, so that more slots, or another district, leave the
// questions as they are.
func Arrivals(s *Stream, seed uint64, stream int) []Request {
	random := rand.New(rand.NewPCG(seed, uint64(stream)+1))
	var out []Request
	for _, r := range s.Rates {
		if r.Expected <= 0 || r.To <= r.From {
			continue
		}
		mean := float64(r.To-r.From) / r.Expected
		for at := float64(r.From) + random.ExpFloat64()*mean; at < float64(r.To); at += random.ExpFloat64() * mean {
			length := s.Length
			if s.Random {
				length = max(1, int64(math.Round(random.ExpFloat64()*float64(s.Length))))
			}
			out = append(out, Request{At: int64(at), Length: length, Class: s.Class})
		}
	}
	return out
}

// merged returns the requests of all streams in order of asking, and from which
// stream each comes; of two at one second the earlier stream's is first.
func merged(streams [][]Request) (requests []Request, from []int) {
	type one struct {
		Request
		stream int
	}
	var all []one
	for i, s := range streams {
		for _, r := range s {
			all = append(all, one{r, i})
		}
	}
	slices.SortStableFunc(all, func(a, b one) int { return cmp.Compare(a.At, b.At) })
	requests, from = make([]Request, len(all)), make([]int, len(all))
	for i := range all {
		requests[i], from[i] = all[i].Request, all[i].stream
	}
	return requests, from
}
