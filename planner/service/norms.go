package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// ProgrammeVersion is a programme as it was.
type ProgrammeVersion = store.ProgrammeVersion

// NormKind says where a norm is set.
type NormKind string

// The kinds of norm.
const (
	// AssumptionNorm is an assumption: dated, and for one employer where it says so.
	AssumptionNorm NormKind = "assumption"
	// VisitTypeNorm is a duration or weight of a visit type, RequirementNorm how
	// often something is promised, and RoleNorm time set apart for a role.
	VisitTypeNorm   NormKind = "visit_type"
	RequirementNorm NormKind = "requirement"
	RoleNorm        NormKind = "role"
)

// Norm is a number that somebody chose, which plans and forecasts are made with.
type Norm struct {
	Kind NormKind
	// Of is the visit type, requirement or role; empty for an assumption.
	Of string
	// Key, Value, Unit and Source are what it is; Organisation limits it to one
	// employer and From is its first day.
	planner.Assumption
	// Default says that nobody set it: it holds where a programme says nothing.
	Default bool
}

// NormsOf lists every norm of a programme that holds for an employer on a day, the
// general ones for none. None of them is a fact.
func NormsOf(p *planner.Programme, organisation string, on calendar.Date) []Norm {
	defaults := append(planner.AssumptionDefaults(), planner.ForecastAssumptions()...)
	keys := map[string]bool{}
	var out []Norm
	for _, d := range defaults {
		keys[d.Key] = true
		out = append(out, assumed(p, &d, organisation, on))
	}
	for i := range p.Assumptions {
		if a := &p.Assumptions[i]; !keys[a.Key] {
			keys[a.Key] = true
			out = append(out, assumed(p, &planner.Assumption{Key: a.Key}, organisation, on))
		}
	}
	out = slices.DeleteFunc(out, func(n Norm) bool { return n.Default && n.Source == "" }) // not yet in force
	slices.SortFunc(out, func(a, b Norm) int { return cmp.Compare(a.Key, b.Key) })
	return append(out, chosen(p)...)
}

// assumed finds the assumption in force, as planner.Programme.Assume does.
func assumed(p *planner.Programme, def *planner.Assumption, organisation string, on calendar.Date) Norm {
	best := Norm{AssumptionNorm, "", *def, true}
	for _, a := range p.Assumptions {
		if a.Key != def.Key || a.From > on || (a.Organisation != "" && a.Organisation != organisation) {
			continue
		}
		own, bestOwn := a.Organisation != "", best.Organisation != ""
		if best.Default || (own && !bestOwn) || (own == bestOwn && a.From >= best.From) {
			a.Unit, a.Source = cmp.Or(a.Unit, def.Unit), cmp.Or(a.Source, "assumption")
			best = Norm{AssumptionNorm, "", a, false}
		}
	}
	return best
}

// chosen lists the norms that a programme sets at its visit types, requirements
// and roles.
func chosen(p *planner.Programme) []Norm {
	var out []Norm
	add := func(kind NormKind, of, key string, value int, unit string) {
		out = append(out, Norm{kind, of, planner.Assumption{Key: key, Value: float64(value), Unit: unit, Source: "programme", From: calendar.NoDate}, false})
	}
	for i := range p.VisitTypes {
		v := &p.VisitTypes[i]
		add(VisitTypeNorm, v.ID, "minutes", v.Minutes, "minutes")
		add(VisitTypeNorm, v.ID, "preparation", v.Preparation, "minutes")
		add(VisitTypeNorm, v.ID, "follow_up", v.FollowUp, "minutes")
		add(VisitTypeNorm, v.ID, "buffer_before", v.BufferBefore, "minutes")
		add(VisitTypeNorm, v.ID, "buffer_after", v.BufferAfter, "minutes")
		add(VisitTypeNorm, v.ID, "weight", v.Weight, "percent")
		add(VisitTypeNorm, v.ID, "points", v.Points, "points")
	}
	for i := range p.Requirements {
		r := &p.Requirements[i]
		add(RequirementNorm, r.ID, "minimum", r.Minimum, "visits/year")
		add(RequirementNorm, r.ID, "target", r.Target, "visits/year")
		add(RequirementNorm, r.ID, "min_gap_days", r.MinGapDays, "days")
		add(RequirementNorm, r.ID, "ideal_gap_days", r.IdealGapDays, "days")
	}
	for i := range p.Roles {
		r := &p.Roles[i]
		add(RoleNorm, r.ID, "demand_per_place", r.DemandPerPlace, "minutes/year")
		add(RoleNorm, r.ID, "acute_minutes_day", r.AcuteMinutesDay, "minutes/day")
		add(RoleNorm, r.ID, "full_time", r.FullTime, "hundredths of an hour/week")
	}
	return out
}

// Norms lists the norms that hold for an employer on a day, in the version of the
// programme that there is now, or, for a plan, in the one that it was made with.
// Without a day it is today, and of a plan its first day.
func (s *Service) Norms(ctx context.Context, region string, plan int64, organisation string, on calendar.Date) ([]Norm, *ProgrammeVersion, error) {
	var at CapacityVersions
	var err error
	if plan == 0 {
		at, err = s.Store.CapacityVersions(ctx, region)
	} else {
		var info PlanInfo
		if info, err = s.planInfo(ctx, region, plan); err == nil {
			at.Region = info.BasedOn
			if on == 0 || on == calendar.NoDate {
				on = info.From
			}
		}
	}
	if err != nil {
		return nil, nil, err
	}
	version, err := s.Store.ProgrammeAt(ctx, region, at.Region)
	if err != nil {
		return nil, nil, err
	}
	if on, err = s.dayOr(ctx, region, on); err != nil {
		return nil, nil, err
	}
	return NormsOf(version.Programme, organisation, on), &version, nil
}

func (s *Service) planInfo(ctx context.Context, region string, plan int64) (PlanInfo, error) {
	_, info, err := s.Store.LoadPlan(ctx, plan)
	if err == nil && info.Region != region {
		err = fmt.Errorf("plan %d: %w", plan, ErrNotFound)
	}
	return info, err
}

// ProgrammeVersions lists the programmes that a region had, the newest first and
// at most n, below a version unless that is 0.
func (s *Service) ProgrammeVersions(ctx context.Context, region string, before int64, n int) ([]ProgrammeVersion, error) {
	return s.Store.ProgrammeVersions(ctx, region, before, n)
}

// ProgrammeVersion returns one of the programmes that a region had, with the norms
// that held in general on the day it was made.
func (s *Service) ProgrammeVersion(ctx context.Context, region string, version int64) (*ProgrammeVersion, []Norm, error) {
	v, err := s.Store.ProgrammeVersion(ctx, region, version)
	if err != nil {
		return nil, nil, err
	}
	zone, err := s.zoneOf(ctx, region)
	if err != nil {
		return nil, nil, err
	}
	return &v, NormsOf(v.Programme, "", calendar.DateOf(v.Recorded, zone)), nil
}
