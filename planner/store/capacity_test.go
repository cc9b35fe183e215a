package store

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

func TestCapacityReports(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		w.must(w.ImportState(ctx, town("noord")))
		w.must(w.ImportState(ctx, town("zuid")))
		var ids []int64
		for i := range 3 {
			w.must(w.Tx(ctx, func(t *Tx) error {
				id, err := t.AddCapacityReport(&CapacityReport{
					Region: "noord", Kind: ComparisonReport, BasedOn: int64(i + 1), Params: json.RawMessage(`{"months":18}`), Content: json.RawMessage(`[1,2]`),
				})
				ids = append(ids, id)
				return err
			}))
		}
		r, err := w.CapacityReport(ctx, "noord", ComparisonReport, ids[1])
		w.must(err)
		if r.BasedOn != 2 || r.Actor != "command" || r.Created.IsZero() || len(r.Content) == 0 {
			w.Errorf("read %+v", r)
		}
		list, err := w.CapacityReports(ctx, "noord", ComparisonReport, ids[2], 1)
		w.must(err)
		if len(list) != 1 || list[0].ID != ids[1] || len(list[0].Content) != 0 {
			w.Errorf("list %+v", list)
		}
		for name, ask := range map[string]func() error{
			"another kind":   func() error { _, err := w.CapacityReport(ctx, "noord", RemediesReport, ids[1]); return err },
			"another region": func() error { _, err := w.CapacityReport(ctx, "zuid", ComparisonReport, ids[1]); return err },
			"no region":      func() error { _, err := w.CapacityReports(ctx, "west", ComparisonReport, 0, 9); return err },
			"out of reach": func() error {
				_, err := w.As(Scope{Role: Lead, Actor: "user:1", Region: "zuid"}).CapacityReport(ctx, "noord", ComparisonReport, ids[1])
				return err
			},
		} {
			if err := ask(); !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v, want ErrNotFound", name, err)
			}
		}
	})
}

// Whatever figures depend on has another version after it changed.
func TestCapacityVersions(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		w.must(w.ImportState(ctx, town("noord")))
		before, err := w.CapacityVersions(ctx, "noord")
		w.must(err)
		again, err := w.CapacityVersions(ctx, "noord")
		w.must(err)
		w.must(w.ImportState(ctx, town("noord")))
		imported, err := w.CapacityVersions(ctx, "noord")
		w.must(err)
		id := w.publishes(plan("noord"))
		published, err := w.CapacityVersions(ctx, "noord")
		w.must(err)
		if before != again || before == imported || imported == published || published.Plan != id {
			w.Errorf("versions %v %v %v %v", before, again, imported, published)
		}
	})
}

func TestProgrammeVersions(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		state := town("noord")
		w.must(w.ImportState(ctx, state))
		first := state.Programme.VisitTypes[0].Minutes
		w.must(w.ImportState(ctx, state)) // a new version of the region, the same programme
		state.Programme.VisitTypes[0].Minutes = first + 15
		w.must(w.ImportState(ctx, state))
		list, err := w.ProgrammeVersions(ctx, "noord", 0, 9)
		w.must(err)
		if len(list) != 2 || list[0].Version != 2 || list[0].Since != 3 || list[1].Since != 1 || list[0].Programme != nil {
			w.Fatalf("versions %+v", list)
		}
		for version, want := range map[int64]int{1: first, 2: first, 3: first + 15, 9: first + 15} {
			got, err := w.ProgrammeAt(ctx, "noord", version)
			w.must(err)
			if got.Programme.VisitTypes[0].Minutes != want {
				w.Errorf("at version %d of the region: %d minutes, want %d", version, got.Programme.VisitTypes[0].Minutes, want)
			}
		}
		one, err := w.ProgrammeVersion(ctx, "noord", 1)
		w.must(err)
		if one.Programme.VisitTypes[0].Minutes != first || one.Recorded.IsZero() {
			w.Errorf("version 1: %+v", one)
		}
		if _, err := w.ProgrammeVersion(ctx, "noord", 3); !errors.Is(err, ErrNotFound) {
			w.Errorf("version 3: %v, want ErrNotFound", err)
		}
	})
}

// A period is closed once, keeps what it was, and no day is in two.
func TestClosedPeriods(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		w.must(w.ImportState(ctx, town("noord")))
		year := ClosedPeriod{
			Region: "noord", From: date("2025-01-01"), To: date("2025-12-31"),
			Loads: []PeriodLoad{{"anna", "zc", 60000, 12, 90000, 59000}, {"bram", "zc", 30000, 0, 40000, -1}},
		}
		w.must(w.ClosePeriod(ctx, year, testNow))
		for _, p := range []ClosedPeriod{
			year,
			{Region: "noord", From: date("2025-12-31"), To: date("2026-01-31")},
			{Region: "noord", From: date("2024-06-01"), To: date("2026-06-01")},
		} {
			if err := w.ClosePeriod(ctx, p, testNow); !errors.Is(err, ErrConflict) {
				w.Errorf("closing %s to %s: %v, want ErrConflict", p.From, p.To, err)
			}
		}
		w.must(w.ClosePeriod(ctx, ClosedPeriod{Region: "noord", From: date("2024-01-01"), To: date("2024-12-31")}, testNow))
		all, err := w.ClosedPeriods(ctx, "noord")
		w.must(err)
		if len(all) != 2 || all[0].From != date("2024-01-01") || !reflect.DeepEqual(all[1].Loads, year.Loads) || all[1].Actor != "command" {
			w.Errorf("closed %+v", all)
		}
		w.must(w.ReopenPeriod(ctx, "noord", year.From))
		if err := w.ReopenPeriod(ctx, "noord", year.From); !errors.Is(err, ErrNotFound) {
			w.Errorf("opened twice: %v, want ErrNotFound", err)
		}
		w.must(w.ClosePeriod(ctx, year, testNow))
	})
}
