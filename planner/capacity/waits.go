package capacity

import (
	"runtime"
	"slices"
	"sync"
)

// Simulation is what is simulated: the windows that there are, and the streams of
// questions, over a time.
type Simulation struct {
	Windows []Window
	Classes []Class
	Streams []Stream
	// WarmUp is from when on questions count: those before fill the queue.
	WarmUp int64
	// Runs is how many times the year is drawn, with seeds Seed, Seed+1 ….
	Runs int
	Seed uint64
}

// Waits is how long the questions of one group waited, from being asked to the
// start of the visit, in seconds.
type Waits struct {
	// Asked is how many questions counted over all runs, Unserved how many of them
	// found no time before the windows end, and Listed how many had to wait on the
	// list since nothing could be booked when they were asked.
	Asked, Unserved, Listed int
	// Mean is of those served. Low and High are the band in which four of five
	// of them lie: the 10th and the 90th percentile.
	Mean      float64
	Low, High int64
	// Worst is the longest wait.
	Worst int64
}

// Simulate draws the years and returns the waits of each group. The result does
// not depend on the number of cores.
func Simulate(s *Simulation) []Waits {
	runs := make([][]drawn, s.Runs)
	var group sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), max(s.Runs, 1)) {
		group.Go(func() {
			for run := range next {
				runs[run] = s.run(s.Seed + uint64(run))
			}
		})
	}
	for run := range s.Runs {
		next <- run
	}
	close(next)
	group.Wait()
	out := make([]Waits, s.groups())
	for i := range out {
		var all drawn
		for _, run := range runs {
			all.waits, all.listed = append(all.waits, run[i].waits...), all.listed+run[i].listed
		}
		out[i] = summary(all.waits)
		out[i].Listed = all.listed
	}
	return out
}

func (s *Simulation) groups() (n int) {
	for i := range s.Streams {
		for _, g := range s.Streams[i].Groups {
			n = max(n, g+1)
		}
	}
	return n
}

// drawn is what became of the questions of a group in one year: the waits,
// Unserved among them, and how many had to wait on the list.
type drawn struct {
	waits  []int64
	listed int
}

// run draws one year, and returns what became of the questions of each group.
func (s *Simulation) run(seed uint64) []drawn {
	streams := make([][]Request, len(s.Streams))
	for i := range s.Streams {
		streams[i] = Arrivals(&s.Streams[i], seed, i)
	}
	requests, from := merged(streams)
	starts, listed := serve(s.Windows, s.Classes, requests)
	out := make([]drawn, s.groups())
	for i, r := range requests {
		if r.At < s.WarmUp {
			continue
		}
		wait := int64(Unserved)
		if starts[i] != Unserved {
			wait = starts[i] + s.Classes[r.Class].Lead - r.At
		}
		for _, g := range s.Streams[from[i]].Groups {
			out[g].waits = append(out[g].waits, wait)
			if listed[i] {
				out[g].listed++
			}
		}
	}
	return out
}

func summary(waits []int64) Waits {
	out := Waits{Asked: len(waits)}
	slices.Sort(waits)
	served := waits
	if i, found := slices.BinarySearch(waits, Unserved); found {
		served, out.Unserved = waits[:i], len(waits)-i
	}
	if len(waits) > 0 {
		// Those who found no time waited longest of all: they count in the band.
		out.Low, out.High = percentile(waits, 10), percentile(waits, 90)
	}
	if len(served) == 0 {
		return out
	}
	var sum float64
	for _, w := range served {
		sum += float64(w)
	}
	out.Mean = sum / float64(len(served))
	out.Worst = served[len(served)-1]
	return out
}

// percentile is the nearest-rank percentile of sorted values.
func percentile(sorted []int64, p int) int64 {
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}
