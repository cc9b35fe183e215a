package v1

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// readable refuses addresses that are no text.
func (a *API) readable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := problem.OfAddress(r.URL); p != nil {
			a.write(w, r, p)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// suspectBody is a body that holds a null somewhere; it is looked at again when
// the operation, and so its schema, is known.
type suspectBody struct{}

// suspicious keeps a JSON body with a null in the context. Bodies are small, and
// few have one.
func (*API) suspicious(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind != "application/json" || r.Body == nil {
			next.ServeHTTP(w, r)
			return
		}
		head, err := io.ReadAll(io.LimitReader(r.Body, largestKeyed))
		// Whoever reads on meets the rest, or the fault.
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
		if err == nil && bytes.Contains(head, []byte("null")) {
			r = r.WithContext(context.WithValue(r.Context(), suspectBody{}, head))
		}
		next.ServeHTTP(w, r)
	})
}

// strict refuses what huma takes for left out although the description has no
// place for it: a parameter without a value, and null. A program that sends those
// means something else than nothing.
func (a *API) strict(ctx huma.Context, next func(huma.Context)) {
	var faults []error
	op, asked := ctx.Operation(), ctx.URL()
	query := asked.Query()
	for _, p := range op.Parameters {
		if p.In == "query" && slices.Contains(query[p.Name], "") && !emptyFits(p.Schema) {
			faults = append(faults, &huma.ErrorDetail{Location: "query." + p.Name, Message: "expected a value; leave the parameter out for none"})
		}
	}
	body, suspect := ctx.Context().Value(suspectBody{}).([]byte)
	if suspect && op.RequestBody != nil {
		var v any
		if media := op.RequestBody.Content["application/json"]; media != nil && json.Unmarshal(body, &v) == nil {
			a.nulls(v, media.Schema, "body", &faults)
		}
	}
	if len(faults) > 0 {
		_ = huma.WriteErr(a.huma, ctx, http.StatusBadRequest, string(problem.BadRequest), faults...)
		return
	}
	next(ctx)
}

// emptyFits reports whether an empty text is a value of a parameter.
func emptyFits(s *huma.Schema) bool {
	return s.Type == huma.TypeString && s.Format == "" && len(s.Enum) == 0 && s.Pattern == "" && s.MinLength == nil
}

// nulls finds each null that a schema has no place for. What is no field at all
// huma finds.
func (a *API) nulls(v any, s *huma.Schema, at string, faults *[]error) {
	nullable := false
	for s != nil && s.Ref != "" {
		nullable = nullable || s.Nullable
		s = a.huma.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	if s == nil {
		return
	}
	switch v := v.(type) {
	case nil:
		if !nullable && !s.Nullable && s.Type != "" {
			*faults = append(*faults, &huma.ErrorDetail{Location: at, Message: "expected a value, not null; leave the field out for none"})
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if p := s.Properties[name]; p != nil {
				a.nulls(v[name], p, at+"."+name, faults)
			}
		}
	case []any:
		for i, one := range v {
			a.nulls(one, s.Items, at+"["+strconv.Itoa(i)+"]", faults)
		}
	}
}
