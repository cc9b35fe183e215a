package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// minePages are the pages of a member of staff about themselves.
func minePages() []pageRoute {
	of := func(r rights.Resource, a rights.Act) rights.Access { return rights.Access{Resource: r, Act: a} }
	routes := []pageRoute{
		page("/my", of(rights.Visits, rights.Read), (*visitor).weekPage),
		page("/my/year", of(rights.Visits, rights.Read), (*visitor).yearPage),
		page("/my/visit", of(rights.Visits, rights.Change), (*visitor).visitPage),
		form("/my/visit/done", of(rights.Visits, rights.Change), (*visitor).visitDone),
		form("/my/visit/undone", of(rights.Visits, rights.Change), (*visitor).visitUndone),
		page("/my/changes", of(rights.Plans, rights.Read), (*visitor).changesPage),
		page("/my/absence", of(rights.Absences, rights.Read), (*visitor).absencePage),
		form("/my/absence", of(rights.Absences, rights.Create), (*visitor).addAbsence),
		form("/my/absence/remove", of(rights.Absences, rights.Remove), (*visitor).removeAbsence),
		page("/my/hours", of(rights.Absences, rights.Read), (*visitor).hoursPage),
		form("/my/hours", of(rights.Absences, rights.Change), (*visitor).setHours),
		page("/my/consult", of(rights.SlotRules, rights.Read), (*visitor).consultPage),
		form("/my/consult/rule", of(rights.SlotRules, rights.Create), (*visitor).addRule),
		form("/my/consult/rule/remove", of(rights.SlotRules, rights.Remove), (*visitor).removeRule),
		form("/my/consult/{booking}/approve", of(rights.Bookings, rights.Decide), (*visitor).approve),
		form("/my/consult/{booking}/decline", of(rights.Bookings, rights.Decide), (*visitor).decline),
		form("/my/consult/{booking}/cancel", of(rights.Bookings, rights.Remove), (*visitor).callOff),
		page("/my/calendar", of(rights.Feeds, rights.Read), (*visitor).myCalendarPage),
		form("/my/calendar", of(rights.Feeds, rights.Create), (*visitor).makeMyFeed),
		form("/my/calendar/remove", of(rights.Feeds, rights.Remove), (*visitor).endMyFeed),
	}
	for i := range routes {
		routes[i] = routes[i].mine()
	}
	return routes
}

// person is who the caller is among the staff of their region; who is nobody
// there has no such pages.
func (v *visitor) person() (region, staff string, err error) {
	if v.caller.Role != service.Member || v.caller.Staff == "" {
		return "", "", problem.New(problem.NotFound)
	}
	return v.caller.Region, v.caller.Staff, nil
}

// me gathers what the caller's pages are made of.
func (v *visitor) me() (*web.Mine, error) {
	region, staff, err := v.person()
	if err != nil {
		return nil, err
	}
	snapshot, err := v.service.Snapshot(v.ctx(), region)
	if err != nil {
		return nil, err
	}
	m := &web.Mine{Lang: v.lang, Now: v.Now(), Staff: staff, Region: web.Region{State: snapshot.State, Plan: snapshot.Plan}}
	if m.Outcomes, err = v.service.Outcomes(v.ctx(), region); err != nil {
		return nil, err
	}
	for id, o := range m.Outcomes {
		if o.Note != "" && o.Actor != v.caller.Actor {
			o.Note = "" // it is for who wrote it
			m.Outcomes[id] = o
		}
	}
	m.Bookings, err = v.service.Bookings(v.ctx(), region, service.BookingFilter{Staff: staff})
	return m, err
}

// meChanged is me with what the last publications changed.
func (v *visitor) meChanged() (*web.Mine, error) {
	m, err := v.me()
	if err != nil {
		return nil, err
	}
	m.Changes, err = v.service.ChangesFor(v.ctx(), v.caller.Region, m.Staff)
	return m, err
}

func (v *visitor) weekPage() error {
	m, err := v.meChanged()
	if err != nil {
		return err
	}
	monday := v.day("week")
	if monday == calendar.NoDate {
		zone, err := time.LoadLocation(m.Region.State.Programme.Zone)
		if err != nil {
			return err
		}
		monday = calendar.DateOf(m.Now, zone)
	}
	body, err := web.NewWeekPage(m, monday)
	if err != nil {
		return err
	}
	return v.show(v.ours("mine.week"), "mine.week", body)
}

func (v *visitor) yearPage() error {
	m, err := v.me()
	if err != nil {
		return err
	}
	body, err := web.NewYearPage(m)
	if err != nil {
		return err
	}
	return v.show(v.ours("mine.year"), "mine.year", body)
}

// visit is the one that the page is about: the caller's own, and no meeting.
func (v *visitor) visit(m *web.Mine) (*planner.Visit, error) {
	if m.Region.Plan != nil {
		for i := range m.Region.Plan.Visits {
			x := &m.Region.Plan.Visits[i]
			if x.ID == v.value("id") && !x.Meeting && ownVisit(x, m.Staff) {
				return x, nil
			}
		}
	}
	return nil, problem.New(problem.NotFound)
}

func ownVisit(x *planner.Visit, staff string) bool {
	return slices.ContainsFunc(x.Crew, func(c planner.CrewMember) bool { return c.Staff == staff })
}

func (v *visitor) visitPage() error { return v.showVisit(http.StatusOK, web.MyVisit{}) }

func (v *visitor) showVisit(status int, x web.MyVisit) error {
	m, err := v.meChanged()
	if err != nil {
		return err
	}
	x.Mine = *m
	if x.Visit, err = v.visit(m); err != nil {
		return err
	}
	body, err := web.NewVisitPage(&x)
	if err != nil {
		return err
	}
	f := v.ours("mine.visit")
	f.Path, f.Query = "/my/visit", url.Values{"id": {v.value("id")}}
	return v.showAs(status, f, "mine.visit", body)
}

// visitDone keeps that a visit took place.
func (v *visitor) visitDone() error {
	fields := []string{"date", "minutes", "next", "note"}
	minutes, err := strconv.Atoi(v.value("minutes"))
	if err != nil || minutes < 1 {
		minutes = -1
	}
	note := v.value("note")
	var screened *planner.ScreenError
	if err := v.service.ScreenNote(note, v.value("confirmed") != ""); errors.As(err, &screened) {
		return v.showVisit(http.StatusUnprocessableEntity, web.MyVisit{
			Warned: len(screened.Refused) == 0, Values: v.filled(fields...), Problems: web.Problems{"note": web.ScreenProblem(screened)},
		})
	} else if err != nil {
		return err
	}
	if v.day("date") == calendar.NoDate {
		return v.showVisit(http.StatusUnprocessableEntity, web.MyVisit{Values: v.filled(fields...), Problems: web.Problems{"date": outcomeTexts["date"]}})
	}
	err = v.endVisit(service.VisitOutcome{Done: true, Date: v.day("date"), Next: v.day("next"), Minutes: minutes, Note: note})
	if problems, about := outcomeProblems(err); about {
		return v.showVisit(http.StatusUnprocessableEntity, web.MyVisit{Values: v.filled(fields...), Problems: problems})
	}
	if err != nil {
		return err
	}
	return v.done(v.visitPath(), "said.done")
}

// visitUndone keeps that a visit did not take place.
func (v *visitor) visitUndone() error {
	reason := v.value("reason")
	if !web.UndoneReason(reason) {
		reason = ""
	}
	err := v.endVisit(service.VisitOutcome{Reason: reason, Date: calendar.NoDate, Next: calendar.NoDate})
	if problems, about := outcomeProblems(err); about {
		return v.showVisit(http.StatusUnprocessableEntity, web.MyVisit{Undone: true, Values: v.filled("reason"), Problems: problems})
	}
	if err != nil {
		return err
	}
	return v.done(v.visitPath(), "said.notdone")
}

func (v *visitor) visitPath() string {
	return withQuery("/my/visit", url.Values{"id": {v.value("id")}})
}

// endVisit keeps what became of a visit of the caller's own.
func (v *visitor) endVisit(o service.VisitOutcome) error {
	region, staff, err := v.person()
	if err != nil {
		return err
	}
	o.Region, o.Visit = region, v.value("id")
	_, err = v.service.EndVisit(v.ctx(), o, func(x *planner.Visit, _ *service.VisitOutcome) error {
		if !ownVisit(x, staff) {
			return problem.New(problem.NotFound)
		}
		return nil
	})
	return err
}

// outcomeTexts say what is wrong with what became of a visit, by field.
var outcomeTexts = web.Problems{
	"date":    {NL: "Kies de dag waarop het was, tot en met vandaag.", EN: "Choose the day on which it was, until today."},
	"next":    {NL: "Spreek eerst een dag af voor het vervolg; die ligt na het bezoek.", EN: "Agree upon a day for what follows first; it is after the visit."},
	"reason":  {NL: "Kies waarom het niet doorging.", EN: "Choose why it did not take place."},
	"minutes": {NL: "Vul hele minuten in, van 1 tot 720.", EN: "Fill in whole minutes, from 1 to 720."},
}

// outcomeProblems says what is wrong with what became of a visit.
func outcomeProblems(err error) (web.Problems, bool) {
	var faults service.Faults
	if !errors.As(err, &faults) {
		return nil, false
	}
	out := web.Problems{}
	for _, f := range faults {
		text, known := outcomeTexts[f.Field]
		if !known {
			f.Field, text = "date", planner.Text{NL: "Dit kan zo niet bewaard worden: " + f.Message, EN: "This cannot be kept: " + f.Message}
		}
		out[f.Field] = text
	}
	return out, true
}

func (v *visitor) changesPage() error {
	m, err := v.meChanged()
	if err != nil {
		return err
	}
	body, err := web.NewChangesPage(m)
	if err != nil {
		return err
	}
	return v.show(v.ours("mine.changes"), "mine.changes", body)
}

func (v *visitor) absencePage() error { return v.showAbsence(http.StatusOK, web.MyForm{}) }

func (v *visitor) showAbsence(status int, f web.MyForm) error {
	m, err := v.me()
	if err != nil {
		return err
	}
	f.Mine = *m
	body, err := web.NewAbsencePage(&f)
	if err != nil {
		return err
	}
	return v.showAs(status, v.ours("mine.absence"), "mine.absence", body)
}

func (v *visitor) addAbsence() error {
	region, staff, err := v.person()
	if err != nil {
		return err
	}
	from, to, part, err := v.dayPeriod()
	if err == nil {
		err = v.service.AddAbsence(v.ctx(), region, planner.Absence{Staff: staff, From: from, To: to, Part: part})
	}
	if problems, about := web.ProblemsOf(err); about {
		return v.showAbsence(http.StatusUnprocessableEntity, web.MyForm{Problems: problems, Values: v.filled(periodForm...)})
	}
	if err != nil {
		return err
	}
	return v.done("/my/absence", "said.absence")
}

func (v *visitor) removeAbsence() error {
	region, staff, err := v.person()
	if err != nil {
		return err
	}
	from, to, part := v.hiddenPeriod()
	if err := v.service.RemoveAbsence(v.ctx(), region, planner.Absence{Staff: staff, From: from, To: to, Part: part}); err != nil {
		return err
	}
	return v.done("/my/absence", "said.removed")
}

func (v *visitor) hoursPage() error { return v.showHours(http.StatusOK, web.MyForm{}) }

func (v *visitor) showHours(status int, f web.MyForm) error {
	m, err := v.me()
	if err != nil {
		return err
	}
	f.Mine = *m
	body, err := web.NewHoursPage(&f)
	if err != nil {
		return err
	}
	return v.showAs(status, v.ours("mine.hours"), "mine.hours", body)
}

func (v *visitor) setHours() error {
	region, staff, err := v.person()
	if err != nil {
		return err
	}
	week, problems := web.ParseWeek(v.value, web.HourParts)
	if len(problems) == 0 {
		err = v.service.SetHours(v.ctx(), region, staff, week)
		problems, _ = web.ProblemsOf(err)
	}
	if len(problems) > 0 {
		return v.showHours(http.StatusUnprocessableEntity, web.MyForm{Problems: problems, Values: v.filled(web.WeekNames(web.HourParts)...)})
	}
	if err != nil {
		return err
	}
	return v.done("/my/hours", "said.hours")
}

// cutPart splits a part of a day, 13:00-17:00.
func cutPart(text string) (from, to string, found bool) { return strings.Cut(text, "-") }
