package planner

import "github.com/wijkplanner/wijkplanner/calendar"

// State is everything that is known of one region at one moment: the snapshot
// from which a plan is made. Rows refer to each other by id. A State read by
// planner/files or planner/store has passed Validate.
type State struct {
	// Region names the region; folders with one region leave it empty.
	Region        string
	Programme     Programme
	Organisations []Organisation
	Staff         []Staff
	Districts     []District
	Locations     []Location
	// Assignments are those in force, those of the past and those wished by a
	// lead (pinned).
	Assignments []Assignment
	Absences    []Absence
	Meetings    []Meeting
	Blackouts   []Blackout
	Cases       []Case
	// Consents hold the parents' answers for visits that need one.
	Consents []Consent
	// History holds completed visits; spacing counts from the last of them.
	History []CompletedVisit
	// Travel holds travel times that a router measured, as a plan folder has
	// them; nil where all travel is estimated. No input has it.
	Travel *TravelTable
}

// Organisation employs staff or holds locations, or both.
type Organisation struct {
	ID, Name string
	// LimitMinutes limits what all its staff together may be assigned in a
	// year, in minutes; 0 for no limit.
	LimitMinutes int64
	// PublicHolidays names the days off its staff have: the names of
	// calendar.PublicHolidays; empty means the usual set.
	PublicHolidays []string
}

// TravelMode is how somebody travels.
type TravelMode string

// The travel modes.
const (
	Car     TravelMode = "car"
	Bicycle TravelMode = "bicycle"
)

// Budget is the purse that pays for work: help that is freely available, or
// help on an individual decision (zorgbeschikking).
type Budget string

// The two budgets.
const (
	WithoutIndication Budget = "without"
	WithIndication    Budget = "with"
)

// Point is a place on Earth (WGS 84 degrees) and the four-digit postcode area
// it lies in.
type Point struct {
	Lat, Lon float64
	// PC4 is the four-digit postcode, "6511", or empty.
	PC4 string
	// PC4Area is the area of the postcode in km², 0 when unknown.
	PC4Area float64
}

// Staff is a professional: care coordinator, counsellor, coach, facilitator.
type Staff struct {
	ID, Name     string
	Organisation string
	Home         Point
	Mode         TravelMode
	Skills       []string
	// Photo is the address of a portrait that the person agreed to show.
	Photo     string
	Contracts []Contract
	// Pattern is the weekly working time.
	Pattern calendar.Week
	// DayCap and WeekCap limit visits a day and a week, 0 for no limit.
	DayCap, WeekCap int
}

// Contract is a person's work in one role, out of one budget.
type Contract struct {
	Role   string
	Budget Budget
	// HoursWeek is the contract's hours a week, in hundredths of an hour.
	HoursWeek int
	// MaxLocations is the ceiling on locations (a starter's), 0 for none.
	MaxLocations int
	// From and To are the first and the last day; NoDate for open.
	From, To calendar.Date
}

// District is a part of a municipality (stadsdeel, wijk).
type District struct {
	// ID is the statistics office's code with its year's borders, "WK026801".
	ID, Name     string
	Municipality string
	// Level is the local word for it: stadsdeel, wijk.
	Level string
	// Year is the year of the borders.
	Year int
	// Area groups districts into one work area (a district team's), or empty.
	Area string
	// Neighbours are the ids of the districts that share a border with it.
	Neighbours []string
	// Rings are the outlines in degrees (lon, lat), outer and inner alike.
	Rings [][][2]float64
}

// Location is a place to visit: one address of one holder, with one or more
// LRK registrations.
type Location struct {
	// ID is the lowest LRK number at the address, or a made-up id.
	ID, Name string
	// Organisation is the holder.
	Organisation  string
	Registrations []Registration
	Address       string
	Postcode      string
	Town          string
	// Municipality is the four-digit municipality code, "0268".
	Municipality string
	District     string
	Point        Point
	// Opening is when visits are welcome in the week.
	Opening calendar.Week
	// Parents is when parents are present: bringing and collecting.
	Parents    calendar.Week
	StandAlone bool
	Subsidised bool
	// Artificial marks a made-up location of an example.
	Artificial bool
	// Opened and Closed are the first and the last day; NoDate for open.
	Opened, Closed calendar.Date
	// Tags are free labels that a requirement can select on.
	Tags []string
}

// Places returns the child places of all registrations: a measure of size.
func (l *Location) Places() int {
	n := 0
	for _, r := range l.Registrations {
		n += r.Places
	}
	return n
}

// Registration is one entry of the national childcare register (LRK).
type Registration struct {
	// LRK is the nine-digit number.
	LRK string
	// Kind is KDV, BSO, VGO, GOB or the historic PSZ.
	Kind   string
	Places int
}

// AssignmentKind says whether somebody is first or stands in.
type AssignmentKind string

// The assignment kinds.
const (
	Primary AssignmentKind = "primary"
	Backup  AssignmentKind = "backup"
)

// Assignment says who belongs to which location in a role, and when.
type Assignment struct {
	Location, Role, Staff string
	Kind                  AssignmentKind
	// From and To are the first and the last day; NoDate for open.
	From, To calendar.Date
	// Pinned assignments are the lead's wish: the solver keeps them.
	Pinned bool
	// Reason is a code, needed when a pin goes above a ceiling.
	Reason string
}

// On reports whether the assignment is in force on a day.
func (a *Assignment) On(d calendar.Date) bool { return within(d, a.From, a.To) }

func within(d, from, to calendar.Date) bool {
	return (from == calendar.NoDate || d >= from) && (to == calendar.NoDate || d <= to)
}

// Absence is time that somebody is not there; never why.
type Absence struct {
	Staff    string
	From, To calendar.Date
	// Part is the part of each day; empty for whole days.
	Part calendar.Span
}

// Blackout is time in which a location, a district or a whole municipality
// cannot be visited (study day, closure, disruption). Exactly one of the three
// is set.
type Blackout struct {
	Location, District, Municipality string
	From, To                         calendar.Date
	// Part is the part of each day; empty for whole days.
	Part calendar.Span
	// Reason is a code.
	Reason string
}

// Meeting is an appointment that recurs or stands alone: a team's or a
// steering group's when it has staff, a location's own when it has none.
type Meeting struct {
	ID, Name string
	// Kind is a label that an anchor can name: parent_morning, team, …
	Kind string
	// Start is the first day and Clock the local time of day.
	Start   calendar.Date
	Clock   calendar.Clock
	Minutes int
	// Rule is an RRULE (RFC 5545 section 3.3.10), empty for a single meeting.
	Rule            string
	Except, Besides []calendar.Date
	Location        string
	Point           Point
	Staff           []string
	Roles           []string
	Locations       []string
	Organisations   []string
	Budget          Budget
}

// Case is anonymous work that weighs on somebody until it is handed over: a
// random reference, never a child.
type Case struct {
	Ref      string
	Staff    string
	Location string
	Kind     string
	Points   int
	// MinutesWeek is the expected work a week.
	MinutesWeek        int
	Budget             Budget
	Opened, HandedOver calendar.Date
}

// Consent is the parents' answer to a visit whose type has a consent gate: yes
// or no and the day it was given, and nothing more – not about whom it is. Each
// yes allows one visit, from its day on.
type Consent struct {
	Location, Requirement string
	Given                 bool
	Date                  calendar.Date
}

// CompletedVisit is a visit that took place.
type CompletedVisit struct {
	Location, Role, Requirement, VisitType, Staff string
	Date                                          calendar.Date
	// Next is the day agreed for what follows; VisitType.Next asks for it.
	Next calendar.Date
}
