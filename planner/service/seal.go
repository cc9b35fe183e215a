package service

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// Seal encrypts small secrets that must be used again, such as the address of a
// private calendar: AES-256 in GCM, with the id of the row as additional data,
// so that no row can take the place of another.
type Seal struct {
	aead cipher.AEAD
	// links is the key of what is derived and not kept.
	links []byte
}

// sealKeyBytes is the length of a key.
const sealKeyBytes = 32

// NewSealKey returns a new key, as it is configured.
func NewSealKey() string {
	key := make([]byte, sealKeyBytes)
	_, _ = rand.Read(key) // never fails, as its documentation says
	return base64.StdEncoding.EncodeToString(key)
}

// NewSeal reads a key: 32 bytes in base64. The error does not hold it.
func NewSeal(key string) (*Seal, error) {
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(raw) != sealKeyBytes {
		return nil, errors.New("secret key: want 32 bytes in base64, such as `wijkplanner busy key` prints")
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	derived := hmac.New(sha256.New, raw)
	_, _ = derived.Write([]byte("wijkplanner links"))
	return &Seal{aead, derived.Sum(nil)}, nil
}

// ErrNoKey is a secret that cannot be kept since there is no key.
var ErrNoKey = errors.New("no secret key is configured: addresses of calendars are kept encrypted or not at all")

// Close encrypts a text for a row.
func (s *Seal) Close(text, id string) (string, error) {
	if s == nil {
		return "", ErrNoKey
	}
	nonce := make([]byte, s.aead.NonceSize())
	_, _ = rand.Read(nonce)
	return base64.StdEncoding.EncodeToString(s.aead.Seal(nonce, nonce, []byte(text), []byte(id))), nil
}

// Open decrypts the text of a row.
func (s *Seal) Open(sealed, id string) (string, error) {
	if s == nil {
		return "", ErrNoKey
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < s.aead.NonceSize() {
		return "", errors.New("secret: not what was kept")
	}
	text, err := s.aead.Open(nil, raw[:s.aead.NonceSize()], raw[s.aead.NonceSize():], []byte(id))
	if err != nil {
		return "", errors.New("secret: kept with another key")
	}
	return string(text), nil
}
