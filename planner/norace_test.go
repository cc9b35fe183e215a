//go:build !race

package planner

const citizenNumbers = 100_000
