package files

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// PVRP is a periodic vehicle-routing instance in the text format of Cordeau,
// Gendreau and Laporte (Networks 30, 1997).
type PVRP struct {
	Vehicles int
	// Limits holds one entry for each day.
	Limits []PVRPLimit
	// Nodes holds the depot first, then the customers in the file's order.
	Nodes []PVRPNode
}

// PVRPLimit is what one vehicle may do on one day.
type PVRPLimit struct {
	Duration float64 // travel and service; 0 for no limit
	Load     int64   // 0 for no limit
}

// PVRPNode is the depot or a customer.
type PVRPNode struct {
	ID      int
	X, Y    float64
	Service float64
	Demand  int64
	// Visits is how many visits are wanted; 0 for the depot and for dummies.
	Visits int
	// Patterns lists the allowed combinations of days, counted from 0.
	Patterns [][]int
}

// PVRPRoute is one vehicle's round on one day; both count from 1, customers
// are file ids.
type PVRPRoute struct {
	Day       int   `json:"day"`
	Vehicle   int   `json:"vehicle"`
	Customers []int `json:"customers"`
}

// ReadPVRP reads an instance. An error names the line and what was expected.
func ReadPVRP(r io.Reader) (*PVRP, error) {
	f := &pvrpReader{scanner: bufio.NewScanner(r)}
	head := f.numbers("type, vehicles, customers, days", 4)
	if f.err != nil {
		return nil, f.err
	}
	if head[0] != 1 {
		return nil, fmt.Errorf("line %d: problem type %v is not the periodic vehicle-routing problem (1)", f.line, head[0])
	}
	customers, days := int(head[2]), int(head[3])
	p := &PVRP{Vehicles: int(head[1])}
	if p.Vehicles < 1 || customers < 1 || customers > 1e5 || days < 1 || days > 62 {
		return nil, fmt.Errorf("line %d: %d vehicles, %d customers and %d days are out of range", f.line, p.Vehicles, customers, days)
	}
	for range days {
		x := f.numbers("duration and load limit", 2)
		p.Limits = append(p.Limits, PVRPLimit{Duration: x[0], Load: int64(x[1])})
	}
	for range customers + 1 {
		p.Nodes = append(p.Nodes, f.node(days))
	}
	return p, f.err
}

// pvrpReader reads lines of numbers and keeps the first error.
type pvrpReader struct {
	scanner *bufio.Scanner
	line    int
	err     error
}

// numbers reads the next line that is not empty: at least n numbers.
func (f *pvrpReader) numbers(what string, n int) []float64 {
	out := make([]float64, 0, n)
	for f.err == nil && len(out) == 0 {
		if !f.scanner.Scan() {
			f.err = fmt.Errorf("line %d: the file ends where %s should come", f.line+1, what)
			if err := f.scanner.Err(); err != nil {
				f.err = fmt.Errorf("line %d: %w", f.line+1, err)
			}
			break
		}
		f.line++
		for i, field := range strings.Fields(f.scanner.Text()) {
			x, err := strconv.ParseFloat(field, 64)
			if err != nil || math.IsNaN(x) || math.Abs(x) > 1e9 {
				f.err = fmt.Errorf("line %d, field %d: %q is not a number", f.line, i+1, field)
				break
			}
			out = append(out, x)
		}
		if f.err == nil && len(out) > 0 && len(out) < n {
			f.err = fmt.Errorf("line %d: %d numbers, at least %d expected: %s", f.line, len(out), n, what)
		}
	}
	return append(out, make([]float64, max(0, n-len(out)))...)
}

// node reads the depot or a customer.
func (f *pvrpReader) node(days int) PVRPNode {
	x := f.numbers("id, x, y, service, demand, visits, combinations", 7)
	n := PVRPNode{ID: int(x[0]), X: x[1], Y: x[2], Service: x[3], Demand: int64(x[4]), Visits: int(x[5])}
	list := x[7:]
	if f.err != nil {
		return n
	}
	if n.Visits < 0 || n.Visits > days || n.Service < 0 || n.Demand < 0 {
		f.err = fmt.Errorf("line %d: node %d has a service, demand or number of visits out of range", f.line, n.ID)
		return n
	}
	if n.Visits == 0 {
		return n
	}
	if count := int(x[6]); count < 1 || len(list) < count {
		f.err = fmt.Errorf("line %d: customer %d has %d combinations, %d stated", f.line, n.ID, len(list), count)
		return n
	}
	for _, code := range list[:int(x[6])] {
		n.Patterns = append(n.Patterns, pvrpDays(int(code), days))
		if got := len(n.Patterns[len(n.Patterns)-1]); got != n.Visits && f.err == nil {
			f.err = fmt.Errorf("line %d: combination %d of customer %d has %d days, %d visits wanted", f.line, int(code), n.ID, got, n.Visits)
		}
	}
	return n
}

// pvrpDays decodes a combination: the most significant of the bits is day 0.
func pvrpDays(code, days int) []int {
	var out []int
	for d := range days {
		if code>>(days-1-d)&1 == 1 {
			out = append(out, d)
		}
	}
	return out
}

// Distance is the straight line between two nodes, by position in Nodes.
func (p *PVRP) Distance(a, b int) float64 {
	return math.Hypot(p.Nodes[a].X-p.Nodes[b].X, p.Nodes[a].Y-p.Nodes[b].Y)
}

// Cost is the length of some routes, not rounded.
func (p *PVRP) Cost(routes []PVRPRoute) float64 {
	index := p.index()
	sum := 0.0
	for _, r := range routes {
		at := 0
		for _, id := range r.Customers {
			sum += p.Distance(at, index[id])
			at = index[id]
		}
		sum += p.Distance(at, 0)
	}
	return sum
}

func (p *PVRP) index() map[int]int {
	index := make(map[int]int, len(p.Nodes))
	for i, n := range p.Nodes {
		if i > 0 {
			index[n.ID] = i
		}
	}
	return index
}

// Faults checks routes against the instance, in floating point with a
// tolerance of 10⁻⁶, and says in words what is wrong.
func (p *PVRP) Faults(routes []PVRPRoute) []string {
	var out []string
	index, used := p.index(), make(map[[2]int]bool)
	days := make(map[int][]int)
	for _, r := range routes {
		if r.Day < 1 || r.Day > len(p.Limits) || r.Vehicle < 1 || r.Vehicle > p.Vehicles || used[[2]int{r.Day, r.Vehicle}] {
			out = append(out, fmt.Sprintf("day %d vehicle %d does not exist or drives twice", r.Day, r.Vehicle))
			continue
		}
		used[[2]int{r.Day, r.Vehicle}] = true
		load, duration := int64(0), p.Cost([]PVRPRoute{r})
		for _, id := range r.Customers {
			i, ok := index[id]
			if !ok {
				out = append(out, fmt.Sprintf("day %d vehicle %d: customer %d does not exist", r.Day, r.Vehicle, id))
				continue
			}
			load += p.Nodes[i].Demand
			duration += p.Nodes[i].Service
			days[id] = append(days[id], r.Day-1)
		}
		limit := p.Limits[r.Day-1]
		if limit.Load > 0 && load > limit.Load || limit.Duration > 0 && duration > limit.Duration+1e-6 {
			out = append(out, fmt.Sprintf("day %d vehicle %d: load %d, duration %.4f", r.Day, r.Vehicle, load, duration))
		}
	}
	for _, n := range p.Nodes[1:] {
		got := days[n.ID]
		slices.Sort(got)
		if n.Visits > 0 && !slices.ContainsFunc(n.Patterns, func(d []int) bool { return slices.Equal(d, got) }) {
			out = append(out, fmt.Sprintf("customer %d is visited on days %v, counted from 0", n.ID, got))
		}
	}
	return out
}

// PVRPProblem is an instance as a scheduling problem, with the way back.
type PVRPProblem struct {
	Problem  *schedule.Problem
	instance *PVRP
	customer []int // visit → position in Nodes
	vehicle  []int // staff → vehicle, from 1
}

// NewPVRPProblem makes the multi-vehicle form: the vehicles are staff that can
// stand in for each other, at home in the depot; the only cost is distance.
// Distances are scaled to integers and rounded up, limits down, so that a
// solution holds for the true distances too.
func NewPVRPProblem(p *PVRP) *PVRPProblem {
	out := &PVRPProblem{Problem: &schedule.Problem{MaxMoves: -1, Weights: schedule.Weights{Travel: 1}}, instance: p}
	scale := p.scale()
	q := out.Problem
	n := len(p.Nodes)
	table := schedule.Travel{Places: n, Time: make([]int32, n*n)}
	for a := range n {
		for b := range n {
			table.Time[a*n+b] = int32(math.Ceil(p.Distance(a, b) * scale))
		}
	}
	q.Travel = []schedule.Travel{table}
	var everywhere []schedule.Window
	for d := range p.Limits {
		q.Days = append(q.Days, schedule.Day{Number: d})
		everywhere = append(everywhere, schedule.Window{Day: d, From: 0, To: math.MaxInt32 / 4})
	}
	q.WindowSets = [][]schedule.Window{everywhere}
	out.addVehicles(scale)
	out.addCustomers(scale)
	return out
}

// scale is 10⁴, or less where sums would not fit.
func (p *PVRP) scale() float64 {
	scale, longest, service := 1e4, 0.0, 0.0
	for a := range p.Nodes {
		longest = max(longest, p.Distance(0, a))
		service += p.Nodes[a].Service
	}
	for (2*longest*float64(len(p.Nodes)+1)+service)*scale > math.MaxInt32/16 && scale > 1e-3 {
		scale /= 10
	}
	return scale
}

// addVehicles makes a fleet for each different limit, away on the other days.
func (o *PVRPProblem) addVehicles(scale float64) {
	limits := slices.Clone(o.instance.Limits)
	slices.SortFunc(limits, func(a, b PVRPLimit) int {
		return slices.Compare([]float64{a.Duration, float64(a.Load)}, []float64{b.Duration, float64(b.Load)})
	})
	limits = slices.Compact(limits)
	for _, limit := range limits {
		staff := schedule.Staff{LoadCap: limit.Load, MaxDuration: int32(limit.Duration*scale + 1e-6)}
		if len(limits) > 1 {
			for _, l := range o.instance.Limits {
				shift := schedule.Shift{}
				if l == limit {
					shift.To = math.MaxInt32 / 4
				}
				staff.Shifts = append(staff.Shifts, shift)
			}
		}
		for k := range o.instance.Vehicles {
			o.Problem.Staff = append(o.Problem.Staff, staff)
			o.vehicle = append(o.vehicle, k+1)
		}
	}
}

func (o *PVRPProblem) addCustomers(scale float64) {
	q := o.Problem
	var crew []schedule.Option
	for s := range q.Staff {
		crew = append(crew, schedule.Option{Staff: s})
	}
	for i, n := range o.instance.Nodes {
		if i == 0 || n.Visits == 0 {
			continue
		}
		for range n.Visits {
			q.Visits = append(q.Visits, schedule.Visit{
				Place: i, Duration: int32(math.Ceil(n.Service * scale)), Load: n.Demand,
				Crew: [][]schedule.Option{crew}, Requirement: len(q.Requirements), Unplanned: 1,
			})
			o.customer = append(o.customer, i)
		}
		q.Requirements = append(q.Requirements, schedule.Requirement{Patterns: n.Patterns})
	}
}

// Routes turns a solution into rounds, ordered by day and vehicle.
func (o *PVRPProblem) Routes(placements []*schedule.Placement) []PVRPRoute {
	type stop struct {
		day, vehicle, id int
		start            int32
	}
	var stops []stop
	for v, pl := range placements {
		if pl != nil {
			stops = append(stops, stop{pl.Day + 1, o.vehicle[pl.Staff[0]], o.instance.Nodes[o.customer[v]].ID, pl.Start})
		}
	}
	slices.SortStableFunc(stops, func(a, b stop) int {
		return slices.Compare([]int{a.day, a.vehicle, int(a.start)}, []int{b.day, b.vehicle, int(b.start)})
	})
	var out []PVRPRoute
	for _, s := range stops {
		if n := len(out); n == 0 || out[n-1].Day != s.day || out[n-1].Vehicle != s.vehicle {
			out = append(out, PVRPRoute{Day: s.day, Vehicle: s.vehicle})
		}
		r := &out[len(out)-1]
		r.Customers = append(r.Customers, s.id)
	}
	return out
}
