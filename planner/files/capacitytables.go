package files

import (
	"math"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// AsItIs is what the region without changes is called in tables.
const AsItIs = "as it is"

// ScenarioName is what an outcome is called in tables.
func ScenarioName(o *planner.Outcome) string {
	if o.Scenario == "" {
		return AsItIs
	}
	return o.Scenario
}

// rounded keeps two digits: no figure here is known better.
func rounded(x float64) float64 { return math.Round(100*x) / 100 }

func hoursOf(minutes int64) float64 { return rounded(float64(minutes) / 60) }

// dayOrNothing leaves a cell empty where there is no day.
func dayOrNothing(d calendar.Date) any {
	if d == calendar.NoDate {
		return nil
	}
	return d.String()
}

// Figure is one line of the comparison of scenarios.
type Figure struct {
	// Label says what it is, Unit in what.
	Label, Unit planner.Text
	// Value returns it of one outcome; nil where there is none.
	Value func(f *planner.Figures) any
}

// Figures lists what is compared of scenarios, in the order of tables.
func Figures() []Figure {
	orNone := func(days float64) any {
		if days < 0 {
			return nil
		}
		return rounded(days)
	}
	return []Figure{
		{planner.Text{NL: "locaties", EN: "locations"}, planner.Text{NL: "locaties", EN: "locations"}, func(f *planner.Figures) any { return int64(f.Locations) }},
		{planner.Text{NL: "mensen", EN: "people"}, planner.Text{NL: "mensen", EN: "people"}, func(f *planner.Figures) any { return int64(f.Staff) }},
		{planner.Text{NL: "zwaarste belasting", EN: "heaviest load"}, planner.Text{NL: "%", EN: "%"}, func(f *planner.Figures) any { return rounded(f.Heaviest) }},
		{planner.Text{NL: "van wie die is", EN: "whose load that is"}, planner.Text{NL: "", EN: ""}, func(f *planner.Figures) any { return f.HeaviestStaff }},
		{planner.Text{NL: "mensen met werk maar zonder tijd", EN: "people with work and no time"}, planner.Text{NL: "mensen", EN: "people"}, func(f *planner.Figures) any { return int64(f.NoTime) }},
		{planner.Text{NL: "reistijd", EN: "travel"}, planner.Text{NL: "uur per jaar", EN: "hours a year"}, func(f *planner.Figures) any { return rounded(f.TravelHours) }},
		{planner.Text{NL: "gezichten per locatie", EN: "faces a location"}, planner.Text{NL: "mensen", EN: "people"}, func(f *planner.Figures) any { return rounded(f.Faces) }},
		{planner.Text{NL: "van hand verwisseld", EN: "change hands"}, planner.Text{NL: "locaties", EN: "locations"}, func(f *planner.Figures) any { return int64(f.Changed) }},
		{planner.Text{NL: "niet geplande bezoeken", EN: "unplanned visits"}, planner.Text{NL: "bezoeken", EN: "visits"}, func(f *planner.Figures) any { return int64(f.Unplanned) }},
		{planner.Text{NL: "waarvan beloofd", EN: "promised visits unplanned"}, planner.Text{NL: "bezoeken", EN: "visits"}, func(f *planner.Figures) any { return int64(f.UnplannedMinimum) }},
		{planner.Text{NL: "werk zonder iemand", EN: "work without anybody"}, planner.Text{NL: "fte", EN: "FTE"}, func(f *planner.Figures) any { return float64(f.UnassignedFTE) / 100 }},
		{planner.Text{NL: "tekort in de krapste maand", EN: "short in the worst month"}, planner.Text{NL: "fte", EN: "FTE"}, func(f *planner.Figures) any { return float64(f.ShortFTE) / 100 }},
		{planner.Text{NL: "de krapste maand", EN: "the worst month"}, planner.Text{NL: "", EN: ""}, func(f *planner.Figures) any {
			if f.ShortFTE == 0 {
				return nil
			}
			return f.ShortMonth.String()
		}},
		{planner.Text{NL: "wachttijd voor een consult", EN: "wait for a consult"}, planner.Text{NL: "dagen", EN: "days"}, func(f *planner.Figures) any { return orNone(f.ConsultDays) }},
		{planner.Text{NL: "wachttijd voor een acute vraag", EN: "wait for an acute question"}, planner.Text{NL: "dagen", EN: "days"}, func(f *planner.Figures) any { return orNone(f.AcuteDays) }},
		{planner.Text{NL: "hoogstens van het beste", EN: "at most from the best"}, planner.Text{NL: "%", EN: "%"}, func(f *planner.Figures) any { return rounded(f.Gap) }},
	}
}

// FiguresTable puts scenarios side by side, a column for each.
func FiguresTable(outcomes []planner.Outcome) Table {
	t := Table{Name: "figures", Header: []string{"figure", "unit"}}
	for i := range outcomes {
		t.Header = append(t.Header, ScenarioName(&outcomes[i]))
	}
	for _, f := range Figures() {
		row := []any{f.Label.EN, f.Unit.EN}
		for i := range outcomes {
			row = append(row, f.Value(&outcomes[i].Figures))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// ForecastTable is demand against supply of each scenario, role, month and
// district, in hours; the whole region has no district.
func ForecastTable(outcomes []planner.Outcome) Table {
	t := Table{Name: "forecast", Header: []string{
		"scenario", "role", "district", "month", "promised_hours", "second_hours", "further_hours", "cases_hours", "acute_hours",
		"demand_hours", "low_hours", "high_hours", "supply_hours", "short_hours", "short_fte",
	}}
	for i := range outcomes {
		o := &outcomes[i]
		for k := range o.Forecast.Rows {
			r := &o.Forecast.Rows[k]
			t.Rows = append(t.Rows, []any{
				ScenarioName(o), r.Role, r.District, r.Month.String(), hoursOf(r.Minimum), hoursOf(r.Target), hoursOf(r.Further), hoursOf(r.Cases),
				hoursOf(r.Acute), hoursOf(r.Demand()), hoursOf(r.Low), hoursOf(r.High), hoursOf(r.Supply), hoursOf(r.Short), float64(r.ShortFTE) / 100,
			})
		}
	}
	return t
}

// WaitsTable is how long questions wait in each scenario; the whole region has no
// district, and a band that reaches beyond the period no end.
func WaitsTable(outcomes []planner.Outcome) Table {
	t := Table{Name: "waits", Header: []string{"scenario", "kind", "district", "questions_a_year", "mean_days", "low_days", "high_days", "not_served_percent", "on_the_list_percent"}}
	orLonger := func(days float64) any {
		if days < 0 {
			return nil
		}
		return rounded(days)
	}
	for i := range outcomes {
		for _, w := range outcomes[i].Waits {
			kind := "consult"
			if w.Acute {
				kind = "acute"
			}
			t.Rows = append(t.Rows, []any{
				ScenarioName(&outcomes[i]), kind, w.District, rounded(w.Questions), orLonger(w.Mean), orLonger(w.Low), orLonger(w.High), rounded(w.Unserved), rounded(w.Listed),
			})
		}
	}
	return t
}

// LoadsTable is what each person carries in each scenario, by role and budget,
// kind of work, district and month.
func LoadsTable(lines []planner.LoadLine) Table {
	t := Table{Name: "loads", Header: []string{"month", "staff_id", "organisation", "role", "budget", "district", "kind", "detail", "minutes", "points"}}
	for i := range lines {
		l := &lines[i]
		t.Rows = append(t.Rows, []any{l.Month.String(), l.Staff, l.Organisation, l.Role, string(l.Budget), l.District, string(l.Kind), l.Detail, l.Minutes, l.Points})
	}
	return t
}

// HoursTable is an hours statement: a line for each month, employer, budget and
// kind of work, and one without a kind for all of it. Of months of which nothing
// is known yet the realised hours are empty.
func HoursTable(h *planner.HoursStatement) Table {
	t := Table{Name: "hours", Header: []string{"month", "organisation", "budget", "kind", "planned_minutes", "realised_minutes", "planned_hours", "realised_hours"}}
	add := func(l *planner.HoursLine, kind string) {
		row := []any{l.Month.String(), l.Organisation, string(l.Budget), kind, l.Planned, nil, hoursOf(l.Planned), nil}
		if l.Month.Period().From <= h.Until {
			row[5], row[7] = l.Realised, hoursOf(l.Realised)
		}
		t.Rows = append(t.Rows, row)
	}
	totals := h.Totals()
	k := 0
	for i := range h.Lines {
		l := &h.Lines[i]
		add(l, string(l.Kind))
		head := totals[k]
		if i+1 == len(h.Lines) || h.Lines[i+1].Month != head.Month || h.Lines[i+1].Organisation != head.Organisation || h.Lines[i+1].Budget != head.Budget {
			add(&totals[k], "all")
			k++
		}
	}
	return t
}

// BudgetsTable sets work against time for each person, role and budget.
func BudgetsTable(lines []planner.BudgetLine) Table {
	t := Table{Name: "budgets", Header: []string{"staff_id", "organisation", "role", "budget", "work_minutes", "time_minutes", "over_minutes"}}
	for i := range lines {
		b := &lines[i]
		t.Rows = append(t.Rows, []any{b.Staff, b.Organisation, b.Role, string(b.Budget), b.Work, b.Net, b.Over()})
	}
	return t
}

// CeilingsTable is how people stand to what was agreed that they carry at most.
func CeilingsTable(lines []planner.CeilingLine) Table {
	t := Table{Name: "ceilings", Header: []string{"staff_id", "ceiling", "measure", "value", "limit", "state", "choice", "items", "to", "by"}}
	for i := range lines {
		l := &lines[i]
		head := []any{l.Staff, l.Ceiling.ID, string(l.Ceiling.Measure), l.Value, l.Ceiling.Limit, string(l.State)}
		if len(l.Choices) == 0 {
			t.Rows = append(t.Rows, append(head, nil, nil, nil, nil))
		}
		for _, c := range l.Choices {
			items := any(strings.Join(c.Items, "|"))
			if c.Kind == planner.AgreeMore {
				items = c.Limit
			}
			t.Rows = append(t.Rows, append(head[:6:6], string(c.Kind), items, c.To, dayOrNothing(c.By)))
		}
	}
	return t
}

// SilentTable lists the locations without contact.
func SilentTable(silent []planner.Silent) Table {
	t := Table{Name: "silent", Header: []string{"location_id", "district", "stand_alone", "last", "next", "staff_id"}}
	for _, x := range silent {
		alone := "no"
		if x.StandAlone {
			alone = "yes"
		}
		t.Rows = append(t.Rows, []any{x.Location, x.District, alone, dayOrNothing(x.Last), dayOrNothing(x.Next), x.Staff})
	}
	return t
}
