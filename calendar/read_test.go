package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	ics "github.com/arran4/golang-ical"
)

// inMarch is the window of the hostile files, one of which is about July.
func inMarch(tb testing.TB) ReadOptions {
	tb.Helper()
	return ReadOptions{
		From: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC),
		Zone: mustZone(tb, amsterdam),
	}
}

func busyText(r Reading) string {
	var parts []string
	for _, b := range r.Busy {
		parts = append(parts, b.Start.UTC().Format("0102T1504")+"-"+b.End.UTC().Format("0102T1504"))
	}
	return strings.Join(parts, " ")
}

// TestReadStartInAGap: of a start that the zone skips only the first instance
// moves.
func TestReadStartInAGap(t *testing.T) {
	t.Parallel()
	for start, want := range map[string]string{
		"DTSTART;TZID=Europe/Amsterdam:20260329T023000": "0329T0130-0329T0230 0330T0030-0330T0130",
		"DTSTART:20260329T023000":                       "0329T0130-0329T0230 0330T0030-0330T0130", // in the zone of the reader
		"DTSTART:20260329T013000Z":                      "0329T0130-0329T0230 0330T0130-0330T0230",
	} {
		got, err := ReadBusy(strings.NewReader(event(start, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2")), inMarch(t))
		if err != nil || busyText(got) != want {
			t.Errorf("%s: got %s, %v; want %s", start, busyText(got), err, want)
		}
	}
}

func faultCodes(r Reading) string {
	var codes []string
	for _, f := range r.Faults {
		codes = append(codes, f.Code)
	}
	return strings.Join(codes, " ")
}

// one is the busy time of most hostile files.
const one = "0302T0800-0302T1600"

// hostileFiles says what is read of each file of testdata/hostile.
var hostileFiles = map[string]struct{ busy, faults, code string }{
	"bom":                            {one, "", ""},
	"cr_only":                        {one, "", ""},
	"dquote_in_cn":                   {one, "", ""},
	"duplicate_uid_sequence":         {"0303T0800-0303T1600", "", ""},
	"empty":                          {"", "", ReadNotCalendar},
	"floating_with_x_wr_timezone":    {one, "", ""},
	"html_login_page":                {"", "", ReadNotCalendar},
	"latin1":                         {one, "", ""},
	"lf_only":                        {one, "", ""},
	"line_without_colon":             {one, FaultLine, ""},
	"lowercase_names":                {one, "", ""},
	"mozilla_prefixed_tzid":          {one, "", ""},
	"nul_byte":                       {one, "", ""},
	"property_after_component":       {one, "", ""},
	"rrule_never_ends_hourly":        {one, FaultRule, ""},
	"transparent_and_cancelled":      {"", "", ""},
	"truncated_mid_event":            {"", "", ReadTruncated},
	"truncated_no_end_vcalendar":     {"", "", ReadTruncated},
	"two_vcalendars":                 {one + " " + one, "", ""},
	"underscore_prop":                {one, "", ""},
	"windows_tzid_exchange_1601":     {"0702T0700-0702T1500", "", ""},
	"windows_tzid_without_vtimezone": {one, "", ""},
}

func TestRI9_HostileFiles(t *testing.T) {
	t.Parallel()
	want := hostileFiles
	files, err := filepath.Glob("testdata/hostile/*.ics")
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d files, want %d; %v", len(files), len(want), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".ics")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ReadBusy(bytes.NewReader(text), inMarch(t))
			checkCode(t, err, want[name].code)
			if busyText(got) != want[name].busy || faultCodes(got) != want[name].faults {
				t.Errorf("got %q, faults %q; want %+v", busyText(got), faultCodes(got), want[name])
			}
		})
	}
}

func checkCode(t *testing.T, err error, code string) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	var readErr *ReadError
	if !errors.As(err, &readErr) || readErr.Code != code {
		t.Fatalf("got error %v, want code %s", err, code)
	}
	if readErr.Dutch == "" || readErr.English == "" || strings.Contains(readErr.Dutch+readErr.English, "%!") {
		t.Errorf("sentences %q and %q", readErr.Dutch, readErr.English)
	}
}

// event puts lines into a calendar of one event.
func event(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

const fine = "DTSTART:20260302T080000Z\r\nDTEND:20260302T160000Z"

// bombs are files whose size or shape is the attack. Each must be dealt with
// in time and memory linear in what may be read of it.
func bombs() map[string]struct{ text, busy, code string } {
	repeat := strings.Repeat
	return map[string]struct{ text, busy, code string }{
		"10,000 open BEGIN":            {"BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\n", 10_000), "", ReadTooDeep},
		"closed nesting":               {"BEGIN:VCALENDAR\r\n" + repeat("BEGIN:A\r\n", 100_000) + repeat("END:A\r\n", 100_000) + "END:VCALENDAR\r\n", "", ReadTooDeep},
		"components in a row":          {"BEGIN:VCALENDAR\r\n" + repeat("BEGIN:A\r\nEND:A\r\n", 30_000) + "END:VCALENDAR\r\n", "", ReadTooMany},
		"50,000 parameters":            {event("ATTENDEE"+repeat(";A=b", 50_000)+":mailto:x", fine), one, ""},
		"100,000 values":               {event("ATTENDEE;M=x"+repeat(",b", 100_000)+":mailto:x", fine), one, ""},
		"parameters of DTSTART":        {event("DTSTART"+repeat(";A=b", 50_000)+":20260302T080000Z", "DTEND:20260302T160000Z"), "", ""},
		"one line of 4 MB":             {event("ATTACH;ENCODING=BASE64:"+repeat("QUJD", 1<<20), fine), one, ""},
		"one line of 10 MB":            {event("X:"+repeat("x", 10<<20), fine), "", ReadTooLarge},
		"a name of 1 MB":               {event(repeat("N", 1<<20)+":x", fine), one, ""},
		"folds of one character":       {event("SUMMARY:x"+repeat("\r\n x", 150_000), fine), one, ""},
		"500,000 folds":                {event("SUMMARY:x"+repeat("\r\n x", 500_000), fine), "", ReadTooLarge},
		"blank lines":                  {repeat("\r\n", 300_000) + event(fine), "", ReadTooLarge},
		"20,000 equal UIDs":            {"BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nUID:a\r\n"+fine+"\r\nEND:VEVENT\r\n", 19_999) + "END:VCALENDAR\r\n", one, ""},
		"10,000 EXDATEs":               {event(fine, "RRULE:FREQ=DAILY;COUNT=2", repeat("EXDATE:20260303T080000Z"+repeat(",20270101T000000Z", 999)+"\r\n", 10)+"X:y"), one, ""},
		"a zone of 10,000 rules":       {"BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Z\r\n" + repeat("BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETTO:+0100\r\nTZOFFSETFROM:+0100\r\nRRULE:FREQ=DAILY\r\nEND:STANDARD\r\n", 10_000) + "END:VTIMEZONE\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Z:20260302T090000\r\nDTEND;TZID=Z:20260302T170000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "0301T0800-0303T1600", ""},
		"many unknown zones":           {manyZones(), "", ""},
		"many dear zones":              {dearZones(), "", ReadTooMuchWork},
		"many dear rules":              {"BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nDTSTART:00010101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=5000\r\nEND:VEVENT\r\n", 15_000) + "END:VCALENDAR\r\n", "", ReadTooMuchWork},
		"many instances":               {"BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nDTSTART:20260101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10\r\nEND:VEVENT\r\n", 100) + "END:VCALENDAR\r\n", "", ReadTooMany},
		"a file as an attachment":      {event("ATTACH:file:///etc/passwd", "ATTACH;FMTTYPE=text/calendar:https://127.0.0.1/", fine), one, ""},
		"a duration of 100 years":      {event("DTSTART:20260302T080000Z", "DURATION:P36500D"), "0302T0800-0718T0800", ""},
		"all seconds, 3,000 times":     {"BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nDTSTART:20240101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;"+everySecond+"\r\nEND:VEVENT\r\n", 3_000) + "END:VCALENDAR\r\n", "", ""},
		"all positions, 1,000 times":   {"BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nDTSTART:00010101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY;BYDAY=MO;BYSETPOS="+numbers(53, 366)+";"+everySecond+"\r\nEND:VEVENT\r\n", 1_000) + "END:VCALENDAR\r\n", "", ""},
		"all days numbered, 500 times": {"BEGIN:VCALENDAR\r\n" + repeat("BEGIN:VEVENT\r\nDTSTART:00010101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY;BYDAY="+numberedDays(53)+";BYMONTHDAY=31;BYYEARDAY=59\r\nEND:VEVENT\r\n", 500) + "END:VCALENDAR\r\n", "", ""},
		"days left out, 2,000":         {event("DTSTART:20260302T080000Z", "DURATION:PT1M", "RRULE:FREQ=DAILY;UNTIL=20260303T235959Z;"+everySecond, "EXDATE;VALUE=DATE:20260302"+repeat(",20260303", 1998)), "", ""},
		"clocks that change every day": {"BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Z\r\nBEGIN:STANDARD\r\nDTSTART:20250101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nRRULE:FREQ=DAILY\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:20250101T120000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=DAILY\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n" +
			repeat("BEGIN:VEVENT\r\nDTSTART;TZID=Z:20250201T080000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;"+everySecond+"\r\nEND:VEVENT\r\n", 20) + "END:VCALENDAR\r\n", "", ReadTooMany},
		"UTF-16":            {"\xff\xfeB\x00E\x00G\x00I\x00N\x00", "", ReadNotCalendar},
		"an error in words": {"Internal Server Error", "", ReadNotCalendar},
		"JSON":              {`{"error":"not found"}`, "", ReadNotCalendar},
	}
}

// manyZones has 15,000 names of zones, each of which would be looked for.
func manyZones() string {
	var b strings.Builder
	for i := range 5_000 {
		fmt.Fprintf(&b, "BEGIN:VCALENDAR\r\nX-WR-TIMEZONE:Z/%d\r\nBEGIN:VEVENT\r\n", i)
		fmt.Fprintf(&b, "DTSTART;TZID=A/B/%d:20270302T090000\r\nDTEND;TZID=C/D/%d:20270302T090000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", i, i)
	}
	return b.String()
}

func dearZones() string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\n")
	for i := range 90 {
		fmt.Fprintf(&b, "BEGIN:VTIMEZONE\r\nTZID:Z%d\r\n", i)
		b.WriteString(strings.Repeat("BEGIN:STANDARD\r\nDTSTART:00020101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=DAILY\r\nEND:STANDARD\r\n", 200))
		fmt.Fprintf(&b, "END:VTIMEZONE\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Z%d:20260302T090000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n", i)
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

func TestReadBrokenStream(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	_, err := ReadBusy(io.MultiReader(strings.NewReader(event(fine)), iotest.ErrReader(broken)), inMarch(t))
	checkCode(t, err, ReadBrokenOff)
	if !errors.Is(err, broken) {
		t.Errorf("%v does not wrap its cause", err)
	}
}

func TestRI7_Events(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, busy, faults string
	}{
		{"duration", event("DTSTART:20260302T080000Z", "DURATION:PT8H"), one, ""},
		{"duration in days over a change", event("DTSTART;TZID=Europe/Amsterdam:20260328T090000", "DURATION:P1D"), "0328T0800-0329T0700", ""},
		{"end in another zone", event("DTSTART;TZID=Europe/Amsterdam:20260302T090000", "DTEND;TZID=America/New_York:20260302T110000"), one, ""},
		{"no end", event("DTSTART:20260302T080000Z"), "", ""},
		{"a day", event("DTSTART;VALUE=DATE:20260302"), "0301T2300-0302T2300", ""},
		{"a day of 23 hours", event("DTSTART;VALUE=DATE:20260329", "DTEND;VALUE=DATE:20260330"), "0328T2300-0329T2200", ""},
		{"days that recur over a change", event("DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330", "RRULE:FREQ=WEEKLY;COUNT=2"), "0327T2300-0329T2200 0403T2200-0405T2200", ""},
		{"end before start", event("DTSTART:20260302T080000Z", "DTEND:20260302T070000Z"), "", FaultEvent},
		{"no start", event("DTEND:20260302T070000Z"), "", FaultEvent},
		{"start that is no time", event("DTSTART:gisteren"), "", FaultEvent},
		{"duration that is none", event("DTSTART:20260302T080000Z", "DURATION:lang"), "", FaultEvent},
		{"leap second", event("DTSTART:20260302T080060Z", "DTEND:20260302T160000Z"), one, ""},
		{"from 1900 to 9999", event("DTSTART:19000101T000000Z", "DTEND:99991231T000000Z"), "0101T0000-1231T0000", ""},
		{"after the window", event("DTSTART:20270302T080000Z", "DURATION:PT8H"), "", ""},
		{"into the window", event("DTSTART:20260131T230000Z", "DURATION:PT2H"), "0131T2300-0201T0100", ""},
		{"up to the window", event("DTSTART:20260131T220000Z", "DURATION:PT2H"), "", ""},
		{"free by Exchange", event(fine, "X-MICROSOFT-CDO-BUSYSTATUS:FREE"), "", ""},
		{"away by Exchange", event(fine, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"), one, ""},
		{"declined by me", event(fine, "ATTENDEE;PARTSTAT=DECLINED;CN=\"x;y:z\":MAILTO:Ik@Own.test"), "", ""},
		{"declined by another", event(fine, "ATTENDEE;PARTSTAT=DECLINED:mailto:zij@own.test"), one, ""},
		{"alarm inside", event(fine, "BEGIN:VALARM", "TRIGGER:-PT15M", "DURATION:lang", "TRANSP:TRANSPARENT", "END:VALARM"), one, ""},
		{"alarm not closed", event(fine, "BEGIN:VALARM", "TRIGGER:-PT15M"), one, FaultUnclosed},
		{"stray END", event(fine, "END:VTODO"), one, FaultLine},
		{"folded", event("DTSTART:2026030", " 2T080000Z", "DTEND:20260302T1", "\t60000Z"), one, ""},
		{"END with a space", strings.Replace(event(fine), "END:VEVENT", "END:VEVENT  ", 1), one, ""},
		{"text after the end", event(fine) + "<!-- x -->\r\n", one, FaultLine},
		{"no events", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR", "", ""},
		{"cancel", strings.Replace(event(fine), "VERSION:2.0", "METHOD:CANCEL", 1), "", ""},
		{"free and busy", "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY:20260302T080000Z/PT8H,20260304T080000Z/20260304T090000Z\r\nFREEBUSY;FBTYPE=FREE:20260305T080000Z/PT8H\r\nFREEBUSY:x\r\nEND:VFREEBUSY\r\nEND:VCALENDAR", one + " 0304T0800-0304T0900", FaultEvent},
		{"todo is not busy", strings.ReplaceAll(event(fine), "VEVENT", "VTODO"), "", ""},
		{"unknown zone", event("DTSTART;TZID=Nergens/Land:20260302T090000", "DTEND;TZID=Nergens/Land:20260302T170000"), "0301T0800-0303T1600", FaultZone},
		{"zone of the server", event("DTSTART;TZID=Local:20260302T090000", "DTEND;TZID=Local:20260302T170000"), one, ""},
		{"zone of the server by another name", event("DTSTART;TZID=localtime:20260302T090000", "DURATION:PT8H"), "0301T0800-0303T1600", FaultZone},
		{"zone with leap seconds", event("DTSTART;TZID=right/Europe/Amsterdam:20260302T090000", "DURATION:PT8H"), one, ""},
		{"zone as a path", event("DTSTART;TZID=../../etc/passwd:20260302T090000", "DURATION:PT8H"), "0301T0800-0303T1600", FaultZone},
		{"quoted zone", event("DTSTART;TZID=\"Europe/Amsterdam\":20260302T090000", "DURATION:PT8H"), one, ""},
		{"zone behind a version", event("DTSTART;TZID=/mozilla.org/20050126_1/America/Argentina/Ushuaia:20260302T050000", "DURATION:PT8H"), one, ""},
		{"zone as Outlook shows it", event("DTSTART;TZID=\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\":20260302T090000", "DURATION:PT8H"), one, ""},
		{"zone of Microsoft", event("DTSTART;TZID=tzone://Microsoft/Utc:20260302T080000", "DURATION:PT8H"), one, ""},
		{"floating", event("DTSTART:20260302T090000", "DURATION:PT8H"), one, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			options := inMarch(t)
			options.Own = []string{"ik@own.test"}
			got, err := ReadBusy(strings.NewReader(c.text), options)
			if err != nil {
				t.Fatal(err)
			}
			if busyText(got) != c.busy || faultCodes(got) != c.faults {
				t.Errorf("got %q, faults %q; want %q, %q", busyText(got), faultCodes(got), c.busy, c.faults)
			}
		})
	}
}

func TestRI7_Series(t *testing.T) {
	t.Parallel()
	weekly := "DTSTART;TZID=Europe/Amsterdam:20260323T090000\r\nDTEND;TZID=Europe/Amsterdam:20260323T100000\r\nRRULE:FREQ=WEEKLY;COUNT=3"
	override := func(lines ...string) string {
		return strings.TrimSuffix(event(weekly), "END:VCALENDAR\r\n") + "BEGIN:VEVENT\r\nUID:a\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	}
	first, second, third := "0323T0800-0323T0900", "0330T0700-0330T0800", "0406T0700-0406T0800"
	for _, c := range []struct {
		name, text, busy, faults string
	}{
		{"weekly over a change", event(weekly), first + " " + second + " " + third, ""},
		{"exdate", event(weekly, "EXDATE;TZID=Europe/Amsterdam:20260330T090000"), first + " " + third, ""},
		{"exdate in UTC", event(weekly, "EXDATE:20260330T070000Z"), first + " " + third, ""},
		{"exdate as a date", event(weekly, "EXDATE;VALUE=DATE:20260330"), first + " " + third, ""},
		{"exdates in a list", event(weekly, "EXDATE;TZID=Europe/Amsterdam:20260330T090000,20260406T090000"), first, ""},
		{"rdate", event(weekly, "RDATE;TZID=Europe/Amsterdam:20260401T090000"), first + " " + second + " 0401T0700-0401T0800 " + third, ""},
		{"rdate as a period", event(weekly, "RDATE;VALUE=PERIOD:20260401T070000Z/PT2H,20260402T070000Z/20260402T073000Z"), first + " " + second + " 0401T0700-0401T0900 0402T0700-0402T0730 " + third, ""},
		{"moved", override("RECURRENCE-ID;TZID=Europe/Amsterdam:20260330T090000", "DTSTART:20260331T120000Z", "DURATION:PT1H"), first + " 0331T1200-0331T1300 " + third, ""},
		{"moved, by date", override("RECURRENCE-ID;VALUE=DATE:20260330", "DTSTART:20260331T120000Z", "DURATION:PT1H"), first + " 0331T1200-0331T1300 " + third, ""},
		{"cancelled once", override("RECURRENCE-ID;TZID=Europe/Amsterdam:20260330T090000", "DTSTART:20260330T070000Z", "DURATION:PT1H", "STATUS:CANCELLED"), first + " " + third, ""},
		{"from then on", override("RECURRENCE-ID;RANGE=THISANDFUTURE:20260330T070000Z", "DTSTART:20260330T080000Z", "DURATION:PT1H"), first + " 0330T0800-0330T0900 " + third, FaultRange},
		{"two rules", event(weekly, "RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=1"), first + " 0325T0800-0325T0900 " + second + " " + third, ""},
		{"rule with spaces", event(strings.Replace(weekly, "WEEKLY;", "WEEKLY; ", 1)), first + " " + second + " " + third, ""},
		{"refused rule", event(strings.Replace(weekly, "WEEKLY", "HOURLY", 1)), first, FaultRule},
		{"start the rule does not give", event(strings.Replace(weekly, "COUNT=3", "BYDAY=TU;COUNT=1", 1)), first + " 0324T0800-0324T0900", ""},
		{"from long ago", event(strings.Replace(strings.ReplaceAll(weekly, "20260323", "20110328"), "COUNT=3", "UNTIL=20260210T080000Z", 1)), "0202T0800-0202T0900 0209T0800-0209T0900", ""},
		{"too many", event("DTSTART:20260301T000000Z", "DURATION:PT1M", "RRULE:FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23"), "2000", FaultInstances},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadBusy(strings.NewReader(c.text), inMarch(t))
			if err != nil {
				t.Fatal(err)
			}
			text := busyText(got)
			if len(got.Busy) > 10 {
				text = fmt.Sprint(len(got.Busy))
			}
			if text != c.busy || faultCodes(got) != c.faults {
				t.Errorf("got %q, faults %q; want %q, %q", text, faultCodes(got), c.busy, c.faults)
			}
		})
	}
}

func TestRI7_Zones(t *testing.T) {
	t.Parallel()
	zone := func(parts ...string) string {
		return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:w\r\nDTSTART;TZID=Eigen:20260302T090000\r\nDURATION:PT8H\r\nEND:VEVENT\r\n" +
			"BEGIN:VEVENT\r\nUID:s\r\nDTSTART;TZID=Eigen:20260702T090000\r\nDURATION:PT8H\r\nEND:VEVENT\r\nBEGIN:VTIMEZONE\r\nTZID:Eigen\r\n" +
			strings.Join(parts, "\r\n") + "\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n"
	}
	part := func(kind, from, to, start string, more ...string) string {
		return "BEGIN:" + kind + "\r\nTZOFFSETFROM:" + from + "\r\nTZOFFSETTO:" + to + "\r\nDTSTART:" + start + "\r\n" + strings.Join(append(more, "END:"+kind), "\r\n")
	}
	both := one + " 0702T0700-0702T1500"
	for _, c := range []struct{ name, text, busy, faults string }{
		{"two rules", zone(part("DAYLIGHT", "+0100", "+0200", "19700329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"), part("STANDARD", "+0200", "+0100", "19701025T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")), both, ""},
		{"lists of dates", zone(part("DAYLIGHT", "+0100", "+0200", "20250330T020000", "RDATE:20250330T020000,20260329T020000"), part("STANDARD", "+0200", "+0100", "20251026T030000", "RDATE:20251026T030000")), both, ""},
		{"one offset", zone(part("STANDARD", "+0100", "+0100", "16010101T000000")), one + " 0702T0800-0702T1600", ""},
		{"history with seconds", zone(part("STANDARD", "+001938", "+0100", "19400516T000000"), part("DAYLIGHT", "+0100", "+0200", "20260329T020000")), both, ""},
		{"rules that ended", zone(part("DAYLIGHT", "+0100", "+0200", "19700329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20160327T010000Z"), part("STANDARD", "+0200", "+0100", "19701025T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20161030T010000Z")), one + " 0702T0800-0702T1600", ""},
		{"no parts", zone("X-A:b"), "0301T0800-0303T1600 0701T0700-0703T1500", FaultZone + " " + FaultZone},
		{"offset that is none", zone(part("STANDARD", "+0100", "laat", "19700101T000000")), "0301T0800-0303T1600 0701T0700-0703T1500", FaultZone + " " + FaultZone},
		{"rule that is refused", zone(part("STANDARD", "+0100", "+0100", "19700101T000000", "RRULE:FREQ=HOURLY")), "0301T0800-0303T1600 0701T0700-0703T1500", FaultZone + " " + FaultZone},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadBusy(strings.NewReader(c.text), inMarch(t))
			if err != nil {
				t.Fatal(err)
			}
			if busyText(got) != c.busy || faultCodes(got) != c.faults {
				t.Errorf("got %q, faults %q; want %q, %q", busyText(got), faultCodes(got), c.busy, c.faults)
			}
		})
	}
}

// TestRI8_KeepsNothingElse: words of the calendar do not get out of the reader.
func TestRI8_KeepsNothingElse(t *testing.T) {
	t.Parallel()
	const canary = "KANARIE"
	text := event(fine, "SUMMARY:"+canary, "DESCRIPTION:"+canary, "LOCATION:"+canary, "ATTENDEE;CN="+canary+":mailto:"+canary,
		canary, "RRULE:FREQ="+canary, "DTSTART;TZID="+canary+":20260302T090000", "EXDATE:"+canary)
	got, err := ReadBusy(strings.NewReader(text), inMarch(t))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(fmt.Sprintf("%+v", got), canary) {
		t.Errorf("found in %+v", got)
	}
	for _, bad := range []string{canary, "BEGIN:VCALENDAR\r\n" + canary, strings.Repeat("BEGIN:"+canary+"\r\n", 9)} {
		if _, err := ReadBusy(strings.NewReader(bad), inMarch(t)); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("error %v", err)
		}
	}
}

// TestReadOwnFeed: what we write, we read.
func TestReadOwnFeed(t *testing.T) {
	t.Parallel()
	f := sampleFeed(t)
	got, err := ReadBusy(bytes.NewReader(mustEncode(t, f)), ReadOptions{From: f.Revision, To: f.Revision.AddDate(2, 0, 0)})
	if err != nil || len(got.Faults) > 0 || got.Events != len(f.Events) {
		t.Fatalf("%v, %v, %d events", err, got.Faults, got.Events)
	}
	want := map[string]bool{}
	for _, e := range f.Events {
		if !e.Cancelled && !e.Transparent {
			want[e.UID+e.Start.UTC().String()+e.End.UTC().String()] = true
		}
	}
	for _, b := range got.Busy {
		key := b.UID + b.Start.UTC().String() + b.End.UTC().String()
		if !want[key] {
			t.Errorf("got %+v", b)
		}
		delete(want, key)
	}
	if len(want) > 0 {
		t.Errorf("not read: %v", want)
	}
}

// plainlyBusy lists the busy times that golang-ical finds in a calendar, of the
// events that leave no room for a reading: times in UTC, no word of being free,
// no series and no second version.
func plainlyBusy(text []byte) (busy []BusyTime) {
	parsed, err := ics.ParseCalendar(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	versions := map[string]int{}
	for _, e := range parsed.Events() {
		versions[e.Id()]++
	}
	for _, e := range parsed.Events() {
		names := map[string]int{}
		for _, p := range e.Properties {
			names[p.IANAToken]++
		}
		start, end := e.GetProperty(ics.ComponentPropertyDtStart), e.GetProperty(ics.ComponentPropertyDtEnd)
		if start == nil || end == nil || versions[e.Id()] > 1 || len(e.Components) > 0 ||
			len(names) != 3 || names["UID"]+names["DTSTART"]+names["DTEND"] != 3 {
			continue
		}
		from, err1 := time.Parse(icsUTC, start.Value)
		to, err2 := time.Parse(icsUTC, end.Value)
		if err1 == nil && err2 == nil {
			busy = append(busy, BusyTime{Start: from, End: to})
		}
	}
	return busy
}

// FuzzImport (R-I9): no bytes make the reader crash or run on, what it gives is in
// order and in the window, and it misses nothing that golang-ical finds.
func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("testdata/hostile/*.ics")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add(mustEncode(f, sampleFeed(f)))
	f.Add([]byte(event("DTSTART;VALUE=DATE:20260328", "DURATION:P2W", "RRULE:FREQ=YEARLY;BYWEEKNO=1,-1", "RDATE;VALUE=PERIOD:20260401T070000Z/PT2H", "EXDATE:20260328")))
	options := inMarch(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := ReadBusy(bytes.NewReader(text), options)
		if err != nil {
			if readErr := (*ReadError)(nil); !errors.As(err, &readErr) {
				t.Fatalf("error of type %T", err)
			}
			return
		}
		for i, b := range got.Busy {
			if !b.Start.Before(b.End) || !b.Start.Before(options.To) || !b.End.After(options.From) || i > 0 && b.Start.Before(got.Busy[i-1].Start) {
				t.Fatalf("busy time %d: %+v", i, b)
			}
		}
		for _, b := range plainlyBusy(text) {
			if !b.Start.Before(b.End) || !b.Start.Before(options.To) || !b.End.After(options.From) {
				continue
			}
			if !slices.ContainsFunc(got.Busy, func(o BusyTime) bool { return o.Start.Equal(b.Start) && o.End.Equal(b.End) }) &&
				!bytes.Contains(bytes.ToUpper(text), []byte("CANCEL")) {
				t.Fatalf("not found: %+v", b)
			}
		}
	})
}

func BenchmarkRead500(b *testing.B) {
	f := sampleFeed(b)
	base := f.Events[0]
	for i := range 500 {
		e := base
		e.UID = fmt.Sprintf("%030d", i)
		e.Description = "Neem het dossier mee. Vragen: planning@example.org of bel het team van de dag."
		f.Events = append(f.Events, e)
	}
	text := mustEncode(b, f)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadBusy(bytes.NewReader(text), ReadOptions{From: f.Revision, To: f.Revision.AddDate(2, 0, 0)}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadBombs(b *testing.B) {
	options := inMarch(b)
	for name, bomb := range bombs() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = ReadBusy(strings.NewReader(bomb.text), options)
			}
		})
	}
}
