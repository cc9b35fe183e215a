package calendar

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// TestFeedClock asks for the quarters of an hour about every change of the clocks
// from 1995 to 2040, in order and at random, and compares with the zone itself.
func TestFeedClock(t *testing.T) {
	t.Parallel()
	zone := mustZone(t, amsterdam)
	var moments []time.Time
	for year := 1995; year <= 2040; year++ {
		for _, month := range []time.Month{time.January, time.March, time.July, time.October} {
			for quarter := -12; quarter < 100; quarter++ {
				last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
				sunday := last.AddDate(0, 0, -int(last.Weekday()))
				moments = append(moments, sunday.Add(time.Duration(quarter)*15*time.Minute))
			}
		}
	}
	clock := (&Feed{Zone: zone}).clock()
	check := func(at time.Time) {
		reading, ok := clock.shows(at)
		wall := at.In(zone).Format(icsLocal)
		first := oracleZone(must(time.Parse(icsLocal, wall)), zone).Equal(at)
		if want := first && at.Year() >= 1997; ok != want || ok && time.Unix(reading, 0).UTC().Format(icsLocal) != wall {
			t.Fatalf("%s is %d, %v; the clock shows %s, first: %v", at, reading, ok, wall, first)
		}
	}
	for _, at := range moments {
		check(at)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		check(moments[rng.IntN(len(moments))])
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestFeedAllocates counts what writing a feed takes from the heap: the text, and
// something for each text that differs, but nothing for an event.
func TestFeedAllocates(t *testing.T) {
	f := Feed{Zone: mustZone(t, amsterdam), Revision: time.Unix(1.8e9, 0)}
	for i := range 500 {
		start := f.Revision.Add(time.Duration(i) * 20 * time.Hour)
		f.Events = append(f.Events, Event{
			UID: fmt.Sprintf("u%d", i), Start: start, End: start.Add(time.Hour), Summary: fmt.Sprintf("Coördinator %d", i%10), Geo: &GeoPoint{51.8, 5.8},
		})
	}
	n := testing.AllocsPerRun(10, func() { mustEncode(t, f) })
	t.Logf("%.0f allocations", n)
	if n > 60 {
		t.Errorf("%.0f allocations for 500 events, want at most 60", n)
	}
}
