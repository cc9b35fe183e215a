package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestWalkThroughTheAPI runs the commands of docs/api.md as they stand there,
// against a server of its own.
func TestWalkThroughTheAPI(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "wijkplanner"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	script := []string{"set -euo pipefail", "trap 'kill $(jobs -p)' EXIT"}
	for _, block := range shellBlock.FindAllStringSubmatch(string(page), -1) {
		script = append(script, block[1])
	}
	script = append(script, `[ -n "$FEED" ]`, "echo walked")
	walk := exec.CommandContext(t.Context(), "bash", "-c", strings.Join(script, "\n"))
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(root, "examples"), filepath.Join(dir, "examples")); err != nil {
		t.Fatal(err)
	}
	walk.Dir = dir
	walk.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "PORT="+freePort(t), "WIJKPLANNER_DB="+filepath.Join(dir, "planner.db"))
	out, err := walk.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "BEGIN:VCALENDAR") || !strings.Contains(string(out), `"state":"cancelled"`) || !strings.HasSuffix(strings.TrimSpace(string(out)), "walked") {
		t.Errorf("%v\n%s", err, out)
	}
}

// freePort returns a port that nobody listens on just now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
