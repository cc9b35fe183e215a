package service

import (
	"context"
	"crypto/sha256"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Role is what a caller is.
type Role = store.Role

// The roles, by the names of the policy table.
const (
	System          = store.System
	Administrator   = store.Administrator
	Lead            = store.Lead
	Member          = store.Member
	Auditor         = store.Auditor
	LocationContact = store.LocationContact
	Visitor         = store.Visitor
)

// Errors of requests that carry an Idempotency-Key.
var (
	ErrEffected  = store.ErrEffected
	ErrKeyReused = store.ErrKeyReused
)

// Answered is the answer to a request that carried an Idempotency-Key.
type Answered = store.Answered

// BeginAnswer takes an Idempotency-Key of the caller for a request; see
// store.BeginAnswer.
func (s *Service) BeginAnswer(ctx context.Context, key string, request [sha256.Size]byte) (*Answered, error) {
	return s.Store.BeginAnswer(ctx, key, request, s.Now())
}

// EndAnswer keeps the answer to a request that carried a key, or gives the key
// back; see store.EndAnswer.
func (s *Service) EndAnswer(ctx context.Context, key string, answer *Answered) error {
	return s.Store.EndAnswer(context.WithoutCancel(ctx), key, answer)
}

// CursorKey returns the key that signs the cursors of lists: the same for all
// processes of an installation. It is asked once, at the start.
func (s *Service) CursorKey(ctx context.Context) ([]byte, error) {
	return s.Store.InstallationKey(ctx, "cursors of the API")
}
