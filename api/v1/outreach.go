package v1

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
)

// OutreachVisits are visits to silent locations: proposed, or asked of the
// scheduler.
type OutreachVisits struct {
	Region    int64    `json:"region_version" doc:"The version of the region that the proposal is against, or that came of it."`
	Role      string   `json:"role,omitempty" doc:"Who would go; left out where nothing is proposed."`
	VisitType string   `json:"visit_type,omitempty"`
	Locations []string `json:"location_ids" nullable:"false" doc:"One visit to each: those that are proposed, or after the act all that are asked for."`
	Asked     []string `json:"asked_location_ids" nullable:"false" doc:"Those of which a visit is asked already."`
}

type (
	outreachIn struct {
		InRegion
		Days int `query:"days" minimum:"1" maximum:"3660" default:"180" doc:"So many days without a visit, booking or meeting."`
	}
	outreachOne struct{ Body OutreachVisits }
	outreachNew struct {
		InRegion
		Body struct {
			Region    int64    `json:"region_version" minimum:"1" doc:"The version against which you saw the proposal."`
			Days      int      `json:"days,omitempty" minimum:"1" maximum:"3660" default:"180" doc:"As when you saw it."`
			Locations []string `json:"location_ids,omitempty" maxItems:"10000" doc:"Those of the proposed locations that are to be visited; all of them when left out."`
		}
	}
)

// aboutOutreach registers the visits to silent locations.
func (a *API) aboutOutreach() {
	op := func(id, method, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/regions/{region}/outreach-visits", Tags: []string{"capacity"}, Summary: summary, DefaultStatus: status}
	}
	change := rights.Access{Resource: rights.Requirements, Act: rights.Change}
	add(a, change, op("listOutreachVisits", http.MethodGet, "Visits proposed to silent locations that nothing is planned for", 200),
		func(ctx context.Context, in *outreachIn) (*outreachOne, error) {
			o, err := a.of(ctx).Outreach(ctx, in.id(), in.Days)
			if err != nil {
				return nil, err
			}
			return &outreachOne{outreachOf(o.Version, o.Proposed, o.Asked)}, nil
		})
	add(a, change, op("createOutreachVisits", http.MethodPost, "Ask the scheduler for proposed visits, as a requirement of a new version of the programme", 201),
		func(ctx context.Context, in *outreachNew) (*outreachOne, error) {
			asked, err := a.of(ctx).AskOutreach(ctx, in.id(), in.Body.Region, in.Body.Days, in.Body.Locations...)
			if err != nil {
				return nil, err
			}
			return &outreachOne{outreachOf(in.Body.Region+1, asked, asked.Select.Locations)}, nil
		})
}

func outreachOf(version int64, r *planner.Requirement, asked []string) OutreachVisits {
	out := OutreachVisits{Region: version, Locations: []string{}, Asked: append([]string{}, asked...)}
	if r != nil {
		out.Role, out.VisitType, out.Locations = r.Role, r.VisitType, append(out.Locations, r.Select.Locations...)
	}
	return out
}
