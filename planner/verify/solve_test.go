package verify_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// TestSolvedPlansHaveNoFaults solves random regions with everything that makes
// planning awkward, and proves each plan.
func TestSolvedPlansHaveNoFaults(t *testing.T) {
	t.Parallel()
	for seed := range 8 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := randomState(rand.New(rand.NewPCG(uint64(seed), 1)))
			o := planner.Options{Year: 2027, Seed: 1, Iterations: 40, Workers: 1, MaxChanges: seed%3 - 1}
			p, err := planner.Solve(context.Background(), s, o)
			if err != nil {
				t.Fatal(err)
			}
			folder := folderOf(p)
			folder.Summary.MaxChanges = &o.MaxChanges
			for _, f := range verify.Plan(s, folder, p.From, p.To) {
				t.Error(f)
			}
			if len(folder.Visits) == 0 || len(folder.Assignments) == 0 {
				t.Error("nothing was planned")
			}
		})
	}
}

// folderOf is what a plan folder holds of a plan.
func folderOf(p *planner.Plan) *verify.Folder {
	f := &verify.Folder{Summary: verify.Summary{
		From: p.From, To: p.To, Assignments: map[string]verify.RoleSummary{},
		Schedule: verify.ScheduleScore(p.Schedule), Constraints: amounts(p.Constraints),
	}}
	for i := range p.Visits {
		v := &p.Visits[i]
		reason := v.Reason
		for _, m := range v.Crew {
			f.Visits = append(f.Visits, verify.VisitRow{
				Visit: v.ID, Location: v.Location, District: v.District, Role: m.Role, Staff: m.Staff, VisitType: v.VisitType,
				Requirement: v.Requirement, Start: v.Start, End: v.End, TravelMinutes: m.TravelMinutes,
				Status: string(v.Status), Reason: planner.FormatReason(reason),
			})
			reason = planner.Reason{}
		}
	}
	for i := range p.Assignments {
		a := &p.Assignments[i]
		f.Assignments = append(f.Assignments, verify.AssignmentRow{
			Location: a.Location, District: a.District, Role: a.Role, Staff: a.Staff, Kind: string(a.Kind), From: a.From, To: a.To,
			MinutesYear: a.MinutesYear, TravelMinutesYear: a.TravelMinutesYear, Changed: a.Changed,
			Reason: planner.FormatReason(a.Reason),
		})
	}
	for _, u := range p.Unplanned {
		f.Unplanned = append(f.Unplanned, verify.UnplannedRow{
			Location: u.Location, Role: u.Role, Requirement: u.Requirement, Level: string(u.Level), DueBy: u.DueBy,
			BlockedBy: strings.Join(u.Reason.Blocked, "|"),
		})
	}
	for _, c := range p.Coverage {
		f.Coverage = append(f.Coverage, verify.CoverageRow{
			Location: c.Location, Role: c.Role, Requirement: c.Requirement,
			Minimum: c.Minimum, Target: c.Target, Done: c.Done, Planned: c.Planned, State: string(c.State),
		})
	}
	for i := range p.Roles {
		r := &p.Roles[i]
		sum, role := roleSummary(r), f.Summary.Assignments[r.Role]
		if r.Kind == planner.Backup {
			role.Backup = &sum
		} else {
			role = sum
		}
		f.Summary.Assignments[r.Role] = role
	}
	return f
}

func roleSummary(r *planner.RoleResult) verify.RoleSummary {
	out := verify.RoleSummary{
		Cost: r.Cost, Bound: r.Bound, Gap: r.Gap(), Multipliers: r.Multipliers, Rest: r.Rest, Constraints: amounts(r.Constraints),
	}
	for _, l := range r.Loads {
		out.Loads = append(out.Loads, verify.LoadRow(l))
	}
	for _, a := range r.Areas {
		out.Areas = append(out.Areas, verify.AreaRow(a))
	}
	out.Changed, out.Travel = r.Changed, verify.TravelRow(r.Travel)
	for _, s := range r.Shortages {
		out.Shortages = append(out.Shortages, verify.ShortageRow{
			District: s.District, Locations: s.Locations, Minutes: s.Minutes, FTE: float64(s.FTE) / 100,
		})
	}
	return out
}

func amounts(list []planner.Amount) map[string]int64 {
	out := map[string]int64{}
	for _, a := range list {
		out[a.Constraint] += a.Value
	}
	return out
}

// open is a date that is not given.
const open = calendar.NoDate

// randomState returns a region of some locations with coordinators, counsellors
// and specialists.
func randomState(r *rand.Rand) *planner.State {
	s := &planner.State{
		Programme:     randomProgramme(r),
		Organisations: []planner.Organisation{{ID: "ggd", LimitMinutes: 100_000}, {ID: "unik", PublicHolidays: nil}, {ID: "holder"}},
		Districts:     []planner.District{{ID: "D0"}, {ID: "D1"}, {ID: "D2"}},
	}
	for i, role := range []string{"zc", "zc", "zc", "ab", "ab", "special", "special"} {
		s.Staff = append(s.Staff, randomStaff(r, fmt.Sprintf("s%d", i), role))
	}
	for i := range 5 + r.IntN(8) {
		addLocation(r, s, fmt.Sprintf("L%02d", i))
	}
	day := func(month time.Month, d int) calendar.Date { return calendar.NewDate(2027, month, d) }
	s.Meetings = append(s.Meetings,
		planner.Meeting{ID: "team", Start: day(1, 4), Clock: 540, Minutes: 90, Rule: "FREQ=WEEKLY;INTERVAL=2", Roles: []string{"zc", "ab"}, Location: "L00"},
		planner.Meeting{ID: "steer", Start: day(1, 6), Clock: 600, Minutes: 120, Rule: "FREQ=MONTHLY;BYDAY=1WE", Staff: []string{"s0", "s4"}, Point: planner.Point{Lat: 51.84, Lon: 5.85}},
		planner.Meeting{ID: "twice", Start: day(1, 8), Clock: 960, Minutes: 15, Rule: "FREQ=MONTHLY;BYHOUR=9,16", Roles: []string{"ab"}},
		planner.Meeting{ID: "online", Start: day(1, 7), Clock: 780, Minutes: 30, Rule: "FREQ=WEEKLY", Roles: []string{"ab"}},
		planner.Meeting{ID: "clash", Start: day(1, 18), Clock: 570, Minutes: 60, Staff: []string{"s0"}})
	s.Absences = []planner.Absence{
		{Staff: "s1", From: day(3, 1), To: day(5, 30)},
		{Staff: "s3", From: day(6, 1), To: day(6, 30), Part: calendar.Span{From: 600, To: 720}},
	}
	s.Blackouts = []planner.Blackout{
		{Municipality: "0268", From: day(6, 10), To: day(6, 12)},
		{District: "D1", From: day(2, 1), To: day(3, 12), Part: calendar.Span{From: 480, To: 720}},
	}
	s.Cases = []planner.Case{{Ref: "c", Staff: "s2", MinutesWeek: 60, Opened: day(3, 1), HandedOver: open}}
	return s
}

func randomProgramme(r *rand.Rand) planner.Programme {
	joint := &planner.Selection{Tags: []string{"joint"}}
	return planner.Programme{
		Zone: "Europe/Amsterdam", From: open, To: open,
		Municipalities: []planner.Municipality{{Code: "0268", SchoolRegion: "zuid"}},
		Weights:        planner.Weights{Travel: int64(r.IntN(2) * 130)},
		Roles: []planner.Role{
			{
				ID: "zc", Assign: planner.ByLocation, Backup: true, DemandPerPlace: 20, AcuteMinutesDay: r.IntN(3) * 30,
				Consult: calendar.Week{time.Tuesday: {{From: 13 * 60, To: 15 * 60}}},
			},
			{ID: "ab", Assign: planner.ByDistrict, Backup: r.IntN(2) == 0},
			{ID: "special", Assign: planner.NotAssigned},
		},
		VisitTypes: []planner.VisitType{
			{ID: "talk", Mode: planner.OnSite, Minutes: 90, Preparation: 30, FollowUp: 15, BufferAfter: r.IntN(13), BufferBefore: r.IntN(6), Weight: 100},
			{ID: "morning", Mode: planner.OnSite, Minutes: 45 + r.IntN(4)*15, Weight: 100, ParentsPresent: true},
			{ID: "handover", Mode: planner.OnSite, Minutes: 45, Weight: 120, ParentsPresent: true},
			{ID: "call", Mode: []planner.VisitMode{planner.ByPhone, planner.Online}[r.IntN(2)], Minutes: 20 + r.IntN(30), BufferAfter: r.IntN(10), Weight: 100},
		},
		Requirements: []planner.Requirement{
			{
				ID: "talks", Role: "zc", VisitType: "talk", Minimum: 1, Target: 2, MinGapDays: 120, IdealGapDays: 182,
				From: planner.MonthDay{Month: 1, Day: 15}, To: planner.MonthDay{Month: 12, Day: 15},
			},
			{ID: "mornings", Role: "ab", VisitType: "morning", Anchor: &planner.Anchor{Kind: "parents", Every: 1 + r.IntN(3), Offset: r.IntN(2)}},
			{ID: "joint", Role: "ab", With: []string{"zc"}, VisitType: "handover", Minimum: 1, Target: 1, Select: joint},
			{ID: "pooled", Role: "ab", Pool: []string{"special", "zc"}, VisitType: "handover", Target: 1, Select: joint},
			{ID: "specials", Role: "special", VisitType: "handover", Target: 1, Select: joint},
			{ID: "calls", Role: "zc", VisitType: "call", Minimum: 1, Target: 2, MinGapDays: 60, IdealGapDays: 120},
		},
	}
}

func randomStaff(r *rand.Rand, id, role string) planner.Staff {
	m := planner.Staff{
		ID: id, Organisation: []string{"ggd", "unik"}[r.IntN(2)], Mode: []planner.TravelMode{planner.Car, planner.Bicycle}[r.IntN(2)],
		Home:      randomPoint(r),
		Contracts: []planner.Contract{{Role: role, HoursWeek: 1000 + r.IntN(2600), From: open, To: open}},
		Pattern:   everyDay(calendar.Span{From: 510, To: 750}, calendar.Span{From: 780, To: 1020}),
	}
	if r.IntN(3) == 0 {
		m.Pattern[time.Wednesday] = nil
		m.Pattern[time.Friday] = []calendar.Span{{From: 510, To: 720}}
	}
	if r.IntN(5) == 0 {
		m.Contracts[0].HoursWeek = 60 + r.IntN(300)
	}
	if role == "zc" && r.IntN(5) == 0 {
		m.Contracts[0].MaxLocations = 1 + r.IntN(3)
	}
	if role != "special" && r.IntN(8) == 0 {
		m.Contracts[0].To = calendar.NewDate(2027, 9, 1)
	}
	if r.IntN(4) == 0 {
		m.DayCap, m.WeekCap = 1+r.IntN(2), 1+r.IntN(4)
	}
	return m
}

func everyDay(spans ...calendar.Span) (w calendar.Week) {
	for day := time.Monday; day <= time.Friday; day++ {
		w[day] = spans
	}
	return w
}

func randomPoint(r *rand.Rand) planner.Point {
	return planner.Point{Lat: 51.8 + r.Float64()/10, Lon: 5.8 + r.Float64()/10, PC4: fmt.Sprint(6511 + r.IntN(3)), PC4Area: 3}
}

// addLocation adds a location with its meetings, assignments and history.
func addLocation(r *rand.Rand, s *planner.State, id string) {
	one := func(of int) bool { return r.IntN(of) == 0 }
	day := func(month time.Month) calendar.Date { return calendar.NewDate(2027, month, 1+r.IntN(28)) }
	l := planner.Location{
		ID: id, Organisation: "holder", Municipality: "0268", District: fmt.Sprintf("D%d", r.IntN(3)), Point: randomPoint(r),
		Registrations: []planner.Registration{{Kind: "KDV", Places: r.IntN(60)}},
		Opening:       everyDay(calendar.Span{From: 480, To: 1080}),
		Parents:       everyDay(calendar.Span{From: 480, To: 555}, calendar.Span{From: 960, To: 1080}),
		Opened:        open, Closed: open,
	}
	if one(3) {
		l.Tags = []string{"joint"}
	}
	if one(5) {
		l.Opening = everyDay(calendar.Span{From: 540, To: 720}, calendar.Span{From: 723, To: 900})
	}
	if one(8) {
		l.Opened = day(4)
	}
	if one(8) {
		l.Closed = day(9)
	}
	if one(3) {
		s.Meetings = append(s.Meetings, planner.Meeting{
			ID: "parents-" + id, Kind: "parents", Start: calendar.NewDate(2026, 1, 5+r.IntN(5)), Clock: calendar.Clock(510 + 5*r.IntN(10)),
			Minutes: 60 + 15*r.IntN(3), Rule: "FREQ=WEEKLY;INTERVAL=4", Location: id, Except: []calendar.Date{calendar.NewDate(2027, 5, 5)},
		})
	}
	if one(2) {
		who := &s.Staff[r.IntN(3)]
		// a pin needs a contract in the role for the whole year
		lasting := who.Contracts[0].Role == "zc" && who.Contracts[0].To == open && who.Contracts[0].From == open
		s.Assignments = append(s.Assignments, planner.Assignment{
			Location: id, Role: "zc", Staff: who.ID, Kind: planner.Primary, From: calendar.NewDate(2025, 8, 1), To: open,
			Pinned: one(4) && lasting, Reason: "temporary",
		})
	}
	if one(3) {
		s.History = append(s.History, planner.CompletedVisit{Location: id, Role: "zc", Requirement: "talks", Date: calendar.NewDate(2026, 10, 1+r.IntN(90))})
	}
	if one(8) { // twice in the year itself, the later one first
		first := day(3)
		for _, d := range []calendar.Date{first + 100, first} {
			s.History = append(s.History, planner.CompletedVisit{Location: id, Role: "zc", Requirement: "talks", Date: d})
		}
	}
	s.Locations = append(s.Locations, l)
}
