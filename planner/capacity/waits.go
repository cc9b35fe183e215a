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
	// Asked is how many questions counted over all runs, and Unserved how many of
	// them found no time before the windows end.
	Asked, Unserved int
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
	runs := make([][][]int64, s.Runs)
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
		var waits []int64
		for _, run := range runs {
			waits = append(waits, run[i]...)
		}
		out[i] = summary(waits)
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

// run returns the waits of each group in one year, Unserved among them.
func (s *Simulation) run(seed uint64) [][]int64 {
	streams := make([][]Request, len(s.Streams))
	for i := range s.Streams {
		streams[i] = Arrivals(&s.Streams[i], seed, i)
	}
	requests, from := merged(streams)
	starts := Serve(s.Windows, s.Classes, requests)
	waits := make([][]int64, s.groups())
	for i, r := range requests {
		if r.At < s.WarmUp {
			continue
		}
		wait := int64(Unserved)
		if starts[i] != Unserved {
			wait = starts[i] - r.At
		}
		for _, g := range s.Streams[from[i]].Groups {
			waits[g] = append(waits[g], wait)
		}
	}
	return waits
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
