package service

import (
	"errors"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

func TestRecommendFromTheDatabase(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		s := town("noord")
		s.Programme.Requirements = []planner.Requirement{{ID: "round", Role: "zc", VisitType: "visit", Minimum: 1, Target: 1}}
		s.Programme.Roles[0].Assign = planner.ByLocation
		for i := range s.Staff {
			s.Staff[i].Contracts = []planner.Contract{{Role: "zc", HoursWeek: 2400, From: calendar.NoDate, To: calendar.NoDate}}
			s.Staff[i].Home = planner.Point{Lat: 51.80 + float64(i)/100, Lon: 5.86}
		}
		_, err := w.Import(w.Context(), []*planner.State{s})
		w.must(err)
		r, err := w.Recommend(w.Context(), "noord", "een", "zc", planner.Primary)
		w.must(err)
		if len(r.Ranking) != 2 || r.Ranking[0].Staff != "noordbram" || r.Ranking[0].Difference.Medium >= 0 {
			w.Errorf("%+v, want bram first, who lives nearer, for a location that has nobody", r.Ranking)
		}
		if _, err := w.Recommend(w.Context(), "zuid", "een", "zc", planner.Primary); !errors.Is(err, ErrNotFound) {
			w.Errorf("an unknown region: %v", err)
		}
		if _, err := w.Recommend(w.Context(), "noord", "een", "ab", planner.Primary); err == nil {
			w.Error("a role that nobody asks for has a recommendation")
		}
	})
}
