package service

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// closedReason is the code of a closure that a location gives itself.
const closedReason = "closed"

// errKnown says that what somebody asks for is so already.
var errKnown = errors.New("known already")

// todayOf is the day in the zone of a state.
func (s *Service) todayOf(state *planner.State) (calendar.Date, error) {
	zone, err := time.LoadLocation(state.Programme.Zone)
	if err != nil {
		return calendar.NoDate, fmt.Errorf("zone of region %q: %w", state.Region, err)
	}
	return calendar.DateOf(s.Now(), zone), nil
}

// CloseLocation keeps time in which a location cannot be visited, as it says
// itself. The same period twice is one. It gives InputErrors with all that is
// wrong.
func (s *Service) CloseLocation(ctx context.Context, region string, b planner.Blackout) error {
	if err := s.ownLocation(b.Location); err != nil {
		return err
	}
	b.District, b.Municipality, b.Reason = "", "", closedReason
	_, _, err := s.Edit(ctx, region, func(state *planner.State) (Edit, Act, error) {
		today, err := s.todayOf(state)
		if err != nil {
			return Edit{}, Act{}, err
		}
		var faults dayChecks
		if faults.period(b.From, b.To, b.Part, today); len(faults.found) > 0 {
			return Edit{}, Act{}, faults.err()
		}
		if slices.Contains(state.Blackouts, b) {
			return Edit{}, Act{}, errKnown
		}
		row := Cells{"location_id": b.Location, "from": b.From.String(), "to": b.To.String(), "part": partCell(b.Part), "reason": b.Reason}
		return Edit{Kind: BlackoutsFile, At: -1, Rows: []Cells{row}}, Act{Verb: Created, Object: "blackout", ID: b.Location}, nil
	})
	return known(err)
}

// OpenLocation takes a closure of a location back. One that is gone already is no
// fault.
func (s *Service) OpenLocation(ctx context.Context, region string, b planner.Blackout) error {
	if err := s.ownLocation(b.Location); err != nil {
		return err
	}
	_, _, err := s.Edit(ctx, region, func(state *planner.State) (Edit, Act, error) {
		at := slices.IndexFunc(state.Blackouts, func(x planner.Blackout) bool {
			return x.Location == b.Location && x.From == b.From && x.To == b.To && x.Part == b.Part
		})
		if at < 0 {
			return Edit{}, Act{}, errKnown
		}
		return Edit{Kind: BlackoutsFile, At: at}, Act{Verb: Removed, Object: "blackout", ID: b.Location}, nil
	})
	return known(err)
}

// known forgives what is so already.
func known(err error) error {
	if errors.Is(err, errKnown) {
		return nil
	}
	return err
}

// Repeat says how often a location's own meeting takes place.
type Repeat string

// The ways in which an own meeting repeats.
const (
	Once      Repeat = "once"
	Weekly    Repeat = "weekly"
	Biweekly  Repeat = "biweekly"
	Monthly   Repeat = "monthly" // on the same weekday of the month, the last for the fifth
	ownPrefix        = "own-"    // of the ids of meetings that locations make
)

// Repeats lists them in the order of a form.
func Repeats() []Repeat { return []Repeat{Once, Weekly, Biweekly, Monthly} }

// OwnMeeting is a meeting of a location itself, such as a morning for parents.
// It has no words of its own: what it is called follows from its kind.
type OwnMeeting struct {
	Location, Kind, Name string
	Start                calendar.Date
	Clock                calendar.Clock
	Minutes              int
	Repeat               Repeat
}

// rule is the recurrence rule of the meeting.
func (m *OwnMeeting) rule() string {
	switch m.Repeat {
	case Weekly:
		return "FREQ=WEEKLY"
	case Biweekly:
		return "FREQ=WEEKLY;INTERVAL=2"
	case Monthly:
		nth := (m.Start.Time().Day() - 1) / 7
		week := fmt.Sprint(nth + 1)
		if nth == 4 {
			week = "-1"
		}
		return "FREQ=MONTHLY;BYDAY=" + week + strings.ToUpper(m.Start.Weekday().String()[:2])
	case Once:
	}
	return ""
}

// The bounds of an own meeting, in minutes.
const (
	shortestMeeting = 15
	longestMeeting  = 8 * 60
)

// check returns what is wrong with a meeting.
func (m *OwnMeeting) check(today calendar.Date) error {
	var f dayChecks
	switch {
	case m.Start == calendar.NoDate:
		f.add("start", "required", "Vul de eerste dag in.", "Fill in the first day.")
	case m.Start < today:
		f.add("start", "past", "Kies vandaag of een dag die nog komt.", "Choose today or a day to come.")
	case m.Start > today+longestAhead:
		f.add("start", "out_of_range", "Kies een dag binnen twee jaar.", "Choose a day within two years.")
	}
	if m.Clock < 0 || m.Clock >= 24*60 {
		f.add("clock", "required", "Vul de begintijd in.", "Fill in the time at which it begins.")
	}
	if m.Minutes < shortestMeeting || m.Minutes > longestMeeting || m.Clock >= 0 && int(m.Clock)+m.Minutes > 24*60 {
		f.add("minutes", "out_of_range", "Kies een duur van 15 minuten tot 8 uur, op dezelfde dag.", "Choose 15 minutes to 8 hours, on the same day.")
	}
	if !slices.Contains(Repeats(), m.Repeat) {
		f.add("repeat", "unknown", "Kies hoe vaak het is.", "Choose how often it is.")
	}
	return f.err()
}

// AddOwnMeeting keeps a meeting of a location itself. The same meeting twice is
// one. It gives InputErrors with all that is wrong.
func (s *Service) AddOwnMeeting(ctx context.Context, region string, m OwnMeeting) error {
	if err := s.ownLocation(m.Location); err != nil {
		return err
	}
	_, _, err := s.Edit(ctx, region, func(state *planner.State) (Edit, Act, error) {
		today, err := s.todayOf(state)
		if err == nil {
			err = m.check(today)
		}
		if err != nil {
			return Edit{}, Act{}, err
		}
		rule := m.rule()
		if slices.ContainsFunc(state.Meetings, func(x planner.Meeting) bool {
			return ofLocation(&x, m.Location) && x.Kind == m.Kind && x.Start == m.Start && x.Clock == m.Clock && x.Minutes == m.Minutes && x.Rule == rule
		}) {
			return Edit{}, Act{}, errKnown
		}
		id := ownPrefix + strings.ToLower(rand.Text()[:16])
		row := Cells{
			"meeting_id": id, "name": m.Name, "kind": m.Kind, "start": m.Start.String() + "T" + m.Clock.String(),
			"minutes": fmt.Sprint(m.Minutes), "rrule": rule, "location_id": m.Location,
		}
		return Edit{Kind: MeetingsFile, At: -1, Rows: []Cells{row}}, Act{Verb: Created, Object: "meeting", ID: id}, nil
	})
	return known(err)
}

// RemoveOwnMeeting removes a meeting of a location itself; one that is gone
// already is no fault. Of others it gives ErrNotFound.
func (s *Service) RemoveOwnMeeting(ctx context.Context, region, location, id string) error {
	if err := s.ownLocation(location); err != nil {
		return err
	}
	_, _, err := s.Edit(ctx, region, func(state *planner.State) (Edit, Act, error) {
		at := slices.IndexFunc(state.Meetings, func(x planner.Meeting) bool { return x.ID == id })
		switch {
		case at < 0:
			return Edit{}, Act{}, errKnown
		case !ofLocation(&state.Meetings[at], location):
			return Edit{}, Act{}, fmt.Errorf("meeting %q: %w", id, ErrNotFound)
		}
		return Edit{Kind: MeetingsFile, At: at}, Act{Verb: Removed, Object: "meeting", ID: id}, nil
	})
	return known(err)
}

// ofLocation reports whether a meeting is a location's own.
func ofLocation(m *planner.Meeting, location string) bool {
	return m.Location == location && len(m.Staff) == 0 && len(m.Roles) == 0
}

// OwnMeetings lists the meetings of a location itself, in the order of the state.
func OwnMeetings(state *planner.State, location string) []planner.Meeting {
	var out []planner.Meeting
	for i := range state.Meetings {
		if ofLocation(&state.Meetings[i], location) {
			out = append(out, state.Meetings[i])
		}
	}
	return out
}
