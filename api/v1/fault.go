package v1

import (
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// huma has one way for the whole program to make its faults; ours are problems
// with a code, and input that does not fit its schema is a 400 (NL API Design
// Rules, /core/error-handling/invalid-input).
func init() { //nolint:gochecknoinits // huma keeps this in a variable of its package
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		if status == http.StatusUnprocessableEntity {
			status = http.StatusBadRequest
		}
		p := problem.OfStatus(status)
		if code := problem.New(problem.Code(message)); string(code.Code) == message && code.Status == status {
			p = code
		}
		for _, err := range errs {
			if err != nil {
				p = p.With(inputFault(err))
			}
		}
		if len(p.Errors) == 0 && status == http.StatusBadRequest && message != string(p.Code) {
			p = p.With(problem.InputFault{In: "body", Detail: message})
		}
		return p
	}
}

// inputFault says where and what, and never repeats the value.
func inputFault(err error) problem.InputFault {
	var d huma.ErrorDetailer
	if errors.As(err, &d) {
		detail := d.ErrorDetail()
		return problem.InputFault{In: detail.Location, Detail: detail.Message}
	}
	return problem.InputFault{In: "body", Detail: err.Error()}
}
