package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// The kinds of fault. A plan without faults keeps every rule of docs/model.md.
const (
	// UnknownID is an id that the input folder does not know, or a row twice.
	UnknownID = "unknown_id"
	// WrongPeriod is a plan for other days than those asked for.
	WrongPeriod = "period"

	// Overlap is two things of one person at the same time, buffers included.
	Overlap = "overlap"
	// TravelTime is too little time between two stops, or from and to home.
	TravelTime = "travel_time"
	// Holiday is a visit on a public holiday of the employer.
	Holiday = "holiday"
	// OutsideWork is a visit outside the person's weekly pattern.
	OutsideWork = "outside_work"
	// Absent is a visit while the person is away.
	Absent = "absence"
	// NoContract is a visit outside the person's contracts in the role.
	NoContract = "contract"
	// AcuteReserve is a day without the minutes that stay free.
	AcuteReserve = "acute_reserve"
	// ConsultTime is a visit in the weekly consult time.
	ConsultTime = "consult"
	// DayCap and WeekCap are too many visits of one person.
	DayCap  = "day_cap"
	WeekCap = "week_cap"

	// LocationClosed is a visit outside the opening hours.
	LocationClosed = "closed"
	// NotOpen is a visit before a location opened or after it closed for good.
	NotOpen = "not_open"
	// BlackedOut is a visit while nobody can be received.
	BlackedOut = "blackout"
	// OutOfSeason is a visit outside the requirement's part of the year.
	OutOfSeason = "season"
	// ShortGap is two visits of a requirement too close together.
	ShortGap = "gap"
	// OffAnchor is a visit that is not on the location's own meeting.
	OffAnchor = "anchor"
	// NoConsent is a visit without the parents' consent that it needs.
	NoConsent = "consent"
	// OffGrid is a start that is no multiple of five minutes.
	OffGrid = "grid"
	// WrongVisit is a visit of the wrong type or length, or not promised.
	WrongVisit = "visit"
	// JointTimes is a joint visit whose rows differ.
	JointTimes = "joint_time"
	// Crew is a visit with somebody missing or too many.
	Crew = "crew"
	// WrongPerson is a visit by somebody who is not of the location.
	WrongPerson = "wrong_person"
	// MeetingMissing is an occurrence of a meeting that somebody lacks.
	MeetingMissing = "meeting_missing"
	// MeetingTime is a row of a meeting that does not then take place.
	MeetingTime = "meeting_time"

	// MissingLocation is a location without a row for a role that it needs.
	MissingLocation = "missing_location"
	// TwoPrimaries is more than one person first at a location on a date.
	TwoPrimaries = "two_primaries"
	// BackupIsPrimary is a backup who is first at the same location.
	BackupIsPrimary = "backup_is_primary"
	// NotCandidate is somebody without the contract that a location needs.
	NotCandidate = "candidate"
	// SplitDistrict is a whole district that is not with one person.
	SplitDistrict = "whole_district"
	// PinBroken is a pin that is not kept.
	PinBroken = "pin"
	// OverCapacity is a load above capacity that no pin with a reason allows.
	OverCapacity = "capacity"
	// OverCeiling is more locations than a contract allows.
	OverCeiling = "ceiling"
	// WrongArea is a work area that is not what people serve, or has another
	// shape.
	WrongArea = "area"
	// WrongShortage is a shortage that does not follow from the locations that
	// nobody has.
	WrongShortage = "shortage"
	// OverLimit is more minutes than an employer's yearly limit.
	OverLimit = "employer_limit"
	// OverBudget is more locations that change hands than allowed.
	OverBudget = "change_budget"
	// WrongLoad is a load, capacity or number that does not follow.
	WrongLoad = "load"

	// ReasonSum is a reason whose amounts do not add up.
	ReasonSum = "reason_sum"
	// WrongTotal is a total in plan.json that the rows do not add up to.
	WrongTotal = "total"
	// WrongAmount is an amount in plan.json that does not follow from the rows.
	WrongAmount = "amount"
	// WrongTravel is a travel time in the files that does not follow.
	WrongTravel = "travel_minutes"
	// BoundAboveCost is a lower bound above the cost it bounds.
	BoundAboveCost = "bound_above_cost"
	// BoundUnproved is a bound that its multipliers do not prove.
	BoundUnproved = "bound_unproved"

	// PastChanged is a plan that tells another past than was published.
	PastChanged = "past"
	// FrozenMoved is a visit of the near term that changed and need not have.
	FrozenMoved = "frozen"
	// TooManyMoves is more published visits moved than allowed.
	TooManyMoves = "moves"
	// WrongChange is a list of changes that is not the true one.
	WrongChange = "change_list"

	// WrongCoverage is a line of the coverage ledger that does not follow.
	WrongCoverage = "coverage"
	// NotListed is a visit that is neither planned nor listed as unplanned.
	NotListed = "unplanned_missing"
	// FalselyListed is a visit listed as unplanned that is planned or not due.
	FalselyListed = "unplanned_false"
)

// Fault is one thing that is wrong with a plan, and where. Fields that do not
// apply are empty; Date is then calendar.NoDate.
type Fault struct {
	// Kind is one of the constants of this package.
	Kind                         string
	Location, Role, Staff, Visit string
	Date                         calendar.Date
	// Message says what is wrong, with the numbers.
	Message string
}

// String returns kind, place and message on one line.
func (f Fault) String() string {
	var out strings.Builder
	out.WriteString(f.Kind)
	for _, part := range []struct{ name, value string }{
		{"location", f.Location},
		{"role", f.Role},
		{"staff", f.Staff},
		{"visit", f.Visit},
		{"date", f.Date.String()},
	} {
		if part.value != "" {
			out.WriteString(" " + part.name + "=" + part.value)
		}
	}
	return out.String() + ": " + f.Message
}

func (f *Fault) compare(g *Fault) int {
	return cmp.Or(
		cmp.Compare(f.Kind, g.Kind), cmp.Compare(f.Location, g.Location), cmp.Compare(f.Role, g.Role),
		cmp.Compare(f.Staff, g.Staff), cmp.Compare(f.Date, g.Date), cmp.Compare(f.Visit, g.Visit),
		cmp.Compare(f.Message, g.Message),
	)
}

// add records a fault; at carries its kind and place.
func (c *checker) add(at Fault, format string, args ...any) {
	at.Message = fmt.Sprintf(format, args...)
	c.faults = append(c.faults, at)
}

// sorted returns the faults in order, each once.
func (c *checker) sorted() []Fault {
	slices.SortFunc(c.faults, func(a, b Fault) int { return a.compare(&b) })
	return slices.Compact(c.faults)
}
