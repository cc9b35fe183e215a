//go:build !race

package calendar

const slowness = 1

// memoryRoom is how much more memory such code may take.
const memoryRoom = 1
