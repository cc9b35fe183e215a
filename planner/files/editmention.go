package files

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// mentioned faults taking something away that the programme names: no row does,
// so no check of rows finds it.
func (m *merger) mentioned(e Edit) {
	if len(e.Rows) > 0 || len(e.Document) > 0 || e.At < 0 {
		return
	}
	p := &m.programme.programme
	switch {
	case e.Kind == LocationsFile:
		m.unmentioned("location", m.known.Locations[e.At].ID, locationsIn(p))
	case e.Kind == DistrictsFile:
		m.unmentioned("district", m.known.Districts[e.At].ID, selected(p, func(s *planner.Selection) []string { return s.Districts }))
	case e.Kind == OrganisationsFile:
		named := selected(p, func(s *planner.Selection) []string { return s.Organisations })
		for i := range p.Assumptions {
			named = append(named, p.Assumptions[i].Organisation)
		}
		for i := range p.Ceilings {
			named = append(named, p.Ceilings[i].Organisation)
		}
		m.unmentioned("organisation", m.known.Organisations[e.At].ID, named)
	case e.Kind == StaffFile:
		var named []string
		for i := range p.Ceilings {
			named = append(named, p.Ceilings[i].Staff)
		}
		m.unmentioned("member of staff", m.known.Staff[e.At].ID, named)
	case e.Programme == VisitTypes:
		m.unmentioned("visit type", m.known.Programme.VisitTypes[e.At].ID, visitTypesIn(p))
	}
}

func (m *merger) unmentioned(what, id string, named []string) {
	if slices.Contains(named, id) {
		m.rep.add(Fault{File: "programme", Message: what + " " + id + " is named in the programme; take it out there first"})
	}
}

func selected(p *planner.Programme, of func(*planner.Selection) []string) []string {
	var out []string
	add := func(s *planner.Selection) {
		if s != nil {
			out = append(out, of(s)...)
		}
	}
	for i := range p.Roles {
		add(p.Roles[i].Select)
	}
	for i := range p.Requirements {
		add(p.Requirements[i].Select)
	}
	return out
}

func locationsIn(p *planner.Programme) []string {
	out := selected(p, func(s *planner.Selection) []string { return s.Locations })
	for i := range p.Requirements {
		for _, o := range p.Requirements[i].Overrides {
			out = append(out, o.Location)
		}
	}
	return out
}

func visitTypesIn(p *planner.Programme) []string {
	var out []string
	for i := range p.Requirements {
		out = append(out, p.Requirements[i].VisitType)
	}
	for i := range p.VisitTypes {
		out = append(out, p.VisitTypes[i].Next)
	}
	return out
}
