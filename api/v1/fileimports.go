package v1

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// InFile names the kind of file in the path of an import.
type InFile struct {
	InRegion
	Kind string `path:"kind" enum:"lrk,organisations,staff,districts,locations,assignments,absences,meetings,blackouts,cases,consents,history,programme" doc:"What the file holds: contracts are in staff, requirements in programme."`
	BSO  bool   `query:"bso" doc:"Of the register (lrk): take out-of-school care too."`
}

type fileIn struct {
	InFile
	RawBody []byte `contentType:"text/csv"`
}

type fileAccept struct {
	InFile
	InByHand
	Version int64  `query:"version" required:"true" minimum:"1" doc:"The version that the preview showed."`
	RawBody []byte `contentType:"text/csv"`
}

// FileImport is what the import of a file did, or would do.
type FileImport struct {
	Region   string         `json:"region"`
	Kind     string         `json:"kind"`
	Version  int64          `json:"version" doc:"The region's version: after the import, or for a preview the one to accept it against."`
	Written  bool           `json:"written" doc:"It was taken in; a preview never is, nor what changes nothing."`
	Rows     int            `json:"rows" doc:"How many rows were read."`
	Skipped  map[string]int `json:"skipped,omitempty" doc:"Rows that were not asked for, by reason."`
	Rejected []Rejected     `json:"rejected" nullable:"false" doc:"Rows of a register export that cannot be used; any other file with a fault is refused."`
	Changes  []Change       `json:"changes" nullable:"false" doc:"What is added (opened), gone from the file (closed) or changed."`

	Conflicts []ByHandConflict `json:"conflicts" nullable:"false" doc:"Assignments made by hand that the file gives to others: byHand of the import says which is to be."`
}

// Rejected is a row that cannot be used.
type Rejected struct {
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
	Field  string `json:"field,omitempty"`
	Detail string `json:"detail"`
}

type fileOne struct{ Body FileImport }

// largestFile bounds a file, in bytes, and largestQueued one that waits as a job.
const (
	largestFile   = 32 << 20
	largestQueued = 8 << 20
)

// fileName names a file by what it holds, as faults name it: outlines are JSON.
func (in *InFile) fileName(body []byte) string {
	switch {
	case in.Kind == string(service.ProgrammeFile):
		return "programme.yaml"
	case strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 100)])), "{"):
		return in.Kind + ".geojson"
	}
	return in.Kind + ".csv"
}

// aboutFileImports registers the import of single files.
func (a *API) aboutFileImports() {
	op := func(id, path, summary string, status int, largest int64) huma.Operation {
		types := map[string]*huma.MediaType{}
		for _, t := range []string{tableTypes[service.AsXLSX], "application/geo+json", "application/yaml", "application/octet-stream"} {
			types[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
		return huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: "/regions/{region}/file-imports/{kind}" + path, Tags: []string{"imports"}, Summary: summary,
			DefaultStatus: status, MaxBodyBytes: largest, BodyReadTimeout: time.Minute, RequestBody: &huma.RequestBody{Required: true, Content: types},
		}
	}
	row := rights.Access{Resource: rights.Imports, Act: rights.Create}
	add(a, row, op("previewFile", "/preview", "What one file (CSV, XLSX, GeoJSON, YAML) would add, change or find gone; nothing is written", http.StatusOK, largestFile),
		func(ctx context.Context, in *fileIn) (*fileOne, error) {
			return a.importFile(ctx, &in.InFile, in.RawBody, service.ImportOptions{DryRun: true, BSO: in.BSO})
		})
	add(a, row, op("importFile", "", "Take one file in, all of it or nothing, against the version that was previewed", http.StatusCreated, largestFile),
		func(ctx context.Context, in *fileAccept) (*fileOne, error) {
			return a.importFile(ctx, &in.InFile, in.RawBody, service.ImportOptions{BSO: in.BSO, Expected: in.Version, ByHand: service.ByHand(in.ByHand)})
		})
	add(a, row, op("startFileImport", "/jobs", "Take one file in as a job; what is wrong with it is told at once", http.StatusAccepted, largestQueued),
		func(ctx context.Context, in *fileAccept) (*jobAccepted, error) {
			out, err := accepted(a.of(ctx).StartImport(ctx, in.id(), service.ImportParams{
				Kind: service.Kind(in.Kind), Name: in.fileName(in.RawBody), Expected: in.Version, BSO: in.BSO, ByHand: service.ByHand(in.ByHand), Text: in.RawBody,
			}))
			return out, fileFaults(err)
		})
}

func (a *API) importFile(ctx context.Context, in *InFile, body []byte, o service.ImportOptions) (*fileOne, error) {
	r, err := a.of(ctx).ImportFile(ctx, in.id(), service.Kind(in.Kind), in.fileName(body), strings.NewReader(string(body)), o)
	if err != nil {
		return nil, fileFaults(err)
	}
	out := FileImport{Region: in.Region, Kind: in.Kind, Version: r.Version, Written: r.Written, Rows: r.Rows, Rejected: []Rejected{}, Changes: importChanges(r.Changes), Conflicts: byHandConflicts(r.Conflicts)}
	if len(r.Skipped) > 0 {
		out.Skipped = maps.Clone(r.Skipped)
	}
	for _, f := range r.Rejected {
		out.Rejected = append(out.Rejected, Rejected{f.Line, f.Column, f.Field, f.Message})
	}
	return &fileOne{out}, nil
}

// fileFaults turns the faults of a file into a problem, with the place of each.
func fileFaults(err error) error {
	var faults service.Faults
	var byHand *service.ByHandError
	if errors.As(err, &byHand) {
		p := problem.New(problem.Conflict)
		for _, c := range byHand.Conflicts {
			p = p.With(problem.InputFault{In: "query.byHand", Detail: fmt.Sprintf("location %s, %s %s is %s's by hand and %s's in the import: keep or replace",
				c.ByHand.Location, c.ByHand.Role, c.ByHand.Kind, c.ByHand.Staff, c.Imported.Staff)})
		}
		return p
	}
	if !errors.As(err, &faults) {
		return err
	}
	p := problem.New(problem.BadRequest)
	for _, f := range faults {
		place := slices.DeleteFunc([]string{f.File, positive(f.Line), positive(f.Column)}, func(s string) bool { return s == "" })
		where := strings.Join(place, ":")
		if f.Field != "" {
			where += " " + f.Field
		}
		p = p.With(problem.InputFault{In: where, Detail: f.Message})
	}
	return p
}

func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprint(n)
}
