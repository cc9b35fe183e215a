package service

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/mailtest"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

var (
	links = regexp.MustCompile(`https://planner\.example\.nl/answer/(pf_answer_[a-z2-7_]+)`)
	codes = regexp.MustCompile(`\d{4} \d{4}`)
)

// linked gives a world links in its mail and returns that in the invitation to
// the winter visit.
func linked(m *mover, server *mailtest.SMTP) string {
	m.Helper()
	seal, err := NewSeal(NewSealKey())
	m.must(err)
	m.Links = &Links{PublicURL: "https://planner.example.nl", Seal: seal}
	m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
	m.publishes()
	for _, s := range m.sends(server) {
		if strings.HasPrefix(s.property("UID"), "winter") {
			found := links.FindStringSubmatch(s.plain)
			if found == nil || !strings.Contains(s.html, `href="`+found[0]+`"`) {
				m.Fatalf("no link in\n%s\n%s", s.plain, s.html)
			}
			return found[1]
		}
	}
	m.Fatal("no invitation")
	return ""
}

func TestAnswersByLink(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		token := linked(m, server)
		code := func() string {
			w.must(m.MailCode(w.Context(), token))
			mails := m.sends(server)
			if len(mails) != 1 || mails[0].to != "nest@example.nl" || mails[0].ics != "" {
				w.Fatalf("asking for a code sends %s", listed(mails))
			}
			return codes.FindString(mails[0].plain)
		}
		first := code()
		for name, guess := range map[string]string{"nothing": "", "wrong": "0000 0000", "too long": strings.Repeat("1", 5000)} {
			if err := m.AnswerWithCode(w.Context(), token, guess, "declined"); !errors.Is(err, ErrCode) {
				w.Errorf("%s: %v", name, err)
			}
		}
		if err := m.AnswerWithCode(w.Context(), token, first, "maybe"); err == nil {
			w.Error("an answer that does not exist is taken")
		}
		w.must(m.AnswerWithCode(w.Context(), token, strings.ReplaceAll(first, " ", ""), "declined"))
		if got := m.answers("winter"); got != "declined/0" {
			w.Errorf("answer %s", got)
		}
		if err := m.AnswerWithCode(w.Context(), token, first, "accepted"); !errors.Is(err, ErrCode) {
			w.Errorf("a used code: %v", err)
		}
		second := code()
		m.wait(codeTime)
		if err := m.AnswerWithCode(w.Context(), token, second, "accepted"); !errors.Is(err, ErrCode) {
			w.Errorf("a worn-out code: %v", err)
		}
		m.wait(time.Hour)
		third := code()
		for range 5 {
			_ = m.AnswerWithCode(w.Context(), token, "0000 0001", "accepted")
		}
		if err := m.AnswerWithCode(w.Context(), token, third, "accepted"); !errors.Is(err, ErrCode) {
			w.Errorf("after five guesses: %v", err)
		}
		for _, bad := range []string{"", "x", token + "x", strings.Replace(token, "pf_answer", "pf_feed", 1), token[:len(token)-8] + "aaaaaaaa"} {
			if err := m.AnswerLink(w.Context(), bad); !errors.Is(err, ErrNotFound) {
				w.Errorf("token %q: %v", bad, err)
			}
		}
		w.must(m.AnswerLink(w.Context(), token))
		m.drop("winter")
		if err := m.AnswerLink(w.Context(), token); !errors.Is(err, ErrNotFound) {
			w.Errorf("a link to what fell through: %v", err)
		}
		if err := m.MailCode(w.Context(), token); !errors.Is(err, ErrNotFound) {
			w.Errorf("a code for what fell through: %v", err)
		}
	})
}

// TestRM3_NobodyIsBuriedInMail: 10,000 requests for a code, of which an address
// gets three an hour and a link causes twenty a day.
func TestRM3_NobodyIsBuriedInMail(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		token := linked(m, server)
		const posts = 10_000
		var taken, refused atomic.Int64
		ask := func(n int) {
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					for range n / 8 {
						switch err := m.MailCode(w.Context(), token); {
						case err == nil:
							taken.Add(1)
						case errors.Is(err, ErrTooMany):
							refused.Add(1)
						default:
							w.Error(err)
							return
						}
					}
				})
			}
			group.Wait()
		}
		ask(posts)
		if taken.Load() != 3 || refused.Load() != posts-3 {
			w.Errorf("of %d requests %d were taken and %d refused, want 3", posts, taken.Load(), refused.Load())
		}
		if n := len(m.sends(server)); n != 3 {
			w.Errorf("%d mails were sent, want 3", n)
		}
		perHour := taken.Load()
		for range 23 {
			m.wait(time.Hour + time.Second)
			before := taken.Load()
			ask(16)
			if n := taken.Load() - before; n > 3 {
				w.Errorf("%d mails in an hour", n)
			}
		}
		if taken.Load() != 20 {
			w.Errorf("%d mails by one link in a day, want 20", taken.Load())
		}
		w.Logf("R-M3: %d posts to one address: %d mails in an hour; %d by one link in a day", posts, perHour, taken.Load())
	})
}

// TestRM4_LookingChangesNothing: a link may be opened as often as one likes.
func TestRM4_LookingChangesNothing(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		token := linked(m, server)
		before := m.outbox() + m.answers("winter")
		for range 100 {
			w.must(m.AnswerLink(w.Context(), token))
		}
		if after := m.outbox() + m.answers("winter"); after != before {
			w.Errorf("looking changed %q to %q", before, after)
		}
	})
}

// TestNoSecretOfALinkIsKept: what opens a link, and what was mailed to act, is
// nowhere in the database or the log.
func TestNoSecretOfALinkIsKept(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	w := open(t, filepath.Join(folder, "test.db"))
	m, server := newMover(w), mailtest.StartSMTP(t, nil)
	token := linked(m, server)
	w.must(m.MailCode(t.Context(), token))
	code := codes.FindString(m.sends(server)[0].plain)
	w.must(m.AnswerWithCode(t.Context(), token, code, "accepted"))
	w.must(m.Store.Close())
	kept := fileTexts(w, folder) + w.log.String()
	secret := strings.Split(token, "_")[3]
	for name, text := range map[string]string{"secret": secret, "code": code, "code in one": strings.ReplaceAll(code, " ", "")} {
		if strings.Contains(kept, text) {
			t.Errorf("the %s is kept", name)
		}
	}
}
