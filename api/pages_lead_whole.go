package api

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// wholePages are about what takes a while to work out: scenarios side by side in
// everything they mean, and the least that mends a shortage.
func wholePages() []pageRoute {
	of := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.Scenarios, Act: act} }
	return []pageRoute{
		form("/scenarios/whole", of(rights.Propose), (*visitor).startComparison),
		page("/scenarios/whole/{report}", of(rights.Read), (*visitor).comparison),
		form("/forecast/remedies", of(rights.Propose), (*visitor).startRemedies),
		page("/forecast/remedies/{report}", of(rights.Read), (*visitor).remedies),
	}
}

// mostWhole is how many scenarios are worked out whole at once.
const mostWhole = 5

// reportPath is the page of what a job worked out; "" for another kind of job.
func reportPath(kind, region string, report int64) string {
	at := map[string]string{service.ComparisonJob: "/scenarios/whole/", service.RemediesJob: "/forecast/remedies/"}[kind]
	if at == "" || report == 0 {
		return ""
	}
	return at + strconv.FormatInt(report, 10) + "?" + url.Values{"region": {region}}.Encode()
}

// wholeBlock is the form that works the newest scenarios out whole.
func wholeBlock(region string) web.Block {
	return web.Block{ID: "whole", Head: "whole.head", About: "whole.about", Form: &web.SheetForm{
		Path: "/scenarios/whole", Do: "whole.do", Fields: []web.Field{{Name: "region", Kind: "hidden", Value: region}},
	}}
}

// startComparison has the newest scenarios worked out, and the region as it is.
func (v *visitor) startComparison() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	all, err := v.service.Scenarios(v.ctx(), s.State.Region, 0, 20)
	if err != nil {
		return err
	}
	var ids []int64
	for i := range all {
		if all[i].Published == 0 && len(ids) < mostWhole {
			ids = append(ids, all[i].ID)
		}
	}
	if len(ids) == 0 {
		return service.ErrNotFound
	}
	job, err := v.service.StartComparison(v.ctx(), s.State.Region, service.ComparisonParams{
		PlanParams: service.PlanParams{Year: yearOf(s), Seed: 1, MaxChanges: -1}, Scenarios: ids, Months: forecastMonths,
	})
	if err != nil {
		return err
	}
	return v.done(progressPath(job.ID), "")
}

// yearOf is the year of the published plan, 0 without one.
func yearOf(s *service.Snapshot) int {
	if s.Plan == nil {
		return 0
	}
	return s.Plan.From.Year()
}

// reportAsked is the report in the path, with its region as it is.
func (v *visitor) reportAsked() (*service.Snapshot, int64, error) {
	id, err := strconv.ParseInt(v.param("report"), 10, 64)
	if err != nil {
		return nil, 0, service.ErrNotFound
	}
	s, err := v.snapshot()
	return s, id, err
}

// comparison lays scenarios side by side: loads, travel, faces, hands, visits,
// shortage and waits.
func (v *visitor) comparison() error {
	s, id, err := v.reportAsked()
	if err != nil {
		return err
	}
	c, err := v.service.Comparison(v.ctx(), s.State.Region, id)
	if err != nil {
		return err
	}
	figures := web.Block{
		ID: "figures", Head: "scenario.beside", About: "whole.figures.about",
		Heads:   []string{"scenario.name", "whole.heaviest", "proposal.hours", "whole.faces", "whole.hands", "visits", "unplanned.short", "whole.short", "whole.consult", "whole.acute"},
		Numeric: []bool{false, true, true, true, true, true, true, true, true, true},
	}
	misfits := web.Block{
		ID: "misfits", Head: "whole.misfits", About: "whole.misfits.about", Heads: []string{"scenario.name", "whole.role", "forecast.month", "whole.hours"},
		Numeric: []bool{false, false, false, true}, Blank: &web.Blank{Title: "whole.fits", Text: "whole.fits.text"},
	}
	for i := range c.Columns {
		x := &c.Columns[i]
		name := x.Name
		if x.Scenario == 0 {
			name = v.text("scenario.now")
		}
		figures.Rows = append(figures.Rows, v.wholeRow(name, x))
		for _, m := range x.Misfits {
			misfits.Rows = append(misfits.Rows, web.SheetRow{Cells: []string{name, v.roleName(s.State, m.Role), v.lang.Month(m.Month), v.lang.Hours(m.Short)}})
		}
	}
	return v.sheet(http.StatusOK, "lead.scenarios", web.Sheet{Lead: leadOf(c.Stale, "whole.lead", "whole.lead.stale"), Region: s.State.Region, Blocks: []web.Block{figures, misfits}})
}

// leadOf is the key of what a report is: as things are, or as they were.
func leadOf(stale bool, now, then string) string {
	if stale {
		return then
	}
	return now
}

func (v *visitor) wholeRow(name string, x *service.Compared) web.SheetRow {
	f := &x.Figures
	short := "–"
	if f.ShortFTE > 0 {
		short = v.lang.Decimal(float64(f.ShortFTE)/100, 2) + " (" + v.lang.Month(f.ShortMonth) + ")"
	}
	return web.SheetRow{Cells: []string{
		name, v.lang.Decimal(f.Heaviest, 0) + " %", v.lang.Decimal(f.TravelHours, 0), v.lang.Decimal(f.Faces, 1), strconv.Itoa(f.Changed),
		strconv.Itoa(x.Visits), strconv.Itoa(f.Unplanned), short, v.days(f.ConsultDays), v.days(f.AcuteDays),
	}}
}

// days writes a wait; nobody's is a dash.
func (v *visitor) days(d float64) string {
	if d < 0 {
		return "–"
	}
	return v.lang.Decimal(d, 1)
}

// remedyBlock is the form that looks for the least that mends a shortage.
func remedyBlock(region string) web.Block {
	return web.Block{ID: "remedies", Head: "remedies.head", About: "remedies.about", Form: &web.SheetForm{
		Path: "/forecast/remedies", Do: "remedies.do", Fields: []web.Field{{Name: "region", Kind: "hidden", Value: region}},
	}}
}

// startRemedies has them looked for.
func (v *visitor) startRemedies() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	job, err := v.service.StartRemedies(v.ctx(), s.State.Region, service.PlanParams{Year: yearOf(s), Seed: 1, MaxChanges: -1})
	if err != nil {
		return err
	}
	return v.done(progressPath(job.ID), "")
}

// remedies shows what was found.
func (v *visitor) remedies() error {
	s, id, err := v.reportAsked()
	if err != nil {
		return err
	}
	r, err := v.service.RemedyReport(v.ctx(), s.State.Region, id)
	if err != nil {
		return err
	}
	list := web.Block{
		ID: "list", Head: "remedies.head", About: "remedies.list.about", Heads: []string{"remedies.what", "remedies.least", "remedies.proof", "remedies.cost"},
		Numeric: []bool{false, true, false, true}, Blank: &web.Blank{Title: "remedies.none", Text: "remedies.none.text"},
	}
	for i := range r.Remedies {
		if x := &r.Remedies[i]; x.Steps > 0 || !x.Enough {
			list.Rows = append(list.Rows, v.remedyRow(s.State, x))
		}
	}
	return v.sheet(http.StatusOK, "lead.forecast", web.Sheet{Lead: leadOf(r.Stale, "remedies.lead", "remedies.lead.stale"), Region: s.State.Region, Blocks: []web.Block{list}})
}

func (v *visitor) remedyRow(s *planner.State, x *planner.Remedy) web.SheetRow {
	what := v.text("remedy." + string(x.Kind))
	if x.Role != "" {
		what += ": " + v.roleName(s, x.Role)
	}
	if !x.Enough {
		return web.SheetRow{Cells: []string{what, "–", v.text("remedy.not_enough"), "–"}}
	}
	least := strconv.Itoa(x.Steps)
	if x.Kind == planner.MoreHours {
		least = v.lang.Decimal(float64(x.Steps)/10, 1) + " FTE"
	}
	proof := v.text("remedy.tried")
	if x.Proved {
		proof = v.text("remedy.proved")
	}
	return web.SheetRow{Cells: []string{what, least, proof, v.lang.Decimal(float64(x.Cost-x.Before)/6000, 1)}}
}
