package v1

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Obstacle is why one person, location or organisation cannot take part. Of an
// absence it never says why.
type Obstacle struct {
	Who    string            `json:"who" doc:"The id of a person, location or organisation, or the name of a party."`
	Code   string            `json:"code" example:"meeting"`
	About  string            `json:"about,omitempty" doc:"The id of the meeting or visit in the way."`
	Detail problem.Sentences `json:"detail"`
}

func obstaclesOf(all []planner.Obstacle) []Obstacle {
	texts := planner.ObstacleTexts()
	out := make([]Obstacle, len(all))
	for i, o := range all {
		out[i] = Obstacle{o.Who, o.Code, o.Detail, problem.Sentences(texts[o.Code])}
	}
	return out
}

// MeetingQuestion is a meeting to check before anybody commits to it.
type MeetingQuestion struct {
	Meeting Meeting `json:"meeting" doc:"A new meeting, or with the id of a known one what would take its place."`
	From    string  `json:"from,omitempty" format:"date" doc:"The first day to look at; left out, today."`
	To      string  `json:"to,omitempty" format:"date" doc:"The last day, at most 366 days on; left out, that."`
}

// OccurrenceCheck is one occurrence with what stands in its way.
type OccurrenceCheck struct {
	Date      string     `json:"date" format:"date"`
	Clock     string     `json:"time"`
	Obstacles []Obstacle `json:"obstacles" nullable:"false" doc:"Empty when everybody and every place can take part."`
	Repairs   []Repair   `json:"repairs" nullable:"false" doc:"Better moments for this occurrence, the best first."`
}

// Repair is another moment for an occurrence.
type Repair struct {
	Date      string     `json:"date" format:"date"`
	Clock     string     `json:"time"`
	Obstacles []Obstacle `json:"obstacles" nullable:"false" doc:"What would be left in the way."`
}

// MeetingCheck is what a check found, over all occurrences.
type MeetingCheck struct {
	Occurrences []OccurrenceCheck `json:"occurrences" nullable:"false"`
	Clashes     int               `json:"clashes" doc:"How many of them have something in the way."`
}

type (
	checkIn struct {
		InRegion
		Body MeetingQuestion
	}
	checkOut struct{ Body MeetingCheck }
)

// MomentQuestion asks when several parties can meet.
type MomentQuestion struct {
	Location string     `json:"location_id,omitempty" maxLength:"64" doc:"Where it is; left out for a call."`
	Minutes  int        `json:"minutes" minimum:"5" maximum:"480" default:"60"`
	From     string     `json:"from,omitempty" format:"date" doc:"The first day that is possible; left out, today."`
	To       string     `json:"to,omitempty" format:"date" doc:"The last; left out, four weeks on."`
	Staff    []string   `json:"staff,omitempty" maxItems:"50" doc:"Who of our own must be there."`
	OneOf    [][]string `json:"one_of,omitempty" maxItems:"10" doc:"Lists of roles; of each one more person comes."`
	Parties  []Party    `json:"parties,omitempty" maxItems:"20" doc:"Who comes from outside."`
	Limit    int        `json:"limit,omitempty" minimum:"1" maximum:"50" default:"5" doc:"How many moments at most."`
}

// Party is somebody from outside, named by what they are and never by a person.
type Party struct {
	Name     string  `json:"name" minLength:"1" maxLength:"64" pattern:"^[a-z0-9_-]+$" doc:"A word of your own." example:"jgz"`
	Open     []Hours `json:"open,omitempty" maxItems:"50" doc:"When they can usually come; left out: office hours."`
	Busy     []Busy  `json:"busy,omitempty" maxItems:"100" doc:"When they cannot."`
	Optional bool    `json:"optional,omitempty" doc:"The meeting can do without."`
}

// Busy is time in which a party cannot come.
type Busy struct {
	From string `json:"from" format:"date"`
	To   string `json:"to" format:"date"`
	Part *Part  `json:"part,omitempty" doc:"The part of each day; left out for whole days."`
}

// MomentCandidate is a moment that suits.
type MomentCandidate struct {
	ID            string   `json:"candidate_id" example:"2027-03-02T09:00"`
	Date          string   `json:"date" format:"date"`
	Clock         string   `json:"time"`
	Staff         []string `json:"staff" nullable:"false" doc:"Who of our own would come."`
	Travel        int      `json:"travel_minutes" doc:"How much they travel more for it."`
	Missing       []string `json:"missing,omitempty" doc:"Optional parties that cannot come."`
	SchoolHoliday bool     `json:"school_holiday,omitempty"`
}

// Moments are those found, or why there is none.
type Moments struct {
	Items     []MomentCandidate `json:"items" nullable:"false" doc:"The best first."`
	Obstacles []Obstacle        `json:"obstacles" nullable:"false" doc:"What stood in the way most often, over all moments tried."`
}

type (
	momentsIn struct {
		InRegion
		Body MomentQuestion
	}
	momentsOut struct{ Body Moments }
)

// aboutMoments registers the questions that come before a meeting is agreed.
// Who may agree one may ask.
func (a *API) aboutMoments() {
	row := rights.Access{Resource: rights.Meetings, Act: rights.Create}
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: "/regions/{region}/" + path, Tags: []string{"meetings"}, Summary: summary, DefaultStatus: http.StatusOK,
		}
	}
	add(a, row, op("checkMeeting", "meeting-checks", "Look at every occurrence of a new or changed meeting, with better moments for those that clash; nothing is written"), a.checkMeeting)
	add(a, row, op("findMoments", "meeting-moments", "Find moments at which everybody can meet"), a.findMoments)
	add(a, row, op("rankMoments", "meeting-standings", "Rank proposed moments by what everybody answered"), func(ctx context.Context, in *pollIn) (*pollOut, error) {
		if err := a.there(ctx, in.InRegion); err != nil {
			return nil, err
		}
		return standings(&in.Body)
	})
}

func (a *API) checkMeeting(ctx context.Context, in *checkIn) (*checkOut, error) {
	row := meetingRow(&in.Body.Meeting).Rows[0]
	checks, err := a.of(ctx).CheckMeeting(ctx, in.id(), row, dayOf(in.Body.From), dayOf(in.Body.To))
	if err != nil {
		return nil, asked("meetings", err)
	}
	out := MeetingCheck{Occurrences: make([]OccurrenceCheck, len(checks))}
	for i := range checks {
		c := &checks[i]
		w := OccurrenceCheck{c.Date.String(), c.Clock.String(), obstaclesOf(c.Obstacles), []Repair{}}
		for _, r := range c.Repairs {
			w.Repairs = append(w.Repairs, Repair{r.Date.String(), r.Clock.String(), obstaclesOf(r.Obstacles)})
		}
		if out.Occurrences[i] = w; len(c.Obstacles) > 0 {
			out.Clashes++
		}
	}
	return &checkOut{out}, nil
}

// asked turns the faults of a question into a problem: whatever it names that is
// not there, the question is wrong.
func asked(list string, err error) error {
	p := problem.Of(faultsIn(list, err))
	if p.Code == problem.Conflict && len(p.Errors) > 0 {
		return problem.New(problem.BadRequest).With(p.Errors...)
	}
	if p.Code == problem.Internal {
		return err
	}
	return p
}

func (a *API) findMoments(ctx context.Context, in *momentsIn) (*momentsOut, error) {
	q := &in.Body
	g := planner.Gathering{
		Location: q.Location, Minutes: q.Minutes, Period: planner.Period{From: dayOf(q.From), To: dayOf(q.To)}, Staff: q.Staff, Pools: q.OneOf,
	}
	for i := range q.Parties {
		g.Parties = append(g.Parties, q.Parties[i].party())
	}
	if slices.ContainsFunc(q.OneOf, func(roles []string) bool { return len(roles) == 0 }) {
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body.one_of", Detail: "expected one role or more in each list"})
	}
	found, why, err := a.of(ctx).FindMoments(ctx, in.id(), g, q.Limit)
	if err != nil {
		return nil, asked("meetings", err)
	}
	out := Moments{Items: []MomentCandidate{}, Obstacles: obstaclesOf(why[:min(len(why), 10)])}
	for i := range found {
		c := &found[i]
		out.Items = append(out.Items, MomentCandidate{c.ID(), c.Date.String(), c.Clock.String(), c.Staff, c.Travel, c.Missing, c.SchoolHoliday})
	}
	return &momentsOut{out}, nil
}

func (p *Party) party() planner.Party {
	out := planner.Party{Name: p.Name, Optional: p.Optional}
	for _, h := range p.Open {
		day := slices.Index(weekdays[:], h.Day)
		out.Open[day] = append(out.Open[day], spanOf(h.From, h.To))
	}
	for _, b := range p.Busy {
		busy := planner.PartyBusyTime{From: dayOf(b.From), To: dayOf(b.To)}
		if b.Part != nil {
			busy.Part = spanOf(b.Part.From, b.Part.To)
		}
		out.Busy = append(out.Busy, busy)
	}
	return out
}

// spanOf reads a part of a day that the schema has let pass.
func spanOf(from, to string) calendar.Span {
	a, _ := calendar.ParseClock(from)
	b, _ := calendar.ParseClock(to)
	return calendar.Span{From: a, To: b}
}

// Poll is what everybody answered to some moments.
type Poll struct {
	Candidates []string `json:"candidates" minItems:"1" maxItems:"50" doc:"The moments, as meeting-moments names them, the best first."`
	Who        []string `json:"who" minItems:"1" maxItems:"50" doc:"Who must answer: ids of staff and names of parties."`
	Replies    []Reply  `json:"replies,omitempty" maxItems:"2500" doc:"Of two answers of one to the same moment the last counts."`
}

// Reply is an answer to a moment.
type Reply struct {
	Candidate string `json:"candidate_id" maxLength:"16"`
	Who       string `json:"who" maxLength:"64"`
	Answer    string `json:"answer" enum:"yes,if_needed,no"`
}

// Standing is how a moment stands.
type Standing struct {
	Candidate string   `json:"candidate_id"`
	Yes       int      `json:"yes"`
	IfNeeded  int      `json:"if_needed"`
	No        int      `json:"no"`
	Open      []string `json:"open" nullable:"false" doc:"Who has not answered yet."`
}

// Standings rank the moments.
type Standings struct {
	Items []Standing `json:"items" nullable:"false" doc:"The best first."`
	Pick  string     `json:"pick,omitempty" doc:"The moment to take; left out while there is none that everybody can make."`
}

type (
	pollIn struct {
		InRegion
		Body Poll
	}
	pollOut struct{ Body Standings }
)

// standings ranks moments by the answers; nothing is kept.
func standings(w *Poll) (*pollOut, error) {
	p := problem.New(problem.BadRequest)
	poll := planner.Poll{Who: w.Who}
	for _, id := range w.Candidates {
		c, ok := candidateOf(id)
		if !ok {
			p = p.With(problem.InputFault{In: "body.candidates", Detail: "expected moments such as 2027-03-02T09:00"})
		}
		poll.Candidates = append(poll.Candidates, c)
	}
	if len(p.Errors) > 0 {
		return nil, p
	}
	for _, r := range w.Replies {
		poll.Replies = append(poll.Replies, planner.Reply{Candidate: r.Candidate, Who: r.Who, Answer: planner.Answer(r.Answer)})
	}
	all, err := poll.Standings()
	if err != nil {
		return nil, p.With(problem.InputFault{In: "body.replies", Detail: "expected answers of those who were asked, to moments that were proposed"})
	}
	out := Standings{Items: make([]Standing, len(all))}
	for i := range all {
		s := &all[i]
		out.Items[i] = Standing{s.Candidate.ID(), s.Yes, s.IfNeeded, s.No, append([]string{}, s.Open...)}
	}
	if picked, err := poll.Pick(); err == nil {
		out.Pick = picked.ID()
	}
	return &pollOut{out}, nil
}

func candidateOf(id string) (planner.Candidate, bool) {
	if len(id) != len("2027-03-02T09:00") || id[10] != 'T' {
		return planner.Candidate{}, false
	}
	day, err := calendar.ParseDate(id[:10])
	clock, err2 := calendar.ParseClock(id[11:])
	return planner.Candidate{Date: day, Clock: clock}, err == nil && err2 == nil && day != calendar.NoDate
}
