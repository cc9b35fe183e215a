package planner

import (
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Plan is a proposal for one region and one period: who, when, how sure, and
// why. Amounts are hundredths of a minute-equivalent.
type Plan struct {
	Region   string
	From, To calendar.Date
	Seed     uint64
	// MaxChanges is the change budget of each role, negative for none.
	MaxChanges int
	// Iterations is what the searches used together.
	Iterations  int
	Assignments []Assigned
	Visits      []Visit
	Unplanned   []Unplanned
	Coverage    []Coverage
	Roles       []RoleResult
	Schedule    Score
	// Constraints holds the total of each soft constraint over the plan, in
	// the order of the constraint table.
	Constraints []Amount
}

// Score ranks plans: hard faults, then unplanned priority, then soft cost.
type Score struct{ Hard, Medium, Soft int64 }

// Amount is what one constraint contributes.
type Amount struct {
	// Constraint is a name of the constraint table.
	Constraint string
	Value      int64
}

// Reason says why something is as it is: amounts that add up, the runner-up
// and by how much it lost, or what stands in the way.
type Reason struct {
	Amounts []Amount
	// RunnerUp names the next best choice, empty when there was none.
	RunnerUp string
	// Difference is how much worse the runner-up would be.
	Difference int64
	// Former says what it would mean if an assignment that changes hands stayed
	// where it is; nil for anything else.
	Former *Former
	// Blocked holds codes of what stands in the way, for something not done.
	Blocked []string
	// Change is the smallest change that would allow it, as a code sentence.
	Change string
}

// Former is who had a location that changes hands, and why not any more.
type Former struct {
	Staff string
	// Difference is how much worse the plan would be if this location (or
	// district) alone stayed with the person, all others as they are.
	Difference int64
	// Blocked holds the rules that forbid it; Difference is then 0.
	Blocked []string
}

// Total returns the sum of the amounts.
func (r *Reason) Total() int64 {
	var t int64
	for _, a := range r.Amounts {
		t += a.Value
	}
	return t
}

// Assigned is one row of the assignment: somebody at a location in a role, or
// nobody (Staff empty) with the reason.
type Assigned struct {
	Location, District, Role, Staff string
	Kind                            AssignmentKind
	From, To                        calendar.Date
	// MinutesYear is the load and TravelMinutesYear the travel it means.
	MinutesYear, TravelMinutesYear int64
	// Changed says that somebody else served the location before.
	Changed bool
	Reason  Reason
}

// VisitStatus is the state of a planned visit.
type VisitStatus string

// The visit states.
const (
	Planned   VisitStatus = "planned"
	Pinned    VisitStatus = "pinned"
	Cancelled VisitStatus = "cancelled"
)

// Visit is one planned visit or one occurrence of a meeting.
type Visit struct {
	ID string
	// Location is empty for a meeting without one.
	Location, District string
	VisitType          string
	// Requirement is the requirement it counts for, or the meeting's id.
	Requirement string
	// Meeting says that it is an occurrence of a meeting.
	Meeting bool
	Crew    []CrewMember
	// Start and End are the time at the location, without buffers.
	Start, End time.Time
	Status     VisitStatus
	Reason     Reason
}

// CrewMember is one of the people who make a visit.
type CrewMember struct {
	Role, Staff string
	// TravelMinutes is the travel to this stop in the person's day.
	TravelMinutes int
}

// Level is how firmly a visit is promised.
type Level string

// The levels of a requirement's visits.
const (
	Minimum Level = "minimum"
	Target  Level = "target"
)

// Unplanned is a visit that could not be planned, with its reason.
type Unplanned struct {
	Location, Role, Requirement string
	Level                       Level
	// DueBy is the last day on which it would still count.
	DueBy  calendar.Date
	Reason Reason
}

// CoverageState says how a promise to a location stands.
type CoverageState string

// The coverage states.
const (
	CoverageDone    CoverageState = "done"
	CoveragePlanned CoverageState = "planned"
	CoverageAtRisk  CoverageState = "at_risk"
	CoverageMissed  CoverageState = "missed"
)

// Coverage is one line of the coverage ledger: one requirement at one location.
type Coverage struct {
	Location, Role, Requirement    string
	Minimum, Target, Done, Planned int
	State                          CoverageState
}

// RoleResult is how the assignment of one role came out.
type RoleResult struct {
	Role string
	Kind AssignmentKind
	// Cost is the certified cost, Bound its proved lower bound.
	Cost, Bound int64
	// Multipliers prove the bound, in 1/1024 of an amount: one for each item of
	// the role's problem in ascending order of id (locations, or districts when
	// they go whole), one for the change budget, one for each employer's limit
	// that concerns the role.
	Multipliers []int64
	// Rest is the part of the constraints that belongs to no location: the
	// balance charge of what people carry anyway.
	Rest        int64
	Loads       []Load
	Constraints []Amount
	// Areas are the work areas of the primaries; nil for backups.
	Areas []Area
	// Changed counts the locations that change hands.
	Changed int
	// Travel compares the travel with today's.
	Travel TravelChange
	// Shortages say what is missing where locations have nobody, by district.
	Shortages []Shortage
}

// TravelChange is the yearly travel in minutes to the locations that somebody
// serves today and somebody serves in the plan.
type TravelChange struct {
	Locations     int
	Before, After int64
}

// Shortage is the work of the locations of one district that nobody has in a
// role.
type Shortage struct {
	// District is an id, empty for the locations without a district.
	District  string
	Locations int
	// Minutes is their work in the period, without travel.
	Minutes int64
	// FTE is the same in hundredths of a full-time person of the role, rounded
	// up.
	FTE int64
}

// Gap returns (cost − bound) / cost; 0 for a cost of 0.
func (r *RoleResult) Gap() float64 {
	if r.Cost <= 0 {
		return 0
	}
	return float64(r.Cost-r.Bound) / float64(r.Cost)
}

// Load is one person's load in a role against capacity, in minutes a year.
type Load struct {
	Staff     string
	Load      int64
	Capacity  int64
	Locations int
}
