package service

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
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
		d.alike("token", measured, func() { d.refused(wrong) }, func() { d.refused(unknown) })
		try := func(mail string) func() {
			return func() {
				if _, err := d.Password(d.Context(), mail, "nee dit is het niet"); !errors.Is(err, ErrSignIn) {
					d.Error(err)
				}
				d.must(d.Store.ForgetTries(d.Context(), subject("password", mail)))
			}
		}
		d.alike("password", max(measured/20, 40), try(u.Mail), try("niemand@example.nl"))
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

// alike measures two acts in pairs, one right after the other, and takes the
// median of how much longer the first took: what a busy machine adds falls on both
// of a pair, and on few pairs unevenly. Within 5 percent is asked of the long form.
// The short one measures little, so it bounds less, and what it finds must be found
// three times over: chance is, now and then, and a difference is always.
func (d door) alike(what string, n int, a, b func()) {
	d.Helper()
	bound, rounds := 0.25, 3
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		bound = 0.05
	}
	apart := 0.0
	for round := range rounds {
		apart = apartInPairs(n, a, b)
		d.Logf("%s: known and unknown, %d each: %+.1f %% apart", what, n, apart*100)
		if math.Abs(apart) <= bound {
			return
		}
		d.Logf("%s: measured again (%d)", what, round+1)
	}
	d.Errorf("%s: %+.1f %% apart three times, want at most %.0f %%", what, apart*100, bound*100)
}

// apartInPairs returns how much longer a takes than b, as a part of b, over n
// pairs of which half begin with either. It compares the times that a fifth of
// each stay below: a busy machine only ever adds to a time, and most to the long
// ones, so what is left of it there is what the work itself takes.
func apartInPairs(n int, a, b func()) float64 {
	took := func(act func()) float64 {
		begun := time.Now()
		act()
		return float64(time.Since(begun))
	}
	a()
	b() // what comes first fills the caches
	of := [2][]float64{}
	for pair := range n {
		acts := [2]func(){a, b}
		for k := range acts {
			who := (pair + k) % 2
			of[who] = append(of[who], took(acts[who]))
		}
	}
	slices.Sort(of[0])
	slices.Sort(of[1])
	return of[0][n/5]/of[1][n/5] - 1
}

// TestRA7_ADifferenceIsFound: the measure of TestRA7_Guessing finds a look-up that
// is left out for what is unknown.
func TestRA7_ADifferenceIsFound(t *testing.T) {
	t.Parallel()
	work := func(n int) func() {
		return func() {
			sum := [32]byte{}
			for range n {
				sum = sha256.Sum256(sum[:])
			}
		}
	}
	for _, c := range []struct {
		a, b  int
		found bool
	}{{1500, 1000, true}, {1000, 1500, true}, {2000, 1, true}} {
		if apart := apartInPairs(201, work(c.a), work(c.b)); (math.Abs(apart) > 0.25) != c.found {
			t.Errorf("%d against %d rounds: %+.1f %% apart", c.a, c.b, apart*100)
		}
	}
}
