package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// LeadTimes measures how long the questions of a period waited for their first
// visit: bookings that stand, and locations that still wait; see
// planner.LeadTimes. From is inclusive, to exclusive.
func (s *Service) LeadTimes(ctx context.Context, region string, from, to time.Time) ([]planner.LeadTime, error) {
	state, _, err := s.Store.LoadState(ctx, region)
	if err != nil {
		return nil, err
	}
	booked, err := s.Store.Bookings(ctx, region, BookingFilter{States: []store.BookingState{store.BookingRequested, store.BookingConfirmed}})
	if err != nil {
		return nil, err
	}
	waiting, err := s.Store.WaitingEntries(ctx, region, true)
	if err != nil {
		return nil, err
	}
	var questions []planner.Question
	for i := range booked {
		b := &booked[i]
		q := planner.Question{Location: b.Location, Acute: b.Urgent, Asked: b.Asked, Visited: b.Start}
		if b.State == store.BookingRequested {
			q.Visited = time.Time{} // nobody said yes so far
		}
		questions = append(questions, q)
	}
	for i := range waiting {
		questions = append(questions, planner.Question{Location: waiting[i].Location, Acute: waiting[i].Urgent, Asked: waiting[i].Asked})
	}
	questions = slices.DeleteFunc(questions, func(q planner.Question) bool { return q.Asked.Before(from) || !q.Asked.Before(to) })
	return planner.LeadTimes(state, questions, s.Now()), nil
}

// Hours draws up the hours of a period by employer, budget and kind of work:
// planned as the plan had it that was published at the end of each month, realised
// until today; see planner.StateHours. That somebody read it is in the audit log.
func (s *Service) Hours(ctx context.Context, region string, p planner.Period) (*planner.HoursStatement, error) {
	if err := checkPeriod(p); err != nil {
		return nil, err
	}
	a, err := s.account(ctx, region, p)
	if err != nil {
		return nil, err
	}
	out := &planner.HoursStatement{Period: p, Until: min(a.today, p.To)}
	err = a.months(func(m *accountMonth) error {
		h, err := planner.StateHours(m.state, m.visits, a.done, m.period, a.today)
		if err == nil {
			out.Lines = append(out.Lines, h.Lines...)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, s.record(ctx, store.Act{Verb: store.Read, Object: "hours_statement", ID: p.From.String() + "/" + p.To.String(), Region: region})
}

// HoursFile is the statement of hours of a period as a file, in the format csv or
// xlsx.
func (s *Service) HoursFile(ctx context.Context, region string, p planner.Period, format string) ([]byte, error) {
	h, err := s.Hours(ctx, region, p)
	if err != nil {
		return nil, err
	}
	table := files.HoursTable(h)
	if format == "xlsx" {
		return files.Workbook([]files.Table{table})
	}
	return table.CSV(), nil
}

// ClosedPeriod is what people carried in a period that is over.
type ClosedPeriod = store.ClosedPeriod

// PeriodLoad is what one person carried in one role in a closed period.
type PeriodLoad = store.PeriodLoad

// ClosePeriod keeps what everybody carried in a period that is over, as it was
// planned then and as it was realised: visits, their preparation and travel, cases
// and meetings, and of what was realised consults too; against the time there was.
// It gives ErrParams for a period that is not over, and ErrConflict when some of
// its days are closed already.
func (s *Service) ClosePeriod(ctx context.Context, region string, p planner.Period) (*ClosedPeriod, error) {
	if err := checkPeriod(p); err != nil {
		return nil, err
	}
	today, err := s.dayOr(ctx, region, calendar.NoDate)
	if err != nil {
		return nil, err
	}
	if p.To >= today {
		return nil, fmt.Errorf("%w: the period ends on %s, which is not over", ErrParams, p.To)
	}
	supply, _, err := s.Supply(ctx, region, p)
	if err != nil {
		return nil, err
	}
	a, err := s.account(ctx, region, p)
	if err != nil {
		return nil, err
	}
	var planned, realised []planner.LoadLine
	err = a.months(func(m *accountMonth) error {
		loads, err := planner.Loads(m.state, m.visits, m.period)
		if err != nil {
			return err
		}
		done, err := planner.RealisedLoads(m.state, m.visits, a.done, m.period)
		planned, realised = append(planned, loads...), append(realised, done...)
		return err
	})
	if err != nil {
		return nil, err
	}
	closed := ClosedPeriod{
		Region: region, From: p.From, To: p.To, Actor: s.Store.Scope().Actor, Closed: s.Now(), Loads: periodLoads(planned, realised, a.done.BookedRoles, supply),
	}
	if err := s.Store.ClosePeriod(ctx, closed, s.Now()); err != nil {
		return nil, err
	}
	return &closed, nil
}

// periodLoads adds up what each person carried in each role, as planned and as
// realised, against the time they had. Time that is only kept is not work carried.
func periodLoads(planned, realised []planner.LoadLine, booked []string, supply []planner.SupplyLine) []PeriodLoad {
	of := map[[2]string]*PeriodLoad{}
	at := func(staff, role string) *PeriodLoad {
		k := [2]string{staff, role}
		if of[k] == nil {
			of[k] = &PeriodLoad{Staff: staff, Role: role}
		}
		return of[k]
	}
	for i := range supply {
		at(supply[i].Staff, supply[i].Role).Capacity += supply[i].Net
	}
	carried := func(l *planner.LoadLine, consults bool) bool {
		switch l.Kind {
		case planner.ConsultWork, planner.AcuteWork:
			return consults && slices.Contains(booked, l.Role)
		case planner.NonCaseWork:
			return false
		case planner.VisitWork, planner.PreparationWork, planner.TravelWork, planner.MeetingWork, planner.CaseWork:
		}
		return true
	}
	for i := range planned {
		if l := &planned[i]; carried(l, false) {
			x := at(l.Staff, l.Role)
			x.Minutes, x.Points = x.Minutes+l.Minutes, x.Points+l.Points
		}
	}
	for i := range realised {
		if l := &realised[i]; carried(l, true) {
			at(l.Staff, l.Role).Realised += l.Minutes
		}
	}
	out := make([]PeriodLoad, 0, len(of))
	for _, l := range of {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b PeriodLoad) int { return cmp.Or(cmp.Compare(a.Staff, b.Staff), cmp.Compare(a.Role, b.Role)) })
	return out
}

// ReopenPeriod forgets what was kept of the closed period that begins on a day.
func (s *Service) ReopenPeriod(ctx context.Context, region string, from calendar.Date) error {
	return s.Store.ReopenPeriod(ctx, region, from)
}

// ClosedPeriods lists the closed periods of a region in order of time.
func (s *Service) ClosedPeriods(ctx context.Context, region string) ([]ClosedPeriod, error) {
	return s.Store.ClosedPeriods(ctx, region)
}
