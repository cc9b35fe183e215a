package service

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what RFC 6238 and every authenticator use; HMAC does not need a hash without collisions
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// The codes of an authenticator (RFC 6238): six digits every thirty seconds, of
// a secret of 160 bit (RFC 4226 section 4).
const (
	totpStep    = 30 * time.Second
	totpDigits  = 6
	totpModulus = 1_000_000
	totpSecret  = 20 // bytes
	// totpSlack is how many steps a clock may be off (RFC 6238 section 5.2).
	totpSlack = 1
)

// totpCode returns the code of a secret in a time step (RFC 4226 section 5.3).
func totpCode(secret []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	h := hmac.New(sha1.New, secret)
	_, _ = h.Write(counter[:])
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%0*d", totpDigits, (binary.BigEndian.Uint32(sum[at:at+4])&0x7fffffff)%totpModulus)
}

// TOTPCode returns the code of a secret at a moment, as an authenticator does.
func TOTPCode(secret []byte, now time.Time) string {
	return totpCode(secret, now.Unix()/int64(totpStep/time.Second))
}

// totpMatch returns the time step whose code this is, looking one step to either
// side of now; ok is false when it is of none.
func totpMatch(secret []byte, code string, now time.Time) (step int64, ok bool) {
	current := now.Unix() / int64(totpStep/time.Second)
	for s := current - totpSlack; s <= current+totpSlack; s++ {
		if subtle.ConstantTimeCompare([]byte(totpCode(secret, s)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// totpText writes a secret as authenticators take it (RFC 4648 section 6).
func totpText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// totpURL is what an authenticator reads from a QR code.
func totpURL(secret []byte, account string) string {
	label := url.PathEscape("Wijkplanner:" + account)
	return "otpauth://totp/" + label + "?" + url.Values{"secret": {totpText(secret)}, "issuer": {"Wijkplanner"}}.Encode()
}

// digitsOf drops what people put between digits.
func digitsOf(code string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, code)
}
