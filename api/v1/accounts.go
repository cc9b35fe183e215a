package v1

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// User is an account: somebody who may sign in.
type User struct {
	ID   int64  `json:"id" readOnly:"true"`
	Name string `json:"name" minLength:"1" maxLength:"100" doc:"What others see."`
	Mail string `json:"mail,omitempty" maxLength:"320" doc:"The address to sign in with. Only administrators see it, and only masked."`
	// Disabled accounts are refused at their next request.
	Disabled    bool         `json:"disabled" readOnly:"true"`
	Memberships []Membership `json:"memberships" nullable:"false" doc:"What the account is."`
}

// Membership is what an account is: a role, and where.
type Membership struct {
	ID     int64  `json:"id" readOnly:"true"`
	Role   string `json:"role" enum:"administrator,lead,staff,auditor"`
	Region string `json:"region,omitempty" maxLength:"100" doc:"The region's id, a hyphen for the region without one; left out for every region."`
	Staff  string `json:"staff_id,omitempty" maxLength:"64" doc:"The person that a member of staff is."`
}

func membershipOf(m *service.Membership) Membership {
	out := Membership{ID: m.ID, Role: string(m.Role), Staff: m.Staff}
	if !m.Everywhere {
		out.Region = shownRegion(m.Region)
	}
	return out
}

func (m *Membership) asked(user int64) service.Membership {
	return service.Membership{
		User: user, Role: service.Role(m.Role), Everywhere: m.Region == "", Region: InRegion{m.Region}.id(), Staff: m.Staff,
	}
}

func userOf(c *rights.Caller, u *service.User) User {
	out := User{ID: u.ID, Name: u.Name, Disabled: !u.Disabled.IsZero(), Memberships: []Membership{}}
	if c.Role == service.Administrator && u.Mail != "" {
		out.Mail = masked(u.Mail)
	}
	for i := range u.Memberships {
		out.Memberships = append(out.Memberships, membershipOf(&u.Memberships[i]))
	}
	return out
}

// masked leaves of an address what its owner knows it by.
func masked(mail string) string {
	for i := range len(mail) {
		if mail[i] == '@' && i > 0 {
			return mail[:1] + "***" + mail[i:]
		}
	}
	return "***"
}

// InUser is an account in the path of an operation.
type InUser struct {
	User int64 `path:"user" minimum:"1"`
}

type (
	userPage struct{ Body Page[User] }
	userNew  struct{ Body User }
	userOne  struct {
		Location string `header:"Location"`
		Body     User
	}
	userState struct {
		InUser
		Body struct {
			Disabled bool `json:"disabled"`
		}
	}
	membershipNew struct {
		InUser
		Body Membership
	}
	membershipOne struct{ Body Membership }
	membershipIn  struct {
		InUser
		Membership int64 `path:"membership" minimum:"1"`
	}
)

func (a *API) aboutUsers() {
	op := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{"users"}, Summary: summary, DefaultStatus: status}
	}
	change := rights.Access{Resource: rights.Users, Act: rights.Change}
	add(a, rights.Access{Resource: rights.Users, Act: rights.Read}, op("listUsers", http.MethodGet, "/users", "The accounts", 200), a.listUsers)
	add(a, rights.Access{Resource: rights.Users, Act: rights.Create}, op("createUser", http.MethodPost, "/users", "Make an account", 201), a.createUser)
	add(a, change, op("switchUser", http.MethodPut, "/users/{user}/state", "Switch an account off or on; off acts on its next request", 204),
		func(ctx context.Context, in *userState) (*struct{}, error) {
			return nil, accountFault(a.of(ctx).SwitchUser(ctx, in.User, in.Body.Disabled))
		})
	add(a, change, op("createMembership", http.MethodPost, "/users/{user}/memberships", "Give an account a role", 201),
		func(ctx context.Context, in *membershipNew) (*membershipOne, error) {
			m := in.Body.asked(in.User)
			id, err := a.of(ctx).AddMembership(ctx, m)
			m.ID = id
			return &membershipOne{membershipOf(&m)}, accountFault(err)
		})
	add(a, change, op("removeMembership", http.MethodDelete, "/users/{user}/memberships/{membership}", "Take a role from an account", 204),
		func(ctx context.Context, in *membershipIn) (*struct{}, error) {
			return nil, accountFault(a.of(ctx).RemoveMembership(ctx, in.User, in.Membership))
		})
}

func (a *API) listUsers(ctx context.Context, in *Paging) (*userPage, error) {
	all, err := a.of(ctx).Users(ctx)
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	out := make([]User, len(all))
	for i := range all {
		out[i] = userOf(&caller, &all[i])
	}
	page, err := paged(ctx, a, "users", out, *in, func(u User) string { return inOrder(u.ID) })
	return &userPage{page}, err
}

// inOrder writes a number so that texts are in its order.
func inOrder(n int64) string {
	digits := strconv.FormatInt(n, 10)
	return strconv.Itoa(len(digits)) + digits
}

func (a *API) createUser(ctx context.Context, in *userNew) (*userOne, error) {
	u := service.User{Name: in.Body.Name, Mail: in.Body.Mail}
	for i := range in.Body.Memberships {
		u.Memberships = append(u.Memberships, in.Body.Memberships[i].asked(0))
	}
	id, err := a.of(ctx).AddUser(ctx, u.Name, u.Mail, u.Memberships...)
	if err != nil {
		return nil, accountFault(err)
	}
	u.ID = id
	caller := rights.CallerOf(ctx)
	return &userOne{Prefix + "/users/" + strconv.FormatInt(id, 10), userOf(&caller, &u)}, nil
}

// accountFault turns a refusal about accounts into a problem. What is none of the
// known ones is about the input: the store names what it wants, and no value.
func accountFault(err error) error {
	switch {
	case err == nil, errors.Is(err, service.ErrNotFound), errors.Is(err, service.ErrConflict), errors.Is(err, service.ErrBusy):
		return err
	case errors.Is(err, service.ErrLastAdministrator):
		return problem.New(problem.LastAdministrator)
	case errors.Is(err, service.ErrOwnRole):
		return problem.New(problem.OwnRole)
	}
	return problem.New(problem.BadRequest).With(problem.InputFault{In: "body", Detail: err.Error()})
}

// Token is what lets a program in, without its secret.
type Token struct {
	ID         string     `json:"id" readOnly:"true"`
	Name       string     `json:"name" minLength:"1" maxLength:"100" doc:"What it is for."`
	Membership int64      `json:"membership_id" minimum:"1" doc:"What it acts as."`
	Expires    time.Time  `json:"expires_at" doc:"At most 400 days from now."`
	Created    *time.Time `json:"created_at,omitempty" readOnly:"true"`
	LastUsed   string     `json:"last_used,omitempty" readOnly:"true" format:"date"`
	Ended      bool       `json:"ended" readOnly:"true"`
}

// NewToken is a token that was just made.
type NewToken struct {
	Token
	Secret string `json:"token" doc:"Send it as Authorization: Bearer. It is shown once."`
}

type (
	tokenPage struct{ Body Page[Token] }
	tokenNew  struct{ Body Token }
	tokenOne  struct {
		Location string `header:"Location"`
		Body     NewToken
	}
	inToken struct {
		ID string `path:"id" maxLength:"100"`
	}
)

// tokenActor begins the name of a program that sent its token. Such a one makes no
// tokens: whoever ends it wants nothing of it left behind.
const tokenActor = "token:"

func (a *API) aboutTokens() {
	op := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{"tokens"}, Summary: summary, DefaultStatus: status}
	}
	add(a, rights.Access{Resource: rights.Tokens, Act: rights.Read}, op("listTokens", http.MethodGet, "/tokens", "Your tokens; an administrator sees all", 200),
		func(ctx context.Context, in *Paging) (*tokenPage, error) {
			all, err := a.of(ctx).APITokens(ctx)
			if err != nil {
				return nil, err
			}
			out := make([]Token, len(all))
			for i := range all {
				t := &all[i]
				out[i] = Token{t.ID, t.Name, t.Membership.ID, t.Expires, moment(t.Created), t.LastUsed.String(), t.Ended(a.Now())}
			}
			page, err := paged(ctx, a, "tokens", sortedBy(out, func(t Token) string { return t.ID }), *in, func(t Token) string { return t.ID })
			return &tokenPage{page}, err
		})
	add(a, rights.Access{Resource: rights.Tokens, Act: rights.Create}, op("createToken", http.MethodPost, "/tokens", "Make a token; it is shown once. A token makes none", 201),
		func(ctx context.Context, in *tokenNew) (*tokenOne, error) {
			if strings.HasPrefix(rights.CallerOf(ctx).Actor, tokenActor) {
				return nil, problem.New(problem.Forbidden)
			}
			id, secret, err := a.of(ctx).CreateAPIToken(ctx, in.Body.Membership, in.Body.Name, in.Body.Expires)
			if err != nil {
				return nil, accountFault(err)
			}
			t := in.Body
			t.ID = id
			return &tokenOne{Prefix + "/tokens/" + id, NewToken{t, secret}}, nil
		})
	add(a, rights.Access{Resource: rights.Tokens, Act: rights.Remove}, op("removeToken", http.MethodDelete, "/tokens/{id}", "End a token", 204),
		func(ctx context.Context, in *inToken) (*struct{}, error) {
			return nil, a.of(ctx).RevokeAPIToken(ctx, in.ID)
		})
}
