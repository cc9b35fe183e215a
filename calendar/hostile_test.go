package calendar

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

// What one hostile input may cost (R-I4).
const (
	mostTime   = 200 * time.Millisecond
	mostMemory = 50 << 20
)

// cost is what a piece of work takes: processor time, since others use the
// machine too, and the most heap beyond what was there before.
type cost struct {
	time   time.Duration
	memory uint64
}

// measure runs work, whose input is made before.
func measure(tb testing.TB, work func()) (c cost) {
	tb.Helper()
	runtime.GC()
	before := heapInUse()
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := before
		for {
			select {
			case <-done:
				peak <- max(most, heapInUse())
				return
			case <-time.After(200 * time.Microsecond):
				most = max(most, heapInUse())
			}
		}
	}()
	c.time = cpuTime(tb, work)
	close(done)
	c.memory = <-peak - before
	return c
}

func heapInUse() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// ledger checks costs and remembers the dearest.
type ledger struct {
	n                   int
	slowest, largest    cost
	slowName, largeName string
}

func (l *ledger) add(t *testing.T, name string, c cost) {
	t.Helper()
	l.n++
	if c.time > mostTime*slowness || c.memory > mostMemory*memoryRoom {
		t.Errorf("%s: %v and %.1f MB, want at most %v and %d MB", name, c.time, megabytes(c.memory), mostTime, mostMemory>>20)
	}
	if c.time > l.slowest.time {
		l.slowest, l.slowName = c, name
	}
	if c.memory >= l.largest.memory {
		l.largest, l.largeName = c, name
	}
}

func (l *ledger) print(t *testing.T) {
	t.Helper()
	t.Logf("%d inputs; the slowest took %v (%s), the largest %.1f MB (%s)", l.n, l.slowest.time, l.slowName, megabytes(l.largest.memory), l.largeName)
}

func megabytes(n uint64) float64 { return float64(n) / (1 << 20) }

// TestRI4_Bombs measures every hostile input of testdata and of bombs. It is not
// parallel, so that no other test of this package is in its figures.
func TestRI4_Bombs(t *testing.T) {
	var l ledger
	options := inMarch(t)
	files, err := filepath.Glob("testdata/hostile/*.ics")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		l.add(t, path, measure(t, func() { _, _ = ReadBusy(bytes.NewReader(text), options) }))
	}
	for name, bomb := range bombs() {
		got, err := ReadBusy(strings.NewReader(bomb.text), options)
		t.Run(name, func(t *testing.T) {
			checkCode(t, err, bomb.code)
			if busyText(got) != bomb.busy {
				t.Errorf("got %.200q, want %q", busyText(got), bomb.busy)
			}
			if len(got.Faults) > maxKeptFaults {
				t.Errorf("%d faults kept", len(got.Faults))
			}
		})
		l.add(t, name, measure(t, func() { _, _ = ReadBusy(strings.NewReader(bomb.text), options) }))
	}
	for name, endless := range endlessBombs() {
		_, err := ReadBusy(endless(), options)
		t.Run(name, func(t *testing.T) {
			if err == nil {
				t.Error("accepted")
			}
		})
		l.add(t, name, measure(t, func() { _, _ = ReadBusy(endless(), options) }))
	}
	l.print(t)
}

// endlessBombs are too large to keep.
func endlessBombs() map[string]func() io.Reader {
	again := func(head, body string, n int) func() io.Reader {
		return func() io.Reader {
			return io.MultiReader(strings.NewReader(head), &repeated{text: body, left: n})
		}
	}
	const head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
	small := "BEGIN:VEVENT\r\nUID:a\r\n" + fine + "\r\nEND:VEVENT\r\n"
	large := "BEGIN:VEVENT\r\nUID:a\r\n" + fine + "\r\nDESCRIPTION:" + strings.Repeat("d", 345-len(small)-14) + "\r\nEND:VEVENT\r\n"
	return map[string]func() io.Reader{
		"3,000,000 open BEGIN": again(head, "BEGIN:VEVENT\r\n", 3_000_000),
		"1,000,000 BEGIN and their END": func() io.Reader {
			return io.MultiReader(again(head, "BEGIN:A\r\n", 1_000_000)(), &repeated{text: "END:A\r\n", left: 1_000_000})
		},
		"100,000 valid events, 8.7 MB":     again(head, small, 100_000),
		"289,855 events of 345 octets":     again(head, large, 289_855),
		"a line without an end":            again(head+"BEGIN:VEVENT\r\nX:", "xxxxxxxxxxxxxxxx", 1<<40),
		"folds without an end":             again(head+"BEGIN:VEVENT\r\nX:", "x\r\n ", 1<<40),
		"blank lines without an end":       again("", "\r\n", 1<<40),
		"NUL without an end":               again(head, "\x00", 1<<40),
		"bad lines without an end":         again(head, "x\r\n", 1<<40),
		"calendars without an end":         again("", head+"END:VCALENDAR\r\n", 1<<40),
		"periods of free/busy, 5 MB":       again(head+"BEGIN:VFREEBUSY\r\n", "FREEBUSY:"+strings.Repeat("20260302T080000Z/PT8H,", 2900)+"20260302T080000Z/PT8H\r\n", 90),
		"versions of one event, 5 MB":      again(head, small, 50_000),
		"time zones without an end, empty": again(head, "BEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\n", 1<<40),
	}
}

// repeated reads as a text many times over.
type repeated struct {
	text string
	left int
	at   int
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) && r.left > 0 {
		k := copy(p[n:], r.text[r.at:])
		n += k
		if r.at += k; r.at == len(r.text) {
			r.at = 0
			r.left--
		}
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// TestRI5_HostileRules reads each rule of the list as an event of a feed: a fault
// or a bounded set, never an error for the whole and never a long wait.
func TestRI5_HostileRules(t *testing.T) {
	var l ledger
	options := inMarch(t)
	for _, c := range []struct {
		rule   string // or more lines of the event
		busy   int
		faults string
	}{
		{"RRULE:FREQ=HOURLY;INTERVAL=2;BYHOUR=10", 1, FaultRule},
		{"RRULE:FREQ=HOURLY;INTERVAL=24;BYHOUR=10", 1, FaultRule},
		{"RRULE:FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1", 1, FaultRule},
		{"RRULE:FREQ=MINUTELY;INTERVAL=1440;BYHOUR=10", 1, FaultRule},
		{"RRULE:FREQ=SECONDLY;INTERVAL=2;BYSECOND=1", 1, FaultRule},
		{"RRULE:FREQ=SECONDLY", 1, FaultRule},
		{"RRULE:FREQ=SECONDLY;COUNT=1000000000", 1, FaultRule},
		{"RRULE:FREQ=MINUTELY\r\nEXRULE:FREQ=MINUTELY", 1, FaultRule},
		{"RRULE:FREQ=DAILY;BYSETPOS=366", 1, FaultRule},
		{"RRULE:FREQ=DAILY;BYHOUR=9;BYSETPOS=366", 1, ""},
		{"RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", 1, ""},
		{"RRULE:FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", 1, ""},
		{"RRULE:FREQ=DAILY;INTERVAL=0", 1, FaultRule},
		{"RRULE:FREQ=DAILY;INTERVAL=-1", 1, FaultRule},
		{"RRULE:FREQ=DAILY;INTERVAL=9223372036854775807", 1, FaultRule},
		{"RRULE:FREQ=DAILY;COUNT=0", 1, FaultRule},
		{"RRULE:FREQ=DAILY;COUNT=-1", 1, FaultRule},
		{"RRULE:FREQ=DAILY;COUNT=3;UNTIL=20260331T070000Z", 1, FaultRule},
		{"RRULE:FREQ=DAILY;UNTIL=20260304", 3, ""},
		{"RRULE:FREQ=DAILY;BYHOUR=99", 1, FaultRule},
		{"RRULE:FREQ=MONTHLY;BYDAY=99MO", 1, FaultRule},
		{"RRULE:FREQ=DAILY;" + everySecond, MaxInstances, FaultInstances},
		{"RRULE:FREQ=DAILY;COUNT=100000;" + everySecond, MaxInstances, FaultInstances},
		{"RRULE:FREQ=DAILY;BYTHIS=1", 1, FaultRule},
		{"RRULE:INTERVAL=2", 1, FaultRule},
		{"RRULE:FREQ=DAILY;COUNT=2\r\nRRULE:FREQ=WEEKLY;COUNT=2", 3, ""},
		{"RRULE:FREQ=DAILY;COUNT=4\r\nEXDATE:20260303T080000Z" + strings.Repeat(",20260304T080000Z", 1999), 2, ""},
		{"RRULE:FREQ=DAILY;" + everySecond + "\r\nEXDATE;VALUE=DATE:20260303" + strings.Repeat(",20260304", 1999), MaxInstances, FaultInstances},
		{"RDATE;VALUE=PERIOD:20260303T080000Z/PT1H,20260304T080000Z/20260304T090000Z", 3, ""},
		{"RRULE:FREQ=YEARLY\r\nDTSTART:00010302T080000Z\r\nDTEND:00010302T160000Z", 1, ""},
		{"RRULE:FREQ=YEARLY\r\nDTSTART:99990302T080000Z\r\nDTEND:99990302T160000Z", 0, ""},
	} {
		text := event(fine, c.rule)
		got, err := ReadBusy(strings.NewReader(text), options)
		if err != nil || len(got.Busy) != c.busy || faultCodes(got) != c.faults {
			t.Errorf("%s: %d busy times, faults %q, %v; want %d, %q", clip(c.rule), len(got.Busy), faultCodes(got), err, c.busy, c.faults)
		}
		l.add(t, strings.Fields(clip(c.rule))[0], measure(t, func() { _, _ = ReadBusy(strings.NewReader(text), options) }))
	}
	l.print(t)
}

// TestRI6_SilentEmptiness: what is no whole calendar is an error, so that the
// last good copy stays, and never the message that nothing is in the way.
func TestRI6_SilentEmptiness(t *testing.T) {
	t.Parallel()
	whole := event(fine)
	for _, text := range []string{
		"", " ", "\r\n", "\ufeff", "null", "[]", "{}", "<!DOCTYPE html><html><body>Inloggen</body></html>", "Too many requests",
		"BEGIN:VCARD\r\nEND:VCARD\r\n", "\x1f\x8b\x08\x00", "BEGIN:VEVENT\r\nEND:VEVENT\r\n",
	} {
		if got, err := ReadBusy(strings.NewReader(text), inMarch(t)); err == nil {
			t.Errorf("%q: %d events and no error", text, got.Events)
		}
	}
	for at := 1; at < len(whole)-len("\r\n"); at++ { // cut anywhere
		if got, err := ReadBusy(strings.NewReader(whole[:at]), inMarch(t)); err == nil {
			t.Fatalf("cut at %d: %d events and no error; it ends with %q", at, got.Events, whole[max(0, at-20):at])
		}
	}
	for name, text := range map[string]string{
		"byte order mark": "\ufeff" + whole, "LF only": strings.ReplaceAll(whole, "\r\n", "\n"), "no last line end": strings.TrimSpace(whole),
	} {
		if got, err := ReadBusy(strings.NewReader(text), inMarch(t)); err != nil || busyText(got) != one {
			t.Errorf("%s: %q, %v", name, busyText(got), err)
		}
	}
}

// TestHostileFilesAreAllExpected: each row of EXPECT.tsv is a case of
// TestReadHostile or, for the large ones, of bombs.
func TestHostileFilesAreAllExpected(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/hostile/EXPECT.tsv")
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]string{"nest_10000": "10,000 open BEGIN", "params_50000": "50,000 parameters", "paramvalues_100000": "100,000 values"}
	rows, large := 0, bombs()
	for line := range strings.Lines(string(text)) {
		file, _, _ := strings.Cut(line, "\t")
		name := strings.TrimSuffix(file, ".ics")
		rows++
		_, tried := hostileFiles[name]
		_, bombed := large[made[name]]
		if !tried && !bombed {
			t.Errorf("no test of %s", file)
		}
	}
	if rows != 25 {
		t.Errorf("%d rows, want 25", rows)
	}
}
