package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// locationsEach is how many locations one generated coordinator has: the
// example of Nijmegen's 120 over five.
const locationsEach = 24

// country writes the input folder of all municipalities of a register: one
// region for each GGD, one district for each municipality.
func country(root, register, out string) error {
	open, err := readOpenData(root)
	if err != nil {
		return err
	}
	rows, err := readRegister(register, "KDV")
	if err != nil {
		return err
	}
	f := &folder{name: filepath.Base(out)}
	towns, err := open.countryPlaces(f, rows)
	if err != nil {
		return err
	}
	open.countryStaff(f, towns)
	f.absences = leave(f.staff)
	f.cases = casesOf(f.staff, nil, nil, coordinatorCases, 33)
	if err := f.write(filepath.Dir(out)); err != nil {
		return err
	}
	text, err := open.countryProgramme(towns)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "programme.yaml"), []byte(text), 0o644)
}

// municipality is one of the country, in the region of its GGD.
type municipality struct {
	name, code, region, ggd string
	locations               int
}

// countryPlaces fills in locations, holders and districts, and returns the
// municipalities with locations in ascending order of code.
func (d *openData) countryPlaces(f *folder, rows []registration) ([]municipality, error) {
	codes := d.codes()
	groups := map[string][]registration{}
	for _, r := range rows {
		groups[r.postcode+" "+r.holder] = append(groups[r.postcode+" "+r.holder], r)
	}
	keys := make([]string, 0, len(groups))
	for key := range groups {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	found := map[string]*municipality{}
	for _, key := range keys {
		p, a, err := d.countryAddress(groups[key])
		if err != nil {
			return nil, err
		}
		m := found[a.municipality]
		if m == nil {
			m = &municipality{name: a.municipality, code: codes[a.municipality], region: slug(a.ggd), ggd: a.ggd}
			found[a.municipality] = m
		}
		m.locations++
		p.municipality, p.district, p.region = m.code, "GM"+m.code, m.region
		f.places = append(f.places, p)
	}
	f.organisations = holdersOf(f.places, nil)
	var out []municipality
	for _, m := range found {
		out = append(out, *m)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].code < out[j].code })
	for _, m := range out {
		f.districts = append(f.districts, district{
			id: "GM" + m.code, name: m.name, municipality: m.code, level: "gemeente", year: 2024, region: m.region,
		})
	}
	return out, nil
}

// countryAddress makes one visit address; its point lies near the middle of
// the postcode area.
func (d *openData) countryAddress(rows []registration) (place, *area, error) {
	sort.Slice(rows, func(i, j int) bool { return rows[i].lrk < rows[j].lrk })
	first := rows[0]
	a, err := d.area(first.postcode)
	if err != nil {
		return place{}, nil, fmt.Errorf("registration %s: %w", first.lrk, err)
	}
	p := registeredPlace(rows)
	p.at = near(source("registered", first.postcode, first.holder), near(source("postcode", first.postcode), a.centre, a.radius()), 0.04)
	p.opening, p.parents = openingTimes(source("opening", first.lrk))
	return p, a, nil
}

// knownCodes are the codes of the municipalities of the examples; the open
// data holds no others.
var knownCodes = map[string]string{
	"Nijmegen": "0268", "Arnhem": "0202", "Someren": "0847", "Geldrop-Mierlo": "1771",
	"Beuningen": "0209", "Heumen": "0252", "Berg en Dal": "1945",
}

// codes gives each municipality of the postcode table a code of four digits:
// the real one where it is known, else one that starts with 9, as no real one
// does, by rank of the name.
func (d *openData) codes() map[string]string {
	codes := map[string]string{}
	var names []string
	for i := range d.areas {
		name := d.areas[i].municipality
		if _, seen := codes[name]; !seen {
			codes[name] = ""
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for i, name := range names {
		codes[name] = fmt.Sprintf("9%03d", i+1)
		if known, ok := knownCodes[name]; ok {
			codes[name] = known
		}
	}
	return codes
}

// slug makes a region's name of a GGD's.
func slug(name string) string {
	for _, kind := range []string{"GGD ", "Veiligheids- en Gezondheidsregio ", "Dienst Gezondheid & Jeugd "} {
		name = strings.TrimPrefix(name, kind)
	}
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case c == 'â':
			b.WriteByte('a')
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// countryStaff adds a GGD, its coordinators and their meeting for each region.
func (d *openData) countryStaff(f *folder, towns []municipality) {
	demand, names := map[string]int{}, map[string]string{}
	for _, m := range towns {
		demand[m.region] += m.locations
		names[m.region] = m.ggd
	}
	regions := make([]string, 0, len(demand))
	for region := range demand {
		regions = append(regions, region)
	}
	sort.Strings(regions)
	patterns := []string{hours("mo tu th fr", ""), hours("tu we th", "fr"), hours("mo tu we th", "fr"), hours("mo tu th", "")}
	weekly := []float64{32, 28, 36, 24}
	for _, region := range regions {
		employer := "ggd-" + region
		f.organisations = append(f.organisations, organisation{id: employer, name: names[region], region: region})
		homes := d.homes(towns, region)
		n := max(2, (demand[region]+locationsEach-1)/locationsEach)
		for i := range n {
			f.staff = append(f.staff, person{
				id: fmt.Sprintf("%s-%02d", region, i+1), name: fmt.Sprintf("Zorgcoördinator %s %d", names[region], i+1),
				organisation: employer, role: "zorgcoordinator", budget: "without", hours: weekly[i%4],
				home: homes[(2*i+1)*len(homes)/(2*n)], pattern: patterns[i%4], region: region,
			})
		}
		f.meetings = append(f.meetings, meeting{
			id: "werkoverleg-" + region, name: "Werkoverleg zorgcoördinatoren", kind: "team", start: "2027-01-05T11:00", minutes: 90,
			rule: "FREQ=MONTHLY;BYDAY=1TU", except: []string{"2027-08-03"}, roles: []string{"zorgcoordinator"}, region: region, // online: no place
		})
	}
}

// homes returns the postcode areas of a region's municipalities, each as often
// as it has hundreds of young children, so that even steps through them give
// homes where the work is.
func (d *openData) homes(towns []municipality, region string) []string {
	ours := map[string]bool{}
	for _, m := range towns {
		if m.region == region {
			ours[m.name] = true
		}
	}
	var out []string
	for i := range d.areas {
		for range d.areas[i].children / 100 {
			if ours[d.areas[i].municipality] {
				out = append(out, d.areas[i].pc4)
			}
		}
	}
	return out
}

// schoolNames are the names in the table of school regions of municipalities whose name in
// the postcode table is another, most since they merged.
var schoolNames = map[string]string{
	"'s-Gravenhage": "Den Haag('s-Gravenhage)", "Beemster": "Purmerend", "Bergen (L.)": "Bergen (LI)", "Bergen (NH.)": "Bergen (NH)",
	"Boxmeer": "Land van Cuijk", "Cuijk": "Land van Cuijk", "Grave": "Land van Cuijk", "Mill en Sint Hubert": "Land van Cuijk",
	"Sint Anthonis": "Land van Cuijk", "Brielle": "Voorne aan Zee", "Hellevoetsluis": "Voorne aan Zee", "Westvoorne": "Voorne aan Zee",
	"Dantumadiel": "Dantumadeel", "De Fryske Marren": "De Friese Meren", "Haaren": "Oisterwijk", "Heerhugowaard": "Dijk en Waard",
	"Langedijk": "Dijk en Waard", "Landerd": "Maashorst", "Uden": "Maashorst", "Nuenen, Gerwen en Nederwetten": "Nuenen c.a.",
	"Tytsjerksteradiel": "Tietjerksteradeel", "Weesp": "Amsterdam",
}

// countryProgramme returns programme.yaml.
func (d *openData) countryProgramme(towns []municipality) (string, error) {
	var b strings.Builder
	b.WriteString(countryHead)
	for _, m := range towns {
		name := m.name
		if other, ok := schoolNames[name]; ok {
			name = other
		}
		region, ok := d.schoolRegions[name]
		if !ok {
			return "", fmt.Errorf("municipality %s has no school region; add its other name to schoolNames", m.name)
		}
		fmt.Fprintf(&b, "  - {code: %q, name: %q, school_region: %s}\n", m.code, m.name, region)
	}
	b.WriteString(countryTail)
	return b.String(), nil
}

const countryHead = `# All day care of a register, by GGD region. Made by examples/generate; the
# municipality codes that start with 9 are made up.
id: nederland
name: Zorgcoördinatie kinderopvang Nederland
zone: Europe/Amsterdam
municipalities:
`

const countryTail = `roles:
  - id: zorgcoordinator
    name: {nl: Zorgcoördinator, en: Care coordinator}
    assign: location
    backup: true
    demand_per_place: 15
visit_types:
  - id: kindbespreking
    name: {nl: Kindbespreking, en: Child discussion}
    minutes: 90
    preparation: 20
    follow_up: 25
    points: 1
requirements:
  - id: kindbespreking
    name: {nl: Kindbespreking, en: Child discussion}
    role: zorgcoordinator
    visit_type: kindbespreking
    minimum: 1
    target: 2
    min_gap_days: 120
    ideal_gap_days: 182
    from: 01-11
    to: 12-17
assumptions:
  - {key: non_case_share, value: 25, unit: percent, source: assumption}
  - {key: day_cap, value: 3, unit: visits, source: assumption}
`
