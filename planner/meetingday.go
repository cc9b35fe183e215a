package planner

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// series is a meeting as the calendar knows it.
func (m *Meeting) series(zone *time.Location) (calendar.Series, error) {
	s := calendar.Series{
		Start: m.Start.At(m.Clock, zone), Wall: m.Start.At(m.Clock, time.UTC),
		RDays: m.Besides, EXDays: m.Except,
	}
	if m.Rule == "" {
		return s, nil
	}
	rule, err := calendar.ParseRecurrence(m.Rule)
	if err != nil {
		return s, fmt.Errorf("meeting %s: %w", m.ID, err)
	}
	s.Rule = &rule
	return s, nil
}

// daysOf returns the days of a series in a period, each once: a meeting is at
// its own time whatever times of day its rule gives.
func daysOf(s calendar.Series, p Period, zone *time.Location) []calendar.Date {
	var out []calendar.Date
	for _, t := range s.Between(p.From.At(0, zone), (p.To+1).At(0, zone), mostOccurrences) {
		if d := calendar.DateOf(t, zone); p.Contains(d) {
			out = append(out, d)
		}
	}
	return slices.Compact(out)
}

// Days returns the days on which a meeting takes place in a period of its zone.
func (m *Meeting) Days(p Period, zone *time.Location) ([]calendar.Date, error) {
	s, err := m.series(zone)
	if err != nil {
		return nil, err
	}
	return daysOf(s, p, zone), nil
}

// takes reports whether a meeting takes place on a day.
func (m *Meeting) takes(d calendar.Date, zone *time.Location) bool {
	days, err := m.Days(Period{d, d}, zone)
	return err == nil && len(days) > 0
}

var (
	// ErrNoOccurrence is a day on which a meeting does not take place.
	ErrNoOccurrence = errors.New("the meeting does not take place on this day")
	// ErrOccurrence is a day on which a meeting takes place already.
	ErrOccurrence = errors.New("the meeting takes place on this day already")
)

// CallOff returns a meeting without one of its days. It gives ErrNoOccurrence
// when it does not take place then.
func (m *Meeting) CallOff(day calendar.Date, zone *time.Location) (Meeting, error) {
	out := *m
	if !m.takes(day, zone) {
		return out, fmt.Errorf("meeting %s on %s: %w", m.ID, day, ErrNoOccurrence)
	}
	out.Besides = slices.DeleteFunc(slices.Clone(m.Besides), func(d calendar.Date) bool { return d == day })
	out.Except = slices.Clone(m.Except)
	if out.takes(day, zone) {
		out.Except = append(out.Except, day)
		slices.Sort(out.Except)
	}
	return out, nil
}

// MoveOccurrence returns a meeting with one of its days at another moment. At
// another time of day, which a meeting of several days cannot have for one of
// them, that day becomes a meeting of its own, besides; it is named after the
// meeting and the day that it was. The errors are those of CallOff, and
// ErrOccurrence.
func (m *Meeting) MoveOccurrence(day, to calendar.Date, clock calendar.Clock, zone *time.Location) (moved Meeting, besides *Meeting, err error) {
	moved, err = m.CallOff(day, zone)
	if err != nil {
		return moved, nil, err
	}
	switch {
	case m.Rule == "" && len(m.Besides) == 0: // it is its only day
		moved = *m
		moved.Start, moved.Clock = to, clock
	case clock != m.Clock:
		own := *m
		own.ID = fmt.Sprintf("%s-%s", m.ID, day)
		own.Start, own.Clock, own.Rule, own.Except, own.Besides = to, clock, "", nil, nil
		return moved, &own, nil
	case moved.takes(to, zone):
		return moved, nil, fmt.Errorf("meeting %s on %s: %w", m.ID, to, ErrOccurrence)
	default:
		moved.Except = slices.DeleteFunc(moved.Except, func(d calendar.Date) bool { return d == to })
		if !moved.takes(to, zone) {
			moved.Besides = append(moved.Besides, to)
			slices.Sort(moved.Besides)
		}
	}
	return moved, nil, nil
}
