package v1

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Moment is when and by whom a visit takes place.
type Moment struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Staff []string  `json:"staff_ids" nullable:"false"`
}

func momentOf(m *planner.Moment) *Moment {
	if m.Start.IsZero() {
		return nil
	}
	return &Moment{m.Start.UTC(), m.End.UTC(), append([]string{}, m.Staff...)}
}

// MoveFault is a hard rule that a move would break.
type MoveFault struct {
	Rule     string `json:"rule" doc:"A code." example:"absence"`
	Staff    string `json:"staff_id,omitempty" doc:"Whom it is about."`
	What     string `json:"in_the_way,omitempty" doc:"The visit or meeting that is in the way."`
	Amount   int64  `json:"amount,omitempty" doc:"By how much: minutes, visits or days."`
	Sentence Words  `json:"sentence"`
}

// VisitMoveEffect is what moving one visit means, everything else staying where
// it is.
type VisitMoveEffect struct {
	Visit      string       `json:"visit_id"`
	Location   string       `json:"location_id"`
	Plan       int64        `json:"plan_id" doc:"The plan that was asked about."`
	Published  bool         `json:"published" doc:"It is the region's plan, so people are told."`
	Allowed    bool         `json:"allowed" doc:"No hard rule forbids it."`
	Faults     []MoveFault  `json:"faults" nullable:"false" doc:"The hard rules that it would break."`
	Was        *Moment      `json:"was"`
	Is         *Moment      `json:"is,omitempty" doc:"Left out where the plan has no such moment."`
	Difference int64        `json:"difference" doc:"What the plan costs more with it, in hundredths of a minute-equivalent; below 0: less."`
	Amounts    []Amount     `json:"amounts" nullable:"false" doc:"The difference by wish."`
	TravelWas  int64        `json:"travel_minutes_was" doc:"The travel of the plan in minutes, without the move."`
	TravelIs   int64        `json:"travel_minutes_is" doc:"And with it."`
	Permitted  [][]string   `json:"permitted_staff_ids" nullable:"false" doc:"Who may make the visit, for each of those who come."`
	Better     []Suggestion `json:"better" nullable:"false" doc:"Other moments, the best first."`
}

func moveEffectOf(m *service.MovedVisit) VisitMoveEffect {
	out := VisitMoveEffect{
		Visit: m.Visit, Location: m.Location, Plan: m.Base, Published: m.Published, Allowed: len(m.Faults) == 0, Faults: []MoveFault{},
		Was: momentOf(&m.Was), Is: momentOf(&m.Is), Difference: m.Difference.Soft, Amounts: amountsOf(m.Amounts),
		TravelWas: m.TravelWas, TravelIs: m.TravelIs, Permitted: append([][]string{}, m.Permitted...), Better: []Suggestion{},
	}
	for _, f := range m.Faults {
		out.Faults = append(out.Faults, MoveFault{f.Rule, f.Staff, f.What, f.Amount, wordsOf(f.Text)})
	}
	for _, s := range m.Better {
		out.Better = append(out.Better, Suggestion{s.Date.String(), s.Clock.String(), s.Staff, s.Difference})
	}
	return out
}

// VisitMoveMade is a move that was carried out.
type VisitMoveMade struct {
	Plan        int64           `json:"plan_id" doc:"The plan with the visit moved: the region's where that was moved from, else a draft."`
	Publication int64           `json:"publication_id,omitempty" doc:"The publication to undo, where the region's plan was moved in."`
	Effect      VisitMoveEffect `json:"effect"`
}

// InPlanVisit names a visit of a plan in the path of an operation.
type InPlanVisit struct {
	InPlan
	Visit string `path:"visit" maxLength:"200" doc:"The visit's id."`
}

type moveAsked struct {
	InPlanVisit
	Date  string   `query:"date" required:"true" format:"date" doc:"The day."`
	Clock string   `query:"time" required:"true" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"The local time of day." example:"09:00"`
	Staff []string `query:"staffIds" maxItems:"10" doc:"Who makes it, one for each of those who come; left out, those who make it now."`
}

type moveIn struct {
	InPlanVisit
	Body struct {
		Date  string   `json:"date" format:"date" doc:"The day."`
		Clock string   `json:"time" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"The local time of day." example:"09:00"`
		Staff []string `json:"staff_ids,omitempty" maxItems:"10" doc:"Who makes it, one for each of those who come; left out, those who make it now."`
	}
}

type moveEffectOne struct{ Body VisitMoveEffect }

type moveOne struct {
	Location string `header:"Location"`
	Body     VisitMoveMade
}

// aboutVisitMoves registers the moving of one planned visit.
func (a *API) aboutVisitMoves() {
	publish := rights.Access{Resource: rights.Plans, Act: rights.Publish}
	at := "/regions/{region}/plans/{plan}/visits/{visit}"
	add(a, publish, huma.Operation{
		OperationID: "previewVisitMove", Method: http.MethodGet, Path: at + "/move-preview", Tags: []string{"plans"},
		Summary: "What moving one visit of a plan would mean: the rules it would break, and what it costs",
		Errors:  []int{409},
	}, func(ctx context.Context, in *moveAsked) (*moveEffectOne, error) {
		if _, err := a.planOf(ctx, in.id(), in.Plan); err != nil {
			return nil, err
		}
		effect, err := a.of(ctx).PreviewMove(ctx, in.Plan, moveOf(in.Visit, in.Date, in.Clock, in.Staff))
		if err != nil {
			return nil, err
		}
		return &moveEffectOne{moveEffectOf(effect)}, nil
	})
	add(a, publish, huma.Operation{
		OperationID: "moveVisit", Method: http.MethodPost, Path: at + "/moves", Tags: []string{"plans"}, DefaultStatus: http.StatusCreated,
		Summary: "Move one visit of a draft, or of the region's plan and tell people, and pin it there; the plan's id is the version it is moved from",
	}, a.moveVisit)
}

// moveOf reads a move whose day and time the schema has let pass.
func moveOf(visit, date, clock string, staff []string) service.VisitMove {
	at, _ := calendar.ParseClock(clock)
	return service.VisitMove{Visit: visit, Date: dayOf(date), Clock: at, Staff: staff}
}

func (a *API) moveVisit(ctx context.Context, in *moveIn) (*moveOne, error) {
	if _, err := a.planOf(ctx, in.id(), in.Plan); err != nil {
		return nil, err
	}
	moved, err := a.of(ctx).MoveVisit(ctx, in.Plan, moveOf(in.Visit, in.Body.Date, in.Body.Clock, in.Body.Staff))
	if err != nil {
		return nil, whyNotMoved(err)
	}
	out := VisitMoveMade{Plan: moved.ID, Effect: moveEffectOf(moved)}
	if moved.Published {
		last, err := a.of(ctx).Publications(ctx, in.id(), 0, 1)
		if err != nil {
			return nil, err
		}
		out.Publication = last[0].ID
	}
	return &moveOne{fmt.Sprintf("%s/regions/%s/plans/%d", Prefix, in.Region, moved.ID), out}, nil
}

// whyNotMoved lists the hard rules that forbid a move.
func whyNotMoved(err error) error {
	var no *service.MoveError
	if !errors.As(err, &no) {
		return err
	}
	p := problem.New(problem.Faulty)
	for _, f := range no.Effect.Faults {
		p = p.With(problem.InputFault{In: "body." + moveField(f.Rule), Detail: f.Rule + ": " + f.Text.EN})
	}
	return p
}

// moveField is the field of a move that a broken rule is about.
func moveField(rule string) string {
	switch {
	case planner.MoveFaultOfPeople(rule):
		return "staff_ids"
	case planner.MoveFaultOfTime(rule):
		return "time"
	}
	return "date"
}
