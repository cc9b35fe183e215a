package store

import "github.com/wijkplanner/wijkplanner/planner"

// LockState reads what is known of a region, with its version, and keeps other
// writers of the region away until the transaction ends: what is made from the
// state can be imported in the same transaction without losing their work. It
// gives ErrNotFound for a region that was never imported.
func (t *Tx) LockState(region string) (*planner.State, int64, error) {
	if _, err := t.lockRegion(region); err != nil {
		return nil, 0, err
	}
	return t.state(region)
}
