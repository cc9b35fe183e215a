package files

import "github.com/wijkplanner/wijkplanner/planner"

// The most that a ceiling allows, and the longest time of a starter.
const (
	maxCeiling     = 1_000_000
	maxStarterDays = 3660
)

// ceiling reads an agreed limit on what one person carries.
func (p *programmeReader) ceiling(n node) {
	f := n.mapping("id! measure! limit! warn_at role organisation staff starter_days from to source")
	var measures []string
	for _, m := range planner.CeilingMeasures() {
		measures = append(measures, string(m))
	}
	f.scalar("id").id()
	c := planner.Ceiling{
		ID:           p.once(refCeiling, f.scalar("id")),
		Measure:      planner.CeilingMeasure(f.scalar("measure").choice(measures...)),
		Limit:        int64(f.scalar("limit").number(1, maxCeiling)),
		WarnAt:       f.scalar("warn_at").number(1, 100),
		Role:         p.refer(refRole, f.scalar("role")),
		Organisation: p.refer(refOrganisation, f.scalar("organisation")),
		Staff:        p.refer(refStaff, f.scalar("staff")),
		StarterDays:  f.scalar("starter_days").number(1, maxStarterDays),
		Source:       f.scalar("source").or("assumption").text,
	}
	c.From, c.To = period(f.scalar("from"), f.scalar("to"))
	p.programme.Ceilings = append(p.programme.Ceilings, c)
}

// maxCarried is the most that somebody carried above an even share, in minutes.
const maxCarried = 1_000_000

// carried reads what somebody carried above an even share before.
func (p *programmeReader) carried(n node) {
	f := n.mapping("staff! role! minutes! from to")
	c := planner.Carried{
		Staff: p.refer(refStaff, f.scalar("staff")), Role: p.refer(refRole, f.scalar("role")), Minutes: int64(f.scalar("minutes").number(1, maxCarried)),
	}
	c.From, c.To = period(f.scalar("from"), f.scalar("to"))
	p.programme.Carried = append(p.programme.Carried, c)
}
