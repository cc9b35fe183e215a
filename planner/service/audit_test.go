package service

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

func (w world) acts(objects ...string) {
	w.Helper()
	for _, o := range objects {
		w.must(w.record(w.Context(), store.Act{Verb: store.Changed, Object: o, ID: "7", Region: "noord", Fields: []string{"start", "end"}, Reason: "ill"}))
	}
}

// TestAuditIsExported in the shape of the Verwerkingenlogging standard, more
// than one page of it; each reading is in it the next time.
func TestAuditIsExported(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.acts(append(strings.Fields(strings.Repeat("visit ", 1003)), "booking")...)
		read := func() (out []map[string]any) {
			var text bytes.Buffer
			w.must(w.ExportAudit(w.Context(), &text, AuditQuery{}))
			w.must(json.Unmarshal(text.Bytes(), &out))
			return out
		}
		first := read()
		if len(first) != 1004 || first[0]["actieNaam"] != "change visit" || first[1003]["actieNaam"] != "change booking" {
			w.Fatalf("%d entries", len(first))
		}
		for _, field := range []string{"actieId", "handelingNaam", "bewaartermijn", "gebruiker", "tijdstip", "verwerkteObjecten", "systeem"} {
			if first[0][field] == nil || first[0][field] == "" {
				w.Errorf("no %s in %v", field, first[0])
			}
		}
		kinds, _ := json.Marshal(first[0]["verwerkteObjecten"])
		if want := `"verwerkteSoortenGegevens":[{"soortGegeven":"end"},{"soortGegeven":"start"}]`; !strings.Contains(string(kinds), want) {
			w.Errorf("%s, want %s", kinds, want)
		}
		if second := read(); len(second) != 1005 || second[1004]["actieNaam"] != "read audit" {
			w.Errorf("the second time %d entries: the first reading is one more", len(second))
		}
		entries, err := w.Audit(w.Context(), AuditQuery{Limit: 2})
		w.must(err)
		if len(entries) != 2 || entries[0].Verb != store.Read {
			w.Errorf("the newest two: %+v", entries)
		}
	})
}

// TestAuditIsSealedInTheBackground, its head logged, and purged with the key.
func TestAuditIsSealedInTheBackground(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.acts("visit", "visit")
		w.must(w.SealAudit(w.Context()))
		w.must(w.LogAuditHead(w.Context()))
		head, err := w.Store.AuditChainHead(w.Context())
		w.must(err)
		if head.Position != 2 || !strings.Contains(w.log.String(), head.String()) {
			w.Errorf("head %s, log %s", head, w.log)
		}
		w.Now = func() time.Time { return testNow.AddDate(3, 1, 0) }
		if _, err := w.Purge(w.Context()); err == nil {
			w.Error("the audit log was purged without a key")
		}
		if w.Seal, err = NewSeal(NewSealKey()); err != nil {
			w.Fatal(err)
		}
		done, err := w.Purge(w.Context())
		w.must(err)
		if len(done) != 1 || done[0] != (store.Purged{Table: "audit", Term: "audit", Rows: 2}) {
			w.Errorf("purged %+v", done)
		}
		w.acts("visit")
		w.must(w.SealAudit(w.Context()))
		report, err := w.VerifyAudit(w.Context())
		w.must(err)
		if len(report.Faults) > 0 || report.From != head || report.Checked != 1 {
			w.Errorf("%+v", report)
		}
		w.Seal = nil
		if _, err := w.VerifyAudit(w.Context()); err == nil {
			w.Error("checked without the key from a checkpoint on")
		}
	})
}
