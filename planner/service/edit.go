package service

import (
	"context"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// What planner/files gives, by the names used above this room.
type (
	// Edit is a change of one thing of a region.
	Edit = files.Edit
	// Cells is what one row says, by column.
	Cells = files.Cells
	// Part is a list of the programme.
	Part = files.Part
	// Fault is one thing that is wrong in an input, and Faults all of them.
	Fault = files.Fault //nolint:errname // one of Faults
	// Faults is an error.
	Faults = files.Faults //nolint:errname // the word of the domain
	// Act is one line of the audit log.
	Act = store.Act
)

// The lists of a region whose things can be changed one by one.
const (
	AbsencesFile      = files.AbsencesFile
	AssignmentsFile   = files.AssignmentsFile
	BlackoutsFile     = files.BlackoutsFile
	CasesFile         = files.CasesFile
	ConsentsFile      = files.ConsentsFile
	DistrictsFile     = files.DistrictsFile
	LocationsFile     = files.LocationsFile
	MeetingsFile      = files.MeetingsFile
	OrganisationsFile = files.OrganisationsFile
	ProgrammeFile     = files.ProgrammeFile
	StaffFile         = files.StaffFile
	Requirements      = files.Requirements
	VisitTypes        = files.VisitTypes
	Assumptions       = files.Assumptions
	Ceilings          = files.Ceilings
)

// The verbs of the acts that other rooms record.
const (
	Created = store.Created
	Changed = store.Changed
	Removed = store.Removed
)

// Edit changes one thing of a region in one transaction and gives the region a
// new version, so that drafts are stale: plan looks at what there is now and
// says what to change and what to write in the audit log, or refuses. What comes
// is checked with all the rest as files.Apply does; the error is then a Faults.
// It returns what was and what is. It gives ErrNotFound for an unknown region.
func (s *Service) Edit(ctx context.Context, region string, plan func(*planner.State) (Edit, Act, error)) (was, now *planner.State, err error) {
	err = s.Store.Tx(ctx, func(t *store.Tx) error {
		known, _, err := t.LockState(region)
		if err != nil {
			return err
		}
		edit, act, err := plan(known)
		if err != nil {
			return err
		}
		changed, err := files.Apply(known, edit)
		if err != nil {
			return err
		}
		if err := t.SaveState(known, changed); err != nil {
			return err
		}
		act.Region = region
		was, now = known, changed
		return t.Record(act)
	})
	return was, now, err
}

// State returns what is known of a region. It gives ErrNotFound for an unknown
// one.
func (s *Service) State(ctx context.Context, region string) (*planner.State, error) {
	state, _, err := s.Store.LoadState(ctx, region)
	return state, err
}
