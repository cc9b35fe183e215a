package v1

import (
	"encoding/json"
	"fmt"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// The things of the programme have the fields of programme.yaml, which reads
// them: JSON is YAML.

// VisitType is a kind of visit.
type VisitType struct {
	ID             string `json:"id" minLength:"1" maxLength:"64" example:"consult"`
	Name           Words  `json:"name"`
	Mode           string `json:"mode,omitempty" enum:"on_site,phone,online"`
	Minutes        int    `json:"minutes" minimum:"5" maximum:"1440" doc:"The time at the location."`
	Preparation    int    `json:"preparation,omitempty" minimum:"0" maximum:"1440" doc:"Minutes of work before, elsewhere."`
	FollowUp       int    `json:"follow_up,omitempty" minimum:"0" maximum:"1440" doc:"Minutes of work after, elsewhere."`
	BufferBefore   int    `json:"buffer_before,omitempty" minimum:"0" maximum:"1440" doc:"Minutes that stay free before."`
	BufferAfter    int    `json:"buffer_after,omitempty" minimum:"0" maximum:"1440" doc:"Minutes that stay free after."`
	Weight         int    `json:"weight" minimum:"0" maximum:"1000" default:"100" doc:"The weight of a minute in the load, in percent."`
	Points         int    `json:"points,omitempty" minimum:"0" maximum:"1000"`
	ParentsPresent bool   `json:"parents_present,omitempty" doc:"Rather when parents are there."`
	Consent        bool   `json:"consent,omitempty" doc:"Needs the parents' consent."`
	Next           string `json:"next,omitempty" maxLength:"64" doc:"The visit type that must follow; a visit is not closed without the date of the next."`
	Bookable       bool   `json:"bookable,omitempty" doc:"A location can book it."`
}

func (a *API) aboutVisitTypes() {
	describe(a, &thing[planner.VisitType, VisitType]{
		resource: rights.Requirements, part: service.VisitTypes, one: "visitType", many: "visitTypes", path: "visit-types", word: "a visit type",
		of:     func(s *planner.State) []planner.VisitType { return s.Programme.VisitTypes },
		id:     func(_ *planner.State, x *planner.VisitType) string { return x.ID },
		wireID: func(w *VisitType) string { return w.ID },
		wire: func(_ view, x *planner.VisitType) VisitType {
			return VisitType{
				x.ID, wordsOf(x.Name), string(x.Mode), x.Minutes, x.Preparation, x.FollowUp, x.BufferBefore, x.BufferAfter, x.Weight,
				x.Points, x.ParentsPresent, x.Consent, x.Next, x.Bookable,
			}
		},
		edit: func(w *VisitType) service.Edit { return asDocument(w) },
	})
}

// asDocument is a thing of the programme as programme.yaml has it.
func asDocument(w any) service.Edit {
	// Wire types always have a JSON form.
	body, _ := json.Marshal(w)
	return service.Edit{Document: body}
}

// Requirement is a promise to each selected location: so many visits of a type in
// a calendar year, well apart.
type Requirement struct {
	ID           string     `json:"id" minLength:"1" maxLength:"64"`
	Name         Words      `json:"name"`
	Role         string     `json:"role" minLength:"1" maxLength:"64"`
	VisitType    string     `json:"visit_type" minLength:"1" maxLength:"64"`
	With         []string   `json:"with,omitempty" maxItems:"20" doc:"Further roles present at the same time."`
	Pool         []string   `json:"pool,omitempty" maxItems:"20" doc:"One more person of one of these roles."`
	Minimum      int        `json:"minimum" minimum:"0" maximum:"366"`
	Target       int        `json:"target" minimum:"0" maximum:"366"`
	MinGapDays   int        `json:"min_gap_days" minimum:"0" maximum:"3660" default:"120" doc:"The least days between two visits."`
	IdealGapDays int        `json:"ideal_gap_days" minimum:"0" maximum:"3660" default:"182" doc:"The wished days between two visits."`
	From         string     `json:"from,omitempty" pattern:"^[0-9]{2}-[0-9]{2}$" doc:"The first month and day of the year." example:"01-15"`
	To           string     `json:"to,omitempty" pattern:"^[0-9]{2}-[0-9]{2}$" doc:"The last month and day of the year." example:"12-15"`
	HandoverDays int        `json:"handover_days,omitempty" minimum:"0" maximum:"366" doc:"Above 0: the joint visit of the old and the new person at a location that changes hands, within so many days."`
	Anchor       *Anchor    `json:"anchor,omitempty" doc:"Ties the visits to the location's own meetings."`
	Select       *Selection `json:"select,omitempty" doc:"Limits it to some locations."`
	Overrides    []Override `json:"overrides,omitempty" maxItems:"10000" doc:"Changes it for single locations."`
}

// Anchor puts a visit on every nth occurrence of a meeting of the location.
type Anchor struct {
	Kind   string `json:"kind" minLength:"1" maxLength:"64"`
	Every  int    `json:"every" minimum:"1" maximum:"366"`
	Offset int    `json:"offset" minimum:"0" maximum:"366"`
}

// Selection picks locations; what is left out picks all.
type Selection struct {
	Locations      []string `json:"locations,omitempty" maxItems:"10000"`
	Districts      []string `json:"districts,omitempty" maxItems:"1000"`
	Municipalities []string `json:"municipalities,omitempty" maxItems:"400"`
	Organisations  []string `json:"organisations,omitempty" maxItems:"1000"`
	Tags           []string `json:"tags,omitempty" maxItems:"100"`
	StandAlone     *bool    `json:"stand_alone,omitempty"`
	Subsidised     *bool    `json:"subsidised,omitempty"`
}

// Override changes a requirement for one location; what is left out stays.
type Override struct {
	Location   string `json:"location" minLength:"1" maxLength:"64"`
	Minimum    *int   `json:"minimum,omitempty" minimum:"0" maximum:"366"`
	Target     *int   `json:"target,omitempty" minimum:"0" maximum:"366"`
	MinGapDays *int   `json:"min_gap_days,omitempty" minimum:"0" maximum:"3660"`
	Every      *int   `json:"every,omitempty" minimum:"1" maximum:"366"`
}

func (a *API) aboutRequirements() {
	describe(a, &thing[planner.Requirement, Requirement]{
		resource: rights.Requirements, part: service.Requirements, one: "requirement", many: "requirements", path: "requirements", word: "a requirement",
		of:     func(s *planner.State) []planner.Requirement { return s.Programme.Requirements },
		id:     func(_ *planner.State, x *planner.Requirement) string { return x.ID },
		wireID: func(w *Requirement) string { return w.ID },
		wire:   requirementOf,
		edit:   func(w *Requirement) service.Edit { return asDocument(w) },
	})
}

func requirementOf(_ view, x *planner.Requirement) Requirement {
	w := Requirement{
		ID: x.ID, Name: wordsOf(x.Name), Role: x.Role, VisitType: x.VisitType, With: x.With, Pool: x.Pool, Minimum: x.Minimum, Target: x.Target,
		MinGapDays: x.MinGapDays, IdealGapDays: x.IdealGapDays, From: monthDay(x.From), To: monthDay(x.To),
		HandoverDays: x.HandoverDays,
	}
	if x.Anchor != nil {
		w.Anchor = &Anchor{x.Anchor.Kind, x.Anchor.Every, x.Anchor.Offset}
	}
	if s := x.Select; s != nil {
		w.Select = &Selection{s.Locations, s.Districts, s.Municipalities, s.Organisations, s.Tags, s.StandAlone, s.Subsidised}
	}
	for _, o := range x.Overrides {
		w.Overrides = append(w.Overrides, Override{o.Location, notNegative(o.Minimum), notNegative(o.Target), notNegative(o.MinGapDays), notNegative(o.Every)})
	}
	return w
}

func notNegative(n int) *int {
	if n < 0 {
		return nil
	}
	return &n
}

func monthDay(d planner.MonthDay) string {
	if d == (planner.MonthDay{}) {
		return ""
	}
	return fmt.Sprintf("%02d-%02d", d.Month, d.Day)
}

// Assumption is a norm that nobody has proved: dated and editable.
type Assumption struct {
	ID           string  `json:"id" readOnly:"true" doc:"Follows from key, organisation and first day."`
	Key          string  `json:"key" minLength:"1" maxLength:"64" example:"non_case_share"`
	Value        float64 `json:"value"`
	Unit         string  `json:"unit,omitempty" maxLength:"64"`
	Source       string  `json:"source,omitempty" maxLength:"200" doc:"Where it comes from; left out where nobody knows."`
	Organisation string  `json:"organisation,omitempty" maxLength:"64" doc:"Limits it to one employer."`
	From         string  `json:"from,omitempty" format:"date" doc:"The first day it holds; left out for always."`
}

func assumptionID(x *planner.Assumption) string {
	return contentID([]string{x.Key, x.Organisation, x.From.String()})
}

func (a *API) aboutAssumptions() {
	describe(a, &thing[planner.Assumption, Assumption]{
		resource: rights.Assumptions, part: service.Assumptions, one: "assumption", many: "assumptions", path: "assumptions", word: "an assumption",
		of: func(s *planner.State) []planner.Assumption { return s.Programme.Assumptions },
		id: func(_ *planner.State, x *planner.Assumption) string { return assumptionID(x) },
		wire: func(_ view, x *planner.Assumption) Assumption {
			return Assumption{assumptionID(x), x.Key, x.Value, x.Unit, x.Source, x.Organisation, x.From.String()}
		},
		edit: func(w *Assumption) service.Edit {
			own := *w
			own.ID = "" // no key of programme.yaml
			fields := fieldsOf(own)
			delete(fields, "id")
			return asDocument(fields)
		},
	})
}
