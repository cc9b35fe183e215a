package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

func yearPages() []pageRoute {
	absences := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.Absences, Act: act} }
	return []pageRoute{
		page("/timeline", seesScenarios, (*visitor).timeline),
		page("/timeline/{staff}", seesScenarios, (*visitor).yearOf),
		page("/timeline/{staff}/visit", rights.Access{Resource: rights.Plans, Act: rights.Publish}, (*visitor).movePageOfVisit),
		form("/timeline/{staff}/visit", rights.Access{Resource: rights.Plans, Act: rights.Publish}, (*visitor).acceptVisit),
		form("/timeline/{staff}/absences", absences(rights.Create), (*visitor).noteAbsence),
		form("/timeline/{staff}/absences/remove", absences(rights.Remove), (*visitor).dropAbsence),
		page("/coverage", seesScenarios, (*visitor).coverage),
	}
}

// timeline shows the year: people against weeks, and what could not be planned.
func (v *visitor) timeline() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	if s.Plan == nil {
		return v.blank("lead.timeline", s)
	}
	body, err := web.NewTimeline(v.lang, web.Region{State: s.State, Plan: s.Plan}, v.Now())
	if err != nil {
		return err
	}
	f := v.regional("lead.timeline", s.State.Region)
	f.Styles, f.Scripts = []string{"year.css"}, []string{"timeline.js"}
	return v.show(f, "timeline", body)
}

// yearOf shows one person's year.
func (v *visitor) yearOf() error { return v.showYear(http.StatusOK, absenceFields()) }

func absenceFields() []web.Field {
	return []web.Field{
		{Name: "from", Label: "absence.from", Kind: "date", Required: true},
		{Name: "to", Label: "absence.to", Kind: "date", Required: true},
		{Name: "part", Label: "absence.part", Hint: "absence.part.hint", Kind: "text", MaxLength: 11},
	}
}

func (v *visitor) showYear(status int, absence []web.Field) error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	if s.Plan == nil {
		return v.blank("lead.timeline", s)
	}
	staff := v.param("staff")
	if !slices.ContainsFunc(s.State.Staff, func(p planner.Staff) bool { return p.ID == staff }) {
		return problem.New(problem.NotFound)
	}
	body, err := web.NewYear(web.Region{State: s.State, Plan: s.Plan}, v.Now(), staff)
	if err != nil {
		return err
	}
	body.Absence = absence
	f := v.regional("year.title", s.State.Region)
	f.Title, f.Styles, f.Scripts = body.Person, []string{"year.css"}, []string{"timeline.js"}
	return v.showAs(status, f, "year", body)
}

// noteAbsence notes when somebody is not there, never why.
func (v *visitor) noteAbsence() error {
	region, fields, ok, err := v.noteLeave()
	if err != nil {
		return err
	}
	if !ok {
		return v.showYear(http.StatusUnprocessableEntity, fields)
	}
	return v.done(v.yearPath(region), "said.absent")
}

// noteLeave keeps the absence of the person in the address that the form describes;
// ok is false when its fields have faults.
func (v *visitor) noteLeave() (region string, fields []web.Field, ok bool, err error) {
	if region, err = v.region(); err != nil {
		return "", nil, false, err
	}
	fields = absenceFields()
	_, dates, ok := v.read(fields)
	if ok && dates["to"] < dates["from"] {
		fields[1].Fault, ok = v.text("fault.order"), false
	}
	if !ok {
		return region, fields, false, nil
	}
	cells := service.Cells{"staff_id": v.param("staff"), "from": v.value("from"), "to": v.value("to"), "part": v.value("part")}
	err = v.edit(region, service.Edit{Kind: service.AbsencesFile, At: -1, Rows: []service.Cells{cells}},
		service.Act{Verb: service.Created, Object: "absence", Fields: []string{"staff_id", "from", "to", "part"}})
	if v.faulty(err, fields) {
		return region, fields, false, nil
	}
	return region, fields, err == nil, err
}

func (v *visitor) yearPath(region string) string {
	return "/timeline/" + url.PathEscape(v.param("staff")) + "?" + url.Values{"region": {region}}.Encode()
}

// edit changes what is known of a region.
func (v *visitor) edit(region string, e service.Edit, act service.Act) error {
	_, _, err := v.service.Edit(v.ctx(), region, func(*planner.State) (service.Edit, service.Act, error) { return e, act, nil })
	return err
}

// faulty puts the faults that the service finds next to their fields, the rest at
// the last one, and reports whether there are any.
func (v *visitor) faulty(err error, fields []web.Field) bool {
	var faults service.Faults
	if !errors.As(err, &faults) {
		return false
	}
	for _, f := range faults {
		at := slices.IndexFunc(fields, func(x web.Field) bool { return x.Name == f.Field })
		if at < 0 {
			at = len(fields) - 1
		}
		fields[at].Fault = f.Message
	}
	return true
}

// dropAbsence takes an absence back.
func (v *visitor) dropAbsence() error {
	region, err := v.takeLeaveBack()
	if err != nil {
		return err
	}
	return v.done(v.yearPath(region), "said.removed")
}

// takeLeaveBack removes the absence of the person in the address that the form
// names.
func (v *visitor) takeLeaveBack() (region string, err error) {
	if region, err = v.region(); err != nil {
		return "", err
	}
	key := v.value("key")
	_, _, err = v.service.Edit(v.ctx(), region, func(s *planner.State) (service.Edit, service.Act, error) {
		at := slices.IndexFunc(s.Absences, func(a planner.Absence) bool { return a.Staff == v.param("staff") && web.AbsenceKey(&a) == key })
		if at < 0 {
			return service.Edit{}, service.Act{}, service.ErrNotFound
		}
		return service.Edit{Kind: service.AbsencesFile, At: at}, service.Act{Verb: service.Removed, Object: "absence"}, nil
	})
	return region, err
}

// coverage is the ledger of promises: done, planned, at risk, missed.
func (v *visitor) coverage() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	if s.Plan == nil {
		return v.blank("lead.coverage", s)
	}
	body, err := web.NewLedger(web.Region{State: s.State, Plan: s.Plan}, v.Now(), v.value("state"))
	if err != nil {
		return err
	}
	return v.show(v.regional("lead.coverage", s.State.Region), "ledger", body)
}
