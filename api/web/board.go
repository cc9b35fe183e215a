package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Board is who serves which districts and locations in one role: the published
// plan, with what a lead moved by hand since.
type Board struct {
	Region, Role string
	RoleName     planner.Text
	Roles        []Option
	From, To     calendar.Date
	Loads        RoleView
	Districts    []BoardDistrict
	// Moved are the locations that were moved by hand since the plan.
	Moved []BoardPlace
	Gap   float64
	// Mapped says that some location has a place on the map.
	Mapped bool
}

// BoardDistrict is a district with its locations.
type BoardDistrict struct {
	ID, Name  string
	Locations []BoardPlace
	People    []string
	// Move is the address of the form that moves all of them.
	Move string
}

// BoardPlace is a location, who serves it, and who does in the plan when that is
// somebody else.
type BoardPlace struct {
	ID, Name, District string
	Staff, Person      string
	Mark               Mark
	Planned, PlannedID string
	Move               string
	Lat, Lon           float64
}

// NewBoard makes the board of a region with a plan in one role, the first one when
// role is empty. It fails for a role that is not given out.
func NewBoard(l Lang, r Region, now time.Time, role string) (*Board, error) {
	f, err := newFacts(r, now)
	if err != nil {
		return nil, err
	}
	roles := f.assignedRoles()
	at := slices.IndexFunc(roles, func(r *planner.Role) bool { return r.ID == role })
	if at < 0 && role == "" && len(roles) > 0 {
		at = 0
	}
	if at < 0 {
		return nil, fmt.Errorf("role %q is not given out", role)
	}
	b := &Board{Region: f.state.Region, Role: roles[at].ID, RoleName: named(roles[at].Name, roles[at].ID), From: f.plan.From, To: f.plan.To}
	for _, r := range roles {
		b.Roles = append(b.Roles, Option{Value: r.ID, Text: l.text(named(r.Name, r.ID)), Chosen: r.ID == b.Role})
	}
	b.loads(f)
	b.places(f)
	return b, nil
}

// MoveAddress is that of the form that moves locations, or a district when that is
// not empty.
func MoveAddress(region, role, location, district string) string {
	q := url.Values{"region": {region}, "role": {role}}
	if location != "" {
		q.Set("location", location)
	}
	if district != "" {
		q.Set("district", district)
	}
	return "/board/move?" + q.Encode()
}

func (b *Board) loads(f *facts) {
	v := RoleView{ID: b.Role, Name: b.RoleName, Scale: 1, Gaps: f.gaps(b.Role)}
	for i := range f.plan.Roles {
		r := &f.plan.Roles[i]
		if r.Role != b.Role || r.Kind == planner.Backup {
			continue
		}
		for _, load := range r.Loads {
			row := f.loadRow(b.Role, load, 0)
			row.shape(r.Areas, load.Staff)
			v.Scale = max(v.Scale, row.Share())
			v.People = append(v.People, row)
		}
	}
	slices.SortStableFunc(v.People, func(a, b LoadRow) int { return cmp.Compare(b.Share(), a.Share()) })
	for _, g := range v.Gaps {
		if !g.Backup {
			b.Gap = g.Gap
		}
	}
	b.Loads = v
}

// places lists the locations by district, with the pins that were made by hand.
func (b *Board) places(f *facts) {
	pins := map[string]string{}
	for i := range f.state.Assignments {
		a := &f.state.Assignments[i]
		if day := max(f.today, f.plan.From); a.Role == b.Role && a.Pinned && a.Kind == planner.Primary && a.On(day) {
			pins[a.Location] = a.Staff
		}
	}
	rows := map[string]*BoardDistrict{}
	for at, who := range f.primary {
		l := f.locations[at.location]
		if l == nil || at.role != b.Role {
			continue
		}
		p := BoardPlace{ID: l.ID, Name: f.locationName(l.ID), District: f.districtName(l.District), Staff: who, Move: MoveAddress(b.Region, b.Role, l.ID, ""), Lat: l.Point.Lat, Lon: l.Point.Lon}
		if pin, pinned := pins[l.ID]; pinned && pin != who {
			p.Staff, p.PlannedID, p.Planned = pin, who, f.staffName(who)
			b.Moved = append(b.Moved, p)
		}
		p.Mark = f.marks[b.Role][p.Staff]
		if p.Staff != "" {
			p.Person = f.staffName(p.Staff)
		}
		b.Mapped = b.Mapped || p.Lat != 0 || p.Lon != 0
		d := rows[l.District]
		if d == nil {
			d = &BoardDistrict{ID: l.District, Name: p.District, Move: MoveAddress(b.Region, b.Role, "", l.District)}
			rows[l.District] = d
		}
		d.Locations = append(d.Locations, p)
		if p.Person != "" && !slices.Contains(d.People, p.Person) {
			d.People = append(d.People, p.Person)
		}
	}
	byName := func(a, b BoardPlace) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) }
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		slices.SortFunc(rows[id].Locations, byName)
		slices.Sort(rows[id].People)
		b.Districts = append(b.Districts, *rows[id])
	}
	slices.SortStableFunc(b.Districts, func(x, y BoardDistrict) int {
		return cmp.Or(lastWhenEmpty(x.Name, y.Name), cmp.Compare(x.Name, y.Name))
	})
	slices.SortFunc(b.Moved, byName)
	for i := range b.Moved {
		b.Moved[i].Person = f.staffName(b.Moved[i].Staff)
	}
}

// GeoJSON is the board's map (RFC 7946): the outlines of districts and the
// locations, with whose they are.
type GeoJSON struct {
	Type     string    `json:"type"`
	Features []Feature `json:"features"`
}

// Feature is one outline or location of a map.
type Feature struct {
	Type       string         `json:"type"`
	Geometry   Geometry       `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

// Geometry is a Point or a MultiPolygon.
type Geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// Map is what the board's map shows.
func (b *Board) Map(s *planner.State) GeoJSON {
	out := GeoJSON{Type: "FeatureCollection", Features: []Feature{}}
	for i := range s.Districts {
		d := &s.Districts[i]
		if len(d.Rings) == 0 {
			continue
		}
		polygons := make([][][][2]float64, 0, len(d.Rings))
		for _, ring := range d.Rings {
			polygons = append(polygons, [][][2]float64{ring})
		}
		out.Features = append(out.Features, Feature{"Feature", Geometry{"MultiPolygon", polygons}, map[string]any{"kind": "district", "name": s.DistrictName(d.ID)}})
	}
	for _, d := range b.Districts {
		for _, p := range d.Locations {
			if p.Lat == 0 && p.Lon == 0 {
				continue
			}
			out.Features = append(out.Features, Feature{"Feature", Geometry{"Point", [2]float64{p.Lon, p.Lat}}, map[string]any{
				"kind": "location", "id": p.ID, "name": p.Name, "person": p.Person, "staff": p.Staff,
				"colour": p.Mark.Colour(), "shape": p.Mark.Shape(), "nobody": p.Staff == "", "moved": p.PlannedID != "", "move": p.Move,
			}})
		}
	}
	return out
}
