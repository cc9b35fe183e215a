package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

const answerToken = "pf_answer_aaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb_cccccc"

// acts counts what is done behind a link.
type acts struct{ opened, codes, answers int }

func (a *acts) answering() api.Answering {
	return api.Answering{
		Open: func(_ context.Context, token string) error {
			a.opened++
			if token != answerToken {
				return api.ErrNotFound
			}
			return nil
		},
		MailCode: func(context.Context, string) error {
			if a.codes++; a.codes > 3 {
				return service.ErrTooMany
			}
			return nil
		},
		Answer: func(_ context.Context, _, code, _ string) error {
			switch {
			case code == "broken":
				return errors.New("canary")
			case code != "4821 9973":
				return service.ErrCode
			}
			a.answers++
			return nil
		},
	}
}

func post(t *testing.T, h http.Handler, target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAnswerPage(t *testing.T) {
	t.Parallel()
	did := &acts{}
	c := config(io.Discard)
	c.Answering = did.answering()
	h := handler(t, c)
	const page = "/answer/" + answerToken
	cases := []struct {
		form   url.Values
		status int
		want   string
	}{
		{url.Values{"act": {"code"}}, 200, "De code is onderweg"},
		{url.Values{"act": {"code"}, "lang": {"en"}}, 200, "The code is on its way"},
		{url.Values{"act": {"answer"}, "answer": {"declined"}, "code": {"0000 0000"}}, 422, "Deze code klopt niet"},
		{url.Values{"act": {"answer"}, "answer": {"declined"}}, 422, "Deze code klopt niet"},
		{url.Values{"act": {"answer"}, "code": {"4821 9973"}}, 422, "Kies eerst een antwoord"},
		{url.Values{"act": {"answer"}, "answer": {"maybe"}, "code": {"4821 9973"}}, 422, "Kies eerst een antwoord"},
		{url.Values{}, 422, "Kies eerst een antwoord"},
		{url.Values{"act": {"answer"}, "answer": {"declined"}, "code": {"4821 9973"}}, 200, "Uw antwoord is verwerkt"},
		{url.Values{"act": {"code"}}, 200, "De code is onderweg"},
		{url.Values{"act": {"code"}}, 429, "Er zijn al genoeg codes"},
		{url.Values{"act": {"answer"}, "answer": {"declined"}, "code": {"broken"}}, 500, ""},
		{url.Values{"act": {"code"}, "x": {strings.Repeat("x", 5000)}}, 400, ""},
	}
	for _, q := range cases {
		w := post(t, h, page, q.form)
		if w.Code != q.status || !strings.Contains(w.Body.String(), q.want) || strings.Contains(w.Body.String(), "canary") {
			t.Errorf("%v: %d, want %d with %q:\n%s", q.form, w.Code, q.status, q.want, w.Body)
		}
	}
	if did.answers != 1 || did.codes != 4 {
		t.Errorf("%+v", did)
	}
	for _, headers := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}} {
		if w := post(t, h, page, url.Values{"act": {"code"}}, headers...); w.Code != 403 || did.codes != 4 {
			t.Errorf("from %v: %d", headers, w.Code)
		}
	}
	unknown, gone := ask(t, h, "GET", "/answer/pf_answer_x", "Accept", "text/html"), ask(t, h, "GET", "/answer/", "Accept", "text/html")
	if unknown.status != 404 || gone.status != 404 {
		t.Errorf("unknown links: %d and %d", unknown.status, gone.status)
	}
	if w := post(t, h, "/answer/"+strings.Repeat("x", 500), url.Values{"act": {"code"}}); w.Code != 404 || did.codes != 4 {
		t.Errorf("a long token: %d", w.Code)
	}
	c.Answering = api.Answering{}
	if r := ask(t, handler(t, c), "GET", page, "Accept", "text/html"); r.status != 404 {
		t.Errorf("without links: %d", r.status)
	}
}

// forms are the forms of a page: their fields, as a scanner fills them in.
var (
	formParts = regexp.MustCompile(`(?s)<form.*?</form>`)
	fields    = regexp.MustCompile(`<input[^>]*name="([^"]*)"(?:[^>]*value="([^"]*)")?`)
)

// TestRM4_ScannersDoNotAct: what scans mail fetches every link, and some submit
// every form they find, with the values that are in it and with guesses.
func TestRM4_ScannersDoNotAct(t *testing.T) {
	t.Parallel()
	did := &acts{}
	c := config(io.Discard)
	c.Answering = did.answering()
	h := handler(t, c)
	const page = "/answer/" + answerToken
	looked := 0
	for range 100 {
		for _, method := range []string{"GET", "HEAD"} {
			for _, query := range []string{"", "?act=code", "?act=answer&answer=declined&code=4821+9973", "?lang=en"} {
				looked++
				if r := ask(t, h, method, page+query, "User-Agent", "Mozilla/5.0 (SafeLinks)"); r.status != 200 {
					t.Fatalf("%s: %d", method, r.status)
				}
			}
		}
	}
	if did.codes+did.answers != 0 {
		t.Errorf("%d requests that only look did something: %+v", looked, did)
	}
	submitted := 0
	text := ask(t, h, "GET", page).text
	for range 100 {
		for _, form := range formParts.FindAllString(text, -1) {
			values := url.Values{}
			for _, field := range fields.FindAllStringSubmatch(form, -1) {
				values.Set(field[1], field[2])
			}
			if values.Has("code") {
				values.Set("code", "12345678")
			}
			submitted++
			post(t, h, page, values)
		}
	}
	if did.answers != 0 || submitted != 200 {
		t.Errorf("%d submitted forms gave %d answers", submitted, did.answers)
	}
	if w := post(t, h, page, url.Values{"act": {"answer"}, "answer": {"accepted"}, "code": {"4821 9973"}}); w.Code != 200 || did.answers != 1 {
		t.Errorf("afterwards the link does not work: %d", w.Code)
	}
	for _, method := range []string{"PUT", "PATCH", "DELETE"} {
		if r := ask(t, h, method, page); r.status != 405 {
			t.Errorf("%s: %d", method, r.status)
		}
	}
	t.Logf("R-M4: %d GET and HEAD, %d submitted forms: 0 state changes, the link still works", looked, submitted)
}
