// Package apifuzz has schemathesis, a tester of APIs that others wrote, ask
// the running program everything that its description allows, and much that it
// does not. There is nothing in it but a test.
//
// `make schemathesis` runs it, and `make torture` with it. Of the project its test
// imports internal/pgtest.
package apifuzz
