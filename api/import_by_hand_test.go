//go:build !race

package api_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
)

// A file that gives to others what was made by hand says so before anything
// changes, and asks; what was made by hand stays unless that is chosen.
func TestImportAsksAboutWhatWasMadeByHand(t *testing.T) {
	t.Parallel()
	p := town(t)
	state := p.state()
	location := state.Locations[0].ID
	hand := planner.Assignment{Location: location, Role: "zorgcoordinator", Staff: "zc-2", Kind: planner.Primary, From: calendar.NewDate(2027, 9, 1), To: calendar.NoDate}
	_, err := p.Store.Assign(t.Context(), state.Region, hand)
	p.must(err)
	at := filepath.Join(t.TempDir(), "assignments.csv")
	p.must(os.WriteFile(at, []byte("location_id,role,staff_id,kind,valid_from\n"+location+",zorgcoordinator,zc-1,primary,2027-10-01\n"), 0o600))
	b := p.open(p.lead(), chromium.Settings{})
	take := func(choice string) string {
		b.Go("/import?lang=nl")
		b.Fill("#kind", "assignments")
		b.Files("#file", at)
		b.Follow("form[action='/import'] button")
		b.WaitText("section[aria-labelledby=by-hand]", "zc-2 (2027-09-01")
		b.Check("a file that gives to others what was made by hand")
		b.Fill("#by_hand", choice)
		b.Follow("form[action='/import/accept'] button")
		b.WaitText("#notice", "Overgenomen")
		on, err := p.Store.AssignmentsOn(t.Context(), state.Region, calendar.NewDate(2027, 11, 1))
		p.must(err)
		for _, a := range on {
			if a.Location == location && a.Role == hand.Role && a.Kind == planner.Primary {
				return a.Staff
			}
		}
		return ""
	}
	if who := take("keep"); who != "zc-2" {
		t.Errorf("%q has the location: what was made by hand was to be kept", who)
	}
	if who := take("replace"); who != "zc-1" {
		t.Errorf("%q has the location: the file was to replace it", who)
	}
}
