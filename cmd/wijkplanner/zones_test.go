package main

import (
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
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
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
		cmd := exec.CommandContext(t.Context(), "/wijkplanner", words...)
		cmd.Dir, cmd.Env = "/", []string{}
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
		if os.Getuid() != 0 { // a user may do so in a name space of their own
			cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		}
		got, err := cmd.CombinedOutput()
		if err != nil || string(got) != want {
			t.Errorf("%s: %v\n got %q\nwant %q", args, err, got, want)
		}
	}
}
