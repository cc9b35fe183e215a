package files

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"sync"

	"github.com/wijkplanner/wijkplanner/planner"
)

//go:embed data/pc4.csv
var pc4Table []byte

// PostcodeArea is one of the four-digit postcode areas of the Netherlands.
type PostcodeArea struct {
	// PC4 is the four digits.
	PC4 string
	// Place and Municipality are names; HealthRegion is the region of the public
	// health service (GGD).
	Place, Municipality, HealthRegion string
	// Lat and Lon are the middle of the area, WGS 84 degrees.
	Lat, Lon float64
	// Area is in km².
	Area float64
	// Children is the number of inhabitants of 0–4 years.
	Children int
}

// PostcodeAreas returns all areas in ascending order. Source: CBS, CC BY 4.0;
// see data/ORIGIN.md. The caller must not change them.
var PostcodeAreas = sync.OnceValue(func() []PostcodeArea {
	rows, err := csv.NewReader(bytes.NewReader(pc4Table)).ReadAll()
	if err != nil {
		panic("files: the table of postcodes built into the program: " + err.Error())
	}
	out := make([]PostcodeArea, 0, len(rows))
	for _, r := range rows[1:] {
		out = append(out, PostcodeArea{
			PC4: r[0], Place: r[1], Municipality: r[2], HealthRegion: r[3],
			Lat: builtIn(r[4]), Lon: builtIn(r[5]), Area: builtIn(r[6]), Children: int(builtIn(r[7])),
		})
	}
	return out
})

func builtIn(text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(fmt.Sprintf("files: the table of postcodes built into the program: %q", text))
	}
	return x
}

var postcodeIndex = sync.OnceValue(func() map[string]*PostcodeArea {
	areas := PostcodeAreas()
	index := make(map[string]*PostcodeArea, len(areas))
	for i := range areas {
		index[areas[i].PC4] = &areas[i]
	}
	return index
})

// FindPostcode returns the area of a postcode's four digits.
func FindPostcode(pc4 string) (PostcodeArea, bool) {
	if a, ok := postcodeIndex()[pc4]; ok {
		return *a, true
	}
	return PostcodeArea{}, false
}

// pointOf returns the place that two coordinates or a postcode name; the
// coordinates win, the postcode then only says in which area they lie.
func pointOf(lat, lon, postcode value) planner.Point {
	_, pc4 := postcode.postcode()
	point := planner.Point{PC4: pc4}
	area, known := FindPostcode(pc4)
	point.PC4Area = area.Area
	switch {
	case !lat.empty() && !lon.empty():
		// The European Netherlands with a margin: swapped numbers are found.
		point.Lat, point.Lon = lat.decimal(50, 54), lon.decimal(3, 8)
	case !lat.empty():
		lon.fault("is needed beside %s", lat.field)
	case !lon.empty():
		lat.fault("is needed beside %s", lon.field)
	case known:
		point.Lat, point.Lon = area.Lat, area.Lon
	case pc4 != "":
		postcode.fault("%q: no such postcode area; give coordinates too", postcode.text)
	}
	return point
}
