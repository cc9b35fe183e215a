package service

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/internal/mailtest"
)

// readSent reads a mail as its reader's program does, by the standard library
// alone.
func readSent(t *testing.T, d mailtest.Delivered) sentMail {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(d.Raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || len(d.To) != 1 {
		t.Fatalf("subject %q to %v: %v", subject, d.To, err)
	}
	s := sentMail{to: d.To[0], id: m.Header.Get("Message-Id"), subject: subject}
	s.part(t, m.Header, m.Body)
	return s
}

func (s *sentMail) part(t *testing.T, head mail.Header, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(head.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		r := multipart.NewReader(body, params["boundary"])
		for {
			next, err := r.NextRawPart()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			s.part(t, mail.Header(next.Header), next)
		}
	}
	switch strings.ToLower(head.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	switch text := string(raw); kind {
	case "text/plain":
		s.plain = strings.ReplaceAll(text, "\r\n", "\n")
	case "text/html":
		s.html = strings.ReplaceAll(text, "\r\n", "\n")
	case "text/calendar":
		if s.ics != "" && (s.ics != text || s.method != params["method"]) {
			t.Errorf("the attachment of %s differs from the part", s.to)
		}
		s.ics, s.method = text, params["method"]
		if method := s.property("METHOD"); method != s.method {
			t.Errorf("METHOD %q in a part of method %q", method, s.method)
		}
	}
}
