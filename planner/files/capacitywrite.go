package files

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	"github.com/wijkplanner/wijkplanner/planner"
)

// capacityFolder is the folder within a plan folder that may hold an answer about
// capacity.
const capacityFolder = "capacity"

// capacityFiles are those of a capacity folder.
var capacityFiles = []string{
	"figures.csv", "forecast.csv", "waits.csv", "loads.csv", "hours.csv", "budgets.csv", "ceilings.csv", "silent.csv", "capacity.xlsx", "capacity.svg", "capacity.html",
}

// Capacity is an answer about capacity, as it is written down.
type Capacity struct {
	// Outcomes are the region as it is and its scenarios.
	Outcomes []planner.Outcome
	// Loads, Hours, Budgets, Ceilings and Silent are of the region as it is.
	Loads    []planner.LoadLine
	Hours    *planner.HoursStatement
	Budgets  []planner.BudgetLine
	Ceilings []planner.CeilingLine
	Silent   []planner.Silent
}

// Tables returns all tables of an answer, in the order of the workbook's sheets.
func (c *Capacity) Tables() []Table {
	return []Table{
		FiguresTable(c.Outcomes), ForecastTable(c.Outcomes), WaitsTable(c.Outcomes), LoadsTable(c.Loads), HoursTable(c.Hours),
		BudgetsTable(c.Budgets), CeilingsTable(c.Ceilings), SilentTable(c.Silent),
	}
}

// MayWriteCapacity refuses a folder that WriteCapacity would refuse; it is for
// before the work.
func MayWriteCapacity(dir string) error { return mayWrite(dir, capacityFiles, "capacity answer") }

// WriteCapacity writes an answer into a folder: each table as CSV, all of them as
// one XLSX, the chart as SVG, and a page with the chart and its table beside it in
// a language, nl or en. The folder holds the old answer or the new one and never
// a part of one; one that holds anything else is left alone, with an error.
func WriteCapacity(dir string, c *Capacity, language string) error {
	if err := MayWriteCapacity(dir); err != nil {
		return err
	}
	if chartWords[language] == (chartTexts{}) {
		return fmt.Errorf("write capacity answer: language %q: want nl or en", language)
	}
	content := map[string][]byte{}
	tables := c.Tables()
	for i := range tables {
		content[tables[i].Name+".csv"] = tables[i].CSV()
	}
	var err error
	if content["capacity.xlsx"], err = Workbook(tables); err != nil {
		return fmt.Errorf("write capacity answer: %w", err)
	}
	content["capacity.svg"] = ForecastChart(c.Outcomes, language)
	if content["capacity.html"], err = c.page(content["capacity.svg"], language); err != nil {
		return fmt.Errorf("write capacity answer: %w", err)
	}
	return putFolder(dir, content)
}

//go:embed capacity.html.tmpl
var capacityPage string

var capacityTemplate = template.Must(template.New("capacity").Funcs(template.FuncMap{"cell": cellText}).Parse(capacityPage))

// capacityTitles are the headings of the page, by table.
var capacityTitles = map[string]planner.Text{
	"figures":  {NL: "Scenario's naast elkaar", EN: "Scenarios side by side"},
	"forecast": {NL: "Vraag en aanbod, in uren", EN: "Demand and supply, in hours"},
	"waits":    {NL: "Wachttijd, gesimuleerd", EN: "Waiting time, simulated"},
	"hours":    {NL: "Urenstaat", EN: "Hours statement"},
	"budgets":  {NL: "Werk en tijd per budget", EN: "Work and time by budget"},
	"ceilings": {NL: "Afgesproken plafonds", EN: "Agreed ceilings"},
	"silent":   {NL: "Stille locaties", EN: "Silent locations"},
}

// page renders the answer as one page. The chart is our own, and the only thing
// in it that is not escaped.
func (c *Capacity) page(chart []byte, language string) ([]byte, error) {
	text := func(t planner.Text) string {
		if language == "en" {
			return t.EN
		}
		return t.NL
	}
	type section struct {
		Title string
		Table
	}
	data := struct {
		Language, Title, Note string
		Chart                 template.HTML
		Sections              []section
	}{
		Language: language,
		Title:    text(planner.Text{NL: "Capaciteit", EN: "Capacity"}),
		Note: text(planner.Text{
			NL: "Elke norm hierachter is een aanname die u kunt wijzigen; geen ervan is een feit.",
			EN: "Every norm behind this is an assumption that you can change; none is a fact.",
		}),
		Chart: template.HTML(chart), //nolint:gosec // drawn by ForecastChart, which escapes what comes from outside
	}
	for _, t := range c.Tables() {
		if title, shown := capacityTitles[t.Name]; shown && len(t.Rows) > 0 {
			data.Sections = append(data.Sections, section{text(title), t.in(text)})
		}
	}
	var out bytes.Buffer
	err := capacityTemplate.Execute(&out, data)
	return out.Bytes(), err
}

// columnWords are what the columns of the page are called; in files they have the
// names of code.
var columnWords = map[string]planner.Text{
	"figure": {NL: "cijfer", EN: "figure"}, "unit": {NL: "eenheid", EN: "unit"}, AsItIs: {NL: "zoals het is", EN: AsItIs},
	"scenario": {NL: "scenario", EN: "scenario"}, "role": {NL: "rol", EN: "role"}, "district": {NL: "wijk", EN: "district"}, "month": {NL: "maand", EN: "month"},
	"promised_hours": {NL: "beloofd", EN: "promised"}, "second_hours": {NL: "tweede", EN: "second"}, "further_hours": {NL: "verder", EN: "further"},
	"cases_hours": {NL: "trajecten", EN: "cases"}, "acute_hours": {NL: "acuut", EN: "acute"}, "demand_hours": {NL: "vraag", EN: "demand"},
	"low_hours": {NL: "vier van vijf: van", EN: "four of five: from"}, "high_hours": {NL: "tot", EN: "to"}, "supply_hours": {NL: "aanbod", EN: "supply"},
	"short_hours": {NL: "tekort", EN: "short"}, "short_fte": {NL: "tekort in fte", EN: "short in FTE"},
	"kind": {NL: "soort", EN: "kind"}, "questions_a_year": {NL: "vragen per jaar", EN: "questions a year"}, "mean_days": {NL: "gemiddeld, dagen", EN: "mean, days"},
	"low_days": {NL: "vier van vijf: van", EN: "four of five: from"}, "high_days": {NL: "tot", EN: "to"}, "not_served_percent": {NL: "niet gezien, %", EN: "not seen, %"},
	"on_the_list_percent": {NL: "eerst op de wachtlijst, %", EN: "on the list first, %"},
	"organisation":        {NL: "werkgever", EN: "employer"}, "budget": {NL: "budget", EN: "budget"},
	"planned_minutes": {NL: "gepland, minuten", EN: "planned, minutes"}, "realised_minutes": {NL: "gerealiseerd, minuten", EN: "realised, minutes"},
	"planned_hours": {NL: "gepland, uren", EN: "planned, hours"}, "realised_hours": {NL: "gerealiseerd, uren", EN: "realised, hours"},
	"work_minutes": {NL: "werk, minuten", EN: "work, minutes"}, "time_minutes": {NL: "tijd, minuten", EN: "time, minutes"}, "over_minutes": {NL: "te veel, minuten", EN: "over, minutes"},
	"staff_id": {NL: "medewerker", EN: "person"}, "ceiling": {NL: "plafond", EN: "ceiling"}, "measure": {NL: "maat", EN: "measure"}, "value": {NL: "nu", EN: "now"},
	"limit": {NL: "hoogstens", EN: "at most"}, "state": {NL: "stand", EN: "state"}, "choice": {NL: "keuze", EN: "choice"}, "items": {NL: "wat", EN: "what"},
	"to": {NL: "naar", EN: "to"}, "by": {NL: "per", EN: "by"},
	"location_id": {NL: "locatie", EN: "location"}, "stand_alone": {NL: "alleenstaand", EN: "stand-alone"}, "last": {NL: "laatste contact", EN: "last contact"},
	"next": {NL: "volgende contact", EN: "next contact"},
}

// in returns the table with its columns, and the names of figures, in the words of
// a language.
func (t *Table) in(text func(planner.Text) string) Table {
	out := Table{Name: t.Name, Rows: t.Rows}
	for _, h := range t.Header {
		if words, known := columnWords[h]; known {
			h = text(words)
		}
		out.Header = append(out.Header, h)
	}
	if t.Name == "figures" {
		out.Rows = nil
		for i, f := range Figures() {
			out.Rows = append(out.Rows, append([]any{text(f.Label), text(f.Unit)}, t.Rows[i][2:]...))
		}
	}
	return out
}
