package web

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Person is one of the staff, with all that a lead changes of them.
type Person struct {
	PersonRow
	Region, ID string
	// Mark is what a form carries of what was seen; see service.PersonMark.
	Mark      string
	Contracts []ContractRow
	Months    []PersonMonth
	Places    []PersonPlace
	Absences  []AbsenceRow
	Forms     PersonForms
	// Own says that the photo is one that was put in here.
	Own bool
}

// PersonForms are the forms of the page.
type PersonForms struct {
	Details, Contract, Absence, Photo, Last []Field
	Days                                    []DayFields
	// Kept says that a day has more parts than the form; it then changes nothing.
	Kept bool
	// Open is the id of the form that was asked for or has faults.
	Open string
}

// NewPersonForm is the page that asks who comes in.
type NewPersonForm struct {
	Region string
	Fields []Field
	Days   []DayFields
	// Employers and Roles say that there are any: without them nobody can come in.
	Employers, Roles bool
}

// Blank is what stands there while nobody can come in.
func (n NewPersonForm) Blank() Blank {
	return Blank{Title: "person.new.none", Text: "person.new.none.text", Next: "blank.data.next", Path: "/import?" + url.Values{"region": {n.Region}}.Encode()}
}

// ContractRow is a contract; At is its place among the person's.
type ContractRow struct {
	At         int
	Role       planner.Text
	Budget     string
	Hours, FTE int
	Most       int
	From, To   calendar.Date
	// State is the key of when it is: now, past or later.
	State string
	Last  bool
}

// PersonMonth is what somebody's contracts give in a month and what the plan asks of
// it, in minutes.
type PersonMonth struct {
	Month planner.Month
	// FTE is the contracts' on the first day in force, in hundredths.
	FTE int
	// Contract − Off − NonCase = Net; Off is public holidays and absences.
	Contract, Off, NonCase, Net int64
	// Work is what the plan asks; below 0 outside its period.
	Work int64
}

// Over reports whether the plan asks more than there is.
func (m PersonMonth) Over() bool { return m.Work > m.Net }

// PersonPlace is a district with the locations that somebody has there.
type PersonPlace struct {
	District  string
	Locations []string
}

// personMonths is how far the page about somebody looks ahead.
const personMonths = 12

// NewPerson makes the page about somebody without its forms. It gives
// service.ErrNotFound for nobody.
func NewPerson(r Region, now time.Time, staff string) (*Person, error) {
	f, err := factsOf(r, now)
	if err != nil {
		return nil, err
	}
	s := f.staff[staff]
	if s == nil {
		return nil, service.ErrNotFound
	}
	p := &Person{PersonRow: f.personRow(s), Region: f.state.Region, ID: staff, Own: ownPicture(s.Photo)}
	if p.Mark, err = service.PersonMark(s); err != nil {
		return nil, err
	}
	for i := range s.Contracts {
		p.Contracts = append(p.Contracts, f.contractRow(s, i))
	}
	slices.SortStableFunc(p.Contracts, func(a, b ContractRow) int { return cmp.Compare(a.From, b.From) })
	if p.Months, err = f.personMonths(s, r.Plan); err != nil {
		return nil, err
	}
	p.Places = f.placesOf(staff)
	for i := range f.state.Absences {
		if a := &f.state.Absences[i]; a.Staff == staff {
			row := AbsenceRow{From: a.From, To: a.To, Key: AbsenceKey(a)}
			if !a.Part.Empty() {
				row.Part = a.Part.From.String() + "–" + a.Part.To.String()
			}
			p.Absences = append(p.Absences, row)
		}
	}
	slices.SortFunc(p.Absences, func(a, b AbsenceRow) int { return cmp.Compare(a.From, b.From) })
	return p, nil
}

func (f *facts) contractRow(s *planner.Staff, at int) ContractRow {
	c := &s.Contracts[at]
	row := ContractRow{
		At: at, Role: f.roleName(c.Role), Budget: "budget." + string(cmp.Or(c.Budget, planner.WithoutIndication)), Hours: c.HoursWeek, FTE: f.fteOf(s, c),
		Most: c.MaxLocations, From: c.From, To: c.To, State: "contract.now", Last: len(s.Contracts) == 1,
	}
	switch {
	case c.From > f.today:
		row.State = "contract.later"
	case !c.On(f.today):
		row.State = "contract.past"
	}
	return row
}

// personMonths lays what contracts give beside what the plan asks, from this month
// on.
func (f *facts) personMonths(s *planner.Staff, plan *planner.Plan) ([]PersonMonth, error) {
	first := calendar.NewDate(f.today.Year(), f.today.Time().Month(), 1)
	p := planner.Period{From: first, To: calendar.DateOf(first.Time().AddDate(0, personMonths, -1), time.UTC)}
	one := *f.state
	one.Staff = []planner.Staff{*s}
	one.Absences = slices.DeleteFunc(slices.Clone(f.state.Absences), func(a planner.Absence) bool { return a.Staff != s.ID })
	lines, err := planner.Supply(&one, p)
	if err != nil {
		return nil, err
	}
	out := make([]PersonMonth, personMonths)
	index := map[planner.Month]*PersonMonth{}
	for i := range out {
		day := calendar.DateOf(first.Time().AddDate(0, i, 0), time.UTC)
		out[i] = PersonMonth{Month: planner.MonthOf(day), Work: -1}
		index[out[i].Month] = &out[i]
		for k := range s.Contracts {
			if c := &s.Contracts[k]; c.On(max(day, f.today)) {
				out[i].FTE += f.fteOf(s, c)
			}
		}
	}
	for i := range lines {
		if m, l := index[lines[i].Month], &lines[i]; m != nil {
			m.Contract, m.Off, m.NonCase, m.Net = m.Contract+l.Contract, m.Off+l.Holiday+l.Absent, m.NonCase+l.NonCase, m.Net+l.Net
		}
	}
	if plan == nil {
		return out, nil
	}
	within := p.Overlap(plan.From, plan.To)
	loads, err := planner.Loads(f.state, plan.Visits, within)
	for i := range loads {
		if l := &loads[i]; l.Staff == s.ID && l.Kind != planner.NonCaseWork && index[l.Month] != nil {
			index[l.Month].Work = max(0, index[l.Month].Work) + l.Minutes
		}
	}
	return out, err
}

func (f *facts) placesOf(staff string) []PersonPlace {
	var ids []string
	for at, who := range f.primary {
		if who == staff {
			ids = append(ids, at.location)
		}
	}
	return f.byDistrict(ids)
}

// byDistrict lays locations out by district, both by name, each once.
func (f *facts) byDistrict(ids []string) (out []PersonPlace) {
	for _, id := range ids {
		l := f.locations[id]
		if l == nil {
			continue
		}
		district, name := f.districtName(l.District), f.locationName(l.ID)
		k := slices.IndexFunc(out, func(p PersonPlace) bool { return p.District == district })
		if k < 0 {
			k, out = len(out), append(out, PersonPlace{District: district})
		}
		if !slices.Contains(out[k].Locations, name) {
			out[k].Locations = append(out[k].Locations, name)
		}
	}
	for i := range out {
		slices.Sort(out[i].Locations)
	}
	slices.SortFunc(out, func(a, b PersonPlace) int {
		return cmp.Or(lastWhenEmpty(a.District, b.District), cmp.Compare(a.District, b.District))
	})
	return out
}

// leftPlaces lays out what is left without somebody.
func (f *facts) leftPlaces(all []planner.LeftPlace) (out []LeftPlaces) {
	type key struct {
		role   string
		backup bool
	}
	ids := map[key][]string{}
	for _, p := range all {
		k := key{p.Role, p.Kind == planner.Backup}
		ids[k] = append(ids[k], p.Location)
	}
	for k, list := range ids {
		out = append(out, LeftPlaces{Role: f.roleName(k.role), Backup: k.backup, Count: len(list), Places: f.byDistrict(list)})
	}
	slices.SortFunc(out, func(a, b LeftPlaces) int {
		return cmp.Or(boolFirst(!a.Backup, !b.Backup), cmp.Compare(a.Role.NL, b.Role.NL))
	})
	return out
}

// WeekOf are the fields of somebody's weekly working time, and whether a day has
// more parts than they show.
func WeekOf(l Lang, week *calendar.Week, values map[string]string, problems Problems) (days []DayFields, kept bool) {
	for _, spans := range week {
		kept = kept || len(spans) > hourParts
	}
	return weekFields(&MyForm{Mine: Mine{Lang: l}, Values: values, Problems: problems}, week, hourParts), kept
}

// Leaver is what somebody leaves behind who goes after a day.
type Leaver struct {
	Region, ID, Name, Mark string
	Fields                 []Field
	// Asked says that a day was given, which is Last.
	Asked bool
	Last  calendar.Date
	// Places are the locations by role: those that they are first at, then those
	// they stand in at.
	Places   []LeftPlaces
	Visits   []LeftVisit
	More     int
	Bookings []LeftVisit
	Meetings []string
	Cases    int
	Rules    int
	Feeds    int
}

// LeftPlaces are the locations that are left without somebody in a role, by
// district.
type LeftPlaces struct {
	Role   planner.Text
	Backup bool
	Count  int
	Places []PersonPlace
}

// LeftVisit is a visit or a booking that somebody was to make.
type LeftVisit struct {
	When  string
	Where string
	What  planner.Text
	// Others says who else comes.
	Others []string
}

// shownLeft is how many visits the page names.
const shownLeft = 20

// Nothing reports whether they leave nothing behind.
func (v *Leaver) Nothing() bool {
	return len(v.Places)+len(v.Visits)+len(v.Bookings)+len(v.Meetings)+v.Cases+v.Rules+v.Feeds == 0
}

// PlaceCount is how many locations are left, in whatever role.
func (v *Leaver) PlaceCount() (n int) {
	for _, p := range v.Places {
		n += p.Count
	}
	return n
}

// VisitCount is how many visits they were to make, those that are not named too.
func (v *Leaver) VisitCount() int { return len(v.Visits) + v.More }

// NewLeaver makes the page about the end of somebody's employment; d is nil before
// a day is given.
func NewLeaver(l Lang, r Region, now time.Time, staff string, d *service.Departure) (*Leaver, error) {
	f, err := factsOf(r, now)
	if err != nil {
		return nil, err
	}
	s := f.staff[staff]
	if s == nil {
		return nil, service.ErrNotFound
	}
	out := &Leaver{Region: f.state.Region, ID: staff, Name: f.staffName(staff)}
	if out.Mark, err = service.PersonMark(s); err != nil || d == nil {
		return out, err
	}
	out.Asked, out.Last, out.Cases, out.Rules, out.Feeds = true, d.On, len(d.Cases), len(d.Rules), len(d.Feeds)
	out.Places = f.leftPlaces(d.Places)
	for _, v := range d.Visits[:min(len(d.Visits), shownLeft)] {
		row := LeftVisit{When: l.moment(v.Start.In(f.zone)), Where: f.locationName(v.Location), What: f.typeName(v.VisitType)}
		for _, c := range v.Crew {
			if c.Staff != staff {
				row.Others = append(row.Others, f.staffName(c.Staff))
			}
		}
		out.Visits = append(out.Visits, row)
	}
	out.More = len(d.Visits) - len(out.Visits)
	for i := range d.Bookings {
		b := &d.Bookings[i]
		out.Bookings = append(out.Bookings, LeftVisit{When: l.moment(b.Start.In(f.zone)), Where: f.locationName(b.Location), What: f.typeName(b.VisitType)})
	}
	for _, id := range d.Meetings {
		at := slices.IndexFunc(f.state.Meetings, func(m planner.Meeting) bool { return m.ID == id })
		out.Meetings = append(out.Meetings, f.state.Meetings[at].Name)
	}
	return out, nil
}
