package store

import (
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// The rows of a region's state. Every row of a list has its position, so that
// a state comes back in the order in which it went in.

type regionRow struct {
	Region     string `gorm:"primaryKey"`
	Version    int64
	Programme  int64
	Zone       string
	ImportedAt Instant
}

type programmeRow struct {
	Region     string `gorm:"primaryKey"`
	Version    int64  `gorm:"primaryKey;autoIncrement:false"`
	Document   document[planner.Programme]
	RecordedAt Instant
	// Since is the version of the region with which it came.
	Since int64
}

type organisationRow struct {
	Region         string `gorm:"primaryKey"`
	ID             string `gorm:"primaryKey"`
	Position       int
	Name           string
	LimitMinutes   int64
	PublicHolidays document[[]string]
}

// pointColumns are the columns of a planner.Point.
type pointColumns struct {
	Lat, Lon float64
	PC4      string  `gorm:"column:pc4"`
	PC4Area  float64 `gorm:"column:pc4_area"`
}

type staffRow struct {
	Region       string `gorm:"primaryKey"`
	ID           string `gorm:"primaryKey"`
	Position     int
	Name         string
	Organisation string
	Home         pointColumns `gorm:"embedded"`
	Mode         planner.TravelMode
	Skills       document[[]string]
	Photo        string
	Pattern      document[calendar.Week]
	DayCap       int
	WeekCap      int
}

type contractRow struct {
	Region       string `gorm:"primaryKey"`
	Staff        string `gorm:"primaryKey"`
	Position     int    `gorm:"primaryKey;autoIncrement:false"`
	Role         string
	Budget       planner.Budget
	HoursWeek    int
	MaxLocations int
	ValidFrom    day
	ValidTo      day
}

type districtRow struct {
	Region       string `gorm:"primaryKey"`
	ID           string `gorm:"primaryKey"`
	Position     int
	Name         string
	Municipality string
	Level        string
	Year         int
	Area         string
	Neighbours   document[[]string]
	Rings        document[[][][2]float64]
}

type locationRow struct {
	Region       string `gorm:"primaryKey"`
	ID           string `gorm:"primaryKey"`
	Position     int
	Name         string
	Organisation string
	Address      string
	Postcode     string
	Town         string
	Municipality string
	District     string
	Point        pointColumns `gorm:"embedded"`
	Opening      document[calendar.Week]
	Parents      document[calendar.Week]
	StandAlone   bool
	Subsidised   bool
	Artificial   bool
	Opened       day
	Closed       day
	Tags         document[[]string]
}

type registrationRow struct {
	Region   string `gorm:"primaryKey"`
	Location string `gorm:"primaryKey"`
	Position int    `gorm:"primaryKey;autoIncrement:false"`
	LRK      string `gorm:"column:lrk"`
	Kind     string
	Places   int
}

type absenceRow struct {
	Region   string `gorm:"primaryKey"`
	Position int    `gorm:"primaryKey;autoIncrement:false"`
	Staff    string
	FirstDay day
	LastDay  day
	PartFrom calendar.Clock
	PartTo   calendar.Clock
}

type meetingRow struct {
	Region        string `gorm:"primaryKey"`
	ID            string `gorm:"primaryKey"`
	Position      int
	Name          string
	Kind          string
	FirstDay      day
	Clock         calendar.Clock
	Minutes       int
	RRule         string `gorm:"column:rrule"`
	ExceptDays    document[[]calendar.Date]
	Besides       document[[]calendar.Date]
	Location      string
	Point         pointColumns `gorm:"embedded"`
	Staff         document[[]string]
	Roles         document[[]string]
	Locations     document[[]string]
	Organisations document[[]string]
	Budget        planner.Budget
}

type blackoutRow struct {
	Region       string `gorm:"primaryKey"`
	Position     int    `gorm:"primaryKey;autoIncrement:false"`
	Location     string
	District     string
	Municipality string
	FirstDay     day
	LastDay      day
	PartFrom     calendar.Clock
	PartTo       calendar.Clock
	Reason       string
}

type caseRow struct {
	Region      string `gorm:"primaryKey"`
	Ref         string `gorm:"primaryKey"`
	Position    int
	Staff       string
	Location    string
	Kind        string
	Points      int
	MinutesWeek int
	Budget      planner.Budget
	Opened      day
	HandedOver  day
}

type consentRow struct {
	Region      string `gorm:"primaryKey"`
	Position    int    `gorm:"primaryKey;autoIncrement:false"`
	Location    string
	Requirement string
	Given       bool
	Day         day
}

type completedRow struct {
	Region      string `gorm:"primaryKey"`
	Position    int    `gorm:"primaryKey;autoIncrement:false"`
	Location    string
	Role        string
	Requirement string
	VisitType   string
	Staff       string
	Day         day
	NextDay     day
}

func (regionRow) TableName() string       { return "regions" }
func (programmeRow) TableName() string    { return "programmes" }
func (organisationRow) TableName() string { return "organisations" }
func (staffRow) TableName() string        { return "staff" }
func (contractRow) TableName() string     { return "contracts" }
func (districtRow) TableName() string     { return "districts" }
func (locationRow) TableName() string     { return "locations" }
func (registrationRow) TableName() string { return "registrations" }
func (absenceRow) TableName() string      { return "absences" }
func (meetingRow) TableName() string      { return "meetings" }
func (blackoutRow) TableName() string     { return "blackouts" }
func (caseRow) TableName() string         { return "cases" }
func (consentRow) TableName() string      { return "consents" }
func (completedRow) TableName() string    { return "completed_visits" }
