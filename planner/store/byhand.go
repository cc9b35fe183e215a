package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
)

// ByHand is what an import does with assignments that somebody made by hand and
// that it gives to others.
type ByHand string

// The choices. Without one an import that needs it is refused.
const (
	AskByHand     ByHand = ""
	KeepByHand    ByHand = "keep"
	ReplaceByHand ByHand = "replace"
)

// ByHandConflict is an assignment made by hand and one of an import that cannot
// both be.
type ByHandConflict struct{ ByHand, Imported planner.Assignment }

// Reconciled is an imported state together with what somebody made before it.
type Reconciled struct {
	State *planner.State
	// Kept are the pins, and what was made by hand, that stay. Of those in Lost
	// the import gives days to others, or it no longer has the place or the person.
	Kept, Lost []planner.Assignment
	// Conflicts are what was made by hand and the import gives to others. With
	// AskByHand the State is as if they were kept.
	Conflicts []ByHandConflict
}

// ByHandError is an ErrConflict: an import gives to others what somebody made by
// hand, and does not say which of them is to be.
type ByHandError struct{ Conflicts []ByHandConflict }

func (e *ByHandError) Error() string {
	var all []string
	for _, c := range e.Conflicts {
		all = append(all, fmt.Sprintf("location %s, %s %s: %s by hand, %s in the import", c.ByHand.Location, c.ByHand.Role, c.ByHand.Kind, c.ByHand.Staff, c.Imported.Staff))
	}
	return fmt.Sprintf("%v: made by hand and given to others by the import: %s; keep or replace them", ErrConflict, strings.Join(all, "; "))
}

// Unwrap makes it an ErrConflict.
func (e *ByHandError) Unwrap() error { return ErrConflict }

// Refusal is a *ByHandError when a choice is wanted that was not made.
func (r *Reconciled) Refusal(rule ByHand) error {
	if rule == AskByHand && len(r.Conflicts) > 0 {
		return &ByHandError{r.Conflicts}
	}
	return nil
}

// Reconcile puts what is known of a region and was pinned or made by hand beside
// an import of it. Of an import of assignments alone, pins of an earlier import
// go like its other rows.
func (t *Tx) Reconcile(known, imported *planner.State, rule ByHand) (Reconciled, error) {
	rows, err := t.believed(known.Region)
	if err != nil {
		return Reconciled{}, err
	}
	var hand []planner.Assignment
	for i := range rows {
		if rows[i].Origin == fromHand {
			hand = append(hand, rows[i].assignment())
		}
	}
	return reconcile(known.Assignments, hand, imported, rule), nil
}

// Reconcile is Tx.Reconcile in a transaction of its own.
func (s *Store) Reconcile(ctx context.Context, known, imported *planner.State, rule ByHand) (out Reconciled, err error) {
	err = s.read(ctx, func(t *Tx) error {
		out, err = t.Reconcile(known, imported, rule)
		return err
	})
	return out, err
}

// reconcile keeps the pins that are known and of which an import says nothing,
// and what was made by hand: an import is no reason to forget them. Of a pin that
// came with an import, a later import has its say for the days of a location,
// role and kind for which it names anybody. What was made by hand gives way only
// to others, and only when that is chosen; the import's own rows are cut where it
// stays. Either goes with its place or its person.
func reconcile(known, byHand []planner.Assignment, imported *planner.State, rule ByHand) Reconciled {
	state := *imported
	state.Assignments = slices.Clone(imported.Assignments)
	out := Reconciled{State: &state}
	for _, a := range known {
		hand := slices.Contains(byHand, a)
		if !a.Pinned && !hand || slices.Contains(imported.Assignments, a) {
			continue
		}
		clashes := clashing(imported.Assignments, a)
		here := both(imported, &a)
		if hand && here {
			for _, o := range clashes {
				out.Conflicts = append(out.Conflicts, ByHandConflict{a, o})
			}
		}
		if hand && here && (len(clashes) == 0 || rule != ReplaceByHand) {
			out.Kept = append(out.Kept, a)
			state.Assignments = around(state.Assignments, a)
			continue
		}
		var left []stretch
		if here {
			left = []stretch{stretchOf(a)}
		}
		for _, o := range imported.Assignments {
			if postOf(o) == postOf(a) || slices.Contains(clashes, o) {
				left = cut(left, stretchOf(o))
			}
		}
		if len(left) != 1 || left[0] != stretchOf(a) {
			out.Lost = append(out.Lost, a)
		}
		for _, s := range left {
			a.From, a.To = s.from, s.to
			out.Kept = append(out.Kept, a)
		}
	}
	state.Assignments = append(state.Assignments, out.Kept...)
	return out
}

// clashing returns the assignments that cannot be beside one: of the same post
// to others, or of the same person to the other kind of post.
func clashing(all []planner.Assignment, a planner.Assignment) []planner.Assignment {
	var out []planner.Assignment
	for _, o := range all {
		if o.Location == a.Location && o.Role == a.Role && (o.Kind == a.Kind) != (o.Staff == a.Staff) && stretchOf(o).meets(stretchOf(a)) {
			out = append(out, o)
		}
	}
	return out
}

// around cuts the days of one assignment out of those of its post and out of
// those that it clashes with.
func around(all []planner.Assignment, a planner.Assignment) []planner.Assignment {
	clashes := clashing(all, a)
	var out []planner.Assignment
	for _, o := range all {
		if postOf(o) != postOf(a) && !slices.Contains(clashes, o) {
			out = append(out, o)
			continue
		}
		for _, s := range cut([]stretch{stretchOf(o)}, stretchOf(a)) {
			o.From, o.To = s.from, s.to
			out = append(out, o)
		}
	}
	return out
}

// both reports whether a state has the place and the person of an assignment.
func both(s *planner.State, a *planner.Assignment) bool {
	return slices.ContainsFunc(s.Locations, func(l planner.Location) bool { return l.ID == a.Location }) &&
		slices.ContainsFunc(s.Staff, func(p planner.Staff) bool { return p.ID == a.Staff })
}
