package service

import (
	"context"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The words of accounts, by the names used above this room.
type (
	// User is an account.
	User = store.User
	// Membership is what an account is: a role, and where.
	Membership = store.Membership
	// APIToken is what lets a program in by a membership.
	APIToken = store.APIToken
)

// The refusals about accounts.
var (
	ErrLastAdministrator = store.ErrLastAdministrator
	ErrOwnRole           = store.ErrOwnRole
)

// The kinds of subject whose data can be asked for.
const (
	StaffSubject   = store.StaffSubject
	UserSubject    = store.UserSubject
	ContactSubject = store.ContactSubject
)

// Users lists the accounts that the caller may see.
func (s *Service) Users(ctx context.Context) ([]User, error) { return s.Store.Users(ctx) }

// AddUser makes an account with what it is.
func (s *Service) AddUser(ctx context.Context, name, mail string, memberships ...Membership) (int64, error) {
	return s.Store.AddUser(ctx, name, mail, memberships...)
}

// SwitchUser switches an account off or on.
func (s *Service) SwitchUser(ctx context.Context, id int64, off bool) error {
	if off {
		return s.Store.DisableUser(ctx, id)
	}
	return s.Store.EnableUser(ctx, id)
}

// AddMembership makes an account something more.
func (s *Service) AddMembership(ctx context.Context, m Membership) (int64, error) {
	return s.Store.AddMembership(ctx, m)
}

// RemoveMembership takes a role from an account; of another account's it gives
// ErrNotFound.
func (s *Service) RemoveMembership(ctx context.Context, user, membership int64) error {
	u, err := s.Store.User(ctx, user)
	if err != nil {
		return err
	}
	for i := range u.Memberships {
		if u.Memberships[i].ID == membership {
			return s.Store.RemoveMembership(ctx, membership)
		}
	}
	return ErrNotFound
}

// APITokens lists the tokens that the caller may see.
func (s *Service) APITokens(ctx context.Context) ([]APIToken, error) { return s.Store.APITokens(ctx) }

// CreateAPIToken makes a token; it is shown once.
func (s *Service) CreateAPIToken(ctx context.Context, membership int64, name string, expires time.Time) (id, token string, err error) {
	return s.Store.CreateAPIToken(ctx, membership, name, expires)
}

// RevokeAPIToken ends a token.
func (s *Service) RevokeAPIToken(ctx context.Context, id string) error {
	return s.Store.RevokeAPIToken(ctx, id)
}

// LocationLinks lists the links of a region that are good now.
func (s *Service) LocationLinks(ctx context.Context, region string) ([]LocationLink, error) {
	return s.Store.LocationLinks(ctx, region, s.Now())
}

// RotateLocationLink makes a new link for a contact; its secret is shown once.
func (s *Service) RotateLocationLink(ctx context.Context, contact int64) (string, error) {
	return s.Store.RotateLocationLink(ctx, contact)
}

// RevokeLocationLink ends the link of a contact.
func (s *Service) RevokeLocationLink(ctx context.Context, contact int64) error {
	return s.Store.RevokeLocationLink(ctx, contact)
}
