package store

import (
	"context"
	"fmt"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// RealisedVisit is one person's part in a visit that took place.
type RealisedVisit struct {
	Visit, Location, VisitType, Requirement, Role, Staff string
	Date                                                 calendar.Date
	// Minutes is how long it took at the location, 0 while nobody said.
	Minutes int
}

// realisedRow is a row of the question below.
type realisedRow struct {
	Plan        int64
	Visit       string
	Location    string
	VisitType   string
	Requirement string
	Role        string
	Staff       string
	Day         day
	Minutes     int
}

// RealisedVisits lists the visits of a region that took place from one day to
// another, both inclusive, for each of their people, in order of day and visit.
// What a visit was comes from the latest of the plans that were published.
func (s *Store) RealisedVisits(ctx context.Context, region string, from, to calendar.Date) ([]RealisedVisit, error) {
	var rows []realisedRow
	err := s.read(ctx, func(t *Tx) error {
		if _, err := t.region(region); err != nil {
			return err
		}
		return t.db.Raw(`SELECT v.plan, o.visit, v.location, v.visit_type, v.requirement, c.role, c.staff, o.day, o.minutes
			FROM visit_outcomes o
			JOIN plans p ON p.region = o.region AND p.stage <> 'draft'
			JOIN plan_visits v ON v.plan = p.id AND v.id = o.visit
			JOIN plan_crew c ON c.plan = v.plan AND c.visit = v.position
			WHERE o.region = ? AND o.done AND o.day BETWEEN ? AND ?
			ORDER BY o.day, o.visit, v.plan DESC, c.position`, region, on(from), on(to)).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("visits of region %q that took place: %w", region, err)
	}
	var out []RealisedVisit
	latest := map[string]int64{}
	for _, r := range rows {
		if plan, seen := latest[r.Visit]; seen && plan != r.Plan {
			continue
		}
		latest[r.Visit] = r.Plan
		out = append(out, RealisedVisit{r.Visit, r.Location, r.VisitType, r.Requirement, r.Role, r.Staff, r.Day.Date(), r.Minutes})
	}
	return out, nil
}
