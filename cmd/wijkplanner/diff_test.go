package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestDiffOfTwoPlans(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := func(name string, args ...string) string {
		folder := filepath.Join(dir, name)
		args = append([]string{"plan", "../../examples/iedere-peuter-someren", "--out", folder, "--iterations", "400", "--year", "2027"}, args...)
		if _, stderr, code := call(t, args...); code != 0 {
			t.Fatal(stderr)
		}
		return folder
	}
	stays, changes := out("stays", "--max-changes", "0"), out("changes")
	stdout, stderr, code := call(t, "diff", stays, changes)
	if code != 0 {
		t.Fatal(stderr)
	}
	for _, want := range []string{
		`(?m)^  load   coach: \d+ of \d+ minutes, \d+ locations → \d+ of \d+, \d+ locations$`,
		`(?m)^  came   \S+ as coach, primary: from coach-\d; staying with coach-\d would make \+[\d.]+ minutes$`,
		`(?m)^  went   \S+ as coach, primary: to coach-\d; staying`,
		`(?m)^coach: cost [\d.]+ → [\d.]+ minutes$`,
		`(?m)^\d+ assignments? to somebody else; \d+ visits? moved, \d+ by other people, \d+ gone, \d+ new; 0 meetings moved, 0 by other people, 0 gone, 0 new\n\z`,
	} {
		if !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("want %s in\n%s", want, stdout)
		}
	}
	own, _, _ := call(t, "diff", stays, changes, "--staff", "coach-1")
	if !strings.HasPrefix(own, "coach-1\n") || strings.Contains(own, "\ncoach-2\n") {
		t.Errorf("want only what concerns coach-1:\n%s", own)
	}
	if same, _, _ := call(t, "diff", stays, stays); !strings.Contains(same, "0 assignments to somebody else; 0 visits moved, 0 by other people, 0 gone, 0 new") {
		t.Errorf("a plan differs from itself:\n%s", same)
	}
}
