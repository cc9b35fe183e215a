package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// meetingFields are the form of a meeting; m is the one to change, nil for another.
func meetingFields(m *planner.Meeting) []web.Field {
	if m == nil {
		m = &planner.Meeting{Start: calendar.NoDate, Minutes: 60}
	}
	day, clock := "", ""
	if m.Start != calendar.NoDate {
		day, clock = m.Start.String(), m.Clock.String()
	}
	return []web.Field{
		{Name: "name", Label: "meeting.name", Kind: "text", Value: m.Name, MaxLength: 100, Required: true},
		{Name: "day", Label: "meeting.day", Kind: "date", Value: day, Required: true},
		{Name: "clock", Label: "meeting.clock", Kind: "time", Value: clock, Required: true},
		{Name: "minutes", Label: "meeting.minutes", Kind: "number", Value: strconv.Itoa(m.Minutes), Min: "15", Max: "600", Required: true},
		{Name: "rrule", Label: "meeting.rule", Hint: "meeting.rule.hint", Kind: "text", Value: m.Rule, MaxLength: 200},
		{Name: "roles", Label: "meeting.roles", Hint: "meeting.roles.hint", Kind: "text", Value: listCell(m.Roles), MaxLength: 200, Required: len(m.Staff) == 0},
	}
}

// meetings lists the meetings of a region, with a form for another, or for the one
// that ?meeting= names.
func (v *visitor) meetings() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	m := meetingNamed(s.State, v.value("meeting"))
	if m == nil && v.value("meeting") != "" {
		return service.ErrNotFound
	}
	return v.showTeamMeetings(http.StatusOK, s, m, meetingFields(m))
}

func meetingNamed(s *planner.State, id string) *planner.Meeting {
	if at := slices.IndexFunc(s.Meetings, func(m planner.Meeting) bool { return m.ID == id }); at >= 0 {
		return &s.Meetings[at]
	}
	return nil
}

// showTeamMeetings shows the list and a form, to change m or to add one.
func (v *visitor) showTeamMeetings(status int, s *service.Snapshot, m *planner.Meeting, fields []web.Field) error {
	heads := []string{"meeting.name", "meeting.rule", "meeting.day", "meeting.minutes", "meeting.who"}
	team := web.Block{ID: "list", Head: "meeting.list", Heads: heads, Numeric: []bool{false, false, false, true}, Blank: &web.Blank{Title: "meeting.none", Text: "meeting.none.text"}}
	places := web.Block{ID: "places", Head: "meeting.places", About: "meeting.places.about", Heads: heads, Numeric: team.Numeric}
	for i := range s.State.Meetings {
		x := &s.State.Meetings[i]
		if len(x.Roles)+len(x.Staff) > 0 {
			team.Rows = append(team.Rows, v.meetingRow(s, x))
		} else {
			places.Rows = append(places.Rows, v.meetingRow(s, x))
		}
	}
	edit := web.Block{ID: "edit", Head: "meeting.add", About: "meeting.about", Form: &web.SheetForm{Path: "/meetings", Do: "meeting.do", Fields: fields}}
	if m != nil {
		edit.Head, edit.Form.Path, edit.Form.Do = "meeting.change", "/meetings/change", "meeting.change.do"
		edit.Form.Fields = append(edit.Form.Fields, web.Field{Name: "meeting", Kind: "hidden", Value: m.ID})
	}
	blocks := []web.Block{team, edit}
	if len(places.Rows) > 0 {
		blocks = append(blocks, places)
	}
	return v.sheet(status, "lead.meetings", web.Sheet{Lead: "meeting.lead", Region: s.State.Region, Blocks: blocks})
}

// meetingRow is a meeting of the list: of whom, and how often in words.
func (v *visitor) meetingRow(s *service.Snapshot, m *planner.Meeting) web.SheetRow {
	var who []string
	for _, role := range m.Roles {
		who = append(who, v.roleName(s.State, role))
	}
	for _, staff := range m.Staff {
		who = append(who, nameOf(s, v, "staff", staff))
	}
	if len(who) == 0 && m.Location != "" {
		who = append(who, nameOf(s, v, "location", m.Location))
	}
	return web.SheetRow{
		Cells: []string{m.Name, v.lang.RuleText(m), v.lang.Date(m.Start) + ", " + m.Clock.String(), strconv.Itoa(m.Minutes), strings.Join(who, ", ")},
		Link:  "/meetings?" + url.Values{"region": {s.State.Region}, "meeting": {m.ID}}.Encode() + "#edit",
		Actions: []web.SheetAction{{
			Path: "/meetings/remove", Label: "remove", Confirm: "meeting.sure", Danger: true, Hidden: map[string]string{"meeting": m.ID},
		}},
	}
}

// listCell writes codes as a cell of an input folder does.
func listCell(items []string) string { return strings.Join(items, "|") }

// meetingCells is a meeting as a row of meetings.csv, with what the form says in
// the place of what it said.
func (v *visitor) meetingCells(m *planner.Meeting) service.Cells {
	days := func(list []calendar.Date) string {
		out := make([]string, len(list))
		for i, d := range list {
			out[i] = d.String()
		}
		return listCell(out)
	}
	postcode := m.Point.PC4
	if m.Location != "" {
		postcode = "" // where it is, is known by the location
	}
	return service.Cells{
		"meeting_id": m.ID, "name": v.value("name"), "kind": m.Kind, "start": v.value("day") + "T" + v.value("clock"), "minutes": v.value("minutes"),
		"rrule": v.value("rrule"), "except": days(m.Except), "besides": days(m.Besides), "location_id": m.Location, "place_postcode": postcode,
		"staff": listCell(m.Staff), "roles": v.value("roles"), "locations": listCell(m.Locations), "organisations": listCell(m.Organisations),
		"budget": string(m.Budget),
	}
}

// addTeamMeeting adds a meeting of the team.
func (v *visitor) addTeamMeeting() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	m := planner.Meeting{ID: "meeting-" + strings.ToLower(v.nonce[:8])}
	return v.keepTeamMeeting(s, nil, service.Edit{At: -1, Rows: []service.Cells{v.meetingCells(&m)}}, service.Act{Verb: service.Created, ID: m.ID})
}

// changeTeamMeeting moves a meeting, or changes something else of it.
func (v *visitor) changeTeamMeeting() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	m := meetingNamed(s.State, v.value("meeting"))
	if m == nil {
		return service.ErrNotFound
	}
	act := service.Act{Verb: service.Changed, ID: m.ID, Fields: []string{"name", "start", "minutes", "rrule", "roles"}}
	return v.keepTeamMeeting(s, m, service.Edit{Rows: []service.Cells{v.meetingCells(m)}}, act)
}

// keepTeamMeeting writes a meeting in the place of m, or at the end when m is nil.
func (v *visitor) keepTeamMeeting(s *service.Snapshot, m *planner.Meeting, e service.Edit, act service.Act) error {
	region, fields := s.State.Region, meetingFields(m)
	if _, _, ok := v.read(fields); !ok {
		return v.showTeamMeetings(http.StatusUnprocessableEntity, s, m, fields)
	}
	e.Kind, act.Object = "meetings", "meeting"
	_, _, err := v.service.Edit(v.ctx(), region, func(now *planner.State) (service.Edit, service.Act, error) {
		if m != nil { // where it stands can have changed since
			if e.At = slices.IndexFunc(now.Meetings, func(x planner.Meeting) bool { return x.ID == m.ID }); e.At < 0 {
				return service.Edit{}, service.Act{}, service.ErrNotFound
			}
		}
		return e, act, nil
	})
	if v.faulty(err, fields) {
		return v.showTeamMeetings(http.StatusUnprocessableEntity, s, m, fields)
	}
	if err != nil {
		return err
	}
	return v.done(v.at("/meetings", region), "said.saved")
}

// removeTeamMeeting ends a meeting.
func (v *visitor) removeTeamMeeting() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	id := v.value("meeting")
	_, _, err = v.service.Edit(v.ctx(), region, func(s *planner.State) (service.Edit, service.Act, error) {
		at := slices.IndexFunc(s.Meetings, func(m planner.Meeting) bool { return m.ID == id })
		if at < 0 {
			return service.Edit{}, service.Act{}, service.ErrNotFound
		}
		return service.Edit{Kind: "meetings", At: at}, service.Act{Verb: service.Removed, Object: "meeting", ID: id}, nil
	})
	if err != nil {
		return err
	}
	return v.done(v.at("/meetings", region), "said.removed")
}
