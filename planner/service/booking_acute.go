package service

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// AcuteQuestion is an acute question and its clock, which runs in working hours
// from the question to the first visit.
type AcuteQuestion struct {
	// Booking is empty while the location still waits; Waiting is then the entry.
	Booking, Waiting, Location, VisitType string
	Asked, Due                            time.Time
	// First is when the first visit is; zero while there is none.
	First time.Time
	// Minutes are the working minutes from the question to the first visit, or to
	// now.
	Minutes int
	// InTime says that the first visit is, or can still be, before it is due.
	InTime bool
}

// AcuteLane is the acute questions of a period and how soon they were answered.
type AcuteLane struct {
	// Hours is within how many working hours one is due.
	Hours     float64
	Questions []AcuteQuestion
	// Answered counts those with a visit, InTime all that are in time.
	Answered, InTime int
	// Median is the median of the answered ones, in working minutes.
	Median int
}

// AcuteLane lists the acute questions that were asked in a period, the latest
// first, with their measured response time.
func (s *Service) AcuteLane(ctx context.Context, region string, from, to time.Time) (*AcuteLane, error) {
	d, err := s.desk(ctx, region)
	if err != nil {
		return nil, err
	}
	state := d.slots.State()
	zone, err := time.LoadLocation(state.Programme.Zone)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	lane := &AcuteLane{Hours: state.Programme.Assume(planner.AcuteHours, "", calendar.DateOf(now, zone))}
	bookings, err := s.Store.Bookings(ctx, region, BookingFilter{Urgent: true, From: from, States: []store.BookingState{store.BookingRequested, store.BookingConfirmed}})
	if err != nil {
		return nil, err
	}
	for i := range bookings {
		b := &bookings[i]
		lane.Questions = append(lane.Questions, AcuteQuestion{Booking: b.ID, Location: b.Location, VisitType: b.VisitType, Asked: b.Asked, First: b.Start})
	}
	entries, err := s.Store.WaitingEntries(ctx, region, true)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		if e := &entries[i]; e.Urgent {
			lane.Questions = append(lane.Questions, AcuteQuestion{Waiting: e.ID, Location: e.Location, VisitType: e.VisitType, Asked: e.Asked})
		}
	}
	lane.measure(now, from, to, zone)
	return lane, nil
}

// measure reads the clocks.
func (l *AcuteLane) measure(now, from, to time.Time, zone *time.Location) {
	l.Questions = slices.DeleteFunc(l.Questions, func(q AcuteQuestion) bool { return q.Asked.Before(from) || !q.Asked.Before(to) })
	var answered []int
	for i := range l.Questions {
		q := &l.Questions[i]
		q.Due = planner.AfterWorking(q.Asked, int(l.Hours*60), zone)
		end := now
		if !q.First.IsZero() {
			end = q.First
		}
		q.Minutes = planner.WorkingMinutes(q.Asked, end, zone)
		q.InTime = !end.After(q.Due)
		if !q.First.IsZero() {
			answered = append(answered, q.Minutes)
		}
		if q.InTime {
			l.InTime++
		}
	}
	slices.Sort(answered)
	if l.Answered = len(answered); l.Answered > 0 {
		l.Median = answered[l.Answered/2]
	}
	slices.SortFunc(l.Questions, func(a, b AcuteQuestion) int {
		return cmp.Or(b.Asked.Compare(a.Asked), cmp.Compare(a.Location, b.Location))
	})
}
