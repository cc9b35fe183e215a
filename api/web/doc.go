// Package web holds the pages people see: view-models made from a state and
// its plan, templates, translations, style sheets and the static files, all
// embedded. Pages are complete without scripts and load nothing from elsewhere.
//
// It writes HTML to a writer and knows no HTTP, database, file or clock: the
// routes are api's, the present moment is an argument. Of the project it may
// import planner/service and what lies to its right.
//
// # A page
//
// A page is a template in templates, a body to fill it with, texts in both
// languages and a row in api:
//
//	{{define "absences"}}{{template "top" .}}
//	<div class="pagehead"><h1>{{.Title}}</h1></div>
//	{{with .Body}} … {{end}}
//	{{template "bottom" .}}{{end}}
//
// The template gets the frame (.Lang, .Title, …) and the body as .Body. No word
// stands in it: t writes a message, count one of a number, and more functions
// write numbers and dates in the language (render.go, functions). Messages stand
// in a table per group of pages, messages_….go; the tests want every key used and
// in both languages; a key that code makes of a prefix is of a family there.
//
// api has a table of pages per group (leadPages, peoplePages): a pattern, the
// row of the table of rights, and a method of visitor that returns an error:
//
//	page("/absences", rights.Access{Resource: rights.Absences, Act: rights.Read}, (*visitor).absences)
//	form("/absences", rights.Access{Resource: rights.Absences, Act: rights.Create}, (*visitor).addAbsence)
//
// Only who has the right for a region passes; .mine() lets pass who has it for
// what is their own, and the handler asks visitor.caller.Own. The handler asks
// visitor.service, which reaches no more than the caller's scope, and ends with
// show (a page), showAs (422: a form with faults in it), part (for htmx) or done
// (to another page after a form, with a message said.…). Errors of the service
// become pages by themselves. visitor.region is the region the page is about.
//
// Long work goes to progressPath(job): that page follows it, by htmx or by
// loading itself anew.
//
// # Parts
//
// templates/frame.html holds what pages share: "field" and "fields" (a Field:
// label, hint, fault next to it), "blank" (a Blank: what is not there and what to
// do next), "said.ok" and "said.fault", "progress". static/frame.css has their
// look: pagehead, columns, cards, row, actions, tag (good, warn, bad), button
// (plain, danger, small). Tables stand in <div class="scroll" tabindex="0"
// role="group" aria-label="…">, with data-label on each td for phones. Colours
// are the tokens of app.css and nothing else.
//
// # Scripts
//
// frame.js comes with every page: htmx (hx-get and so on in the templates),
// data-confirm (a question before a form is sent), button data-print. An island is a file of bundle/src, built by make bundle, named in
// Frame.Scripts; its style sheet in static, named in Frame.Styles. What it does
// can be done by form and keyboard too. No script and no style stands inline:
// the Content-Security-Policy refuses it.
//
// # Tests
//
// api's TestEveryPage walks over all pages in a real Chromium: axe-core in both
// languages and both schemes, the layout in three widths. TestEveryRouteIsOnTheWalk
// fails for a route that is neither a stop (walk_lead_test.go, walk_people_test.go,
// walk_frame_test.go) nor said to be no page (walk_routes_test.go).
//
// What people come to do stands in flows_lead_test.go and flows_people_test.go.
// TestFlows goes through each by mouse on a desk, by the keys alone on a phone, and
// where a flow says so on a phone that runs no scripts; hand does what a page asks
// for in each of these ways:
//
//	func beAway(p *place, h *hand) {
//		h.Go("/my/absence?lang=nl")
//		h.Writes("#from", "2027-09-06")
//		h.Goes("form[action='/my/absence'] button")
//		h.Reads("main .rows", "6 september 2027")
//	}
package web
