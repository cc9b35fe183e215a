package service

import (
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/internal/mailtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// TestRV1_MailIsScreenedBeforeItLeaves: a citizen number that came in by a way that
// does not look goes out by none; the mail is a dead letter that says why.
func TestRV1_MailIsScreenedBeforeItLeaves(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m := newMover(w)
		server := mailtest.StartSMTP(w.T, nil)
		m.contact(store.LocationFeed, "een", "els@example.nl", store.Dutch, store.ByInvitation)
		state, _, err := m.Store.LoadState(w.Context(), "")
		w.must(err)
		for i := range state.Locations {
			state.Locations[i].Name = "Nest 1234 56 782"
		}
		_, err = m.Import(w.Context(), []*planner.State{state})
		w.must(err)
		m.publishes()
		mails := m.sends(server)
		held, err := m.Store.Outbox(w.Context(), store.MailDead, 100)
		w.must(err)
		if len(mails) != 0 || len(held) == 0 {
			w.Errorf("%d sent, %d held back", len(mails), len(held))
		}
		for i := range held {
			if held[i].Fault != "holds what looks like a BSN" {
				w.Errorf("held back: %q", held[i].Fault)
			}
		}
		w.Logf("R-V1: %d mails with a citizen number: all held back, %d sent", len(held), len(mails))
	})
}

// TestMailScreenLetsOurNumbersPass: codes, links and registrations are none.
func TestMailScreenLetsOurNumbersPass(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m := newMover(w)
		mail := &store.OutboxMail{Contact: store.Contact{Scope: store.FeedScope{}}}
		mail.Content.Code = "11122233" // a zero before it makes a citizen number or not, by chance
		for _, said := range []string{"Uw code is 11122233.", "Dag Els,", "06-12345678", "2027-01-12"} {
			if err := m.screenMail(w.Context(), mail, &written{plain: said}, ""); err != nil {
				w.Errorf("%q: %v", said, err)
			}
		}
		link := "https://planner.example.nl/answer/pf_ans_234567234_123456782"
		if err := m.screenMail(w.Context(), mail, &written{plain: "Antwoord: " + link}, link); err != nil {
			w.Error(err)
		}
		err := m.screenMail(w.Context(), mail, &written{subject: "bsn 249566758"}, "")
		if err == nil || strings.Contains(err.Error(), "249") {
			w.Errorf("a citizen number: %v", err)
		}
	})
}
