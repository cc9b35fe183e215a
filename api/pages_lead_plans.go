package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

func planPages() []pageRoute {
	plans := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.Plans, Act: act} }
	return []pageRoute{
		page("/proposals", plans(rights.Propose), (*visitor).proposals),
		form("/proposals", plans(rights.Propose), (*visitor).propose),
		form("/proposals/replan", plans(rights.Propose), (*visitor).replan),
		page("/proposals/{plan}", plans(rights.Propose), (*visitor).proposal),
		form("/proposals/{plan}/publish", plans(rights.Publish), (*visitor).publish),
		form("/publications/{publication}/undo", plans(rights.Publish), (*visitor).undo),
	}
}

// shownPublications is how many publications a page lists.
const shownPublications = 10

// proposals lists what was proposed and published, with the forms for more.
func (v *visitor) proposals() error { return v.showProposals(http.StatusOK, nil, nil) }

// showProposals shows the page, with forms that hold faults in the place of fresh
// ones.
func (v *visitor) showProposals(status int, proposing, replanning []web.Field) error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	zone, err := zoneOf(s.State)
	if err != nil {
		return err
	}
	region := s.State.Region
	body := web.Proposals{Region: region, Propose: proposing, Replan: replanning}
	if body.Propose == nil {
		body.Propose = v.proposeFields(calendar.DateOf(v.Now(), zone), s)
	}
	if body.Replan == nil && s.Plan != nil {
		body.Replan = v.replanFields(max(calendar.DateOf(v.Now(), zone), s.Plan.From))
	}
	if err := v.listPlans(&body, s, zone); err != nil {
		return err
	}
	return v.showAs(status, v.regional("lead.proposals", region), "proposals", body)
}

// listPlans fills in the plans, the jobs and the publications of a region.
func (v *visitor) listPlans(body *web.Proposals, s *service.Snapshot, zone *time.Location) error {
	plans, err := v.service.Plans(v.ctx(), body.Region)
	if err != nil {
		return err
	}
	for i := range slices.Backward(plans) {
		p := &plans[i]
		body.Plans = append(body.Plans, web.ProposalRow{
			ID: p.ID, Version: p.Version, Stage: "stage." + string(p.Stage), From: p.From, To: p.To, Created: p.Created.In(zone),
			Medium: p.Score.Medium, Soft: p.Score.Soft, Draft: p.Stage == "draft", Current: s.Plan != nil && p.ID == s.PlanInfo.ID,
		})
	}
	jobs, err := v.service.Jobs(v.ctx(), service.JobFilter{Region: &body.Region}, 20)
	if err != nil {
		return err
	}
	for i := range jobs {
		if p := progressOf(&jobs[i]); !p.Ended() {
			body.Running = append(body.Running, p)
		}
	}
	made, err := v.service.Publications(v.ctx(), body.Region, 0, shownPublications)
	for i := range made {
		p := &made[i]
		row := web.PublicationRow{ID: p.ID, Published: p.Published.In(zone), Undone: p.Undoes != 0, Undo: i == 0 && p.Undoes == 0 && len(p.Replaced) > 0}
		if len(p.Plans) > 0 {
			row.Plan = p.Plans[0]
		}
		body.Publications = append(body.Publications, row)
	}
	return err
}

func (v *visitor) proposeFields(today calendar.Date, s *service.Snapshot) []web.Field {
	year := today.Year() + 1
	if s.Plan != nil {
		year = s.Plan.From.Year()
	}
	return []web.Field{
		{Name: "year", Label: "propose.year", Kind: "number", Value: strconv.Itoa(year), Min: "2000", Max: "2100", Required: true},
		{Name: "seconds", Label: "propose.seconds", Hint: "propose.seconds.hint", Kind: "number", Value: "5", Min: "1", Max: "3600", Required: true},
		{Name: "max_changes", Label: "propose.changes", Hint: "propose.changes.hint", Kind: "number", Min: "0"},
	}
}

func (v *visitor) replanFields(from calendar.Date) []web.Field {
	return []web.Field{
		{Name: "today", Label: "replan.from", Hint: "replan.from.hint", Kind: "date", Value: from.String(), Required: true},
		{Name: "max_moves", Label: "replan.moves", Hint: "replan.moves.hint", Kind: "number", Min: "0"},
		{Name: "reopen", Label: "replan.reopen", Kind: "check"},
	}
}

// read puts what was filled in into fields and says what is wrong with it. A
// number that is left out of a field that need not be filled in is -1.
func (v *visitor) read(fields []web.Field) (numbers map[string]int, dates map[string]calendar.Date, ok bool) {
	numbers, dates, ok = map[string]int{}, map[string]calendar.Date{}, true
	for i := range fields {
		f := &fields[i]
		f.Value = v.value(f.Name)
		switch {
		case f.Value == "" && f.Required:
			f.Fault = v.text("fault.required")
		case f.Value == "":
			numbers[f.Name] = -1
		case f.Kind == "number":
			n, err := strconv.Atoi(f.Value)
			if low, _ := strconv.Atoi(f.Min); err != nil || n < low { // no least value is 0
				f.Fault = v.text("fault.number")
			}
			numbers[f.Name] = n
		case f.Kind == "date":
			d, err := calendar.ParseDate(f.Value)
			if err != nil {
				f.Fault = v.text("fault.date")
			}
			dates[f.Name] = d
		}
		ok = ok && f.Fault == ""
	}
	return numbers, dates, ok
}

// propose starts the making of a plan.
func (v *visitor) propose() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	fields := v.proposeFields(calendar.DateOf(v.Now(), time.UTC), s)
	numbers, _, ok := v.read(fields)
	if !ok {
		return v.showProposals(http.StatusUnprocessableEntity, fields, nil)
	}
	job, err := v.service.StartPropose(v.ctx(), s.State.Region, service.PlanParams{
		Year: numbers["year"], Seed: 1, Seconds: float64(numbers["seconds"]), MaxChanges: numbers["max_changes"],
	})
	if err != nil {
		return err
	}
	return v.done(progressPath(job.ID), "")
}

// replan starts the planning again of the rest of the year, as after an absence.
func (v *visitor) replan() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	if s.Plan == nil {
		return service.ErrNoPlan
	}
	fields := v.replanFields(s.Plan.From)
	numbers, dates, ok := v.read(fields)
	if !ok {
		return v.showProposals(http.StatusUnprocessableEntity, nil, fields)
	}
	job, err := v.service.StartReplan(v.ctx(), s.State.Region, service.PlanParams{
		Seed: 1, Seconds: 5, MaxChanges: -1, MaxMoves: numbers["max_moves"], Today: dates["today"], Reopen: v.value("reopen") != "",
	})
	if err != nil {
		return err
	}
	return v.done(progressPath(job.ID), "")
}

func (v *visitor) id(name string) (int64, error) {
	id, err := strconv.ParseInt(v.param(name), 10, 64)
	if err != nil {
		return 0, problem.New(problem.NotFound)
	}
	return id, nil
}

// proposal shows a draft, whom it touches and what changes.
func (v *visitor) proposal() error {
	id, err := v.id("plan")
	if err != nil {
		return err
	}
	preview, err := v.service.PublishPreview(v.ctx(), id)
	if err != nil {
		return err
	}
	state, err := v.service.State(v.ctx(), preview.Info.Region)
	if err != nil {
		return err
	}
	body, err := web.NewProposal(v.lang, state, preview, v.Now())
	if err != nil {
		return err
	}
	return v.show(v.regional("proposal.title", state.Region), "proposal.page", body)
}

// publish makes a draft the region's plan.
func (v *visitor) publish() error {
	id, err := v.id("plan")
	if err != nil {
		return err
	}
	_, info, err := v.service.Plan(v.ctx(), id)
	if err != nil {
		return err
	}
	if err := v.service.Publish(v.ctx(), id); err != nil {
		return err
	}
	return v.done("/proposals?"+url.Values{"region": {info.Region}}.Encode(), "said.published")
}

// undo takes the last publication back.
func (v *visitor) undo() error {
	id, err := v.id("publication")
	if err != nil {
		return err
	}
	if err := v.service.Undo(v.ctx(), id); err != nil {
		return err
	}
	return v.done(fmt.Sprintf("/proposals?%s", url.Values{"region": {v.value("region")}}.Encode()), "said.undone")
}
