package calendar

import (
	"strings"
	"testing"
	"time"
)

// TestRT2_GapAndFold pins what a wall clock reading means where the clocks
// change: in the gap the offset before it, of two the first.
func TestRT2_GapAndFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, wall, want string }{
		{amsterdam, "20260329T015959", "2026-03-29T01:59:59+01:00"},
		{amsterdam, "20260329T020000", "2026-03-29T03:00:00+02:00"},
		{amsterdam, "20260329T023000", "2026-03-29T03:30:00+02:00"},
		{amsterdam, "20260329T030000", "2026-03-29T03:00:00+02:00"},
		{amsterdam, "20261025T020000", "2026-10-25T02:00:00+02:00"},
		{amsterdam, "20261025T023000", "2026-10-25T02:30:00+02:00"},
		{amsterdam, "20261025T025959", "2026-10-25T02:59:59+02:00"},
		{amsterdam, "20261025T030000", "2026-10-25T03:00:00+01:00"},
		// zones that skip or repeat midnight
		{"America/Sao_Paulo", "20181104T000000", "2018-11-04T01:00:00-02:00"},
		{"America/Sao_Paulo", "20180217T233000", "2018-02-17T23:30:00-02:00"},
		{"Asia/Beirut", "20270328T000000", "2027-03-28T01:00:00+03:00"},
		{"Asia/Beirut", "20271030T233000", "2027-10-30T23:30:00+03:00"},
		{"Africa/Cairo", "20270430T001500", "2027-04-30T01:15:00+03:00"},
		{"America/Havana", "20260308T000000", "2026-03-08T01:00:00-04:00"},
		{"America/Santiago", "20260906T003000", "2026-09-06T01:30:00-03:00"},
		{"America/Asuncion", "20231001T000000", "2023-10-01T01:00:00-03:00"},
		// gaps and folds of other lengths
		{"Australia/Lord_Howe", "20271003T021500", "2027-10-03T02:45:00+11:00"},
		{"Antarctica/Troll", "20270328T013000", "2027-03-28T03:30:00+02:00"},
		{"Pacific/Apia", "20111230T120000", "2011-12-31T12:00:00+14:00"}, // a day that was not
	} {
		zone := mustZone(t, c.zone)
		wall, err := time.Parse(icsLocal, c.wall)
		if err != nil {
			t.Fatal(err)
		}
		if got := resolve(wall, zone).Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s is %s, want %s", c.wall, c.zone, got, c.want)
		}
		clocks := clockReader{zone: zone}
		if got, _ := clocks.read(wallSeconds(wall.Unix())); got.Format(time.RFC3339) != c.want {
			t.Errorf("%s in %s reads as %s, want %s", c.wall, c.zone, got.Format(time.RFC3339), c.want)
		}
	}
}

// TestRT2_ReaderAgreesWithResolve: the runs of readings that a clockReader keeps
// give what resolve gives, in zones with gaps and folds of every kind, past the
// last change that is written out, and with changes a day and a half apart. What
// it calls calm is in order.
func TestRT2_ReaderAgreesWithResolve(t *testing.T) {
	t.Parallel()
	change := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC).Unix()
	zones := []*time.Location{time.UTC, zoneOf([]transition{{change, 0, 7200}, {change + 36*3600, 7200, -3600}, {change + 200*3600, -3600, 82800}})}
	for _, name := range []string{
		amsterdam, "America/Sao_Paulo", "Asia/Beirut", "Africa/Casablanca", "Australia/Lord_Howe", "Antarctica/Troll",
		"Pacific/Apia", "America/Juneau", "Asia/Manila", "Asia/Kolkata", "America/Santiago", "Europe/Dublin",
	} {
		zones = append(zones, mustZone(t, name))
	}
	for _, zone := range zones {
		for _, year := range []int{1840, 1867, 1892, 1940, 2011, 2026, 2038, 9998} {
			clocks := clockReader{zone: zone}
			first := NewDate(year, 1, 1).wall(0)
			var last time.Time
			for wall := first; wall < first+2*366*86400; wall += 17 * 60 {
				want := resolve(time.Unix(int64(wall), 0).UTC(), zone)
				got, fresh := clocks.read(wall)
				if !got.Equal(want) || clocks.calm(wall) && (!fresh || !got.After(last)) {
					t.Fatalf("%s: %s reads as %s, want %s (%v, after %s)", zone, time.Unix(int64(wall), 0).UTC(), got, want, fresh, last)
				}
				if got.After(last) {
					last = got
				}
			}
		}
	}
}

// TestRT2_NoInstanceTwice: around a gap two readings name one instant, which
// counts once, in order, and does not use up the limit.
func TestRT2_NoInstanceTwice(t *testing.T) {
	t.Parallel()
	zone := mustZone(t, amsterdam)
	s := Series{Start: time.Date(2026, 3, 28, 2, 0, 0, 0, zone), Rule: mustRule(t, "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30")}
	want := []string{"28T02:00", "28T02:30", "28T03:00", "28T03:30", "29T03:00", "29T03:30", "30T02:00"}
	got := s.All(len(want))
	if len(got) != len(want) {
		t.Fatalf("got %s, want %v", format(got), want)
	}
	for i, at := range got {
		if at.Format("02T15:04") != want[i] {
			t.Errorf("instance %d is %s, want %s", i, at, want[i])
		}
	}
}

// TestRT6_EdgesOfTheYear pins the turn of the year, week 53, leap days and the
// edges of school holidays.
func TestRT6_EdgesOfTheYear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ start, rule, want string }{
		{"2026-12-31", "FREQ=DAILY;COUNT=2", "2026-12-31 2027-01-01"},
		{"2026-12-28", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=3", "2026-12-28 2027-01-03 2027-01-11"},
		{"2026-12-31", "FREQ=YEARLY;BYWEEKNO=53;COUNT=3", "2026-12-31 2032-12-30 2037-12-31"},
		{"2026-12-31", "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=TH;COUNT=3", "2026-12-31 2027-12-30 2028-12-28"},
		{"2028-02-29", "FREQ=YEARLY;COUNT=3", "2028-02-29 2032-02-29 2036-02-29"},
		{"2096-02-29", "FREQ=YEARLY;COUNT=2", "2096-02-29 2104-02-29"}, // 2100 is none
		{"2027-01-31", "FREQ=MONTHLY;COUNT=4", "2027-01-31 2027-03-31 2027-05-31 2027-07-31"},
		{"2027-01-29", "FREQ=MONTHLY;BYMONTHDAY=29;COUNT=3", "2027-01-29 2027-03-29 2027-04-29"},
		{"2028-01-29", "FREQ=MONTHLY;BYMONTHDAY=29;COUNT=3", "2028-01-29 2028-02-29 2028-03-29"},
		{"2027-02-28", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2027-02-28 2027-03-31 2027-04-30"},
		{"2028-12-31", "FREQ=YEARLY;BYYEARDAY=366;COUNT=2", "2028-12-31 2032-12-31"},
		{"2028-12-31", "FREQ=YEARLY;BYYEARDAY=-1;COUNT=2", "2028-12-31 2029-12-31"},
		{"9999-12-30", "FREQ=DAILY", "9999-12-30 9999-12-31"},
		{"0001-01-01", "FREQ=YEARLY;INTERVAL=100000", "0001-01-01"},
	} {
		if got := recurred(t, c.start, c.rule); got != c.want {
			t.Errorf("%s from %s: got %s, want %s", c.rule, c.start, got, c.want)
		}
	}
	for text, want := range map[string]bool{"2027-02-12": false, "2027-02-13": true, "2027-02-21": true, "2027-02-22": false} {
		d, err := ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := SchoolHoliday(d, "zuid"); got != want {
			t.Errorf("%s is a school holiday: %v, want %v", text, got, want)
		}
	}
}

func recurred(t *testing.T, start, rule string) string {
	t.Helper()
	lines, _, err := RecurQuery{Start: start, Rule: rule}.Lines()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, " ")
}
