package schedule

import (
	"context"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"
)

// proof names the golden instance of a constraint and lifts the constraint from
// it: the result must change then.
type proof struct {
	golden string
	lift   func(p *Problem)
}

// proofs hold one proof for each hard rule, by its FaultKind, each soft amount,
// by its field in Amounts, and the medium level.
var proofs = map[string]proof{
	"crew":    {"crew distinct", func(p *Problem) { p.addStaff(); p.Visits[0].Crew[1][0].Staff = 1 }},
	"window":  {"window", func(p *Problem) { p.WindowSets[0][0].From = 0 }},
	"grain":   {"grain", func(p *Problem) { p.Grain = 0 }},
	"away":    {"shift", func(p *Problem) { p.Staff[0].Shifts[0].To = 740 }},
	"overlap": {"call", func(p *Problem) { p.Fixed = nil }},
	"travel": {"phone too long", func(p *Problem) {
		p.Travel[0].Cost, p.Travel[0].Time = p.Travel[0].Time, make([]int32, 36) // dear, but it takes no time
	}},
	"day_cap":      {"day cap", func(p *Problem) { p.Staff[0].DayCap = 2 }},
	"week_cap":     {"week cap", func(p *Problem) { p.Staff[0].WeekCap = 2 }},
	"load_cap":     {"load cap", func(p *Problem) { p.Staff[0].LoadCap = 6 }},
	"reserve":      {"reserve", func(p *Problem) { p.Staff[0].Shifts[0].Reserve = 40 }},
	"max_duration": {"max duration", func(p *Problem) { p.Staff[0].MaxDuration = 140 }},
	"gap":          {"min gap", func(p *Problem) { p.Requirements[0].MinGap = 0 }},
	"pattern":      {"half a pattern", func(p *Problem) { p.Requirements[0].Patterns = nil }},
	"moves":        {"max moves", func(p *Problem) { p.MaxMoves = 1 }},
	"pin":          {"pinned", func(p *Problem) { p.Visits[1].Pinned = false }},
	"medium":       {"priority", func(p *Problem) { p.Visits[1].Unplanned = 1000 - 1 }},
	"Travel":       {"travel", func(p *Problem) { p.Weights.Travel = 0 }},
	"Spacing":      {"spacing", func(p *Problem) { p.Weights.Spacing = 0 }},
	"Window":       {"window charge", func(p *Problem) { p.WindowSets[0][1].Charge = 0 }},
	"Person":       {"backup", func(p *Problem) { p.Visits[0].Crew[0][1].Charge, p.Visits[1].Crew[0][1].Charge = 0, 0 }},
	"Smooth":       {"smooth within a week", func(p *Problem) { p.Weights.Smooth = 0 }},
	"Move":         {"move worth it", func(p *Problem) { p.Visits[1].Move = 0 }},
}

// faultKinds reads the rules from their declaration, but for those that are
// about the form of a solution and not about the plan.
func faultKinds(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("verify.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^\tFault\w+ +FaultKind = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		if kind := FaultKind(m[1]); kind != FaultShape && kind != FaultScore {
			out = append(out, m[1])
		}
	}
	if len(out) < 10 {
		t.Fatalf("only the rules %v were read", out)
	}
	return out
}

// TestEveryConstraintHasItsGolden: a rule or amount without a golden instance
// fails, and so does an instance that comes out the same without its rule.
func TestEveryConstraintHasItsGolden(t *testing.T) {
	t.Parallel()
	names := append(faultKinds(t), "medium")
	for f := range reflect.TypeFor[Amounts]().Fields() {
		names = append(names, f.Name)
	}
	for _, name := range names {
		x, ok := proofs[name]
		c, found := goldens[x.golden]
		if !ok || !found {
			t.Errorf("%s has no golden instance", name)
			continue
		}
		p := c.problem(t)
		x.lift(p)
		if r := Solve(context.Background(), p, Options{Iterations: 300}); c.holds(r) {
			t.Errorf("%s: %q is the same without it: %+v", name, x.golden, r.Amounts)
		}
	}
	for name := range proofs {
		if !slices.Contains(names, name) {
			t.Errorf("%s is no constraint", name)
		}
	}
}

// TestEveryRuleIsVerified: each rule has its planted fault.
func TestEveryRuleIsVerified(t *testing.T) {
	t.Parallel()
	for _, kind := range faultKinds(t) {
		if planted[FaultKind(kind)] == nil {
			t.Errorf("no fault of kind %s is planted", kind)
		}
	}
}
