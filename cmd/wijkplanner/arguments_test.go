package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Numbers that no search can use are refused before anything is read or
// written, all of them at once.
func TestWrongNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		want []string
	}{
		{"--seconds=-1", []string{"--seconds is -1: want a time above 0"}},
		{"--seconds=0", []string{"--seconds is 0: "}},
		{"--seconds=NaN", []string{"--seconds is NaN: "}},
		{"--seconds=Inf", []string{"--seconds is +Inf: "}},
		{"--seconds=-Inf", []string{"--seconds is -Inf: "}},
		{"--seconds=1e30", []string{"--seconds is 1e+30: "}},
		{"--iterations=-1", []string{"--iterations is -1: want 1 or more"}},
		{"--max-changes=-2", []string{"--max-changes is -2: "}},
		{"--year=0", []string{"--year is 0: want a year from 2000 to 2100"}},
		{"--year=1999", []string{"--year is 1999: "}},
		{"--year=2101", []string{"--year is 2101: "}},
		{"--year=x", []string{"--year: expected a valid 64 bit int"}},
		{"--iterations=-1 --max-changes=-5 --year=9", []string{"--iterations is -1: ", "--max-changes is -5: ", "--year is 9: "}},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "out")
			_, stderr, code := call(t, append([]string{"plan", example, "--out", out}, strings.Fields(c.args)...)...)
			if code != exitInput {
				t.Errorf("exit %d, want %d", code, exitInput)
			}
			for _, want := range c.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("got %q, want %q", stderr, want)
				}
			}
			if _, err := os.Stat(out); !os.IsNotExist(err) {
				t.Error("something was written")
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want string }{
		{"help", "Usage: wijkplanner <command> [flags]"},
		{"--help", "Usage: wijkplanner <command> [flags]"},
		{"help plan", "Usage: wijkplanner plan "},
		{"help bench gap", "Usage: wijkplanner bench gap "},
		{"version", "wijkplanner dev\n"},
		{"--version", "wijkplanner dev\n"},
		{"plan --version", "wijkplanner dev\n"},
	} {
		if stdout, stderr, code := call(t, strings.Fields(c.args)...); code != 0 || !strings.HasPrefix(stdout, c.want) || stderr != "" {
			t.Errorf("%s: exit %d, %q, %q; want %q", c.args, code, stdout, stderr, c.want)
		}
	}
	if _, stderr, code := call(t, "help", "dance"); code != exitInput || !strings.Contains(stderr, "dance") {
		t.Errorf("help about nothing: exit %d, %q", code, stderr)
	}
}
