package service

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// planResume is what an attempt leaves for the next: the plan that it found, or
// how far the search for one was.
type planResume struct {
	BasedOn int64
	Plan    *planner.Plan    `json:",omitempty"`
	Halfway *planner.Halfway `json:",omitempty"`
}

// mostResume is how many bytes an attempt may leave for the next: a search over
// more than that begins again.
const mostResume = 16 << 20

// resumed reads what an earlier attempt left, when the region is still what it
// was made from.
func (r *run) resumed(version int64) planResume {
	var was planResume
	if err := json.Unmarshal(r.Resume, &was); err != nil || was.BasedOn != version {
		return planResume{} // what cannot be read is found again
	}
	return was
}

// search makes a plan by solve, which searches with the options that it gets
// and proves what it finds. It goes on from where an earlier attempt stopped, as
// far as what comes of that can be proved, and keeps how far it is for the next.
func (s *Service) search(ctx context.Context, r *run, version int64, o planner.Options, solve func(planner.Options) error) error {
	o.Halfway = func(h *planner.Halfway) { s.keepHalfway(ctx, r, planResume{BasedOn: version, Halfway: h}) }
	if o.From = r.resumed(version).Halfway; o.From == nil {
		return solve(o)
	}
	s.Log.InfoContext(ctx, "search goes on", "job", r.ID, "scheduled", len(o.From.When) > 0, "seconds", o.From.Seconds)
	err := solve(o)
	if err == nil || ctx.Err() != nil || errors.Is(err, store.ErrBusy) || errors.Is(err, store.ErrLost) {
		return err
	}
	// Busy times or the program changed since.
	s.Log.InfoContext(ctx, "search of an earlier attempt not used", "job", r.ID, "error", err)
	o.From = nil
	return solve(o)
}

// keepHalfway keeps how far a search is. When that fails the search goes on: it
// only has more to do again, should it be stopped.
func (s *Service) keepHalfway(ctx context.Context, r *run, resume planResume) {
	if err := r.keep(ctx, resume); err != nil && ctx.Err() == nil {
		s.Log.WarnContext(ctx, "state of a search not kept", "job", r.ID, "error", err)
	}
}
