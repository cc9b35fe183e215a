// Package capacity decides HOW MUCH fits: whether the time of people covers the
// work of districts and who is short if not (fit.go), how long a question waits
// for its first visit (wait.go, arrivals.go, waits.go), and the least step that
// mends a shortage (least.go).
//
// The room speaks dense integers only – person 3, district 17, minute 540 – and
// knows no calendar, database, clock, file or log; planner/forecast*.go are the
// bridges to the domain. It imports the standard library and nothing else.
// Everything is deterministic for its input and seed.
package capacity
