package main

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestAuditCommands(t *testing.T) {
	t.Parallel()
	db := "--db=" + filepath.Join(t.TempDir(), "test.db")
	ok(t, "retention", "set", db, "mail", "30")
	if out := ok(t, "retention", "list", db); !regexp.MustCompile(`(?m)^mail +30 +90 `).MatchString(out) {
		t.Errorf("terms:\n%s", out)
	}
	if out := ok(t, "audit", "list", db); !strings.Contains(out, "change retention") || !strings.Contains(out, "days=30") {
		t.Errorf("audit list:\n%s", out)
	}
	var all []map[string]any
	if err := json.Unmarshal([]byte(ok(t, "audit", "export", db, "--object", "retention")), &all); err != nil || len(all) != 1 {
		t.Errorf("audit export: %v (%v)", all, err)
	}
	if out := ok(t, "audit", "verify", db); !strings.Contains(out, "3 not sealed yet, 0 faults") {
		t.Errorf("audit verify: %s", out)
	}
	if out := ok(t, "purge", db); !strings.Contains(out, "nothing is overdue") {
		t.Errorf("purge: %s", out)
	}
	if out := ok(t, "purge", db, "--dry-run"); !strings.Contains(out, "nothing is overdue") {
		t.Errorf("purge --dry-run: %s", out)
	}
	for _, args := range [][]string{
		{"retention", "set", db, "mial", "30"},
		{"audit", "verify", db, "--head", "x"},
		{"purge", db, "--secret-key", "short"},
		{"audit", "verify", db, "--secret-key", "short"},
	} {
		if _, stderr, code := call(t, args...); code != exitInput || stderr == "" {
			t.Errorf("%v: exit %d, %s", args, code, stderr)
		}
	}
	if _, stderr, code := call(t, "audit", "verify", db, "--head", "3:"+strings.Repeat("ab", 32)); code != exitFault || stderr == "" {
		t.Errorf("a head that never was: exit %d, %s", code, stderr)
	}
}
