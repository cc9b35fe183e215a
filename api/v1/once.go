package v1

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/textproto"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

const (
	keyHeader = "Idempotency-Key"
	// longestKey bounds a key; a UUID has 36.
	longestKey = 100
	// largestKeyed bounds the body of a request with a key: it is read whole.
	largestKeyed = 1 << 20
)

// once gives a request with an Idempotency-Key its effect once, and the same
// answer however often it comes (IETF draft-ietf-httpapi-idempotency-key-header).
// Faults of ours and refusals of too many requests are not kept: those may be
// tried again.
func (a *API) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, caller := r.Header.Get(keyHeader), rights.CallerOf(r.Context())
		if key == "" || r.Method != http.MethodPost || caller.Role == rights.Nobody {
			next.ServeHTTP(w, r)
			return
		}
		body, p := keyedBody(w, r, key)
		if p != nil {
			a.write(w, r, p)
			return
		}
		digest := sha256.New()
		for _, part := range [][]byte{[]byte(r.Method), []byte(r.URL.RequestURI()), body} {
			sum := sha256.Sum256(part)
			digest.Write(sum[:])
		}
		caller.Key = key
		st := a.Service.As(caller.Scope)
		before, claim, err := st.BeginAnswer(r.Context(), key, [sha256.Size]byte(digest.Sum(nil)))
		switch {
		case err != nil:
			a.write(w, r, keyProblem(err))
			return
		case before != nil:
			replay(w, before)
			return
		}
		caller.Claim = claim
		a.answerOnce(w, r.WithContext(rights.With(r.Context(), caller)), next, a.Service.As(caller.Scope))
	})
}

func keyedBody(w http.ResponseWriter, r *http.Request, key string) ([]byte, *problem.Problem) {
	printable := !strings.ContainsFunc(key, func(c rune) bool { return c < '!' || c > '~' })
	if len(key) > longestKey || !printable || len(r.Header.Values(keyHeader)) > 1 {
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{
			In: "header." + keyHeader, Detail: "expected one key of at most 100 visible ASCII characters, such as a UUID",
		})
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestKeyed))
	if err != nil {
		return nil, problem.New(problem.TooLarge)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

func keyProblem(err error) *problem.Problem {
	if errors.Is(err, service.ErrBusy) {
		return problem.New(problem.KeyBusy).After("2")
	}
	if object, done := strings.CutSuffix(err.Error(), ": "+service.ErrEffected.Error()); done {
		return problem.New(problem.AlreadyDone).With(problem.InputFault{In: "header." + keyHeader, Detail: "made before: " + object})
	}
	return problem.Of(err)
}

// answerOnce lets the request be answered and keeps the answer. When the handler
// panics, or the program dies, the key stays as it is: seconds later it is taken
// over if nothing happened, and done otherwise.
func (a *API) answerOnce(w http.ResponseWriter, r *http.Request, next http.Handler, st *service.Service) {
	kept := &recorder{ResponseWriter: w, path: strings.TrimSuffix(r.URL.Path, "/")}
	release := sync.OnceFunc(st.HoldAnswer(r.Context()))
	defer release()
	next.ServeHTTP(kept, r)
	release()
	var answer *service.Answered
	switch {
	case kept.status >= 500, kept.status == http.StatusTooManyRequests:
	case kept.status < 300 && kept.shownOnce():
		answer = alreadyDone(r)
	default:
		answer = kept.answered()
	}
	if err := st.EndAnswer(r.Context(), answer); err != nil {
		a.Log.ErrorContext(r.Context(), "an answer was not kept", "request_id", rights.CallerOf(r.Context()).Request, "error", err)
	}
}

// recorder keeps what it lets pass.
type recorder struct {
	http.ResponseWriter
	path   string
	status int
	body   bytes.Buffer
}

// secretLists are the lists whose new things come with a secret that is shown
// once: at rest there is its hash, or its cipher, and nothing else.
var secretLists = []string{"feeds", "tokens", "webhooks", "caldav-accounts"}

// shownOnce reports whether the answer holds a secret, which is never kept.
func (k *recorder) shownOnce() bool { return slices.Contains(secretLists, path.Base(k.path)) }

// alreadyDone is what a repeated request gets whose answer is not kept.
func alreadyDone(r *http.Request) *service.Answered {
	p := problem.New(problem.AlreadyDone)
	// Strings and numbers always have a JSON form.
	body, _ := json.Marshal(p.In(web.MatchLang("", r.Header.Get("Accept-Language")), ""))
	return &service.Answered{Status: p.Status, Header: "Content-Type: " + problem.ContentType + "\r\n", Body: append(body, '\n')}
}

// WriteHeader notes the status.
func (k *recorder) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
	k.ResponseWriter.WriteHeader(status)
}

// Write notes the body.
func (k *recorder) Write(p []byte) (int, error) {
	if k.status == 0 {
		k.status = http.StatusOK
	}
	k.body.Write(p)
	return k.ResponseWriter.Write(p)
}

// keptHeaders are the lines of the head that belong to an answer.
var keptHeaders = []string{"Content-Type", "Content-Language", "Etag", "Location"}

func (k *recorder) answered() *service.Answered {
	var head bytes.Buffer
	for _, name := range keptHeaders {
		if v := k.Header().Get(name); v != "" {
			head.WriteString(name + ": " + v + "\r\n")
		}
	}
	return &service.Answered{Status: max(k.status, http.StatusOK), Header: head.String(), Body: k.body.Bytes()}
}

func replay(w http.ResponseWriter, before *service.Answered) {
	// Written by us, so it can be read.
	head, _ := textproto.NewReader(bufio.NewReader(strings.NewReader(before.Header + "\r\n"))).ReadMIMEHeader()
	for name, values := range head {
		if slices.Contains(keptHeaders, name) {
			w.Header()[name] = values
		}
	}
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(before.Status)
	// The caller may have gone.
	_, _ = w.Write(before.Body) //nolint:gosec // JSON that we wrote, sent as it was then
}

// write answers a problem outside of an operation.
func (*API) write(w http.ResponseWriter, r *http.Request, p *problem.Problem) {
	lang := web.MatchLang("", r.Header.Get("Accept-Language"))
	// Strings and numbers always have a JSON form.
	body, _ := json.Marshal(p.In(lang, rights.CallerOf(r.Context()).Request))
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", problem.ContentType)
	w.Header().Set("Content-Language", string(lang))
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n'))
}
