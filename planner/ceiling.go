package planner

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// CeilingMeasure is what a ceiling limits of one person.
type CeilingMeasure string

// The measures.
const (
	// CeilingLocations counts the locations of which somebody is the primary.
	CeilingLocations CeilingMeasure = "locations"
	// CeilingCases counts open cases, CeilingPoints their points, and
	// CeilingMinutes their minutes a week.
	CeilingCases   CeilingMeasure = "cases"
	CeilingPoints  CeilingMeasure = "points"
	CeilingMinutes CeilingMeasure = "minutes_week"
)

// CeilingMeasures lists the measures in the order of tables.
func CeilingMeasures() []CeilingMeasure {
	return []CeilingMeasure{CeilingLocations, CeilingCases, CeilingPoints, CeilingMinutes}
}

// DefaultWarnAt is from which part of a ceiling on it warns, in percent.
const DefaultWarnAt = 90

// Ceiling is an agreed limit on what one person carries. It warns and names
// choices; what plans obey is the max_locations of a contract.
type Ceiling struct {
	ID      string
	Measure CeilingMeasure
	// Limit is the most that is agreed, at least 1.
	Limit int64
	// WarnAt is the percentage of the limit from which it warns, 1 to 100; 0 for
	// DefaultWarnAt.
	WarnAt int
	// Role, Organisation and Staff limit it to a role's, an employer's or one
	// person's; empty for all.
	Role, Organisation, Staff string
	// StarterDays above 0 makes it a starter's: it holds for so many days from the
	// first day of somebody's first contract.
	StarterDays int
	// From and To are the first and the last day; NoDate for open.
	From, To calendar.Date
	// Source says where it comes from; "assumption" where there is none.
	Source string
}

// CeilingState says how somebody stands to a ceiling.
type CeilingState string

// The states.
const (
	CeilingFine   CeilingState = "fine"
	CeilingNear   CeilingState = "near"
	CeilingPassed CeilingState = "passed"
)

// CeilingChoiceKind is a way out of a ceiling that is passed.
type CeilingChoiceKind string

// The choices.
const (
	// HandOver gives the least number of cases or locations to a colleague.
	HandOver CeilingChoiceKind = "hand_over"
	// TakeNoNew waits: by a day enough of what is known ends by itself.
	TakeNoNew CeilingChoiceKind = "take_no_new"
	// AgreeMore makes the ceiling what is carried now, for a while.
	AgreeMore CeilingChoiceKind = "agree_more"
)

// CeilingChoice is one way out.
type CeilingChoice struct {
	Kind CeilingChoiceKind
	// Items are the cases or locations to hand over, and To who has room for all of
	// them, empty when nobody has.
	Items []string
	To    string
	// By is the day from which it fits by itself.
	By calendar.Date
	// Limit is the ceiling that would hold what is carried.
	Limit int64
}

// CeilingLine is one person under one ceiling.
type CeilingLine struct {
	Staff   string
	Ceiling Ceiling
	Value   int64
	State   CeilingState
	// Choices are the ways out of a passed ceiling; nil otherwise.
	Choices []CeilingChoice
}

// carried is one thing that counts under a ceiling.
type carried struct {
	id    string
	value int64
	// ends is its last day, NoDate while nobody knows.
	ends calendar.Date
	// far orders what is handed over: the greatest first.
	far int64
}

// ceilings looks people up on one day.
type ceilings struct {
	*formulation
	day calendar.Date
}

// CheckCeilings sets what everybody carries on a day against the ceilings of the
// programme and of their contracts: a warning before, and choices when one is
// passed. The lines are in order of staff, then of the programme's ceilings.
func CheckCeilings(s *State, day calendar.Date) ([]CeilingLine, error) {
	f, err := newFormulation(s, Period{day, day})
	if err != nil {
		return nil, err
	}
	x := &ceilings{f, day}
	var out []CeilingLine
	for i := range s.Staff {
		m := &s.Staff[i]
		for _, c := range x.over(m) {
			out = append(out, x.line(m, c))
		}
	}
	return out, nil
}

// over lists the ceilings over somebody on the day: the programme's, and what the
// contracts in force say together.
func (x *ceilings) over(m *Staff) []Ceiling {
	var out []Ceiling
	for _, c := range x.state.Programme.Ceilings {
		if x.holds(&c, m) {
			out = append(out, c)
		}
	}
	for i := range x.state.Programme.Roles {
		role := x.state.Programme.Roles[i].ID
		if most := x.maxLocations(m, role); most > 0 && slices.Contains(m.rolesOn(x.day), role) {
			out = append(out, Ceiling{
				ID: "contract", Measure: CeilingLocations, Limit: int64(most), Role: role, Staff: m.ID,
				From: calendar.NoDate, To: calendar.NoDate, Source: "contract",
			})
		}
	}
	return out
}

// holds reports whether a ceiling is over somebody on the day.
func (x *ceilings) holds(c *Ceiling, m *Staff) bool {
	if !within(x.day, c.From, c.To) || c.Staff != "" && c.Staff != m.ID || c.Organisation != "" && c.Organisation != m.Organisation {
		return false
	}
	roles := m.rolesOn(x.day)
	if len(roles) == 0 || c.Role != "" && !slices.Contains(roles, c.Role) {
		return false
	}
	return c.StarterDays == 0 || x.day < firstDay(m)+calendar.Date(c.StarterDays)
}

// firstDay is the first day of somebody's first contract; long ago for one that
// was always there.
func firstDay(m *Staff) calendar.Date {
	var first calendar.Date
	for i, c := range m.Contracts {
		if c.From == calendar.NoDate {
			return calendar.NewDate(1900, 1, 1)
		}
		if i == 0 || c.From < first {
			first = c.From
		}
	}
	return first
}

func (x *ceilings) line(m *Staff, c Ceiling) CeilingLine {
	items := x.carries(m, &c)
	out := CeilingLine{Staff: m.ID, Ceiling: c, Value: sumCarried(items), State: CeilingFine}
	switch {
	case out.Value > c.Limit:
		out.State = CeilingPassed
		out.Choices = x.choices(m, &c, items, out.Value)
	case out.Value*100 >= c.Limit*int64(cmp.Or(c.WarnAt, DefaultWarnAt)):
		out.State = CeilingNear
	}
	return out
}

func sumCarried(items []carried) (sum int64) {
	for _, i := range items {
		sum += i.value
	}
	return sum
}

// carries lists what counts for somebody under a ceiling. Cases are of no role:
// they count under the ceiling of any role.
func (x *ceilings) carries(m *Staff, c *Ceiling) []carried {
	if c.Measure == CeilingLocations {
		return x.locations(m, c.Role)
	}
	var out []carried
	for i := range x.state.Cases {
		k := &x.state.Cases[i]
		if k.Staff != m.ID || !within(x.day, k.Opened, k.HandedOver) {
			continue
		}
		value := int64(1)
		switch c.Measure {
		case CeilingPoints:
			value = int64(k.Points)
		case CeilingMinutes:
			value = int64(k.MinutesWeek)
		case CeilingCases, CeilingLocations:
		}
		out = append(out, carried{k.Ref, value, k.HandedOver, value})
	}
	return out
}

func (x *ceilings) locations(m *Staff, role string) []carried {
	var out []carried
	for i := range x.state.Locations {
		l := &x.state.Locations[i]
		if !within(x.day, l.Opened, l.Closed) {
			continue
		}
		for _, a := range x.state.Assignments {
			if a.Location == l.ID && a.Staff == m.ID && a.Kind == Primary && (role == "" || a.Role == role) && a.On(x.day) {
				out = append(out, carried{l.ID, 1, earlierDay(a.To, l.Closed), x.travel.Cost(m.Home, l.Point, m.Mode)})
				break
			}
		}
	}
	return out
}

// earlierDay is the earlier of two days of which NoDate is none.
func earlierDay(a, b calendar.Date) calendar.Date {
	switch {
	case a == calendar.NoDate:
		return b
	case b == calendar.NoDate:
		return a
	}
	return min(a, b)
}

// choices are the ways out, the one that asks least of others last.
func (x *ceilings) choices(m *Staff, c *Ceiling, items []carried, value int64) []CeilingChoice {
	hand := CeilingChoice{Kind: HandOver, By: calendar.NoDate}
	slices.SortStableFunc(items, func(a, b carried) int { return cmp.Or(cmp.Compare(b.far, a.far), cmp.Compare(a.id, b.id)) })
	var given int64
	for _, i := range items {
		if value-given <= c.Limit {
			break
		}
		hand.Items, given = append(hand.Items, i.id), given+i.value
	}
	hand.To = x.room(m, c, given)
	out := []CeilingChoice{hand}
	if by, ends := endsBy(items, value-c.Limit); ends {
		out = append(out, CeilingChoice{Kind: TakeNoNew, By: by})
	}
	return append(out, CeilingChoice{Kind: AgreeMore, By: calendar.NoDate, Limit: value})
}

// endsBy is the first day on which so much has ended by itself.
func endsBy(items []carried, excess int64) (calendar.Date, bool) {
	ending := slices.DeleteFunc(slices.Clone(items), func(i carried) bool { return i.ends == calendar.NoDate })
	slices.SortStableFunc(ending, func(a, b carried) int { return cmp.Compare(a.ends, b.ends) })
	for _, i := range ending {
		if excess -= i.value; excess <= 0 {
			return i.ends + 1, true
		}
	}
	return calendar.NoDate, false
}

// room finds the colleague with a role in common who can take so much more and
// stay under every ceiling of that measure, the one with the least to carry.
func (x *ceilings) room(m *Staff, c *Ceiling, more int64) string {
	best, least := "", int64(0)
	for i := range x.state.Staff {
		other := &x.state.Staff[i]
		if other.ID == m.ID || !shareRole(m, other, c.Role, x.day) {
			continue
		}
		now := sumCarried(x.carries(other, c))
		fits := !slices.ContainsFunc(x.over(other), func(o Ceiling) bool {
			return o.Measure == c.Measure && sumCarried(x.carries(other, &o))+more > o.Limit
		})
		if fits && (best == "" || now < least) {
			best, least = other.ID, now
		}
	}
	return best
}

// shareRole reports whether two people have a role in common on a day, the one
// given or, for an empty one, any.
func shareRole(a, b *Staff, role string, day calendar.Date) bool {
	theirs := b.rolesOn(day)
	return slices.ContainsFunc(a.rolesOn(day), func(r string) bool { return (role == "" || r == role) && slices.Contains(theirs, r) })
}
