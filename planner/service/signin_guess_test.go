package service

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// TestRA7_Guessing guesses passwords, codes and tokens, and measures whether an
// answer takes longer when there is something to guess. The long form makes a
// million guesses and twenty thousand measurements.
func TestRA7_Guessing(t *testing.T) {
	t.Parallel()
	guesses, measured := 20_000, 400
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		guesses, measured = 1_000_000, 20_000
	}
	forEachDoor(t, func(d door) {
		u := d.account("anna", annaRole)
		id, token, err := d.Store.CreateAPIToken(d.Context(), u.Memberships[0].ID, "script", testNow.Add(time.Hour))
		d.must(err)
		d.guessTokens(id, guesses)
		d.guessPasswords(u, passwordTries*3)
		if _, err := d.TokenCaller(d.Context(), token); err != nil {
			d.Errorf("the right token: %v", err)
		}
		wrong := store.MakeToken(store.APITokenKind, id, strings.Repeat("b", 32))
		unknown := store.MakeToken(store.APITokenKind, "bbbbbbbbbb", strings.Repeat("b", 32))
		d.alike("token", measured, 1, func() { d.refused(wrong) }, func() { d.refused(unknown) })
		try := func(mail string) func() {
			return func() {
				if _, err := d.Password(d.Context(), mail, "nee dit is het niet"); !errors.Is(err, ErrSignIn) {
					d.Error(err)
				}
				d.must(d.Store.ForgetTries(d.Context(), subject("password", mail)))
			}
		}
		d.alike("password", max(measured/20, 40), 1, try(u.Mail), try("niemand@example.nl"))
	})
}

func (d door) refused(token string) {
	if _, err := d.TokenCaller(d.Context(), token); !errors.Is(err, ErrNotFound) {
		d.Errorf("a guess opened something: %v", err)
	}
}

// guessTokens guesses the secret of a token whose id is known.
func (d door) guessTokens(id string, n int) {
	d.Helper()
	for i := range n {
		secret := fmt.Sprintf("%032d", i)
		d.refused(store.MakeToken(store.APITokenKind, id, strings.Map(func(r rune) rune { return r - '0' + 'a' }, secret)))
	}
	d.Logf("%d guesses at a token: 0 hits", n)
}

// guessPasswords goes on after the account is locked, then also with the right
// one.
func (d door) guessPasswords(u *store.User, n int) {
	d.Helper()
	wrong, locked := 0, 0
	for i := range n {
		var many *TooManyTriesError
		switch _, err := d.Password(d.Context(), u.Mail, fmt.Sprintf("poging nummer %d", i)); {
		case errors.Is(err, ErrSignIn):
			wrong++
		case errors.As(err, &many):
			locked++
		default:
			d.Errorf("guess %d: %v", i, err)
		}
	}
	d.Logf("%d guesses at a password: %d looked at, %d refused before that", n, wrong, locked)
	if wrong != passwordTries {
		d.Errorf("%d guesses were looked at, want %d", wrong, passwordTries)
	}
	d.must(d.Store.ForgetTries(d.Context(), subject("password", u.Mail)))
}

// alike measures two acts in turn and compares the mean of their faster quarters:
// what a busy machine adds is no part of them. Within 5 percent is asked of the long form;
// the short one measures little, so it bounds less.
func (d door) alike(what string, n, warm int, a, b func()) {
	d.Helper()
	for range warm {
		a()
		b()
	}
	var of [2][]time.Duration
	acts := [2]func(){a, b}
	for round := range 2 * n {
		i := (round + round/2) % 2 // a b, b a: what comes second collects the garbage of the first
		begun := time.Now()
		acts[i]()
		of[i] = append(of[i], time.Since(begun))
	}
	var mean [2]float64
	for i := range of {
		slices.Sort(of[i])
		fast := of[i][:len(of[i])/4]
		for _, t := range fast {
			mean[i] += float64(t) / float64(len(fast))
		}
	}
	apart := max(mean[0], mean[1])/min(mean[0], mean[1]) - 1
	d.Logf("%s: %d each, known %v, unknown %v, %.1f %% apart", what, n, time.Duration(mean[0]), time.Duration(mean[1]), apart*100)
	bound := 0.5
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		bound = 0.05
	}
	if apart > bound {
		d.Errorf("%s: %.1f %% apart, want at most %.0f %%", what, apart*100, bound*100)
	}
}
