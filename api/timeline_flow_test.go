//go:build !race

package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// movable is a visit of the town's plan that is still to come, and another moment,
// at the same time of day.
type movable struct {
	visit *planner.Visit
	plan  int64
	staff string
	move  service.VisitMove
}

func (m *movable) day() string { return m.move.Date.String() }

// inTown is a moment where the town is.
func inTown(t time.Time) time.Time {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		panic(err)
	}
	return t.In(zone)
}

func (p *place) movable() movable {
	p.Helper()
	s, err := p.Snapshot(p.Context(), p.region)
	p.must(err)
	for i := range s.Plan.Visits {
		v := &s.Plan.Visits[i]
		if v.Meeting || v.Start.Before(now.AddDate(0, 1, 0)) {
			continue
		}
		at := inTown(v.Start)
		m := service.VisitMove{Visit: v.ID, Date: calendar.DateOf(at, at.Location()), Clock: calendar.Clock(60*at.Hour() + at.Minute())}
		for range 14 {
			m.Date++
			if e, err := p.PreviewMove(p.Context(), s.PlanInfo.ID, m); err == nil && len(e.Faults) == 0 {
				return movable{v, s.PlanInfo.ID, v.Crew[0].Staff, m}
			}
		}
	}
	p.Fatal("no visit can be moved")
	return movable{}
}

// day is the day on which a visit of the published plan is.
func (p *place) day(visit string) string {
	p.Helper()
	s, err := p.Snapshot(p.Context(), p.region)
	p.must(err)
	for i := range s.Plan.Visits {
		if s.Plan.Visits[i].ID == visit {
			return inTown(s.Plan.Visits[i].Start).Format(time.DateOnly)
		}
	}
	return ""
}

// Dragging a visit to another day shows what it means; confirming moves it, and
// whom it concerns is told.
func TestVisitMoveByDragging(t *testing.T) {
	t.Parallel()
	p := town(t)
	m := p.movable()
	b := p.open(p.lead(), chromium.Settings{Width: 1440, Height: 6000})
	b.Go("/timeline/" + m.staff + "?lang=nl")
	b.Run("window.leaving = true")
	b.Drag(`[data-visit*="visit=`+m.visit.ID+`"] .clock`, `[data-day="`+m.day()+`"]`)
	b.Wait("!window.leaving && document.readyState === 'complete'")
	if at := b.Path(); !strings.Contains(at, "/visit?") || !strings.Contains(at, "date="+m.day()) {
		t.Fatalf("dragging led to %s", at)
	}
	b.WaitText("#effect", "Reistijd")
	if p.day(m.visit.ID) == m.day() {
		t.Error("dragging moved it before anybody agreed")
	}
	b.Follow("#effect button[type=submit]")
	b.WaitText("#notice", "Verzet")
	if got := p.day(m.visit.ID); got != m.day() {
		t.Errorf("it is on %s, want %s", got, m.day())
	}
	b.WaitText(`[data-visit*="visit=`+m.visit.ID+`"]`, "vastgezet")
	b.Check("the year after a move")
}

// The same by keyboard alone, in English: from the link at the visit to the button
// that confirms.
func TestVisitMoveByKeyboard(t *testing.T) {
	t.Parallel()
	p := town(t)
	m := p.movable()
	b := p.open(p.lead(), chromium.Settings{Width: 1440, Height: 900})
	b.Go("/timeline/" + m.staff + "?lang=en")
	b.Focus(`[data-visit*="visit=` + m.visit.ID + `"] a`)
	b.FollowKeys("\r")
	b.Focus("#date")
	b.Run("document.activeElement.value = '" + m.day() + "'") // how a day is typed differs by the browser's language
	b.FollowKeys("\r")
	b.WaitText("#effect", "Travel")
	b.Focus("#effect button[type=submit]")
	b.FollowKeys("\r")
	b.WaitText("#notice", "Moved")
	if got := p.day(m.visit.ID); got != m.day() {
		t.Errorf("it is on %s, want %s", got, m.day())
	}
}

// And with a form, without scripts, on a phone: what is wrong is said at its
// field, and another moment is one that is offered.
func TestVisitMoveByForm(t *testing.T) {
	t.Parallel()
	p := town(t)
	m := p.movable()
	b := p.open(p.lead(), chromium.Settings{NoScript: true, Width: 360, Height: 800})
	b.Go("/timeline/" + m.staff + "?lang=nl")
	b.CheckLayout("the year at 360 px")
	b.Follow(`[data-visit*="visit=` + m.visit.ID + `"] a`)
	b.CheckLayout("the move at 360 px")
	b.Fill("#time", "06:00")
	b.Follow("form[method=get] button[type=submit]")
	b.WaitText("#time-fault", "werk")
	if b.Count("#effect form") > 0 || b.Count("#time[aria-invalid=true]") != 1 {
		t.Error("a move that cannot be can be confirmed, or its field does not say so")
	}
	offered := chromium.Eval[string](b, "new URL(document.querySelector('section[aria-labelledby=better] a').href).searchParams.get('date')")
	b.Follow("section[aria-labelledby=better] a")
	b.WaitText("#effect", "Reistijd")
	b.CheckLayout("the effect at 360 px")
	b.Follow("#effect button[type=submit]")
	b.WaitText("#notice", "Verzet")
	if got := p.day(m.visit.ID); got != offered {
		t.Errorf("it is on %s, want %s", got, offered)
	}
}

// Who confirms what was shown of a plan that is no longer the region's is told to
// look again.
func TestVisitMoveOfAnOldPlan(t *testing.T) {
	t.Parallel()
	p := town(t)
	m := p.movable()
	b := p.open(p.lead(), chromium.Settings{NoScript: true})
	b.Go("/timeline/" + m.staff + "/visit?lang=nl&visit=" + m.visit.ID + "&date=" + m.day() + "&time=" + m.move.Clock.String())
	b.WaitText("#effect", "Reistijd")
	_, err := p.MoveVisit(p.Context(), m.plan, m.move)
	p.must(err)
	b.Follow("#effect button[type=submit]")
	b.WaitText("main", "veranderd")
}

// A visit of a proposal is moved in another proposal; the plan of the region stays.
func TestVisitMoveOfAProposal(t *testing.T) {
	t.Parallel()
	p := town(t)
	draft := p.draft()
	plan, _, err := p.Plan(p.Context(), draft)
	p.must(err)
	before := p.day(p.movable().visit.ID)
	b := p.open(p.lead(), chromium.Settings{NoScript: true})
	v := &plan.Visits[slices.IndexFunc(plan.Visits, func(v planner.Visit) bool { return !v.Meeting && v.Start.After(now.AddDate(0, 1, 0)) })]
	b.Go(web.VisitPath(p.region, v.Crew[0].Staff, v.ID, draft) + "&lang=en")
	b.Follow("section[aria-labelledby=better] a")
	b.WaitText("#effect", "Travel")
	b.Follow("#effect button[type=submit]")
	b.WaitText("#notice", "new proposal")
	if at := b.Path(); !strings.HasPrefix(at, "/proposals/") || strings.HasPrefix(at, path("/proposals/%d?", draft)) {
		t.Errorf("it led to %s", at)
	}
	if after := p.day(p.movable().visit.ID); after != before {
		t.Error("the region's plan changed")
	}
}
