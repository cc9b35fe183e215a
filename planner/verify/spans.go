package verify

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// overlap returns the part that two spans share; it may be empty.
func overlap(a, b calendar.Span) calendar.Span {
	return calendar.Span{From: max(a.From, b.From), To: min(a.To, b.To)}
}

// joined returns the same time as spans that neither touch nor overlap, in
// order.
func joined(spans []calendar.Span) []calendar.Span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b calendar.Span) int { return cmp.Compare(a.From, b.From) })
	var out []calendar.Span
	for _, s := range spans {
		switch n := len(out); {
		case s.Empty():
		case n > 0 && s.From <= out[n-1].To:
			out[n-1].To = max(out[n-1].To, s.To)
		default:
			out = append(out, s)
		}
	}
	return out
}

// without takes a span out of others.
func without(spans []calendar.Span, out calendar.Span) []calendar.Span {
	if out.Empty() {
		return spans
	}
	var left []calendar.Span
	for _, s := range spans {
		for _, part := range []calendar.Span{{From: s.From, To: min(s.To, out.From)}, {From: max(s.From, out.To), To: s.To}} {
			if !part.Empty() {
				left = append(left, part)
			}
		}
	}
	return left
}

// common returns what every one of some spans shares with any of the others.
func common(a, b []calendar.Span) []calendar.Span {
	var out []calendar.Span
	for _, x := range a {
		for _, y := range b {
			if s := overlap(x, y); !s.Empty() {
				out = append(out, s)
			}
		}
	}
	return joined(out)
}

// within reports whether one of the spans holds the whole of s.
func within(s calendar.Span, spans []calendar.Span) bool {
	return slices.ContainsFunc(joined(spans), func(x calendar.Span) bool { return x.From <= s.From && s.To <= x.To })
}

// touches reports whether any of the spans shares a minute with s.
func touches(s calendar.Span, spans []calendar.Span) bool {
	return slices.ContainsFunc(spans, func(x calendar.Span) bool { return !overlap(s, x).Empty() })
}

func totalMinutes(spans []calendar.Span) int {
	n := 0
	for _, s := range spans {
		n += s.Minutes()
	}
	return n
}
