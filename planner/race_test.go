//go:build race

package planner

// citizenNumbers is how many numbers are looked for under the race detector,
// which makes the search twenty times as slow; `make unit` looks for all of them
// without it.
const citizenNumbers = 5_000
