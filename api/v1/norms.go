package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Norm is a number that somebody chose, which plans and forecasts are made with.
// None of them is a fact.
type Norm struct {
	Kind         string  `json:"kind" enum:"assumption,visit_type,requirement,role" doc:"Where it is set."`
	Of           string  `json:"of,omitempty" doc:"The visit type, requirement or role."`
	Key          string  `json:"key" example:"non_case_share"`
	Value        float64 `json:"value"`
	Unit         string  `json:"unit,omitempty"`
	Source       string  `json:"source" doc:"Where it comes from; \"assumption\" where nobody knows, \"programme\" what was agreed there."`
	Organisation string  `json:"organisation,omitempty" doc:"The employer for whom it holds; left out for all."`
	From         string  `json:"from,omitempty" format:"date" doc:"The first day it holds; left out for always."`
	Default      bool    `json:"default,omitempty" doc:"Nobody set it: it holds where a programme says nothing."`
}

func normOf(n *service.Norm) Norm {
	return Norm{string(n.Kind), n.Of, n.Key, n.Value, n.Unit, n.Source, n.Organisation, n.From.String(), n.Default}
}

// ProgrammeVersion is a programme as it was, with all its norms.
type ProgrammeVersion struct {
	Version  int64     `json:"version" doc:"Counts the region's programmes, from 1."`
	Since    int64     `json:"since_region_version" doc:"The version of the region with which it came; 0 for one of before this was kept."`
	Recorded time.Time `json:"recorded_at"`
}

func programmeVersionOf(v *service.ProgrammeVersion) ProgrammeVersion {
	return ProgrammeVersion{v.Version, v.Since, v.Recorded.UTC()}
}

// Norms are the norms that hold, and in which version of the programme.
type Norms struct {
	Programme ProgrammeVersion `json:"programme"`
	Items     []Norm           `json:"items" nullable:"false"`
}

func normsOf(v *service.ProgrammeVersion, all []service.Norm) *normsOne {
	out := Norms{Programme: programmeVersionOf(v), Items: make([]Norm, len(all))}
	for i := range all {
		out.Items[i] = normOf(&all[i])
	}
	return &normsOne{out}
}

type (
	normsIn struct {
		InRegion
		On           string `query:"on" format:"date" doc:"The day on which they hold; today when left out, and of a plan its first."`
		Organisation string `query:"organisation" maxLength:"64" doc:"The employer for whom they hold; the general ones when left out."`
		Plan         int64  `query:"plan" minimum:"1" doc:"Those with which this plan was made, instead of those of now."`
	}
	normsOne             struct{ Body Norms }
	programmeVersionPage struct{ Body Page[ProgrammeVersion] }
)

// InVersion names a version of a programme in the path of an operation.
type InVersion struct {
	InRegion
	ID int64 `path:"id" minimum:"1" doc:"The version's number."`
}

// aboutNorms registers the norms of a region and their versions.
func (a *API) aboutNorms() {
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: "/regions/{region}/" + path, Tags: []string{"norms"}, Summary: summary}
	}
	read := rights.Access{Resource: rights.Assumptions, Act: rights.Read}
	add(a, read, op("listNorms", "norms", "Every duration, share and norm that holds, with its source; of a plan those it was made with"),
		func(ctx context.Context, in *normsIn) (*normsOne, error) {
			on, _ := calendar.ParseDate(in.On) // the schema takes dates only
			all, v, err := a.of(ctx).Norms(ctx, in.id(), in.Plan, in.Organisation, on)
			if err != nil {
				return nil, err
			}
			return normsOf(v, all), nil
		})
	a.aboutRecalibrations()
	a.aboutOutreach()
	add(a, read, op("listProgrammeVersions", "programme-versions", "The versions of the programme, the newest first"), a.listProgrammeVersions)
	add(a, read, op("getProgrammeVersion", "programme-versions/{id}", "The norms of one version of the programme"), func(ctx context.Context, in *InVersion) (*normsOne, error) {
		v, all, err := a.of(ctx).ProgrammeVersion(ctx, in.id(), in.ID)
		if err != nil {
			return nil, err
		}
		return normsOf(v, all), nil
	})
}

func (a *API) listProgrammeVersions(ctx context.Context, in *inRegionPaging) (*programmeVersionPage, error) {
	list := "programme versions " + in.Region
	before, err := a.before(ctx, list, in.Paging)
	if err != nil {
		return nil, err
	}
	all, err := a.of(ctx).ProgrammeVersions(ctx, in.id(), before, in.Limit+1)
	return &programmeVersionPage{newest(ctx, a, list, all, in.Paging, programmeVersionOf, func(v *service.ProgrammeVersion) int64 { return v.Version })}, err
}
