package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// snapshot is the region that a page is about, and its published plan; nil where
// there is none.
func (v *visitor) snapshot() (*service.Snapshot, error) {
	region, err := v.region()
	if err != nil {
		return nil, err
	}
	return v.service.Snapshot(v.ctx(), region)
}

// regional is the frame of a page about a region.
func (v *visitor) regional(title, region string) web.Frame {
	f := v.frame(title)
	f.Region = region
	return f
}

// blank is the page of a region without a plan: it says how to get one.
func (v *visitor) blank(title string, s *service.Snapshot) error {
	b := web.Blank{Title: "blank.plan", Text: "blank.plan.text", Next: "blank.plan.next", Path: "/proposals"}
	if len(s.State.Locations) == 0 || len(s.State.Staff) == 0 {
		b = web.Blank{Title: "blank.data", Text: "blank.data.text", Next: "blank.data.next", Path: "/import"}
	}
	return v.show(v.regional(title, s.State.Region), "blank.page", b)
}

// board shows who serves which districts and locations.
func (v *visitor) board() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	if s.Plan == nil {
		return v.blank("lead.board", s)
	}
	b, err := web.NewBoard(v.lang, web.Region{State: s.State, Plan: s.Plan}, v.Now(), v.value("role"))
	if err != nil {
		return errors.Join(service.ErrNotFound, err)
	}
	f := v.regional("lead.board", s.State.Region)
	f.Scripts, f.Styles = []string{"board.js"}, []string{"board.css"}
	if b.Mapped {
		v.w.Header().Set("Content-Security-Policy", tilePolicy(scriptPolicy(v.nonce), web.SiteTiles()))
		f.Styles = []string{"leaflet.css", "board.css"}
	}
	return v.show(f, "board", b)
}

// boardMap is the GeoJSON of the board's map.
func (v *visitor) boardMap() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	if s.Plan == nil {
		return service.ErrNoPlan
	}
	b, err := web.NewBoard(v.lang, web.Region{State: s.State, Plan: s.Plan}, v.Now(), v.value("role"))
	if err != nil {
		return errors.Join(service.ErrNotFound, err)
	}
	body, err := json.Marshal(b.Map(s.State))
	if err != nil {
		return err
	}
	v.send(v.w, v.r, content{kind: "application/geo+json", body: body})
	return nil
}

// movePage shows what it means if somebody gets a location or a district.
func (v *visitor) movePage() error {
	m, _, err := v.move()
	if err != nil {
		return err
	}
	if v.value("part") != "" && v.partial() {
		return v.part("move.effect", m)
	}
	f := v.regional("move.title", m.Region)
	f.Styles = []string{"board.css"}
	return v.show(f, "move", m)
}

// move works out the choices for what the form or the address names.
func (v *visitor) move() (*web.Move, *service.Snapshot, error) {
	region, err := v.region()
	if err != nil {
		return nil, nil, err
	}
	s, err := v.service.Snapshot(v.ctx(), region)
	if err != nil {
		return nil, nil, err
	}
	if s.Plan == nil {
		return nil, nil, service.ErrNoPlan
	}
	m := &web.Move{Region: region, Role: v.value("role"), Location: v.value("location"), District: v.value("district"), Version: s.Version}
	m.Back = "/board?" + url.Values{"region": {region}, "role": {m.Role}}.Encode()
	locations := locationsOf(s, m)
	m.Count = len(locations)
	if m.Count == 0 {
		return nil, nil, problem.New(problem.NotFound)
	}
	effects, s, err := v.service.Effects(v.ctx(), region, m.Role, locations...)
	if err != nil {
		return nil, nil, err
	}
	m.Choices = web.NewMoveChoices(s.State, effects, v.value("to"))
	for i := range m.Choices {
		if m.Choices[i].Chosen {
			m.Chosen = &m.Choices[i]
		}
	}
	return m, s, nil
}

// locationsOf lists the locations that a move is about, and names it.
func locationsOf(s *service.Snapshot, m *web.Move) (out []string) {
	for i := range s.Plan.Assignments {
		a := &s.Plan.Assignments[i]
		if a.Role != m.Role || a.Kind != planner.Primary {
			continue
		}
		if a.Location == m.Location || m.Location == "" && m.District != "" && a.District == m.District {
			out = append(out, a.Location)
		}
	}
	m.Name = s.State.DistrictName(m.District)
	for i := range s.State.Locations {
		if l := &s.State.Locations[i]; l.ID == m.Location {
			m.Name = l.Name
		}
	}
	return out
}

// acceptMove gives the locations to the person who was chosen, from today or from
// the plan's first day on. It is refused when the region changed since it was
// shown.
func (v *visitor) acceptMove() error {
	m, s, err := v.move()
	if err != nil {
		return err
	}
	if m.Chosen == nil {
		return v.movedWrong(m, v.text("fault.choice"))
	}
	if seen, err := strconv.ParseInt(v.value("version"), 10, 64); err != nil || seen != s.Version {
		return problem.New(problem.Stale)
	}
	zone, err := zoneOf(s.State)
	if err != nil {
		return err
	}
	from := max(calendar.DateOf(v.Now(), zone), s.Plan.From)
	var all []planner.Assignment
	for _, l := range locationsOf(s, m) {
		all = append(all, planner.Assignment{
			Location: l, Role: m.Role, Staff: m.Chosen.Staff, Kind: planner.Primary, From: from, To: calendar.NoDate, Reason: v.value("reason"),
		})
	}
	_, err = v.service.AssignAll(v.ctx(), m.Region, all...)
	var ceiling *service.CeilingError
	if errors.As(err, &ceiling) {
		m.Reason = reasonField(v)
		return v.movedWrong(m, v.text("move.ceiling", strconv.Itoa(ceiling.Max)))
	}
	if err != nil {
		return err
	}
	return v.done(m.Back, "said.moved")
}

// movedWrong shows the choices again, with what is wrong.
func (v *visitor) movedWrong(m *web.Move, fault string) error {
	if m.Reason == nil {
		m.Reason = &web.Field{}
	}
	m.Reason.Fault = fault
	f := v.regional("move.title", m.Region)
	f.Styles = []string{"board.css"}
	return v.showAs(http.StatusUnprocessableEntity, f, "move", m)
}

// moveReasons are the codes of why somebody gets more than their ceiling.
var moveReasons = []string{"continuity", "absence", "request", "temporary"}

func reasonField(v *visitor) *web.Field {
	f := &web.Field{Name: "reason", Label: "move.reason", Kind: "select", Required: true, Options: []web.Option{{}}}
	for _, code := range moveReasons {
		f.Options = append(f.Options, web.Option{Value: code, Text: v.text("reason." + code), Chosen: v.value("reason") == code})
	}
	return f
}
