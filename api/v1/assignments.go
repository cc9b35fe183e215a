package v1

import (
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Assignment says who belongs to which location in a role, and when.
type Assignment struct {
	ID        string `json:"id" readOnly:"true" doc:"Follows from location, role, person, kind and first day."`
	Location  string `json:"location_id" minLength:"1" maxLength:"64"`
	Role      string `json:"role" minLength:"1" maxLength:"64"`
	Staff     string `json:"staff_id" minLength:"1" maxLength:"64"`
	Name      string `json:"staff" readOnly:"true" doc:"The person's name."`
	Photo     string `json:"photo,omitempty" readOnly:"true" doc:"The address of a portrait, where the person agreed to show it."`
	Kind      string `json:"kind,omitempty" enum:"primary,backup" doc:"Left out: primary."`
	ValidFrom string `json:"valid_from,omitempty" format:"date" doc:"The first day; left out for open."`
	ValidTo   string `json:"valid_to,omitempty" format:"date" doc:"The last day; left out for open."`
	Pinned    bool   `json:"pinned,omitempty" doc:"The lead's wish: a plan keeps it."`
	Reason    string `json:"reason,omitempty" maxLength:"64" doc:"A code; a pin above somebody's ceiling needs one." example:"continuity"`
}

func (a *API) aboutAssignments() {
	describe(a, &thing[planner.Assignment, Assignment]{
		resource: rights.Assignments, kind: service.AssignmentsFile, one: "assignment", many: "assignments", path: "assignments", word: "an assignment",
		of:    func(s *planner.State) []planner.Assignment { return s.Assignments },
		id:    func(_ *planner.State, x *planner.Assignment) string { return assignmentID(x) },
		wire:  assignmentOf,
		owner: func(w *Assignment) (staff, location string) { return "", w.Location },
		edit: func(w *Assignment) service.Edit {
			return rows(service.Cells{
				"location_id": w.Location, "role": w.Role, "staff_id": w.Staff, "kind": w.Kind, "valid_from": w.ValidFrom, "valid_to": w.ValidTo,
				"pinned": flagCell(w.Pinned), "reason": w.Reason,
			})
		},
		filter: func(f *Filter, x *planner.Assignment) bool {
			on, _ := calendar.ParseDate(f.On) // the schema takes dates only
			return (f.Staff == "" || f.Staff == x.Staff) && (f.Location == "" || f.Location == x.Location) && (f.On == "" || x.On(on))
		},
	})
}

// assignmentID stays when an assignment gets another end, a pin or a reason.
func assignmentID(x *planner.Assignment) string {
	return contentID([]string{x.Location, x.Role, x.Staff, string(x.Kind), x.From.String()})
}

func assignmentOf(v view, x *planner.Assignment) Assignment {
	w := Assignment{
		ID: assignmentID(x), Location: x.Location, Role: x.Role, Staff: x.Staff, Kind: string(x.Kind),
		ValidFrom: x.From.String(), ValidTo: x.To.String(),
	}
	for i := range v.state.Staff {
		if p := &v.state.Staff[i]; p.ID == x.Staff {
			w.Name, w.Photo = p.Name, p.Photo
		}
	}
	if v.caller.Reach >= rights.Region {
		w.Pinned, w.Reason = x.Pinned, x.Reason
	}
	return w
}
