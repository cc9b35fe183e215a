package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// PlanInfo is what is known about a plan besides its content.
type PlanInfo struct {
	ID     int64
	Region string
	// Version numbers the region's plans, from 1.
	Version int64
	Stage   Stage
	// BasedOn is the version of the region's state that it was made from.
	BasedOn   int64
	From, To  calendar.Date
	Score     planner.Score
	Created   time.Time
	Published time.Time // zero for a draft
}

func (r *planRow) info() PlanInfo {
	return PlanInfo{
		ID: r.ID, Region: r.Region, Version: r.Version, Stage: r.Stage, BasedOn: r.BasedOn,
		From: r.FirstDay.Date(), To: r.LastDay.Date(), Score: planner.Score{Hard: r.Hard, Medium: r.Medium, Soft: r.Soft},
		Created: r.CreatedAt.Time, Published: r.PublishedAt.Time,
	}
}

// SavePlan keeps a plan as a draft and returns its id. basedOn is the version
// of the state that it was made from, as LoadState gave it.
func (s *Store) SavePlan(ctx context.Context, p *planner.Plan, basedOn int64) (int64, error) {
	var id int64
	err := s.Tx(ctx, func(t *Tx) (err error) {
		id, err = t.SavePlan(p, basedOn)
		return err
	})
	return id, err
}

// SavePlan is Store.SavePlan within a transaction.
func (t *Tx) SavePlan(p *planner.Plan, basedOn int64) (int64, error) {
	region, err := t.lockRegion(p.Region)
	if err != nil {
		return 0, err
	}
	if basedOn < 1 || basedOn > region.Version {
		return 0, fmt.Errorf("save plan: region %q has version %d, there is no version %d", p.Region, region.Version, basedOn)
	}
	var last int64
	err = t.db.Model(&planRow{}).Where("region = ?", p.Region).Select("coalesce(max(version), 0)").Scan(&last).Error
	if err != nil {
		return 0, err
	}
	row := planRow{
		Region: p.Region, Version: last + 1, Stage: Draft, BasedOn: basedOn, FirstDay: on(p.From), LastDay: on(p.To),
		Document: doc(withoutLists(p)), CreatedAt: At(t.now()),
		Hard: p.Schedule.Hard, Medium: p.Schedule.Medium, Soft: p.Schedule.Soft,
	}
	if err := t.db.Create(&row).Error; err != nil {
		return 0, err
	}
	if err := t.insertPlan(row.ID, p); err != nil {
		return 0, fmt.Errorf("save plan: %w", err)
	}
	return row.ID, t.recordPlan(Created, &row)
}

// recordPlan writes down what somebody did with a plan.
func (t *Tx) recordPlan(v Verb, r *planRow) error {
	return t.Record(Act{Verb: v, Object: "plan", ID: strconv.FormatInt(r.ID, 10), Region: r.Region})
}

// withoutLists returns a plan without the lists that have their own tables.
func withoutLists(p *planner.Plan) planner.Plan {
	out := *p
	out.Assignments, out.Visits, out.Unplanned, out.Coverage, out.Roles = nil, nil, nil, nil, nil
	return out
}

func (t *Tx) insertPlan(id int64, p *planner.Plan) error {
	err := insert(t, list(p.Assignments, func(i int, a *planner.Assigned) plannedAssignmentRow {
		return plannedAssignmentRow{
			Plan: id, Position: i, Location: a.Location, District: a.District, Role: a.Role, Staff: a.Staff, Kind: a.Kind,
			ValidFrom: on(a.From), ValidTo: on(a.To), MinutesYear: a.MinutesYear, TravelMinutesYear: a.TravelMinutesYear,
			Changed: a.Changed, Reason: doc(a.Reason),
		}
	}))
	if err != nil {
		return err
	}
	if err := t.insertVisits(id, p.Visits); err != nil {
		return err
	}
	err = insert(t, list(p.Unplanned, func(i int, u *planner.Unplanned) unplannedRow {
		return unplannedRow{
			Plan: id, Position: i, Location: u.Location, Role: u.Role, Requirement: u.Requirement,
			Level: u.Level, DueBy: on(u.DueBy), Reason: doc(u.Reason),
		}
	}))
	if err != nil {
		return err
	}
	err = insert(t, list(p.Coverage, func(i int, c *planner.Coverage) coverageRow {
		return coverageRow{
			Plan: id, Position: i, Location: c.Location, Role: c.Role, Requirement: c.Requirement,
			Minimum: c.Minimum, Target: c.Target, Done: c.Done, Planned: c.Planned, State: c.State,
		}
	}))
	if err != nil {
		return err
	}
	return insert(t, list(p.Roles, func(i int, r *planner.RoleResult) roleRow {
		return roleRow{Plan: id, Position: i, Role: r.Role, Kind: r.Kind, Cost: r.Cost, Bound: r.Bound, Document: doc(*r)}
	}))
}

func (t *Tx) insertVisits(id int64, visits []planner.Visit) error {
	var crew []crewRow
	rows := list(visits, func(i int, v *planner.Visit) visitRow {
		crew = append(crew, list(v.Crew, func(j int, c *planner.CrewMember) crewRow {
			return crewRow{Plan: id, Visit: i, Position: j, Role: c.Role, Staff: c.Staff, TravelMinutes: c.TravelMinutes}
		})...)
		return visitRow{
			Plan: id, Position: i, ID: v.ID, Location: v.Location, District: v.District, VisitType: v.VisitType,
			Requirement: v.Requirement, Meeting: v.Meeting, StartsAt: At(v.Start), EndsAt: At(v.End), Status: v.Status,
			Reason: doc(v.Reason),
		}
	})
	if err := insert(t, rows); err != nil {
		return err
	}
	return insert(t, crew)
}

// LoadPlan reads a plan. Its times come back in UTC. It gives ErrNotFound when
// there is none with this id.
func (s *Store) LoadPlan(ctx context.Context, id int64) (p *planner.Plan, info PlanInfo, err error) {
	err = s.read(ctx, func(t *Tx) error {
		p, info, err = t.planWhere("id = ?", id)
		return err
	})
	if err != nil {
		return nil, PlanInfo{}, fmt.Errorf("load plan %d: %w", id, err)
	}
	return p, info, nil
}

// LoadPublished reads the plan of a region that was published last, or gives
// ErrNotFound.
func (s *Store) LoadPublished(ctx context.Context, region string) (p *planner.Plan, info PlanInfo, err error) {
	err = s.read(ctx, func(t *Tx) error {
		p, info, err = t.published(region)
		return err
	})
	if err != nil {
		return nil, PlanInfo{}, fmt.Errorf("load the published plan of region %q: %w", region, err)
	}
	return p, info, nil
}

func (t *Tx) published(region string) (*planner.Plan, PlanInfo, error) {
	return t.planWhere("region = ? AND stage = ?", region, Published)
}

func (t *Tx) planWhere(where string, args ...any) (*planner.Plan, PlanInfo, error) {
	var row planRow
	if err := t.scoped("region").Where(where, args...).Order("published_at DESC, id DESC").Take(&row).Error; err != nil {
		return nil, PlanInfo{}, err
	}
	p, err := t.plan(&row)
	return p, row.info(), err
}

// Plans lists the plans of a region, the newest first.
func (s *Store) Plans(ctx context.Context, region string) ([]PlanInfo, error) {
	var rows []planRow
	err := s.read(ctx, func(t *Tx) error {
		return t.scoped("region").Where("region = ?", region).Order("version DESC").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]PlanInfo, len(rows))
	for i := range rows {
		out[i] = rows[i].info()
	}
	return out, nil
}

func (t *Tx) plan(r *planRow) (*planner.Plan, error) {
	p := &r.Document.v
	for _, read := range []func(int64, *planner.Plan) error{t.loadAssigned, t.loadVisits, t.loadUnplanned, t.loadResults} {
		if err := read(r.ID, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// rowsOfPlan reads the rows of a plan in their order into a list of values.
func rowsOfPlan[Row, Value any](t *Tx, plan int64, values *[]Value, value func(*Row) Value) error {
	var rows []Row
	if err := t.db.Where("plan = ?", plan).Order("position").Find(&rows).Error; err != nil {
		return err
	}
	for i := range rows {
		*values = append(*values, value(&rows[i]))
	}
	return nil
}

func (t *Tx) loadAssigned(id int64, p *planner.Plan) error {
	return rowsOfPlan(t, id, &p.Assignments, func(r *plannedAssignmentRow) planner.Assigned {
		return planner.Assigned{
			Location: r.Location, District: r.District, Role: r.Role, Staff: r.Staff, Kind: r.Kind,
			From: r.ValidFrom.Date(), To: r.ValidTo.Date(), MinutesYear: r.MinutesYear,
			TravelMinutesYear: r.TravelMinutesYear, Changed: r.Changed, Reason: r.Reason.v,
		}
	})
}

func (t *Tx) loadVisits(id int64, p *planner.Plan) error {
	err := rowsOfPlan(t, id, &p.Visits, func(r *visitRow) planner.Visit {
		return planner.Visit{
			ID: r.ID, Location: r.Location, District: r.District, VisitType: r.VisitType, Requirement: r.Requirement,
			Meeting: r.Meeting, Start: r.StartsAt.Time, End: r.EndsAt.Time, Status: r.Status, Reason: r.Reason.v,
		}
	})
	if err != nil {
		return err
	}
	var crew []crewRow
	if err := t.db.Where("plan = ?", id).Order("visit, position").Find(&crew).Error; err != nil {
		return err
	}
	for _, c := range crew {
		v := &p.Visits[c.Visit]
		v.Crew = append(v.Crew, planner.CrewMember{Role: c.Role, Staff: c.Staff, TravelMinutes: c.TravelMinutes})
	}
	return nil
}

func (t *Tx) loadUnplanned(id int64, p *planner.Plan) error {
	return rowsOfPlan(t, id, &p.Unplanned, func(r *unplannedRow) planner.Unplanned {
		return planner.Unplanned{
			Location: r.Location, Role: r.Role, Requirement: r.Requirement, Level: r.Level,
			DueBy: r.DueBy.Date(), Reason: r.Reason.v,
		}
	})
}

func (t *Tx) loadResults(id int64, p *planner.Plan) error {
	err := rowsOfPlan(t, id, &p.Coverage, func(r *coverageRow) planner.Coverage {
		return planner.Coverage{
			Location: r.Location, Role: r.Role, Requirement: r.Requirement, Minimum: r.Minimum, Target: r.Target,
			Done: r.Done, Planned: r.Planned, State: r.State,
		}
	})
	if err != nil {
		return err
	}
	return rowsOfPlan(t, id, &p.Roles, func(r *roleRow) planner.RoleResult { return r.Document.v })
}
