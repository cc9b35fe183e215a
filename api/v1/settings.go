package v1

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// RetentionTerm is how long something is kept.
type RetentionTerm struct {
	Name    string `json:"name" readOnly:"true" example:"contacts"`
	Days    int    `json:"days" minimum:"0" maximum:"36500" doc:"How many days it is kept; when set, 0 for the default."`
	Default int    `json:"default_days" readOnly:"true" doc:"What the program proposes."`
	What    string `json:"what" readOnly:"true" doc:"What is kept so long."`
}

func termOf(t *service.RetentionTerm) RetentionTerm {
	return RetentionTerm{t.Name, t.Days, t.Default, t.What}
}

type (
	termList struct{ Body Page[RetentionTerm] }
	termIn   struct {
		Name    string `path:"name" maxLength:"64" doc:"The term's name."`
		IfMatch string `header:"If-Match" maxLength:"400" doc:"The ETag of the term as you saw it."`
		Body    RetentionTerm
	}
	inTerm struct {
		Name string `path:"name" maxLength:"64" doc:"The term's name."`
	}
	termOne struct {
		ETag string `header:"ETag"`
		Body RetentionTerm
	}
	// AuditCheck is what a check of the audit log found.
	AuditCheck struct {
		Whole   bool         `json:"whole" doc:"Nothing was changed, taken out or put in."`
		Checked int          `json:"checked" doc:"How many sealed lines were checked."`
		Waiting int          `json:"waiting" doc:"How many have no seal yet."`
		Head    string       `json:"head" doc:"The end of the chain. Who notes it down elsewhere knows later whether the log was put in the place of another."`
		Faults  []AuditFault `json:"faults" nullable:"false"`
	}
	// AuditFault is something that is not as it was sealed.
	AuditFault struct {
		Number int64  `json:"number" doc:"The line it is about; 0 when that is not known."`
		Detail string `json:"detail"`
	}
	auditChecked struct{ Body AuditCheck }
)

// aboutSettings registers how long things are kept, and the check of the audit
// log as a whole.
func (a *API) aboutSettings() {
	read := rights.Access{Resource: rights.Settings, Act: rights.Read}
	add(a, read, huma.Operation{
		OperationID: "listRetentionTerms", Method: http.MethodGet, Path: "/retention-terms", Tags: []string{"settings"}, Summary: "How long everything is kept",
	}, func(ctx context.Context, in *Paging) (*termList, error) {
		all, err := a.of(ctx).RetentionTerms(ctx)
		if err != nil {
			return nil, err
		}
		out := make([]RetentionTerm, len(all))
		for i := range all {
			out[i] = termOf(&all[i])
		}
		name := func(t RetentionTerm) string { return t.Name }
		page, err := paged(ctx, a, "retention-terms", sortedBy(out, name), *in, name)
		return &termList{page}, err
	})
	add(a, read, huma.Operation{
		OperationID: "getRetentionTerm", Method: http.MethodGet, Path: "/retention-terms/{name}", Tags: []string{"settings"}, Summary: "How long one thing is kept",
	}, func(ctx context.Context, in *inTerm) (*termOne, error) {
		t, err := a.of(ctx).RetentionTerm(ctx, in.Name)
		return &termOne{etagOf(termOf(&t)), termOf(&t)}, err
	})
	add(a, rights.Access{Resource: rights.Settings, Act: rights.Change}, needsMatch(huma.Operation{
		OperationID: "replaceRetentionTerm", Method: http.MethodPut, Path: "/retention-terms/{name}", Tags: []string{"settings"}, Summary: "Set how long something is kept",
	}), a.replaceTerm)
	add(a, read, huma.Operation{
		OperationID: "checkAudit", Method: http.MethodPost, Path: "/audit-checks", Tags: []string{"audit"}, Summary: "Check the audit log against its seals", DefaultStatus: http.StatusOK,
	}, func(ctx context.Context, _ *struct{}) (*auditChecked, error) {
		r, err := a.of(ctx).VerifyAudit(ctx)
		if err != nil {
			return nil, err
		}
		out := AuditCheck{Whole: len(r.Faults) == 0, Checked: r.Checked, Waiting: r.Waiting, Head: r.Head.String(), Faults: []AuditFault{}}
		for _, f := range r.Faults {
			out.Faults = append(out.Faults, AuditFault{f.Row, f.String()})
		}
		return &auditChecked{out}, nil
	})
	add(a, rights.Access{Resource: rights.Audit, Act: rights.Read}, huma.Operation{
		OperationID: "exportAudit", Method: http.MethodGet, Path: "/regions/{region}/audit-log", Tags: []string{"audit"},
		Summary: "The audit log as one JSON file, in the shape of the standard Verwerkingenlogging", Responses: map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeObject}}}},
		}},
	}, func(ctx context.Context, in *InRegion) (*archiveOut, error) {
		if err := a.there(ctx, *in); err != nil {
			return nil, err
		}
		var out bytes.Buffer
		err := a.of(ctx).ExportAudit(ctx, &out, service.AuditQuery{Region: in.id()})
		return &archiveOut{"application/json", `attachment; filename="audit.json"`, out.Bytes()}, err
	})
}

func (a *API) replaceTerm(ctx context.Context, in *termIn) (*termOne, error) {
	t, err := a.of(ctx).RetentionTerm(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	if err := unchanged(in.IfMatch, termOf(&t)); err != nil {
		return nil, err
	}
	if in.Body.Name != "" && in.Body.Name != in.Name {
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body.name", Detail: "expected the name of the path: a name does not change"})
	}
	if err := a.of(ctx).SetRetentionTerm(ctx, in.Name, in.Body.Days); err != nil {
		return nil, err
	}
	t, err = a.of(ctx).RetentionTerm(ctx, in.Name)
	return &termOne{etagOf(termOf(&t)), termOf(&t)}, err
}
