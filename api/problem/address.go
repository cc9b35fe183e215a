package problem

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// OfAddress is the problem of an address that is no text, nil for others: nothing
// is named by it, and PostgreSQL takes neither a NUL nor broken UTF-8 in a question.
func OfAddress(u *url.URL) *Problem {
	if !IsText(u.Path) {
		return New(NotFound)
	}
	if u.RawQuery == "" {
		return nil
	}
	for name, values := range u.Query() {
		if !IsText(name) || !IsText(strings.Join(values, "")) {
			return New(BadRequest)
		}
	}
	return nil
}

// IsText reports whether a text is UTF-8 without a NUL.
func IsText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
