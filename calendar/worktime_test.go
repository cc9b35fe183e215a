package calendar

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func spans(pairs ...Clock) Spans {
	var s Spans
	for i := 0; i < len(pairs); i += 2 {
		s = append(s, Span{From: pairs[i], To: pairs[i+1]})
	}
	return s
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                       string
		a, b, union, both, outside Spans
	}{
		{"nothing", nil, nil, nil, nil, nil},
		{"one side", spans(10, 20), nil, spans(10, 20), nil, spans(10, 20)},
		{"touching", spans(10, 20), spans(20, 30), spans(10, 30), nil, spans(10, 20)},
		{"overlap", spans(10, 20), spans(15, 30), spans(10, 30), spans(15, 20), spans(10, 15)},
		{"hole", spans(10, 40), spans(20, 30), spans(10, 40), spans(20, 30), spans(10, 20, 30, 40)},
		{"covered", spans(20, 30), spans(10, 40), spans(10, 40), spans(20, 30), nil},
		{"unsorted, empty and twice", spans(30, 40, 10, 20, 15, 18, 50, 50, 60, 55), spans(12, 35), spans(10, 40), spans(12, 20, 30, 35), spans(10, 12, 35, 40)},
		{"whole day", Spans{WholeDay}, spans(540, 1020), Spans{WholeDay}, spans(540, 1020), spans(0, 540, 1020, 1440)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.a.Union(c.b); !slices.Equal(got, c.union) {
				t.Errorf("union %v, want %v", got, c.union)
			}
			if got := c.a.Intersect(c.b); !slices.Equal(got, c.both) {
				t.Errorf("intersection %v, want %v", got, c.both)
			}
			if got := c.a.Subtract(c.b); !slices.Equal(got, c.outside) {
				t.Errorf("difference %v, want %v", got, c.outside)
			}
		})
	}
}

// TestSpansMinuteByMinute compares the operations with sets of minutes.
func TestSpansMinuteByMinute(t *testing.T) {
	t.Parallel()
	span := rapid.Custom(func(t *rapid.T) Span {
		return Span{From: Clock(rapid.IntRange(0, 40).Draw(t, "from")), To: Clock(rapid.IntRange(0, 40).Draw(t, "to"))}
	})
	has := func(s Spans, m Clock) bool {
		return slices.ContainsFunc(s, func(s Span) bool { return s.From <= m && m < s.To })
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := Spans(rapid.SliceOfN(span, 0, 6).Draw(t, "a")), Spans(rapid.SliceOfN(span, 0, 6).Draw(t, "b"))
		union, both, outside := a.Union(b), a.Intersect(b), a.Subtract(b)
		minutes := 0
		for m := range Clock(41) {
			if has(a, m) {
				minutes++
			}
			if has(union, m) != (has(a, m) || has(b, m)) || has(both, m) != (has(a, m) && has(b, m)) ||
				has(outside, m) != (has(a, m) && !has(b, m)) {
				t.Fatalf("minute %d of %v and %v: %v, %v, %v", m, a, b, union, both, outside)
			}
		}
		if a.Minutes() != minutes {
			t.Fatalf("%v: %d minutes, want %d", a, a.Minutes(), minutes)
		}
		for _, set := range []Spans{union, both, outside} {
			if !slices.Equal(set, NewSpans(set...)) {
				t.Fatalf("%v is not in its plain form", set)
			}
		}
	})
}

func TestSpansContains(t *testing.T) {
	t.Parallel()
	day := spans(540, 720, 780, 1020)
	for s, want := range map[Span]bool{
		{540, 600}: true, {540, 720}: true, {700, 790}: false, {720, 780}: false, {500, 560}: false, {720, 720}: true,
	} {
		if got := day.Contains(s); got != want {
			t.Errorf("%v: got %v", s, got)
		}
	}
}

func TestWorktime(t *testing.T) {
	t.Parallel()
	day := []Span{{540, 720}, {780, 1020}} // 9 to 12 and 13 to 17 hours
	w := Worktime{
		Week:     Week{1: day, 2: day, 4: day[:1]},
		Holidays: DefaultHolidays,
		Closed:   []Date{NewDate(2027, 5, 4)},
		Absences: []Absence{
			{First: NewDate(2027, 3, 1), Last: NewDate(2027, 3, 5)},
			{First: NewDate(2027, 3, 8), Last: NewDate(2027, 3, 31), Part: spans(0, 600)},
		},
	}
	for _, c := range []struct {
		date string
		want Spans
	}{
		{"2027-02-22", spans(540, 720, 780, 1020)},
		{"2027-02-24", nil}, // a Wednesday
		{"2027-02-25", spans(540, 720)},
		{"2027-03-01", nil}, // away
		{"2027-03-08", spans(600, 720, 780, 1020)},
		{"2027-03-29", nil}, // Easter Monday
		{"2027-04-27", nil}, // King's Day
		{"2027-05-04", nil}, // closed
		{"2027-05-06", nil}, // Ascension Day
	} {
		d, err := ParseDate(c.date)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.On(d); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.date, got, c.want)
		}
	}
	if got, want := w.Minutes(NewDate(2027, 2, 22), NewDate(2027, 2, 28)), 2*420+180; got != want {
		t.Errorf("a week: %d minutes, want %d", got, want)
	}
}

func BenchmarkWorktimeYear(b *testing.B) {
	day := []Span{{540, 720}, {780, 1020}}
	w := Worktime{Week: Week{1: day, 2: day, 3: day, 4: day, 5: day}, Holidays: DefaultHolidays}
	for b.Loop() {
		w.Minutes(NewDate(2027, 1, 1), NewDate(2027, 12, 31))
	}
}
