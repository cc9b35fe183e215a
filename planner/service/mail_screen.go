package service

import (
	"context"
	"errors"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// errPrivate is a mail that must not go out. It says nothing of what is in it.
var errPrivate = errors.New("the mail holds what looks like a citizen service number (BSN)")

// screenMail looks once more at what a mail says before it leaves: whatever way a
// citizen service number came in, it does not go out. Our own codes and links may
// pass its test by chance, and the registrations of the region's locations always
// do; those may stand in a mail.
func (s *Service) screenMail(ctx context.Context, m *store.OutboxMail, text *written, link string) error {
	said := strings.Join([]string{text.subject, text.plain, m.Contact.Name}, "\n")
	for _, ours := range []string{link, m.Content.Code} {
		if ours != "" {
			said = strings.ReplaceAll(said, ours, "")
		}
	}
	if !planner.HasBSN(said) {
		return nil
	}
	state, _, err := s.Store.LoadState(ctx, m.Contact.Scope.Region)
	if err != nil {
		return err
	}
	var known []string
	for i := range state.Locations {
		l := &state.Locations[i]
		known = append(known, l.ID)
		for _, r := range l.Registrations {
			known = append(known, r.LRK)
		}
	}
	if planner.HasBSN(said, known...) {
		return errPrivate
	}
	return nil
}
