package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// VisitMove is the page on which one planned visit gets another moment: a form
// that shows what it means, and a second one that does it.
type VisitMove struct {
	Region string
	// Action is the page itself, Path the page about this visit, Back where it
	// came from.
	Action, Path, Back string
	// Plan is the draft that it is about, 0 for the published plan; Base is the plan
	// whose effect is shown.
	Plan, Base int64
	Visit      string
	// Published says that people will be told.
	Published  bool
	Where      string
	What       planner.Text
	Date       calendar.Date
	Start, End string
	Who        []string
	Fields     []Field
	Effect     *VisitEffect
	Better     []BetterMoment
}

// VisitEffect is what a move that was asked for means.
type VisitEffect struct {
	Allowed    bool
	Date       calendar.Date
	Start, End string
	Who        []string
	// Travel is the difference in minutes, Score that of the plan in hundredths of
	// a minute-equivalent.
	Travel, Score int64
	Rows          []WishRow
	// Asked are the fields of the move, to send once more.
	Asked []Field
}

// WishRow is what one wish changes, in hundredths of a minute-equivalent.
type WishRow struct {
	Wish  planner.Text
	Value int64
}

// BetterMoment is another moment of a visit.
type BetterMoment struct {
	Path       string
	Date       calendar.Date
	Start      string
	Person     string
	Difference int64
}

// VisitPath is the page on which a visit is moved: plan is the plan's id, 0 for the
// published one, and staff whose year it comes from.
func VisitPath(region, staff, visit string, plan int64) string {
	query := url.Values{"region": {region}, "visit": {visit}}
	if plan != 0 {
		query.Set("plan", strconv.FormatInt(plan, 10))
	}
	return "/timeline/" + url.PathEscape(staff) + "/visit?" + query.Encode()
}

// NewVisitMove makes the page about a visit of a plan, given what moving it means;
// asked says that somebody asked for that, with the fields as they were filled in.
func NewVisitMove(r Region, now time.Time, staff string, e *service.MovedVisit, asked bool, fields []Field) (*VisitMove, error) {
	f, err := newFacts(r, now)
	if err != nil {
		return nil, err
	}
	v := &r.Plan.Visits[slices.IndexFunc(r.Plan.Visits, func(v planner.Visit) bool { return v.ID == e.Visit })]
	row := f.visitRow(v)
	plan := e.Base
	if e.Published {
		plan = 0
	}
	m := &VisitMove{
		Region: f.state.Region, Action: "/timeline/" + url.PathEscape(staff) + "/visit", Path: VisitPath(f.state.Region, staff, v.ID, plan), Back: yearPath(f.state.Region, staff), Plan: plan, Base: e.Base, Visit: v.ID,
		Published: e.Published, Where: row.Where, What: row.What, Date: calendar.DateOf(v.Start.In(f.zone), f.zone), Start: row.Start, End: row.End, Who: f.names(e.Was.Staff),
		Fields: fields,
	}
	if !e.Published {
		m.Back = "/proposals/" + strconv.FormatInt(e.Base, 10)
	}
	if asked && !e.Is.Start.IsZero() {
		m.Effect = f.visitEffect(e, fields)
	}
	for _, b := range e.Better {
		query := url.Values{"date": {b.Date.String()}, "time": {b.Clock.String()}}
		if len(e.Permitted) == 1 {
			query.Set("by0", b.Staff)
		}
		m.Better = append(m.Better, BetterMoment{m.Path + "&" + query.Encode(), b.Date, b.Clock.String(), f.staffName(b.Staff), b.Difference})
	}
	return m, nil
}

func (f *facts) names(staff []string) (out []string) {
	for _, s := range staff {
		out = append(out, f.staffName(s))
	}
	return out
}

func (f *facts) visitEffect(e *service.MovedVisit, fields []Field) *VisitEffect {
	start, end := e.Is.Start.In(f.zone), e.Is.End.In(f.zone)
	out := &VisitEffect{
		Allowed: len(e.Faults) == 0, Date: calendar.DateOf(start, f.zone), Start: start.Format("15:04"), End: end.Format("15:04"),
		Who: f.names(e.Is.Staff), Travel: e.TravelIs - e.TravelWas, Score: e.Difference.Soft,
	}
	for _, c := range planner.SoftConstraints(planner.When) {
		for _, a := range e.Amounts {
			if a.Constraint == c.Name && a.Value != 0 {
				out.Rows = append(out.Rows, WishRow{c.Sentence, a.Value})
			}
		}
	}
	for _, x := range fields {
		out.Asked = append(out.Asked, Field{Name: x.Name, Kind: "hidden", Value: x.Value})
	}
	return out
}

// fixText is the smallest change of an unplanned visit with names for ids.
func (f *facts) fixText(change string) planner.Text {
	words := planner.ChangeText(change)
	name := func(text string, visit func(string) string) string {
		parts := strings.Split(text, " ")
		for i, part := range parts {
			id := strings.TrimRight(part, ".,")
			if m := f.staff[id]; m != nil && m.Name != "" {
				parts[i] = m.Name + part[len(id):]
			} else if v := f.visit(id); v != nil && !v.Meeting {
				parts[i] = visit(f.locationName(v.Location)) + part[len(id):]
			}
		}
		return strings.Join(parts, " ")
	}
	return planner.Text{
		NL: name(words.NL, func(at string) string { return "het bezoek aan " + at }),
		EN: name(words.EN, func(at string) string { return "the visit to " + at }),
	}
}

func (f *facts) visit(id string) *planner.Visit {
	for i := range f.plan.Visits {
		if v := &f.plan.Visits[i]; v.ID == id {
			return v
		}
	}
	return nil
}

// fixPath is where what has to give way for an unplanned visit can be moved, ""
// where nothing has to: a visit on its own page, a meeting among the meetings; of a
// visit for which there is room again, where the plan is made again.
func (f *facts) fixPath(r *planner.Reason, plan int64) string {
	id := r.Mover()
	switch {
	case r.Fits() && plan == 0:
		return "/proposals?" + url.Values{"region": {f.state.Region}}.Encode() + "#replan"
	case id == "":
		return ""
	}
	if v := f.visit(id); v != nil && !v.Meeting && len(v.Crew) > 0 {
		if calendar.DateOf(v.Start.In(f.zone), f.zone) < f.today {
			return ""
		}
		return VisitPath(f.state.Region, v.Crew[0].Staff, v.ID, plan)
	}
	if slices.ContainsFunc(f.state.Meetings, func(m planner.Meeting) bool { return m.ID == id }) {
		return "/meetings?" + url.Values{"region": {f.state.Region}}.Encode()
	}
	return ""
}
