package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestG8_ExportAndImportByCommand(t *testing.T) {
	t.Parallel()
	from, to, dir := filepath.Join(t.TempDir(), "a.db"), filepath.Join(t.TempDir(), "b.db"), filepath.Join(t.TempDir(), "out")
	planned(t, from, 1)
	if out := ok(t, "export", dir, "--db="+from); !strings.Contains(out, "1 regions") {
		t.Errorf("export: %s", out)
	}
	ok(t, "import", "export", dir, "--db="+to)
	if a, b := ok(t, "mail", "contacts", "--db="+from), ok(t, "mail", "contacts", "--db="+to); a != b {
		t.Errorf("contacts:\n%s\n%s", a, b)
	}
	if _, _, code := call(t, "export", dir, "--db="+from); code != exitInput {
		t.Errorf("over an export: exit %d", code)
	}
	if _, _, code := call(t, "import", "export", t.TempDir(), "--db="+to); code != exitInput {
		t.Errorf("no export: exit %d", code)
	}
	mine := filepath.Join(t.TempDir(), "contact.zip")
	ok(t, "export", mine, "--contact", "1", "--db="+from)
	if info, err := os.Stat(mine); err != nil || info.Size() < 500 || info.Mode().Perm() != 0o600 {
		t.Errorf("own data: %v, %v", info, err)
	}
	if _, _, code := call(t, "export", mine+"2", "--staff", "nobody", "--db="+from); code != exitInput {
		t.Errorf("nobody's data: exit %d", code)
	}
}
