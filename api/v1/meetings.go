package v1

import (
	"strconv"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Meeting is an appointment that recurs or stands alone: of a team when it has
// staff or roles, a location's own when it has neither.
type Meeting struct {
	ID            string   `json:"meeting_id" minLength:"1" maxLength:"64"`
	Name          string   `json:"name" minLength:"1" maxLength:"200"`
	Kind          string   `json:"kind,omitempty" maxLength:"64" doc:"A label that an anchor can name." example:"parent_morning"`
	Date          string   `json:"date" format:"date" doc:"The first day."`
	Clock         string   `json:"time" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"The local time of day." example:"09:00"`
	Minutes       int      `json:"minutes" minimum:"1" maximum:"1440"`
	Rule          string   `json:"rrule,omitempty" maxLength:"500" doc:"A recurrence rule (RFC 5545 section 3.3.10); left out for a single meeting." example:"FREQ=MONTHLY;BYDAY=1TU"`
	Except        []string `json:"except,omitempty" maxItems:"500" format:"date" doc:"Days on which it does not take place."`
	Besides       []string `json:"besides,omitempty" maxItems:"500" format:"date" doc:"Further days on which it does."`
	Location      string   `json:"location_id,omitempty" maxLength:"64"`
	Postcode      string   `json:"place_postcode,omitempty" maxLength:"7" doc:"Where it is, when that is no location."`
	Staff         []string `json:"staff,omitempty" maxItems:"500"`
	Roles         []string `json:"roles,omitempty" maxItems:"50" doc:"Everybody with one of these roles."`
	Locations     []string `json:"locations,omitempty" maxItems:"500"`
	Organisations []string `json:"organisations,omitempty" maxItems:"100"`
	Budget        string   `json:"budget,omitempty" enum:"without,with"`
}

func (a *API) aboutMeetings() {
	describe(a, &thing[planner.Meeting, Meeting]{
		resource: rights.Meetings, kind: service.MeetingsFile, one: "meeting", many: "meetings", path: "meetings", word: "a meeting",
		of:     func(s *planner.State) []planner.Meeting { return s.Meetings },
		id:     func(_ *planner.State, m *planner.Meeting) string { return m.ID },
		wireID: func(w *Meeting) string { return w.ID },
		wire:   meetingOf,
		edit:   meetingRow,
		owner:  ownerOfMeeting,
	})
}

// ownerOfMeeting: a team's meeting is the region's, a location's its own.
func ownerOfMeeting(w *Meeting) (staff, location string) {
	if len(w.Staff) > 0 || len(w.Roles) > 0 {
		return "", ""
	}
	return "", w.Location
}

func meetingOf(_ view, m *planner.Meeting) Meeting {
	w := Meeting{
		ID: m.ID, Name: m.Name, Kind: m.Kind, Date: m.Start.String(), Clock: m.Clock.String(), Minutes: m.Minutes, Rule: m.Rule,
		Except: dayCells(m.Except), Besides: dayCells(m.Besides), Location: m.Location, Staff: m.Staff, Roles: m.Roles,
		Locations: m.Locations, Organisations: m.Organisations, Budget: string(m.Budget),
	}
	if m.Location == "" {
		w.Postcode = m.Point.PC4
	}
	return w
}

func meetingRow(w *Meeting) service.Edit {
	return rows(service.Cells{
		"meeting_id": w.ID, "name": w.Name, "kind": w.Kind, "start": w.Date + "T" + w.Clock, "minutes": strconv.Itoa(w.Minutes), "rrule": w.Rule,
		"except": listCell(w.Except), "besides": listCell(w.Besides), "location_id": w.Location, "place_postcode": w.Postcode, "staff": listCell(w.Staff),
		"roles": listCell(w.Roles), "locations": listCell(w.Locations), "organisations": listCell(w.Organisations), "budget": w.Budget,
	})
}
