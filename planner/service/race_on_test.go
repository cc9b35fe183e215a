//go:build race

package service

// raceFactor is how much slower the race detector makes things.
const raceFactor = 12
