package v1

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
)

// Session is who sends requests, as what, and what that may do.
type Session struct {
	Actor    string  `json:"actor" example:"user:12"`
	Role     string  `json:"role" enum:"administrator,lead,staff,auditor,contact"`
	Region   string  `json:"region,omitempty" doc:"The region's id, a hyphen for the region without one; left out for every region."`
	Staff    string  `json:"staff_id,omitempty" doc:"The person that a member of staff is."`
	Location string  `json:"location_id,omitempty" doc:"The location of a contact."`
	Language string  `json:"language" enum:"nl,en" doc:"The language of answers, by Accept-Language."`
	Rights   []Right `json:"rights" nullable:"false" doc:"What the role may do, and how far."`
}

// Right is what a role may do to a kind of thing.
type Right struct {
	Resource string `json:"resource" example:"visits"`
	Act      string `json:"act" example:"read"`
	Reach    string `json:"reach" enum:"own,region,everywhere" doc:"To what is the caller's own, to all of the region, or to all regions."`
}

type (
	sessionIn struct {
		Language string `header:"Accept-Language" maxLength:"500"`
	}
	sessionOne struct{ Body Session }
	exchange   struct {
		w http.ResponseWriter
		r *http.Request
	}
	exchangeKey struct{}
)

var reaches = map[rights.Reach]string{rights.Own: "own", rights.Region: "region", rights.Everywhere: "everywhere"}

// aboutSession registers who the caller is, and the way out. In come people by
// the pages, where a password, a code, a provider and a link are steps of one
// browser, and programs by a token: nothing in JSON takes a password.
func (a *API) aboutSession() {
	add(a, rights.Access{Resource: rights.Account, Act: rights.Read}, huma.Operation{
		OperationID: "getSession", Method: http.MethodGet, Path: "/session", Tags: []string{"session"}, Summary: "Who you are here, and what you may do",
	}, func(ctx context.Context, in *sessionIn) (*sessionOne, error) {
		c := rights.CallerOf(ctx)
		out := Session{
			Actor: c.Actor, Role: string(c.Role), Staff: c.Staff, Location: c.Location, Language: string(web.MatchLang("", in.Language)), Rights: []Right{},
		}
		if !c.Everywhere {
			out.Region = shownRegion(c.Region)
		}
		for _, g := range rights.Grants(c.Role) {
			out.Rights = append(out.Rights, Right{string(g.Resource), string(g.Act), reaches[g.Reach]})
		}
		return &sessionOne{out}, nil
	})
	add(a, rights.Access{Resource: rights.Account, Act: rights.Remove}, huma.Operation{
		OperationID: "endSession", Method: http.MethodDelete, Path: "/session", Tags: []string{"session"},
		Summary: "Sign out: the session of this browser ends. A token has none; it is revoked", DefaultStatus: http.StatusNoContent,
		Middlewares: huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
			r, w := humachi.Unwrap(ctx)
			next(huma.WithValue(ctx, exchangeKey{}, exchange{w, r}))
		}},
	}, func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		x, _ := ctx.Value(exchangeKey{}).(exchange)
		if a.EndSession == nil {
			return nil, problem.New(problem.NotFound)
		}
		return nil, a.EndSession(x.w, x.r)
	})
}
