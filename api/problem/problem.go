// Package problem is the body of a fault for programs: problem details (RFC
// 9457) with a stable code, a Dutch and an English sentence and the id of the
// request. It knows what each fault of the service means to a caller.
//
// Of the project it imports api/web, for the language, and planner/service.
package problem

import (
	"net/http"

	"github.com/wijkplanner/wijkplanner/api/web"
)

// ContentType is the media type of a problem (RFC 9457 section 3).
const ContentType = "application/problem+json"

// Problem is what a caller learns of a fault. It has no instance: a path can
// hold a secret.
type Problem struct { //nolint:errname // the name that RFC 9457 gives it
	Type   string `json:"type" doc:"Always about:blank; code tells faults apart." example:"about:blank"`
	Title  string `json:"title" doc:"The status in words." example:"Not Found"`
	Status int    `json:"status" doc:"The HTTP status." example:"404"`
	// Code tells faults apart and stays what it is.
	Code Code `json:"code" doc:"Tells faults apart, and stays what it is." example:"not_found"`
	// Detail says in the caller's language what to do; Details in both.
	Detail  string    `json:"detail" doc:"What is wrong and what to do, in the language asked for."`
	Details Sentences `json:"details" doc:"The same in Dutch and English."`
	// RequestID names the request in the log.
	RequestID string `json:"request_id" doc:"Names the request; mention it when you report the fault."`
	// Errors are the faults of an input, all at once.
	Errors []InputFault `json:"errors,omitempty" doc:"What is wrong with the input, all faults at once."`
	// Current is what the caller wanted to change, as it is now.
	Current any `json:"current,omitempty" doc:"What you wanted to change, as it is now."`
	// Alternatives are what the caller can have instead.
	Alternatives any `json:"alternatives,omitempty" doc:"What can be had instead."`

	retryAfter string
}

// Sentences is one sentence in both languages.
type Sentences struct {
	NL string `json:"nl"`
	EN string `json:"en"`
}

// InputFault is one fault of an input.
type InputFault struct {
	// In says where: "body.mail", "query.limit", or a file with line and column.
	In string `json:"in" doc:"Where: body.mail, query.limit, or a file with its line and column." example:"body.mail"`
	// Detail says what was expected. It never repeats the value, which can be
	// what has no place here.
	Detail string `json:"detail" doc:"What was expected." example:"expected string to be RFC 5322 email"`
}

// New returns the problem of a code.
func New(code Code) *Problem {
	k, known := kinds[code]
	if !known {
		code, k = Internal, kinds[Internal]
	}
	return &Problem{
		Type: "about:blank", Title: http.StatusText(k.status), Status: k.status, Code: code,
		Details: k.Sentences, Detail: k.NL,
	}
}

// OfStatus returns the problem that a status alone tells.
func OfStatus(status int) *Problem {
	for _, code := range plain {
		if kinds[code].status == status {
			return New(code)
		}
	}
	p := New(Internal)
	if status >= 400 && status < 500 {
		p = New(BadRequest)
	}
	p.Status, p.Title = status, http.StatusText(status)
	return p
}

// With adds faults of the input.
func (p *Problem) With(faults ...InputFault) *Problem {
	p.Errors = append(p.Errors, faults...)
	return p
}

// In returns the problem in a language, for one request.
func (p *Problem) In(lang web.Lang, requestID string) *Problem {
	out := *p
	if out.Detail = out.Details.NL; lang == web.English {
		out.Detail = out.Details.EN
	}
	out.RequestID = requestID
	return &out
}

// Error is the sentence in English.
func (p *Problem) Error() string { return string(p.Code) + ": " + p.Details.EN }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type in place of JSON's own.
func (*Problem) ContentType(string) string { return ContentType }

// GetHeaders are the lines of the head that belong to the fault.
func (p *Problem) GetHeaders() http.Header {
	switch {
	case p.retryAfter != "":
		return http.Header{"Retry-After": {p.retryAfter}}
	case p.Status == http.StatusServiceUnavailable:
		return http.Header{"Retry-After": {"1"}}
	}
	return nil
}

// After says in how many seconds to try again.
func (p *Problem) After(seconds string) *Problem {
	p.retryAfter = seconds
	return p
}
