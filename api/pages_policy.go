package api

import (
	"strings"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// policyPages are the pages of a policy officer: sums without small counts.
func policyPages() []pageRoute {
	report := rights.Access{Resource: rights.Reports, Act: rights.Read}
	return []pageRoute{
		page("/figures", report, (*visitor).figuresPage),
		page("/figures/{table}.csv", report, (*visitor).figuresCSV),
		page("/figures.xlsx", report, (*visitor).figuresWorkbook),
	}
}

// figures gathers the figures of the region that is asked for.
func (v *visitor) figures() (web.FiguresPage, error) {
	region, err := v.region()
	if err != nil {
		return web.FiguresPage{}, err
	}
	state, figures, err := v.service.PolicyFigures(v.ctx(), region)
	if err != nil {
		return web.FiguresPage{}, err
	}
	return web.NewFiguresPage(v.lang, region, state, figures), nil
}

func (v *visitor) figuresPage() error {
	body, err := v.figures()
	if err != nil {
		return err
	}
	f := v.ours("figures")
	f.Region = body.Region
	return v.show(f, "policy.figures", body)
}

// figuresCSV is one of the tables. What is taken away stands in the audit log.
func (v *visitor) figuresCSV() error {
	body, err := v.figures()
	if err != nil {
		return err
	}
	for i := range body.Charts {
		c := &body.Charts[i]
		if c.ID != v.param("table") {
			continue
		}
		table := c.Table(v.lang)
		return v.takeAway(body.Region, c.ID+".csv", "text/csv; charset=utf-8", table.CSV())
	}
	return problem.New(problem.NotFound)
}

// figuresWorkbook is all tables, a sheet each.
func (v *visitor) figuresWorkbook() error {
	body, err := v.figures()
	if err != nil {
		return err
	}
	if !body.Published {
		return problem.New(problem.NotFound)
	}
	tables := make([]service.Table, len(body.Charts))
	for i := range body.Charts {
		tables[i] = body.Charts[i].Table(v.lang)
	}
	book, err := service.Workbook(tables)
	if err != nil {
		return err
	}
	return v.takeAway(body.Region, "wijkplanner.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", book)
}

// takeAway answers with a file to keep.
func (v *visitor) takeAway(region, name, kind string, body []byte) error {
	if v.r.Method == "GET" {
		if err := v.service.NoteExport(v.ctx(), region, strings.TrimSuffix(name, ".csv")); err != nil {
			return err
		}
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	v.send(v.w, v.r, content{kind: kind, body: body})
	return nil
}
