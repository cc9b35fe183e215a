package files

import (
	"slices"
	"strings"
	"unicode"

	"github.com/wijkplanner/wijkplanner/planner"
)

// unscreened are the columns in which a number of nine digits is what belongs
// there: registrations and what refers to locations by them, coordinates, rules.
var unscreened = []string{
	"lrk", "registrations", "location_id", "location", "locations", "lat", "lon", "home_lat", "home_lon", "rrule", "limit_hours",
}

// screen faults cells that hold what looks like a citizen service number, which
// may be kept nowhere. The fault says where, not which, and the digits are wiped
// so that no other fault shows them. The registrations that a row itself names
// may stand in its other cells, since all of them pass the same test, and so may
// the number of its organisation at the chamber of commerce.
func (s *sheet) screen() {
	for _, r := range s.rows {
		lrk := append(r.get("lrk").registrations(), strings.Fields(strings.ReplaceAll(r.get("registrations").text, "|", " "))...)
		lrk = append(lrk, r.get("location_id").text, strings.TrimPrefix(r.get("organisation_id").text, "kvk-"))
		for column, i := range s.columns {
			if !slices.Contains(unscreened, column) && planner.HasBSN(r.cells[i], lrk...) {
				r.cells[i] = strings.Map(wiped, r.cells[i])
				v := r.at(i)
				v.field = column
				v.fault("looks like a citizen service number (BSN), which may not be kept: remove it")
			}
		}
	}
}

// registrations returns the items of a list of registrations, without fault.
func (v value) registrations() []string {
	parts := strings.Split(v.text, "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// wiped replaces the digits of any script.
func wiped(r rune) rune {
	if unicode.IsNumber(r) {
		return '0'
	}
	return r
}
