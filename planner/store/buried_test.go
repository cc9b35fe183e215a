package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strings"
	"testing"
	"time"
)

// onRequest are the rows that somebody may ask to have removed: each removal
// leaves a tombstone, so that an older backup does not bring them back.
var onRequest = map[string]string{"contactRow": "contacts", "busySourceRow": "busy_sources", "webhookRow": "webhooks", "portraitRow": "portraits"}

// unburied says why the removal of other rows leaves no tombstone; by the row, or
// by the function where that is what tells.
var unburied = map[string]string{
	"occupancyRow":    "goes with what took the time",
	"noticeRow":       "goes with its contact",
	"outboxRow":       "goes with its contact",
	"bookingRow":      "a hold that ran out",
	"bookingCrewRow":  "goes with its booking",
	"answeredRow":     "an answer that was never given",
	"auditRow":        "past its term",
	"sealRow":         "past its term",
	"termRow":         "a setting, back to its default",
	"slotRuleRow":     "a rule of work, of nobody's person",
	"scenarioRow":     "a calculation, of nobody's person",
	"closedPeriodRow": "a rule of work, of nobody's person",
	"sessionRow":      "is of minutes; a backup is older",
	"signInLinkRow":   "is of minutes; a backup is older",
	"tryRow":          "is of minutes; a backup is older",
	"&codes[0]":       "a code of minutes",
	"answerCodeRow":   "a code of minutes",
	"membershipRow":   "a role that a restore takes away again",
	"&row":            "a role: a restore takes it away again, see endRoles",
}

// removals lists what a function removes: the rows of its Delete calls.
func removals(f *ast.FuncDecl) (rows []string, buries bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		to, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if to.Sel.Name == "bury" {
			buries = true
		}
		if to.Sel.Name != "Delete" || len(call.Args) == 0 {
			return true
		}
		of, ok := call.Args[0].(*ast.UnaryExpr)
		if !ok {
			return true
		}
		switch x := of.X.(type) {
		case *ast.CompositeLit:
			if name, ok := x.Type.(*ast.Ident); ok {
				rows = append(rows, name.Name)
			}
		case *ast.Ident:
			rows = append(rows, "&"+x.Name)
		case *ast.IndexExpr:
			rows = append(rows, "&codes[0]")
		}
		return true
	})
	return rows, buries
}

// TestRV4_RemovedOnRequestStaysRemoved reads the sources: whoever removes a row
// that somebody may ask to have removed buries it, restoring knows how to remove
// it again, and every other removal has its reason written down.
func TestRV4_RemovedOnRequestStaysRemoved(t *testing.T) {
	t.Parallel()
	packages, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // the sources of one package, without build tags
	if err != nil {
		t.Fatal(err)
	}
	burying, others := 0, 0
	for _, p := range packages {
		for name, file := range p.Files {
			for _, d := range file.Decls {
				f, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				rows, buries := removals(f)
				for _, row := range rows {
					switch _, asked := onRequest[row]; {
					case asked && buries:
						burying++
					case asked:
						t.Errorf("%s: %s removes a %s and does not bury it", name, f.Name.Name, row)
					case unburied[row] == "":
						t.Errorf("%s: %s removes a %s: is it ever removed on somebody's request? Bury it, or write down here why not", name, f.Name.Name, row)
					default:
						others++
					}
				}
			}
		}
	}
	for row, table := range onRequest {
		if buried[table] == nil {
			t.Errorf("restoring does not know how to remove a %s again", row)
		}
	}
	for table := range buried {
		found := false
		for _, of := range onRequest {
			found = found || of == table
		}
		if !found {
			t.Errorf("%s leaves tombstones and is not listed here", table)
		}
	}
	t.Logf("R-V4: %d removals on request, all buried; %d others, each with its reason", burying, others)
	if burying < 4 {
		t.Errorf("%d removals on request, want at least 4", burying)
	}
}

// TestRV4_WebhookStaysRemoved restores a backup of before a webhook was removed.
func TestRV4_WebhookStaysRemoved(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		hook := Webhook{ID: "hook000001", Region: "noord", Address: "sealed", Secret: "sealed", Events: []string{"plan.*"}}
		w.must(w.AddWebhook(w.Context(), hook, testNow))
		w.must(w.RemoveWebhook(w.Context(), "noord", hook.ID))
		var stones []tombstoneRow
		w.must(w.db.Find(&stones).Error)
		if len(stones) != 1 || stones[0].Kind != "webhooks" || stones[0].Ref != hook.ID {
			w.Fatalf("tombstones %v", stones)
		}
		// The webhook of the backup is there again; one made later is not touched.
		w.must(w.AddWebhook(w.Context(), hook, testNow))
		later := hook
		later.ID = "hook000002"
		w.must(w.AddWebhook(w.Context(), later, stones[0].RemovedAt.Add(time.Second)))
		w.must(w.Tx(w.Context(), func(t *Tx) error {
			n, err := t.removeAgain(append(stones, tombstoneRow{Kind: "webhooks", Ref: later.ID, RemovedAt: stones[0].RemovedAt}))
			if n != 1 {
				w.Errorf("%d removed again, want 1", n)
			}
			return err
		}))
	})
}
