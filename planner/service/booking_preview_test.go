package service

import (
	"errors"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// TestPreviewIsWhatIsOffered: what a rule that is not kept would give is what
// locations are offered once it is, and nothing was kept by looking.
func TestPreviewIsWhatIsOffered(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.booth(nil)
		ctx, lead := w.Context(), w.As(theLead)
		r := planner.SlotRule{Role: "zc", Staff: "noordanna", VisitType: "consult", BufferBefore: -1, BufferAfter: -1, NoticeMinutes: 60, HorizonDays: 7, Increment: 60}
		r.Windows[2] = []calendar.Span{{From: 13 * 60, To: 15 * 60}}
		p, err := lead.PreviewSlots(ctx, "noord", r, "een", 5)
		w.must(err)
		rules, _, err := lead.SlotRules(ctx, "noord")
		w.must(err)
		if len(rules) != 1 || len(p.Slots) == 0 {
			w.Fatalf("looking kept a rule: %v; offered %v", rules, p.Slots)
		}
		kept, err := lead.AddSlotRule(ctx, "noord", r)
		w.must(err)
		got, err := lead.Slots(ctx, "noord", SlotQuestion{Location: "een", VisitType: "consult", Staff: "noordanna", Limit: 500})
		w.must(err)
		slices.SortStableFunc(got, func(a, b planner.Slot) int { return a.Start.Compare(b.Start) })
		if len(got) < len(p.Slots) {
			w.Fatalf("%d offered, %d in the preview", len(got), len(p.Slots))
		}
		for i := range p.Slots {
			if !p.Slots[i].Start.Equal(got[i].Start) || got[i].Rule != kept.ID {
				w.Errorf("slot %d: preview %s, offered %s by %s", i, p.Slots[i].Start, got[i].Start, got[i].Rule)
			}
		}
		never := kept
		never.NoticeMinutes = 60 * 24 * 30
		p, err = lead.PreviewSlots(ctx, "noord", never, "een", 5)
		w.must(err)
		if len(p.Slots) != 0 || len(p.Why.People) == 0 || len(p.Why.People[0].Reasons) == 0 {
			w.Errorf("with a month of notice: %+v", p)
		}
		never.Increment = 7
		if _, err := lead.PreviewSlots(ctx, "noord", never, "een", 5); !slices.Equal(faultFields(err), []string{"increment"}) {
			w.Errorf("faults %v", err)
		}
		if _, err := lead.PreviewSlots(ctx, "noord", kept, "nowhere", 5); !slices.Equal(faultFields(err), []string{"location"}) {
			w.Errorf("faults %v", err)
		}
		mark, err := RuleMark(&kept)
		w.must(err)
		w.must(lead.ChangeSlotRule(ctx, "noord", never2(kept), RuleSeen(mark)))
		if err := lead.RemoveSlotRule(ctx, "noord", kept.ID, RuleSeen(mark)); !errors.Is(err, ErrStale) {
			w.Errorf("what was not seen is removed: %v", err)
		}
		if err := lead.AdoptSlotRules(ctx, "noord"); !errors.Is(err, ErrConflict) {
			w.Errorf("rules of its own are replaced: %v", err)
		}
	})
}

func never2(r planner.SlotRule) planner.SlotRule {
	r.MaxDay = 2
	return r
}

// TestDefaultRulesAreAdopted: they are the region's own afterwards, and the same.
func TestDefaultRulesAreAdopted(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		state := counter("noord")
		state.Programme.Roles[0].Consult[2] = []calendar.Span{{From: 13 * 60, To: 15 * 60}}
		_, err := w.Import(w.Context(), []*planner.State{state})
		w.must(err)
		before, own, err := w.SlotRules(w.Context(), "noord")
		w.must(err)
		w.must(w.AdoptSlotRules(w.Context(), "noord"))
		after, mine, err := w.SlotRules(w.Context(), "noord")
		w.must(err)
		if own || !mine || len(after) != len(before) || len(after) == 0 {
			w.Fatalf("%v %v: %v, %v", own, mine, before, after)
		}
		before[0].ID, after[0].ID = "", ""
		if a, _ := RuleMark(&before[0]); func() string { m, _ := RuleMark(&after[0]); return m }() != a {
			w.Errorf("%+v became %+v", before[0], after[0])
		}
	})
}
