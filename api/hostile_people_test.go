package api_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// hostileNames are texts that become a script where a page forgets where it stands.
var hostileNames = []string{
	`<script>window.pwned=1</script>`, `"><img src=x onerror="window.pwned=2">`, `'><svg onload=window.pwned=3>`, `</title><script>window.pwned=4</script>`,
	`javascript:window.pwned=5`, `" autofocus onfocus="window.pwned=6`, `{{.}}${window.pwned=7}`, "<!--<script>window.pwned=8</script>", `</textarea><script>window.pwned=9</script>`,
}

// TestRF4_HostileTexts (R-F4) puts hostile texts in the place of every name and
// opens every page: none runs, and the policy has nothing to refuse.
func TestRF4_HostileTexts(t *testing.T) {
	t.Parallel()
	p := town(t)
	stops := walk(p) // made while the names are as they were
	state, err := p.State(t.Context(), p.region)
	p.must(err)
	_, err = p.Import(t.Context(), []*planner.State{poisoned(state)})
	p.must(err)
	slot := p.slot(otherLocation)
	_, err = p.asContact(otherLocation).Book(t.Context(), p.region, service.BookingRequest{
		SlotQuestion: service.SlotQuestion{Location: otherLocation, VisitType: "consult"}, Start: slot.Start, Remark: hostileNames[0],
	})
	p.must(err)
	pages, groups := 0, map[store.Membership][]string{}
	for _, pattern := range slices.Sorted(maps.Keys(stops)) {
		if s := stops[pattern]; len(s.paths) > 0 {
			groups[s.as] = append(groups[s.as], s.paths...)
		}
	}
	groups[contactRole(otherLocation)] = []string{"/location", "/location/book?type=consult"}
	groups[p.member(slot.Crew[0].Staff)] = append(groups[p.member(slot.Crew[0].Staff)], "/my/consult", "/my")
	for as, paths := range groups {
		b := p.open(as, chromium.Settings{})
		for _, path := range paths {
			b.Go(path)
			pages++
			if ran := chromium.Eval[string](b, "String(window.pwned ?? '')"); ran != "" {
				t.Errorf("%s runs text %s", path, ran)
			}
			b.Run("for (const e of document.querySelectorAll('input, textarea, a, summary')) e.focus()")
			if ran := chromium.Eval[string](b, "String(window.pwned ?? '') + (window.watched?.refused ?? []).join()"); ran != "" {
				t.Errorf("%s runs or asks for %s", path, ran)
			}
		}
	}
	t.Logf("%d pages with %d hostile texts: 0 executions, 0 reports", pages, len(hostileNames))
}

// poisoned is a state in which every name is hostile.
func poisoned(s *planner.State) *planner.State {
	out := *s
	n := 0
	next := func() string {
		n++
		return hostileNames[n%len(hostileNames)] + " " + strconv.Itoa(n)
	}
	both := func() planner.Text { return planner.Text{NL: next(), EN: next()} }
	out.Programme.Name = next()
	out.Programme.Roles = slices.Clone(s.Programme.Roles)
	for i := range out.Programme.Roles {
		out.Programme.Roles[i].Name = both()
	}
	out.Programme.VisitTypes = slices.Clone(s.Programme.VisitTypes)
	for i := range out.Programme.VisitTypes {
		out.Programme.VisitTypes[i].Name = both()
	}
	out.Programme.Requirements = slices.Clone(s.Programme.Requirements)
	for i := range out.Programme.Requirements {
		out.Programme.Requirements[i].Name = both()
	}
	out.Organisations, out.Staff = slices.Clone(s.Organisations), slices.Clone(s.Staff)
	for i := range out.Organisations {
		out.Organisations[i].Name = next()
	}
	for i := range out.Staff {
		out.Staff[i].Name, out.Staff[i].Photo = next(), next()
	}
	out.Districts, out.Locations, out.Meetings = slices.Clone(s.Districts), slices.Clone(s.Locations), slices.Clone(s.Meetings)
	for i := range out.Districts {
		out.Districts[i].Name = next()
	}
	for i := range out.Locations {
		l := &out.Locations[i]
		l.Name, l.Address, l.Town, l.Tags = next(), next(), next(), []string{next()}
	}
	for i := range out.Meetings {
		out.Meetings[i].Name = next()
	}
	return &out
}
