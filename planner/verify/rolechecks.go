package verify

import (
	"math"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// checkRows proves the numbers of the rows of assignments.csv.
func (p *roleProof) checkRows() {
	for i := range p.items {
		for k, l := range p.items[i].locations {
			for _, row := range p.c.serving[servingKey{l.ID, p.role.ID, p.kind}] {
				if s := p.byID[row.Staff]; s != nil && !p.c.ended(row) {
					p.checkRow(row, s, l, p.items[i].demands[k])
				}
			}
		}
	}
}

func (p *roleProof) checkRow(row *AssignmentRow, s *person, l *planner.Location, d demand) {
	at := Fault{Kind: WrongLoad, Location: l.ID, Role: p.role.ID, Staff: s.ID, Date: row.From}
	cost, load := p.c.service(s.Staff, l, d, p.kind)
	if row.MinutesYear != load {
		p.c.add(at, "minutes_per_year is %d, the load is %d", row.MinutesYear, load)
	}
	if before := p.c.formerOf(p.role.ID, l.ID, p.kind); row.Changed != (before != "" && before != s.ID) {
		p.c.add(at, "changed is %t, and %q had the location before", row.Changed, before)
	}
	at.Kind = WrongTravel
	if minutes := (cost + 50) / 100; row.TravelMinutesYear != minutes {
		p.c.add(at, "travel_minutes_per_year is %d, the travel is %d", row.TravelMinutesYear, minutes)
	}
}

// checkChanges proves that no more locations change hands than allowed. Those of
// pins, and of whole districts that more than one person has today, change in
// any case: they use up what is allowed, and may pass it.
func (p *roleProof) checkChanges() {
	chosen, forced := 0, 0
	for i := range p.items {
		it := &p.items[i]
		s := p.byID[p.server(it.locations[0])]
		switch {
		case s == nil:
		case it.pinned != nil || len(p.former(it)) > 1:
			forced += p.changes(s, it)
		default:
			chosen += p.changes(s, it)
		}
	}
	if p.maxChanges >= 0 && chosen > max(0, p.maxChanges-forced) {
		p.c.add(Fault{Kind: OverBudget, Role: p.role.ID, Date: calendar.NoDate},
			"%d locations change hands and %d that must, at most %d", chosen, forced, p.maxChanges)
	}
}

// checkPeople proves that nobody carries more than allowed, unless pins with a
// reason and nothing else make it so, and that plan.json tells the loads.
func (p *roleProof) checkPeople() {
	for _, s := range p.people {
		at := Fault{Kind: OverCapacity, Role: p.role.ID, Staff: s.ID, Date: calendar.NoDate}
		if s.load > s.capacity && s.load > s.base && !p.excused(s, s.load > s.forced) {
			p.c.add(at, "%s load of %d minutes with a capacity of %d, %d of it pinned or base; only pins with a reason may pass it", p.kind, s.load, s.capacity, s.forced)
		}
		most := s.ceiling
		if at.Kind = OverCeiling; p.kind == primary && most > 0 && s.locations > most && !p.excused(s, s.free > 0) {
			p.c.add(at, "%d locations, at most %d; %d are not pinned; only pins with a reason may pass it", s.locations, most, s.free)
		}
		i := slices.IndexFunc(p.summary.Loads, func(r LoadRow) bool { return r.Staff == s.ID })
		want := LoadRow{s.ID, s.load, s.capacity, s.locations}
		at.Kind = WrongLoad
		switch {
		case i < 0:
			p.c.add(at, "plan.json has no %s load of %s", p.kind, s.ID)
		case p.summary.Loads[i] != want:
			have := p.summary.Loads[i]
			p.c.add(at, "plan.json has %s load %d, capacity %d and %d locations; they are %d, %d and %d",
				p.kind, have.Load, have.Capacity, have.Locations, want.Load, want.Capacity, want.Locations)
		}
	}
}

// excused reports whether passing a ceiling is the lead's doing: pins alone, at
// least one of which names a reason.
func (p *roleProof) excused(s *person, more bool) bool { return s.reasoned && !more }

// amountNames are the constraints of the assignment.
var amountNames = []string{"travel", "face", "pair", "district", "scattered", "change", "balance"}

// apart are those that are no part of the certified cost.
var apart = []string{"face", "pair", "scattered"}

// checkAmounts proves the amounts of plan.json from the assignment, and the
// sums of the reasons from the rows.
func (p *roleProof) checkAmounts() {
	at := Fault{Role: p.role.ID, Date: calendar.NoDate}
	told := map[string]int64{"balance": p.summary.Rest}
	for i := range p.c.folder.Assignments {
		row := &p.c.folder.Assignments[i]
		if row.Role != p.role.ID || row.Kind != p.kind {
			continue
		}
		place := Fault{Kind: ReasonSum, Location: row.Location, Role: row.Role, Staff: row.Staff, Date: row.From}
		for _, a := range p.c.amounts(row.Reason, place) {
			told[a.name] += a.value
		}
	}
	p.c.checkTotals(at, "the reasons of the "+p.kind+" rows and rest", told, p.summary.Constraints)
	var cost int64
	for _, name := range amountNames {
		value := p.summary.Constraints[name]
		if !slices.Contains(apart, name) {
			cost += value
		}
		if at.Kind = WrongAmount; value != p.amounts[name] {
			p.c.add(at, "%s %s is %d in plan.json, the assignment makes it %d", p.kind, name, value, p.amounts[name])
		}
	}
	if at.Kind = WrongTotal; p.summary.Cost != cost {
		p.c.add(at, "the %s cost is %d in plan.json, its constraints without face, pair and scattered add up to %d", p.kind, p.summary.Cost, cost)
	}
}

// checkBound proves the lower bound and the gap.
func (p *roleProof) checkBound() {
	at := Fault{Kind: BoundAboveCost, Role: p.role.ID, Date: calendar.NoDate}
	if p.summary.Bound > p.summary.Cost {
		p.c.add(at, "the %s bound %d is above the cost %d", p.kind, p.summary.Bound, p.summary.Cost)
	}
	gap := 0.0
	if p.summary.Cost > 0 {
		gap = float64(p.summary.Cost-p.summary.Bound) / float64(p.summary.Cost)
	}
	if at.Kind = WrongAmount; math.Abs(gap-p.summary.Gap) > 0.0005 {
		p.c.add(at, "the %s gap is %g in plan.json, it is %g", p.kind, p.summary.Gap, gap)
	}
	if at.Kind = BoundUnproved; p.summary.Bound <= 0 {
		return // no cost is negative
	}
	for _, m := range p.summary.Multipliers {
		if m > wildMultiplier || m < -wildMultiplier {
			p.c.add(at, "a multiplier of %d proves nothing", m)
			return
		}
	}
	if proved := p.provedBound(p.summary.Multipliers); p.summary.Bound > proved {
		p.c.add(at, "the %s bound is %d, its %d multipliers prove %d", p.kind, p.summary.Bound, len(p.summary.Multipliers), proved)
	}
}

// checkTotals compares what rows say with a total of plan.json, by constraint.
func (c *checker) checkTotals(at Fault, what string, told, total map[string]int64) {
	var names []string
	for name := range told {
		names = append(names, name)
	}
	for name := range total {
		if _, both := told[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	at.Kind = WrongTotal
	for _, name := range names {
		if told[name] != total[name] {
			c.add(at, "%s add up to %d of %s, plan.json has %d", strings.TrimSpace(what), told[name], name, total[name])
		}
	}
}
