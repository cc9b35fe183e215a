package files

import (
	"fmt"

	"github.com/goccy/go-yaml"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// document is a mapping of programme.yaml while it is written, in the order of
// its keys.
type document yaml.MapSlice

// add writes a key whatever its value.
func (d *document) add(key string, value any) {
	*d = append(*d, yaml.MapItem{Key: key, Value: value})
}

// text writes a key that has a text, number one that is not 0 and list one that
// holds something.
func (d *document) text(key, value string) {
	if value != "" {
		d.add(key, value)
	}
}

func (d *document) number(key string, value int) {
	if value != 0 {
		d.add(key, value)
	}
}

func (d *document) list(key string, items []string) {
	if len(items) > 0 {
		d.add(key, items)
	}
}

func (d *document) flag(key string, value bool) {
	if value {
		d.add(key, true)
	}
}

func (d *document) words(key string, t planner.Text) {
	d.add(key, yaml.MapSlice{{Key: "nl", Value: t.NL}, {Key: "en", Value: t.EN}})
}

// documents writes a list of mappings.
func (d *document) documents(key string, items []document) {
	out := make([]yaml.MapSlice, len(items))
	for i := range items {
		out[i] = yaml.MapSlice(items[i])
	}
	d.add(key, out)
}

func documentsOf[T any](items []T, one func(*T) document) []document {
	out := make([]document, len(items))
	for i := range items {
		out[i] = one(&items[i])
	}
	return out
}

// writeProgramme writes a programme.yaml from which readProgramme gives exactly
// the programme back: what has a default is said all the same, and handover
// visits are requirements as others are.
func writeProgramme(p *planner.Programme) ([]byte, error) {
	var d document
	d.add("id", p.ID)
	d.add("name", p.Name)
	d.add("zone", p.Zone)
	d.text("from", p.From.String())
	d.text("to", p.To.String())
	d.documents("municipalities", documentsOf(p.Municipalities, municipalityDocument))
	d.documents("roles", documentsOf(p.Roles, roleDocument))
	d.documents("visit_types", documentsOf(p.VisitTypes, visitTypeDocument))
	d.documents("requirements", documentsOf(p.Requirements, requirementDocument))
	d.add("handover", false)
	d.documents("assumptions", documentsOf(p.Assumptions, assumptionDocument))
	d.documents("carried", documentsOf(p.Carried, carriedDocument))
	d.documents("ceilings", documentsOf(p.Ceilings, ceilingDocument))
	if w := weightsDocument(&p.Weights); len(w) > 0 {
		d.add("weights", yaml.MapSlice(w))
	}
	out, err := yaml.Marshal(yaml.MapSlice(d))
	if err != nil {
		return nil, fmt.Errorf("programme: %w", err)
	}
	return out, nil
}

func municipalityDocument(m *planner.Municipality) (d document) {
	d.add("code", m.Code)
	d.add("name", m.Name)
	d.text("school_region", m.SchoolRegion)
	return d
}

func roleDocument(r *planner.Role) (d document) {
	d.add("id", r.ID)
	d.words("name", r.Name)
	d.text("assign", string(r.Assign))
	d.flag("backup", r.Backup)
	d.text("pair", r.Pair)
	d.selection(r.Select)
	d.number("demand_per_place", r.DemandPerPlace)
	d.number("acute_minutes_day", r.AcuteMinutesDay)
	d.text("consult", weekText(r.Consult))
	if r.FullTime > 0 {
		d.add("full_time_hours", decimalText(float64(r.FullTime)/100))
	}
	return d
}

func (d *document) selection(s *planner.Selection) {
	if s == nil {
		return
	}
	var out document
	out.list("locations", s.Locations)
	out.list("districts", s.Districts)
	out.list("municipalities", s.Municipalities)
	out.list("organisations", s.Organisations)
	out.list("tags", s.Tags)
	if s.StandAlone != nil {
		out.add("stand_alone", *s.StandAlone)
	}
	if s.Subsidised != nil {
		out.add("subsidised", *s.Subsidised)
	}
	d.add("select", yaml.MapSlice(out))
}

func visitTypeDocument(v *planner.VisitType) (d document) {
	d.add("id", v.ID)
	d.words("name", v.Name)
	d.text("mode", string(v.Mode))
	d.add("minutes", v.Minutes)
	d.number("preparation", v.Preparation)
	d.number("follow_up", v.FollowUp)
	d.number("buffer_before", v.BufferBefore)
	d.number("buffer_after", v.BufferAfter)
	d.add("weight", v.Weight)
	d.number("points", v.Points)
	d.flag("parents_present", v.ParentsPresent)
	d.flag("consent", v.Consent)
	d.text("next", v.Next)
	d.flag("bookable", v.Bookable)
	return d
}

func requirementDocument(r *planner.Requirement) (d document) {
	d.add("id", r.ID)
	d.words("name", r.Name)
	d.add("role", r.Role)
	d.add("visit_type", r.VisitType)
	d.list("with", r.With)
	d.list("pool", r.Pool)
	d.add("minimum", r.Minimum)
	d.add("target", r.Target)
	d.add("min_gap_days", r.MinGapDays)
	d.add("ideal_gap_days", r.IdealGapDays)
	d.text("from", monthDayText(r.From))
	d.text("to", monthDayText(r.To))
	d.number("handover_days", r.HandoverDays)
	if a := r.Anchor; a != nil {
		d.add("anchor", yaml.MapSlice{{Key: "kind", Value: a.Kind}, {Key: "every", Value: a.Every}, {Key: "offset", Value: a.Offset}})
	}
	d.selection(r.Select)
	if len(r.Overrides) > 0 {
		d.documents("overrides", documentsOf(r.Overrides, overrideDocument))
	}
	return d
}

func overrideDocument(o *planner.Override) (d document) {
	d.add("location", o.Location)
	for _, f := range []struct {
		key   string
		value int
	}{{"minimum", o.Minimum}, {"target", o.Target}, {"min_gap_days", o.MinGapDays}, {"every", o.Every}} {
		if f.value >= 0 {
			d.add(f.key, f.value)
		}
	}
	return d
}

func monthDayText(d planner.MonthDay) string {
	if d == (planner.MonthDay{}) {
		return ""
	}
	return fmt.Sprintf("%02d-%02d", d.Month, d.Day)
}

func assumptionDocument(a *planner.Assumption) (d document) {
	d.add("key", a.Key)
	d.add("value", decimalText(a.Value))
	d.text("unit", a.Unit)
	d.text("source", a.Source)
	d.text("organisation", a.Organisation)
	if a.From != calendar.NoDate {
		d.add("from", a.From.String())
	}
	return d
}

func ceilingDocument(c *planner.Ceiling) (d document) {
	d.add("id", c.ID)
	d.add("measure", string(c.Measure))
	d.add("limit", c.Limit)
	d.number("warn_at", c.WarnAt)
	d.text("role", c.Role)
	d.text("organisation", c.Organisation)
	d.text("staff", c.Staff)
	d.number("starter_days", c.StarterDays)
	d.text("from", c.From.String())
	d.text("to", c.To.String())
	d.text("source", c.Source)
	return d
}

func carriedDocument(c *planner.Carried) (d document) {
	d.add("staff", c.Staff)
	d.add("role", c.Role)
	d.add("minutes", c.Minutes)
	d.text("from", c.From.String())
	d.text("to", c.To.String())
	return d
}

func weightsDocument(w *planner.Weights) (d document) {
	for _, f := range []struct {
		key   string
		value int64
	}{
		{"travel", w.Travel},
		{"balance", w.Balance},
		{"open_district", w.OpenDistrict},
		{"change", w.Change},
		{"face", w.Face},
		{"pair", w.Pair},
		{"scattered", w.Scattered},
		{"spacing", w.Spacing},
		{"school_holiday", w.SchoolHoliday},
		{"no_parents", w.NoParents},
		{"backup", w.Backup},
		{"smooth", w.Smooth},
		{"move", w.Move},
	} {
		d.number(f.key, int(f.value))
	}
	return d
}
