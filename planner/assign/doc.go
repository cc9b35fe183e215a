// Package assign decides WHO serves which location: the generalised assignment
// problem with capacity, a convex balance charge, district set-up charges and
// the cost of change, solved near its optimum and certified by a lower bound.
//
// The room speaks dense integers only – staff 3, location 17 – and knows no
// calendar, database, clock, file or log; planner/formulate.go and
// planner/interpret.go are the only bridges to the domain. It imports the
// standard library and nothing else.
//
// The parts are apart on purpose: the problem (problem.go), a solution and its
// full evaluation, the lower bound, the search, the reasons, and a verifier
// that shares no code with the search.
package assign
