package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Kind is a kind of file that can be imported by itself.
type Kind = files.Kind

// Kinds returns the kinds of file, in the order in which a region is built up.
func Kinds() []Kind {
	return []Kind{
		files.LRKFile, files.OrganisationsFile, files.StaffFile, files.DistrictsFile, files.LocationsFile, files.AssignmentsFile,
		files.AbsencesFile, files.MeetingsFile, files.BlackoutsFile, files.CasesFile, files.ConsentsFile, files.HistoryFile, files.ProgrammeFile,
	}
}

// ImportOptions says how a file is imported.
type ImportOptions struct {
	// DryRun says what would change, and changes nothing.
	DryRun bool
	// Expected is the version that the region must have; 0 for any.
	Expected int64
	// BSO takes out-of-school care (age 4 and up) from the register too.
	BSO bool
	// ByHand says what becomes of assignments made by hand that the file gives to
	// others.
	ByHand ByHand
}

type (
	// ByHand is what becomes of assignments made by hand.
	ByHand = store.ByHand
	// ByHandError is the error of an import that asks for it.
	ByHandError = store.ByHandError
	// ByHandConflict is one such assignment that an import gives to others.
	ByHandConflict = store.ByHandConflict
)

// The choices of ByHand.
const (
	KeepByHand    = store.KeepByHand
	ReplaceByHand = store.ReplaceByHand
)

// FileReport is what the import of one file did.
type FileReport struct {
	Region string
	// Version is the region's, after the import; of a dry run the one before.
	Version int64
	Kind    Kind
	// Rows counts the rows that were read and Skipped those that were not asked
	// for, by reason: a kind of care, a status, a municipality, a region.
	Rows    int
	Skipped map[string]int
	// Rejected holds the rows of a register export that could not be used.
	Rejected files.Faults
	// Changes are the differences with what was known, by id. What is closed is
	// gone from the file; places and people stay until somebody decides.
	Changes []planner.Change
	// Conflicts are the assignments made by hand that the file gives to others.
	Conflicts []ByHandConflict
	// Written says that the region has a new version: something differs, and
	// this was no dry run.
	Written bool
}

// errDryRun takes back what a dry run wrote.
var errDryRun = errors.New("dry run")

// ImportFile takes one file into a region that is known already, all of it or
// nothing, and says what changed. The name says where faults are, and with
// .geojson at its end that districts come as outlines. Of an export of the
// register the rows that can be used are taken and the others reported; any
// other file with a fault is refused, as is one that does not go with the rest
// of the region: the error is then a files.Faults. It gives ErrNotFound for an
// unknown region.
func (s *Service) ImportFile(ctx context.Context, region string, kind Kind, name string, r io.Reader, o ImportOptions) (*FileReport, error) {
	data, err := files.ReadAll(name, r)
	if err == nil {
		data, err = files.AsText(name, data)
	}
	if err != nil {
		return nil, err
	}
	var report *FileReport
	err = s.Store.Tx(ctx, func(t *store.Tx) (err error) {
		if report, err = importFile(t, region, kind, name, data, o); err != nil {
			return err
		}
		if o.DryRun {
			return errDryRun
		}
		return nil
	})
	switch {
	case errors.Is(err, errDryRun):
		report.Written = false
		return report, nil
	case err != nil:
		return nil, err
	}
	s.Log.InfoContext(ctx, "file imported", "region", region, "kind", kind, "rows", report.Rows,
		"rejected", len(report.Rejected), "changes", len(report.Changes), "written", report.Written)
	return report, nil
}

// importFile merges and writes within a transaction. The changes are those
// between what stood there before and after, whatever the store made of it.
func importFile(t *store.Tx, region string, kind Kind, name string, data []byte, o ImportOptions) (*FileReport, error) {
	known, version, err := t.LockState(region)
	if err != nil {
		return nil, err
	}
	if o.Expected > 0 && o.Expected != version {
		return nil, fmt.Errorf("region %q has version %d, not %d: %w", region, version, o.Expected, ErrStale)
	}
	merged, err := files.Merge(known, kind, name, data, files.MergeOptions{BSO: o.BSO})
	if err != nil {
		return nil, err
	}
	report := &FileReport{Region: region, Version: version, Kind: kind, Rows: merged.Rows, Skipped: merged.Skipped, Rejected: merged.Rejected}
	now := merged.State
	if kind == files.AssignmentsFile {
		kept, err := t.Reconcile(known, now, o.ByHand)
		if err != nil {
			return nil, err
		}
		if err := kept.Refusal(o.ByHand); err != nil && !o.DryRun {
			return nil, err
		}
		now, report.Conflicts = kept.State, kept.Conflicts
	}
	if report.Written, err = differs(known, now); err != nil {
		return nil, err
	}
	if report.Written {
		if err := t.ImportState(now); err != nil {
			return nil, err
		}
		if now, report.Version, err = t.LockState(region); err != nil {
			return nil, err
		}
		if err := t.Record(Act{Verb: store.Imported, Object: string(kind), ID: region, Region: region}); err != nil {
			return nil, err
		}
	}
	if o.DryRun {
		report.Version = version
	}
	report.Changes = changes(kind, known, now, merged.Gone)
	return report, nil
}

// differs compares two states as the documents that they are.
func differs(a, b *planner.State) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("compare states: %w", err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("compare states: %w", err)
	}
	return !bytes.Equal(x, y), nil
}
