package v1

import (
	"crypto/rand"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Absence is time that somebody is not there; never why.
type Absence struct {
	ID    string `json:"id" readOnly:"true" doc:"Follows from the rest."`
	Staff string `json:"staff_id" minLength:"1" maxLength:"64"`
	From  string `json:"from" format:"date" doc:"The first day."`
	To    string `json:"to" format:"date" doc:"The last day."`
	Part  *Part  `json:"part,omitempty" doc:"The part of each day; left out for whole days."`
}

func (a *API) aboutAbsences() {
	describe(a, &thing[planner.Absence, Absence]{
		resource: rights.Absences, kind: service.AbsencesFile, one: "absence", many: "absences", path: "absences", word: "an absence", fixed: true,
		of: func(s *planner.State) []planner.Absence { return s.Absences },
		id: func(_ *planner.State, x *planner.Absence) string { return contentID(x) },
		wire: func(_ view, x *planner.Absence) Absence {
			return Absence{contentID(x), x.Staff, x.From.String(), x.To.String(), partOf(x.Part)}
		},
		owner: func(w *Absence) (staff, location string) { return w.Staff, "" },
		edit: func(w *Absence) service.Edit {
			return rows(service.Cells{"staff_id": w.Staff, "from": w.From, "to": w.To, "part": partCell(w.Part)})
		},
		filter: func(f *Filter, x *planner.Absence) bool {
			return (f.Staff == "" || f.Staff == x.Staff) && f.Location == "" && within(f.On, x.From, x.To)
		},
	})
}

// within reports whether a day that a list was narrowed to, if any, lies in a
// period.
func within(on string, from, to calendar.Date) bool {
	d, _ := calendar.ParseDate(on) // the schema takes dates only
	return on == "" || (from == calendar.NoDate || from <= d) && (to == calendar.NoDate || d <= to)
}

// Blackout is time in which a location, a district or a whole municipality
// cannot be visited. Exactly one of the three is given.
type Blackout struct {
	ID           string `json:"id" readOnly:"true" doc:"Follows from the rest."`
	Location     string `json:"location_id,omitempty" maxLength:"64"`
	District     string `json:"district,omitempty" maxLength:"64"`
	Municipality string `json:"municipality,omitempty" pattern:"^[0-9]{4}$"`
	From         string `json:"from" format:"date" doc:"The first day."`
	To           string `json:"to" format:"date" doc:"The last day."`
	Part         *Part  `json:"part,omitempty" doc:"The part of each day; left out for whole days."`
	Reason       string `json:"reason,omitempty" maxLength:"64" doc:"A code." example:"concert"`
}

func (a *API) aboutBlackouts() {
	describe(a, &thing[planner.Blackout, Blackout]{
		resource: rights.Blackouts, kind: service.BlackoutsFile, one: "blackout", many: "blackouts", path: "blackouts", word: "a blackout", fixed: true,
		of: func(s *planner.State) []planner.Blackout { return s.Blackouts },
		id: func(_ *planner.State, x *planner.Blackout) string { return contentID(x) },
		wire: func(_ view, x *planner.Blackout) Blackout {
			return Blackout{contentID(x), x.Location, x.District, x.Municipality, x.From.String(), x.To.String(), partOf(x.Part), x.Reason}
		},
		edit: func(w *Blackout) service.Edit {
			return rows(service.Cells{
				"location_id": w.Location, "district": w.District, "municipality": w.Municipality, "from": w.From, "to": w.To,
				"part": partCell(w.Part), "reason": w.Reason,
			})
		},
	})
}

// Case is anonymous work that weighs on somebody until it is handed over. There
// is no field about a child.
type Case struct {
	Ref         string `json:"case_ref,omitempty" maxLength:"64" doc:"A random reference; a new case gets one, whatever is given."`
	Staff       string `json:"staff_id" minLength:"1" maxLength:"64"`
	Location    string `json:"location_id,omitempty" maxLength:"64"`
	Kind        string `json:"kind" minLength:"1" maxLength:"64" doc:"A code." example:"trajectory"`
	Points      int    `json:"points,omitempty" minimum:"0" maximum:"1000"`
	MinutesWeek int    `json:"minutes_week" minimum:"0" maximum:"10080" doc:"The expected work a week."`
	Budget      string `json:"budget,omitempty" enum:"without,with" doc:"Left out: without an indication."`
	Opened      string `json:"opened" format:"date"`
	HandedOver  string `json:"handed_over,omitempty" format:"date" doc:"The day it was handed over; left out while it weighs."`
}

func (a *API) aboutCases() {
	describe(a, &thing[planner.Case, Case]{
		resource: rights.Cases, kind: service.CasesFile, one: "case", many: "cases", path: "cases", word: "a case",
		of:     func(s *planner.State) []planner.Case { return s.Cases },
		id:     func(_ *planner.State, x *planner.Case) string { return x.Ref },
		wireID: func(w *Case) string { return w.Ref },
		born:   func(w *Case) { w.Ref = strings.ToLower(rand.Text()[:16]) },
		wire: func(_ view, x *planner.Case) Case {
			return Case{x.Ref, x.Staff, x.Location, x.Kind, x.Points, x.MinutesWeek, string(x.Budget), x.Opened.String(), x.HandedOver.String()}
		},
		owner: func(w *Case) (staff, location string) { return w.Staff, "" },
		edit: func(w *Case) service.Edit {
			return rows(service.Cells{
				"case_ref": w.Ref, "staff_id": w.Staff, "location_id": w.Location, "kind": w.Kind, "points": given(w.Points),
				"minutes_week": numberCell(w.MinutesWeek), "budget": w.Budget, "opened": w.Opened, "handed_over": w.HandedOver,
			})
		},
		filter: func(f *Filter, x *planner.Case) bool {
			return (f.Staff == "" || f.Staff == x.Staff) && (f.Location == "" || f.Location == x.Location) && within(f.On, x.Opened, x.HandedOver)
		},
	})
}

// Consent is the parents' answer to a visit that needs one: yes or no and the
// day, and nothing about whom it is.
type Consent struct {
	ID          string `json:"id" readOnly:"true" doc:"Follows from the rest."`
	Location    string `json:"location_id" minLength:"1" maxLength:"64"`
	Requirement string `json:"requirement" minLength:"1" maxLength:"64"`
	Given       bool   `json:"given" doc:"Yes or no; each yes allows one visit, from its day on."`
	Date        string `json:"date" format:"date"`
}

func (a *API) aboutConsents() {
	describe(a, &thing[planner.Consent, Consent]{
		resource: rights.Consents, kind: service.ConsentsFile, one: "consent", many: "consents", path: "consents", word: "an answer of parents", fixed: true,
		of: func(s *planner.State) []planner.Consent { return s.Consents },
		id: func(_ *planner.State, x *planner.Consent) string { return contentID(x) },
		wire: func(_ view, x *planner.Consent) Consent {
			return Consent{contentID(x), x.Location, x.Requirement, x.Given, x.Date.String()}
		},
		edit: func(w *Consent) service.Edit {
			answer := "no"
			if w.Given {
				answer = "yes"
			}
			return rows(service.Cells{"location_id": w.Location, "requirement": w.Requirement, "given": answer, "date": w.Date})
		},
	})
}
