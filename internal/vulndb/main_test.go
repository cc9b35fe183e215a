package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLayOut(t *testing.T) {
	t.Parallel()
	from, out := t.TempDir(), t.TempDir()
	const one = `{"id":"GO-2020-0001","modified":"2024-05-20T16:03:47Z","aliases":["CVE-1"],"affected":[{"package":{"name":"example.nl/a"},"ranges":[{"events":[{"introduced":"0"},{"fixed":"1.6.0"}]}]}]}`
	const open = `{"id":"GO-2021-0002","modified":"2023-01-01T00:00:00Z","affected":[{"package":{"name":"example.nl/a"},"ranges":[{"events":[{"introduced":"0"}]}]}]}`
	for name, text := range map[string]string{"GO-2020-0001.json": one, "GO-2021-0002.json": open} {
		if err := os.WriteFile(filepath.Join(from, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := layOut(from, out); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	for name, want := range map[string]string{
		"index/db.json":        `{"modified":"2024-05-20T16:03:47Z"}`,
		"index/modules.json":   `[{"path":"example.nl/a","vulns":[{"id":"GO-2020-0001","modified":"2024-05-20T16:03:47Z","fixed":"1.6.0"},{"id":"GO-2021-0002","modified":"2023-01-01T00:00:00Z"}]}]`,
		"index/vulns.json":     `[{"id":"GO-2020-0001","modified":"2024-05-20T16:03:47Z","aliases":["CVE-1"]},{"id":"GO-2021-0002","modified":"2023-01-01T00:00:00Z"}]`,
		"ID/GO-2020-0001.json": one,
	} {
		if got, err := os.ReadFile(filepath.Join(out, name)); err != nil || string(got) != want {
			t.Errorf("%s: %s (%v)", name, got, err)
		}
	}
	if _, err := layOut(t.TempDir(), out); err == nil {
		t.Error("a folder without reports is no database")
	}
}
