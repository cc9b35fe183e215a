package verify

import (
	"math"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// checkTold proves what plan.json tells of the role besides its score: how many
// locations change hands, what that means for travel, and what is missing where
// nobody serves.
func (p *roleProof) checkTold() {
	at := Fault{Kind: WrongAmount, Role: p.role.ID, Date: calendar.NoDate}
	changed, travel := 0, TravelRow{}
	short := map[string]ShortageRow{}
	for i := range p.items {
		it := &p.items[i]
		for k, l := range it.locations {
			now, had := p.byID[p.server(l)], p.c.inForce(p.role.ID, l.ID, p.kind)
			if now == nil {
				s := short[l.District]
				short[l.District] = ShortageRow{District: l.District, Locations: s.Locations + 1, Minutes: s.Minutes + p.workOf(it.demands[k])}
				continue
			}
			if had != "" && had != now.ID {
				changed++
			}
			before := p.c.staff[had]
			if before == nil {
				continue
			}
			was, _ := p.c.service(before, l, it.demands[k], p.kind)
			is, _ := p.c.service(now.Staff, l, it.demands[k], p.kind)
			travel = TravelRow{travel.Locations + 1, travel.Before + (was+50)/100, travel.After + (is+50)/100}
		}
	}
	if p.summary.Changed != changed {
		p.c.add(at, "%d %s locations change hands in plan.json, the rows say %d", p.summary.Changed, p.kind, changed)
	}
	if p.summary.Travel != travel {
		p.c.add(at, "%s travel is %+v in plan.json, it is %+v", p.kind, p.summary.Travel, travel)
	}
	p.checkShortages(short)
}

func (p *roleProof) checkShortages(short map[string]ShortageRow) {
	at := Fault{Kind: WrongShortage, Role: p.role.ID, Date: calendar.NoDate}
	for _, have := range p.summary.Shortages {
		want, there := short[have.District]
		want.FTE = math.Ceil(float64(100*want.Minutes)/float64(p.fullTime())-rounding) / 100
		have.FTE = math.Round(100*have.FTE) / 100
		if !there || have != want {
			p.c.add(at, "plan.json is short of %+v as %s, the rows make it %+v", have, p.kind, want)
		}
		delete(short, have.District)
	}
	for district, s := range short {
		p.c.add(at, "plan.json does not name the %d locations in district %q without a %s", s.Locations, district, p.kind)
	}
}

// workOf returns the load of a location without travel.
func (p *roleProof) workOf(d demand) int64 {
	load := roundUp(d.work, loadStep) * loadStep
	if p.kind == backup {
		load = roundUp(load*backupPercent, 100*loadStep) * loadStep
	}
	return load
}

// fullTime returns the minutes that a full-time person of the role has for
// locations in the period: a week's hours without the share for other things,
// and from Monday to Friday without acute and consult time.
func (p *roleProof) fullTime() int64 {
	hours := float64(p.role.FullTime) / 100
	if p.role.FullTime == 0 {
		hours = p.c.assumption("full_time_hours", 36, "")
	}
	days := float64(p.c.to - p.c.from + 1)
	minutes := int64(math.Floor(hours*60*days/7*(100-p.c.assumption("non_case_share", 25, ""))/100 + rounding))
	for d := p.c.from; d <= p.c.to; d++ {
		if day := d.Weekday(); day != time.Saturday && day != time.Sunday {
			minutes -= int64(p.role.AcuteMinutesDay + totalMinutes(p.role.Consult[day]))
		}
	}
	return max(1, minutes)
}
