package api

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// staffPages are about the people of a region: who they are, their contracts,
// absences and portraits, and the end of their employment.
func staffPages() []pageRoute {
	of := func(r rights.Resource, act rights.Act) rights.Access { return rights.Access{Resource: r, Act: act} }
	change := of(rights.Staff, rights.Change)
	photo := form("/people/{staff}/photo", change, (*visitor).setPhoto)
	photo.longest = service.LargestPortrait + longestPageForm
	return []pageRoute{
		page("/people", change, (*visitor).people),
		page("/people/new", of(rights.Staff, rights.Create), (*visitor).newPerson),
		form("/people/new", of(rights.Staff, rights.Create), (*visitor).addPerson),
		page("/people/{staff}", change, (*visitor).personPage),
		form("/people/{staff}", change, (*visitor).changePerson),
		form("/people/{staff}/hours", change, (*visitor).setPersonHours),
		form("/people/{staff}/contracts", change, (*visitor).addContract),
		form("/people/{staff}/contracts/remove", change, (*visitor).removeContract),
		form("/people/{staff}/absences", of(rights.Absences, rights.Create), (*visitor).addLeave),
		form("/people/{staff}/absences/remove", of(rights.Absences, rights.Remove), (*visitor).removeLeave),
		photo,
		form("/people/{staff}/photo/remove", change, (*visitor).removePhoto),
		page("/people/{staff}/leave", change, (*visitor).leavePage),
		form("/people/{staff}/leave", change, (*visitor).endEmployment),
	}
}

// team is what stands around the pages about people.
func (v *visitor) team(title, region string) web.Frame {
	f := v.regional(title, region)
	f.Styles = []string{"people.css", "team.css"}
	return f
}

// people lists the staff of a region.
func (v *visitor) people() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	body, err := web.NewPeople(web.Region{State: s.State, Plan: s.Plan}, v.Now())
	if err != nil {
		return err
	}
	return v.show(v.team("lead.people", s.State.Region), "people", body)
}

// personPage shows one of the staff.
func (v *visitor) personPage() error {
	return v.showPerson(http.StatusOK, web.PersonForms{Open: v.value("open")})
}

// showPerson shows somebody with the forms that were filled in; the others say what
// is known.
func (v *visitor) showPerson(status int, forms web.PersonForms) error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	body, err := web.NewPerson(web.Region{State: s.State, Plan: s.Plan}, v.Now(), v.param("staff"))
	if err != nil {
		return err
	}
	at := slices.IndexFunc(s.State.Staff, func(p planner.Staff) bool { return p.ID == body.ID })
	p := &s.State.Staff[at]
	if forms.Details == nil {
		forms.Details = v.detailFields(s.State, p)
	}
	if forms.Contract == nil {
		forms.Contract = v.contractFields(s.State, body)
	}
	if forms.Absence == nil {
		forms.Absence = absenceFields()
	}
	if forms.Photo == nil {
		forms.Photo = photoFields()
	}
	if forms.Days == nil {
		forms.Days, forms.Kept = web.WeekOf(v.lang, &p.Pattern, nil, nil)
	}
	forms.Last = lastFields()
	body.Forms = forms
	f := v.team("lead.people", s.State.Region)
	f.Title = body.Name
	return v.showAs(status, f, "person", body)
}

func (v *visitor) personPath(region string) string {
	return web.PersonAddress(region, v.param("staff"))
}

// travelModes, in the order of a form.
var travelModes = []planner.TravelMode{planner.Car, planner.Bicycle}

// detailFields ask who somebody is; p is nil for somebody new.
func (v *visitor) detailFields(s *planner.State, p *planner.Staff) []web.Field {
	if p == nil {
		p = &planner.Staff{Mode: planner.Bicycle}
	}
	var employers, modes []string
	for _, o := range employersFirst(s) {
		employers = append(employers, o.ID, o.Name)
	}
	for _, m := range travelModes {
		modes = append(modes, string(m), v.text("mode."+string(m)))
	}
	limit := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	return []web.Field{
		{Name: "name", Label: "person.name", Kind: "text", Value: p.Name, MaxLength: 200, Required: true, Autocomplete: "off"},
		{Name: "organisation", Label: "person.employer", Kind: "select", Options: choices(p.Organisation, employers...), Required: true},
		{Name: "home_postcode", Label: "person.home", Hint: "person.home.hint", Kind: "text", Value: p.Home.PC4, MaxLength: 7, Required: p.Home.Lat == 0, Autocomplete: "off"},
		{Name: "mode", Label: "person.mode", Kind: "select", Options: choices(string(p.Mode), modes...), Required: true},
		{Name: "skills", Label: "person.skills", Hint: "person.skills.hint", Kind: "text", Value: strings.Join(p.Skills, ", "), MaxLength: 400},
		{Name: "day_cap", Label: "person.day_cap", Hint: "person.cap.hint", Kind: "number", Value: limit(p.DayCap), Min: "0", Max: "100"},
		{Name: "week_cap", Label: "person.week_cap", Kind: "number", Value: limit(p.WeekCap), Min: "0", Max: "500"},
	}
}

// employersFirst are the organisations, those that employ anybody first: the others
// hold locations.
func employersFirst(s *planner.State) []planner.Organisation {
	employs := func(o planner.Organisation) int {
		if slices.ContainsFunc(s.Staff, func(p planner.Staff) bool { return p.Organisation == o.ID }) {
			return 0
		}
		return 1
	}
	out := slices.Clone(s.Organisations)
	slices.SortStableFunc(out, func(a, b planner.Organisation) int {
		return cmp.Or(cmp.Compare(employs(a), employs(b)), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// readDetails takes what was filled in over into a person, and reports whether all
// of it can be.
func (v *visitor) readDetails(fields []web.Field, p *planner.Staff) bool {
	numbers, _, ok := v.read(fields)
	for i := range fields {
		if f := &fields[i]; f.Kind == "select" {
			ok = v.chosen(f) && ok
		}
	}
	postcode := strings.ToUpper(strings.ReplaceAll(v.value("home_postcode"), " ", ""))
	if p.Name, p.Organisation, p.Mode = v.value("name"), v.value("organisation"), planner.TravelMode(v.value("mode")); postcode != p.Home.PC4 {
		p.Home = planner.Point{PC4: postcode}
	}
	p.DayCap, p.WeekCap, p.Skills = max(numbers["day_cap"], 0), max(numbers["week_cap"], 0), nil
	for skill := range strings.SplitSeq(v.value("skills"), ",") {
		if skill = strings.TrimSpace(skill); skill != "" && !slices.Contains(p.Skills, skill) {
			p.Skills = append(p.Skills, skill)
		}
	}
	return ok
}

// chosen marks the choice that was sent, and finds a fault with one that is not
// among them.
func (v *visitor) chosen(f *web.Field) bool {
	found := false
	for i := range f.Options {
		f.Options[i].Chosen = f.Options[i].Value == v.value(f.Name)
		found = found || f.Options[i].Chosen
	}
	if !found && f.Fault == "" {
		f.Fault = v.text("fault.choice")
	}
	return found
}

// changePerson changes who somebody is.
func (v *visitor) changePerson() error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(s.State.Staff, func(p planner.Staff) bool { return p.ID == v.param("staff") })
	if at < 0 {
		return problem.New(problem.NotFound)
	}
	fields, filled := v.detailFields(s.State, &s.State.Staff[at]), s.State.Staff[at]
	ok := v.readDetails(fields, &filled)
	if ok {
		err = v.service.ChangePerson(v.ctx(), s.State.Region, filled.ID, v.value("mark"), func(p *planner.Staff) {
			p.Name, p.Organisation, p.Home, p.Mode, p.Skills, p.DayCap, p.WeekCap = filled.Name, filled.Organisation, filled.Home, filled.Mode, filled.Skills, filled.DayCap, filled.WeekCap
		}, "name", "organisation", "home", "mode", "skills", "day_cap", "week_cap")
		ok = !v.faulty(err, fields)
	}
	if !ok {
		return v.showPerson(http.StatusUnprocessableEntity, web.PersonForms{Details: fields, Open: "details"})
	}
	if err != nil {
		return err
	}
	return v.done(v.personPath(s.State.Region), "said.saved")
}

// setPersonHours sets the weekly working time of somebody.
func (v *visitor) setPersonHours() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	week, problems := web.ParseWeek(v.value, web.HourParts)
	if len(problems) == 0 {
		err = v.service.SetHours(v.ctx(), region, v.param("staff"), week)
		problems, _ = web.ProblemsOf(err)
	}
	if len(problems) > 0 {
		days, _ := web.WeekOf(v.lang, &week, v.filled(web.WeekNames(web.HourParts)...), problems)
		return v.showPerson(http.StatusUnprocessableEntity, web.PersonForms{Days: days, Open: "week"})
	}
	if err != nil {
		return err
	}
	return v.done(v.personPath(region), "said.saved")
}

// addLeave notes when somebody is not there, never why.
func (v *visitor) addLeave() error {
	region, fields, ok, err := v.noteLeave()
	if err != nil {
		return err
	}
	if !ok {
		return v.showPerson(http.StatusUnprocessableEntity, web.PersonForms{Absence: fields, Open: "absent"})
	}
	return v.done(v.personPath(region), "said.absent")
}

// removeLeave takes an absence back.
func (v *visitor) removeLeave() error {
	region, err := v.takeLeaveBack()
	if err != nil {
		return err
	}
	return v.done(v.personPath(region), "said.removed")
}

func photoFields() []web.Field {
	return []web.Field{
		{Name: "photo", Label: "photo.file", Hint: "photo.hint", Kind: "file", Accept: "image/jpeg,image/png,image/webp", Required: true},
		{Name: "agreed", Label: "photo.agreed", Kind: "check", Required: true},
	}
}

// setPhoto takes a portrait; the person must have agreed.
func (v *visitor) setPhoto() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	fields := photoFields()
	if fields[1].Value = v.value("agreed"); fields[1].Value == "" {
		fields[1].Fault = v.text("photo.agreed.fault")
	}
	file, _, err := v.r.FormFile("photo")
	if err != nil {
		fields[0].Fault = v.text("fault.required")
	} else {
		defer func() { _ = file.Close() }() // it was only read
	}
	if fields[0].Fault == "" && fields[1].Fault == "" {
		err = v.service.SetPortrait(v.ctx(), region, v.param("staff"), file)
		switch {
		case errors.Is(err, service.ErrPictureKind):
			fields[0].Fault = v.text("photo.kind")
		case errors.Is(err, service.ErrPictureSize):
			fields[0].Fault = v.text("photo.size")
		case err != nil:
			return err
		default:
			return v.done(v.personPath(region), "said.saved")
		}
	}
	return v.showPerson(http.StatusUnprocessableEntity, web.PersonForms{Photo: fields, Open: "portrait"})
}

// removePhoto takes a portrait away, for good.
func (v *visitor) removePhoto() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	if err := v.service.RemovePortrait(v.ctx(), region, v.param("staff")); err != nil {
		return err
	}
	return v.done(v.personPath(region), "said.removed")
}

func lastFields() []web.Field {
	return []web.Field{{Name: "last", Label: "leaver.last", Hint: "leaver.last.hint", Kind: "date", Required: true}}
}

// leavePage shows what somebody would leave behind who goes after a day.
func (v *visitor) leavePage() error {
	fields := lastFields()
	if v.value("last") == "" {
		return v.showLeaver(http.StatusOK, fields, calendar.NoDate)
	}
	_, dates, ok := v.read(fields)
	if !ok {
		return v.showLeaver(http.StatusUnprocessableEntity, fields, calendar.NoDate)
	}
	return v.showLeaver(http.StatusOK, fields, dates["last"])
}

func (v *visitor) showLeaver(status int, fields []web.Field, last calendar.Date) error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	var d *service.Departure
	if last != calendar.NoDate {
		if d, err = v.service.Leaving(v.ctx(), s.State.Region, v.param("staff"), last); err != nil {
			return err
		}
	}
	body, err := web.NewLeaver(v.lang, web.Region{State: s.State, Plan: s.Plan}, v.Now(), v.param("staff"), d)
	if err != nil {
		return err
	}
	body.Fields = fields
	f := v.team("leaver.title", s.State.Region)
	f.Title = v.text("leaver.head", body.Name)
	return v.showAs(status, f, "leaver", body)
}

// endEmployment ends somebody's contracts after a day whose consequences were seen.
func (v *visitor) endEmployment() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	fields := lastFields()
	_, dates, ok := v.read(fields)
	if !ok {
		return v.showLeaver(http.StatusUnprocessableEntity, fields, calendar.NoDate)
	}
	err = v.service.EndEmployment(v.ctx(), region, v.param("staff"), v.value("mark"), dates["last"])
	if problems, about := web.ProblemsOf(err); about {
		for _, text := range problems {
			fields[0].Fault = strings.TrimSpace(fields[0].Fault + " " + v.lang.Text(text))
		}
		return v.showLeaver(http.StatusUnprocessableEntity, fields, calendar.NoDate)
	}
	if err != nil {
		return err
	}
	return v.done(v.personPath(region), "said.left")
}
