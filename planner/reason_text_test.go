package planner

import (
	"maps"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFormatReason(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		reason Reason
		want   string
	}{
		{"nothing", Reason{}, "none = 0.00"},
		{"one", Reason{Amounts: []Amount{{"travel", 1240}}}, "travel 12.40 = 12.40"},
		{"two and a runner-up", Reason{
			Amounts:  []Amount{{"travel", 1240}, {"spacing", 300}},
			RunnerUp: "S03 2027-03-04", Difference: 210,
		}, "travel 12.40 + spacing 3.00 = 15.40; next S03 2027-03-04 +2.10"},
		{"zero left out", Reason{Amounts: []Amount{{"travel", 0}, {"move", 5}}}, "move 0.05 = 0.05"},
		{"only zero", Reason{Amounts: []Amount{{"travel", 0}}}, "none = 0.00"},
		{"runner-up is better", Reason{RunnerUp: "S1", Difference: -5}, "none = 0.00; next S1 -0.05"},
		{"blocked", Reason{Blocked: []string{"capacity:3", "skill:1"}}, "blocked capacity:3|skill:1 = 0.00"},
		{"negative", Reason{Amounts: []Amount{{"balance", -105}, {"travel", 5}}}, "balance -1.05 + travel 0.05 = -1.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := FormatReason(c.reason); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestParseReasonRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "none", "travel 1.00", "travel 1 = 1.00", "travel 1.00 = 1", "travel = 1.00", "1.00 = 1.00",
		"travel 1.00 + travel 2.00 = 3.00", "travel 1.00 +  = 1.00", "travel x = 0.00", "travel 1.00 = --1.00", "none = .00",
	} {
		if amounts, total, err := ParseReason(text); err == nil {
			t.Errorf("%q was read as %v = %d", text, amounts, total)
		} else if !strings.Contains(err.Error(), text) {
			t.Errorf("%q: the error does not name it: %v", text, err)
		}
	}
}

// What is written reads back as the same amounts and sum.
func TestReasonRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfDistinct(rapid.StringMatching(`[a-z_]{1,6}`), rapid.ID[string]).Draw(t, "names")
		r := Reason{RunnerUp: rapid.SampledFrom([]string{"", "S03", "S03 2027-03-04"}).Draw(t, "next")}
		want := make(map[string]int64)
		for _, name := range names {
			value := rapid.Int64Range(-1<<40, 1<<40).Draw(t, "amount")
			r.Amounts = append(r.Amounts, Amount{name, value})
			if value != 0 {
				want[name] = value
			}
		}
		amounts, total, err := ParseReason(FormatReason(r))
		if err != nil || total != r.Total() || !maps.Equal(amounts, want) {
			t.Fatalf("%q: got %v = %d, %v; want %v = %d", FormatReason(r), amounts, total, err, want, r.Total())
		}
	})
}

func TestFormatAmountLimits(t *testing.T) {
	t.Parallel()
	for value, want := range map[int64]string{
		0: "0.00", -1: "-0.01", 100: "1.00", math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08",
	} {
		if got := FormatAmount(value); got != want {
			t.Errorf("%d: got %q, want %q", value, got, want)
		}
	}
}
