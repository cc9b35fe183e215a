package store

import (
	"context"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// ProgrammeVersion is a programme as it was, with all its assumptions, durations
// and weights.
type ProgrammeVersion struct {
	// Version counts the region's programmes, from 1.
	Version int64
	// Since is the version of the region with which it came; 0 for one that is
	// older than these records.
	Since    int64
	Recorded time.Time
	// Programme is nil in lists.
	Programme *planner.Programme
}

// ProgrammeVersions lists the programmes that a region had, the newest first and
// at most n, below a version unless that is 0.
func (s *Store) ProgrammeVersions(ctx context.Context, region string, before int64, n int) ([]ProgrammeVersion, error) {
	var rows []programmeRow
	err := s.read(ctx, func(t *Tx) error {
		if _, err := t.region(region); err != nil {
			return err
		}
		q := t.db.Omit("document").Where("region = ?", region).Order("version DESC").Limit(n)
		if before > 0 {
			q = q.Where("version < ?", before)
		}
		return q.Find(&rows).Error
	})
	out := make([]ProgrammeVersion, len(rows))
	for i, r := range rows {
		out[i] = ProgrammeVersion{Version: r.Version, Since: r.Since, Recorded: r.RecordedAt.Time}
	}
	return out, err
}

// ProgrammeAt returns the programme that a version of a region had, which is the
// one that a plan based on that version was made with.
func (s *Store) ProgrammeAt(ctx context.Context, region string, version int64) (ProgrammeVersion, error) {
	return s.programmeWhere(ctx, region, "since <= ?", version)
}

// ProgrammeVersion returns one of the programmes that a region had, or gives
// ErrNotFound.
func (s *Store) ProgrammeVersion(ctx context.Context, region string, version int64) (ProgrammeVersion, error) {
	return s.programmeWhere(ctx, region, "version = ?", version)
}

func (s *Store) programmeWhere(ctx context.Context, region, condition string, version int64) (ProgrammeVersion, error) {
	var row programmeRow
	err := s.read(ctx, func(t *Tx) error {
		if _, err := t.region(region); err != nil {
			return err
		}
		return t.db.Where("region = ?", region).Where(condition, version).Order("version DESC").Take(&row).Error
	})
	if err != nil {
		return ProgrammeVersion{}, fmt.Errorf("programme of region %q: %w", region, err)
	}
	return ProgrammeVersion{row.Version, row.Since, row.RecordedAt.Time, &row.Document.v}, nil
}
