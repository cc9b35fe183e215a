package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const allHolidays = DefaultHolidays | GoedeVrijdag

func TestPublicHolidays(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]string{
		2025: "01-01 04-18 04-21 04-26 05-05 05-29 06-09 12-25 12-26",
		2026: "01-01 04-03 04-06 04-27 05-05 05-14 05-25 12-25 12-26",
		2027: "01-01 03-26 03-29 04-27 05-05 05-06 05-17 12-25 12-26",
		2028: "01-01 04-14 04-17 04-27 05-05 05-25 06-05 12-25 12-26",
		2005: "01-01 03-25 03-28 04-27 05-05 05-05 05-16 12-25 12-26", // Ascension on Liberation Day
		2008: "01-01 03-21 03-24 04-26 05-01 05-05 05-12 12-25 12-26",
	} {
		var days []string
		for _, h := range PublicHolidays(year, allHolidays) {
			days = append(days, h.Date.String()[5:])
			if name, ok := PublicHoliday(h.Date, allHolidays); !ok || name != h.Name && h.Date != NewDate(2005, 5, 5) {
				t.Errorf("%s: got %q, want %q", h.Date, name, h.Name)
			}
		}
		if got := strings.Join(days, " "); got != want {
			t.Errorf("%d: got %s\nwant %s", year, got, want)
		}
	}
}

func TestDefaultHolidays(t *testing.T) {
	t.Parallel()
	// Working days Monday to Friday: 254, 255 and 253.
	for year, want := range map[int]int{2026: 254, 2027: 255, 2028: 253} {
		got := 0
		for d := NewDate(year, 1, 1); d.Year() == year; d++ {
			if _, free := PublicHoliday(d, DefaultHolidays); !free && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
				got++
			}
		}
		if got != want {
			t.Errorf("%d: %d working days, want %d", year, got, want)
		}
	}
	if n := len(PublicHolidays(2027, 0)); n != 0 {
		t.Errorf("no set: %d holidays", n)
	}
}

func TestParseHolidaySet(t *testing.T) {
	t.Parallel()
	if got, err := ParseHolidaySet(nil); err != nil || got != DefaultHolidays {
		t.Errorf("no names: got %v, %v", got.Names(), err)
	}
	got, err := ParseHolidaySet([]string{"goede vrijdag", " Koningsdag "})
	if err != nil || got != GoedeVrijdag|Koningsdag {
		t.Errorf("got %v, %v", got.Names(), err)
	}
	again, err := ParseHolidaySet(allHolidays.Names())
	if err != nil || again != allHolidays {
		t.Errorf("got %v, %v", again.Names(), err)
	}
	_, err = ParseHolidaySet([]string{"Pasen", "Koningsdag", "Kerst"})
	if err == nil || !strings.Contains(err.Error(), `"Pasen", "Kerst"`) || !strings.Contains(err.Error(), "Tweede Kerstdag") {
		t.Errorf("got %v, want both unknown names and the known ones", err)
	}
}

func TestSchoolRegion(t *testing.T) {
	t.Parallel()
	for municipality, want := range map[string]string{
		"Nijmegen": "zuid", "Arnhem": "zuid", "beuningen": "zuid", "Heumen": "zuid", "Berg en Dal": "zuid",
		"Someren": "zuid", "Geldrop-Mierlo": "zuid", "Assen": "noord", "Utrecht": "midden", "Amsterdam": "noord",
		"Atlantis": "",
	} {
		if got, ok := SchoolRegion(municipality); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, want %q", municipality, got, want)
		}
	}
	for name, region := range regions() {
		if !slices.Contains([]string{RegionNorth, RegionMiddle, RegionSouth}, region) {
			t.Errorf("%s: region %q", name, region)
		}
	}
}

func TestSchoolHoliday(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		date, region, want string
	}{
		{"2026-10-17", RegionSouth, "Herfstvakantie"},
		{"2026-10-16", RegionSouth, ""},
		{"2026-10-10", RegionNorth, "Herfstvakantie"},
		{"2027-01-03", RegionMiddle, "Kerstvakantie"},
		{"2027-01-04", RegionMiddle, ""},
		{"2027-02-21", RegionSouth, "Voorjaarsvakantie"},
		{"2027-03-21", RegionSouth, ""}, // an error of the source
		{"2027-09-05", RegionSouth, "Zomervakantie"},
		{"2028-05-07", RegionNorth, "Meivakantie"},
		{"2030-01-01", RegionNorth, ""},
		{"2026-10-17", "west", ""},
	} {
		d, err := ParseDate(c.date)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := SchoolHoliday(d, c.region); got != c.want || ok != (c.want != "") {
			t.Errorf("%s %s: got %q, want %q", c.date, c.region, got, c.want)
		}
	}
}

func TestSchoolBreaks(t *testing.T) {
	t.Parallel()
	for _, region := range []string{RegionNorth, RegionMiddle, RegionSouth} {
		breaks := SchoolBreaks(region, NewDate(2025, 8, 1), NewDate(2028, 12, 31))
		if len(breaks) != 15 {
			t.Errorf("%s: %d holidays, want 15", region, len(breaks))
		}
		for i, b := range breaks {
			if b.First.Weekday() != time.Saturday || b.Last.Weekday() != time.Sunday || i > 0 && b.First <= breaks[i-1].Last {
				t.Errorf("%s: %+v", region, b)
			}
			if advice := b.Name == "Herfstvakantie" || b.Name == "Voorjaarsvakantie"; b.Advice != advice {
				t.Errorf("%s %s: advice %v", region, b.Name, b.Advice)
			}
		}
	}
	if got := SchoolBreaks(RegionSouth, NewDate(2027, 2, 21), NewDate(2027, 4, 24)); len(got) != 2 {
		t.Errorf("both ends inclusive: got %v", got)
	}
	if first, last := SchoolYearsKnown(); first != NewDate(2025, 10, 11) || last != NewDate(2028, 9, 3) {
		t.Errorf("known from %s to %s", first, last)
	}
}
