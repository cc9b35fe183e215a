package verify_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// replanFolder is what a plan folder holds of a plan made from another.
func replanFolder(was *planner.Plan, r *planner.Replanned) *verify.Folder {
	f, before := folderOf(r.Plan), folderOf(was)
	f.Summary.MaxChanges = &r.MaxChanges
	f.Published, f.PublishedAssignments = before.Visits, before.Assignments
	f.Replan = &verify.Replan{Today: r.Today, MaxMoves: r.MaxMoves, Reopen: r.Reopen, Moved: r.Moved, Must: r.Must, Unconfirmed: r.Unconfirmed}
	moment := func(m planner.Moment) *verify.Moment {
		if m.Start.IsZero() {
			return nil
		}
		return &verify.Moment{Start: m.Start, End: m.End, Staff: m.Staff}
	}
	people := map[string]bool{}
	for i := range r.Changes {
		c := &r.Changes[i]
		f.Replan.Changes = append(f.Replan.Changes, verify.Change{
			Visit: c.Visit, Now: c.Now, Location: c.Location, Requirement: c.Requirement, Kind: string(c.Kind), Meeting: c.Meeting,
			Was: moment(c.Was), Is: moment(c.Is), Code: c.Code, Detail: c.Detail, Must: c.Must, Charge: c.Charge, Staying: c.Staying,
		})
		for _, s := range append(slices.Clone(c.Was.Staff), c.Is.Staff...) {
			people[s] = true
		}
	}
	for s := range people {
		for _, c := range r.ChangesOf(s) {
			f.ChangeRows = append(f.ChangeRows, verify.ChangeRow{Staff: s, Change: c.For(s), Visit: c.Visit, Code: c.Code})
		}
	}
	return f
}

// disturb changes a region as life does.
func disturb(r *rand.Rand, s *planner.State, today calendar.Date) {
	day := func() calendar.Date { return today + calendar.Date(r.IntN(90)) }
	for range 1 + r.IntN(3) {
		from := day()
		switch r.IntN(7) {
		case 0:
			s.Absences = append(s.Absences, planner.Absence{Staff: s.Staff[r.IntN(7)].ID, From: from, To: from + 42})
		case 1:
			leaver := &s.Staff[r.IntN(5)]
			leaver.Contracts[0].To = from
			s.Assignments = slices.DeleteFunc(s.Assignments, func(a planner.Assignment) bool { return a.Pinned && a.Staff == leaver.ID })
		case 2:
			s.Locations[r.IntN(len(s.Locations))].Closed = from
		case 3:
			l := s.Locations[r.IntN(len(s.Locations))]
			l.ID, l.Opened, l.Closed = fmt.Sprintf("N%02d", len(s.Locations)), from, open
			s.Locations = append(s.Locations, l)
		case 4:
			s.Blackouts = append(s.Blackouts, planner.Blackout{District: fmt.Sprintf("D%d", r.IntN(3)), From: from, To: from})
		case 5:
			for i := range s.Meetings {
				switch m := &s.Meetings[i]; r.IntN(4) {
				case 0:
					m.Clock += 30
				case 1: // to another day of the week, from its beginning on
					m.Start, m.Rule = m.Start+1, strings.ReplaceAll(m.Rule, "1WE", "1TH")
				case 2: // one occurrence
					m.Except = append(m.Except, m.Start)
					m.Besides = append(m.Besides, from)
				}
			}
		case 6: // an opening is brought forward
			for i := range s.Locations {
				if l := &s.Locations[i]; l.Opened > today {
					l.Opened -= calendar.Date(r.IntN(120))
				}
			}
		}
	}
}

// record puts some visits before today into the history: on their day, or two
// days later.
func record(r *rand.Rand, s *planner.State, p *planner.Plan, today calendar.Date) {
	for i := range p.Visits {
		v := &p.Visits[i]
		d := calendar.DateOf(v.Start, v.Start.Location())
		if v.Meeting || v.Status == planner.Cancelled || d >= today-2 || r.IntN(2) == 0 {
			continue
		}
		s.History = append(s.History, planner.CompletedVisit{
			Location: v.Location, Requirement: v.Requirement, VisitType: v.VisitType, Date: d + calendar.Date(r.IntN(2)*2),
		})
	}
}

// TestReplansHaveNoFaults plans random regions, disturbs them, plans them again
// and again from that, and proves each plan.
func TestReplansHaveNoFaults(t *testing.T) {
	t.Parallel()
	for seed := range 12 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(seed), 7))
			s := randomState(r)
			s.Programme.Requirements = append(s.Programme.Requirements, planner.Requirement{
				ID: "handover-zc", Role: "zc", VisitType: "handover", Minimum: 1, Target: 1, HandoverDays: 56,
			})
			was, err := planner.Solve(context.Background(), s, planner.Options{Year: 2027, Seed: 1, Iterations: 40, Workers: 1, MaxChanges: -1})
			if err != nil {
				t.Fatal(err)
			}
			today := calendar.NewDate(2027, time.February, 1)
			for range 3 {
				today += calendar.Date(r.IntN(70))
				disturb(r, s, today)
				record(r, s, was, today)
				again, err := planner.Replan(context.Background(), s, planner.Published{Visits: was.Visits, Assignments: was.Assignments},
					planner.ReplanOptions{
						Options: planner.Options{Year: 2027, Seed: 1, Iterations: 40, Workers: 1, MaxChanges: r.IntN(3) - 1},
						Today:   today, MaxMoves: []int{-1, -1, 0, 3}[r.IntN(4)], Reopen: r.IntN(3) == 0,
					})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range verify.Plan(s, replanFolder(was, again), again.From, again.To) {
					t.Error(f)
				}
				was = again.Plan
			}
			next, err := planner.Replan(context.Background(), s, planner.Published{Visits: was.Visits, Assignments: was.Assignments},
				planner.ReplanOptions{
					Options: planner.Options{Year: 2028, Seed: 1, Iterations: 40, Workers: 1, MaxChanges: r.IntN(3) - 1},
					Today:   today + 20, MaxMoves: -1, Reopen: r.IntN(2) == 0,
				})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range verify.Plan(s, replanFolder(was, next), next.From, next.To) {
				t.Errorf("next year: %s", f)
			}
		})
	}
}

// TestReplansWithPinsHaveNoFaults adds a location that was not published and is
// pinned since long, or was until some weeks ago, and has somebody pinned where
// who was published leaves; it proves each plan.
func TestReplansWithPinsHaveNoFaults(t *testing.T) {
	t.Parallel()
	today := calendar.NewDate(2027, time.March, 1)
	since, lately := calendar.NewDate(2022, time.November, 1), calendar.NewDate(2027, time.February, 1)
	for seed := range 4 {
		for name, until := range map[string]calendar.Date{"still": open, "until lately": lately} {
			t.Run(fmt.Sprintf("%d %s", seed, name), func(t *testing.T) {
				t.Parallel()
				s := randomState(rand.New(rand.NewPCG(uint64(seed), 21)))
				o := planner.Options{Year: 2027, Seed: 1, Iterations: 40, Workers: 1, MaxChanges: -1}
				was, err := planner.Solve(context.Background(), s, o)
				if err != nil {
					t.Fatal(err)
				}
				fresh := s.Locations[0]
				fresh.ID, fresh.Opened, fresh.Closed = "P", open, open
				s.Locations = append(s.Locations, fresh)
				pin := func(location, role, staff string, kind planner.AssignmentKind) {
					s.Assignments = append(s.Assignments, planner.Assignment{
						Location: location, Role: role, Staff: staff, Kind: kind, From: since, To: until, Pinned: true, Reason: "known there",
					})
				}
				who := "s1"
				if until != open {
					who = "s0" // who leaves, so that it goes to another
				}
				pin("P", "zc", who, planner.Primary)
				pin("P", "zc", "s2", planner.Backup)
				pin("P", "ab", "s3", planner.Primary)
				s.Staff[0].Contracts[0].To = today + 30
				for _, a := range was.Assignments {
					if a.Staff == "s0" && a.Kind == planner.Primary {
						pin(a.Location, a.Role, "s1", planner.Primary)
						break
					}
				}
				again, err := planner.Replan(context.Background(), s, planner.Published{Visits: was.Visits, Assignments: was.Assignments},
					planner.ReplanOptions{Options: o, Today: today, MaxMoves: -1})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range verify.Plan(s, replanFolder(was, again), again.From, again.To) {
					t.Error(f)
				}
			})
		}
	}
}

// pair is a plan of a random region and the plan made from it after two months.
func pair(t *testing.T) (*planner.State, *planner.Plan, *planner.Replanned) {
	t.Helper()
	s := randomState(rand.New(rand.NewPCG(3, 1)))
	o := planner.Options{Year: 2027, Seed: 1, Iterations: 40, Workers: 1, MaxChanges: -1}
	was, err := planner.Solve(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	today := calendar.NewDate(2027, time.March, 1)
	s.Absences = append(s.Absences, planner.Absence{Staff: "s0", From: today + 14, To: today + 90})
	o.MaxChanges = 0
	again, err := planner.Replan(context.Background(), s, planner.Published{Visits: was.Visits, Assignments: was.Assignments},
		planner.ReplanOptions{Options: o, Today: today, MaxMoves: -1})
	if err != nil {
		t.Fatal(err)
	}
	return s, was, again
}

// TestMovedMeetingsAreTold moves the meetings of a plan by a day and tells it in
// other ways than as moves.
func TestMovedMeetingsAreTold(t *testing.T) {
	t.Parallel()
	s := randomState(rand.New(rand.NewPCG(3, 1)))
	s.Meetings = []planner.Meeting{{
		ID: "team", Start: calendar.NewDate(2027, time.January, 5), Clock: 660, Minutes: 30, Rule: "FREQ=WEEKLY", Roles: []string{"zc"},
		Budget: planner.WithoutIndication,
	}}
	o := planner.Options{Year: 2027, Seed: 1, Iterations: 40, Workers: 1, MaxChanges: -1}
	was, err := planner.Solve(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	s.Meetings[0].Start += 2
	r, err := planner.Replan(context.Background(), s, planner.Published{Visits: was.Visits, Assignments: was.Assignments},
		planner.ReplanOptions{Options: o, Today: calendar.NewDate(2027, time.March, 1), MaxMoves: -1})
	if err != nil {
		t.Fatal(err)
	}
	moved := func(f *verify.Folder) *verify.Change {
		k := slices.IndexFunc(f.Replan.Changes, func(x verify.Change) bool { return x.Now != "" })
		if k < 0 {
			t.Fatal("no meeting moved to another day")
		}
		return &f.Replan.Changes[k]
	}
	for name, do := range map[string]func(f *verify.Folder){
		"": func(*verify.Folder) {},
		"went and came": func(f *verify.Folder) {
			x := moved(f)
			is := *x
			is.Visit, is.Now, is.Kind, is.Was = x.Now, "", "added", nil
			x.Now, x.Kind, x.Is = "", "cancelled", nil
			f.Replan.Changes = append(f.Replan.Changes, is)
			for _, staff := range is.Is.Staff {
				f.ChangeRows = append(f.ChangeRows, verify.ChangeRow{Staff: staff, Visit: is.Visit})
			}
		},
		"to an occurrence that is none": func(f *verify.Folder) { moved(f).Now = "team-2027-03-03" },
		"to that of another":            func(f *verify.Folder) { moved(f).Now = moved(f).Visit },
		"at another time":               func(f *verify.Folder) { moved(f).Is.Start = r.From.At(0, time.UTC) },
		"from another time":             func(f *verify.Folder) { moved(f).Was.End = r.From.At(0, time.UTC) },
		"with somebody else":            func(f *verify.Folder) { moved(f).Is.Staff = []string{"s0"} },
	} {
		f := replanFolder(was, r)
		do(f)
		faults := verify.Plan(s, f, r.From, r.To)
		wrong := slices.ContainsFunc(faults, func(x verify.Fault) bool { return x.Kind == verify.WrongChange })
		if wrong != (name != "") || name == "" && len(faults) > 0 {
			t.Errorf("%q: found %v", name, faults)
		}
	}
}

// TestDesertedMeetingsAreTold: who alone attends a meeting is away another week
// than was told; the meeting did not move, and it may not be told as if it had.
func TestDesertedMeetingsAreTold(t *testing.T) {
	t.Parallel()
	s := randomState(rand.New(rand.NewPCG(3, 1)))
	s.Absences = nil
	s.Meetings = []planner.Meeting{{
		ID: "alone", Start: calendar.NewDate(2027, time.June, 1), Clock: 660, Minutes: 30, Rule: "FREQ=DAILY;COUNT=20", Staff: []string{"s0"},
		Budget: planner.WithoutIndication,
	}}
	away := func(day int) {
		from := calendar.NewDate(2027, time.June, day)
		s.Absences = []planner.Absence{{Staff: "s0", From: from, To: from + 4}}
	}
	away(14)
	o := planner.Options{Year: 2027, Seed: 1, Iterations: 40, Workers: 1, MaxChanges: -1}
	was, err := planner.Solve(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	away(7)
	r, err := planner.Replan(context.Background(), s, planner.Published{Visits: was.Visits, Assignments: was.Assignments},
		planner.ReplanOptions{Options: o, Today: calendar.NewDate(2027, time.March, 1), MaxMoves: -1})
	if err != nil {
		t.Fatal(err)
	}
	f := replanFolder(was, r)
	for _, x := range verify.Plan(s, f, r.From, r.To) {
		t.Error(x)
	}
	find := func(kind string) *verify.Change {
		k := slices.IndexFunc(f.Replan.Changes, func(x verify.Change) bool { return x.Meeting && x.Kind == kind })
		if k < 0 {
			t.Fatalf("no meeting is %s: %+v", kind, f.Replan.Changes)
		}
		return &f.Replan.Changes[k]
	}
	gone, came := find("cancelled"), find("added")
	gone.Kind, gone.Now, gone.Is = "moved", came.Visit, came.Is
	if !slices.ContainsFunc(verify.Plan(s, f, r.From, r.To), func(x verify.Fault) bool { return x.Kind == verify.WrongChange }) {
		t.Error("told as moved, and no fault found")
	}
}

// TestReplanFaultsAreFound changes true folders, each in one way.
func TestReplanFaultsAreFound(t *testing.T) {
	t.Parallel()
	s, was, again := pair(t)
	today := again.Today
	on := func(r *verify.VisitRow) calendar.Date { return calendar.DateOf(r.Start, r.Start.Location()) }
	visit := func(f *verify.Folder, from, to calendar.Date) *verify.VisitRow {
		for i := range f.Visits {
			if r := &f.Visits[i]; r.VisitType != "meeting" && r.Status != "cancelled" && on(r) >= from && on(r) < to {
				return r
			}
		}
		t.Fatalf("no visit from %s to %s", from, to)
		return nil
	}
	for _, c := range []struct {
		name string
		do   func(f *verify.Folder)
		want string
	}{
		{"as it is", func(*verify.Folder) {}, ""},
		{"another past", func(f *verify.Folder) { visit(f, 0, today).Staff = "s1" }, verify.PastChanged},
		{"a visit too many in the past", func(f *verify.Folder) {
			row := *visit(f, 0, today)
			row.Visit = "other"
			f.Visits = append(f.Visits, row)
		}, verify.PastChanged},
		{"a published visit that is gone", func(f *verify.Folder) {
			id := visit(f, today, today+300).Visit
			f.Visits = slices.DeleteFunc(f.Visits, func(r verify.VisitRow) bool { return r.Visit == id })
		}, verify.PastChanged},
		{"moved without need in the near term", func(f *verify.Folder) {
			row := visit(f, today, today+7)
			day := 24 * time.Hour
			row.Start, row.End = row.Start.Add(21*day), row.End.Add(21*day)
		}, verify.FrozenMoved},
		{"moved without need though a lead pinned it", func(f *verify.Folder) {
			row := visit(f, today+30, today+300)
			for i := range f.Published {
				if f.Published[i].Visit == row.Visit {
					f.Published[i].Status = "pinned"
				}
			}
			day := 24 * time.Hour
			row.Start, row.End = row.Start.Add(21*day), row.End.Add(21*day)
		}, verify.FrozenMoved},
		{"came into the near term", func(f *verify.Folder) {
			row := visit(f, today+30, today+300)
			at := (today + 1).At(9*60, row.Start.Location())
			row.End, row.Start = at.Add(row.End.Sub(row.Start)), at
		}, verify.FrozenMoved},
		{"more moves than allowed", func(f *verify.Folder) { f.Replan.MaxMoves = again.Moved - 1 }, verify.TooManyMoves},
		{"a move that costs nothing", func(f *verify.Folder) { f.Summary.Constraints["move"] = 0 }, verify.WrongAmount},
		{"a change that is not told", func(f *verify.Folder) { f.Replan.Changes = f.Replan.Changes[1:] }, verify.WrongChange},
		{"a change that is none", func(f *verify.Folder) {
			f.Replan.Changes = append(f.Replan.Changes, verify.Change{Visit: "none", Kind: "moved", Code: "away"})
		}, verify.WrongChange},
		{"somebody is not told", func(f *verify.Folder) { f.ChangeRows = f.ChangeRows[1:] }, verify.WrongChange},
		{"a row that ended otherwise", func(f *verify.Folder) {
			row := f.Assignments[0]
			row.To, row.Staff = today+3, "s6"
			f.Assignments = append([]verify.AssignmentRow{row}, f.Assignments...)
		}, verify.PastChanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := replanFolder(was, again)
			c.do(f)
			faults := verify.Plan(s, f, again.From, again.To)
			found := c.want == "" && len(faults) == 0 || slices.ContainsFunc(faults, func(x verify.Fault) bool { return x.Kind == c.want })
			if !found {
				t.Errorf("want %q, found %v", c.want, faults)
			}
		})
	}
}
