package verify

import (
	"math"

	"github.com/wijkplanner/wijkplanner/planner"
)

const (
	// backupPercent is the part of a primary's load that a backup counts with.
	backupPercent = 10
	// loadStep is the step in which loads are counted, in minutes.
	loadStep = 15
)

// demand is what a location asks of a role in a year.
type demand struct {
	// work is minutes, trips the number of visits that somebody travels for.
	work, trips int64
}

func (c *checker) demandOf(role *planner.Role, l *planner.Location) demand {
	d := demand{work: int64(l.Places()) * int64(role.DemandPerPlace)}
	for _, p := range c.byPlace[l.ID] {
		if !takesPart(p.requirement, role.ID) {
			continue
		}
		v := p.visitType
		minutes := int64(v.Minutes + v.Preparation + v.FollowUp + v.BufferBefore + v.BufferAfter)
		d.work += int64(p.target) * roundUp(minutes*int64(v.Weight), 100)
		if v.Mode == planner.OnSite {
			d.trips += int64(p.target)
		}
	}
	return d
}

// service returns the travel cost, in hundredths, and the load of somebody who
// serves a location for a year.
func (c *checker) service(s *planner.Staff, l *planner.Location, d demand, kind string) (cost, load int64) {
	travel := d.trips * 2 * c.norms.cost(&s.Home, &l.Point, s.Mode)
	load = roundUp(d.work+roundUp(c.norms.tripShare*travel, 10_000), loadStep) * loadStep
	if kind == backup {
		load = roundUp(load*backupPercent, 100*loadStep) * loadStep
	}
	return travel * c.weights.Travel / 100, load
}

// roundUp returns a ÷ b for a ≥ 0, rounded up.
func roundUp(a, b int64) int64 {
	if a%b > 0 {
		return a/b + 1
	}
	return a / b
}

// capacity returns the minutes of the period that somebody can give to the
// locations, cases and meetings of a role.
func (c *checker) capacity(s *planner.Staff, role *planner.Role) int64 {
	var contract int64 // hundredths of hours × days a week
	for _, k := range s.Contracts {
		if k.Role == role.ID {
			contract += int64(k.HoursWeek) * 60 * c.daysBetween(k.From, k.To)
		}
	}
	share := c.assumption("non_case_share", 25, s.Organisation)
	minutes := float64(contract) / 700 * (100 - share) / 100
	reserved := 0
	for d := c.from; d <= c.to; d++ {
		if role.AcuteMinutesDay > 0 && len(c.working(s, d)) > 0 {
			reserved += role.AcuteMinutesDay
		}
		if len(role.Consult[d.Weekday()]) > 0 {
			reserved += totalMinutes(c.consult(s, role.ID, d))
		}
	}
	return max(0, int64(math.Floor(minutes+rounding))-int64(reserved))
}

// baseLoad returns the minutes that somebody's cases and meetings take, which
// count for the role of the person's first contract, and those carried above an
// even share before.
func (c *checker) baseLoad(s *planner.Staff, role string) int64 {
	var minutes int64
	for _, k := range c.state.Programme.Carried {
		if k.Staff == s.ID && k.Role == role && c.daysBetween(k.From, k.To) > 0 {
			minutes += k.Minutes
		}
	}
	if len(s.Contracts) == 0 || s.Contracts[0].Role != role {
		return minutes
	}
	for _, k := range c.state.Cases {
		if k.Staff == s.ID {
			minutes += roundUp(int64(k.MinutesWeek)*c.daysBetween(k.Opened, k.HandedOver), 7)
		}
	}
	for i := range c.state.Meetings {
		if m := c.meetings[c.state.Meetings[i].ID]; m.asked(s) {
			minutes += int64(len(c.attendable(s, m)) * m.Minutes)
		}
	}
	return minutes
}

// ceiling returns how many locations somebody may have in a role, 0 for any
// number: the least, over the days of the period on which there is one, of what
// the contracts in force say together.
func (c *checker) ceiling(s *planner.Staff, role string) int {
	least := 0
	for d := c.from; d <= c.to; d++ {
		n := 0
		for _, k := range s.Contracts {
			if k.Role == role && holds(d, k.From, k.To) {
				n += k.MaxLocations
			}
		}
		if n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

const (
	// fixedPoint is one, in the numbers with 20 binary digits that the balance
	// charge is made of.
	fixedPoint = 1 << 20
	// highestRatio is the relative load above which the charge stays the same.
	highestRatio = 1024 * fixedPoint
	// highestCharge is the most that the charge can be.
	highestCharge = 1 << 50
)

// balanceCharge returns weight × norm × (load ÷ norm)⁴, in fixed point:
// the ratio, its square and its fourth power rounded down to 20 binary digits,
// the product rounded down.
func balanceCharge(weight, norm, load int64) int64 {
	if weight <= 0 || norm <= 0 || load <= 0 {
		return 0
	}
	ratio := int64(highestRatio)
	if load/norm < 1024 {
		ratio = load/norm*fixedPoint + load%norm*fixedPoint/norm
	}
	square := ratio * ratio / fixedPoint
	whole, fraction := square/fixedPoint, square%fixedPoint
	// The fourth power is square² ÷ 2²⁰, by parts so that nothing overflows.
	fourth := whole*whole*fixedPoint + 2*whole*fraction + fraction*fraction/fixedPoint
	if float64(weight)*float64(norm)*(float64(fourth)/fixedPoint) >= 1.01*highestCharge {
		return highestCharge
	}
	// weight × norm × fourth ÷ 2²⁰, by parts again.
	scale := weight * norm
	charge := scale*(fourth/fixedPoint) + scale/fixedPoint*(fourth%fixedPoint) + scale%fixedPoint*(fourth%fixedPoint)/fixedPoint
	return min(charge, highestCharge)
}
