package service

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// ruled is a region with a plan that was really made, published, and who looks
// at it.
type ruled struct {
	world
	plan    int64
	content *planner.Plan
}

func (w world) ruled() *ruled {
	w.Helper()
	w.real()
	made, err := w.Propose(w.Context(), planner.Options{Year: 2027, Seed: 1, Iterations: 200, Workers: 1, MaxChanges: -1}, "noord")
	w.must(err)
	w.must(w.Publish(w.Context(), made[0].ID))
	return &ruled{w, made[0].ID, made[0].Plan}
}

// later returns a visit from summer on and a move of it that is permitted.
func (r *ruled) later() (*planner.Visit, VisitMove) {
	r.Helper()
	for i := range r.content.Visits {
		v := &r.content.Visits[i]
		if v.Meeting || v.Start.Month() < time.June {
			continue
		}
		m := dayAfter(v)
		for range 20 {
			m.Date++
			if e, err := r.PreviewMove(r.Context(), r.plan, m); err == nil && len(e.Faults) == 0 {
				return v, m
			}
		}
	}
	r.Fatal("no visit can be moved")
	return nil, VisitMove{}
}

func dayAfter(v *planner.Visit) VisitMove {
	zone, _ := time.LoadLocation("Europe/Amsterdam")
	at := v.Start.In(zone)
	return VisitMove{Visit: v.ID, Date: calendar.DateOf(at, zone) + 1, Clock: calendar.Clock(at.Hour()*60 + at.Minute())}
}

// when says when a visit takes time of its first person, zero for never.
func (r *ruled) when(visit string) time.Time {
	r.Helper()
	all, err := r.Store.Occupied(r.Context(), "noord", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC))
	r.must(err)
	for _, o := range all {
		if o.Ref == visit {
			return o.To
		}
	}
	return time.Time{}
}

// mailOf is the number of the mail about a visit that waits to be sent: a newer
// one takes the place of an older.
func (r *ruled) mailOf(visit string) (id int64) {
	r.Helper()
	all, err := r.Store.Outbox(r.Context(), store.MailWaiting, 50)
	r.must(err)
	for _, m := range all {
		if m.Visit == visit {
			id = max(id, m.ID)
		}
	}
	return id
}

func (r *ruled) published() (*planner.Plan, PlanInfo) {
	r.Helper()
	p, info, err := r.Store.LoadPublished(r.Context(), "noord")
	r.must(err)
	return p, info
}

func find(p *planner.Plan, visit string) *planner.Visit {
	return &p.Visits[slices.IndexFunc(p.Visits, func(v planner.Visit) bool { return v.ID == visit })]
}

// A move of a published visit is previewed, carried out in one transaction with
// everybody's time, the calendars, the notice to the location and the audit log,
// leaves who has a location alone, and can be taken back.
func TestMoveVisit(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		r := w.ruled()
		v, m := r.later()
		_, err := w.Store.AddContact(w.Context(), store.Contact{
			Scope: store.FeedScope{Region: "noord", Kind: store.LocationFeed, ID: v.Location}, Name: "Jan", Mail: "jan@example.nl", Language: store.Dutch, Calendar: store.ByInvitation,
		}, w.Now())
		w.must(err)
		invited := r.mailOf(v.ID)
		preview, err := w.PreviewMove(w.Context(), r.plan, m)
		w.must(err)
		if preview.ID != 0 || !preview.Published || preview.Plan == nil || r.mailOf(v.ID) != invited || r.when(v.ID).After(v.Start.AddDate(0, 0, 1)) {
			w.Errorf("a preview: %+v", preview)
		}
		// A lead gives another location to somebody; the move leaves that.
		given := w.gives(r.content)
		moved, err := w.MoveVisit(w.Context(), r.plan, m)
		w.must(err)
		now, info := r.published()
		is := find(now, v.ID)
		if info.ID != moved.ID || !is.Start.Equal(moved.Is.Start) || is.Status != planner.Pinned || !is.Start.Equal(preview.Is.Start) {
			w.Errorf("plan %d, moved to %v: %+v", info.ID, moved.Is.Start, is)
		}
		if to := r.when(v.ID); !to.After(is.Start) || to.Before(is.End) {
			w.Errorf("the time of the visit ends at %v", to)
		}
		if r.mailOf(v.ID) <= invited {
			w.Error("the location is not told of the move")
		}
		events, err := w.Store.FeedEvents(w.Context(), store.FeedScope{Region: "noord", Kind: store.StaffFeed, ID: is.Crew[0].Staff}, is.Start.AddDate(0, 0, -1), is.Start.AddDate(0, 0, 1))
		if err != nil || !slices.ContainsFunc(events, func(e store.FeedEvent) bool { return e.Visit == v.ID && e.Sequence > 0 && e.Start.Equal(is.Start) }) {
			w.Errorf("the calendar says %+v, %v", events, err)
		}
		audit, err := w.Store.Audit(w.Context(), store.AuditQuery{Object: "visit", ID: v.ID})
		if err != nil || len(audit) != 1 || audit[0].Verb != Changed {
			w.Errorf("audit %+v, %v", audit, err)
		}
		state, err := w.State(w.Context(), "noord")
		w.must(err)
		if !slices.ContainsFunc(state.Assignments, func(a planner.Assignment) bool {
			return a.Pinned && a.Location == given.Location && a.Staff == given.Staff
		}) {
			w.Errorf("%+v is lost", given)
		}
		all, err := w.Publications(w.Context(), "noord", 0, 1)
		w.must(err)
		w.must(w.Undo(w.Context(), all[0].ID))
		if now, info = r.published(); info.ID != r.plan || !find(now, v.ID).Start.Equal(v.Start) || !r.when(v.ID).Before(is.Start) {
			w.Errorf("undone: plan %d, %+v", info.ID, find(now, v.ID))
		}
	})
}

// gives gives a location of a plan to somebody else with the role.
func (w world) gives(p *planner.Plan) planner.Assignment {
	w.Helper()
	first := &p.Assignments[0]
	for i := range p.Assignments {
		if a := &p.Assignments[i]; a.Role == first.Role && a.Staff != first.Staff && a.Staff != "" && first.Staff != "" {
			out := planner.Assignment{Location: first.Location, Role: a.Role, Staff: a.Staff, Kind: planner.Primary, From: calendar.NewDate(2027, 2, 1), To: calendar.NoDate, Reason: "request"}
			_, err := w.AssignAll(w.Context(), "noord", out)
			w.must(err)
			return out
		}
	}
	w.Fatal("there is nobody else")
	return planner.Assignment{}
}

// What hard rules forbid is refused with every rule named: those of the plan, and
// time that was promised to somebody else.
func TestMoveVisitIsRefused(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		r := w.ruled()
		v, m := r.later()
		refused := func(m VisitMove, rule string) {
			w.Helper()
			_, err := w.MoveVisit(w.Context(), r.plan, m)
			var no *MoveError
			if !errors.As(err, &no) || !errors.Is(err, ErrFaulty) || !slices.ContainsFunc(no.Effect.Faults, func(f planner.MoveFault) bool { return f.Rule == rule && f.Text.NL != "" }) {
				w.Errorf("%v, want it refused for %s", err, rule)
			}
		}
		sunday := m
		for sunday.Date.Weekday() != time.Sunday {
			sunday.Date++
		}
		refused(sunday, planner.MoveWeekend)
		e, err := w.PreviewMove(w.Context(), r.plan, m)
		w.must(err)
		w.must(w.Store.Occupy(w.Context(), store.Occupancy{
			Region: "noord", Staff: v.Crew[0].Staff, Kind: store.BookingTime, Ref: "b1", From: e.Is.Start, To: e.Is.End,
		}))
		refused(m, planner.MoveTaken)
		if _, err := w.MoveVisit(w.Context(), r.plan, VisitMove{Visit: "none"}); !errors.Is(err, ErrNotFound) {
			w.Errorf("%v for a visit that is not there", err)
		}
		if _, err := w.MoveVisit(w.Context(), 99, m); !errors.Is(err, ErrNotFound) {
			w.Errorf("%v for a plan that is not there", err)
		}
		if _, info := r.published(); info.ID != r.plan {
			w.Errorf("plan %d is published: something was done", info.ID)
		}
	})
}

// A visit of a draft moves in another draft; nobody's time is taken, and the draft
// it came from stays. A draft that the region changed after is stale.
func TestMoveVisitOfADraft(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.real()
		made, err := w.Propose(w.Context(), planner.Options{Year: 2027, Seed: 1, Iterations: 200, Workers: 1, MaxChanges: -1}, "noord")
		w.must(err)
		r := &ruled{w, made[0].ID, made[0].Plan}
		v, m := r.later()
		moved, err := w.MoveVisit(w.Context(), r.plan, m)
		w.must(err)
		p, info, err := w.Store.LoadPlan(w.Context(), moved.ID)
		w.must(err)
		if moved.Published || info.Stage != store.Draft || moved.ID == r.plan || !find(p, v.ID).Start.Equal(moved.Is.Start) || !r.when(v.ID).IsZero() {
			w.Errorf("%+v, %+v", info, moved)
		}
		w.must(w.Publish(w.Context(), moved.ID))
		if _, err := w.MoveVisit(w.Context(), r.plan, m); !errors.Is(err, ErrStale) {
			w.Errorf("%v for a draft of an older version", err)
		}
	})
}

// TestTwoLeadsMoveOntoTheSameTime lets leads move visits of one person onto
// one time at once: one wins, whatever the order, and the others are told.
func TestTwoLeadsMoveOntoTheSameTime(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		r := w.ruled()
		v, m := r.later()
		asks := []VisitMove{m}
		for i := range r.content.Visits {
			if x := &r.content.Visits[i]; !x.Meeting && x.ID != v.ID && x.Crew[0].Staff == v.Crew[0].Staff && x.Start.Month() >= time.March {
				other := VisitMove{Visit: x.ID, Date: m.Date, Clock: m.Clock}
				if e, err := w.PreviewMove(w.Context(), r.plan, other); err == nil && len(e.Faults) == 0 {
					asks = append(asks, other)
				}
			}
		}
		if len(asks) < 2 {
			w.Fatal("nobody else could be there")
		}
		won, errs := make([]*MovedVisit, len(asks)), make([]error, len(asks))
		var group sync.WaitGroup
		for i, ask := range asks {
			group.Go(func() { won[i], errs[i] = w.MoveVisit(w.Context(), r.plan, ask) })
		}
		group.Wait()
		winner := -1
		for i := range asks {
			switch {
			case errs[i] == nil && winner < 0:
				winner = i
			case errs[i] == nil:
				w.Errorf("%s and %s both moved to one time", asks[winner].Visit, asks[i].Visit)
			case !errors.Is(errs[i], ErrStale) && !errors.Is(errs[i], ErrFaulty):
				w.Errorf("%s: %v", asks[i].Visit, errs[i])
			}
		}
		if winner < 0 {
			w.Fatalf("nobody won: %v", errs)
		}
		w.Logf("%d leads, one won", len(asks))
		var no *MoveError
		if _, err := w.MoveVisit(w.Context(), won[winner].ID, asks[(winner+1)%len(asks)]); !errors.As(err, &no) {
			w.Errorf("%v, want the second told what is there now", err)
		}
		if _, info := r.published(); info.ID != won[winner].ID {
			w.Errorf("plan %d is published, %d won", info.ID, won[winner].ID)
		}
	})
}
