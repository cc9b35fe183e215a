package schedule

import (
	"slices"
	"testing"
)

// randomSpans are some disjoint periods between 0 and 100.
func randomSpans(r *rng) spans {
	var list spans
	for range r.below(5) {
		from := int32(r.below(90))
		list = append(list, span{from, from + int32(1+r.below(15))})
	}
	return union(list)
}

// clear reports whether a period leaves all spans alone; an empty one may not be
// inside of one either.
func (l spans) clear(from, to int32) bool {
	return !slices.ContainsFunc(l, func(b span) bool { return from < b.to && b.from < to })
}

// TestJourneysLeaveBlocksAlone compares after and until with trying every
// moment.
func TestJourneysLeaveBlocksAlone(t *testing.T) {
	t.Parallel()
	r := rng(1)
	for range 2000 {
		blocks, length := randomSpans(&r), int32(1+r.below(20))
		start := int32(r.below(110))
		begin := start
		for !blocks.clear(begin, begin+length) {
			begin++
		}
		if got := blocks.after(start, length); got != begin+length {
			t.Fatalf("%v: %d minutes from %d on end at %d, want %d", blocks, length, start, got, begin+length)
		}
		end := start
		for !blocks.clear(end-length, end) {
			end--
		}
		if got := blocks.until(start, length); got != end-length {
			t.Fatalf("%v: %d minutes until %d begin at %d, want %d", blocks, length, start, got, end-length)
		}
		if blocks.after(start, 0) != start || blocks.until(start, 0) != start {
			t.Fatal("no journey takes time")
		}
	}
}

// TestStartsAreOnTheGrain compares earliest and last with trying every moment.
func TestStartsAreOnTheGrain(t *testing.T) {
	t.Parallel()
	r := rng(2)
	for range 2000 {
		m := &model{grain: int32(1 + r.below(7))}
		blocks, length, before := randomSpans(&r), int32(1+r.below(20)), int32(r.below(6))
		start := int32(r.below(110)) - 5
		fits := func(o int32) bool { return (o+before)%m.grain == 0 && blocks.clear(o, o+length) }
		want := start
		for !fits(want) {
			want++
		}
		if got := m.earliest(blocks, start, before, length); got != want {
			t.Fatalf("%v grain %d: earliest from %d is %d, want %d", blocks, m.grain, start, got, want)
		}
		for want = start; !fits(want); {
			want--
		}
		if got := m.last(blocks, start, before, length); got != want {
			t.Fatalf("%v grain %d: last until %d is %d, want %d", blocks, m.grain, start, got, want)
		}
	}
}

// TestRangesAreCutAtBlocks: the ranges hold exactly the starts that are free.
func TestRangesAreCutAtBlocks(t *testing.T) {
	t.Parallel()
	r := rng(3)
	for range 2000 {
		blocks, length := randomSpans(&r), int32(1+r.below(20))
		f := fit{lo: int32(r.below(60)), route: 4}
		f.hi = f.lo + int32(r.below(60)) - 5
		list := blocks.appendFree(nil, f, length)
		for o := f.lo - 3; o <= f.hi+3; o++ {
			want := f.lo <= o && o <= f.hi && blocks.clear(o, o+length)
			got := slices.ContainsFunc(list, func(x fit) bool { return x.lo <= o && o <= x.hi && x.route == 4 })
			if got != want {
				t.Fatalf("%v: start %d of %d in %d to %d: %v, want %v; %v", blocks, o, length, f.lo, f.hi, got, want, list)
			}
		}
	}
}

// TestUnionIsDisjoint: the same moments, in periods that do not touch.
func TestUnionIsDisjoint(t *testing.T) {
	t.Parallel()
	r := rng(4)
	for range 500 {
		var list spans
		for range r.below(8) {
			from := int32(r.below(50))
			list = append(list, span{from, from + int32(r.below(12))})
		}
		merged := union(slices.Clone(list))
		for x := range int32(70) {
			in := func(b span) bool { return b.from <= x && x < b.to }
			if slices.ContainsFunc(list, in) != slices.ContainsFunc(merged, in) {
				t.Fatalf("%v became %v: %d", list, merged, x)
			}
		}
		for i := 1; i < len(merged); i++ {
			if merged[i].from <= merged[i-1].to {
				t.Fatalf("%v became %v", list, merged)
			}
		}
	}
}

// TestWindowsBecomePeriods: a start is in exactly one period, at the least charge
// of the windows that hold it, or in none.
func TestWindowsBecomePeriods(t *testing.T) {
	t.Parallel()
	r := rng(5)
	for range 500 {
		const days = 3
		var windows []Window
		for range r.below(8) {
			from := int32(r.below(40))
			windows = append(windows, Window{Day: r.below(days), From: from, To: from + int32(r.below(20)) - 3, Charge: int64(r.below(3))})
		}
		set := compileSet(windows, days)
		for day := range days {
			for start := range int32(70) {
				want, found := int64(0), false
				for _, w := range windows {
					if w.Day == day && w.From <= start && start <= w.To && (!found || w.Charge < want) {
						want, found = w.Charge, true
					}
				}
				var charges []int64
				for _, w := range set.on(day) {
					if w.from <= start && start <= w.to {
						charges = append(charges, w.charge)
					}
				}
				if found != (len(charges) == 1) || len(charges) > 1 || found && charges[0] != want {
					t.Fatalf("%v: day %d start %d is in periods with charges %v, want %d %v", windows, day, start, charges, want, found)
				}
			}
		}
	}
}

// TestRandomNumbers: the stream is SplitMix64's, and what is drawn from it stays
// in range and reaches all of it.
func TestRandomNumbers(t *testing.T) {
	t.Parallel()
	r := rng(0)
	for _, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := r.next(); got != want {
			t.Errorf("%#x, want %#x", got, want)
		}
	}
	var seen [7]int
	for range 7000 {
		seen[r.below(7)]++
		if x := r.unit(); x < 0 || x >= 1 {
			t.Fatalf("unit is %v", x)
		}
		if x := r.exponential(); x < 0 {
			t.Fatalf("exponential is %v", x)
		}
	}
	for n, count := range seen {
		if count < 850 || count > 1150 {
			t.Errorf("%d was drawn %d times in 7000", n, count)
		}
	}
	list := []int32{0, 1, 2, 3, 4, 5}
	r.shuffle(list)
	if sorted := slices.Sorted(slices.Values(list)); !slices.Equal(sorted, []int32{0, 1, 2, 3, 4, 5}) {
		t.Errorf("shuffled to %v", list)
	}
	if mix(1, 0) == mix(1, 1) || mix(1, 0) == mix(2, 0) {
		t.Error("streams are not apart")
	}
}
