package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// ImportParams are the parameters of an ImportJob. The text was checked before it
// was queued, so that nothing that may not be kept waits in it, and is forgotten
// once it is taken in.
type ImportParams struct {
	Kind     Kind   `json:"kind"`
	Name     string `json:"name"`
	Expected int64  `json:"expected"`
	BSO      bool   `json:"bso"`
	ByHand   ByHand `json:"by_hand,omitempty"`
	Text     []byte `json:"text"`
}

// ImportResult is the result of an ImportJob.
type ImportResult struct {
	Version  int64 `json:"version"`
	Written  bool  `json:"written"`
	Rows     int   `json:"rows"`
	Rejected int   `json:"rejected"`
	Changes  int   `json:"changes"`
}

// StartImport queues the import of one file into a region. What the file has
// wrong is told at once, as ImportFile tells it; what changes by the time it is
// taken in ends the job.
func (s *Service) StartImport(ctx context.Context, region string, p ImportParams) (Job, error) {
	text, err := files.AsText(p.Name, p.Text)
	if err != nil {
		return Job{}, err
	}
	p.Text = text
	known, version, err := s.Store.LoadState(ctx, region)
	if err != nil {
		return Job{}, err
	}
	if p.Expected != 0 && p.Expected != version {
		return Job{}, fmt.Errorf("region %q has version %d, not %d: %w", region, version, p.Expected, ErrStale)
	}
	merged, err := files.Merge(known, p.Kind, p.Name, p.Text, files.MergeOptions{BSO: p.BSO})
	if err != nil {
		return Job{}, err
	}
	if p.Kind == files.AssignmentsFile {
		kept, err := s.Store.Reconcile(ctx, known, merged.State, p.ByHand)
		if err != nil {
			return Job{}, err
		}
		if err := kept.Refusal(p.ByHand); err != nil {
			return Job{}, err
		}
	}
	return s.startJob(ctx, store.NewJob{Kind: ImportJob, Region: region, Params: p})
}

// importJob is the handler of an ImportJob: the import and the end of the job are
// one transaction.
func (s *Service) importJob(ctx context.Context, r *run) error {
	p, err := readParams[ImportParams](&r.Job)
	if err != nil {
		return err
	}
	r.at("check", 100)
	err = r.finish(ctx, func(t *store.Tx) (any, error) {
		r.at("write", 500)
		report, err := importFile(t, r.Region, p.Kind, p.Name, p.Text, ImportOptions{BSO: p.BSO, Expected: p.Expected, ByHand: p.ByHand})
		if err != nil {
			return nil, err
		}
		return ImportResult{report.Version, report.Written, report.Rows, len(report.Rejected), len(report.Changes)}, t.ForgetParams(&r.Job)
	})
	var faults Faults
	if errors.As(err, &faults) {
		return faultOf("cannot_be_imported", faults)
	}
	return err
}
