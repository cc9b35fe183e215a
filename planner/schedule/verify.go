package schedule

import (
	"fmt"
	"slices"
	"sort"
)

// FaultKind names a broken rule.
type FaultKind string

// The rules that Verify checks.
const (
	FaultShape       FaultKind = "shape"        // not one entry for each visit, or an index out of range
	FaultCrew        FaultKind = "crew"         // a person who is no option, or who is there twice
	FaultWindow      FaultKind = "window"       // a start outside all windows
	FaultGrain       FaultKind = "grain"        // a start off the clock's step
	FaultAway        FaultKind = "away"         // outside the person's shift
	FaultOverlap     FaultKind = "overlap"      // two stops of one person at the same time
	FaultTravel      FaultKind = "travel"       // too little time between two stops, or from or to home
	FaultDayCap      FaultKind = "day_cap"      // too many visits on a day
	FaultWeekCap     FaultKind = "week_cap"     // too many visits in a week
	FaultLoadCap     FaultKind = "load_cap"     // too much load on a day
	FaultReserve     FaultKind = "reserve"      // the reserve is not left free
	FaultMaxDuration FaultKind = "max_duration" // a day too long
	FaultGap         FaultKind = "gap"          // two visits of a requirement too close
	FaultPattern     FaultKind = "pattern"      // not on the days of an allowed combination
	FaultMoves       FaultKind = "moves"        // more moves than allowed
	FaultPin         FaultKind = "pin"          // a pinned visit is elsewhere
	FaultScore       FaultKind = "score"        // a stated sum is not the true one
)

// Fault is one broken rule. Indices that do not apply are None.
type Fault struct {
	Kind FaultKind
	// Visit is the visit at fault, Other a second one.
	Visit, Other int
	Staff, Day   int
	Requirement  int
	// Amount is by how much: time units, visits, load or days.
	Amount int64
	// Forced: nothing but pinned visits takes part, so no search could avoid it.
	Forced  bool
	Message string
}

// Verify proves a solution: it checks every hard rule, and the score and its
// amounts, and lists all faults. It shares no code with the search or with
// Evaluate. A solution of Solve has only Forced faults.
func Verify(p *Problem, r *Result) []Fault {
	c := &checker{p: p, r: r, members: make([][]int, len(p.Requirements))}
	if !c.shape() {
		return c.faults
	}
	for v := range p.Visits {
		c.visit(v)
	}
	for s := range p.Staff {
		for d := range p.Days {
			c.day(s, d)
		}
		c.weeksOf(s)
	}
	for q := range p.Requirements {
		c.requirement(q)
	}
	if p.MaxMoves >= 0 && c.moves > p.MaxMoves {
		c.add(Fault{
			Kind: FaultMoves, Visit: None, Other: None, Staff: None, Day: None, Requirement: None,
			Amount: int64(c.moves - p.MaxMoves), Message: fmt.Sprintf("%d visits moved, %d allowed", c.moves, p.MaxMoves),
		})
	}
	c.score()
	return c.faults
}

// checker holds what one verification gathers.
type checker struct {
	p      *Problem
	r      *Result
	faults []Fault
	sums   Amounts
	medium int64
	moves  int
	// stays lists what each person does on each day: [staff][day].
	stays [][][]stay
	// members lists the planned visits of each requirement.
	members [][]int
}

// stay is a period in which a person is occupied.
type stay struct {
	from, to int64
	place    int
	visit    int // None for a fixed stop
}

func (c *checker) add(f Fault) { c.faults = append(c.faults, f) }

// shape checks that everything can be looked up, and gathers the stays.
func (c *checker) shape() bool {
	nobody := Fault{Kind: FaultShape, Visit: None, Other: None, Staff: None, Day: None, Requirement: None}
	if len(c.r.Placements) != len(c.p.Visits) {
		nobody.Message = fmt.Sprintf("%d placements for %d visits", len(c.r.Placements), len(c.p.Visits))
		c.add(nobody)
		return false
	}
	c.stays = make([][][]stay, len(c.p.Staff))
	for s := range c.stays {
		c.stays[s] = make([][]stay, len(c.p.Days))
	}
	for v, pl := range c.r.Placements {
		if pl == nil {
			continue
		}
		f := nobody
		f.Visit = v
		if pl.Day < 0 || pl.Day >= len(c.p.Days) {
			f.Message = fmt.Sprintf("visit %d is on day %d of %d", v, pl.Day, len(c.p.Days))
			c.add(f)
			continue
		}
		x := c.p.Visits[v]
		for _, s := range pl.Staff {
			if s < 0 || s >= len(c.p.Staff) {
				f.Message = fmt.Sprintf("visit %d is with person %d of %d", v, s, len(c.p.Staff))
				c.add(f)
				continue
			}
			c.stays[s][pl.Day] = append(c.stays[s][pl.Day], stay{
				int64(pl.Start - x.Before), int64(pl.Start + x.Duration + x.After), x.Place, v,
			})
		}
	}
	for _, f := range c.p.Fixed {
		if f.Place == None && f.Start == f.End {
			continue // takes nothing
		}
		c.stays[f.Staff][f.Day] = append(c.stays[f.Staff][f.Day], stay{int64(f.Start), int64(f.End), f.Place, None})
	}
	return len(c.faults) == 0
}

// visit checks what concerns one visit alone.
func (c *checker) visit(v int) {
	x, pl := c.p.Visits[v], c.r.Placements[v]
	f := Fault{Visit: v, Other: None, Staff: None, Day: None, Requirement: x.Requirement, Forced: x.Pinned && x.Published != nil}
	kept := x.Published != nil && pl != nil && same(x.Published, pl)
	if x.Published != nil && !kept {
		c.sums.Move += x.Move
		if x.Pinned {
			f.Kind, f.Forced = FaultPin, false
			f.Message = fmt.Sprintf("visit %d is pinned and is not where it was published", v)
			c.add(f)
		}
	}
	if pl == nil {
		c.medium += x.Unplanned
		return
	}
	f.Day = pl.Day
	if x.Requirement != None {
		c.members[x.Requirement] = append(c.members[x.Requirement], v)
	}
	if x.Published != nil && !kept {
		c.moves++
	}
	if step := c.p.Grain; step > 1 && !kept && pl.Start%step != 0 {
		f.Kind, f.Message = FaultGrain, fmt.Sprintf("visit %d starts at %d, which is no multiple of %d", v, pl.Start, step)
		c.add(f)
	}
	c.window(f, x, pl)
	c.crew(f, x, pl)
}

func same(a, b *Placement) bool {
	if a.Day != b.Day || a.Start != b.Start || len(a.Staff) != len(b.Staff) {
		return false
	}
	for i, s := range a.Staff {
		if b.Staff[i] != s {
			return false
		}
	}
	return true
}

func (c *checker) window(f Fault, x Visit, pl *Placement) {
	var charges []int64
	for _, w := range c.p.WindowSets[x.Windows] {
		if w.Day == pl.Day && pl.Start >= w.From && pl.Start <= w.To {
			charges = append(charges, w.Charge)
		}
	}
	if len(charges) == 0 {
		f.Kind, f.Message = FaultWindow, fmt.Sprintf("visit %d starts on day %d at %d, in none of its windows", f.Visit, pl.Day, pl.Start)
		c.add(f)
		return
	}
	slices.Sort(charges)
	c.sums.Window += charges[0]
}

func (c *checker) crew(f Fault, x Visit, pl *Placement) {
	f.Kind = FaultCrew
	if len(pl.Staff) != len(x.Crew) {
		f.Message = fmt.Sprintf("visit %d has %d people and wants %d", f.Visit, len(pl.Staff), len(x.Crew))
		c.add(f)
		return
	}
	present := make(map[int]bool)
	for slot, s := range pl.Staff {
		f.Staff = s
		if present[s] {
			f.Message = fmt.Sprintf("person %d is in visit %d twice", s, f.Visit)
			c.add(f)
		}
		present[s] = true
		allowed := false
		for _, o := range x.Crew[slot] {
			if o.Staff == s && !allowed {
				allowed = true
				c.sums.Person += o.Charge
			}
		}
		if !allowed {
			f.Message = fmt.Sprintf("person %d is no option for place %d of visit %d", s, slot, f.Visit)
			c.add(f)
		}
	}
}

// requirement checks gaps pair by pair, and the combination of days.
func (c *checker) requirement(q int) {
	rq := c.p.Requirements[q]
	f := Fault{Visit: None, Other: None, Staff: None, Day: None, Requirement: q, Forced: true}
	var days, visits []int
	visits = append(visits, c.members[q]...)
	sort.SliceStable(visits, func(i, j int) bool {
		return c.r.Placements[visits[i]].Day < c.r.Placements[visits[j]].Day
	})
	for _, v := range visits {
		days = append(days, c.r.Placements[v].Day)
		f.Forced = f.Forced && c.pinned(v)
	}
	c.gaps(q, visits)
	if len(rq.Patterns) == 0 || len(days) == 0 {
		return
	}
	for _, pattern := range rq.Patterns {
		if fmt.Sprint(pattern) == fmt.Sprint(days) {
			return
		}
	}
	f.Kind, f.Visit = FaultPattern, visits[0]
	f.Message = fmt.Sprintf("requirement %d is on days %v, which is no allowed combination", q, days)
	c.add(f)
}

func (c *checker) pinned(v int) bool { return c.p.Visits[v].Pinned && c.p.Visits[v].Published != nil }

func (c *checker) gaps(q int, visits []int) {
	rq := c.p.Requirements[q]
	var numbers []int
	for i, v := range visits {
		n := c.p.Days[c.r.Placements[v].Day].Number
		numbers = append(numbers, n)
		if gap := distance(n, rq.Last); rq.HasLast && gap < rq.MinGap {
			c.gap(q, v, None, gap)
		}
		for _, made := range rq.Made {
			if gap := distance(n, made); gap < rq.MinGap {
				c.gap(q, v, None, gap)
			}
		}
		for _, u := range visits[:i] {
			if gap := distance(n, c.p.Days[c.r.Placements[u].Day].Number); gap < rq.MinGap {
				c.gap(q, v, u, gap)
			}
		}
	}
	if rq.IdealGap == 0 {
		return
	}
	if rq.HasLast {
		numbers = append(numbers, rq.Last)
	}
	sort.Ints(numbers)
	for i := 1; i < len(numbers); i++ {
		c.sums.Spacing += int64(distance(numbers[i]-numbers[i-1], rq.IdealGap)) * c.p.Weights.Spacing
	}
}

func distance(a, b int) int {
	if a < b {
		return b - a
	}
	return a - b
}

func (c *checker) gap(q, v, u, gap int) {
	forced := c.pinned(v) && (u == None || c.pinned(u))
	short := c.p.Requirements[q].MinGap - gap
	c.add(Fault{
		Kind: FaultGap, Visit: v, Other: u, Staff: None, Day: c.r.Placements[v].Day, Requirement: q,
		Amount: int64(short), Forced: forced,
		Message: fmt.Sprintf("visit %d comes %d days too soon in requirement %d", v, short, q),
	})
}
