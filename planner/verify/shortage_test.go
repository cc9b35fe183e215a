package verify

import (
	"slices"
	"testing"
)

// TestShortages leaves L3 without a coordinator and tells it in several ways.
func TestShortages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		tell func(r *RoleSummary)
		want []string
	}{
		{"told", func(*RoleSummary) {}, nil},
		{"not told", func(r *RoleSummary) { r.Shortages = nil }, []string{WrongShortage}},
		{"too few minutes", func(r *RoleSummary) { r.Shortages[0].Minutes -= 15 }, []string{WrongShortage}},
		{"too little", func(r *RoleSummary) { r.Shortages[0].FTE -= 0.01 }, []string{WrongShortage}},
		{"elsewhere", func(r *RoleSummary) { r.Shortages[0].District = "D1" }, []string{WrongShortage}},
		{"twice", func(r *RoleSummary) { r.Shortages = append(r.Shortages, r.Shortages[0]) }, []string{WrongShortage}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture()
			f.primaries["zc L3"] = ""
			f.visits = slices.DeleteFunc(f.visits, func(r VisitRow) bool { return r.Location == "L3" })
			f.complete()
			r := f.folder.Summary.Assignments["zc"]
			if len(r.Shortages) != 1 || r.Shortages[0].Locations != 1 || r.Shortages[0].FTE <= 0 {
				t.Fatalf("shortages %+v, want one location of D2", r.Shortages)
			}
			c.tell(&r)
			f.folder.Summary.Assignments["zc"] = r
			if got := kinds(f.verify()); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v\n%v", got, c.want, f.verify())
			}
		})
	}
}
