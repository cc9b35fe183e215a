package problem_test

import (
	"net/url"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

func TestOfAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]problem.Code{
		"/v1/regions/noord":                      "",
		"/v1/regions/caf%C3%A9?name=caf%C3%A9":   "",
		"/v1/regions/noord?":                     "",
		"/v1/regions/%00":                        problem.NotFound,
		"/v1/regions/%ff":                        problem.NotFound,
		"/v1/regions/noord?location=%00":         problem.BadRequest,
		"/v1/regions/noord?%ff=x":                problem.BadRequest,
		"/v1/regions/noord?a=fine&a=b%c3%28&b=1": problem.BadRequest,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		var got problem.Code
		if p := problem.OfAddress(u); p != nil {
			got = p.Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
