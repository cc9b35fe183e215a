package v1

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Load is the work of a period under some headings; those that were not asked for
// are left out.
type Load struct {
	Month        string `json:"month,omitempty" pattern:"^[0-9]{4}-[0-9]{2}$" example:"2027-01"`
	Organisation string `json:"organisation,omitempty"`
	Staff        string `json:"staff_id,omitempty"`
	Role         string `json:"role,omitempty"`
	Budget       string `json:"budget,omitempty"`
	District     string `json:"district_id,omitempty"`
	Kind         string `json:"kind,omitempty" doc:"visit, preparation, travel, consult, acute, case, meeting or non_case."`
	Detail       string `json:"detail,omitempty" doc:"The kind of a case."`
	Minutes      int64  `json:"minutes"`
	Points       int64  `json:"points" doc:"The agreed weights of visits and cases."`
}

func loadOf(c *service.LoadCell) Load {
	out := Load{
		Organisation: c.Organisation, Staff: c.Staff, Role: c.Role, Budget: string(c.Budget), District: c.District, Kind: string(c.Kind), Detail: c.Detail,
		Minutes: c.Minutes, Points: c.Points,
	}
	if c.Month != 0 {
		out.Month = c.Month.String()
	}
	return out
}

// key puts loads in an order that a cursor can go on in.
func (l *Load) key() string {
	return fmt.Sprint(l.Month, " ", l.Organisation, " ", l.Staff, " ", l.Role, " ", l.Budget, " ", l.District, " ", l.Kind, " ", l.Detail)
}

// PeriodAsked is a period in a question.
type PeriodAsked struct {
	From string `query:"from" format:"date" doc:"The first day; left out for the first of this year."`
	To   string `query:"to" format:"date" doc:"The last day; left out for the last of that year."`
}

// period reads the days; without them it is the year.
func (d *PeriodAsked) period(now time.Time) planner.Period {
	from, _ := calendar.ParseDate(d.From) // the schema takes dates only
	to, _ := calendar.ParseDate(d.To)
	if d.From == "" {
		from = calendar.NewDate(now.Year(), time.January, 1)
	}
	if d.To == "" {
		to = calendar.NewDate(from.Year(), time.December, 31)
	}
	return planner.Period{From: from, To: to}
}

type loadsIn struct {
	InRegion
	PeriodAsked
	Paging
	By    []string `query:"by" maxItems:"8" enum:"month,organisation,staff,role,budget,district,kind,detail" doc:"The headings; month, role and kind when left out. Who sees figures only has no other."`
	Staff string   `query:"staff" maxLength:"64" doc:"Only of this person."`
}

// figuresHeadings are the headings of those who see figures only.
var figuresHeadings = []string{"month", "role", "kind"}

// LoadPage is a page of loads, and what they are of.
type LoadPage struct {
	Page[Load]
	Region int64 `json:"region_version" doc:"The version of the region they are of."`
	Plan   int64 `json:"plan_id,omitempty" doc:"The published plan they are of; left out without one."`
}

type loadPage struct{ Body LoadPage }

// Supply is the time there is under some headings.
type Supply struct {
	Month        string `json:"month,omitempty" example:"2027-01"`
	Organisation string `json:"organisation,omitempty"`
	Staff        string `json:"staff_id,omitempty"`
	Role         string `json:"role,omitempty"`
	Budget       string `json:"budget,omitempty"`
	Contract     int64  `json:"contract_minutes"`
	Holiday      int64  `json:"holiday_minutes" doc:"What public holidays take."`
	Absent       int64  `json:"absent_minutes" doc:"What absences take."`
	NonCase      int64  `json:"non_case_minutes" doc:"The share for nobody in particular."`
	Net          int64  `json:"net_minutes" doc:"What is left: contract − holiday − absent − non-case."`
}

func (s *Supply) key() string {
	return fmt.Sprint(s.Month, " ", s.Organisation, " ", s.Staff, " ", s.Role, " ", s.Budget)
}

type supplyIn struct {
	InRegion
	PeriodAsked
	Paging
	By []string `query:"by" maxItems:"5" enum:"month,organisation,staff,role,budget" doc:"The headings; month and role when left out."`
}

type supplyPage struct{ Body Page[Supply] }

// aboutCapacity registers the figures about what fits.
func (a *API) aboutCapacity() {
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: "/regions/{region}/" + path, Tags: []string{"capacity"}, Summary: summary}
	}
	figures := rights.Access{Resource: rights.Capacity, Act: rights.Read}
	add(a, rights.Access{Resource: rights.Reports, Act: rights.Read}, op("listLoads", "loads", "What everybody's work takes, in minutes and points"), a.listLoads)
	add(a, rights.Access{Resource: rights.Hours, Act: rights.Read}, op("listSupply", "supply", "The time that contracts give"), a.listSupply)
	add(a, figures, op("getForecast", "forecast", "Demand against supply, and the first month that does not fit"), a.getForecast)
	add(a, figures, op("getWaitingTimes", "waiting-times", "How long questions wait: simulated, and measured"), a.getWaitingTimes)
	add(a, rights.Access{Resource: rights.SilentLocations, Act: rights.Read},
		op("listSilentLocations", "silent-locations", "Locations without contact for a while, whom nobody looks after first"), a.listSilent)
}

func (a *API) listLoads(ctx context.Context, in *loadsIn) (*loadPage, error) {
	caller := rights.CallerOf(ctx)
	headings, p := in.By, in.period(a.Now())
	if len(headings) == 0 {
		headings = figuresHeadings
	}
	if figuresOnly(&caller) {
		if !slices.Equal(headings, figuresHeadings) || in.Staff != "" {
			return nil, problem.New(problem.Forbidden)
		}
		p = wholeMonths(p)
	}
	lines, at, err := a.of(ctx).Loads(ctx, in.id(), p)
	if err != nil {
		return nil, err
	}
	mine := make([]planner.LoadLine, 0, len(lines))
	for i := range lines {
		if caller.Own(lines[i].Staff, "") && (in.Staff == "" || in.Staff == lines[i].Staff) {
			mine = append(mine, lines[i])
		}
	}
	by := make([]service.Heading, len(headings))
	for i, h := range headings {
		by[i] = service.Heading(h)
	}
	cells := service.BreakLoads(mine, by...)
	if figuresOnly(&caller) {
		cells = service.Suppressed(cells)
	}
	all := make([]Load, len(cells))
	for i := range cells {
		all[i] = loadOf(&cells[i])
	}
	slices.SortFunc(all, func(x, y Load) int { return compareText(x.key(), y.key()) })
	page, err := paged(ctx, a, "loads "+in.Region+" "+listName([]any{p, headings, in.Staff}), all, in.Paging, func(l Load) string { return l.key() })
	return &loadPage{LoadPage{page, at.Region, at.Plan}}, err
}

func compareText(x, y string) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// figuresOnly reports whether a caller sees figures and nobody's own.
func figuresOnly(c *rights.Caller) bool { return c.Role == service.Auditor }

// wholeMonths is a period stretched to whole months, so that no two differ by a
// few days.
func wholeMonths(p planner.Period) planner.Period {
	return planner.Period{From: planner.MonthOf(p.From).Period().From, To: planner.MonthOf(p.To).Period().To}
}

func (a *API) listSupply(ctx context.Context, in *supplyIn) (*supplyPage, error) {
	p := in.period(a.Now())
	lines, _, err := a.of(ctx).Supply(ctx, in.id(), p)
	if err != nil {
		return nil, err
	}
	by := in.By
	if len(by) == 0 {
		by = []string{"month", "role"}
	}
	all := supplyBy(lines, by)
	page, err := paged(ctx, a, "supply "+in.Region+" "+listName([]any{p, by}), all, in.Paging, func(s Supply) string { return s.key() })
	return &supplyPage{page}, err
}

// supplyBy adds supply up by headings.
func supplyBy(lines []planner.SupplyLine, by []string) []Supply {
	sums := map[string]*Supply{}
	for i := range lines {
		l := &lines[i]
		head := Supply{}
		for _, h := range by {
			switch h {
			case "month":
				head.Month = l.Month.String()
			case "organisation":
				head.Organisation = l.Organisation
			case "staff":
				head.Staff = l.Staff
			case "role":
				head.Role = l.Role
			case "budget":
				head.Budget = string(l.Budget)
			}
		}
		x := sums[head.key()]
		if x == nil {
			x = &head
			sums[head.key()] = x
		}
		x.Contract, x.Holiday, x.Absent = x.Contract+l.Contract, x.Holiday+l.Holiday, x.Absent+l.Absent
		x.NonCase, x.Net = x.NonCase+l.NonCase, x.Net+l.Net
	}
	out := make([]Supply, 0, len(sums))
	for _, s := range sums {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(x, y Supply) int { return compareText(x.key(), y.key()) })
	return out
}

// SilentLocation is a location without contact for a while.
type SilentLocation struct {
	Location   string `json:"location_id"`
	District   string `json:"district_id,omitempty"`
	StandAlone bool   `json:"stand_alone,omitempty"`
	Last       string `json:"last,omitempty" format:"date" doc:"The last day of contact; left out where none is known."`
	Next       string `json:"next,omitempty" format:"date" doc:"The next contact that is planned."`
	Staff      string `json:"staff_id,omitempty" doc:"Who serves it: whom to propose an outreach visit to."`
	Outreach   bool   `json:"propose_outreach" doc:"Nothing is planned: an outreach visit is proposed."`
}

type silentIn struct {
	InRegion
	Paging
	Days int `query:"days" minimum:"1" maximum:"3660" default:"180" doc:"So many days without a visit, booking or meeting."`
}

type silentPage struct{ Body Page[SilentLocation] }

func (a *API) listSilent(ctx context.Context, in *silentIn) (*silentPage, error) {
	all, err := a.of(ctx).Silent(ctx, in.id(), in.Days)
	if err != nil {
		return nil, err
	}
	type ranked struct {
		rank string
		SilentLocation
	}
	rows := make([]ranked, len(all))
	for i := range all {
		s := &all[i]
		// Stand-alone ones come first: their place in the list is the key.
		rows[i] = ranked{fmt.Sprintf("%06d", i), SilentLocation{
			s.Location, s.District, s.StandAlone, s.Last.String(), s.Next.String(), s.Staff, s.Next == calendar.NoDate,
		}}
	}
	page, err := paged(ctx, a, fmt.Sprintf("silent %s %d", in.Region, in.Days), rows, in.Paging, func(r ranked) string { return r.rank })
	out := Page[SilentLocation]{Items: []SilentLocation{}, Next: page.Next}
	for i := range page.Items {
		out.Items = append(out.Items, page.Items[i].SilentLocation)
	}
	return &silentPage{out}, err
}
