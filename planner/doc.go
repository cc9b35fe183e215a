// Package planner is the domain: the people, districts and locations of a
// region, the promises made to every location, and the plan that keeps them.
//
// It holds the types and rules, the constraint table and the reasons, and the
// two bridges to the optimisation cores: formulate turns the domain into dense
// integers, interpret turns their answer back into a plan. It may import the
// cores (planner/assign, planner/schedule, planner/capacity) and calendar, and
// nothing else of the project: no database, file, network, clock or log.
package planner
