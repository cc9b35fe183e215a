package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
)

// principal is who may use a route.
type principal string

// The principals that routes know so far.
const (
	// anyone needs nothing (PUB).
	anyone principal = "PUB"
	// feedReader holds a feed's secret address; the token in it is the proof (FR).
	feedReader principal = "FR"
	// linkHolder came by a link in mail. Whoever scans mail has it too, so it
	// shows nothing of anybody, and an act needs the mailed code besides (LC).
	linkHolder principal = "LC"
	// account is somebody who is signed in, whatever they are.
	account principal = "ADM TL CO AU"
)

// policy is the row of one route in the policy table.
type policy struct {
	method, pattern string
	principal       principal
}

// policies is the policy table: every route has a row, or nothing starts.
var policies = slices.Concat(
	reading("/", account),
	reading("/static/*", anyone),
	reading("/f/{token}.ics", feedReader),
	reading("/subscribe/{token}", feedReader),
	davPolicies(),
	reading("/answer/{token}", linkHolder),
	[]policy{{http.MethodPost, "/answer/{token}", linkHolder}},
	reading("/healthz", anyone),
	reading("/robots.txt", anyone),
	reading("/.well-known/security.txt", anyone),
)

// reading gives the rows of a route that is only read.
func reading(pattern string, p principal) []policy {
	return []policy{{http.MethodGet, pattern, p}, {http.MethodHead, pattern, p}}
}

// checkPolicies reports every route without a row and every row without a
// route.
func checkPolicies(routes chi.Routes, table []policy) error {
	type route struct{ method, pattern string }
	open := make(map[route]bool)
	for _, p := range table {
		open[route{p.method, p.pattern}] = true
	}
	var faults []error
	err := chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		at := route{method, pattern}
		if !open[at] {
			faults = append(faults, fmt.Errorf("api: route %s %s has no row in the policy table", method, pattern))
		}
		delete(open, at)
		return nil
	})
	for _, p := range table {
		if open[route{p.method, p.pattern}] {
			faults = append(faults, fmt.Errorf("api: the policy table has a row for %s %s, which is no route", p.method, p.pattern))
		}
	}
	return errors.Join(append(faults, err)...)
}

func sortedList(names []string) string {
	slices.Sort(names)
	return strings.Join(names, ", ")
}
