//go:build race

package main

// slowness is how much more time programs get under the race detector.
const slowness = 5

// crashKills is how often a server is killed under the race detector; `make unit`
// kills more without it.
const crashKills = 4
