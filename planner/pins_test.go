package planner

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// pinned pins coordinators to locations, by location.
func pinned(s *State, kind AssignmentKind, people ...string) {
	for i, id := range people {
		s.Assignments = append(s.Assignments, Assignment{
			Location: s.Locations[i].ID, Role: "coordinator", Staff: id, Kind: kind, Pinned: true, From: calendar.NoDate, To: calendar.NoDate,
		})
	}
}

// refused returns with what words a state cannot be planned, or "".
func refused(s *State) string {
	_, err := Solve(context.Background(), s, Options{Year: 2027, Iterations: 1, MaxChanges: -1})
	if err != nil {
		return err.Error()
	}
	return ""
}

// Pins above a ceiling need a reason of their own: that of another kind of pin,
// or of one that is over, excuses nothing.
func TestPinsAboveTheCeiling(t *testing.T) {
	t.Parallel()
	above := func() *State {
		s := town()
		s.Staff[0].Contracts[0].MaxLocations = 1
		pinned(s, Primary, "c1", "c1")
		return s
	}
	const want = "role coordinator: the pins of c1 ask for 2 locations with max_locations 1; take some away, or give one a reason"
	if got := refused(above()); !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	s := above()
	s.Assignments = append(s.Assignments, s.Assignments[0])
	s.Assignments[2].Reason, s.Assignments[2].To = "until the newcomer starts", date("2026-12-31")
	if got := refused(s); !strings.Contains(got, want) {
		t.Errorf("with a reason for what is over: got %q, want %q", got, want)
	}
	s = above()
	s.Assignments[1].Reason = "until the newcomer starts"
	if got := refused(s); got != "" {
		t.Errorf("with a reason: %s", got)
	}
	s = above()
	s.Staff[0].Contracts[0].HoursWeek = 1
	if got := refused(s); !strings.Contains(got, want) || !strings.Contains(got, "minutes a year with a capacity of") {
		t.Errorf("above both: got %q", got)
	}
}

// Backups have what the primaries leave of a capacity; pins above it need a
// reason as well, and that of a primary pin excuses no backup.
func TestBackupPinsAboveTheCapacity(t *testing.T) {
	t.Parallel()
	above := func() *State {
		s := town()
		s.Staff[0].Contracts[0].HoursWeek = 0
		pinned(s, Backup, "c1", "c1")
		return s
	}
	const want = "role coordinator: the backup pins of c1 ask for 60 minutes a year with a capacity of 0 left; take some away, or give one a reason"
	if got := refused(above()); !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	s := above()
	pin := s.Assignments[0]
	pin.Location, pin.Kind, pin.Reason = "l3", Primary, "until the newcomer starts"
	s.Assignments = append(s.Assignments, pin)
	if got := refused(s); !strings.Contains(got, "the backup pins of c1 ask for") {
		t.Errorf("with a reason for a primary pin: got %q", got)
	}
	s = above()
	s.Assignments[1].Reason = "until the newcomer starts"
	if got := refused(s); got != "" {
		t.Errorf("with a reason: %s", got)
	}
}

// A role without backups has none to pin: one fault names it and where, beside
// the faults of other roles; a pin that is over is none.
func TestBackupPinsWithoutBackups(t *testing.T) {
	t.Parallel()
	s := town()
	s.Programme.Roles[0].Backup = false
	pinned(s, Backup, "c1", "c1")
	const want = "role coordinator: assignments.csv pins backups at l1, l2, and the role has none (backup: false in programme.yaml); " +
		"end these pins, or set backup: true"
	if got := refused(s); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	other := s.Assignments[0]
	other.Role, other.Kind, other.Staff = "counsellor", Primary, "b1"
	s.Staff[2].Contracts[0].To = date("2027-06-30")
	s.Programme.Requirements[0].With = []string{"counsellor"}
	s.Assignments = append(s.Assignments, other)
	if got := refused(s); !strings.Contains(got, want) || !strings.Contains(got, "b1 is pinned as primary counsellor but has no contract") {
		t.Errorf("with another role: got %q, want both faults", got)
	}
	s.Assignments = s.Assignments[:2]
	for i := range s.Assignments {
		s.Assignments[i].To = date("2026-12-31")
	}
	if got := refused(s); got != "" {
		t.Errorf("with pins that are over: %s", got)
	}
	for range 10 {
		l := s.Locations[0]
		l.ID = "m" + string(rune('0'+len(s.Locations)))
		s.Locations = append(s.Locations, l)
	}
	s.Assignments = nil
	pinned(s, Backup, slices.Repeat([]string{"c1"}, 12)...)
	if got := refused(s); !strings.Contains(got, " and 2 more, and the role has none") {
		t.Errorf("at twelve locations: got %q", got)
	}
}
