package v1

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Hours is a part of one weekday, in local time.
type Hours struct {
	Day  string `json:"day" enum:"mo,tu,we,th,fr,sa,su" doc:"The day of the week."`
	From string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Local time, inclusive." example:"08:30"`
	To   string `json:"to" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" doc:"Local time, exclusive." example:"12:30"`
}

// Part is a part of a day, in local time.
type Part struct {
	From string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Local time, inclusive." example:"13:00"`
	To   string `json:"to" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" doc:"Local time, exclusive." example:"17:00"`
}

// Words is a text in Dutch and English.
type Words struct {
	NL string `json:"nl" maxLength:"200"`
	EN string `json:"en" maxLength:"200"`
}

func wordsOf(t planner.Text) Words { return Words{t.NL, t.EN} }

// Place is a point on Earth (WGS 84); coordinates win over the postcode.
type Place struct {
	Postcode string  `json:"postcode,omitempty" maxLength:"7" doc:"6511AB, or its four digits." example:"6511"`
	Lat      float64 `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"Degrees north."`
	Lon      float64 `json:"lon,omitempty" minimum:"-180" maximum:"180" doc:"Degrees east."`
}

func placeOf(p planner.Point) *Place { return &Place{p.PC4, p.Lat, p.Lon} }

// weekdays are the days as cells name them, by time.Weekday.
var weekdays = [7]string{"su", "mo", "tu", "we", "th", "fr", "sa"}

func weekOf(w calendar.Week) []Hours {
	out := []Hours{}
	for _, d := range []time.Weekday{1, 2, 3, 4, 5, 6, 0} {
		for _, s := range w[d] {
			out = append(out, Hours{weekdays[d], s.From.String(), s.To.String()})
		}
	}
	return out
}

func weekCell(hours []Hours) string {
	parts := make([]string, len(hours))
	for i, h := range hours {
		parts[i] = h.Day + " " + h.From + "-" + h.To
	}
	return strings.Join(parts, "|")
}

func partOf(s calendar.Span) *Part {
	if s.Empty() {
		return nil
	}
	return &Part{s.From.String(), s.To.String()}
}

func partCell(p *Part) string {
	if p == nil {
		return ""
	}
	return p.From + "-" + p.To
}

func listCell(items []string) string { return strings.Join(items, "|") }

func dayCells(days []calendar.Date) []string {
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = d.String()
	}
	return out
}

// given is a number as a cell; none for 0.
func given(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func numberCell(n int) string { return strconv.Itoa(n) }

func decimalCell(x float64) string {
	if x == 0 {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

func flagCell(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// contentID names something by what it says.
func contentID(v any) string {
	// Domain types always have a JSON form.
	body, _ := json.Marshal(v)
	sum := sha256.Sum256(body)
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// fieldsOf returns the fields of a representation with their values.
func fieldsOf(w any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	body, _ := json.Marshal(w)
	// A representation is an object.
	_ = json.Unmarshal(body, &out)
	return out
}

// namesOf returns the names of the fields that a representation gives.
func namesOf(w any) []string { return slices.Sorted(maps.Keys(fieldsOf(w))) }

// differing returns the names of the fields in which two representations differ.
func differing(a, b any) []string {
	x, y := fieldsOf(a), fieldsOf(b)
	out := []string{}
	for name := range x {
		if !bytes.Equal(x[name], y[name]) {
			out = append(out, name)
		}
	}
	for name := range y {
		if x[name] == nil {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
