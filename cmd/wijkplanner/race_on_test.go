//go:build race

package main

// slowness is how much more time programs get under the race detector.
const slowness = 5
