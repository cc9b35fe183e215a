// Package schedule decides WHEN each visit takes place and by whom: a periodic
// vehicle-routing problem with time windows, spacing, synchronised visits and
// the cost of change, planned and repaired by one and the same search.
//
// The room speaks dense integers only – staff 3, place 17, day 40, minute 540 –
// and knows no calendar, database, clock, file or log; planner/formulate.go and
// planner/interpret.go are the only bridges to the domain. It imports the
// standard library and nothing else.
//
// # Time
//
// A route is one person's day. The person leaves home not before Shift.From and
// is back by Shift.To. Each visit occupies Before + Duration + After at its
// place, all of it within the shift; Placement.Start is the start of Duration.
// Between two stops at a place lies at least the travel time of the person's
// table. A fixed stop with a place is a stop like others that does not move; one
// without a place happens wherever the person is: it costs no travel, but no
// visit and no journey may be under way during it; the same holds for a visit
// without a place (Visit.Place = None: by phone, online). What fixed stops do
// among themselves is nobody's fault: they may overlap, lie outside the shift, or
// be too far apart; a rule is broken only where a visit takes part. So a journey
// between two fixed stops, or between one and home, is a fault only where visits
// without a place keep it from being in time. Reserve holds
// when the shift's length, less all travel of the day, the occupied time of its
// visits and the part of fixed stops within the shift, is at least Reserve; it
// is not asked of a day without visits. The length of a day (MaxDuration) runs
// from leaving home for the first stop at a place to being back from the last.
//
// The search lets the start of a visit float until the end, as early as the
// route allows; the starts of visits with several people or without a place, and
// of published ones, are settled when they are placed.
//
// # Parts
//
// The parts are apart on purpose: the problem (problem.go), a solution and its
// full evaluation, the search, the reasons, and a verifier that shares no code
// with the search.
//
// Work grows with what is coupled: visits that share a person, a requirement or
// a budget of moves form a part, and parts are solved side by side.
package schedule
