package planner

import "github.com/wijkplanner/wijkplanner/calendar"

// atRiskDays is how shortly before its last possible day a promise that only
// just holds counts as at risk: what falls out then cannot be made up for. It is
// at most a quarter of the days that are possible.
const atRiskDays = 28

// coverage writes the ledger: for each promise to each location what was done,
// what is planned and how it stands.
func (f *formulation) coverage(visits []Visit) []Coverage {
	type key struct{ location, requirement string }
	planned, last := map[key]int{}, map[key]calendar.Date{}
	for i := range visits {
		v := &visits[i]
		k, d := key{v.Location, v.Requirement}, calendar.DateOf(v.Start, f.zone)
		if v.Meeting || v.Status == Cancelled || d < f.first {
			continue // what is before the first day is done, or is not
		}
		planned[k]++
		last[k] = max(last[k], d)
	}
	out := make([]Coverage, 0, len(f.demanded))
	for i := range f.demanded {
		d := &f.demanded[i]
		req, _, loc := f.target(d)
		k := key{loc.ID, req.ID}
		out = append(out, Coverage{
			Location: loc.ID, Role: req.Role, Requirement: req.ID,
			Minimum: d.minimum, Target: d.target, Done: d.done, Planned: planned[k],
			State: coverageState(d, planned[k], last[k], f.possible(d)),
		})
	}
	return out
}

// possible returns the days on which the visits of a demand can be.
func (f *formulation) possible(d *demand) Period {
	if d.handover != nil {
		return d.handover.window
	}
	req, _, loc := f.target(d)
	return f.period.inYear(req.From, req.To).Overlap(loc.Opened, loc.Closed)
}

func coverageState(d *demand, planned int, last calendar.Date, p Period) CoverageState {
	switch {
	case d.done+planned < d.minimum:
		return CoverageMissed
	case d.done >= d.target:
		return CoverageDone
	case d.done+planned < d.target, d.done+planned == d.minimum && d.done < d.minimum && last > p.To-calendar.Date(min(atRiskDays, p.Days()/4)):
		return CoverageAtRisk
	default:
		return CoveragePlanned
	}
}
