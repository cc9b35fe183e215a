package calendar

import (
	"encoding/json"
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text    string
		year    int
		weekday time.Weekday
		monday  string
	}{
		{"1970-01-01", 1970, time.Thursday, "1969-12-29"},
		{"1969-12-31", 1969, time.Wednesday, "1969-12-29"},
		{"2027-01-31", 2027, time.Sunday, "2027-01-25"},
		{"2028-02-29", 2028, time.Tuesday, "2028-02-28"},
		{"0001-01-01", 1, time.Monday, "0001-01-01"},
		{"9999-12-31", 9999, time.Friday, "9999-12-27"},
	} {
		d, err := ParseDate(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if d.String() != c.text || d.Year() != c.year || d.Weekday() != c.weekday || d.Monday().String() != c.monday {
			t.Errorf("%s: got %s, %d, %s, %s", c.text, d, d.Year(), d.Weekday(), d.Monday())
		}
	}
	for _, text := range []string{"2027-02-29", "27-1-1", "2027-01-01T00:00", "morgen"} {
		if _, err := ParseDate(text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

func TestDateAndClockText(t *testing.T) {
	t.Parallel()
	type pair struct {
		Day Date
		At  Clock
	}
	want := `{"Day":"2027-03-28","At":"09:05"}`
	var p pair
	if err := json.Unmarshal([]byte(want), &p); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(p)
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if got, _ := json.Marshal(pair{Day: NoDate}); string(got) != `{"Day":"","At":"00:00"}` {
		t.Errorf("no date: got %s", got)
	}
	for _, text := range []string{"", "9:00", "24:01", "12:60", "12.30", "-1:00", "12:30:00"} {
		if _, err := ParseClock(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestDateAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, date, clock, want string
	}{
		{"Europe/Amsterdam", "2027-01-04", "09:00", "2027-01-04T09:00:00+01:00"},
		{"Europe/Amsterdam", "2027-07-05", "09:00", "2027-07-05T09:00:00+02:00"},
		{"Europe/Amsterdam", "2027-03-28", "02:30", "2027-03-28T03:30:00+02:00"}, // skipped
		{"Europe/Amsterdam", "2027-10-31", "02:30", "2027-10-31T02:30:00+02:00"}, // twice
		{"Europe/Amsterdam", "2027-10-30", "24:00", "2027-10-31T00:00:00+02:00"},
		{"America/Santiago", "2026-09-06", "00:30", "2026-09-06T01:30:00-03:00"}, // midnight is skipped
		{"Pacific/Apia", "2011-12-30", "09:00", "2011-12-31T09:00:00+14:00"},     // the day is skipped
		{"Australia/Lord_Howe", "2027-04-04", "01:45", "2027-04-04T01:45:00+11:00"},
	} {
		d, err := ParseDate(c.date)
		if err != nil {
			t.Fatal(err)
		}
		clock, err := ParseClock(c.clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.At(clock, mustZone(t, c.zone)).Format(time.RFC3339); got != c.want {
			t.Errorf("%s %s %s: got %s, want %s", c.zone, c.date, c.clock, got, c.want)
		}
	}
}
