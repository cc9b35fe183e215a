package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/files"
)

const root = "../.."

// TestExamplesAreGenerated regenerates every folder: what is committed is what
// the generator writes, bit by bit.
func TestExamplesAreGenerated(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	if err := examples(root, out); err != nil {
		t.Fatal(err)
	}
	written := 0
	err := filepath.WalkDir(out, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		written++
		name, err := filepath.Rel(out, path)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		want, err := os.ReadFile(filepath.Join(root, "examples", name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("examples/%s is not what the generator writes (%v); run: go run ./examples/generate", name, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if written < 50 {
		t.Errorf("%d files written, want those of six folders", written)
	}
}

func TestCountry(t *testing.T) {
	t.Parallel()
	first, second := filepath.Join(t.TempDir(), "nl"), filepath.Join(t.TempDir(), "nl")
	for _, out := range []string{first, second} {
		if err := run([]string{"country", "--root", root, "--lrk", filepath.Join(root, registerFile), "--out", out}); err != nil {
			t.Fatal(err)
		}
	}
	lines := map[string]int{"locations.csv": 1663, "districts.csv": 290, "staff.csv": 84, "programme.yaml": 322}
	for _, name := range []string{"locations.csv", "districts.csv", "staff.csv", "organisations.csv", "meetings.csv", "absences.csv", "cases.csv", "programme.yaml"} {
		a, err := os.ReadFile(filepath.Join(first, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(second, name))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs between two runs (%v)", name, err)
		}
		if want := lines[name]; want > 0 && bytes.Count(a, []byte("\n")) != want {
			t.Errorf("%s has %d lines, want %d", name, bytes.Count(a, []byte("\n")), want)
		}
	}
	states, err := files.ReadFolder(first)
	if err != nil {
		t.Fatal(err)
	}
	locations := 0
	for _, s := range states {
		locations += len(s.Locations)
		if len(s.Staff) < 2 || len(s.Staff) > 8 {
			t.Errorf("region %s: %d coordinators for %d locations", s.Region, len(s.Staff), len(s.Locations))
		}
	}
	if len(states) != 25 || locations != 1662 {
		t.Errorf("%d regions and %d locations, want 25 and 1662", len(states), locations)
	}
}

func TestRunFaults(t *testing.T) {
	t.Parallel()
	bad := filepath.Join(t.TempDir(), "lrk.csv")
	if err := os.WriteFile(bad, []byte("lrk_id,type_oko\n1,KDV\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no out", []string{"country"}, "needs --out"},
		{"unknown word", []string{"planet"}, `"planet" is not known`},
		{"no data", []string{"--root", t.TempDir(), "--out", t.TempDir()}, "pc4.csv"},
		{"another register", []string{"country", "--root", root, "--lrk", bad, "--out", t.TempDir()}, "no column"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := run(tt.args); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}
