package verify

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// randomRole returns a small role problem with pins, unserved items, districts,
// capacities that bite and an employer's limit.
func randomRole(r *rand.Rand) *roleProof {
	f := newFixture()
	f.visits = nil
	s := &f.state
	s.Programme.Roles[0].AcuteMinutesDay, s.Programme.Roles[0].Consult = 0, calendar.Week{}
	s.Programme.Weights.OpenDistrict = 200
	s.Programme.Weights.Change = 300
	s.Staff = append(s.Staff[:2], employee("z3", "unik", "zc", 51.82, 5.83))
	for i := range s.Staff {
		s.Staff[i].Contracts[0].HoursWeek = 80 + r.IntN(80)
		s.Staff[i].Home.Lat += r.Float64() / 10
	}
	s.Organisations[1].LimitMinutes = int64(1000 + r.IntN(2000))
	s.Locations = nil
	for i := range 5 {
		l := place(string(rune('A'+i)), []string{"D1", "D2", ""}[r.IntN(3)], 51.8+r.Float64()/10, 5.8+r.Float64()/10)
		l.Registrations[0].Places = r.IntN(60)
		s.Locations = append(s.Locations, l)
		s.Assignments = append(s.Assignments, planner.Assignment{
			Location: l.ID, Role: "zc", Staff: s.Staff[r.IntN(3)].ID, Kind: planner.Primary, From: open, To: open, Pinned: i == 2,
		})
		server := s.Staff[r.IntN(3)].ID
		if i == 2 {
			server = s.Assignments[len(s.Assignments)-1].Staff
		}
		if i == 3 {
			server = ""
		}
		f.folder.Assignments = append(f.folder.Assignments, AssignmentRow{
			Location: l.ID, Role: "zc", Staff: server, Kind: primary, From: calendar.NoDate, To: calendar.NoDate,
		})
	}
	c := f.prepared()
	p := c.proof(c.roles["zc"], primary, &RoleSummary{}, nil)
	p.addUp()
	return p
}

// plainBound enumerates every set of items of every person.
func plainBound(p *roleProof, price []int64) int64 {
	var total int64
	for i := range p.items {
		if p.items[i].pinned == nil && p.items[i].served {
			total += price[i]
		}
		if p.items[i].pinned != nil {
			total += multiplierUnit * p.pinnedCost(&p.items[i])
		}
	}
	perLoad := map[*person]int64{}
	for g := range p.groups {
		total -= price[len(p.items)+1+g] * p.groupRoom(g)
		for _, s := range p.groups[g].people {
			perLoad[s] += price[len(p.items)+1+g]
		}
	}
	for _, s := range p.people {
		best := int64(math.MaxInt64)
		for set := range 1 << len(p.items) {
			if value, ok := setPrice(p, s, set, price, perLoad[s]); ok {
				best = min(best, value)
			}
		}
		total += best
	}
	return ceilMultiplier(total)
}

func setPrice(p *roleProof, s *person, set int, price []int64, perLoad int64) (value int64, ok bool) {
	carried := s.forced
	opened := map[string]bool{"": true}
	for d := range s.pinnedDistricts {
		opened[d] = true
	}
	for i := range p.items {
		it := &p.items[i]
		if set&(1<<i) == 0 {
			continue
		}
		if it.pinned != nil || !it.served || !p.candidate(s, it) {
			return 0, false
		}
		cost, load := p.itemService(s, it)
		carried += load
		cost += p.c.weights.Change * int64(p.changes(s, it))
		if !opened[it.district] {
			opened[it.district] = true
			cost += p.openDistrict
		}
		value += multiplierUnit*cost + perLoad*load - price[i]
	}
	if set != 0 && carried > s.capacity {
		return 0, false
	}
	return value + multiplierUnit*balanceCharge(p.balance, s.norm, carried), true
}

func TestBoundIsExactAndBelowEveryAssignment(t *testing.T) {
	t.Parallel()
	feasible := 0
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := randomRole(r)
		price := make([]int64, len(p.items)+1+len(p.groups))
		for i := range p.items {
			price[i] = multiplierUnit * int64(r.IntN(60_000))
		}
		price[len(price)-1] = int64(r.IntN(3 * multiplierUnit))
		got, want := p.provedBound(price), plainBound(p, price)
		if got != want {
			t.Fatalf("seed %d: bound %d, by enumeration %d", seed, got, want)
		}
		if cost, ok := cheapestAssignment(p); ok {
			feasible++
			if got > cost {
				t.Fatalf("seed %d: bound %d above the best cost %d", seed, got, cost)
			}
		}
	}
	if feasible < 50 {
		t.Errorf("only %d instances can be assigned at all", feasible)
	}
}

// cheapestAssignment tries every person at every served item.
func cheapestAssignment(p *roleProof) (best int64, ok bool) {
	choice := make([]int, len(p.items))
	best = math.MaxInt64
	for {
		if cost, fits := assignmentCost(p, choice); fits {
			best, ok = min(best, cost), true
		}
		k := 0
		for ; k < len(choice); k++ {
			if choice[k]++; choice[k] < len(p.people) {
				break
			}
			choice[k] = 0
		}
		if k == len(choice) {
			return best, ok
		}
	}
}

func assignmentCost(p *roleProof, choice []int) (cost int64, fits bool) {
	loads, free := map[*person]int64{}, map[*person]bool{}
	opened := map[[2]string]bool{}
	for i := range p.items {
		it := &p.items[i]
		s := p.people[choice[i]]
		if !it.served {
			continue
		}
		if !p.candidate(s, it) {
			return 0, false
		}
		c, load := p.itemService(s, it)
		cost += c + p.c.weights.Change*int64(p.changes(s, it))
		loads[s] += load
		free[s] = free[s] || it.pinned == nil
		if it.district != "" && !opened[[2]string{s.ID, it.district}] {
			opened[[2]string{s.ID, it.district}] = true
			cost += p.openDistrict
		}
	}
	for _, s := range p.people {
		if loads[s]+s.base > s.capacity && free[s] {
			return 0, false
		}
		cost += balanceCharge(p.balance, s.norm, loads[s]+s.base)
	}
	for _, g := range p.groups {
		var sum, forced int64
		for _, s := range g.people {
			sum += loads[s] + s.base
			forced += s.forced
		}
		if sum > max(g.LimitMinutes, forced) {
			return 0, false
		}
	}
	return cost, true
}

func TestTooMuchToProveIsStillABound(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 7))
	p := randomRole(r)
	price := make([]int64, len(p.items)+1+len(p.groups))
	for i := range price[:len(p.items)] {
		price[i] = multiplierUnit * 50_000
	}
	exact := p.provedBound(price)
	for i := range p.items {
		for k := range p.items[i].demands {
			p.items[i].demands[k].work = 1 << 28
		}
	}
	for _, s := range p.people {
		s.capacity = 1 << 40
	}
	if got := p.provedBound(price); got > exact {
		t.Errorf("bound %d above %d", got, exact)
	}
}

func TestBoundOfEmptyRole(t *testing.T) {
	t.Parallel()
	p := &roleProof{c: &checker{}, maxChanges: -1}
	if got := p.provedBound(nil); got != 0 {
		t.Errorf("bound %d, want 0", got)
	}
	for _, x := range []struct{ steps, want int64 }{{0, 0}, {1, 1}, {1024, 1}, {1025, 2}, {-1, 0}, {-1024, -1}, {-1025, -1}} {
		if got := ceilMultiplier(x.steps); got != x.want {
			t.Errorf("ceilMultiplier(%d) = %d, want %d", x.steps, got, x.want)
		}
	}
}
