package api

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"
)

// The limits of a Config that names none.
const (
	// defaultFeedLimit is one read each quarter of a minute. The most eager
	// calendar program asks once a minute.
	defaultFeedLimit = 240
	// defaultUnknownLimit leaves room for the revoked subscriptions of a whole
	// organisation behind one address, and none for guessing.
	defaultUnknownLimit = 600
	// defaultAccountLimit is a sync each quarter of an hour of several calendars
	// with many events, on top of one each minute that finds nothing new.
	defaultAccountLimit = 1200
	// defaultCallerLimit is ten requests a second for an hour on end.
	defaultCallerLimit = 36000
	// defaultEntryLimit is an office that signs in together in the morning, behind
	// one address, and too little to guess.
	defaultEntryLimit = 300
	limitWindow       = time.Hour
	// doubtfulTurns is how many questions from places with too many misses are
	// put to the database at a time.
	doubtfulTurns = 2
)

// limiter bounds the requests under one key in any hour. It counts in memory,
// so that every process counts for itself and forgets when it stops.
type limiter struct {
	*httprate.RateLimiter
	limit int
}

func newLimiter(limit int) limiter {
	// No X-RateLimit headers: a HEAD and a 304 carry the headers of their GET,
	// and these would differ from request to request.
	return limiter{httprate.NewRateLimiter(limit, limitWindow, httprate.WithResponseHeaders(httprate.ResponseHeaders{})), limit}
}

// rate returns the requests under a key in the last hour and counts none.
func (l limiter) rate(key string) int {
	// Counting in memory does not fail.
	_, rate, _ := l.Status(key)
	return int(math.Round(rate))
}

// full reports whether the next request under a key would be one too many.
func (l limiter) full(key string) bool { return l.rate(key) >= l.limit }

// retryAfter is the number of seconds after which a key that is full is surely
// not: the count slides from one window into the next, where it falls by one in
// each limit-th part.
func (l limiter) retryAfter() int {
	return int(math.Ceil(limitWindow.Seconds() * (1 + 1/float64(l.limit))))
}

// clientAddress learns who asks: the address of the connection, which nobody
// can forge, and the word of X-Forwarded-For for what came through a trusted
// proxy.
func (h *handlers) clientAddress() func(http.Handler) http.Handler {
	if len(h.TrustedProxies) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	proxies := make([]string, len(h.TrustedProxies))
	for i, p := range h.TrustedProxies {
		proxies[i] = p.String()
	}
	return middleware.ClientIPFromXFF(proxies...)
}

// address is the key of the one who asks, an IPv6 network of 64 bits being one.
// Those whose address cannot be told share one.
func address(r *http.Request) string {
	return httprate.CanonicalizeIP(middleware.GetClientIP(r.Context()))
}

// lookUp asks what a token or a password opens. Nobody guesses 160 random bits,
// so what is good passes from everywhere, also where others asked for too many
// unknown ones: only misses are refused there. The questions from such places
// wait for one of a few turns, which keeps them from driving others out of the
// database; what was good in the last hour waits for none.
func (h *handlers) lookUp(r *http.Request, inUse bool, ask func() error) error {
	if inUse || !h.unknowns.full(address(r)) {
		return ask()
	}
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
		return ask()
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// unknownFeed answers a token that opens nothing, whatever the reason.
func (h *handlers) unknownFeed(w http.ResponseWriter, r *http.Request) {
	if h.unknowns.OnLimit(w, r, address(r)) {
		h.tooMany(w, r, h.unknowns)
		return
	}
	h.answerFault(w, r, http.StatusNotFound)
}

// tooMany refuses a request over a limit (RFC 6585 section 4).
func (h *handlers) tooMany(w http.ResponseWriter, r *http.Request, l limiter) {
	w.Header().Set("Retry-After", strconv.Itoa(l.retryAfter()))
	h.answerFault(w, r, http.StatusTooManyRequests)
}
