package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// capacityPages are about what fits: the forecast, and what if.
func capacityPages() []pageRoute {
	of := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.Scenarios, Act: act} }
	return []pageRoute{
		page("/forecast", of(rights.Read), (*visitor).forecast),
		page("/scenarios", of(rights.Read), (*visitor).scenarios),
		form("/scenarios", of(rights.Create), (*visitor).addScenario),
		form("/scenarios/plan", of(rights.Propose), (*visitor).planScenario),
		form("/scenarios/publish", of(rights.Publish), (*visitor).publishScenario),
		form("/scenarios/remove", of(rights.Remove), (*visitor).removeScenario),
	}
}

// What the forecast looks at: a year ahead, and half a year back for silence.
const (
	forecastMonths = 12
	silentDays     = 182
	shownSilent    = 30
)

// forecast shows demand against supply by role and month, how long questions wait,
// and the locations of which nothing is heard.
func (v *visitor) forecast() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	region := s.State.Region
	f, _, err := v.service.Forecast(v.ctx(), region, calendar.NoDate, forecastMonths)
	if err != nil {
		return err
	}
	blocks := v.forecastBlocks(s.State, f)
	waits, _, err := v.service.Waits(v.ctx(), region, planner.WaitingOptions{From: calendar.NoDate, Months: forecastMonths, Seed: 1})
	if err != nil {
		return err
	}
	blocks = append(blocks, remedyBlock(region), v.waitBlock(s.State, waits))
	silent, err := v.service.Silent(v.ctx(), region, silentDays)
	if err != nil {
		return err
	}
	blocks = append(blocks, v.silentBlock(s, silent))
	return v.sheet(http.StatusOK, "lead.forecast", web.Sheet{Lead: "forecast.lead", Region: region, Blocks: blocks})
}

// forecastBlocks is a table for each role.
func (v *visitor) forecastBlocks(s *planner.State, f *planner.Forecast) (out []web.Block) {
	for i := range f.Rows {
		r := &f.Rows[i]
		if r.District != "" {
			continue
		}
		at := slices.IndexFunc(out, func(b web.Block) bool { return b.ID == "role-"+r.Role })
		if at < 0 {
			at = len(out)
			out = append(out, web.Block{
				ID: "role-" + r.Role, Name: v.roleName(s, r.Role), About: "forecast.about", Numeric: []bool{false, true, true, true, true},
				Heads: []string{"forecast.month", "forecast.demand", "forecast.band", "forecast.supply", "forecast.short"},
			})
		}
		short, hours := "–", v.lang.Hours
		if r.Short > 0 {
			short = v.lang.Decimal(float64(r.ShortFTE)/100, 2)
		}
		out[at].Rows = append(out[at].Rows, web.SheetRow{Bad: r.Short > 0, Cells: []string{
			v.lang.Month(r.Month), hours(r.Demand()), hours(r.Low) + "–" + hours(r.High), hours(r.Supply), short,
		}})
	}
	for i := range out {
		out[i].Drawing = v.forecastDrawing(strings.TrimPrefix(out[i].ID, "role-"), f)
	}
	return out
}

// forecastDrawing is demand against supply of a role, a bar for each month.
func (v *visitor) forecastDrawing(role string, f *planner.Forecast) *web.Drawing {
	out := web.Drawing{Parts: web.AgainstParts("forecast.fits", "forecast.over", "forecast.supply")}
	longest := int64(1)
	rows := slices.DeleteFunc(slices.Clone(f.Rows), func(r planner.ForecastRow) bool { return r.District != "" || r.Role != role })
	for i := range rows {
		longest = max(longest, rows[i].Demand(), rows[i].Supply)
	}
	for i := range rows {
		r := &rows[i]
		out.Bars = append(out.Bars, web.BarAgainst(v.lang.Month(r.Month), v.lang.Hours(r.Demand()), r.Demand(), r.Supply, longest))
	}
	return &out
}

func (v *visitor) roleName(s *planner.State, id string) string {
	r := s.Programme.Role(id)
	switch {
	case r == nil:
		return id
	case v.lang == web.English && r.Name.EN != "":
		return r.Name.EN
	}
	return r.Name.NL
}

func (v *visitor) waitBlock(s *planner.State, waits []planner.Wait) web.Block {
	out := web.Block{
		ID: "waits", Head: "waits.head", About: "waits.about", Heads: []string{"waits.where", "waits.what", "waits.mean", "waits.band"}, Numeric: []bool{false, false, true, true},
		Blank: &web.Blank{Title: "waits.none", Text: "waits.none.text"},
	}
	drawing, longest := web.Drawing{Parts: []web.ChartPart{{Class: "plan", Key: "waits.four"}, {Class: "tick", Key: "waits.mean"}}}, 0.0
	for _, w := range waits {
		longest = max(longest, w.Mean, w.High)
	}
	for _, w := range waits {
		where, what := v.text("waits.region"), v.text("waits.consult")
		if w.District != "" {
			where = s.DistrictName(w.District)
		}
		if w.Acute {
			what = v.text("waits.acute")
		}
		out.Rows = append(out.Rows, web.SheetRow{Cells: []string{where, what, v.days(w.Mean), v.days(w.Low) + "–" + v.days(w.High)}})
		drawing.Bars = append(drawing.Bars, web.BarBetween(where+", "+what, v.days(w.Mean), w.Mean, w.Low, w.High, longest))
	}
	if len(waits) > 0 {
		out.Drawing = &drawing
	}
	return out
}

func (v *visitor) silentBlock(s *service.Snapshot, silent []planner.Silent) web.Block {
	out := web.Block{
		ID: "silent", Head: "silent.head", About: "silent.about", Heads: []string{"location", "silent.last", "silent.next", "person"},
		Blank: &web.Blank{Title: "silent.none", Text: "silent.none.text"},
	}
	for _, x := range silent[:min(len(silent), shownSilent)] {
		out.Rows = append(out.Rows, web.SheetRow{Cells: []string{nameOf(s, v, "location", x.Location), v.lastUsed(x.Last), v.lastUsed(x.Next), nameOf(s, v, "staff", x.Staff)}})
	}
	return out
}

func (v *visitor) scenarioFields(s *planner.State) []web.Field {
	var who []string
	for _, p := range s.Staff {
		who = append(who, "staff "+p.ID, p.Name)
	}
	for _, l := range s.Locations {
		who = append(who, "location "+l.ID, l.Name)
	}
	return []web.Field{
		{Name: "name", Label: "scenario.name", Kind: "text", MaxLength: 100, Required: true},
		{Name: "change", Label: "scenario.change", Kind: "select", Required: true, Options: choices(v.value("change"),
			"hours", v.text("scenario.hours"), "leave", v.text("scenario.leave"), "copy", v.text("scenario.copy"), "close", v.text("scenario.close"))},
		{Name: "who", Label: "scenario.who", Hint: "scenario.who.hint", Kind: "select", Required: true, Options: choices(v.value("who"), who...)},
		{Name: "from", Label: "scenario.from", Kind: "date", Required: true},
		{Name: "hours", Label: "scenario.hours.week", Hint: "scenario.hours.hint", Kind: "number", Min: "0", Max: "60"},
	}
}

// scenarios lists what-ifs and lays those that were planned side by side.
func (v *visitor) scenarios() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	return v.showScenarios(http.StatusOK, s, v.scenarioFields(s.State))
}

func (v *visitor) showScenarios(status int, s *service.Snapshot, fields []web.Field) error {
	region := s.State.Region
	all, err := v.service.Scenarios(v.ctx(), region, 0, 20)
	if err != nil {
		return err
	}
	list := web.Block{
		ID: "list", Head: "scenario.list", Heads: []string{"scenario.name", "proposals.created", "scenario.planned"},
		Blank: &web.Blank{Title: "scenario.none", Text: "scenario.none.text"},
	}
	var planned []int64
	open := 0
	for i := range all {
		x := &all[i]
		if x.Published == 0 {
			open++
		}
		id := map[string]string{"scenario": strconv.FormatInt(x.ID, 10)}
		row := web.SheetRow{Link: whatIfPath(region, x.ID), Cells: []string{x.Name, v.lang.Date(calendar.DateOf(x.Created, time.UTC)), "–"}}
		row.Actions = []web.SheetAction{{Path: "/scenarios/plan", Label: "scenario.plan", Hidden: id}}
		if !x.Planned.IsZero() {
			row.Cells[2] = v.lang.Date(calendar.DateOf(x.Planned, time.UTC))
			row.Actions = append(row.Actions, web.SheetAction{Path: "/scenarios/publish", Label: "scenario.publish", Confirm: "scenario.sure", Hidden: id})
			if len(planned) < mostBeside {
				planned = append(planned, x.ID)
			}
		}
		row.Actions = append(row.Actions, web.SheetAction{Path: "/scenarios/remove", Label: "remove", Confirm: "scenario.remove.sure", Danger: true, Hidden: id})
		list.Rows = append(list.Rows, row)
	}
	blocks := []web.Block{list}
	if open > 0 {
		blocks = append(blocks, wholeBlock(region))
	}
	if len(planned) > 0 {
		beside, err := v.beside(region, planned)
		if err != nil {
			return err
		}
		blocks = append(blocks, beside)
	}
	blocks = append(blocks, web.Block{ID: "add", Head: "scenario.add", About: "scenario.about", Form: &web.SheetForm{Path: "/scenarios", Do: "scenario.do", Fields: fields}})
	return v.sheet(status, "lead.scenarios", web.Sheet{Lead: "scenario.lead", Region: region, Blocks: blocks})
}

// mostBeside is how many scenarios stand side by side.
const mostBeside = 6

// beside lays scenarios beside the published plan.
func (v *visitor) beside(region string, ids []int64) (web.Block, error) {
	out := web.Block{
		ID: "beside", Head: "scenario.beside", About: "scenario.beside.about", Numeric: []bool{false, true, true, true, true, true, true},
		Heads: []string{"scenario.name", "visits", "unplanned.short", "proposal.risk", "proposal.fullest", "proposal.hours", "touched"},
	}
	now, all, err := v.service.CompareScenarios(v.ctx(), region, ids...)
	if err != nil {
		return out, err
	}
	row := func(name string, f service.Figures, touched string) web.SheetRow {
		return web.SheetRow{Cells: []string{
			name, strconv.Itoa(f.Visits), strconv.Itoa(f.Unplanned), strconv.Itoa(f.AtRisk), strconv.FormatInt((f.Fullest+5)/10, 10) + " %", v.lang.Hours(f.TravelMinutes), touched,
		}}
	}
	out.Rows = append(out.Rows, row(v.text("scenario.now"), now, "–"))
	for i := range all {
		name := all[i].Name
		if all[i].Stale {
			name += " (" + v.text("scenario.stale") + ")"
		}
		out.Rows = append(out.Rows, row(name, all[i].Figures, strconv.Itoa(len(all[i].Difference.Staff()))))
	}
	return out, nil
}

// changesAsked is the scenario that a form describes; empty for what does not go
// together.
func (v *visitor) changesAsked(s *planner.State, from calendar.Date, hours int) (out planner.Scenario) {
	kind, id, _ := strings.Cut(v.value("who"), " ")
	role := ""
	for _, p := range s.Staff {
		if p.ID == id && len(p.Contracts) > 0 {
			role = p.Contracts[0].Role
		}
	}
	last := planner.LastDay{ID: id, On: from - 1}
	switch change := v.value("change"); {
	case change == "close" && kind == "location":
		out.Close = []planner.LastDay{last}
	case change == "leave" && kind == "staff":
		out.Leave = []planner.LastDay{last}
	case change == "hours" && kind == "staff" && hours >= 0:
		out.Hours = []planner.HoursChange{{Staff: id, Role: role, HoursWeek: 100 * hours, From: from}}
	case change == "copy" && kind == "staff" && hours > 0:
		out.Copies = []planner.Copy{{ID: "new-" + strings.ToLower(v.nonce[:6]), Like: id, Role: role, HoursWeek: 100 * hours, From: from}}
	}
	return out
}

// addScenario keeps a what-if.
func (v *visitor) addScenario() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	fields := v.scenarioFields(s.State)
	numbers, dates, ok := v.read(fields)
	hours, given := numbers["hours"]
	if !given {
		hours = -1
	}
	changes := v.changesAsked(s.State, dates["from"], hours)
	if ok && len(changes.Close)+len(changes.Leave)+len(changes.Hours)+len(changes.Copies) == 0 {
		fields[2].Fault, ok = v.text("scenario.mismatch"), false
	}
	if !ok {
		return v.showScenarios(http.StatusUnprocessableEntity, s, fields)
	}
	if _, err := v.service.AddScenario(v.ctx(), s.State.Region, v.value("name"), changes); err != nil {
		return err
	}
	return v.done(v.at("/scenarios", s.State.Region), "said.saved")
}

func (v *visitor) scenarioID() (int64, error) {
	id, err := strconv.ParseInt(v.value("scenario"), 10, 64)
	if err != nil {
		return 0, service.ErrNotFound
	}
	return id, nil
}

// planScenario starts the making of a scenario's plan.
func (v *visitor) planScenario() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	id, err := v.scenarioID()
	if err != nil {
		return err
	}
	job, err := v.service.StartScenario(v.ctx(), id, service.PlanParams{Year: yearOf(s), Seed: 1, Seconds: 5, MaxChanges: -1})
	if err != nil {
		return err
	}
	return v.done(progressPath(job.ID), "")
}

// publishScenario makes a scenario so.
func (v *visitor) publishScenario() error {
	id, err := v.scenarioID()
	if err != nil {
		return err
	}
	if err := v.service.PublishScenario(v.ctx(), id); err != nil {
		return err
	}
	return v.done("/scenarios?"+url.Values{"region": {v.value("region")}}.Encode(), "said.published")
}

// removeScenario forgets a scenario.
func (v *visitor) removeScenario() error {
	id, err := v.scenarioID()
	if err != nil {
		return err
	}
	if err := v.service.RemoveScenario(v.ctx(), id); err != nil {
		return err
	}
	return v.done("/scenarios?"+url.Values{"region": {v.value("region")}}.Encode(), "said.removed")
}
