package v1

import (
	"math"

	"github.com/wijkplanner/wijkplanner/planner"
)

// roleIsCommon says of each role whether so many people have it that its sums show
// nobody's own time.
func roleIsCommon(s *planner.State) map[string]bool {
	people := map[string]map[string]bool{}
	for i := range s.Staff {
		for _, c := range s.Staff[i].Contracts {
			if people[c.Role] == nil {
				people[c.Role] = map[string]bool{}
			}
			people[c.Role][s.Staff[i].ID] = true
		}
	}
	out := map[string]bool{}
	for role, who := range people {
		out[role] = len(who) >= planner.Fewest
	}
	return out
}

// wholeRegion leaves of waiting times those of the whole region, and of what was
// measured nothing of fewer than five questions, the others in fives and whole days.
func wholeRegion(all []WaitingTime) []WaitingTime {
	out := []WaitingTime{}
	for _, w := range all {
		if w.District != "" {
			continue
		}
		if m := w.Measured; m != nil {
			w.Measured = nil
			if m.Questions-m.Open >= planner.Fewest {
				w.Measured = &MeasuredPeriod{Questions: int(planner.ShownCount(int64(m.Questions))), Mean: math.Round(m.Mean), Low: math.Round(m.Low), High: math.Round(m.High)}
			}
		}
		if w.Expected != nil || w.Measured != nil {
			out = append(out, w)
		}
	}
	return out
}
