package service

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/secure/precis"
)

// The cost of a password hash: argon2id (RFC 9106) with 19 MiB, two passes and
// one lane, the first choice of the OWASP Password Storage Cheat Sheet.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonSalt   = 16 // bytes (RFC 9106 section 3.1)
	argonKey    = 32 // bytes
)

// The length of a password in characters, and in octets at most. NIST SP 800-63B
// asks for length and for nothing else.
const (
	shortestPassword = 12
	longestPassword  = 512
	// fewestLetters keeps "aaaaaaaaaaaa" and its kind out.
	fewestLetters = 5
)

// ErrPassword is a password that is refused as a new one.
var ErrPassword = fmt.Errorf("password: want at least %d characters, %d of them different, without your name or mail address",
	shortestPassword, fewestLetters)

// hasher makes and compares password hashes, a few at a time: each takes 19 MiB,
// and a flood of sign-ins must not take all memory or every core.
type hasher struct {
	turns chan struct{}
	// waiting bounds the queue behind the turns.
	waiting chan struct{}
}

// queue is how many sign-ins may wait for each turn: what comes on top would wait
// for seconds.
const queue = 32

func newHasher(atOnce int) *hasher {
	atOnce = max(atOnce, 1)
	return &hasher{make(chan struct{}, atOnce), make(chan struct{}, atOnce*(queue+1))}
}

// turn runs f when it is its turn. It gives ErrBusy when too many wait already.
func (h *hasher) turn(ctx context.Context, f func()) error {
	select {
	case h.waiting <- struct{}{}:
		defer func() { <-h.waiting }()
	default:
		return fmt.Errorf("sign-ins: %w", ErrBusy)
	}
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-ctx.Done():
		return fmt.Errorf("wait for a sign-in: %w", ctx.Err())
	}
	f()
	return nil
}

// prepared returns a password in the form in which it is hashed (RFC 8265
// section 4.2): the same characters are the same password on every keyboard.
func prepared(password string) ([]byte, bool) {
	if len(password) > longestPassword {
		return nil, false
	}
	clean, err := precis.OpaqueString.String(password)
	return []byte(clean), err == nil
}

// checkPassword gives ErrPassword for a password that is too easy; known holds
// what everybody knows of whose it is.
func checkPassword(password string, known ...string) error {
	clean, ok := prepared(password)
	text := strings.ToLower(string(clean))
	different := map[rune]bool{}
	for _, r := range text {
		different[r] = true
	}
	for _, k := range append(known, "wijkplanner") {
		if k = strings.ToLower(k); len(k) > 2 && strings.Contains(text, k) && utf8.RuneCountInString(text)-utf8.RuneCountInString(k) < shortestPassword {
			ok = false
		}
	}
	if !ok || utf8.RuneCountInString(text) < shortestPassword || len(different) < fewestLetters {
		return ErrPassword
	}
	return nil
}

// hash returns the hash of a password in PHC form, with a salt of its own.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	clean, ok := prepared(password)
	if !ok {
		return "", ErrPassword
	}
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails, as its documentation says
	var key []byte
	err := h.turn(ctx, func() { key = argon2.IDKey(clean, salt, argonTime, argonMemory, argonLanes, argonKey) })
	if err != nil {
		return "", err
	}
	encoded := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, encoded(salt), encoded(key)), nil
}

// nobody is a hash that no password has: with it, an account that is not there
// takes as long as one that is.
var nobody = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
	strings.Repeat("A", 22), strings.Repeat("A", 43))

// matches reports whether a password has a hash.
func (h *hasher) matches(ctx context.Context, password, hash string) (bool, error) {
	a, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	clean, ok := prepared(password)
	if !ok {
		clean = nil // as long as any other
	}
	same := false
	err = h.turn(ctx, func() {
		key := argon2.IDKey(clean, a.salt, a.time, a.memory, a.lanes, uint32(len(a.key)))
		same = subtle.ConstantTimeCompare(key, a.key) == 1
	})
	return same && ok, err
}

// argonHash is a hash in PHC form taken apart.
type argonHash struct {
	memory, time uint32
	lanes        uint8
	salt, key    []byte
}

func parseHash(hash string) (argonHash, error) {
	var a argonHash
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return a, errors.New("password hash: not one of argon2id")
	}
	_, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &a.memory, &a.time, &a.lanes)
	var saltErr, keyErr error
	a.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	a.key, keyErr = base64.RawStdEncoding.DecodeString(parts[5])
	if err := errors.Join(err, saltErr, keyErr); err != nil || a.time == 0 || a.lanes == 0 || len(a.key) == 0 {
		return a, errors.New("password hash: damaged")
	}
	return a, nil
}
