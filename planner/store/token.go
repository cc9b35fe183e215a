package store

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"hash/crc32"
	"strings"
)

// TokenKind is what a token opens. No kind is accepted in the place of another.
type TokenKind string

// The kinds of token.
const (
	// FeedToken is the address of one feed on one device.
	FeedToken TokenKind = "feed"
	// AppPassword opens a CalDAV account.
	AppPassword TokenKind = "dav"
	// AnswerToken is a link in mail behind which one invitation is answered.
	AnswerToken TokenKind = "answer"
	// APITokenKind lets a program act as an account.
	APITokenKind TokenKind = "api"
	// SignInToken is a link that signs an account in once.
	SignInToken TokenKind = "sign"
	// LocationToken is the link of a location's contact.
	LocationToken TokenKind = "loc"
)

// A token is pf_<kind>_<id>_<secret>_<check>: a prefix and a check that secret
// scanners and log masks recognise, an id to look up, and a secret of 160 bit
// that needs no slow hash.
const (
	tokenIDLength     = 10
	tokenSecretLength = 32
	tokenCheckLength  = 6
)

// tokenLetters is base32 in lower case (RFC 4648 section 6).
var tokenLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Key is a token taken apart: what to look up, and the SHA-256 of its secret,
// which is all that the database keeps of it.
type Key struct {
	ID  string
	sum [sha256.Size]byte
}

// opens reports whether the key fits a stored hash; how long that takes does
// not depend on either.
func (k *Key) opens(hash []byte) bool { return subtle.ConstantTimeCompare(k.sum[:], hash) == 1 }

// newToken returns a new token and its key.
func newToken(kind TokenKind) (string, Key) {
	id, secret := letters(tokenIDLength), letters(tokenSecretLength)
	body := strings.Join([]string{kind.prefix(), id, "_", secret}, "")
	return body + "_" + tokenCheck(body), Key{id, sha256.Sum256([]byte(secret))}
}

// MakeToken writes a token with an id and a secret that come from elsewhere.
func MakeToken(kind TokenKind, id, secret string) string {
	body := kind.prefix() + id + "_" + secret
	return body + "_" + tokenCheck(body)
}

// SecretLetters writes at least 20 bytes as the secret of a token.
func SecretLetters(raw []byte) string {
	return tokenLetters.EncodeToString(raw)[:tokenSecretLength]
}

// Holds reports whether the secret of the key's token is this one.
func (k *Key) Holds(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return k.opens(sum[:])
}

func (k TokenKind) prefix() string { return "pf_" + string(k) + "_" }

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

// ParseToken takes a token of one kind apart; ok is false for anything else.
// It says nothing of whether the token opens anything.
func ParseToken(kind TokenKind, token string) (key Key, ok bool) {
	cut := strings.LastIndexByte(token, '_')
	if cut < 0 || token[cut+1:] != tokenCheck(token[:cut]) {
		return Key{}, false
	}
	rest, ok := strings.CutPrefix(token[:cut], kind.prefix())
	id, secret, found := strings.Cut(rest, "_")
	if !ok || !found || len(id) != tokenIDLength || len(secret) != tokenSecretLength {
		return Key{}, false
	}
	return Key{id, sha256.Sum256([]byte(secret))}, true
}
