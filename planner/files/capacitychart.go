package files

import (
	"fmt"
	"html"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
)

// The measures of a chart's panel, in pixels.
const (
	panelWidth, panelHeight = 420, 220
	plotLeft, plotTop       = 52, 34
	plotWidth, plotHeight   = 350, 140
)

// chartTexts are the words of a chart.
type chartTexts struct{ title, demand, supply, short, hours, fits string }

var chartWords = map[string]chartTexts{
	"nl": {"Vraag en aanbod per maand", "vraag", "aanbod", "tekort", "uur", "alles past"},
	"en": {"Demand and supply by month", "demand", "supply", "short", "hours", "everything fits"},
}

// ForecastChart draws demand against supply, a panel for each scenario and role:
// bars for the demand with the band in which it lies in four months of five, a
// stepped line for the supply, and hatched what nobody has time for. It is one SVG
// (1.1) that needs nothing beside it, with a title and a description that say in
// words what is drawn; nothing is told by colour alone. The table of the same
// figures belongs beside it.
func ForecastChart(outcomes []planner.Outcome, language string) []byte {
	words := chartWords[language]
	c := &chart{words: words}
	columns := max(1, len(outcomes))
	for k := range outcomes {
		for row, role := range chartRoles(outcomes) {
			c.panel(&outcomes[k], role, k*panelWidth, row*panelHeight)
		}
	}
	width, height := columns*panelWidth, max(1, len(chartRoles(outcomes)))*panelHeight
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="chart-title chart-desc" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" font-size="11">`, width, height, width, height)
	fmt.Fprintf(&out, "\n<title id=\"chart-title\">%s</title>\n<desc id=\"chart-desc\">%s</desc>\n", words.title, html.EscapeString(c.description.String()))
	out.WriteString(`<defs><pattern id="short" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/><rect width="2.5" height="5" fill="#8a1c1c"/></pattern></defs>` + "\n")
	fmt.Fprintf(&out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height)
	out.WriteString(c.body.String())
	out.WriteString("</svg>\n")
	return []byte(out.String())
}

// chartRoles lists the roles that have rows in any scenario, in order.
func chartRoles(outcomes []planner.Outcome) []string {
	var out []string
	seen := map[string]bool{}
	for i := range outcomes {
		for k := range outcomes[i].Forecast.Rows {
			r := &outcomes[i].Forecast.Rows[k]
			if r.District == "" && r.Demand()+r.Supply > 0 && !seen[r.Role] {
				seen[r.Role] = true
				out = append(out, r.Role)
			}
		}
	}
	return out
}

// chart is an SVG being drawn.
type chart struct {
	words       chartTexts
	body        strings.Builder
	description strings.Builder
}

func (c *chart) panel(o *planner.Outcome, role string, x, y int) {
	var rows []*planner.ForecastRow
	most := int64(60)
	for i := range o.Forecast.Rows {
		if r := &o.Forecast.Rows[i]; r.Role == role && r.District == "" {
			rows = append(rows, r)
			most = max(most, r.Demand(), r.High, r.Supply)
		}
	}
	name := role
	if known := o.State.Programme.Role(role); known != nil {
		name = known.Name.NL
		if c.words == chartWords["en"] {
			name = known.Name.EN
		}
	}
	p := &panel{c, x + plotLeft, y + plotTop, most, len(rows)}
	fmt.Fprintf(&c.body, "<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>\n", x+plotLeft, y+18, html.EscapeString(short(name+" – "+ScenarioName(o), 58)))
	p.axes(rows)
	for k, r := range rows {
		p.month(k, r)
	}
	p.supply(rows)
	c.describe(name+" – "+ScenarioName(o), rows)
}

// short cuts a text that would run out of its panel.
func short(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// describe says in words what the panel shows.
func (c *chart) describe(name string, rows []*planner.ForecastRow) {
	var worst *planner.ForecastRow
	for _, r := range rows {
		if r.Short > 0 && (worst == nil || r.Short > worst.Short) {
			worst = r
		}
	}
	fmt.Fprintf(&c.description, "%s: ", name)
	for _, r := range []int{0, len(rows) - 1} {
		if r >= 0 && r < len(rows) {
			fmt.Fprintf(&c.description, "%s %s %.0f %s, %s %.0f %s; ", rows[r].Month, c.words.demand, hoursOf(rows[r].Demand()), c.words.hours,
				c.words.supply, hoursOf(rows[r].Supply), c.words.hours)
		}
	}
	if worst == nil {
		fmt.Fprintf(&c.description, "%s. ", c.words.fits)
		return
	}
	fmt.Fprintf(&c.description, "%s %.0f %s (%s). ", c.words.short, hoursOf(worst.Short), c.words.hours, worst.Month)
}

// panel draws months between a left edge and a top, scaled to the most minutes.
type panel struct {
	*chart
	left, top int
	most      int64
	months    int
}

func (p *panel) height(minutes int64) float64 {
	return float64(plotHeight) * float64(minutes) / float64(p.most)
}

func (p *panel) step() float64 { return float64(plotWidth) / float64(max(1, p.months)) }

func (p *panel) axes(rows []*planner.ForecastRow) {
	base := p.top + plotHeight
	fmt.Fprintf(&p.body, "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#333\"/>\n", p.left, p.top, base, p.left+plotWidth)
	for _, part := range []int64{0, 1, 2} {
		minutes := p.most * part / 2
		y := float64(base) - p.height(minutes)
		fmt.Fprintf(&p.body, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>\n", p.left-5, y+4, hoursOf(minutes))
	}
	for k, r := range rows {
		// Of many months only some have room for a name.
		if every := (len(rows) + 5) / 6; k%every == 0 {
			fmt.Fprintf(&p.body, "<text x=\"%.1f\" y=\"%d\">%s</text>\n", float64(p.left)+p.step()*float64(k), base+14, r.Month)
		}
	}
	w := &p.words
	fmt.Fprintf(&p.body, "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"#3b6ea5\"/><text x=\"%d\" y=\"%d\">%s</text>\n", p.left, base+22, p.left+14, base+31, w.demand)
	fmt.Fprintf(&p.body, "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"url(#short)\" stroke=\"#8a1c1c\"/><text x=\"%d\" y=\"%d\">%s</text>\n", p.left+90, base+22, p.left+104, base+31, w.short)
	fmt.Fprintf(&p.body, "<path d=\"M%d %dh14\" stroke=\"#000\" stroke-width=\"2.5\"/><text x=\"%d\" y=\"%d\">%s</text>\n", p.left+180, base+27, p.left+198, base+31, w.supply)
	fmt.Fprintf(&p.body, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", p.left+plotWidth, base+31, w.hours)
}

// month draws the bar of a month: what is short on top, and the band.
func (p *panel) month(k int, r *planner.ForecastRow) {
	base := float64(p.top + plotHeight)
	x, width := float64(p.left)+p.step()*(float64(k)+0.15), p.step()*0.7
	fits := r.Demand() - min(r.Short, r.Demand())
	fmt.Fprintf(&p.body, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#3b6ea5\"/>", x, base-p.height(fits), width, p.height(fits))
	if r.Short > 0 {
		fmt.Fprintf(&p.body, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"url(#short)\" stroke=\"#8a1c1c\"/>",
			x, base-p.height(r.Demand()), width, p.height(r.Short))
	}
	fmt.Fprintf(&p.body, "<path d=\"M%.1f %.1fV%.1f\" stroke=\"#333\"/>\n", x+width/2, base-p.height(r.Low), base-p.height(r.High))
}

func (p *panel) supply(rows []*planner.ForecastRow) {
	base := float64(p.top + plotHeight)
	var path strings.Builder
	for k, r := range rows {
		y := base - p.height(r.Supply)
		if k == 0 {
			fmt.Fprintf(&path, "M%d %.1f", p.left, y)
		} else {
			fmt.Fprintf(&path, "V%.1f", y)
		}
		fmt.Fprintf(&path, "H%.1f", float64(p.left)+p.step()*float64(k+1))
	}
	if path.Len() > 0 {
		fmt.Fprintf(&p.body, "<path d=\"%s\" fill=\"none\" stroke=\"#000\" stroke-width=\"2.5\"/>\n", path.String())
	}
}
