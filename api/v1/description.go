package v1

import (
	"context"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/rights"
)

type document struct {
	AllowOrigin string `header:"Access-Control-Allow-Origin"`
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// aboutDescription publishes the description where the NL API Design Rules want
// it (/core/publish-openapi); anybody may read it, from any page.
func (a *API) aboutDescription() {
	// It is the same for everybody, and dear to write.
	written := sync.OnceValues(func() ([]byte, error) { return a.huma.OpenAPI().MarshalJSON() })
	add(a, rights.Access{Resource: rights.Description, Act: rights.Read}, huma.Operation{
		OperationID: "getDescription", Method: http.MethodGet, Path: "/openapi.json", Tags: []string{"description"},
		Summary: "This description (OpenAPI 3.1)",
		Responses: map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}},
		}},
	}, func(context.Context, *struct{}) (*document, error) {
		body, err := written()
		return &document{"*", "application/json", body}, err
	})
}
