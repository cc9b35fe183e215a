package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// slotPages are about the rules by which people can be booked.
func slotPages() []pageRoute {
	of := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.SlotRules, Act: act} }
	return []pageRoute{
		page("/slot-rules", of(rights.Change), (*visitor).slotRules),
		form("/slot-rules", of(rights.Change), (*visitor).keepSlotRule),
		form("/slot-rules/remove", of(rights.Remove), (*visitor).removeSlotRule),
		form("/slot-rules/adopt", of(rights.Create), (*visitor).adoptSlotRules),
	}
}

// shownSlots is how many moments a preview names.
const shownSlots = 40

// freshRule is what the form of a new rule says.
var freshRule = planner.SlotRule{
	BufferBefore: -1, BufferAfter: -1, NoticeMinutes: planner.DefaultNotice, HorizonDays: planner.DefaultHorizon, Increment: planner.DefaultIncrement,
}

// slotRules lists the rules, with a form for another or for the one that the address
// names.
func (v *visitor) slotRules() error {
	return v.showSlotRules(http.StatusOK, nil, nil, nil)
}

// ruleAsked is the rule that the form or the address is about, as it is kept; a new
// one for none.
func (v *visitor) ruleAsked(rules []planner.SlotRule) (planner.SlotRule, error) {
	id := v.value("rule")
	if id == "" {
		return freshRule, nil
	}
	at := slices.IndexFunc(rules, func(r planner.SlotRule) bool { return r.ID == id })
	if at < 0 {
		return freshRule, service.ErrNotFound
	}
	return rules[at], nil
}

// showSlotRules shows the page; filled is what was filled in, nil for what is kept.
func (v *visitor) showSlotRules(status int, filled *planner.SlotRule, problems web.Problems, preview *service.SlotPreview) error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	rules, own, err := v.service.SlotRules(v.ctx(), s.State.Region)
	if err != nil {
		return err
	}
	body, err := web.NewSlotRules(v.lang, web.Region{State: s.State, Plan: s.Plan}, v.Now(), rules, own)
	if err != nil {
		return err
	}
	for i := range body.Rows {
		body.Rows[i].Path = "/slot-rules?" + url.Values{"region": {s.State.Region}, "rule": {rules[i].ID}}.Encode() + "#rule"
	}
	asked, err := v.ruleAsked(rules)
	if err != nil {
		return err
	}
	if body.Changed = asked.ID; asked.ID != "" {
		if body.Mark, err = service.RuleMark(&asked); err != nil {
			return err
		}
	}
	var values map[string]string
	if filled != nil {
		asked, values = *filled, v.filled(web.WeekNames(web.HourParts)...)
		body.Mark = v.value("mark")
	}
	body.RuleForm(v.lang, s.State, &asked, v.value("location"))
	v.ruleFaults(body, filled != nil, problems)
	body.Days, _ = web.WeekOf(v.lang, &asked.Windows, values, problems)
	if preview != nil {
		zone, err := zoneOf(s.State)
		if err != nil {
			return err
		}
		body.Preview = web.PreviewOf(s.State, zone, v.value("location"), preview)
	}
	return v.showAs(status, v.team("lead.slots", s.State.Region), "slotrules", body)
}

// ruleFaults puts what was filled in and what is wrong with it in the fields.
func (v *visitor) ruleFaults(body *web.SlotRules, filled bool, problems web.Problems) {
	for _, fields := range [][]web.Field{body.Who, body.Fields, body.Location} {
		for i := range fields {
			f := &fields[i]
			if filled && f.Kind == "number" {
				f.Value = v.value(f.Name)
			}
			if text, wrong := problems[f.Name]; wrong {
				f.Fault = v.lang.Text(text)
			}
		}
	}
	body.Faults = len(problems)
}

// readRule reads the form over the rule that it changes.
func (v *visitor) readRule(r planner.SlotRule) (planner.SlotRule, web.Problems) {
	week, problems := web.ParseWeek(v.value, web.HourParts)
	fields := make([]web.Field, 0, len(ruleNumbers))
	for _, name := range ruleNumbers {
		fields = append(fields, web.Field{Name: name, Kind: "number"})
	}
	numbers, _, _ := v.read(fields)
	for _, f := range fields {
		if f.Fault != "" {
			problems[f.Name] = planner.Text{NL: f.Fault, EN: f.Fault}
		}
	}
	r.Role, r.Staff, r.VisitType, r.Windows, r.Approval = v.value("role"), v.value("staff"), v.value("visit_type"), week, v.value("approval") != ""
	r.NoticeMinutes, r.HorizonDays, r.Increment = 60*numbers["notice_minutes"], numbers["horizon_days"], numbers["increment"]
	r.BufferBefore, r.BufferAfter = numbers["buffer_before"], numbers["buffer_after"]
	r.MaxDay, r.AcuteHours = max(numbers["max_day"], 0), max(numbers["acute_hours"], 0)
	return r, problems
}

// ruleNumbers are the fields of a rule that are numbers; what is left empty is −1.
var ruleNumbers = []string{"notice_minutes", "horizon_days", "increment", "max_day", "buffer_before", "buffer_after", "acute_hours"}

// keepSlotRule keeps a rule, or shows what it would offer.
func (v *visitor) keepSlotRule() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	rules, _, err := v.service.SlotRules(v.ctx(), region)
	if err != nil {
		return err
	}
	asked, err := v.ruleAsked(rules)
	if err != nil {
		return err
	}
	rule, problems := v.readRule(asked)
	look := v.value("do") != "keep"
	var preview *service.SlotPreview
	if len(problems) == 0 {
		switch {
		case look:
			preview, err = v.service.PreviewSlots(v.ctx(), region, rule, v.value("location"), shownSlots)
		case rule.ID == "":
			_, err = v.service.AddSlotRule(v.ctx(), region, rule)
		default:
			err = v.service.ChangeSlotRule(v.ctx(), region, rule, service.RuleSeen(v.value("mark")))
		}
		var input service.InputErrors
		if errors.As(err, &input) {
			problems, _ = web.ProblemsOf(err)
			if text, wrong := problems["windows"]; wrong {
				problems["mo"] = text
			}
		} else if err != nil {
			return err
		}
	}
	switch {
	case len(problems) > 0:
		return v.showSlotRules(http.StatusUnprocessableEntity, &rule, problems, nil)
	case look:
		return v.showSlotRules(http.StatusOK, &rule, nil, preview)
	}
	return v.done(v.at("/slot-rules", region), "said.rule")
}

// removeSlotRule removes a rule; what was booked by it stays.
func (v *visitor) removeSlotRule() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	if err := v.service.RemoveSlotRule(v.ctx(), region, v.value("rule"), service.RuleSeen(v.value("mark"))); err != nil {
		return err
	}
	return v.done(v.at("/slot-rules", region), "said.removed")
}

// adoptSlotRules makes the rules that hold by default the region's own.
func (v *visitor) adoptSlotRules() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	if err := v.service.AdoptSlotRules(v.ctx(), region); err != nil {
		return err
	}
	return v.done(v.at("/slot-rules", region), "said.adopted")
}
