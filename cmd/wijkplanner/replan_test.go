package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplanThenVerify plans a city, lets somebody drop out for six weeks, plans
// again, and proves the result; what changed is told to each person.
func TestReplanThenVerify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, out, again, last := filepath.Join(dir, "in"), filepath.Join(dir, "out"), filepath.Join(dir, "again"), filepath.Join(dir, "last")
	if err := os.CopyFS(in, os.DirFS("../../examples/nijmegen")); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := call(t, "plan", in, "--out", out, "--iterations", "2000", "--year", "2027"); code != 0 {
		t.Fatal(stderr)
	}
	absences, err := os.OpenFile(filepath.Join(in, "absences.csv"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = absences.WriteString("zc-1,2027-03-15,2027-04-25,\n")
	if err := absences.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := call(t, "replan", in, "--from", out, "--today", "2027-03-01", "--out", again, "--iterations", "600")
	if code != 0 || !strings.Contains(stdout, "zc-1 ") || !strings.Contains(stdout, "0 unplanned, 0 hard faults") || !strings.Contains(stderr, "history.csv") {
		t.Fatalf("replan: exit %d, %q, %q", code, stdout, stderr)
	}
	for _, name := range []string{"changes.csv", "replan.json", "published.csv", "published_assignments.csv"} {
		if info, err := os.Stat(filepath.Join(again, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if report, err := os.ReadFile(filepath.Join(again, "report.html")); err != nil || !strings.Contains(string(report), "Opnieuw gepland vanaf 2027-03-01") {
		t.Errorf("%v: the report does not say that it is a replan", err)
	}
	if stdout, _, code = call(t, "verify", in, again); code != 0 {
		t.Errorf("verify: %s", stdout)
	}
	if _, stderr, code = call(t, "replan", in, "--from", again, "--today", "2027-05-01", "--out", last, "--iterations", "200", "--max-moves", "0"); code != 0 {
		t.Fatal(stderr)
	}
	if stdout, _, code = call(t, "verify", in, last); code != 0 {
		t.Errorf("verify of the second: %s", stdout)
	}
	next := filepath.Join(dir, "next")
	if _, stderr, code = call(t, "replan", in, "--from", last, "--year", "2028", "--today", "2027-11-01", "--out", next, "--iterations", "400"); code != 0 {
		t.Fatal(stderr)
	}
	if stdout, _, code = call(t, "verify", in, next); code != 0 {
		t.Errorf("verify of the year after: %s", stdout)
	}
}

func TestReplanRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	_, stderr, code := call(t, "replan", example, "--from", example, "--out", t.TempDir(), "--today", "soon", "--max-moves=-2", "--max-changes=-2", "--year=27", "--seconds=-1")
	for _, flag := range []string{"--today", "--max-moves", "--max-changes", "--seconds", "--year"} {
		if code != exitInput || !strings.Contains(stderr, flag) {
			t.Errorf("exit %d, %q: want a word about %s", code, stderr, flag)
		}
	}
}

// TestReplanOfAnotherFolder gives the plan of one city to another.
func TestReplanOfAnotherFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, again := filepath.Join(dir, "out"), filepath.Join(dir, "again")
	if _, stderr, code := call(t, "plan", "../../examples/iedere-peuter-someren", "--out", out, "--iterations", "200", "--year", "2027"); code != 0 {
		t.Fatal(stderr)
	}
	_, stderr, code := call(t, "replan", "../../examples/nijmegen", "--from", out, "--today", "2027-03-01", "--out", again, "--iterations", "200")
	if code != exitInput || !strings.Contains(stderr, out) || !strings.Contains(stderr, "this plan is not of this folder") {
		t.Errorf("exit %d, %q", code, stderr)
	}
	if _, err := os.Stat(again); !os.IsNotExist(err) {
		t.Errorf("%v: something is written", err)
	}
}
