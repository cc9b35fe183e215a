package web

import (
	"slices"
	"strconv"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// SlotRules is the page about the rules by which people can be booked.
type SlotRules struct {
	Region string
	Rows   []SlotRuleRow
	// Own says that the region made them; else they follow from consult time.
	Own bool
	// Bookable says that there is something to book: a visit type and a role.
	Bookable bool
	// Changed is the id of the rule in the form, empty for a new one; Mark is of what
	// was seen of it.
	Changed, Mark string
	// Location asks for which location the rule is looked at.
	Who, Fields, Location []Field
	Days                  []DayFields
	// Faults counts the fields that are wrong.
	Faults  int
	Preview *SlotPreview
}

// Nothing is what stands there when nothing can be booked, Blank when nobody can.
func (SlotRules) Nothing() Blank {
	return Blank{Title: "slots.nothing", Text: "slots.nothing.text", Next: "blank.data.next", Path: "/import"}
}

// Blank is what stands there without rules.
func (SlotRules) Blank() Blank { return Blank{Title: "slots.none", Text: "slots.none.text"} }

// SlotRuleRow is a rule in the list.
type SlotRuleRow struct {
	RuleRow
	Path string
	// Who is the person, empty for everybody in the role.
	Who           string
	Increment     int
	Before, After int
	AcuteHours    int
	Mark          string
}

// SlotPreview is what a rule would offer to a location.
type SlotPreview struct {
	Location string
	Days     []PreviewDay
	Count    int
	// Nobody says why nobody was looked at.
	Nobody planner.Text
	People []PreviewPerson
}

// PreviewDay is a day with the moments that can be booked.
type PreviewDay struct {
	Day   calendar.Date
	Slots []PreviewSlot
}

// PreviewSlot is a moment and who comes.
type PreviewSlot struct {
	Clock, Who string
	Added      int
}

// PreviewPerson says how many moments somebody has, and what takes the others.
type PreviewPerson struct {
	Name        string
	Relation    planner.Text
	Tried, Free int
	Reasons     []PreviewReason
}

// PreviewReason is how many moments a reason takes.
type PreviewReason struct {
	Text  planner.Text
	Count int
}

// NewSlotRules makes the list of the rules of a region.
func NewSlotRules(l Lang, r Region, now time.Time, rules []planner.SlotRule, own bool) (*SlotRules, error) {
	f, err := factsOf(r, now)
	if err != nil {
		return nil, err
	}
	p := &SlotRules{Region: f.state.Region, Own: own, Bookable: len(f.bookable()) > 0 && len(f.state.Programme.Roles) > 0}
	c := Consult{MyForm: MyForm{Mine: Mine{Lang: l}}}
	for i := range rules {
		x := &rules[i]
		row := SlotRuleRow{RuleRow: c.rule(f, x), Increment: x.Increment, Before: x.BufferBefore, After: x.BufferAfter, AcuteHours: x.AcuteHours}
		if x.Staff != "" {
			row.Who = f.staffName(x.Staff)
		}
		if row.Mark, err = service.RuleMark(x); err != nil {
			return nil, err
		}
		p.Rows = append(p.Rows, row)
	}
	return p, nil
}

// RuleForm fills in the form with a rule; one without a role is a new one.
func (p *SlotRules) RuleForm(l Lang, s *planner.State, r *planner.SlotRule, location string) {
	f := facts{state: s}
	var types, roles, people, places []Option
	for _, vt := range f.bookable() {
		types = append(types, Option{Value: vt.ID, Text: l.text(named(vt.Name, vt.ID)), Chosen: vt.ID == r.VisitType})
	}
	for i := range s.Programme.Roles {
		role := &s.Programme.Roles[i]
		roles = append(roles, Option{Value: role.ID, Text: l.text(named(role.Name, role.ID)), Chosen: role.ID == r.Role})
	}
	everybody, _ := l.message("slots.everybody") // the tests know the key
	people = append(people, Option{Text: everybody, Chosen: r.Staff == ""})
	for i := range s.Staff {
		people = append(people, Option{Value: s.Staff[i].ID, Text: s.Staff[i].Name, Chosen: s.Staff[i].ID == r.Staff})
	}
	for i := range s.Locations {
		places = append(places, Option{Value: s.Locations[i].ID, Text: s.Locations[i].Name, Chosen: s.Locations[i].ID == location})
	}
	number := func(name, label, hint string, value, none int, low, high string) Field {
		x := Field{Name: name, Label: label, Hint: hint, Kind: "number", Min: low, Max: high}
		if value != none {
			x.Value = strconv.Itoa(value)
		}
		return x
	}
	need := func(x Field) Field { x.Required = true; return x }
	p.Who = []Field{
		need(Field{Name: "visit_type", Label: "mine.rule.type", Kind: "select", Options: types}), need(Field{Name: "role", Label: "mine.rule.role", Kind: "select", Options: roles}),
		{Name: "staff", Label: "slots.who", Kind: "select", Options: people},
	}
	p.Fields = []Field{
		need(number("notice_minutes", "mine.rule.notice", "", (r.NoticeMinutes+59)/60, -1, "0", "1440")), need(number("horizon_days", "mine.rule.horizon", "", r.HorizonDays, 0, "1", "366")),
		need(number("increment", "slots.step", "slots.step.hint", r.Increment, 0, "5", "240")), number("max_day", "mine.rule.most", "", r.MaxDay, 0, "1", "50"),
		number("buffer_before", "slots.before", "slots.buffer.hint", r.BufferBefore, -1, "0", "480"), number("buffer_after", "slots.after", "slots.buffer.hint", r.BufferAfter, -1, "0", "480"),
		number("acute_hours", "slots.acute", "slots.acute.hint", r.AcuteHours, 0, "0", "336"),
		{Name: "approval", Label: "slots.approve", Kind: "check"},
	}
	if r.Approval {
		p.Fields[len(p.Fields)-1].Value = "on"
	}
	p.Location = []Field{{Name: "location", Label: "slots.location", Hint: "slots.location.hint", Kind: "select", Options: places, Required: true}}
}

// PreviewOf lays out what a rule would offer.
func PreviewOf(s *planner.State, zone *time.Location, location string, v *service.SlotPreview) *SlotPreview {
	f := facts{
		state: s, zone: zone, locations: byID(s.Locations, func(x *planner.Location) string { return x.ID }),
		staff: byID(s.Staff, func(x *planner.Staff) string { return x.ID }),
	}
	out := &SlotPreview{Location: f.locationName(location), Count: len(v.Slots)}
	for i := range v.Slots {
		x := &v.Slots[i]
		day := calendar.DateOf(x.Start, zone)
		if n := len(out.Days); n == 0 || out.Days[n-1].Day != day {
			out.Days = append(out.Days, PreviewDay{Day: day})
		}
		slot := PreviewSlot{Clock: clockSpan(x.Start, x.End, zone), Added: x.Added}
		if len(x.Crew) > 0 {
			slot.Who = f.staffName(x.Crew[0].Staff)
		}
		last := &out.Days[len(out.Days)-1]
		last.Slots = append(last.Slots, slot)
	}
	texts := planner.SlotObstacleTexts()
	if v.Why.Code != "" {
		out.Nobody = texts[v.Why.Code]
	}
	for _, w := range v.Why.People {
		row := PreviewPerson{Name: f.staffName(w.Staff), Relation: relationTexts[w.Relation], Tried: w.Tried, Free: w.Free}
		for _, r := range w.Reasons {
			row.Reasons = append(row.Reasons, PreviewReason{named(texts[r.Code], r.Code), r.Count})
		}
		out.People = append(out.People, row)
	}
	slices.SortStableFunc(out.People, func(a, b PreviewPerson) int { return b.Free - a.Free })
	return out
}

// relationTexts say what somebody is to a location, to the lead.
var relationTexts = map[planner.SlotRelation]planner.Text{
	planner.SlotOwn: {NL: "eigen persoon", EN: "own person"}, planner.SlotPair: {NL: "vast duo", EN: "standing pair"},
	planner.SlotBackup: {NL: "vaste vervanger", EN: "named backup"}, planner.SlotTeam: {NL: "collega", EN: "colleague"},
}
