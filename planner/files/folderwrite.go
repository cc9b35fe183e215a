package files

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/wijkplanner/wijkplanner/planner"
)

// WriteInput writes what is known of a region as the files of an input folder,
// by name: the inverse of ReadFolder. A file that would say nothing is left out.
// What was planned is not in it; see WritePlan.
func WriteInput(s *planner.State) (map[string][]byte, error) {
	programme, err := writeProgramme(&s.Programme)
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{programmeFile: programme}
	region := func(rows []Cells) []Cells {
		for _, r := range rows {
			r.put("region", s.Region)
		}
		return rows
	}
	for _, f := range []struct {
		name, columns string
		rows          []Cells
		needed        bool
	}{
		{"organisations.csv", organisationColumns, rowsOf(s.Organisations, organisationRow), true},
		{"staff.csv", staffColumns, region(manyRows(s.Staff, StaffRows)), true},
		{"districts.csv", districtColumns, region(rowsOf(s.Districts, districtRow)), true},
		{"locations.csv", locationColumns, region(rowsOf(s.Locations, locationRow)), true},
		{"assignments.csv", assignmentColumns, rowsOf(s.Assignments, assignmentRow), false},
		{"absences.csv", absenceColumns, rowsOf(s.Absences, absenceRow), false},
		{"meetings.csv", meetingColumns, region(rowsOf(s.Meetings, MeetingRow)), false},
		{"blackouts.csv", blackoutColumns, region(rowsOf(s.Blackouts, blackoutRow)), false},
		{"cases.csv", caseColumns, rowsOf(s.Cases, caseRow), false},
		{"consents.csv", consentColumns, rowsOf(s.Consents, consentRow), false},
		{"history.csv", historyColumns, rowsOf(s.History, historyRow), false},
	} {
		if f.needed || len(f.rows) > 0 {
			out[f.name] = inputSheet(f.columns, f.rows)
		}
	}
	outlines, err := writeOutlines(s.Districts)
	if err == nil && outlines != nil {
		out["districts.geojson"] = outlines
	}
	return out, err
}

func rowsOf[T any](items []T, one func(*T) Cells) []Cells {
	out := make([]Cells, len(items))
	for i := range items {
		out[i] = one(&items[i])
	}
	return out
}

func manyRows[T any](items []T, rows func(*T) []Cells) []Cells {
	var out []Cells
	for i := range items {
		out = append(out, rows(&items[i])...)
	}
	return out
}

// inputSheet writes rows with the columns that a file may have, in that order;
// of those that it need not have only the ones that some row has.
func inputSheet(columns string, rows []Cells) []byte {
	var header []string
	for column := range strings.FieldsSeq(columns) {
		name, needed := strings.CutSuffix(column, "!")
		for i := 0; i < len(rows) && !needed; i++ {
			needed = rows[i][name] != ""
		}
		if needed {
			header = append(header, name)
		}
	}
	cells := make([][]string, len(rows))
	for i, r := range rows {
		for _, name := range header {
			cells[i] = append(cells[i], r[name])
		}
	}
	return writeCSV(strings.Join(header, ","), cells)
}

// writeOutlines writes districts.geojson (RFC 7946); nil without any outline.
func writeOutlines(districts []planner.District) ([]byte, error) {
	type shape struct {
		Type        string           `json:"type"`
		Coordinates [][][][2]float64 `json:"coordinates"`
	}
	type outlined struct {
		Type       string            `json:"type"`
		Properties map[string]string `json:"properties"`
		Geometry   shape             `json:"geometry"`
	}
	all := struct {
		Type     string     `json:"type"`
		Features []outlined `json:"features"`
	}{Type: "FeatureCollection"}
	for i := range districts {
		d := &districts[i]
		if len(d.Rings) == 0 {
			continue
		}
		all.Features = append(all.Features, outlined{
			"Feature", map[string]string{"district_id": d.ID, "name": d.Name, "municipality": d.Municipality}, shape{"MultiPolygon", polygonsOf(d.Rings)},
		})
	}
	if len(all.Features) == 0 {
		return nil, nil
	}
	out, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("outlines: %w", err)
	}
	return out, nil
}

// polygonsOf puts rings together again: one that begins within the outer ring
// before it is a hole of that. The order stays.
func polygonsOf(rings [][][2]float64) [][][][2]float64 {
	var out [][][][2]float64
	var outer orb.Ring
	for _, ring := range rings {
		if outer != nil && planar.RingContains(outer, orb.Point(ring[0])) {
			out[len(out)-1] = append(out[len(out)-1], ring)
			continue
		}
		outer = make(orb.Ring, len(ring))
		for i, p := range ring {
			outer[i] = orb.Point(p)
		}
		out = append(out, [][][2]float64{ring})
	}
	return out
}
