package files

import (
	"io/fs"
	"maps"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// Prove proves plans as `wijkplanner verify` would prove their folder, without
// writing it: what is not proved should neither be written nor stored. The
// error is for plans that cannot be rendered at all.
func Prove(states []*planner.State, plans []*planner.Plan) ([]verify.Fault, error) {
	return ProveWith(states, plans, nil)
}

// ProveWith proves plans with the further files that their folder holds: what
// they were made from again (ReplanFiles), or measured travel (TravelFile).
func ProveWith(states []*planner.State, plans []*planner.Plan, extra map[string][]byte) ([]verify.Fault, error) {
	content, err := planFiles(states, plans)
	if err != nil {
		return nil, err
	}
	maps.Copy(content, extra)
	folder, err := ReadPlanFS(inMemory(content))
	if err != nil {
		return nil, err
	}
	return verify.Regions(states, folder, firstDay(plans[0]), lastDay(plans[0])), nil
}

// firstDay and lastDay are those of the calendar year that a plan is for.
func firstDay(p *planner.Plan) calendar.Date {
	return calendar.NewDate(p.From.Year(), time.January, 1)
}

func lastDay(p *planner.Plan) calendar.Date {
	return calendar.NewDate(p.From.Year(), time.December, 31)
}

// inMemory is a folder of files by name.
type inMemory map[string][]byte

// ReadFile returns a file's content.
func (m inMemory) ReadFile(name string) ([]byte, error) {
	if data, ok := m[name]; ok {
		return data, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Open is not needed: fs.ReadFile uses ReadFile.
func (m inMemory) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

// ReadMemory reads an input folder that is in memory, as ReadFolder does.
func ReadMemory(content map[string][]byte) ([]*planner.State, error) {
	return ReadFS(inMemory(content))
}
