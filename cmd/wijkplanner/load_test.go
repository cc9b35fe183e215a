package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// asLoad makes the test binary, when it is the program, take planning jobs at an
// address too, without sign-in: what tests do to a server that they kill.
const asLoad = "WIJKPLANNER_TEST_LOAD"

// load answers at the address of asLoad until the program ends.
func load() {
	address := os.Getenv(asLoad)
	if address == "" {
		return
	}
	st, err := store.Open(context.Background(), os.Getenv("WIJKPLANNER_DB"))
	if err != nil {
		panic(err)
	}
	s := service.New(st, slog.New(slog.DiscardHandler), time.Now)
	routes := http.NewServeMux()
	routes.HandleFunc("POST /plan", func(w http.ResponseWriter, r *http.Request) {
		var p service.PlanParams
		if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		j, err := s.StartPropose(r.Context(), crashRegion, p)
		told(w, j.ID, err)
	})
	server := &http.Server{Addr: address, Handler: routes, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.ListenAndServe(); !strings.Contains(err.Error(), "closed") {
			panic(err)
		}
	}()
}

func told(w http.ResponseWriter, what any, err error) {
	switch {
	case errors.Is(err, service.ErrConflict):
		w.WriteHeader(http.StatusConflict)
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	default:
		if err := json.NewEncoder(w).Encode(what); err != nil {
			panic(err)
		}
	}
}
