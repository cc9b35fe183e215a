package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

type meetingCommand struct {
	Check meetingCheck `cmd:"" help:"Check all occurrences of new or changed meetings, and propose other moments for those that clash."`
	Find  meetingFind  `cmd:"" help:"Find moments for a meeting with several parties (MDO), and pick one from their answers."`
}

// agendaFlags name what people's agendas are read from.
type agendaFlags struct {
	Plan   string `type:"existingdir" help:"Plan folder in force: its visits are kept free." placeholder:"OUT"`
	From   string `help:"First day, as 2027-03-01 (default today; for check with a plan not before the plan begins)."`
	To     string `help:"Last day (default the end of that year; for find four weeks on)."`
	Region string `help:"Region of the folder; needed where there are several."`
}

// read returns the region's state and the visits of its plan.
func (f agendaFlags) read(dir string) (*planner.State, []planner.Visit, error) {
	state, at, states, err := f.region(dir)
	if err != nil || f.Plan == "" {
		return state, nil, err
	}
	folder, err := files.ReadPlan(f.Plan)
	if err != nil {
		return nil, nil, err
	}
	return state, files.PublishedOf(states, folder)[at].Visits, nil
}

// region returns the region that is asked for, and its place among all.
func (f agendaFlags) region(dir string) (state *planner.State, at int, states []*planner.State, err error) {
	if states, err = files.ReadFolder(dir); err != nil {
		return nil, 0, nil, err
	}
	if len(states) > 1 || f.Region != "" {
		if at = slices.IndexFunc(states, func(s *planner.State) bool { return s.Region == f.Region }); at < 0 {
			names := make([]string, len(states))
			for i, s := range states {
				names[i] = s.Region
			}
			return nil, 0, nil, &codeError{exitInput, fmt.Errorf("--region %q: want one of %s", f.Region, strings.Join(names, ", "))}
		}
	}
	return states[at], at, states, nil
}

// period returns the days from … to, with a default for the last.
func (f agendaFlags) period(now time.Time, last func(calendar.Date) calendar.Date) (planner.Period, error) {
	p := planner.Period{From: calendar.DateOf(now, now.Location())}
	var faults []error
	read := func(flag, text string, to *calendar.Date) {
		if text == "" {
			return
		}
		d, err := calendar.ParseDate(text)
		if err != nil {
			faults = append(faults, fmt.Errorf("--%s is %q: want a day as 2027-03-01", flag, text))
		}
		*to = d
	}
	read("from", f.From, &p.From)
	p.To = last(p.From)
	read("to", f.To, &p.To)
	if len(faults) == 0 && p.Days() == 0 {
		faults = append(faults, fmt.Errorf("--to %s is before --from %s", p.To, p.From))
	}
	if err := errors.Join(faults...); err != nil {
		return p, &codeError{exitInput, err}
	}
	return p, nil
}

type meetingCheck struct {
	Dir  string `arg:"" type:"existingdir" help:"Input folder."`
	File string `arg:"" type:"existingfile" help:"Meetings to check, with the columns of meetings.csv; one with a known id replaces it."`
	agendaFlags
}

// Run checks every meeting of the file; the exit code is 1 when one clashes.
func (c *meetingCheck) Run(p *process) error {
	if c.Plan != "" && c.From == "" { // a plan is most often of the year to come
		folder, err := files.ReadPlan(c.Plan)
		if err != nil {
			return err
		}
		c.From = max(folder.Summary.From, calendar.DateOf(p.now(), p.now().Location())).String()
	}
	period, err := c.period(p.now(), func(from calendar.Date) calendar.Date {
		return calendar.NewDate(from.Year(), time.December, 31)
	})
	if err != nil {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return &codeError{exitInput, err}
	}
	defer func() { _ = file.Close() }()
	meetings, err := files.ReadMeetings(filepath.Base(c.File), file)
	if err != nil {
		return err
	}
	state, visits, err := c.read(c.Dir)
	if err != nil {
		return err
	}
	clashes := 0
	for _, m := range meetings {
		checks, err := planner.CheckMeeting(state, visits, m, period)
		if err != nil {
			return &codeError{exitInput, err}
		}
		if len(checks) == 0 { // silence would look like a meeting that suits
			return &codeError{exitInput, fmt.Errorf("meeting %s does not take place from %s to %s: give --from and --to", m.ID, period.From, period.To)}
		}
		bad, err := p.tellChecks(&m, checks)
		if err != nil {
			return err
		}
		clashes += bad
	}
	if clashes > 0 {
		return &codeError{exitFault, errors.New(plural(clashes, "occurrence") + " with something in the way")}
	}
	return nil
}

// tellChecks prints what stands in the way of the occurrences of one meeting,
// and moments that suit better; it returns how many there are.
func (p *process) tellChecks(m *planner.Meeting, checks []planner.OccurrenceCheck) (int, error) {
	bad := 0
	for i := range checks {
		o := &checks[i]
		if len(o.Obstacles) == 0 {
			continue
		}
		bad++
		if _, err := fmt.Fprintf(p.stdout, "%s %s %s: %s\n", m.ID, o.Date, o.Clock, obstacles(o.Obstacles)); err != nil {
			return bad, err
		}
		for _, r := range o.Repairs {
			rest := "suits everybody"
			if len(r.Obstacles) > 0 {
				rest = obstacles(r.Obstacles)
			}
			if _, err := fmt.Fprintf(p.stdout, "  rather %s %s: %s\n", r.Date, r.Clock, rest); err != nil {
				return bad, err
			}
		}
	}
	_, err := fmt.Fprintf(p.stdout, "%s: %s checked, %d with something in the way\n", m.ID, plural(len(checks), "occurrence"), bad)
	return bad, err
}

// obstacles says who cannot take part and why.
func obstacles(all []planner.Obstacle) string {
	texts := planner.ObstacleTexts()
	parts := make([]string, len(all))
	for i, o := range all {
		parts[i] = strings.TrimSpace(o.Who + " " + texts[o.Code].EN + " " + o.Detail)
	}
	return strings.Join(parts, "; ")
}

type meetingFind struct {
	Dir      string            `arg:"" type:"existingdir" help:"Input folder."`
	Staff    []string          `help:"Who of our own must be there."`
	OneOf    []string          `help:"Roles, separated by +, of which one more person comes; once for each such person." placeholder:"ROLE+ROLE"`
	Location string            `help:"Where it is; without one it is a call."`
	Minutes  int               `help:"How long it takes." default:"60"`
	Party    map[string]string `help:"A party from outside and when it can come, as jgz=\"tu 13:00-17:00|th 09:00-12:00\"." placeholder:"NAME=WEEK"`
	Optional []string          `help:"Parties that it can do without."`
	Best     int               `short:"k" help:"How many moments to propose." default:"5"`
	Answers  string            `type:"existingfile" help:"What the parties answered: a CSV file with candidate, who, answer (yes, if_needed, no)." placeholder:"FILE"`
	agendaFlags
}

// Run proposes moments, or with answers says how they stand and picks one.
func (c *meetingFind) Run(p *process) error {
	period, err := c.period(p.now(), func(from calendar.Date) calendar.Date { return from + 27 })
	if err != nil {
		return err
	}
	g, err := c.gathering(period)
	if err != nil {
		return &codeError{exitInput, err}
	}
	state, visits, err := c.read(c.Dir)
	if err != nil {
		return err
	}
	found, why, err := planner.FindMoments(state, visits, g, max(1, c.Best))
	if err != nil {
		return &codeError{exitInput, err}
	}
	if len(found) == 0 {
		return &codeError{exitFault, fmt.Errorf("no moment suits; most often in the way: %s", obstacles(why[:min(len(why), 3)]))}
	}
	if c.Answers == "" {
		return p.propose(found)
	}
	return c.pick(p, &planner.Poll{Candidates: found, Who: c.who()})
}

func (c *meetingFind) gathering(period planner.Period) (planner.Gathering, error) {
	g := planner.Gathering{Location: c.Location, Minutes: c.Minutes, Period: period, Staff: c.Staff}
	for _, roles := range c.OneOf {
		g.Pools = append(g.Pools, strings.Split(roles, "+"))
	}
	var faults []error
	for _, name := range c.who() {
		week, err := files.ParseWeek("--party "+name, c.Party[name])
		if err != nil {
			faults = append(faults, err)
		}
		g.Parties = append(g.Parties, planner.Party{Name: name, Open: week, Optional: slices.Contains(c.Optional, name)})
	}
	return g, errors.Join(faults...)
}

// who lists the parties in order of name.
func (c *meetingFind) who() []string {
	names := slices.Clone(c.Optional)
	for name := range c.Party {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (p *process) propose(found []planner.Candidate) error {
	for i := range found {
		c := &found[i]
		line := fmt.Sprintf("%s with %s, %d minutes of travel", c.ID(), strings.Join(c.Staff, ", "), c.Travel)
		if len(c.Missing) > 0 {
			line += ", without " + strings.Join(c.Missing, ", ")
		}
		if c.SchoolHoliday {
			line += ", in the school holidays"
		}
		if _, err := fmt.Fprintln(p.stdout, line); err != nil {
			return err
		}
	}
	return nil
}

// pick prints how the candidates stand and which is taken.
func (c *meetingFind) pick(p *process, poll *planner.Poll) error {
	file, err := os.Open(c.Answers)
	if err != nil {
		return &codeError{exitInput, err}
	}
	defer func() { _ = file.Close() }()
	if poll.Replies, err = files.ReadReplies(filepath.Base(c.Answers), file); err != nil {
		return err
	}
	standings, err := poll.Standings()
	if err != nil {
		return &codeError{exitInput, err}
	}
	for i := range standings {
		s := &standings[i]
		if _, err := fmt.Fprintf(p.stdout, "%s: %d yes, %d if needed, %d no, %d not answered\n",
			s.Candidate.ID(), s.Yes, s.IfNeeded, s.No, len(s.Open)); err != nil {
			return err
		}
	}
	best, err := poll.Pick()
	if err != nil {
		return &codeError{exitFault, err}
	}
	_, err = fmt.Fprintf(p.stdout, "picked %s with %s\n", best.ID(), strings.Join(best.Staff, ", "))
	return err
}
