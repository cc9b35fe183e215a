package files

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/encoding/charmap"

	"github.com/wijkplanner/wijkplanner/planner"
)

// lrkText returns an export with some of the register's columns.
func lrkText(rows ...string) string {
	return "lrk_id;type_oko;actuele_naam_oko;aantal_kindplaatsen;status;inschrijfdatum;opvanglocatie_adres;opvanglocatie_postcode;" +
		"opvanglocatie_woonplaats;bag_id;naam_houder;kvk_nummer_houder;contact_persoon;contact_telefoon;cbs_code\r\n" +
		strings.Join(rows, "\r\n") + "\r\n"
}

func readLRKText(t *testing.T, text string, options LRKOptions) *LRK {
	t.Helper()
	got, err := ReadLRK("lrk.csv", strings.NewReader(text), options)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestReadLRKEdgeCases(t *testing.T) {
	t.Parallel()
	latin, err := os.ReadFile("testdata/lrk/edge_cases.csv")
	if err != nil {
		t.Fatal(err)
	}
	utf8, err := charmap.Windows1252.NewDecoder().Bytes(latin)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"windows-1252": latin, "utf-8": utf8, "byte order mark": append([]byte("\xef\xbb\xbf"), utf8...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadLRK("lrk.csv", bytes.NewReader(data), LRKOptions{})
			if err != nil || len(got.Rejected) > 0 || len(got.Rows) != 1 {
				t.Fatalf("got %+v, %v", got, err)
			}
			if got.Skipped["VGO"] != 1 || got.Skipped["GOB"] != 1 {
				t.Errorf("skipped: got %v", got.Skipped)
			}
			want := LRKRow{
				LRK: "123456782", Line: 2, Kind: "KDV", Name: `'t Kaboutertje "De Fee"`, Places: 16, Registered: day(2010, 1, 1), Preschool: true,
				Address: "Ré-straat 1 a", Postcode: "6543RN", Town: "Nijmegen", Municipality: "0268", MunicipalityName: "Nijmegen",
			}
			if got.Rows[0] != want {
				t.Errorf("got\n%+v\nwant\n%+v", got.Rows[0], want)
			}
		})
	}
}

// Older exports have other columns in another order, and no code of the
// municipality.
func TestReadLRKOlderGeneration(t *testing.T) {
	t.Parallel()
	text := "status;lrk_id;actuele_naam_oko;type_oko;vve;aantal_kindplaatsen;opvanglocatie_postcode;verantwoordelijke_gemeente;iets_nieuws\n" +
		"Ingeschreven;123456782;De Fee;KDV;Ja;16;6543 rn;Nijmegen;x\n" +
		"Ingeschreven;111222333;Zee;KDV;Nee;20;2491AA;Den Haag;x\n" +
		"Ingeschreven;100000009;Elders;KDV;Nee;20;3344PK;Hendrik-Ido-Ambacht;x\n" +
		"Ingeschreven;111111110;Naamloos;KDV;Nee;20;6511AA;;x\n"
	got := readLRKText(t, text, LRKOptions{Municipalities: []planner.Municipality{
		{Code: "0268", Name: "Nijmegen"}, {Code: "0518", Name: "'s-Gravenhage"},
	}})
	if len(got.Rejected) > 0 || got.Skipped["municipality"] != 1 {
		t.Errorf("got rejected %v, skipped %v", got.Rejected, got.Skipped)
	}
	var codes []string
	for _, r := range got.Rows {
		codes = append(codes, r.LRK+" "+r.Municipality)
	}
	if want := []string{"123456782 0268", "111222333 0518", "111111110 0268"}; !slices.Equal(codes, want) {
		t.Errorf("got %q, want %q", codes, want)
	}
	if !got.Rows[0].Preschool || got.Rows[1].Preschool || got.Rows[0].Postcode != "6543RN" {
		t.Errorf("got %+v", got.Rows[0])
	}
}

func TestReadLRKContacts(t *testing.T) {
	t.Parallel()
	got := readLRKText(t, lrkText(
		"123456782;KDV;De Fee;16;Ingeschreven;01-01-2010;Straat 1;6543RN;Nijmegen;;Holding;01234567;'Jan Jansen';'0241234567';268",
		"111222333;KDV;De Zee;16;Ingeschreven;;Straat 2;6543RN;Nijmegen;;Holding;01234567;Jan Jansen;';0268"), LRKOptions{})
	if len(got.Rows) != 2 || got.Rows[0].Phone != "0241234567" || got.Rows[1].Phone != "" {
		t.Fatalf("got %+v", got)
	}
	if got.Rows[0].HolderKvK != "01234567" || got.Rows[0].Municipality != "0268" {
		t.Errorf("leading zeros: got %+v", got.Rows[0])
	}
	if strings.Contains(fmt.Sprintf("%+v", got), "Jansen") {
		t.Error("the contact person was kept")
	}
}

func TestReadLRKRejects(t *testing.T) {
	t.Parallel()
	const good = "123456782;KDV;De Fee;16;Ingeschreven;01-01-2010;Straat 1;6543RN;Nijmegen;;Kok;;;;0268"
	for _, c := range []struct{ name, row, want string }{
		{"columns", "111222333;KDV;De;Fee;16;Ingeschreven;01-01-2010;Straat 1;6543RN;Nijmegen;;Kok;;;;0268", "lrk.csv:3:1: 16 cells in this line and 15 in the header"},
		{"short", "111222333;KDV", "lrk.csv:3:1: 2 cells in this line and 15 in the header"},
		{"eight digits", strings.Replace(good, "123456782", "12345678", 1), `lrk.csv:3:1: lrk_id: "12345678": want the nine digits of the register`},
		{
			"eleven-test", strings.Replace(good, "123456782", "123456783", 1),
			`lrk.csv:3:1: lrk_id: "123456783" fails the eleven-test that every number of the register passes: a typing error?`,
		},
		{"twice", good, `lrk.csv:3:1: lrk_id: "123456782" is there twice, first in line 2`},
		{"kind", strings.Replace(good, "KDV", "KVD", 1), `lrk.csv:3:11: type_oko: "KVD": want KDV, BSO, VGO, GOB or PSZ`},
		{"places", strings.Replace(good, "123456782;KDV;De Fee;16", "111222333;KDV;Dé Fee;many", 1), `lrk.csv:3:22: aantal_kindplaatsen: "many": want a whole number from 0 to 10000`},
		{"no places", strings.Replace(good, "123456782;KDV;De Fee;16", "111222333;KDV;De Fee;", 1), `lrk.csv:3:22: aantal_kindplaatsen: is needed`},
		{"postcode", strings.Replace(strings.Replace(good, "123456782", "111222333", 1), "6543RN", "65RN", 1), `lrk.csv:3:58: opvanglocatie_postcode: "65RN": want a postcode as 6511AB or 6511`},
		{"no such area", strings.Replace(strings.Replace(good, "123456782", "111222333", 1), "6543RN", "1000ZZ", 1), `lrk.csv:3:58: opvanglocatie_postcode: "1000ZZ": no such postcode area`},
		{"date", strings.Replace(strings.Replace(good, "123456782", "111222333", 1), "01-01-2010", "2010-01-01", 1), `lrk.csv:3:38: inschrijfdatum: "2010-01-01": want a date as 31-01-2027`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := readLRKText(t, lrkText(good, c.row), LRKOptions{})
			if len(got.Rows) != 1 || len(got.Rejected) != 1 || got.Rejected[0].Error() != c.want {
				t.Errorf("got %d rows and\n%v\nwant\n%s", len(got.Rows), got.Rejected, c.want)
			}
		})
	}
}

// A quote at the start of a name must not swallow the lines after it.
func TestReadLRKQuotes(t *testing.T) {
	t.Parallel()
	row := func(id, name string) string {
		return id + ";KDV;" + name + ";16;Ingeschreven;01-01-2010;Straat 1;6543RN;Nijmegen;;Kok;;;;0268"
	}
	got := readLRKText(t, lrkText(
		row("123456782", `"De Fee" kids`), row("111222333", `"Zee; strand"`), row("100000009", `"Open`), row("111111110", `K"d`)), LRKOptions{})
	var found []string
	for _, r := range got.Rows {
		found = append(found, r.Name)
	}
	if want := []string{`"De Fee" kids`, "Zee; strand", `"Open`, `K"d`}; !slices.Equal(found, want) || len(got.Rejected) > 0 {
		t.Errorf("got %q, want %q; rejected %v", found, want, got.Rejected)
	}
}

func TestReadLRKRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "lrk.csv: is empty: the first line must name the columns"},
		{
			"other file", "lrk_id;type_oko;status;opvanglocatie_postcode\n",
			`lrk.csv:1:1: not an export of the childcare register: the column "aantal_kindplaatsen" is missing`,
		},
		{
			"twice", "lrk_id;type_oko;status;opvanglocatie_postcode;aantal_kindplaatsen;status\n",
			`lrk.csv:1:67: the column "status" is there twice`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := ReadLRK("lrk.csv", strings.NewReader(c.text), LRKOptions{}); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// One building: day care and out-of-school care of one holder are one place to
// visit; another holder's day care under the same roof is another.
func buildingText() string {
	return lrkText(
		"133333334;BSO;BSO De Fee;40;Ingeschreven;01-01-2005;Straat 1;6543RN;Nijmegen;0268010000012345;Kok;01234567;;;0268",
		"123456782;KDV;De Fee;16;Ingeschreven;01-01-2010;Straat 1;6543RN;Nijmegen;0268010000012345;Kok;01234567;;;0268",
		"111222333;KDV;Peuters De Fee;12;Ingeschreven;01-01-2012;Straat 1 a;6543RN;Nijmegen;0268010000012345;Kok;01234567;;;0268",
		"100000009;KDV;De Berg;30;Ingeschreven;01-01-2012;Straat 1;6543RN;Nijmegen;0268010000012345;Partou;09166969;;;0268",
		"111111110;KDV;Zonder BAG;8;Ingeschreven;01-01-2012;Straat  9;6543RN;Nijmegen;;Zélf & Zo;;;;0268",
		"122222222;KDV;Zonder BAG 2;9;Ingeschreven;01-01-2012;straat 9;6543RN;Nijmegen;;Zélf & Zo;;;;0268",
		"144444446;KDV;Weg;9;Uitgeschreven;01-01-2012;straat 9;6543RN;Nijmegen;;Kok;;;;0268")
}

func TestGroupLRK(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bso  bool
		want []string
	}{
		{false, []string{
			"100000009 De Berg 09166969 30 places 1 registrations", "111111110 Zonder BAG holder-z-lf-zo 17 places 2 registrations",
			"111222333 Peuters De Fee 01234567 28 places 2 registrations",
		}},
		{true, []string{
			"100000009 De Berg 09166969 30 places 1 registrations", "111111110 Zonder BAG holder-z-lf-zo 17 places 2 registrations",
			"111222333 Peuters De Fee 01234567 68 places 3 registrations",
		}},
	} {
		read := readLRKText(t, buildingText(), LRKOptions{BSO: c.bso})
		if read.Skipped["status Uitgeschreven"] != 1 {
			t.Errorf("skipped: got %v", read.Skipped)
		}
		locations, holders := GroupLRK(read.Rows)
		var got []string
		for _, l := range locations {
			got = append(got, fmt.Sprintf("%s %s %s %d places %d registrations", l.ID, l.Name, l.Organisation, l.Places(), len(l.Registrations)))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("BSO %v: got\n%s\nwant\n%s", c.bso, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
		if len(holders) != 3 || holders[0].ID != "01234567" || holders[0].Name != "Kok" {
			t.Errorf("holders: got %+v", holders)
		}
	}
}

// A second export of the same register, read as differences.
func TestSecondImport(t *testing.T) {
	t.Parallel()
	first, _ := GroupLRK(readLRKText(t, buildingText(), LRKOptions{}).Rows)
	changed := strings.NewReplacer(
		"De Berg;30", "De Berg;36", // capacity
		"De Fee;16;Ingeschreven", "De Fee;16;Uitgeschreven", // one of two registrations ends
		"Zonder BAG;8;Ingeschreven;01-01-2012;Straat  9;6543RN;Nijmegen;;Zélf & Zo", "Zonder BAG;8;Ingeschreven;01-01-2012;Straat  9;6543RN;Nijmegen;;Kok",
		"Weg;9;Uitgeschreven", "Weg;9;Ingeschreven", // comes
	).Replace(buildingText())
	second, _ := GroupLRK(readLRKText(t, changed, LRKOptions{}).Rows)
	var got []string
	for _, c := range planner.DiffLocations(first, second) {
		got = append(got, c.String())
	}
	want := []string{
		`location 100000009 De Berg: capacity, places "30" → "36"`,
		`location 111111110 Zonder BAG: holder, organisation "holder-z-lf-zo" → "holder-kok"`,
		`location 111111110 Zonder BAG: registration, lrk "111111110|122222222" → "111111110|144444446"`,
		`location 111222333 Peuters De Fee: capacity, places "28" → "12"`,
		`location 111222333 Peuters De Fee: registration, lrk "111222333|123456782" → "111222333"`,
		`location 111222333 Peuters De Fee: field, opened "2010-01-01" → "2012-01-01"`,
		`location 122222222 Zonder BAG 2: opened`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Real registrations in the exact format of the export.
func TestReadLRKSample(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/lrk/sample_regio.csv")
	if err != nil {
		t.Fatal(err)
	}
	all := readLRKText(t, string(data), LRKOptions{BSO: true})
	if len(all.Rows) != 72 || len(all.Rejected) > 0 || all.Skipped["GOB"] != 2 {
		t.Errorf("got %d rows, rejected %v, skipped %v", len(all.Rows), all.Rejected, all.Skipped)
	}
	nijmegen := readLRKText(t, string(data), LRKOptions{Municipalities: []planner.Municipality{{Code: "0268", Name: "Nijmegen"}}})
	locations, holders := GroupLRK(nijmegen.Rows)
	for _, l := range locations {
		if l.Point.Lat == 0 || l.Point.PC4 == "" || l.Municipality != "0268" || l.Places() == 0 || len(l.Opening[1]) != 1 {
			t.Errorf("got %+v", l)
		}
	}
	if len(locations) != 14 || len(holders) == 0 {
		t.Errorf("got %d locations of %d holders in Nijmegen", len(locations), len(holders))
	}
}

// A folder with an export: locations.csv adds to it and corrects it.
func TestFolderWithRegister(t *testing.T) {
	t.Parallel()
	fsys := spoiled(t, os.DirFS("testdata/good"), "locations.csv", "", "")
	for _, name := range []string{"assignments.csv", "meetings.csv", "blackouts.csv", "cases.csv", "consents.csv", "history.csv"} {
		delete(fsys, name)
	}
	fsys["lrk.csv"] = &fstest.MapFile{Data: []byte(lrkText(
		"123456782;KDV;De Fee;16;Ingeschreven;01-01-2010;Straat 1;6511AB;Nijmegen;;Kok;01234567;;;0268",
		"111222333;KDV;Ver weg;12;Ingeschreven;01-01-2012;Straat 1 a;1011AB;Amsterdam;;Kok;01234567;;;0363"))}
	fsys["locations.csv"] = &fstest.MapFile{Data: []byte(
		"location_id,name,organisation,postcode,municipality,district,subsidised,places,opening\n" +
			"123456782,,,,,WK026802,yes,18,tu 09:00-12:00\n" +
			"extra-1,Wens,kok,6511AB,0268,,,,\n")}
	states, err := ReadFS(fsys)
	if err != nil {
		t.Fatal(err)
	}
	l := states[0].Locations
	if len(l) != 2 || l[0].Name != "De Fee" || l[0].District != "WK026802" || !l[0].Subsidised || l[0].Places() != 18 || len(l[0].Opening[1]) != 0 {
		t.Errorf("got %+v", l)
	}
	if l[1].ID != "extra-1" || l[1].District != "WK026801" {
		t.Errorf("added: got %+v", l[1])
	}
	if !slices.ContainsFunc(states[0].Organisations, func(o planner.Organisation) bool { return o.ID == "01234567" && o.Name == "Kok" }) {
		t.Errorf("the holder is missing: %+v", states[0].Organisations)
	}
}

func FuzzLRK(f *testing.F) {
	for _, name := range []string{"edge_cases.csv", "sample_regio.csv"} {
		data, err := os.ReadFile("testdata/lrk/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:min(len(data), 4000)])
	}
	f.Add([]byte(buildingText()))
	f.Add([]byte("lrk_id,type_oko,status,opvanglocatie_postcode,aantal_kindplaatsen\n\"\"\",KDV\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadLRK("lrk.csv", bytes.NewReader(data), LRKOptions{BSO: true})
		if err != nil {
			return
		}
		locations, holders := GroupLRK(got.Rows)
		registrations := 0
		for i, l := range locations {
			registrations += len(l.Registrations)
			if i > 0 && locations[i-1].ID >= l.ID {
				t.Fatalf("locations %q and %q are out of order", locations[i-1].ID, l.ID)
			}
			if !slices.ContainsFunc(holders, func(o planner.Organisation) bool { return o.ID == l.Organisation }) {
				t.Fatalf("location %q has the unknown holder %q", l.ID, l.Organisation)
			}
		}
		if registrations != len(got.Rows) {
			t.Fatalf("%d registrations in locations, %d rows", registrations, len(got.Rows))
		}
		for _, fault := range got.Rejected {
			if fault.Line < 2 || fault.Column < 1 {
				t.Fatalf("a rejected row without its place: %v", fault)
			}
		}
	})
}
