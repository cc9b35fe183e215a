package outside

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/mailtest"
)

func mailboxAt(t *testing.T, addr, password string) *Mailbox {
	t.Helper()
	m, err := NewMailbox(MailboxConfig{
		Address: fmt.Sprintf("imap://%s:%s@%s/INBOX", mailtest.DovecotUser, password, addr), Timeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mailText(n int) []byte {
	return fmt.Appendf(nil, "From: a@example.nl\r\nSubject: message %d\r\n\r\ntext\r\n", n)
}

// readAll reads and returns the subjects' last words.
func readAll(t *testing.T, m *Mailbox, at Position, most int) ([]string, Position) {
	t.Helper()
	var got []string
	at, err := m.Read(t.Context(), at, most, func(raw []byte) error {
		if raw == nil {
			got = append(got, "large")
			return nil
		}
		line, _, _ := strings.Cut(string(raw[strings.Index(string(raw), "message "):]), "\r")
		got = append(got, strings.TrimPrefix(line, "message "))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, at
}

func TestMailboxIsReadOnceInOrder(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t)
	m := mailboxAt(t, d.Addr, mailtest.DovecotPassword)
	if got, _ := readAll(t, m, Position{}, 10); len(got) > 0 {
		t.Fatalf("an empty mailbox gives %v", got)
	}
	for i := range 3 {
		d.Deliver(t, mailText(i))
	}
	first, at := readAll(t, m, Position{}, 2)
	rest, at := readAll(t, m, at, 10)
	if fmt.Sprint(first, rest) != "[0 1] [2]" {
		t.Errorf("got %v and then %v, want two and then the third", first, rest)
	}
	if again, _ := readAll(t, m, at, 10); len(again) > 0 {
		t.Errorf("read again: %v", again)
	}
	d.Deliver(t, append(mailText(3), make([]byte, maxMessage+1)...))
	d.Deliver(t, mailText(4))
	if got, _ := readAll(t, m, at, 10); fmt.Sprint(got) != "[large 4]" {
		t.Errorf("with a message that is too large: %v", got)
	}
	if n := d.Unread(t); n != 5 {
		t.Errorf("%d of 5 messages are unread: reading must change nothing", n)
	}
}

func TestMailboxNumberedAnewIsReadAnew(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t)
	m := mailboxAt(t, d.Addr, mailtest.DovecotPassword)
	d.Deliver(t, mailText(0))
	_, at := readAll(t, m, Position{}, 10)
	at.Validity++ // as the server would after a restore
	at.Last += 100
	if got, _ := readAll(t, m, at, 10); fmt.Sprint(got) != "[0]" {
		t.Errorf("under another numbering: %v, want the message again", got)
	}
}

func TestMailboxStopsWhereItsReaderFails(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t)
	m := mailboxAt(t, d.Addr, mailtest.DovecotPassword)
	for i := range 3 {
		d.Deliver(t, mailText(i))
	}
	broken, calls := errors.New("database away"), 0
	at, err := m.Read(t.Context(), Position{}, 10, func([]byte) error {
		if calls++; calls == 2 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) {
		t.Fatalf("error %v, want the reader's", err)
	}
	if got, _ := readAll(t, m, at, 10); fmt.Sprint(got) != "[1 2]" {
		t.Errorf("after it: %v, want the one that failed and those after it", got)
	}
}

func TestMailboxFaultsNameNoSecret(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t)
	for name, address := range map[string]string{"wrong password": d.Addr, "nobody there": "127.0.0.1:1"} {
		_, err := mailboxAt(t, address, "canary-secret").Read(t.Context(), Position{}, 1, func([]byte) error { return nil })
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: error %v, want one without the password", name, err)
		}
	}
	for _, address := range []string{"imap://canary@host name", "ftp://u:canary@host", "imaps://host", "://canary", "imaps://u:canary@"} {
		if _, err := NewMailbox(MailboxConfig{Address: address}); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: error %v, want a refusal without the password", address, err)
		}
	}
	if name := mailboxAt(t, d.Addr, "canary-secret").Name(); strings.Contains(name, "canary") {
		t.Errorf("the name %q holds the password", name)
	}
}
