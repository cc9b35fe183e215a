package v1

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// dying is an answer that is never given: the program dies of it.
type dying struct{ http.ResponseWriter }

func (dying) WriteHeader(int) { panic(http.ErrAbortHandler) }

// dies makes a request to a program that dies before it answers.
func (w world) dies(path, body, key string) {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), http.MethodPost, Prefix+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(keyHeader, key)
	caller, err := json.Marshal(lead)
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Test-Caller", string(caller))
	defer func() {
		if recover() == nil {
			w.Error("it did not die")
		}
	}()
	w.handler.ServeHTTP(dying{httptest.NewRecorder()}, r)
}

// later is another program over the same database, some time later.
func (w world) later(after time.Duration) world {
	w.Helper()
	s := *w.Service
	s.Now = func() time.Time { return testNow.Add(after) }
	w.Service = &s
	r := chi.NewRouter()
	r.Route(Prefix, func(r chi.Router) {
		r.Use(callers)
		var err error
		if w.api, err = Mount(r, Config{Service: &s, Now: s.Now, Log: slog.New(slog.DiscardHandler), PublicURL: "https://planner.example.nl", CursorKey: []byte("a key for tests")}); err != nil {
			w.Fatal(err)
		}
	})
	w.handler = r
	return w
}

// TestRC5_KilledBeforeTheAnswer: a program dies between the effect of a request
// and its answer. The same request, sent again with its key, has no second
// effect, and within seconds the caller knows that it was done.
func TestRC5_KilledBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		const path, body, key = "/regions/noord/organisations", `{"organisation_id":"new","name":"x"}`, "killed"
		w.dies(path, body, key)
		var waited time.Duration
		for ; waited < time.Minute; waited += time.Second {
			again := w.later(waited).asks(lead, "POST", path, body, keyHeader, key)
			if again.Code == http.StatusConflict && strings.Contains(again.Body.String(), string(problem.KeyBusy)) {
				continue
			}
			w.refused(again, http.StatusConflict, problem.AlreadyDone)
			if !strings.Contains(again.Body.String(), "made before: organisation new") {
				w.Errorf("it is not said what was made: %s", again.Body)
			}
			break
		}
		if waited > 5*time.Second {
			w.Errorf("known after %s", waited)
		}
		state, err := w.State(w.Context(), "noord")
		if err != nil || len(state.Organisations) != 2 {
			w.Errorf("%d organisations, want 2 (%v)", len(state.Organisations), err)
		}
		w.Logf("done once, and known to be %s after the program died", waited)
	})
}
