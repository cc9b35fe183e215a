package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/internal/pgtest"
)

// TestRO4_BackupAndRestoreByOneCommand on both databases.
func TestRO4_BackupAndRestoreByOneCommand(t *testing.T) {
	t.Parallel()
	for name, fresh := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "test.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.Database(t, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to, file := fresh(t), fresh(t), filepath.Join(t.TempDir(), "backup.tar")
			planned(t, from, 2)
			if out := ok(t, "backup", "--db="+from, file); !strings.Contains(out, "rows of") {
				t.Errorf("backup: %s", out)
			}
			if out := ok(t, "restore", "--db="+to, file); !strings.Contains(out, "every row as it was counted") {
				t.Errorf("restore: %s", out)
			}
			if a, b := ok(t, "mail", "contacts", "--db="+from), ok(t, "mail", "contacts", "--db="+to); a != b || a == "" {
				t.Errorf("contacts:\n%s\n%s", a, b)
			}
			if _, stderr, code := call(t, "restore", "--db="+to, file); code != exitInput || !strings.Contains(stderr, "--force") {
				t.Errorf("again: exit %d, %s", code, stderr)
			}
			ok(t, "restore", "--db="+to, file, "--force", "--reason", "an exercise")
			if out := ok(t, "audit", "list", "--db="+to); !strings.Contains(out, "restore database") || !strings.Contains(out, "an exercise") {
				t.Errorf("audit log:\n%s", out)
			}
			if err := os.Truncate(file, 5000); err != nil {
				t.Fatal(err)
			}
			if _, stderr, code := call(t, "restore", "--db="+fresh(t), file); code != exitInput || !strings.Contains(stderr, "damaged") {
				t.Errorf("a cut file: exit %d, %s", code, stderr)
			}
		})
	}
}
