package files

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

const (
	// handoverID is the visit type of handover visits, and with a role the
	// requirement that asks for them.
	handoverID = "handover"
	// The defaults of a handover visit.
	handoverMinutes, handoverDays = "45", "56"
)

// handover reads how a location that changes hands is handed over, and adds the
// visit type and a requirement for each role: a programme that says nothing
// asks for it, one that says "no" does not.
func (p *programmeReader) handover(n node) {
	if _, plain := plainScalar(n); plain && !n.missing() {
		if !n.scalar().flag() {
			return
		}
		n.n = nil // yes: the defaults
	}
	f := n.mapping("name visit_type mode minutes buffer_before buffer_after minimum within_days roles")
	name := words(f.get("name"))
	if name == (planner.Text{}) {
		name = planner.Text{NL: "Warme overdracht", EN: "Handover visit"}
	}
	r := planner.Requirement{
		Name:         name,
		VisitType:    p.handoverType(f, name),
		Minimum:      f.scalar("minimum").or("1").number(0, 1),
		Target:       1,
		HandoverDays: f.scalar("within_days").or(handoverDays).number(1, 366),
	}
	roles := p.referAll(refRole, f.get("roles").scalars())
	for i := range p.programme.Roles {
		role := &p.programme.Roles[i]
		again := slices.ContainsFunc(p.programme.Roles[:i], func(r planner.Role) bool { return r.ID == role.ID })
		if again || role.Assign == planner.NotAssigned || len(roles) > 0 && !slices.Contains(roles, role.ID) {
			continue
		}
		r.ID, r.Role = p.once(refRequirement, n.named(handoverID+"-"+role.ID)), role.ID
		p.programme.Requirements = append(p.programme.Requirements, r)
	}
}

// handoverType returns the visit type that a programme names or has for its
// handovers, else makes one.
func (p *programmeReader) handoverType(f fields, name planner.Text) string {
	id := f.scalar("visit_type")
	if !id.empty() || p.has(refVisitType, handoverID) {
		for _, key := range []string{"mode", "minutes", "buffer_before", "buffer_after"} {
			if f.has(key) {
				f.get(key).fault("the visit type of the handover says it; leave it out")
			}
		}
		return p.refer(refVisitType, id.or(handoverID))
	}
	minutes := func(key, otherwise string, low int) int { return f.scalar(key).or(otherwise).number(low, maxMinutes) }
	p.programme.VisitTypes = append(p.programme.VisitTypes, planner.VisitType{
		ID: p.once(refVisitType, f.self.named(handoverID)), Name: name, Weight: 100,
		Mode:         planner.VisitMode(f.scalar("mode").or("on_site").choice("on_site", "phone", "online")),
		Minutes:      minutes("minutes", handoverMinutes, 5),
		BufferBefore: minutes("buffer_before", "0", 0),
		BufferAfter:  minutes("buffer_after", "0", 0),
	})
	return handoverID
}

// named is a value that the file does not hold, at the place of what it follows
// from.
func (n node) named(text string) value {
	at := n.at()
	return value{rep: n.rep, file: n.file, line: at.line, column: at.column, field: n.field, text: text}
}
