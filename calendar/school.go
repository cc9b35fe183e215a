package calendar

import (
	_ "embed" // for the tables below
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// The school holiday regions of the Netherlands.
const (
	RegionNorth  = "noord"
	RegionMiddle = "midden"
	RegionSouth  = "zuid"
)

// SchoolBreak is a school holiday of a region. Childcare stays open in it, but
// parents and staff are away more: plan around it if that costs nothing else.
type SchoolBreak struct {
	Name        string // Dutch, such as Herfstvakantie
	Region      string
	First, Last Date // both inclusive, a Saturday and a Sunday
	Advice      bool // schools may choose other dates
}

// Origin and licence of the two tables: data/ORIGIN.md.
var (
	//go:embed data/schoolvakanties_2025-2028.csv
	schoolBreakTable string
	//go:embed data/gemeente_vakantieregio.csv
	regionTable string
)

var schoolBreaks = sync.OnceValue(func() []SchoolBreak {
	var breaks []SchoolBreak
	for _, row := range readTable(schoolBreakTable) {
		first, err := ParseDate(row[3])
		if err != nil {
			panic(err) // the table is part of the program
		}
		last, err := ParseDate(row[4])
		if err != nil {
			panic(err)
		}
		breaks = append(breaks, SchoolBreak{Name: row[1], Region: row[2], First: first, Last: last, Advice: row[5] != "ja"})
	}
	slices.SortStableFunc(breaks, func(a, b SchoolBreak) int { return int(a.First - b.First) })
	return breaks
})

var regions = sync.OnceValue(func() map[string]string {
	byName := make(map[string]string)
	for _, row := range readTable(regionTable) {
		// Four municipalities lie in two regions; the first named is taken.
		byName[strings.ToLower(row[0])], _, _ = strings.Cut(row[2], "/")
	}
	return byName
})

// readTable returns the rows of an embedded table below its head.
func readTable(text string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic(fmt.Errorf("embedded table: %w", err))
	}
	return rows[1:]
}

// SchoolRegion returns the school holiday region of a municipality, by its
// official name in upper or lower case. Altena, De Ronde Venen, Montferland
// and Neder-Betuwe lie in two; their locations may need a region of their own.
func SchoolRegion(municipality string) (region string, ok bool) {
	region, ok = regions()[strings.ToLower(strings.TrimSpace(municipality))]
	return region, ok
}

// SchoolHoliday returns the name of the school holiday of a region on a date.
// The school years 2025-2026 to 2027-2028 are known.
func SchoolHoliday(d Date, region string) (name string, ok bool) {
	for _, b := range schoolBreaks() {
		if b.Region == region && b.First <= d && d <= b.Last {
			return b.Name, true
		}
	}
	return "", false
}

// SchoolBreaks returns the school holidays of a region that have a day from
// the first date to the last, both inclusive, by date.
func SchoolBreaks(region string, first, last Date) []SchoolBreak {
	var found []SchoolBreak
	for _, b := range schoolBreaks() {
		if b.Region == region && b.First <= last && first <= b.Last {
			found = append(found, b)
		}
	}
	return found
}

// SchoolYearsKnown returns the first and the last date that the table of
// school holidays speaks for; outside them SchoolHoliday knows nothing.
func SchoolYearsKnown() (first, last Date) {
	breaks := schoolBreaks()
	last = breaks[0].Last
	for _, b := range breaks {
		last = max(last, b.Last)
	}
	return breaks[0].First, last
}
