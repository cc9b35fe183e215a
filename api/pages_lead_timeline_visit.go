package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// visitAsked is a visit of a plan that somebody wants to move.
type visitAsked struct {
	region web.Region
	plan   int64
	visit  *planner.Visit
	// move is where it is wanted; where it is, as long as nobody asked.
	move   service.VisitMove
	fields []web.Field
	asked  bool
}

// movePageOfVisit shows what it means to move a visit to the moment of the address.
func (v *visitor) movePageOfVisit() error {
	a, err := v.visitAsked()
	if err != nil {
		return err
	}
	return v.showVisitMove(http.StatusOK, a)
}

// visitAsked reads which visit of which plan is to be moved where. Fields that
// cannot be read say so.
func (v *visitor) visitAsked() (*visitAsked, error) {
	s, err := v.snapshot()
	if err != nil {
		return nil, err
	}
	a := &visitAsked{region: web.Region{State: s.State, Plan: s.Plan}}
	if text := v.value("plan"); text != "" {
		if a.plan, err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, problem.New(problem.NotFound)
		}
		plan, info, err := v.service.Plan(v.ctx(), a.plan)
		if err != nil {
			return nil, err
		}
		if info.Region != s.State.Region {
			return nil, problem.New(problem.NotFound)
		}
		a.region.Plan = plan
	} else if s.Plan == nil {
		return nil, service.ErrNoPlan
	} else {
		a.plan = s.PlanInfo.ID
	}
	at := slices.IndexFunc(a.region.Plan.Visits, func(x planner.Visit) bool { return x.ID == v.value("visit") })
	if at < 0 {
		return nil, problem.New(problem.NotFound)
	}
	a.visit = &a.region.Plan.Visits[at]
	return a, v.readVisit(a)
}

// readVisit fills in the fields of the form, and the move when they can be read.
func (v *visitor) readVisit(a *visitAsked) error {
	zone, err := zoneOf(a.region.State)
	if err != nil {
		return err
	}
	start := a.visit.Start.In(zone)
	a.move = service.VisitMove{
		Visit: a.visit.ID, Date: calendar.DateOf(start, zone), Clock: calendar.Clock(start.Hour()*60 + start.Minute()),
	}
	plan := a.region.Plan
	a.fields = []web.Field{
		{Name: "date", Label: "visit.date", Kind: "date", Required: true, Value: a.move.Date.String(), Min: plan.From.String(), Max: plan.To.String()},
		{Name: "time", Label: "visit.time", Kind: "time", Required: true, Value: a.move.Clock.String(), Step: "300"},
	}
	if a.asked = v.value("date") != "" || v.value("time") != ""; !a.asked {
		return nil
	}
	_, dates, ok := v.read(a.fields)
	clock, err := calendar.ParseClock(a.fields[1].Value)
	if err != nil && a.fields[1].Fault == "" {
		a.fields[1].Fault, ok = v.text("fault.time"), false
	}
	if a.asked = ok; ok {
		a.move.Date, a.move.Clock = dates["date"], clock
	}
	for i := range a.visit.Crew {
		by := v.value("by" + strconv.Itoa(i))
		if by == "" {
			by = a.visit.Crew[i].Staff
		}
		a.move.Staff = append(a.move.Staff, by)
	}
	return nil
}

// showVisitMove shows the form, the effect of what was asked, and other moments.
func (v *visitor) showVisitMove(status int, a *visitAsked) error {
	effect, err := v.service.PreviewMove(v.ctx(), a.plan, a.move)
	if err != nil {
		return err
	}
	v.peopleFields(a, effect)
	if a.asked || len(effect.Permitted) == 0 {
		v.moveFaults(a, effect.Faults)
	}
	body, err := web.NewVisitMove(a.region, v.Now(), v.param("staff"), effect, a.asked, a.fields)
	if err != nil {
		return err
	}
	f := v.regional("visit.title", a.region.State.Region)
	f.Styles = []string{"board.css", "year.css"}
	return v.showAs(status, f, "visit.move.page", body)
}

// peopleFields adds a choice for each of those who come, where there is one.
func (v *visitor) peopleFields(a *visitAsked, e *service.MovedVisit) {
	names := map[string]string{}
	for i := range a.region.State.Staff {
		names[a.region.State.Staff[i].ID] = a.region.State.Staff[i].Name
	}
	for i, ids := range e.Permitted {
		now := a.visit.Crew[i].Staff
		if i < len(a.move.Staff) {
			now = a.move.Staff[i]
		}
		if !slices.Contains(ids, a.visit.Crew[i].Staff) {
			ids = append(slices.Clone(ids), a.visit.Crew[i].Staff)
		}
		f := web.Field{Name: "by" + strconv.Itoa(i), Label: "visit.by", Kind: "select", Required: true, Value: now}
		for _, id := range ids {
			f.Options = append(f.Options, web.Option{Value: id, Text: names[id], Chosen: id == now})
		}
		a.fields = append(a.fields, f)
	}
}

// moveFaults puts what a move would break next to the field that it is about.
func (v *visitor) moveFaults(a *visitAsked, faults []planner.MoveFault) {
	for _, f := range faults {
		at := 0
		switch {
		case planner.MoveFaultOfTime(f.Rule):
			at = 1
		case planner.MoveFaultOfPeople(f.Rule) && len(a.fields) > 2:
			at = 2
		}
		field := &a.fields[at]
		if field.Fault != "" {
			field.Fault += " "
		}
		field.Fault += v.lang.Text(f.Text)
	}
}

// acceptVisit moves the visit. It is refused when the plan is another than the
// one whose effect was shown.
func (v *visitor) acceptVisit() error {
	a, err := v.visitAsked()
	if err != nil {
		return err
	}
	if !a.asked {
		return v.showVisitMove(http.StatusUnprocessableEntity, a)
	}
	if base := v.value("base"); base != "" && base != strconv.FormatInt(a.plan, 10) {
		return problem.New(problem.Stale)
	}
	moved, err := v.service.MoveVisit(v.ctx(), a.plan, a.move)
	var no *service.MoveError
	if errors.As(err, &no) {
		return v.showVisitMove(http.StatusUnprocessableEntity, a)
	}
	if err != nil {
		return err
	}
	if !moved.Published {
		return v.done("/proposals/"+strconv.FormatInt(moved.ID, 10), "said.visit.draft")
	}
	return v.done(v.yearPath(a.region.State.Region), "said.visit")
}
