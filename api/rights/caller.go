package rights

import (
	"context"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Caller is who sent a request and how far the right goes that its route asks
// for. The zero value has not signed in.
type Caller struct {
	service.Scope
	Reach Reach
	// Proven says that they proved a short while ago, or with this very request,
	// who they are.
	Proven bool
}

type callerKey struct{}

// With returns a context that carries the caller.
func With(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerOf returns the caller of the request; the zero value when nobody signed
// in.
func CallerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// Own reports whether something of a person or a location of the caller's region
// is within the caller's reach.
func (c *Caller) Own(staff, location string) bool {
	switch c.Reach {
	case Region, Everywhere:
		return true
	case None:
		return false
	case Own:
		return c.Staff != "" && staff == c.Staff || c.Location != "" && location == c.Location
	}
	return false
}
