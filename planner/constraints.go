package planner

// RuleLevel says how firmly a constraint holds.
type RuleLevel string

// The levels, from the firmest.
const (
	Hard   RuleLevel = "hard"   // never broken; something stays undone instead
	Medium RuleLevel = "medium" // undone work, by priority
	Soft   RuleLevel = "soft"   // cost
)

// Part says which of the two questions a constraint belongs to.
type Part string

// The two parts of a plan.
const (
	Who  Part = "assignment"
	When Part = "visits"
)

// Constraint is one rule that plans are judged by.
type Constraint struct {
	// Name stands in reasons, files and the API.
	Name  string
	Part  Part
	Level RuleLevel
	// Unit is what an amount of it counts.
	Unit string
	// Weight returns the price of one unit in hundredths of a minute, for soft
	// constraints; nil otherwise.
	Weight func(Weights) int64
	// Sentence says what it asks, for users.
	Sentence Text
}

// The names of the soft constraints.
const (
	TravelConstraint   = "travel"
	FaceConstraint     = "face"
	PairConstraint     = "pair"
	DistrictConstraint = "district"
	AreaConstraint     = "scattered"
	ChangeConstraint   = "change"
	BalanceConstraint  = "balance"
	SpacingConstraint  = "spacing"
	SchoolConstraint   = "school_holiday"
	ParentsConstraint  = "no_parents"
	BackupConstraint   = "backup"
	SmoothConstraint   = "smooth"
	MoveConstraint     = "move"
)

// Constraints returns the constraint table: each rule once, in the order in
// which totals and reasons name them.
func Constraints() []Constraint {
	hard := func(part Part, name, unit, nl, en string) Constraint {
		return Constraint{Name: name, Part: part, Level: Hard, Unit: unit, Sentence: Text{nl, en}}
	}
	soft := func(part Part, name, unit string, w func(Weights) int64, nl, en string) Constraint {
		return Constraint{Name: name, Part: part, Level: Soft, Unit: unit, Weight: w, Sentence: Text{nl, en}}
	}
	return []Constraint{
		hard(Who, "skill", "location", "Alleen wie de rol heeft, bedient een locatie.", "Only somebody with the role serves a location."),
		hard(Who, "capacity", "minute", "Niemand krijgt meer werk dan het contract toelaat.", "Nobody gets more work than the contract allows."),
		hard(Who, "ceiling", "location", "Het afgesproken aantal locaties per persoon wordt niet overschreden.", "The agreed number of locations a person is not passed."),
		hard(Who, "employer", "minute", "De uren per werkgever worden niet overschreden.", "An employer's hours are not passed."),
		hard(Who, "pin", "location", "Wat de teamleider vastzet, blijft staan.", "What the team lead pins, stays."),
		hard(Who, "change_budget", "location", "Niet meer locaties wisselen van persoon dan is toegestaan.", "No more locations change hands than allowed."),
		{Name: "unassigned", Part: Who, Level: Medium, Unit: "minute", Sentence: Text{"Elke locatie heeft iemand.", "Every location has somebody."}},
		soft(Who, TravelConstraint, "minute", func(w Weights) int64 { return w.Travel }, "Weinig reistijd.", "Little travel."),
		soft(Who, FaceConstraint, "face", func(w Weights) int64 { return w.Face }, "Weinig verschillende gezichten op een locatie.", "Few different faces at a location."),
		soft(Who, PairConstraint, "person", func(w Weights) int64 { return w.Pair }, "Vaste duo’s: met zo min mogelijk verschillende mensen.", "Standing pairs: few different people to work with."),
		soft(Who, DistrictConstraint, "district", func(w Weights) int64 { return w.OpenDistrict }, "Weinig wijken per persoon.", "Few districts a person."),
		soft(Who, AreaConstraint, "part", func(w Weights) int64 { return w.Scattered }, "Een werkgebied is één geheel.", "A work area is in one piece."),
		soft(Who, ChangeConstraint, "location", func(w Weights) int64 { return w.Change }, "Een locatie houdt haar vaste persoon.", "A location keeps its person."),
		soft(Who, BalanceConstraint, "load", func(w Weights) int64 { return w.Balance }, "Het werk is eerlijk verdeeld.", "The work is shared fairly."),

		hard(When, "working_time", "minute", "Bezoeken vallen binnen de werktijd, zonder vrije dagen en afwezigheid.", "Visits fall in working time, not on days off or during absence."),
		hard(When, "opening", "minute", "Bezoeken vallen als de locatie open is en bezoek kan ontvangen.", "Visits fall when the location is open and can receive them."),
		hard(When, "overlap", "minute", "Niemand is op twee plekken tegelijk; reistijd telt mee.", "Nobody is in two places at once; travel counts."),
		hard(When, "gap", "day", "Bezoeken aan een locatie liggen ver genoeg uit elkaar.", "Visits to a location are far enough apart."),
		hard(When, "cap", "visit", "Niet meer bezoeken per dag en week dan afgesproken.", "No more visits a day and a week than agreed."),
		hard(When, "reserve", "minute", "Tijd voor acute vragen en consulten blijft vrij.", "Time for acute questions and consults stays free."),
		hard(When, "together", "person", "Wie samen komt, is er op hetzelfde moment.", "Those who come together are there at the same time."),
		hard(When, "anchor", "visit", "Een bezoek aan een eigen overleg van de locatie valt tijdens dat overleg.", "A visit to a location's own meeting is during that meeting."),
		hard(When, "consent", "visit", "Waar toestemming van ouders nodig is, is die er eerst.", "Where parents' consent is needed, it comes first."),
		hard(When, "frozen", "visit", "Wat heel binnenkort is afgesproken, schuift niet en er komt niets bij.", "What was agreed for the next days does not move, and nothing is added."),
		hard(When, "move_budget", "visit", "Niet meer afspraken schuiven dan is toegestaan.", "No more appointments move than allowed."),
		{Name: "unplanned", Part: When, Level: Medium, Unit: "visit", Sentence: Text{"Elk beloofd bezoek is gepland, eerst de minima.", "Every promised visit is planned, minimums first."}},
		soft(When, TravelConstraint, "minute", func(w Weights) int64 { return w.Travel }, "Weinig reistijd.", "Little travel."),
		soft(When, SpacingConstraint, "day", func(w Weights) int64 { return w.Spacing }, "Bezoeken gelijkmatig over het jaar.", "Visits evenly over the year."),
		soft(When, SchoolConstraint, "visit", func(w Weights) int64 { return w.SchoolHoliday }, "Liever niet in de schoolvakantie.", "Rather not in the school holidays."),
		soft(When, ParentsConstraint, "visit", func(w Weights) int64 { return w.NoParents }, "Liefst als er ouders zijn.", "Preferably when parents are there."),
		soft(When, BackupConstraint, "visit", func(w Weights) int64 { return w.Backup }, "Liefst door de vaste persoon.", "Preferably by the location's own person."),
		soft(When, SmoothConstraint, "minute", func(w Weights) int64 { return w.Smooth }, "Gelijkmatige weken.", "Even weeks."),
		soft(When, MoveConstraint, "visit", func(w Weights) int64 { return w.Move }, "Wat is afgesproken, verschuift niet.", "What was agreed does not move."),
	}
}

// Apart reports whether a soft constraint of the assignment couples roles or
// locations, so that it is in the score and not in the certified cost.
func Apart(name string) bool {
	return name == FaceConstraint || name == PairConstraint || name == AreaConstraint
}

// SoftConstraints returns the soft constraints of one part, in table order.
func SoftConstraints(part Part) []Constraint {
	var out []Constraint
	for _, c := range Constraints() {
		if c.Part == part && c.Level == Soft {
			out = append(out, c)
		}
	}
	return out
}
