package files

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

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

// MeasuredTravel returns the measured travel of a plan folder, nil where it has
// none. The error is a Faults: the table of a mode is not square.
func MeasuredTravel(folder *verify.Folder) (*planner.TravelTable, error) {
	if folder.Travel == nil {
		return nil, nil
	}
	out := &planner.TravelTable{Source: folder.Travel.Source, Why: folder.Travel.Why, Modes: map[planner.TravelMode]*planner.ModeTable{}}
	var faults Faults
	for _, mode := range slices.Sorted(maps.Keys(folder.Travel.Modes)) {
		t := folder.Travel.Modes[mode]
		short := func(row []int32) bool { return len(row) != len(t.Points) }
		if len(t.Seconds) != len(t.Points) || slices.ContainsFunc(t.Seconds, short) {
			faults = append(faults, Fault{File: travelFile, Message: fmt.Sprintf("the table of %s is not one row and column for each of its %d points", mode, len(t.Points))})
			continue
		}
		out.Modes[planner.TravelMode(mode)] = &planner.ModeTable{Points: t.Points, Seconds: t.Seconds}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return out, nil
}
