package web

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
)

// CoverageRow is how one requirement stands over all locations it concerns.
type CoverageRow struct {
	Requirement, Role             planner.Text
	Done, Planned, AtRisk, Missed int
}

// Locations returns the number of locations that the requirement concerns.
func (c *CoverageRow) Locations() int { return c.Done + c.Planned + c.AtRisk + c.Missed }

// TroubleRow is a promise to a location that is at risk or missed.
type TroubleRow struct {
	Location, District string
	Requirement        planner.Text
	State              planner.CoverageState
	// Sure is the number of visits done and planned.
	Sure, Minimum, Target int
	// Why are the rules that stand in the way, the one that blocks most first.
	Why []planner.Text
}

// coverage counts the ledger per requirement, in the programme's order.
func (f *facts) coverage() []CoverageRow {
	rows := make([]CoverageRow, len(f.state.Programme.Requirements))
	index := make(map[string]int)
	for i := range f.state.Programme.Requirements {
		q := &f.state.Programme.Requirements[i]
		rows[i] = CoverageRow{Requirement: named(q.Name, q.ID), Role: f.roleName(q.Role)}
		index[q.ID] = i
	}
	for i := range f.plan.Coverage {
		if c := &f.plan.Coverage[i]; f.requirements[c.Requirement] != nil {
			rows[index[c.Requirement]].add(c.State)
		}
	}
	return rows
}

func (c *CoverageRow) add(state planner.CoverageState) {
	switch state {
	case planner.CoverageDone:
		c.Done++
	case planner.CoveragePlanned:
		c.Planned++
	case planner.CoverageAtRisk:
		c.AtRisk++
	case planner.CoverageMissed:
		c.Missed++
	}
}

// trouble lists what is missed, then what is at risk, by location.
func (f *facts) trouble() []TroubleRow {
	var rows []TroubleRow
	for i := range f.plan.Coverage {
		c := &f.plan.Coverage[i]
		if c.State != planner.CoverageMissed && c.State != planner.CoverageAtRisk {
			continue
		}
		row := TroubleRow{
			Location: f.locationName(c.Location), Requirement: planner.Text{NL: c.Requirement, EN: c.Requirement},
			State: c.State, Sure: c.Done + c.Planned, Minimum: c.Minimum, Target: c.Target,
		}
		row.Why = f.whyNot(c.Location, c.Requirement)
		if l := f.locations[c.Location]; l != nil {
			row.District = f.districtName(l.District)
		}
		if q := f.requirements[c.Requirement]; q != nil {
			row.Requirement = named(q.Name, q.ID)
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b TroubleRow) int {
		// "missed" comes after "at_risk" in the alphabet, so b before a.
		return cmp.Or(cmp.Compare(b.State, a.State), cmp.Compare(a.Location, b.Location))
	})
	return rows
}

// whyShown is how many rules in the way a row names.
const whyShown = 2

// whyNot gives the rules that kept visits of a requirement from a location, and
// the smallest change that would allow one; a code without words shows as it is.
func (f *facts) whyNot(location, requirement string) []planner.Text {
	counts, change := make(map[string]int), ""
	for i := range f.plan.Unplanned {
		u := &f.plan.Unplanned[i]
		if u.Location != location || u.Requirement != requirement || u.MissedMeeting() {
			continue
		}
		for _, blocked := range u.Reason.Blocked {
			code, number, _ := strings.Cut(blocked, ":")
			number, _, _ = strings.Cut(number, ":") // the rest is whom it is about
			n, _ := strconv.Atoi(number)            // a code without a number counts once
			counts[code] += max(n, 1)
		}
		change = cmp.Or(change, u.Reason.Change)
	}
	codes := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	var why []planner.Text
	for _, code := range codes[:min(len(codes), whyShown)] {
		why = append(why, sentence(code))
	}
	if change != "" {
		why = append(why, planner.ChangeText(change))
	}
	return why
}

func sentence(code string) planner.Text {
	if t, ok := obstacles[code]; ok {
		return t
	}
	return planner.Text{NL: code, EN: code}
}
