package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Where the open data lies below the project's root; an ORIGIN.md is beside
// each. The tables that the program needs too are read where it keeps them.
const (
	registerFile = "examples/data/lrk_2026.csv"
	outlineFile  = "examples/data/wijken_2014.geojson"
	partsFile    = "examples/data/pc4_wijk_2014.csv"
	areaFile     = "planner/files/data/pc4.csv"
	schoolFile   = "calendar/data/gemeente_vakantieregio.csv"
)

// openData is open data of others, without the register.
type openData struct {
	areas     []area // ascending by postcode
	districts []district
	// schoolRegions maps a municipality's name to noord, midden or zuid; names
	// that occur in two provinces carry the province, "Bergen (LI)".
	schoolRegions map[string]string
}

// area is a four-digit postcode area (PC4).
type area struct {
	pc4, town, municipality, ggd string
	centre                       point
	km2                          float64
	children                     int // inhabitants of 0 to 4 years
	parts                        []part
}

// part is the share of an area that lies in a district, by surface.
type part struct {
	district string
	share    float64
}

// registration is one row of the childcare register.
type registration struct {
	lrk, kind, postcode, town, holder, municipality string
	places                                          int
}

// readOpenData reads the open data of a project.
func readOpenData(root string) (*openData, error) {
	areas, err := readAreas(filepath.Join(root, areaFile))
	if err != nil {
		return nil, err
	}
	if err := readParts(filepath.Join(root, partsFile), areas); err != nil {
		return nil, err
	}
	districts, err := readDistricts(filepath.Join(root, outlineFile))
	if err != nil {
		return nil, err
	}
	regions, err := readSchoolRegions(filepath.Join(root, schoolFile))
	if err != nil {
		return nil, err
	}
	return &openData{areas: areas, districts: districts, schoolRegions: regions}, nil
}

// area returns the postcode area of a postcode, of four or six characters.
func (d *openData) area(postcode string) (*area, error) {
	if len(postcode) < 4 {
		return nil, fmt.Errorf("postcode %q is shorter than four digits", postcode)
	}
	if a := areaOf(d.areas, postcode[:4]); a != nil {
		return a, nil
	}
	return nil, fmt.Errorf("postcode area %s is not in pc4.csv", postcode[:4])
}

func areaOf(areas []area, pc4 string) *area {
	i := sort.Search(len(areas), func(i int) bool { return areas[i].pc4 >= pc4 })
	if i == len(areas) || areas[i].pc4 != pc4 {
		return nil
	}
	return &areas[i]
}

// rowsOf reads a comma-separated file with a header and returns its rows as
// column → value.
func rowsOf(path string, needed ...string) ([]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read from
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: header: %w", path, err)
	}
	for _, name := range needed {
		if !slices.Contains(head, name) {
			return nil, fmt.Errorf("%s: line 1: no column %q; it has %s", path, name, strings.Join(head, ", "))
		}
	}
	var rows []map[string]string
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		row := make(map[string]string, len(head))
		for i, name := range head {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
}

func readAreas(path string) ([]area, error) {
	rows, err := rowsOf(path, "pc4", "plaats", "gemeente", "ggdregio", "lat", "lon", "km2", "inwoners_0_4")
	if err != nil {
		return nil, err
	}
	var areas []area
	for i, r := range rows {
		if r["gemeente"] == "" || r["gemeente"] == "NA" { // nobody lives there
			continue
		}
		lat, err1 := strconv.ParseFloat(r["lat"], 64)
		lon, err2 := strconv.ParseFloat(r["lon"], 64)
		km2, err3 := strconv.ParseFloat(r["km2"], 64)
		if err1 != nil || err2 != nil || err3 != nil {
			return nil, fmt.Errorf("%s: line %d: lat, lon and km2 must be numbers", path, i+2)
		}
		children, _ := strconv.Atoi(r["inwoners_0_4"]) // NA where CBS gives none
		areas = append(areas, area{
			pc4: r["pc4"], town: r["plaats"], municipality: r["gemeente"], ggd: r["ggdregio"],
			centre: point{lat, lon}, km2: km2, children: children,
		})
	}
	sort.Slice(areas, func(i, j int) bool { return areas[i].pc4 < areas[j].pc4 })
	return areas, nil
}

// readParts adds to the areas which districts they lie in.
func readParts(path string, areas []area) error {
	rows, err := rowsOf(path, "pc4", "wijk", "share")
	if err != nil {
		return err
	}
	for i, r := range rows {
		share, err := strconv.ParseFloat(r["share"], 64)
		a := areaOf(areas, r["pc4"])
		if err != nil || a == nil {
			return fmt.Errorf("%s: line %d: want a known postcode area and a share", path, i+2)
		}
		a.parts = append(a.parts, part{r["wijk"], share})
	}
	return nil
}

// readRegister reads rows of the register in the nine columns of
// examples/data/lrk_2026.csv, the active ones of one kind.
func readRegister(path, kind string) ([]registration, error) {
	rows, err := rowsOf(path, "lrk_id", "type_oko", "aantal_kindplaatsen", "status", "inschrijfdatum",
		"opvanglocatie_postcode", "opvanglocatie_woonplaats", "kvk_nummer_houder", "gemeente_via_pc4")
	if err != nil {
		return nil, err
	}
	var out []registration
	for i, r := range rows {
		if r["type_oko"] != kind || r["status"] != "Ingeschreven" {
			continue
		}
		places, err := strconv.Atoi(r["aantal_kindplaatsen"])
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: aantal_kindplaatsen %q is not a number", path, i+2, r["aantal_kindplaatsen"])
		}
		out = append(out, registration{
			lrk: r["lrk_id"], kind: kind, postcode: r["opvanglocatie_postcode"], town: r["opvanglocatie_woonplaats"],
			holder: r["kvk_nummer_houder"], municipality: r["gemeente_via_pc4"], places: places,
		})
	}
	return out, nil
}

func readDistricts(path string) ([]district, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Features []struct {
			Properties struct{ Statcode, Statnaam string }
			Geometry   struct {
				Type        string
				Coordinates [][][2]float64
			}
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var out []district
	for _, f := range doc.Features {
		if f.Geometry.Type != "Polygon" {
			return nil, fmt.Errorf("%s: %s is a %s, expected a Polygon", path, f.Properties.Statcode, f.Geometry.Type)
		}
		_, name, _ := strings.Cut(strings.TrimPrefix(f.Properties.Statnaam, "Wijk "), " ")
		if name == "" {
			name = f.Properties.Statnaam
		}
		out = append(out, district{
			id: f.Properties.Statcode, name: name, municipality: f.Properties.Statcode[2:6],
			year: 2014, rings: f.Geometry.Coordinates,
		})
	}
	return out, nil
}

func readSchoolRegions(path string) (map[string]string, error) {
	rows, err := rowsOf(path, "gemeente", "provinciecode", "regio")
	if err != nil {
		return nil, err
	}
	regions := make(map[string]string, 2*len(rows))
	for _, r := range rows {
		region, _, _ := strings.Cut(r["regio"], "/") // "midden/zuid": schools choose; the first
		regions[r["gemeente"]] = region
		regions[r["gemeente"]+" ("+r["provinciecode"]+")"] = region
	}
	return regions, nil
}
