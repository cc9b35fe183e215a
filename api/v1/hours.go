package v1

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
)

// HoursLine is what the staff of one employer do out of one budget in one month,
// in minutes.
type HoursLine struct {
	Month        string `json:"month" example:"2027-01"`
	Organisation string `json:"organisation"`
	Budget       string `json:"budget"`
	Kind         string `json:"kind,omitempty" doc:"The kind of work; left out in totals."`
	Planned      int64  `json:"planned_minutes"`
	Realised     int64  `json:"realised_minutes"`
}

func hoursLineOf(l *planner.HoursLine) HoursLine {
	return HoursLine{l.Month.String(), l.Organisation, string(l.Budget), string(l.Kind), l.Planned, l.Realised}
}

// HoursStatement is what employers settle their accounts by.
type HoursStatement struct {
	From   string      `json:"from" format:"date"`
	To     string      `json:"to" format:"date"`
	Until  string      `json:"realised_until" format:"date" doc:"The last day of which the realised hours are known."`
	Totals []HoursLine `json:"totals" nullable:"false"`
	Lines  []HoursLine `json:"lines" nullable:"false" doc:"By kind of work; they add up to the totals, to the minute."`
}

type hoursIn struct {
	InRegion
	PeriodAsked
}

type hoursOne struct{ Body HoursStatement }

type hoursFileIn struct {
	InRegion
	PeriodAsked
	Format string `query:"format" enum:"csv,xlsx" default:"csv"`
}

// hoursTypes are the media types of the formats.
var hoursTypes = map[string]string{
	"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

type hoursFile struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// aboutHours registers the statement of hours.
func (a *API) aboutHours() {
	add(a, rights.Access{Resource: rights.Hours, Act: rights.Read}, huma.Operation{
		OperationID: "getHoursStatementFile", Method: http.MethodGet, Path: "/regions/{region}/hours-statement-file", Tags: []string{"hours"},
		Summary: "The statement of hours as CSV or XLSX",
		Responses: map[string]*huma.Response{"200": {Description: "The file", Content: map[string]*huma.MediaType{
			"text/csv":         {Schema: &huma.Schema{Type: huma.TypeString}},
			hoursTypes["xlsx"]: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}},
	}, func(ctx context.Context, in *hoursFileIn) (*hoursFile, error) {
		p := in.period(a.Now())
		body, err := a.of(ctx).HoursFile(ctx, in.id(), p, in.Format)
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("hours-%s-%s.%s", p.From, p.To, in.Format)
		return &hoursFile{hoursTypes[in.Format], fmt.Sprintf("attachment; filename=%q", name), body}, nil
	})
	add(a, rights.Access{Resource: rights.Hours, Act: rights.Read}, huma.Operation{
		OperationID: "getHoursStatement", Method: http.MethodGet, Path: "/regions/{region}/hours-statement", Tags: []string{"hours"},
		Summary: "Hours by month, employer and budget, planned and realised",
	}, func(ctx context.Context, in *hoursIn) (*hoursOne, error) {
		h, err := a.of(ctx).Hours(ctx, in.id(), in.period(a.Now()))
		if err != nil {
			return nil, err
		}
		out := HoursStatement{h.Period.From.String(), h.Period.To.String(), h.Until.String(), []HoursLine{}, []HoursLine{}}
		for _, l := range h.Totals() {
			out.Totals = append(out.Totals, hoursLineOf(&l))
		}
		for i := range h.Lines {
			out.Lines = append(out.Lines, hoursLineOf(&h.Lines[i]))
		}
		return &hoursOne{out}, nil
	})
}
