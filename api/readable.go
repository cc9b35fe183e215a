package api

import (
	"net/http"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// readable refuses addresses that are no text.
func (h *handlers) readable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := problem.OfAddress(r.URL); p != nil {
			h.answerProblem(w, r, p)
			return
		}
		next.ServeHTTP(w, r)
	})
}
