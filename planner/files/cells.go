package files

import (
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// What the files of an input folder say of a thing, as rows: the inverse of
// what reads them. A cell that is empty is left out.

// put sets a cell when there is something in it.
func (c Cells) put(column, text string) {
	if text != "" {
		c[column] = text
	}
}

func listText(items []string) string { return strings.Join(items, "|") }

// numberText is a number, empty for none.
func numberText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// decimalText is a number in as many digits as give it back exactly.
func decimalText(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func flagText(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func spanText(s calendar.Span) string {
	if s.Empty() {
		return ""
	}
	return s.From.String() + "-" + s.To.String()
}

// weekText writes a weekly pattern, each part of each day by itself.
func weekText(w calendar.Week) string {
	var parts []string
	for _, d := range []int{1, 2, 3, 4, 5, 6, 0} {
		for _, s := range w[d] {
			parts = append(parts, weekdays[d]+" "+spanText(s))
		}
	}
	return listText(parts)
}

func datesText(days []calendar.Date) string {
	parts := make([]string, len(days))
	for i, d := range days {
		parts[i] = d.String()
	}
	return listText(parts)
}

func organisationRow(o *planner.Organisation) Cells {
	c := Cells{"organisation_id": o.ID, "name": o.Name}
	if o.LimitMinutes > 0 {
		c.put("limit_hours", decimalText(float64(o.LimitMinutes)/60))
	}
	c.put("public_holidays", listText(o.PublicHolidays))
	return c
}

// StaffRows has a row for each contract; the first says the rest too.
func StaffRows(s *planner.Staff) []Cells {
	rows := make([]Cells, len(s.Contracts))
	for i := range s.Contracts {
		rows[i] = contractRow(s.ID, &s.Contracts[i])
	}
	if len(rows) == 0 {
		return nil
	}
	c := rows[0]
	c.put("name", s.Name)
	c.put("organisation", s.Organisation)
	c.put("mode", string(s.Mode))
	c.put("work_pattern", weekText(s.Pattern))
	c.put("skills", listText(s.Skills))
	c.put("photo", s.Photo)
	c.put("day_cap", numberText(s.DayCap))
	c.put("week_cap", numberText(s.WeekCap))
	c.place("home_", &s.Home, s.Home.PC4)
	return rows
}

func contractRow(staff string, x *planner.Contract) Cells {
	c := Cells{"staff_id": staff, "role": x.Role, "hours_week": decimalText(float64(x.HoursWeek) / 100)}
	c.put("budget", string(x.Budget))
	c.put("max_locations", numberText(x.MaxLocations))
	c.put("valid_from", x.From.String())
	c.put("valid_to", x.To.String())
	return c
}

// place says where something is: by its coordinates, beside the postcode.
func (c Cells) place(prefix string, p *planner.Point, postcode string) {
	c.put(prefix+"postcode", postcode)
	if p.Lat != 0 || p.Lon != 0 {
		c[prefix+"lat"], c[prefix+"lon"] = decimalText(p.Lat), decimalText(p.Lon)
	}
}

func districtRow(d *planner.District) Cells {
	c := Cells{"district_id": d.ID, "name": d.Name, "municipality": d.Municipality}
	c.put("level", d.Level)
	c.put("year", numberText(d.Year))
	c.put("area", d.Area)
	c.put("neighbours", listText(d.Neighbours))
	return c
}

func locationRow(l *planner.Location) Cells {
	c := Cells{"location_id": l.ID, "name": l.Name, "organisation": l.Organisation}
	for column, text := range map[string]string{
		"address": l.Address, "town": l.Town, "municipality": l.Municipality, "district": l.District, "opening": weekText(l.Opening),
		"parents": weekText(l.Parents), "stand_alone": flagText(l.StandAlone), "subsidised": flagText(l.Subsidised),
		"artificial": flagText(l.Artificial), "opened": l.Opened.String(), "closed": l.Closed.String(), "tags": listText(l.Tags),
		"registrations": registrationsText(l.Registrations),
	} {
		c.put(column, text)
	}
	postcode := l.Postcode
	if postcode == "" {
		postcode = l.Point.PC4
	}
	c.place("", &l.Point, postcode)
	return c
}

// registrationsText writes registrations as "KDV 40 123456782": the kind, the
// places and, where it is known, the number.
func registrationsText(all []planner.Registration) string {
	parts := make([]string, len(all))
	for i, r := range all {
		parts[i] = strings.TrimSpace(r.Kind + " " + strconv.Itoa(r.Places) + " " + r.LRK)
	}
	return listText(parts)
}

func assignmentRow(a *planner.Assignment) Cells {
	c := Cells{"location_id": a.Location, "role": a.Role, "staff_id": a.Staff}
	c.put("kind", string(a.Kind))
	c.put("valid_from", a.From.String())
	c.put("valid_to", a.To.String())
	c.put("pinned", flagText(a.Pinned))
	c.put("reason", a.Reason)
	return c
}

func absenceRow(a *planner.Absence) Cells {
	c := Cells{"staff_id": a.Staff, "from": a.From.String(), "to": a.To.String()}
	c.put("part", spanText(a.Part))
	return c
}

// MeetingRow is what a row of meetings.csv says of a meeting.
func MeetingRow(m *planner.Meeting) Cells {
	c := Cells{"meeting_id": m.ID, "name": m.Name, "start": m.Start.String() + "T" + m.Clock.String(), "minutes": strconv.Itoa(m.Minutes)}
	for column, text := range map[string]string{
		"kind": m.Kind, "rrule": m.Rule, "except": datesText(m.Except), "besides": datesText(m.Besides), "location_id": m.Location,
		"staff": listText(m.Staff), "roles": listText(m.Roles), "locations": listText(m.Locations),
		"organisations": listText(m.Organisations), "budget": string(m.Budget),
	} {
		c.put(column, text)
	}
	if m.Location == "" {
		c.put("place_postcode", m.Point.PC4)
	}
	return c
}

func blackoutRow(b *planner.Blackout) Cells {
	c := Cells{"from": b.From.String(), "to": b.To.String()}
	c.put("location_id", b.Location)
	c.put("district", b.District)
	c.put("municipality", b.Municipality)
	c.put("part", spanText(b.Part))
	c.put("reason", b.Reason)
	return c
}

func caseRow(x *planner.Case) Cells {
	c := Cells{"case_ref": x.Ref, "staff_id": x.Staff, "kind": x.Kind, "minutes_week": strconv.Itoa(x.MinutesWeek), "opened": x.Opened.String()}
	c.put("location_id", x.Location)
	c.put("points", numberText(x.Points))
	c.put("budget", string(x.Budget))
	c.put("handed_over", x.HandedOver.String())
	return c
}

func consentRow(x *planner.Consent) Cells {
	given := "no"
	if x.Given {
		given = "yes"
	}
	return Cells{"location_id": x.Location, "requirement": x.Requirement, "given": given, "date": x.Date.String()}
}

func historyRow(v *planner.CompletedVisit) Cells {
	c := Cells{"location_id": v.Location, "role": v.Role, "requirement": v.Requirement, "date": v.Date.String()}
	c.put("visit_type", v.VisitType)
	c.put("staff_id", v.Staff)
	c.put("next", v.Next.String())
	return c
}
