package outside

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Message is one mail to one recipient.
type Message struct {
	// ID is the Message-ID without brackets: the same at every attempt.
	ID     string
	Date   time.Time
	To     string // one bare address
	ToName string // may be empty

	Subject, Plain, HTML string

	// Calendar is an iCalendar object and Method its METHOD; empty for mail
	// without one.
	Calendar []byte
	Method   string
}

// MailError is why a mail was not taken.
type MailError struct {
	// Code says where it went wrong and what the server answered, "rcpt 550
	// 5.1.1"; none of the server's words are in it.
	Code string
	// Permanent says that trying again is of no use.
	Permanent bool
	// Unreached says that the server was not reached, or did not let us in: it
	// is no fault of the mail.
	Unreached bool
}

// Error returns the code.
func (f *MailError) Error() string { return "mail: " + f.Code }

// SMTPConfig says how mail is sent.
type SMTPConfig struct {
	// Address is smtp://host:25 (STARTTLS where it is offered),
	// submission://user:password@host:587 (STARTTLS or nothing) or
	// smtps://user:password@host:465. The ports are optional.
	Address string
	// From is the bare address that mail comes from and that answers go to.
	From string
	// Name is shown beside it; may be empty.
	Name string
	// Timeout bounds connecting, and each mail; zero is 15 seconds.
	Timeout time.Duration
}

// Sender sends mail to one server. It may be used concurrently.
type Sender struct {
	config  SMTPConfig
	host    string
	options []gomail.Option
	domain  string
}

const smtpTimeout = 15 * time.Second

// NewSender checks a configuration. The errors name no secret.
func NewSender(c SMTPConfig) (*Sender, error) {
	from, err := mail.ParseAddress(c.From)
	if err != nil || from.Name != "" || from.Address != c.From {
		return nil, fmt.Errorf("sender %q: want one bare mail address", c.From)
	}
	u, err := serverURL("SMTP", c.Address, map[string]int{"smtp": 25, "submission": 587, "smtps": 465})
	if err != nil {
		return nil, err
	}
	if c.Timeout == 0 {
		c.Timeout = smtpTimeout
	}
	s := &Sender{config: c, host: u.Hostname(), domain: c.From[strings.LastIndexByte(c.From, '@')+1:]}
	port, _ := strconv.Atoi(u.Port())
	s.options = []gomail.Option{
		gomail.WithPort(port), gomail.WithTimeout(c.Timeout), gomail.WithHELO(s.domain), gomail.WithoutNoop(),
		gomail.WithoutSMTPUTF8(),
	}
	switch u.Scheme {
	case "smtp":
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case "submission":
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case "smtps":
		s.options = append(s.options, gomail.WithSSL())
	}
	if u.User != nil {
		password, _ := u.User.Password()
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	if _, err := gomail.NewClient(s.host, s.options...); err != nil {
		return nil, fmt.Errorf("SMTP server: %w", err)
	}
	return s, nil
}

// From returns the address that mail comes from, and the name beside it.
func (s *Sender) From() (address, name string) { return s.config.From, s.config.Name }

// MessageID completes the local part of a Message-ID.
func (s *Sender) MessageID(local string) string { return local + "@" + s.domain }

// serverURL reads the address of a server, with the port its scheme has.
func serverURL(what, address string, schemes map[string]int) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil { // its text holds the address, and so a password
		return nil, fmt.Errorf("address of the %s server: not an address such as scheme://user:password@host:port", what)
	}
	port, known := schemes[u.Scheme]
	if !known || u.Hostname() == "" {
		names := make([]string, 0, len(schemes))
		for name := range schemes {
			names = append(names, name+"://host")
		}
		return nil, fmt.Errorf("address of the %s server: want one of %s", what, strings.Join(sorted(names), ", "))
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), strconv.Itoa(port))
	}
	return u, nil
}

// Send sends messages over one connection, and over a new one after a fault.
// It calls done with the outcome of each, in order: nil when the server took
// it, else a *MailError. When the server is not reached, the rest of the
// messages get the same fault.
func (s *Sender) Send(ctx context.Context, messages []Message, done func(i int, err error)) {
	var c *connection
	defer func() { c.close() }()
	for i := range messages {
		m, err := s.message(&messages[i])
		if err != nil {
			done(i, &MailError{Code: "message cannot be written", Permanent: true})
			continue
		}
		if c == nil {
			if c, err = s.dial(ctx); err != nil {
				fault := dialFault(err)
				for ; i < len(messages); i++ {
					done(i, fault)
				}
				return
			}
		}
		err = c.send(m)
		done(i, err)
		if err != nil {
			// The server may be out of step by now.
			c.close()
			c = nil
		}
	}
}

type connection struct {
	client *gomail.Client
	ctx    context.Context //nolint:containedctx // lives as long as one Send
}

func (s *Sender) dial(ctx context.Context) (*connection, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return nil, err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return nil, err
	}
	return &connection{client, ctx}, nil
}

func (c *connection) close() {
	if c != nil {
		_ = c.client.Close()
	}
}

func (c *connection) send(m *gomail.Msg) error {
	if c.ctx.Err() != nil {
		return &MailError{Code: "stopped", Unreached: true}
	}
	err := c.client.Send(m)
	if err == nil || m.IsDelivered() { // what goes wrong after that is not about the mail
		return nil
	}
	return sendFault(err)
}

// sendFault says what an error of go-mail means. Only an answer of 500 or more
// is for good; a connection that breaks off is not, though the server may have
// taken the mail.
func sendFault(err error) *MailError {
	var sent *gomail.SendError
	if !errors.As(err, &sent) {
		return &MailError{Code: "connection"}
	}
	stage := map[gomail.SendErrReason]string{
		gomail.ErrSMTPMailFrom: "mail", gomail.ErrSMTPRcptTo: "rcpt", gomail.ErrSMTPData: "data",
		gomail.ErrWriteContent: "content", gomail.ErrSMTPDataClose: "end of data",
	}[sent.Reason]
	if stage == "" {
		return &MailError{Code: "connection", Unreached: true}
	}
	code := sent.ErrorCode()
	if code == 0 {
		return &MailError{Code: stage + ": connection broke off"}
	}
	text := fmt.Sprintf("%s %d", stage, code)
	if enhanced := sent.EnhancedStatusCode(); enhanced != "" {
		text += " " + enhanced
	}
	// A refused sender is a matter of configuration, not of this mail; so are
	// "not available" and a demand to sign in.
	ours := sent.Reason == gomail.ErrSMTPMailFrom || code == 421 || code == 530 || code == 535
	return &MailError{Code: text, Permanent: code >= 500 && !ours, Unreached: ours}
}

func dialFault(err error) *MailError {
	code := "server not reached"
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		code = "server does not answer"
	case strings.Contains(err.Error(), "535"):
		code = "sign-in refused"
	case errors.Is(err, gomail.ErrNoActiveConnection):
	}
	return &MailError{Code: code, Unreached: true}
}

// message writes a mail: for one with a calendar object, multipart/mixed of
// multipart/alternative (plain text, HTML, the object) and the object once more
// as invite.ics, the layout that most programs take (RFC 6047 section 2.4).
func (s *Sender) message(m *Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP))
	err := errors.Join(
		address(m.To), msg.FromFormat(oneLine(s.config.Name), s.config.From), msg.AddToFormat(oneLine(m.ToName), m.To),
	)
	if err != nil {
		return nil, err
	}
	msg.Subject(oneLine(m.Subject))
	msg.SetMessageIDWithValue(m.ID)
	msg.SetDateWithValue(m.Date)
	// Neither absence notices nor mailing list programs should answer.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "OOF, AutoReply")
	msg.SetBodyString(gomail.TypeTextPlain, m.Plain)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	if len(m.Calendar) == 0 {
		return msg, nil
	}
	kind := gomail.ContentType("text/calendar; method=" + m.Method) // go-mail adds the charset
	msg.AddAlternativeString(kind, string(m.Calendar), gomail.WithPartEncoding(gomail.EncodingB64))
	err = msg.AttachReader("invite.ics", bytes.NewReader(m.Calendar), gomail.WithFileContentType(kind+"; charset=utf-8"))
	return msg, err
}

// address refuses whatever is not one bare address.
func address(s string) error {
	if len(s) > 320 {
		return errors.New("mail address: too long")
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s {
		return errors.New("mail address: not one bare address")
	}
	return nil
}

// oneLine makes spaces of whatever could end a line.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}
