package api

import (
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
)

// leadPages are the team lead's pages.
func leadPages() []pageRoute {
	return slices.Concat(boardPages(), planPages(), yearPages(), keepPages(), capacityPages(), staffPages(), slotPages(), contactPages(), whatIfPages(), wholePages())
}

// The rights that the lead's pages ask for.
var (
	seesScenarios = rights.Access{Resource: rights.Scenarios, Act: rights.Read}
	moves         = rights.Access{Resource: rights.Assignments, Act: rights.Change}
)

func boardPages() []pageRoute {
	return []pageRoute{
		page("/board", seesScenarios, (*visitor).board),
		page("/board/map.json", seesScenarios, (*visitor).boardMap),
		page("/board/move", moves, (*visitor).movePage),
		form("/board/move", moves, (*visitor).acceptMove),
	}
}

// zoneOf is the time zone of a region.
func zoneOf(s *planner.State) (*time.Location, error) {
	zone, err := time.LoadLocation(s.Programme.Zone)
	if err != nil {
		return nil, fmt.Errorf("programme %s: zone: %w", s.Programme.ID, err)
	}
	return zone, nil
}
