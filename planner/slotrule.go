package planner

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// SlotRule says when a location can book somebody for a visit type.
type SlotRule struct {
	ID string
	// Role is the role in which somebody comes. Staff limits the rule to one
	// person; empty means everybody with the role who has no rule of their own
	// for the visit type.
	Role, Staff string
	VisitType   string
	// Windows is the weekly time in which the visit lies, empty for the role's
	// consult time, and where that is empty too for all working time.
	Windows calendar.Week
	// BufferBefore and BufferAfter keep the person's time free around the visit,
	// in minutes; negative for those of the visit type.
	BufferBefore, BufferAfter int
	// NoticeMinutes is the least time from now to the start.
	NoticeMinutes int
	// HorizonDays is how many days ahead can be booked: 1 is until tomorrow.
	HorizonDays int
	// Increment is the step of the starts after midnight, in minutes: a multiple
	// of 5.
	Increment int
	// MaxDay is how many bookings a person has in a day at most; 0 for no limit.
	MaxDay int
	// Approval asks the person or a lead to confirm each booking.
	Approval bool
	// AcuteHours above 0 makes the windows a reserve for acute questions, open to
	// others only so many hours before the start.
	AcuteHours int
	// With names further roles that must be there too, Pool roles of which one
	// more person must be.
	With, Pool []string
}

// The values of the rules that hold where a region has none of its own.
const (
	DefaultNotice    = 24 * 60
	DefaultHorizon   = 56
	DefaultIncrement = 15
)

// The bounds of a rule.
const (
	longestHorizon = 366
	longestNotice  = 60 * 24 * 60
	longestBuffer  = 8 * 60
)

// DefaultSlotRules returns the rules of a region that has made none: whoever has
// consult time can be booked in it for every visit type that can be booked.
func DefaultSlotRules(p *Programme) []SlotRule {
	var out []SlotRule
	for i := range p.Roles {
		if emptyWeek(&p.Roles[i].Consult) {
			continue
		}
		for j := range p.VisitTypes {
			if vt := &p.VisitTypes[j]; vt.Bookable {
				out = append(out, SlotRule{
					ID: "default-" + p.Roles[i].ID + "-" + vt.ID, Role: p.Roles[i].ID, VisitType: vt.ID, BufferBefore: -1, BufferAfter: -1,
					NoticeMinutes: DefaultNotice, HorizonDays: DefaultHorizon, Increment: DefaultIncrement,
				})
			}
		}
	}
	return out
}

func emptyWeek(w *calendar.Week) bool {
	return !slices.ContainsFunc(w[:], func(day []calendar.Span) bool { return len(day) > 0 })
}

// InputError is one thing that is wrong with what somebody sent.
type InputError struct {
	// Field names it as the API does, Code is stable, Text says what to do.
	Field, Code string
	Text        Text
}

func (f InputError) Error() string { return f.Field + ": " + f.Text.EN }

func inputError(field, code, nl, en string) InputError {
	return InputError{Field: field, Code: code, Text: Text{nl, en}}
}

// CheckSlotRule returns everything that is wrong with a rule in a state.
func (s *State) CheckSlotRule(r *SlotRule) []InputError {
	out := s.checkSlotWho(r)
	within := func(field string, value, low, high int, unitNL, unitEN string) {
		if value < low || value > high {
			out = append(out, inputError(field, "out_of_range",
				fmt.Sprintf("%d: kies %d tot en met %d %s.", value, low, high, unitNL),
				fmt.Sprintf("%d: want %d to %d %s.", value, low, high, unitEN)))
		}
	}
	within("buffer_before", r.BufferBefore, -1, longestBuffer, "minuten, of -1 voor die van het bezoektype", "minutes, or -1 for the visit type's")
	within("buffer_after", r.BufferAfter, -1, longestBuffer, "minuten, of -1 voor die van het bezoektype", "minutes, or -1 for the visit type's")
	within("notice_minutes", r.NoticeMinutes, 0, longestNotice, "minuten", "minutes")
	within("horizon_days", r.HorizonDays, 1, longestHorizon, "dagen", "days")
	within("increment", r.Increment, grid, 4*60, "minuten", "minutes")
	within("max_day", r.MaxDay, 0, 50, "afspraken", "bookings")
	within("acute_hours", r.AcuteHours, 0, 14*24, "uur", "hours")
	if r.Increment%grid != 0 {
		out = append(out, inputError("increment", "off_grid", "Kies een veelvoud van 5 minuten.", "Want a multiple of 5 minutes."))
	}
	for day, spans := range r.Windows {
		for _, w := range spans {
			if w.Empty() || w.From < 0 || w.To > 24*60 || w.From%grid != 0 || w.To%grid != 0 {
				out = append(out, inputError("windows", "bad_window",
					fmt.Sprintf("Dag %d, %s-%s: kies een begin voor het einde, op hele vijf minuten.", day, w.From, w.To),
					fmt.Sprintf("Day %d, %s-%s: want a start before the end, both on five minutes.", day, w.From, w.To)))
			}
		}
	}
	return out
}

// checkSlotWho checks what a rule refers to.
func (s *State) checkSlotWho(r *SlotRule) []InputError {
	var out []InputError
	unknown := func(field, id string) {
		out = append(out, inputError(field, "unknown", fmt.Sprintf("%q bestaat niet in deze regio.", id), fmt.Sprintf("%q does not exist in this region.", id)))
	}
	roles := append([]string{r.Role}, slices.Concat(r.With, r.Pool)...)
	for i, role := range roles {
		field := "role"
		if i > 0 && i <= len(r.With) {
			field = "with"
		} else if i > len(r.With) {
			field = "pool"
		}
		if s.Programme.Role(role) == nil {
			unknown(field, role)
		}
	}
	vt := s.Programme.VisitType(r.VisitType)
	switch {
	case vt == nil:
		unknown("visit_type", r.VisitType)
	case !vt.Bookable:
		out = append(out, inputError("visit_type", "not_bookable",
			fmt.Sprintf("%q kan niet geboekt worden: zet bookable aan bij het bezoektype.", vt.ID),
			fmt.Sprintf("%q cannot be booked: set bookable on the visit type.", vt.ID)))
	}
	if r.Staff == "" {
		return out
	}
	i := slices.IndexFunc(s.Staff, func(m Staff) bool { return m.ID == r.Staff })
	switch {
	case i < 0:
		unknown("staff", r.Staff)
	case !slices.ContainsFunc(s.Staff[i].Contracts, func(c Contract) bool { return c.Role == r.Role }):
		out = append(out, inputError("staff", "not_in_role",
			fmt.Sprintf("%s heeft geen contract in de rol %q.", r.Staff, r.Role), fmt.Sprintf("%s has no contract in the role %q.", r.Staff, r.Role)))
	}
	return out
}

// minutes returns the buffers of a rule.
func (r *SlotRule) buffers(vt *VisitType) (before, after int32) {
	before, after = int32(vt.BufferBefore), int32(vt.BufferAfter)
	if r.BufferBefore >= 0 {
		before = int32(r.BufferBefore)
	}
	if r.BufferAfter >= 0 {
		after = int32(r.BufferAfter)
	}
	return before, after
}

// SlotRelation says what somebody who can be booked is to the location.
type SlotRelation string

// The relations, in the order in which they are offered.
const (
	// SlotOwn is the location's own person in the role.
	SlotOwn SlotRelation = "own"
	// SlotPair is the other half of the standing pair.
	SlotPair SlotRelation = "pair"
	// SlotBackup stands in at the location.
	SlotBackup SlotRelation = "backup"
	// SlotTeam is anybody else of the team who can be booked there.
	SlotTeam SlotRelation = "team"
)

var slotRelations = []SlotRelation{SlotOwn, SlotPair, SlotBackup, SlotTeam}

func (r SlotRelation) order() int { return slices.Index(slotRelations, r) }

// SlotRelationTexts says in words what the relations mean.
func SlotRelationTexts() map[SlotRelation]Text {
	return map[SlotRelation]Text{
		SlotOwn:    {"uw eigen contactpersoon", "your own contact"},
		SlotPair:   {"het andere lid van uw vaste duo", "the other half of your standing pair"},
		SlotBackup: {"de vaste vervanger", "the named backup"},
		SlotTeam:   {"een collega uit het team", "a colleague of the team"},
	}
}

// Slot is a moment that can be booked, and with whom.
type Slot struct {
	Start, End time.Time
	VisitType  string
	Relation   SlotRelation
	// Crew holds who comes, the one who was asked for first.
	Crew []SlotCrew
	// Added is the travel that the crew has more because of it, in minutes.
	Added int
	// Rule is the rule it is offered by.
	Rule     string
	Approval bool
	// Acute says that it comes out of the reserve for acute questions.
	Acute bool
}

// SlotCrew is somebody who comes, and the time it takes of them.
type SlotCrew struct {
	Staff, Role string
	// Travel is the travel to it, in minutes on the clock.
	Travel int
	// From and To are the time taken, travel and buffers included.
	From, To time.Time
}

// Reason says why a slot is offered at its place in the list.
func (s *Slot) Reason() Text {
	t := SlotRelationTexts()[s.Relation]
	if s.Added <= nearby {
		return Text{t.NL + ", die dan in de buurt is", t.EN + ", who is nearby then"}
	}
	return Text{fmt.Sprintf("%s, %d minuten extra reistijd", t.NL, s.Added), fmt.Sprintf("%s, %d minutes of travel more", t.EN, s.Added)}
}

// nearby is the added travel up to which somebody is called nearby, and the step
// in which added travel counts: a minute less is no reason to wait a week.
const nearby = 10

// orderRules sorts rules as they are tried: by role, person, visit type and id.
func orderRules(rules []SlotRule) []SlotRule {
	return slices.SortedFunc(slices.Values(rules), func(a, b SlotRule) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Staff, b.Staff), cmp.Compare(a.VisitType, b.VisitType), cmp.Compare(a.ID, b.ID))
	})
}
