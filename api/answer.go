package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Answering is what stands behind the links in mail. A link that is none, or no
// longer, is ErrNotFound; the other errors are those of the service.
type Answering struct {
	// Open says whether there is something to answer. It changes nothing.
	Open func(ctx context.Context, token string) error
	// MailCode mails a code for one act.
	MailCode func(ctx context.Context, token string) error
	// Answer takes an answer – accepted, tentative or declined – with its code.
	Answer func(ctx context.Context, token, code, answer string) error
}

// longestForm bounds the body of a form.
const longestForm = 4 << 10

// answerPage shows the forms behind a link in mail. Mail scanners fetch it:
// nothing happens by that, and there is nothing of anybody on it.
func (h *handlers) answerPage(w http.ResponseWriter, r *http.Request) {
	if _, ok := h.answerToken(w, r); ok { //nolint:contextcheck // the request carries it
		h.sendAnswerPage(w, r, lang(r), http.StatusOK, web.Answer{})
	}
}

// answerToken returns the token of a link that opens something; it has answered
// otherwise.
func (h *handlers) answerToken(w http.ResponseWriter, r *http.Request) (string, bool) {
	token := chi.URLParam(r, "token")
	if h.Answering.Open == nil || !plausible(token) {
		h.unknownFeed(w, r)
		return "", false
	}
	err := h.lookUp(r, false, func() error { return h.Answering.Open(r.Context(), token) })
	if errors.Is(err, ErrNotFound) {
		h.unknownFeed(w, r)
		return "", false
	}
	if err != nil {
		h.answerError(w, r, err)
		return "", false
	}
	return token, true
}

// sameSite refuses what a page of somebody else makes a browser send, and what a
// page of ours that came over a plain connection does, which anybody on the way
// can have written.
func (h *handlers) sameSite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		plain := h.secure() && strings.HasPrefix(r.Header.Get("Origin"), "http://") && r.Method != http.MethodGet && r.Method != http.MethodHead
		if err := h.crossOrigin.Check(r); err != nil || plain {
			h.answerProblem(w, r, problem.New(problem.CrossSite))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// answerAct mails a code, or takes an answer with one.
func (h *handlers) answerAct(w http.ResponseWriter, r *http.Request) {
	token, ok := h.answerToken(w, r) //nolint:contextcheck // the request carries it
	if !ok {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		h.answerFault(w, r, http.StatusBadRequest)
		return
	}
	language := web.MatchLang(r.PostFormValue("lang"), r.Header.Get("Accept-Language"))
	status, said, err := h.act(r, token)
	switch {
	case errors.Is(err, ErrNotFound):
		h.unknownFeed(w, r)
	case err != nil:
		h.answerError(w, r, err)
	default:
		h.sendAnswerPage(w, r, language, status, web.Answer{Said: said})
	}
}

// act does what a form asks and returns what to say of it.
func (h *handlers) act(r *http.Request, token string) (status int, said string, err error) {
	switch r.PostFormValue("act") {
	case "code":
		err = h.Answering.MailCode(r.Context(), token)
		if errors.Is(err, service.ErrTooMany) {
			return http.StatusTooManyRequests, web.AnswerMany, nil
		}
		return http.StatusOK, web.AnswerSent, err
	case "answer":
		answer := r.PostFormValue("answer")
		if !web.KnownAnswer(answer) {
			return http.StatusUnprocessableEntity, web.AnswerChoose, nil
		}
		err = h.Answering.Answer(r.Context(), token, r.PostFormValue("code"), answer)
		if errors.Is(err, service.ErrCode) {
			return http.StatusUnprocessableEntity, web.AnswerWrong, nil
		}
		return http.StatusOK, web.AnswerDone, err
	default:
		return http.StatusUnprocessableEntity, web.AnswerChoose, nil
	}
}

func (h *handlers) sendAnswerPage(w http.ResponseWriter, r *http.Request, language web.Lang, status int, a web.Answer) {
	var page bytes.Buffer
	if err := web.WriteAnswer(&page, language, a); err != nil {
		h.answerError(w, r, err)
		return
	}
	w.Header().Set("Vary", "Accept-Language")
	h.send(w, r, content{kind: htmlType, body: page.Bytes(), status: status})
}
