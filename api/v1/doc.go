// Package v1 is the JSON API, version 1: its operations, the types on the wire,
// and what they share – the policy row of each operation, problem details,
// entity tags, idempotency keys and signed cursors. It turns questions into calls
// of the service and answers into JSON; it decides nothing about planning.
//
// The description (OpenAPI 3.1) is made from the operations themselves. Paths are
// plural nouns in kebab-case, query keys camelCase, fields snake_case, all in
// English; that is the one deviation from the NL API Design Rules, which prefer
// Dutch.
//
// Of the project it imports api/problem, api/rights, planner/service, planner and
// calendar.
package v1
