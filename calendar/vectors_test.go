package calendar

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// vector is one record of the files in testdata/recur, in libical's format.
type vector struct {
	name      string
	rule      string
	series    Series
	startAt   time.Time
	want      []time.Time
	open      bool // only the first instances are listed
	mustEmpty bool
}

// refused lists the vectors that ask for what ParseRecurrence refuses, and
// differs those whose listed instances we do not give; docs/recurrence.md has
// the reasons. A rule is found by its text and start.
var (
	refused = map[string]string{
		"FREQ=SECONDLY;INTERVAL=3;COUNT=3":              RuleFreq,
		"FREQ=MINUTELY;INTERVAL=3;COUNT=3":              RuleFreq,
		"FREQ=HOURLY;INTERVAL=3;COUNT=3":                RuleFreq,
		"FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z": RuleFreq,
		"FREQ=MINUTELY;INTERVAL=15;COUNT=6":             RuleFreq,
		"FREQ=MINUTELY;INTERVAL=90;COUNT=4":             RuleFreq,
	}
	differs = map[string]string{
		"FREQ=MONTHLY;BYSETPOS=-1;BYDAY=SU,MO,TU,WE,TH,FR,SA;INTERVAL=1;COUNT=4": "counts a start that the rule does not give",
		"FREQ=MONTHLY;BYSETPOS=2;BYDAY=SU,MO,TU,WE,TH,FR,SA;INTERVAL=1;COUNT=4":  "counts a start that the rule does not give",
	}
)

func TestRecurrenceVectors(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"icaljs_recur_iterator.txt", "rust_rrule_tz.txt", "own_tz_vectors.txt", "own_readings.txt"} {
		for _, v := range readVectors(t, filepath.Join("testdata", "recur", file)) {
			t.Run(file+"/"+v.name, func(t *testing.T) {
				t.Parallel()
				checkVector(t, v)
			})
		}
	}
}

func checkVector(t *testing.T, v vector) {
	t.Helper()
	rule, err := ParseRecurrence(v.rule)
	if code, ok := refused[v.rule]; ok {
		if ruleErr := (*RuleError)(nil); !asRuleError(err, &ruleErr) || ruleErr.Code != code {
			t.Fatalf("%s: got error %v, want code %s", v.rule, err, code)
		}
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", v.rule, err)
	}
	v.series.Rule = &rule
	ask := len(v.want)
	if !v.open {
		ask += 3
	}
	if v.mustEmpty {
		ask = 1
	}
	far := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	got := v.series.Between(v.startAt, far, ask)
	if !sameTimes(got, v.want) {
		if differs[v.rule] != "" {
			return
		}
		t.Errorf("%s from %v\n got %s\nwant %s", v.rule, v.series.Start, format(got), format(v.want))
	} else if differs[v.rule] != "" {
		t.Errorf("%s: listed as different, but it is not", v.rule)
	}
}

func sameTimes(a, b []time.Time) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}

func format(times []time.Time) string {
	var b strings.Builder
	for _, t := range times {
		b.WriteString(t.Format(time.RFC3339) + " ")
	}
	return b.String()
}

func readVectors(t *testing.T, path string) []vector {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var all []vector
	var v vector
	open := false
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		name, value, found := strings.Cut(line, ":")
		head, tzid, _ := strings.Cut(name, ";TZID=")
		switch {
		case strings.HasPrefix(line, "#"):
			open = open || strings.Contains(line, "OPEN") || strings.Contains(line, "LIMITED")
		case !found:
		case head == "RRULE":
			v.rule = value
		case head == "DTSTART":
			v.series.Start, v.series.AllDay = vectorTime(t, value, tzid)
		case head == "START-AT":
			v.startAt, _ = vectorTime(t, value, tzid)
		case head == "EXDATE":
			for item := range strings.SplitSeq(value, ",") {
				at, _ := vectorTime(t, item, tzid)
				v.series.EXDates = append(v.series.EXDates, at)
			}
		case head == "INSTANCES":
			for item := range strings.SplitSeq(value, ",") {
				if item != "" {
					at, _ := vectorTime(t, item, tzid)
					v.want = append(v.want, at)
				}
			}
			v.mustEmpty = len(v.want) == 0
			v.open = open
			v.name = v.rule
			all = append(all, v)
			v, open = vector{}, false
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func vectorTime(t *testing.T, s, tzid string) (at time.Time, dateOnly bool) {
	t.Helper()
	zone := time.UTC
	if tzid != "" {
		var err error
		if zone, err = time.LoadLocation(tzid); err != nil {
			t.Fatal(err)
		}
	}
	for _, layout := range []string{time.RFC3339, "20060102T150405Z", "20060102T150405", "20060102"} {
		if at, err := time.ParseInLocation(layout, s, zone); err == nil {
			return at, layout == "20060102"
		}
	}
	t.Fatalf("time %q", s)
	return time.Time{}, false
}
