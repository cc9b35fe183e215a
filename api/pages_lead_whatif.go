package api

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// whatIfPages are about the changes of one scenario.
func whatIfPages() []pageRoute {
	of := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.Scenarios, Act: act} }
	return []pageRoute{
		page("/scenarios/{scenario}", of(rights.Change), (*visitor).whatIf),
		form("/scenarios/{scenario}", of(rights.Change), (*visitor).addChange),
		form("/scenarios/{scenario}/remove", of(rights.Change), (*visitor).removeChange),
	}
}

// whatIfPath is the page about a scenario.
func whatIfPath(region string, id int64) string {
	return "/scenarios/" + strconv.FormatInt(id, 10) + "?" + url.Values{"region": {region}}.Encode()
}

// whatIfAsked is the scenario in the address, with its region as it is.
func (v *visitor) whatIfAsked() (service.Scenario, *service.Snapshot, error) {
	id, err := strconv.ParseInt(v.param("scenario"), 10, 64)
	if err != nil {
		return service.Scenario{}, nil, service.ErrNotFound
	}
	sc, err := v.service.Scenario(v.ctx(), id)
	if err != nil {
		return sc, nil, err
	}
	s, err := v.service.Snapshot(v.ctx(), sc.Region)
	return sc, s, err
}

// whatIf lists the changes of a scenario, with a form for each kind.
func (v *visitor) whatIf() error { return v.showWhatIf(http.StatusOK, "", nil) }

func (v *visitor) showWhatIf(status int, kind string, filled []web.Field) error {
	sc, s, err := v.whatIfAsked()
	if err != nil {
		return err
	}
	list := web.Block{
		ID: "changes", Head: "whatif.changes", About: "whatif.changes.about", Heads: []string{"whatif.what", "whatif.when"},
		Blank: &web.Blank{Title: "whatif.none", Text: "whatif.none.text"},
	}
	for _, c := range v.changesOf(s.State, &sc.Changes) {
		list.Rows = append(list.Rows, web.SheetRow{Cells: []string{c.what, c.when}, Actions: []web.SheetAction{{
			Path: "/scenarios/" + v.param("scenario") + "/remove", Label: "remove", Danger: true, Hidden: map[string]string{"change": c.key},
		}}})
	}
	blocks := []web.Block{list}
	for _, k := range whatIfKinds {
		fields := v.changeFields(s.State, k)
		if k == kind {
			fields = filled
		}
		blocks = append(blocks, web.Block{ID: "add-" + k, Head: "whatif.kind." + k, Form: &web.SheetForm{
			Path: "/scenarios/" + v.param("scenario"), Do: "whatif.do", Fields: append([]web.Field{{Name: "change", Kind: "hidden", Value: k}}, fields...),
		}})
	}
	f := v.regional("lead.scenarios", s.State.Region)
	f.Title, f.Styles = sc.Name, []string{"year.css"}
	return v.showAs(status, f, "sheet", web.Sheet{Lead: "whatif.lead", Region: s.State.Region, Blocks: blocks})
}

// whatIfKinds are the kinds of change, in the order of the page.
var whatIfKinds = []string{"hours", "leave", "copy", "open", "close", "town", "norm", "promise", "merge"}

// changeFields ask what a kind of change needs; their names begin with the kind, so
// that all forms can stand on one page.
func (v *visitor) changeFields(s *planner.State, kind string) []web.Field {
	name := func(of string) string { return kind + "_" + of }
	date := web.Field{Name: name("from"), Label: "scenario.from", Kind: "date", Required: true}
	text := func(of, label string, longest int) web.Field {
		return web.Field{Name: name(of), Label: label, Kind: "text", MaxLength: longest, Required: true}
	}
	pick := func(of, label string, options []string) web.Field {
		return web.Field{Name: name(of), Label: label, Kind: "select", Required: true, Options: choices(v.value(name(of)), options...)}
	}
	var staff, places, districts, norms, requirements []string
	for i := range s.Staff {
		staff = append(staff, s.Staff[i].ID, s.Staff[i].Name)
	}
	for i := range s.Locations {
		places = append(places, s.Locations[i].ID, s.Locations[i].Name)
	}
	for i := range s.Districts {
		districts = append(districts, s.Districts[i].ID, s.DistrictName(s.Districts[i].ID))
	}
	for _, a := range planner.AssumptionDefaults() {
		norms = append(norms, a.Key, v.text("norm."+a.Key))
	}
	for i := range s.Programme.Requirements {
		r := &s.Programme.Requirements[i]
		requirements = append(requirements, r.ID, v.lang.Text(planner.Text{NL: cmpText(r.Name.NL, r.ID), EN: cmpText(r.Name.EN, r.ID)}))
	}
	hours := text("hours", "scenario.hours.week", 6)
	hours.Hint = "whatif.hours.hint"
	like := pick("like", "whatif.like", places)
	like.Hint = "whatif.like.hint"
	switch kind {
	case "hours", "copy":
		return []web.Field{pick("who", "person", staff), hours, date}
	case "leave":
		return []web.Field{pick("who", "person", staff), date}
	case "close":
		return []web.Field{pick("where", "location", places), date}
	case "open":
		return []web.Field{text("name", "whatif.name", 100), like, date}
	case "town":
		regions := []string{"noord", v.text("whatif.noord"), "midden", v.text("whatif.midden"), "zuid", v.text("whatif.zuid")}
		code := text("code", "whatif.code", 4)
		code.Hint = "whatif.code.hint"
		return []web.Field{
			text("name", "whatif.name", 100), code, pick("school", "whatif.school", regions),
			{Name: name("places"), Label: "whatif.places", Kind: "number", Min: "1", Max: "100", Required: true},
			like, date,
		}
	case "norm":
		return []web.Field{pick("key", "assumption.key", norms), text("value", "assumption.value", 12), date}
	case "promise":
		return []web.Field{
			pick("requirement", "whatif.requirement", requirements),
			{Name: name("minimum"), Label: "whatif.minimum", Kind: "number", Min: "0", Max: "50", Required: true},
			{Name: name("target"), Label: "whatif.target", Kind: "number", Min: "0", Max: "50", Required: true},
		}
	default:
		return []web.Field{pick("one", "whatif.first", districts), pick("two", "whatif.second", districts), text("name", "whatif.merged", 100)}
	}
}

func cmpText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// decimalOf reads a field that is a number with decimals, in hundredths where it is
// hours; bad notes a fault.
func (v *visitor) decimalOf(f *web.Field) (float64, bool) {
	x, err := strconv.ParseFloat(strings.Replace(f.Value, ",", ".", 1), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
		f.Fault = v.text("fault.number")
		return 0, false
	}
	return x, true
}

// addChange adds a change to a scenario.
func (v *visitor) addChange() error {
	sc, s, err := v.whatIfAsked()
	if err != nil {
		return err
	}
	kind := v.value("change")
	if !slices.Contains(whatIfKinds, kind) {
		return problem.New(problem.BadRequest)
	}
	fields := v.changeFields(s.State, kind)
	numbers, dates, ok := v.read(fields)
	value := 0.0
	for i := range fields {
		switch f := &fields[i]; {
		case f.Kind == "select":
			ok = v.chosen(f) && ok
		case f.Fault == "" && (strings.HasSuffix(f.Name, "_hours") || f.Name == "norm_value"):
			var fine bool
			value, fine = v.decimalOf(f)
			ok = ok && fine
		}
	}
	if ok {
		changes := v.withChange(s.State, sc.Changes, kind, changeValues{numbers, dates[kind+"_from"], value})
		_, err = v.service.ChangeScenario(v.ctx(), sc.ID, sc.Name, changes, v.scenarioSeen(&sc))
		var scenario *service.ScenarioError
		if errors.As(err, &scenario) {
			for _, f := range scenario.Faults {
				fields[0].Fault, ok = strings.TrimSpace(fields[0].Fault+" "+v.lang.Text(f.Text)), false
			}
		}
	}
	if !ok {
		return v.showWhatIf(http.StatusUnprocessableEntity, kind, fields)
	}
	if err != nil {
		return err
	}
	return v.done(whatIfPath(s.State.Region, sc.ID), "said.saved")
}

// scenarioSeen gives ErrStale for a scenario that changed since it was read.
func (v *visitor) scenarioSeen(was *service.Scenario) func(service.Scenario) error {
	return func(now service.Scenario) error {
		if now.Name != was.Name || !slices.Equal(v.keysOf(&now.Changes), v.keysOf(&was.Changes)) {
			return fmt.Errorf("scenario %d: %w", was.ID, service.ErrStale)
		}
		return nil
	}
}

// changeValues are the values of the fields of a change.
type changeValues struct {
	numbers map[string]int
	from    calendar.Date
	value   float64
}

// withChange is a scenario with one change more, as the form says.
func (v *visitor) withChange(s *planner.State, c planner.Scenario, kind string, a changeValues) planner.Scenario {
	value := func(of string) string { return v.value(kind + "_" + of) }
	id := "new-" + strings.ToLower(v.nonce[:6])
	role := ""
	for i := range s.Staff {
		if m := &s.Staff[i]; m.ID == value("who") && len(m.Contracts) > 0 {
			role = m.Contracts[0].Role
		}
	}
	hours := int(math.Round(100 * a.value))
	switch kind {
	case "hours":
		c.Hours = append(slices.Clip(c.Hours), planner.HoursChange{Staff: value("who"), Role: role, HoursWeek: hours, From: a.from})
	case "copy":
		c.Copies = append(slices.Clip(c.Copies), planner.Copy{ID: id, Like: value("who"), Role: role, HoursWeek: hours, From: a.from})
	case "leave":
		c.Leave = append(slices.Clip(c.Leave), planner.LastDay{ID: value("who"), On: a.from - 1})
	case "close":
		c.Close = append(slices.Clip(c.Close), planner.LastDay{ID: value("where"), On: a.from - 1})
	case "open":
		c.Locations = append(slices.Clip(c.Locations), likeLocation(s, value("like"), id, value("name"), a.from))
	case "town":
		c.Municipalities = append(slices.Clip(c.Municipalities), planner.Municipality{Code: value("code"), Name: value("name"), SchoolRegion: value("school")})
		district := planner.District{ID: id, Name: value("name"), Municipality: value("code")}
		c.Districts = append(slices.Clip(c.Districts), district)
		for i := range a.numbers["town_places"] {
			l := likeLocation(s, value("like"), fmt.Sprintf("%s-%d", id, i+1), fmt.Sprintf("%s %d", value("name"), i+1), a.from)
			l.District, l.Municipality = district.ID, value("code")
			c.Locations = append(slices.Clip(c.Locations), l)
		}
	case "norm":
		c.Assumptions = append(slices.Clip(c.Assumptions), planner.Assumption{Key: value("key"), Value: a.value, From: a.from, Source: "scenario"})
	case "promise":
		c.Promises = append(slices.Clip(c.Promises), planner.Promise{Requirement: value("requirement"), Minimum: a.numbers["promise_minimum"], Target: a.numbers["promise_target"]})
	case "merge":
		c.Merges = append(slices.Clip(c.Merges), planner.Merge{Into: value("one"), Name: value("name"), Districts: []string{value("one"), value("two")}})
	}
	return c
}

// likeLocation is a location that comes, like one that is there.
func likeLocation(s *planner.State, like, id, name string, from calendar.Date) planner.Location {
	at := slices.IndexFunc(s.Locations, func(l planner.Location) bool { return l.ID == like })
	l := s.Locations[max(at, 0)] // the choice was checked
	l.Registrations = slices.Clone(l.Registrations)
	for i := range l.Registrations {
		l.Registrations[i].LRK = "" // those are of the other
	}
	l.ID, l.Name, l.Artificial, l.Opened, l.Closed = id, name, true, from, calendar.NoDate
	return l
}

// change is a change of a scenario in words; key tells which.
type change struct{ key, what, when string }

func (v *visitor) keysOf(c *planner.Scenario) (out []string) {
	for _, x := range v.changesOf(&planner.State{}, c) {
		out = append(out, x.key)
	}
	return out
}

// changesOf are the changes of a scenario in words. What comes with a municipality
// is one with it.
func (v *visitor) changesOf(s *planner.State, c *planner.Scenario) (out []change) {
	add := func(key, id string, on calendar.Date, text string, args ...any) {
		when := "–"
		if on != calendar.NoDate {
			when = v.lang.Date(on)
		}
		out = append(out, change{strings.TrimSpace(key + " " + id + " " + on.String()), v.text(text, args...), when})
	}
	at := &service.Snapshot{State: s}
	person := func(id string) string { return nameOf(at, v, "staff", id) }
	for _, x := range c.Hours {
		add("hours", x.Staff, x.From, "whatif.is.hours", person(x.Staff), v.lang.Hundredths(x.HoursWeek))
	}
	for _, x := range c.Leave {
		add("leave", x.ID, x.On+1, "whatif.is.leave", person(x.ID))
	}
	for _, x := range c.Copies {
		add("copy", x.ID, x.From, "whatif.is.copy", person(x.Like), v.lang.Hundredths(x.HoursWeek))
	}
	towns := map[string]int{}
	for i := range c.Locations {
		l := &c.Locations[i]
		if slices.ContainsFunc(c.Municipalities, func(m planner.Municipality) bool { return m.Code == l.Municipality }) {
			towns[l.Municipality]++
			continue
		}
		add("open", l.ID, l.Opened, "whatif.is.open", l.Name)
	}
	for _, x := range c.Close {
		add("close", x.ID, x.On+1, "whatif.is.close", nameOf(at, v, "location", x.ID))
	}
	for _, x := range c.Municipalities {
		add("town", x.Code, calendar.NoDate, "whatif.is.town", x.Name, strconv.Itoa(towns[x.Code]))
	}
	for _, x := range c.Assumptions {
		add("norm", x.Key, x.From, "whatif.is.norm", v.text("norm."+x.Key), v.lang.Amount(x.Value))
	}
	for _, x := range c.Promises {
		add("promise", x.Requirement, calendar.NoDate, "whatif.is.promise", x.Requirement, strconv.Itoa(x.Minimum), strconv.Itoa(x.Target))
	}
	for _, x := range c.Merges {
		add("merge", x.Into, calendar.NoDate, "whatif.is.merge", strconv.Itoa(len(x.Districts)), cmpText(x.Name, x.Into))
	}
	return out
}

// removeChange takes a change out of a scenario.
func (v *visitor) removeChange() error {
	sc, s, err := v.whatIfAsked()
	if err != nil {
		return err
	}
	key := v.value("change")
	kind, rest, _ := strings.Cut(key, " ")
	id, from, _ := strings.Cut(rest, " ")
	if !slices.Contains(v.keysOf(&sc.Changes), key) {
		return service.ErrNotFound
	}
	c := without(sc.Changes, kind, id, from)
	if _, err := v.service.ChangeScenario(v.ctx(), sc.ID, sc.Name, c, v.scenarioSeen(&sc)); err != nil {
		return err
	}
	return v.done(whatIfPath(s.State.Region, sc.ID), "said.removed")
}

// without is a scenario without the changes of a kind, a thing and a day.
func without(c planner.Scenario, kind, id, from string) planner.Scenario {
	last := func(x planner.LastDay) bool { return x.ID == id && (x.On+1).String() == from }
	switch kind {
	case "hours":
		c.Hours = slices.DeleteFunc(slices.Clone(c.Hours), func(x planner.HoursChange) bool { return x.Staff == id && x.From.String() == from })
	case "leave":
		c.Leave = slices.DeleteFunc(slices.Clone(c.Leave), last)
	case "copy":
		c.Copies = slices.DeleteFunc(slices.Clone(c.Copies), func(x planner.Copy) bool { return x.ID == id })
	case "open":
		c.Locations = slices.DeleteFunc(slices.Clone(c.Locations), func(x planner.Location) bool { return x.ID == id })
	case "close":
		c.Close = slices.DeleteFunc(slices.Clone(c.Close), last)
	case "town":
		c.Municipalities = slices.DeleteFunc(slices.Clone(c.Municipalities), func(x planner.Municipality) bool { return x.Code == id })
		c.Districts = slices.DeleteFunc(slices.Clone(c.Districts), func(x planner.District) bool { return x.Municipality == id })
		c.Locations = slices.DeleteFunc(slices.Clone(c.Locations), func(x planner.Location) bool { return x.Municipality == id })
	case "norm":
		c.Assumptions = slices.DeleteFunc(slices.Clone(c.Assumptions), func(x planner.Assumption) bool { return x.Key == id && x.From.String() == from })
	case "promise":
		c.Promises = slices.DeleteFunc(slices.Clone(c.Promises), func(x planner.Promise) bool { return x.Requirement == id })
	case "merge":
		c.Merges = slices.DeleteFunc(slices.Clone(c.Merges), func(x planner.Merge) bool { return x.Into == id })
	}
	return c
}
