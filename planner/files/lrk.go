package files

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// LRKOptions says which registrations of the national childcare register are
// wanted.
type LRKOptions struct {
	// BSO takes out-of-school care (age 4 and up) beside day care (KDV).
	BSO bool
	// Municipalities limits the registrations; empty takes the whole country.
	Municipalities []planner.Municipality
}

// LRK is what an export of the register holds.
type LRK struct {
	Rows []LRKRow
	// Rejected holds the rows that could not be used, with line and reason.
	Rejected Faults
	// Skipped counts rows that were not asked for, by reason: a kind (VGO, GOB,
	// …), a status, or "municipality".
	Skipped map[string]int
}

// LRKRow is one registration. The contact person in the export is a natural
// person and is not read; neither are childminders (VGO), who work at home.
type LRKRow struct {
	// LRK is the nine-digit number and Line its line in the file.
	LRK  string
	Line int
	// Kind is KDV or BSO.
	Kind, Name string
	// Places is the number of children on a day.
	Places int
	// Registered is the day of registration, NoDate when not given.
	Registered calendar.Date
	// ParentRun is a crèche run by its parents (opc); Preschool offers preschool
	// education (ve).
	ParentRun, Preschool    bool
	Address, Postcode, Town string
	// BAG is the number of the building's unit in the national register of
	// addresses, often empty.
	BAG string
	// Holder is the holder's name and HolderKvK its eight-digit number in the
	// trade register, with leading zeros; both may be empty.
	Holder, HolderKvK string
	// Municipality is the four-digit code, empty in older exports, and
	// MunicipalityName its name.
	Municipality, MunicipalityName string
	Phone, Email, Website          string
}

// lrkColumns are the columns that every generation of the export has; all
// others may be absent, and unknown ones are left alone.
var lrkColumns = []string{"lrk_id", "type_oko", "status", "aantal_kindplaatsen", "opvanglocatie_postcode"}

// lrkReader reads an export line by line. The export is not standard CSV: a
// quote at the start of a name must not swallow the lines that follow.
type lrkReader struct {
	options LRKOptions
	sheet   *sheet
	comma   rune
	out     *LRK
	// bad collects what is wrong with rows.
	bad  *report
	seen map[string]int
}

// ReadLRK reads an export of the national childcare register, of any
// generation, in UTF-8 or Windows-1252. Rows that cannot be used are rejected
// one by one; the error, a Faults, is for a file that is no such export.
func ReadLRK(name string, r io.Reader, options LRKOptions) (*LRK, error) {
	data, err := readText(r)
	if err != nil {
		return nil, Faults{{File: name, Message: "cannot read: " + cause(err)}}
	}
	text := registerText(data)
	l := lrkReader{options: options, bad: &report{}, comma: comma(text), seen: make(map[string]int), out: &LRK{Skipped: make(map[string]int)}}
	l.sheet = &sheet{rep: l.bad, name: name}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		row := l.split(strings.TrimRight(string(line), "\r\n"), number)
		switch {
		case number == 1:
			if faults := l.header(row); len(faults) > 0 {
				return nil, faults
			}
		case row.blank():
		case len(row.cells) != len(l.sheet.columns):
			row.at(0).fault("%d cells in this line and %d in the header", len(row.cells), len(l.sheet.columns))
		default:
			l.row(row)
		}
	}
	if number == 0 {
		return nil, Faults{{File: name, Message: "is empty: the first line must name the columns"}}
	}
	l.out.Rejected = l.bad.sorted()
	return l.out, nil
}

// split cuts a line into cells; with quotes in it, as CSV if that gives as
// many cells as the header has, else at every separator.
func (l *lrkReader) split(line string, number int) row {
	cells := strings.Split(line, string(l.comma))
	if strings.Contains(line, `"`) {
		reader := csv.NewReader(strings.NewReader(line))
		reader.Comma, reader.LazyQuotes = l.comma, true
		if quoted, err := reader.Read(); err == nil && (len(quoted) == len(l.sheet.columns) || len(cells) != len(l.sheet.columns)) {
			return l.quoted(reader, quoted, line, number)
		}
	}
	r := row{sheet: l.sheet, cells: cells, places: make([]place, len(cells))}
	column := 1
	for i, cell := range cells {
		r.places[i] = place{number, column}
		column += utf8.RuneCountInString(cell) + 1
	}
	return r.clean()
}

func (l *lrkReader) quoted(reader *csv.Reader, cells []string, line string, number int) row {
	r := row{sheet: l.sheet, cells: cells, places: make([]place, len(cells))}
	for i := range cells {
		_, column := reader.FieldPos(i)
		r.places[i] = place{number, utf8.RuneCountInString(line[:min(column-1, len(line))]) + 1}
	}
	return r.clean()
}

func (r row) clean() row {
	for i := range r.cells {
		r.cells[i] = strings.TrimSpace(strings.Map(dropControl, r.cells[i]))
	}
	return r
}

// header finds the columns by name; exports differ in which they have.
func (l *lrkReader) header(r row) Faults {
	fatal := &report{}
	l.sheet.columns = make(map[string]int, len(r.cells))
	for i, cell := range r.cells {
		name := strings.ToLower(cell)
		if _, twice := l.sheet.columns[name]; twice {
			fatal.add(Fault{File: l.sheet.name, Line: 1, Column: r.places[i].column, Message: "the column \"" + name + "\" is there twice"})
		}
		l.sheet.columns[name] = i
	}
	for _, name := range lrkColumns {
		if !l.sheet.has(name) {
			fatal.add(Fault{File: l.sheet.name, Line: 1, Column: 1, Message: "not an export of the childcare register: the column \"" + name + "\" is missing"})
		}
	}
	return fatal.sorted()
}

func (l *lrkReader) skip(reason string) { l.out.Skipped[reason]++ }

// row takes a registration, skips it or rejects it.
func (l *lrkReader) row(r row) {
	kind, status := r.get("type_oko"), r.get("status")
	switch kind.text {
	case "KDV":
	case "BSO":
		if !l.options.BSO {
			l.skip("BSO")
			return
		}
	case "VGO", "GOB", "PSZ":
		l.skip(kind.text)
		return
	default:
		kind.fault("%q: want KDV, BSO, VGO, GOB or PSZ", kind.text)
		return
	}
	if status.text != "Ingeschreven" {
		l.skip("status " + status.text)
		return
	}
	municipality, name := l.municipality(r)
	if municipality == "" && len(l.options.Municipalities) > 0 {
		l.skip("municipality")
		return
	}
	before := len(l.bad.faults)
	out := l.registration(r)
	if len(l.bad.faults) > before {
		return
	}
	out.Municipality, out.MunicipalityName = municipality, name
	l.out.Rows = append(l.out.Rows, out)
}

func (l *lrkReader) registration(r row) LRKRow {
	number := r.get("lrk_id")
	id := number.lrk()
	if first, twice := l.seen[id]; twice && id != "" {
		number.fault("%q is there twice, first in line %d", id, first)
	}
	l.seen[id] = r.places[0].line
	places := r.get("aantal_kindplaatsen")
	if places.empty() {
		places.fault("is needed")
	}
	postcode, pc4 := r.need("opvanglocatie_postcode").postcode()
	if _, known := FindPostcode(pc4); pc4 != "" && !known {
		r.get("opvanglocatie_postcode").fault("%q: no such postcode area", postcode)
	}
	return LRKRow{
		LRK: id, Line: r.places[0].line, Kind: r.get("type_oko").text, Name: r.get("actuele_naam_oko").text,
		Places: places.number(0, 10_000), Registered: dutchDate(r.get("inschrijfdatum")),
		ParentRun: r.get("opc").text == "Ja", Preschool: r.get("ve").text == "Ja" || r.get("vve").text == "Ja",
		Address:  r.get("opvanglocatie_adres").text,
		Postcode: postcode, Town: r.get("opvanglocatie_woonplaats").text,
		BAG: r.get("bag_id").text, Holder: r.get("naam_houder").text, HolderKvK: r.get("kvk_nummer_houder").text,
		Phone: contact(r.get("contact_telefoon")), Email: contact(r.get("contact_emailadres")), Website: contact(r.get("contact_website")),
	}
}

// contact strips the apostrophes that the export puts around contact data.
func contact(v value) string { return strings.TrimSpace(strings.Trim(v.text, "'")) }

// dutchDate reads the register's dates, 31-01-2027.
func dutchDate(v value) calendar.Date {
	if v.empty() {
		return calendar.NoDate
	}
	t, err := time.Parse("02-01-2006", v.text)
	if err != nil {
		v.fault("%q: want a date as 31-01-2027", v.text)
		return calendar.NoDate
	}
	return calendar.DateOf(t, time.UTC)
}

// municipality returns the code and name of a registration's municipality, and
// no code when it is not one of those wanted. Older exports have a name only.
func (l *lrkReader) municipality(r row) (code, name string) {
	code, name = r.get("cbs_code").text, r.get("verantwoordelijke_gemeente").text
	if code != "" && len(code) < 4 {
		// A spreadsheet has eaten the leading zero.
		code = strings.Repeat("0", 4-len(code)) + code
	}
	if len(l.options.Municipalities) == 0 {
		return code, name
	}
	if name == "" {
		area, _ := FindPostcode(r.get("opvanglocatie_postcode").text[:min(4, len(r.get("opvanglocatie_postcode").text))])
		name = area.Municipality
	}
	i := slices.IndexFunc(l.options.Municipalities, func(m planner.Municipality) bool {
		return m.Code == code || (code == "" && plainName(m.Name) == plainName(name))
	})
	if i < 0 {
		return "", name
	}
	return l.options.Municipalities[i].Code, name
}

// plainName makes the spellings of a municipality's name equal: 's-Gravenhage,
// s-Gravenhage and Den Haag all occur.
func plainName(name string) string {
	plain := strings.TrimLeft(strings.ToLower(strings.TrimSpace(name)), "'’ ")
	switch plain {
	case "den haag":
		return "s-gravenhage"
	case "den bosch":
		return "s-hertogenbosch"
	}
	return plain
}
