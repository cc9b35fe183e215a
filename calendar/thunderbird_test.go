package calendar

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestThunderbirdVectors reads each record as a calendar, overrides included, and
// wants the starts that Thunderbird's own tests want, all of them and no other.
func TestThunderbirdVectors(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "recur", "thunderbird_test_recur.txt"))
	if err != nil {
		t.Fatal(err)
	}
	records := 0
	for record := range strings.SplitSeq(string(text), "\n\n") {
		if !strings.Contains(record, "RRULE:") {
			continue
		}
		records++
		if got, want := thunderbirdRecord(t, record); !slices.Equal(got, want) {
			t.Errorf("%s\n got %v\nwant %v", record, got, want)
		}
	}
	if records != 22 {
		t.Errorf("%d records, want 22", records)
	}
}

// thunderbirdRecord returns the starts that we find and those that are wanted.
func thunderbirdRecord(t *testing.T, record string) (got, want []string) {
	t.Helper()
	var event, moved strings.Builder
	for line := range strings.Lines(record) {
		line = strings.TrimSuffix(line, "\n")
		head, value, _ := strings.Cut(line, ":")
		switch {
		case strings.HasPrefix(line, "#"):
		case head == "INSTANCES":
			want = strings.Split(value, ",")
		case head == "MOVED":
			from, to, _ := strings.Cut(value, " ")
			moved.WriteString("BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:" + from + "\r\nDTSTART:" + to + "\r\nDURATION:PT1M\r\nEND:VEVENT\r\n")
		default:
			event.WriteString(line + "\r\n")
		}
	}
	length := "DURATION:PT1M"
	if strings.Contains(record, "VALUE=DATE:20020404") {
		length = "DURATION:P1D"
	}
	body := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n" + event.String() + length + "\r\nEND:VEVENT\r\n" + moved.String() + "END:VCALENDAR\r\n"
	reading, err := ReadBusy(strings.NewReader(body), ReadOptions{
		From: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Zone: time.UTC,
	})
	if err != nil || len(reading.Faults) > 0 {
		t.Fatalf("%s: %v, %v", record, err, reading.Faults)
	}
	want = slices.DeleteFunc(want, func(s string) bool { return s == "" })
	for _, b := range reading.Busy {
		// In UTC local times and those of UTC read alike.
		layout := icsLocal
		if len(want) > 0 {
			layout = []string{icsDate, icsLocal, icsUTC}[slices.Index([]int{len(icsDate), len(icsLocal), len(icsUTC)}, len(want[0]))]
		}
		got = append(got, b.Start.UTC().Format(layout))
	}
	slices.Sort(got)
	return got, want
}
