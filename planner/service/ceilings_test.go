package service

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// carrying is a region in which anna has so many cases under a ceiling of three.
func carrying(cases int) *planner.State {
	s := counter("noord")
	s.Programme.Ceilings = []planner.Ceiling{{
		ID: "cases", Measure: planner.CeilingCases, Limit: 3, WarnAt: 60, From: calendar.NoDate, To: calendar.NoDate, Source: "team, 2026",
	}}
	for i := range cases {
		s.Cases = append(s.Cases, planner.Case{
			Ref: string(rune('a' + i)), Staff: "noordanna", Kind: "trajectory", Points: 2, MinutesWeek: 30, Opened: calendar.NewDate(2027, 1, 4), HandedOver: calendar.NoDate,
		})
	}
	return s
}

// A ceiling warns before and escalates with the ways out when it is passed: each
// time once, by mail and to programs that listen, and again when it was over in
// between.
func TestCeilingsAreToldOnce(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		carries := func(cases int) {
			w.Helper()
			_, err := w.Import(ctx, []*planner.State{carrying(cases)})
			w.must(err)
			for range 3 {
				w.must(w.NoteCeilings(ctx))
			}
		}
		carries(1)
		_, err := w.AddContact(ctx, Contact{
			Scope: FeedScope{Region: "noord", Kind: "staff", ID: "noordanna"}, Name: "Anna", Mail: "anna@example.nl", Language: "nl", Calendar: "feed",
		})
		w.must(err)
		for _, step := range []struct {
			cases int
			want  []planner.CeilingState // the newest first
			open  int
		}{
			{1, nil, 0},
			{2, []planner.CeilingState{planner.CeilingNear}, 1},
			{4, []planner.CeilingState{planner.CeilingPassed, planner.CeilingNear}, 1},
			{0, []planner.CeilingState{planner.CeilingPassed, planner.CeilingNear}, 0},
			{2, []planner.CeilingState{planner.CeilingNear, planner.CeilingPassed, planner.CeilingNear}, 1},
		} {
			carries(step.cases)
			notices, err := w.CeilingNotices(ctx, "noord", "noordanna", 0, 9)
			w.must(err)
			var states []planner.CeilingState
			open := 0
			for _, n := range notices {
				states = append(states, n.Line.State)
				if n.Cleared.IsZero() {
					open++
				}
			}
			mails := slices.DeleteFunc(w.mails(), func(k store.MailKind) bool { return k != store.CeilingMail })
			if !slices.Equal(states, step.want) || open != step.open || len(mails) != len(step.want) {
				w.Fatalf("with %d cases: notices %v, %d open, %d mails; want %v, %d open", step.cases, states, open, len(mails), step.want, step.open)
			}
		}
		notices, err := w.CeilingNotices(ctx, "noord", "", 0, 9)
		w.must(err)
		if passed := notices[1].Line; len(passed.Choices) == 0 || passed.Value != 4 || passed.Ceiling.Source != "team, 2026" {
			w.Errorf("passed: %+v", passed)
		}
		if others, err := w.CeilingNotices(ctx, "noord", "noordbram", 0, 9); err != nil || len(others) != 0 {
			w.Errorf("notices of bram: %+v, %v", others, err)
		}
		if _, err := w.CeilingNotices(ctx, "west", "", 0, 9); !errors.Is(err, ErrNotFound) {
			w.Errorf("of no region: %v", err)
		}
	})
}

// The team lead is told by mail of everybody near or past a ceiling, at the address
// of their account, and of their own once; a lead of elsewhere and a colleague are
// not.
func TestLeadsAreToldOfCeilings(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		_, err := w.Import(ctx, []*planner.State{carrying(0), town("zuid")})
		w.must(err)
		for _, u := range []struct {
			mail string
			of   []store.Membership
		}{
			{"Bram@example.nl", []store.Membership{{Role: store.Lead, Region: "noord"}}},
			{"anna@example.nl", []store.Membership{{Role: store.Member, Region: "noord", Staff: "noordanna"}}},
			{"zuid@example.nl", []store.Membership{{Role: store.Lead, Region: "zuid"}}},
		} {
			_, err := w.AddUser(ctx, "Somebody", u.mail, u.of...)
			w.must(err)
		}
		for _, c := range []struct{ staff, mail, language string }{
			{"noordanna", "anna@example.nl", "nl"}, {"noordbram", "bram@example.nl", "en"}, {"noordbram", "zuid@example.nl", "nl"},
		} {
			_, err := w.AddContact(ctx, Contact{
				Scope: FeedScope{Region: "noord", Kind: "staff", ID: c.staff}, Name: "Somebody", Mail: c.mail, Language: store.Language(c.language), Calendar: "feed",
			})
			w.must(err)
		}
		_, err = w.Import(ctx, []*planner.State{carrying(4)})
		w.must(err)
		w.must(w.NoteCeilings(ctx))
		all, err := w.Store.ClaimMail(ctx, 50, time.Minute, w.Now())
		w.must(err)
		var subjects []string
		for i := range all {
			if all[i].Kind == store.CeilingMail {
				text, err := writeMail(&all[i], time.UTC, "")
				w.must(err)
				subjects = append(subjects, all[i].Contact.Mail+": "+text.subject)
				if !strings.Contains(text.plain, "4 ") || !strings.Contains(text.plain, "3 ") {
					w.Errorf("mail\n%s", text.plain)
				}
			}
		}
		slices.Sort(subjects)
		name := carrying(0).Staff[0].Name
		if want := []string{"anna@example.nl: U zit boven het afgesproken maximum", "bram@example.nl: " + name + " is above the agreed ceiling"}; !slices.Equal(subjects, want) {
			w.Errorf("mails %q, want %q", subjects, want)
		}
	})
}

// Any number of programs raise a notice once.
func TestCeilingsAreToldOnceByMany(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		_, err := w.Import(ctx, []*planner.State{carrying(4)})
		w.must(err)
		faults := make(chan error)
		for range 4 {
			go func() { faults <- w.NoteCeilings(ctx) }()
		}
		for range 4 {
			w.must(<-faults)
		}
		notices, err := w.CeilingNotices(ctx, "noord", "", 0, 9)
		w.must(err)
		if len(notices) != 1 {
			w.Errorf("%d notices, want one", len(notices))
		}
	})
}

func TestCeilingMail(t *testing.T) {
	t.Parallel()
	lines := []planner.CeilingLine{{
		Staff: "anna", Ceiling: planner.Ceiling{ID: "cases", Measure: planner.CeilingCases, Limit: 3}, Value: 5, State: planner.CeilingPassed,
		Choices: []planner.CeilingChoice{
			{Kind: planner.HandOver, Items: []string{"secret-a", "secret-b"}, To: "bram"},
			{Kind: planner.TakeNoNew, By: calendar.NewDate(2027, 3, 1)},
			{Kind: planner.AgreeMore, Limit: 5},
		},
	}}
	for language, want := range map[store.Language][]string{
		"nl": {"U zit boven het afgesproken maximum", "5 van hoogstens 3 casussen", "overdragen: 2 (een collega heeft ruimte)", "vanaf 2027-03-01", "tijdelijk 5"},
		"en": {"You are above the agreed ceiling", "5 of at most 3 cases", "hand over: 2 (a colleague has room)", "from 2027-03-01", "agree to 5"},
	} {
		m := &store.OutboxMail{Kind: store.CeilingMail, Contact: store.Contact{Name: "Anna", Language: language}, Content: store.MailContent{Ceilings: lines}}
		text, err := writeMail(m, time.UTC, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range append(want, "Anna") {
			if !strings.Contains(text.subject+"\n"+text.plain, part) || part != "Anna" && !strings.Contains(text.html, part) {
				t.Errorf("%s: %q is not in\n%s", language, part, text.plain)
			}
		}
		if strings.Contains(text.plain, "secret") || strings.Contains(text.plain, "bram") {
			t.Errorf("%s: names what is to be handed over:\n%s", language, text.plain)
		}
	}
	near := slices.Clone(lines)
	near[0].State, near[0].Choices = planner.CeilingNear, nil
	text, err := writeMail(&store.OutboxMail{Kind: store.CeilingMail, Contact: store.Contact{Language: "en"}, Content: store.MailContent{Ceilings: near}}, time.UTC, "")
	if err != nil || !strings.Contains(text.subject, "close to") || strings.Contains(text.plain, "team lead") {
		t.Errorf("%v: %+v", err, text)
	}
}

// A period that is over is closed as it was; what happens to the plan later does
// not change it.
func TestClosedPeriodStays(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		_, err := w.Import(ctx, []*planner.State{counter("noord")})
		w.must(err)
		w.publishes()
		w.at(time.Date(2027, 8, 2, 9, 0, 0, 0, time.UTC))
		winter := planner.Period{From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 6, 30)}
		p, err := w.ClosePeriod(ctx, "noord", winter)
		w.must(err)
		// The joint visit of January, the call of February and the meeting.
		want := map[string]int64{"noordanna": 180, "noordbram": 120}
		for _, l := range p.Loads {
			if l.Role == "zc" && l.Minutes != want[l.Staff] && l.Staff == "noordanna" || l.Capacity < 0 {
				w.Errorf("carried %+v, want %d minutes", l, want[l.Staff])
			}
		}
		if len(p.Loads) < 2 {
			w.Errorf("loads %+v", p.Loads)
		}
		w.Solve = func(_ context.Context, _ []*planner.State, o planner.Options) ([]*planner.Plan, error) {
			return []*planner.Plan{{Region: "noord", From: calendar.NewDate(o.Year, 1, 1), To: calendar.NewDate(o.Year, 12, 31)}}, nil
		}
		w.publishes()
		all, err := w.ClosedPeriods(ctx, "noord")
		w.must(err)
		if len(all) != 1 || !slices.Equal(all[0].Loads, p.Loads) {
			w.Errorf("closed %+v", all)
		}
		w.carries("noord")
		for name, c := range map[string]struct {
			p    planner.Period
			want error
		}{
			"closed already": {winter, ErrConflict},
			"not over":       {planner.Period{From: calendar.NewDate(2027, 7, 1), To: calendar.NewDate(2027, 12, 31)}, ErrParams},
		} {
			if _, err := w.ClosePeriod(ctx, "noord", c.p); !errors.Is(err, c.want) {
				w.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		w.must(w.ReopenPeriod(ctx, "noord", winter.From))
		if _, err := w.ClosePeriod(ctx, "noord", winter); err != nil {
			w.Error(err)
		}
	})
}

// The statement's planned hours are those of the loads, to the minute.
func TestHoursAreThoseOfTheLoads(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		_, err := w.Import(ctx, []*planner.State{counter("noord")})
		w.must(err)
		w.publishes()
		year := planner.Period{From: calendar.NewDate(2027, 1, 1), To: calendar.NewDate(2027, 12, 31)}
		h, err := w.Hours(ctx, "noord", year)
		w.must(err)
		lines, _, err := w.Loads(ctx, "noord", year)
		w.must(err)
		var want, planned, totals int64
		for i := range lines {
			want += lines[i].Minutes
		}
		for _, l := range h.Lines {
			planned += l.Planned
		}
		for _, l := range h.Totals() {
			totals += l.Planned
		}
		if want == 0 || planned != want || totals != want || h.Until != calendar.NewDate(2027, 1, 12) {
			w.Errorf("planned %d, totals %d, loads %d, until %s", planned, totals, want, h.Until)
		}
	})
}

// Who carried more of their time than the others is ahead by as much as the others
// are behind; somebody of half the hours has half the share.
func TestFairShares(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var periods []ClosedPeriod
		for range rapid.IntRange(1, 4).Draw(t, "periods") {
			var p ClosedPeriod
			for i := range rapid.IntRange(1, 6).Draw(t, "people") {
				capacity := rapid.Int64Range(1, 100_000).Draw(t, "capacity")
				p.Loads = append(p.Loads, PeriodLoad{Staff: string(rune('a' + i)), Role: "zc", Minutes: rapid.Int64Range(0, 100_000).Draw(t, "minutes"), Points: 1, Capacity: capacity})
			}
			periods = append(periods, p)
		}
		var ahead int64
		shares := fairShares(periods)
		for i, s := range shares {
			ahead += s.Ahead
			if s.Ahead != s.Minutes-s.Fair || i > 0 && shares[i-1].Ahead < s.Ahead {
				t.Fatalf("shares %+v", shares)
			}
		}
		if most := int64(6 * len(periods)); ahead > most || ahead < -most {
			t.Fatalf("together %d minutes ahead: %+v", ahead, shares)
		}
	})
	two := fairShares([]ClosedPeriod{{Loads: []PeriodLoad{{Staff: "full", Role: "zc", Minutes: 3000, Capacity: 4000}, {Staff: "half", Role: "zc", Capacity: 2000}}}})
	if two[0].Staff != "full" || two[0].Ahead != 1000 || two[1].Ahead != -1000 || two[1].Fair != 1000 {
		t.Errorf("shares %+v", two)
	}
}

// carries lets what people are ahead count, and looks for it in the programme.
func (w world) carries(region string) {
	w.Helper()
	ctx := w.Context()
	shares, err := w.FairShares(ctx, region)
	w.must(err)
	before, version, err := w.Store.LoadState(ctx, region)
	w.must(err)
	year := planner.Period{From: calendar.NewDate(2028, 1, 1), To: calendar.NewDate(2028, 12, 31)}
	if _, err := w.CarryShares(ctx, region, version-1, year); !errors.Is(err, ErrStale) {
		w.Errorf("another version: %v", err)
	}
	if _, err := w.CarryShares(ctx, region, version, planner.Period{From: year.To, To: year.From}); !errors.Is(err, ErrParams) {
		w.Errorf("a period that ends before it begins: %v", err)
	}
	counts, err := w.CarryShares(ctx, region, version, year)
	w.must(err)
	after, _, err := w.Store.LoadState(ctx, region)
	w.must(err)
	var want []planner.Carried
	for _, x := range shares {
		if x.Ahead > 0 && before.Programme.Role(x.Role) != nil {
			want = append(want, planner.Carried{Staff: x.Staff, Role: x.Role, Minutes: x.Ahead, From: year.From, To: year.To})
		}
	}
	if len(want) == 0 || !slices.Equal(counts, want) || !slices.Equal(after.Programme.Carried, want) {
		w.Errorf("counts %+v, kept %+v, want %+v", counts, after.Programme.Carried, want)
	}
}
