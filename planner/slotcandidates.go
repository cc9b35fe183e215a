package planner

import (
	"cmp"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// candidates lists who can be booked at the location for the visit type, by the
// rules, in the order in which they are offered.
func (q *slotQuery) candidates() []candidate {
	lead := q.leadRole()
	if lead == "" {
		return nil
	}
	var out []candidate
	for i := range q.assigned[q.location] {
		a := &q.assigned[q.location][i]
		if s, known := q.staff[a.Staff]; known && (q.req.Role == "" || a.Role == lead || q.paired(a.Role, lead)) {
			out = q.by(out, candidate{staff: s, role: a.Role, relation: q.relation(a, lead), from: a.From, to: a.To})
		}
	}
	for i := range q.state.Programme.Roles {
		if role := &q.state.Programme.Roles[i]; role.Assign == NotAssigned && (q.req.Role == "" || role.ID == lead) {
			out = q.team(out, role.ID)
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.relation.order(), b.relation.order()), cmp.Compare(a.staff, b.staff), cmp.Compare(a.rule, b.rule), cmp.Compare(a.from, b.from))
	})
	return out
}

// by adds a candidate once for each rule that is for the person.
func (q *slotQuery) by(out []candidate, c candidate) []candidate {
	id := q.state.Staff[c.staff].ID
	if q.req.Staff != "" && q.req.Staff != id {
		return out
	}
	own := slices.ContainsFunc(q.rules, func(r SlotRule) bool {
		return r.Staff == id && r.Role == c.role && r.VisitType == q.visitType.ID
	})
	for i := range q.rules {
		r := &q.rules[i]
		if r.Role != c.role || r.VisitType != q.visitType.ID || own && r.Staff != id || !own && r.Staff != "" {
			continue
		}
		c.rule = i
		if c.time == nil && q.times != nil {
			c.time = q.times(id)
		}
		out = append(out, c)
	}
	return out
}

// team adds everybody of a role without locations of its own.
func (q *slotQuery) team(out []candidate, role string) []candidate {
	for s := range q.state.Staff {
		for _, c := range q.state.Staff[s].Contracts {
			if c.Role == role {
				out = q.by(out, candidate{staff: s, role: role, relation: SlotTeam, from: c.From, to: c.To})
			}
		}
	}
	return out
}

// leadRole is the role that was asked for, or the first in which somebody of the
// location can be booked for the visit type; "" for none.
func (q *slotQuery) leadRole() string {
	for i := range q.state.Programme.Roles {
		role := &q.state.Programme.Roles[i]
		if q.req.Role != "" && role.ID != q.req.Role || !q.ruled(role.ID) {
			continue
		}
		if q.req.Role != "" || role.Assign == NotAssigned && !q.anyAssigned() || q.assignedIn(role.ID) {
			return role.ID
		}
	}
	if q.req.Role != "" && q.state.Programme.Role(q.req.Role) != nil {
		return q.req.Role // its pair may have rules
	}
	return ""
}

func (q *slotQuery) ruled(role string) bool {
	return slices.ContainsFunc(q.rules, func(r SlotRule) bool { return r.Role == role && r.VisitType == q.visitType.ID })
}

func (q *slotQuery) assignedIn(role string) bool {
	return slices.ContainsFunc(q.assigned[q.location], func(a Assignment) bool { return a.Role == role })
}

// anyAssigned reports whether somebody of the location can be booked in a role
// that has locations.
func (q *slotQuery) anyAssigned() bool {
	return slices.ContainsFunc(q.assigned[q.location], func(a Assignment) bool { return q.ruled(a.Role) })
}

func (q *slotQuery) paired(role, lead string) bool {
	r, l := q.state.Programme.Role(role), q.state.Programme.Role(lead)
	return r != nil && l != nil && (r.Pair == lead || l.Pair == role)
}

func (q *slotQuery) relation(a *Assignment, lead string) SlotRelation {
	switch {
	case a.Role == lead && a.Kind == Primary:
		return SlotOwn
	case a.Role == lead:
		return SlotBackup
	case q.paired(a.Role, lead) && a.Kind == Primary:
		return SlotPair
	}
	return SlotTeam
}

// WhyNoSlot says why there are no moments, or so few: for each person how many
// were looked at, how many are free, and what stands in the way of the others.
type WhyNoSlot struct {
	// Code is set when nobody could be looked at: not_booked or nobody.
	Code   string
	People []WhyPerson
	// First is the first moment that is free, also after the period that was
	// asked for; nil when there is none within the horizon.
	First *Slot
}

// WhyPerson says it of one person.
type WhyPerson struct {
	Staff, Role string
	Relation    SlotRelation
	// Tried counts the moments of the rules, Free those that can be booked.
	Tried, Free int
	Reasons     []WhyCount
}

// WhyCount is how many moments a reason takes away; the codes are those of
// SlotObstacleTexts.
type WhyCount struct {
	Code  string
	Count int
}

// WhyNone looks at every moment that the rules have in a period and counts what
// stands in its way, by the same judgement that offers them.
func (x *Slots) WhyNone(req *SlotRequest, times PersonTimes) WhyNoSlot {
	q := x.query(req, times)
	if q == nil {
		return WhyNoSlot{Code: NotBookable}
	}
	all := q.candidates()
	if len(all) == 0 {
		return WhyNoSlot{Code: NobodyAssigned}
	}
	var out WhyNoSlot
	for i := range all {
		out.add(q, &all[i])
	}
	for i := range out.People {
		slices.SortFunc(out.People[i].Reasons, func(a, b WhyCount) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code)) })
	}
	out.First = x.first(req, times)
	return out
}

// add counts the moments of a candidate, together with those that the same
// person has by other rules.
func (w *WhyNoSlot) add(q *slotQuery, c *candidate) {
	id := q.state.Staff[c.staff].ID
	i := slices.IndexFunc(w.People, func(p WhyPerson) bool { return p.Staff == id && p.Role == c.role && p.Relation == c.relation })
	if i < 0 {
		i = len(w.People)
		w.People = append(w.People, WhyPerson{Staff: id, Role: c.role, Relation: c.relation})
	}
	p := &w.People[i]
	for d := q.first.date(); d <= q.last.date(); d++ {
		if !within(d, c.from, c.to) {
			continue
		}
		q.starts(c, int(d-q.from), func(start wall) {
			code, _ := q.early(c, start)
			if code == "" {
				_, _, _, o := q.judge(c, start)
				code = o.Code
			}
			p.count(code)
		})
	}
}

func (p *WhyPerson) count(code string) {
	p.Tried++
	if code == "" {
		p.Free++
		return
	}
	for i := range p.Reasons {
		if p.Reasons[i].Code == code {
			p.Reasons[i].Count++
			return
		}
	}
	p.Reasons = append(p.Reasons, WhyCount{code, 1})
}

// first returns the earliest moment from the beginning of a period on.
func (x *Slots) first(req *SlotRequest, times PersonTimes) *Slot {
	further := *req
	further.To, further.Limit = x.date(x.days).At(0, x.zone), 0
	if last := calendar.DateOf(req.Now, x.zone) + calendar.Date(x.horizon()) + 1; last < x.date(x.days) {
		further.To = last.At(0, x.zone)
	}
	all := x.Offer(&further, times)
	if len(all) == 0 {
		return nil
	}
	best := slices.MinFunc(all, func(a, b Slot) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Relation.order(), b.Relation.order()), cmp.Compare(a.Crew[0].Staff, b.Crew[0].Staff))
	})
	return &best
}

// Who lists everybody whose time decides about the slots of a location for a
// visit type, in order of id.
func (x *Slots) Who(location, visitType string) []string {
	l, known := x.locations[location]
	if !known {
		return nil
	}
	var out, roles []string
	for i := range x.assigned[l] {
		if _, known := x.staff[x.assigned[l][i].Staff]; known {
			out = append(out, x.assigned[l][i].Staff)
		}
	}
	for i := range x.rules {
		if r := &x.rules[i]; r.VisitType == visitType {
			roles = append(append(append(roles, r.Role), r.With...), r.Pool...)
		}
	}
	pools := func(c Contract) bool {
		role := x.state.Programme.Role(c.Role)
		return slices.Contains(roles, c.Role) && (role == nil || role.Assign == NotAssigned || x.pooled(visitType, c.Role))
	}
	for i := range x.state.Staff {
		if slices.ContainsFunc(x.state.Staff[i].Contracts, pools) {
			out = append(out, x.state.Staff[i].ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (x *Slots) pooled(visitType, role string) bool {
	return slices.ContainsFunc(x.rules, func(r SlotRule) bool { return r.VisitType == visitType && slices.Contains(r.Pool, role) })
}

// Bounds are the instants between which the engine knows people's time.
func (x *Slots) Bounds() (from, to time.Time) {
	return x.from.At(0, x.zone), x.date(x.days).At(0, x.zone)
}

// Week are the instants of the week around a moment, with a day on each side:
// what is taken of it decides about a slot then.
func (x *Slots) Week(t time.Time) (from, to time.Time) {
	monday := calendar.DateOf(t, x.zone).Monday()
	return (monday - 1).At(0, x.zone), (monday + 8).At(0, x.zone)
}
