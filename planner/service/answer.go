package service

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// ErrCode is a code that is wrong, worn out or used.
var ErrCode = store.ErrCode

// Links makes and opens the links in mail. A link alone changes nothing, since
// whoever scans mail follows it: an act behind it takes a POST and a code that
// is mailed for it.
type Links struct {
	// PublicURL is the address that people use, without a slash at its end.
	PublicURL string
	// Seal holds the key. The secret of a link follows from it and is kept
	// nowhere.
	Seal *Seal
}

// codeTime is how long a code is good, and codeDigits its length.
const (
	codeTime   = 15 * time.Minute
	codeDigits = 8
)

func (l *Links) token(link string) string {
	return store.MakeToken(store.AnswerToken, link, l.Seal.secret("link", link))
}

// url is the address behind which somebody answers.
func (l *Links) url(link string) string { return l.PublicURL + "/answer/" + l.token(link) }

// open returns the id of the link that a token is for. It gives ErrNotFound for
// a token that we did not make.
func (l *Links) open(token string) (string, error) {
	if l == nil {
		return "", ErrNotFound
	}
	key, ok := store.ParseToken(store.AnswerToken, token)
	if !ok || !key.Holds(l.Seal.secret("link", key.ID)) {
		return "", fmt.Errorf("link: %w", ErrNotFound)
	}
	return key.ID, nil
}

// secret derives a secret for a purpose: 32 letters of 160 bit.
func (s *Seal) secret(purpose, id string) string {
	return store.SecretLetters(s.hash(purpose, id))
}

// hash needs the key to be made again.
func (s *Seal) hash(purpose string, parts ...string) []byte {
	h := hmac.New(sha256.New, s.links)
	for _, part := range append([]string{purpose}, parts...) {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return h.Sum(nil)
}

// AnswerLink opens the page behind a link. It changes nothing. It gives
// ErrNotFound when there is nothing to answer there, or no longer.
func (s *Service) AnswerLink(ctx context.Context, token string) error {
	link, err := s.Links.open(token)
	if err != nil {
		return err
	}
	return s.Store.AnswerLink(ctx, link, s.Now())
}

// MailCode mails a code for one act behind a link, to the address that is known
// and to no other. It gives ErrTooMany above 3 codes to an address in an hour or
// 20 by a link in a day.
func (s *Service) MailCode(ctx context.Context, token string) error {
	link, err := s.Links.open(token)
	if err != nil {
		return err
	}
	code, err := newCode()
	if err != nil {
		return err
	}
	now := s.Now()
	return s.Store.MailCode(ctx, link, code[:4]+" "+code[4:], s.Links.Seal.hash("code", link, code), now, now.Add(codeTime))
}

// AnswerWithCode takes an answer from somebody without a calendar program that
// answers. It gives ErrCode for a wrong code.
func (s *Service) AnswerWithCode(ctx context.Context, token, code, answer string) error {
	said := store.Answer(answer)
	if said != store.Accepted && said != store.Tentative && said != store.Declined {
		return errors.New("answer: want accepted, tentative or declined")
	}
	link, err := s.Links.open(token)
	if err != nil {
		return err
	}
	if err := s.Store.AnswerWithCode(ctx, link, s.Links.Seal.hash("code", link, digitsOf(code)), said, s.Now()); err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "answer taken by code", "link", link, "answer", answer)
	return nil
}
