package web

import (
	"cmp"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Proposals is the page of what was proposed and published.
type Proposals struct {
	Region string
	// Propose and Replan are the forms; Replan is nil without a published plan.
	Propose, Replan []Field
	Plans           []ProposalRow
	Running         []Progress
	Publications    []PublicationRow
}

// ProposalRow is one plan of a region.
type ProposalRow struct {
	ID, Version    int64
	Stage          string
	From, To       calendar.Date
	Created        time.Time
	Medium, Soft   int64
	Draft, Current bool
}

// PublicationRow is one change of a region's plan.
type PublicationRow struct {
	ID        int64
	Published time.Time
	Plan      int64
	// Undone says that it took another one back; Undo that it can be taken back.
	Undone, Undo bool
}

// Proposal is one plan and what publishing it would mean.
type Proposal struct {
	Region  string
	ID      int64
	Stage   string
	Draft   bool
	Stale   bool
	Created time.Time
	Figures service.Figures
	Was     *service.Figures
	Gap     *RoleGap
	Touched []TouchedRow
	Places  []PlaceChange
	Visits  []VisitChangeRow
	More    int
	// Taken are what is in the way of publishing.
	Taken []TakenRow
	// Unplanned are the visits that it could not plan.
	Unplanned []UnplannedRow
}

// TouchedRow is somebody whom a publication concerns.
type TouchedRow struct {
	Person string
	// Came and Went count locations, Added, Moved and Gone visits.
	Came, Went, Added, Moved, Gone int
	Was, Is, Capacity              int64
}

// PlaceChange is a location that goes to somebody else.
type PlaceChange struct {
	Location, District string
	Role               planner.Text
	Was, Is            string
	Backup             bool
}

// VisitChangeRow is a visit that comes, goes or moves, and why.
type VisitChangeRow struct {
	Kind     string
	Location string
	What     planner.Text
	Was, Is  time.Time
	Why      planner.Text
	Must     bool
	People   string
}

// TakenRow is time of somebody that is taken already.
type TakenRow struct {
	Person   string
	From, To time.Time
}

// mostChanges is how many changed visits a page shows.
const mostChanges = 120

// NewProposal makes the page of a draft from what publishing it would mean.
func NewProposal(l Lang, state *planner.State, p *service.PublishPreview, now time.Time) (*Proposal, error) {
	f, err := newFacts(Region{State: state, Plan: p.Plan}, now)
	if err != nil {
		return nil, err
	}
	out := &Proposal{
		Region: state.Region, ID: p.Info.ID, Stage: "stage." + string(p.Info.Stage), Draft: p.Info.Stage == "draft", Stale: p.Stale,
		Created: p.Info.Created.In(f.zone), Figures: service.FiguresOf(p.Plan),
	}
	if p.Was != nil {
		was := service.FiguresOf(p.Was)
		out.Was = &was
	}
	for _, role := range f.assignedRoles() {
		for _, g := range f.gaps(role.ID) {
			if !g.Backup && (out.Gap == nil || g.Gap > out.Gap.Gap) {
				out.Gap = &g
			}
		}
	}
	if out.Unplanned = f.unplanned(p.Info.ID); !out.Draft || out.Stale { // nothing in it can be moved any more
		for i := range out.Unplanned {
			out.Unplanned[i].Move = ""
		}
	}
	out.touched(f, p.Difference)
	out.changes(l, f, p.Difference)
	for i := range p.Overlaps {
		o := &p.Overlaps[i]
		out.Taken = append(out.Taken, TakenRow{f.staffName(o.Staff), o.From.In(f.zone), o.To.In(f.zone)})
	}
	return out, nil
}

// touched counts for everybody what changes for them.
func (p *Proposal) touched(f *facts, d *planner.PlanDifference) {
	for _, id := range d.Staff() {
		row := TouchedRow{Person: f.staffName(id)}
		for i := range d.Assignments {
			switch d.Assignments[i].For(id) {
			case "came":
				row.Came++
			case "went":
				row.Went++
			}
		}
		for i := range d.Visits {
			switch v := &d.Visits[i]; v.For(id) {
			case "came":
				row.Added++
			case "went", "cancelled":
				row.Gone++
			case "":
			default:
				row.Moved++
			}
		}
		for _, load := range d.Loads {
			if load.Staff == id {
				row.Was, row.Is, row.Capacity = row.Was+load.Was.Load, row.Is+load.Is.Load, row.Capacity+load.Is.Capacity
			}
		}
		p.Touched = append(p.Touched, row)
	}
	slices.SortFunc(p.Touched, func(a, b TouchedRow) int { return cmp.Compare(a.Person, b.Person) })
}

// changes lists what changes for places and visits.
func (p *Proposal) changes(l Lang, f *facts, d *planner.PlanDifference) {
	for i := range d.Assignments {
		a := &d.Assignments[i]
		p.Places = append(p.Places, PlaceChange{
			f.locationName(a.Location), f.districtName(a.District), f.roleName(a.Role), f.personOr(l, a.Was), f.personOr(l, a.Is), a.Kind == planner.Backup,
		})
	}
	why := planner.WhyTexts()
	for i := range d.Visits {
		v := &d.Visits[i]
		if len(p.Visits) == mostChanges {
			p.More = len(d.Visits) - mostChanges
			break
		}
		row := VisitChangeRow{
			Kind: "change." + string(v.Kind), Location: f.locationName(v.Location), Why: why[v.Code], Must: v.Must,
			What: f.visitName(&planner.Visit{Requirement: v.Requirement, Meeting: v.Meeting}),
		}
		if !v.Was.Start.IsZero() {
			row.Was = v.Was.Start.In(f.zone)
		}
		if !v.Is.Start.IsZero() {
			row.Is = v.Is.Start.In(f.zone)
		}
		staff := v.Is.Staff
		if len(staff) == 0 {
			staff = v.Was.Staff
		}
		for k, id := range staff {
			if k > 0 {
				row.People += ", "
			}
			row.People += f.staffName(id)
		}
		p.Visits = append(p.Visits, row)
	}
}

func (f *facts) personOr(l Lang, id string) string {
	if id == "" {
		nobody, _ := l.message("nobody") // it is in the table, as a test checks
		return nobody
	}
	return f.staffName(id)
}
