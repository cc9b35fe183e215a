package assign

// None marks "nobody" where a staff index is wanted: no current server, no pin,
// or a location that stays unassigned.
const None = -1

// MultiplierUnit is the number of steps in one cost unit in which multipliers
// are given: costs are integers and often small, so a bound from whole
// multipliers would be loose.
const MultiplierUnit = 1024

// Problem is one role's assignment problem. All costs are non-negative integers
// in one unit (the domain uses hundredths of a minute a year), all loads
// non-negative integers in another (the domain uses weighted minutes a year).
// Indices of staff, locations and districts are dense and start at 0.
type Problem struct {
	Staff     []Staff
	Locations []Location
	// Districts is the number of districts; Location.District is below it.
	Districts int
	// Groups are limits shared by several staff, such as an employer's hours.
	Groups []Group
	// OpenDistrict is charged once for each pair (staff, district) in which
	// the staff member serves at least one location.
	OpenDistrict int64
	// Balance weighs the convex charge on each person's load; 0 leaves it out.
	// See BalanceCharge for the formula.
	Balance int64
	// MaxChanges limits how many locations may go to another person than
	// Location.Current (hard); negative means no limit. A location without a
	// current person never counts as a change.
	MaxChanges int
	// Ties are charges that couple locations, nil for none. They are set once
	// Solve has found a solution; see Gather.
	Ties *Ties
}

// Staff is one person (in one role and budget).
type Staff struct {
	// Capacity is the load that the search never passes. Only pins may.
	Capacity int64
	// Norm is the load at which the person counts as exactly fully used, for
	// the balance charge: relative load = load / Norm. 0 means Capacity.
	Norm int64
	// Base is load that the person carries whatever is assigned (cases,
	// meetings); it counts in Capacity, the groups and the balance.
	Base int64
	// MaxLocations is a ceiling on the number of locations (a starter's), 0
	// for none. Hard.
	MaxLocations int
}

// Location is one demand: it wants exactly one person.
type Location struct {
	// District is the district's index, or None.
	District int
	// Current is who serves it today, or None.
	Current int
	// Pinned is who must serve it, or None. A pin holds even where the person
	// is no candidate or over capacity; it counts in every sum.
	Pinned int
	// Change is charged when somebody other than Current serves it.
	Change int64
	// Unassigned is the medium-level charge when nobody serves it: its
	// priority. It must be positive.
	Unassigned int64
	// Candidates lists who may serve it, in ascending order of Staff. Somebody
	// who is not listed may not (skills, exclusions, employer).
	Candidates []Candidate
}

// Candidate is one person who may serve a location.
type Candidate struct {
	Staff int
	// Cost is the soft cost, typically a year's travel.
	Cost int64
	// Load is what serving takes from the person's capacity.
	Load int64
	// Coupled is a further soft cost that follows from another role's
	// assignment (few faces, standing pairs). It is part of the score, but the
	// certified gap leaves it out; see Result.
	Coupled int64
}

// Group is a limit on the summed load of several staff, Base included. Hard.
type Group struct {
	Staff []int
	Limit int64
}

// Options steer a search. The zero value means one second of work, seed 0.
type Options struct {
	// Seed makes ties and perturbations; the same (problem, seed, iterations)
	// gives the same solution on any machine and any number of cores.
	Seed uint64
	// Iterations limits the search by count; 0 means no such limit. A search
	// limited by iterations alone is deterministic.
	Iterations int
	// Seconds limits the search by time; 0 with Iterations 0 means 1 s.
	Seconds float64
	// Workers is how many goroutines may work; 0 means all cores.
	Workers int
	// Start is a solution to begin from (one staff index or None for each
	// location), or nil.
	Start []int
	// Progress, when set, hears of each better solution; it must be quick.
	Progress func(Progress)
}

// Progress is what a search reports while it runs.
type Progress struct {
	Iteration int
	Score     Score
	Bound     int64
}

// Score ranks solutions level by level: fewer hard faults first, then less
// unassigned priority, then less soft cost.
type Score struct {
	// Hard counts broken hard rules; the search returns only what pins force.
	Hard int64
	// Medium is the summed Unassigned charge of locations without anyone.
	Medium int64
	// Soft is the sum of all soft amounts.
	Soft int64
}

// Less reports whether s is the better score.
func (s Score) Less(t Score) bool {
	if s.Hard != t.Hard {
		return s.Hard < t.Hard
	}
	if s.Medium != t.Medium {
		return s.Medium < t.Medium
	}
	return s.Soft < t.Soft
}

// Amounts is a soft cost taken apart by constraint. Their sum is Score.Soft,
// exactly.
type Amounts struct {
	Travel   int64 // Candidate.Cost
	Coupled  int64 // Candidate.Coupled
	District int64 // OpenDistrict
	Change   int64 // Location.Change
	Balance  int64 // BalanceCharge
	// Scattered and Pair are those of Problem.Ties.
	Scattered, Pair int64
}

// Total returns the sum of the amounts.
func (a Amounts) Total() int64 {
	return a.Certified() + a.Coupled + a.Scattered + a.Pair
}

// Certified returns the part of the sum that a bound is proved for: all but
// what couples roles or locations.
func (a Amounts) Certified() int64 { return a.Travel + a.District + a.Change + a.Balance }

// Result is what Solve returns: always the best solution found so far.
type Result struct {
	// Staff holds for each location who serves it, or None.
	Staff   []int
	Score   Score
	Amounts Amounts
	// Loads holds for each staff member the load, Base included.
	Loads []int64
	// Bound is a proved lower bound on the certified cost, Amounts.Certified, of
	// any solution that leaves the same locations
	// unassigned. Certified cost ≥ Bound always holds for an optimal solution.
	Bound int64
	// Multipliers prove the bound: LowerBound(problem, unassigned, Multipliers)
	// gives at least Bound again. They count in 1/MultiplierUnit of a cost
	// unit: one for each location, then one for the change budget (per
	// change), then one for each group (per unit of load).
	Multipliers []int64
	// Iterations is how many the search used.
	Iterations int
}

// Certified returns the cost that Bound bounds: the soft score without the
// terms that couple roles.
func (r *Result) Certified() int64 { return r.Amounts.Certified() }

// Gap returns (certified cost − bound) / certified cost, 0 for a cost of 0.
func (r *Result) Gap() float64 {
	if r.Certified() <= 0 {
		return 0
	}
	return float64(r.Certified()-r.Bound) / float64(r.Certified())
}
