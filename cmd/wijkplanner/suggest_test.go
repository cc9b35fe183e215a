package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestSuggestRanksMoments(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	if _, stderr, code := call(t, "plan", city, "--out", out, "--iterations", "600", "--year", "2027"); code != 0 {
		t.Fatal(stderr)
	}
	ask := []string{"suggest", city, "--plan", out, "--location", "nij-001", "--role", "zorgcoordinator", "--from", "2027-03-01", "-k", "3"}
	stdout, stderr, code := call(t, append(ask, "--type", "consult")...)
	if lines := strings.Split(strings.TrimSpace(stdout), "\n"); code != 0 || len(lines) != 3 || !strings.Contains(lines[0], " by zc-") {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
	if _, stderr, code = call(t, append(ask, "--type", "observatie")...); code != exitFault || !strings.Contains(stderr, "consent:1; The parents give their consent") {
		t.Errorf("exit %d, %q: want the missing consent", code, stderr)
	}
	if _, stderr, code = call(t, append(ask, "--type", "nothing")...); code != exitInput || !strings.Contains(stderr, `unknown visit type "nothing"`) {
		t.Errorf("exit %d, %q", code, stderr)
	}
}
