package service

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// TestRI4_Bombs: size and shape as the attack, all the way through the import.
//
// It does not run in parallel: it measures processor time and memory, those of
// the whole program, so that nothing that it starts is left out.
func TestRI4_Bombs(t *testing.T) {
	repeat := strings.Repeat
	event := func(lines string) string { return calendarOf(lines) }
	bombs := map[string]string{
		"10,000 open BEGIN":         "BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\n", 10_000),
		"100,000 open BEGIN":        "BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\n", 100_000),
		"closed nesting":            "BEGIN:VCALENDAR\r\n" + repeat("BEGIN:A\r\n", 100_000) + repeat("END:A\r\n", 100_000) + "END:VCALENDAR\r\n",
		"50,000 parameters":         event("ATTENDEE" + repeat(";A=b", 50_000) + ":mailto:x\r\n" + dentist),
		"100,000 values":            event("ATTENDEE;M=x" + repeat(",b", 100_000) + ":mailto:x\r\n" + dentist),
		"one line of 10 MB":         event("X:" + repeat("x", 10<<20)),
		"500,000 folds":             event("SUMMARY:x" + repeat("\r\n x", 500_000)),
		"100,000 events":            "BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nDTSTART:20270120T130000Z\r\nEND:VEVENT\r\n", 100_000) + "END:VCALENDAR\r\n",
		"a name of 1 MB":            event(repeat("N", 1<<20) + ":x\r\n" + dentist),
		"19,999 equal UIDs":         "BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nUID:a\r\n"+dentist+"\r\nEND:VEVENT\r\n", 19_999) + "END:VCALENDAR\r\n",
		"an attachment of 4 MB":     event("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + repeat("QUJD", 1<<20) + "\r\n" + dentist),
		"a zone of 10,000 rules":    "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Z\r\n" + repeat("BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETTO:+0100\r\nTZOFFSETFROM:+0100\r\nRRULE:FREQ=DAILY\r\nEND:STANDARD\r\n", 5_000) + "END:VTIMEZONE\r\nEND:VCALENDAR\r\n",
		"a duration of a century":   event("DTSTART:20270120T130000Z\r\nDURATION:P36525D"),
		"from 1900 to 9999":         event("DTSTART:19000101T000000Z\r\nDTEND:99991231T000000Z"),
		"an end before its start":   event("DTSTART:20270120T130000Z\r\nDTEND:20270120T120000Z"),
		"many instances":            "BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nDTSTART:20260101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10\r\nEND:VEVENT\r\n", 100) + "END:VCALENDAR\r\n",
		"many rules that cost much": "BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nDTSTART:00010101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=5000\r\nEND:VEVENT\r\n", 15_000) + "END:VCALENDAR\r\n",
		"nothing but NUL":           "BEGIN:VCALENDAR\r\n" + repeat("\x00", 1<<20),
	}
	w := open(t, litetest.File(t, prepare))
	b := newBusyWorld(w)
	slowest, name, grown := time.Duration(0), "", uint64(0)
	for what, bomb := range bombs {
		best, least := time.Hour, uint64(1<<62)
		for range 3 { // the machine may be busy with other things
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := spent(t)
			reading, _ := b.reader.parse(t.Context(), "", []byte(bomb))
			best = min(best, spent(t)-start)
			runtime.ReadMemStats(&after)
			least = min(least, max(after.HeapInuse, before.HeapInuse)-before.HeapInuse)
			if len(reading.Busy) > 20_000 {
				t.Errorf("%s: %d busy times", what, len(reading.Busy))
			}
		}
		grown = max(grown, least)
		if best > slowest {
			slowest, name = best, what
		}
	}
	if limit := 200 * time.Millisecond * raceFactor; slowest > limit {
		t.Errorf("%s took %v, want at most %v", name, slowest, limit)
	}
	if grown > 50<<20 {
		t.Errorf("the heap grew by %d MB, want at most 50", grown>>20)
	}
	t.Logf("R-I4: %d bombs: the slowest %v (%s), heap +%d MB at most, 0 process exits", len(bombs), slowest.Round(time.Millisecond), name, grown>>20)
}

// spent is the processor time of this program so far: what others do on the
// machine is not in it.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestRI5_HostileRules: the rules that hang or blow up other libraries, each in
// a calendar beside an event that must stay.
//
// It does not run in parallel: it measures time.
func TestRI5_HostileRules(t *testing.T) {
	rules := []string{
		"FREQ=HOURLY;INTERVAL=2;BYHOUR=10", "FREQ=HOURLY;INTERVAL=24;BYHOUR=10", "FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1", "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=10",
		"FREQ=SECONDLY;INTERVAL=2;BYSECOND=1", "FREQ=SECONDLY", "FREQ=SECONDLY;COUNT=1000000000", "FREQ=DAILY;BYSETPOS=366", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=9223372036854775807", "FREQ=DAILY;COUNT=0",
		"FREQ=DAILY;COUNT=-1", "FREQ=DAILY;COUNT=2;UNTIL=20270201T000000Z", "FREQ=DAILY;UNTIL=20270201", "FREQ=DAILY;BYHOUR=99", "FREQ=MONTHLY;BYDAY=99MO",
		"FREQ=DAILY;BYHOUR=" + list(24) + ";BYMINUTE=" + list(60) + ";BYSECOND=" + list(60), "FREQ=DAILY;X=1", "COUNT=3", "FREQ=MONTHLY;BYDAY=53MO", "FREQ=YEARLY;BYEASTER=400",
		"FREQ=DAILY\r\nRRULE:FREQ=WEEKLY", "FREQ=DAILY\r\nEXRULE:FREQ=MINUTELY", "FREQ=DAILY\r\nEXDATE:20270120T130000Z" + strings.Repeat(",20270121T130000Z", 3500),
		"FREQ=DAILY\r\nRDATE;VALUE=PERIOD:20270122T130000Z/PT1H", "",
	}
	w := open(t, litetest.File(t, prepare))
	b := newBusyWorld(w)
	slowest := time.Duration(0)
	for _, start := range []string{"20270120T090000Z", "00010101T090000Z", "99991231T090000Z"} {
		for _, rule := range rules {
			best := time.Hour
			for range 2 {
				began := spent(t)
				reading, err := b.reader.parse(t.Context(), "", []byte(calendarOf("DTSTART:"+start+"\r\nDURATION:PT1H\r\nRRULE:"+rule, dentist)))
				best = min(best, spent(t)-began)
				if err != nil {
					t.Errorf("%q: %v: one rule costs the whole calendar", rule, err)
				}
				if !slices.ContainsFunc(reading.Busy, func(o busyTime) bool { return o.Start.Equal(time.Date(2027, 1, 20, 13, 0, 0, 0, time.UTC)) }) {
					t.Errorf("%q: the event beside it is lost", rule)
				}
			}
			slowest = max(slowest, best)
		}
	}
	if limit := 100 * time.Millisecond * raceFactor; slowest > limit {
		t.Errorf("a rule took %v, want at most %v", slowest, limit)
	}
	t.Logf("R-I5: %d hostile rules from 3 starts: 0 hangs, the slowest %v", len(rules), slowest.Round(time.Millisecond))
}

func list(n int) string {
	var out []string
	for i := range n {
		out = append(out, strconv.Itoa(i))
	}
	return strings.Join(out, ",")
}

// TestRI6_SilentEmptiness: whatever comes in place of the calendar, the last good
// copy stays and its age shows.
func TestRI6_SilentEmptiness(t *testing.T) {
	t.Parallel()
	good := calendarOf(dentist)
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
	}
	status := func(code int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code); _, _ = io.WriteString(w, text) }
	}
	bad := []struct {
		name    string
		handler http.HandlerFunc
		fault   string
	}{
		{"empty", body(""), "not_calendar"},
		{"blank lines", body("\r\n\r\n"), "not_calendar"},
		{"a sign-in page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>")
		}, "not_calendar"},
		{"a sign-in page that says it is a calendar", body("<!doctype html><title>Inloggen</title>"), "not_calendar"},
		{"words of an error", body("Internal Server Error"), "not_calendar"},
		{"JSON", body(`{"error":"expired"}`), "not_calendar"},
		{"half a file", body(good[:len(good)/2]), "truncated"},
		{"without its end", body(strings.TrimSuffix(good, "END:VCALENDAR\r\n")), "truncated"},
		{"no event any more", body(calendarOf()), BusyEmptied},
		{"UTF-16", body("\xff\xfeB\x00E\x00G\x00I\x00N\x00"), "not_calendar"},
		{"304 without a copy", status(http.StatusNotModified, ""), outside.FetchNotAsked},
		{"204", status(http.StatusNoContent, ""), outside.FetchRefused},
		{"401", status(http.StatusUnauthorized, ""), outside.FetchRefused},
		{"404", status(http.StatusNotFound, good), outside.FetchGone},
		{"500 with the calendar", status(http.StatusInternalServerError, good), outside.FetchRefused},
		{"broken off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			_, _ = io.WriteString(w, good)
		}, outside.FetchBroken},
	}
	forEachDatabase(t, func(w world) {
		b := newBusyWorld(w).adds()
		lost := 0
		for _, c := range bad {
			b.gives(good)
			for b.source().Fault != "" { // a good reading between, so that each starts alike
				b.wait(longestBusyPause * 2)
				b.refreshes()
			}
			when := b.source().Good
			b.does(c.handler)
			b.later()
			s := b.source()
			if s.Fault != c.fault || !s.Good.Equal(when) || s.Failures != 1 {
				w.Errorf("%s: fault %q, last good %v, want %q and %v", c.name, s.Fault, s.Good, c.fault, when)
			}
			if b.busy() != dentistTime {
				lost++
				w.Errorf("%s: busy %q", c.name, b.busy())
			}
		}
		for name, text := range map[string]string{
			"a BOM": "\xef\xbb\xbf" + good, "LF alone": strings.ReplaceAll(good, "\r\n", "\n"), "CR alone": strings.ReplaceAll(good, "\r\n", "\r"),
			"lower case": strings.ToLower(good[:15]) + good[15:],
		} {
			b.gives(text)
			b.wait(longestBusyPause * 2)
			b.refreshes()
			if s := b.source(); s.Fault != "" || b.busy() != dentistTime {
				w.Errorf("%s: %q, busy %q", name, s.Fault, b.busy())
			}
		}
		b.gives("")
		w.log.Reset()
		for !BusyStale(new(b.source()), b.Now()) {
			b.wait(longestBusyPause)
			b.refreshes()
		}
		if log := w.log.String(); !strings.Contains(log, "level=ERROR") || strings.Contains(log, "canary") {
			w.Errorf("after a day there is no alarm, or the address is in it:\n%s", log)
		}
		w.Logf("R-I6: %d kinds of silent emptiness: %d busy blocks lost", len(bad), lost)
	})
}

// TestAnEmptiedCalendarIsBelievedInTheEnd: somebody may really have nothing left.
func TestAnEmptiedCalendarIsBelievedInTheEnd(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		b := newBusyWorld(w).adds()
		b.does(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		for range 2 * emptyTries { // a server that was away for long is no reason to believe it at once
			b.wait(longestBusyPause + longestBusyPause/4)
			b.refreshes()
		}
		began := b.Now()
		b.gives(calendarOf())
		for i := range 20 {
			b.wait(longestBusyPause + longestBusyPause/4)
			b.refreshes()
			if b.busy() == "" {
				if i < 3 || b.source().Fault != "" {
					w.Errorf("believed after %d readings, fault %q", i+1, b.source().Fault)
				}
				w.Logf("an emptied calendar is believed after %d readings (%v here)", i+1, b.Now().Sub(began))
				return
			}
			if b.source().Fault != BusyEmptied {
				w.Fatalf("fault %q", b.source().Fault)
			}
		}
		w.Error("never believed")
	})
}

// TestRI7_Zones pins how each kind of time is read.
func TestRI7_Zones(t *testing.T) {
	t.Parallel()
	const own = "BEGIN:VTIMEZONE\r\nTZID:Eigen\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
	series := "DTSTART;TZID=Europe/Amsterdam:20270118T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3"
	cases := []struct{ name, text, busy string }{
		{"UTC", calendarOf(dentist), dentistTime},
		{"Amsterdam", calendarOf("DTSTART;TZID=Europe/Amsterdam:20270120T140000\r\nDTEND;TZID=Europe/Amsterdam:20270120T150000"), dentistTime},
		{"a Windows name", calendarOf("DTSTART;TZID=W. Europe Standard Time:20270120T140000\r\nDTEND;TZID=W. Europe Standard Time:20270120T150000"), dentistTime},
		{"a Windows name in quotes", calendarOf("DTSTART;TZID=\"Romance Standard Time\":20270120T140000\r\nDURATION:PT1H"), dentistTime},
		{"another Windows name", calendarOf("DTSTART;TZID=GMT Standard Time:20270120T130000\r\nDURATION:PT1H"), dentistTime},
		{"a name with a vendor", calendarOf("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Amsterdam:20270120T140000\r\nDURATION:PT1H"), dentistTime},
		{"floating", calendarOf("DTSTART:20270120T140000\r\nDTEND:20270120T150000"), dentistTime},
		{"floating, in summer", calendarOf("DTSTART:20270720T140000\r\nDTEND:20270720T150000"), "0720T1200-0720T1300"},
		{"the zone called Local", calendarOf("DTSTART;TZID=Local:20270120T140000\r\nDURATION:PT1H"), dentistTime},
		{"an unknown zone", calendarOf("DTSTART;TZID=Nergens/Huis:20270120T140000\r\nDURATION:PT1H"), "0119T1300-0121T1400"},
		{"a zone of its own", strings.Replace(calendarOf("DTSTART;TZID=Eigen:20270120T160000\r\nDURATION:PT1H"), "BEGIN:VEVENT", own+"BEGIN:VEVENT", 1), dentistTime},
		{"a whole day", calendarOf("DTSTART;VALUE=DATE:20270120\r\nDTEND;VALUE=DATE:20270121"), "0119T2300-0120T2300"},
		{"the day on which the clock goes forward", calendarOf("DTSTART;VALUE=DATE:20270328"), "0327T2300-0328T2200"},
		{"the hour that comes twice", calendarOf("DTSTART;TZID=Europe/Amsterdam:20271031T023000\r\nDURATION:PT1H"), "1031T0030-1031T0130"},
		{"transparent", calendarOf(dentist + "\r\nTRANSP:TRANSPARENT"), ""},
		{"free in Outlook", calendarOf(dentist + "\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE"), ""},
		{"cancelled", calendarOf(dentist + "\r\nSTATUS:CANCELLED"), ""},
		{"a series", calendarOf(series), "0118T0800-0118T0900 0119T0800-0119T0900 0120T0800-0120T0900"},
		{"an instance that was cancelled", calendarOf(series, "UID:elders-0\r\nRECURRENCE-ID;TZID=Europe/Amsterdam:20270119T090000\r\nDTSTART;TZID=Europe/Amsterdam:20270119T090000\r\nDURATION:PT1H\r\nSTATUS:CANCELLED"), "0118T0800-0118T0900 0120T0800-0120T0900"},
		{"an instance that moved", calendarOf(series, "UID:elders-0\r\nRECURRENCE-ID;TZID=Europe/Amsterdam:20270119T090000\r\nDTSTART;TZID=Europe/Amsterdam:20270119T150000\r\nDURATION:PT1H"), "0118T0800-0118T0900 0119T1400-0119T1500 0120T0800-0120T0900"},
		{"times that touch", calendarOf(dentist, "DTSTART:20270120T140000Z\r\nDTEND:20270120T150000Z"), "0120T1300-0120T1500"},
		{"long ago", calendarOf("DTSTART:20261201T140000Z\r\nDURATION:PT1H", dentist), dentistTime},
	}
	forEachDatabase(t, func(w world) {
		b := newBusyWorld(w).adds()
		for _, c := range cases {
			b.gives(strings.ReplaceAll(c.text, "UID:elders-1\r\nUID:", "UID:"))
			b.later()
			if got := b.busy(); got != c.busy || b.source().Fault != "" {
				w.Errorf("%s: busy %q, fault %q, want %q", c.name, got, b.source().Fault, c.busy)
			}
		}
		b.gives(calendarOf("DTSTART;TZID=Nergens/Huis:20270120T140000\r\nDURATION:PT1H"))
		b.later()
		if b.source().Faults != 1 {
			w.Errorf("an unknown zone is not reported: %+v", b.source())
		}
		w.Logf("R-I7: %d kinds of times, all as pinned", len(cases))
	})
}

// TestRI8_OnlyTimesAreKept dumps everything that is kept and looks for words of
// the calendar, its UIDs and its address.
func TestRI8_OnlyTimesAreKept(t *testing.T) {
	t.Parallel()
	canary := "DTSTART:20270120T130000Z\r\nDTEND:20270120T140000Z\r\nSUMMARY:CANARY-1\r\nDESCRIPTION:CANARY-2\r\nLOCATION:CANARY-3\r\n" +
		"ATTENDEE;CN=CANARY-4:mailto:CANARY-5@example.nl\r\nORGANIZER;CN=CANARY-6:mailto:x@example.nl\r\nCATEGORIES:CANARY-7\r\nX-CANARY-8:CANARY-9\r\nCANARY-10\r\nRRULE:FREQ=CANARY-11"
	text := strings.ReplaceAll(calendarOf(canary), "elders", "CANARY-UID")
	check := func(t *testing.T, w world, dump func() string) {
		t.Helper()
		b := newBusyWorld(w)
		b.gives(text)
		b.adds()
		b.gives("CANARY")
		b.later()
		if b.busy() != dentistTime {
			t.Fatalf("busy %q", b.busy())
		}
		kept := dump() + w.log.String()
		for _, word := range []string{"CANARY", "canary", "example.nl", "127.0.0.1"} {
			if n := strings.Count(kept, word); n > 0 {
				t.Errorf("%q is kept %d times", word, n)
			}
		}
		t.Logf("R-I8: 0 canaries in %d bytes of database and log", len(kept))
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := litetest.File(t, prepare)
		w := open(t, path)
		check(t, w, func() string { return fileTexts(w, filepath.Dir(path)) })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address := pgtest.Database(t, prepare)
		w := open(t, address)
		check(t, w, func() string { return dumped(w, address) })
	})
}

// fileTexts returns all files of a folder: a database and its journals.
func fileTexts(w world, folder string) string {
	w.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	w.must(err)
	var all strings.Builder
	for _, path := range files {
		text, err := os.ReadFile(path)
		w.must(err)
		all.Write(text)
	}
	return all.String()
}

// dumped returns every row of a PostgreSQL database as text.
func dumped(w world, address string) string {
	w.Helper()
	db, err := sql.Open("pgx", address)
	w.must(err)
	defer func() { _ = db.Close() }()
	column := func(query string) []string {
		rows, err := db.QueryContext(w.Context(), query)
		w.must(err)
		defer func() { _ = rows.Close() }()
		var out []string
		for rows.Next() {
			var text string
			w.must(rows.Scan(&text))
			out = append(out, text)
		}
		w.must(rows.Err())
		return out
	}
	var all strings.Builder
	for _, table := range column("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'") {
		for _, row := range column(`SELECT t::text FROM "` + table + `" AS t`) {
			all.WriteString(row + "\n")
		}
	}
	return all.String()
}

// TestRI9_NeverFewerBusyMinutes makes calendars of which the busy minutes are
// known, with free events and damaged lines between, and wants all of them.
func TestRI9_NeverFewerBusyMinutes(t *testing.T) {
	t.Parallel()
	w := open(t, litetest.File(t, prepare))
	b := newBusyWorld(w)
	from := time.Date(2027, 1, 5, 0, 0, 0, 0, time.UTC)
	cases, fewer := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		cases++
		var want []busyTime
		var events []string
		for range rapid.IntRange(1, 12).Draw(t, "events") {
			start := from.Add(time.Duration(rapid.IntRange(0, 300*24*60).Draw(t, "start")) * time.Minute)
			end := start.Add(time.Duration(rapid.IntRange(1, 3*24*60).Draw(t, "minutes")) * time.Minute)
			times := []string{start.Format("DTSTART:20060102T150405Z"), end.Format("DTEND:20060102T150405Z")}
			if rapid.Bool().Draw(t, "lower") {
				times[0] = strings.ToLower(times[0][:7]) + times[0][7:]
			}
			noise := rapid.SampledFrom([]string{
				"SUMMARY:x", "no colon here", "X_BAD.NAME:1", "ATTENDEE;CN=\"open:mailto:x", "CLASS:PRIVATE", "RRULE:FREQ=SECONDLY", "X:" + strings.Repeat("y", 70_000), "END:NOTHING",
				"BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM", "TRANSP:OPAQUE", "STATUS:TENTATIVE",
			}).Draw(t, "noise")
			at := rapid.IntRange(0, 2).Draw(t, "at")
			events = append(events, strings.Join(slices.Insert(times, at, noise), "\r\n"))
			want = append(want, busyTime{Start: start, End: end})
		}
		if rapid.Bool().Draw(t, "free") {
			events = append(events, dentist+"\r\nTRANSP:TRANSPARENT")
		}
		reading, err := b.reader.parse(context.Background(), "", []byte(calendarOf(events...)))
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, busy := range want {
			if !slices.ContainsFunc(reading.Busy, func(o busyTime) bool { return o.Start.Equal(busy.Start) && o.End.Equal(busy.End) }) {
				fewer++
				t.Errorf("%v is lost; %+v", busy, reading.Faults)
			}
		}
	})
	t.Logf("R-I9: %d calendars with damage, %d busy times lost", cases, fewer)
}

// FuzzRI9_Import: no bytes bring the import down, and none bring more than a
// known fault.
func FuzzRI9_Import(f *testing.F) {
	files, err := filepath.Glob("../../calendar/testdata/hostile/*.ics")
	if err != nil || len(files) == 0 {
		f.Fatalf("no hostile files: %v", err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	st, err := store.Open(f.Context(), filepath.Join(f.TempDir(), "test.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = st.Close() })
	s := New(st, slog.New(slog.DiscardHandler), func() time.Time { return testNow })
	if _, err := s.Import(f.Context(), []*planner.State{town("")}); err != nil {
		f.Fatal(err)
	}
	b := &BusyReader{Service: s}
	f.Fuzz(func(t *testing.T, text []byte) {
		reading, err := b.parse(t.Context(), "", text)
		if err != nil && faultCode(err) == "internal_error" {
			t.Errorf("%v", err)
		}
		for _, o := range reading.Busy {
			if !o.Start.Before(o.End) || len(absences(&store.Occupancy{From: o.Start, To: o.End}, time.UTC)) == 0 {
				t.Errorf("%+v", o)
			}
		}
	})
}
