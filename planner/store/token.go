package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"hash/crc32"
	"strings"
)

// A token is pf_<kind>_<id>_<secret>_<check>: a prefix and a check that secret
// scanners and log masks recognise, an id to look up, and a secret of 160 bit
// that needs no slow hash. No kind is accepted in the place of another.
const (
	tokenPrefix = "pf"
	feedToken   = "feed"

	tokenIDLength     = 10
	tokenSecretLength = 32
	tokenCheckLength  = 6
)

// tokenLetters is base32 in lower case (RFC 4648 section 6).
var tokenLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newToken returns a new token, its id and the SHA-256 of its secret.
func newToken(kind string) (token, id string, hash [sha256.Size]byte) {
	id, secret := letters(tokenIDLength), letters(tokenSecretLength)
	body := strings.Join([]string{tokenPrefix, kind, id, secret}, "_")
	return body + "_" + tokenCheck(body), id, sha256.Sum256([]byte(secret))
}

// letters returns n random letters, five bits each.
func letters(n int) string {
	random := make([]byte, (n*5+7)/8)
	_, _ = rand.Read(random) // never fails, as its documentation says
	return tokenLetters.EncodeToString(random)[:n]
}

// tokenCheck is the CRC-32 of a token's body, its highest 30 bits.
func tokenCheck(body string) string {
	sum := crc32.ChecksumIEEE([]byte(body))
	return tokenLetters.EncodeToString([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})[:tokenCheckLength]
}

// parseToken takes a token of a kind apart; ok is false for anything else.
func parseToken(kind, token string) (id, secret string, ok bool) {
	body, check, _ := cutLast(token, "_")
	parts := strings.Split(body, "_")
	if len(parts) != 4 || parts[0] != tokenPrefix || parts[1] != kind || check != tokenCheck(body) ||
		len(parts[2]) != tokenIDLength || len(parts[3]) != tokenSecretLength {
		return "", "", false
	}
	return parts[2], parts[3], true
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
