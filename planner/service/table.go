package service

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// TableFormat is how a table is written.
type TableFormat string

// The formats.
const (
	AsCSV  TableFormat = "csv"
	AsXLSX TableFormat = "xlsx"
	// AsICS is for what has a time: visits and bookings.
	AsICS TableFormat = "ics"
)

// The tables of a region that can be exported.
const (
	AssignmentTable = "assignments"
	BookingTable    = "bookings"
	visitTable      = "visits"
)

// ErrFormat is a table that cannot be written in a format.
var ErrFormat = fmt.Errorf("%w: only visits and bookings have a time", ErrParams)

// mostExported bounds the bookings of one export.
const mostExported = 50_000

// ExportTable writes a table of a region: its assignments, its bookings, or of
// the published plan the visits, the plan's assignments, what is unplanned, the
// coverage or the loads. That it was read is recorded. It gives ErrNotFound for
// an unknown region or table, ErrNoPlan without a published plan and ErrFormat.
func (s *Service) ExportTable(ctx context.Context, region, table string, as TableFormat) ([]byte, error) {
	snapshot, err := s.Store.Snapshot(ctx, region)
	if err != nil {
		return nil, err
	}
	var out []byte
	if as == AsICS {
		out, err = s.tableCalendar(ctx, snapshot, table)
	} else {
		out, err = s.tableFile(ctx, snapshot, table, as)
	}
	if err != nil {
		return nil, err
	}
	return out, s.record(ctx, store.Act{Verb: store.Read, Object: "export", ID: table, Region: region})
}

func (s *Service) tableFile(ctx context.Context, snapshot *Snapshot, table string, as TableFormat) ([]byte, error) {
	t, err := s.tableOf(ctx, snapshot, table)
	if err != nil {
		return nil, err
	}
	if as == AsXLSX {
		return files.Workbook([]files.Table{t})
	}
	return t.CSV(), nil
}

func (s *Service) tableOf(ctx context.Context, snapshot *Snapshot, table string) (files.Table, error) {
	switch table {
	case AssignmentTable:
		return files.AssignmentTable(snapshot.State)
	case BookingTable:
		rows, err := s.bookedRows(ctx, snapshot.State.Region)
		if err != nil {
			return files.Table{}, err
		}
		return files.BookingTable(snapshot.State, rows)
	}
	if snapshot.Plan == nil {
		return files.Table{}, fmt.Errorf("region %q: %w", snapshot.State.Region, ErrNoPlan)
	}
	all, err := files.PlanTables(snapshot.State, snapshot.Plan)
	for _, t := range all {
		if t.Name == table {
			return t, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("table %q: %w", table, ErrNotFound)
	}
	return files.Table{}, err
}

// bookedRows reads all bookings of a region.
func (s *Service) bookedRows(ctx context.Context, region string) ([]files.BookedRow, error) {
	all, err := s.Store.Bookings(ctx, region, BookingFilter{Limit: mostExported})
	out := make([]files.BookedRow, len(all))
	for i := range all {
		b := &all[i]
		out[i] = files.BookedRow{
			ID: b.ID, State: string(b.State), Relation: string(b.Relation), Reason: b.Reason, Urgent: b.Urgent, Asked: b.Asked, Visit: visitOfBooking(b),
		}
	}
	return out, err
}

func visitOfBooking(b *Booking) planner.Visit {
	v := planner.Visit{ID: b.Visit(), Location: b.Location, VisitType: b.VisitType, Start: b.Start, End: b.End, Status: planner.Planned}
	for _, c := range b.Crew {
		v.Crew = append(v.Crew, planner.CrewMember{Role: c.Role, Staff: c.Staff})
	}
	return v
}

// tableCalendar writes visits, or the bookings that stand.
func (s *Service) tableCalendar(ctx context.Context, snapshot *Snapshot, table string) ([]byte, error) {
	var visits []planner.Visit
	revision := s.Now()
	switch table {
	case visitTable:
		if snapshot.Plan == nil {
			return nil, fmt.Errorf("region %q: %w", snapshot.State.Region, ErrNoPlan)
		}
		visits = snapshot.Plan.Visits
	case BookingTable:
		all, err := s.Store.Bookings(ctx, snapshot.State.Region, BookingFilter{States: []BookingState{store.BookingConfirmed}, Limit: mostExported})
		if err != nil {
			return nil, err
		}
		for i := range all {
			visits = append(visits, visitOfBooking(&all[i]))
		}
	default:
		return nil, fmt.Errorf("table %q: %w", table, ErrFormat)
	}
	region := snapshot.State.Region
	return files.VisitCalendar(snapshot.State, visits, join(" ", product, snapshot.State.Programme.Name), func(visit string) string { return uid(region, visit) }, revision)
}

// ExportFolder writes what is known of a region as the zip file of an input
// folder, which FolderImport takes in again without any difference. That it was
// read is recorded.
func (s *Service) ExportFolder(ctx context.Context, region string) ([]byte, error) {
	state, err := s.State(ctx, region)
	if err != nil {
		return nil, err
	}
	content, err := files.WriteInput(state)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(content)) {
		f, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: s.Now()})
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(content[name]); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), s.record(ctx, store.Act{Verb: store.Read, Object: "export", ID: "folder", Region: region})
}
