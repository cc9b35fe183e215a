// Package examples_test reads every example folder as the program does and
// checks that it is what its README says it is.
package examples_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// example is a folder and its sizes.
type example struct {
	dir                                     string
	locations, registered, districts, staff int
	roles                                   map[string]int
}

func all() []example {
	return []example{
		{"kijk-op-kleintjes-nijmegen", 120, 14, 9, 5, map[string]int{"zorgcoordinator": 5}},
		{"passende-kinderopvang-nijmegen", 120, 14, 9, 6, map[string]int{"ambulant_begeleider": 6}},
		{"nijmegen", 120, 14, 9, 11, map[string]int{"zorgcoordinator": 5, "ambulant_begeleider": 6}},
		{"iedere-peuter-someren", 12, 2, 5, 3, map[string]int{"coach": 2, "specialist": 1}},
		{"geldrop-mierlo", 26, 1, 2, 3, map[string]int{"externe_coach": 2, "procesbegeleider": 1}},
		{
			"passende-kinderopvang-arnhem", 90, 7, 24, 32,
			map[string]int{"coach_pko": 10, "ambulant_begeleider": 8, "wijkcoach": 12, "specialist": 2},
		},
	}
}

// read returns the one region of a folder.
func read(t *testing.T, dir string) *planner.State {
	t.Helper()
	states, err := files.ReadFolder(dir)
	if err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	if len(states) != 1 {
		t.Fatalf("%s: %d regions, want 1", dir, len(states))
	}
	return states[0]
}

// each runs a check on every folder.
func each(t *testing.T, check func(t *testing.T, e example, s *planner.State)) {
	t.Helper()
	for _, e := range all() {
		t.Run(e.dir, func(t *testing.T) {
			t.Parallel()
			check(t, e, read(t, e.dir))
		})
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e example, s *planner.State) {
		t.Helper()
		registered := 0
		for i := range s.Locations {
			if !s.Locations[i].Artificial {
				registered++
			}
		}
		roles := map[string]int{}
		for _, p := range s.Staff {
			roles[p.Contracts[0].Role]++
		}
		for role, want := range e.roles {
			if roles[role] != want {
				t.Errorf("%d of role %s, want %d", roles[role], role, want)
			}
		}
		if len(s.Locations) != e.locations || registered != e.registered || len(s.Districts) != e.districts || len(s.Staff) != e.staff {
			t.Errorf("%d locations, %d registered, %d districts, %d staff; want %d, %d, %d, %d",
				len(s.Locations), registered, len(s.Districts), len(s.Staff), e.locations, e.registered, e.districts, e.staff)
		}
	})
}

var lrk = regexp.MustCompile(`^[0-9]{9}$`)

// TestArtificialShows checks that nobody can take a made-up location for a
// real one, or the other way round.
func TestArtificialShows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ example, s *planner.State) {
		t.Helper()
		for i := range s.Locations {
			l := &s.Locations[i]
			registered := lrk.MatchString(l.ID)
			shows := strings.Contains(l.Name, "kunstmatig") && strings.HasSuffix(l.Postcode, "SS")
			if registered == l.Artificial || shows != l.Artificial {
				t.Errorf("%s %q %s: artificial is %v", l.ID, l.Name, l.Postcode, l.Artificial)
			}
		}
	})
}

// TestPointsLieInTheirDistricts checks points against the outlines.
func TestPointsLieInTheirDistricts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ example, s *planner.State) {
		t.Helper()
		for i := range s.Locations {
			l := &s.Locations[i]
			d := slices.IndexFunc(s.Districts, func(d planner.District) bool { return d.ID == l.District })
			if d < 0 || !inside(s.Districts[d].Rings, l.Point) {
				t.Errorf("%s at %v is not in district %q", l.ID, l.Point, l.District)
			}
		}
	})
}

func inside(rings [][][2]float64, p planner.Point) bool {
	in := false
	for _, ring := range rings {
		for i := range ring {
			a, b := ring[i], ring[(i+1)%len(ring)]
			if (a[1] > p.Lat) != (b[1] > p.Lat) && p.Lon < a[0]+(b[0]-a[0])*(p.Lat-a[1])/(b[1]-a[1]) {
				in = !in
			}
		}
	}
	return in
}

// TestCaseloads checks that open cases take a believable part of everybody's
// time who has any: between a quarter and a half of what is left after leave,
// illness and training.
func TestCaseloads(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ example, s *planner.State) {
		t.Helper()
		weekly := map[string]int{}
		newYear := calendar.NewDate(2027, 1, 1)
		for _, c := range s.Cases {
			if c.HandedOver == calendar.NoDate || c.HandedOver >= newYear {
				weekly[c.Staff] += c.MinutesWeek
			}
		}
		for i := range s.Staff {
			p := &s.Staff[i]
			hundredths := 0
			for _, c := range p.Contracts {
				hundredths += c.HoursWeek
			}
			if share := float64(weekly[p.ID]) / (float64(hundredths) * 0.6 * 0.75); weekly[p.ID] > 0 && (share < 0.25 || share > 0.50) {
				t.Errorf("%s: cases take %.0f %% of net time", p.ID, 100*share)
			}
		}
	})
}

// TestHistoryIsApart checks that the visits of the year before kept the gap.
func TestHistoryIsApart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ example, s *planner.State) {
		t.Helper()
		gap := map[string]int{}
		for _, r := range s.Programme.Requirements {
			gap[r.ID] = r.MinGapDays
		}
		last := map[string]calendar.Date{}
		for _, v := range s.History {
			key := v.Location + " " + v.Requirement
			if before, ok := last[key]; ok && int(v.Date-before) < gap[v.Requirement] {
				t.Errorf("%s: visits on %s and %s", key, before, v.Date)
			}
			last[key] = v.Date
			if v.Date.Year() != 2026 {
				t.Errorf("%s: a completed visit on %s", key, v.Date)
			}
		}
		if len(s.History) == 0 {
			t.Error("no completed visits")
		}
	})
}

// TestOneCoach checks Geldrop-Mierlo: the coach for every subsidised location,
// the backup named for each of them.
func TestOneCoach(t *testing.T) {
	t.Parallel()
	s := read(t, "geldrop-mierlo")
	holders := map[string]int{}
	subsidised := 0
	for i := range s.Locations {
		l := &s.Locations[i]
		if !l.Subsidised {
			continue
		}
		subsidised++
		holders[l.Organisation]++
		for kind, who := range map[planner.AssignmentKind]string{planner.Primary: "coach-1", planner.Backup: "coach-2"} {
			if !slices.ContainsFunc(s.Assignments, func(a planner.Assignment) bool {
				return a.Location == l.ID && a.Kind == kind && a.Staff == who && a.Pinned
			}) {
				t.Errorf("%s: %s is not pinned as %s", l.ID, who, kind)
			}
		}
	}
	if subsidised != 25 || len(holders) != 5 {
		t.Errorf("%d subsidised locations of %d holders, want 25 of 5", subsidised, len(holders))
	}
}

// TestParentMeetings checks Arnhem: every location with parents' meetings of
// its own is selected, and those that meet every month have the override.
func TestParentMeetings(t *testing.T) {
	t.Parallel()
	s := read(t, "passende-kinderopvang-arnhem")
	i := slices.IndexFunc(s.Programme.Requirements, func(r planner.Requirement) bool { return r.ID == "ouderbijeenkomst" })
	anchored := &s.Programme.Requirements[i]
	own := 0
	for _, m := range s.Meetings {
		if m.Kind != anchored.Anchor.Kind {
			continue
		}
		own++
		l := slices.IndexFunc(s.Locations, func(l planner.Location) bool { return l.ID == m.Location })
		if !slices.Contains(s.Locations[l].Tags, "ouderbijeenkomst") {
			t.Errorf("%s has meetings but not the tag", m.Location)
		}
		override := slices.ContainsFunc(anchored.Overrides, func(o planner.Override) bool { return o.Location == m.Location && o.Every == 2 })
		if monthly := strings.HasPrefix(m.Rule, "FREQ=MONTHLY"); monthly != override {
			t.Errorf("%s meets by %s, override: %v", m.Location, m.Rule, override)
		}
	}
	if own != 20 || len(anchored.Overrides) != 12 {
		t.Errorf("%d locations with meetings, %d monthly; want 20 and 12", own, len(anchored.Overrides))
	}
	areas := map[string]bool{}
	for _, d := range s.Districts {
		areas[d.Area] = true
	}
	if len(areas) != 8 {
		t.Errorf("%d areas, want 8", len(areas))
	}
}
