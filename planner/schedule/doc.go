// Package schedule decides WHEN each visit takes place and by whom: a periodic
// vehicle-routing problem with time windows, spacing, synchronised visits and
// the cost of change, planned and repaired by one and the same search.
//
// The room speaks dense integers only – staff 3, place 17, day 40, minute 540 –
// and knows no calendar, database, clock, file or log; planner/formulate.go and
// planner/interpret.go are the only bridges to the domain. It imports the
// standard library and nothing else.
//
// The parts are apart on purpose: the problem (problem.go), a solution and its
// full evaluation, the search, the reasons, and a verifier that shares no code
// with the search.
package schedule
