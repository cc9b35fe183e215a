package verify

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

func TestTravel(t *testing.T) {
	t.Parallel()
	n := norms{detour: 1.3, carSpeed: 35, carFixed: 5, bicycleKmh: 15}
	home := &planner.Point{Lat: 51.84, Lon: 5.85, PC4: "6511", PC4Area: 4}
	tests := []struct {
		name  string
		to    planner.Point
		mode  planner.TravelMode
		cost  int64
		clock int
	}{
		{"the same point", planner.Point{Lat: 51.84, Lon: 5.85}, planner.Car, 0, 0},
		// ½·√4 = 1 km: 60/35 + 5 = 6.714… minutes by car, 4 by bicycle.
		{"one postcode area by car", planner.Point{Lat: 51.85, Lon: 5.85, PC4: "6511", PC4Area: 4}, planner.Car, 672, 10},
		{"one postcode area by bicycle", planner.Point{Lat: 51.85, Lon: 5.85, PC4: "6511", PC4Area: 4}, planner.Bicycle, 400, 5},
		// 0.1° of latitude is 6371.0088·π/1800 = 11.1195 km, × 1.3 = 14.4554 km.
		{"a tenth of a degree by car", planner.Point{Lat: 51.94, Lon: 5.85, PC4: "6515", PC4Area: 4}, planner.Car, 2979, 30},
		{"a tenth of a degree by bicycle", planner.Point{Lat: 51.94, Lon: 5.85}, planner.Bicycle, 5783, 60},
	}
	for _, test := range tests {
		if got := n.cost(home, &test.to, test.mode); got != test.cost {
			t.Errorf("%s: cost %d, want %d", test.name, got, test.cost)
		}
		if got := n.clock(home, &test.to, test.mode); got != test.clock {
			t.Errorf("%s: clock %d, want %d", test.name, got, test.clock)
		}
	}
}

func TestAssumption(t *testing.T) {
	t.Parallel()
	c := &checker{from: date("2027-01-01"), state: &planner.State{}}
	c.state.Programme.Assumptions = []planner.Assumption{
		{Key: "non_case_share", Value: 20, From: calendar.NoDate},
		{Key: "non_case_share", Value: 21, From: date("2026-01-01")},
		{Key: "non_case_share", Value: 22, From: date("2027-02-01")},
		{Key: "non_case_share", Value: 30, From: date("2025-01-01"), Organisation: "ggd"},
	}
	for _, x := range []struct {
		key, organisation string
		want              float64
	}{{"non_case_share", "", 21}, {"non_case_share", "unik", 21}, {"non_case_share", "ggd", 30}, {"detour", "ggd", 1.3}} {
		if got := c.assumption(x.key, 1.3, x.organisation); got != x.want {
			t.Errorf("%s of %q = %g, want %g", x.key, x.organisation, got, x.want)
		}
	}
}

func TestCapacityAndBase(t *testing.T) {
	t.Parallel()
	f := newFixture()
	c := f.prepared()
	z1 := c.staff["z1"]
	// 16 hours × 60 × 365 ÷ 7 × 0.75 = 37,542.857…; 241 working days of 255 that
	// year (14 of the absence are not: 15 days of which none is a holiday), 30
	// minutes each; consult 120 minutes on each Tuesday that is worked.
	worked, tuesdays := 0, 0
	for d := c.from; d <= c.to; d++ {
		if len(c.working(z1, d)) > 0 {
			worked++
			if d.Weekday() == 2 {
				tuesdays++
			}
		}
	}
	if worked != 255-15 || tuesdays != 51-3 {
		t.Fatalf("%d days worked and %d Tuesdays", worked, tuesdays)
	}
	if got, want := c.capacity(z1, c.roles["zc"]), int64(37542-30*240-120*48); got != want {
		t.Errorf("capacity %d, want %d", got, want)
	}
	// 30 minutes a week for four weeks, and twelve team meetings of an hour.
	if got := c.baseLoad(z1, "zc"); got != 120+720 {
		t.Errorf("base %d, want 840", got)
	}
	if got := c.baseLoad(z1, "ab"); got != 0 {
		t.Errorf("base in another role %d, want 0", got)
	}
	z1.Contracts = append(z1.Contracts, planner.Contract{Role: "zc", HoursWeek: 800, MaxLocations: 3, From: date("2027-12-25"), To: open})
	if got, want := c.capacity(z1, c.roles["zc"]), int64(37542+360-30*240-120*48); got != want {
		t.Errorf("capacity with a second contract %d, want %d", got, want)
	}
	if got := c.ceiling(z1, "zc"); got != 3 {
		t.Errorf("ceiling %d, want 3", got)
	}
}

func TestDemandAndService(t *testing.T) {
	t.Parallel()
	f := newFixture()
	c := f.prepared()
	// Two talks of 90 + 30 + 15 + 10, the joint visit of 45 at weight 120, and
	// 30 places of 20 minutes.
	if got, want := c.demandOf(c.roles["zc"], c.locations["L3"]), (demand{work: 290 + 54 + 600, trips: 3}); got != want {
		t.Errorf("demand %+v, want %+v", got, want)
	}
	if got, want := c.demandOf(c.roles["ab"], c.locations["L1"]), (demand{work: 180, trips: 3}); got != want {
		t.Errorf("demand of anchored visits %+v, want %+v", got, want)
	}
	s := &planner.Staff{Home: planner.Point{Lat: 1, PC4: "1", PC4Area: 4}, Mode: planner.Bicycle}
	l := &planner.Location{Point: planner.Point{Lat: 2, PC4: "1", PC4Area: 4}}
	cost, load := c.service(s, l, demand{work: 101, trips: 3}, primary)
	if cost != 2400 || load != 120 {
		t.Errorf("cost %d and load %d, want 2400 and 101 + 12 rounded up to quarters of an hour", cost, load)
	}
	if _, load = c.service(s, l, demand{work: 101, trips: 3}, backup); load != 15 {
		t.Errorf("backup load %d, want 15", load)
	}
}

func TestBalanceCharge(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ weight, norm, load, want int64 }{
		{100, 60_000, 60_000, 6_000_000},
		{100, 60_000, 30_000, 375_000},
		{100, 1000, 2000, 1_600_000},
		{0, 1, 1, 0},
		{1, 0, 1, 0},
		{1, 1, 0, 0},
		{10_000, 1, 1_000_000, highestCharge},
	} {
		if got := balanceCharge(x.weight, x.norm, x.load); got != x.want {
			t.Errorf("balanceCharge(%d, %d, %d) = %d, want %d", x.weight, x.norm, x.load, got, x.want)
		}
	}
	r := rand.New(rand.NewPCG(3, 3))
	for range 20_000 {
		weight, norm, load := 1+r.Int64N(1000), 1+r.Int64N(1<<(1+r.IntN(24))), r.Int64N(1<<(1+r.IntN(30)))
		if got, want := balanceCharge(weight, norm, load), plainCharge(weight, norm, load); got != want {
			t.Fatalf("balanceCharge(%d, %d, %d) = %d, with big numbers %d", weight, norm, load, got, want)
		}
	}
}

// plainCharge is the formula with numbers of any size.
func plainCharge(weight, norm, load int64) int64 {
	if load <= 0 {
		return 0
	}
	shift := func(x *big.Int) *big.Int { return x.Rsh(x, 20) }
	ratio := new(big.Int).Lsh(big.NewInt(load), 20)
	ratio.Div(ratio, big.NewInt(norm))
	if most := big.NewInt(highestRatio); ratio.Cmp(most) > 0 {
		ratio = most
	}
	square := shift(new(big.Int).Mul(ratio, ratio))
	fourth := shift(new(big.Int).Mul(square, square))
	charge := new(big.Int).Mul(big.NewInt(weight), big.NewInt(norm))
	charge = shift(charge.Mul(charge, fourth))
	if most := big.NewInt(highestCharge); charge.Cmp(most) > 0 {
		charge = most
	}
	return charge.Int64()
}

func TestParseReason(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason  string
		amounts []amount
		sum     int64
		wrong   bool
	}{
		{"travel 12.40 + spacing 3.00 = 15.40; next S03 2027-03-04 +2.10", []amount{{"travel", 1240}, {"spacing", 300}}, 1540, false},
		{"balance -0.05 = -0.05", []amount{{"balance", -5}}, -5, false},
		{"none = 0.00", nil, 0, false},
		{"none = 0.00; next a = b", nil, 0, false},
		{"blocked capacity:3|skill:1 = 0.00", nil, 0, false},
		{"", nil, 0, true},
		{"travel 1.00", nil, 0, true},
		{"travel 1.0 = 1.0", nil, 0, true},
		{"travel 1 = 1.00", nil, 0, true},
		{"travel = 1.00", nil, 0, true},
		{"travel x.yz = 1.00", nil, 0, true},
		{"travel 1.-1 = 1.00", nil, 0, true},
	}
	for _, test := range tests {
		amounts, sum, err := parseReason(test.reason)
		if (err != nil) != test.wrong || !slices.Equal(amounts, test.amounts) || sum != test.sum {
			t.Errorf("parseReason(%q) = %v, %d, %v", test.reason, amounts, sum, err)
		}
	}
}

func TestPicks(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	l := &planner.Location{ID: "L", District: "D", Municipality: "0268", Organisation: "O", Tags: []string{"a", "b"}, StandAlone: true}
	tests := []struct {
		name string
		s    *planner.Selection
		want bool
	}{
		{"nil", nil, true},
		{"empty", &planner.Selection{}, true},
		{"location", &planner.Selection{Locations: []string{"K", "L"}}, true},
		{"another location", &planner.Selection{Locations: []string{"K"}}, false},
		{"another district", &planner.Selection{Locations: []string{"L"}, Districts: []string{"E"}}, false},
		{"municipality", &planner.Selection{Municipalities: []string{"0268"}}, true},
		{"another holder", &planner.Selection{Organisations: []string{"P"}}, false},
		{"one of the tags", &planner.Selection{Tags: []string{"b", "c"}}, true},
		{"none of the tags", &planner.Selection{Tags: []string{"c"}}, false},
		{"stand-alone", &planner.Selection{StandAlone: &yes, Subsidised: &no}, true},
		{"subsidised", &planner.Selection{Subsidised: &yes}, false},
	}
	for _, test := range tests {
		if got := picks(test.s, l); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.state.Programme.Requirements[0].Overrides = []planner.Override{
		{Location: "L2", Minimum: 3, Target: -1, MinGapDays: 60, Every: -1},
		{Location: "L3", Minimum: -1, Target: 1, MinGapDays: -1, Every: -1},
	}
	f.state.Programme.Requirements[1].Overrides = []planner.Override{
		{Location: "L1", Minimum: -1, Target: -1, MinGapDays: -1, Every: 6},
	}
	c := f.prepared()
	for _, x := range []struct {
		key                  promiseKey
		minimum, target, gap int
	}{
		{promiseKey{"L1", "talks"}, 1, 2, 120},
		{promiseKey{"L2", "talks"}, 3, 3, 60},
		{promiseKey{"L3", "talks"}, 1, 1, 120},
		{promiseKey{"L1", "mornings"}, 1, 2, 0},
	} {
		p := c.promised[x.key]
		if p.minimum != x.minimum || p.target != x.target || p.gap != x.gap {
			t.Errorf("%v: %d %d %d, want %d %d %d", x.key, p.minimum, p.target, p.gap, x.minimum, x.target, x.gap)
		}
	}
}

func TestCoverageState(t *testing.T) {
	t.Parallel()
	c := &checker{from: date("2027-01-01"), to: date("2027-12-31")}
	for _, x := range []struct {
		minimum, target, done, planned int
		last, want                     string
	}{
		{1, 2, 0, 0, "", "missed"},
		{1, 2, 2, 0, "", "done"},
		{1, 2, 1, 0, "", "at_risk"},
		{1, 2, 0, 1, "2027-03-01", "at_risk"},
		{1, 2, 1, 1, "2027-12-20", "planned"},
		{1, 1, 0, 1, "2027-12-03", "planned"},
		{1, 1, 0, 1, "2027-12-04", "at_risk"},
		{0, 0, 0, 0, "", "done"},
	} {
		p := &promise{
			minimum: x.minimum, target: x.target, done: x.done, planned: x.planned,
			requirement: &planner.Requirement{}, location: &planner.Location{Opened: open, Closed: open},
		}
		if got := c.coverageState(p, date(x.last)); got != x.want {
			t.Errorf("%+v: %s", x, got)
		}
	}
	// A season of 120 days ends on 30 June, a location of 40 days on 9 February.
	season := &promise{
		minimum: 1, target: 1, planned: 1, location: &planner.Location{Opened: open, Closed: open},
		requirement: &planner.Requirement{From: planner.MonthDay{Month: 3, Day: 3}, To: planner.MonthDay{Month: 6, Day: 30}},
	}
	short := &promise{
		minimum: 1, target: 1, planned: 1, requirement: &planner.Requirement{},
		location: &planner.Location{Opened: open, Closed: date("2027-02-09")},
	}
	for _, x := range []struct {
		p          *promise
		last, want string
	}{
		{season, "2027-06-02", "planned"},
		{season, "2027-06-03", "at_risk"},
		{short, "2027-01-30", "planned"},
		{short, "2027-01-31", "at_risk"},
	} {
		if got := c.coverageState(x.p, date(x.last)); got != x.want {
			t.Errorf("%s: %s, want %s", x.last, got, x.want)
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	day := []calendar.Span{{From: 780, To: 1020}, {From: 510, To: 720}, {From: 720, To: 750}, {From: 5, To: 5}}
	if got, want := joined(day), []calendar.Span{{From: 510, To: 750}, {From: 780, To: 1020}}; !slices.Equal(got, want) {
		t.Errorf("joined %v, want %v", got, want)
	}
	if !within(calendar.Span{From: 700, To: 740}, day) || within(calendar.Span{From: 740, To: 790}, day) {
		t.Error("within does not look at whole spans")
	}
	if !touches(calendar.Span{From: 749, To: 780}, day) || touches(calendar.Span{From: 750, To: 780}, day) {
		t.Error("touches counts shared minutes")
	}
	left := without(joined(day), calendar.Span{From: 600, To: 800})
	if want := []calendar.Span{{From: 510, To: 600}, {From: 800, To: 1020}}; !slices.Equal(left, want) {
		t.Errorf("without %v, want %v", left, want)
	}
	if got := common(day, []calendar.Span{{From: 0, To: 600}, {From: 1000, To: 1440}}); totalMinutes(got) != 90+20 {
		t.Errorf("common %v", got)
	}
}

func TestMeasureOfAnArea(t *testing.T) {
	t.Parallel()
	c := &checker{state: &planner.State{Districts: []planner.District{
		{ID: "A", Neighbours: []string{"B"}}, {ID: "B", Neighbours: []string{"C"}}, {ID: "C"}, {ID: "D"},
	}}}
	for _, x := range []struct {
		area               []string
		parts, compactness int
	}{
		{nil, 0, 0},
		{[]string{"A"}, 1, 100},
		{[]string{"A", "B"}, 1, 100},
		{[]string{"A", "B", "C"}, 1, 83},
		{[]string{"A", "C"}, 2, 0},
		{[]string{"A", "B", "D"}, 2, 33},
	} {
		if parts, compactness := c.measure(x.area); parts != x.parts || compactness != x.compactness {
			t.Errorf("%v: %d parts, compactness %d; want %d, %d", x.area, parts, compactness, x.parts, x.compactness)
		}
	}
}

// Measured travel comes first where both ways are known and credible; a table
// that is no square is refused.
func TestMeasuredTravel(t *testing.T) {
	t.Parallel()
	a, b, d := planner.Point{Lat: 51.80, Lon: 5.85}, planner.Point{Lat: 51.84, Lon: 5.85}, planner.Point{Lat: 51.88, Lon: 5.85}
	points := [][2]float64{{51.80, 5.85}, {51.84, 5.85}, {51.88, 5.85}}
	c := &checker{folder: &Folder{Travel: &Travel{Modes: map[string]TravelTable{
		"car":     {Points: points, Seconds: [][]int32{{0, 600, 1}, {661, 0, 700}, {1, -1, 0}}},
		"bicycle": {Points: points, Seconds: [][]int32{{0, 600}, {660, 0, 700}}},
	}}}}
	c.norms = norms{detour: 1.3, carSpeed: 35, carFixed: 5, bicycleKmh: 15}
	c.readTravel()
	if len(c.faults) != 1 || c.faults[0].Kind != WrongTravel {
		t.Errorf("%v, want a fault about the table of bicycles", c.faults)
	}
	if got := c.norms.minutes(&a, &b, planner.Car); got != 1261.0/2/60+5 {
		t.Errorf("%v minutes, want the mean of both ways and 5 to park", got)
	}
	plain := c.norms
	plain.measured = nil
	for _, x := range []struct {
		from, to *planner.Point
		mode     planner.TravelMode
	}{{&b, &d, planner.Car}, {&a, &d, planner.Car}, {&a, &b, planner.Bicycle}} {
		if got, want := c.norms.minutes(x.from, x.to, x.mode), plain.minutes(x.from, x.to, x.mode); got != want {
			t.Errorf("%v by %s, want the estimate %v", got, x.mode, want)
		}
	}
}
