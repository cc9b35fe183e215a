package files

import (
	"encoding/json"
	"errors"
	"io/fs"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/verify"
)

// travelFile holds the travel times that a router measured for a plan.
const travelFile = "travel.json"

// TravelFile renders measured travel as a further file of a plan folder; there
// is none when no router was asked.
func TravelFile(t *planner.TravelTable) (map[string][]byte, error) {
	if t == nil {
		return nil, nil
	}
	out := verify.Travel{Source: t.Source, Why: t.Why, Modes: map[string]verify.TravelTable{}}
	for mode, m := range t.Modes {
		out.Modes[string(mode)] = verify.TravelTable{Points: m.Points, Seconds: m.Seconds}
	}
	text, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{travelFile: append(text, '\n')}, nil
}

// readTravel reads measured travel, where a plan folder has it.
func readTravel(rep *report, fsys fs.FS, out *verify.Folder) {
	data, err := readRegular(fsys, travelFile)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		rep.file(travelFile, "cannot read: %s", cause(err))
		return
	}
	out.Travel = &verify.Travel{}
	if err := json.Unmarshal(data, out.Travel); err != nil {
		line, column := placeOf(data, errorOffset(err, 0))
		rep.add(Fault{File: travelFile, Line: line, Column: column, Message: "not a table of travel times: " + err.Error()})
	}
}
