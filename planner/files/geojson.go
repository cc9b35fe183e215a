package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/wijkplanner/wijkplanner/planner"
)

// feature is one feature of a GeoJSON file (RFC 7946 section 3.2).
type feature struct {
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
	Geometry   *geometry      `json:"geometry"`
}

// featurePattern is the field of a fault for which a feature was left out.
var featurePattern = regexp.MustCompile(`^features\[[0-9]+\]$`)

// geometry holds coordinates until its type says how deep they go.
type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// ReadDistrictOutlines reads a districts.geojson: a FeatureCollection of
// Polygon and MultiPolygon features. Neighbours are those that share a border.
// The error is a Faults.
func ReadDistrictOutlines(name string, r io.Reader) ([]planner.District, error) {
	return single(func(rep *report) list[planner.District] { return readOutlines(rep, name, r) }, districtKey)
}

func readOutlines(rep *report, name string, r io.Reader) list[planner.District] {
	l := list[planner.District]{sheet: &sheet{rep: rep, name: name, broken: true}}
	data, err := readText(r)
	if err != nil {
		rep.file(name, "cannot read: %v", err)
		return l
	}
	text, ok := plainText(rep, name, data)
	if !ok {
		return l
	}
	g := outlineReader{sheet: l.sheet, text: text}
	if g.collection() {
		l.sheet.broken = false
	}
	l.entries = g.entries
	l.unique("district_id")
	districts := make([]*planner.District, len(l.entries))
	for i := range l.entries {
		districts[i] = &l.entries[i].item
	}
	joinNeighbours(districts)
	return l
}

// outlineReader walks through a GeoJSON text. Each feature becomes a row, so
// that faults and references work as for a CSV file.
type outlineReader struct {
	sheet   *sheet
	text    []byte
	entries []entry[planner.District]
}

func (g *outlineReader) fault(offset int, field, format string, args ...any) {
	line, column := placeOf(g.text, offset)
	g.sheet.rep.add(Fault{File: g.sheet.name, Line: line, Column: column, Field: field, Message: fmt.Sprintf(format, args...)})
}

// collection reads the members of the outermost object.
func (g *outlineReader) collection() bool {
	var top struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(g.text, &top); err != nil {
		g.fault(errorOffset(err, 0), "", "not a GeoJSON FeatureCollection: %v", err)
		return false
	}
	if top.Type != "FeatureCollection" {
		g.fault(0, "type", "%q: want FeatureCollection", top.Type)
		return false
	}
	if len(top.Features) == 0 {
		g.fault(0, "features", "is empty")
	}
	// A raw message does not know where it stood. They follow each other in the
	// text, so a search that goes on from the last one finds each.
	at := max(bytes.Index(g.text, []byte(`"features"`)), 0)
	for i, raw := range top.Features {
		at += max(bytes.Index(g.text[at:], raw), 0)
		g.feature(i, raw, at)
		at += len(raw)
	}
	return true
}

// errorOffset returns where a JSON error lies, relative to a start.
func errorOffset(err error, start int) int {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return start + int(syntax.Offset) - 1
	case errors.As(err, &typ):
		return start + int(typ.Offset) - 1
	}
	return start
}

func (g *outlineReader) feature(i int, raw json.RawMessage, at int) {
	field := fmt.Sprintf("features[%d]", i)
	var f feature
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&f); err != nil {
		g.fault(errorOffset(err, at), field, "%v", err)
		return
	}
	row := g.row(f.Properties, at)
	rings, err := ringsOf(f.Geometry)
	if err != nil {
		g.fault(at, field+".geometry", "%v", err)
	}
	id := row.need("district_id").id()
	g.entries = append(g.entries, entry[planner.District]{region: row.get("region").text, row: row, item: planner.District{
		ID:           id,
		Name:         row.need("name").text,
		Municipality: row.need("municipality").municipality(),
		Level:        row.get("level").text,
		Year:         row.get("year").number(firstYear, lastYear),
		Area:         row.get("area").text,
		Rings:        rings,
	}})
}

// row makes a row of a feature's properties.
func (g *outlineReader) row(properties map[string]any, at int) row {
	text := func(keys ...string) string {
		for _, key := range keys {
			if v, ok := properties[key]; ok && v != nil {
				return fmt.Sprint(v)
			}
		}
		return ""
	}
	id := text("district_id", "statcode")
	municipality := text("municipality")
	if municipality == "" {
		municipality = municipalityOf(id)
	}
	line, column := placeOf(g.text, at)
	cells := []string{id, text("name", "statnaam"), municipality, text("level"), text("year"), text("area"), text("region")}
	g.sheet.columns = map[string]int{"district_id": 0, "name": 1, "municipality": 2, "level": 3, "year": 4, "area": 5, "region": 6}
	r := row{sheet: g.sheet, cells: cells, places: make([]place, len(cells))}
	for i := range r.places {
		r.places[i] = place{line, column}
	}
	return r
}

// ringsOf returns all rings of a Polygon or MultiPolygon, in degrees.
func ringsOf(g *geometry) ([][][2]float64, error) {
	if g == nil {
		return nil, errors.New("is needed: a Polygon or MultiPolygon")
	}
	var polygons [][][][]float64
	switch g.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		if err := json.Unmarshal(g.Coordinates, &polygons[0]); err != nil {
			return nil, fmt.Errorf("coordinates: %w", err)
		}
	case "MultiPolygon":
		if err := json.Unmarshal(g.Coordinates, &polygons); err != nil {
			return nil, fmt.Errorf("coordinates: %w", err)
		}
	default:
		return nil, fmt.Errorf("type %q: want Polygon or MultiPolygon", g.Type)
	}
	var rings [][][2]float64
	for _, polygon := range polygons {
		for _, points := range polygon {
			ring, err := ringOf(points)
			if err != nil {
				return nil, err
			}
			rings = append(rings, ring)
		}
	}
	if len(rings) == 0 {
		return nil, errors.New("has no ring")
	}
	return rings, nil
}

// ringOf checks a ring: closed, of four positions or more (RFC 7946 section
// 3.1.6), in degrees and not in metres of a national grid.
func ringOf(points [][]float64) ([][2]float64, error) {
	ring := make([][2]float64, len(points))
	for i, p := range points {
		if len(p) < 2 {
			return nil, fmt.Errorf("position %d has %d numbers, want longitude and latitude", i, len(p))
		}
		if p[0] < -180 || p[0] > 180 || p[1] < -90 || p[1] > 90 {
			return nil, fmt.Errorf("position [%v, %v] is not in degrees (longitude, latitude, WGS 84)", p[0], p[1])
		}
		ring[i] = [2]float64{p[0], p[1]}
	}
	if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
		return nil, fmt.Errorf("a ring of %d positions that does not end where it starts, or has fewer than four", len(ring))
	}
	return ring, nil
}
