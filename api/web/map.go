package web

import (
	"math"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
)

// The drawing, in SVG user units. A phone shows it at about half size, so
// marks and numbers are large.
const (
	mapWidth     = 640
	mapMinHeight = 360
	mapMaxHeight = 720
	mapMargin    = 20
	mapMark      = 18
	// mapNumbers is the most districts whose numbers still leave room for the
	// locations.
	mapNumbers = 40
)

// Map is a drawing of the locations of one role over the district outlines.
type Map struct {
	Width, Height int
	Outlines      []Outline
	Points        []MapPoint
	// Absent counts the role's locations without coordinates.
	Absent int
}

// Outline is one district: an SVG path, and where its number stands.
type Outline struct {
	Path, Name string
	Number     int
	X, Y       int
}

// MapPoint is one location: the upper left corner of its mark, and its title.
type MapPoint struct {
	X, Y, Size       int
	Mark             Mark
	Location, Person string
}

// projection is equirectangular: longitudes shrink with the cosine of the
// middle latitude, which is exact enough for a region.
type projection struct {
	shrink, scale float64
	west, north   float64
	height        int
}

type bounds struct{ west, east, south, north float64 }

func (b *bounds) add(lon, lat float64) {
	b.west, b.east = min(b.west, lon), max(b.east, lon)
	b.south, b.north = min(b.south, lat), max(b.north, lat)
}

func fit(b bounds) projection {
	p := projection{shrink: math.Cos((b.south + b.north) / 2 * math.Pi / 180)}
	// A single point still gets a kilometre or so around it.
	wide := max((b.east-b.west)*p.shrink, 0.01)
	tall := max(b.north-b.south, 0.01)
	p.scale = min((mapWidth-2*mapMargin)/wide, (mapMaxHeight-2*mapMargin)/tall)
	p.height = max(mapMinHeight, int(math.Ceil(tall*p.scale))+2*mapMargin)
	p.west = (b.west+b.east)/2 - mapWidth/2/p.scale/p.shrink
	p.north = (b.south+b.north)/2 + float64(p.height)/2/p.scale
	return p
}

func (p *projection) point(lon, lat float64) (x, y float64) {
	return (lon - p.west) * p.shrink * p.scale, (p.north - lat) * p.scale
}

// numberDistricts gives the rows the numbers that the maps show, where the
// districts have outlines and are few enough to number.
func (f *facts) numberDistricts(rows []DistrictRow) bool {
	outlines := 0
	for i := range f.state.Districts {
		if len(f.state.Districts[i].Rings) > 0 {
			outlines++
		}
	}
	if outlines == 0 || len(rows) > mapNumbers {
		return false
	}
	for i := range rows {
		if rows[i].Name != "" {
			rows[i].Number = i + 1
		}
	}
	return true
}

// drawMap draws a role's locations, or returns nil when none has coordinates.
func (f *facts) drawMap(role string, rows []DistrictRow) *Map {
	box := bounds{west: math.Inf(1), east: math.Inf(-1), south: math.Inf(1), north: math.Inf(-1)}
	var shown []*planner.Location
	m := &Map{Width: mapWidth}
	for i := range f.state.Locations {
		l := &f.state.Locations[i]
		if _, applies := f.primary[place{l.ID, role}]; !applies {
			continue
		}
		if l.Point.Lat == 0 && l.Point.Lon == 0 {
			m.Absent++
			continue
		}
		box.add(l.Point.Lon, l.Point.Lat)
		shown = append(shown, l)
	}
	if len(shown) == 0 {
		return nil
	}
	for i := range f.state.Districts {
		for _, ring := range f.state.Districts[i].Rings {
			for _, at := range ring {
				box.add(at[0], at[1])
			}
		}
	}
	p := fit(box)
	m.Height = p.height
	m.Outlines = f.outlines(&p, rows)
	m.Points = f.points(&p, role, shown)
	return m
}

func (f *facts) outlines(p *projection, rows []DistrictRow) []Outline {
	numbers := make(map[string]int)
	for _, r := range rows {
		numbers[r.Municipality+"/"+r.Name] = r.Number
	}
	var all []Outline
	for i := range f.state.Districts {
		d := &f.state.Districts[i]
		if len(d.Rings) == 0 {
			continue
		}
		name := f.districtName(d.ID)
		o := Outline{Name: name, Number: numbers[f.municipality(&planner.Location{Municipality: d.Municipality})+"/"+name]}
		var path strings.Builder
		for _, ring := range d.Rings {
			writeRing(&path, p, ring)
		}
		o.Path = path.String()
		x, y := p.point(middle(d.Rings))
		o.X, o.Y = int(math.Round(x)), int(math.Round(y))
		all = append(all, o)
	}
	return all
}

// writeRing adds a closed ring in whole units; points that fall together with
// the one before are left out, which keeps a country's outlines small.
func writeRing(path *strings.Builder, p *projection, ring [][2]float64) {
	lastX, lastY := math.MinInt, math.MinInt
	for i, at := range ring {
		fx, fy := p.point(at[0], at[1])
		x, y := int(math.Round(fx)), int(math.Round(fy))
		if x == lastX && y == lastY {
			continue
		}
		command := byte('L')
		if i == 0 {
			command = 'M'
		}
		path.WriteByte(command)
		path.WriteString(strconv.Itoa(x))
		path.WriteByte(' ')
		path.WriteString(strconv.Itoa(y))
		lastX, lastY = x, y
	}
	path.WriteByte('Z')
}

// middle returns the centre of gravity of the largest ring (shoelace formula),
// or its first point when it has no area.
func middle(rings [][][2]float64) (lon, lat float64) {
	best := 0.0
	for _, ring := range rings {
		if len(ring) == 0 {
			continue
		}
		if best == 0 && lon == 0 && lat == 0 {
			lon, lat = ring[0][0], ring[0][1]
		}
		area, cx, cy := centroid(ring)
		if math.Abs(area) > best {
			best, lon, lat = math.Abs(area), cx, cy
		}
	}
	return lon, lat
}

func centroid(ring [][2]float64) (area, x, y float64) {
	// Relative to the first point, or the products would lose their digits.
	ox, oy := ring[0][0], ring[0][1]
	for i := range ring {
		next := ring[(i+1)%len(ring)]
		ax, ay, bx, by := ring[i][0]-ox, ring[i][1]-oy, next[0]-ox, next[1]-oy
		cross := ax*by - bx*ay
		area += cross
		x += (ax + bx) * cross
		y += (ay + by) * cross
	}
	if area == 0 {
		return 0, ox, oy
	}
	return area, ox + x/(3*area), oy + y/(3*area)
}

func (f *facts) points(p *projection, role string, shown []*planner.Location) []MapPoint {
	size := markSize(len(shown))
	taken := make(map[[2]int]int)
	points := make([]MapPoint, 0, len(shown))
	for _, l := range shown {
		x, y := p.point(l.Point.Lon, l.Point.Lat)
		at := [2]int{int(math.Round(x)), int(math.Round(y))}
		dx, dy := beside(taken[at], float64(size))
		taken[at]++
		who := f.primary[place{l.ID, role}]
		point := MapPoint{
			X: int(math.Round(x+dx)) - size/2, Y: int(math.Round(y+dy)) - size/2, Size: size,
			Mark: f.marks[role][who], Location: f.locationName(l.ID),
		}
		if who != "" {
			point.Person = f.staffName(who)
		}
		points = append(points, point)
	}
	return points
}

// markSize makes marks smaller where there are many.
func markSize(n int) int {
	switch {
	case n > 2000:
		return mapMark / 3
	case n > 300:
		return mapMark * 2 / 3
	}
	return mapMark
}

// beside spreads locations that share one point (the middle of a postcode area)
// over a sunflower pattern (Vogel 1979), so that each can be seen.
func beside(n int, size float64) (dx, dy float64) {
	if n == 0 {
		return 0, 0
	}
	angle := float64(n) * math.Pi * (3 - math.Sqrt(5))
	radius := size * 0.75 * math.Sqrt(float64(n))
	return radius * math.Cos(angle), radius * math.Sin(angle)
}
