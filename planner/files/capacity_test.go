package files

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

const hostile = `=HYPERLINK("http://x")`

// capacityAnswer is an answer with two outcomes, one of a hostile name.
func capacityAnswer() *Capacity {
	state := &planner.State{Programme: planner.Programme{Roles: []planner.Role{{ID: "zc", Name: planner.Text{NL: "Zorg & co", EN: "Care <b>"}}}}}
	jan := planner.MonthOf(calendar.NewDate(2027, 1, 1))
	forecast := &planner.Forecast{Rows: []planner.ForecastRow{
		{Role: "zc", Month: jan, Minimum: 600, Supply: 900, Low: 500, High: 700},
		{Role: "zc", Month: jan + 1, Minimum: 1200, Supply: 900, Low: 1100, High: 1300, Short: 300, ShortFTE: 12},
		{Role: "zc", District: "+1", Month: jan, Minimum: 600, Supply: 900},
	}}
	hours := &planner.HoursStatement{Until: calendar.NewDate(2027, 1, 31), Lines: []planner.HoursLine{
		{Month: jan, Organisation: "ggd", Budget: planner.WithoutIndication, Kind: planner.VisitWork, Planned: 90, Realised: 60},
		{Month: jan, Organisation: "ggd", Budget: planner.WithoutIndication, Kind: planner.TravelWork, Planned: 30, Realised: 45},
		{Month: jan + 1, Organisation: "ggd", Budget: planner.WithIndication, Kind: planner.VisitWork, Planned: 15},
	}}
	return &Capacity{
		Outcomes: []planner.Outcome{
			{State: state, Forecast: forecast, Waits: []planner.Wait{{Mean: 2, Low: 1, High: -1}}, Figures: planner.Figures{Locations: 3, ConsultDays: -1, AcuteDays: -1, ShortFTE: 12, ShortMonth: jan + 1}},
			{Scenario: hostile, State: state, Forecast: forecast},
		},
		Budgets: []planner.BudgetLine{{Staff: "anna", Work: 90, Net: 60}},
		Loads:   []planner.LoadLine{{Staff: "@anna", Month: jan, Kind: planner.VisitWork, Minutes: 90}}, Hours: hours,
		Ceilings: []planner.CeilingLine{
			{Staff: "anna", Value: 3, Ceiling: planner.Ceiling{ID: "c", Limit: 2}, State: planner.CeilingPassed, Choices: []planner.CeilingChoice{
				{Kind: planner.HandOver, Items: []string{"a", "b"}, To: "bram", By: calendar.NoDate}, {Kind: planner.AgreeMore, Limit: 3, By: calendar.NoDate},
			}},
			{Staff: "bram", State: planner.CeilingFine},
		},
		Silent: []planner.Silent{{Location: "een", StandAlone: true, Last: calendar.NoDate, Next: calendar.NewDate(2027, 3, 1)}},
	}
}

// TestNoCellBecomesAFormula: of whatever people called things, in CSV and XLSX.
func TestNoCellBecomesAFormula(t *testing.T) {
	t.Parallel()
	table := Table{Name: "t", Header: []string{"=a", "b"}}
	for _, text := range []string{hostile, "+1", "-1", "@x", "\tx", "'=1", "plain", "", "a,b\n\"c\""} {
		table.Rows = append(table.Rows, []any{text, -1.25})
	}
	rows, err := csv.NewReader(bytes.NewReader(table.CSV())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	data, err := Workbook([]Table{table, {Name: "empty", Header: []string{"x"}}})
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	sheets, err := book.GetRows("t")
	if err != nil || !slices.Equal(book.GetSheetList(), []string{"t", "empty"}) {
		t.Fatalf("sheets %v: %v", book.GetSheetList(), err)
	}
	for i, row := range [][][]string{rows, sheets} {
		if len(row) != len(table.Rows)+1 {
			t.Fatalf("%d: %d rows", i, len(row))
		}
		for k := range row {
			if startsFormula(row[k][0]) && !strings.HasPrefix(row[k][0], "'") {
				t.Errorf("%q is a formula", row[k][0])
			}
			if k > 0 && unquoteFormula(row[k][0]) != table.Rows[k-1][0] {
				t.Errorf("%q, want %q", row[k][0], table.Rows[k-1][0])
			}
		}
	}
	for k := range sheets {
		cell, _ := excelize.CoordinatesToCellName(1, k+1)
		if formula, err := book.GetCellFormula("t", cell); formula != "" || err != nil {
			t.Errorf("%s holds the formula %q (%v)", cell, formula, err)
		}
	}
	if kind, err := book.GetCellType("t", "B2"); err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("a number is a %v (%v)", kind, err)
	}
}

func TestTheTablesOfAnAnswer(t *testing.T) {
	t.Parallel()
	tables := map[string]Table{}
	for _, table := range capacityAnswer().Tables() {
		tables[table.Name] = table
		for _, row := range table.Rows {
			if len(row) != len(table.Header) {
				t.Errorf("%s: %d cells under %d columns: %v", table.Name, len(row), len(table.Header), row)
			}
		}
	}
	figures := tables["figures"]
	if figures.Header[2] != AsItIs || figures.Header[3] != hostile || figures.Rows[0][2] != int64(3) {
		t.Errorf("figures %v", figures)
	}
	hours := tables["hours"].Rows
	if len(hours) != 5 || hours[2][3] != "all" || hours[2][4] != int64(120) || hours[2][5] != int64(105) || hours[4][3] != "all" || hours[4][5] != nil {
		t.Errorf("hours %v", hours)
	}
	if b := tables["budgets"].Rows; len(b) != 1 || b[0][6] != int64(30) {
		t.Errorf("budgets %v", b)
	}
	if c := tables["ceilings"].Rows; len(c) != 3 || c[0][7] != "a|b" || c[1][7] != int64(3) {
		t.Errorf("ceilings %v", c)
	}
}

// TestTheChartIsWellFormedAndSaysItInWords: XML of one root, with a title and a
// description, whatever the roles and scenarios are called.
func TestTheChartIsWellFormedAndSaysItInWords(t *testing.T) {
	t.Parallel()
	for language, want := range map[string][]string{"nl": {"Vraag en aanbod", "Zorg &amp; co", "tekort"}, "en": {"Demand and supply", "Care &lt;b&gt;", "short"}} {
		svg := ForecastChart(capacityAnswer().Outcomes, language)
		decoder := xml.NewDecoder(bytes.NewReader(svg))
		seen := map[string]int{}
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in\n%s", err, svg)
			}
			if start, ok := token.(xml.StartElement); ok {
				seen[start.Name.Local]++
			}
		}
		if seen["svg"] != 1 || seen["title"] != 1 || seen["desc"] != 1 || seen["script"] != 0 {
			t.Errorf("%v", seen)
		}
		for _, w := range append(want, `role="img"`, `aria-labelledby="chart-title chart-desc"`, "2027-02", "url(#short)") {
			if !strings.Contains(string(svg), w) {
				t.Errorf("%s: no %q in\n%s", language, w, svg)
			}
		}
	}
	if svg := ForecastChart(nil, "nl"); xml.Unmarshal(svg, new(any)) != nil {
		t.Errorf("of nothing: %s", svg)
	}
}

func TestAnAnswerIsWrittenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "capacity")
	for range 2 { // the second takes the place of the first
		if err := WriteCapacity(dir, capacityAnswer(), "nl"); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range capacityFiles {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(data) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	page, _ := os.ReadFile(filepath.Join(dir, "capacity.html"))
	for _, want := range []string{`<html lang="nl">`, "<svg", "Urenstaat", "van hand verwisseld", "=HYPERLINK(&#34;", `<th scope="row">`} {
		if !strings.Contains(string(page), want) {
			t.Errorf("no %q in the page", want)
		}
	}
	if err := WriteCapacity(dir, capacityAnswer(), "fr"); err == nil {
		t.Error("French was accepted")
	}
	other := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(other, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteCapacity(dir, capacityAnswer(), "nl"); err == nil || !strings.Contains(err.Error(), "letter.txt") {
		t.Errorf("a folder with something else: %v", err)
	}
	if data, err := os.ReadFile(other); err != nil || string(data) != "mine" {
		t.Errorf("%q %v", data, err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
