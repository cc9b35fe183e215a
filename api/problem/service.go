package problem

import (
	"context"
	"errors"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

// faults says what each error of the service means to a caller; the first that
// matches counts.
var faults = []struct {
	err  error
	code Code
}{
	{service.ErrNoPlan, NeedsPlan},
	{service.ErrParams, BadRequest},
	{service.ErrNotFound, NotFound},
	{service.ErrStale, Stale},
	{service.ErrKeyReused, KeyReused},
	{service.ErrEffected, AlreadyDone},
	{service.ErrConflict, Conflict},
	{service.ErrFaulty, Faulty},
	{service.ErrBusy, Unavailable},
	{context.DeadlineExceeded, Unavailable},
	{context.Canceled, Unavailable},
}

// Of returns the problem behind an error of the service or a Problem itself;
// whatever else it is, the caller learns no more than that it is ours.
func Of(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	for _, f := range faults {
		if errors.Is(err, f.err) {
			return New(f.code)
		}
	}
	return New(Internal)
}
