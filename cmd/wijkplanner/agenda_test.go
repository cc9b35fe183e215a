package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

const someren = "../../examples/iedere-peuter-someren"

// TestPlansOfAnotherFolder gives the plan of one folder to each command that
// takes one for another: of another city, and of the same locations with other
// roles. It is refused with the folder and what is wrong.
func TestPlansOfAnotherFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plan := func(name, example string) string {
		out := filepath.Join(dir, name)
		if _, stderr, code := call(t, "plan", "../../examples/"+example, "--out", out, "--iterations", "50", "--year", "2027"); code != 0 {
			t.Fatal(stderr)
		}
		return out
	}
	coordinators, counsellors := plan("k", "kijk-op-kleintjes-nijmegen"), plan("p", "passende-kinderopvang-nijmegen")
	const own, meetings = "../../examples/kijk-op-kleintjes-nijmegen", "../../examples/kijk-op-kleintjes-nijmegen/meetings.csv"
	for _, args := range [][]string{
		{"recommend", someren, "--location", "som-001", "--role", "coach", "--plan", coordinators},
		{"recommend", own, "--location", "nij-001", "--role", "zorgcoordinator", "--plan", counsellors},
		{"suggest", own, "--location", "nij-001", "--role", "zorgcoordinator", "--type", "consult", "--plan", counsellors},
		{"meeting", "check", own, meetings, "--plan", counsellors},
		{"meeting", "find", own, "--staff", "zc-1", "--plan", counsellors},
		{"replan", own, "--from", counsellors, "--today", "2027-03-01", "--out", filepath.Join(dir, "again")},
	} {
		_, stderr, code := call(t, args...)
		if code != exitInput || !strings.Contains(stderr, args[len(args)-1]) && args[0] != "replan" || !strings.Contains(stderr, "this plan is not of this folder") {
			t.Errorf("%v: exit %d, %q", args, code, stderr)
		}
	}
	if _, stderr, code := call(t, "recommend", own, "--location", "nij-001", "--role", "zorgcoordinator", "--plan", coordinators); code != 0 {
		t.Errorf("the folder's own plan: exit %d, %q", code, stderr)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"verify", own, counsellors}, "this plan is not of this folder"},
		{[]string{"recommend", own, "--location", "nij-001", "--role", "zorgcoordinator", "--plan", coordinators, "--year", "2030"}, "want that year or 2028"},
		{[]string{"diff", coordinators, plan("s", "iedere-peuter-someren")}, "no location in common"},
		{[]string{"diff", coordinators, coordinators, "--staff", "nope"}, `--staff "nope": neither plan has this person; want one of zc-1, zc-2`},
		{[]string{"replan", own, "--from", coordinators, "--today", "2027-03-01", "--year", "2030", "--out", filepath.Join(dir, "again")}, "--year is 2030: the plan in " + coordinators + " is of 2027; want that year or 2028"},
		{[]string{"replan", own, "--from", coordinators, "--today", "2026-03-01", "--year", "2026", "--out", filepath.Join(dir, "again")}, "--year is 2026: the plan"},
		{[]string{"suggest", own, "--location", "nij-001", "--role", "zorgcoordinator", "--type", "consult", "--plan", coordinators, "--from", "2028-03-01"}, "ends on 2027-12-31, before 2028-03-01"},
		{[]string{"suggest", own, "--location", "nij-001", "--role", "zorgcoordinator", "--type", "consult", "--plan", coordinators, "--from", "2026-12-01"}, "is not within the plan"},
		{[]string{"meeting", "find", own, "--staff", "zc-1", "--plan", coordinators, "--from", "2027-03-01", "--to", "2027-02-01"}, "--to 2027-02-01 is before the first day, 2027-03-01"},
	} {
		if _, stderr, code := call(t, c.args...); code != exitInput || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit %d, %q, want %q", c.args, code, stderr, c.want)
		}
	}
}

// TestWrongArguments names everything that makes no sense at once, before
// anything is read.
func TestWrongArguments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		want []string
	}{
		{"recommend " + city + " --location nij-001 --role zorgcoordinator --year 1990", []string{"--year is 1990: want a year from 2000 to 2100"}},
		{"recommend " + city + " --location nij-001 --role zorgcoordinator --year 0", []string{"--year is 0: "}},
		{"suggest " + city + " --location nij-001 --type consult --role zorgcoordinator -k 0 --from soon", []string{"-k is 0: ", "--from is \"soon\"", "--plan is needed"}},
		{"suggest " + city + " --location nij-001 --type consult --role zorgcoordinator --best=-3", []string{"-k is -3: "}},
		{"meeting find " + city + " --staff zc-1 --best=-1 --to never", []string{"-k is -1: ", "--to is \"never\""}},
		{"meeting find " + city + " --staff zc-1 --staff zc-1 --party =mo", []string{"--staff zc-1 is there twice", "--party has no name"}},
		{"meeting check " + city + " " + city + "/meetings.csv --from 2027-02-30", []string{"--from is \"2027-02-30\""}},
		{"meeting find " + city + " --staff zc-1 --region noord", []string{`--region "noord": want none, for the folder has no regions`}},
		{"plan " + city + " --out " + city, []string{"--out: write plan: ", "examples/nijmegen holds README.md, which is no part of a plan"}},
		{"plan " + city + " --out agenda_test.go/out", []string{"agenda_test.go is a file; name another folder"}},
		{"replan " + city + " --from " + city + " --out=", []string{"--out: write plan: the folder has no name"}},
		{"replan " + city + " --from " + city + " --out x --year 0", []string{"--year is 0: "}},
	} {
		_, stderr, code := call(t, strings.Fields(c.args)...)
		for _, want := range c.want {
			if code != exitInput || !strings.Contains(stderr, want) {
				t.Errorf("%s: exit %d, %q, want %q", c.args, code, stderr, want)
			}
		}
	}
}

// TestDaysToLookAt: the days that are looked at by default begin tomorrow, or with
// the plan, and end with it, or after twelve months.
func TestDaysToLookAt(t *testing.T) {
	t.Parallel()
	day := func(s string) calendar.Date {
		d, err := calendar.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	of := func(from, to string) *agendas {
		return &agendas{folder: &verify.Folder{Summary: verify.Summary{From: day(from), To: day(to)}}}
	}
	year := of("2027-01-01", "2027-12-31")
	for _, c := range []struct {
		flags    agendaFlags
		a        *agendas
		today    string
		from, to string // empty: refused
	}{
		{agendaFlags{}, &agendas{}, "2026-12-28", "2026-12-29", "2027-12-28"},
		{agendaFlags{}, &agendas{}, "2028-02-28", "2028-02-29", "2029-02-28"},
		{agendaFlags{From: "2027-03-01"}, &agendas{}, "2026-12-28", "2027-03-01", "2028-02-29"},
		{agendaFlags{}, year, "2026-12-28", "2027-01-01", "2027-12-31"},
		{agendaFlags{}, year, "2027-05-05", "2027-05-06", "2027-12-31"},
		{agendaFlags{From: "2026-12-01", To: "2027-02-01"}, year, "2027-05-05", "2026-12-01", "2027-02-01"},
		{agendaFlags{}, year, "2027-12-31", "", ""},
		{agendaFlags{To: "2027-01-01"}, year, "2027-05-05", "", ""},
	} {
		got, err := c.flags.period(day(c.today).At(600, time.UTC), c.a, c.a.end)
		if c.from == "" {
			if err == nil {
				t.Errorf("%+v on %s: %s to %s, want it refused", c.flags, c.today, got.From, got.To)
			}
			continue
		}
		if want := (planner.Period{From: day(c.from), To: day(c.to)}); err != nil || got != want {
			t.Errorf("%+v on %s: %s to %s, %v; want %s to %s", c.flags, c.today, got.From, got.To, err, c.from, c.to)
		}
	}
}
