// Package mailtest runs real mail servers for tests: an SMTP server in this
// process that can be told to fail, and Dovecot as a private IMAP server in a
// temporary folder.
//
// It is imported by tests only and imports nothing else of the project.
package mailtest

import (
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// Delivered is a mail that the server took.
type Delivered struct {
	From string
	To   []string
	Raw  []byte
}

// Fault is what the server does instead of taking a mail.
type Fault struct {
	// Stage is mail, rcpt or data.
	Stage string
	// Code is the SMTP code to answer, 0 for one of the below.
	Code int
	// Hang answers nothing until the server is closed.
	Hang bool
	// Drop takes the mail and breaks the connection before saying so; at another
	// stage it breaks the connection.
	Drop bool
}

// SMTP is a running server.
type SMTP struct {
	Addr string

	server *smtp.Server
	mu     sync.Mutex
	mails  []Delivered
	fault  func(to string, attempt int) *Fault
	tries  map[string]int
	quit   chan struct{}
}

// StartSMTP starts a server on a port of the loopback. Faults asks for each
// mail, by its recipient and how often that recipient was tried, from 1, what
// should go wrong; nil for nothing.
func StartSMTP(tb testing.TB, faults func(to string, attempt int) *Fault) *SMTP {
	tb.Helper()
	s := &SMTP{fault: faults, tries: map[string]int{}, quit: make(chan struct{})}
	s.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: s, conn: c}, nil }))
	s.server.Domain = "test.invalid"
	s.server.ErrorLog = silent{}
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s.Addr = listener.Addr().String()
	ended := make(chan struct{})
	go func() { _ = s.server.Serve(listener); close(ended) }()
	tb.Cleanup(func() {
		close(s.quit)
		_ = s.server.Close()
		<-ended
	})
	return s
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// Mails returns what was taken so far.
func (s *SMTP) Mails() []Delivered {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

type session struct {
	server *SMTP
	conn   *smtp.Conn
	mail   Delivered
	fault  *Fault
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.mail.From = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.To = append(s.mail.To, to)
	s.server.mu.Lock()
	s.server.tries[to]++
	try := s.server.tries[to]
	s.server.mu.Unlock()
	if s.server.fault != nil {
		s.fault = s.server.fault(to, try)
	}
	return s.fail("rcpt")
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mail.Raw = raw
	if s.fault != nil && s.fault.Stage == "data" && s.fault.Drop {
		s.deliver()
		_ = s.conn.Close()
		return errors.New("dropped")
	}
	if err := s.fail("data"); err != nil {
		return err
	}
	s.deliver()
	return nil
}

func (s *session) deliver() {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.mails = append(s.server.mails, s.mail)
}

func (s *session) fail(stage string) error {
	f := s.fault
	if f == nil || f.Stage != stage {
		return nil
	}
	switch {
	case f.Hang:
		<-s.server.quit
		return errors.New("hung")
	case f.Drop:
		_ = s.conn.Close()
		return errors.New("dropped")
	}
	class := 4
	if f.Code >= 500 {
		class = 5
	}
	return &smtp.SMTPError{Code: f.Code, EnhancedCode: smtp.EnhancedCode{class, 0, 0}, Message: "canary of the server's own words"}
}

func (s *session) Reset()        { s.mail, s.fault = Delivered{}, nil }
func (s *session) Logout() error { return nil }
