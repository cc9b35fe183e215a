package calendar

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func asRuleError(err error, target **RuleError) bool { return errors.As(err, target) }

func mustRule(tb testing.TB, text string) *Recurrence {
	tb.Helper()
	rule, err := ParseRecurrence(text)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return &rule
}

func mustZone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatal(err)
	}
	return zone
}

func TestParseRecurrenceRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1,", 732) + "1"
	for _, c := range []struct{ rule, code string }{
		{"", RuleSyntax},
		{"FREQ", RuleSyntax},
		{"FREQ=", RuleSyntax},
		{"FREQ=DAILY;;COUNT=2", RuleSyntax},
		{"COUNT=2", RuleFreqMissing},
		{"FREQ=DAILY;FREQ=DAILY", RuleRepeatedPart},
		{"FREQ=HOURLY", RuleFreq},
		{"FREQ=FORTNIGHTLY", RuleFreq},
		{"FREQ=DAILY;INTERVAL=0", RuleInterval},
		{"FREQ=DAILY;INTERVAL=100001", RuleInterval},
		{"FREQ=DAILY;INTERVAL=+1", RuleInterval},
		{"FREQ=DAILY;INTERVAL=99999999999999999999", RuleInterval},
		{"FREQ=DAILY;COUNT=100001", RuleCount},
		{"FREQ=DAILY;COUNT=0", RuleCount},
		{"FREQ=DAILY;COUNT=2;UNTIL=20270101", RuleCountAndUntil},
		{"FREQ=DAILY;UNTIL=2027", RuleUntil},
		{"FREQ=DAILY;UNTIL=20270231", RuleUntil},
		{"FREQ=DAILY;BYSECOND=61", RuleValue},
		{"FREQ=DAILY;BYSECOND=-1", RuleValue},
		{"FREQ=DAILY;BYHOUR=" + numbers(0, 23) + ",23", RuleTooMany},
		{"FREQ=DAILY;BYEASTER=0", RuleUnknownPart},
		{"RSCALE=CHINESE;FREQ=YEARLY", RuleUnknownPart},
		{"FREQ=YEARLY;BYYEARDAY=" + long, RuleTooMany},
		{"FREQ=DAILY;BYHOUR=24", RuleValue},
		{"FREQ=DAILY;BYHOUR=-1", RuleValue},
		{"FREQ=DAILY;BYMINUTE=60", RuleValue},
		{"FREQ=DAILY;BYMONTH=13", RuleValue},
		{"FREQ=DAILY;BYMONTH=5L", RuleValue},
		{"FREQ=MONTHLY;BYMONTHDAY=0", RuleValue},
		{"FREQ=MONTHLY;BYMONTHDAY=-32", RuleValue},
		{"FREQ=MONTHLY;BYDAY=0MO", RuleValue},
		{"FREQ=MONTHLY;BYDAY=M", RuleValue},
		{"FREQ=MONTHLY;BYDAY=MON", RuleValue},
		{"FREQ=MONTHLY;BYDAY=", RuleSyntax},
		{"FREQ=MONTHLY;BYDAY=MO,", RuleValue},
		{"FREQ=YEARLY;BYWEEKNO=54", RuleValue},
		{"FREQ=YEARLY;BYYEARDAY=-367", RuleValue},
		{"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", RuleValue},
		{"FREQ=WEEKLY;WKST=XX", RuleValue},
		{"FREQ=DAILY;BYSETPOS=1", RuleSetPosAlone},
		{"FREQ=MONTHLY;BYWEEKNO=1", RuleCombination},
		{"FREQ=MONTHLY;BYYEARDAY=1", RuleCombination},
		{"FREQ=WEEKLY;BYMONTHDAY=1", RuleCombination},
		{"FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", RuleCombination},
		{"FREQ=DAILY;BYDAY=2MO", RuleNumberedDay},
		{"FREQ=MONTHLY;BYDAY=6MO", RuleNumberedDay},
		{"FREQ=YEARLY;BYMONTH=2;BYDAY=-6MO", RuleNumberedDay},
		{"FREQ=DAILY;" + strings.Repeat("A", maxRuleBytes), RuleTooLong},
		{"FREQ=DAILY; COUNT=2", RuleUnknownPart},
		{"FREQ=DAILY\r\nATTENDEE:x", RuleFreq},
	} {
		t.Run(clip(c.rule), func(t *testing.T) {
			t.Parallel()
			_, err := ParseRecurrence(c.rule)
			var ruleErr *RuleError
			if !errors.As(err, &ruleErr) || ruleErr.Code != c.code {
				t.Fatalf("got %v, want code %s", err, c.code)
			}
			if ruleErr.Dutch == "" || ruleErr.English == "" || strings.Contains(ruleErr.Dutch+ruleErr.English, "%!") {
				t.Errorf("sentences %q and %q", ruleErr.Dutch, ruleErr.English)
			}
		})
	}
}

func TestParseRecurrenceKeepsText(t *testing.T) {
	t.Parallel()
	rule := mustRule(t, " rrule:freq=weekly;byday=mo; ")
	if got, want := rule.String(), "FREQ=WEEKLY;BYDAY=MO"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestRI5_GuardRules takes the rules that hang or crash other engines. Those finer
// than a day are refused, whatever the file asks of engines that take them.
func TestRI5_GuardRules(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/recur/own_guard_rules.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, mustZone(t, "Europe/Amsterdam"))
	planned := map[string]bool{"DAILY": true, "WEEKLY": true, "MONTHLY": true, "YEARLY": true}
	rules := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Split(lines.Text(), "\t")
		if strings.HasPrefix(lines.Text(), "#") || len(fields) < 2 {
			continue
		}
		rules++
		rule, err := ParseRecurrence(fields[1])
		switch {
		case fields[0] == "REFUSE" || !planned[freqOf(fields[1])]:
			if err == nil {
				t.Errorf("%s: accepted", fields[1])
			}
		case err != nil:
			t.Errorf("%s: %v", fields[1], err)
		default:
			s := Series{Start: start, Rule: &rule}
			if got := s.All(1); len(got) != 0 {
				t.Errorf("%s: got %s", fields[1], format(got))
			}
		}
	}
	if rules != 23 {
		t.Errorf("%d rules read, want 23", rules)
	}
}

// numbers lists the integers from one to another.
func numbers(from, to int) string {
	var list []string
	for n := from; n <= to; n++ {
		list = append(list, fmt.Sprint(n))
	}
	return strings.Join(list, ",")
}

func freqOf(rule string) string {
	_, rest, _ := strings.Cut(rule, "FREQ=")
	freq, _, _ := strings.Cut(rest, ";")
	return freq
}

// costlyRules are accepted and make the engine work hard: the most instances,
// the rarest ones, or the largest sets to select from.
var costlyRules = []string{
	"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
	"FREQ=DAILY;INTERVAL=7;BYMONTHDAY=31;BYMONTH=2",
	"FREQ=DAILY;INTERVAL=7;BYDAY=SU",
	"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=5000",
	"FREQ=DAILY;INTERVAL=999;COUNT=5000",
	"FREQ=DAILY;BYHOUR=23;BYMINUTE=59;BYSETPOS=2",
	"FREQ=WEEKLY;INTERVAL=53;BYMONTH=2;BYDAY=MO;COUNT=5000",
	"FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
	"FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
	"FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31;BYMONTH=2",
	"FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=5MO;INTERVAL=7;COUNT=5000",
	"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
	"FREQ=YEARLY;INTERVAL=999;BYMONTH=2;BYMONTHDAY=29",
	"FREQ=YEARLY;BYYEARDAY=366;BYDAY=MO;COUNT=5000",
	"FREQ=YEARLY;BYWEEKNO=53;BYMONTHDAY=31;BYYEARDAY=200;BYDAY=MO",
	"FREQ=YEARLY;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYSETPOS=-1,366;COUNT=100000;" + everySecond,
	"FREQ=YEARLY;BYWEEKNO=" + numbers(1, 53) + "," + numbers(-53, -1) + ";BYYEARDAY=366;BYDAY=MO;COUNT=100000",
	"FREQ=YEARLY;BYWEEKNO=" + numbers(1, 53) + ";BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=" + numbers(1, 366) + "," + numbers(-366, -1) + ";" + everySecond,
	"FREQ=YEARLY;BYYEARDAY=" + numbers(1, 366) + "," + numbers(-366, -1) + ";BYMONTHDAY=31;BYMONTH=2",
	"FREQ=YEARLY;BYYEARDAY=" + numbers(1, 366) + ";BYMONTHDAY=" + numbers(1, 31) + "," + numbers(-31, -1) + ";BYSETPOS=" + numbers(1, 366) + ";BYDAY=MO;COUNT=100000",
	"FREQ=YEARLY;BYDAY=" + numberedDays(53) + ";BYMONTHDAY=31;BYYEARDAY=59",
	"FREQ=YEARLY;BYDAY=" + numberedDays(53) + ";COUNT=100000",
	"FREQ=MONTHLY;BYDAY=" + numberedDays(5) + ";BYMONTHDAY=31;BYMONTH=2",
	"FREQ=MONTHLY;BYMONTHDAY=" + numbers(1, 31) + ";BYSETPOS=" + numbers(-366, -1) + ";COUNT=100000;" + everySecond,
	"FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;COUNT=100000",
	"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTH=2;BYSETPOS=" + numbers(1, 366) + ";COUNT=100000;" + everySecond,
	"FREQ=DAILY;COUNT=100000",
	"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;COUNT=100000",
	"FREQ=DAILY;UNTIL=99991231T235959Z",
	"FREQ=DAILY;" + everySecond,
	"FREQ=DAILY;COUNT=100000;" + everySecond,
	"FREQ=DAILY;BYSETPOS=1,-1;" + everySecond,
}

// everySecond makes 86,400 instances of each day.
var everySecond = "BYHOUR=" + numbers(0, 23) + ";BYMINUTE=" + numbers(0, 59) + ";BYSECOND=" + numbers(0, 60)

func numberedDays(most int) string {
	var list []string
	for _, day := range []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"} {
		for n := 1; n <= most; n++ {
			list = append(list, fmt.Sprint(n, day), fmt.Sprint(-n, day))
		}
	}
	return strings.ReplaceAll(strings.Join(list, ","), " ", "")
}

// TestCostlyRulesStayCheap asks each for everything, for a day, a month and a
// year near the end of time, and from days on which the clocks or the year
// change: R-I5 bounds a rule to 100 ms.
func TestRI5_CostlyRulesStayCheap(t *testing.T) {
	zone := mustZone(t, amsterdam)
	far := time.Date(9998, 6, 1, 0, 0, 0, 0, time.UTC)
	end := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	windows := [][2]time.Time{{{}, end}, {far, far.AddDate(0, 0, 1)}, {far, far.AddDate(0, 1, 0)}, {far, end}}
	for _, day := range []Date{NewDate(2027, 3, 28), NewDate(2027, 10, 31), NewDate(2039, 1, 1), NewDate(9998, 1, 1)} {
		windows = append(windows, [2]time.Time{day.At(0, zone), end})
	}
	most, dearest := time.Duration(0), ""
	for _, start := range []time.Time{time.Date(2026, 1, 5, 9, 0, 0, 0, zone), time.Date(1, 1, 1, 0, 0, 0, 0, zone)} {
		for _, text := range costlyRules {
			s := Series{Start: start, Rule: mustRule(t, text)}
			for w, window := range windows {
				for _, limit := range []int{0, MaxCount} {
					steps := 0
					took := cpuTime(t, func() { _, steps = s.between(window[0], window[1], limit) })
					if took > most {
						most, dearest = took, fmt.Sprintf("%s from %d, window %d, limit %d, %d steps", clip(text), start.Year(), w, limit, steps)
					}
					if took > 100*time.Millisecond*slowness {
						t.Errorf("%s from %d, window %d, limit %d: %v, %d steps", clip(text), start.Year(), w, limit, took, steps)
					}
				}
			}
		}
	}
	t.Logf("the dearest of %d rules took %v: %s", len(costlyRules), most, dearest)
}

// cpuTime returns the processor time that work takes on its thread: what others
// do on the machine is not in it.
func cpuTime(tb testing.TB, work func()) time.Duration {
	tb.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	used := func() time.Duration {
		var usage syscall.Rusage
		if err := syscall.Getrusage(1 /* RUSAGE_THREAD */, &usage); err != nil {
			tb.Fatal(err)
		}
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	begun := used()
	work()
	return used() - begun
}

func TestBetweenSeeks(t *testing.T) {
	t.Parallel()
	zone := mustZone(t, "Europe/Amsterdam")
	from := time.Date(2027, 3, 1, 0, 0, 0, 0, zone)
	for _, text := range []string{
		"FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=3", "FREQ=MONTHLY;INTERVAL=5", "FREQ=YEARLY;BYMONTH=3",
		"FREQ=YEARLY;BYWEEKNO=10;INTERVAL=2",
	} {
		s := Series{Start: time.Date(1601, 1, 1, 9, 0, 0, 0, zone), Rule: mustRule(t, text)}
		_, steps := s.between(from, from.AddDate(0, 1, 0), 0)
		if steps > 100 {
			t.Errorf("%s: %d steps for a month", text, steps)
		}
	}
}

// TestBetweenOfParts: what two halves of a window hold is what the whole holds,
// with COUNT and with seeking alike.
func TestBetweenOfParts(t *testing.T) {
	t.Parallel()
	zone := mustZone(t, "America/Santiago")
	start := time.Date(2025, 11, 30, 23, 30, 0, 0, zone)
	texts := append([]string{
		"FREQ=DAILY;INTERVAL=3", "FREQ=DAILY;COUNT=700;BYHOUR=0,12", "FREQ=WEEKLY;BYDAY=MO,SU;WKST=SU;INTERVAL=2",
		"FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY;BYWEEKNO=1,52,53;BYDAY=SU,MO", "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1",
	}, costlyRules...)
	for _, text := range texts {
		s := Series{Start: start, Rule: mustRule(t, text)}
		end := start.AddDate(3, 0, 0)
		whole := s.Between(start, end, 1000)
		var parts []time.Time
		for from := start; from.Before(end) && len(parts) < len(whole); {
			to := from.AddDate(0, 0, 17).Add(5 * time.Hour)
			if to.After(end) {
				to = end
			}
			parts = append(parts, s.Between(from, to, 0)...)
			from = to
		}
		if parts = parts[:min(len(parts), len(whole))]; !sameTimes(whole, parts) {
			t.Errorf("%s: whole %d and parts %d differ", clip(text), len(whole), len(parts))
		}
	}
}

func TestSeriesDates(t *testing.T) {
	t.Parallel()
	zone := mustZone(t, "Europe/Amsterdam")
	at := func(day, hour int) time.Time { return time.Date(2027, 3, day, hour, 0, 0, 0, zone) }
	for _, c := range []struct {
		name   string
		series Series
		want   []time.Time
	}{
		{"no rule", Series{Start: at(1, 9)}, []time.Time{at(1, 9)}},
		{"rdates without a rule", Series{Start: at(1, 9), RDates: []time.Time{at(3, 9), at(2, 9).UTC()}}, []time.Time{at(1, 9), at(2, 9), at(3, 9)}},
		{"rdate twice", Series{Start: at(1, 9), RDates: []time.Time{at(1, 9)}}, []time.Time{at(1, 9)}},
		{"exdate in UTC", Series{Start: at(1, 9), Rule: mustRule(t, "FREQ=DAILY;COUNT=3"), EXDates: []time.Time{at(2, 9).UTC()}}, []time.Time{at(1, 9), at(3, 9)}},
		{"exdate at another time", Series{Start: at(1, 9), Rule: mustRule(t, "FREQ=DAILY;COUNT=2"), EXDates: []time.Time{at(2, 10)}}, []time.Time{at(1, 9), at(2, 9)}},
		{"exday", Series{Start: at(1, 9), Rule: mustRule(t, "FREQ=DAILY;COUNT=3"), EXDays: []Date{NewDate(2027, 3, 2)}}, []time.Time{at(1, 9), at(3, 9)}},
		{"all day", Series{Start: at(27, 0), AllDay: true, Rule: mustRule(t, "FREQ=DAILY;COUNT=3"), EXDates: []time.Time{at(28, 0)}}, []time.Time{at(27, 0), at(29, 0)}},
		{"all day rdate", Series{Start: at(27, 15), AllDay: true, RDates: []time.Time{at(28, 9)}}, []time.Time{at(27, 0), at(28, 0)}},
	} {
		if got := c.series.All(0); !sameTimes(got, c.want) {
			t.Errorf("%s: got %s want %s", c.name, format(got), format(c.want))
		}
	}
}

func TestSeriesLimit(t *testing.T) {
	t.Parallel()
	s := Series{Start: time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC), Rule: mustRule(t, "FREQ=DAILY;BYHOUR=9,10,11")}
	for ask, want := range map[int]int{-1: MaxInstances, 0: MaxInstances, 1: 1, 4: 4, MaxCount + 1: MaxCount} {
		if got := len(s.All(ask)); got != want {
			t.Errorf("limit %d: %d instances, want %d", ask, got, want)
		}
	}
	if got := s.Between(s.Start, s.Start, 0); got != nil {
		t.Errorf("empty window: got %s", format(got))
	}
}

func TestRecurQuery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		query RecurQuery
		want  string
		fault string
	}{
		{"times", RecurQuery{Start: "2027-03-26T09:00", Rule: "FREQ=DAILY;COUNT=3"}, "2027-03-26T09:00:00+01:00 2027-03-27T09:00:00+01:00 2027-03-28T09:00:00+02:00", ""},
		{"dates", RecurQuery{Start: "2027-03-26", Rule: "FREQ=WEEKLY;COUNT=3", EXDates: []string{"2027-04-02"}, RDates: []string{"2027-04-05"}}, "2027-03-26 2027-04-05 2027-04-09", ""},
		{"window", RecurQuery{Start: "20270326T090000Z", Zone: "UTC", From: "2027-04-01", To: "2027-04-03", Rule: "FREQ=DAILY"}, "2027-04-01T09:00:00Z 2027-04-02T09:00:00Z", ""},
		{"limit", RecurQuery{Start: "2027-03-26", Limit: 2, Rule: "FREQ=DAILY"}, "2027-03-26 2027-03-27", ""},
		{"exdate of a day", RecurQuery{Start: "2027-03-26T09:00:30", Limit: 2, Rule: "FREQ=DAILY", EXDates: []string{"20270327"}}, "2027-03-26T09:00:30+01:00 2027-03-28T09:00:30+02:00", ""},
		{"rdate as a day", RecurQuery{Start: "2027-03-26T09:00", Rule: "FREQ=DAILY;COUNT=1", RDates: []string{"2027-03-29"}}, "2027-03-26T09:00:00+01:00 2027-03-29T09:00:00+02:00", ""},
		{"rdate as a period", RecurQuery{Start: "2027-03-26T09:00", Rule: "FREQ=DAILY;COUNT=1", RDates: []string{"20270329T070000Z/PT1H", "20270330T090000/20270330T100000"}}, "2027-03-26T09:00:00+01:00 2027-03-29T09:00:00+02:00 2027-03-30T09:00:00+02:00", ""},
		{"rdate that exdate takes away", RecurQuery{Start: "2027-03-26", RDates: []string{"2027-03-29"}, EXDates: []string{"2027-03-29"}}, "2027-03-26", ""},
		{"seconds", RecurQuery{Start: "2027-03-26T09:00", Rule: "FREQ=DAILY;COUNT=2;BYSECOND=0,60"}, "2027-03-26T09:00:00+01:00 2027-03-26T09:00:59+01:00", ""},
		{"no period", RecurQuery{Start: "2027-03-26", RDates: []string{"20270329T070000Z/later"}}, "", "rdate later"},
		{"start in a gap", RecurQuery{Start: "2027-03-28T02:30", Rule: "FREQ=DAILY;COUNT=2"}, "2027-03-28T03:30:00+02:00 2027-03-29T02:30:00+02:00", ""},
		{"start in a gap, until", RecurQuery{Start: "20270328T023000", Rule: "FREQ=WEEKLY;UNTIL=20270404T003000Z"}, "2027-03-28T03:30:00+02:00 2027-04-04T02:30:00+02:00", ""},
		{"start in a gap, a day added", RecurQuery{Start: "2027-03-28T02:30", RDates: []string{"2027-03-30"}}, "2027-03-28T03:30:00+02:00 2027-03-30T02:30:00+02:00", ""},
		{"start in a gap, and left out", RecurQuery{Start: "2027-03-28T02:30", Rule: "FREQ=DAILY;COUNT=2", EXDates: []string{"2027-03-28T02:30"}}, "2027-03-29T02:30:00+02:00", ""},
		{"start at midnight in a gap", RecurQuery{Start: "2018-11-04T00:00", Zone: "America/Sao_Paulo", Rule: "FREQ=DAILY;COUNT=2"}, "2018-11-04T01:00:00-02:00 2018-11-05T00:00:00-02:00", ""},
		{"start at a clock of another zone", RecurQuery{Start: "2027-03-28T02:30:00Z", Rule: "FREQ=DAILY;COUNT=2"}, "2027-03-28T04:30:00+02:00 2027-03-29T04:30:00+02:00", ""},
		{"the server's zone", RecurQuery{Start: "2027-03-26", Zone: "Local", Rule: "FREQ=DAILY"}, "", "zone Local IANA"},
		{"the server's zone by another name", RecurQuery{Start: "2027-03-26", Zone: "localtime", Rule: "FREQ=DAILY"}, "", "zone localtime"},
		{"no zone, and more", RecurQuery{Start: "ooit", Zone: "Mars/Base", Rule: "FREQ=NU", Limit: -1}, "", "zone Mars start ooit FREQ NU limit -1"},
		{"the year 0", RecurQuery{Start: "0000-01-01", Rule: "FREQ=DAILY;COUNT=3"}, "", "start 0000-01-01 year 1 9999"},
		{"the year 0 in UTC", RecurQuery{Start: "0001-01-01T00:00+14:00", Rule: "FREQ=DAILY;COUNT=3"}, "", "start year"},
		{"the first year", RecurQuery{Start: "0001-01-01", Rule: "FREQ=YEARLY;COUNT=2"}, "0001-01-01 0002-01-01", ""},
		{"the last day", RecurQuery{Start: "9999-12-31", Rule: "FREQ=DAILY"}, "9999-12-31", ""},
		{"a window from after its end", RecurQuery{Start: "2027-03-26", From: "2028-01-01", To: "2027-01-01", Rule: "FREQ=DAILY"}, "", "window from 2028-01-01 2027-01-01"},
		{"no rule", RecurQuery{Start: "2027-03-26"}, "2027-03-26", ""},
		{"zone", RecurQuery{Start: "2027-03-26", Zone: "Mars/Olympus"}, "", "Mars/Olympus"},
		{"all faults", RecurQuery{Start: "gisteren", From: "ooit", To: "nooit", EXDates: []string{"x"}, RDates: []string{"y"}, Rule: "FREQ=HOURLY"}, "", "gisteren ooit nooit x y HOURLY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lines, _, err := c.query.Lines()
			if got := strings.Join(lines, " "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			for word := range strings.FieldsSeq(c.fault) {
				if err == nil || !strings.Contains(err.Error(), word) {
					t.Errorf("error %v does not name %s", err, word)
				}
			}
			if c.fault == "" && err != nil {
				t.Error(err)
			}
		})
	}
}

func ExampleSeries_Between() {
	zone, _ := time.LoadLocation("Europe/Amsterdam")
	rule, _ := ParseRecurrence("FREQ=MONTHLY;BYDAY=1MO,WE")
	s := Series{Start: time.Date(2027, 1, 4, 9, 0, 0, 0, zone), Rule: &rule}
	for _, t := range s.Between(s.Start, s.Start.AddDate(0, 0, 14), 10) {
		fmt.Println(t.Format("Mon 2 Jan 15:04"))
	}
	// Output:
	// Mon 4 Jan 09:00
	// Wed 6 Jan 09:00
	// Wed 13 Jan 09:00
}

func ExampleRecurQuery_Lines() {
	query := RecurQuery{Start: "2027-03-26T09:00", Rule: "FREQ=DAILY;COUNT=4", EXDates: []string{"2027-03-27"}}
	lines, _, _ := query.Lines()
	fmt.Println(strings.Join(lines, "\n"))

	query.Rule = "FREQ=HOURLY"
	_, _, err := query.Lines()
	fmt.Println(err)
	// Output:
	// 2027-03-26T09:00:00+01:00
	// 2027-03-28T09:00:00+02:00
	// 2027-03-29T09:00:00+02:00
	// recurrence rule: FREQ=HOURLY is not accepted: an appointment repeats once a day at the most
}

// FuzzRecurrence: no text makes the parser or the engine crash, and what is
// accepted gives a bounded, ordered list in bounded work.
func FuzzRecurrence(f *testing.F) {
	for _, text := range costlyRules {
		f.Add(text, int64(1798794000), false)
	}
	f.Add("FREQ=YEARLY;BYDAY=1MO,-1SU;BYMONTHDAY=7;UNTIL=20300101", int64(-62135596800), true)
	f.Add("FREQ=YEARLY;INTERVAL=2;BYWEEKNO=-1,1,53;WKST=SU;UNTIL=20300101T000000Z", int64(1798794000), true)
	zone := mustZone(f, "Europe/Amsterdam")
	f.Fuzz(func(t *testing.T, text string, unix int64, allDay bool) {
		rule, err := ParseRecurrence(text)
		if err != nil {
			if ruleErr := (*RuleError)(nil); !errors.As(err, &ruleErr) {
				t.Fatalf("error of type %T", err)
			}
			return
		}
		again, err := ParseRecurrence(rule.String())
		if err != nil || again.String() != rule.String() {
			t.Fatalf("%q does not read back: %v", rule.String(), err)
		}
		start := time.Unix(unix%253402300800, 0).In(zone)
		s := Series{Start: start, AllDay: allDay, Rule: &rule}
		found, steps := s.between(time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), 500)
		if steps > 1_000_000 || len(found) > 500 {
			t.Fatalf("%s: %d steps, %d instances", text, steps, len(found))
		}
		for i := 1; i < len(found); i++ {
			if !found[i-1].Before(found[i]) {
				t.Fatalf("%s: %v before %v", text, found[i-1], found[i])
			}
		}
	})
}

func BenchmarkBetweenMonth(b *testing.B) {
	zone := mustZone(b, "Europe/Amsterdam")
	from := time.Date(2027, 3, 1, 0, 0, 0, 0, zone)
	for _, text := range []string{"FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY;COUNT=5000"} {
		s := Series{Start: time.Date(2011, 1, 3, 9, 0, 0, 0, zone), Rule: mustRule(b, text)}
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				s.Between(from, from.AddDate(0, 1, 0), 0)
			}
		})
	}
}

func BenchmarkCostlyRules(b *testing.B) {
	zone := mustZone(b, "Europe/Amsterdam")
	for i, text := range costlyRules {
		s := Series{Start: time.Date(2026, 1, 5, 9, 0, 0, 0, zone), Rule: mustRule(b, text)}
		b.Run(fmt.Sprint(i, freqOf(text)), func(b *testing.B) {
			for b.Loop() {
				s.All(0)
			}
		})
	}
}

// TestRefusalsAreShowable: what is refused is told without its control characters,
// which would colour or empty the terminal of whoever reads it.
func TestRefusalsAreShowable(t *testing.T) {
	t.Parallel()
	const evil = "\x1b[31m\r\x07\u202e\x00"
	for _, rule := range []string{
		"FREQ=" + evil, evil, evil + "=1", "FREQ=DAILY;" + evil + "=1;" + evil + "=1", "FREQ=DAILY;COUNT=" + evil, "FREQ=DAILY;INTERVAL=" + evil,
		"FREQ=DAILY;UNTIL=" + evil, "FREQ=DAILY;WKST=" + evil, "FREQ=DAILY;BYDAY=" + evil, "FREQ=DAILY;BYMONTH=1," + evil, "FREQ=DAILY;X" + evil + "=" + evil,
	} {
		_, err := ParseRecurrence(rule)
		var refused *RuleError
		if !errors.As(err, &refused) {
			t.Fatalf("%q: %v", rule, err)
		}
		for _, text := range []string{refused.Part, refused.Dutch, refused.English, err.Error()} {
			if strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
				t.Errorf("%q is told as %q", rule, text)
			}
		}
	}
	for _, q := range []RecurQuery{{Start: evil}, {Start: "2027-01-01", Zone: evil}, {Start: "2027-01-01", RDates: []string{evil, evil + "/x"}, EXDates: []string{evil}}} {
		if _, _, err := q.Lines(); err == nil || strings.ContainsFunc(err.Error(), func(r rune) bool { return r != '\n' && !strconv.IsPrint(r) }) {
			t.Errorf("%+v is told as %q", q, err)
		}
	}
}
