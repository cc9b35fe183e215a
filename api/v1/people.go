package v1

import (
	"strconv"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Organisation is an employer or a holder of locations.
type Organisation struct {
	ID             string   `json:"organisation_id" minLength:"1" maxLength:"64" example:"ggd"`
	Name           string   `json:"name" minLength:"1" maxLength:"200"`
	LimitHours     float64  `json:"limit_hours,omitempty" minimum:"0" maximum:"10000000" doc:"What all its staff together may be assigned in a year, in hours; left out for no limit."`
	PublicHolidays []string `json:"public_holidays,omitempty" maxItems:"30" doc:"The days off its staff have, by their Dutch names; left out for the usual ones."`
}

func (a *API) aboutOrganisations() {
	describe(a, &thing[planner.Organisation, Organisation]{
		resource: rights.Organisations, kind: service.OrganisationsFile, one: "organisation", many: "organisations", path: "organisations", word: "an organisation",
		of:     func(s *planner.State) []planner.Organisation { return s.Organisations },
		id:     func(_ *planner.State, o *planner.Organisation) string { return o.ID },
		wireID: func(w *Organisation) string { return w.ID },
		wire: func(_ view, o *planner.Organisation) Organisation {
			return Organisation{o.ID, o.Name, float64(o.LimitMinutes) / 60, o.PublicHolidays}
		},
		edit: func(w *Organisation) service.Edit {
			return rows(service.Cells{"organisation_id": w.ID, "name": w.Name, "limit_hours": decimalCell(w.LimitHours), "public_holidays": listCell(w.PublicHolidays)})
		},
	})
}

func rows(cells ...service.Cells) service.Edit { return service.Edit{Rows: cells} }

// Contract is somebody's work in one role, out of one budget.
type Contract struct {
	Role         string  `json:"role" minLength:"1" maxLength:"64"`
	Budget       string  `json:"budget,omitempty" enum:"without,with" doc:"Out of which budget: without or with an indication."`
	HoursWeek    float64 `json:"hours_week" minimum:"0" maximum:"60" doc:"Hours a week."`
	MaxLocations int     `json:"max_locations,omitempty" minimum:"0" maximum:"100000" doc:"The ceiling on locations; left out for none."`
	ValidFrom    string  `json:"valid_from,omitempty" format:"date" doc:"The first day; left out for open."`
	ValidTo      string  `json:"valid_to,omitempty" format:"date" doc:"The last day; left out for open."`
}

// Member is somebody of the staff. Home, working time and limits are for the
// lead and the person.
type Member struct {
	ID           string     `json:"staff_id" minLength:"1" maxLength:"64" example:"anna"`
	Name         string     `json:"name" minLength:"1" maxLength:"200"`
	Organisation string     `json:"organisation" minLength:"1" maxLength:"64" doc:"The employer."`
	Roles        []string   `json:"roles" readOnly:"true" nullable:"false" doc:"The roles of the contracts."`
	Photo        string     `json:"photo,omitempty" maxLength:"500" doc:"The address of a portrait that the person agreed to show."`
	Contracts    []Contract `json:"contracts,omitempty" maxItems:"50" doc:"At least one; for the lead and the person."`
	Home         *Place     `json:"home,omitempty" doc:"Where somebody starts; for the lead and the person."`
	Mode         string     `json:"mode,omitempty" enum:"car,bicycle" doc:"How somebody travels."`
	Skills       []string   `json:"skills,omitempty" maxItems:"50"`
	WorkPattern  []Hours    `json:"work_pattern,omitempty" maxItems:"50" doc:"The weekly working time; for the lead and the person."`
	DayCap       int        `json:"day_cap,omitempty" minimum:"0" maximum:"100" doc:"The most visits a day; left out for the usual cap."`
	WeekCap      int        `json:"week_cap,omitempty" minimum:"0" maximum:"500" doc:"The most visits a week; left out for none."`
}

func (a *API) aboutStaff() {
	describe(a, &thing[planner.Staff, Member]{
		resource: rights.Staff, kind: service.StaffFile, one: "member", many: "staff", path: "staff", word: "a member of staff",
		of:     func(s *planner.State) []planner.Staff { return s.Staff },
		id:     func(_ *planner.State, p *planner.Staff) string { return p.ID },
		wireID: func(w *Member) string { return w.ID },
		wire:   memberOf,
		edit:   memberRows,
	})
}

func memberOf(v view, p *planner.Staff) Member {
	w := Member{ID: p.ID, Name: p.Name, Organisation: p.Organisation, Photo: p.Photo, Roles: []string{}}
	for _, c := range p.Contracts {
		w.Roles = append(w.Roles, c.Role)
	}
	if v.caller.Role != service.Lead && (v.caller.Staff == "" || v.caller.Staff != p.ID) {
		return w
	}
	w.Home, w.Mode, w.Skills, w.WorkPattern, w.DayCap, w.WeekCap = placeOf(p.Home), string(p.Mode), p.Skills, weekOf(p.Pattern), p.DayCap, p.WeekCap
	for _, c := range p.Contracts {
		w.Contracts = append(w.Contracts, Contract{c.Role, string(c.Budget), float64(c.HoursWeek) / 100, c.MaxLocations, c.From.String(), c.To.String()})
	}
	return w
}

// memberRows makes a row for each contract, the first with all that the person
// is.
func memberRows(w *Member) service.Edit {
	home := w.Home
	if home == nil {
		home = &Place{}
	}
	first := service.Cells{
		"staff_id": w.ID, "name": w.Name, "organisation": w.Organisation, "photo": w.Photo, "home_postcode": home.Postcode,
		"home_lat": decimalCell(home.Lat), "home_lon": decimalCell(home.Lon), "mode": w.Mode, "skills": listCell(w.Skills),
		"work_pattern": weekCell(w.WorkPattern), "day_cap": given(w.DayCap), "week_cap": given(w.WeekCap),
		"role": "", "hours_week": "",
	}
	var e service.Edit
	for i, c := range w.Contracts {
		r := service.Cells{"staff_id": w.ID}
		if i == 0 {
			r = first
		}
		r["role"], r["budget"], r["hours_week"] = c.Role, c.Budget, strconv.FormatFloat(c.HoursWeek, 'f', -1, 64)
		r["max_locations"], r["valid_from"], r["valid_to"] = given(c.MaxLocations), c.ValidFrom, c.ValidTo
		e.Rows = append(e.Rows, r)
	}
	if len(e.Rows) == 0 {
		e.Rows = append(e.Rows, first)
	}
	return e
}
