package service

import (
	"context"
	"crypto/sha256"
	"time"

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
func (s *Service) BeginAnswer(ctx context.Context, key string, request [sha256.Size]byte) (done *Answered, claim int64, err error) {
	return s.Store.BeginAnswer(ctx, key, request, s.Now())
}

// HoldAnswer goes on saying that the request with the caller's key is being
// worked on, until it is told to stop.
func (s *Service) HoldAnswer(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(store.KeyLease / 5)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			by := s.Store.Scope()
			if err := s.Store.BeatAnswer(ctx, by.Key, by.Claim, s.Now()); err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "key of a request not held", "request_id", by.Request, "error", err)
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// EndAnswer keeps the answer to the request with the caller's key, or gives the
// key back; see store.EndAnswer.
func (s *Service) EndAnswer(ctx context.Context, answer *Answered) error {
	by := s.Store.Scope()
	return s.Store.EndAnswer(context.WithoutCancel(ctx), by.Key, by.Claim, answer)
}

// CursorKey returns the key that signs the cursors of lists: the same for all
// processes of an installation. It is asked once, at the start.
func (s *Service) CursorKey(ctx context.Context) ([]byte, error) {
	return s.Store.InstallationKey(ctx, "cursors of the API")
}
