package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestRecommend(t *testing.T) {
	t.Parallel()
	const nijmegen = "../../examples/nijmegen"
	out := filepath.Join(t.TempDir(), "out")
	if _, stderr, code := call(t, "plan", nijmegen, "--out", out, "--iterations", "200", "--year", "2027"); code != 0 {
		t.Fatal(stderr)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--role", "zorgcoordinator", "--plan", out}, `(?m)^\d +zc-\d +\+0\.00 +\d+ of \d+ +[\d.]+ % +has it now`},
		{[]string{"--role", "zorgcoordinator", "--plan", out}, `(?m)^5 +zc-\d +[+-]\d+\.\d\d .*travel [+-]`},
		{[]string{"--role", "zorgcoordinator", "--plan", out, "--kind", "backup"}, `(?m)^– +zc-\d +no candidate: primary`},
		{[]string{"--role", "ambulant_begeleider", "--plan", out}, `(?m)^.*nij-083, .* as ambulant_begeleider, primary`},
		{[]string{"--role", "zorgcoordinator", "--year", "2027"}, `(?m)^nij-083 as zorgcoordinator`},
	} {
		stdout, stderr, code := call(t, append([]string{"recommend", nijmegen, "--location", "nij-083"}, c.args...)...)
		if code != 0 || !regexp.MustCompile(c.want).MatchString(stdout) {
			t.Errorf("%v: exit %d, %q, want %s in\n%s", c.args, code, stderr, c.want, stdout)
		}
	}
	_, stderr, code := call(t, "recommend", nijmegen, "--location", "nowhere", "--role", "zorgcoordinator")
	if code != exitInput || !strings.Contains(stderr, `location "nowhere" is unknown`) {
		t.Errorf("exit %d, %q", code, stderr)
	}
}
