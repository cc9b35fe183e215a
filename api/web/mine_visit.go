package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// MyVisit is one visit of somebody, and what is said of it.
type MyVisit struct {
	Mine
	Visit *planner.Visit
	// Undone says that the form for a visit that did not take place was sent.
	Undone   bool
	Warned   bool
	Problems Problems
	Values   map[string]string
}

// WhyLine is one amount of a reason, in words.
type WhyLine struct {
	Text    planner.Text
	Minutes string
}

// VisitPage is what the page shows.
type VisitPage struct {
	Item
	Date calendar.Date
	ID   string
	// Passed says that it can have taken place by now.
	Passed bool
	Why    []WhyLine
	// Runner names the next best choice and More by how much it lost, in minutes.
	Runner, More string
	// Done and Undone are the two forms.
	DoneForm, UndoneForm   []Field
	DoneWrong, UndoneWrong bool
	Said                   *service.VisitOutcome
	SaidReason             string
	Faces                  []Face
}

// undoneReasons are the codes of why a visit did not take place.
var undoneReasons = []string{"location_cancelled", "location_closed", "staff_unavailable", "weather_or_traffic", "other"}

// UndoneReason reports whether a form can send this reason.
func UndoneReason(code string) bool { return slices.Contains(undoneReasons, code) }

// NewVisitPage makes the page.
func NewVisitPage(m *MyVisit) (VisitPage, error) {
	f, err := factsOf(m.Region, m.Now)
	if err != nil {
		return VisitPage{}, err
	}
	v := m.Visit
	p := VisitPage{Item: m.visitItem(f, v), Date: calendar.DateOf(v.Start, f.zone), ID: v.ID, Passed: !v.Start.After(m.Now)}
	p.Moved = m.moves(f)[v.ID]
	p.Faces = f.facesOf(v.Location)
	p.reasons(f, m, v)
	if o, said := m.Outcomes[v.ID]; said {
		p.Said = &o
		if o.Reason != "" {
			p.SaidReason = "undone." + o.Reason
			if !UndoneReason(o.Reason) {
				p.SaidReason = "undone.other"
			}
		}
	}
	p.forms(f, m)
	return p, nil
}

// reasons says why this person and this date, in words.
func (p *VisitPage) reasons(f *facts, m *MyVisit, v *planner.Visit) {
	sentences := map[string]planner.Text{}
	for _, c := range planner.Constraints() {
		sentences[c.Name] = c.Sentence
	}
	for _, a := range v.Reason.Amounts {
		if a.Value != 0 {
			p.Why = append(p.Why, WhyLine{named(sentences[a.Constraint], a.Constraint), m.Lang.decimal(float64(a.Value)/100, 0)})
		}
	}
	if v.Reason.RunnerUp != "" {
		p.Runner, p.More = m.runner(f, v.Reason.RunnerUp), m.Lang.decimal(float64(v.Reason.Difference)/100, 0)
	}
}

// runner says in words what the next best choice was: a person, a day and a time,
// as far as it is known.
func (m *MyVisit) runner(f *facts, text string) string {
	parts := strings.Fields(text)
	for i, part := range parts {
		if d, err := calendar.ParseDate(part); err == nil {
			parts[i] = m.Lang.weekday(d)
		} else if f.staff[part] != nil {
			parts[i] = f.staffName(part)
		}
	}
	return strings.Join(parts, ", ")
}

// forms are the two ways to close a visit.
func (p *VisitPage) forms(f *facts, m *MyVisit) {
	values := map[string]string{"date": p.Date.String(), "minutes": strconv.Itoa(int(m.Visit.End.Sub(m.Visit.Start).Minutes()))}
	if p.Said != nil {
		values["date"], values["note"], values["reason"] = p.Said.Date.String(), p.Said.Note, p.Said.Reason
		if p.Said.Minutes > 0 {
			values["minutes"] = strconv.Itoa(p.Said.Minutes)
		}
		if p.Said.Next != calendar.NoDate {
			values["next"] = p.Said.Next.String()
		}
	}
	maps.Copy(values, m.Values)
	fine := Form{m.Lang, values, nil}
	done, undone := fine, fine
	if m.Undone {
		undone.Problems = m.Problems
	} else {
		done.Problems = m.Problems
	}
	p.DoneWrong, p.UndoneWrong = done.Wrong(), undone.Wrong()
	date := done.Need("date", "date", "mine.date")
	date.Max = f.today.String()
	minutes := done.Need("number", "minutes", "mine.minutes")
	minutes.Min, minutes.Max, minutes.Hint = "1", "720", "mine.minutes.help"
	p.DoneForm = []Field{date, minutes}
	if vt := f.state.Programme.VisitType(m.Visit.VisitType); vt != nil && vt.Next != "" {
		next := done.Need("date", "next", "mine.next")
		next.Hint = "mine.next.help"
		p.DoneForm = append(p.DoneForm, next)
	}
	note := done.Field("area", "note", "mine.note")
	note.Hint, note.MaxLength = "mine.note.help", planner.NoteLimit
	p.DoneForm = append(p.DoneForm, note)
	if m.Warned && !m.Undone {
		p.DoneForm = append(p.DoneForm, done.Need("check", "confirmed", "place.remark.sure"))
	}
	var options []Option
	for _, code := range undoneReasons {
		options = append(options, Option{Value: code, Text: m.Lang.text(messages["undone."+code])})
	}
	p.UndoneForm = []Field{undone.Choice("reason", "mine.undone.why", options...)}
}

// ChangesPage is what the page about changes shows.
type ChangesPage struct{ Publications []MyChanges }

// MyChanges is what one publication changed.
type MyChanges struct {
	When      calendar.Date
	Visits    []ChangeRow
	Locations []LocationChange
}

// ChangeRow is one visit or meeting that came, went or moved.
type ChangeRow struct {
	// Kind is the key of a message.
	Kind    string
	What    planner.Text
	Where   string
	Was, Is string
	Why     planner.Text
}

// LocationChange is a location that came or went.
type LocationChange struct {
	Came      bool
	Where     string
	Role      planner.Text
	Other     string
	From      calendar.Date
	Standin   bool
	Staying   string
	Forbidden bool
}

// NewChangesPage makes the page.
func NewChangesPage(m *Mine) (ChangesPage, error) {
	f, err := factsOf(m.Region, m.Now)
	if err != nil {
		return ChangesPage{}, err
	}
	var p ChangesPage
	for i := range m.Changes {
		c := &m.Changes[i]
		x := MyChanges{When: calendar.DateOf(c.Publication.Published, f.zone)}
		for k := range c.Visits {
			x.Visits = append(x.Visits, m.changeRow(f, &c.Visits[k]))
		}
		for k := range c.Assignments {
			x.Locations = append(x.Locations, m.locationChange(f, &c.Assignments[k]))
		}
		p.Publications = append(p.Publications, x)
	}
	return p, nil
}

func (m *Mine) changeRow(f *facts, c *planner.VisitChange) ChangeRow {
	row := ChangeRow{Kind: "mine.change." + c.For(m.Staff), Where: f.locationName(c.Location), Why: m.why(f, c)}
	row.What = planner.Text{NL: c.Requirement, EN: c.Requirement}
	if q := f.requirements[c.Requirement]; q != nil {
		row.What = named(q.Name, q.ID)
	}
	for i := range f.state.Meetings {
		if x := &f.state.Meetings[i]; c.Meeting && x.ID == c.Requirement {
			row.What = planner.Text{NL: x.Name, EN: x.Name}
		}
	}
	if c.Location == "" {
		row.Where = ""
	}
	if !c.Was.Start.IsZero() {
		row.Was = m.Lang.dayClock(c.Was.Start, f.zone)
	}
	if !c.Is.Start.IsZero() {
		row.Is = m.Lang.dayClock(c.Is.Start, f.zone)
	}
	return row
}

func (m *Mine) locationChange(f *facts, a *planner.AssignmentChange) LocationChange {
	x := LocationChange{Came: a.Is == m.Staff, Where: f.locationName(a.Location), Role: f.roleName(a.Role), From: a.From, Standin: a.Kind == planner.Backup}
	switch {
	case x.Came && a.Was != "":
		x.Other = f.staffName(a.Was)
	case !x.Came && a.Is != "":
		x.Other = f.staffName(a.Is)
	}
	if s := a.Staying; s != nil && !x.Came {
		x.Staying, x.Forbidden = m.Lang.decimal(float64(s.Difference)/100, 0), len(s.Blocked) > 0
	}
	return x
}
