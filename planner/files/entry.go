package files

import (
	"cmp"
	"io"
	"slices"
)

// refKind is a kind of thing that rows refer to by id.
type refKind string

const (
	refOrganisation refKind = "organisation"
	refStaff        refKind = "staff"
	refDistrict     refKind = "district"
	refLocation     refKind = "location"
	refMunicipality refKind = "municipality"
	refRole         refKind = "role"
	refVisitType    refKind = "visit type"
	refRequirement  refKind = "requirement"
	refMeeting      refKind = "meeting"
	refCase         refKind = "case"
	refCeiling      refKind = "ceiling"
)

// entry is what a row says, with the row and its region.
type entry[T any] struct {
	item   T
	region string
	row    row
}

// list is what a CSV file holds.
type list[T any] struct {
	sheet   *sheet
	entries []entry[T]
}

// readList reads a CSV file row by row.
func readList[T any](rep *report, name string, r io.Reader, columns string, one func(row) T) list[T] {
	l := list[T]{sheet: readSheet(rep, name, r, columns)}
	l.sheet.screen()
	for _, row := range l.sheet.rows {
		l.entries = append(l.entries, entry[T]{item: one(row), region: row.get("region").text, row: row})
	}
	return l
}

// unique faults rows that give an id a second time.
func (l list[T]) unique(column string) {
	first := make(map[string]row, len(l.entries))
	for _, e := range l.entries {
		v := e.row.get(column)
		if before, twice := first[v.text]; twice && v.text != "" {
			v.fault("%q is there twice, first in line %d", v.text, before.places[0].line)
			continue
		}
		first[v.text] = e.row
	}
}

// items returns what the rows of a region say, ordered by a key so that the
// order of rows in a file never matters, or as the file has them without a key.
// An empty region takes all.
func items[T any](entries []entry[T], region string, key func(*T) string) []T {
	var out []T
	for i := range entries {
		if e := &entries[i]; region == "" || e.region == "" || e.region == region {
			out = append(out, e.item)
		}
	}
	if key == nil {
		return out
	}
	slices.SortStableFunc(out, func(a, b T) int { return cmp.Compare(key(&a), key(&b)) })
	return out
}

// single reads one file for an importer: its rows, or all its faults.
func single[T any](read func(*report) list[T], key func(*T) string) ([]T, error) {
	rep := &report{}
	l := read(rep)
	if err := rep.err(); err != nil {
		return nil, err
	}
	return items(l.entries, "", key), nil
}
