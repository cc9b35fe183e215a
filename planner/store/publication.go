package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Publication is one change of a region's plan: plans that were published, and
// those that they took the place of.
type Publication struct {
	ID              int64
	Region          string
	Plans, Replaced []int64
	// Since and Version are the region's versions before and after.
	Since, Version int64
	// WithState says that it changed the region's state too, as a scenario does.
	WithState bool
	// Undoes is the publication that it takes back, 0 for none.
	Undoes    int64
	Actor     string
	Published time.Time
}

type publicationRow struct {
	ID          int64 `gorm:"primaryKey"`
	Region      string
	Plans       document[[]int64]
	Replaced    document[[]int64]
	Since       int64
	Version     int64
	Before      document[*planner.State]
	Undoes      *int64
	Actor       string
	PublishedAt Instant
}

func (publicationRow) TableName() string { return "publications" }

func (r *publicationRow) publication() Publication {
	p := Publication{
		ID: r.ID, Region: r.Region, Plans: r.Plans.v, Replaced: r.Replaced.v, Since: r.Since, Version: r.Version,
		WithState: r.Before.v != nil, Actor: r.Actor, Published: r.PublishedAt.Time,
	}
	if r.Undoes != nil {
		p.Undoes = *r.Undoes
	}
	return p
}

// notePublication gives the region its new version and writes down what became
// of its plan. What the publications before it would need to be undone is
// forgotten: only the last one can be.
func (t *Tx) notePublication(region *regionRow, r *publicationRow, now time.Time) error {
	r.Region, r.Version, r.Actor, r.PublishedAt = region.Region, region.Version, t.store.scope.Actor, At(now)
	err := t.db.Model(&publicationRow{}).Where("region = ?", r.Region).Update("before", document[*planner.State]{}).Error
	if err != nil {
		return err
	}
	return errors.Join(
		t.db.Create(r).Error,
		t.db.Model(&regionRow{}).Where("region = ?", region.Region).Update("version", region.Version).Error,
	)
}

// Publications lists the publications of a region, the newest first and at most
// n, below an id unless that is 0.
func (s *Store) Publications(ctx context.Context, region string, before int64, n int) ([]Publication, error) {
	var rows []publicationRow
	err := s.read(ctx, func(t *Tx) error {
		if _, err := t.region(region); err != nil {
			return err
		}
		q := t.db.Where("region = ?", region).Order("id DESC").Limit(n)
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Find(&rows).Error
	})
	out := make([]Publication, len(rows))
	for i := range rows {
		out[i] = rows[i].publication()
	}
	return out, err
}

// Preview is what publishing a draft would mean.
type Preview struct {
	Info PlanInfo
	Plan *planner.Plan
	// Stale says that the region changed since the draft was made: it cannot be
	// published.
	Stale bool
	// Replaces are the plans that it would take the place of, and Was the one of
	// them that was published last; nil for none.
	Replaces []int64
	Was      *planner.Plan
	// Overlaps are what is in its way: bookings and other promises, and busy
	// times.
	Overlaps []Overlap
}

// Preview says what publishing a draft would mean, and changes nothing.
func (s *Store) Preview(ctx context.Context, id int64) (*Preview, error) {
	out := &Preview{}
	err := s.read(ctx, func(t *Tx) error { return t.preview(id, out) })
	if err != nil {
		return nil, fmt.Errorf("preview of plan %d: %w", id, err)
	}
	return out, nil
}

func (t *Tx) preview(id int64, out *Preview) error {
	var row planRow
	if err := t.scoped("region").Take(&row, id).Error; err != nil {
		return err
	}
	region, err := t.region(row.Region)
	if err != nil {
		return err
	}
	programme, err := t.programme(region)
	if err != nil {
		return err
	}
	out.Info, out.Stale = row.info(), row.Stage != Draft || row.BasedOn != region.Version
	if out.Plan, err = t.plan(&row); err != nil {
		return err
	}
	if out.Replaces, err = t.superseded(&row); err != nil {
		return err
	}
	if out.Was, _, err = t.planWhere("id IN ?", out.Replaces); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	persons, err := t.crews(row.Region, append(slices.Clone(out.Replaces), id))
	if err != nil {
		return err
	}
	busy, err := t.busyOverlaps(out.Replaces, out.Plan, programme, persons)
	if err != nil {
		return err
	}
	_, out.Overlaps, err = t.wanted(id, out.Plan, programme, persons, out.Replaces)
	out.Overlaps = append(out.Overlaps, busy...)
	return err
}

// Obstacles lists what would be in the way of a plan that is not kept, in place of
// one that is: for a draft also of what that would replace.
func (s *Store) Obstacles(ctx context.Context, id int64, p *planner.Plan) (out []Overlap, err error) {
	err = s.read(ctx, func(t *Tx) error {
		out, err = t.obstacles(id, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what is in the way of plan %d: %w", id, err)
	}
	return out, nil
}

func (t *Tx) obstacles(id int64, p *planner.Plan) ([]Overlap, error) {
	var row planRow
	if err := t.scoped("region").Take(&row, id).Error; err != nil {
		return nil, err
	}
	region, err := t.region(row.Region)
	if err != nil {
		return nil, err
	}
	programme, err := t.programme(region)
	if err != nil {
		return nil, err
	}
	earlier, err := t.superseded(&row)
	if err != nil {
		return nil, err
	}
	staff := []string{}
	for i := range p.Visits {
		for _, c := range p.Visits[i].Crew {
			staff = append(staff, c.Staff)
		}
	}
	slices.Sort(staff)
	persons, err := t.persons(row.Region, slices.Compact(staff))
	if err != nil {
		return nil, err
	}
	_, out, err := t.wanted(id, p, programme, persons, earlier)
	return out, err
}

// UndoPublication takes the last publication of a region back, in one
// transaction: the plans that it replaced are the region's again, with the
// assignments there were and, when it changed the state, with that; the feeds
// and the notices follow. It is a publication itself, so undoing it restores
// what was undone.
//
// What else changed since stays. It gives ErrStale when the publication is not
// the last, and as a *TouchedError when something that undoing would take back
// changed since, or what it would bring back is no longer there; and ErrConflict,
// as an *OverlapError, when somebody's time is taken by something else now.
func (s *Store) UndoPublication(ctx context.Context, id int64, now time.Time) error {
	err := s.Tx(ctx, func(t *Tx) error { return t.undo(id, now) })
	if err != nil {
		return fmt.Errorf("undo publication %d: %w", id, err)
	}
	return nil
}

func (t *Tx) undo(id int64, now time.Time) error {
	last, region, err := t.lastPublication(id)
	if err != nil {
		return err
	}
	since := region.Version
	before, err := t.restoreState(region, last)
	if err != nil {
		return err
	}
	region.Version++
	if err := t.takeBack(region, last.Since, last.Version); err != nil {
		return err
	}
	if err := t.exchange(region, last.Plans.v, last.Replaced.v, now); err != nil {
		return err
	}
	undone := last.ID
	note := &publicationRow{Plans: doc(last.Replaced.v), Replaced: doc(last.Plans.v), Since: since, Before: doc(before), Undoes: &undone}
	if err := t.notePublication(region, note, now); err != nil {
		return err
	}
	err = t.Record(Act{Verb: UndoIt, Object: "publication", ID: fmt.Sprint(id), Region: region.Region})
	return errors.Join(err, t.Notify(region.Region, now))
}

// UndoIt is the verb of taking a publication back.
const UndoIt Verb = "undo"

// lastPublication locks the region of a publication that can be undone.
func (t *Tx) lastPublication(id int64) (*publicationRow, *regionRow, error) {
	var row publicationRow
	if err := t.scoped("region").Take(&row, id).Error; err != nil {
		return nil, nil, err
	}
	region, err := t.lockRegion(row.Region)
	if err != nil {
		return nil, nil, err
	}
	// Again, now that nobody else can publish.
	if err := t.db.Take(&row, id).Error; err != nil {
		return nil, nil, err
	}
	var later int64
	err = t.db.Model(&publicationRow{}).Where("region = ? AND id > ?", row.Region, id).Limit(1).Count(&later).Error
	if err == nil && later > 0 {
		err = fmt.Errorf("something was published after it: undo that first: %w", ErrStale)
	}
	if err != nil {
		return nil, nil, err
	}
	return &row, region, t.refuseTouched(region, &row)
}

// takeBack undoes what happened to the assignments of a region after version
// since, up to version until: what came then is replaced, what was replaced then
// comes back. No row is lost, so who knew what and when can still be asked.
func (t *Tx) takeBack(region *regionRow, since, until int64) error {
	var gone []assignmentRow
	err := t.db.Where("region = ? AND recorded <= ? AND replaced > ? AND replaced <= ?", region.Region, since, since, until).Order("id").Find(&gone).Error
	if err != nil {
		return err
	}
	err = t.db.Model(&assignmentRow{}).Where("region = ? AND recorded > ? AND recorded <= ? AND replaced IS NULL", region.Region, since, until).
		Update("replaced", region.Version).Error
	if err != nil {
		return err
	}
	for i := range gone {
		gone[i].ID, gone[i].Recorded, gone[i].Replaced = 0, region.Version, nil
	}
	return insert(t, gone)
}

// exchange makes plans that were superseded the region's again, in place of
// those that are.
func (t *Tx) exchange(region *regionRow, now, back []int64, at time.Time) error {
	persons, err := t.lockCrews(region.Region, slices.Concat(now, back))
	if err != nil {
		return err
	}
	programme, err := t.programme(region)
	if err != nil {
		return err
	}
	if err := t.giveBack(now, persons); err != nil {
		return err
	}
	if len(back) == 0 { // the first publication: nothing is planned again
		return t.revise(now[0], now, &planner.Plan{Region: region.Region}, programme, at)
	}
	for i, id := range back {
		var row planRow
		if err := t.db.Take(&row, id).Error; err != nil {
			return err
		}
		p, err := t.plan(&row)
		if err != nil {
			return err
		}
		if err := t.occupyPlan(id, p, programme, persons); err != nil {
			return err
		}
		if i > 0 {
			now = nil // whose events the first one took over
		}
		if err := t.revise(id, now, p, programme, at); err != nil {
			return err
		}
		if err := t.db.Model(&row).Updates(map[string]any{"stage": Published, "published_at": At(at)}).Error; err != nil {
			return err
		}
	}
	return nil
}

// restoreState brings back the state that a publication changed, and returns
// the one that it takes the place of; nil when it changed the plan alone.
func (t *Tx) restoreState(region *regionRow, last *publicationRow) (*planner.State, error) {
	if last.Before.v == nil {
		return nil, nil //nolint:nilnil // nothing to restore
	}
	now, _, err := t.state(region.Region)
	if err != nil {
		return nil, err
	}
	return now, t.replaceState(region, last.Before.v)
}
