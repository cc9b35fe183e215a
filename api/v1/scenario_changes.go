package v1

import (
	"context"
	"fmt"
	"slices"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// ScenarioChanges are what a scenario changes; what is left out stays as it is.
type ScenarioChanges struct {
	Open     []ScenarioLocation `json:"open,omitempty" maxItems:"500" doc:"Locations that come."`
	Close    []ScenarioClose    `json:"close,omitempty" maxItems:"500" doc:"Locations that close."`
	Leave    []ScenarioLeave    `json:"leave,omitempty" maxItems:"500" doc:"People who leave."`
	Hours    []ScenarioHours    `json:"hours,omitempty" maxItems:"500" doc:"Contracts that change."`
	Absences []ScenarioAbsence  `json:"absences,omitempty" maxItems:"500" doc:"Absences besides those there are."`
	Copies   []ScenarioCopy     `json:"copies,omitempty" maxItems:"100" doc:"People who come, each like somebody who is there."`
	Norms    []ScenarioNorm     `json:"assumptions,omitempty" maxItems:"200" doc:"Other assumptions."`
	Merges   []ScenarioMerge    `json:"merges,omitempty" maxItems:"100" doc:"Districts that become one."`
	Towns    []ScenarioTown     `json:"municipalities,omitempty" maxItems:"50" doc:"Municipalities that come in."`
	Areas    []ScenarioDistrict `json:"districts,omitempty" maxItems:"500" doc:"Districts that come in."`
	Ends     string             `json:"ends,omitempty" format:"date" doc:"The programme's last day."`
	Promises []ScenarioPromise  `json:"promises,omitempty" maxItems:"100" doc:"Other numbers of visits."`
	Weights  map[string]int64   `json:"weights,omitempty" doc:"Other weights: travel, balance, open_district, change, face, pair, scattered, spacing, school_holiday, no_parents, backup, smooth, move."`
}

// ScenarioLocation is a location that comes.
type ScenarioLocation struct {
	ID       string  `json:"id" minLength:"1" maxLength:"64"`
	Name     string  `json:"name" minLength:"1" maxLength:"200"`
	Like     string  `json:"like_location_id" minLength:"1" maxLength:"64" doc:"The location whose holder, hours, district and the rest it takes."`
	District string  `json:"district_id,omitempty" maxLength:"64"`
	Lat      float64 `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"Degrees north; where Like is when left out."`
	Lon      float64 `json:"lon,omitempty" minimum:"-180" maximum:"180" doc:"Degrees east."`
	Opened   string  `json:"opened,omitempty" format:"date" doc:"The first day."`
	Town     string  `json:"municipality,omitempty" pattern:"^[0-9]{4}$" doc:"Its municipality, where that is another."`
}

// ScenarioTown is a municipality that comes in.
type ScenarioTown struct {
	Code         string `json:"code" pattern:"^[0-9]{4}$" example:"0209"`
	Name         string `json:"name" minLength:"1" maxLength:"100"`
	SchoolRegion string `json:"school_region" enum:"noord,midden,zuid"`
}

// ScenarioDistrict is a district that comes in.
type ScenarioDistrict struct {
	ID   string `json:"id" minLength:"1" maxLength:"64"`
	Name string `json:"name" minLength:"1" maxLength:"200"`
	Town string `json:"municipality" pattern:"^[0-9]{4}$"`
}

// ScenarioCopy is somebody who comes: of the home, skills and weekly pattern of a
// colleague.
type ScenarioCopy struct {
	ID    string  `json:"id" minLength:"1" maxLength:"64"`
	Like  string  `json:"like_staff_id" minLength:"1" maxLength:"64"`
	Role  string  `json:"role" minLength:"1" maxLength:"64"`
	Hours float64 `json:"hours_week" minimum:"0" maximum:"60"`
	From  string  `json:"from,omitempty" format:"date" doc:"The first day; left out for always."`
}

// ScenarioNorm is an assumption that takes the place of what holds.
type ScenarioNorm struct {
	Key          string  `json:"key" minLength:"1" maxLength:"64" example:"case_weeks"`
	Value        float64 `json:"value"`
	Organisation string  `json:"organisation,omitempty" maxLength:"64" doc:"Limits it to one employer."`
	From         string  `json:"from,omitempty" format:"date" doc:"The first day; left out for always."`
}

// ScenarioMerge makes one district of several.
type ScenarioMerge struct {
	Into      string   `json:"into" minLength:"1" maxLength:"64" doc:"One of them, or a new id."`
	Name      string   `json:"name,omitempty" maxLength:"200"`
	Districts []string `json:"districts" minItems:"2" maxItems:"100"`
}

// ScenarioClose is a location that closes.
type ScenarioClose struct {
	Location string `json:"location_id" minLength:"1" maxLength:"64"`
	On       string `json:"on" format:"date" doc:"The last day."`
}

// ScenarioLeave is somebody who leaves.
type ScenarioLeave struct {
	Staff string `json:"staff_id" minLength:"1" maxLength:"64"`
	On    string `json:"on" format:"date" doc:"The last day."`
}

// ScenarioHours is a contract that changes.
type ScenarioHours struct {
	Staff string  `json:"staff_id" minLength:"1" maxLength:"64"`
	Role  string  `json:"role" minLength:"1" maxLength:"64"`
	Hours float64 `json:"hours_week" minimum:"0" maximum:"60" doc:"Hours a week; 0 ends the contract."`
	From  string  `json:"from" format:"date"`
}

// ScenarioAbsence is time that somebody would not be there.
type ScenarioAbsence struct {
	Staff string `json:"staff_id" minLength:"1" maxLength:"64"`
	From  string `json:"from" format:"date"`
	To    string `json:"to" format:"date"`
}

// ScenarioPromise is what a requirement would ask of each location a year.
type ScenarioPromise struct {
	Requirement string `json:"requirement" minLength:"1" maxLength:"64"`
	Minimum     int    `json:"minimum" minimum:"0" maximum:"366"`
	Target      int    `json:"target" minimum:"0" maximum:"366"`
}

// weightsOf are the weights by their names.
func weightsOf(w *planner.Weights) map[string]*int64 {
	return map[string]*int64{
		"travel": &w.Travel, "balance": &w.Balance, "open_district": &w.OpenDistrict, "change": &w.Change, "face": &w.Face, "pair": &w.Pair,
		"scattered": &w.Scattered, "spacing": &w.Spacing, "school_holiday": &w.SchoolHoliday, "no_parents": &w.NoParents, "backup": &w.Backup,
		"smooth": &w.Smooth, "move": &w.Move,
	}
}

// reading turns changes on the wire into those of the domain, and collects what
// is wrong with them.
type reading struct {
	state *planner.State
	// like are the locations that one that comes can be like: those there are, and
	// those that the scenario had before.
	like   []planner.Location
	faults []problem.InputFault
}

func (r *reading) wrong(field, detail string) {
	r.faults = append(r.faults, problem.InputFault{In: "body.changes." + field, Detail: detail})
}

func (r *reading) day(field, text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		r.wrong(field, "expected a date such as 2027-01-31")
	}
	return d
}

// changes reads what a scenario of a region is to change; before is what it
// changed so far.
func (a *API) changes(ctx context.Context, in InRegion, body *ScenarioRequest, before planner.Scenario) (planner.Scenario, error) {
	snapshot, err := a.of(ctx).Snapshot(ctx, in.id())
	if err != nil {
		return planner.Scenario{}, err
	}
	r, c := &reading{state: snapshot.State, like: slices.Concat(snapshot.State.Locations, before.Locations)}, &body.Changes
	out := planner.Scenario{Name: body.Name}
	for i := range c.Open {
		out.Locations = append(out.Locations, r.location(i, &c.Open[i]))
	}
	for i, x := range c.Close {
		out.Close = append(out.Close, planner.LastDay{ID: x.Location, On: r.day(fmt.Sprintf("close[%d].on", i), x.On)})
	}
	for i, x := range c.Leave {
		out.Leave = append(out.Leave, planner.LastDay{ID: x.Staff, On: r.day(fmt.Sprintf("leave[%d].on", i), x.On)})
	}
	for i, x := range c.Hours {
		out.Hours = append(out.Hours, planner.HoursChange{
			Staff: x.Staff, Role: x.Role, HoursWeek: int(x.Hours*100 + 0.5), From: r.day(fmt.Sprintf("hours[%d].from", i), x.From),
		})
	}
	for i, x := range c.Absences {
		from, to := r.day(fmt.Sprintf("absences[%d].from", i), x.From), r.day(fmt.Sprintf("absences[%d].to", i), x.To)
		if to < from {
			r.wrong(fmt.Sprintf("absences[%d].to", i), "expected a day not before from")
		}
		out.Absences = append(out.Absences, planner.Absence{Staff: x.Staff, From: from, To: to})
	}
	r.places(c, &out)
	r.norms(c, &out)
	out.Weights = r.weights(c.Weights)
	if len(r.faults) > 0 {
		return out, problem.New(problem.BadRequest).With(r.faults...)
	}
	return out, nil
}

// places reads what comes in besides locations: municipalities, districts, people.
func (r *reading) places(c *ScenarioChanges, out *planner.Scenario) {
	for _, x := range c.Towns {
		out.Municipalities = append(out.Municipalities, planner.Municipality(x))
	}
	for _, x := range c.Areas {
		out.Districts = append(out.Districts, planner.District{ID: x.ID, Name: x.Name, Municipality: x.Town})
	}
	for i, x := range c.Copies {
		out.Copies = append(out.Copies, planner.Copy{
			ID: x.ID, Like: x.Like, Role: x.Role, HoursWeek: int(x.Hours*100 + 0.5), From: r.day(fmt.Sprintf("copies[%d].from", i), x.From),
		})
	}
	for _, x := range c.Merges {
		out.Merges = append(out.Merges, planner.Merge(x))
	}
}

// norms reads what is promised and assumed otherwise.
func (r *reading) norms(c *ScenarioChanges, out *planner.Scenario) {
	for _, x := range c.Promises {
		out.Promises = append(out.Promises, planner.Promise(x))
	}
	for i, x := range c.Norms {
		out.Assumptions = append(out.Assumptions, planner.Assumption{
			Key: x.Key, Value: x.Value, Source: "scenario", Organisation: x.Organisation, From: r.day(fmt.Sprintf("assumptions[%d].from", i), x.From),
		})
	}
	if c.Ends != "" {
		out.Ends = r.day("ends", c.Ends)
	}
}

func (r *reading) location(i int, x *ScenarioLocation) planner.Location {
	at := slices.IndexFunc(r.like, func(l planner.Location) bool { return l.ID == x.Like })
	if at < 0 {
		r.wrong(fmt.Sprintf("open[%d].like_location_id", i), "expected the id of a location of this region")
		return planner.Location{}
	}
	l := r.like[at]
	l.Registrations = slices.Clone(l.Registrations)
	for k := range l.Registrations {
		l.Registrations[k].LRK = "" // those are of the other
	}
	l.ID, l.Name, l.Artificial, l.Closed = x.ID, x.Name, true, calendar.NoDate
	l.Opened = r.day(fmt.Sprintf("open[%d].opened", i), x.Opened)
	if x.District != "" {
		l.District = x.District
	}
	if x.Town != "" {
		l.Municipality = x.Town
	}
	if x.Lat != 0 || x.Lon != 0 {
		l.Point = planner.Point{Lat: x.Lat, Lon: x.Lon}
	}
	return l
}

func (r *reading) weights(given map[string]int64) *planner.Weights {
	if len(given) == 0 {
		return nil
	}
	w := r.state.Programme.Weights
	names := weightsOf(&w)
	for name, value := range given {
		switch field := names[name]; {
		case field == nil:
			r.wrong("weights", "expected only names of weights")
		case value < 0:
			r.wrong("weights."+name, "expected a number of 0 or more")
		default:
			*field = value
		}
	}
	return &w
}

// changesOf shows what a scenario changes. A location that comes shows itself in
// place of what it is like.
func changesOf(c *planner.Scenario) ScenarioChanges {
	var out ScenarioChanges
	for i := range c.Locations {
		l := &c.Locations[i]
		out.Open = append(out.Open, ScenarioLocation{
			ID: l.ID, Name: l.Name, Like: l.ID, District: l.District, Lat: l.Point.Lat, Lon: l.Point.Lon, Opened: l.Opened.String(),
			Town: l.Municipality,
		})
	}
	for _, x := range c.Close {
		out.Close = append(out.Close, ScenarioClose{x.ID, x.On.String()})
	}
	for _, x := range c.Leave {
		out.Leave = append(out.Leave, ScenarioLeave{x.ID, x.On.String()})
	}
	for _, x := range c.Hours {
		out.Hours = append(out.Hours, ScenarioHours{x.Staff, x.Role, float64(x.HoursWeek) / 100, x.From.String()})
	}
	for _, x := range c.Absences {
		out.Absences = append(out.Absences, ScenarioAbsence{x.Staff, x.From.String(), x.To.String()})
	}
	for _, x := range c.Promises {
		out.Promises = append(out.Promises, ScenarioPromise(x))
	}
	for _, x := range c.Municipalities {
		out.Towns = append(out.Towns, ScenarioTown(x))
	}
	for i := range c.Districts {
		out.Areas = append(out.Areas, ScenarioDistrict{c.Districts[i].ID, c.Districts[i].Name, c.Districts[i].Municipality})
	}
	for _, x := range c.Copies {
		out.Copies = append(out.Copies, ScenarioCopy{x.ID, x.Like, x.Role, float64(x.HoursWeek) / 100, x.From.String()})
	}
	for _, x := range c.Assumptions {
		out.Norms = append(out.Norms, ScenarioNorm{x.Key, x.Value, x.Organisation, x.From.String()})
	}
	for _, x := range c.Merges {
		out.Merges = append(out.Merges, ScenarioMerge(x))
	}
	if c.Ends != 0 {
		out.Ends = c.Ends.String()
	}
	if c.Weights != nil {
		out.Weights = map[string]int64{}
		for name, field := range weightsOf(c.Weights) {
			out.Weights[name] = *field
		}
	}
	return out
}
