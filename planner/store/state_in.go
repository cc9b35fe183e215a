package store

import (
	"github.com/wijkplanner/wijkplanner/planner"
)

// batch is how many rows one INSERT takes: the widest table stays below the
// 32,766 parameters of SQLite.
const batch = 500

// insert writes rows, in batches.
func insert[Row any](t *Tx, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	return t.db.CreateInBatches(rows, batch).Error
}

// list makes one row of each value.
func list[Value, Row any](values []Value, row func(position int, v *Value) Row) []Row {
	rows := make([]Row, len(values))
	for i := range values {
		rows[i] = row(i, &values[i])
	}
	return rows
}

func pointIn(p planner.Point) pointColumns { return pointColumns(p) }

// insertState writes the lists of a state, but for its assignments, where there
// are none.
func (t *Tx) insertState(s *planner.State) error { return t.saveLists(&planner.State{}, s) }

func organisationRows(s *planner.State) []organisationRow {
	return list(s.Organisations, func(i int, o *planner.Organisation) organisationRow {
		return organisationRow{
			Region: s.Region, ID: o.ID, Position: i, Name: o.Name,
			LimitMinutes: o.LimitMinutes, PublicHolidays: doc(o.PublicHolidays),
		}
	})
}

func staffRows(s *planner.State) []staffRow {
	return list(s.Staff, func(i int, p *planner.Staff) staffRow {
		return staffRow{
			Region: s.Region, ID: p.ID, Position: i, Name: p.Name, Organisation: p.Organisation,
			Home: pointIn(p.Home), Mode: p.Mode, Skills: doc(p.Skills), Photo: p.Photo,
			Pattern: doc(p.Pattern), DayCap: p.DayCap, WeekCap: p.WeekCap,
		}
	})
}

func contractRows(s *planner.State) (rows []contractRow) {
	for i := range s.Staff {
		rows = append(rows, list(s.Staff[i].Contracts, func(j int, c *planner.Contract) contractRow {
			return contractRow{
				Region: s.Region, Staff: s.Staff[i].ID, Position: j, Role: c.Role, Budget: c.Budget,
				HoursWeek: c.HoursWeek, MaxLocations: c.MaxLocations, ValidFrom: on(c.From), ValidTo: on(c.To),
			}
		})...)
	}
	return rows
}

func districtRows(s *planner.State) []districtRow {
	return list(s.Districts, func(i int, d *planner.District) districtRow {
		return districtRow{
			Region: s.Region, ID: d.ID, Position: i, Name: d.Name, Municipality: d.Municipality, Level: d.Level,
			Year: d.Year, Area: d.Area, Neighbours: doc(d.Neighbours), Rings: doc(d.Rings),
		}
	})
}

func locationRows(s *planner.State) []locationRow {
	return list(s.Locations, func(i int, l *planner.Location) locationRow {
		return locationRow{
			Region: s.Region, ID: l.ID, Position: i, Name: l.Name, Organisation: l.Organisation,
			Address: l.Address, Postcode: l.Postcode, Town: l.Town, Municipality: l.Municipality, District: l.District,
			Point: pointIn(l.Point), Opening: doc(l.Opening), Parents: doc(l.Parents),
			StandAlone: l.StandAlone, Subsidised: l.Subsidised, Artificial: l.Artificial,
			Opened: on(l.Opened), Closed: on(l.Closed), Tags: doc(l.Tags),
		}
	})
}

func registrationRows(s *planner.State) (rows []registrationRow) {
	for i := range s.Locations {
		rows = append(rows, list(s.Locations[i].Registrations, func(j int, r *planner.Registration) registrationRow {
			return registrationRow{Region: s.Region, Location: s.Locations[i].ID, Position: j, LRK: r.LRK, Kind: r.Kind, Places: r.Places}
		})...)
	}
	return rows
}

func absenceRows(s *planner.State) []absenceRow {
	return list(s.Absences, func(i int, a *planner.Absence) absenceRow {
		return absenceRow{
			Region: s.Region, Position: i, Staff: a.Staff, FirstDay: on(a.From), LastDay: on(a.To),
			PartFrom: a.Part.From, PartTo: a.Part.To,
		}
	})
}

func meetingRows(s *planner.State) []meetingRow {
	return list(s.Meetings, func(i int, m *planner.Meeting) meetingRow {
		return meetingRow{
			Region: s.Region, ID: m.ID, Position: i, Name: m.Name, Kind: m.Kind, FirstDay: on(m.Start), Clock: m.Clock,
			Minutes: m.Minutes, RRule: m.Rule, ExceptDays: doc(m.Except), Besides: doc(m.Besides), Location: m.Location,
			Point: pointIn(m.Point), Staff: doc(m.Staff), Roles: doc(m.Roles), Locations: doc(m.Locations),
			Organisations: doc(m.Organisations), Budget: m.Budget,
		}
	})
}

func blackoutRows(s *planner.State) []blackoutRow {
	return list(s.Blackouts, func(i int, b *planner.Blackout) blackoutRow {
		return blackoutRow{
			Region: s.Region, Position: i, Location: b.Location, District: b.District, Municipality: b.Municipality,
			FirstDay: on(b.From), LastDay: on(b.To), PartFrom: b.Part.From, PartTo: b.Part.To, Reason: b.Reason,
		}
	})
}

func caseRows(s *planner.State) []caseRow {
	return list(s.Cases, func(i int, c *planner.Case) caseRow {
		return caseRow{
			Region: s.Region, Ref: c.Ref, Position: i, Staff: c.Staff, Location: c.Location, Kind: c.Kind, Points: c.Points,
			MinutesWeek: c.MinutesWeek, Budget: c.Budget, Opened: on(c.Opened), HandedOver: on(c.HandedOver),
		}
	})
}

func consentRows(s *planner.State) []consentRow {
	return list(s.Consents, func(i int, c *planner.Consent) consentRow {
		return consentRow{Region: s.Region, Position: i, Location: c.Location, Requirement: c.Requirement, Given: c.Given, Day: on(c.Date)}
	})
}

func completedRows(s *planner.State) []completedRow {
	return list(s.History, func(i int, v *planner.CompletedVisit) completedRow {
		return completedRow{
			Region: s.Region, Position: i, Location: v.Location, Role: v.Role, Requirement: v.Requirement,
			VisitType: v.VisitType, Staff: v.Staff, Day: on(v.Date), NextDay: on(v.Next),
		}
	})
}
