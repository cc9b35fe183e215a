package examples_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// The loads of a year, worked out a second time from the plan and the input alone,
// day by day and minute by minute: by person, district, month, budget, employer and
// kind of work the two agree to the minute.

// tally adds up minutes by what they are of.
type tally struct {
	s    *planner.State
	zone *time.Location
	year int
	// sums are minutes by a heading and its value, "month 2027-03".
	sums map[string]int64
	all  int64
}

func (a *tally) add(m *planner.Staff, district string, day calendar.Date, budget planner.Budget, kind planner.WorkKind, minutes int64) {
	if minutes == 0 {
		return
	}
	month := day.String()[:7]
	for _, key := range []string{
		"person " + m.ID, "district " + district, "month " + month, "budget " + string(budget), "employer " + m.Organisation, "kind " + string(kind),
		"statement " + month + " " + m.Organisation + " " + string(budget) + " " + string(kind),
	} {
		a.sums[key] += minutes
	}
	a.all += minutes
}

// worked says of each minute of a day whether somebody works.
func (a *tally) worked(m *planner.Staff, d calendar.Date) (minutes [24 * 60]bool) {
	holidays := []string(nil)
	for _, o := range a.s.Organisations {
		if o.ID == m.Organisation {
			holidays = o.PublicHolidays
		}
	}
	set, _ := calendar.ParseHolidaySet(holidays)
	if _, off := calendar.PublicHoliday(d, set); off || !slices.ContainsFunc(m.Contracts, func(c planner.Contract) bool { return inForce(c, d) }) {
		return minutes
	}
	for _, s := range m.Pattern[d.Weekday()] {
		for t := s.From; t < s.To; t++ {
			minutes[t] = true
		}
	}
	for _, x := range a.s.Absences {
		if x.Staff != m.ID || d < x.From || d > x.To {
			continue
		}
		for t := range minutes {
			if x.Part.Empty() || int(x.Part.From) <= t && t < int(x.Part.To) {
				minutes[t] = false
			}
		}
	}
	return minutes
}

func inForce(c planner.Contract, d calendar.Date) bool {
	return (c.From == calendar.NoDate || c.From <= d) && (c.To == calendar.NoDate || d <= c.To)
}

// budget is that of the contract in a role on a day, else of the first in the role.
func budget(m *planner.Staff, role string, d calendar.Date) planner.Budget {
	for _, c := range m.Contracts {
		if c.Role == role && inForce(c, d) {
			return c.Budget
		}
	}
	for _, c := range m.Contracts {
		if c.Role == role {
			return c.Budget
		}
	}
	return ""
}

func (a *tally) visits(plan *planner.Plan) {
	for _, v := range plan.Visits {
		day := calendar.DateOf(v.Start.In(a.zone), a.zone)
		if v.Status == planner.Cancelled || day.Year() != a.year {
			continue
		}
		minutes := int64(v.End.Sub(v.Start) / time.Minute)
		for _, c := range v.Crew {
			i := slices.IndexFunc(a.s.Staff, func(m planner.Staff) bool { return m.ID == c.Staff })
			m := &a.s.Staff[i]
			of := budget(m, cmp.Or(c.Role, m.Contracts[0].Role), day)
			if v.Meeting {
				for _, k := range a.s.Meetings {
					if k.ID == v.Requirement {
						of = cmp.Or(k.Budget, of)
					}
				}
				a.add(m, v.District, day, of, planner.MeetingWork, minutes)
			} else {
				for _, vt := range a.s.Programme.VisitTypes {
					if vt.ID == v.VisitType {
						a.add(m, v.District, day, of, planner.VisitWork, minutes+int64(vt.BufferBefore)+int64(vt.BufferAfter))
						a.add(m, v.District, day, of, planner.PreparationWork, int64(vt.Preparation)+int64(vt.FollowUp))
					}
				}
			}
			a.add(m, v.District, day, of, planner.TravelWork, int64(c.TravelMinutes))
		}
	}
}

// cases spreads each case over its days: a case is a whole number of sevenths of a
// minute a day, and a minute counts on the day on which half of it is over.
func (a *tally) cases() {
	for _, c := range a.s.Cases {
		for i := range a.s.Staff {
			m := &a.s.Staff[i]
			if m.ID != c.Staff {
				continue
			}
			district := ""
			for _, l := range a.s.Locations {
				if l.ID == c.Location {
					district = l.District
				}
			}
			sevenths := int64(0)
			for d := c.Opened; d.Year() <= a.year; d++ {
				if c.HandedOver != calendar.NoDate && d > c.HandedOver {
					break
				}
				before := (2*sevenths + 7) / 14
				sevenths += int64(c.MinutesWeek)
				if d.Year() == a.year {
					a.add(m, district, d, cmp.Or(c.Budget, budget(m, m.Contracts[0].Role, d)), planner.CaseWork, (2*sevenths+7)/14-before)
				}
			}
		}
	}
}

// setApart is what roles keep of each day, and contracts of each month.
func (a *tally) setApart(m *planner.Staff) {
	for d := calendar.NewDate(a.year, 1, 1); d.Year() == a.year; d++ {
		minutes := a.worked(m, d)
		kept := map[string]bool{}
		for _, c := range m.Contracts {
			if !inForce(c, d) || kept[c.Role] {
				continue
			}
			kept[c.Role] = true
			for _, role := range a.s.Programme.Roles {
				if role.ID != c.Role {
					continue
				}
				if slices.Contains(minutes[:], true) {
					a.add(m, "", d, c.Budget, planner.AcuteWork, int64(role.AcuteMinutesDay))
				}
				for _, s := range role.Consult[d.Weekday()] {
					for t := s.From; t < s.To; t++ {
						if minutes[t] {
							a.add(m, "", d, c.Budget, planner.ConsultWork, 1)
						}
					}
				}
			}
		}
	}
	for _, c := range m.Contracts {
		for month := time.January; month <= time.December; month++ {
			a.nonCase(m, c, month)
		}
	}
}

// nonCase is the share of a contract's month that is for nobody in particular, of
// what holidays and absences leave.
func (a *tally) nonCase(m *planner.Staff, c planner.Contract, month time.Month) {
	week, pattern, planned, off, gone, days := int64(c.HoursWeek)*60/100, int64(0), int64(0), int64(0), int64(0), int64(0)
	for _, day := range m.Pattern {
		for _, s := range day {
			pattern += int64(s.To - s.From)
		}
	}
	first := calendar.NoDate
	everyDay := *m
	everyDay.Contracts = []planner.Contract{{From: calendar.NoDate, To: calendar.NoDate}}
	anybody := tally{s: &planner.State{Organisations: a.s.Organisations}}
	for d := calendar.NewDate(a.year, month, 1); d.Time().Month() == month; d++ {
		if !inForce(c, d) {
			continue
		}
		if first == calendar.NoDate {
			first = d
		}
		days++
		count := func(minutes [24 * 60]bool) (n int64) {
			for _, yes := range minutes {
				if yes {
					n++
				}
			}
			return n
		}
		all := int64(0)
		for _, s := range m.Pattern[d.Weekday()] {
			all += int64(s.To - s.From)
		}
		planned += all
		if there := count(anybody.worked(&everyDay, d)); there < all {
			off += all
		} else {
			gone += all - count((&tally{s: a.s}).worked(&everyDay, d))
		}
	}
	if days == 0 {
		return
	}
	contract, left := week*days/7, week*days/7
	if pattern > 0 {
		contract = week * planned / pattern
		left = contract - week*off/pattern - week*gone/pattern
	}
	share := a.s.Programme.Assume(planner.NonCaseShare, m.Organisation, first)
	a.add(m, "", first, c.Budget, planner.NonCaseWork, min(left, int64(float64(contract)*share/100+1e-6)))
}

// TestLoadsAreThoseOfThePlan: the six examples, and generated regions with absences,
// cases, meetings, further contracts and shares drawn at random.
func TestLoadsAreThoseOfThePlan(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, s *planner.State) {
		t.Helper()
		plan, err := planner.Solve(t.Context(), s, planner.Options{Year: 2027, Seed: 1, Iterations: 20, Workers: 1, MaxChanges: -1})
		if err != nil {
			t.Fatal(err)
		}
		a := &tally{s: s, zone: amsterdam(t), year: 2027, sums: map[string]int64{}}
		a.visits(plan)
		a.cases()
		for i := range s.Staff {
			a.setApart(&s.Staff[i])
		}
		p := planner.Period{From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 12, 31)}
		lines, err := planner.Loads(s, plan.Visits, p)
		if err != nil {
			t.Fatal(err)
		}
		got, all := map[string]int64{}, int64(0)
		for _, l := range lines {
			all += l.Minutes
			for _, key := range []string{
				"person " + l.Staff, "district " + l.District, "month " + l.Month.String(), "budget " + string(l.Budget), "employer " + l.Organisation, "kind " + string(l.Kind),
			} {
				got[key] += l.Minutes
			}
		}
		statement, err := planner.StateHours(s, plan.Visits, planner.Realised{}, p, p.From-1)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range statement.Lines {
			if l.Planned > 0 {
				got[fmt.Sprintf("statement %s %s %s %s", l.Month, l.Organisation, l.Budget, l.Kind)] += l.Planned
			}
		}
		if all != a.all || !maps.Equal(got, a.sums) {
			for key := range a.sums {
				if got[key] != a.sums[key] {
					t.Errorf("%s: %d minutes, by hand %d", key, got[key], a.sums[key])
				}
			}
			t.Errorf("%d minutes, by hand %d; %d heads, by hand %d", all, a.all, len(got), len(a.sums))
		}
		t.Logf("%d minutes under %d heads agree", all, len(got))
	}
	each(t, func(t *testing.T, _ example, s *planner.State) { t.Helper(); check(t, s) })
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("region ", seed), func(t *testing.T) {
			t.Parallel()
			check(t, drawnRegion(seed))
		})
	}
}

// drawnRegion is a generated region in which people do all kinds of work.
func drawnRegion(seed uint64) *planner.State {
	random := rand.New(rand.NewPCG(seed, 3))
	s := files.GenerateRegion(12+random.IntN(20), 4, seed)
	role := &s.Programme.Roles[0]
	role.AcuteMinutesDay = random.IntN(40)
	role.Consult = calendar.Week{2: {{From: 13 * 60, To: 15 * 60}}, 4: {{From: 9*60 + 5, To: 11 * 60}}}
	s.Programme.Assumptions = append(s.Programme.Assumptions, planner.Assumption{Key: planner.NonCaseShare, Value: 17.3, From: calendar.NewDate(2027, 4, 1)})
	s.Programme.VisitTypes[0].BufferBefore, s.Programme.VisitTypes[0].BufferAfter = random.IntN(3)*5, 10
	day := func() calendar.Date { return calendar.NewDate(2027, 1, 1) + calendar.Date(random.IntN(365)) }
	for i := range s.Staff {
		m := &s.Staff[i]
		from := day()
		s.Absences = append(s.Absences,
			planner.Absence{Staff: m.ID, From: from, To: from + calendar.Date(random.IntN(20))},
			planner.Absence{Staff: m.ID, From: day(), To: calendar.NewDate(2027, 12, 31), Part: calendar.Span{From: 9 * 60, To: 10*60 + 7}})
		m.Contracts = append(m.Contracts, planner.Contract{Role: role.ID, Budget: planner.WithIndication, HoursWeek: 100 + random.IntN(900), From: day(), To: calendar.NoDate})
		for k := range 1 + random.IntN(3) {
			c := planner.Case{Ref: fmt.Sprint(m.ID, k), Staff: m.ID, Kind: "light", MinutesWeek: 1 + random.IntN(90), Opened: day() - calendar.Date(random.IntN(400)), HandedOver: calendar.NoDate}
			if k == 0 {
				c.Location, c.HandedOver, c.Budget = s.Locations[0].ID, c.Opened+calendar.Date(random.IntN(300)), planner.WithIndication
			}
			s.Cases = append(s.Cases, c)
		}
	}
	s.Meetings = append(s.Meetings, planner.Meeting{
		ID: "team", Name: "Team", Start: calendar.NewDate(2027, 1, 5), Clock: 9 * 60, Minutes: 45, Rule: "FREQ=WEEKLY;INTERVAL=3", Roles: []string{role.ID}, Budget: planner.WithIndication,
	})
	return s
}
