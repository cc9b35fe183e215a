//go:build race

package calendar

// slowness is how much longer code may take that the race detector watches.
const slowness = 10

// memoryRoom is how much more memory such code may take.
const memoryRoom = 4
