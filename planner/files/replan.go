package files

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// The further files of a plan that was made from a published one.
const (
	replanFile               = "replan.json"
	publishedFile            = "published.csv"
	publishedAssignmentsFile = "published_assignments.csv"
	changesFile              = "changes.csv"
)

const changesHeader = "staff_id,staff,change,visit_id,location_id,location,requirement,was_start,was_end,was_staff," +
	"start,end,now_staff,code,detail,must,charge"

// PlansOf returns the plans that replans made.
func PlansOf(replans []*planner.Replanned) []*planner.Plan {
	out := make([]*planner.Plan, len(replans))
	for i, r := range replans {
		out[i] = r.Plan
	}
	return out
}

// ReplanFiles renders what a plan folder holds besides when its plans were made
// from published ones: what was published, and what changed, for everybody and
// for each person.
func ReplanFiles(states []*planner.State, replans []*planner.Replanned) (map[string][]byte, error) {
	if len(states) != len(replans) {
		return nil, fmt.Errorf("%d replans of %d regions", len(replans), len(states))
	}
	var visits, assignments, changes [][]string
	summary := verify.Replan{Changes: []verify.Change{}, Unconfirmed: []string{}}
	for i, s := range states {
		r := replans[i]
		n, err := newNames(s)
		if err != nil {
			return nil, err
		}
		was := &planner.Plan{Visits: slices.Clone(r.Published.Visits), Assignments: slices.Clone(r.Published.Assignments)}
		for k := range was.Visits {
			was.Visits[k].Reason = planner.Reason{}
		}
		visits, assignments = append(visits, visitRows(n, was)...), append(assignments, assignedRows(n, was)...)
		changes = append(changes, changeRows(n, s, r)...)
		summary.Today, summary.MaxMoves, summary.Reopen = r.Today, r.MaxMoves, r.Reopen
		summary.Moved += r.Moved
		summary.Must += r.Must
		summary.Unconfirmed = append(summary.Unconfirmed, r.Unconfirmed...)
		for k := range r.Changes {
			summary.Changes = append(summary.Changes, changeOf(n, &r.Changes[k]))
		}
	}
	text, err := json.MarshalIndent(summary, "", " ")
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		publishedFile:            writeCSV(visitHeader, visits),
		publishedAssignmentsFile: writeCSV(assignedHeader, assignments),
		changesFile:              writeCSV(changesHeader, changes),
		replanFile:               append(text, '\n'),
	}, nil
}

func changeOf(n *names, c *planner.VisitChange) verify.Change {
	return verify.Change{
		Visit: c.Visit, Now: c.Now, Location: c.Location, Requirement: c.Requirement, Kind: string(c.Kind), Meeting: c.Meeting,
		Was: momentOf(n, c.Was), Is: momentOf(n, c.Is), Code: c.Code, Detail: c.Detail, Must: c.Must,
		Charge: c.Charge, Staying: c.Staying,
	}
}

func momentOf(n *names, m planner.Moment) *verify.Moment {
	if m.Start.IsZero() {
		return nil
	}
	return &verify.Moment{Start: m.Start.In(n.zone), End: m.End.In(n.zone), Staff: m.Staff}
}

// changeRows gives everybody a list: what came to the person, went, moved or was
// cancelled.
func changeRows(n *names, s *planner.State, r *planner.Replanned) [][]string {
	var rows [][]string
	for _, id := range people(s, r) {
		for _, c := range r.ChangesOf(id) {
			rows = append(rows, []string{
				id, n.person(id), c.For(id), c.Visit, c.Location, n.location(c.Location), c.Requirement,
				n.moment(c.Was.Start), n.moment(c.Was.End), strings.Join(c.Was.Staff, "|"),
				n.moment(c.Is.Start), n.moment(c.Is.End), strings.Join(c.Is.Staff, "|"),
				c.Code, c.Detail, yesNo(c.Must), planner.FormatAmount(c.Charge),
			})
		}
	}
	return rows
}

// people lists the staff, and whoever of the published plan is no longer known.
func people(s *planner.State, r *planner.Replanned) []string {
	var out, gone []string
	for i := range s.Staff {
		out = append(out, s.Staff[i].ID)
	}
	for i := range r.Changes {
		for _, id := range r.Changes[i].Was.Staff {
			if !slices.Contains(out, id) && !slices.Contains(gone, id) {
				gone = append(gone, id)
			}
		}
	}
	slices.Sort(gone)
	return append(out, gone...)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (n *names) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(n.zone).Format(time.RFC3339)
}

// readReplan reads the further files of a plan that was made from another.
func readReplan(rep *report, fsys fs.FS, out *verify.Folder) {
	data, err := readRegular(fsys, replanFile)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		rep.file(replanFile, "cannot read: %s", cause(err))
		return
	}
	out.Replan = &verify.Replan{Today: calendar.NoDate}
	if err := json.Unmarshal(data, out.Replan); err != nil {
		line, column := placeOf(data, errorOffset(err, 0))
		rep.add(Fault{File: replanFile, Line: line, Column: column, Message: "not the summary of a replan: " + err.Error()})
	}
	out.Published = planRows(rep, fsys, publishedFile, visitHeader, readVisit)
	out.PublishedAssignments = planRows(rep, fsys, publishedAssignmentsFile, assignedHeader, readAssigned)
	out.ChangeRows = planRows(rep, fsys, changesFile, changesHeader, readChange)
}

func readChange(r row) verify.ChangeRow {
	return verify.ChangeRow{
		Staff: r.need("staff_id").text, Change: r.need("change").choice("came", "went", "moved", "others", "cancelled"),
		Visit: r.need("visit_id").text, Code: r.need("code").text,
	}
}

// PublishedOf returns the plan in a folder as what was published, for each
// region: a region has the rows of its locations, and of its people where there
// is no location.
func PublishedOf(states []*planner.State, folder *verify.Folder) []planner.Published {
	out := make([]planner.Published, len(states))
	for i, s := range states {
		n, err := newNames(s)
		if err != nil {
			n = &names{zone: time.UTC}
		}
		mine := func(location, staff string) bool {
			return len(states) == 1 || n.locations[location] != nil || location == "" && n.staff[staff] != nil
		}
		out[i].Visits = visitsOf(folder.Visits, mine)
		for k := range folder.Assignments {
			if a := &folder.Assignments[k]; mine(a.Location, a.Staff) {
				out[i].Assignments = append(out[i].Assignments, assignedOf(a))
			}
		}
	}
	return out
}

// SameFolder refuses the plan of another folder: one with rows of assignments of
// which none is about a location and a role that the regions know. A plan without
// rows could be of any folder.
func SameFolder(states []*planner.State, folder *verify.Folder) error {
	locations, roles := map[string]bool{}, map[string]bool{}
	for _, s := range states {
		for i := range s.Locations {
			locations[s.Locations[i].ID] = true
		}
		for i := range s.Programme.Roles {
			roles[s.Programme.Roles[i].ID] = true
		}
	}
	for i := range folder.Assignments {
		if a := &folder.Assignments[i]; locations[a.Location] && roles[a.Role] {
			return nil
		}
	}
	if len(folder.Assignments) == 0 {
		return nil
	}
	a := &folder.Assignments[0]
	return Faults{{File: "assignments.csv", Message: fmt.Sprintf(
		"this plan is not of this folder: of its %d rows none is about a location of locations.csv in a role of programme.yaml; the first is about %s as %s",
		len(folder.Assignments), a.Location, a.Role)}}
}

// visitsOf puts the rows of each visit together.
func visitsOf(rows []verify.VisitRow, mine func(location, staff string) bool) []planner.Visit {
	var out []planner.Visit
	at := map[string]int{}
	for i := range rows {
		r := &rows[i]
		if !mine(r.Location, r.Staff) {
			continue
		}
		k, known := at[r.Visit]
		if !known {
			k = len(out)
			at[r.Visit] = k
			out = append(out, planner.Visit{
				ID: r.Visit, Location: r.Location, District: r.District, VisitType: r.VisitType, Requirement: r.Requirement,
				Meeting: r.VisitType == "meeting", Start: r.Start, End: r.End, Status: planner.VisitStatus(r.Status),
			})
		}
		out[k].Crew = append(out[k].Crew, planner.CrewMember{Role: r.Role, Staff: r.Staff, TravelMinutes: r.TravelMinutes})
	}
	return out
}
