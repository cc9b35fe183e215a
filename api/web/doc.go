// Package web holds the pages people see: view-models made from a state and
// its plan, templates, translations, style sheet and the static files, all
// embedded. Pages are complete without scripts and load nothing from elsewhere.
//
// It writes HTML to a writer and knows no HTTP, database, file or clock: the
// routes are api's, the present moment is an argument. Of the project it may
// import planner/service and what lies to its right.
package web
