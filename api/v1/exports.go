package v1

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// tableTypes are the media types of the formats of a table.
var tableTypes = map[service.TableFormat]string{
	service.AsCSV: "text/csv; charset=utf-8", service.AsICS: "text/calendar; charset=utf-8",
	service.AsXLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

type exportIn struct {
	InRegion
	Table  string `path:"table" enum:"assignments,visits,plan,unplanned,coverage,loads,bookings" doc:"What: assignments are those known, plan those of the published plan; visits, unplanned, coverage and loads are the published plan's too."`
	Format string `query:"format" enum:"csv,xlsx,ics" default:"csv" doc:"As CSV, as a workbook, or for visits and bookings as a calendar."`
}

// aboutExports registers what a region can be taken along as.
func (a *API) aboutExports() {
	row := rights.Access{Resource: rights.Exports, Act: rights.Read}
	add(a, row, huma.Operation{
		OperationID: "exportTable", Method: http.MethodGet, Path: "/regions/{region}/exports/{table}", Tags: []string{"exports"},
		Summary:   "A table of a region as a file; an apostrophe stands before what a spreadsheet would take for a formula",
		Responses: archiveResponse("text/csv", "text/calendar", tableTypes[service.AsXLSX]),
	}, func(ctx context.Context, in *exportIn) (*archiveOut, error) {
		as := service.TableFormat(in.Format)
		data, err := a.of(ctx).ExportTable(ctx, in.id(), in.Table, as)
		if errors.Is(err, service.ErrFormat) {
			return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "query.format", Detail: "expected csv or xlsx: only visits and bookings have a time"})
		}
		return &archiveOut{tableTypes[as], `attachment; filename="` + in.Table + "." + in.Format + `"`, data}, err
	})
	add(a, row, huma.Operation{
		OperationID: "exportFolder", Method: http.MethodGet, Path: "/regions/{region}/folder", Tags: []string{"exports"},
		Summary: "All that is known of a region as the zip file of an input folder, which can be imported again", Responses: archiveResponse("application/zip"),
	}, func(ctx context.Context, in *InRegion) (*archiveOut, error) {
		data, err := a.of(ctx).ExportFolder(ctx, in.id())
		return &archiveOut{"application/zip", `attachment; filename="folder.zip"`, data}, err
	})
}
