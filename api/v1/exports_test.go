package v1

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// TestTablesLeaveAsFiles exports every table in every format, with a location
// whose name a spreadsheet would take for a formula.
func TestTablesLeaveAsFiles(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		p := &peopled{world: w, ids: map[string]map[relation]string{}, plan: map[string]int64{}, draft: map[string]int64{}, job: map[string]int64{}, publication: map[string]int64{}}
		at := "/regions/noord/locations/een"
		w.refused(w.asks(lead, "GET", "/regions/noord/exports/visits", nil), 409, problem.NeedsPlan)
		before := w.asks(lead, "GET", at, nil)
		evil := strings.Replace(before.Body.String(), "Kinderopvang een", `=HYPERLINK(\"https://evil.example\")`, 1)
		if a := w.asks(lead, "PUT", at, strings.Replace(evil, `"name"`, `"organisation":"ggd","name"`, 1), "If-Match", before.Header().Get("ETag")); a.Code != 200 {
			w.Fatal(a.Body)
		}
		p.planned("noord")
		p.bookings(own)
		cells := 0
		for _, table := range []string{"assignments", "visits", "plan", "unplanned", "coverage", "loads", "bookings"} {
			cells += w.bothSheets(table)
		}
		for _, table := range []string{"visits", "bookings"} {
			a := w.asks(lead, "GET", "/regions/noord/exports/"+table+"?format=ics", nil)
			if a.Code != 200 || !strings.HasPrefix(a.Body.String(), "BEGIN:VCALENDAR") || strings.Contains(a.Body.String(), "METHOD:") {
				w.Errorf("%s as a calendar: %d %.200s", table, a.Code, a.Body)
			}
			if table == "visits" && !strings.Contains(a.Body.String(), "BEGIN:VEVENT") {
				w.Error("no visit in the calendar")
			}
		}
		w.refused(w.asks(lead, "GET", "/regions/noord/exports/loads?format=ics", nil), 400, problem.BadRequest)
		w.refused(w.asks(anna, "GET", "/regions/noord/exports/loads", nil), 403, problem.Forbidden)
		if lines := into[struct{ Items []AuditEntry }](w, w.asks(auditor, "GET", "/regions/noord/audit-entries?object=export", nil), 200).Items; len(lines) != 16 {
			w.Errorf("%d exports recorded, want 16", len(lines))
		}
		w.Logf("%d cells in CSV and XLSX: 0 formulas, 0 differences", cells)
	})
}

// bothSheets exports a table as CSV and as a workbook and compares the two.
func (w world) bothSheets(table string) (cells int) {
	w.Helper()
	at := "/regions/noord/exports/" + table
	text, book := w.asks(lead, "GET", at, nil), w.asks(lead, "GET", at+"?format=xlsx", nil)
	if text.Code != 200 || book.Code != 200 {
		w.Fatalf("%s: %d %s, %d", table, text.Code, text.Body, book.Code)
	}
	rows, err := csv.NewReader(text.Body).ReadAll()
	if err != nil {
		w.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(book.Body.Bytes()))
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for i, row := range rows {
		for j, cell := range row {
			cells++
			at, _ := excelize.CoordinatesToCellName(j+1, i+1)
			got, err := f.GetCellValue(table, at)
			formula, err2 := f.GetCellFormula(table, at)
			if err != nil || err2 != nil || got != cell && strings.TrimSuffix(cell, ".0") != got || formula != "" {
				w.Errorf("%s %s: %q (formula %q) in the workbook, %q in CSV", table, at, got, formula, cell)
			}
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				w.Errorf("%s %s: %q is a formula", table, at, cell)
			}
		}
	}
	if table != "unplanned" && table != "assignments" && len(rows) < 2 {
		w.Errorf("%s is empty", table)
	}
	return cells
}

// TestFolderLeavesAndComesBack exports a region and imports it again: nothing
// changes, and another region can be made of it.
func TestFolderLeavesAndComesBack(t *testing.T) {
	t.Parallel()
	folder := zipped(t, "geldrop-mierlo", func(_ string, data []byte) []byte { return data })
	forEachDatabase(t, func(w world) {
		if a := w.asks(admin, "POST", "/regions/geldrop/imports?version=0", folder, "Content-Type", "application/zip"); a.Code != 201 {
			w.Fatal(a.Body)
		}
		boss := lead
		boss.Region = "geldrop"
		out := w.asks(boss, "GET", "/regions/geldrop/folder", nil)
		if out.Code != 200 {
			w.Fatal(out.Body)
		}
		preview := into[ImportReport](w, w.asks(boss, "POST", "/regions/geldrop/imports/preview", out.Body.String(), "Content-Type", "application/zip"), 200)
		if preview.New || len(preview.Changes) != 0 {
			w.Errorf("the folder again: %+v", preview)
		}
		was, err := w.State(w.Context(), "geldrop")
		if err != nil {
			w.Fatal(err)
		}
		into[ImportReport](w, w.asks(boss, "POST", "/regions/geldrop/imports?version=1", out.Body.String(), "Content-Type", "application/zip"), 201)
		is, err := w.State(w.Context(), "geldrop")
		if err != nil {
			w.Fatal(err)
		}
		if a, b := etagOf(was), etagOf(is); a != b {
			w.Error("the state is not what it was")
		}
	})
}
