package files

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// What of a region leaves as tables.

// AssignmentTable lists who belongs to which location in which role, those of the
// past too.
func AssignmentTable(s *planner.State) (Table, error) {
	n, err := newNames(s)
	if err != nil {
		return Table{}, err
	}
	var rows [][]string
	for i := range s.Assignments {
		a := &s.Assignments[i]
		district := ""
		if l := n.locations[a.Location]; l != nil {
			district = l.District
		}
		rows = append(rows, []string{
			a.Location, n.location(a.Location), district, a.Role, a.Staff, n.person(a.Staff), string(a.Kind), a.From.String(), a.To.String(),
			flagText(a.Pinned), a.Reason,
		})
	}
	return tableOf("assignments", "location_id,location,district,role,staff_id,staff,kind,valid_from,valid_to,pinned,reason", rows), nil
}

// PlanTables are the tables of a plan: visits, planned assignments, unplanned
// visits, coverage and loads.
func PlanTables(s *planner.State, p *planner.Plan) ([]Table, error) {
	n, err := newNames(s)
	if err != nil {
		return nil, err
	}
	return []Table{
		tableOf("visits", visitHeader, visitRows(n, p), "travel_minutes"),
		tableOf("plan", assignedHeader, assignedRows(n, p), "minutes_per_year", "travel_minutes_per_year"),
		tableOf("unplanned", unplannedHeader, unplannedRows(n, p)),
		tableOf("coverage", coverageHeader, coverageRows(n, p), "minimum", "target", "done", "planned"),
		tableOf("loads", loadHeader, loadRows(n, p), "locations", "load_minutes", "capacity_minutes", "load_percent"),
	}, nil
}

// tableOf makes a table of rows of text, of which some columns hold numbers.
func tableOf(name, header string, rows [][]string, numbers ...string) Table {
	t := Table{Name: name, Header: strings.Split(header, ","), Rows: make([][]any, len(rows))}
	for i, row := range rows {
		for j, text := range row {
			var cell any = text
			if x, err := strconv.ParseFloat(text, 64); err == nil && slices.Contains(numbers, t.Header[j]) {
				cell = x
			}
			t.Rows[i] = append(t.Rows[i], cell)
		}
	}
	return t
}

const loadHeader = "role,kind,staff_id,staff,locations,load_minutes,capacity_minutes,load_percent"

// loadRows says what everybody carries in the period of a plan.
func loadRows(n *names, p *planner.Plan) [][]string {
	var rows [][]string
	for i := range p.Roles {
		r := &p.Roles[i]
		for _, l := range r.Loads {
			percent := ""
			if l.Capacity > 0 {
				percent = strconv.FormatFloat(100*float64(l.Load)/float64(l.Capacity), 'f', 1, 64)
			}
			rows = append(rows, []string{
				r.Role, string(r.Kind), l.Staff, n.person(l.Staff), strconv.Itoa(l.Locations), strconv.FormatInt(l.Load, 10), strconv.FormatInt(l.Capacity, 10), percent,
			})
		}
	}
	return rows
}

// BookedRow is a booking in a table.
type BookedRow struct {
	ID, State, Relation, Reason string
	Urgent                      bool
	Asked                       time.Time
	// Visit is what of it a plan would have: where, what, who and when.
	Visit planner.Visit
}

// BookingTable lists bookings. Remarks are not in it: they are kept for a short
// time only, which no file would know.
func BookingTable(s *planner.State, all []BookedRow) (Table, error) {
	n, err := newNames(s)
	if err != nil {
		return Table{}, err
	}
	var rows [][]string
	for i := range all {
		b := &all[i]
		var ids, people []string
		for _, c := range b.Visit.Crew {
			ids, people = append(ids, c.Staff), append(people, n.person(c.Staff))
		}
		rows = append(rows, []string{
			b.ID, b.State, b.Visit.Location, n.location(b.Visit.Location), b.Visit.VisitType, listText(ids), listText(people), b.Relation, flagText(b.Urgent),
			b.Visit.Start.In(n.zone).Format(time.RFC3339), b.Visit.End.In(n.zone).Format(time.RFC3339), b.Asked.In(n.zone).Format(time.RFC3339), b.Reason,
		})
	}
	return tableOf("bookings", "booking_id,state,location_id,location,visit_type,staff_id,staff,relation,urgent,start,end,asked,reason", rows), nil
}

// VisitCalendar writes visits as one calendar (RFC 5545), each with where it is
// and who comes; uid names an event after its visit. Revision is the moment of
// which it says what is planned.
func VisitCalendar(s *planner.State, visits []planner.Visit, name string, uid func(visit string) string, revision time.Time) ([]byte, error) {
	n, err := newNames(s)
	if err != nil {
		return nil, err
	}
	w := newFeedWriter(n, s, &planner.Plan{})
	feed := calendar.Feed{Name: name, Zone: n.zone, Revision: revision}
	for i := range visits {
		v := &visits[i]
		e := w.event(v, n.location(v.Location), w.crew(v))
		e.UID = uid(v.ID)
		feed.Events = append(feed.Events, e)
	}
	return feed.Encode()
}
