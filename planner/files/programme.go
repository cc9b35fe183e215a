package files

import (
	"io"
	"math"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// programmeFile is the name of the file that holds the programme.
const programmeFile = "programme.yaml"

// reference is a name in the programme that another file must know.
type reference struct {
	kind refKind
	at   value
}

// programmeReader reads programme.yaml and remembers what it refers to.
type programmeReader struct {
	programme planner.Programme
	refs      []reference
	// seen holds the ids of each kind.
	seen map[refKind]map[string]bool
	// doubtful marks kinds of which an id cannot be used: what refers to one that
	// is not seen may mean that one.
	doubtful map[refKind]bool
}

// ReadProgramme reads a programme.yaml. The error is a Faults.
func ReadProgramme(name string, r io.Reader) (*planner.Programme, error) {
	rep := &report{}
	p := readProgramme(rep, name, r)
	if err := rep.err(); err != nil {
		return nil, err
	}
	return &p.programme, nil
}

func newProgrammeReader() *programmeReader {
	return &programmeReader{
		programme: planner.Programme{From: calendar.NoDate, To: calendar.NoDate},
		seen:      make(map[refKind]map[string]bool), doubtful: make(map[refKind]bool),
	}
}

func readProgramme(rep *report, name string, r io.Reader) *programmeReader {
	p := newProgrammeReader()
	data, err := readText(r)
	if err != nil {
		rep.file(name, "cannot read: %v", err)
		return p
	}
	text, ok := plainText(rep, name, data)
	if !ok {
		return p
	}
	root, ok := parseYAML(rep, name, text)
	if !ok {
		return p
	}
	f := root.mapping("id! name! zone! from to municipalities! roles! visit_types! requirements! handover assumptions carried ceilings weights")
	p.head(f)
	for _, item := range f.get("municipalities").items() {
		p.municipality(item)
	}
	for _, item := range f.get("roles").items() {
		p.role(item)
	}
	for _, item := range f.get("visit_types").items() {
		p.visitType(item)
	}
	for _, item := range f.get("requirements").items() {
		p.requirement(item)
	}
	p.handover(f.get("handover"))
	for _, item := range f.get("assumptions").items() {
		p.assumption(item)
	}
	for _, item := range f.get("carried").items() {
		p.carried(item)
	}
	for _, item := range f.get("ceilings").items() {
		p.ceiling(item)
	}
	p.weights(f.get("weights"))
	p.checkOwn()
	return p
}

func (p *programmeReader) head(f fields) {
	p.programme.ID = f.scalar("id").id()
	p.programme.Name = f.scalar("name").text
	zone := f.scalar("zone")
	p.programme.Zone = zone.text
	// "Local" would make the plan depend on the machine.
	if _, err := time.LoadLocation(zone.text); zone.text != "" && (err != nil || zone.text == "Local") {
		zone.fault("%q: want an IANA time zone, for example Europe/Amsterdam", zone.text)
	}
	p.programme.From, p.programme.To = period(f.scalar("from"), f.scalar("to"))
}

// once faults an id that its list already holds.
func (p *programmeReader) once(kind refKind, v value) string {
	if p.seen[kind] == nil {
		p.seen[kind] = make(map[string]bool)
	}
	twice := p.seen[kind][v.text]
	if v.text != "" && twice {
		v.fault("%q is there twice", v.text)
	}
	usable := idPattern.MatchString(v.text) && (kind != refMunicipality || municipalityPattern.MatchString(v.text))
	p.doubtful[kind] = p.doubtful[kind] || twice || !usable
	p.seen[kind][v.text] = true
	return v.text
}

func (p *programmeReader) refer(kind refKind, v value) string {
	if v.text != "" {
		p.refs = append(p.refs, reference{kind, v})
	}
	return v.text
}

func (p *programmeReader) referAll(kind refKind, values []value) []string {
	var out []string
	for _, v := range values {
		out = append(out, p.refer(kind, v))
	}
	return out
}

func (p *programmeReader) municipality(n node) {
	f := n.mapping("code! name! school_region")
	name, region := f.scalar("name").text, f.scalar("school_region")
	known, ok := calendar.SchoolRegion(name)
	if region.empty() && !ok && name != "" {
		region.fault("is needed: the school holiday region of %s is not known here; want noord, midden or zuid", name)
	}
	p.programme.Municipalities = append(p.programme.Municipalities, planner.Municipality{
		Code:         p.once(refMunicipality, f.scalar("code")),
		Name:         name,
		SchoolRegion: region.or(known).choice("noord", "midden", "zuid"),
	})
	f.scalar("code").municipality()
}

// words reads a text in both languages, or one text for both.
func words(n node) planner.Text {
	if n.missing() {
		return planner.Text{}
	}
	if v, plain := plainScalar(n); plain {
		return planner.Text{NL: v, EN: v}
	}
	f := n.mapping("nl! en!")
	return planner.Text{NL: f.scalar("nl").text, EN: f.scalar("en").text}
}

func plainScalar(n node) (string, bool) {
	if kindOf(n.n) != "a plain value" {
		return "", false
	}
	return n.scalar().text, true
}

const maxMinutes = 24 * 60

func (p *programmeReader) role(n node) {
	f := n.mapping("id! name! assign backup pair select demand_per_place acute_minutes_day consult full_time_hours")
	f.scalar("id").id()
	if pair := f.scalar("pair"); !pair.empty() && pair.text == f.scalar("id").text {
		pair.fault("a role cannot be its own pair")
	}
	p.programme.Roles = append(p.programme.Roles, planner.Role{
		ID:              p.once(refRole, f.scalar("id")),
		Name:            words(f.get("name")),
		Assign:          planner.AssignMode(f.scalar("assign").or("location").choice("location", "district", "none")),
		Backup:          f.scalar("backup").flag(),
		Pair:            p.refer(refRole, f.scalar("pair")),
		Select:          p.selection(f.get("select")),
		DemandPerPlace:  f.scalar("demand_per_place").number(0, 10*maxMinutes),
		AcuteMinutesDay: f.scalar("acute_minutes_day").number(0, maxMinutes),
		Consult:         f.scalar("consult").week(),
		FullTime:        int(math.Round(100 * f.scalar("full_time_hours").decimal(1, 60))),
	})
}

func (p *programmeReader) selection(n node) *planner.Selection {
	if n.missing() {
		return nil
	}
	f := n.mapping("locations districts municipalities organisations tags stand_alone subsidised")
	s := &planner.Selection{
		Locations:      p.referAll(refLocation, f.get("locations").scalars()),
		Districts:      p.referAll(refDistrict, f.get("districts").scalars()),
		Municipalities: p.referAll(refMunicipality, f.get("municipalities").scalars()),
		Organisations:  p.referAll(refOrganisation, f.get("organisations").scalars()),
		StandAlone:     optionalFlag(f, "stand_alone"),
		Subsidised:     optionalFlag(f, "subsidised"),
	}
	for _, tag := range f.get("tags").scalars() {
		s.Tags = append(s.Tags, tag.text)
	}
	return s
}

func optionalFlag(f fields, key string) *bool {
	if !f.has(key) {
		return nil
	}
	flag := f.scalar(key).flag()
	return &flag
}

func (p *programmeReader) visitType(n node) {
	f := n.mapping("id! name! mode minutes! preparation follow_up buffer_before buffer_after weight points parents_present consent next bookable")
	f.scalar("id").id()
	minutes := func(key string, low int) int { return f.scalar(key).number(low, maxMinutes) }
	p.programme.VisitTypes = append(p.programme.VisitTypes, planner.VisitType{
		ID:             p.once(refVisitType, f.scalar("id")),
		Name:           words(f.get("name")),
		Mode:           planner.VisitMode(f.scalar("mode").or("on_site").choice("on_site", "phone", "online")),
		Minutes:        minutes("minutes", 5),
		Preparation:    minutes("preparation", 0),
		FollowUp:       minutes("follow_up", 0),
		BufferBefore:   minutes("buffer_before", 0),
		BufferAfter:    minutes("buffer_after", 0),
		Weight:         f.scalar("weight").or("100").number(0, 1000),
		Points:         f.scalar("points").number(0, 1000),
		ParentsPresent: f.scalar("parents_present").flag(),
		Consent:        f.scalar("consent").flag(),
		Next:           p.refer(refVisitType, f.scalar("next")),
		Bookable:       f.scalar("bookable").flag(),
	})
}

// The most visits of one requirement in a year, and the longest gap.
const maxVisits, maxGapDays = 366, 3660

func (p *programmeReader) requirement(n node) {
	f := n.mapping("id! name! role! visit_type! with pool minimum target min_gap_days ideal_gap_days from to handover_days anchor select overrides")
	f.scalar("id").id()
	r := planner.Requirement{
		ID:           p.once(refRequirement, f.scalar("id")),
		Name:         words(f.get("name")),
		Role:         p.refer(refRole, f.scalar("role")),
		VisitType:    p.refer(refVisitType, f.scalar("visit_type")),
		With:         p.referAll(refRole, f.get("with").scalars()),
		Pool:         p.referAll(refRole, f.get("pool").scalars()),
		Minimum:      f.scalar("minimum").number(0, maxVisits),
		Target:       f.scalar("target").or(f.scalar("minimum").text).number(0, maxVisits),
		MinGapDays:   f.scalar("min_gap_days").or("120").number(0, maxGapDays),
		IdealGapDays: f.scalar("ideal_gap_days").or("182").number(0, maxGapDays),
		From:         monthDay(f.scalar("from")),
		To:           monthDay(f.scalar("to")),
		HandoverDays: f.scalar("handover_days").number(1, 366),
		Anchor:       anchor(f.get("anchor")),
		Select:       p.selection(f.get("select")),
	}
	switch {
	case r.Anchor != nil: // the target follows from the meetings
	case !f.has("target") && !f.has("minimum"):
		f.get("target").fault("is needed")
	default:
		promise{r.Minimum, r.Target, r.MinGapDays}.check(f.get("target"))
	}
	for _, item := range f.get("overrides").items() {
		r.Overrides = append(r.Overrides, p.override(item, &r))
	}
	p.programme.Requirements = append(p.programme.Requirements, r)
}

// override reads a change for one location. What is not given is -1.
func (p *programmeReader) override(n node, r *planner.Requirement) planner.Override {
	f := n.mapping("location! minimum target min_gap_days every")
	number := func(key string, low, high int) int {
		if !f.has(key) {
			return -1
		}
		return f.scalar(key).number(low, high)
	}
	o := planner.Override{
		Location:   p.refer(refLocation, f.scalar("location")),
		Minimum:    number("minimum", 0, maxVisits),
		Target:     number("target", 0, maxVisits),
		MinGapDays: number("min_gap_days", 0, maxGapDays),
		Every:      number("every", 1, maxVisits),
	}
	if r.Anchor == nil {
		promise{given(o.Minimum, r.Minimum), given(o.Target, r.Target), given(o.MinGapDays, r.MinGapDays)}.check(n)
	}
	if r.Anchor == nil && f.has("every") {
		f.get("every").fault("only for a requirement with an anchor")
	}
	return o
}

// given returns a value of an override, or what it leaves as it is.
func given(own, general int) int {
	if own >= 0 {
		return own
	}
	return general
}

// promise is how many visits a year, and how far apart.
type promise struct{ minimum, target, gap int }

// check faults a promise that no year can keep.
func (p promise) check(at node) {
	if p.target < p.minimum {
		at.fault("the target of %d is less than the minimum of %d", p.target, p.minimum)
	}
	if (p.target-1)*p.gap >= 366 {
		at.fault("%d visits at least %d days apart do not fit in a year; lower min_gap_days", p.target, p.gap)
	}
}

func anchor(n node) *planner.Anchor {
	if n.missing() {
		return nil
	}
	f := n.mapping("kind! every offset")
	return &planner.Anchor{
		Kind:   f.scalar("kind").text,
		Every:  f.scalar("every").or("1").number(1, maxVisits),
		Offset: f.scalar("offset").number(0, maxVisits),
	}
}

// monthDay reads a day of the year, 01-15.
func monthDay(v value) planner.MonthDay {
	if v.empty() {
		return planner.MonthDay{}
	}
	// 2000 is a leap year, so that 02-29 is a day.
	t, err := time.Parse(time.DateOnly, "2000-"+v.text)
	if err != nil {
		v.fault("%q: want month and day as 01-15", v.text)
		return planner.MonthDay{}
	}
	return planner.MonthDay{Month: int(t.Month()), Day: t.Day()}
}

func (p *programmeReader) weights(n node) {
	f := n.mapping("travel balance open_district change face pair scattered spacing school_holiday no_parents backup smooth move")
	w := &p.programme.Weights
	for key, to := range map[string]*int64{
		"travel": &w.Travel, "balance": &w.Balance, "open_district": &w.OpenDistrict, "change": &w.Change,
		"face": &w.Face, "pair": &w.Pair, "scattered": &w.Scattered, "spacing": &w.Spacing, "school_holiday": &w.SchoolHoliday, "no_parents": &w.NoParents,
		"backup": &w.Backup, "smooth": &w.Smooth, "move": &w.Move,
	} {
		// 0 would mean the default; whoever wants next to nothing says 1.
		*to = int64(f.scalar(key).number(1, 1_000_000))
	}
}

// checkOwn checks what the programme itself must know: roles, visit types and
// municipalities. References to other files wait for those.
func (p *programmeReader) checkOwn() {
	var rest []reference
	for _, r := range p.refs {
		if r.kind != refRole && r.kind != refVisitType && r.kind != refMunicipality {
			rest = append(rest, r)
		} else if !p.has(r.kind, r.at.text) && !p.open(r.kind) {
			r.at.fault("unknown %s %q", r.kind, r.at.text)
		}
	}
	p.refs = rest
}

// has reports whether the programme holds an id.
func (p *programmeReader) has(kind refKind, id string) bool { return p.seen[kind][id] }

// open reports whether any id may exist: none of that kind was read, or not all
// that were meant.
func (p *programmeReader) open(kind refKind) bool { return len(p.seen[kind]) == 0 || p.doubtful[kind] }

// overlap reports whether two periods share a day; NoDate is open.
func overlap(from1, to1, from2, to2 calendar.Date) bool {
	starts := to2 == calendar.NoDate || from1 <= to2
	ends := to1 == calendar.NoDate || from2 <= to1
	return starts && ends
}
