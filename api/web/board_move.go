package web

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Move is the choice of who gets some locations, with what each choice means.
type Move struct {
	Region, Role, Location, District string
	// Version is the region's when this was worked out; another one makes it stale.
	Version int64
	// Name is that of the location or the district, Count how many locations it is.
	Name    string
	Count   int
	Choices []MoveChoice
	// Chosen is the one that was asked for; nil for none yet.
	Chosen *MoveChoice
	// Reason asks why somebody should get more than their ceiling; Fault is what is
	// wrong with it.
	Reason *Field
	Back   string
}

// MoveChoice is what it means if one person gets the locations.
type MoveChoice struct {
	Staff, Person string
	// Has says that the person has all of them already.
	Has bool
	// Load and After are the person's in minutes a year, of Capacity; Scale is the
	// share at the end of the bars.
	Load, After, Capacity int64
	Scale                 float64
	// Travel is the difference in minutes a year, Balance and Score those of their
	// constraints in hundredths of a minute-equivalent.
	Travel         int64
	Balance, Score int64
	FacesWas, Faces,
	GapWas, Gap float64
	// Others are the loads of whom it takes locations from.
	Others []MoveLoad
	// Breaks counts the rules that it breaks more than now, and Cannot the locations
	// for which the person is no candidate.
	Breaks int
	Cannot int
	Chosen bool
}

// MoveLoad is somebody's load before and after.
type MoveLoad struct {
	Person             string
	Was, Is, Capacity  int64
	WasCount, NowCount int
}

// Over reports whether the person would have more than their capacity.
func (c *MoveChoice) Over() bool { return c.After > c.Capacity }

// Bars are the bars of the load before and after.
func (c *MoveChoice) Bars() [2]Bar {
	at := func(minutes int64) float64 {
		if c.Capacity <= 0 {
			return 0
		}
		return 100 * min(1, float64(minutes)/float64(c.Capacity)/c.Scale)
	}
	limit := tenth(100 / c.Scale)
	return [2]Bar{{tenth(at(c.Load)), limit}, {tenth(at(c.After)), limit}}
}

// Share is the load afterwards as a part of capacity.
func (c *MoveChoice) Share() float64 {
	if c.Capacity <= 0 {
		return 0
	}
	return float64(c.After) / float64(c.Capacity)
}

// NewMoveChoices turns effects into rows, the best first; to is the choice that
// was made.
func NewMoveChoices(s *planner.State, effects []planner.Effect, to string) []MoveChoice {
	names := make(map[string]string, len(s.Staff))
	for i := range s.Staff {
		names[s.Staff[i].ID] = s.Staff[i].Name
	}
	scale := 1.0
	var out []MoveChoice
	for i := range effects {
		e := &effects[i]
		own := e.Loads[0]
		c := MoveChoice{
			Staff: e.Staff, Person: names[e.Staff], Load: own.Was.Load, After: own.Is.Load, Capacity: own.Is.Capacity,
			Has: own.Was.Locations == own.Is.Locations && len(e.Loads) == 1, Travel: e.TravelIs - e.TravelWas, Score: e.Difference.Soft,
			FacesWas: float64(e.FacesWas) / 100, Faces: float64(e.FacesIs) / 100, GapWas: float64(e.GapWas) / 1e6, Gap: float64(e.GapIs) / 1e6,
			Breaks: int(e.Difference.Hard), Cannot: len(e.Excluded), Chosen: e.Staff == to,
		}
		for _, a := range e.Amounts {
			if a.Constraint == planner.BalanceConstraint {
				c.Balance = a.Value
			}
		}
		for _, l := range e.Loads[1:] {
			c.Others = append(c.Others, MoveLoad{names[l.Staff], l.Was.Load, l.Is.Load, l.Is.Capacity, l.Was.Locations, l.Is.Locations})
		}
		scale = max(scale, c.Share())
		out = append(out, c)
	}
	for i := range out {
		out[i].Scale = scale
	}
	slices.SortStableFunc(out, func(a, b MoveChoice) int { return a.Cannot - b.Cannot })
	return out
}
