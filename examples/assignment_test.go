package examples_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// solved plans a state, and proves the plan.
func solved(t *testing.T, s *planner.State, maxChanges, iterations int) *planner.Plan {
	t.Helper()
	p, err := planner.Solve(context.Background(), s, planner.Options{Year: 2027, Seed: 1, Iterations: iterations, Workers: 1, MaxChanges: maxChanges})
	if err != nil {
		t.Fatal(err)
	}
	faults, err := files.Prove([]*planner.State{s}, []*planner.Plan{p})
	if err != nil || len(faults) > 0 {
		t.Errorf("%v, %v", faults, err)
	}
	return p
}

// inForceFrom returns a state in which a plan's assignments hold already; the
// pins stay.
func inForceFrom(s *planner.State, p *planner.Plan) *planner.State {
	out := *s
	out.Assignments = nil
	for i := range p.Assignments {
		a := &p.Assignments[i]
		if a.Staff == "" {
			continue
		}
		pin := slices.IndexFunc(s.Assignments, func(x planner.Assignment) bool {
			return x.Pinned && x.Location == a.Location && x.Role == a.Role && x.Kind == a.Kind
		})
		row := planner.Assignment{Location: a.Location, Role: a.Role, Staff: a.Staff, Kind: a.Kind, From: calendar.NoDate, To: calendar.NoDate}
		if pin >= 0 {
			row.Pinned, row.Reason = true, s.Assignments[pin].Reason
		}
		out.Assignments = append(out.Assignments, row)
	}
	return &out
}

// TestAgainFromItself plans each example from its own plan: nobody gets another
// location.
func TestAgainFromItself(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e example, s *planner.State) {
		t.Helper()
		first := plan(t, e.dir).Plan
		again := solved(t, inForceFrom(s, first), -1, 400)
		for i := range again.Assignments {
			if a := &again.Assignments[i]; a.Changed {
				t.Errorf("%s, %s %s: goes to %s, %s", a.Location, a.Role, a.Kind, a.Staff, planner.FormatReason(a.Reason))
			}
		}
		for _, c := range planner.Compare(first, again).Assignments {
			t.Errorf("%s, %s %s: from %s to %s", c.Location, c.Role, c.Kind, c.Was, c.Is)
		}
	})
}

// TestChangeBudget moves everybody's locations to the next person, so that much
// is to be gained by changes, and allows only some.
func TestChangeBudget(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ example, s *planner.State) {
		t.Helper()
		for _, budget := range []int{0, 1, 5, 20} {
			today := rotated(s)
			if budget != 5 { // backups, half of the work, go along once
				withoutBackups(today)
			}
			p := solved(t, today, budget, 100)
			for i := range p.Roles {
				r := &p.Roles[i]
				if r.Kind == planner.Primary && r.Changed > max(budget, unavoidable(p, s, r.Role)) {
					t.Errorf("%s: %d change hands with a budget of %d", r.Role, r.Changed, budget)
				}
			}
		}
	})
}

// rotated gives each location to the next person who has the role all year.
func rotated(s *planner.State) *planner.State {
	out := *s
	out.Assignments = slices.Clone(s.Assignments)
	out.Programme.Roles = slices.Clone(s.Programme.Roles)
	for i := range out.Assignments {
		a := &out.Assignments[i]
		if a.Pinned {
			continue
		}
		var people []string
		for k := range s.Staff {
			if slices.ContainsFunc(s.Staff[k].Contracts, func(c planner.Contract) bool {
				return c.Role == a.Role && c.From <= calendar.NewDate(2027, 1, 1) && c.To == calendar.NoDate
			}) {
				people = append(people, s.Staff[k].ID)
			}
		}
		if at := slices.Index(people, a.Staff); at >= 0 && a.Kind == planner.Primary {
			a.Staff = people[(at+1)%len(people)]
		} else if a.Kind == planner.Backup {
			a.Pinned, a.To = false, calendar.NewDate(2026, 6, 30)
		}
	}
	return &out
}

// withoutBackups asks for no backups at all.
func withoutBackups(s *planner.State) {
	for i := range s.Programme.Roles {
		s.Programme.Roles[i].Backup = false
	}
	s.Assignments = slices.DeleteFunc(s.Assignments, func(a planner.Assignment) bool { return a.Kind == planner.Backup })
}

// unavoidable counts the locations of districts that several people have today
// in a role that gives them out whole.
func unavoidable(p *planner.Plan, s *planner.State, role string) int {
	if s.Programme.Role(role).Assign != planner.ByDistrict {
		return 0
	}
	today := map[string]map[string]bool{}
	district := map[string]string{}
	for i := range s.Locations {
		district[s.Locations[i].ID] = s.Locations[i].District
	}
	for _, a := range s.Assignments {
		if a.Role == role && a.Kind == planner.Primary {
			if today[district[a.Location]] == nil {
				today[district[a.Location]] = map[string]bool{}
			}
			today[district[a.Location]][a.Staff] = true
		}
	}
	n := 0
	for i := range p.Assignments {
		if a := &p.Assignments[i]; a.Role == role && a.Kind == planner.Primary && a.Changed && len(today[a.District]) > 1 {
			n++
		}
	}
	return n
}

// TestHeaviestLoad compares the heaviest relative load of each role with the
// least that is possible at all, worked out here from loads and capacities.
func TestHeaviestLoad(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e example, s *planner.State) {
		t.Helper()
		p := plan(t, e.dir).Plan
		for i := range p.Roles {
			r := &p.Roles[i]
			if r.Kind != planner.Primary || len(r.Shortages) > 0 {
				continue
			}
			heaviest := 0.0
			for _, l := range r.Loads {
				heaviest = max(heaviest, relative(l.Load, l.Capacity))
			}
			least := leastHeaviest(p, s, r)
			t.Logf("%s, %s: heaviest load %.1f %%, at least %.1f %%, %d locations change hands", e.dir, r.Role, 100*heaviest, 100*least, r.Changed)
			if heaviest > least+0.02 {
				t.Errorf("%s: the heaviest load is %.1f %%, %.1f %% is possible or nearly so", r.Role, 100*heaviest, 100*least)
			}
		}
	})
}

func relative(load, capacity int64) float64 {
	if capacity <= 0 {
		return 0
	}
	return float64(load) / float64(capacity)
}

// task is what goes to one person as a whole, with its load for each person who
// may have it.
type task struct{ loads map[string]int64 }

// leastHeaviest returns a lower bound on the heaviest relative load that any
// assignment of a role can have: for many single locations by sharing their
// least loads out as if they could be cut, for whole districts or a few locations
// exactly.
func leastHeaviest(p *planner.Plan, s *planner.State, r *planner.RoleResult) float64 {
	capacity, base := map[string]int64{}, map[string]int64{}
	now := map[string]int64{}
	for _, l := range r.Loads {
		capacity[l.Staff], base[l.Staff], now[l.Staff] = l.Capacity, l.Load, l.Load
	}
	for i := range p.Assignments {
		if a := &p.Assignments[i]; a.Role == r.Role && a.Kind == planner.Primary && a.Staff != "" {
			base[a.Staff] -= a.MinutesYear
		}
	}
	var tasks []task
	seen := map[string]bool{}
	for i := range p.Assignments {
		a := &p.Assignments[i]
		if a.Role != r.Role || a.Kind != planner.Primary || seen[a.Location] {
			continue
		}
		rec, err := planner.Recommend(s, p, 2027, a.Location, a.Role, planner.Primary)
		if err != nil {
			panic(err)
		}
		one := task{map[string]int64{}}
		for _, c := range rec.Ranking {
			if len(c.Blocked) > 0 && slices.Contains(c.Blocked, "pin") {
				continue
			}
			if one.loads[c.Staff] = c.Load - now[c.Staff]; c.Serves {
				for k := range p.Assignments {
					if b := &p.Assignments[k]; b.Role == r.Role && b.Kind == planner.Primary && slices.Contains(rec.Locations, b.Location) {
						one.loads[c.Staff] += b.MinutesYear
					}
				}
			}
		}
		for _, l := range rec.Locations {
			seen[l] = true
		}
		tasks = append(tasks, one)
	}
	if s.Programme.Role(r.Role).Assign == planner.ByDistrict || len(tasks) < 15 {
		return exactLeast(tasks, base, capacity)
	}
	return sharedLeast(tasks, base, capacity)
}

// sharedLeast finds by bisection the lowest share of everybody's capacity at
// which the room beside what people carry anyway takes all tasks.
func sharedLeast(tasks []task, base, capacity map[string]int64) float64 {
	low, work := 0.0, int64(0)
	fixed := maps.Clone(base)
	for _, x := range tasks {
		if least := leastOf(x); len(x.loads) == 1 { // pinned, or nobody else may
			for who := range x.loads {
				fixed[who] += least
			}
		} else {
			work += least
		}
	}
	for who, load := range fixed {
		low = max(low, relative(load, capacity[who]))
	}
	room := func(share float64) (sum float64) {
		for who, load := range fixed {
			sum += max(0, share*float64(capacity[who])-float64(load))
		}
		return sum
	}
	high := low + 10
	for range 60 {
		if mid := (low + high) / 2; room(mid) < float64(work) {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

func leastOf(x task) int64 {
	least := int64(1) << 60
	for _, load := range x.loads {
		least = min(least, load)
	}
	return least
}

// exactLeast tries every way to give out a few tasks, the heaviest first, and
// leaves a way as soon as it is no better than the best.
func exactLeast(tasks []task, base, capacity map[string]int64) float64 {
	slices.SortFunc(tasks, func(a, b task) int { return int(leastOf(b) - leastOf(a)) })
	people := make([]string, 0, len(base))
	for who := range base {
		people = append(people, who)
	}
	slices.Sort(people)
	best := 10.0
	load := map[string]int64{}
	var give func(k int, heaviest float64)
	give = func(k int, heaviest float64) {
		if heaviest >= best {
			return
		}
		if k == len(tasks) {
			best = heaviest
			return
		}
		for _, who := range people {
			more, may := tasks[k].loads[who]
			if !may {
				continue
			}
			load[who] += more
			give(k+1, max(heaviest, relative(base[who]+load[who], capacity[who])))
			load[who] -= more
		}
	}
	start := 0.0
	for who, l := range base {
		start = max(start, relative(l, capacity[who]))
	}
	give(0, start)
	return best
}
