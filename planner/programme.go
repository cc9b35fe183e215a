package planner

import "github.com/wijkplanner/wijkplanner/calendar"

// Programme is what is promised, to whom and by whom: the content of
// programme.yaml.
type Programme struct {
	ID, Name string
	// Zone is the IANA time zone.
	Zone string
	// From and To bound the programme (a pilot ends); NoDate for open.
	From, To       calendar.Date
	Municipalities []Municipality
	Roles          []Role
	VisitTypes     []VisitType
	Requirements   []Requirement
	Assumptions    []Assumption
	// Carried is what people carried above their share in the past; see fairness.go.
	Carried []Carried
	// Ceilings are agreed limits on what one person carries; see ceiling.go.
	Ceilings []Ceiling
	Weights  Weights
}

// Municipality is a municipality that takes part.
type Municipality struct {
	// Code is the four-digit municipality code, "0268".
	Code, Name string
	// SchoolRegion is noord, midden or zuid.
	SchoolRegion string
}

// Text is a text in both languages of the product.
type Text struct{ NL, EN string }

// AssignMode says what is given to one person as a whole.
type AssignMode string

// The assign modes.
const (
	// ByLocation assigns location by location.
	ByLocation AssignMode = "location"
	// ByDistrict assigns whole districts.
	ByDistrict AssignMode = "district"
	// NotAssigned is for roles without locations of their own.
	NotAssigned AssignMode = "none"
)

// Role is a kind of work that staff do.
type Role struct {
	ID     string
	Name   Text
	Assign AssignMode
	// Backup asks for a named backup for each location.
	Backup bool
	// Pair names the role with which this one forms the standing pair that a
	// location sees, or is empty.
	Pair string
	// Select limits the role to some locations; nil for all.
	Select *Selection
	// DemandPerPlace is the expected further work (consults, observations) a
	// year for each child place, in minutes; it makes big locations weigh more.
	DemandPerPlace int
	// AcuteMinutesDay is working time kept free each working day for acute
	// questions.
	AcuteMinutesDay int
	// Consult is weekly time kept free for consult slots.
	Consult calendar.Week
	// FullTime is a full-time week of the role, in hundredths of an hour; 0
	// means the assumption FullTimeHours.
	FullTime int
}

// VisitMode is how a visit takes place.
type VisitMode string

// The visit modes.
const (
	OnSite  VisitMode = "on_site"
	ByPhone VisitMode = "phone"
	Online  VisitMode = "online"
)

// VisitType is a kind of visit.
type VisitType struct {
	ID   string
	Name Text
	Mode VisitMode
	// Minutes is the time at the location; Preparation and FollowUp are work
	// elsewhere that counts in the load only; BufferBefore and BufferAfter
	// keep the person's time free around it.
	Minutes, Preparation, FollowUp, BufferBefore, BufferAfter int
	// Weight is the weight of a minute in the load, in percent: 100 is plain.
	Weight int
	Points int
	// ParentsPresent wishes it in a window when parents are there (soft).
	ParentsPresent bool
	// Consent says that it needs the parents' consent, given as yes and date.
	Consent bool
	// Next names the visit type that must follow: a visit of this type is not
	// closed without the date of the next. Empty for none.
	Next string
	// Bookable says that a location can book it.
	Bookable bool
}

// Work returns the minutes of work that one visit is: on site and around it.
func (v *VisitType) Work() int {
	return v.Minutes + v.Preparation + v.FollowUp + v.BufferBefore + v.BufferAfter
}

// Selection picks locations; empty lists and nil flags pick all.
type Selection struct {
	Locations, Districts, Municipalities, Organisations, Tags []string
	StandAlone, Subsidised                                    *bool
}

// Requirement is a promise to each selected location: so many visits of a type
// in a calendar year, well apart.
type Requirement struct {
	ID        string
	Name      Text
	Role      string
	VisitType string
	// With names further roles that must be present at the same time.
	With []string
	// Pool names roles of which one more person must be present.
	Pool []string
	// Minimum must be met before any Target is sought; Target ≥ Minimum ≥ 0.
	Minimum, Target int
	// MinGapDays is the least distance between two visits (hard).
	MinGapDays int
	// IdealGapDays is the wished distance (soft), 0 for none.
	IdealGapDays int
	// From and To bound the visits within the year as month and day; zero
	// means the whole year.
	From, To MonthDay
	// Anchor ties the visits to the location's own meetings, or is nil.
	Anchor *Anchor
	// Select limits it to some locations; nil for all.
	Select *Selection
	// Overrides change it for single locations.
	Overrides []Override
	// HandoverDays, when above 0, makes it the joint visit of the old and the
	// new person at a location that changes hands, within so many days from when
	// it does; see handover.go. With, Pool, Anchor and Select are then not used.
	HandoverDays int
}

// MonthDay is a day of any year; the zero value means "not given".
type MonthDay struct{ Month, Day int }

// Anchor puts a visit on every nth occurrence of a meeting of the location
// itself ("every 4th parent morning"). Minimum and Target then follow from the
// number of such occurrences, and MinGapDays is not used.
type Anchor struct {
	// Kind is the meeting's kind.
	Kind string
	// Every is n: 1 for each occurrence. Offset is the first one used, 0-based.
	Every, Offset int
}

// Override changes a requirement for one location; negative numbers leave the
// value as it is.
type Override struct {
	Location        string
	Minimum, Target int
	MinGapDays      int
	Every           int
}

// Assumption is a norm that nobody has proved: dated, labelled and editable.
type Assumption struct {
	// Key is one of those in AssumptionDefaults.
	Key   string
	Value float64
	Unit  string
	// Source says where it comes from; "assumption" where there is none.
	Source string
	// Organisation limits it to one employer; empty for all.
	Organisation string
	// From is the first day it holds; NoDate for always.
	From calendar.Date
}

// Weights turn soft amounts into minute-equivalents, in hundredths. Zero
// values mean the defaults of DefaultWeights.
type Weights struct {
	// Travel is the price of a minute of travel: 100 is a minute.
	Travel int64
	// Balance weighs the convex load charge of the assignment.
	Balance int64
	// OpenDistrict is charged for each district a person works in.
	OpenDistrict int64
	// Change is charged for each location that changes hands.
	Change int64
	// Face is charged for each further face at a location over all roles.
	Face int64
	// Pair is charged for each different person of the pair role whom a person
	// works with.
	Pair int64
	// Scattered is charged for each part of a work area beyond the first.
	Scattered int64
	// Spacing is the price of a day from the ideal gap.
	Spacing int64
	// SchoolHoliday is charged for a visit in the school holidays.
	SchoolHoliday int64
	// NoParents is charged for a visit that wishes parents and has none.
	NoParents int64
	// Backup is charged for a visit by the backup.
	Backup int64
	// Smooth is the price of a minute above the even week.
	Smooth int64
	// Move is charged for a published visit that moves.
	Move int64
}
