package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// account is what is needed to say of each month of a period what was planned then
// and what was done.
type account struct {
	state  *planner.State
	zone   *time.Location
	today  calendar.Date
	period planner.Period
	done   planner.Realised
	plans  []datedPlan
}

// datedPlan is a plan while it was in force, with the visit types it was made with.
type datedPlan struct {
	plan *planner.Plan
	// since is when it was published, until when another took its place; the zero
	// time for still in force.
	since, until time.Time
	types        []planner.VisitType
}

// accountMonth is a month of an account, or the part of it that was asked for.
type accountMonth struct {
	period planner.Period
	state  *planner.State
	visits []planner.Visit
}

func (s *Service) account(ctx context.Context, region string, p planner.Period) (*account, error) {
	now, err := s.Snapshot(ctx, region)
	if err != nil {
		return nil, err
	}
	a := &account{state: now.State, period: p}
	if a.zone, err = time.LoadLocation(now.State.Programme.Zone); err != nil {
		return nil, fmt.Errorf("zone of region %q: %w", region, err)
	}
	a.today = calendar.DateOf(s.Now(), a.zone)
	made, err := s.Store.RealisedVisits(ctx, region, p.From, min(p.To, a.today))
	if err != nil {
		return nil, err
	}
	a.done.Written = workDone(now.State, made)
	if err := s.addBookings(ctx, region, a); err != nil {
		return nil, err
	}
	a.plans, err = s.datedPlans(ctx, region, p)
	return a, err
}

// addBookings adds what was booked until now.
func (s *Service) addBookings(ctx context.Context, region string, a *account) error {
	rules, _, err := s.SlotRules(ctx, region)
	if err != nil {
		return err
	}
	for i := range rules {
		a.done.BookedRoles = append(append(append(a.done.BookedRoles, rules[i].Role), rules[i].With...), rules[i].Pool...)
	}
	booked, err := s.Store.Bookings(ctx, region, BookingFilter{
		States: []store.BookingState{store.BookingConfirmed}, From: a.period.From.At(0, a.zone), To: (a.period.To + 1).At(0, a.zone),
	})
	if err != nil {
		return err
	}
	for i := range booked {
		if b := &booked[i]; !b.End.After(s.Now()) {
			a.done.Booked = append(a.done.Booked, bookedWork(&a.state.Programme, b, calendar.DateOf(b.Start, a.zone))...)
		}
	}
	return nil
}

// bookedWork is the time that a booking took of each of its crew: the talk with its
// buffers, the way there, and what its visit type asks before and after it.
func bookedWork(p *planner.Programme, b *Booking, day calendar.Date) []planner.WorkDone {
	kind := planner.ConsultWork
	if b.Urgent {
		kind = planner.AcuteWork
	}
	var out []planner.WorkDone
	for _, c := range b.Crew {
		add := func(kind planner.WorkKind, minutes int) {
			if minutes > 0 {
				out = append(out, planner.WorkDone{Staff: c.Staff, Role: c.Role, Date: day, Kind: kind, Location: b.Location, Minutes: int64(minutes)})
			}
		}
		add(kind, int(c.To.Sub(c.From).Minutes())-c.Travel)
		add(planner.TravelWork, c.Travel)
		if vt := p.VisitType(b.VisitType); vt != nil {
			add(planner.PreparationWork, vt.Preparation+vt.FollowUp)
		}
	}
	return out
}

// publicationsAPage is how many publications are read at once.
const publicationsAPage = 200

// datedPlans lists the plans of a region that were in force at any time and reach
// into a period, the one that was published first first.
func (s *Service) datedPlans(ctx context.Context, region string, p planner.Period) ([]datedPlan, error) {
	var all []store.Publication
	for before := int64(0); ; {
		page, err := s.Store.Publications(ctx, region, before, publicationsAPage)
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); len(page) < publicationsAPage {
			break
		}
		before = page[len(page)-1].ID
	}
	slices.Reverse(all)
	var out []datedPlan
	inForce := map[int64]int{}
	for i := range all {
		for _, id := range all[i].Replaced {
			if at, known := inForce[id]; known && out[at].until.IsZero() {
				out[at].until = all[i].Published
			}
		}
		for _, id := range all[i].Plans {
			d, err := s.datedPlan(ctx, region, id)
			if err != nil {
				return nil, err
			}
			if d != nil && d.plan.From <= p.To && d.plan.To >= p.From {
				d.since, inForce[id] = all[i].Published, len(out)
				out = append(out, *d)
			}
		}
	}
	return out, nil
}

// datedPlan reads a plan and the visit types it was made with; nil for one that is
// no longer kept.
func (s *Service) datedPlan(ctx context.Context, region string, id int64) (*datedPlan, error) {
	plan, info, err := s.Store.LoadPlan(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil //nolint:nilnil // its retention is over
	}
	if err != nil {
		return nil, err
	}
	d := &datedPlan{plan: plan}
	then, err := s.Store.ProgrammeAt(ctx, region, info.BasedOn)
	if err == nil {
		d.types = then.Programme.VisitTypes
	}
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return d, err
}

// months calls f for each month of the period. Its visits are those of the plans
// that were in force when it ended, or are now; where none was, of the first that
// was published afterwards. What a visit type asks is what it asked in that plan.
func (a *account) months(f func(*accountMonth) error) error {
	for m := planner.MonthOf(a.period.From); m <= planner.MonthOf(a.period.To); m++ {
		x := accountMonth{period: m.Period().Overlap(a.period.From, a.period.To), state: a.state}
		for _, d := range a.inForce(m) {
			for i := range d.plan.Visits {
				if v := &d.plan.Visits[i]; x.period.Contains(calendar.DateOf(v.Start, a.zone)) {
					x.visits = append(x.visits, *v)
				}
			}
			x.state = withTypes(x.state, d.types)
		}
		if err := f(&x); err != nil {
			return err
		}
	}
	return nil
}

// inForce lists the plans in force at the end of a month, or now.
func (a *account) inForce(m planner.Month) (out []*datedPlan) {
	end := (m.Period().To + 1).At(0, a.zone)
	for i := range a.plans {
		d := &a.plans[i]
		reaches := d.plan.From <= m.Period().To && d.plan.To >= m.Period().From
		if reaches && !d.since.After(end) && (d.until.IsZero() || d.until.After(end)) {
			out = append(out, d)
		}
	}
	if len(out) > 0 {
		return out
	}
	for i := range a.plans {
		if d := &a.plans[i]; d.plan.From <= m.Period().To && d.plan.To >= m.Period().From && !d.since.Before(end) {
			return []*datedPlan{d}
		}
	}
	return nil
}

// withTypes is a state whose visit types are what they were; those that are new
// stay.
func withTypes(s *planner.State, was []planner.VisitType) *planner.State {
	if len(was) == 0 {
		return s
	}
	out := *s
	out.Programme.VisitTypes = slices.Clone(s.Programme.VisitTypes)
	for i := range out.Programme.VisitTypes {
		for k := range was {
			if was[k].ID == out.Programme.VisitTypes[i].ID {
				out.Programme.VisitTypes[i] = was[k]
			}
		}
	}
	return &out
}

// workDone is the time of visits as it was written down. What is written of a
// person, role and month takes the place of all that is derived of it, so the
// visits of which nobody said how long they took come along as agreed.
func workDone(s *planner.State, made []store.RealisedVisit) []planner.WorkDone {
	type head struct {
		staff, role string
		month       planner.Month
	}
	type visit struct {
		location, requirement, staff string
		day                          calendar.Date
	}
	said, known := map[head]bool{}, map[visit]bool{}
	for i := range made {
		v := &made[i]
		known[visit{v.Location, v.Requirement, v.Staff, v.Date}] = true
		if v.Minutes > 0 {
			said[head{v.Staff, v.Role, planner.MonthOf(v.Date)}] = true
		}
	}
	all := slices.Clone(made)
	for _, h := range s.History {
		if !known[visit{h.Location, h.Requirement, h.Staff, h.Date}] {
			all = append(all, store.RealisedVisit{Location: h.Location, VisitType: h.VisitType, Role: h.Role, Staff: h.Staff, Date: h.Date})
		}
	}
	var out []planner.WorkDone
	for i := range all {
		v := &all[i]
		if !said[head{v.Staff, v.Role, planner.MonthOf(v.Date)}] {
			continue
		}
		minutes := v.Minutes
		if vt := s.Programme.VisitType(v.VisitType); vt != nil {
			minutes = cmp.Or(minutes, vt.Minutes) + vt.BufferBefore + vt.BufferAfter
		}
		out = append(out, planner.WorkDone{Staff: v.Staff, Role: v.Role, Date: v.Date, Kind: planner.VisitWork, Location: v.Location, Minutes: int64(minutes)})
	}
	return out
}
