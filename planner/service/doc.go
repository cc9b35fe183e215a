// Package service holds the use cases: take in a region, propose a plan,
// publish it, show it, render calendar feeds, mail what people should know and
// take their answers, and keep clear of their own calendars. Each is one method
// that brings the rooms below together; pages, the API and the command line
// call these and nothing deeper.
//
// It may import planner/store, planner/files, planner/outside, planner/verify,
// planner and calendar. The clock and the log come in from outside.
package service
