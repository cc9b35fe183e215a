package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// VisitOutcome is what became of a visit of a published plan.
type VisitOutcome = store.VisitOutcome

// Plan reads a plan. It gives ErrNotFound when there is none with this id.
func (s *Service) Plan(ctx context.Context, id int64) (*planner.Plan, *PlanInfo, error) {
	p, info, err := s.Store.LoadPlan(ctx, id)
	return p, &info, err
}

// Outcomes returns what became of the visits of a region, by visit.
func (s *Service) Outcomes(ctx context.Context, region string) (map[string]VisitOutcome, error) {
	return s.Store.Outcomes(ctx, region)
}

// EndVisit keeps what became of a visit of the region's published plan: done, it
// joins the visits that took place and coverage counts it; not done, it leaves
// them. A visit of a type that something must follow is not closed without the
// day of the next (planner.CheckClosing). may looks at the visit and at what was
// said of it before, nil for nothing, and refuses. The error of what does not fit
// is a Faults; without a published plan, or such a visit in it, ErrNotFound.
func (s *Service) EndVisit(ctx context.Context, o VisitOutcome, may func(*planner.Visit, *VisitOutcome) error) (*VisitOutcome, error) {
	o.Recorded, o.Actor = s.Now(), s.Store.Scope().Actor
	err := s.Store.Tx(ctx, func(t *store.Tx) error {
		known, _, err := t.LockState(o.Region)
		if err != nil {
			return err
		}
		v, err := publishedVisit(t, o.Region, o.Visit)
		if err != nil {
			return err
		}
		before, err := t.Outcome(o.Region, o.Visit)
		if err != nil {
			return err
		}
		if err := may(v, before); err != nil {
			return err
		}
		kept := o
		if err := s.complete(&kept, known, v); err != nil {
			return err
		}
		now, err := withOutcome(known, v, before, &kept)
		if err != nil {
			return err
		}
		if err := t.SaveState(known, now); err != nil {
			return err
		}
		if err := t.SaveOutcome(&kept); err != nil {
			return err
		}
		o = kept
		return t.Record(Act{Verb: Changed, Object: "visit", ID: o.Visit, Region: o.Region, Fields: []string{"outcome"}, Reason: o.Reason})
	})
	return &o, err
}

// longestVisit bounds the minutes that a visit can have taken.
const longestVisit = 12 * 60

func publishedVisit(t *store.Tx, region, id string) (*planner.Visit, error) {
	plan, err := t.PublishedPlan(region)
	if err != nil {
		return nil, err
	}
	for i := range plan.Visits {
		if plan.Visits[i].ID == id && !plan.Visits[i].Meeting {
			return &plan.Visits[i], nil
		}
	}
	return nil, fmt.Errorf("visit %q: %w", id, ErrNotFound)
}

// complete fills in the day of the visit, and refuses a day to come and texts
// that may not be kept.
func (s *Service) complete(o *VisitOutcome, state *planner.State, v *planner.Visit) error {
	zone, err := time.LoadLocation(state.Programme.Zone)
	if err != nil {
		return fmt.Errorf("zone of region %q: %w", o.Region, err)
	}
	if o.Date == calendar.NoDate {
		o.Date = calendar.DateOf(v.Start, zone)
	}
	var faults Faults
	today := calendar.DateOf(s.Now(), zone)
	if o.Done && o.Date > today {
		faults = append(faults, Fault{File: string(files.HistoryFile), Field: "date", Message: "expected a day until today: the visit is still to come"})
	}
	if o.Minutes < 0 || o.Minutes > longestVisit {
		faults = append(faults, Fault{File: string(files.HistoryFile), Field: "minutes", Message: fmt.Sprintf("expected 0 to %d minutes", longestVisit)})
	}
	if !o.Done && o.Reason == "" {
		faults = append(faults, Fault{File: string(files.HistoryFile), Field: "reason", Message: "expected a code: why it did not take place"})
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// ScreenNote looks at a note before it is kept; see planner.Screen.
func (s *Service) ScreenNote(note string, confirmed bool) error {
	return planner.Screen(note, planner.NoteLimit, calendar.DateOf(s.Now(), time.UTC)).Err(confirmed)
}

// withOutcome takes the visit out of those that took place, as it was said
// before, and puts it among them as it is said now.
func withOutcome(known *planner.State, v *planner.Visit, before, now *VisitOutcome) (*planner.State, error) {
	out := known
	if before != nil && before.Done {
		row := historyOf(known, v, before)
		if at := slices.Index(known.History, row); at >= 0 {
			var err error
			if out, err = files.Apply(out, Edit{Kind: files.HistoryFile, At: at}); err != nil {
				return nil, err
			}
		}
	}
	if !now.Done {
		return out, nil
	}
	row := historyOf(known, v, now)
	return files.Apply(out, Edit{Kind: files.HistoryFile, At: -1, Rows: []Cells{{
		"location_id": row.Location, "role": row.Role, "requirement": row.Requirement, "visit_type": row.VisitType, "staff_id": row.Staff,
		"date": row.Date.String(), "next": row.Next.String(),
	}}})
}

// historyOf is the visit as one that took place: by the first of its people in
// the requirement's role.
func historyOf(s *planner.State, v *planner.Visit, o *VisitOutcome) planner.CompletedVisit {
	c := planner.CompletedVisit{Location: v.Location, Requirement: v.Requirement, VisitType: v.VisitType, Date: o.Date, Next: o.Next}
	for i := range s.Programme.Requirements {
		if r := &s.Programme.Requirements[i]; r.ID == v.Requirement {
			c.Role = r.Role
		}
	}
	for _, m := range v.Crew {
		if m.Role == c.Role {
			c.Staff = m.Staff
			break
		}
	}
	return c
}
