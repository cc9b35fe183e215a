//go:build !race

package main

// slowness is how much more time programs get than by themselves.
const slowness = 1
