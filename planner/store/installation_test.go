package store

import (
	"bytes"
	"errors"
	"testing"
)

func TestInstallationKey(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		a, err := w.InstallationKey(w.Context(), "cursors")
		if err != nil || len(a) != 32 {
			w.Fatalf("key %x, %v", a, err)
		}
		again, _ := w.InstallationKey(w.Context(), "cursors")
		other, _ := w.InstallationKey(w.Context(), "something else")
		if !bytes.Equal(a, again) || bytes.Equal(a, other) {
			w.Errorf("keys %x, again %x, for something else %x", a, again, other)
		}
		lead := w.As(Scope{Role: Lead, Actor: "user:1", Region: "noord"})
		if _, err := lead.InstallationKey(w.Context(), "cursors"); !errors.Is(err, ErrNotFound) {
			w.Errorf("a lead gets %v", err)
		}
	})
}
