package api

import (
	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/web"
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
