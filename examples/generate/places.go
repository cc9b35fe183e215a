package main

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
)

// town is a municipality of an example, with as many visit addresses as the
// example wants.
type town struct {
	name, code, prefix string
	// level is the local word for a CBS wijk.
	level string
	total int
	// holders hold the artificial locations, in turn.
	holders []organisation
}

// districtsOf returns the outlines of one municipality.
func (d *openData) districtsOf(code, level string) []district {
	var out []district
	for _, x := range d.districts {
		if x.municipality == code {
			x.level = level
			out = append(out, x)
		}
	}
	return out
}

// locations returns the town's registered visit addresses and, up to its
// total, artificial ones spread by the number of young children.
func (d *openData) locations(t *town, register []registration) ([]place, error) {
	districts := d.districtsOf(t.code, t.level)
	places, err := d.registered(t, districts, register)
	if err != nil {
		return nil, err
	}
	known := map[string]int{}
	for _, p := range places {
		known[p.postcode[:4]]++
	}
	var areas []*area
	for i := range d.areas {
		if d.areas[i].municipality == t.name && d.areas[i].children > 0 {
			areas = append(areas, &d.areas[i])
		}
	}
	serial := 0
	for i, n := range apportion(areas, known, t.total-len(places)) {
		for _, home := range split(areas[i], districts, n) {
			serial++
			places = append(places, artificial(t, serial, areas[i], home))
		}
	}
	return places, nil
}

// split chooses the districts of n locations in an area, by how much of the
// area lies in each of them.
func split(a *area, districts []district, n int) []district {
	byID := map[string]district{}
	for _, d := range districts {
		byID[d.id] = d
	}
	had := map[string]int{}
	var out []district
	for range n {
		best, most := "", -1.0
		for _, p := range a.parts {
			_, ours := byID[p.district]
			if x := p.share / float64(had[p.district]+1); ours && x > most {
				best, most = p.district, x
			}
		}
		had[best]++
		out = append(out, byID[best])
	}
	return out
}

// registered groups registrations into visit addresses: one for each postcode
// and holder, named after the lowest number.
func (d *openData) registered(t *town, districts []district, register []registration) ([]place, error) {
	groups := map[string][]registration{}
	for _, r := range register {
		if r.municipality == t.name {
			key := r.postcode + " " + r.holder
			groups[key] = append(groups[key], r)
		}
	}
	keys := make([]string, 0, len(groups))
	for key := range groups {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	var places []place
	for _, key := range keys {
		p, err := d.address(groups[key], districts)
		if err != nil {
			return nil, err
		}
		p.municipality = t.code
		places = append(places, p)
	}
	return places, nil
}

// address makes one visit address of its registrations. Those of one postcode
// lie in one spot, a few steps apart.
func (d *openData) address(rows []registration, districts []district) (place, error) {
	sort.Slice(rows, func(i, j int) bool { return rows[i].lrk < rows[j].lrk })
	first := rows[0]
	a, err := d.area(first.postcode)
	if err != nil {
		return place{}, fmt.Errorf("registration %s: %w", first.lrk, err)
	}
	spot, _ := settle(source("postcode", first.postcode), a, districts)
	r := source("registered", first.postcode, first.holder)
	p := registeredPlace(rows)
	for {
		p.at = near(r, spot, 0.04)
		if home := districtAt(districts, p.at); home != nil {
			p.district = home.id
			break
		}
	}
	p.opening, p.parents = openingTimes(r)
	return p, nil
}

// registeredPlace takes from the rows of one address, in ascending order, what
// the register says.
func registeredPlace(rows []registration) place {
	first := rows[0]
	p := place{
		id: first.lrk, name: "Kindercentrum " + first.lrk + " (naam niet in de open data)", organisation: "kvk-" + first.holder,
		postcode: first.postcode, town: first.town,
	}
	for _, x := range rows {
		p.lrk = append(p.lrk, x.lrk)
		p.places += x.places
	}
	return p
}

// sizes are numbers of child places, about as in the register: the median of
// day-care registrations is 28.
var sizes = []int{12, 16, 16, 16, 24, 24, 28, 32, 32, 36, 40, 48, 48, 64, 80}

// artificial makes up a location near the middle of a postcode area, where it
// lies in the given district. Postcodes on SS do not exist, so that nobody takes
// it for a real address.
func artificial(t *town, serial int, a *area, home district) place {
	id := fmt.Sprintf("%s-%03d", t.prefix, serial)
	r := source("artificial", id)
	at, _ := settle(r, a, []district{home})
	p := place{
		id: id, name: fmt.Sprintf("Voorbeeld-kinderopvang %03d (kunstmatig)", serial),
		organisation: t.holders[(serial-1)%len(t.holders)].id,
		address:      fmt.Sprintf("Voorbeeldstraat %d (kunstmatig)", serial),
		postcode:     a.pc4 + "SS", town: a.town, municipality: t.code, district: home.id,
		at: at, places: sizes[r.IntN(len(sizes))], artificial: true,
	}
	p.opening, p.parents = openingTimes(r)
	return p
}

// openingTimes draws opening hours (empty for the default, Monday to Friday
// 08:00–18:00) and the bringing and collecting times that go with them.
func openingTimes(r *rand.Rand) (opening, parents string) {
	switch n := r.IntN(100); {
	case n < 70:
		return "", week("mo-fr", "08:00-09:00", "16:00-18:00")
	case n < 80:
		return daycare("mo tu th fr")
	case n < 88:
		return daycare("mo tu we th")
	case n < 94:
		return daycare("mo tu th")
	default: // a playgroup: mornings
		return week("mo-fr", "08:15-12:45"), week("mo-fr", "08:15-08:45", "12:15-12:45")
	}
}

func daycare(days string) (opening, parents string) {
	return week(days, "08:00-18:00"), week(days, "08:00-09:00", "16:00-18:00")
}

// week writes the same hours for some days, "mo tu th", or for "mo-fr".
func week(days string, hours ...string) string {
	var parts []string
	for day := range strings.FieldsSeq(days) {
		for _, h := range hours {
			parts = append(parts, day+" "+h)
		}
	}
	return list(parts)
}

// apportion shares out n artificial locations over areas by their children:
// one more to the area with the most children for each location it would then
// have, those already known included.
func apportion(areas []*area, known map[string]int, n int) []int {
	extra := make([]int, len(areas))
	for range n {
		best := 0
		for i := range areas {
			if share(areas[i], known, extra[i]) > share(areas[best], known, extra[best]) {
				best = i
			}
		}
		extra[best]++
	}
	return extra
}

func share(a *area, known map[string]int, extra int) float64 {
	return float64(a.children) / float64(known[a.pc4]+extra+1)
}

// holdersOf returns the organisations of the places: the town's artificial
// holders and, from the register, those known by their number alone.
func holdersOf(places []place, holders []organisation) []organisation {
	seen := map[string]bool{}
	var known []organisation
	for _, p := range places {
		number, registered := strings.CutPrefix(p.organisation, "kvk-")
		if registered && !seen[number] {
			seen[number] = true
			known = append(known, organisation{id: p.organisation, name: "Houder " + number + " (naam niet in de open data)"})
		}
	}
	sort.Slice(known, func(i, j int) bool { return known[i].id < known[j].id })
	return append(append([]organisation{}, holders...), known...)
}
