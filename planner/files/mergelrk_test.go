package files

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner"
)

// register is an export of three buildings: one with two registrations, one
// across the municipality, one in a building that two holders share.
func register(edit ...string) string {
	rows := []string{
		"200000007;KDV;De Fee;16;Ingeschreven;01-01-2010;Straat 1;6511AA;Nijmegen;;Kok;01234567;;;0268",
		"210000016;KDV;De Fee 2;20;Ingeschreven;01-01-2012;Straat 1;6511AA;Nijmegen;;Kok;01234567;;;0268",
		"220000025;BSO;De Fee BSO;30;Ingeschreven;01-01-2012;Straat 1;6511AA;Nijmegen;;Kok;01234567;;;0268",
		"230000034;KDV;De Zee;40;Ingeschreven;01-01-2015;Laan 2;6511AB;Nijmegen;;Dolfijn;07654321;;;0268",
		"240000043;KDV;De Bij;12;Ingeschreven;01-01-2015;Laan 2;6511AB;Nijmegen;;Kok;01234567;;;0268",
		"250000052;KDV;Elders;12;Ingeschreven;01-01-2015;Laan 2;2491AA;Den Haag;;Kok;01234567;;;0518",
	}
	text := lrkText(rows...)
	for i := 0; i < len(edit); i += 2 {
		text = strings.Replace(text, edit[i], edit[i+1], 1)
	}
	return text
}

// registered returns a region that took in the register, with marks that
// people made: hand-picked districts, opening times, tags.
func registered(t *testing.T, o MergeOptions) *planner.State {
	t.Helper()
	got, err := Merge(goodState(t), LRKFile, "lrk.csv", []byte(register()), o)
	if err != nil {
		t.Fatal(err)
	}
	s := got.State
	for i := range s.Locations {
		if l := &s.Locations[i]; l.ID == "200000007" {
			l.District, l.Tags, l.StandAlone, l.Point.Lat = "WK026802", []string{"mine"}, true, 51.8401
			l.Parents = value{text: "mo 08:00-09:00"}.week()
		}
	}
	return s
}

func TestMergeRegisterNew(t *testing.T) {
	t.Parallel()
	known := goodState(t)
	known.Organisations = append(known.Organisations, planner.Organisation{ID: "my-dolphin", Name: "DOLFIJN"})
	got := mergeText(t, known, LRKFile, "lrk.csv", register())
	var lines []string
	for _, l := range got.State.Locations {
		if l.ID[0] == '2' {
			lines = append(lines, fmt.Sprint(l.ID, " ", l.Name, " ", l.Organisation, " ", l.District, " ", l.Places(), " ", l.Opened))
		}
	}
	want := []string{
		"200000007 De Fee 01234567 WK026801 36 2010-01-01",
		"230000034 De Zee my-dolphin WK026801 40 2015-01-01",
		"240000043 De Bij 01234567 WK026801 12 2015-01-01",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
	var holders []string
	for _, o := range got.State.Organisations {
		holders = append(holders, o.ID)
	}
	if text := strings.Join(holders, " "); text != "ggd driestroom kok my-dolphin 01234567" {
		t.Errorf("organisations %s", text)
	}
	// 123456782 has numbers of the register and is not in it.
	if fmt.Sprint(got.Gone) != "[123456782]" || got.Rows != 6 || got.Skipped["BSO"] != 1 || got.Skipped["municipality"] != 1 {
		t.Errorf("gone %v, %d rows, skipped %v", got.Gone, got.Rows, got.Skipped)
	}
}

func TestMergeRegisterAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		edit []string
		want string
	}{
		{"the same", nil, ""},
		{"capacity", []string{";20;Ingeschreven", ";24;Ingeschreven"}, "200000007 capacity places"},
		{"holder", []string{"Dolfijn;07654321", "Nieuw;11112222"}, "230000034 holder organisation"},
		// Two known locations stay two, also when one holder has both now.
		{"holder of its neighbour", []string{"Dolfijn;07654321", "Kok;01234567"}, "230000034 holder organisation"},
		{"one holder takes a part", []string{"2;20;Ingeschreven;01-01-2012;Straat 1;6511AA;Nijmegen;;Kok;01234567", "2;20;Ingeschreven;01-01-2012;Straat 1;6511AA;Nijmegen;;X;11112222"}, "200000007 capacity places, 200000007 registration lrk, 210000016 opened "},
		{"lowest number gone", []string{"200000007;KDV;De Fee;16;Ingeschreven", "200000007;KDV;De Fee;16;Uitgeschreven"}, "200000007 field name, 200000007 capacity places, 200000007 registration lrk"},
		{"closed", []string{"Zee;40;Ingeschreven", "Zee;40;Uitgeschreven"}, "230000034 closed "},
		{"another name", []string{"De Zee", "De Oceaan"}, "230000034 field name"},
		{"no name", []string{"De Zee", ""}, ""},
		{"another address", []string{"Laan 2;6511AB", "Laan 3;6511AB"}, "230000034 field address"},
		{"rejected", []string{"De Zee;40", "De Zee;many"}, ""},
		{"rejected in part", []string{"De Fee 2;20", "De Fee 2;many"}, ""},
		{"out of reach", []string{"De Zee;40;Ingeschreven;01-01-2015;Laan 2;6511AB", "De Zee;40;Ingeschreven;01-01-2015;Laan 2;6582AA"}, "230000034 field address"},
		{"in no district", []string{"Den Haag;;Kok;01234567;;;0518", "Den Haag;;Kok;01234567;;;0252"}, ""},
		{"opened", []string{"Den Haag;;Kok;01234567;;;0518", "Den Haag;;Kok;01234567;;;0268", "2491AA", "6511AC"}, "250000052 opened "},
		{"number added to a building", []string{"250000052;KDV;Elders;12;Ingeschreven;01-01-2015;Laan 2;2491AA;Den Haag;;Kok;01234567;;;0518", "190000004;KDV;Erbij;12;Ingeschreven;01-01-2015;Straat 1;6511AA;Nijmegen;;Kok;01234567;;;0268"}, "200000007 field name, 200000007 capacity places, 200000007 registration lrk"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			known := registered(t, MergeOptions{})
			got := mergeText(t, known, LRKFile, "lrk.csv", register(c.edit...))
			if lines := strings.Join(changeLines(known, got), ", "); lines != c.want {
				t.Errorf("got %s, want %s; rejected %v", lines, c.want, got.Rejected)
			}
			i := slices.IndexFunc(got.State.Locations, func(l planner.Location) bool { return l.ID == "200000007" })
			if l := &got.State.Locations[i]; l.District != "WK026802" || l.Tags[0] != "mine" || !l.StandAlone || l.Parents[1] == nil || l.Point.Lat != 51.8401 {
				t.Errorf("what people said of it was lost: %+v", l)
			}
			if len(got.State.Locations) < len(known.Locations) {
				t.Error("a location was deleted")
			}
		})
	}
}

// changeLines lists the changes but for what goodState already lacks.
func changeLines(known *planner.State, got *Merged) []string {
	here := slices.DeleteFunc(slices.Clone(got.State.Locations), func(l planner.Location) bool { return slices.Contains(got.Gone, l.ID) })
	var lines []string
	for _, c := range planner.DiffLocations(known.Locations, here) {
		if c.ID != "123456782" {
			lines = append(lines, c.ID+" "+string(c.Kind)+" "+c.Field)
		}
	}
	return lines
}

// Out-of-school care that was asked for once is kept when a later import does
// not ask for it.
func TestMergeRegisterBSO(t *testing.T) {
	t.Parallel()
	known := registered(t, MergeOptions{BSO: true})
	if got := changeLines(known, mergeText(t, known, LRKFile, "lrk.csv", register())); len(got) > 0 {
		t.Errorf("got %v, want no change", got)
	}
	got, err := Merge(known, LRKFile, "lrk.csv", []byte(register("BSO;De Fee BSO;30", "BSO;De Fee BSO;33")), MergeOptions{BSO: true})
	if err != nil {
		t.Fatal(err)
	}
	if lines := fmt.Sprint(changeLines(known, got)); lines != "[200000007 capacity places]" {
		t.Errorf("got %s", lines)
	}
}

// Rows that cannot be used are reported with their place and do not stop the
// others; a file of which nothing can be used is refused.
func TestMergeRegisterRejects(t *testing.T) {
	t.Parallel()
	known := goodState(t)
	got := mergeText(t, known, LRKFile, "lrk.csv", register("0518", "0252", ";40;", ";many;"))
	if len(got.Rejected) != 2 || got.Rejected[0].Line != 5 || got.Rejected[1].Line != 7 || len(got.State.Locations) != 5 {
		t.Errorf("rejected %v, %d locations", got.Rejected, len(got.State.Locations))
	}
	if text := got.Rejected[1].Error(); !strings.HasPrefix(text, "lrk.csv:7:1: ") || !strings.Contains(text, "250000052 lies in no outline of a district of municipality 0252") {
		t.Error(text)
	}
	for name, text := range map[string]string{
		"nothing of use": lrkText("123;KDV"), "no register": "a;b\n1;2\n", "empty": "",
	} {
		if got, err := Merge(known, LRKFile, "lrk.csv", []byte(text), MergeOptions{}); err == nil || got != nil {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// A known location that moves gets the district of its new place; to another
// municipality it only moves where an outline takes it.
func TestMergeRegisterMoves(t *testing.T) {
	t.Parallel()
	known := registered(t, MergeOptions{})
	got := mergeText(t, known, LRKFile, "lrk.csv", register("Laan 2;6511AB;Nijmegen;;Dolfijn;07654321;;;0268", "Laan 2;6582AB;Heumen;;Dolfijn;07654321;;;0252"))
	if len(got.Rejected) != 1 || !strings.Contains(got.Rejected[0].Message, "nothing of it is changed") || len(changeLines(known, got)) > 0 {
		t.Errorf("rejected %v, changes %v", got.Rejected, changeLines(known, got))
	}
	for i := range known.Locations {
		if known.Locations[i].ID == "230000034" {
			known.Locations[i].District = "WK026802"
		}
	}
	got = mergeText(t, known, LRKFile, "lrk.csv", register("Laan 2;6511AB;Nijmegen;;Dolfijn", "Laan 2;6511ZZ;Nijmegen;;Dolfijn"))
	if lines := fmt.Sprint(changeLines(known, got)); lines != "[230000034 field address 230000034 field district]" {
		t.Error(lines)
	}
}

// Whatever exports follow each other, nothing is lost, no registration is at
// two locations, and the same export again changes nothing.
func TestMergeRegisterSequences(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 7))
		known := goodState(t)
		for range 4 {
			text, o := randomRegister(rng), MergeOptions{BSO: rng.IntN(2) == 0}
			got, err := Merge(known, LRKFile, "lrk.csv", []byte(text), o)
			if err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, text)
			}
			checkMerged(t, known, got, text)
			again, err := Merge(got.State, LRKFile, "lrk.csv", []byte(text), o)
			if err != nil || stateText(again.State) != stateText(got.State) || !slices.Equal(again.Gone, got.Gone) {
				t.Fatalf("seed %d: the same again, %v, gone %v and %v: %s\n%s", seed, err, got.Gone, again.Gone, text, stateText(again.State))
			}
			known = got.State
		}
	}
}

// randomRegister draws registrations in few buildings, of few holders.
func randomRegister(rng *rand.Rand) string {
	var rows []string
	for _, id := range []string{"123456782", "111222333", "200000007", "210000016", "220000025", "230000034", "240000043", "250000052"} {
		if rng.IntN(4) == 0 {
			continue
		}
		pick := func(options ...string) string { return options[rng.IntN(len(options))] }
		place, municipality, _ := strings.Cut(pick("Straat 1;6511AA|0268", "Laan 2;6511AA|0268", "Straat 1;6511AB|0268", "Dorp 1;6582AB|0252"), "|")
		rows = append(rows, strings.Join([]string{
			id, pick("KDV", "KDV", "BSO"), pick("De Fee", ""), pick("16", "24", "24", "x"), pick("Ingeschreven", "Ingeschreven", "Uitgeschreven"), "",
			place, "Nijmegen", "", "", pick("01234567", "07654321", ""), "", "", municipality,
		}, ";"))
	}
	// One row that can always be used.
	return lrkText(append(rows, "260000061;KDV;Altijd;8;Ingeschreven;;Plein 3;6511AC;Nijmegen;;;01234567;;;0268")...)
}

func checkMerged(t *testing.T, known *planner.State, got *Merged, text string) {
	t.Helper()
	at := make(map[string]string)
	ids := make(map[string]bool)
	for _, l := range got.State.Locations {
		ids[l.ID] = true
		for _, r := range l.Registrations {
			if at[r.LRK] != "" {
				t.Fatalf("%s is at %s and %s\n%s", r.LRK, at[r.LRK], l.ID, text)
			}
			at[r.LRK] = l.ID
		}
	}
	for _, l := range known.Locations {
		if !ids[l.ID] {
			t.Fatalf("location %s is lost\n%s", l.ID, text)
		}
	}
	for _, fault := range got.Rejected {
		if fault.Line == 0 {
			t.Fatalf("without its line: %v\n%s", fault, text)
		}
	}
}
