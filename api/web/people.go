package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// People are the staff of a region: what they work, and what they carry.
type People struct {
	Region string
	// Sums are the roles that anybody works in today.
	Sums []RoleSum
	Rows []PersonRow
	// Planned says that there is a plan to carry.
	Planned bool
}

// Blank is what stands there while nobody is in.
func (p *People) Blank() Blank {
	return Blank{Title: "people.none", Text: "people.none.text", Next: "blank.data.next", Path: "/import?" + url.Values{"region": {p.Region}}.Encode()}
}

// RoleSum is what the people of a role are together today.
type RoleSum struct {
	Name planner.Text
	// People counts them, FTE is theirs together, in hundredths.
	People, FTE int
	// Load and Capacity are those of the plan's year, in minutes.
	Load, Capacity int64
}

// Share is how full the year is; 0 without capacity.
func (r RoleSum) Share() float64 {
	if r.Capacity <= 0 {
		return 0
	}
	return float64(r.Load) / float64(r.Capacity)
}

// PersonRow is one of the staff in the list.
type PersonRow struct {
	Face
	Path string
	// Work is what their contracts of today say, by role; FTE is all of it.
	Work []WorkLine
	FTE  int
	// Loads are those of the plan, a row for each role.
	Loads     []LoadRow
	Locations int
	Districts []string
	States    []PersonState
	gone      bool
}

// WorkLine is what somebody works in a role: hours a week and FTE, both in
// hundredths.
type WorkLine struct {
	Role       planner.Text
	Hours, FTE int
}

// PersonState is something to know of somebody: a message about a day.
type PersonState struct {
	Key, Class string
	Day        calendar.Date
}

// PersonAddress is that of the page about somebody.
func PersonAddress(region, staff string) string {
	return "/people/" + url.PathEscape(staff) + "?" + url.Values{"region": {region}}.Encode()
}

// NewPeople makes the list of the staff of a region, with or without a plan: those
// who are there by name, then those who are not any more.
func NewPeople(r Region, now time.Time) (*People, error) {
	f, err := factsOf(r, now)
	if err != nil {
		return nil, err
	}
	p := &People{Region: f.state.Region, Planned: r.Plan != nil}
	for i := range f.state.Staff {
		p.Rows = append(p.Rows, f.personRow(&f.state.Staff[i]))
	}
	slices.SortStableFunc(p.Rows, func(a, b PersonRow) int { return cmp.Or(boolFirst(b.gone, a.gone), cmp.Compare(a.Name, b.Name)) })
	p.Sums = f.roleSums(p.Rows)
	return p, nil
}

func (f *facts) personRow(s *planner.Staff) PersonRow {
	row := PersonRow{Face: f.face(s.ID, planner.Text{}, false), Path: PersonAddress(f.state.Region, s.ID), Work: f.workOf(s), Loads: f.loadsOf(s.ID)}
	for _, w := range row.Work {
		row.FTE += w.FTE
	}
	for _, l := range row.Loads {
		row.Locations += l.Locations
	}
	for at, who := range f.primary {
		if l := f.locations[at.location]; who == s.ID && l != nil {
			if name := f.districtName(l.District); name != "" && !slices.Contains(row.Districts, name) {
				row.Districts = append(row.Districts, name)
			}
		}
	}
	slices.Sort(row.Districts)
	row.States, row.gone = f.statesOf(s)
	return row
}

// workOf is what somebody works today, by role.
func (f *facts) workOf(s *planner.Staff) (out []WorkLine) {
	for _, c := range s.Contracts {
		if !c.On(f.today) {
			continue
		}
		fte := f.fteOf(s, &c)
		name := f.roleName(c.Role)
		if at := slices.IndexFunc(out, func(w WorkLine) bool { return w.Role == name }); at >= 0 {
			out[at].Hours, out[at].FTE = out[at].Hours+c.HoursWeek, out[at].FTE+fte
			continue
		}
		out = append(out, WorkLine{name, c.HoursWeek, fte})
	}
	return out
}

// fteOf is a contract in hundredths of full time.
func (f *facts) fteOf(s *planner.Staff, c *planner.Contract) int {
	full := f.state.Programme.FullTimeWeek(c.Role, s.Organisation, max(f.today, c.From))
	return (100*c.HoursWeek + full/2) / max(full, 1)
}

// loadsOf are somebody's loads in the plan, named after their roles.
func (f *facts) loadsOf(staff string) (out []LoadRow) {
	for i := range f.plan.Roles {
		r := &f.plan.Roles[i]
		if r.Kind == planner.Backup {
			continue
		}
		for _, load := range r.Loads {
			if load.Staff == staff {
				row := f.loadRow(r.Role, load, 0)
				row.Role = f.roleName(r.Role)
				out = append(out, row)
			}
		}
	}
	return out
}

// statesOf says what is to be known of somebody: away, to come, leaving or gone.
func (f *facts) statesOf(s *planner.Staff) (out []PersonState, gone bool) {
	first, last := calendar.NoDate, calendar.NoDate
	for i, c := range s.Contracts {
		if i == 0 || c.From < first {
			first = c.From
		}
		if i == 0 || last != calendar.NoDate && (c.To == calendar.NoDate || c.To > last) {
			last = c.To
		}
	}
	switch {
	case last != calendar.NoDate && last < f.today:
		return []PersonState{{"people.gone", "", last}}, true
	case last != calendar.NoDate:
		out = append(out, PersonState{"people.leaves", "warn", last})
	case first > f.today:
		out = append(out, PersonState{"people.begins", "good", first})
	}
	for _, a := range f.state.Absences {
		if a.Staff == s.ID && a.Part.Empty() && a.From <= f.today && f.today <= a.To {
			out = append(out, PersonState{"people.away", "warn", a.To})
		}
	}
	return out, false
}

// roleSums adds up what people are in each role.
func (f *facts) roleSums(rows []PersonRow) (out []RoleSum) {
	for i := range f.state.Programme.Roles {
		role := &f.state.Programme.Roles[i]
		sum := RoleSum{Name: named(role.Name, role.ID)}
		for k := range rows {
			for _, w := range rows[k].Work {
				if w.Role == sum.Name {
					sum.People, sum.FTE = sum.People+1, sum.FTE+w.FTE
				}
			}
			for _, l := range rows[k].Loads {
				if l.Role == sum.Name {
					sum.Load, sum.Capacity = sum.Load+l.Load, sum.Capacity+l.Capacity
				}
			}
		}
		if sum.People > 0 {
			out = append(out, sum)
		}
	}
	return out
}

// fullBar is the bar of a load where full capacity is at four fifths.
func fullBar(l LoadRow) Bar { return Bar{tenth(80 * min(1.25, l.Share())), 80} }

// Hundredths writes hours or FTE that are kept in hundredths.
func (l Lang) Hundredths(n int) string {
	text := l.decimal(float64(n)/100, 2)
	if n%100 == 0 {
		return l.number(n / 100)
	}
	return strings.TrimSuffix(text, "0")
}
