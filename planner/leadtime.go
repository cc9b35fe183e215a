package planner

import (
	"cmp"
	"slices"
	"time"
)

// Question is one thing that a location asked, and when somebody came.
type Question struct {
	Location string
	// Acute says that it was an acute question, else a consult.
	Acute bool
	// Asked is when it was asked, Visited when the first visit began; the zero
	// time as long as there was none.
	Asked, Visited time.Time
}

// LeadTime is how long the questions of a district waited for their first visit,
// measured: what Wait simulates, in the same units.
type LeadTime struct {
	// District is empty for the whole region.
	District string
	Acute    bool
	// Questions is how many were asked, Open how many of them still wait.
	Questions, Open int
	// Mean is the time from question to first visit in days, around the clock, of
	// those visited; Low and High are the band in which four of five of them lie.
	// All are 0 where nobody was visited yet.
	Mean, Low, High float64
	// Oldest is how long the oldest open question waits, in days.
	Oldest float64
}

// LeadTimes measures how long questions waited, up to now, by district and for the
// whole region, in the order of Waiting: the two can stand side by side. Questions
// of locations that are not known count for the region only, those that were asked
// after now not at all.
func LeadTimes(s *State, questions []Question, now time.Time) []LeadTime {
	district := map[string]string{}
	for i := range s.Locations {
		district[s.Locations[i].ID] = s.Locations[i].District
	}
	groups := map[LeadTime]*waited{}
	for _, q := range questions {
		if q.Asked.After(now) {
			continue
		}
		add := func(district string) {
			head := LeadTime{District: district, Acute: q.Acute}
			if groups[head] == nil {
				groups[head] = &waited{}
			}
			groups[head].add(&q, now)
		}
		add("")
		if d := district[q.Location]; d != "" {
			add(d)
		}
	}
	var out []LeadTime
	for head, w := range groups {
		out = append(out, w.measured(head))
	}
	slices.SortFunc(out, func(a, b LeadTime) int {
		return cmp.Or(cmp.Compare(a.District, b.District), map[bool]int{true: 1}[a.Acute]-map[bool]int{true: 1}[b.Acute])
	})
	return out
}

// waited is how long the questions of a group waited, in days.
type waited struct{ done, open []float64 }

func (w *waited) add(q *Question, now time.Time) {
	if q.Visited.IsZero() || q.Visited.After(now) {
		w.open = append(w.open, now.Sub(q.Asked).Hours()/24)
		return
	}
	w.done = append(w.done, max(0, q.Visited.Sub(q.Asked).Hours()/24))
}

// measured sets the mean and the band: the 10th and the 90th percentile by the
// nearest rank, as in the simulation.
func (w *waited) measured(x LeadTime) LeadTime {
	x.Questions, x.Open = len(w.done)+len(w.open), len(w.open)
	if len(w.open) > 0 {
		x.Oldest = slices.Max(w.open)
	}
	if len(w.done) == 0 {
		return x
	}
	slices.Sort(w.done)
	var sum float64
	for _, d := range w.done {
		sum += d
	}
	rank := func(p int) float64 { return w.done[max(0, (len(w.done)*p+99)/100-1)] }
	x.Mean, x.Low, x.High = sum/float64(len(w.done)), rank(10), rank(90)
	return x
}
