package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// StillHolds gives ErrNotFound when whoever once had a scope has it no longer:
// the account is disabled, the role was taken away, the token ended. Work that
// goes on after its request asks it before it begins. Links and visitors start
// no such work.
func (s *Store) StillHolds(ctx context.Context, was Scope, now time.Time) error {
	err := s.read(ctx, func(t *Tx) error {
		kind, id, _ := strings.Cut(was.Actor, ":")
		q := t.db.Table("memberships AS m").Joins("JOIN users AS u ON u.id = m.user_id AND u.disabled_at IS NULL").
			Where("m.role = ? AND m.everywhere = ? AND m.region = ? AND m.staff = ?", was.Role, was.Everywhere, was.Region, was.Staff)
		switch kind {
		case "user":
			q = q.Where("CAST(u.id AS text) = ?", id)
		case "token":
			q = q.Joins("JOIN api_tokens AS a ON a.membership = m.id").
				Where("a.id = ? AND a.revoked_at IS NULL AND a.expires_at > ?", id, At(now))
		default:
			return ErrNotFound
		}
		var held int64
		if err := q.Count(&held).Error; err != nil || held > 0 {
			return err
		}
		return ErrNotFound
	})
	if err != nil {
		return fmt.Errorf("rights of %s: %w", was.Actor, err)
	}
	return nil
}
