package schedule

import (
	"cmp"
	"math"
	"slices"
)

// FaultTogether is a blocker only: each person has time, but never all of a
// crew at once.
const FaultTogether FaultKind = "together"

// Blocker counts what stands in the way of an unplanned visit.
type Blocker struct {
	// Kind is the first rule in the way. FaultWindow: no window at all.
	// FaultCrew: nobody may do it. FaultTravel: no room between the stops.
	Kind FaultKind
	// Staff is whose rule it is, or None.
	Staff int
	// Count is for how many (window, person) pairs.
	Count int
}

// Change is one change that would make an unplanned visit possible.
type Change struct {
	// Kind is the rule to relax: FaultGap, FaultMoves, FaultDayCap,
	// FaultWeekCap, FaultLoadCap, FaultReserve, FaultMaxDuration (by Amount);
	// FaultAway: a longer shift; FaultOverlap: take Other, or Fixed, away;
	// FaultWindow: another window.
	Kind FaultKind
	// Staff and Day are whose day it concerns, or None.
	Staff, Day int
	// Other is a visit to take away, Fixed a fixed stop; None otherwise.
	Other, Fixed int
	// Amount is by how much to relax.
	Amount int64
	// Shift is the shift that would do, for FaultAway; its Reserve is as it was.
	Shift Shift
	// Placement is where the visit could go then.
	Placement *Placement
	effort    int64
}

// waiver is a rule that the finder overlooks for one person, to learn whether
// it is what blocks a visit.
type waiver struct {
	kind  FaultKind
	staff int32
}

func (s *state) waived(kind FaultKind, staff int) bool {
	return s.waiver.kind == kind && s.waiver.staff == int32(staff)
}

// blocked says what stands in the way of an absent visit, of which a further
// window may be on some days only.
func (d *desk) blocked(v int32, mayOpen func(day int32) bool) ([]Blocker, *Change) {
	s := d.float()
	j := &d.m.visits[v]
	for _, options := range d.p.Visits[v].Crew {
		if len(options) == 0 {
			return []Blocker{{FaultCrew, None, 1}}, nil
		}
	}
	if len(d.m.sets[j.set].periods) == 0 {
		return []Blocker{{FaultWindow, None, 1}}, d.anyWindow(v, mayOpen)
	}
	t := tally{counts: make(map[Blocker]int)}
	p := &prober{s: s, v: v}
	for i := range d.m.sets[j.set].periods {
		w := &d.m.sets[j.set].periods[i]
		if kind := s.dayBlocker(v, w.day); kind != "" {
			t.add(kind, None)
			p.try(w, kind, None)
			continue
		}
		d.blockedOn(p, w, &t)
	}
	if p.best == nil {
		p.best = d.anyWindow(v, mayOpen)
	}
	return t.list(), p.best
}

func (d *desk) float() *state {
	if d.floating == nil {
		d.floating = newState(d.m, 0)
		d.floating.takeAll(d.start)
		d.floating.release()
		d.floating.blink, d.floating.only = -1, None
	}
	return d.floating
}

// blockedOn looks at the people for one window.
func (d *desk) blockedOn(p *prober, w *period, t *tally) {
	s := p.s
	apart := true
	for slot, options := range d.p.Visits[p.v].Crew {
		open := false
		for _, o := range options {
			kind := s.personBlocker(p.v, slot, o, w)
			if kind == "" {
				open = true
				continue
			}
			t.add(kind, o.Staff)
			p.try(w, kind, o.Staff)
		}
		apart = apart && open
	}
	if !apart {
		return
	}
	t.add(FaultTogether, None)
	for _, options := range d.p.Visits[p.v].Crew {
		for _, o := range options {
			p.try(w, FaultTogether, o.Staff)
		}
	}
}

// dayBlocker is the rule that closes a day for a visit whoever does it.
func (s *state) dayBlocker(v, day int32) FaultKind {
	if !s.dayAllowed(v, day) {
		return FaultPattern
	}
	if _, ok := s.spacing(v, day); !ok {
		return FaultGap
	}
	if s.m.visits[v].published != nil && s.m.p.MaxMoves >= 0 && s.moves >= s.m.p.MaxMoves {
		return FaultMoves
	}
	return ""
}

// personBlocker is the first rule that keeps one person from a visit in a
// window, or "".
func (s *state) personBlocker(v int32, slot int, o Option, w *period) FaultKind {
	j, r := &s.m.visits[v], int32(o.Staff*s.m.days)+w.day
	rt, staff, l := &s.routes[r], &s.m.p.Staff[o.Staff], &s.m.lanes[r]
	lo, hi := s.bounds(r, j, w)
	switch {
	case l.to <= l.from || lo > hi:
		return FaultAway
	case staff.DayCap > 0 && int(rt.visits) >= staff.DayCap:
		return FaultDayCap
	case staff.WeekCap > 0 && int(s.weekVisits[s.weekOf(r)]) >= staff.WeekCap:
		return FaultWeekCap
	case staff.LoadCap > 0 && rt.load+j.load > staff.LoadCap:
		return FaultLoadCap
	}
	if s.fitsSomewhere(v, slot, o, w) {
		return ""
	}
	for _, kind := range []FaultKind{FaultReserve, FaultMaxDuration} {
		s.waiver = waiver{kind, int32(o.Staff)}
		fits := s.fitsSomewhere(v, slot, o, w)
		s.waiver = waiver{}
		if fits {
			return kind
		}
	}
	return FaultTravel
}

// fitsSomewhere reports whether one person has room for a visit in a window.
func (s *state) fitsSomewhere(v int32, slot int, o Option, w *period) bool {
	j := &s.m.visits[v]
	s.crew.fits[0] = s.appendFits(s.crew.fits[0][:0], v, o, w)
	for _, f := range s.crew.fits[0] {
		start := s.m.up(f.lo, j.before)
		h := holding{day: w.day, lo: start, hi: start}
		if start <= f.hi && (s.m.p.Staff[o.Staff].MaxDuration == 0 || s.fits(f.route, int(f.pos), j.first+int32(slot), h)) {
			return true
		}
	}
	return false
}

// tally counts blockers.
type tally struct{ counts map[Blocker]int }

func (t *tally) add(kind FaultKind, staff int) { t.counts[Blocker{Kind: kind, Staff: staff}]++ }

// list returns the blockers, the most frequent first.
func (t *tally) list() []Blocker {
	var out []Blocker
	for b, n := range t.counts {
		b.Count = n
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b Blocker) int {
		return cmp.Or(-cmp.Compare(a.Count, b.Count), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Staff, b.Staff))
	})
	return out
}

// anyWindow looks for a moment that only a further window would allow.
func (d *desk) anyWindow(v int32, mayOpen func(day int32) bool) *Change {
	s, j := d.float(), &d.m.visits[v]
	p := &prober{s: s, v: v}
	for day := range int32(d.m.days) {
		if !mayOpen(day) || s.dayBlocker(v, day) != "" {
			continue
		}
		if p.find(&period{day: day, from: -always, to: always}) {
			pl := s.placementOf(v, &s.best)
			p.offer(Change{
				Kind: FaultWindow, Staff: None, Day: int(day), Other: None, Fixed: None, Placement: pl,
				effort: math.MaxInt32 + int64(j.length),
			})
			break
		}
	}
	return p.best
}
