package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// AddAbsence keeps time in which somebody is not there; never why. The same
// period twice is one. It gives InputErrors with all that is wrong.
func (s *Service) AddAbsence(ctx context.Context, region string, a planner.Absence) error {
	if err := s.ownPerson(a.Staff); err != nil {
		return err
	}
	_, _, err := s.Edit(ctx, region, func(state *planner.State) (Edit, Act, error) {
		today, err := s.todayOf(state)
		if err != nil {
			return Edit{}, Act{}, err
		}
		var faults dayChecks
		if faults.period(a.From, a.To, a.Part, today); len(faults.found) > 0 {
			return Edit{}, Act{}, faults.err()
		}
		if slices.Contains(state.Absences, a) {
			return Edit{}, Act{}, errKnown
		}
		row := Cells{"staff_id": a.Staff, "from": a.From.String(), "to": a.To.String(), "part": partCell(a.Part)}
		return Edit{Kind: AbsencesFile, At: -1, Rows: []Cells{row}}, Act{Verb: Created, Object: "absence", ID: a.Staff}, nil
	})
	return known(err)
}

// RemoveAbsence takes an absence back. One that is gone already is no fault.
func (s *Service) RemoveAbsence(ctx context.Context, region string, a planner.Absence) error {
	if err := s.ownPerson(a.Staff); err != nil {
		return err
	}
	_, _, err := s.Edit(ctx, region, func(state *planner.State) (Edit, Act, error) {
		at := slices.Index(state.Absences, a)
		if at < 0 {
			return Edit{}, Act{}, errKnown
		}
		return Edit{Kind: AbsencesFile, At: at}, Act{Verb: Removed, Object: "absence", ID: a.Staff}, nil
	})
	return known(err)
}

// SetHours keeps somebody's weekly working time. It gives InputErrors with all
// that is wrong, the field named after the day: "mo" to "su".
func (s *Service) SetHours(ctx context.Context, region, staff string, week calendar.Week) error {
	if err := s.ownPerson(staff); err != nil {
		return err
	}
	if err := checkWeek(week); err != nil {
		return err
	}
	return s.Store.Tx(ctx, func(t *store.Tx) error {
		known, _, err := t.LockState(region)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(known.Staff, func(m planner.Staff) bool { return m.ID == staff })
		if at < 0 {
			return fmt.Errorf("staff %q: %w", staff, ErrNotFound)
		}
		now := *known
		now.Staff = slices.Clone(known.Staff)
		now.Staff[at].Pattern = week
		if err := t.SaveState(known, &now); err != nil {
			return err
		}
		return t.Record(Act{Verb: Changed, Object: "staff", ID: staff, Region: region, Fields: []string{"work_pattern"}})
	})
}

// dayFields name the days of a week in forms, by time.Weekday.
var dayFields = [7]string{"su", "mo", "tu", "we", "th", "fr", "sa"}

// checkWeek returns what is wrong with a weekly pattern.
func checkWeek(week calendar.Week) error {
	var f dayChecks
	minutes := 0
	for day, spans := range week {
		ordered := slices.Clone(spans)
		slices.SortFunc(ordered, func(a, b calendar.Span) int { return int(a.From - b.From) })
		for i, x := range ordered {
			switch {
			case x.Empty() || x.From < 0 || x.To > 24*60:
				f.add(dayFields[day], "bad_part", "Kies een eindtijd na de begintijd.", "Choose an end after the beginning.")
			case i > 0 && x.From < ordered[i-1].To:
				f.add(dayFields[day], "overlap", "De twee delen van deze dag overlappen elkaar.", "The two parts of this day overlap.")
			}
			minutes += x.Minutes()
		}
	}
	if minutes == 0 && len(f.found) == 0 {
		f.add("mo", "empty", "Vul ten minste één werktijd in. Bent u een tijd weg? Geef dat op als afwezigheid.",
			"Fill in at least one working time. Away for a while? Say so as an absence.")
	}
	return f.err()
}

// PlanChange is a publication and what it changed for one person.
type PlanChange struct {
	Publication store.Publication
	Visits      []planner.VisitChange
	Assignments []planner.AssignmentChange
}

// changesShown is how many publications somebody is told about.
const changesShown = 3

// ChangesFor returns what the last publications of a region changed for somebody,
// the latest first; publications that changed nothing for them are left out.
func (s *Service) ChangesFor(ctx context.Context, region, staff string) ([]PlanChange, error) {
	if err := s.ownPerson(staff); err != nil {
		return nil, err
	}
	all, err := s.Store.Publications(ctx, region, 0, changesShown)
	if err != nil {
		return nil, err
	}
	var out []PlanChange
	for i := range all {
		c := PlanChange{Publication: all[i]}
		if err := s.keepChanges(ctx, &c, staff); err != nil {
			return nil, err
		}
		if len(c.Visits)+len(c.Assignments) > 0 {
			out = append(out, c)
		}
	}
	return out, nil
}

// keepChanges compares each plan of a publication with the one of its year that it
// took the place of.
func (s *Service) keepChanges(ctx context.Context, c *PlanChange, staff string) error {
	before := map[int]*planner.Plan{}
	for _, id := range c.Publication.Replaced {
		p, _, err := s.Plan(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue // its term was over
		}
		if err != nil {
			return err
		}
		before[p.From.Year()] = p
	}
	for _, id := range c.Publication.Plans {
		p, _, err := s.Plan(ctx, id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil && before[p.From.Year()] != nil {
			c.keep(planner.Compare(before[p.From.Year()], p), staff)
		}
	}
	return nil
}

// keep takes over what concerns somebody.
func (c *PlanChange) keep(d *planner.PlanDifference, staff string) {
	for i := range d.Visits {
		if d.Visits[i].For(staff) != "" {
			c.Visits = append(c.Visits, d.Visits[i])
		}
	}
	for i := range d.Assignments {
		if a := &d.Assignments[i]; a.Was == staff || a.Is == staff {
			c.Assignments = append(c.Assignments, *a)
		}
	}
}
