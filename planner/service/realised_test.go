package service

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// The statement of an old month by hand: every kind of work that was done, against
// the plan that was published then, whatever was published or changed since. A
// closed period keeps both.
func TestAnOldMonthIsStatedAsItWas(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		w.Solve = func(_ context.Context, _ []*planner.State, o planner.Options) ([]*planner.Plan, error) {
			p := &planner.Plan{Region: "noord", From: calendar.NewDate(o.Year, 1, 1), To: calendar.NewDate(o.Year, 12, 31)}
			if o.Seed != 2 { // four visits of an hour in January, and an hour's meeting
				for i := range 4 {
					start := time.Date(2027, 1, 18+i, 9, 0, 0, 0, time.UTC).Format(time.RFC3339)
					p.Visits = append(p.Visits, planned(fmt.Sprint("v", i), "een", "visit", start, planner.CrewMember{Role: "zc", Staff: "noordanna", TravelMinutes: 7}))
				}
				m := planned("m", "", "", time.Date(2027, 1, 22, 9, 0, 0, 0, time.UTC).Format(time.RFC3339), planner.CrewMember{Role: "zc", Staff: "noordanna"})
				m.Meeting, m.Location, m.VisitType, m.Requirement = true, "", "", "team"
				p.Visits = append(p.Visits, m)
			}
			return []*planner.Plan{p}, nil
		}
		s := counter("noord")
		s.Meetings = nil
		s.Programme.Roles[0].Consult = calendar.Week{3: {{From: 9 * 60, To: 11 * 60}}} // Wednesdays
		s.Programme.VisitType("visit").Preparation = 20
		s.Programme.Requirements = []planner.Requirement{{ID: "yearly", Role: "zc", VisitType: "visit", Minimum: 1, Target: 1, MinGapDays: 1, IdealGapDays: 1}}
		s.Cases = []planner.Case{{Ref: "c", Staff: "noordanna", Location: "een", Kind: "light", MinutesWeek: 70, Opened: calendar.NewDate(2027, 1, 1), HandedOver: calendar.NoDate}}
		_, err := w.Import(ctx, []*planner.State{s})
		w.must(err)
		w.publishes()
		booked, err := w.As(theLead).Book(ctx, "noord", consult(time.Date(2027, 1, 20, 8, 0, 0, 0, time.UTC)))
		w.must(err)
		w.at(time.Date(2027, 2, 10, 9, 0, 0, 0, time.UTC))
		w.took(0, 80)
		w.took(1, 0)
		// In February all of the plan is another, and visits ask more.
		proposals, err := w.Propose(ctx, planner.Options{Year: 2027, Seed: 2}, "noord")
		w.must(err)
		w.must(w.Publish(ctx, proposals[0].ID))
		now, _, err := w.Store.LoadState(ctx, "noord")
		w.must(err)
		now.Programme.VisitType("visit").Preparation = 90
		w.must(w.Store.ImportState(ctx, now))

		january := planner.Period{From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 1, 31)}
		h, err := w.Hours(ctx, "noord", january)
		w.must(err)
		got := map[planner.WorkKind][2]int64{}
		for _, l := range h.Lines {
			got[l.Kind] = [2]int64{got[l.Kind][0] + l.Planned, got[l.Kind][1] + l.Realised}
		}
		way := int64(booked.Crew[0].Travel)
		for kind, want := range map[planner.WorkKind][2]int64{
			planner.VisitWork:       {4 * 60, 80 + 60},        // two of four were made
			planner.PreparationWork: {4 * 20, 2 * 20},         // as it was asked then
			planner.TravelWork:      {4 * 7, 2*7 + way},       // to two visits and the consult
			planner.MeetingWork:     {60, 60},                 // nobody says otherwise
			planner.CaseWork:        {310, 310},               // 31 days of ten minutes
			planner.ConsultWork:     {2 * 4 * 120, 45},        // two people are kept for four Wednesdays, one consult was booked
			planner.AcuteWork:       {0, 0},                   // the role has none
			planner.NonCaseWork:     got[planner.NonCaseWork], // of the contracts
		} {
			if got[kind] != want {
				w.Errorf("%s: planned and realised %v, by hand %v", kind, got[kind], want)
			}
		}
		p, err := w.ClosePeriod(ctx, "noord", january)
		w.must(err)
		kept, err := w.ClosedPeriods(ctx, "noord")
		w.must(err)
		for _, loads := range [][]PeriodLoad{p.Loads, kept[0].Loads} {
			for _, l := range loads {
				planned, realised := int64(0), int64(0)
				if l.Staff == "noordanna" {
					planned, realised = 240+80+28+60+310, 140+40+14+way+60+310+45
				}
				if l.Role == "zc" && (l.Minutes != planned || l.Realised != realised) {
					w.Errorf("closed: %+v, by hand %d and %d", l, planned, realised)
				}
			}
		}
	})
}
