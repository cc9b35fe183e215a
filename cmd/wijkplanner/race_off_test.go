//go:build !race

package main

// slowness is how much more time programs get than by themselves.
const slowness = 1

// crashKills is how often a server is killed on each database (R-D1).
const crashKills = 20
