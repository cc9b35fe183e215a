package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// InRegion is the region in the path of an operation.
type InRegion struct {
	Region string `path:"region" maxLength:"100" doc:"The region's id; a hyphen for the region without one." example:"nijmegen"`
}

// nameless is what the region without a name is called in paths and answers.
const nameless = "-"

// id is the region's id in the service.
func (r InRegion) id() string {
	if r.Region == nameless {
		return ""
	}
	return r.Region
}

func shownRegion(id string) string {
	if id == "" {
		return nameless
	}
	return id
}

// Region is a region that has been imported.
type Region struct {
	ID       string    `json:"id" example:"nijmegen"`
	Name     string    `json:"name" doc:"Its programme's name."`
	Zone     string    `json:"zone" doc:"Its IANA time zone." example:"Europe/Amsterdam"`
	Version  int64     `json:"version" doc:"Counts the changes to what is known of it, from 1."`
	Imported time.Time `json:"imported_at" doc:"When its input was last taken in."`
}

func regionOf(r *service.Region) Region {
	return Region{shownRegion(r.ID), r.Name, r.Zone, r.Version, r.Imported.UTC()}
}

type regionList struct{ Body Page[Region] }

type regionOne struct {
	ETag string `header:"ETag"`
	Body Region
}

func (a *API) aboutRegions() {
	add(a, rights.Access{Resource: rights.Regions, Act: rights.Read}, huma.Operation{
		OperationID: "listRegions", Method: http.MethodGet, Path: "/regions", Tags: []string{"regions"}, Summary: "The regions you may see",
	}, func(ctx context.Context, in *Paging) (*regionList, error) {
		all, err := a.of(ctx).Regions(ctx)
		if err != nil {
			return nil, err
		}
		out := make([]Region, len(all))
		for i := range all {
			out[i] = regionOf(&all[i])
		}
		page, err := paged(ctx, a, "regions", out, *in, func(r Region) string { return r.ID })
		return &regionList{page}, err
	})
	add(a, rights.Access{Resource: rights.Regions, Act: rights.Read}, huma.Operation{
		OperationID: "getRegion", Method: http.MethodGet, Path: "/regions/{region}", Tags: []string{"regions"}, Summary: "One region",
	}, func(ctx context.Context, in *InRegion) (*regionOne, error) {
		all, err := a.of(ctx).Regions(ctx)
		if err != nil {
			return nil, err
		}
		for i := range all {
			if all[i].ID == in.id() {
				r := regionOf(&all[i])
				return &regionOne{etagOf(r), r}, nil
			}
		}
		return nil, problem.New(problem.NotFound)
	})
}
