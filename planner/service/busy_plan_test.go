package service

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// TestPlansKeepClearOfBusyTimes makes a real plan, proved, of an example in
// which somebody has appointments of odd minutes, on days and over nights.
func TestPlansKeepClearOfBusyTimes(t *testing.T) {
	t.Parallel()
	states, err := files.ReadFolder("../../examples/iedere-peuter-someren")
	if err != nil {
		t.Fatal(err)
	}
	forEachDatabase(t, func(w world) {
		b := newBusyWorld(w)
		b.Solve, b.Prove = planner.SolveAll, files.Prove
		_, err := b.Import(w.Context(), states)
		w.must(err)
		region, staff := states[0].Region, states[0].Staff[0].ID
		options := planner.Options{Year: 2027, Seed: 1, Iterations: 200}
		proposals, err := b.Propose(w.Context(), options, region)
		w.must(err)
		free := proposals[0].Plan
		// An appointment over each visit that the person would make, odd at both
		// ends, and one over a night.
		var events []string
		for i := range free.Visits {
			v := &free.Visits[i]
			for _, c := range v.Crew {
				if c.Staff == staff && !v.Meeting {
					from, to := v.Start.Add(7*time.Minute+20*time.Second), v.End.Add(13*time.Minute)
					events = append(events, fmt.Sprintf("DTSTART:%s\r\nDTEND:%s", from.UTC().Format("20060102T150405Z"), to.UTC().Format("20060102T150405Z")))
				}
			}
		}
		if len(events) == 0 {
			w.Fatalf("%s makes no visit", staff)
		}
		events = append(events, "DTSTART;TZID=Europe/Amsterdam:20270310T163000\r\nDTEND;TZID=Europe/Amsterdam:20270312T101500")
		b.gives(calendarOf(events...))
		_, err = b.reader.Add(w.Context(), region, staff, b.address)
		w.must(err)
		b.refreshes()
		proposals, err = b.Propose(w.Context(), options, region)
		w.must(err)
		busy, err := b.Store.Busy(w.Context(), region, testNow, testNow.AddDate(1, 2, 0))
		w.must(err)
		visits := 0
		for i := range proposals[0].Plan.Visits {
			v := &proposals[0].Plan.Visits[i]
			for _, c := range v.Crew {
				if c.Staff != staff || v.Meeting {
					continue
				}
				visits++
				for _, o := range busy {
					if o.From.Before(v.End) && v.Start.Before(o.To) {
						w.Errorf("visit %s from %s to %s lies within %s to %s", v.ID, v.Start, v.End, o.From, o.To)
					}
				}
			}
		}
		if visits == 0 {
			w.Error("no visit is left")
		}
		w.must(b.Publish(w.Context(), proposals[0].ID))
		w.Logf("%d busy times; %d visits planned around them, proved and published", len(busy), visits)
		if strings.Contains(w.log.String(), "canary") {
			w.Error("the address is in the log")
		}
	})
}
