package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// The headers of the plan folder's files; see docs/output.md.
const (
	visitHeader = "visit_id,location_id,location,district,role,staff_id,staff,visit_type,requirement,start,end," +
		"travel_minutes,status,reason"
	assignedHeader = "location_id,location,district,role,staff_id,staff,kind,valid_from,valid_to,minutes_per_year," +
		"travel_minutes_per_year,changed,reason"
	unplannedHeader = "location_id,location,role,requirement,level,due_by,blocked_by,smallest_change"
	coverageHeader  = "location_id,location,role,requirement,minimum,target,done,planned,state"
)

// WritePlan writes the plan folder of some regions: plans[i] is the plan of
// states[i]. Extra holds further files by name, such as report.html. All is
// written beside dir first and takes its place at the end, so that dir holds
// the old plan or the new one and never a part of one. A dir that holds
// anything but a plan is left alone, with an error.
func WritePlan(dir string, states []*planner.State, plans []*planner.Plan, extra map[string][]byte) error {
	if len(states) == 0 || len(states) != len(plans) {
		return fmt.Errorf("write plan: %d plans for %d regions", len(plans), len(states))
	}
	content, err := planFiles(states, plans)
	if err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	maps.Copy(content, extra)
	return replaceFolder(dir, content)
}

// planFiles renders every file of the plan folder.
func planFiles(states []*planner.State, plans []*planner.Plan) (map[string][]byte, error) {
	content := make(map[string][]byte)
	tables := []struct {
		name, header string
		rows         func(*names, *planner.Plan) [][]string
	}{
		{"visits.csv", visitHeader, visitRows},
		{"assignments.csv", assignedHeader, assignedRows},
		{"unplanned.csv", unplannedHeader, unplannedRows},
		{"coverage.csv", coverageHeader, coverageRows},
	}
	for _, table := range tables {
		var rows [][]string
		for i, p := range plans {
			n, err := newNames(states[i])
			if err != nil {
				return nil, err
			}
			rows = append(rows, table.rows(n, p)...)
		}
		content[table.name] = writeCSV(table.header, rows)
	}
	summary, err := planJSON(plans)
	if err != nil {
		return nil, err
	}
	content["plan.json"] = summary
	return content, addFeeds(content, states, plans)
}

// writeCSV writes a table. No cell is left that a spreadsheet would take for a
// formula.
func writeCSV(header string, rows [][]string) []byte {
	return append([]byte(header+"\n"), csvRows(rows)...)
}

// csvRows writes lines of a table in the same way.
func csvRows(rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = QuoteFormula(cell)
		}
		// A buffer takes everything, so that no error can come back.
		_ = w.Write(safe)
	}
	w.Flush()
	return b.Bytes()
}

// QuoteFormula puts an apostrophe before a cell that a spreadsheet would take
// for a formula, also after apostrophes, so that unquoteFormula gives exactly
// the cell back.
func QuoteFormula(cell string) string {
	if startsFormula(cell) {
		return "'" + cell
	}
	return cell
}

// unquoteFormula takes back what QuoteFormula did.
func unquoteFormula(cell string) string {
	if rest, quoted := strings.CutPrefix(cell, "'"); quoted && startsFormula(rest) {
		return rest
	}
	return cell
}

func startsFormula(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0]))
}

// names finds what the rows of a state are called.
type names struct {
	locations map[string]*planner.Location
	staff     map[string]*planner.Staff
	zone      *time.Location
}

func newNames(s *planner.State) (*names, error) {
	zone, err := time.LoadLocation(s.Programme.Zone)
	if err != nil {
		return nil, fmt.Errorf("time zone of the programme: %w", err)
	}
	n := &names{
		locations: make(map[string]*planner.Location, len(s.Locations)),
		staff:     make(map[string]*planner.Staff, len(s.Staff)),
		zone:      zone,
	}
	for i := range s.Locations {
		n.locations[s.Locations[i].ID] = &s.Locations[i]
	}
	for i := range s.Staff {
		n.staff[s.Staff[i].ID] = &s.Staff[i]
	}
	return n, nil
}

func (n *names) location(id string) string {
	if l := n.locations[id]; l != nil {
		return l.Name
	}
	return ""
}

func (n *names) person(id string) string {
	if s := n.staff[id]; s != nil {
		return s.Name
	}
	return ""
}

// visitRows gives each of the people at a visit a row. The reason stands in the
// first: the amounts are the visit's, and the rows must add up.
func visitRows(n *names, p *planner.Plan) [][]string {
	var rows [][]string
	for i := range p.Visits {
		v := &p.Visits[i]
		reason := planner.FormatReason(v.Reason)
		for _, c := range v.Crew {
			rows = append(rows, []string{
				v.ID, v.Location, n.location(v.Location), v.District, c.Role, c.Staff, n.person(c.Staff),
				v.VisitType, v.Requirement, v.Start.In(n.zone).Format(time.RFC3339), v.End.In(n.zone).Format(time.RFC3339),
				strconv.Itoa(c.TravelMinutes), string(v.Status), reason,
			})
			reason = planner.FormatReason(planner.Reason{})
		}
	}
	return rows
}

func assignedRows(n *names, p *planner.Plan) [][]string {
	rows := make([][]string, len(p.Assignments))
	for i := range p.Assignments {
		a := &p.Assignments[i]
		changed := "no"
		if a.Changed {
			changed = "yes"
		}
		rows[i] = []string{
			a.Location, n.location(a.Location), a.District, a.Role, a.Staff, n.person(a.Staff), string(a.Kind),
			a.From.String(), a.To.String(), strconv.FormatInt(a.MinutesYear, 10), strconv.FormatInt(a.TravelMinutesYear, 10),
			changed, planner.FormatReason(a.Reason),
		}
	}
	return rows
}

func unplannedRows(n *names, p *planner.Plan) [][]string {
	rows := make([][]string, len(p.Unplanned))
	for i := range p.Unplanned {
		u := &p.Unplanned[i]
		rows[i] = []string{
			u.Location, n.location(u.Location), u.Role, u.Requirement, string(u.Level), u.DueBy.String(),
			strings.Join(u.Reason.Blocked, "|"), u.Reason.Change,
		}
	}
	return rows
}

func coverageRows(n *names, p *planner.Plan) [][]string {
	rows := make([][]string, len(p.Coverage))
	for i := range p.Coverage {
		c := &p.Coverage[i]
		rows[i] = []string{
			c.Location, n.location(c.Location), c.Role, c.Requirement, strconv.Itoa(c.Minimum), strconv.Itoa(c.Target),
			strconv.Itoa(c.Done), strconv.Itoa(c.Planned), string(c.State),
		}
	}
	return rows
}

// replaceFolder writes files, by their path within the folder, to a folder that
// then takes the place of dir.
func replaceFolder(dir string, content map[string][]byte) (err error) {
	if err := MayWritePlan(dir); err != nil {
		return err
	}
	return putFolder(dir, content)
}

// putFolder makes a folder hold exactly some files: all of them or, when
// something goes wrong, what it held before.
func putFolder(dir string, content map[string][]byte) (err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	parent, base := filepath.Split(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	scratch, err := os.MkdirTemp(parent, "."+base+".new-")
	if err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	// After the swap this folder holds the old plan, if there was one.
	defer func() { _ = os.RemoveAll(scratch) }()
	fresh := filepath.Join(scratch, "new")
	if err := writeFiles(fresh, content); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	return swap(dir, fresh, filepath.Join(scratch, "old"))
}

// ownFiles are those of a plan folder; not every plan has all.
var ownFiles = []string{
	"visits.csv", "assignments.csv", "unplanned.csv", "coverage.csv", "plan.json",
	"feeds", "report.html", capacityFolder, replanFile, publishedFile, publishedAssignmentsFile, changesFile, travelFile,
}

// MayWritePlan refuses a folder that WritePlan would refuse: one without a name,
// one that holds something that is no part of a plan, and one that cannot be,
// for a file is in its way. It is for before the work of making a plan.
func MayWritePlan(dir string) error { return mayWrite(dir, ownFiles, "plan") }

// mayWrite refuses a folder that holds anything else than files of some names.
func mayWrite(dir string, own []string, what string) error {
	if dir == "" {
		return fmt.Errorf("write %s: the folder has no name", what)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("write %s: %s is a file; name another folder", what, at)
		}
		if err == nil || at == filepath.Dir(at) {
			break
		}
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	for _, e := range entries {
		if !slices.Contains(own, e.Name()) {
			return fmt.Errorf("write %s: %s holds %s, which is no part of a %s; name another folder, or empty this one", what, dir, e.Name(), what)
		}
	}
	return nil
}

func writeFiles(dir string, content map[string][]byte) error {
	paths := make([]string, 0, len(content))
	for path := range content {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		if !filepath.IsLocal(path) {
			return fmt.Errorf("%q is not a name within the folder", path)
		}
		full := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(full, content[path], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// swap puts fresh in the place of dir; what was there goes to old, and comes
// back when fresh cannot take its place.
func swap(dir, fresh, old string) error {
	moved := os.Rename(dir, old)
	if moved != nil && !errors.Is(moved, fs.ErrNotExist) {
		return fmt.Errorf("write plan: %w", moved)
	}
	if err := os.Rename(fresh, dir); err != nil {
		if moved == nil {
			_ = os.Rename(old, dir)
		}
		return fmt.Errorf("write plan: %w", err)
	}
	return nil
}
