package planner_test

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner"
)

// What it means to give away one location is what Recommend says of it, and the
// amounts add up to the difference.
func TestEffectsAgreeWithRecommend(t *testing.T) {
	t.Parallel()
	s, p := example(t, "nijmegen", 10)
	checked := 0
	for _, a := range p.Assignments {
		if a.Kind != planner.Primary || a.Staff == "" || checked == 6 {
			continue
		}
		checked++
		effects, err := planner.Effects(s, p, a.Role, []string{a.Location})
		if err != nil {
			t.Fatal(err)
		}
		r, err := planner.Recommend(s, p, p.From.Year(), a.Location, a.Role, planner.Primary)
		if err != nil {
			t.Fatal(err)
		}
		for _, ranked := range r.Ranking {
			at := slices.IndexFunc(effects, func(e planner.Effect) bool { return e.Staff == ranked.Staff })
			if at < 0 {
				t.Fatalf("%s is not among the effects", ranked.Staff)
			}
			e := &effects[at]
			if e.Difference.Soft != ranked.Difference.Soft {
				t.Errorf("%s to %s: %d, Recommend says %d", a.Location, ranked.Staff, e.Difference.Soft, ranked.Difference.Soft)
			}
			sum := int64(0)
			for _, amount := range e.Amounts {
				sum += amount.Value
			}
			if sum != e.Difference.Soft {
				t.Errorf("%s to %s: the amounts add up to %d of %d", a.Location, ranked.Staff, sum, e.Difference.Soft)
			}
			if want := int64(p.Roles[0].Gap() * 1e6); a.Role == p.Roles[0].Role && (e.GapWas < want-1 || e.GapWas > want+1) {
				t.Errorf("the gap is %d now, the plan says %d", e.GapWas, want)
			}
			if ranked.Serves && (e.Difference != planner.Score{} || e.TravelWas != e.TravelIs) {
				t.Errorf("%s stays with %s and that makes a difference: %+v", a.Location, ranked.Staff, e.Difference)
			}
		}
	}
	if checked == 0 {
		t.Fatal("nothing was checked")
	}
}

// A district goes as a whole: the loads move by what the locations weigh, and
// nobody else's changes.
func TestEffectsOfADistrict(t *testing.T) {
	t.Parallel()
	s, p := example(t, "nijmegen", 10)
	role, district := p.Assignments[0].Role, p.Assignments[0].District
	var all []string
	for _, a := range p.Assignments {
		if a.Role == role && a.District == district && a.Kind == planner.Primary {
			all = append(all, a.Location)
		}
	}
	effects, err := planner.Effects(s, p, role, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range effects {
		was, is := 0, 0
		for _, l := range e.Loads {
			was, is = was+l.Was.Locations, is+l.Is.Locations
		}
		if was != is {
			t.Errorf("to %s: %d locations before and %d after", e.Staff, was, is)
		}
		if e.GapIs < 0 || e.FacesIs < 100 {
			t.Errorf("to %s: gap %d, faces %d", e.Staff, e.GapIs, e.FacesIs)
		}
	}
	if _, err := planner.Effects(s, p, role, []string{"nowhere"}); err == nil {
		t.Error("a location that is not there can be given away")
	}
	if _, err := planner.Effects(s, p, "nobody", all); err == nil {
		t.Error("a role that is not there can be given away")
	}
}
