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
// that needs no slow hash. No kind is accepted in the place of another; feeds
// are the first.
const (
	tokenPrefix = "pf_feed"

	tokenIDLength     = 10
	tokenSecretLength = 32
	tokenCheckLength  = 6
)

// tokenLetters is base32 in lower case (RFC 4648 section 6).
var tokenLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newToken returns a new feed token, its id and the SHA-256 of its secret.
func newToken() (token, id string, hash [sha256.Size]byte) {
	id, secret := letters(tokenIDLength), letters(tokenSecretLength)
	body := strings.Join([]string{tokenPrefix, id, secret}, "_")
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

// parseToken takes a feed token apart; ok is false for anything else.
func parseToken(token string) (id, secret string, ok bool) {
	cut := strings.LastIndex(token, "_")
	if cut < 0 || token[cut+1:] != tokenCheck(token[:cut]) {
		return "", "", false
	}
	rest, ok := strings.CutPrefix(token[:cut], tokenPrefix+"_")
	id, secret, found := strings.Cut(rest, "_")
	if !ok || !found || len(id) != tokenIDLength || len(secret) != tokenSecretLength {
		return "", "", false
	}
	return id, secret, true
}
