package v1

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

func TestFeedsAreMadeAndRevoked(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/feeds"
		made := into[NewFeed](w, w.asks(anna, "POST", at, `{"kind":"staff","subject":"anna","level":"full"}`), 201)
		if !strings.HasPrefix(made.URL, "https://planner.example.nl/f/pf_feed_") {
			w.Errorf("made %+v", made)
		}
		token := strings.TrimSuffix(strings.TrimPrefix(made.URL, "https://planner.example.nl/f/"), ".ics")
		if _, err := w.Feed(w.Context(), token, "test", testNow); err != nil {
			w.Error(err)
		}
		w.refused(w.asks(anna, "POST", at, `{"kind":"staff","subject":"bram","level":"full"}`), 404, problem.NotFound)
		w.refused(w.asks(lead, "POST", at, `{"kind":"staff","subject":"nobody","level":"full"}`), 400, problem.BadRequest)
		w.refused(w.asks(bram, "DELETE", at+"/"+made.ID, nil), 404, problem.NotFound)
		if list := w.asks(lead, "GET", at, nil); strings.Contains(list.Body.String(), "pf_feed") || len(into[Page[Feed]](w, list, 200).Items) != 1 {
			w.Errorf("list %s", list.Body)
		}
		if gone := w.asks(anna, "DELETE", at+"/"+made.ID, nil); gone.Code != 204 {
			w.Errorf("revoking: %d %s", gone.Code, gone.Body)
		}
		w.refused(w.asks(anna, "DELETE", at+"/"+made.ID, nil), 404, problem.NotFound)
		if _, err := w.Feed(w.Context(), token, "test", testNow); err == nil {
			w.Error("a revoked feed opens")
		}
	})
}

func TestContactsAndOutbox(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/contacts"
		body := `{"kind":"location","subject":"een","name":"Els","mail":"Els@example.nl","language":"nl","calendar":"invitation"}`
		made := into[Contact](w, w.asks(lead, "POST", at, body), 201)
		if made.Mail != "els@example.nl" || made.ID == 0 {
			w.Errorf("made %+v", made)
		}
		w.refused(w.asks(lead, "POST", at, strings.Replace(body, `"een"`, `"nowhere"`, 1)), 400, problem.BadRequest)
		if p := into[Page[Contact]](w, w.asks(admin, "GET", at, nil), 200); len(p.Items) != 1 || p.Items[0].Mail != "hidden@example.nl" {
			w.Errorf("an administrator sees %+v", p.Items)
		}
		if p := into[Page[Contact]](w, w.asks(anna, "GET", at, nil), 200); len(p.Items) != 0 {
			w.Errorf("anna, who does not serve een, sees %+v", p.Items)
		}
		w.refused(w.asks(southern, "DELETE", "/regions/zuid/contacts/1", nil), 404, problem.NotFound)
		if gone := w.asks(lead, "DELETE", at+"/1", nil); gone.Code != 204 {
			w.Errorf("removing: %d %s", gone.Code, gone.Body)
		}
		if a := w.asks(admin, "GET", "/outbox?state=waiting", nil); a.Code != 200 {
			w.Errorf("outbox: %d %s", a.Code, a.Body)
		}
		w.refused(w.asks(admin, "POST", "/outbox/9/requeue", nil), 404, problem.NotFound)
		w.refused(w.asks(lead, "POST", "/outbox/9/requeue", nil), 403, problem.Forbidden)
	})
}

// zipped packs the files of an example folder.
func zipped(t *testing.T, dir string, change func(name string, data []byte) []byte) string {
	t.Helper()
	names, err := filepath.Glob("../../examples/" + dir + "/*")
	if err != nil || len(names) == 0 {
		t.Fatal(dir, err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // a folder
		}
		f, err := z.Create(filepath.Base(name))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write(change(filepath.Base(name), data))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestImportsArePreviewedAndThenAccepted(t *testing.T) {
	t.Parallel()
	folder := zipped(t, "geldrop-mierlo", func(_ string, data []byte) []byte { return data })
	broken := zipped(t, "geldrop-mierlo", func(name string, data []byte) []byte {
		if name == "staff.csv" {
			return bytes.Replace(data, []byte("\n"), []byte("\nfault\n"), 1)
		}
		return data
	})
	forEachDatabase(t, func(w world) {
		at := "/regions/geldrop/imports"
		post := func(path, body string) answer {
			return w.asks(admin, "POST", path, body, "Content-Type", "application/zip")
		}
		if p := into[ImportReport](w, post(at+"/preview", folder), 200); !p.New || p.Written || p.Version != 0 {
			w.Errorf("preview %+v", p)
		}
		w.refused(w.asks(admin, "GET", "/regions/geldrop", nil), 404, problem.NotFound)
		bad := post(at+"?version=0", broken)
		w.refused(bad, 400, problem.BadRequest)
		if len(bad.problem.Errors) == 0 || !strings.HasPrefix(bad.problem.Errors[0].In, "staff.csv:2:") {
			w.Errorf("faults %+v", bad.problem.Errors)
		}
		if p := into[ImportReport](w, post(at+"?version=0", folder), 201); !p.Written || p.Version != 1 {
			w.Errorf("import %+v", p)
		}
		w.refused(post(at+"?version=0", folder), 409, problem.Stale)
		if p := into[ImportReport](w, post(at+"/preview", folder), 200); p.New || p.Version != 1 || len(p.Changes) != 0 {
			w.Errorf("a second preview %+v", p)
		}
		w.refused(w.asks(lead, "POST", at+"/preview", folder, "Content-Type", "application/zip"), 404, problem.NotFound)
		w.refused(post(at+"/preview", "no zip"), 400, problem.BadRequest)
	})
}
