package files

import (
	"io"
	"regexp"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

const (
	locationColumns = "location_id! name! organisation! address postcode! town municipality! district lat lon places lrk registrations " +
		"opening parents stand_alone subsidised artificial opened closed tags region"
	// defaultOpening is when a location takes visits unless it says otherwise.
	defaultOpening = "mo-fr 08:00-18:00"
)

// ReadLocations reads a locations.csv. References to organisations and
// districts are not checked, and a district that is not given stays empty. The
// error is a Faults.
func ReadLocations(name string, r io.Reader) ([]planner.Location, error) {
	return single(func(rep *report) list[planner.Location] { return readLocations(rep, name, r) }, locationKey)
}

func locationKey(l *planner.Location) string { return l.ID }

func readLocations(rep *report, name string, r io.Reader) list[planner.Location] {
	l := readList(rep, name, r, locationColumns, newLocation)
	l.unique("location_id")
	return l
}

func newLocation(r row) planner.Location {
	for _, column := range []string{"location_id", "name", "organisation", "postcode", "municipality"} {
		r.need(column)
	}
	l := planner.Location{
		ID: r.get("location_id").id(), Opening: value{text: defaultOpening}.week(),
		Opened: calendar.NoDate, Closed: calendar.NoDate,
	}
	fillLocation(&l, r)
	return l
}

// fillLocation takes from a row every cell that is not empty.
func fillLocation(l *planner.Location, r row) {
	text := func(to *string, column string) {
		if v := r.get(column); !v.empty() {
			*to = v.text
		}
	}
	flag := func(to *bool, column string) {
		if v := r.get(column); !v.empty() {
			*to = v.flag()
		}
	}
	text(&l.Name, "name")
	text(&l.Organisation, "organisation")
	text(&l.Address, "address")
	text(&l.Town, "town")
	text(&l.District, "district")
	flag(&l.StandAlone, "stand_alone")
	flag(&l.Subsidised, "subsidised")
	flag(&l.Artificial, "artificial")
	if v := r.get("municipality"); !v.empty() {
		l.Municipality = v.municipality()
	}
	if v := r.get("opening"); !v.empty() {
		l.Opening = v.week()
	}
	if v := r.get("parents"); !v.empty() {
		l.Parents = v.week()
	}
	if v := r.get("tags"); !v.empty() {
		l.Tags = v.list()
	}
	fillDates(l, r)
	fillPlace(l, r)
	fillRegistrations(l, r)
}

func fillDates(l *planner.Location, r row) {
	opened, closed := period(r.get("opened"), r.get("closed"))
	if opened != calendar.NoDate {
		l.Opened = opened
	}
	if closed != calendar.NoDate {
		l.Closed = closed
	}
}

func fillPlace(l *planner.Location, r row) {
	lat, lon, postcode := r.get("lat"), r.get("lon"), r.get("postcode")
	if lat.empty() && lon.empty() && postcode.empty() {
		return
	}
	l.Point = pointOf(lat, lon, postcode.or(l.Postcode))
	if !postcode.empty() {
		l.Postcode, _ = postcode.postcode()
	}
}

// registration reads one registration, "KDV 40 123456782": the kind, the places
// and, where it is known, the number in the register.
func (v value) registration() planner.Registration {
	parts := strings.Fields(v.text)
	if len(parts) != 2 && len(parts) != 3 {
		v.fault("%q: want kind, places and number as “KDV 40 123456782”", v.text)
		return planner.Registration{}
	}
	part := func(i int) value {
		out := v
		out.text = parts[i]
		return out
	}
	r := planner.Registration{Kind: part(0).choice("KDV", "BSO", "VGO", "GOB", "PSZ"), Places: part(1).number(0, 10_000)}
	if len(parts) == 3 {
		r.LRK = part(2).lrk()
	}
	return r
}

// fillRegistrations takes the registrations, each with its kind and places, or
// else the numbers in the register and the places, which a row then gives as one
// sum: it is kept with the first registration.
func fillRegistrations(l *planner.Location, r row) {
	if all := r.get("registrations"); !all.empty() {
		for _, column := range []string{"lrk", "places"} {
			if v := r.get(column); !v.empty() {
				v.fault("registrations says it already; leave one of the two empty")
			}
		}
		l.Registrations = nil
		for _, one := range all.each() {
			l.Registrations = append(l.Registrations, one.registration())
		}
		return
	}
	if numbers := r.get("lrk"); !numbers.empty() {
		l.Registrations = nil
		for _, number := range numbers.each() {
			number.lrk()
			l.Registrations = append(l.Registrations, planner.Registration{LRK: number.text, Kind: "KDV"})
		}
	}
	places := r.get("places")
	if places.empty() {
		return
	}
	if len(l.Registrations) == 0 {
		l.Registrations = []planner.Registration{{Kind: "KDV"}}
	}
	for i := range l.Registrations {
		l.Registrations[i].Places = 0
	}
	l.Registrations[0].Places = places.number(0, 10_000)
}

var lrkPattern = regexp.MustCompile(`^[0-9]{9}$`)

// lrk reads a number of the childcare register.
func (v value) lrk() string {
	switch {
	case !lrkPattern.MatchString(v.text):
		v.fault("%q: want the nine digits of the register", v.text)
	case !elevenTest(v.text):
		v.fault("%q fails the eleven-test that every number of the register passes: a typing error?", v.text)
	default:
		return v.text
	}
	return ""
}

// elevenTest checks nine digits as the register's numbers are made: the sum of
// 9·d1 + 8·d2 + … + 2·d8 − d9 is a multiple of eleven.
func elevenTest(digits string) bool {
	sum := -int(digits[8] - '0')
	for i := range 8 {
		sum += (9 - i) * int(digits[i]-'0')
	}
	return sum%11 == 0
}
