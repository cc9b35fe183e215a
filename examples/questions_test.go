package examples_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/capacity"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

// The questions that the five source texts raise, each answered by the program and
// checked by a small calculation that shares nothing with it but the input.

var questionOptions = planner.WhatIfOptions{
	Options: planner.Options{Year: 2027, Seed: 1, Iterations: 400, Workers: 1, MaxChanges: -1},
	From:    calendar.NewDate(2027, 1, 1), Months: 12, Runs: 4,
}

// whatIf answers what-if files for an example; the first outcome is as it is.
func whatIf(t *testing.T, dir string, paths ...string) []planner.Outcome {
	t.Helper()
	s := read(t, dir)
	var scenarios []planner.Scenario
	for _, path := range paths {
		c, err := files.ReadScenario(path, s)
		if err != nil {
			t.Fatal(err)
		}
		scenarios = append(scenarios, *c)
	}
	out, err := planner.WhatIf(t.Context(), s, scenarios, questionOptions)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// close to a share of the second.
func near(a, b, share float64) bool { return math.Abs(a-b) <= share*math.Abs(b)+1e-9 }

// TestHowManyCounsellorsForThreeMunicipalities: Passende Kinderopvang Nijmegen adds
// Beuningen, Heumen and Berg en Dal.
func TestHowManyCounsellorsForThreeMunicipalities(t *testing.T) {
	t.Parallel()
	out := whatIf(t, "passende-kinderopvang-nijmegen", "questions/nijmegen-region.yaml")
	before, after := &out[0], &out[1]
	if after.Figures.Locations-before.Figures.Locations != 8 || after.Figures.UnplannedMinimum != 0 || after.Figures.UnassignedFTE != 0 {
		t.Fatalf("%+v, then %+v", before.Figures, after.Figures)
	}
	// By hand: two visits of 90 + 15 + 15 minutes to each of eight locations, and
	// twelve minutes for each place.
	places, work := 0, 0.0
	for i := range after.State.Locations {
		if l := &after.State.Locations[i]; l.Municipality != "0268" {
			places += l.Places()
			work += 2*120 + 12*float64(l.Places())
		}
	}
	// A counsellor of 36 hours: 365 days less a quarter, and an hour of consult time
	// on each of 52 Thursdays at most.
	full := 36.0*60*365/7*0.75 - 52*60
	byHand := work / full
	// By the program: what the loads and their travel come to more.
	load := func(o *planner.Outcome) (sum int64) {
		for i := range o.Plan.Roles {
			if r := &o.Plan.Roles[i]; r.Kind == planner.Primary {
				for _, l := range r.Loads {
					sum += l.Load
				}
			}
		}
		return sum
	}
	fte := float64(load(after)-load(before)) / full
	t.Logf("Nijmegen: 8 locations, %d places more: %.2f FTE (by hand without travel %.2f); the six have room: the heaviest load goes from %.0f %% to %.0f %%, the worst month from %.2f to %.2f FTE short",
		places, fte, byHand, before.Figures.Heaviest, after.Figures.Heaviest, float64(before.Figures.ShortFTE)/100, float64(after.Figures.ShortFTE)/100)
	if places != 360 || fte < byHand || fte > byHand*1.3 {
		t.Errorf("%d places, %.3f FTE, by hand %.3f", places, fte, byHand)
	}
	// How many so that no month gets worse than today: tenths of a counsellor more.
	tenths, found, err := capacity.Least(30, func(n int) (bool, error) {
		c := planner.Scenario{Copies: []planner.Copy{{ID: "extra", Like: "ab-1", Role: "ambulant_begeleider", HoursWeek: 360 * n, From: calendar.NoDate}}}
		if n == 0 {
			c = planner.Scenario{}
		}
		s, faults := c.Apply(after.State)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		f, err := planner.MakeForecast(s, questionOptions.From, questionOptions.Months)
		if err != nil {
			return false, err
		}
		return worstShort(f) <= worstShort(before.Forecast), nil
	})
	if err != nil || !found {
		t.Fatalf("%v, found %v", err, found)
	}
	t.Logf("Nijmegen: %d.%d counsellors more, and no month is shorter than today", tenths/10, tenths%10)
	// By hand, for August: of 8 cases a year for each 100 places those of the last 20
	// weeks are open, at half an hour a week; a twelfth of the further work; and no
	// more than an eleventh of the visits. A tenth of a counsellor has 3.6 hours a week.
	weeks := 31.0 / 7
	cases := float64(places) / 100 * 8 / 52 * 20 * 30 * weeks
	hand := (cases + 12*float64(places)/12 + 8*2*120/11.0) / (3.6 * 60 * weeks * 0.75)
	if math.Abs(float64(tenths)-hand) > 1 {
		t.Errorf("%d tenths of a counsellor, by hand %.1f", tenths, hand)
	}
}

// TestWholeMunicipalitiesByTheirChildren: the eight addresses are all that the open
// sample has with places for 0 to 4; the whole of the three municipalities is
// estimated by the children of the postcode table (CBS), as many counsellors for
// each of them as Nijmegen has.
func TestWholeMunicipalitiesByTheirChildren(t *testing.T) {
	t.Parallel()
	children := map[string]int{}
	for _, a := range files.PostcodeAreas() {
		children[a.Municipality] += a.Children
	}
	three := children["Beuningen"] + children["Heumen"] + children["Berg en Dal"]
	s := read(t, "passende-kinderopvang-nijmegen")
	more := float64(len(s.Staff)) * float64(three) / float64(children["Nijmegen"])
	t.Logf("Nijmegen: %d counsellors for %d children of 0 to 4; %d in the three municipalities: %.1f counsellors more at the same measure", len(s.Staff), children["Nijmegen"], three, more)
	if three != 3430 || children["Nijmegen"] != 8360 || math.Abs(more-2.46) > 0.01 {
		t.Errorf("%d and %d children, %.2f counsellors", three, children["Nijmegen"], more)
	}
}

// worstShort is the most minutes that any role is short in a month.
func worstShort(f *planner.Forecast) (worst int64) {
	for i := range f.Rows {
		if f.Rows[i].District == "" {
			worst = max(worst, f.Rows[i].Short)
		}
	}
	return worst
}

// TestTheOneCoachIsAwayForSixWeeks: Geldrop-Mierlo.
func TestTheOneCoachIsAwayForSixWeeks(t *testing.T) {
	t.Parallel()
	out := whatIf(t, "geldrop-mierlo", "questions/geldrop-mierlo-away.yaml")
	before, after := &out[0], &out[1]
	supply := func(o *planner.Outcome) (sum int64) {
		lines, err := planner.Supply(o.State, planner.Period{From: calendar.NewDate(2027, 3, 1), To: calendar.NewDate(2027, 4, 30)})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Staff == "coach-1" {
				sum += l.Absent
			}
		}
		return sum
	}
	// By hand: six weeks of 28 + 4 hours; Easter Monday, 29 March 2027, is lost
	// already: a day of 8.5 hours out of four (the pattern's), so 8 of the 32.
	byHand := int64(6*32*60 - 32*60/4)
	lost := supply(after) - supply(before)
	inside := 0
	for i := range after.Plan.Visits {
		v := &after.Plan.Visits[i]
		day := calendar.DateOf(v.Start, amsterdam(t))
		if day < calendar.NewDate(2027, 3, 1) || day > calendar.NewDate(2027, 4, 11) {
			continue
		}
		for _, c := range v.Crew {
			if c.Staff == "coach-1" {
				t.Errorf("%s on %s is hers", v.ID, day)
			}
			if c.Staff == "coach-2" && !v.Meeting {
				inside++
			}
		}
	}
	first := func(o *planner.Outcome) string {
		for _, m := range o.Forecast.Misfits {
			if m.Role == "externe_coach" {
				return m.Month.String()
			}
		}
		return "none"
	}
	t.Logf("Geldrop-Mierlo: %d hours lost (by hand %d); visits unplanned %d, by the backup meanwhile %d; first month that does not fit %s, before %s; a consult waits %.1f days, before %.1f",
		lost/60, byHand/60, after.Figures.Unplanned, inside, first(after), first(before), after.Figures.ConsultDays, before.Figures.ConsultDays)
	if math.Abs(float64(lost-byHand)) > 2 {
		t.Errorf("%d minutes lost, by hand %d", lost, byHand)
	}
	if after.Figures.UnplannedMinimum != 0 || first(after) != "2027-03" || after.Figures.ConsultDays < before.Figures.ConsultDays {
		t.Errorf("%+v", after.Figures)
	}
}

// TestWhoIsOverWithBothBudgetsInOneHand: Arnhem.
func TestWhoIsOverWithBothBudgetsInOneHand(t *testing.T) {
	t.Parallel()
	p := plan(t, "passende-kinderopvang-arnhem")
	year := planner.Period{From: p.From, To: p.To}
	lines, err := planner.BudgetBalance(p.State, p.Visits, year)
	if err != nil {
		t.Fatal(err)
	}
	var over []string
	for i := range lines {
		b := &lines[i]
		if b.Role != "ambulant_begeleider" || b.Budget != planner.WithIndication {
			continue
		}
		// By hand: out of this budget go the cases that say so, week by week.
		var work, hours float64
		for _, c := range p.Cases {
			if c.Staff != b.Staff || c.Budget != planner.WithIndication {
				continue
			}
			from, to := max(c.Opened, p.From), p.To
			if c.HandedOver != calendar.NoDate {
				to = min(to, c.HandedOver)
			}
			work += max(0, float64(c.MinutesWeek)*float64(to-from+1)/7)
		}
		for _, m := range p.Staff {
			if m.ID == b.Staff {
				for _, c := range m.Contracts {
					if c.Budget == planner.WithIndication {
						hours += float64(c.HoursWeek) / 100
					}
				}
			}
		}
		if !near(float64(b.Work), work, 0.01) {
			t.Errorf("%s: %d minutes with indication, by hand %.0f", b.Staff, b.Work, work)
		}
		// Three quarters of the contract at most, holidays and leave not counted.
		if limit := hours * 60 * 365 / 7 * 0.75; float64(b.Net) > limit*1.01 {
			t.Errorf("%s has %d minutes, more than %.0f", b.Staff, b.Net, limit)
		}
		if b.Over() > 0 {
			over = append(over, b.Staff)
		}
		t.Logf("Arnhem: %s with indication %d hours of work in %d (by hand %.0f), %d over", b.Staff, b.Work/60, b.Net/60, work/60, b.Over()/60)
	}
	without := 0
	for i := range lines {
		if lines[i].Role == "ambulant_begeleider" && lines[i].Budget == planner.WithoutIndication && lines[i].Over() > 0 {
			without++
		}
	}
	t.Logf("Arnhem: over with indication %v, without %d of 8", over, without)
}

// TestThePilotEndsInJune: Someren.
func TestThePilotEndsInJune(t *testing.T) {
	t.Parallel()
	out := whatIf(t, "iedere-peuter-someren", "questions/someren-ends.yaml")
	after := &out[1]
	visits, last := map[string]int{}, calendar.Date(0)
	for i := range after.Plan.Visits {
		v := &after.Plan.Visits[i]
		day := calendar.DateOf(v.Start, amsterdam(t))
		last = max(last, day)
		if v.Requirement == "coaching_on_the_job" {
			visits[v.Location]++
		}
	}
	sum := 0
	for _, n := range visits {
		sum += n
	}
	// By hand: from 11 January to 30 June are 171 days, in which four visits fit that
	// are 45 days apart; two are promised to each of twelve locations.
	most := 1 + (int(calendar.NewDate(2027, 6, 30)-calendar.NewDate(2027, 1, 11)))/45
	f := after.Forecast
	t.Logf("Someren: %d visits to %d locations until %s, at most %d each; %d unplanned, %d of them promised; the forecast ends with %s, %.2f FTE short in its worst month (%.2f when it goes on to October)",
		sum, len(visits), last, most, after.Figures.Unplanned, after.Figures.UnplannedMinimum, f.Period.To, float64(after.Figures.ShortFTE)/100, float64(out[0].Figures.ShortFTE)/100)
	if len(visits) != 12 || last > calendar.NewDate(2027, 6, 30) || f.Period.To != calendar.NewDate(2027, 6, 30) || after.Figures.UnplannedMinimum != 0 {
		t.Errorf("%v, the last on %s", visits, last)
	}
	for location, n := range visits {
		if n < 2 || n > min(4, most) {
			t.Errorf("%s has %d visits", location, n)
		}
	}
	if len(f.Rows) > 0 && f.Rows[len(f.Rows)-1].Month > planner.MonthOf(f.Period.To) {
		t.Errorf("a row of %s", f.Rows[len(f.Rows)-1].Month)
	}
}

// TestCanEveryCentreGetItsSecondVisit: Kijk op Kleintjes.
func TestCanEveryCentreGetItsSecondVisit(t *testing.T) {
	t.Parallel()
	p := plan(t, "kijk-op-kleintjes-nijmegen")
	visits := p.of("kindbespreking")
	second, never := 0, []string{}
	for i := range p.Locations {
		l := &p.Locations[i]
		// By hand: two visits 120 days apart need 121 days from 11 January to 17
		// December on which the centre is there.
		from, to := max(calendar.NewDate(2027, 1, 11), l.Opened), calendar.NewDate(2027, 12, 17)
		if l.Closed != calendar.NoDate {
			to = min(to, l.Closed)
		}
		if int(to-from) < 120 {
			never = append(never, l.ID)
		}
		if len(visits[l.ID]) == 2 {
			second++
		}
	}
	hours := 0.0
	for _, v := range visits {
		hours += float64(len(v)) * (90 + 20 + 25) / 60
	}
	t.Logf("Kijk op Kleintjes: %d of %d centres get their second visit, %d unplanned; %.0f hours of visits (by hand %.0f for two each); %d centres are there too shortly",
		second, len(p.Locations), len(p.Unplanned), hours, float64(2*len(p.Locations))*135/60, len(never))
	if second+len(never) < len(p.Locations) && len(p.Unplanned) == 0 || second > len(p.Locations)-len(never) {
		t.Errorf("%d second visits, %d unplanned, too shortly there %v", second, len(p.Unplanned), never)
	}
	if slices.ContainsFunc(p.Unplanned, func(u planner.Unplanned) bool { return u.Level == planner.Minimum }) {
		t.Error("a promised visit is unplanned")
	}
}

func amsterdam(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}
