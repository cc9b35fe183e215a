package web_test

import (
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
)

// TestBarsOfPromisesSayWhatTheirNumberSays: a bar is as full as the percentage at
// its end, whatever the size of the district, and empty where there is none.
func TestBarsOfPromisesSayWhatTheirNumberSays(t *testing.T) {
	t.Parallel()
	count := func(n int) planner.Cell { return planner.Cell{Count: n} }
	hidden := planner.Cell{Hidden: true}
	figures := &planner.PolicyFigures{Coverage: []planner.CoverageFigure{
		{Name: "Groot", Done: count(40), Planned: count(40), AtRisk: count(20), Missed: hidden, Kept: 80},
		{Name: "Klein", Done: hidden, Planned: count(10), AtRisk: hidden, Missed: hidden, Kept: 100},
		{Name: "Te klein", Done: hidden, Planned: count(5), AtRisk: hidden, Missed: hidden, Kept: -1},
		{Done: count(40), Planned: count(55), AtRisk: count(20), Kept: 83},
	}}
	page := web.NewFiguresPage(web.English, "noord", small(t).State, figures)
	bars := page.Charts[0].Bars
	if len(bars) != 3 {
		t.Fatalf("%d bars for three districts and a total, want 3", len(bars))
	}
	for i, want := range []struct {
		text string
		kept float64
		all  float64
	}{{"80%", 80, 100}, {"100%", 100, 100}, {"too few", 0, 0}} {
		kept, all := 0.0, 0.0
		for _, p := range bars[i].Parts {
			if all += p.Width; p.Class == "good" || p.Class == "plan" {
				kept += p.Width
			}
		}
		if bars[i].Text != want.text || kept != want.kept || all != want.all {
			t.Errorf("%s: %q beside a bar of %v, %v kept; want %+v", bars[i].Name, bars[i].Text, all, kept, want)
		}
	}
}
