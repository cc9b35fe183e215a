package verify

import (
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Folder is the content of a plan folder, row by row, as docs/output.md
// describes it. Cells are taken as written; verify trusts none of them.
type Folder struct {
	Visits      []VisitRow
	Assignments []AssignmentRow
	Unplanned   []UnplannedRow
	Coverage    []CoverageRow
	Summary     Summary
	// Travel are measured travel times, nil where all is estimated.
	Travel *Travel
	// Replan, Published, PublishedAssignments and ChangeRows are there when the
	// plan was made from a published one.
	Replan               *Replan
	Published            []VisitRow
	PublishedAssignments []AssignmentRow
	ChangeRows           []ChangeRow
}

// VisitRow is one row of visits.csv: one person at one visit or meeting.
type VisitRow struct {
	// Visit is the visit_id, shared by the rows of a joint visit.
	Visit                  string
	Location, LocationName string
	District, Role         string
	Staff, StaffName       string
	VisitType, Requirement string
	Start, End             time.Time
	TravelMinutes          int
	Status, Reason         string
}

// AssignmentRow is one row of assignments.csv.
type AssignmentRow struct {
	Location, LocationName, District string
	// Staff is empty for a location without anyone.
	Role, Staff, StaffName string
	// Kind is primary or backup.
	Kind                           string
	From, To                       calendar.Date
	MinutesYear, TravelMinutesYear int64
	Changed                        bool
	Reason                         string
}

// UnplannedRow is one row of unplanned.csv: one visit that was not planned.
type UnplannedRow struct {
	Location, LocationName, Role, Requirement string
	// Level is minimum or target.
	Level                     string
	DueBy                     calendar.Date
	BlockedBy, SmallestChange string
}

// CoverageRow is one row of coverage.csv: one promise to one location.
type CoverageRow struct {
	Location, LocationName, Role, Requirement string
	Minimum, Target, Done, Planned            int
	State                                     string
}

// Summary is the content of plan.json. Amounts are hundredths of a
// minute-equivalent, loads and capacities minutes a year.
type Summary struct {
	Version    string        `json:"version"`
	Region     string        `json:"region"`
	From       calendar.Date `json:"from"`
	To         calendar.Date `json:"to"`
	Seed       uint64        `json:"seed"`
	Iterations int           `json:"iterations"`
	// MaxChanges is how many locations of a role could change hands; nil or
	// negative for no limit.
	MaxChanges *int `json:"max_changes,omitempty"`
	// Assignments holds the roles by id.
	Assignments map[string]RoleSummary `json:"assignments"`
	Schedule    ScheduleScore          `json:"schedule"`
	Constraints map[string]int64       `json:"constraints"`
	// Regions holds one summary for each region of a folder of several.
	Regions []Summary `json:"regions,omitempty"`
}

// RoleSummary is how the assignment of one role came out.
type RoleSummary struct {
	Cost  int64   `json:"cost"`
	Bound int64   `json:"bound"`
	Gap   float64 `json:"gap"`
	// Multipliers prove the bound: one for each item in ascending order of id.
	Multipliers []int64 `json:"multipliers"`
	// Rest is the balance charge of the load that people carry anyway.
	Rest        int64            `json:"rest"`
	Loads       []LoadRow        `json:"loads"`
	Constraints map[string]int64 `json:"constraints"`
	// Areas are the work areas of the primaries.
	Areas []AreaRow `json:"areas,omitempty"`
	// Changed counts the locations that change hands.
	Changed int       `json:"changed"`
	Travel  TravelRow `json:"travel"`
	// Shortages are the districts with locations that nobody has.
	Shortages []ShortageRow `json:"shortages,omitempty"`
	// Backup is the same for the role's backups, nil without them.
	Backup *RoleSummary `json:"backup,omitempty"`
}

// LoadRow is one person's load in a role.
type LoadRow struct {
	Staff     string `json:"staff"`
	Load      int64  `json:"load"`
	Capacity  int64  `json:"capacity"`
	Locations int    `json:"locations"`
}

// AreaRow is one person's work area: the districts served, in how many connected
// parts, and how compact from 0 to 100.
type AreaRow struct {
	Staff       string   `json:"staff"`
	Districts   []string `json:"districts"`
	Parts       int      `json:"parts"`
	Compactness int      `json:"compactness"`
}

// TravelRow compares the travel of a plan with today's, in minutes a year, over
// the locations that somebody serves in both.
type TravelRow struct {
	Locations int   `json:"locations"`
	Before    int64 `json:"before"`
	After     int64 `json:"after"`
}

// ShortageRow is the work of a district's locations that nobody has, in minutes
// a year and in full-time people.
type ShortageRow struct {
	District  string  `json:"district"`
	Locations int     `json:"locations"`
	Minutes   int64   `json:"minutes"`
	FTE       float64 `json:"fte"`
}

// ScheduleScore is the score of the visits.
type ScheduleScore struct {
	Hard   int64 `json:"hard"`
	Medium int64 `json:"medium"`
	Soft   int64 `json:"soft"`
}
