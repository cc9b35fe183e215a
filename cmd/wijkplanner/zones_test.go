package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRT5_ZonesWithoutSystemData runs the program where there is nothing but the
// program: no zone database on the disk, no ZONEINFO, no Go installation. It must
// say the same as with them.
func TestRT5_ZonesWithoutSystemData(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	binary := filepath.Join(root, "wijkplanner")
	// Linked by itself: there are no libraries of C either. Tags leave most of what
	// other builds compiled as it is, where CGO_ENABLED=0 makes everything anew.
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "netgo,osusergo", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, args := range []string{
		"--start 2026-10-24T02:30 FREQ=DAILY;COUNT=3",
		"--start 2018-11-02T00:30 --tz America/Sao_Paulo FREQ=DAILY;COUNT=4",
		"--start 2027-04-29T00:15 --tz Africa/Cairo FREQ=DAILY;COUNT=3",
		"--start 2027-03-27 --tz Asia/Beirut FREQ=DAILY;COUNT=3",
		"--start 2090-03-25T09:00 --tz Europe/Amsterdam FREQ=DAILY;COUNT=4",
	} {
		words := append([]string{"recur"}, strings.Fields(args)...)
		want, stderr, code := call(t, words...)
		if code != 0 || want == "" {
			t.Fatalf("%s: exit %d, %s", args, code, stderr)
		}
		got, err := within(t, root, words...).CombinedOutput()
		if err != nil || string(got) != want {
			t.Errorf("%s: %v\n got %q\nwant %q", args, err, got, want)
		}
	}
	feedsAreTheSame(t, root)
}

// within is the program run in a folder that is all it sees.
func within(t *testing.T, root string, words ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/wijkplanner", words...)
	cmd.Dir, cmd.Env = "/", []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	if os.Getuid() != 0 { // a user may do so in a name space of their own
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	}
	return cmd
}

// feedsAreTheSame plans the example there and here and compares the feeds.
func feedsAreTheSame(t *testing.T, root string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(root, "input"), os.DirFS(feedExample)); err != nil {
		t.Fatal(err)
	}
	plan := []string{"--iterations", "100", "--year", "2027"}
	if out, err := within(t, root, append([]string{"plan", "/input", "--out", "/out"}, plan...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	here := filepath.Join(t.TempDir(), "out")
	if _, stderr, code := call(t, append([]string{"plan", feedExample, "--out", here}, plan...)...); code != 0 {
		t.Fatal(stderr)
	}
	paths, err := filepath.Glob(filepath.Join(here, "feeds", "*.ics"))
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d feeds, %v", len(paths), err)
	}
	for _, path := range paths {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(root, "out", "feeds", filepath.Base(path)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs: %v", filepath.Base(path), err)
		}
	}
	t.Logf("%d feeds, 0 differences", len(paths))
}
