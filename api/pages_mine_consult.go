package api

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

func (v *visitor) consultPage() error { return v.showConsult(http.StatusOK, web.MyForm{}) }

func (v *visitor) showConsult(status int, f web.MyForm) error {
	m, err := v.me()
	if err != nil {
		return err
	}
	f.Mine = *m
	c := web.Consult{MyForm: f}
	rules, _, err := v.service.SlotRules(v.ctx(), v.caller.Region)
	if err != nil {
		return err
	}
	c.Rules = service.OwnSlotRules(rules, m.Staff)
	body, err := web.NewConsultPage(&c)
	if err != nil {
		return err
	}
	return v.showAs(status, v.ours("mine.consult"), "mine.consult", body)
}

// ruleForm are the fields of a rule besides those of its week.
var ruleForm = []string{"type", "role", "notice", "horizon", "most", "approval"}

// ruleFields names the field of the form for each of the service.
var ruleFields = map[string]string{
	"visit_type": "type", "role": "role", "staff": "role", "notice_minutes": "notice", "horizon_days": "horizon", "max_day": "most", "windows": "mo",
}

// addRule keeps a rule of the caller's own.
func (v *visitor) addRule() error {
	region, staff, err := v.person()
	if err != nil {
		return err
	}
	week, problems := web.ParseWeek(v.value, 1)
	number := func(name string, empty int) int {
		text := v.value(name)
		if text == "" {
			return empty
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			problems[name] = planner.Text{NL: "Vul een getal in, zoals 24.", EN: "Fill in a number, such as 24."}
		}
		return n
	}
	rule := planner.SlotRule{
		Role: v.value("role"), Staff: staff, VisitType: v.value("type"), Windows: week, BufferBefore: -1, BufferAfter: -1,
		NoticeMinutes: 60 * number("notice", -1), HorizonDays: number("horizon", 0), Increment: planner.DefaultIncrement, MaxDay: number("most", 0),
		Approval: v.value("approval") != "",
	}
	if len(problems) == 0 {
		_, err = v.service.AddSlotRule(v.ctx(), region, rule)
		var input service.InputErrors
		if errors.As(err, &input) {
			for _, x := range input {
				problems[ruleFields[x.Field]] = x.Text
			}
		} else if err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		return v.showConsult(http.StatusUnprocessableEntity, web.MyForm{Problems: problems, Values: v.filled(append(web.WeekNames(1), ruleForm...)...)})
	}
	return v.done("/my/consult", "said.rule")
}

func (v *visitor) removeRule() error {
	region, _, err := v.person()
	if err != nil {
		return err
	}
	if err := v.service.RemoveSlotRule(v.ctx(), region, v.value("id"), nil); err != nil {
		return err
	}
	return v.done("/my/consult", "said.removed")
}

// decided answers after a booking was answered; one that somebody else answered
// meanwhile is as it is now.
func (v *visitor) decided(err error, said string) error {
	if errors.Is(err, service.ErrConflict) {
		err, said = nil, "said.answered"
	}
	if err != nil {
		return err
	}
	return v.done("/my/consult", said)
}

func (v *visitor) approve() error {
	region, _, err := v.person()
	if err != nil {
		return err
	}
	_, err = v.service.Approve(v.ctx(), region, v.param("booking"), nil)
	return v.decided(err, "said.approved")
}

func (v *visitor) decline() error {
	region, _, err := v.person()
	if err != nil {
		return err
	}
	_, err = v.service.Decline(v.ctx(), region, v.param("booking"), v.value("reason"), nil)
	if _, about := web.ProblemsOf(err); about {
		return problem.New(problem.BadRequest)
	}
	return v.decided(err, "said.declined")
}

// callOff cancels a booking because the person cannot come after all.
func (v *visitor) callOff() error {
	region, _, err := v.person()
	if err != nil {
		return err
	}
	_, err = v.service.Cancel(v.ctx(), region, v.param("booking"), "staff_unavailable", nil)
	return v.decided(err, "said.off")
}

func (v *visitor) myCalendarPage() error { return v.showMyCalendar(nil) }

func (v *visitor) showMyCalendar(made *web.Subscription) error {
	m, err := v.me()
	if err != nil {
		return err
	}
	feeds, err := v.ownFeeds(service.FeedScope{Region: v.caller.Region, Kind: service.StaffFeed, ID: m.Staff})
	if err != nil {
		return err
	}
	body, err := web.NewMyCalendarPage(&web.MyCalendar{Mine: *m, Feeds: feeds, Made: made})
	if err != nil {
		return err
	}
	return v.show(v.ours("mine.calendar"), "mine.calendar", body)
}

func (v *visitor) makeMyFeed() error {
	region, staff, err := v.person()
	if err != nil {
		return err
	}
	level := service.FeedLevel(v.value("level"))
	if level != "no_names" && level != "busy" {
		level = service.FullFeed
	}
	made, err := v.makeFeed(service.FeedScope{Region: region, Kind: service.StaffFeed, ID: staff}, level)
	if err != nil {
		return err
	}
	return v.showMyCalendar(made)
}

func (v *visitor) endMyFeed() error {
	region, staff, err := v.person()
	if err != nil {
		return err
	}
	if err := v.endFeed(service.FeedScope{Region: region, Kind: service.StaffFeed, ID: staff}); err != nil {
		return err
	}
	return v.done("/my/calendar", "said.feed.ended")
}
