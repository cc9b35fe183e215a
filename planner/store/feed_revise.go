package store

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/planner"
)

// revision is one publication's change to the calendars of a region.
type revision struct {
	region string
	now    time.Time
	// write are the rows to write, changed those of them that readers see
	// change: they get the next revision of their calendar.
	write   []feedEventRow
	changed []int
}

// put writes a row that no reader sees change.
func (r *revision) put(row *feedEventRow) { r.write = append(r.write, *row) }

// change writes a row that changes for its readers.
func (r *revision) change(row *feedEventRow) {
	row.RevisedAt = At(r.now)
	r.changed = append(r.changed, len(r.write))
	r.put(row)
}

// revise brings the events of all calendars up to the plan being published and
// raises the revision of those calendars that change. Earlier are the plans
// that it takes the place of.
func (t *Tx) revise(plan int64, earlier []int64, p *planner.Plan, programme *planner.Programme, now time.Time) error {
	want, err := t.planEvents(plan, p, programme)
	if err != nil {
		return err
	}
	have, err := t.shown(p.Region, earlier, want)
	if err != nil {
		return err
	}
	r := &revision{region: p.Region, now: now}
	for i := range want {
		w := &want[i]
		h := have[w.key()]
		delete(have, w.key())
		switch {
		case h == nil:
			r.change(w)
		case !h.same(w):
			w.Sequence = h.Sequence + 1
			r.change(w)
		case !slices.Contains(earlier, h.Plan):
			h.Plan = plan
			r.put(h)
		}
	}
	if err := t.cancel(r, have, want, programme); err != nil {
		return err
	}
	// The next plan still knows all of them, should a visit come back.
	if len(earlier) > 0 {
		err := t.db.Model(&feedEventRow{}).Where("region = ? AND plan IN ?", p.Region, earlier).Update("plan", plan).Error
		if err != nil {
			return err
		}
		for i := range r.write {
			r.write[i].Plan = plan
		}
	}
	if err := t.raise(r); err != nil {
		return err
	}
	return upsert(t, r.write)
}

// cancel marks the events that the plan no longer has, but for what is past.
func (t *Tx) cancel(r *revision, have map[feedEventKey]*feedEventRow, want []feedEventRow, programme *planner.Programme) error {
	var gone []*feedEventRow
	for _, row := range have {
		if row.EndsAt.After(r.now) && !row.Cancelled {
			gone = append(gone, row)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	slices.SortFunc(gone, func(a, b *feedEventRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Visit, b.Visit))
	})
	why, err := t.cancelReasons(r.region, gone, want, programme)
	if err != nil {
		return err
	}
	for _, row := range gone {
		row.Cancelled, row.Reason = true, why.of(row)
		row.Sequence++
		r.change(row)
	}
	return nil
}

// shown returns what the calendars show of the earlier plans, and whatever
// else has the key of a wanted event.
func (t *Tx) shown(region string, earlier []int64, want []feedEventRow) (map[feedEventKey]*feedEventRow, error) {
	wanted := map[feedEventKey]bool{}
	for i := range want {
		wanted[want[i].key()] = true
	}
	var rows []feedEventRow
	if err := t.db.Where("region = ?", region).Find(&rows).Error; err != nil {
		return nil, err
	}
	out := map[feedEventKey]*feedEventRow{}
	for i := range rows {
		if slices.Contains(earlier, rows[i].Plan) || wanted[rows[i].key()] {
			out[rows[i].key()] = &rows[i]
		}
	}
	return out, nil
}

func upsert[Row any](t *Tx, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	return t.db.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(rows, batch).Error
}

// raise gives each changed calendar its next revision, and the changed rows the
// revision of theirs. Calendars are raised one after the other in one order, and
// each by the database itself, so that two who change one calendar at a time
// give it two revisions.
func (t *Tx) raise(r *revision) error {
	next := map[FeedScope]int64{}
	for _, i := range r.changed {
		next[r.write[i].scope()] = 0
	}
	scopes := slices.SortedFunc(maps.Keys(next), func(a, b FeedScope) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	for part := range slices.Chunk(scopes, batch) {
		rows := make([]feedRevisionRow, len(part))
		for i, s := range part {
			rows[i] = feedRevisionRow{Region: s.Region, Kind: s.Kind, Subject: s.ID, Revision: 1, ChangedAt: At(r.now)}
		}
		key := []clause.Column{{Name: "region"}, {Name: "kind"}, {Name: "subject"}}
		raised := clause.Assignments(map[string]any{
			"revision": gorm.Expr("feed_revisions.revision + 1"), "changed_at": gorm.Expr("excluded.changed_at"),
		})
		err := t.db.Clauses(clause.OnConflict{Columns: key, DoUpdates: raised}, clause.Returning{Columns: []clause.Column{{Name: "kind"}, {Name: "subject"}, {Name: "revision"}}}).
			Create(&rows).Error
		if err != nil {
			return err
		}
		for i := range rows {
			next[FeedScope{r.region, rows[i].Kind, rows[i].Subject}] = rows[i].Revision
		}
	}
	for _, i := range r.changed {
		r.write[i].Revision = next[r.write[i].scope()]
	}
	return nil
}
