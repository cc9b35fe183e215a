package files

import (
	"io"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
)

const districtColumns = "district_id! name! municipality! level year area neighbours region"

// ReadDistricts reads a districts.csv. The error is a Faults.
func ReadDistricts(name string, r io.Reader) ([]planner.District, error) {
	return single(func(rep *report) list[planner.District] { return readDistricts(rep, name, r) }, districtKey)
}

func districtKey(d *planner.District) string { return d.ID }

func readDistricts(rep *report, name string, r io.Reader) list[planner.District] {
	l := readList(rep, name, r, districtColumns, func(r row) planner.District {
		return planner.District{
			ID:           r.need("district_id").id(),
			Name:         r.need("name").text,
			Municipality: r.need("municipality").municipality(),
			Level:        r.get("level").text,
			Year:         r.get("year").number(firstYear, lastYear),
			Area:         r.get("area").text,
			Neighbours:   r.get("neighbours").list(),
		}
	})
	l.unique("district_id")
	return l
}

// municipalityOf returns the municipality in a code of the statistics office,
// WK026801 or BU02680735.
func municipalityOf(code string) string {
	digits := strings.TrimLeft(code, "GMWKBU")
	if len(digits) < 4 || !municipalityPattern.MatchString(digits[:4]) {
		return ""
	}
	return digits[:4]
}
