package v1

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// workbook makes a workbook of rows; numbers become numbers.
func workbook(t *testing.T, rows ...[]any) string {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFilesArePreviewedAndThenAccepted(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/file-imports/"
		post := func(path, body string) answer {
			w.Helper()
			return w.asks(lead, "POST", at+path, body, "Content-Type", "text/csv")
		}
		version := func() int64 { return into[Region](w, w.asks(lead, "GET", "/regions/noord", nil), 200).Version }
		was := version()
		text := "staff_id,from,to\nanna,2027-03-01,2027-03-05\nbram,2027-04-01,2027-04-02\n"
		preview := into[FileImport](w, post("absences/preview", text), 200)
		if preview.Written || preview.Version != was || len(preview.Changes) != 2 || preview.Changes[0].Kind != "opened" || version() != was {
			w.Errorf("preview %+v", preview)
		}
		bad := post("absences?version="+fmt.Sprint(was), "staff_id,from,to\nnobody,2027-03-01,2027-03-05\nanna,2027-03-09,2027-03-05\n")
		if w.refused(bad, 400, problem.BadRequest); len(bad.problem.Errors) != 2 || bad.problem.Errors[0].In != "absences.csv:2:1 staff_id" {
			w.Errorf("faults %+v", bad.problem.Errors)
		}
		if p := into[FileImport](w, post("absences?version="+fmt.Sprint(was), text), 201); !p.Written || p.Version != was+1 || p.Rows != 2 {
			w.Errorf("taken in %+v", p)
		}
		w.refused(post("absences?version="+fmt.Sprint(was), text), 409, problem.Stale)
		if p := into[FileImport](w, post("absences?version="+fmt.Sprint(was+1), text), 201); p.Written || len(p.Changes) != 0 {
			w.Errorf("the same again %+v", p)
		}
		// The list is replaced: who is not in the workbook has no absence any more.
		book := workbook(w.T, []any{"staff_id", "from", "to", ""}, []any{"anna", 46447, "2027-03-05"})
		p := into[FileImport](w, post("absences?version="+fmt.Sprint(was+1), book), 201)
		if len(p.Changes) != 1 || p.Changes[0].ID != "bram" || p.Changes[0].Kind != "closed" {
			w.Errorf("a workbook: %+v", p.Changes)
		}
		w.refused(post("absences/preview", "PK\x03\x04 no workbook"), 400, problem.BadRequest)
		if lines := into[struct{ Items []AuditEntry }](w, w.asks(auditor, "GET", "/regions/noord/audit-entries?object=absences", nil), 200).Items; len(lines) != 2 || lines[0].Verb != "import" {
			w.Errorf("recorded %+v", lines)
		}
		w.refused(w.asks(southern, "POST", at+"absences/preview", text, "Content-Type", "text/csv"), 404, problem.NotFound)
		w.refused(w.asks(anna, "POST", at+"absences/preview", text, "Content-Type", "text/csv"), 403, problem.Forbidden)
	})
}

func TestProgrammeIsImported(t *testing.T) {
	t.Parallel()
	folder := zipped(t, "geldrop-mierlo", func(_ string, data []byte) []byte { return data })
	forEachDatabase(t, func(w world) {
		if a := w.asks(admin, "POST", "/regions/geldrop/imports?version=0", folder, "Content-Type", "application/zip"); a.Code != 201 {
			w.Fatal(a.Body)
		}
		programme := programmeOf(w)
		preview := func(text string) answer {
			return w.asks(admin, "POST", "/regions/geldrop/file-imports/programme/preview", text, "Content-Type", "application/yaml")
		}
		if p := into[FileImport](w, preview(programme), 200); len(p.Changes) != 0 {
			w.Errorf("the same programme: %+v", p.Changes)
		}
		changed := into[FileImport](w, preview(strings.Replace(programme, "min_gap_days: 120", "min_gap_days: 90", 1)), 200).Changes
		if len(changed) != 1 || changed[0] != (Change{What: "requirement", ID: "coachbezoek", Kind: "field", Field: "min_gap_days", From: "120", To: "90"}) {
			w.Errorf("changed %+v", changed)
		}
		if a := preview(strings.Replace(programme, "id: externe_coach", "id: coach", 1)); a.Code != 400 {
			w.Errorf("a role that people have is gone: %d", a.Code)
		}
	})
}

// programmeOf is the programme of the example.
func programmeOf(w world) string {
	w.Helper()
	text := ""
	zipped(w.T, "geldrop-mierlo", func(name string, data []byte) []byte {
		if name == "programme.yaml" {
			text = string(data)
		}
		return data
	})
	return text
}

func TestFilesAreImportedByAJob(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/file-imports/absences/jobs?version=1"
		text := "staff_id,from,to\nanna,2027-03-01,2027-03-05\n"
		w.refused(w.asks(lead, "POST", at, strings.Replace(text, "anna", "nobody", 1), "Content-Type", "text/csv"), 400, problem.BadRequest)
		j := into[Job](w, w.asks(lead, "POST", at, text, "Content-Type", "text/csv"), 202)
		if j.Kind != "import" {
			w.Errorf("queued %+v", j)
		}
		w.works()
		done := w.ends(j.ID)
		if done.State != "done" || done.Progress != 1000 || done.Result["version"] != 2.0 || done.Result["changes"] != 1.0 {
			w.Errorf("done: %+v", done)
		}
		kept, err := w.Store.Job(w.Context(), j.ID)
		if err != nil || bytes.Contains(kept.Params, []byte("text")) {
			w.Errorf("the text is kept: %s %v", kept.Params, err)
		}
	})
}
