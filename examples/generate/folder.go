package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// folder is one example: everything but programme.yaml and README.md, which
// are written by hand.
type folder struct {
	name          string
	organisations []organisation
	staff         []person
	districts     []district
	places        []place
	assignments   []assignment
	absences      []absence
	meetings      []meeting
	blackouts     []blackout
	cases         []caseload
	history       []visited
}

type organisation struct {
	id, name string
	hours    int // a year, 0 for no limit
	region   string
}

// person is one row of staff.csv; a person with two contracts has two.
type person struct {
	id, name, organisation, role, budget string
	hours                                float64
	home, mode, pattern                  string
	skills                               []string
	photo                                string
	ceiling, dayCap                      int
	from, to                             string
	region                               string
}

// place is one row of locations.csv.
type place struct {
	id, name, organisation, address, postcode, town, municipality, district string
	at                                                                      point
	places                                                                  int
	lrk                                                                     []string
	opening, parents                                                        string
	standAlone, subsidised, artificial                                      bool
	opened, closed                                                          string
	tags                                                                    []string
	region                                                                  string
}

type assignment struct {
	location, role, staff, kind, from, to string
	pinned                                bool
	reason                                string
}

type absence struct{ staff, from, to, part, region string }

type meeting struct {
	id, name, kind, start string
	minutes               int
	rule                  string
	except, besides       []string
	location, postcode    string
	staff, roles          []string
	locations, guests     []string
	budget, region        string
}

type blackout struct{ location, district, municipality, from, to, part, reason string }

type caseload struct {
	ref, staff, location, kind string
	points, minutes            int
	budget, opened, handedOver string
	region                     string
}

type visited struct{ location, role, requirement, visitType, staff, date string }

// table is a CSV file. Columns with a trailing * are always written, the
// others where a row has something in them.
type table struct {
	file string
	head []string
	rows [][]string
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func list(items []string) string { return strings.Join(items, "|") }

// write writes the folder's files into dir/name.
func (f *folder) write(dir string) error {
	dir = filepath.Join(dir, f.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	tables := []table{
		f.organisationTable(), f.staffTable(), f.districtTable(), f.locationTable(), f.assignmentTable(), f.absenceTable(),
		f.meetingTable(), f.blackoutTable(), f.caseTable(), f.historyTable(),
	}
	for _, t := range tables {
		if err := t.write(dir); err != nil {
			return err
		}
	}
	return f.writeOutlines(dir)
}

func (t *table) write(dir string) error {
	if len(t.rows) == 0 {
		return nil
	}
	f, err := os.Create(filepath.Join(dir, t.file))
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	used := t.columns()
	head := make([]string, 0, len(used))
	for _, c := range used {
		head = append(head, strings.TrimSuffix(t.head[c], "*"))
	}
	err = w.Write(head)
	for _, row := range t.rows {
		cells := make([]string, 0, len(used))
		for _, c := range used {
			cells = append(cells, row[c])
		}
		if err == nil {
			err = w.Write(cells)
		}
	}
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// columns lists the columns that are needed or hold something.
func (t *table) columns() []int {
	var used []int
	for c, name := range t.head {
		keep := strings.HasSuffix(name, "*")
		for _, row := range t.rows {
			keep = keep || row[c] != ""
		}
		if keep {
			used = append(used, c)
		}
	}
	return used
}

func (f *folder) organisationTable() table {
	t := table{file: "organisations.csv", head: strings.Fields("organisation_id* name* limit_hours region")}
	for _, o := range f.organisations {
		t.rows = append(t.rows, []string{o.id, o.name, number(o.hours), o.region})
	}
	return t
}

func (f *folder) staffTable() table {
	t := table{file: "staff.csv", head: strings.Fields("staff_id* name* organisation* role* budget hours_week* max_locations " +
		"valid_from valid_to home_postcode mode work_pattern* skills photo day_cap region")}
	for _, p := range f.staff {
		t.rows = append(t.rows, []string{
			p.id, p.name, p.organisation, p.role, p.budget, decimal(p.hours), number(p.ceiling), p.from, p.to,
			p.home, p.mode, p.pattern, list(p.skills), p.photo, number(p.dayCap), p.region,
		})
	}
	return t
}

// districtTable is written where there are no outlines.
func (f *folder) districtTable() table {
	t := table{file: "districts.csv", head: strings.Fields("district_id* name* municipality* level year area region")}
	if f.outlined() {
		return t
	}
	for _, d := range f.districts {
		t.rows = append(t.rows, []string{d.id, d.name, d.municipality, d.level, number(d.year), d.area, d.region})
	}
	return t
}

func (f *folder) outlined() bool { return len(f.districts) > 0 && len(f.districts[0].rings) > 0 }

func (f *folder) locationTable() table {
	t := table{file: "locations.csv", head: strings.Fields("location_id* name* organisation* address postcode* town municipality* " +
		"district lat lon places lrk opening parents stand_alone subsidised artificial opened closed tags region")}
	for _, p := range f.places {
		t.rows = append(t.rows, []string{
			p.id, p.name, p.organisation, p.address, p.postcode, p.town, p.municipality, p.district,
			decimal(p.at.lat), decimal(p.at.lon), number(p.places), list(p.lrk), p.opening, p.parents,
			yes(p.standAlone), yes(p.subsidised), yes(p.artificial), p.opened, p.closed, list(p.tags), p.region,
		})
	}
	return t
}

func (f *folder) assignmentTable() table {
	t := table{file: "assignments.csv", head: strings.Fields("location_id* role* staff_id* kind valid_from valid_to pinned reason")}
	for _, a := range f.assignments {
		t.rows = append(t.rows, []string{a.location, a.role, a.staff, a.kind, a.from, a.to, yes(a.pinned), a.reason})
	}
	return t
}

func (f *folder) absenceTable() table {
	t := table{file: "absences.csv", head: strings.Fields("staff_id* from* to* part region")}
	for _, a := range f.absences {
		t.rows = append(t.rows, []string{a.staff, a.from, a.to, a.part, a.region})
	}
	return t
}

func (f *folder) meetingTable() table {
	t := table{file: "meetings.csv", head: strings.Fields("meeting_id* name* kind start* minutes* rrule except besides location_id " +
		"place_postcode staff roles locations organisations budget region")}
	for _, m := range f.meetings {
		t.rows = append(t.rows, []string{
			m.id, m.name, m.kind, m.start, number(m.minutes), m.rule, list(m.except), list(m.besides), m.location,
			m.postcode, list(m.staff), list(m.roles), list(m.locations), list(m.guests), m.budget, m.region,
		})
	}
	return t
}

func (f *folder) blackoutTable() table {
	t := table{file: "blackouts.csv", head: strings.Fields("location_id district municipality from* to* part reason")}
	for _, b := range f.blackouts {
		t.rows = append(t.rows, []string{b.location, b.district, b.municipality, b.from, b.to, b.part, b.reason})
	}
	return t
}

func (f *folder) caseTable() table {
	t := table{file: "cases.csv", head: strings.Fields("case_ref* staff_id* location_id kind* points minutes_week* budget opened* handed_over region")}
	for _, c := range f.cases {
		t.rows = append(t.rows, []string{
			c.ref, c.staff, c.location, c.kind, number(c.points), strconv.Itoa(c.minutes), c.budget, c.opened, c.handedOver, c.region,
		})
	}
	sort.SliceStable(t.rows, func(i, j int) bool { return t.rows[i][0] < t.rows[j][0] })
	return t
}

func (f *folder) historyTable() table {
	t := table{file: "history.csv", head: strings.Fields("location_id* role* requirement* visit_type staff_id date*")}
	for _, v := range f.history {
		t.rows = append(t.rows, []string{v.location, v.role, v.requirement, v.visitType, v.staff, v.date})
	}
	return t
}

// writeOutlines writes districts.geojson, one feature a line so that changes
// are readable.
func (f *folder) writeOutlines(dir string) error {
	if !f.outlined() {
		return nil
	}
	var b strings.Builder
	b.WriteString("{\"type\":\"FeatureCollection\",\"features\":[\n")
	for i, d := range f.districts {
		rings, err := json.Marshal(d.rings)
		if err != nil {
			return err
		}
		area := ""
		if d.area != "" {
			area = fmt.Sprintf(`,"area":%q`, d.area)
		}
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"statcode":%q,"statnaam":%q,"municipality":%q,"level":%q,"year":%d%s},`+
			`"geometry":{"type":"Polygon","coordinates":%s}}`, d.id, d.name, d.municipality, d.level, d.year, area, rings)
		if i < len(f.districts)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString("]}\n")
	return os.WriteFile(filepath.Join(dir, "districts.geojson"), []byte(b.String()), 0o644)
}
