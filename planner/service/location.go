package service

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// LocationLink is the link of a location's contact.
type LocationLink = store.LocationLink

// OpenLocationLink returns the link that a token is, and ErrNotFound for one that
// is unknown or has ended. It changes nothing but the day on which the link was
// used last.
func (e *Entrance) OpenLocationLink(ctx context.Context, token string) (*LocationLink, error) {
	key, ok := store.ParseToken(store.LocationToken, token)
	if !ok {
		return nil, fmt.Errorf("location link: %w", ErrNotFound)
	}
	return e.Store.LocationLinkByKey(ctx, key, e.Now())
}

// VisitorScope is what the link alone reaches: the location's name and its free
// times.
func VisitorScope(l *LocationLink) Scope {
	return Scope{Role: Visitor, Actor: l.Actor(), Region: l.Region, Location: l.Location, Contact: l.Contact}
}

// MailLocationCode mails a code to the contact of a link, and to nobody else. It
// gives ErrTooMany above 3 codes to an address in an hour or 20 by a link in a
// day.
func (e *Entrance) MailLocationCode(ctx context.Context, token string) error {
	if e.Seal == nil {
		return ErrNoKey
	}
	link, err := e.OpenLocationLink(ctx, token)
	if err != nil {
		return err
	}
	code, err := newCode()
	if err != nil {
		return err
	}
	now := e.Now()
	return e.Store.MailLocationCode(ctx, link, code[:4]+" "+code[4:], e.Seal.hash("location", link.ID, code), now, now.Add(codeTime))
}

// newCode returns eight random digits.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return "", fmt.Errorf("code: %w", err)
	}
	return fmt.Sprintf("%0*d", codeDigits, n), nil
}

// EnterLocation uses up the code that was mailed last and returns the session of
// the location's contact, of half an hour. It gives ErrCode for a wrong code.
func (e *Entrance) EnterLocation(ctx context.Context, token, code string) (*Session, error) {
	if e.Seal == nil {
		return nil, ErrNoKey
	}
	link, err := e.OpenLocationLink(ctx, token)
	if err != nil {
		return nil, err
	}
	scope := VisitorScope(link)
	scope.Role, scope.Request = LocationContact, RequestOf(ctx)
	if err := e.Store.As(scope).UseLocationCode(ctx, link, e.Seal.hash("location", link.ID, digitsOf(code)), e.Now()); err != nil {
		return nil, err
	}
	today := calendar.DateOf(e.Now(), time.UTC)
	if err := e.Store.NoteLocationLinkUse(ctx, link.ID, today); err != nil && !errors.Is(err, ErrBusy) {
		return nil, err
	}
	return &Session{Link: link.ID, Since: e.Now()}, nil
}

// LocationOf returns the link that the session of a location's contact came by.
// It gives ErrNotFound when the session has come to its end, or the link has.
func (e *Entrance) LocationOf(ctx context.Context, s *Session) (*LocationLink, error) {
	if s.Link == "" {
		return nil, fmt.Errorf("session: of no location: %w", ErrNotFound)
	}
	if err := e.alive(ctx, s, LocationContact); err != nil {
		return nil, err
	}
	return e.Store.LocationLinkByID(ctx, s.Link, e.Now())
}

// LocationCaller returns what the session of a location's contact reaches now;
// its errors are those of LocationOf.
func (e *Entrance) LocationCaller(ctx context.Context, s *Session) (Scope, error) {
	link, err := e.LocationOf(ctx, s)
	if err != nil {
		return Scope{}, err
	}
	scope := VisitorScope(link)
	scope.Role = LocationContact
	return scope, nil
}
