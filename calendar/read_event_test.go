package calendar

import (
	"testing"
	"time"
)

func TestParseStamp(t *testing.T) {
	t.Parallel()
	at := func(hour, minute, second int) time.Time {
		return time.Date(2027, 1, 4, hour, minute, second, 0, time.UTC)
	}
	for _, c := range []struct {
		value, params string
		want          stamp
		ok            bool
	}{
		{"20270104", ";VALUE=DATE", stamp{wall: at(0, 0, 0), form: stampDate}, true},
		{"20270104T093000", "", stamp{wall: at(9, 30, 0), form: stampLocal}, true},
		{"20270104t093000z", "", stamp{wall: at(9, 30, 0), form: stampUTC}, true},
		{"20270104T093000", ";TZID=Europe/Amsterdam", stamp{wall: at(9, 30, 0), form: stampLocal, tzid: "Europe/Amsterdam"}, true},
		{"20270104T093000Z", ";TZID=Europe/Amsterdam", stamp{wall: at(9, 30, 0), form: stampUTC}, true},
		{"20270104T093060Z", "", stamp{wall: at(9, 30, 59), form: stampUTC}, true},
		{"20270231", "", stamp{}, false},
		{"20270104T2430", "", stamp{}, false},
		{"20270104T240000", "", stamp{}, false},
		{"2027-1-4", "", stamp{}, false},
		{"", "", stamp{}, false},
		{"20270104T093000+01", "", stamp{}, false},
	} {
		got, ok := parseStamp(&contentLine{value: c.value, params: c.params})
		if got != c.want || ok != c.ok {
			t.Errorf("%s%s: got %+v, %v", c.value, c.params, got, ok)
		}
	}
}

func TestParseLength(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]eventLength{
		"P1D":           {true, 1, 0},
		"+P1D":          {true, 1, 0},
		"P2W":           {true, 14, 0},
		"PT1H30M":       {true, 0, 90 * time.Minute},
		"pt45s":         {true, 0, 45 * time.Second},
		"P1DT12H":       {true, 1, 12 * time.Hour},
		"PT0S":          {true, 0, 0},
		"P":             {},
		"":              {},
		"-PT15M":        {}, // an event has no negative length
		"P1H":           {},
		"PT1D":          {},
		"P1":            {},
		"PT":            {true, 0, 0},
		"P1DT1HT1H":     {},
		"een uur":       {},
		"P9999999999D":  {},
		"P999999999D":   {true, mostDays, 0},
		"PT999999999H":  {true, 0, mostDays * 24 * time.Hour},
		"P36500D":       {true, mostDays, 0},
		"P1Y":           {},
		"PT1H30M extra": {},
	} {
		if got := parseLength(text); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}

func TestParseOffset(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"+0100": 3600, "-0330": -12600, "+0000": 0, "-0000": 0, "+001938": 1178, "+1400": 50400,
	} {
		if got, ok := parseOffset(text); got != want || !ok {
			t.Errorf("%s: got %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "0100", "+01", "+01:00", "+6000", "+0190", "+2400", "+01000", "laat"} {
		if _, ok := parseOffset(text); ok && text != "+2400" {
			t.Errorf("%s: accepted", text)
		}
	}
	if _, ok := parseOffset("+2400"); ok {
		t.Error("a whole day is accepted")
	}
}

func TestParsePeriod(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"20270104T080000Z":                  true,
		"20270104T080000Z/PT1H":             true,
		"20270104T080000Z/20270104T090000Z": true,
		"20270104":                          true,
		"20270104T080000Z/":                 false,
		"20270104T080000Z/morgen":           false,
		"/PT1H":                             false,
	} {
		if _, got := parsePeriod(&contentLine{value: text}); got != ok {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

func TestZoneLookup(t *testing.T) {
	t.Parallel()
	book := zoneBook{until: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), found: map[string]*time.Location{}}
	floating := mustZone(t, "Asia/Tokyo")
	for name, want := range map[string]string{
		"":                                     "Asia/Tokyo",
		"Local":                                "Asia/Tokyo",
		"floating":                             "Asia/Tokyo",
		"Europe/Amsterdam":                     "Europe/Amsterdam",
		"Etc/GMT-1":                            "Etc/GMT-1",
		"UTC":                                  "UTC",
		"gmt":                                  "UTC",
		"tzone://Microsoft/Utc":                "UTC",
		"/mozilla.org/20050126_1/Europe/Paris": "Europe/Paris",
		"/softwarestudio.org/Tzfile/America/Argentina/Ushuaia": "America/Argentina/Ushuaia",
		"W. Europe Standard Time":                              "Europe/Berlin",
		"Romance Standard Time":                                "Europe/Paris",
		"GMT Standard Time":                                    "Europe/London",
		"Eastern Standard Time":                                "America/New_York",
		"(GMT+01.00) Amsterdam / Berlin / Bern":                "Europe/Amsterdam",
		"Customized Time Zone":                                 "",
		"localtime":                                            "",
		"posixrules":                                           "",
		"/etc/passwd":                                          "",
		"Europe/Atlantis":                                      "",
	} {
		zone, known := book.lookup(name, floating)
		got := ""
		if known {
			got = zone.String()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// TestDefinedZone: a zone made of a VTIMEZONE shows the same clock as the one
// of the database, on both sides of each change.
func TestDefinedZone(t *testing.T) {
	t.Parallel()
	half := func(month time.Month, hour, before, with int, rule string) observance {
		return observance{
			start: time.Date(1970, month, 25, hour, 0, 0, 0, time.UTC), before: before, with: with,
			hasFrom: true, hasTo: true, rule: rule,
		}
	}
	book := zoneBook{until: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	zone := book.define(&zoneDefinition{observances: []observance{
		half(3, 2, 3600, 7200, "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"), half(10, 3, 7200, 3600, "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
	}})
	if zone == nil {
		t.Fatal("no zone")
	}
	database := mustZone(t, amsterdam)
	for at := time.Date(1997, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2030; at = at.Add(59 * time.Minute) {
		_, got := at.In(zone).Zone()
		if _, want := at.In(database).Zone(); got != want {
			t.Fatalf("%s: offset %d, want %d", at, got, want)
		}
	}
}
