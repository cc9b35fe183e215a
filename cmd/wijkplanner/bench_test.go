package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestBenchGap solves a small file, with seconds of the clock and of processor
// time.
func TestBenchGap(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x0203")
	if err := os.WriteFile(path, []byte("2 3\n 1 2 3\n 4 5 6\n 7 8 9\n 10 11 12\n 20 30\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--seconds", "0.2"}, {"--seconds", "0.2", "--processor", "1"}} {
		stdout, stderr, code := call(t, append([]string{"bench", "gap", path}, args...)...)
		var line gapLine
		if err := json.Unmarshal([]byte(stdout), &line); err != nil || code != 0 {
			t.Fatalf("%v: exit %d, %q, %q", args, code, stdout, stderr)
		}
		if line.Instance != "x0203" || line.Cost != 9 || line.Bound > 9 || len(line.Assignment) != 3 {
			t.Errorf("%v: %+v; want a cost of 9", args, line)
		}
	}
	if _, stderr, code := call(t, "bench", "gap", path, "--processor=-1"); code != exitInput || stderr == "" {
		t.Errorf("minus one core: exit %d, %q", code, stderr)
	}
}
