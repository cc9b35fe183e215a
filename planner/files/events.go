package files

import (
	"io"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

const (
	assignmentColumns = "location_id! role! staff_id! kind valid_from valid_to pinned reason region"
	absenceColumns    = "staff_id! from! to! part region"
	meetingColumns    = "meeting_id! name! kind start! minutes! rrule except besides location_id place_postcode staff roles " +
		"locations organisations budget region"
	blackoutColumns = "location_id district municipality from! to! part reason region"
	caseColumns     = "case_ref! staff_id! location_id kind! points minutes_week! budget opened! handed_over region"
	historyColumns  = "location_id! role! requirement! visit_type staff_id date! next region"
	consentColumns  = "location_id! requirement! given! date! region"
)

// ReadAssignments reads an assignments.csv. The error is a Faults.
func ReadAssignments(name string, r io.Reader) ([]planner.Assignment, error) {
	return single(func(rep *report) list[planner.Assignment] { return readAssignments(rep, name, r) }, assignmentKey)
}

func assignmentKey(a *planner.Assignment) string {
	return a.Location + "\x00" + a.Role + "\x00" + string(a.Kind) + "\x00" + a.From.String()
}

func readAssignments(rep *report, name string, r io.Reader) list[planner.Assignment] {
	return readList(rep, name, r, assignmentColumns, func(r row) planner.Assignment {
		from, to := period(r.get("valid_from"), r.get("valid_to"))
		return planner.Assignment{
			Location: r.need("location_id").text,
			Role:     r.need("role").text,
			Staff:    r.need("staff_id").text,
			Kind:     planner.AssignmentKind(r.get("kind").or("primary").choice("primary", "backup")),
			From:     from,
			To:       to,
			Pinned:   r.get("pinned").flag(),
			Reason:   r.get("reason").id(),
		}
	})
}

// ReadAbsences reads an absences.csv. The error is a Faults.
func ReadAbsences(name string, r io.Reader) ([]planner.Absence, error) {
	return single(func(rep *report) list[planner.Absence] { return readAbsences(rep, name, r) }, absenceKey)
}

func absenceKey(a *planner.Absence) string { return a.Staff + "\x00" + a.From.String() }

func readAbsences(rep *report, name string, r io.Reader) list[planner.Absence] {
	return readList(rep, name, r, absenceColumns, func(r row) planner.Absence {
		from, to := period(r.need("from"), r.need("to"))
		return planner.Absence{Staff: r.need("staff_id").text, From: from, To: to, Part: r.get("part").span()}
	})
}

// ReadMeetings reads a meetings.csv: the rows of a region, and those that name
// none; an empty region takes all. A meeting at a location has no point yet:
// ReadFolder takes the location's. The error is a Faults.
func ReadMeetings(name, region string, r io.Reader) ([]planner.Meeting, error) {
	rep := &report{}
	l := readMeetings(rep, name, r)
	if err := rep.err(); err != nil {
		return nil, err
	}
	return items(l.entries, region, meetingKey), nil
}

func meetingKey(m *planner.Meeting) string { return m.ID }

func readMeetings(rep *report, name string, r io.Reader) list[planner.Meeting] {
	l := readList(rep, name, r, meetingColumns, meeting)
	l.unique("meeting_id")
	return l
}

func meeting(r row) planner.Meeting {
	start, clock := r.need("start").moment()
	m := planner.Meeting{
		ID:            r.need("meeting_id").id(),
		Name:          r.need("name").text,
		Kind:          r.get("kind").text,
		Start:         start,
		Clock:         clock,
		Minutes:       r.need("minutes").number(1, maxMinutes),
		Rule:          r.get("rrule").text,
		Except:        r.get("except").dates(),
		Besides:       r.get("besides").dates(),
		Location:      r.get("location_id").text,
		Staff:         r.get("staff").list(),
		Roles:         r.get("roles").list(),
		Locations:     r.get("locations").list(),
		Organisations: r.get("organisations").list(),
		Budget:        budget(r.get("budget").or("without")),
	}
	checkRule(&m, r)
	if place := r.get("place_postcode"); !place.empty() {
		m.Point = pointOf(value{}, value{}, place)
	}
	if len(m.Staff) == 0 && len(m.Roles) == 0 && m.Location == "" {
		r.get("location_id").fault("is needed when neither staff nor roles attend: it is then the location's own meeting")
	}
	if int(clock)+m.Minutes > maxMinutes {
		r.get("minutes").fault("the meeting ends after midnight")
	}
	return m
}

// checkRule faults a recurrence rule that cannot be read, that never gives a
// day, or that gives another time of day than the start: then somebody meant
// something else.
func checkRule(m *planner.Meeting, r row) {
	if m.Rule == "" {
		return
	}
	rule, err := calendar.ParseRecurrence(m.Rule)
	if err != nil {
		r.get("rrule").fault("%v", err)
		return
	}
	if m.Start == calendar.NoDate {
		return
	}
	// What days and times there are, no zone decides: in UTC no clock changes.
	start := m.Start.At(m.Clock, time.UTC)
	series := calendar.Series{Start: start, Rule: &rule}
	first := series.All(2) // another time of day is among the first two
	if len(first) == 0 {
		r.get("rrule").fault("%q gives no day at all from %s on", m.Rule, m.Start)
	}
	for _, t := range first {
		if at := calendar.DateOf(t, time.UTC).At(m.Clock, time.UTC); !t.Equal(at) {
			r.get("rrule").fault("%q gives the time %s besides the start, which is at %s: write one meeting for each time of day", m.Rule, t.Format("15:04:05"), m.Clock)
			return
		}
	}
}

// ReadBlackouts reads a blackouts.csv. The error is a Faults.
func ReadBlackouts(name string, r io.Reader) ([]planner.Blackout, error) {
	return single(func(rep *report) list[planner.Blackout] { return readBlackouts(rep, name, r) }, blackoutKey)
}

func blackoutKey(b *planner.Blackout) string {
	return b.Location + "\x00" + b.District + "\x00" + b.Municipality + "\x00" + b.From.String()
}

func readBlackouts(rep *report, name string, r io.Reader) list[planner.Blackout] {
	return readList(rep, name, r, blackoutColumns, func(r row) planner.Blackout {
		from, to := period(r.need("from"), r.need("to"))
		b := planner.Blackout{
			Location:     r.get("location_id").text,
			District:     r.get("district").text,
			Municipality: r.get("municipality").municipality(),
			From:         from,
			To:           to,
			Part:         r.get("part").span(),
			Reason:       r.get("reason").id(),
		}
		given := 0
		for _, column := range []string{"location_id", "district", "municipality"} {
			if !r.get(column).empty() {
				given++
			}
		}
		if given != 1 {
			r.get("location_id").fault("want exactly one of location_id, district and municipality")
		}
		return b
	})
}

// ReadCases reads a cases.csv: anonymous references, never a child. The error
// is a Faults.
func ReadCases(name string, r io.Reader) ([]planner.Case, error) {
	return single(func(rep *report) list[planner.Case] { return readCases(rep, name, r) }, caseKey)
}

func caseKey(c *planner.Case) string { return c.Ref }

func readCases(rep *report, name string, r io.Reader) list[planner.Case] {
	l := readList(rep, name, r, caseColumns, func(r row) planner.Case {
		opened, handedOver := period(r.need("opened"), r.get("handed_over"))
		return planner.Case{
			Ref:         r.need("case_ref").id(),
			Staff:       r.need("staff_id").text,
			Location:    r.get("location_id").text,
			Kind:        r.need("kind").id(),
			Points:      r.get("points").number(0, 1000),
			MinutesWeek: r.need("minutes_week").number(0, 7*maxMinutes),
			Budget:      budget(r.get("budget").or("without")),
			Opened:      opened,
			HandedOver:  handedOver,
		}
	})
	l.unique("case_ref")
	return l
}

// ReadHistory reads a history.csv: visits that took place. The error is a
// Faults.
func ReadHistory(name string, r io.Reader) ([]planner.CompletedVisit, error) {
	return single(func(rep *report) list[planner.CompletedVisit] { return readHistory(rep, name, r) }, historyKey)
}

func historyKey(v *planner.CompletedVisit) string {
	return v.Location + "\x00" + v.Role + "\x00" + v.Requirement + "\x00" + v.Date.String()
}

func readHistory(rep *report, name string, r io.Reader) list[planner.CompletedVisit] {
	return readList(rep, name, r, historyColumns, func(r row) planner.CompletedVisit {
		return planner.CompletedVisit{
			Location:    r.need("location_id").text,
			Role:        r.need("role").text,
			Requirement: r.need("requirement").text,
			VisitType:   r.get("visit_type").text,
			Staff:       r.get("staff_id").text,
			Date:        r.need("date").date(),
			Next:        r.get("next").date(),
		}
	})
}

// ReadConsents reads a consents.csv: yes or no and a day, never about whom. The
// error is a Faults.
func ReadConsents(name string, r io.Reader) ([]planner.Consent, error) {
	return single(func(rep *report) list[planner.Consent] { return readConsents(rep, name, r) }, consentKey)
}

func consentKey(c *planner.Consent) string {
	return c.Location + "\x00" + c.Requirement + "\x00" + c.Date.String()
}

func readConsents(rep *report, name string, r io.Reader) list[planner.Consent] {
	return readList(rep, name, r, consentColumns, func(r row) planner.Consent {
		return planner.Consent{
			Location:    r.need("location_id").text,
			Requirement: r.need("requirement").text,
			Given:       r.need("given").flag(),
			Date:        r.need("date").date(),
		}
	})
}
