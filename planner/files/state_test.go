package files

import (
	"encoding/json"

	"github.com/wijkplanner/wijkplanner/planner"
)

// stateText returns a state as text, to compare and show.
func stateText(s *planner.State) string {
	out, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(out)
}
