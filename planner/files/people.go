package files

import (
	"io"
	"math"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

const (
	organisationColumns = "organisation_id! name! limit_hours public_holidays region"
	staffColumns        = "staff_id! name! organisation! role! budget hours_week! max_locations valid_from valid_to " +
		"home_postcode home_lat home_lon mode work_pattern! skills photo day_cap week_cap region"
)

// ReadOrganisations reads an organisations.csv. The error is a Faults.
func ReadOrganisations(name string, r io.Reader) ([]planner.Organisation, error) {
	return single(func(rep *report) list[planner.Organisation] { return readOrganisations(rep, name, r) }, nil)
}

// organisationKey finds organisations; they keep the order of their file, which
// the plan folder refers to.
func organisationKey(o *planner.Organisation) string { return o.ID }

func readOrganisations(rep *report, name string, r io.Reader) list[planner.Organisation] {
	l := readList(rep, name, r, organisationColumns, func(r row) planner.Organisation {
		holidays := r.get("public_holidays")
		if _, err := calendar.ParseHolidaySet(holidays.list()); err != nil {
			holidays.fault("%v", err)
		}
		return planner.Organisation{
			ID:             r.need("organisation_id").id(),
			Name:           r.need("name").text,
			LimitMinutes:   int64(math.Round(60 * r.get("limit_hours").decimal(0, 1e7))),
			PublicHolidays: holidays.list(),
		}
	})
	l.unique("organisation_id")
	return l
}

// ReadStaff reads a staff.csv: people with their contracts. References to
// organisations and roles are not checked. The error is a Faults.
func ReadStaff(name string, r io.Reader) ([]planner.Staff, error) {
	return single(func(rep *report) list[planner.Staff] { return readStaff(rep, name, r) }, staffKey)
}

func staffKey(s *planner.Staff) string { return s.ID }

// staffReader reads rows of staff and joins those of one person.
type staffReader struct {
	entries []entry[planner.Staff]
	// index holds the place in entries of each id.
	index map[string]int
}

func readStaff(rep *report, name string, r io.Reader) list[planner.Staff] {
	s := staffReader{index: make(map[string]int)}
	sheet := readSheet(rep, name, r, staffColumns)
	sheet.screen()
	for _, row := range sheet.rows {
		id := row.need("staff_id")
		if i, again := s.index[id.text]; again && id.text != "" {
			s.addContract(&s.entries[i], row)
			continue
		}
		s.index[id.text] = len(s.entries)
		s.entries = append(s.entries, entry[planner.Staff]{item: person(row), region: row.get("region").text, row: row})
	}
	return list[planner.Staff]{sheet: sheet, entries: s.entries}
}

// person reads somebody's first row.
func person(r row) planner.Staff {
	home := homeOf(r)
	return planner.Staff{
		ID:           r.get("staff_id").id(),
		Name:         r.need("name").text,
		Organisation: r.need("organisation").id(),
		Home:         home,
		Mode:         planner.TravelMode(r.get("mode").or("car").choice("car", "bicycle")),
		Skills:       r.get("skills").list(),
		Photo:        r.get("photo").text,
		Contracts:    []planner.Contract{contract(r)},
		Pattern:      r.need("work_pattern").week(),
		DayCap:       r.get("day_cap").number(0, 100),
		WeekCap:      r.get("week_cap").number(0, 500),
	}
}

func homeOf(r row) planner.Point {
	lat, lon, postcode := r.get("home_lat"), r.get("home_lon"), r.get("home_postcode")
	if lat.empty() && lon.empty() && postcode.empty() {
		postcode.fault("is needed, or home_lat and home_lon")
	}
	return pointOf(lat, lon, postcode)
}

func contract(r row) planner.Contract {
	from, to := period(r.get("valid_from"), r.get("valid_to"))
	hours := r.need("hours_week")
	return planner.Contract{
		Role:         r.need("role").id(),
		Budget:       budget(r.get("budget").or("without")),
		HoursWeek:    int(math.Round(100 * hours.decimal(0, 60))),
		MaxLocations: r.get("max_locations").number(0, 100_000),
		From:         from,
		To:           to,
	}
}

func budget(v value) planner.Budget {
	return planner.Budget(v.choice(string(planner.WithoutIndication), string(planner.WithIndication)))
}

// addContract takes a contract from a further row of a person, whose other
// cells must repeat the first row's or be empty.
func (s *staffReader) addContract(e *entry[planner.Staff], r row) {
	for _, column := range []string{
		"name", "organisation", "home_postcode", "home_lat", "home_lon", "mode",
		"work_pattern", "skills", "photo", "day_cap", "week_cap", "region",
	} {
		if v := r.get(column); !v.empty() && v.text != e.row.get(column).text {
			v.fault("%q differs from line %d, where %s stands first; leave it empty", v.text, e.row.places[0].line, e.item.ID)
		}
	}
	c := contract(r)
	for _, other := range e.item.Contracts {
		if other.Role == c.Role && other.Budget == c.Budget && overlap(other.From, other.To, c.From, c.To) {
			r.get("role").fault("two contracts of %s as %s out of one budget on the same days", e.item.ID, c.Role)
		}
	}
	e.item.Contracts = append(e.item.Contracts, c)
}
