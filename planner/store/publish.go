package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// PublishPlan makes a draft the region's plan: its visits take people's time,
// its assignments hold, and the feeds show it. It supersedes the plan there
// was; what that one took is given back first, so that two visits can change
// places. The state gets a new version, so that every other draft is stale.
//
// It gives ErrStale when the state changed since the draft was made, or when
// the plan is no draft; ErrConflict when somebody's time is taken by something
// else, such as a booking.
func (s *Store) PublishPlan(ctx context.Context, id int64, now time.Time) error {
	return s.Tx(ctx, func(t *Tx) error { return t.PublishPlan(id, now) })
}

// PublishPlan is Store.PublishPlan within a transaction.
func (t *Tx) PublishPlan(id int64, now time.Time) error {
	if err := t.publish(id, &publicationRow{}, (*Tx).takeOver, now); err != nil {
		return fmt.Errorf("publish plan %d: %w", id, err)
	}
	return nil
}

// PublishVisits is PublishPlan for a draft whose assignments are those of the plan
// that it takes the place of: who has a location stays as it is now, also where a
// lead gave it to somebody since.
func (t *Tx) PublishVisits(id int64, now time.Time) error {
	asItIs := func(*Tx, *regionRow, []planner.Assigned) error { return nil }
	if err := t.publish(id, &publicationRow{}, asItIs, now); err != nil {
		return fmt.Errorf("publish plan %d: %w", id, err)
	}
	return nil
}

// publish publishes a plan. note says since which version of the region the
// publication is, and what the state was then, when it is not the plan alone;
// assign gives the region the plan's assignments.
func (t *Tx) publish(id int64, note *publicationRow, assign func(*Tx, *regionRow, []planner.Assigned) error, now time.Time) error {
	row, region, err := t.draft(id)
	if err != nil {
		return err
	}
	earlier, err := t.superseded(row)
	if err != nil {
		return err
	}
	persons, err := t.lockCrews(row.Region, append(slices.Clone(earlier), id))
	if err != nil {
		return err
	}
	p, err := t.plan(row)
	if err != nil {
		return err
	}
	programme, err := t.programme(region)
	if err != nil {
		return err
	}
	busy, err := t.busyOverlaps(earlier, p, programme, persons)
	if err != nil {
		return err
	}
	if len(busy) > 0 {
		return &OverlapError{Overlaps: busy}
	}
	if err := t.giveBack(earlier, persons); err != nil {
		return err
	}
	if err := t.occupyPlan(id, p, programme, persons); err != nil {
		return err
	}
	region.Version++
	if err := assign(t, region, p.Assignments); err != nil {
		return err
	}
	if err := t.revise(id, earlier, p, programme, now); err != nil {
		return err
	}
	if err := t.db.Model(row).Updates(map[string]any{"stage": Published, "published_at": At(now)}).Error; err != nil {
		return err
	}
	note.Plans, note.Replaced, note.Since = doc([]int64{id}), doc(earlier), cmp.Or(note.Since, region.Version-1)
	if err := t.notePublication(region, note, now); err != nil {
		return err
	}
	if err := t.recordPlan(PublishIt, row); err != nil {
		return err
	}
	// Mail is queued with what causes it, or not at all.
	return t.Notify(row.Region, now)
}

// draft locks the plan's region and returns both, when it can be published.
func (t *Tx) draft(id int64) (*planRow, *regionRow, error) {
	var row planRow
	if err := t.scoped("region").Take(&row, id).Error; err != nil {
		return nil, nil, err
	}
	region, err := t.lockRegion(row.Region)
	if err != nil {
		return nil, nil, err
	}
	// Again, now that nobody else can change it.
	if err := t.db.Take(&row, id).Error; err != nil {
		return nil, nil, err
	}
	if row.Stage != Draft {
		return nil, nil, fmt.Errorf("it is %s, only a draft can be published: %w", row.Stage, ErrStale)
	}
	if row.BasedOn != region.Version {
		return nil, nil, fmt.Errorf("made from version %d of the region, which is at %d now: plan again: %w",
			row.BasedOn, region.Version, ErrStale)
	}
	return &row, region, nil
}

// superseded returns the published plans that this one takes the place of. A
// plan that reaches outside its period would lose days that nobody planned
// again, so that is refused.
func (t *Tx) superseded(row *planRow) ([]int64, error) {
	var rows []planRow
	err := t.db.Where("region = ? AND stage = ? AND first_day <= ? AND last_day >= ?",
		row.Region, Published, row.LastDay, row.FirstDay).Order("id").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, r := range rows {
		if r.FirstDay.Date() < row.FirstDay.Date() || r.LastDay.Date() > row.LastDay.Date() {
			return nil, fmt.Errorf("%w: plan %d is published for %s to %s: plan that whole period again",
				ErrConflict, r.ID, r.FirstDay.Date(), r.LastDay.Date())
		}
		ids = append(ids, r.ID)
	}
	return ids, nil
}

// lockCrews locks everybody whose time the plans take.
func (t *Tx) lockCrews(region string, plans []int64) (map[string]int64, error) {
	persons, err := t.crews(region, plans)
	if err != nil {
		return nil, err
	}
	return persons, t.lockPeople(persons)
}

// crews returns the numbers of everybody whose time the plans take.
func (t *Tx) crews(region string, plans []int64) (map[string]int64, error) {
	staff := []string{}
	err := t.db.Model(&crewRow{}).Where("plan IN ?", plans).Distinct("staff").Order("staff").Pluck("staff", &staff).Error
	if err != nil {
		return nil, err
	}
	return t.persons(region, staff)
}

// giveBack removes what earlier plans took, and holds that have run out.
func (t *Tx) giveBack(earlier []int64, persons map[string]int64) error {
	if err := t.expireHolds(persons); err != nil {
		return err
	}
	if len(earlier) == 0 {
		return nil
	}
	if err := t.db.Where("plan IN ?", earlier).Delete(&occupancyRow{}).Error; err != nil {
		return err
	}
	return t.db.Model(&planRow{}).Where("id IN ?", earlier).Update("stage", Superseded).Error
}

// occupyPlan takes the time of the plan's visits.
func (t *Tx) occupyPlan(id int64, p *planner.Plan, programme *planner.Programme, persons map[string]int64) error {
	rows, overlaps, err := t.wanted(id, p, programme, persons, nil)
	if err != nil {
		return err
	}
	if len(overlaps) > 0 {
		return &OverlapError{Overlaps: overlaps}
	}
	return insert(t, rows)
}

// wanted returns the time that a plan would take, and what is in its way: not
// what earlier plans took, nor holds that have run out.
func (t *Tx) wanted(id int64, p *planner.Plan, programme *planner.Programme, persons map[string]int64, earlier []int64) ([]occupancyRow, []Overlap, error) {
	rows := planTimes(id, p, programme, persons)
	if len(rows) == 0 {
		return nil, nil, nil
	}
	taken, err := t.promised(rows, persons)
	if err != nil {
		return nil, nil, err
	}
	taken = slices.DeleteFunc(taken, func(r occupancyRow) bool {
		return r.Plan != nil && slices.Contains(earlier, *r.Plan) || r.Kind == HoldTime && !r.ExpiresAt.After(t.now())
	})
	rows = withoutShared(rows, taken)
	return rows, t.overlapping(append(taken, rows...)), nil
}

// withoutShared leaves out the meetings that the plan of another region has in
// its time already: somebody who works in both goes there once.
func withoutShared(rows, taken []occupancyRow) []occupancyRow {
	type attendance struct {
		person int64
		ref    string
	}
	there := map[attendance]*occupancyRow{}
	for i := range taken {
		if taken[i].Kind == MeetingTime {
			there[attendance{taken[i].Person, taken[i].Ref}] = &taken[i]
		}
	}
	return slices.DeleteFunc(rows, func(r occupancyRow) bool {
		o := there[attendance{r.Person, r.Ref}]
		return o != nil && r.Kind == MeetingTime && r.StartsAt.Before(o.EndsAt.Time) && o.StartsAt.Before(r.EndsAt.Time)
	})
}

// promised returns what the people have promised within the time of the rows.
func (t *Tx) promised(rows []occupancyRow, persons map[string]int64) ([]occupancyRow, error) {
	first, last := rows[0].StartsAt.Time, rows[0].EndsAt.Time
	for i := range rows {
		first, last = earliest(first, rows[i].StartsAt.Time), latest(last, rows[i].EndsAt.Time)
	}
	var out []occupancyRow
	for part := range slices.Chunk(numbers(persons), batch) {
		var some []occupancyRow
		err := t.db.Where("blocking AND person IN ? AND starts_at < ? AND ends_at > ?", part, At(last), At(first)).Find(&some).Error
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func sortTimes(rows []occupancyRow) {
	slices.SortStableFunc(rows, func(a, b occupancyRow) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), a.StartsAt.Compare(b.StartsAt.Time))
	})
}

// planTimes returns the time that a plan takes of each person, by person and
// time: at the location, the visit type's buffers around it, and the travel
// there. Travel gives way to what comes before it: meetings do not move, so two
// may follow each other closer than the road is long, and after a meeting
// without a place (online) the road to the next visit may lie before it.
func planTimes(id int64, p *planner.Plan, programme *planner.Programme, persons map[string]int64) []occupancyRow {
	types := map[string]*planner.VisitType{"": {}}
	for i := range programme.VisitTypes {
		types[programme.VisitTypes[i].ID] = &programme.VisitTypes[i]
	}
	var rows []occupancyRow
	core := map[string]time.Time{} // when visits begin, with the buffer before them
	for i := range p.Visits {
		v := &p.Visits[i]
		if v.Status == planner.Cancelled {
			continue
		}
		vt, kind := types[v.VisitType], VisitTime
		if v.Meeting {
			kind = MeetingTime
		}
		if vt == nil || v.Meeting {
			vt = types[""]
		}
		core[v.ID] = v.Start.Add(-time.Duration(vt.BufferBefore) * time.Minute)
		for _, c := range once(v.Crew) {
			r := occupancyRowOf(persons[c.Staff], &Occupancy{
				Region: p.Region, Staff: c.Staff, Kind: kind, Ref: v.ID,
				From: v.Start.Add(-time.Duration(vt.BufferBefore+c.TravelMinutes) * time.Minute),
				To:   v.End.Add(time.Duration(vt.BufferAfter) * time.Minute),
			})
			r.Plan = &id
			if v.Meeting || vt.Mode == planner.OnSite || vt.Mode == "" {
				r.Location = v.Location
			}
			rows = append(rows, r)
		}
	}
	sortTimes(rows)
	for i := 1; i < len(rows); i++ {
		prev, r := &rows[i-1], &rows[i]
		if r.Person == prev.Person && (r.Kind == MeetingTime || prev.Kind == MeetingTime) {
			r.StartsAt = At(latest(r.StartsAt.Time, earliest(prev.EndsAt.Time, core[r.Ref])))
		}
	}
	for i := range rows {
		rows[i].TravelMinutes = int(core[rows[i].Ref].Sub(rows[i].StartsAt.Time) / time.Minute)
	}
	return rows
}

// once returns the people of a crew, each once, with the longest travel:
// somebody may come in two roles.
func once(crew []planner.CrewMember) []planner.CrewMember {
	var out []planner.CrewMember
	for _, c := range crew {
		i := slices.IndexFunc(out, func(o planner.CrewMember) bool { return o.Staff == c.Staff })
		if i < 0 {
			out = append(out, c)
			continue
		}
		out[i].TravelMinutes = max(out[i].TravelMinutes, c.TravelMinutes)
	}
	return out
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
