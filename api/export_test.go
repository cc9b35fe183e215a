package api

import (
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// AcceptsGzip lets the tests see how Accept-Encoding is read.
var AcceptsGzip = acceptsGzip

// PolicyRoutes gives the tests the method and pattern of each row.
func PolicyRoutes() [][2]string {
	var rows [][2]string
	for _, p := range policies {
		rows = append(rows, [2]string{p.method, p.pattern})
	}
	return rows
}

// CheckPolicies checks routes against the table.
func CheckPolicies(routes chi.Routes) error { return checkPolicies(routes, policies) }

// Detail gives the tests what is said of a status.
func Detail(status int, l web.Lang) string { return problem.OfStatus(status).In(l, "").Detail }

// ParseXML and ParseFilter let the tests see how requests are read.
var (
	ParseXML    = parseXML
	ParseFilter = parseFilter
)

// LocalPath lets the tests see where a redirect leads.
var LocalPath = localPath

// PagePatterns gives the tests the pattern of every page that the frame serves;
// a file to take away is none.
func PagePatterns() []string {
	var out []string
	for _, p := range pageRoutes() {
		if p.method == "GET" && !strings.Contains(p.pattern, ".") {
			out = append(out, p.pattern)
		}
	}
	return out
}

// PageOpen reports whether a role sees anything on a page.
func PageOpen(pattern string, role service.Role) bool {
	for _, p := range pageRoutes() {
		if p.method == "GET" && p.pattern == pattern {
			return rights.Of(role, p.access) != rights.None
		}
	}
	return false
}
