package verify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Replan is the content of replan.json: how a plan was made from a published
// one, and what changed.
type Replan struct {
	// Today is the first day that could change.
	Today calendar.Date `json:"today"`
	// MaxMoves limits the moves, negative for no limit.
	MaxMoves int `json:"max_moves"`
	// Reopen says that what is before Today and not in history.csv did not take
	// place.
	Reopen bool `json:"reopen"`
	// Moved counts the published visits with another day, time or person, Must
	// those, moved or cancelled, that could not stay.
	Moved int `json:"moved"`
	Must  int `json:"must"`
	// Unconfirmed are visits before Today that count as made without a row in
	// history.csv.
	Unconfirmed []string `json:"unconfirmed"`
	Changes     []Change `json:"changes"`
}

// Change is one difference between what was published and the plan. Amounts are
// hundredths of a minute-equivalent.
type Change struct {
	Visit string `json:"visit"`
	// Now is the id in the plan where that is another: of a meeting that moved to
	// another day.
	Now         string  `json:"now,omitempty"`
	Location    string  `json:"location,omitempty"`
	Requirement string  `json:"requirement"`
	Kind        string  `json:"kind"`
	Meeting     bool    `json:"meeting,omitempty"`
	Was         *Moment `json:"was,omitempty"`
	Is          *Moment `json:"is,omitempty"`
	Code        string  `json:"code"`
	Detail      string  `json:"detail,omitempty"`
	Must        bool    `json:"must"`
	Charge      int64   `json:"charge"`
	Staying     int64   `json:"staying"`
}

// Moment is when and by whom a visit takes place.
type Moment struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Staff []string  `json:"staff"`
}

// ChangeRow is one row of changes.csv: what one change means for one person.
type ChangeRow struct{ Staff, Change, Visit, Code string }

// told is a published visit from today on.
type told struct {
	id   string
	rows []*VisitRow
	date calendar.Date
	// made says that a visit before today took place.
	made bool
}

// readReplan takes note of what was published: the first day that can change,
// and visits before it that count as made.
func (c *checker) readReplan() {
	c.firstDay = c.from
	r := c.folder.Replan
	if r == nil {
		return
	}
	c.firstDay = max(c.from, r.Today)
	at, before := map[string]*told{}, map[promiseKey][]*told{}
	for i := range c.folder.Published {
		row := &c.folder.Published[i]
		d := calendar.DateOf(row.Start.In(c.zone), c.zone)
		if row.Status == string(planner.Cancelled) {
			continue
		}
		if v := at[row.Visit]; v != nil {
			v.rows = append(v.rows, row)
			continue
		}
		v := &told{id: row.Visit, rows: []*VisitRow{row}, date: d}
		at[row.Visit] = v
		if d < c.from {
			c.earlier(row, d)
			continue
		}
		c.told = append(c.told, v)
		if d < r.Today && row.VisitType != meetingType {
			key := promiseKey{row.Location, row.Requirement}
			before[key] = append(before[key], v)
		}
	}
	for key, visits := range before {
		c.confirm(key, visits)
	}
}

// earlier takes note of a published visit before the period: it counts as made,
// or as one that will be.
func (c *checker) earlier(row *VisitRow, d calendar.Date) {
	key := promiseKey{row.Location, row.Requirement}
	if row.VisitType == meetingType || slices.Contains(c.history[key], d) || d < c.folder.Replan.Today && c.folder.Replan.Reopen {
		return
	}
	c.history[key] = append(c.history[key], d)
	slices.Sort(c.history[key])
}

// confirm takes note of which published visits before today were made: those on
// a day of the history, then, made on another day, the earliest of the rest, as
// many as the history has more; the others too, unless the plan reopened them.
// Those of which nobody says so are history from here on.
func (c *checker) confirm(key promiseKey, visits []*told) {
	r := c.folder.Replan
	slices.SortStableFunc(visits, func(a, b *told) int {
		return cmp.Or(a.rows[0].Start.Compare(b.rows[0].Start), cmp.Compare(a.id, b.id))
	})
	days := slices.DeleteFunc(slices.Clone(c.history[key]), func(d calendar.Date) bool { return d < c.from || d >= r.Today })
	rest := slices.DeleteFunc(slices.Clone(visits), func(v *told) bool {
		i := slices.Index(days, v.date)
		if i >= 0 {
			days = slices.Delete(days, i, i+1)
			v.made = true
		}
		return i >= 0
	})
	for i, v := range rest {
		if v.made = i < len(days) || !r.Reopen; v.made && i >= len(days) {
			c.history[key] = append(c.history[key], v.date)
		}
	}
	slices.Sort(c.history[key])
}

// past reports whether a row of visits.csv is history that a plan only repeats.
func (c *checker) past(r *VisitRow) bool {
	return c.folder.Replan != nil && calendar.DateOf(r.Start.In(c.zone), c.zone) < c.firstDay
}

// ended reports whether a row of assignments.csv is of the past: in a plan made
// from a published one, the row of somebody whose location went to another.
func (c *checker) ended(a *AssignmentRow) bool {
	return c.folder.Replan != nil && a.To != calendar.NoDate
}

// publishedServers lists who was published to serve a location: the latest row
// of each location, role and kind.
func (c *checker) publishedServers() map[servingKey]*AssignmentRow {
	out := map[servingKey]*AssignmentRow{}
	for i := range c.folder.PublishedAssignments {
		a := &c.folder.PublishedAssignments[i]
		key := servingKey{a.Location, a.Role, a.Kind}
		if out[key] == nil || a.From >= out[key].From {
			out[key] = a
		}
	}
	return out
}

// checkReplan proves what a plan owes to the published one: the past as it was,
// the near term kept where it can be, no more moves than allowed, each charged,
// and each change told.
func (c *checker) checkReplan() {
	if c.folder.Replan == nil {
		return
	}
	now := map[string][]*VisitRow{}
	for i := range c.folder.Visits {
		r := &c.folder.Visits[i]
		now[r.Visit] = append(now[r.Visit], r)
	}
	c.checkPast(now)
	c.checkEnded()
	moved, charges := c.checkMoves(now)
	if r := c.folder.Replan; r.MaxMoves >= 0 && moved > r.MaxMoves {
		c.add(Fault{Kind: TooManyMoves, Date: calendar.NoDate}, "%d published visits moved, at most %d", moved, r.MaxMoves)
	}
	if have := c.folder.Summary.Constraints["move"]; have != charges {
		c.add(Fault{Kind: WrongAmount, Date: calendar.NoDate}, "move is %d in plan.json, the moved visits make it %d", have, charges)
	}
	c.checkFrozen(now)
	c.checkChangeList(now)
}

// checkPast proves that the visits before today are those published, as they
// were.
func (c *checker) checkPast(now map[string][]*VisitRow) {
	known := map[string]*told{}
	for _, v := range c.told {
		known[v.id] = v
		if v.date >= c.firstDay {
			continue
		}
		made := v.made || v.rows[0].VisitType == meetingType
		rows := now[v.id]
		same := len(rows) == len(v.rows)
		for i := 0; same && i < len(rows); i++ {
			same = sameRow(rows[i], v.rows[i]) && (rows[i].Status == string(planner.Cancelled)) != made
		}
		if !same {
			c.add(Fault{Kind: PastChanged, Visit: v.id, Location: v.rows[0].Location, Date: v.date}, "what was before today is not as it was published")
		}
	}
	for i := range c.folder.Visits {
		r := &c.folder.Visits[i]
		if v := known[r.Visit]; c.past(r) && (v == nil || v.date >= c.firstDay) {
			c.add(Fault{Kind: PastChanged, Visit: r.Visit, Location: r.Location, Date: calendar.DateOf(r.Start.In(c.zone), c.zone)},
				"a visit before today that was not published")
		}
	}
}

// sameRow compares what people were told of a visit.
func sameRow(a, b *VisitRow) bool {
	return a.Location == b.Location && a.Role == b.Role && a.Staff == b.Staff && a.VisitType == b.VisitType &&
		a.Requirement == b.Requirement && a.Start.Equal(b.Start) && a.End.Equal(b.End)
}

// checkEnded proves the rows of assignments that ended: each is a published one,
// weighs nothing, and ended before or ends not before yesterday.
func (c *checker) checkEnded() {
	for i := range c.folder.Assignments {
		a := &c.folder.Assignments[i]
		if !c.ended(a) {
			continue
		}
		known := slices.ContainsFunc(c.folder.PublishedAssignments, func(p AssignmentRow) bool {
			return p.Location == a.Location && p.Role == a.Role && p.Kind == a.Kind && p.Staff == a.Staff && c.begins(&p) == a.From &&
				(p.To == a.To || p.To == calendar.NoDate && a.To >= c.firstDay-1)
		})
		if !known || a.MinutesYear != 0 || a.TravelMinutesYear != 0 || a.Changed || a.Reason != "none = 0.00" {
			c.add(Fault{Kind: PastChanged, Location: a.Location, Role: a.Role, Staff: a.Staff, Date: a.From}, "the row that ends on %s was not published so", a.To)
		}
	}
}

// begins returns the day on which a published row begins in the plan: its own,
// but that of the opening where the location opens before the first row that was
// published of it.
func (c *checker) begins(p *AssignmentRow) calendar.Date {
	earlier := slices.ContainsFunc(c.folder.PublishedAssignments, func(o AssignmentRow) bool {
		return o.Location == p.Location && o.Role == p.Role && o.Kind == p.Kind && o.From < p.From
	})
	if l := c.locations[p.Location]; l != nil && !earlier {
		opening, _ := c.between(l.Opened, l.Closed)
		return min(p.From, opening)
	}
	return p.From
}

// checkMoves finds every published visit in the plan and adds up the charges of
// those that moved or have no place.
func (c *checker) checkMoves(now map[string][]*VisitRow) (moved int, charges int64) {
	cancelled, charged := map[promiseKey]int{}, map[promiseKey]int{}
	for _, v := range c.told {
		first := v.rows[0]
		if v.date < c.firstDay || first.VisitType == meetingType {
			continue
		}
		key, charge := promiseKey{first.Location, first.Requirement}, c.moveCharge(v)
		switch rows := now[v.id]; {
		case len(rows) == 0:
			c.add(Fault{Kind: PastChanged, Visit: v.id, Location: first.Location, Date: v.date}, "a published visit is neither planned nor cancelled")
		case rows[0].Status == string(planner.Cancelled):
			cancelled[key]++
			for _, a := range c.amounts(rows[0].Reason, Fault{Kind: ReasonSum, Visit: v.id, Date: v.date}) {
				charged[key]++
				charges += charge
				if a.name != "move" || a.value != charge {
					c.add(Fault{Kind: WrongAmount, Visit: v.id, Date: v.date}, "its charge is %s %d, it is move %d", a.name, a.value, charge)
				}
			}
		case !sameMoment(rows, v.rows) && charge > 0:
			moved++
			charges += charge
		}
	}
	c.checkCharged(cancelled, charged)
	return moved, charges
}

// checkCharged proves that a cancelled visit that is still due is charged, and
// one that nothing promises any more is not.
func (c *checker) checkCharged(cancelled, charged map[promiseKey]int) {
	undone := map[promiseKey]int{}
	for i := range c.folder.Unplanned {
		r := &c.folder.Unplanned[i]
		code, _, _ := strings.Cut(r.BlockedBy, ":")
		if !slices.Contains([]string{"unassigned", "passed", "consent"}, code) && !r.missedMeeting() {
			undone[promiseKey{r.Location, r.Requirement}]++
		}
	}
	for key, n := range cancelled {
		if want := min(n, undone[key]); charged[key] != want {
			c.add(Fault{Kind: WrongAmount, Location: key.location, Date: calendar.NoDate},
				"%d cancelled visits of requirement %s are charged, %d are still due", charged[key], key.requirement, want)
		}
	}
}

// moveCharge returns what moving a published visit costs; nothing where
// somebody of its people is not known any more, or its day is none of the plan.
func (c *checker) moveCharge(v *told) int64 {
	r := c.requirements[v.rows[0].Requirement]
	for _, row := range v.rows {
		if c.staff[row.Staff] == nil {
			return 0
		}
	}
	if r == nil || !c.plannedOn(v.date) {
		return 0
	}
	people := 1 + len(r.With)
	if r.HandoverDays > 0 {
		people = 2
	}
	if len(r.Pool) > 0 {
		people++
	}
	if len(v.rows) != people {
		return 0
	}
	told := int64(c.assumption("published_days", 91, ""))
	left := int64(v.date - c.folder.Replan.Today)
	if left > told {
		return max(1, c.weights.Move/2)
	}
	return c.weights.Move * (3*told - 2*left) / told
}

// sameMoment reports whether two visits are at the same time by the same people.
func sameMoment(a, b []*VisitRow) bool {
	return len(a) == len(b) && a[0].Start.Equal(b[0].Start) &&
		slices.EqualFunc(a, b, func(x, y *VisitRow) bool { return x.Staff == y.Staff })
}

// checkFrozen proves that a published visit of the near term, or one that a lead
// pinned, that moved or was cancelled could not stay: that what was published for
// the near term and what was pinned, with the meetings as they are now, breaks a
// rule on that day for one of its people.
func (c *checker) checkFrozen(now map[string][]*VisitRow) {
	until := c.folder.Replan.Today + calendar.Date(c.assumption("frozen_days", 7, ""))
	c.checkNearTerm(until)
	var lost []*told
	near, kept := &Folder{Assignments: c.folder.Assignments, Replan: c.folder.Replan}, map[calendar.Date]bool{}
	for _, v := range c.told {
		pinned := v.rows[0].Status == string(planner.Pinned)
		if v.date < c.firstDay || v.date >= until && !pinned || v.rows[0].VisitType == meetingType || c.moveCharge(v) == 0 {
			continue
		}
		kept[v.date] = true
		for _, r := range v.rows {
			row := *r
			row.Status = string(planner.Planned)
			near.Visits = append(near.Visits, row)
		}
		if rows := now[v.id]; len(rows) > 0 && (rows[0].Status == string(planner.Cancelled) || !sameMoment(rows, v.rows)) {
			lost = append(lost, v)
		}
	}
	if len(lost) == 0 {
		return
	}
	broken := c.brokenDays(near, until, kept)
	for _, v := range lost {
		if c.promised[promiseKey{v.rows[0].Location, v.rows[0].Requirement}] == nil {
			continue
		}
		excused := broken[v.id]
		for _, r := range v.rows {
			excused = excused || broken[r.Staff+" "+v.date.String()] || broken[r.Staff+" "+v.date.Monday().String()+" week"]
		}
		if !excused {
			c.add(Fault{Kind: FrozenMoved, Visit: v.id, Location: v.rows[0].Location, Date: v.date}, "a visit of the near term, or one that was pinned, changed though it could stay")
		}
	}
}

// brokenDays checks the published visits that had to stay beside the meetings of
// the plan in the near term and on their days, and names the visits, and people's
// days and weeks, with a fault.
func (c *checker) brokenDays(near *Folder, until calendar.Date, kept map[calendar.Date]bool) map[string]bool {
	for i := range c.folder.Visits {
		if r := &c.folder.Visits[i]; r.VisitType == meetingType && r.Status != string(planner.Cancelled) {
			if d := calendar.DateOf(r.Start.In(c.zone), c.zone); d >= c.firstDay && (d < until || kept[d]) {
				near.Visits = append(near.Visits, *r)
			}
		}
	}
	other := *c
	other.folder, other.faults, other.promises, other.visits, other.days, other.dayOrder = near, nil, nil, nil, nil, nil
	other.readPromises()
	other.readVisits()
	other.checkVisits()
	other.checkGaps()
	other.checkConsents()
	other.checkDays()
	broken := map[string]bool{}
	for _, p := range other.promises { // more was published than is due
		if p.planned > c.plannable(&p) {
			for _, v := range other.visits {
				broken[v.id] = broken[v.id] || v.promise != nil && v.promise.key() == p.key()
			}
		}
	}
	for _, f := range other.faults {
		if f.Kind == WrongTravel {
			continue
		}
		broken[f.Visit] = true
		broken[f.Staff+" "+f.Date.String()] = f.Staff != ""
		if f.Kind == WeekCap {
			broken[f.Staff+" "+f.Date.String()+" week"] = true
		}
	}
	delete(broken, "")
	return broken
}

// checkNearTerm proves that nothing came into the near term: whoever goes there
// was told to.
func (c *checker) checkNearTerm(until calendar.Date) {
	told := map[string]bool{}
	for _, v := range c.told {
		told[v.id] = told[v.id] || v.date < until
	}
	for i := range c.visits {
		if v := &c.visits[i]; v.meeting == nil && v.date < until && !told[v.id] {
			c.add(v.fault(FrozenMoved), "a visit came into the near term, which ends before %s", until)
		}
	}
}

// plannedOn reports whether a day is one that the plan can use: of the period,
// and on a weekend only when somebody works then in the week.
func (c *checker) plannedOn(d calendar.Date) bool {
	wd := d.Weekday()
	return d <= c.to && (wd != time.Saturday && wd != time.Sunday || slices.ContainsFunc(c.state.Staff, func(s planner.Staff) bool {
		return len(s.Pattern[wd]) > 0
	}))
}
