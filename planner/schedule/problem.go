package schedule

import "slices"

// None marks "nobody", "nowhere" or "no day" where an index is wanted.
const None = -1

// Problem is one scheduling problem. Times of a day are integers in one unit
// (the domain uses minutes), costs integers in another (the domain uses
// hundredths of a minute). All indices are dense and start at 0.
type Problem struct {
	// Days is the horizon; day d is Days[d].
	Days  []Day
	Staff []Staff
	// Travel holds the tables for each travel mode, or for each person;
	// Staff.Mode points into it.
	Travel []Travel
	Visits []Visit
	// WindowSets are lists of windows shared by visits, each in ascending
	// order of day and time; Visit.Windows points into it.
	WindowSets   [][]Window
	Requirements []Requirement
	// Fixed are stops that do not move: meetings, bookings, reserved blocks.
	Fixed   []Fixed
	Weights Weights
	// MaxMoves limits how many visits with a Published placement may get
	// another one (hard); negative means no limit.
	MaxMoves int
	// Grain is the step of a day's clock: a visit starts at a multiple of it
	// (five minutes, say), unless it keeps its Published start. 0 and 1 mean
	// every moment. Hard.
	Grain int32
}

// Day is one day of the horizon.
type Day struct {
	// Week is the index of its week: ascending with the day, without gaps.
	Week int
	// Number is the day's distance in days from day 0: spacing is measured in
	// it, so that a horizon may leave out weekends. Ascending.
	Number int
}

// Staff is one person (or one vehicle).
type Staff struct {
	// Home is the place where each day's route starts and ends.
	Home int
	// Mode is the index of the person's travel table.
	Mode int
	// Shifts holds for each day when the person works; nil means that every
	// day is 0 to the largest time.
	Shifts []Shift
	// DayCap and WeekCap limit the number of visits, 0 for no limit. Hard.
	DayCap, WeekCap int
	// WeekTarget is the even share of visit time (durations and buffers) a
	// week; what is above it costs Weights.Smooth for each unit. 0 for none.
	WeekTarget int32
	// LoadCap limits the summed Visit.Load of a day, 0 for no limit. Hard.
	LoadCap int64
	// MaxDuration limits a day's route – travel, waiting and service – 0 for
	// no limit. Hard.
	MaxDuration int32
}

// Shift is the working time of one day: from inclusive, to exclusive; the
// person is away when To ≤ From.
type Shift struct {
	From, To int32
	// Reserve is working time of the day that visits, fixed stops and travel
	// must leave free (acute questions). Hard.
	Reserve int32
}

// Travel gives the time and the cost of going from one place to another. Time
// and Cost are dense row-major matrices, Places × Places.
//
// A table needs only the places where the people who use it can ever be: their
// homes, the visits that they are an option for or that were published with them,
// their fixed stops. A large region has a small table for each person.
type Travel struct {
	// Places is the number of rows and columns.
	Places int
	// Of names the place of each row, ascending; nil means that row i is place i.
	Of   []int
	Time []int32
	// Cost is nil where the cost is the time times Weights.Travel.
	Cost []int32
}

// Row returns the row of a place, or None where the table does not have it.
func (t *Travel) Row(place int) int {
	if t.Of == nil {
		if place < 0 || place >= t.Places {
			return None
		}
		return place
	}
	if row, ok := slices.BinarySearch(t.Of, place); ok {
		return row
	}
	return None
}

// Leg returns what it takes from one place to another, both in the table, and
// what it costs at some weight (see Weights.Travel).
func (t *Travel) Leg(from, to int, weight int64) (minutes int32, cost int64) {
	i := t.Row(from)*t.Places + t.Row(to)
	if t.Cost != nil {
		return t.Time[i], int64(t.Cost[i])
	}
	return t.Time[i], int64(t.Time[i]) * weight
}

// Visit is one visit that should be planned once.
type Visit struct {
	// Place is where it takes place, or None for a visit by phone or online:
	// each person of the crew is wherever they happen to be. It takes their
	// time and counts in all caps, but it costs no travel, and no journey of
	// theirs is under way during it. It must take some time.
	Place int
	// Duration is the service time; Before and After are buffers, at the place
	// (if any), in which the person is occupied too.
	Duration, Before, After int32
	// Load is what the visit takes from Staff.LoadCap.
	Load int64
	// Crew holds one list of options for each person that must be present;
	// one option of each list serves, no person twice. Most visits have one.
	Crew [][]Option
	// Windows is the index of the window set: when Duration may start.
	Windows int
	// Requirement is the requirement that the visit counts for, or None.
	Requirement int
	// Unplanned is the medium-level charge when the visit stays unplanned. It
	// is far larger for a minimum than for a target. It must be positive.
	Unplanned int64
	// Published is the placement that people were told, or nil.
	Published *Placement
	// Move is charged when the visit gets another day, start or person than
	// Published, or becomes unplanned.
	Move int64
	// Pinned visits keep Published, whatever it costs or breaks. Without a
	// Published placement it means nothing.
	Pinned bool
}

// Option is one person who may take a place in a visit's crew.
type Option struct {
	Staff int
	// Charge is a soft cost: 0 for the primary, more for a backup.
	Charge int64
}

// Window is a period on one day in which a visit may start: From ≤ start ≤ To.
type Window struct {
	Day      int
	From, To int32
	// Charge is a soft cost for using it (school holiday, no parents present).
	Charge int64
}

// Requirement ties the visits of one promise together.
type Requirement struct {
	// MinGap is the least distance in day numbers between two visits. Hard.
	MinGap int
	// IdealGap is the wished distance; each day between two successive visits
	// less or more than it costs Weights.Spacing. 0 for none.
	IdealGap int
	// Last is the day number of the last completed visit before the horizon
	// (usually negative); only when HasLast.
	Last    int
	HasLast bool
	// Made are the day numbers of other completed visits: MinGap counts from
	// them too, IdealGap does not.
	Made []int
	// Patterns, where not empty, lists the allowed combinations of days, each
	// ascending: the planned visits of the requirement must be on exactly the
	// days of one of them, or none is planned at all. Hard. The search gives
	// the days to the visits in their order, so these should be alike.
	Patterns [][]int
}

// Fixed is a stop that does not move.
//
// Several may overlap; see the package's section on time.
type Fixed struct {
	Staff, Day int
	// Start and End are inclusive of buffers.
	Start, End int32
	// Place is where it is, or None when it is wherever the person is (a call,
	// a reserved block): no travel is counted for it.
	Place int
}

// Placement is when and by whom a visit takes place.
type Placement struct {
	Day   int
	Start int32
	// Staff holds one person for each list of Visit.Crew.
	Staff []int
}

// Weights turns amounts into cost.
type Weights struct {
	// Travel is the cost of one unit of travel time, where Travel.Cost is nil.
	Travel int64
	// Spacing is the cost of one day from Requirement.IdealGap.
	Spacing int64
	// Smooth is the cost of one unit of visit time above Staff.WeekTarget.
	Smooth int64
}

// Options steer a search. The zero value means one second of work, seed 0.
type Options struct {
	// Seed makes ties and perturbations; the same (problem, seed, iterations)
	// gives the same solution on any machine and any number of cores.
	Seed uint64
	// Iterations limits the search by count; 0 means no such limit. A search
	// limited by iterations alone is deterministic.
	Iterations int
	// Seconds limits the search by time; 0 with Iterations 0 means 1 s. The
	// first solution is always built to its end.
	Seconds float64
	// Workers is how many goroutines may work; 0 means all cores.
	Workers int
	// Start is a solution to begin from, or nil: one placement for each visit,
	// nil for unplanned.
	Start []*Placement
	// Progress, when set, hears of each better solution; it must be quick.
	Progress func(Progress)
	// Keep, when set, gets the best solution so far, for a Start, with the seconds
	// that it took, never twice at once. The search of one part waits for it.
	Keep func(placements []*Placement, seconds float64)
	// KeepEvery is the least number of seconds between two calls of Keep.
	KeepEvery float64
}

// Progress is what a search reports while it runs.
type Progress struct {
	Iteration int
	Score     Score
	Planned   int
}

// Score ranks solutions level by level: fewer hard faults first, then less
// unplanned priority, then less soft cost.
type Score struct {
	// Hard counts broken hard rules; only pins can force one.
	Hard int64
	// Medium is the summed Unplanned charge of visits without a placement.
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

// Amounts is a soft cost taken apart by constraint. The amounts of a whole
// solution sum to Score.Soft, and so do those of all its visits together with
// the rest of Explanation, exactly.
type Amounts struct {
	Travel  int64 // travel between stops
	Spacing int64 // Requirement.IdealGap
	Window  int64 // Window.Charge
	Person  int64 // Option.Charge
	Smooth  int64 // Staff.WeekTarget
	Move    int64 // Visit.Move
}

// Total returns the sum of the amounts.
func (a Amounts) Total() int64 {
	return a.Travel + a.Spacing + a.Window + a.Person + a.Smooth + a.Move
}

// Result is what Solve returns: always the best solution found so far.
type Result struct {
	// Placements holds for each visit its placement, nil when unplanned.
	Placements []*Placement
	Score      Score
	Amounts    Amounts
	// FirstComplete is the number of seconds until the first solution without
	// hard faults in which every visit was planned, or −1.
	FirstComplete float64
	// Iterations is how many the search used.
	Iterations int
}
