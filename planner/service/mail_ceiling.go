package service

import (
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// ceilingPhrases are the sentences of mail about agreed ceilings.
var ceilingPhrases = struct {
	near, passed, carries, ways planner.Text
	nearOf, passedOf, waysOf    planner.Text
	handOver, to, wait, more    planner.Text
}{
	near:     planner.Text{NL: "U zit bijna op het afgesproken maximum", EN: "You are close to the agreed ceiling"},
	passed:   planner.Text{NL: "U zit boven het afgesproken maximum", EN: "You are above the agreed ceiling"},
	carries:  planner.Text{NL: "%[2]d van hoogstens %[3]d %[1]s", EN: "%[2]d of at most %[3]d %[1]s"},
	ways:     planner.Text{NL: "Bespreek met uw teamleider wat nu kan:", EN: "Talk to your team lead about what can be done:"},
	nearOf:   planner.Text{NL: "%s zit bijna op het afgesproken maximum", EN: "%s is close to the agreed ceiling"},
	passedOf: planner.Text{NL: "%s zit boven het afgesproken maximum", EN: "%s is above the agreed ceiling"},
	waysOf:   planner.Text{NL: "Dit kan nu:", EN: "What can be done:"},
	handOver: planner.Text{NL: "overdragen: %d", EN: "hand over: %d"},
	to:       planner.Text{NL: " (een collega heeft ruimte)", EN: " (a colleague has room)"},
	wait:     planner.Text{NL: "niets nieuws aannemen; vanaf %s past het vanzelf", EN: "take nothing new; from %s on it fits by itself"},
	more:     planner.Text{NL: "tijdelijk %d afspreken", EN: "agree to %d for a while"},
}

// measureWords say what a ceiling counts.
var measureWords = map[planner.CeilingMeasure]planner.Text{
	planner.CeilingLocations: {NL: "locaties", EN: "locations"},
	planner.CeilingCases:     {NL: "casussen", EN: "cases"},
	planner.CeilingPoints:    {NL: "punten aan casussen", EN: "points of cases"},
	planner.CeilingMinutes:   {NL: "minuten per week aan casussen", EN: "minutes a week of cases"},
}

// ceilings writes how somebody stands to ceilings, and the ways out: to the person,
// or to the team lead about somebody by name. What is to be handed over is counted
// only: a mail names no location and no case.
func (w *mailWriter) ceilings(lines []planner.CeilingLine, of string) {
	passed := slices.ContainsFunc(lines, func(l planner.CeilingLine) bool { return l.State == planner.CeilingPassed })
	ways := ceilingPhrases.ways
	switch {
	case of != "" && passed:
		w.subject, ways = fmt.Sprintf(w.in(ceilingPhrases.passedOf), of), ceilingPhrases.waysOf
	case of != "":
		w.subject = fmt.Sprintf(w.in(ceilingPhrases.nearOf), of)
	case passed:
		w.subject = w.in(ceilingPhrases.passed)
	default:
		w.subject = w.in(ceilingPhrases.near)
	}
	for i := range lines {
		l := &lines[i]
		line := mailLine{Head: fmt.Sprintf(w.in(ceilingPhrases.carries), w.in(measureWords[l.Ceiling.Measure]), l.Value, l.Ceiling.Limit)}
		for _, c := range l.Choices {
			line.Detail = append(line.Detail, w.choice(&c))
		}
		w.lines = append(w.lines, line)
	}
	w.lead = []string{w.subject + "."}
	if passed {
		w.lead = append(w.lead, w.in(ways))
	}
}

func (w *mailWriter) choice(c *planner.CeilingChoice) string {
	switch c.Kind {
	case planner.HandOver:
		out := fmt.Sprintf(w.in(ceilingPhrases.handOver), len(c.Items))
		if c.To != "" {
			out += w.in(ceilingPhrases.to)
		}
		return out
	case planner.TakeNoNew:
		return fmt.Sprintf(w.in(ceilingPhrases.wait), c.By)
	case planner.AgreeMore:
		return fmt.Sprintf(w.in(ceilingPhrases.more), c.Limit)
	}
	return string(c.Kind)
}
