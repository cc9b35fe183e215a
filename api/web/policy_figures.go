package web

import (
	"cmp"
	"fmt"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// FiguresPage is what the page of a policy officer shows.
type FiguresPage struct {
	Region    string
	Published bool
	From, To  calendar.Date
	// Charts are drawings, each with the table that says the same.
	Charts []Chart
}

// Chart is one drawing with its table.
type Chart struct {
	// ID names its downloads; Title, Lead and Empty are keys of messages.
	ID, Title, Lead, Empty string
	Drawing
	// Head and Rows are the table.
	Head []string
	Rows [][]FigureCell
	// Region is that of the downloads.
	Region string
}

// FigureCell is a text, or a number with the text that stands for it on the page.
type FigureCell struct {
	Text    string
	Number  float64
	Numeric bool
}

// Table is the chart's table to take away.
func (c *Chart) Table(l Lang) service.Table {
	t := service.Table{Name: l.text(messages[c.Title]), Header: c.Head}
	for _, row := range c.Rows {
		cells := make([]any, len(row))
		for i, x := range row {
			if cells[i] = x.Text; x.Numeric {
				cells[i] = x.Number
			}
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// NewFiguresPage makes the page; figures are nil before the first plan.
func NewFiguresPage(l Lang, region string, s *planner.State, figures *planner.PolicyFigures) FiguresPage {
	p := FiguresPage{Region: region, Published: figures != nil}
	if figures == nil {
		return p
	}
	p.From, p.To = figures.Period.From, figures.Period.To
	d := drawer{l, s, region}
	p.Charts = []Chart{d.coverage("districts", "figures.district", figures.Coverage), d.coverage("roles", "figures.role", figures.Roles), d.leads(figures.Leads), d.loads(figures.Loads)}
	return p
}

// drawer makes charts and their tables in a language.
type drawer struct {
	Lang
	state  *planner.State
	region string
}

// say returns a text of the table of messages; the tests of the pages see to it
// that it is there.
func (d *drawer) say(key string) string { return d.text(messages[key]) }

func (d *drawer) heads(keys ...string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = d.say(k)
	}
	return out
}

// cell writes a count, or that it is too small.
func (d *drawer) cell(c planner.Cell) FigureCell {
	if c.Hidden {
		return FigureCell{Text: d.say("figures.small")}
	}
	return FigureCell{Text: d.number(c.Count), Number: float64(c.Count), Numeric: true}
}

// orFew writes a number that is negative where there are too few to say.
func (d *drawer) orFew(n int, text string) FigureCell {
	if n < 0 {
		return FigureCell{Text: d.say("figures.few")}
	}
	return FigureCell{Text: text, Number: float64(n), Numeric: true}
}

var coverageParts = []ChartPart{{"good", "figures.done"}, {"plan", "figures.planned"}, {"risk", "figures.risk"}, {"miss", "figures.missed"}}

// roleName is what a role is called.
func (d *drawer) roleName(id string) string {
	if r := d.state.Programme.Role(id); r != nil {
		return d.text(named(r.Name, r.ID))
	}
	return id
}

// coverage is the state of promises by district or by role, the total last.
func (d *drawer) coverage(id, first string, rows []planner.CoverageFigure) Chart {
	c := Chart{ID: id, Title: "figures." + id, Lead: "figures.coverage.lead", Empty: "figures.coverage.none", Drawing: Drawing{Parts: coverageParts}, Region: d.region}
	c.Head = d.heads(first, "figures.locations", "figures.done", "figures.planned", "figures.risk", "figures.missed", "figures.kept")
	for i := range rows {
		r := &rows[i]
		name := cmp.Or(r.Name, d.say("figures.nodistrict"))
		if id == "roles" {
			name = d.roleName(r.Name)
		}
		last := i == len(rows)-1
		if last {
			name = d.say("total")
		}
		kept := d.orFew(r.Kept, d.percent(float64(r.Kept)/100, 0))
		c.Rows = append(c.Rows, []FigureCell{{Text: name}, d.cell(r.Locations), d.cell(r.Done), d.cell(r.Planned), d.cell(r.AtRisk), d.cell(r.Missed), kept})
		if !last {
			c.Bars = append(c.Bars, share(name, r, kept.Text))
		}
	}
	return c
}

// share is a bar of one hundred percent, so that its length says what the number
// at its end says; the counts are in the table. It is empty where there are too
// few for a percentage.
func share(name string, r *planner.CoverageFigure, text string) ChartBar {
	if r.Kept < 0 {
		return ChartBar{Name: name, Text: text}
	}
	all := max(1, r.Done.Count+r.Planned.Count+r.AtRisk.Count+r.Missed.Count)
	return bars(name, text, all, coverageParts, r.Done.Count, r.Planned.Count, r.AtRisk.Count, r.Missed.Count)
}

// bars makes one bar of counts.
func bars(name, text string, longest int, parts []ChartPart, counts ...int) ChartBar {
	b := ChartBar{Name: name, Text: text}
	at := 0.0
	for i, n := range counts {
		width := tenth(100 * float64(n) / float64(longest))
		if width > 0 {
			b.Parts = append(b.Parts, ChartSlice{parts[i].Class, at, width})
		}
		at += width
	}
	return b
}

var leadParts = []ChartPart{{"good", "figures.week"}, {"plan", "figures.twoweeks"}, {"risk", "figures.fourweeks"}, {"miss", "figures.longer"}}

// leads is how soon questions were answered, by month.
func (d *drawer) leads(rows []planner.LeadFigure) Chart {
	c := Chart{ID: "leadtimes", Title: "figures.leadtimes", Lead: "figures.leadtimes.lead", Empty: "figures.leadtimes.none", Drawing: Drawing{Parts: leadParts}, Region: d.region}
	c.Head = d.heads("figures.month", "figures.questions", "figures.week", "figures.twoweeks", "figures.fourweeks", "figures.longer", "figures.median")
	longest, counted := 1, false
	for i := range rows {
		longest = max(longest, rows[i].Questions.Count)
		counted = counted || !rows[i].Questions.Hidden
	}
	for i := range rows {
		r := &rows[i]
		first := r.Month.Period().From
		name := fmt.Sprintf("%s %d", d.month(first.Time().Month()), first.Year())
		median := d.orFew(r.Median, d.number(r.Median))
		c.Rows = append(c.Rows, []FigureCell{{Text: name}, d.cell(r.Questions), d.cell(r.Week), d.cell(r.TwoWeeks), d.cell(r.FourWeeks), d.cell(r.Longer), median})
		if counted {
			text := ""
			if r.Median >= 0 {
				text, _ = d.count("figures.days", r.Median)
			}
			c.Bars = append(c.Bars, bars(name, text, longest, leadParts, r.Week.Count, r.TwoWeeks.Count, r.FourWeeks.Count, r.Longer.Count))
		}
	}
	return c
}

var loadParts = []ChartPart{{"plan", "figures.load"}, {"tick", "figures.capacity"}}

// loads is the work of everybody in a role together.
func (d *drawer) loads(rows []planner.LoadFigure) Chart {
	c := Chart{ID: "loads", Title: "figures.loads", Lead: "figures.loads.lead", Empty: "figures.loads.none", Drawing: Drawing{Parts: loadParts}, Region: d.region}
	c.Head = d.heads("figures.role", "figures.people", "figures.load", "figures.capacity", "figures.used")
	var longest int64 = 1
	for i := range rows {
		longest = max(longest, rows[i].Load, rows[i].Capacity)
	}
	for i := range rows {
		r := &rows[i]
		name := d.roleName(r.Role)
		row := []FigureCell{{Text: name}, d.cell(r.People)}
		if r.Hidden {
			few := FigureCell{Text: d.say("figures.few")}
			c.Rows = append(c.Rows, append(row, few, few, few))
			continue
		}
		used := 0
		if r.Capacity > 0 {
			used = int(100 * r.Load / r.Capacity)
		}
		percent := FigureCell{Text: d.percent(float64(used)/100, 0), Number: float64(used), Numeric: true}
		hours := func(m int64) FigureCell {
			return FigureCell{Text: d.hours(m), Number: float64(m / 60), Numeric: true}
		}
		c.Rows = append(c.Rows, append(row, hours(r.Load), hours(r.Capacity), percent))
		c.Bars = append(c.Bars, BarAgainst(name, percent.Text, r.Load, r.Capacity, longest))
	}
	return c
}
