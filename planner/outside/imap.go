package outside

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

// MailboxConfig says where answers arrive.
type MailboxConfig struct {
	// Address is imaps://user:password@host:993/INBOX, or imap:// with STARTTLS;
	// the port and the folder are optional. Without TLS only a server on this
	// machine is read.
	Address string
	// Timeout bounds one reading; zero is a minute.
	Timeout time.Duration
	// TLS is for servers with a certificate of their own; nil for the usual.
	TLS *tls.Config
}

// Mailbox reads a folder of a mail server and changes nothing in it.
type Mailbox struct {
	address *url.URL
	folder  string
	config  MailboxConfig
}

const (
	mailboxTimeout = time.Minute
	// maxMessage is the largest message that is looked at: an answer has some
	// kilobytes.
	maxMessage = 1 << 20
)

// NewMailbox checks a configuration. The errors name no secret.
func NewMailbox(c MailboxConfig) (*Mailbox, error) {
	u, err := serverURL("IMAP", c.Address, map[string]int{"imaps": 993, "imap": 143})
	if err != nil {
		return nil, err
	}
	if u.User == nil {
		return nil, errors.New("address of the IMAP server: the user is missing, want imaps://user:password@host")
	}
	c.Timeout = cmp.Or(c.Timeout, mailboxTimeout)
	return &Mailbox{address: u, folder: cmp.Or(strings.Trim(u.Path, "/"), "INBOX"), config: c}, nil
}

// Name names the mailbox without its secret.
func (m *Mailbox) Name() string {
	return m.address.User.Username() + "@" + m.address.Host + "/" + m.folder
}

// Position is how far a mailbox was read (RFC 3501 section 2.3.1.1).
type Position struct {
	// Validity names a numbering of the messages; under another one Last means
	// nothing, and reading starts anew.
	Validity uint32
	// Last is the highest number that was read.
	Last uint32
}

// Read calls f for the messages after a position, at most so many, in the order
// of their numbers, and returns the new position. A message that is too large is
// given as nil. An error of f ends the reading before that message.
func (m *Mailbox) Read(ctx context.Context, at Position, most int, f func(raw []byte) error) (Position, error) {
	ctx, cancel := context.WithTimeout(ctx, m.config.Timeout)
	defer cancel()
	c, err := m.open(ctx)
	if err != nil {
		return at, err
	}
	defer func() { _ = c.Close() }()
	selected, err := c.Select(m.folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return at, fmt.Errorf("mailbox: the folder cannot be opened: %w", coded(err))
	}
	if selected.UIDValidity != at.Validity {
		at = Position{Validity: selected.UIDValidity}
	}
	sizes, err := m.sizes(c, at.Last, most)
	if err != nil {
		return at, err
	}
	for _, s := range sizes {
		var raw []byte
		if s.RFC822Size <= maxMessage {
			if raw, err = body(c, s.UID); err != nil {
				return at, err
			}
		}
		if err := f(raw); err != nil {
			return at, err
		}
		at.Last = uint32(s.UID)
	}
	return at, nil
}

// coded keeps the server's code and drops its words.
func coded(err error) error {
	var answer *imap.Error
	if errors.As(err, &answer) {
		return fmt.Errorf("answered %s %s", answer.Type, answer.Code)
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return errors.New("no answer in time")
	}
	return errors.New("connection broke off")
}

// open connects and signs in.
func (m *Mailbox) open(ctx context.Context) (*imapclient.Client, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.address.Host)
	if err != nil {
		return nil, errors.New("mailbox: server not reached")
	}
	// Whatever the protocol waits for, the end of the time ends it.
	if until, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(until)
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	config := m.config.TLS.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config.ServerName = m.address.Hostname()
	c, err := m.client(ctx, conn, config)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	password, _ := m.address.User.Password()
	if err := c.Login(m.address.User.Username(), password).Wait(); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("mailbox: sign-in failed: %w", coded(err))
	}
	return c, nil
}

func (m *Mailbox) client(ctx context.Context, conn net.Conn, config *tls.Config) (*imapclient.Client, error) {
	switch {
	case m.address.Scheme == "imaps":
		secure := tls.Client(conn, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, errors.New("mailbox: no secure connection: is the certificate right?")
		}
		return imapclient.New(secure, nil), nil
	case loopback(conn):
		return imapclient.New(conn, nil), nil
	default:
		c, err := imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: config})
		if err != nil {
			return nil, fmt.Errorf("mailbox: no secure connection: %w", coded(err))
		}
		return c, nil
	}
}

func loopback(conn net.Conn) bool {
	a, ok := conn.RemoteAddr().(*net.TCPAddr)
	return ok && a.IP.IsLoopback()
}

// sizes returns the numbers and sizes of the next messages.
func (m *Mailbox) sizes(c *imapclient.Client, last uint32, most int) ([]*imapclient.FetchMessageBuffer, error) {
	after := imap.UIDSet{imap.UIDRange{Start: imap.UID(last) + 1}} // to the end
	found, err := c.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{after}}, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("mailbox: search: %w", coded(err))
	}
	uids := slices.DeleteFunc(found.AllUIDs(), func(u imap.UID) bool {
		return uint32(u) <= last // "n:*" names the last message even when it is before n
	})
	slices.Sort(uids)
	uids = uids[:min(len(uids), most)]
	if len(uids) == 0 {
		return nil, nil
	}
	sizes, err := c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err != nil {
		return nil, fmt.Errorf("mailbox: fetch: %w", coded(err))
	}
	slices.SortFunc(sizes, func(a, b *imapclient.FetchMessageBuffer) int { return cmp.Compare(a.UID, b.UID) })
	return sizes, nil
}

// body returns a message as it arrived, without marking it as read.
func body(c *imapclient.Client, uid imap.UID) ([]byte, error) {
	section := &imap.FetchItemBodySection{Peek: true}
	got, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return nil, fmt.Errorf("mailbox: fetch: %w", coded(err))
	}
	if len(got) != 1 {
		return nil, nil // deleted in the mean time
	}
	return got[0].FindBodySection(section), nil
}
