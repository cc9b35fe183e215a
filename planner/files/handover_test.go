package files

import (
	"os"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner"
)

// handoverOf reads the good folder with other words about handovers.
func handoverOf(t *testing.T, words string) (*planner.State, []planner.Requirement) {
	t.Helper()
	states, err := ReadFS(spoiled(t, os.DirFS("testdata/good"), "programme.yaml", "assumptions:", words+"\nassumptions:"))
	if err != nil {
		t.Fatal(err)
	}
	var out []planner.Requirement
	for _, r := range states[0].Programme.Requirements {
		if r.HandoverDays > 0 {
			out = append(out, r)
		}
	}
	return states[0], out
}

func TestHandoverOfAProgramme(t *testing.T) {
	t.Parallel()
	s, all := handoverOf(t, "")
	if len(all) != 2 || all[0].ID != "handover-zorgcoordinator" || all[0].Role != "zorgcoordinator" || all[1].ID != "handover-ambulant_begeleider" ||
		all[0].Minimum != 1 || all[0].Target != 1 || all[0].HandoverDays != 56 || all[0].Name.NL != "Warme overdracht" {
		t.Errorf("without a word: %+v", all)
	}
	if v := s.Programme.VisitType("handover"); v == nil || v.Minutes != 45 || v.Mode != planner.OnSite {
		t.Errorf("its visit type: %+v", v)
	}
	if s, none := handoverOf(t, "handover: no"); len(none) != 0 || s.Programme.VisitType("handover") != nil {
		t.Errorf("switched off: %+v", none)
	}
	if _, all := handoverOf(t, "handover: yes"); len(all) != 2 {
		t.Errorf("switched on: %+v", all)
	}
	s, one := handoverOf(t, "handover: {name: Kennismaking, minutes: 30, mode: online, within_days: 14, minimum: 0, roles: [ambulant_begeleider]}")
	v := s.Programme.VisitType("handover")
	if len(one) != 1 || one[0].Role != "ambulant_begeleider" || one[0].Minimum != 0 || one[0].HandoverDays != 14 || v.Minutes != 30 || v.Mode != planner.Online || v.Name.EN != "Kennismaking" {
		t.Errorf("of one role: %+v by %+v", one, v)
	}
	if s, own := handoverOf(t, "handover: {visit_type: kindbespreking}"); own[0].VisitType != "kindbespreking" || s.Programme.VisitType("handover") != nil {
		t.Errorf("with a visit type of the programme: %+v", own)
	}
}
