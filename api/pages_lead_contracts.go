package api

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// mostHours is the longest contract a week, in hundredths of an hour.
const mostHours = 6000

// termFields ask what a contract says.
func (v *visitor) termFields(s *planner.State, c planner.Contract) []web.Field {
	var roles []string
	for i := range s.Programme.Roles {
		roles = append(roles, s.Programme.Roles[i].ID, v.roleName(s, s.Programme.Roles[i].ID))
	}
	budgets := []string{string(planner.WithoutIndication), v.text("budget.without"), string(planner.WithIndication), v.text("budget.with")}
	hours, most := "", ""
	if c.HoursWeek > 0 {
		hours = v.lang.Hundredths(c.HoursWeek)
	}
	if c.MaxLocations > 0 {
		most = strconv.Itoa(c.MaxLocations)
	}
	return []web.Field{
		{Name: "role", Label: "board.role", Kind: "select", Options: choices(c.Role, roles...), Required: true},
		{Name: "hours_week", Label: "contract.hours", Hint: "contract.hours.hint", Kind: "text", Value: hours, MaxLength: 6, Required: true},
		{Name: "valid_from", Label: "contract.from", Hint: "contract.from.hint", Kind: "date"},
		{Name: "valid_to", Label: "contract.to", Hint: "contract.to.hint", Kind: "date"},
		{Name: "budget", Label: "contract.budget", Kind: "select", Options: choices(string(c.Budget), budgets...), Required: true},
		{Name: "max_locations", Label: "contract.most", Hint: "contract.most.hint", Kind: "number", Value: most, Min: "0", Max: "100000"},
	}
}

// contractFields ask for a contract of somebody who is there: another one, or one
// that takes the place of another from a day on. The address can name which.
func (v *visitor) contractFields(s *planner.State, p *web.Person) []web.Field {
	asked, filled := v.value("contract"), planner.Contract{}
	options := []string{"", v.text("contract.none")}
	for _, c := range p.Contracts {
		from := v.text("contract.open")
		if c.From != calendar.NoDate {
			from = c.From.String()
		}
		options = append(options, strconv.Itoa(c.At), v.text("contract.name", v.lang.Text(c.Role), v.lang.Hundredths(c.Hours), from))
	}
	for _, m := range s.Staff {
		if at, err := strconv.Atoi(asked); m.ID == p.ID && err == nil && at >= 0 && at < len(m.Contracts) {
			filled = m.Contracts[at]
		}
	}
	return append([]web.Field{{Name: "contract", Label: "contract.instead", Hint: "contract.instead.hint", Kind: "select", Options: choices(asked, options...)}}, v.termFields(s, filled)...)
}

// readTerms reads what a contract says, and reports whether it can be one.
func (v *visitor) readTerms(fields []web.Field) (c planner.Contract, ok bool) {
	numbers, dates, ok := v.read(fields)
	c = planner.Contract{
		Role: v.value("role"), Budget: planner.Budget(v.value("budget")), MaxLocations: max(numbers["max_locations"], 0), From: calendar.NoDate, To: calendar.NoDate,
	}
	for i := range fields {
		switch f := &fields[i]; {
		case f.Kind == "select":
			ok = v.chosen(f) && ok
		case f.Name == "hours_week" && f.Fault == "":
			hours, err := strconv.ParseFloat(strings.Replace(f.Value, ",", ".", 1), 64)
			if c.HoursWeek = int(math.Round(100 * hours)); err != nil || !(hours > 0 && c.HoursWeek <= mostHours) {
				f.Fault, ok = v.text("contract.hours.fault"), false
			}
		case f.Name == "valid_from" && f.Value != "":
			c.From = dates[f.Name]
		case f.Name == "valid_to" && f.Value != "":
			if c.To = dates[f.Name]; f.Fault == "" && c.To < c.From {
				f.Fault, ok = v.text("fault.order"), false
			}
		}
	}
	return c, ok
}

// addContract gives somebody a contract, or other hours from a day on.
func (v *visitor) addContract() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	p, err := web.NewPerson(web.Region{State: s.State, Plan: s.Plan}, v.Now(), v.param("staff"))
	if err != nil {
		return err
	}
	fields := v.contractFields(s.State, p)
	c, ok := v.readTerms(fields)
	at, err := strconv.Atoi(v.value("contract"))
	if err != nil {
		at = -1
	}
	if ok {
		err = v.service.ChangePerson(v.ctx(), s.State.Region, p.ID, v.value("mark"), func(m *planner.Staff) { *m = m.WithContract(at, c) }, "contracts")
		ok = !v.faulty(err, fields)
	}
	if !ok {
		return v.showPerson(http.StatusUnprocessableEntity, web.PersonForms{Contract: fields, Open: "terms"})
	}
	if err != nil {
		return err
	}
	return v.done(v.personPath(s.State.Region), "said.contract")
}

// removeContract takes a contract away that was never meant.
func (v *visitor) removeContract() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	at, err := strconv.Atoi(v.value("contract"))
	if err != nil {
		return service.ErrNotFound
	}
	err = v.service.ChangePerson(v.ctx(), region, v.param("staff"), v.value("mark"), func(p *planner.Staff) {
		if at >= 0 && at < len(p.Contracts) {
			p.Contracts = slices.Delete(p.Contracts, at, at+1)
		}
	}, "contracts")
	if err != nil {
		return err
	}
	return v.done(v.personPath(region), "said.removed")
}

// newPerson asks who comes in.
func (v *visitor) newPerson() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	office := calendar.Span{From: 9 * 60, To: 17 * 60}
	week := calendar.Week{nil, {office}, {office}, {office}, {office}, {office}, nil}
	days, _ := web.WeekOf(v.lang, &week, nil, nil)
	return v.showNewPerson(http.StatusOK, s.State, v.newFields(s.State), days)
}

func (v *visitor) newFields(s *planner.State) []web.Field {
	details := v.detailFields(s, nil)
	id := web.Field{Name: "staff_id", Label: "person.id", Hint: "person.id.hint", Kind: "text", MaxLength: 64, Autocomplete: "off"}
	return slices.Concat(details[:2], v.termFields(s, planner.Contract{}), details[2:], []web.Field{id})
}

func (v *visitor) showNewPerson(status int, s *planner.State, fields []web.Field, days []web.DayFields) error {
	return v.showAs(status, v.team("person.new", s.Region), "person.new", web.NewPersonForm{Region: s.Region, Fields: fields, Days: days, Employers: len(s.Organisations) > 0, Roles: len(s.Programme.Roles) > 0})
}

// addPerson makes somebody a member of staff.
func (v *visitor) addPerson() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	fields := v.newFields(s.State)
	p := planner.Staff{ID: v.value("staff_id")}
	if p.ID == "" {
		p.ID = "m-" + strings.ToLower(v.nonce[:8])
	}
	c, ok := v.readTerms(fields)
	ok = v.readDetails(fields, &p) && ok
	week, problems := web.ParseWeek(v.value, web.HourParts)
	if len(problems) == 0 && !slices.ContainsFunc(week[:], func(day []calendar.Span) bool { return len(day) > 0 }) {
		problems["mo"] = planner.Text{NL: "Vul ten minste één werktijd in.", EN: "Fill in at least one working time."}
	}
	if p.Contracts, p.Pattern = []planner.Contract{c}, week; ok && len(problems) == 0 {
		err = v.service.AddPerson(v.ctx(), s.State.Region, &p)
		ok = !v.faulty(err, fields)
	}
	if !ok || len(problems) > 0 {
		days, _ := web.WeekOf(v.lang, &week, v.filled(web.WeekNames(web.HourParts)...), problems)
		return v.showNewPerson(http.StatusUnprocessableEntity, s.State, fields, days)
	}
	if err != nil {
		return err
	}
	return v.done(web.PersonAddress(s.State.Region, p.ID), "said.person")
}
