package v1

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// ComparisonRequest says which scenarios to work out whole, and how.
type ComparisonRequest struct {
	Scenarios  []int64 `json:"scenario_ids" minItems:"1" maxItems:"5" doc:"The scenarios; the region as it is comes first by itself."`
	Year       int     `json:"year,omitempty" minimum:"2000" maximum:"2100" doc:"The year to plan; the next one when left out."`
	Seed       uint64  `json:"seed,omitempty" doc:"The same for all of them; 1 when left out."`
	Iterations int     `json:"iterations,omitempty" minimum:"0" maximum:"100000000" doc:"Search each so many iterations: repeatable."`
	Seconds    float64 `json:"seconds,omitempty" minimum:"0" maximum:"3600" doc:"Search each so many seconds; 1 when left out for 150 locations, 10 for 1,500."`
	MaxChanges *int    `json:"max_changes,omitempty" minimum:"0" doc:"How many locations of a role may change hands; no limit when left out."`
	From       string  `json:"from,omitempty" format:"date" doc:"The first day of the forecast; that of the year, or today, when left out."`
	Months     int     `json:"months,omitempty" minimum:"1" maximum:"36" doc:"How far the forecast goes; 18 when left out."`
	Runs       int     `json:"runs,omitempty" minimum:"1" maximum:"100" doc:"How many times waits are simulated; 20 when left out."`
}

func (r *ComparisonRequest) params() service.ComparisonParams {
	from, _ := calendar.ParseDate(r.From) // the schema takes dates only
	return service.ComparisonParams{
		PlanParams: service.PlanParams{Year: r.Year, Seed: r.Seed, Iterations: r.Iterations, Seconds: r.Seconds, MaxChanges: limitOf(r.MaxChanges)},
		Scenarios:  r.Scenarios, From: from, Months: r.Months, Runs: r.Runs,
	}
}

// Comparison is scenarios side by side, all worked out with the same seed and
// limits.
type Comparison struct {
	ID        int64            `json:"id"`
	BasedOn   int64            `json:"based_on" doc:"The version of the region that it is of."`
	Stale     bool             `json:"stale" doc:"The region changed since."`
	Year      int              `json:"year"`
	Seed      uint64           `json:"seed"`
	Scenarios []int64          `json:"scenario_ids" nullable:"false"`
	Actor     string           `json:"created_by" example:"user:12"`
	Created   time.Time        `json:"created_at"`
	Columns   []ComparedColumn `json:"columns,omitempty" doc:"The region as it is, then each scenario; left out in lists."`
}

// ComparedColumn is what becomes of a region in a scenario.
type ComparedColumn struct {
	Scenario      int64           `json:"scenario_id,omitempty" doc:"Left out for the region as it is."`
	Name          string          `json:"name,omitempty"`
	Locations     int             `json:"locations"`
	Staff         int             `json:"staff"`
	Heaviest      float64         `json:"heaviest_load_percent" doc:"The greatest load against capacity."`
	HeaviestStaff string          `json:"heaviest_staff_id,omitempty"`
	NoTime        int             `json:"staff_without_time" doc:"How many have work and no time at all, and are in no percentage."`
	TravelHours   float64         `json:"travel_hours_year"`
	Faces         float64         `json:"faces" doc:"How many people a location sees on average."`
	Changed       int             `json:"locations_changing_hands"`
	Visits        int             `json:"visits"`
	Unplanned     int             `json:"unplanned_visits"`
	Promised      int             `json:"unplanned_promised" doc:"Those of them that were promised."`
	ShortFTE      int64           `json:"short_fte" doc:"The greatest shortage of a role and month, in hundredths of a full-time person."`
	ShortMonth    string          `json:"short_month,omitempty" example:"2027-09"`
	Unassigned    int64           `json:"unassigned_fte" doc:"The work of locations that nobody has, in hundredths of a full-time person."`
	ConsultDays   *float64        `json:"consult_days,omitempty" doc:"Expected wait for a consult; left out where nobody asks."`
	AcuteDays     *float64        `json:"acute_days,omitempty"`
	Gap           float64         `json:"gap_percent" doc:"How far the assignment is from the best there can be, at most."`
	Loads         []ComparedLoad  `json:"loads" nullable:"false"`
	Months        []ForecastMonth `json:"months" nullable:"false"`
	Misfits       []Misfit        `json:"misfits" nullable:"false"`
	Waits         []WaitingTime   `json:"waiting_times" nullable:"false"`
}

// ComparedLoad is one person's load in a role over the year.
type ComparedLoad struct {
	Staff     string `json:"staff_id"`
	Role      string `json:"role"`
	Locations int    `json:"locations"`
	Load      int64  `json:"load_minutes"`
	Capacity  int64  `json:"capacity_minutes"`
}

func comparisonOf(c *service.Comparison) Comparison {
	out := Comparison{
		ID: c.ID, BasedOn: c.BasedOn, Stale: c.Stale, Year: c.Asked.Year, Seed: c.Asked.Seed, Scenarios: append([]int64{}, c.Asked.Scenarios...),
		Actor: c.Actor, Created: c.Created.UTC(),
	}
	for i := range c.Columns {
		out.Columns = append(out.Columns, columnOf(&c.Columns[i]))
	}
	return out
}

func columnOf(c *service.Compared) ComparedColumn {
	f := &c.Figures
	out := ComparedColumn{
		Scenario: c.Scenario, Name: c.Name, Locations: f.Locations, Staff: f.Staff, Heaviest: f.Heaviest, HeaviestStaff: f.HeaviestStaff, NoTime: f.NoTime,
		TravelHours: f.TravelHours, Faces: f.Faces, Changed: f.Changed, Visits: c.Visits, Unplanned: f.Unplanned, Promised: f.UnplannedMinimum,
		ShortFTE: f.ShortFTE, Unassigned: f.UnassignedFTE, ConsultDays: waited(f.ConsultDays), AcuteDays: waited(f.AcuteDays), Gap: f.Gap,
		Loads: []ComparedLoad{}, Months: []ForecastMonth{}, Misfits: []Misfit{}, Waits: sideBySide(c.Waits, nil),
	}
	if f.ShortFTE > 0 {
		out.ShortMonth = f.ShortMonth.String()
	}
	for _, l := range c.Loads {
		out.Loads = append(out.Loads, ComparedLoad{l.Staff, l.Role, l.Locations, l.Load.Load, l.Capacity})
	}
	for i := range c.Months {
		out.Months = append(out.Months, forecastMonthOf(&c.Months[i]))
	}
	for i := range c.Misfits {
		out.Misfits = append(out.Misfits, misfitOf(&c.Misfits[i]))
	}
	return out
}

// waited is a wait, nil for none.
func waited(days float64) *float64 {
	if days < 0 {
		return nil
	}
	return &days
}

// RemedyRequest says where to look for the least that mends a shortage.
type RemedyRequest struct {
	Year       int    `json:"year,omitempty" minimum:"2000" maximum:"2100" doc:"The next one when left out."`
	Seed       uint64 `json:"seed,omitempty" doc:"1 when left out."`
	Iterations int    `json:"iterations,omitempty" minimum:"0" maximum:"1000000" doc:"How long each plan is sought; 2,000 when left out."`
	MaxChanges *int   `json:"max_changes,omitempty" minimum:"0" doc:"How many locations of a role may change hands; no limit when left out."`
}

// Remedy is the least of one kind with which everything fits.
type Remedy struct {
	Kind   string `json:"kind" doc:"more_hours, move_locations or drop_second_visits."`
	Role   string `json:"role,omitempty" doc:"That of the added person."`
	Steps  int    `json:"steps" doc:"Tenths of a full-time person, locations or visits."`
	Enough bool   `json:"enough" doc:"It was found; else nothing that was tried is enough."`
	Proved bool   `json:"proved" doc:"One step less is surely not enough; else it was tried and was not."`
	Cost   int64  `json:"cost" doc:"Of the plan with it, in hundredths of a minute."`
	Before int64  `json:"cost_before"`
}

// Remedies are the least remedies for the shortages of a region.
type Remedies struct {
	ID         int64     `json:"id"`
	BasedOn    int64     `json:"based_on" doc:"The version of the region that they are of."`
	Stale      bool      `json:"stale" doc:"The region changed since."`
	Year       int       `json:"year"`
	Seed       uint64    `json:"seed"`
	Iterations int       `json:"iterations"`
	Actor      string    `json:"created_by"`
	Created    time.Time `json:"created_at"`
	Remedies   []Remedy  `json:"remedies,omitempty" doc:"None when everything fits; left out in lists."`
}

func remediesOf(r *service.RemedyReport) Remedies {
	out := Remedies{
		ID: r.ID, BasedOn: r.BasedOn, Stale: r.Stale, Year: r.Asked.Year, Seed: r.Asked.Seed, Iterations: r.Asked.Iterations, Actor: r.Actor,
		Created: r.Created.UTC(),
	}
	for i := range r.Remedies {
		out.Remedies = append(out.Remedies, remedyOf(&r.Remedies[i]))
	}
	return out
}

func remedyOf(x *planner.Remedy) Remedy {
	return Remedy{string(x.Kind), x.Role, x.Steps, x.Enough, x.Proved, x.Cost, x.Before}
}

type comparisonNew struct {
	InRegion
	Body ComparisonRequest
}

// InReport names a capacity report in the path of an operation.
type InReport struct {
	InRegion
	ID int64 `path:"id" minimum:"1" doc:"The report's id."`
}

type (
	comparisonPage struct{ Body Page[Comparison] }
	comparedOne    struct{ Body Comparison }
	remediesNew    struct {
		InRegion
		Body RemedyRequest
	}
	remediesPage struct{ Body Page[Remedies] }
	remediesOne  struct{ Body Remedies }
)

// aboutCapacityReports registers what takes a job: scenarios side by side, and
// remedies.
func (a *API) aboutCapacityReports() {
	op := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/regions/{region}/" + path, Tags: []string{"capacity"}, Summary: summary, DefaultStatus: status}
	}
	read, propose := rights.Access{Resource: rights.Scenarios, Act: rights.Read}, rights.Access{Resource: rights.Scenarios, Act: rights.Propose}
	add(a, propose, op("createComparison", http.MethodPost, "comparisons", "Have one to five scenarios worked out and laid side by side, as a job; its result names the report", 202),
		func(ctx context.Context, in *comparisonNew) (*jobAccepted, error) {
			j, err := a.of(ctx).StartComparison(ctx, in.id(), in.Body.params())
			return accepted(j, err)
		})
	add(a, read, op("listComparisons", http.MethodGet, "comparisons", "The comparisons of a region, the newest first", 200), a.listComparisons)
	add(a, read, op("getComparison", http.MethodGet, "comparisons/{id}", "Scenarios side by side", 200), func(ctx context.Context, in *InReport) (*comparedOne, error) {
		c, err := a.of(ctx).Comparison(ctx, in.id(), in.ID)
		if err != nil {
			return nil, err
		}
		return &comparedOne{comparisonOf(c)}, nil
	})
	add(a, propose, op("createRemedies", http.MethodPost, "remedies", "Have the least that mends a shortage looked for, as a job; its result names the report", 202),
		func(ctx context.Context, in *remediesNew) (*jobAccepted, error) {
			b := &in.Body
			j, err := a.of(ctx).StartRemedies(ctx, in.id(), service.PlanParams{Year: b.Year, Seed: b.Seed, Iterations: b.Iterations, MaxChanges: limitOf(b.MaxChanges)})
			return accepted(j, err)
		})
	add(a, read, op("listRemedies", http.MethodGet, "remedies", "The remedies that were looked for, the newest first", 200), a.listRemedies)
	add(a, read, op("getRemedies", http.MethodGet, "remedies/{id}", "The least that mends a shortage", 200), func(ctx context.Context, in *InReport) (*remediesOne, error) {
		r, err := a.of(ctx).RemedyReport(ctx, in.id(), in.ID)
		if err != nil {
			return nil, err
		}
		return &remediesOne{remediesOf(r)}, nil
	})
}

func (a *API) listComparisons(ctx context.Context, in *inRegionPaging) (*comparisonPage, error) {
	list := fmt.Sprint("comparisons ", in.Region)
	before, err := a.before(ctx, list, in.Paging)
	if err != nil {
		return nil, err
	}
	all, err := a.of(ctx).Comparisons(ctx, in.id(), before, in.Limit+1)
	return &comparisonPage{newest(ctx, a, list, all, in.Paging, comparisonOf, func(c *service.Comparison) int64 { return c.ID })}, err
}

func (a *API) listRemedies(ctx context.Context, in *inRegionPaging) (*remediesPage, error) {
	list := fmt.Sprint("remedies ", in.Region)
	before, err := a.before(ctx, list, in.Paging)
	if err != nil {
		return nil, err
	}
	all, err := a.of(ctx).RemedyReports(ctx, in.id(), before, in.Limit+1)
	return &remediesPage{newest(ctx, a, list, all, in.Paging, remediesOf, func(r *service.RemedyReport) int64 { return r.ID })}, err
}
