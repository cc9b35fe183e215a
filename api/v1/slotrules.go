package v1

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// bookingKey takes the key of a page of bookings apart.
func bookingKey(after string) (time.Time, string, error) {
	at, id, found := strings.Cut(after, " ")
	start, err := time.Parse(time.RFC3339Nano, at)
	if err != nil || !found {
		return start, "", fmt.Errorf("key of a booking %q", after)
	}
	return start, id, nil
}

// Window is a part of a week in which a visit can be booked.
type Window struct {
	Day  int    `json:"day" minimum:"0" maximum:"6" doc:"The day of the week: 0 is Sunday."`
	From string `json:"from" pattern:"^[0-2][0-9]:[0-5][0-9]$" example:"13:00"`
	To   string `json:"to" pattern:"^[0-2][0-9]:[0-5][0-9]$" example:"15:00"`
}

// SlotRuleInput is a rule by which people can be booked.
type SlotRuleInput struct {
	Role          string   `json:"role" maxLength:"100" doc:"The role in which somebody comes."`
	Staff         string   `json:"staff_id,omitempty" maxLength:"100" doc:"This person only; left out, everybody of the role without a rule of their own."`
	VisitType     string   `json:"visit_type" maxLength:"100"`
	Windows       []Window `json:"windows,omitempty" maxItems:"100" doc:"The week; left out, the role's consult time, and where there is none all working time."`
	BufferBefore  *int     `json:"buffer_before_minutes,omitempty" minimum:"0" doc:"Time kept free before; left out, the visit type's."`
	BufferAfter   *int     `json:"buffer_after_minutes,omitempty" minimum:"0" doc:"Time kept free after; left out, the visit type's."`
	NoticeMinutes int      `json:"notice_minutes,omitempty" minimum:"0" doc:"The least time from now to the start."`
	HorizonDays   int      `json:"horizon_days" minimum:"1" doc:"How many days ahead can be booked."`
	Increment     int      `json:"increment_minutes" minimum:"5" doc:"The step of the starts: a multiple of 5."`
	MaxDay        int      `json:"max_a_day,omitempty" minimum:"0" doc:"How many bookings a person has in a day at most; 0 for no limit."`
	Approval      bool     `json:"needs_approval,omitempty"`
	AcuteHours    int      `json:"acute_hours,omitempty" minimum:"0" doc:"Above 0 the windows are kept for acute questions until so many hours before."`
	With          []string `json:"with_roles,omitempty" maxItems:"10" doc:"Roles that must be there too."`
	Pool          []string `json:"pool_roles,omitempty" maxItems:"10" doc:"Roles of which one more person must be there."`
}

// SlotRule is a rule with its id.
type SlotRule struct {
	ID string `json:"id"`
	SlotRuleInput
}

func ruleOf(r *planner.SlotRule) SlotRule {
	out := SlotRule{r.ID, SlotRuleInput{
		Role: r.Role, Staff: r.Staff, VisitType: r.VisitType, BufferBefore: unlessNegative(r.BufferBefore), BufferAfter: unlessNegative(r.BufferAfter), NoticeMinutes: r.NoticeMinutes,
		HorizonDays: r.HorizonDays, Increment: r.Increment, MaxDay: r.MaxDay, Approval: r.Approval, AcuteHours: r.AcuteHours, With: r.With, Pool: r.Pool,
	}}
	for day, spans := range r.Windows {
		for _, s := range spans {
			out.Windows = append(out.Windows, Window{day, s.From.String(), s.To.String()})
		}
	}
	return out
}

func unlessNegative(n int) *int {
	if n < 0 {
		return nil
	}
	return &n
}

func orNone(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

// rule reads the input; a time that is none becomes an empty window, which the
// service refuses with the rest.
func (in *SlotRuleInput) rule(id string) planner.SlotRule {
	r := planner.SlotRule{
		ID: id, Role: in.Role, Staff: in.Staff, VisitType: in.VisitType, BufferBefore: orNone(in.BufferBefore), BufferAfter: orNone(in.BufferAfter),
		NoticeMinutes: in.NoticeMinutes, HorizonDays: in.HorizonDays, Increment: in.Increment, MaxDay: in.MaxDay, Approval: in.Approval,
		AcuteHours: in.AcuteHours, With: in.With, Pool: in.Pool,
	}
	for _, w := range in.Windows {
		from, err1 := calendar.ParseClock(w.From)
		to, err2 := calendar.ParseClock(w.To)
		if err1 != nil || err2 != nil {
			from, to = 0, 0
		}
		r.Windows[w.Day] = append(r.Windows[w.Day], calendar.Span{From: from, To: to})
	}
	return r
}

type slotRuleIn struct {
	InRegion
	Body SlotRuleInput
}

// InSlotRule names a rule in the path of an operation.
type InSlotRule struct {
	InRegion
	ID string `path:"id" maxLength:"120" doc:"The rule's id."`
}

// SlotRuleWriting is a change of a rule that somebody has seen.
type SlotRuleWriting struct {
	InSlotRule
	IfMatch string `header:"If-Match" doc:"The ETag of the rule as you saw it."`
}

func (w *SlotRuleWriting) unchanged(r planner.SlotRule) error {
	return unchanged(w.IfMatch, ruleOf(&r))
}

type slotRuleChange struct {
	SlotRuleWriting
	Body SlotRuleInput
}

type slotRuleOne struct {
	ETag string `header:"ETag"`
	Body SlotRule
}

// SlotRuleList is the rules of a region.
type SlotRuleList struct {
	Items []SlotRule `json:"items" nullable:"false"`
	Own   bool       `json:"own" doc:"The region made them; else they follow from the consult time of its roles."`
}

type slotRuleList struct{ Body SlotRuleList }

// slotRules lists the rules that the caller may see.
func (a *API) slotRules(ctx context.Context, region string) ([]planner.SlotRule, bool, error) {
	rules, own, err := a.of(ctx).SlotRules(ctx, region)
	if c := rights.CallerOf(ctx); err == nil && c.Reach == rights.Own {
		rules = service.OwnSlotRules(rules, c.Staff)
	}
	return rules, own, err
}

func (a *API) aboutSlotRules() {
	access := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.SlotRules, Act: act} }
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/regions/{region}/slot-rules" + path, Tags: []string{"bookings"}, Summary: summary}
	}
	add(a, access(rights.Read), op("listSlotRules", http.MethodGet, "", "By which rules people can be booked"), func(ctx context.Context, in *InRegion) (*slotRuleList, error) {
		rules, own, err := a.slotRules(ctx, in.id())
		out := &slotRuleList{SlotRuleList{[]SlotRule{}, own}}
		for i := range rules {
			out.Body.Items = append(out.Body.Items, ruleOf(&rules[i]))
		}
		return out, err
	})
	add(a, access(rights.Read), op("getSlotRule", http.MethodGet, "/{id}", "One rule"), func(ctx context.Context, in *InSlotRule) (*slotRuleOne, error) {
		rules, _, err := a.slotRules(ctx, in.id())
		for i := range rules {
			if rules[i].ID == in.ID {
				r := ruleOf(&rules[i])
				return &slotRuleOne{etagOf(r), r}, nil
			}
		}
		if err == nil {
			err = service.ErrNotFound
		}
		return nil, err
	})
	create := op("createSlotRule", http.MethodPost, "", "A new rule")
	create.DefaultStatus = http.StatusCreated
	add(a, access(rights.Create), create, func(ctx context.Context, in *slotRuleIn) (*slotRuleOne, error) {
		rule, err := a.of(ctx).AddSlotRule(ctx, in.id(), in.Body.rule(""))
		if err != nil {
			return nil, bookingFault(ctx, "body", err)
		}
		r := ruleOf(&rule)
		return &slotRuleOne{etagOf(r), r}, nil
	})
	change := op("changeSlotRule", http.MethodPut, "/{id}", "Another rule in the place of one")
	change.Errors = []int{412, 428}
	add(a, access(rights.Change), change, func(ctx context.Context, in *slotRuleChange) (*slotRuleOne, error) {
		rule := in.Body.rule(in.ID)
		if err := a.of(ctx).ChangeSlotRule(ctx, in.id(), rule, in.unchanged); err != nil {
			return nil, bookingFault(ctx, "body", err)
		}
		r := ruleOf(&rule)
		return &slotRuleOne{etagOf(r), r}, nil
	})
	remove := op("removeSlotRule", http.MethodDelete, "/{id}", "Remove a rule; what was booked by it stays")
	remove.Errors = []int{412, 428}
	add(a, access(rights.Remove), remove, func(ctx context.Context, in *SlotRuleWriting) (*struct{}, error) {
		return nil, a.of(ctx).RemoveSlotRule(ctx, in.id(), in.ID, in.unchanged)
	})
}
