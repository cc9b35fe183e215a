package store

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"github.com/wijkplanner/wijkplanner/planner"
)

// FeedKind says whose calendar a feed is.
type FeedKind string

// The feed kinds.
const (
	StaffFeed    FeedKind = "staff"
	LocationFeed FeedKind = "location"
)

// FeedScope names a calendar: that of one person or one location.
type FeedScope struct {
	Region string
	Kind   FeedKind
	// ID is the staff's or the location's id.
	ID string
}

// FeedEvent is an event as the readers of one calendar know it: for life under
// one visit id, with a sequence that rises with every change.
type FeedEvent struct {
	Visit    string
	Sequence int
	// Revised is when it last changed.
	Revised time.Time
	// Cancelled events are kept, so that a calendar program takes them away.
	Cancelled  bool
	Start, End time.Time
	FeedContent
}

// FeedContent is what a calendar shows of a visit or a meeting, with the names
// of the day on which it was published.
type FeedContent struct {
	// Name is the visit type's name, or the meeting's.
	Name planner.Text
	// Meeting says that it is an occurrence of a meeting.
	Meeting bool
	// Mode is how a visit takes place; empty for a meeting.
	Mode planner.VisitMode
	// Location is the location's id; empty for a meeting without one.
	Location     string
	LocationName string
	// Place is the address in one line.
	Place    string
	Lat, Lon float64
	Crew     []FeedCrew
}

// FeedCrew is somebody who comes.
type FeedCrew struct {
	Staff, Name string
	Role        planner.Text
}

type feedEventRow struct {
	Region    string   `gorm:"primaryKey"`
	Kind      FeedKind `gorm:"primaryKey"`
	Subject   string   `gorm:"primaryKey"`
	Visit     string   `gorm:"primaryKey"`
	Plan      int64
	Sequence  int
	RevisedAt Instant
	Cancelled bool
	StartsAt  Instant
	EndsAt    Instant
	Content   document[FeedContent]
}

func (feedEventRow) TableName() string { return "feed_events" }

func (r *feedEventRow) scope() FeedScope { return FeedScope{r.Region, r.Kind, r.Subject} }

// key is the row's primary key.
func (r *feedEventRow) key() feedEventKey { return feedEventKey{r.scope(), r.Visit} }

type feedEventKey struct {
	FeedScope
	visit string
}

// same reports whether the readers would see no difference.
func (r *feedEventRow) same(o *feedEventRow) bool {
	return r.Cancelled == o.Cancelled && r.StartsAt.Equal(o.StartsAt.Time) && r.EndsAt.Equal(o.EndsAt.Time) &&
		reflect.DeepEqual(r.Content.v, o.Content.v)
}

type feedRevisionRow struct {
	Region    string   `gorm:"primaryKey"`
	Kind      FeedKind `gorm:"primaryKey"`
	Subject   string   `gorm:"primaryKey"`
	Revision  int64
	ChangedAt Instant
}

func (feedRevisionRow) TableName() string { return "feed_revisions" }

// FeedEvents returns the events of a calendar that touch the time from one
// instant to another, the cancelled ones among them, in order of start.
func (s *Store) FeedEvents(ctx context.Context, scope FeedScope, from, to time.Time) ([]FeedEvent, error) {
	var rows []feedEventRow
	err := s.read(ctx, func(t *Tx) error {
		return t.db.Where("region = ? AND kind = ? AND subject = ?", scope.Region, scope.Kind, scope.ID).
			Where("starts_at < ? AND ends_at > ?", At(to), At(from)).
			Order("starts_at").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b feedEventRow) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt.Time), cmp.Compare(a.Visit, b.Visit))
	})
	out := make([]FeedEvent, len(rows))
	for i := range rows {
		r := &rows[i]
		out[i] = FeedEvent{
			Visit: r.Visit, Sequence: r.Sequence, Revised: r.RevisedAt.Time, Cancelled: r.Cancelled,
			Start: r.StartsAt.Time, End: r.EndsAt.Time, FeedContent: r.Content.v,
		}
	}
	return out, nil
}

// revise brings the events of all calendars up to the plan being published and
// raises the revision of those calendars that change.
func (t *Tx) revise(plan int64, earlier []int64, p *planner.Plan, programme *planner.Programme, now time.Time) error {
	want, err := t.planEvents(plan, p, programme)
	if err != nil {
		return err
	}
	have, err := t.shown(p.Region, earlier, want)
	if err != nil {
		return err
	}
	changed := map[FeedScope]bool{}
	var write []feedEventRow
	for i := range want {
		w := &want[i]
		w.RevisedAt = At(now)
		if h := have[w.key()]; h != nil {
			delete(have, w.key())
			if h.same(w) {
				w.Sequence, w.RevisedAt = h.Sequence, h.RevisedAt
				write = append(write, *w)
				continue
			}
			w.Sequence = h.Sequence + 1
		}
		changed[w.scope()] = true
		write = append(write, *w)
	}
	for _, gone := range sortedRows(have) {
		if gone.EndsAt.After(now) && !gone.Cancelled {
			gone.Cancelled, gone.RevisedAt = true, At(now)
			gone.Sequence++
			changed[gone.scope()] = true
		}
		// The next plan still knows it, should the visit come back.
		gone.Plan = plan
		write = append(write, *gone)
	}
	if err := upsert(t, write); err != nil {
		return err
	}
	return t.raise(changed, now)
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

func sortedRows(m map[feedEventKey]*feedEventRow) []*feedEventRow {
	var out []*feedEventRow
	for _, r := range m {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *feedEventRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Visit, b.Visit))
	})
	return out
}

func upsert[Row any](t *Tx, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	return t.db.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(rows, batch).Error
}

// raise gives each changed calendar its next revision.
func (t *Tx) raise(changed map[FeedScope]bool, now time.Time) error {
	var scopes []FeedScope
	for s := range changed {
		scopes = append(scopes, s)
	}
	slices.SortFunc(scopes, func(a, b FeedScope) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	if len(scopes) == 0 {
		return nil
	}
	var have []feedRevisionRow
	if err := t.db.Where("region = ?", scopes[0].Region).Find(&have).Error; err != nil {
		return err
	}
	revision := map[FeedScope]int64{}
	for _, h := range have {
		revision[FeedScope{h.Region, h.Kind, h.Subject}] = h.Revision
	}
	rows := make([]feedRevisionRow, len(scopes))
	for i, s := range scopes {
		rows[i] = feedRevisionRow{Region: s.Region, Kind: s.Kind, Subject: s.ID, Revision: revision[s] + 1, ChangedAt: At(now)}
	}
	return upsert(t, rows)
}

// planEvents returns an event for every reader of every visit of the plan:
// the people who come and the location.
func (t *Tx) planEvents(plan int64, p *planner.Plan, programme *planner.Programme) ([]feedEventRow, error) {
	n, err := t.names(p.Region, programme)
	if err != nil {
		return nil, err
	}
	var out []feedEventRow
	for i := range p.Visits {
		v := &p.Visits[i]
		if v.Status == planner.Cancelled {
			continue
		}
		row := feedEventRow{
			Region: p.Region, Visit: v.ID, Plan: plan, StartsAt: At(v.Start), EndsAt: At(v.End), Content: doc(n.content(v)),
		}
		for _, c := range once(v.Crew) {
			row.Kind, row.Subject = StaffFeed, c.Staff
			out = append(out, row)
		}
		if v.Location != "" {
			row.Kind, row.Subject = LocationFeed, v.Location
			out = append(out, row)
		}
	}
	return out, nil
}

// names looks up what readers call things.
type names struct {
	types           map[string]planner.VisitType
	roles, meetings map[string]planner.Text
	staff           map[string]string
	locations       map[string]locationRow
}

func (t *Tx) names(region string, programme *planner.Programme) (*names, error) {
	n := &names{
		types: map[string]planner.VisitType{}, roles: map[string]planner.Text{}, meetings: map[string]planner.Text{},
		staff: map[string]string{}, locations: map[string]locationRow{},
	}
	for _, vt := range programme.VisitTypes {
		n.types[vt.ID] = vt
	}
	for _, r := range programme.Roles {
		n.roles[r.ID] = r.Name
	}
	staff, err := rowsOf[staffRow](t, region, "position")
	if err != nil {
		return nil, err
	}
	for _, s := range staff {
		n.staff[s.ID] = s.Name
	}
	locations, err := rowsOf[locationRow](t, region, "position")
	if err != nil {
		return nil, err
	}
	for _, l := range locations {
		n.locations[l.ID] = l
	}
	meetings, err := rowsOf[meetingRow](t, region, "position")
	if err != nil {
		return nil, err
	}
	for _, m := range meetings {
		n.meetings[m.ID] = planner.Text{NL: m.Name, EN: m.Name}
	}
	return n, nil
}

func (n *names) content(v *planner.Visit) FeedContent {
	l := n.locations[v.Location]
	c := FeedContent{
		Name: n.types[v.VisitType].Name, Meeting: v.Meeting, Mode: n.types[v.VisitType].Mode,
		Location: v.Location, LocationName: l.Name, Place: l.place(), Lat: l.Point.Lat, Lon: l.Point.Lon,
	}
	if v.Meeting {
		c.Name, c.Mode = n.meetings[v.Requirement], ""
	}
	for _, m := range v.Crew {
		c.Crew = append(c.Crew, FeedCrew{Staff: m.Staff, Name: n.staff[m.Staff], Role: n.roles[m.Role]})
	}
	return c
}

// place returns the address in one line.
func (r *locationRow) place() string {
	town := r.Postcode
	if r.Town != "" {
		if town != "" {
			town += " "
		}
		town += r.Town
	}
	if r.Address == "" || town == "" {
		return r.Address + town
	}
	return r.Address + ", " + town
}
