package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A plan prints what it amounts to, role by role, and the summary last.
func TestPlanPrintsItsProposal(t *testing.T) {
	t.Parallel()
	stdout, stderr, code := call(t, "plan", "../../examples/nijmegen", "--out", filepath.Join(t.TempDir(), "out"), "--iterations", "200", "--year", "2027")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, %q", code, stderr)
	}
	for _, want := range []string{
		`(?m)^zorgcoordinator: 120 of 120 locations have somebody, \d+ change hands, travel [\d.]+ → [\d.]+ hours a year at the 118 served before and after$`,
		`(?m)^  cost [\d.]+ minutes, bound [\d.]+, gap [\d.]+ %: travel [\d.]+, .*district [\d.]+, change [\d.]+, balance [\d.]+`,
		`(?m)^ +load zc-1 +[\d.]+ % +\d+ of \d+ minutes +\d+ locations$`,
		`(?m)^ambulant_begeleider, backups: 120 of 120`,
		`(?m)^planned 240 assignments .* 0 hard faults, .*\n\z`,
	} {
		if !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("want %s in\n%s", want, stdout)
		}
	}
	if strings.Contains(stdout, "short") {
		t.Errorf("nothing is missing, but\n%s", stdout)
	}
}

// Whoever has too few people is told where, in full-time people.
func TestPlanPrintsWhatIsMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir+"/in", os.DirFS("../../examples/kijk-op-kleintjes-nijmegen")); err != nil {
		t.Fatal(err)
	}
	name := dir + "/in/programme.yaml"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	more := regexp.MustCompile(`demand_per_place: \d+`).ReplaceAll(text, []byte("demand_per_place: 60"))
	if err := os.WriteFile(name, more, 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := call(t, "plan", dir+"/in", "--out", dir+"/out", "--iterations", "200", "--year", "2027")
	if code != 0 {
		t.Fatalf("exit %d, %q", code, stderr)
	}
	for _, want := range []string{
		`(?m)^  \d+\.\d\d FTE short in \pL.*: \d+ locations?, \d+ minutes a year$`,
		`(?m)^planned .*, \d+\.\d\d FTE short in [\d.]+ s; written to`,
	} {
		if !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("want %s in\n%s", want, stdout)
		}
	}
	unplanned, err := os.ReadFile(dir + "/out/unplanned.csv")
	if err != nil || !regexp.MustCompile(`unassigned:1,assign somebody as zorgcoordinator: \d+\.\d\d FTE short in \pL`).Match(unplanned) {
		t.Errorf("unplanned.csv does not say what is missing: %v", err)
	}
}
