package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// ReportKind says what a capacity report is about.
type ReportKind string

// The kinds of capacity report.
const (
	// ComparisonReport lays scenarios beside the region as it is.
	ComparisonReport ReportKind = "comparison"
	// RemediesReport names the least that mends a shortage.
	RemediesReport ReportKind = "remedies"
)

// CapacityReport is what was worked out about a region at length, by a job.
type CapacityReport struct {
	ID     int64
	Region string
	Kind   ReportKind
	// BasedOn is the version of the region that it is about.
	BasedOn int64
	// Params is what was asked and Content what came out, as the service writes
	// them; lists leave Content out.
	Params, Content json.RawMessage
	Actor           string
	Created         time.Time
}

type reportRow struct {
	ID        int64 `gorm:"primaryKey"`
	Region    string
	Kind      ReportKind
	BasedOn   int64
	Params    document[json.RawMessage]
	Content   document[json.RawMessage]
	Actor     string
	CreatedAt Instant
}

func (reportRow) TableName() string { return "capacity_reports" }

func (r *reportRow) report() CapacityReport {
	return CapacityReport{r.ID, r.Region, r.Kind, r.BasedOn, r.Params.v, r.Content.v, r.Actor, r.CreatedAt.Time}
}

// AddCapacityReport keeps a report and returns its id.
func (t *Tx) AddCapacityReport(r *CapacityReport) (int64, error) {
	if err := t.reach(r.Region); err != nil {
		return 0, err
	}
	row := reportRow{
		Region: r.Region, Kind: r.Kind, BasedOn: r.BasedOn, Params: doc(r.Params), Content: doc(r.Content),
		Actor: t.store.scope.Actor, CreatedAt: At(t.now()),
	}
	if err := t.db.Create(&row).Error; err != nil {
		return 0, fmt.Errorf("keep a %s report: %w", r.Kind, err)
	}
	return row.ID, t.Record(Act{Verb: Created, Object: "capacity_report", ID: strconv.FormatInt(row.ID, 10), Region: r.Region})
}

// CapacityReport reads a report of a region and kind, or gives ErrNotFound.
func (s *Store) CapacityReport(ctx context.Context, region string, kind ReportKind, id int64) (CapacityReport, error) {
	var row reportRow
	err := s.read(ctx, func(t *Tx) error {
		return t.scoped("region").Where("region = ? AND kind = ?", region, kind).Take(&row, id).Error
	})
	if err != nil {
		return CapacityReport{}, fmt.Errorf("%s report %d: %w", kind, id, err)
	}
	return row.report(), nil
}

// CapacityReports lists the reports of a kind without their content, the newest
// first and at most n, below an id unless that is 0.
func (s *Store) CapacityReports(ctx context.Context, region string, kind ReportKind, before int64, n int) ([]CapacityReport, error) {
	var rows []reportRow
	err := s.read(ctx, func(t *Tx) error {
		if _, err := t.region(region); err != nil {
			return err
		}
		q := t.db.Omit("content").Where("region = ? AND kind = ?", region, kind).Order("id DESC").Limit(n)
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Find(&rows).Error
	})
	out := make([]CapacityReport, len(rows))
	for i := range rows {
		out[i] = rows[i].report()
	}
	return out, err
}

// CapacityVersions are what figures about a region's capacity depend on: two
// answers made at equal versions are equal.
type CapacityVersions struct {
	// Region is the version of its state, Plan the published plan, 0 for none.
	Region, Plan int64
}

// CapacityVersions reads the versions of a region in one look-up each.
func (s *Store) CapacityVersions(ctx context.Context, region string) (out CapacityVersions, err error) {
	err = s.read(ctx, func(t *Tx) error {
		row, err := t.region(region)
		if err != nil {
			return err
		}
		out.Region = row.Version
		return t.db.Model(&planRow{}).Where("region = ? AND stage = ?", region, Published).
			Select("coalesce(max(id), 0)").Scan(&out.Plan).Error
	})
	return out, err
}
