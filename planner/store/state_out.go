package store

import (
	"fmt"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// rowsOf reads the rows of a region in their order.
func rowsOf[Row any](t *Tx, region, order string) ([]Row, error) {
	var rows []Row
	err := t.db.Where("region = ?", region).Order(order).Find(&rows).Error
	return rows, err
}

// fill reads the rows of a region in their order into a list of values.
func fill[Row, Value any](t *Tx, region string, values *[]Value, value func(*Row) Value) error {
	rows, err := rowsOf[Row](t, region, "position")
	if err != nil {
		return err
	}
	for i := range rows {
		*values = append(*values, value(&rows[i]))
	}
	return nil
}

func pointOut(p pointColumns) planner.Point { return planner.Point(p) }

func spanOut(from, to calendar.Clock) calendar.Span { return calendar.Span{From: from, To: to} }

// loadState reads the lists of a state.
func (t *Tx) loadState(s *planner.State) error {
	for _, read := range []func(*planner.State) error{
		t.loadStaff, t.loadContracts, t.loadPlaces, t.loadRegistrations, t.loadTime, t.loadWork,
	} {
		if err := read(s); err != nil {
			return fmt.Errorf("load region %q: %w", s.Region, err)
		}
	}
	return nil
}

func (t *Tx) loadStaff(s *planner.State) error {
	err := fill(t, s.Region, &s.Organisations, func(r *organisationRow) planner.Organisation {
		return planner.Organisation{ID: r.ID, Name: r.Name, LimitMinutes: r.LimitMinutes, PublicHolidays: r.PublicHolidays.v}
	})
	if err != nil {
		return err
	}
	return fill(t, s.Region, &s.Staff, func(r *staffRow) planner.Staff {
		return planner.Staff{
			ID: r.ID, Name: r.Name, Organisation: r.Organisation, Home: pointOut(r.Home), Mode: r.Mode,
			Skills: r.Skills.v, Photo: r.Photo, Pattern: r.Pattern.v, DayCap: r.DayCap, WeekCap: r.WeekCap,
		}
	})
}

func (t *Tx) loadContracts(s *planner.State) error {
	rows, err := rowsOf[contractRow](t, s.Region, "staff, position")
	if err != nil {
		return err
	}
	of := map[string][]planner.Contract{}
	for _, r := range rows {
		of[r.Staff] = append(of[r.Staff], planner.Contract{
			Role: r.Role, Budget: r.Budget, HoursWeek: r.HoursWeek, MaxLocations: r.MaxLocations,
			From: r.ValidFrom.Date(), To: r.ValidTo.Date(),
		})
	}
	for i := range s.Staff {
		s.Staff[i].Contracts = of[s.Staff[i].ID]
	}
	return nil
}

func (t *Tx) loadPlaces(s *planner.State) error {
	err := fill(t, s.Region, &s.Districts, func(r *districtRow) planner.District {
		return planner.District{
			ID: r.ID, Name: r.Name, Municipality: r.Municipality, Level: r.Level, Year: r.Year, Area: r.Area,
			Neighbours: r.Neighbours.v, Rings: r.Rings.v,
		}
	})
	if err != nil {
		return err
	}
	return fill(t, s.Region, &s.Locations, func(r *locationRow) planner.Location {
		return planner.Location{
			ID: r.ID, Name: r.Name, Organisation: r.Organisation, Address: r.Address, Postcode: r.Postcode, Town: r.Town,
			Municipality: r.Municipality, District: r.District, Point: pointOut(r.Point),
			Opening: r.Opening.v, Parents: r.Parents.v, StandAlone: r.StandAlone, Subsidised: r.Subsidised,
			Artificial: r.Artificial, Opened: r.Opened.Date(), Closed: r.Closed.Date(), Tags: r.Tags.v,
		}
	})
}

func (t *Tx) loadRegistrations(s *planner.State) error {
	rows, err := rowsOf[registrationRow](t, s.Region, "location, position")
	if err != nil {
		return err
	}
	of := map[string][]planner.Registration{}
	for _, r := range rows {
		of[r.Location] = append(of[r.Location], planner.Registration{LRK: r.LRK, Kind: r.Kind, Places: r.Places})
	}
	for i := range s.Locations {
		s.Locations[i].Registrations = of[s.Locations[i].ID]
	}
	return nil
}

func (t *Tx) loadTime(s *planner.State) error {
	err := fill(t, s.Region, &s.Absences, func(r *absenceRow) planner.Absence {
		return planner.Absence{
			Staff: r.Staff, From: r.FirstDay.Date(), To: r.LastDay.Date(), Part: spanOut(r.PartFrom, r.PartTo),
		}
	})
	if err != nil {
		return err
	}
	err = fill(t, s.Region, &s.Meetings, func(r *meetingRow) planner.Meeting {
		return planner.Meeting{
			ID: r.ID, Name: r.Name, Kind: r.Kind, Start: r.FirstDay.Date(), Clock: r.Clock, Minutes: r.Minutes, Rule: r.RRule,
			Except: r.ExceptDays.v, Besides: r.Besides.v, Location: r.Location, Point: pointOut(r.Point), Staff: r.Staff.v,
			Roles: r.Roles.v, Locations: r.Locations.v, Organisations: r.Organisations.v, Budget: r.Budget,
		}
	})
	if err != nil {
		return err
	}
	return fill(t, s.Region, &s.Blackouts, func(r *blackoutRow) planner.Blackout {
		return planner.Blackout{
			Location: r.Location, District: r.District, Municipality: r.Municipality,
			From: r.FirstDay.Date(), To: r.LastDay.Date(), Part: spanOut(r.PartFrom, r.PartTo), Reason: r.Reason,
		}
	})
}

func (t *Tx) loadWork(s *planner.State) error {
	err := fill(t, s.Region, &s.Cases, func(r *caseRow) planner.Case {
		return planner.Case{
			Ref: r.Ref, Staff: r.Staff, Location: r.Location, Kind: r.Kind, Points: r.Points, MinutesWeek: r.MinutesWeek,
			Budget: r.Budget, Opened: r.Opened.Date(), HandedOver: r.HandedOver.Date(),
		}
	})
	if err != nil {
		return err
	}
	err = fill(t, s.Region, &s.Consents, func(r *consentRow) planner.Consent {
		return planner.Consent{Location: r.Location, Requirement: r.Requirement, Given: r.Given, Date: r.Day.Date()}
	})
	if err != nil {
		return err
	}
	return fill(t, s.Region, &s.History, func(r *completedRow) planner.CompletedVisit {
		return planner.CompletedVisit{
			Location: r.Location, Role: r.Role, Requirement: r.Requirement, VisitType: r.VisitType,
			Staff: r.Staff, Date: r.Day.Date(), Next: r.NextDay.Date(),
		}
	})
}
