package planner

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// forecastTown has two districts, a person in each, and a requirement.
func forecastTown() *State {
	s, _ := loadTown(3600)
	s.Cases, s.Meetings = nil, nil
	s.Programme.Roles = []Role{{ID: "zc", AcuteMinutesDay: 30, DemandPerPlace: 20}}
	s.Programme.Requirements = []Requirement{{ID: "yearly", Role: "zc", VisitType: "visit", Minimum: 1, Target: 2}}
	s.Staff[0].Contracts = s.Staff[0].Contracts[:1]
	bram := s.Staff[0]
	bram.ID, bram.Contracts = "bram", slices.Clone(bram.Contracts)
	s.Staff = append(s.Staff, bram)
	s.Districts = []District{{ID: "WK01"}, {ID: "WK02"}}
	s.Locations = nil
	for i, id := range []string{"a", "b", "c", "d"} {
		l := Location{ID: id, District: []string{"WK01", "WK02"}[i%2], Opened: calendar.NoDate, Closed: calendar.NoDate}
		l.Registrations = []Registration{{LRK: id, Places: 40 + i}}
		l.Opening = s.Staff[0].Pattern
		s.Locations = append(s.Locations, l)
		s.Assignments = append(s.Assignments, Assignment{Location: id, Role: "zc", Staff: []string{"anna", "bram"}[i%2], Kind: Primary, From: calendar.NoDate, To: calendar.NoDate})
	}
	return s
}

func forecastOf(t interface{ Fatal(...any) }, s *State, months int) *Forecast {
	f, err := MakeForecast(s, calendar.NewDate(2027, 1, 1), months)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAForecastAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := forecastTown()
		for i := range s.Locations {
			s.Locations[i].Registrations[0].Places = rapid.IntRange(0, 200).Draw(t, "places")
		}
		s.Programme.Assumptions = []Assumption{
			{Key: GrowthYear, Value: float64(rapid.IntRange(-10, 10).Draw(t, "growth")), From: calendar.NoDate},
			{Key: Season(7), Value: float64(rapid.IntRange(0, 200).Draw(t, "July")), From: calendar.NoDate},
		}
		f := forecastOf(t, s, 18)
		totals := map[Month]*ForecastRow{}
		sums := map[Month][5]int64{}
		for i := range f.Rows {
			r := &f.Rows[i]
			if r.District == "" {
				totals[r.Month] = r
				continue
			}
			x := sums[r.Month]
			for k, v := range []int64{r.Minimum, r.Target, r.Further, r.Cases, r.Acute} {
				x[k] += v
			}
			sums[r.Month] = x
		}
		if len(totals) != 18 {
			t.Fatalf("%d months", len(totals))
		}
		var promised int64
		for m, r := range totals {
			if got := [5]int64{r.Minimum, r.Target, r.Further, r.Cases, r.Acute}; got != sums[m] {
				t.Fatalf("%s: districts add up to %v, the region has %v", m, sums[m], got)
			}
			if r.Low > r.Demand() || r.High < r.Demand() || r.Low < r.Minimum+r.Target {
				t.Fatalf("%s: %d within %d to %d?", m, r.Demand(), r.Low, r.High)
			}
			if want := max(0, r.Demand()-r.Supply); r.Short != want {
				t.Fatalf("%s: short %d, want %d", m, r.Short, want)
			}
			if m.Year() == 2027 {
				promised += r.Minimum + r.Target
			}
		}
		// Two visits to each of four locations, of 120 minutes and the way there.
		if promised < 8*120 || promised > 8*180 {
			t.Fatalf("promised %d minutes in a year", promised)
		}
	})
}

func TestDoneVisitsAreNotAskedAgain(t *testing.T) {
	t.Parallel()
	s := forecastTown()
	sum := func() (n int64) {
		for _, r := range forecastOf(t, s, 12).Rows {
			if r.District == "" {
				n += r.Minimum + r.Target
			}
		}
		return n
	}
	all := sum()
	s.History = []CompletedVisit{{Location: "a", Role: "zc", Requirement: "yearly", VisitType: "visit", Staff: "anna", Date: calendar.NewDate(2027, 1, 2)}}
	if left := sum(); math.Abs(float64(left)-float64(all)*7/8) > 2 {
		t.Errorf("%d minutes with one of eight visits done, %d with none", left, all)
	}
}

// TestTheFirstMisfitSaysWhy sends people away, ends a contract and adds work, and
// asks each time which month does not fit and why.
func TestTheFirstMisfitSaysWhy(t *testing.T) {
	t.Parallel()
	if f := forecastOf(t, forecastTown(), 18); len(f.Misfits) != 0 {
		t.Fatalf("%+v", f.Misfits)
	}
	for _, c := range []struct {
		name   string
		change func(*State)
		month  string
		cause  MisfitCause
	}{
		{"both away", func(s *State) {
			for _, id := range []string{"anna", "bram"} {
				s.Absences = append(s.Absences, Absence{Staff: id, From: calendar.NewDate(2027, 5, 1), To: calendar.NewDate(2027, 5, 31)})
			}
		}, "2027-05", LessPresent},
		{"contracts end", func(s *State) {
			for i := range s.Staff {
				s.Staff[i].Contracts[0].To = calendar.NewDate(2027, 8, 31)
			}
		}, "2027-09", LessContract},
		{"more places", func(s *State) {
			l := s.Locations[0]
			l.ID, l.Opened = "z", calendar.NewDate(2027, 10, 1)
			l.Registrations = []Registration{{LRK: "z", Places: 20000}}
			s.Locations = append(s.Locations, l)
		}, "2027-10", MoreWork},
		{"too much from the start", func(s *State) { s.Locations[0].Registrations[0].Places = 30000 }, "2027-01", MoreWork},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := forecastTown()
			c.change(s)
			f := forecastOf(t, s, 18)
			if len(f.Misfits) != 1 || f.Misfits[0].Month.String() != c.month || f.Misfits[0].Cause != c.cause || f.Misfits[0].Short <= 0 {
				t.Errorf("misfits %+v, want %s by %s", f.Misfits, c.month, c.cause)
			}
		})
	}
}

// TestADistrictCanBeShortWhileTheRegionIsNot: one person has time, and does not
// serve the district that is short.
func TestADistrictCanBeShortWhileTheRegionIsNot(t *testing.T) {
	t.Parallel()
	s := forecastTown()
	s.Staff[0].Contracts[0].HoursWeek = 100
	f := forecastOf(t, s, 1)
	short := map[string]int64{}
	for _, r := range f.Rows {
		short[r.District] = r.Short
	}
	if short[""] != 0 || short["WK01"] <= 0 || short["WK02"] != 0 {
		t.Errorf("short %v", short)
	}
}

func TestAForecastEndsWithTheProgramme(t *testing.T) {
	t.Parallel()
	s := forecastTown()
	s.Programme.To = calendar.NewDate(2027, 6, 15)
	f := forecastOf(t, s, 18)
	if last := f.Rows[len(f.Rows)-1].Month.String(); last != "2027-06" || f.Period.To != s.Programme.To {
		t.Errorf("the last month is %s, of %+v", last, f.Period)
	}
}

func TestSpreadOver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minutes := rapid.Int64Range(0, 1e9).Draw(t, "minutes")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e6), 1, 20).Draw(t, "weights")
		var sum, all int64
		for i, v := range spreadOver(minutes, weights) {
			sum += v
			all += weights[i]
			if v < 0 || weights[i] == 0 && v != 0 {
				t.Fatalf("%d minutes for weight %d", v, weights[i])
			}
		}
		if all > 0 && sum != minutes {
			t.Fatalf("%d of %d minutes", sum, minutes)
		}
	})
}
