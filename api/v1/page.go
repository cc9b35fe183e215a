package v1

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
)

// Paging is what every list can be asked: how much at once, and where to go on.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
	Cursor string `query:"cursor" maxLength:"400" doc:"Where to go on: next of the answer before."`
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T `json:"items" nullable:"false"`
	// Next is the cursor of the rest; empty at the end.
	Next string `json:"next,omitempty" doc:"The cursor of the rest of the list; left out at its end."`
}

// paged returns the part of a list that was asked for. The list is in order of
// its keys, which are unique; list names it, with all that was asked of it, since
// a cursor is good for one list and one caller.
func paged[T any](ctx context.Context, a *API, list string, all []T, p Paging, key func(T) string) (Page[T], error) {
	start := 0
	if p.Cursor != "" {
		after, err := a.openCursor(ctx, list, p.Cursor)
		if err != nil {
			return Page[T]{}, err
		}
		start = len(all)
		if i := slices.IndexFunc(all, func(x T) bool { return key(x) > after }); i >= 0 {
			start = i
		}
	}
	out := Page[T]{Items: all[start:min(start+p.Limit, len(all))]}
	if out.Items == nil {
		out.Items = []T{}
	}
	if start+p.Limit < len(all) {
		out.Next = a.cursor(ctx, list, key(out.Items[len(out.Items)-1]))
	}
	return out, nil
}

// cursor is the last key of a page, signed, so that nothing but what we gave
// reaches a query.
func (a *API) cursor(ctx context.Context, list, after string) string {
	return base64.RawURLEncoding.EncodeToString(append(a.sign(ctx, list, after), after...))
}

const signatureBytes = 16

func (a *API) openCursor(ctx context.Context, list, cursor string) (after string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) < signatureBytes {
		return "", problem.New(problem.BadCursor)
	}
	after = string(raw[signatureBytes:])
	if !hmac.Equal(raw[:signatureBytes], a.sign(ctx, list, after)) {
		return "", problem.New(problem.BadCursor)
	}
	return after, nil
}

func (a *API) sign(ctx context.Context, list, after string) []byte {
	mac := hmac.New(sha256.New, a.CursorKey)
	mac.Write([]byte(strings.Join([]string{rights.CallerOf(ctx).Actor, list, after}, "\x00")))
	return mac.Sum(nil)[:signatureBytes]
}
