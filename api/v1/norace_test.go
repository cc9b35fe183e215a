//go:build !race

package v1

const slowness = 1
