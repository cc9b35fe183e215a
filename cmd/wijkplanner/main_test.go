package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// call runs a command line and returns what it printed and its exit code.
func call(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, &out, &errs)
	return out.String(), errs.String(), code
}

const example = "../../examples/geldrop-mierlo"

func TestPlanThenVerify(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	stdout, stderr, code := call(t, "plan", example, "--out", out, "--iterations", "500", "--year", "2027")
	if code != 0 || !strings.Contains(stdout, "0 hard faults") || stderr != "" {
		t.Fatalf("plan: exit %d, %q, %q", code, stdout, stderr)
	}
	for _, name := range []string{
		"plan.json", "assignments.csv", "visits.csv", "unplanned.csv", "coverage.csv", "report.html",
		"feeds/staff-coach-1.ics", "feeds/location-gm-001.ics",
	} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if stdout, _, code = call(t, "verify", example, out); code != 0 || !strings.HasPrefix(stdout, "proved") {
		t.Errorf("verify: exit %d, %s", code, stdout)
	}
}

func TestVerifyFindsAPlantedFault(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	if _, stderr, code := call(t, "plan", example, "--out", out, "--iterations", "500", "--year", "2027"); code != 0 {
		t.Fatal(stderr)
	}
	name := filepath.Join(out, "visits.csv")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.DeleteFunc(strings.SplitAfter(string(text), "\n"), func(l string) bool {
		return strings.HasPrefix(l, "coachbezoek-gm-001-2027-1,")
	})
	if err := os.WriteFile(name, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := call(t, "verify", example, out)
	if code != exitFault || !strings.Contains(stdout, "gm-001") || !strings.Contains(stderr, "found") {
		t.Errorf("exit %d, %q, %q; want the missing visit", code, stdout, stderr)
	}
}

func TestSameIterationsSamePlan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	read := func(name string) string {
		out := filepath.Join(dir, name)
		if _, stderr, code := call(t, "plan", example, "--out", out, "--iterations", "400", "--year", "2027"); code != 0 {
			t.Fatal(stderr)
		}
		text, err := os.ReadFile(filepath.Join(out, "visits.csv"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if read("a") != read("b") {
		t.Error("two runs with the same seed and iterations differ")
	}
}

// damages holds for each kind of file one line to spoil and the spoilt form.
var damages = []struct{ file, old, spoilt, want string }{
	{"programme.yaml", "minutes: 90", "minutes: ninety", `programme\.yaml:\d+:\d+: `},
	{"organisations.csv", "\nkluppluz,", "\n,", `organisations\.csv:\d+:\d+: organisation_id: `},
	{"staff.csv", ",28,5663", ",many,5663", `staff\.csv:2:\d+: hours_week: `},
	{"locations.csv", ",1771,", ",17x1,", `locations\.csv:\d+:\d+: municipality: `},
	{"districts.geojson", `"Polygon"`, `"Circle"`, `districts\.geojson(:\d+)*: `},
	{"assignments.csv", "externe_coach,coach-1", "externe_coach,nobody", `assignments\.csv:\d+:\d+: staff_id: `},
	{"absences.csv", "2027-", "2027/", `absences\.csv:\d+:\d+: `},
	{"meetings.csv", "FREQ=MONTHLY", "FREQ=HOURLY", `meetings\.csv:\d+:\d+: rrule: `},
	{"blackouts.csv", "2027-", "2027-99-", `blackouts\.csv:\d+:\d+: `},
	{"cases.csv", "case_ref,", "child_name,", `cases\.csv:1:\d+: `},
	{"history.csv", "\n", "\nnowhere,externe_coach,coachbezoek,,,2026-05-05\n", `history\.csv:2:\d+: location_id: `},
}

func TestBadInputNamesFileLineAndColumn(t *testing.T) {
	t.Parallel()
	for _, d := range damages {
		t.Run(d.file, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(filepath.Join(dir, "in"), os.DirFS(example)); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, "in", d.file)
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			spoilt := strings.Replace(string(text), d.old, d.spoilt, 1)
			if spoilt == string(text) {
				t.Fatalf("%q is not in %s", d.old, d.file)
			}
			if err := os.WriteFile(name, []byte(spoilt), 0o600); err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(dir, "out")
			_, stderr, code := call(t, "plan", filepath.Join(dir, "in"), "--out", out, "--iterations", "1", "--year", "2027")
			if code != exitInput || !regexp.MustCompile(d.want).MatchString(stderr) {
				t.Errorf("exit %d, want %d; stderr:\n%s\nwant %s", code, exitInput, stderr, d.want)
			}
			if _, err := os.Stat(out); !os.IsNotExist(err) {
				t.Error("something was written")
			}
		})
	}
}

func TestRecur(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, args, want, stderr string
		code                     int
	}{
		{"times", "--start 2027-03-22T09:00 --limit 2 FREQ=WEEKLY", "2027-03-22T09:00:00+01:00 2027-03-29T09:00:00+02:00", "more occurrences", 0},
		{"days, one left out and one added", "--start 2027-03-22 --exdate 2027-03-29 --rdate 2027-04-01 FREQ=WEEKLY;COUNT=3", "2027-03-22 2027-04-01 2027-04-05", "", 0},
		{"lists", "--start 2027-03-22T09:00 --exdate 2027-03-23T09:00,2027-03-24 FREQ=DAILY;COUNT=4", "2027-03-22T09:00:00+01:00 2027-03-25T09:00:00+01:00", "", 0},
		{"window of another zone", "--start 2027-03-22T09:00 --tz America/New_York --from 2027-03-23 --to 2027-03-24 FREQ=DAILY", "2027-03-23T09:00:00-04:00", "", 0},
		{"every day of the month", "--start 2027-02-27 --limit 3 FREQ=MONTHLY;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31", "2027-02-27 2027-02-28 2027-03-01", "more occurrences", 0},
		{"nothing", "--start 2027-02-01 FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "", "", 0},
		{"refused", "--start 2027-03-22T09:00 FREQ=SECONDLY", "", "freq: FREQ=SECONDLY wordt niet aangenomen", exitInput},
		{"limit and zone that are none", "--start 2027-03-22 --limit=-3 --tz Local FREQ=DAILY", "", "zone Local limit -3", exitInput},
		{"refused beside other faults", "--start ooit FREQ=DAILY;COUNT=0", "", "ooit valt / is outside", exitInput},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := call(t, append([]string{"recur"}, strings.Fields(c.args)...)...)
			if got := strings.Join(strings.Fields(stdout), " "); got != c.want || code != c.code {
				t.Errorf("exit %d, %q; want %d, %q; %s", code, got, c.code, c.want, stderr)
			}
			for word := range strings.FieldsSeq(c.stderr) {
				if !strings.Contains(stderr, word) {
					t.Errorf("stderr %q does not say %q", stderr, word)
				}
			}
			if c.stderr == "" && stderr != "" {
				t.Errorf("stderr %q", stderr)
			}
		})
	}
	for _, rule := range []string{"", "  "} {
		if stdout, stderr, code := call(t, "recur", "--start", "2027-03-22", rule); code != exitInput || stdout != "" || !strings.Contains(stderr, "rule is empty") {
			t.Errorf("rule %q: exit %d, %q, %q", rule, code, stdout, stderr)
		}
	}
	if stdout, _, code := call(t, "recur", "--start", "2027-03-22", "--rdate", "2027-04-01", ""); code != 0 || stdout != "2027-03-22\n2027-04-01\n" {
		t.Errorf("dates without a rule: exit %d, %q", code, stdout)
	}
}

// TestRecurSaysWhenItCuts: a list that is not whole says so on stderr.
func TestRecurSaysWhenItCuts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limit, rule string
		lines       int
		cut         bool
	}{
		{"0", "FREQ=DAILY", 2000, true},
		{"100000", "FREQ=DAILY;COUNT=100000", 100_000, false},
		{"99999999999", "FREQ=DAILY;COUNT=100000", 100_000, false},
		{"99999", "FREQ=DAILY;COUNT=100000", 99_999, true},
		{"99999999999", "FREQ=DAILY", 100_000, true},
		{"3", "FREQ=DAILY;COUNT=3", 3, false},
	} {
		stdout, stderr, code := call(t, "recur", "--start", "2027-03-22", "--limit", c.limit, c.rule)
		lines, cut := strings.Count(stdout, "\n"), strings.Contains(stderr, "more occurrences")
		if code != 0 || lines != c.lines || cut != c.cut {
			t.Errorf("%s, limit %s: exit %d, %d lines, cut %v; want %d, %v; %s", c.rule, c.limit, code, lines, cut, c.lines, c.cut, stderr)
		}
	}
}

func TestWrongCommandLine(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"plan"},
		{"plan", "no-such-folder", "--out", "x"},
		{"dance"},
		{"recur", "FREQ=DAILY"},
		{"serve", "--year", "99999"},
		{"bench", "region", "--locations", "0", "--staff", "0"},
		{"bench", "region", "--locations", "10,20", "--staff", "1"},
	} {
		if _, stderr, code := call(t, args...); code != exitInput || stderr == "" {
			t.Errorf("%v: exit %d, %q; want 2 and a word of help", args, code, stderr)
		}
	}
	if stdout, _, code := call(t, "version"); code != 0 || !strings.HasPrefix(stdout, "wijkplanner ") {
		t.Errorf("version: %d, %q", code, stdout)
	}
}
