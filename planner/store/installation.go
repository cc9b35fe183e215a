package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
)

// InstallationKey returns 32 bytes for one purpose, derived from the secret of
// the installation: the same for all its processes and for no other installation.
// Only the program itself may ask.
func (s *Store) InstallationKey(ctx context.Context, purpose string) ([]byte, error) {
	var secret []byte
	err := s.read(ctx, func(t *Tx) error {
		if err := t.reachAll(); err != nil {
			return err
		}
		return t.db.Raw("SELECT secret FROM feed_secret").Row().Scan(&secret)
	})
	if err != nil {
		return nil, fmt.Errorf("key of the installation: %w", err)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(purpose))
	return mac.Sum(nil), nil
}
