package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// The origins of an assignment.
const (
	fromInput = "input"
	fromHand  = "hand"
	fromPlan  = "plan"
)

// assignmentRow is one belief about who belongs where. Rows are never deleted:
// Recorded is the state version that brought it, Replaced the one that ended
// the belief, nil while it lasts.
type assignmentRow struct {
	ID        int64 `gorm:"primaryKey"`
	Region    string
	Position  int
	Location  string
	Role      string
	Staff     string
	Kind      planner.AssignmentKind
	ValidFrom day
	ValidTo   day
	Pinned    bool
	Reason    string
	Origin    string
	Recorded  int64
	Replaced  *int64
}

func (assignmentRow) TableName() string { return "assignments" }

func (r *assignmentRow) assignment() planner.Assignment {
	return planner.Assignment{
		Location: r.Location, Role: r.Role, Staff: r.Staff, Kind: r.Kind,
		From: r.ValidFrom.Date(), To: r.ValidTo.Date(), Pinned: r.Pinned, Reason: r.Reason,
	}
}

func assignmentRowOf(region *regionRow, position int, origin string, a planner.Assignment) assignmentRow {
	return assignmentRow{
		Region: region.Region, Position: position, Location: a.Location, Role: a.Role, Staff: a.Staff, Kind: a.Kind,
		ValidFrom: on(a.From), ValidTo: on(a.To), Pinned: a.Pinned, Reason: a.Reason,
		Origin: origin, Recorded: region.Version,
	}
}

// post is what somebody can be assigned to.
type post struct {
	location, role string
	kind           planner.AssignmentKind
}

func postOf(a planner.Assignment) post { return post{a.Location, a.Role, a.Kind} }

// believed reads the rows of a region that are held true, the imported ones
// first, each in their order.
func (t *Tx) believed(region string) ([]assignmentRow, error) {
	var rows []assignmentRow
	err := t.db.Where("region = ? AND replaced IS NULL", region).Order("origin, position, id").Find(&rows).Error
	return rows, err
}

func (t *Tx) assignments(region string) ([]planner.Assignment, error) {
	rows, err := t.believed(region)
	if err != nil {
		return nil, err
	}
	var out []planner.Assignment
	for i := range rows {
		out = append(out, rows[i].assignment())
	}
	return out, nil
}

// AssignmentsOn returns who belongs to which location on a day, by location,
// role and kind, the primary first.
func (s *Store) AssignmentsOn(ctx context.Context, region string, d calendar.Date) ([]planner.Assignment, error) {
	return s.assignmentsOn(ctx, d, func(t *Tx) *gorm.DB { return t.scoped("region").Where("region = ? AND replaced IS NULL", region) })
}

// AssignmentsKnown is AssignmentsOn as it was known at a version of the region:
// what was believed then about that day, also where it turned out otherwise.
func (s *Store) AssignmentsKnown(ctx context.Context, region string, d calendar.Date, version int64) ([]planner.Assignment, error) {
	return s.assignmentsOn(ctx, d, func(t *Tx) *gorm.DB {
		return t.scoped("region").Where("region = ? AND recorded <= ? AND (replaced IS NULL OR replaced > ?)", region, version, version)
	})
}

func (s *Store) assignmentsOn(ctx context.Context, d calendar.Date, believed func(*Tx) *gorm.DB) ([]planner.Assignment, error) {
	var rows []assignmentRow
	err := s.read(ctx, func(t *Tx) error {
		return believed(t).Where("(valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to >= ?)", on(d), on(d)).
			Order("location, role, kind DESC, staff, id").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]planner.Assignment, len(rows))
	for i := range rows {
		out[i] = rows[i].assignment()
	}
	return out, nil
}

// importAssignments makes the imported assignments the region's own.
func (t *Tx) importAssignments(region *regionRow, imported []planner.Assignment) error {
	rows, err := t.believed(region.Region)
	if err != nil {
		return err
	}
	have := map[planner.Assignment]*assignmentRow{}
	for i := range rows {
		have[rows[i].assignment()] = &rows[i]
	}
	var fresh []assignmentRow
	kept := map[int64]bool{}
	by := map[post][]planner.Assignment{}
	for i, a := range imported {
		by[postOf(a)] = append(by[postOf(a)], a)
		row := have[a]
		if row == nil || kept[row.ID] {
			fresh = append(fresh, assignmentRowOf(region, i, originOf(rows, a), a))
			continue
		}
		kept[row.ID] = true
		if row.Position != i && row.Origin == fromInput {
			if err := t.db.Model(row).Update("position", i).Error; err != nil {
				return err
			}
		}
	}
	for i := range rows {
		r := &rows[i]
		switch {
		case kept[r.ID]:
		case r.Origin != fromPlan:
			err = t.replace(region, r)
		default:
			fresh, err = t.giveWay(region, r, by[postOf(r.assignment())], fresh)
		}
		if err != nil {
			return err
		}
	}
	return insert(t, fresh)
}

// originOf returns the origin of an imported assignment: what is left of one that
// was made by hand is still that.
func originOf(rows []assignmentRow, a planner.Assignment) string {
	for i := range rows {
		r := rows[i].assignment()
		if rows[i].Origin == fromHand && holder(r) == holder(a) && r.Pinned == a.Pinned && len(cut([]stretch{stretchOf(a)}, stretchOf(r))) == 0 {
			return fromHand
		}
	}
	return fromInput
}

// replace ends the belief in a row.
func (t *Tx) replace(region *regionRow, r *assignmentRow) error {
	return t.db.Model(r).Update("replaced", region.Version).Error
}

// giveWay cuts what others take over out of a row that a plan made.
func (t *Tx) giveWay(region *regionRow, r *assignmentRow, others []planner.Assignment, fresh []assignmentRow) ([]assignmentRow, error) {
	left := []stretch{stretchOf(r.assignment())}
	for _, o := range others {
		left = cut(left, stretchOf(o))
	}
	return t.reshape(region, r, left, fresh)
}

// reshape replaces a row by rows for the stretches that are left of it; a row
// that is left whole stays.
func (t *Tx) reshape(region *regionRow, r *assignmentRow, left []stretch, fresh []assignmentRow) ([]assignmentRow, error) {
	a := r.assignment()
	if len(left) == 1 && left[0] == stretchOf(a) {
		return fresh, nil
	}
	for _, s := range left {
		a.From, a.To = s.from, s.to
		fresh = append(fresh, assignmentRowOf(region, r.Position, r.Origin, a))
	}
	return fresh, t.replace(region, r)
}

// takeOver makes the assignments of a published plan the region's. Who loses a
// post loses it for good, also beyond the plan's period; who keeps it keeps the
// row there was.
func (t *Tx) takeOver(region *regionRow, planned []planner.Assigned) error {
	rows, err := t.believed(region.Region)
	if err != nil {
		return err
	}
	of := map[post][]planner.Assigned{}
	for _, p := range planned {
		k := post{p.Location, p.Role, p.Kind}
		of[k] = append(of[k], p)
	}
	var fresh []assignmentRow
	held := map[planner.Assignment][]stretch{} // by post and staff
	for i := range rows {
		r := &rows[i]
		left := []stretch{stretchOf(r.assignment())}
		for _, p := range of[postOf(r.assignment())] {
			if p.Staff != r.Staff {
				left = end(left, stretch{p.From, p.To})
			}
		}
		k := holder(r.assignment())
		held[k] = append(held[k], left...)
		if fresh, err = t.reshape(region, r, left, fresh); err != nil {
			return err
		}
	}
	for i, p := range planned {
		if p.Staff == "" {
			continue
		}
		a := planner.Assignment{Location: p.Location, Role: p.Role, Staff: p.Staff, Kind: p.Kind, From: p.From, To: p.To}
		left := []stretch{stretchOf(a)}
		for _, h := range held[holder(a)] {
			left = cut(left, h)
		}
		for _, s := range left {
			a.From, a.To = s.from, s.to
			fresh = append(fresh, assignmentRowOf(region, i, fromPlan, a))
		}
	}
	return insert(t, fresh)
}

// holder is an assignment without its dates and marks: a key.
func holder(a planner.Assignment) planner.Assignment {
	return planner.Assignment{Location: a.Location, Role: a.Role, Kind: a.Kind, Staff: a.Staff}
}

// stretch is a run of days, both ends inclusive; NoDate is an open end.
type stretch struct{ from, to calendar.Date }

func stretchOf(a planner.Assignment) stretch { return stretch{a.From, a.To} }

// meets reports whether two stretches share a day. An open start, NoDate, is
// below every date.
func (s stretch) meets(o stretch) bool {
	return (s.to == calendar.NoDate || o.from <= s.to) && (o.to == calendar.NoDate || s.from <= o.to)
}

// cut takes a stretch out of others.
func cut(from []stretch, o stretch) []stretch {
	var out []stretch
	for _, s := range from {
		if !s.meets(o) {
			out = append(out, s)
			continue
		}
		if s.from < o.from {
			out = append(out, stretch{s.from, o.from - 1})
		}
		if o.to != calendar.NoDate && (s.to == calendar.NoDate || o.to < s.to) {
			out = append(out, stretch{o.to + 1, s.to})
		}
	}
	return out
}

// end stops stretches where another one begins.
func end(from []stretch, o stretch) []stretch {
	var out []stretch
	for _, s := range from {
		switch {
		case !s.meets(o):
			out = append(out, s)
		case s.from < o.from:
			out = append(out, stretch{s.from, o.from - 1})
		}
	}
	return out
}
