// Package bookbench puts load on the booking of slots: the real program on a
// PostgreSQL of its own, a region of 150 locations, and a load generator that
// sends at a steady pace and counts time from when a request should have gone.
//
// `make bench-booking` runs it at full length and checks what is asked of it; with
// the other tests it runs for a second or two and checks that nothing fails.
//
// Of the project its tests import internal/pgtest, planner/service, planner/store,
// planner/files, planner and calendar.
package bookbench
