package planner

import (
	"strings"
	"testing"
)

func TestNotesForReaders(t *testing.T) {
	t.Parallel()
	for _, why := range []string{"router_unreachable", "router_refused", "router_garbled", "router_too_many", "router_incomplete"} {
		for _, source := range []string{"osrm", "estimate"} {
			n := (&TravelTable{Source: source, Why: why}).Note()
			if strings.Contains(n.NL+n.EN, ": .") || !strings.Contains(n.NL, "geschat") || !strings.Contains(n.EN, "estimated") {
				t.Errorf("%s %s: %+v", source, why, n)
			}
		}
	}
	if n := (&TravelTable{Source: "osrm"}).Note(); strings.Contains(n.EN, "estimated") {
		t.Errorf("%+v", n)
	}
	if n := (&Replanned{Today: date("2027-03-01"), Moved: 3, Must: 2}).Note(); !strings.Contains(n.NL, "2027-03-01: 3 ") || !strings.Contains(n.EN, "2 could not stay") {
		t.Errorf("%+v", n)
	}
}
