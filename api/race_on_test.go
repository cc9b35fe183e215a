//go:build race

package api_test

// raceFactor is how much slower the race detector makes things.
const raceFactor = 12
