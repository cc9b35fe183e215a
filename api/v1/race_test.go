//go:build race

package v1

// slowness is how much longer an answer may take that the race detector watches;
// `make unit` measures once more without it.
const slowness = 10
