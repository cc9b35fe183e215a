package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
)

type meetingCommand struct {
	Check meetingCheck `cmd:"" help:"Check all occurrences of new or changed meetings, and propose other moments for those that clash."`
	Find  meetingFind  `cmd:"" help:"Find moments for a meeting with several parties (MDO), and pick one from their answers."`
}

type meetingCheck struct {
	Dir  string `arg:"" type:"existingdir" help:"Input folder."`
	File string `arg:"" type:"existingfile" help:"Meetings to check, with the columns of meetings.csv; one with a known id replaces it."`
	agendaFlags
}

// Run checks every meeting of the file; the exit code is 1 when one clashes.
func (c *meetingCheck) Run(p *process) error {
	a, err := c.read(c.Dir)
	if err != nil {
		return err
	}
	period, err := c.period(p.now(), a, a.end)
	if err != nil {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return &codeError{exitInput, err}
	}
	defer func() { _ = file.Close() }()
	meetings, err := files.ReadMeetings(filepath.Base(c.File), c.Region, file)
	if err != nil {
		return err
	}
	if len(meetings) == 0 { // silence would look like meetings that suit
		return &codeError{exitInput, fmt.Errorf("%s has no meetings to check%s", c.File, ofRegion(c.Region))}
	}
	clashes, visits := 0, a.published().Visits
	for _, m := range meetings {
		checks, err := planner.CheckMeeting(a.state, visits, m, period)
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

func ofRegion(region string) string {
	if region == "" {
		return ""
	}
	return " of region " + region
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
	Party    map[string]string `help:"A party from outside and when it can come, as jgz=\"tu 13:00-17:00|th 09:00-12:00\"; nothing after the = for office hours." placeholder:"NAME=WEEK"`
	Optional []string          `help:"Names of parties that it can do without."`
	Best     int               `short:"k" help:"How many moments to propose." default:"5"`
	Answers  string            `type:"existingfile" help:"What the parties answered: a CSV file with candidate, who, answer (yes, if_needed, no)." placeholder:"FILE"`
	agendaFlags
}

// Validate refuses what makes no sense, all of it at once.
func (c *meetingFind) Validate() error {
	faults := append(c.faults(), bestFaults(c.Best)...)
	for i, id := range c.Staff {
		if slices.Contains(c.Staff[:i], id) {
			faults = append(faults, fmt.Errorf("--staff %s is there twice", id))
		}
	}
	if _, nameless := c.Party[""]; nameless {
		faults = append(faults, errors.New("--party has no name: want NAME=WEEK, as jgz=\"tu 13:00-17:00\""))
	}
	for _, name := range c.Optional {
		if _, known := c.Party[name]; !known {
			faults = append(faults, fmt.Errorf("--optional %s: no --party has this name (%s); a party that comes in office hours is --party %s=",
				name, strings.Join(c.who(), ", "), name))
		}
	}
	return errors.Join(faults...)
}

// Run proposes moments, or with answers says how they stand and picks one.
func (c *meetingFind) Run(p *process) error {
	a, err := c.read(c.Dir)
	if err != nil {
		return err
	}
	period, err := c.period(p.now(), a, func(from calendar.Date) calendar.Date { return from + 27 })
	if err != nil {
		return err
	}
	g, err := c.gathering(period)
	if err != nil {
		return &codeError{exitInput, err}
	}
	found, why, err := planner.FindMoments(a.state, a.published().Visits, g, c.Best)
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
func (c *meetingFind) who() []string { return slices.Sorted(maps.Keys(c.Party)) }

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
