// Package api is the door: routes, what each of them asks of its caller, the
// headers on every answer, and the translation of the service's answers into
// pages, calendar feeds and problem+json. It decides nothing about planning.
//
// It and planner/outside are the only packages that speak HTTP. Of the project
// it imports api/web and what lies to its right.
package api
