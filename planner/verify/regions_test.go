package verify

import (
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner"
)

// twoRegions returns the fixture twice, as regions A and B; the second has ids
// of its own, but shares person z1.
func twoRegions() ([]*planner.State, *Folder) {
	var states []*planner.State
	all := &Folder{}
	for _, name := range []string{"A", "B"} {
		f := newFixture()
		if name == "B" {
			f.state.Locations[0].Name = "B"
			f.rename("B")
		}
		f.state.Region = name
		f.complete()
		f.folder.Summary.Region = name
		states = append(states, &f.state)
		all.Visits = append(all.Visits, f.folder.Visits...)
		all.Assignments = append(all.Assignments, f.folder.Assignments...)
		all.Coverage = append(all.Coverage, f.folder.Coverage...)
		all.Unplanned = append(all.Unplanned, f.folder.Unplanned...)
		all.Summary.Regions = append(all.Summary.Regions, f.folder.Summary)
		all.Summary.Schedule.Medium += f.folder.Summary.Schedule.Medium
		all.Summary.Schedule.Soft += f.folder.Summary.Schedule.Soft
	}
	all.Summary.Constraints = map[string]int64{}
	all.Summary.Assignments = map[string]RoleSummary{}
	for _, s := range all.Summary.Regions {
		addTo(all.Summary.Constraints, s.Constraints)
		for id, role := range s.Assignments {
			sum := all.Summary.Assignments[id]
			sum.add(&role)
			all.Summary.Assignments[id] = sum
		}
	}
	return states, all
}

// rename gives the locations of a fixture ids of their own and moves the visits
// of z1 by a week, so that they do not meet those of the other region.
func (f *fixture) rename(prefix string) {
	for i := range f.state.Locations {
		f.state.Locations[i].ID = prefix + f.state.Locations[i].ID
	}
	for i := range f.state.Programme.Requirements {
		if s := f.state.Programme.Requirements[i].Select; s != nil && len(s.Locations) > 0 {
			s.Locations = []string{prefix + s.Locations[0]}
		}
	}
	for _, list := range []map[string]string{f.primaries, f.backups} {
		for key, staff := range list {
			role, location, _ := strings.Cut(key, " ")
			delete(list, key)
			list[role+" "+prefix+location] = staff
		}
	}
	for i := range f.state.Assignments {
		f.state.Assignments[i].Location = prefix + f.state.Assignments[i].Location
	}
	f.state.Meetings[1].Location = prefix + f.state.Meetings[1].Location
	f.state.Blackouts[0].Location = prefix + f.state.Blackouts[0].Location
	f.state.History[0].Location = prefix + f.state.History[0].Location
	for i := range f.state.Staff[1:] {
		f.state.Staff[1+i].ID = prefix + f.state.Staff[1+i].ID
	}
	for i := range f.visits {
		v := &f.visits[i]
		if v.Location != "" {
			v.Location = prefix + v.Location
			v.Visit = prefix + v.Visit
		}
		if v.Staff != "z1" {
			v.Staff = prefix + v.Staff
		} else if v.Requirement == "talks" {
			v.Start = v.Start.AddDate(0, 0, 7)
		}
	}
	f.renameStaff(prefix)
}

func (f *fixture) renameStaff(prefix string) {
	for _, list := range []map[string]string{f.primaries, f.backups} {
		for key, staff := range list {
			if staff != "z1" {
				list[key] = prefix + staff
			}
		}
	}
	for i := range f.state.Assignments {
		if a := &f.state.Assignments[i]; a.Staff != "z1" {
			a.Staff = prefix + a.Staff
		}
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	from, to := date("2027-01-01"), date("2027-12-31")
	tests := []struct {
		name  string
		plant func(f *Folder)
		want  []string
	}{
		{"as they are", func(*Folder) {}, nil},
		{"sum of the score", func(f *Folder) { f.Summary.Schedule.Soft++ }, []string{WrongTotal}},
		{"sum of a constraint", func(f *Folder) { f.Summary.Constraints["travel"]++ }, []string{WrongTotal}},
		{"sum of a role", func(f *Folder) {
			r := f.Summary.Assignments["zc"]
			r.Backup.Bound++
		}, []string{WrongTotal}},
		{"backups of one region only", func(f *Folder) {
			r := f.Summary.Assignments["zc"]
			r.Backup = nil
			f.Summary.Assignments["zc"] = r
		}, []string{WrongTotal}},
		{"load in one region", func(f *Folder) { f.Summary.Regions[1].Assignments["ab"].Loads[0].Load++ }, []string{WrongLoad}},
		{"row of no region", func(f *Folder) {
			f.Coverage = append(f.Coverage, CoverageRow{Location: "L99"})
		}, []string{UnknownID}},
		{"no such region", func(f *Folder) { f.Summary.Regions[1].Region = "C" }, nil},
		{"in two regions at once", func(f *Folder) {
			i := slices.IndexFunc(f.Visits, func(r VisitRow) bool { return r.Visit == "Btalks-L1-2027-03-09" })
			f.Visits[i].Start = f.Visits[i].Start.AddDate(0, 0, -7)
			f.Visits[i].End = f.Visits[i].End.AddDate(0, 0, -7)
		}, []string{Overlap, WrongAmount}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			states, folder := twoRegions()
			test.plant(folder)
			faults := Regions(states, folder, from, to)
			if test.name == "no such region" {
				if !slices.Contains(kinds(faults), UnknownID) {
					t.Errorf("kinds %v", kinds(faults))
				}
				return
			}
			expect(t, faults, test.want)
		})
	}
}

func TestRegionsOfOne(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.complete()
	expect(t, Regions([]*planner.State{&f.state}, &f.folder, date("2027-01-01"), date("2027-12-31")), nil)
}
