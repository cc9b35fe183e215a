package api

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// readable refuses addresses that are no text: nothing here is named by them, and
// PostgreSQL takes neither a NUL nor broken UTF-8 in a question.
func (h *handlers) readable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isText(r.URL.Path) {
			h.answerFault(w, r, http.StatusNotFound)
			return
		}
		if r.URL.RawQuery != "" {
			for name, values := range r.URL.Query() {
				if !isText(name) || !isText(strings.Join(values, "")) {
					h.answerFault(w, r, http.StatusBadRequest)
					return
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}

func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
