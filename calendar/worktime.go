package calendar

import (
	"cmp"
	"slices"
)

// Spans is a set of parts of a day: in order, apart, none of them empty. The
// operations below take any order and overlap and return that form.
type Spans []Span

// WholeDay is the span of all 24 hours.
var WholeDay = Span{From: 0, To: 24 * 60}

// NewSpans returns the set of the minutes that any of the spans holds.
func NewSpans(spans ...Span) Spans {
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	var set Spans
	for _, s := range sorted {
		switch last := len(set) - 1; {
		case s.Empty():
		case last >= 0 && s.From <= set[last].To:
			set[last].To = max(set[last].To, s.To)
		default:
			set = append(set, s)
		}
	}
	return set
}

// Minutes returns the length of all spans together.
func (a Spans) Minutes() int {
	sum := 0
	for _, s := range NewSpans(a...) {
		sum += s.Minutes()
	}
	return sum
}

// Union returns the minutes that are in a or in b.
func (a Spans) Union(b Spans) Spans { return NewSpans(slices.Concat(a, b)...) }

// Intersect returns the minutes that are in both a and b.
func (a Spans) Intersect(b Spans) Spans {
	a, b = NewSpans(a...), NewSpans(b...)
	var both Spans
	for i, j := 0, 0; i < len(a) && j < len(b); {
		s := Span{From: max(a[i].From, b[j].From), To: min(a[i].To, b[j].To)}
		if !s.Empty() {
			both = append(both, s)
		}
		if a[i].To < b[j].To {
			i++
		} else {
			j++
		}
	}
	return both
}

// Subtract returns the minutes that are in a and not in b.
func (a Spans) Subtract(b Spans) Spans {
	var outside Spans
	from := Clock(-1 << 31)
	for _, s := range NewSpans(b...) {
		outside = append(outside, Span{From: from, To: s.From})
		from = s.To
	}
	return a.Intersect(append(outside, Span{From: from, To: 1<<31 - 1}))
}

// Contains reports whether every minute of a span is in the set.
func (a Spans) Contains(s Span) bool {
	return s.Empty() || slices.Equal(a.Intersect(Spans{s}), Spans{s})
}

// Absence is time away: whole dates, or a part of each of them.
type Absence struct {
	First, Last Date  // both inclusive
	Part        Spans // empty: the whole day
}

// Worktime tells when somebody works: a weekly pattern, without the public
// holidays of the employer and without absences.
type Worktime struct {
	Week     Week
	Holidays HolidaySet
	Absences []Absence

	// Closed are single dates without work besides the public holidays, such
	// as a bridge day or a closure of an area.
	Closed []Date
}

// On returns the spans of work on a date, empty when there are none.
func (w Worktime) On(d Date) Spans {
	if len(w.Week[d.Weekday()]) == 0 || slices.Contains(w.Closed, d) {
		return nil
	}
	if _, holiday := PublicHoliday(d, w.Holidays); holiday {
		return nil
	}
	spans := NewSpans(w.Week[d.Weekday()]...)
	for _, a := range w.Absences {
		switch {
		case d < a.First || d > a.Last:
		case len(a.Part) == 0:
			return nil
		default:
			spans = spans.Subtract(a.Part)
		}
	}
	return spans
}

// Minutes returns the work from the first date to the last, both inclusive.
func (w Worktime) Minutes(first, last Date) int {
	sum := 0
	for d := first; d <= last; d++ {
		sum += w.On(d).Minutes()
	}
	return sum
}
