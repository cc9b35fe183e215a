package web

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// PlaceRow is one location with its person in each role, in the order of the
// page's roles.
type PlaceRow struct {
	Name, Town, District string
	People               []PlacePerson
	// Faces counts the different people over all roles.
	Faces int
	// Next is the day of the next visit, NoDate when there is none.
	Next calendar.Date
}

// PlacePerson is who serves a location in a role; Applies is false where the
// role does not concern the location, and an empty Name stands for nobody.
type PlacePerson struct {
	Applies      bool
	Mark         Mark
	Name, Backup string
}

// Faces says how many people a location sees, over all locations.
type Faces struct {
	// Mean is over the locations that have anyone.
	Mean float64
	// Counts are the numbers of locations with so many faces, fewest first.
	Counts []FaceCount
	// Pairs counts the different combinations of one person per role.
	Pairs int
}

// FaceCount is how many locations see so many faces.
type FaceCount struct{ Faces, Locations int }

func (f *facts) places() []PlaceRow {
	next := f.nextVisits()
	roles := f.assignedRoles()
	rows := make([]PlaceRow, 0, len(f.state.Locations))
	for i := range f.state.Locations {
		l := &f.state.Locations[i]
		row := PlaceRow{Name: f.locationName(l.ID), Town: l.Town, District: f.districtName(l.District), Next: calendar.NoDate}
		if d, ok := next[l.ID]; ok {
			row.Next = d
		}
		for _, r := range roles {
			row.People = append(row.People, f.placePerson(l.ID, r.ID))
		}
		row.Faces = len(f.facesAt(l.ID, roles))
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b PlaceRow) int {
		return cmp.Or(cmp.Compare(a.District, b.District), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

func (f *facts) placePerson(location, role string) PlacePerson {
	who, applies := f.primary[place{location, role}]
	p := PlacePerson{Applies: applies, Mark: f.marks[role][who]}
	if who != "" {
		p.Name = f.staffName(who)
	}
	if b := f.backup[place{location, role}]; b != "" {
		p.Backup = f.staffName(b)
	}
	return p
}

// facesAt lists the different people of a location, in the order of the roles.
func (f *facts) facesAt(location string, roles []*planner.Role) []string {
	var faces []string
	for _, r := range roles {
		if who := f.primary[place{location, r.ID}]; who != "" && !slices.Contains(faces, who) {
			faces = append(faces, who)
		}
	}
	return faces
}

// nextVisits gives the day of the next visit of each location.
func (f *facts) nextVisits() map[string]calendar.Date {
	next := make(map[string]calendar.Date)
	for i := range f.plan.Visits {
		v := &f.plan.Visits[i]
		d := calendar.DateOf(v.Start, f.zone)
		if v.Meeting || v.Status == planner.Cancelled || d < f.today {
			continue
		}
		if known, ok := next[v.Location]; !ok || d < known {
			next[v.Location] = d
		}
	}
	return next
}

func (f *facts) faces() Faces {
	roles := f.assignedRoles()
	counts := make([]int, len(roles)+1)
	total, served := 0, 0
	for i := range f.state.Locations {
		if n := len(f.facesAt(f.state.Locations[i].ID, roles)); n > 0 {
			counts[n]++
			total += n
			served++
		}
	}
	result := Faces{Pairs: f.pairs(roles)}
	for n, locations := range counts {
		if locations > 0 {
			result.Counts = append(result.Counts, FaceCount{Faces: n, Locations: locations})
		}
	}
	if served > 0 {
		result.Mean = float64(total) / float64(served)
	}
	return result
}

// pairs counts the different couples that stand together at some location in
// two roles of which one names the other as its pair.
func (f *facts) pairs(roles []*planner.Role) int {
	type couple struct{ firstRole, first, secondRole, second string }
	seen := make(map[couple]bool)
	for _, r := range roles {
		for i := range f.state.Locations {
			l := f.state.Locations[i].ID
			c := couple{r.ID, f.primary[place{l, r.ID}], r.Pair, f.primary[place{l, r.Pair}]}
			if c.first == "" || c.second == "" {
				continue
			}
			if c.secondRole < c.firstRole {
				c = couple{c.secondRole, c.second, c.firstRole, c.first}
			}
			seen[c] = true
		}
	}
	return len(seen)
}
