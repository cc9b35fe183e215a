package planner

import (
	"math"
	"slices"
)

// TravelTable holds travel times that a road router measured. They are given
// facts to a plan: what is not in the table, or not credible, is estimated.
type TravelTable struct {
	// Source names the router, Why says why something is estimated although a
	// router was asked, as a code; both empty when there was none.
	Source, Why string
	Modes       map[TravelMode]*ModeTable
}

// Note says in words where a plan's travel comes from, for its readers.
func (t *TravelTable) Note() Text {
	why := map[string]Text{
		"router_unreachable": {"de routeplanner antwoordde niet", "the road router did not answer"},
		"router_refused":     {"de routeplanner weigerde de vraag", "the road router refused the question"},
		"router_garbled":     {"het antwoord van de routeplanner was onleesbaar", "the road router's answer made no sense"},
		"router_too_many":    {"er zijn te veel plaatsen om te meten", "there are too many places to measure"},
		"router_incomplete":  {"de routeplanner kent niet elke reis", "the road router does not know every trip"},
	}[t.Why]
	switch {
	case t.Why == "":
		return Text{"Reistijden zijn gemeten door een routeplanner.", "Travel times are measured by a road router."}
	case t.Source == "estimate":
		return Text{"Reistijden zijn geschat: " + why.NL + ".", "Travel times are estimated: " + why.EN + "."}
	}
	return Text{
		"Reistijden zijn deels gemeten door een routeplanner en deels geschat: " + why.NL + ".",
		"Travel times are measured by a road router in part and estimated for the rest: " + why.EN + ".",
	}
}

// ModeTable is the travel of one mode between points.
type ModeTable struct {
	// Points are latitude and longitude.
	Points [][2]float64
	// Seconds holds the travel from each point to each; Unknown where there is
	// none.
	Seconds [][]int32
}

// Unknown marks travel that a router could not measure.
const Unknown = -1

// fastest is the speed in km/h above which a measured time is not credible: a
// router that knows no road near two points puts them in one place.
const fastest = 200

// NewModeTable makes a table of points, of which nothing is known yet.
func NewModeTable(points [][2]float64) *ModeTable {
	t := &ModeTable{Points: points, Seconds: make([][]int32, len(points))}
	for i := range t.Seconds {
		t.Seconds[i] = slices.Repeat([]int32{Unknown}, len(points))
	}
	return t
}

// indexed is a table with its points found at once.
type indexed struct {
	*ModeTable
	index map[[2]float64]int
}

// halfSeconds returns the mean of both directions, as travel is the same both
// ways in a plan, in half seconds so that nothing is lost; false where either is
// unknown or not credible.
func (t *indexed) halfSeconds(a, b Point) (int64, bool) {
	i, ok := t.index[[2]float64{a.Lat, a.Lon}]
	j, also := t.index[[2]float64{b.Lat, b.Lon}]
	if !ok || !also {
		return 0, false
	}
	there, back := t.Seconds[i][j], t.Seconds[j][i]
	least := greatCircle(a, b) / fastest * 3600
	if there < 0 || back < 0 || float64(min(there, back)) < least {
		return 0, false
	}
	return int64(there) + int64(back), true
}

// with returns travel that knows a table.
func (t Travel) with(table *TravelTable) Travel {
	if table == nil {
		return t
	}
	t.tables = make(map[TravelMode]*indexed, len(table.Modes))
	for mode, m := range table.Modes {
		x := &indexed{m, make(map[[2]float64]int, len(m.Points))}
		for i, p := range m.Points {
			x.index[p] = i
		}
		t.tables[mode] = x
	}
	return t
}

// measured returns the minutes of a table, with what a trip by car takes
// besides the road.
func (t Travel) measured(a, b Point, mode TravelMode) (float64, bool) {
	table := t.tables[mode]
	if table == nil {
		return 0, false
	}
	half, ok := table.halfSeconds(a, b)
	if !ok {
		return 0, false
	}
	minutes := float64(half) / 120
	if mode == Car {
		minutes += t.carFixed
	}
	return minutes, true
}

// PlacesToMeasure lists, for each mode that somebody of some regions uses, the
// points between which somebody may travel: homes, locations and meetings, each
// once, in ascending order.
func PlacesToMeasure(states []*State) map[TravelMode][][2]float64 {
	out := map[TravelMode][][2]float64{}
	for _, s := range states {
		var shared [][2]float64
		for i := range s.Locations {
			shared = append(shared, s.Locations[i].Point.coordinates())
		}
		for i := range s.Meetings {
			if p := s.Meetings[i].Point; p != (Point{}) {
				shared = append(shared, p.coordinates())
			}
		}
		seen := map[TravelMode]bool{}
		for i := range s.Staff {
			m := &s.Staff[i]
			if out[m.Mode] = append(out[m.Mode], m.Home.coordinates()); !seen[m.Mode] {
				out[m.Mode], seen[m.Mode] = append(out[m.Mode], shared...), true
			}
		}
	}
	for mode, points := range out {
		slices.SortFunc(points, func(a, b [2]float64) int { return slices.Compare(a[:], b[:]) })
		out[mode] = slices.Compact(points)
	}
	return out
}

func (p Point) coordinates() [2]float64 { return [2]float64{p.Lat, p.Lon} }

// Known counts the pairs of different points of which a table knows the travel,
// and all of them.
func (t *ModeTable) Known() (known, all int) {
	for i := range t.Seconds {
		for j, s := range t.Seconds[i] {
			if i == j {
				continue
			}
			all++
			if s >= 0 {
				known++
			}
		}
	}
	return known, all
}

// Set writes the seconds from one point to another, rounded to whole ones; what
// is no time a journey within a day can take is unknown.
func (t *ModeTable) Set(from, to int, seconds float64) {
	if math.IsNaN(seconds) || seconds < 0 || seconds > 24*60*60 {
		return
	}
	t.Seconds[from][to] = int32(math.Round(seconds))
}
