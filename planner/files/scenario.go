package files

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/wijkplanner/wijkplanner/planner"
)

// ReadScenario reads a what-if file (docs/capacity.md). What it includes are input
// folders, named relative to it: their municipalities, organisations, districts,
// locations and staff come in, but for those that the state has already. The
// error is a Faults with all that is wrong in the file.
func ReadScenario(path string, s *planner.State) (*planner.Scenario, error) {
	rep := &report{}
	c := &planner.Scenario{}
	f, err := os.Open(path)
	if err != nil {
		return nil, Faults{{File: path, Message: "cannot open: " + cause(err)}}
	}
	defer func() { _ = f.Close() }()
	data, err := readText(f)
	if err != nil {
		return nil, Faults{{File: path, Message: fmt.Sprintf("cannot read: %v", err)}}
	}
	name := filepath.Base(path)
	if text, ok := plainText(rep, name, data); ok {
		if root, ok := parseYAML(rep, name, text); ok {
			r := &scenarioReader{programmeReader: newProgrammeReader(), scenario: c, state: s, dir: filepath.Dir(path)}
			r.read(root)
		}
	}
	rep.gather()
	if err := rep.err(); err != nil {
		return nil, err
	}
	return c, nil
}

type scenarioReader struct {
	*programmeReader
	scenario *planner.Scenario
	state    *planner.State
	dir      string
}

func (r *scenarioReader) read(root node) {
	f := root.mapping("name! include copies close leave hours absences assumptions promises merges ends")
	c := r.scenario
	c.Name = f.scalar("name").text
	for _, v := range f.get("include").scalars() {
		r.include(v)
	}
	for _, n := range f.get("copies").items() {
		x := n.mapping("id! like! role! hours_week! from")
		c.Copies = append(c.Copies, planner.Copy{
			ID: x.scalar("id").id(), Like: x.scalar("like").text, Role: x.scalar("role").text,
			HoursWeek: hours(x.scalar("hours_week")), From: x.scalar("from").date(),
		})
	}
	for _, n := range f.get("close").items() {
		x := n.mapping("location! on!")
		c.Close = append(c.Close, planner.LastDay{ID: x.scalar("location").text, On: x.scalar("on").date()})
	}
	for _, n := range f.get("leave").items() {
		x := n.mapping("staff! on!")
		c.Leave = append(c.Leave, planner.LastDay{ID: x.scalar("staff").text, On: x.scalar("on").date()})
	}
	for _, n := range f.get("hours").items() {
		x := n.mapping("staff! role! hours_week! from")
		c.Hours = append(c.Hours, planner.HoursChange{
			Staff: x.scalar("staff").text, Role: x.scalar("role").text, HoursWeek: hours(x.scalar("hours_week")), From: x.scalar("from").date(),
		})
	}
	r.readRest(f)
}

func (r *scenarioReader) readRest(f fields) {
	c := r.scenario
	for _, n := range f.get("absences").items() {
		x := n.mapping("staff! from! to!")
		from, to := period(x.scalar("from"), x.scalar("to"))
		c.Absences = append(c.Absences, planner.Absence{Staff: x.scalar("staff").text, From: from, To: to})
	}
	for _, n := range f.get("assumptions").items() {
		r.assumption(n)
	}
	c.Assumptions = r.programme.Assumptions
	for _, n := range f.get("promises").items() {
		x := n.mapping("requirement! minimum! target!")
		c.Promises = append(c.Promises, planner.Promise{
			Requirement: x.scalar("requirement").text, Minimum: x.scalar("minimum").number(0, maxVisits), Target: x.scalar("target").number(0, maxVisits),
		})
	}
	for _, n := range f.get("merges").items() {
		x := n.mapping("into! name districts!")
		m := planner.Merge{Into: x.scalar("into").id(), Name: x.scalar("name").text}
		for _, v := range x.get("districts").scalars() {
			m.Districts = append(m.Districts, v.text)
		}
		c.Merges = append(c.Merges, m)
	}
	if v := f.scalar("ends"); !v.empty() {
		c.Ends = v.date()
	}
}

func hours(v value) int { return int(math.Round(100 * v.decimal(0, 168))) }

// include takes in an input folder.
func (r *scenarioReader) include(v value) {
	dir := filepath.FromSlash(v.text)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(r.dir, dir)
	}
	states, err := ReadFolder(dir)
	if err != nil {
		v.fault("%s: %v", v.text, err)
		return
	}
	c := r.scenario
	for _, s := range states {
		c.Municipalities = append(c.Municipalities, fresh(r.state.Programme.Municipalities, s.Programme.Municipalities, func(m *planner.Municipality) string { return m.Code })...)
		c.Organisations = append(c.Organisations, fresh(r.state.Organisations, s.Organisations, func(o *planner.Organisation) string { return o.ID })...)
		c.Districts = append(c.Districts, fresh(r.state.Districts, s.Districts, func(d *planner.District) string { return d.ID })...)
		c.Locations = append(c.Locations, fresh(r.state.Locations, s.Locations, func(l *planner.Location) string { return l.ID })...)
		c.Staff = append(c.Staff, fresh(r.state.Staff, s.Staff, func(m *planner.Staff) string { return m.ID })...)
	}
}

// fresh returns what is not known yet.
func fresh[T any](have, come []T, id func(*T) string) []T {
	known := map[string]bool{}
	for i := range have {
		known[id(&have[i])] = true
	}
	var out []T
	for i := range come {
		if !known[id(&come[i])] {
			out = append(out, come[i])
		}
	}
	return out
}
