// Package house holds the tests that keep the project's shape: which package
// may import which, and what every package must say of itself. It has no code.
package house
