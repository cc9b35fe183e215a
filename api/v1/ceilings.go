package v1

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Ceiling is an agreed limit on what one person carries. It warns and names
// choices; what plans obey is the number of locations of a contract.
type Ceiling struct {
	ID           string `json:"id" minLength:"1" maxLength:"64" example:"starters"`
	Measure      string `json:"measure" enum:"locations,cases,points,minutes_week" doc:"What it counts; points and minutes a week are those of open cases."`
	Limit        int64  `json:"limit" minimum:"1" maximum:"1000000" doc:"The most that is agreed."`
	WarnAt       int    `json:"warn_at,omitempty" minimum:"1" maximum:"100" doc:"The percentage of the limit from which it warns; 90 when left out."`
	Role         string `json:"role,omitempty" maxLength:"64" doc:"Limits it to a role."`
	Organisation string `json:"organisation,omitempty" maxLength:"64" doc:"Limits it to an employer."`
	Staff        string `json:"staff,omitempty" maxLength:"64" doc:"Limits it to one person."`
	StarterDays  int    `json:"starter_days,omitempty" minimum:"1" maximum:"3660" doc:"It holds for so many days from the first day of somebody's first contract."`
	From         string `json:"from,omitempty" format:"date" doc:"The first day; left out for always."`
	To           string `json:"to,omitempty" format:"date" doc:"The last day; left out for ever."`
	Source       string `json:"source,omitempty" maxLength:"200" doc:"Where it comes from; an assumption when left out."`
}

func ceilingOf(x *planner.Ceiling) Ceiling {
	return Ceiling{
		x.ID, string(x.Measure), x.Limit, x.WarnAt, x.Role, x.Organisation, x.Staff, x.StarterDays, x.From.String(), x.To.String(), x.Source,
	}
}

// CeilingLine is how one person stands to one ceiling.
type CeilingLine struct {
	Staff   string          `json:"staff_id"`
	Ceiling Ceiling         `json:"ceiling"`
	Value   int64           `json:"value" doc:"What is carried."`
	State   string          `json:"state" enum:"fine,near,passed"`
	Choices []CeilingChoice `json:"choices,omitempty" doc:"The ways out of one that is passed."`
}

// CeilingChoice is one way out of a ceiling that is passed.
type CeilingChoice struct {
	Kind  string   `json:"kind" enum:"hand_over,take_no_new,agree_more"`
	Items []string `json:"items,omitempty" doc:"The cases or locations to hand over."`
	To    string   `json:"to_staff_id,omitempty" doc:"Who has room for all of them."`
	By    string   `json:"by,omitempty" format:"date" doc:"The day from which it fits by itself."`
	Limit int64    `json:"limit,omitempty" doc:"The ceiling that would hold what is carried."`
}

func ceilingLineOf(l *planner.CeilingLine) CeilingLine {
	out := CeilingLine{Staff: l.Staff, Ceiling: ceilingOf(&l.Ceiling), Value: l.Value, State: string(l.State)}
	for _, c := range l.Choices {
		out.Choices = append(out.Choices, CeilingChoice{string(c.Kind), c.Items, c.To, c.By.String(), c.Limit})
	}
	return out
}

// CeilingNotice is that somebody came near a ceiling, or passed it; it is told
// once.
type CeilingNotice struct {
	ID      int64       `json:"id"`
	Line    CeilingLine `json:"line" doc:"How it stood then."`
	Raised  time.Time   `json:"raised_at"`
	Cleared *time.Time  `json:"cleared_at,omitempty" doc:"When it was over."`
}

func ceilingNoticeOf(n *service.CeilingNotice) CeilingNotice {
	return CeilingNotice{n.ID, ceilingLineOf(&n.Line), n.Raised.UTC(), moment(n.Cleared)}
}

// ClosedPeriod is what people carried in a period that is over; it does not change
// any more.
type ClosedPeriod struct {
	ID     string       `json:"id" readOnly:"true" doc:"Its first day."`
	From   string       `json:"from" format:"date"`
	To     string       `json:"to" format:"date"`
	Actor  string       `json:"created_by"`
	Closed time.Time    `json:"closed_at"`
	Loads  []PeriodLoad `json:"loads" nullable:"false"`
}

// PeriodLoad is what one person carried in one role.
type PeriodLoad struct {
	Staff    string `json:"staff_id"`
	Role     string `json:"role"`
	Minutes  int64  `json:"minutes"`
	Points   int64  `json:"points"`
	Capacity int64  `json:"capacity_minutes" doc:"The time there was for it."`
	Realised int64  `json:"realised_minutes" doc:"The work that was done; -1 where that was not kept yet. minutes is the work that was planned."`
}

func closedPeriodOf(c *rights.Caller, p *service.ClosedPeriod) ClosedPeriod {
	out := ClosedPeriod{p.From.String(), p.From.String(), p.To.String(), p.Actor, p.Closed.UTC(), []PeriodLoad{}}
	for _, l := range p.Loads {
		if c.Own(l.Staff, "") {
			out.Loads = append(out.Loads, PeriodLoad(l))
		}
	}
	return out
}

// FairShare is what one person carried in one role over the closed periods,
// against an even share.
type FairShare struct {
	Staff    string `json:"staff_id"`
	Role     string `json:"role"`
	Periods  int    `json:"periods"`
	Minutes  int64  `json:"minutes"`
	Points   int64  `json:"points"`
	Capacity int64  `json:"capacity_minutes"`
	Fair     int64  `json:"fair_minutes" doc:"What it would have been had everybody of the role carried the same part of their time."`
	Ahead    int64  `json:"ahead_minutes" doc:"How much more it was; negative for less."`
}

// Carried is what somebody carried above an even share, as it counts in the
// assignments of a period.
type Carried struct {
	Staff   string `json:"staff_id"`
	Role    string `json:"role"`
	Minutes int64  `json:"minutes"`
	From    string `json:"from" format:"date"`
	To      string `json:"to" format:"date"`
}

// CarriedShares are all that count, and the version of the region that has them.
type CarriedShares struct {
	Region int64     `json:"region_version"`
	Items  []Carried `json:"items" nullable:"false"`
}

type (
	fairSharePage struct{ Body Page[FairShare] }
	carriedOne    struct{ Body CarriedShares }
	carriedNew    struct {
		InRegion
		Body struct {
			Region int64  `json:"region_version" minimum:"1" doc:"The version of the region that you looked at."`
			From   string `json:"from" format:"date" doc:"The first day of the assignments in which it counts."`
			To     string `json:"to" format:"date" doc:"The last."`
		}
	}

	ceilingLinesIn struct {
		InRegion
		Paging
		On    string `query:"on" format:"date" doc:"The day; today when left out."`
		State string `query:"state" enum:"fine,near,passed" doc:"Only those."`
	}
	ceilingLinePage   struct{ Body Page[CeilingLine] }
	ceilingNoticePage struct{ Body Page[CeilingNotice] }
	closedPeriodPage  struct{ Body Page[ClosedPeriod] }
	closedPeriodOne   struct {
		Location string `header:"Location"`
		Body     ClosedPeriod
	}
	closedPeriodNew struct {
		InRegion
		Body struct {
			From string `json:"from" format:"date"`
			To   string `json:"to" format:"date" doc:"The last day: before today."`
		}
	}
)

// aboutCeilings registers agreed ceilings, how people stand to them, and what they
// carried before.
func (a *API) aboutCeilings() {
	describe(a, &thing[planner.Ceiling, Ceiling]{
		resource: rights.Ceilings, part: service.Ceilings, one: "ceiling", many: "ceilings", path: "ceilings", word: "an agreed ceiling",
		of:     func(s *planner.State) []planner.Ceiling { return s.Programme.Ceilings },
		id:     func(_ *planner.State, x *planner.Ceiling) string { return x.ID },
		wireID: func(w *Ceiling) string { return w.ID },
		wire:   func(_ view, x *planner.Ceiling) Ceiling { return ceilingOf(x) },
		edit:   func(w *Ceiling) service.Edit { return asDocument(w) },
	})
	op := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/regions/{region}/" + path, Tags: []string{"ceilings"}, Summary: summary, DefaultStatus: status}
	}
	may := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.Workload, Act: act} }
	add(a, may(rights.Read), op("listCeilingLines", http.MethodGet, "ceiling-lines", "How everybody stands to the agreed ceilings, with the ways out", 200), a.listCeilingLines)
	add(a, may(rights.Read), op("listCeilingNotices", http.MethodGet, "ceiling-notices", "Who came near a ceiling or passed it, the newest first", 200), a.listCeilingNotices)
	add(a, may(rights.Read), op("listClosedPeriods", http.MethodGet, "closed-periods", "What people carried in periods that are over", 200), a.listClosedPeriods)
	add(a, may(rights.Read), op("listFairShares", http.MethodGet, "fair-shares", "What people carried over the closed periods, against an even share", 200), a.listFairShares)
	add(a, may(rights.Create), op("carryFairShares", http.MethodPost, "fair-shares", "Let what people are ahead count in the next assignments, as a new version of the programme", 201), a.carryFairShares)
	add(a, may(rights.Create), op("createClosedPeriod", http.MethodPost, "closed-periods", "Keep what people carried in a period that is over", 201), a.createClosedPeriod)
	add(a, may(rights.Remove), op("removeClosedPeriod", http.MethodDelete, "closed-periods/{id}", "Forget what was kept of a period", 204), func(ctx context.Context, in *InThing) (*struct{}, error) {
		from, err := calendar.ParseDate(in.ID)
		if err != nil || in.ID == "" {
			return nil, problem.New(problem.NotFound)
		}
		return nil, a.of(ctx).ReopenPeriod(ctx, in.id(), from)
	})
}

func (a *API) listCeilingLines(ctx context.Context, in *ceilingLinesIn) (*ceilingLinePage, error) {
	on, _ := calendar.ParseDate(in.On) // the schema takes dates only
	lines, _, err := a.of(ctx).CeilingLines(ctx, in.id(), on)
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	type ranked struct {
		rank string
		CeilingLine
	}
	var mine []ranked
	for i := range lines {
		if l := &lines[i]; caller.Own(l.Staff, "") && (in.State == "" || in.State == string(l.State)) {
			mine = append(mine, ranked{fmt.Sprintf("%06d", i), ceilingLineOf(l)})
		}
	}
	page, err := paged(ctx, a, "ceiling lines "+in.Region+" "+listName([]any{on, in.State}), mine, in.Paging, func(r ranked) string { return r.rank })
	out := Page[CeilingLine]{Items: []CeilingLine{}, Next: page.Next}
	for i := range page.Items {
		out.Items = append(out.Items, page.Items[i].CeilingLine)
	}
	return &ceilingLinePage{out}, err
}

// ownStaff is the person to whom a caller's lists are limited; empty for nobody.
func ownStaff(c *rights.Caller) string {
	if c.Reach == rights.Own {
		return c.Staff
	}
	return ""
}

func (a *API) listCeilingNotices(ctx context.Context, in *inRegionPaging) (*ceilingNoticePage, error) {
	list := "ceiling notices " + in.Region
	before, err := a.before(ctx, list, in.Paging)
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	all, err := a.of(ctx).CeilingNotices(ctx, in.id(), ownStaff(&caller), before, in.Limit+1)
	return &ceilingNoticePage{newest(ctx, a, list, all, in.Paging, ceilingNoticeOf, func(n *service.CeilingNotice) int64 { return n.ID })}, err
}

func (a *API) listClosedPeriods(ctx context.Context, in *inRegionPaging) (*closedPeriodPage, error) {
	all, err := a.of(ctx).ClosedPeriods(ctx, in.id())
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	shown := make([]ClosedPeriod, len(all))
	for i := range all {
		shown[i] = closedPeriodOf(&caller, &all[i])
	}
	page, err := paged(ctx, a, "closed periods "+in.Region, shown, in.Paging, func(p ClosedPeriod) string { return p.ID })
	return &closedPeriodPage{page}, err
}

func (a *API) listFairShares(ctx context.Context, in *inRegionPaging) (*fairSharePage, error) {
	all, err := a.of(ctx).FairShares(ctx, in.id())
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	type ranked struct {
		rank string
		FairShare
	}
	var mine []ranked
	for i := range all {
		if caller.Own(all[i].Staff, "") {
			mine = append(mine, ranked{fmt.Sprintf("%06d", i), FairShare(all[i])})
		}
	}
	page, err := paged(ctx, a, "fair shares "+in.Region, mine, in.Paging, func(r ranked) string { return r.rank })
	out := Page[FairShare]{Items: []FairShare{}, Next: page.Next}
	for i := range page.Items {
		out.Items = append(out.Items, page.Items[i].FairShare)
	}
	return &fairSharePage{out}, err
}

func (a *API) carryFairShares(ctx context.Context, in *carriedNew) (*carriedOne, error) {
	from, _ := calendar.ParseDate(in.Body.From) // the schema takes dates only
	to, _ := calendar.ParseDate(in.Body.To)
	all, err := a.of(ctx).CarryShares(ctx, in.id(), in.Body.Region, planner.Period{From: from, To: to})
	out := carriedOne{CarriedShares{Region: in.Body.Region + 1, Items: make([]Carried, len(all))}}
	for i, c := range all {
		out.Body.Items[i] = Carried{c.Staff, c.Role, c.Minutes, c.From.String(), c.To.String()}
	}
	return &out, err
}

func (a *API) createClosedPeriod(ctx context.Context, in *closedPeriodNew) (*closedPeriodOne, error) {
	from, _ := calendar.ParseDate(in.Body.From) // the schema takes dates only
	to, _ := calendar.ParseDate(in.Body.To)
	p, err := a.of(ctx).ClosePeriod(ctx, in.id(), planner.Period{From: from, To: to})
	if err != nil {
		return nil, err
	}
	caller := rights.CallerOf(ctx)
	return &closedPeriodOne{fmt.Sprintf("%s/regions/%s/closed-periods/%s", Prefix, in.Region, p.From), closedPeriodOf(&caller, p)}, nil
}
