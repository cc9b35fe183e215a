package files

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

// alike writes instances of the same kinds as those of the literature, up to
// their largest sizes, so that the search is tried where no file is at hand.
type alike struct {
	vehicles, days int
	duration, load int
	lines          []string
	demand         int // of all visits
}

func (a *alike) customer(x, y float64, service, demand, visits int) {
	codes := dayCodes(visits, a.days)
	a.demand += visits * demand
	a.lines = append(a.lines, fmt.Sprintf("%d %.3f %.3f %d %d %d %d %s",
		len(a.lines)+1, x, y, service, demand, visits, len(codes), strings.Trim(fmt.Sprint(codes), "[]")))
}

// dayCodes are the evenly spaced combinations of days, round the period.
func dayCodes(visits, days int) []int {
	var out []int
	for first := range days {
		code := 0
		for i := range visits {
			code |= 1 << ((first + i*days/visits) % days)
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

// fit gives the vehicles an eighth more room than is needed.
func (a *alike) fit() *alike {
	a.load = max(40, (9*a.demand+8*a.days*a.vehicles-1)/(8*a.days*a.vehicles))
	return a
}

func (a *alike) read(t *testing.T) *PVRP {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "1 %d %d %d\n", a.vehicles, len(a.lines), a.days)
	for range a.days {
		fmt.Fprintf(&b, "%d %d\n", a.duration, a.load)
	}
	b.WriteString("0 0 0 0 0 0 0\n" + strings.Join(a.lines, "\n") + "\n")
	p, err := ReadPVRP(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// rings has customers on rings around the depot, the same for each vehicle, as
// the instances p14 to p32 have.
func rings(vehicles, days int) *alike {
	a := &alike{vehicles: vehicles, days: days, load: 20}
	put := func(radius float64, count int, spread float64, demand, visits int) {
		for v := range vehicles {
			for k := range count {
				angle := 2 * math.Pi * float64(v) / float64(vehicles)
				if count > 1 {
					angle += spread * (float64(k)/float64(count-1) - 0.5)
				}
				a.customer(radius*math.Cos(angle), radius*math.Sin(angle), 0, demand, visits)
			}
		}
	}
	put(58, 1, 0, 4, days)
	put(289, 1, 0, 4, days)
	for _, radius := range []float64{40, 100, 500} {
		put(radius, 1, 0, 3, 2)
	}
	for _, radius := range []float64{150, 200, 250, 300, 350, 400} {
		put(radius, 2, 0.4, 2, 1)
	}
	return a
}

// clusters has customers around some centres, service times and a limit to the
// length of a day, as the instances pr01 to pr10 have.
func clusters(customers, vehicles, days int) *alike {
	r := rand.New(rand.NewPCG(uint64(customers), uint64(days)))
	a := &alike{vehicles: vehicles, days: days, duration: 500}
	var centres [][2]float64
	for range customers / 24 {
		centres = append(centres, [2]float64{r.Float64()*100 - 50, r.Float64()*100 - 50})
	}
	frequencies := []int{1, 2, 4}
	if days == 6 {
		frequencies = []int{1, 2, 3, 6}
	}
	for len(a.lines) < customers {
		x, y, near := r.Float64()*200-100, r.Float64()*200-100, 0.0
		for _, c := range centres {
			near += math.Exp(-0.05 * math.Hypot(x-c[0], y-c[1]))
		}
		if r.Float64() < near {
			a.customer(x, y, 1+r.IntN(25), 1+r.IntN(25), frequencies[len(a.lines)*len(frequencies)/customers])
		}
	}
	return a.fit()
}

// city is one large round for a whole week, as p13 is.
func city(customers, vehicles, days int) *alike {
	r := rand.New(rand.NewPCG(uint64(customers), uint64(days)))
	a := &alike{vehicles: vehicles, days: days}
	for range customers {
		a.customer(float64(r.IntN(70)-35), float64(r.IntN(70)-35), 0, 1+r.IntN(40), []int{1, 2, 3, 4, 7, 2, 3}[r.IntN(7)])
	}
	return a.fit()
}

// TestPVRPLookAlikes: even a short search plans everything in instances of the
// largest sizes, soundly. The long form compares five seconds with thirty and
// prints how much is left to gain, which may not pass 5 %.
func TestPVRPLookAlikes(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]*alike{
		"rings 9 × 6":          rings(9, 6),
		"rings 4 × 4":          rings(4, 4),
		"clusters 288, 12 × 6": clusters(288, 12, 6),
		"clusters 192, 8 × 4":  clusters(192, 8, 4),
		"city 417, 9 × 7":      city(417, 9, 7),
		"one vehicle, 75 × 10": city(75, 1, 10),
		"one vehicle, 100 × 8": city(100, 1, 8),
	} {
		p := a.read(t)
		q := NewPVRPProblem(p)
		solve := func(o schedule.Options) float64 {
			r := schedule.Solve(context.Background(), q.Problem, o)
			routes := q.Routes(r.Placements)
			for _, fault := range p.Faults(routes) {
				t.Errorf("%s: %s", name, fault)
			}
			t.Logf("%s: %d customers, length %.1f after %d iterations, complete after %.3f s",
				name, len(p.Nodes)-1, p.Cost(routes), r.Iterations, r.FirstComplete)
			return p.Cost(routes)
		}
		if os.Getenv("WIJKPLANNER_LONG") == "" {
			solve(schedule.Options{Iterations: 500}) // the faults count here, the length in the long form
			continue
		}
		short, long := solve(schedule.Options{Seconds: 5}), solve(schedule.Options{Seconds: 30, Seed: 1})
		if gap := 100 * (short/long - 1); gap > 5 {
			t.Errorf("%s: %.2f %% longer after five seconds than after thirty", name, gap)
		} else {
			t.Logf("%s: %.2f %% longer after five seconds than after thirty", name, gap)
		}
	}
}
