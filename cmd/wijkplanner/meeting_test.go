package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const city = "../../examples/nijmegen"

func TestMeetingCheckNamesEveryClash(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "new.csv")
	write := func(rows string) {
		if err := os.WriteFile(file, []byte("meeting_id,name,kind,start,minutes,rrule,roles\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("new,New,team,2027-02-02T09:00,60,FREQ=WEEKLY,zorgcoordinator\n")
	stdout, stderr, code := call(t, "meeting", "check", city, file, "--from", "2027-02-01")
	if code != exitFault || !strings.Contains(stdout, "new 2027-02-02 09:00: zc-1 is in another meeting werkoverleg-zc") ||
		!strings.Contains(stdout, "  rather 2027-02-02 08:30: suits everybody") || !strings.Contains(stdout, "52 occurrences checked") {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
	write("new,New,team,2027-02-04T09:00,30,,zorgcoordinator\n")
	if stdout, _, code = call(t, "meeting", "check", city, file, "--from", "2027-02-01"); code != 0 || !strings.Contains(stdout, "1 occurrence checked, 0 with") {
		t.Errorf("exit %d, %q: want a meeting that suits", code, stdout)
	}
	stdout, stderr, code = call(t, "meeting", "check", city, file, "--from", "2027-03-01")
	if code != exitInput || !strings.Contains(stderr, "new does not take place from 2027-03-01 to 2028-02-29") {
		t.Errorf("exit %d, %q, %q: want that there was nothing to check", code, stdout, stderr)
	}
	write("")
	if _, stderr, code = call(t, "meeting", "check", city, file); code != exitInput || !strings.Contains(stderr, "new.csv has no meetings to check") {
		t.Errorf("exit %d, %q: want that there is nothing to check", code, stderr)
	}
	write("new,New,team,2027-02-03T09:00,30,,nobody\n")
	if _, stderr, code = call(t, "meeting", "check", city, file); code != exitInput || !strings.Contains(stderr, `unknown role "nobody"`) {
		t.Errorf("exit %d, %q: want the unknown role", code, stderr)
	}
}

func TestMeetingCheckLooksAtTheYearOfThePlan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, out := filepath.Join(dir, "new.csv"), filepath.Join(dir, "plan")
	if err := os.WriteFile(file, []byte("meeting_id,name,kind,start,minutes,rrule,location_id\nnew,New,team,2090-02-02T09:00,60,,nij-001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := call(t, "plan", city, "--out", out, "--year", "2090", "--seconds", "0.2"); code != 0 {
		t.Fatalf("exit %d, %q", code, stderr)
	}
	if stdout, stderr, code := call(t, "meeting", "check", city, file, "--plan", out); code != 0 || !strings.Contains(stdout, "1 occurrence checked") {
		t.Errorf("exit %d, %q, %q: want the occurrence in the plan's year", code, stdout, stderr)
	}
}

func TestMeetingFindProposesAndPicks(t *testing.T) {
	t.Parallel()
	find := []string{
		"meeting", "find", city, "--staff", "zc-1", "--one-of", "ambulant_begeleider", "--location", "nij-001",
		"--party", "jgz=tu 13:00-17:00|th 09:00-12:00", "--from", "2027-02-01", "-k", "3",
	}
	stdout, stderr, code := call(t, find...)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if code != 0 || len(lines) != 3 || !strings.Contains(lines[0], "with zc-1, ab-") {
		t.Fatalf("exit %d, %q, %q", code, stdout, stderr)
	}
	first, _, _ := strings.Cut(lines[0], " ")
	second, _, _ := strings.Cut(lines[1], " ")
	answers := filepath.Join(t.TempDir(), "answers.csv")
	if err := os.WriteFile(answers, []byte("candidate,who,answer\n"+first+",jgz,no\n"+second+",jgz,yes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if stdout, _, code = call(t, append(find, "--answers", answers)...); code != 0 || !strings.Contains(stdout, "picked "+second) {
		t.Errorf("exit %d, %q: want %s", code, stdout, second)
	}
	_, stderr, code = call(t, "meeting", "find", city, "--staff", "zc-1", "--party", "jgz=never", "--minutes", "0", "--from", "soon")
	if code != exitInput || !strings.Contains(stderr, "--from") {
		t.Errorf("exit %d, %q", code, stderr)
	}
	_, stderr, code = call(t, "meeting", "find", city, "--staff", "zc-1", "--party", "jgz=tu 13:00-17:00", "--optional", "jgzz", "-k", "0")
	for _, want := range []string{"--optional jgzz: no --party has this name (jgz)", "-k is 0: want"} {
		if code != exitInput || !strings.Contains(stderr, want) {
			t.Errorf("exit %d, %q: want %q", code, stderr, want)
		}
	}
	stdout, stderr, code = call(t, "meeting", "find", city, "--staff", "zc-1", "--party", "jgz=su 09:00-10:00", "--party", "parents=",
		"--optional", "jgz", "--from", "2027-02-01")
	if code != 0 || !strings.Contains(stdout, "without jgz") || strings.Contains(stdout, "parents") {
		t.Errorf("exit %d, %q, %q: want moments without jgz, at which the parents can come", code, stdout, stderr)
	}
	_, stderr, code = call(t, "meeting", "find", city, "--staff", "zc-1", "--party", "jgz=su 09:00-10:00", "--from", "2027-02-01")
	if code != exitFault || !strings.Contains(stderr, "jgz cannot come then") {
		t.Errorf("exit %d, %q: want why there is none", code, stderr)
	}
}
