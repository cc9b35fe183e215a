package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// longestLook is how many days one question about meetings can be of.
const longestLook = 366

// lookOf completes the days of a question: from today, for a year.
func (s *Service) lookOf(state *planner.State, from, to calendar.Date) (planner.Period, error) {
	if from == calendar.NoDate {
		var err error
		if from, err = s.today(state); err != nil {
			return planner.Period{}, err
		}
	}
	if to == calendar.NoDate {
		to = from + longestLook - 1
	}
	p := planner.Period{From: from, To: to}
	if days := p.Days(); days == 0 || days > longestLook {
		return p, Faults{{File: "period", Message: fmt.Sprintf("from %s to %s: want 1 to %d days", from, to, longestLook)}}
	}
	return p, nil
}

// agendaOf is what people do in a period: what is known of a region with the busy
// times of their own calendars, and the visits that are published.
func (s *Service) agendaOf(ctx context.Context, region string, from, to calendar.Date) (*planner.State, []planner.Visit, planner.Period, error) {
	snapshot, err := s.Store.Snapshot(ctx, region)
	if err != nil {
		return nil, nil, planner.Period{}, err
	}
	p, err := s.lookOf(snapshot.State, from, to)
	if err != nil {
		return nil, nil, p, err
	}
	state, err := s.withBusy(ctx, snapshot.State, p.From, p.To)
	if err != nil || snapshot.Plan == nil {
		return state, nil, p, err
	}
	return state, snapshot.Plan.Visits, p, nil
}

// CheckMeeting looks at all occurrences of a new or changed meeting, given as a
// row of meetings.csv, in a period of at most 366 days; without days from today,
// for a year. Nothing is written. The error is a Faults for a meeting that cannot
// be.
func (s *Service) CheckMeeting(ctx context.Context, region string, row Cells, from, to calendar.Date) ([]planner.OccurrenceCheck, error) {
	state, visits, period, err := s.agendaOf(ctx, region, from, to)
	if err != nil {
		return nil, err
	}
	tried, m, err := withMeeting(state, row)
	if err != nil {
		return nil, err
	}
	return planner.CheckMeeting(tried, visits, *m, period)
}

// withMeeting returns a state with a meeting in the place of the one with its id.
func withMeeting(state *planner.State, row Cells) (*planner.State, *planner.Meeting, error) {
	id := row["meeting_id"]
	known := func(m planner.Meeting) bool { return m.ID == id }
	tried, err := files.Apply(state, Edit{Kind: MeetingsFile, At: slices.IndexFunc(state.Meetings, known), Rows: []Cells{row}})
	if err != nil {
		return nil, nil, err
	}
	return tried, &tried.Meetings[slices.IndexFunc(tried.Meetings, known)], nil
}

// FindMoments proposes at most k moments for a meeting of several parties, the
// best first; with none it says what stands in the way most often. Without days
// it looks four weeks ahead. The error is a Faults for a question that cannot be
// answered.
func (s *Service) FindMoments(ctx context.Context, region string, g planner.Gathering, k int) ([]planner.Candidate, []planner.Obstacle, error) {
	from, to := g.Period.From, g.Period.To
	state, visits, period, err := s.agendaOf(ctx, region, from, to)
	if err != nil {
		return nil, nil, err
	}
	if g.Period = period; to == calendar.NoDate {
		g.Period.To = period.From + 27
	}
	found, why, err := planner.FindMoments(state, visits, g, k)
	if err != nil {
		return nil, nil, Faults{{File: string(MeetingsFile), Message: err.Error()}}
	}
	return found, why, nil
}

// MeetingDays returns a meeting and the days on which it takes place in a period
// of at most 366 days; without days from today, for a year.
func (s *Service) MeetingDays(ctx context.Context, region, id string, from, to calendar.Date) (*planner.Meeting, []calendar.Date, error) {
	state, err := s.State(ctx, region)
	if err != nil {
		return nil, nil, err
	}
	m, zone, err := meetingOf(state, id)
	if err != nil {
		return nil, nil, err
	}
	period, err := s.lookOf(state, from, to)
	if err != nil {
		return nil, nil, err
	}
	days, err := m.Days(period, zone)
	return m, days, err
}

func meetingOf(state *planner.State, id string) (*planner.Meeting, *time.Location, error) {
	at := slices.IndexFunc(state.Meetings, func(m planner.Meeting) bool { return m.ID == id })
	if at < 0 {
		return nil, nil, fmt.Errorf("meeting %q: %w", id, ErrNotFound)
	}
	zone, err := time.LoadLocation(state.Programme.Zone)
	return &state.Meetings[at], zone, err
}

// OccurrenceChange is what becomes of one occurrence of a meeting.
type OccurrenceChange struct {
	Meeting string
	Day     calendar.Date
	// To is where it goes, NoDate when it is called off, and Clock at what time.
	To    calendar.Date
	Clock calendar.Clock
}

// ChangeOccurrence moves or calls off one occurrence of a meeting and gives the
// region a new version. It returns the meeting, and the one that the occurrence
// became when it has a time of day of its own. Unchanged looks at the meeting
// within the transaction. It gives ErrNotFound for what is not there and
// ErrConflict when the meeting takes place there already.
func (s *Service) ChangeOccurrence(ctx context.Context, region string, c OccurrenceChange, unchanged func(*planner.State, *planner.Meeting) error) (changed, besides *planner.Meeting, err error) {
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		known, _, err := t.LockState(region)
		if err != nil {
			return err
		}
		m, zone, err := meetingOf(known, c.Meeting)
		if err != nil {
			return err
		}
		if err := unchanged(known, m); err != nil {
			return err
		}
		moved, own, err := c.of(m, zone)
		if err != nil {
			return err
		}
		now, done, err := withMeeting(known, files.MeetingRow(&moved))
		if changed = done; err == nil && own != nil {
			now, besides, err = addMeeting(now, own)
		}
		if err != nil {
			return err
		}
		if err := t.SaveState(known, now); err != nil {
			return err
		}
		return t.Record(Act{Verb: Changed, Object: "meeting", ID: c.Meeting, Region: region, Fields: []string{"occurrences"}})
	})
	return changed, besides, err
}

func addMeeting(state *planner.State, own *planner.Meeting) (*planner.State, *planner.Meeting, error) {
	if slices.ContainsFunc(state.Meetings, func(m planner.Meeting) bool { return m.ID == own.ID }) {
		return nil, nil, fmt.Errorf("meeting %q is there already: %w", own.ID, ErrConflict)
	}
	return withMeeting(state, files.MeetingRow(own))
}

func (c *OccurrenceChange) of(m *planner.Meeting, zone *time.Location) (moved planner.Meeting, besides *planner.Meeting, err error) {
	if c.To == calendar.NoDate {
		moved, err = m.CallOff(c.Day, zone)
	} else {
		moved, besides, err = m.MoveOccurrence(c.Day, c.To, c.Clock, zone)
	}
	switch {
	case errors.Is(err, planner.ErrNoOccurrence):
		err = fmt.Errorf("%w: %w", err, ErrNotFound)
	case errors.Is(err, planner.ErrOccurrence):
		err = fmt.Errorf("%w: %w", err, ErrConflict)
	}
	return moved, besides, err
}
