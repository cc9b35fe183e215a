package v1

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Recalibration is what visits of a type took in fact, against what is planned.
type Recalibration struct {
	VisitType string `json:"visit_type"`
	Old       int    `json:"planned_minutes" doc:"What is planned for one now."`
	New       int    `json:"proposed_minutes" doc:"The median in whole five minutes; what is planned where there is too little evidence."`
	Visits    int    `json:"visits" doc:"Of how many it is known how long they took."`
	Median    int    `json:"median_minutes"`
	Low       int    `json:"low_minutes" doc:"Four of five took from here to high_minutes."`
	High      int    `json:"high_minutes"`
	Enough    bool   `json:"enough" doc:"There is evidence enough for a proposal: ten visits."`
}

func recalibrationsOf(all []service.Recalibration) []Recalibration {
	out := make([]Recalibration, len(all))
	for i := range all {
		out[i] = Recalibration(all[i])
	}
	return out
}

// Recalibrations are proposals against a version of a region; nothing changes
// before they are taken over.
type Recalibrations struct {
	Region int64           `json:"region_version" doc:"The version of the region that they are against, or that came of them."`
	Items  []Recalibration `json:"items" nullable:"false"`
}

type (
	recalibrationsIn struct {
		InRegion
		Since string `query:"since" format:"date" doc:"From visits made since; a year ago when left out."`
	}
	recalibrationsOne struct{ Body Recalibrations }
	recalibrationNew  struct {
		InRegion
		Body struct {
			Region     int64    `json:"region_version" minimum:"1" doc:"The version against which you saw the proposals."`
			VisitTypes []string `json:"visit_types" minItems:"1" maxItems:"100" doc:"Those of which the proposal is taken over."`
			Since      string   `json:"since,omitempty" format:"date" doc:"As when you saw them."`
		}
	}
)

// aboutRecalibrations registers the proposals to plan visits as long as they take.
func (a *API) aboutRecalibrations() {
	op := func(id, method, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/regions/{region}/recalibrations", Tags: []string{"norms"}, Summary: summary, DefaultStatus: status}
	}
	change := rights.Access{Resource: rights.Requirements, Act: rights.Change}
	add(a, change, op("listRecalibrations", http.MethodGet, "Lengths of visits, proposed from how long they took", 200),
		func(ctx context.Context, in *recalibrationsIn) (*recalibrationsOne, error) {
			since, _ := calendar.ParseDate(in.Since) // the schema takes dates only
			all, version, err := a.of(ctx).Recalibrations(ctx, in.id(), since)
			return &recalibrationsOne{Recalibrations{version, recalibrationsOf(all)}}, err
		})
	add(a, change, op("createRecalibration", http.MethodPost, "Take proposed lengths over, as a new version of the programme; plans that were made stay", 201),
		func(ctx context.Context, in *recalibrationNew) (*recalibrationsOne, error) {
			since, _ := calendar.ParseDate(in.Body.Since) // the schema takes dates only
			taken, err := a.of(ctx).Recalibrate(ctx, in.id(), in.Body.Region, since, in.Body.VisitTypes...)
			return &recalibrationsOne{Recalibrations{in.Body.Region + 1, recalibrationsOf(taken)}}, err
		})
}
