package store

import (
	"github.com/wijkplanner/wijkplanner/planner"
)

// Stage says how far a plan has come.
type Stage string

// The stages of a plan.
const (
	Draft      Stage = "draft"
	Published  Stage = "published"
	Superseded Stage = "superseded"
)

// planRow keeps what lists show in columns; Document is the plan without the
// lists that have tables of their own.
type planRow struct {
	ID          int64 `gorm:"primaryKey"`
	Region      string
	Version     int64
	Stage       Stage
	BasedOn     int64
	FirstDay    day
	LastDay     day
	Hard        int64
	Medium      int64
	Soft        int64
	Document    document[planner.Plan]
	CreatedAt   Instant
	PublishedAt Instant
}

type plannedAssignmentRow struct {
	Plan              int64 `gorm:"primaryKey;autoIncrement:false"`
	Position          int   `gorm:"primaryKey;autoIncrement:false"`
	Location          string
	District          string
	Role              string
	Staff             string
	Kind              planner.AssignmentKind
	ValidFrom         day
	ValidTo           day
	MinutesYear       int64
	TravelMinutesYear int64
	Changed           bool
	Reason            document[planner.Reason]
}

type visitRow struct {
	Plan        int64 `gorm:"primaryKey;autoIncrement:false"`
	Position    int   `gorm:"primaryKey;autoIncrement:false"`
	ID          string
	Location    string
	District    string
	VisitType   string
	Requirement string
	Meeting     bool
	StartsAt    Instant
	EndsAt      Instant
	Status      planner.VisitStatus
	Reason      document[planner.Reason]
}

type crewRow struct {
	Plan          int64 `gorm:"primaryKey;autoIncrement:false"`
	Visit         int   `gorm:"primaryKey;autoIncrement:false"`
	Position      int   `gorm:"primaryKey;autoIncrement:false"`
	Role          string
	Staff         string
	TravelMinutes int
}

type unplannedRow struct {
	Plan        int64 `gorm:"primaryKey;autoIncrement:false"`
	Position    int   `gorm:"primaryKey;autoIncrement:false"`
	Location    string
	Role        string
	Requirement string
	Level       planner.Level
	DueBy       day
	Reason      document[planner.Reason]
}

type coverageRow struct {
	Plan        int64 `gorm:"primaryKey;autoIncrement:false"`
	Position    int   `gorm:"primaryKey;autoIncrement:false"`
	Location    string
	Role        string
	Requirement string
	Minimum     int
	Target      int
	Done        int
	Planned     int
	State       planner.CoverageState
}

// roleRow keeps the figures that lists show in columns and the whole result,
// with the multipliers that prove the bound, as a document.
type roleRow struct {
	Plan     int64 `gorm:"primaryKey;autoIncrement:false"`
	Position int   `gorm:"primaryKey;autoIncrement:false"`
	Role     string
	Kind     planner.AssignmentKind
	Cost     int64
	Bound    int64
	Document document[planner.RoleResult]
}

func (planRow) TableName() string              { return "plans" }
func (plannedAssignmentRow) TableName() string { return "plan_assignments" }
func (visitRow) TableName() string             { return "plan_visits" }
func (crewRow) TableName() string              { return "plan_crew" }
func (unplannedRow) TableName() string         { return "plan_unplanned" }
func (coverageRow) TableName() string          { return "plan_coverage" }
func (roleRow) TableName() string              { return "plan_roles" }
