package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// ReadPlan reads a plan folder back, cell by cell, for package verify. The
// error is a Faults with every malformed cell of every file.
func ReadPlan(dir string) (*verify.Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, Faults{{File: dir, Message: "cannot open the folder: " + cause(err)}}
	}
	defer func() { _ = root.Close() }()
	return ReadPlanFS(root.FS())
}

// ReadPlanFS reads a plan folder from a file system, as ReadPlan does.
func ReadPlanFS(fsys fs.FS) (*verify.Folder, error) {
	rep := &report{}
	out := &verify.Folder{
		Visits:      planRows(rep, fsys, "visits.csv", visitHeader, readVisit),
		Assignments: planRows(rep, fsys, "assignments.csv", assignedHeader, readAssigned),
		Unplanned:   planRows(rep, fsys, "unplanned.csv", unplannedHeader, readUnplanned),
		Coverage:    planRows(rep, fsys, "coverage.csv", coverageHeader, readCoverage),
	}
	readSummary(rep, fsys, &out.Summary)
	readReplan(rep, fsys, out)
	readTravel(rep, fsys, out)
	if err := rep.err(); err != nil {
		return nil, err
	}
	return out, nil
}

// planFile returns what a file of the plan folder holds, nil with a fault when
// it cannot be read.
func planFile(rep *report, fsys fs.FS, name string) []byte {
	data, err := readRegular(fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		rep.file(name, "is missing: a plan folder holds it")
	case err != nil:
		rep.file(name, "cannot read: %s", cause(err))
	}
	return data
}

func planRows[T any](rep *report, fsys fs.FS, name, header string, one func(row) T) []T {
	data := planFile(rep, fsys, name)
	if data == nil {
		return nil
	}
	// In a plan every column must be there.
	columns := strings.ReplaceAll(header, ",", "! ") + "!"
	var out []T
	for _, r := range readSheet(rep, name, bytes.NewReader(data), columns).rows {
		for i := range r.cells {
			r.cells[i] = unquoteFormula(r.cells[i])
		}
		out = append(out, one(r))
	}
	return out
}

func readVisit(r row) verify.VisitRow {
	return verify.VisitRow{
		Visit:         r.need("visit_id").text,
		Location:      r.get("location_id").text,
		LocationName:  r.get("location").text,
		District:      r.get("district").text,
		Role:          r.get("role").text,
		Staff:         r.need("staff_id").text,
		StaffName:     r.get("staff").text,
		VisitType:     r.need("visit_type").text,
		Requirement:   r.get("requirement").text,
		Start:         r.need("start").instant(),
		End:           r.need("end").instant(),
		TravelMinutes: int(r.need("travel_minutes").whole()),
		Status:        r.need("status").choice("planned", "pinned", "cancelled"),
		Reason:        r.get("reason").text,
	}
}

func readAssigned(r row) verify.AssignmentRow {
	return verify.AssignmentRow{
		Location:          r.need("location_id").text,
		LocationName:      r.get("location").text,
		District:          r.get("district").text,
		Role:              r.need("role").text,
		Staff:             r.get("staff_id").text,
		StaffName:         r.get("staff").text,
		Kind:              r.need("kind").choice("primary", "backup"),
		From:              r.get("valid_from").date(),
		To:                r.get("valid_to").date(),
		MinutesYear:       r.need("minutes_per_year").whole(),
		TravelMinutesYear: r.need("travel_minutes_per_year").whole(),
		Changed:           r.get("changed").flag(),
		Reason:            r.get("reason").text,
	}
}

func readUnplanned(r row) verify.UnplannedRow {
	return verify.UnplannedRow{
		Location:       r.get("location_id").text,
		LocationName:   r.get("location").text,
		Role:           r.get("role").text,
		Requirement:    r.need("requirement").text,
		Level:          r.need("level").choice("minimum", "target"),
		DueBy:          r.get("due_by").date(),
		BlockedBy:      r.get("blocked_by").text,
		SmallestChange: r.get("smallest_change").text,
	}
}

func readCoverage(r row) verify.CoverageRow {
	number := func(column string) int { return int(r.need(column).whole()) }
	return verify.CoverageRow{
		Location:     r.need("location_id").text,
		LocationName: r.get("location").text,
		Role:         r.need("role").text,
		Requirement:  r.need("requirement").text,
		Minimum:      number("minimum"),
		Target:       number("target"),
		Done:         number("done"),
		Planned:      number("planned"),
		State:        r.need("state").choice("done", "planned", "at_risk", "missed"),
	}
}

// instant reads a time with its offset (RFC 3339).
func (v value) instant() time.Time {
	if v.empty() {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, v.text)
	if err != nil {
		v.fault("%q: want a time with offset as 2027-01-05T09:00:00+01:00", v.text)
	}
	return t
}

// whole reads any whole number; what it may be is for package verify to say.
func (v value) whole() int64 {
	if v.empty() {
		return 0
	}
	n, err := strconv.ParseInt(v.text, 10, 64)
	if err != nil {
		v.fault("%q: want a whole number", v.text)
	}
	return n
}

func readSummary(rep *report, fsys fs.FS, to *verify.Summary) {
	const name = "plan.json"
	data := planFile(rep, fsys, name)
	if data == nil {
		return
	}
	text, ok := plainText(rep, name, data)
	if !ok {
		return
	}
	if err := json.Unmarshal(text, to); err != nil {
		line, column := placeOf(text, errorOffset(err, 0))
		rep.add(Fault{File: name, Line: line, Column: column, Message: "not a plan: " + err.Error()})
		return
	}
	if to.Version != planVersion {
		rep.add(Fault{File: name, Field: "version", Message: "\"" + to.Version + "\": this program reads version " + planVersion})
	}
}
