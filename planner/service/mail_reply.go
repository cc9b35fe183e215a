package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

const (
	// mailboxBatch bounds the messages of one reading, mailboxLease its time.
	mailboxBatch = 200
	mailboxLease = 5 * time.Minute
	// clockSkew is how far ahead the clock of an answer may be.
	clockSkew = 24 * time.Hour
)

// ReadReplies reads what came into the mailbox since the last time and takes in
// the answers to invitations. Each message counts once, also when the mailbox is
// numbered anew or the program dies in between. It returns how many answers were
// taken. It gives ErrBusy when another program reads the mailbox.
func (s *Service) ReadReplies(ctx context.Context, box *outside.Mailbox) (taken int, err error) {
	at, err := s.Store.ClaimMailbox(ctx, box.Name(), mailboxLease, s.Now())
	if err != nil {
		return 0, err
	}
	position, err := box.Read(ctx, outside.Position{Validity: at.Validity, Last: at.Last}, mailboxBatch, func(raw []byte) error {
		outcome, err := s.TakeMessage(ctx, raw)
		if outcome == store.ReplyTaken {
			taken++
		}
		return err
	})
	at.Validity, at.Last, at.Fault = position.Validity, position.Last, ""
	if err != nil {
		at.Fault = err.Error()
		s.Log.WarnContext(ctx, "mailbox not read", "error", err)
	}
	return taken, errors.Join(err, s.Store.LeaveMailbox(context.WithoutCancel(ctx), &at, s.Now()))
}

// TakeMessage takes in one message of the mailbox, nil for one that is too
// large. The error is that of the database alone: a message that cannot be read
// is an outcome, and never stops those after it.
func (s *Service) TakeMessage(ctx context.Context, raw []byte) (store.ReplyOutcome, error) {
	from, reply, outcome := readMessage(raw)
	sum := sha256.Sum256(raw)
	digest := hex.EncodeToString(sum[:])
	err := s.Store.Tx(ctx, func(t *store.Tx) error {
		fresh, err := t.Seen(digest, outcome, s.Now())
		if err != nil {
			return err
		}
		if !fresh {
			outcome = store.ReplySeen
			return nil
		}
		if reply == nil {
			return nil
		}
		if outcome, err = s.takeReply(t, from, reply); err != nil {
			return err
		}
		return t.MarkReply(digest, outcome)
	})
	if err != nil {
		return "", err
	}
	s.Log.InfoContext(ctx, "message taken in", "outcome", outcome, "digest", digest[:12])
	return outcome, nil
}

// readMessage finds the answer in a message; reply is nil when it holds none
// that could count, and outcome says why.
func readMessage(raw []byte) (from string, reply *calendar.Reply, outcome store.ReplyOutcome) {
	got, err := outside.Receive(raw)
	switch {
	case got.Automatic:
		return "", nil, store.ReplyAutomatic
	case err != nil || len(raw) == 0:
		return "", nil, store.ReplyMalformed
	}
	outcome = store.ReplyNoAnswer
	for _, object := range got.Calendars {
		r, err := calendar.ReadReply(bytes.NewReader(object), nil)
		var unreadable *calendar.ReadError
		switch {
		case err == nil && r.Method == calendar.MethodReply:
			return got.From, &r, store.ReplyNoAnswer
		case errors.As(err, &unreadable) && unreadable.Code != calendar.ReadNotReply:
			outcome = store.ReplyMalformed
		}
	}
	return "", nil, outcome
}

// replyAnswers are the answers that are taken; to delegate is none.
var replyAnswers = map[calendar.Answer]store.Answer{
	calendar.Accepted: store.Accepted, calendar.Declined: store.Declined, calendar.Tentative: store.Tentative,
}

// takeReply matches an answer with what its sender was invited to.
func (s *Service) takeReply(t *store.Tx, from string, r *calendar.Reply) (store.ReplyOutcome, error) {
	answer, known := replyAnswers[r.Answer]
	if !known || !r.Instance.IsZero() {
		return store.ReplyNoAnswer, nil
	}
	if from != r.Address || r.Stamp.After(s.Now().Add(clockSkew)) {
		return store.ReplyStranger, nil
	}
	invited, err := t.InvitedTo(from)
	if err != nil {
		return "", err
	}
	outcome := store.ReplyStranger
	for _, i := range invited {
		if !strings.EqualFold(uid(i.Region, i.Visit), r.UID) {
			continue
		}
		// Somebody who answers for two locations is asked once for each.
		o, err := t.TakeReply(i, store.Reply{Answer: answer, Sequence: r.Sequence, Stamp: r.Stamp})
		if err != nil {
			return "", err
		}
		if outcome != store.ReplyTaken {
			outcome = o
		}
	}
	return outcome, nil
}
