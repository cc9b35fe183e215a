package planner

import (
	"context"
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
