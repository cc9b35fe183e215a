package planner

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// shortages returns what a role is short of: the work of the locations that
// nobody has, by district in ascending order of id.
func (f *formulation) shortages(p *roleProblem, staff []int) []Shortage {
	by := map[string]*Shortage{}
	for i, s := range staff {
		if s != assign.None {
			continue
		}
		for _, l := range p.items[i].locations {
			district := f.state.Locations[l].District
			if by[district] == nil {
				by[district] = &Shortage{District: district}
			}
			by[district].Locations++
			by[district].Minutes += f.workAt(p, l)
		}
	}
	out := make([]Shortage, 0, len(by))
	for _, s := range by {
		s.FTE = f.fte(p.role, s.Minutes)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Shortage) int { return cmp.Compare(a.District, b.District) })
	return out
}

// noteShortages keeps what a role is short of primaries, for the reasons of its
// visits.
func (f *formulation) noteShortages(r *RoleResult) {
	if r.Kind != Primary {
		return
	}
	for _, s := range r.Shortages {
		f.short[[2]string{r.Role, s.District}] = s
	}
}

// workAt returns the load of a location without anybody's travel.
func (f *formulation) workAt(p *roleProblem, l int) int64 {
	work, _ := f.work(p.role, l)
	load := ceilDiv(work, loadStep) * loadStep
	if p.kind == Backup {
		load = backupLoad(load)
	}
	return load
}

// fte returns minutes of the period in hundredths of a full-time person of a
// role, rounded up: a shortage is never nothing.
func (f *formulation) fte(role *Role, minutes int64) int64 {
	return ceilDiv(100*minutes, f.fullTime(role))
}

// fullTime returns the minutes of the period that a full-time person, who works
// from Monday to Friday, can give to the locations of a role.
func (f *formulation) fullTime(role *Role) int64 {
	hours := float64(role.FullTime) / 100
	if role.FullTime == 0 {
		hours = f.state.Programme.Assume(FullTimeHours, "", f.period.From)
	}
	share := f.state.Programme.Assume(NonCaseShare, "", f.period.From)
	minutes := int64(math.Floor(hours*60*float64(f.period.Days())/7*(100-share)/100 + 1e-6))
	for d := f.period.From; d <= f.period.To; d++ {
		if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday {
			continue
		}
		minutes -= int64(role.AcuteMinutesDay)
		for _, s := range role.Consult[d.Weekday()] {
			minutes -= int64(s.Minutes())
		}
	}
	return max(1, minutes)
}

// FormatFTE writes hundredths of a full-time person, "0.40 FTE".
func FormatFTE(hundredths int64) string {
	return fmt.Sprintf("%d.%02d FTE", hundredths/100, hundredths%100)
}

// DistrictName returns the name of a district, its id where it has none or is
// unknown, and a dash for none.
func (s *State) DistrictName(id string) string {
	for i := range s.Districts {
		if d := &s.Districts[i]; d.ID == id && d.Name != "" {
			return d.Name
		}
	}
	return cmp.Or(id, "–")
}

// Sentence says a shortage in words, "0.40 FTE short in Noord".
func (s *Shortage) Sentence(state *State) string {
	return FormatFTE(s.FTE) + " short in " + state.DistrictName(s.District)
}

// travelChange compares the yearly travel of an assignment with today's, over
// the locations that somebody known serves in both.
func (f *formulation) travelChange(p *roleProblem, staff []int) TravelChange {
	var out TravelChange
	for i, s := range staff {
		if s == assign.None {
			continue
		}
		for _, l := range p.items[i].locations {
			today := f.inForce(p.role.ID, f.state.Locations[l].ID, p.kind)
			if today == nil {
				continue
			}
			had := f.staffIndex(today.Staff)
			if had < 0 {
				continue
			}
			before, _ := f.service(&f.state.Staff[had], p.role, l)
			after, _ := f.service(&f.state.Staff[p.staff[s]], p.role, l)
			out.Locations++
			out.Before += (before + 50) / 100
			out.After += (after + 50) / 100
		}
	}
	return out
}
