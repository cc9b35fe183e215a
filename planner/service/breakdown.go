package service

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Heading is something that loads can be broken down by.
type Heading string

// The headings.
const (
	ByStaff        Heading = "staff"
	ByOrganisation Heading = "organisation"
	ByRole         Heading = "role"
	ByBudget       Heading = "budget"
	ByDistrict     Heading = "district"
	ByMonth        Heading = "month"
	ByKind         Heading = "kind"
	ByDetail       Heading = "detail"
)

// LoadCell is a sum of load lines, and how many people's work it is.
type LoadCell struct {
	planner.LoadLine
	People int
}

// BreakLoads adds load lines up by some headings; whatever it does not ask for is
// empty. Every breakdown of the same lines has the same total, to the minute.
func BreakLoads(lines []planner.LoadLine, by ...Heading) []LoadCell {
	wants := func(h Heading) bool { return slices.Contains(by, h) }
	cells, people := map[planner.LoadLine]*LoadCell{}, map[planner.LoadLine]map[string]bool{}
	for _, l := range lines {
		head := planner.LoadLine{}
		for _, part := range []struct {
			h    Heading
			copy func()
		}{
			{ByStaff, func() { head.Staff = l.Staff }},
			{ByOrganisation, func() { head.Organisation = l.Organisation }},
			{ByRole, func() { head.Role = l.Role }},
			{ByBudget, func() { head.Budget = l.Budget }},
			{ByDistrict, func() { head.District = l.District }},
			{ByMonth, func() { head.Month = l.Month }},
			{ByKind, func() { head.Kind = l.Kind }},
			{ByDetail, func() { head.Detail = l.Detail }},
		} {
			if wants(part.h) {
				part.copy()
			}
		}
		if cells[head] == nil {
			cells[head], people[head] = &LoadCell{LoadLine: head}, map[string]bool{}
		}
		cells[head].Minutes += l.Minutes
		cells[head].Points += l.Points
		people[head][l.Staff] = true
	}
	out := make([]LoadCell, 0, len(cells))
	for head, c := range cells {
		c.People = len(people[head])
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b LoadCell) int { return compareHeads(&a.LoadLine, &b.LoadLine) })
	return out
}

func compareHeads(a, b *planner.LoadLine) int {
	return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Organisation, b.Organisation), cmp.Compare(a.Staff, b.Staff),
		cmp.Compare(a.Role, b.Role), cmp.Compare(a.Budget, b.Budget), cmp.Compare(a.District, b.District),
		cmp.Compare(slices.Index(planner.WorkKinds(), a.Kind), slices.Index(planner.WorkKinds(), b.Kind)), cmp.Compare(a.Detail, b.Detail))
}

// Suppressed returns the cells that somebody may see who may see figures only, by
// the rule of package planner (few.go). It is given one fixed breakdown, by month, role and kind of work: were there two,
// one could be taken from the other.
func Suppressed(cells []LoadCell) []LoadCell {
	out := []LoadCell{}
	for _, c := range cells {
		if c.People < planner.Fewest {
			continue
		}
		c.Minutes, c.Points = planner.ShownMinutes(c.Minutes), planner.ShownCount(c.Points)
		c.People = 0
		out = append(out, c)
	}
	return out
}
