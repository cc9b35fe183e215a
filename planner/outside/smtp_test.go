package outside

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/mailtest"
)

func senderTo(t *testing.T, s *mailtest.SMTP) *Sender {
	t.Helper()
	out, err := NewSender(SMTPConfig{Address: "smtp://" + s.Addr, From: "planning@example.nl", Name: "Planning", Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// send sends and returns the outcome of each message.
func send(t *testing.T, s *Sender, messages ...Message) []error {
	t.Helper()
	out := make([]error, len(messages))
	calls := 0
	s.Send(t.Context(), messages, func(i int, err error) {
		if i != calls {
			t.Errorf("outcome %d comes as number %d", i, calls)
		}
		calls++
		out[i] = err
	})
	if calls != len(messages) {
		t.Errorf("%d outcomes for %d messages", calls, len(messages))
	}
	return out
}

func to(address string) Message {
	return Message{
		ID: "id-" + address, Date: time.Date(2027, 1, 12, 9, 0, 0, 0, time.UTC), To: address, ToName: "Jan van 't Hoff",
		Subject: "Bezoek Het Nést", Plain: "Dag\n", HTML: "<p>Dag</p>",
	}
}

// part is one leaf or branch of a mail.
type part struct {
	path, kind string
	params     map[string]string
	file       string
	body       []byte
}

func parts(t *testing.T, raw []byte) (*mail.Message, []part) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var out []part
	var walk func(path string, head mail.Header, body io.Reader)
	walk = func(path string, head mail.Header, body io.Reader) {
		kind, params, err := mime.ParseMediaType(head.Get("Content-Type"))
		if err != nil {
			t.Fatalf("part %s: %v: %q", path, err, head.Get("Content-Type"))
		}
		_, disposition, _ := mime.ParseMediaType(head.Get("Content-Disposition"))
		p := part{path: path, kind: kind, params: params, file: disposition["filename"]}
		if strings.HasPrefix(kind, "multipart/") {
			out = append(out, p)
			r := multipart.NewReader(body, params["boundary"])
			for i := 1; ; i++ {
				next, err := r.NextRawPart()
				if errors.Is(err, io.EOF) {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				walk(fmt.Sprintf("%s.%d", path, i), mail.Header(next.Header), next)
			}
		}
		if strings.EqualFold(head.Get("Content-Transfer-Encoding"), "base64") {
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		if p.body, err = io.ReadAll(body); err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	walk("1", m.Header, m.Body)
	return m, out
}

// TestInvitationLayout holds the one layout that most programs take.
func TestInvitationLayout(t *testing.T) {
	t.Parallel()
	server := mailtest.StartSMTP(t, nil)
	m := to("jan@example.nl")
	m.Calendar, m.Method = []byte("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"), "REQUEST"
	if err := send(t, senderTo(t, server), m)[0]; err != nil {
		t.Fatal(err)
	}
	got := server.Mails()[0]
	head, tree := parts(t, got.Raw)
	var shape []string
	for _, p := range tree {
		shape = append(shape, p.path+" "+p.kind)
		if p.kind != "text/calendar" {
			continue
		}
		if p.params["method"] != "REQUEST" || !strings.EqualFold(p.params["charset"], "utf-8") || !bytes.Equal(p.body, m.Calendar) {
			t.Errorf("part %s: %v %q, want the method, UTF-8 and the very bytes", p.path, p.params, p.body)
		}
	}
	want := "1 multipart/mixed; 1.1 multipart/alternative; 1.1.1 text/plain; 1.1.2 text/html; 1.1.3 text/calendar; 1.2 text/calendar"
	if have := strings.Join(shape, "; "); have != want {
		t.Errorf("layout\n%s, want\n%s", have, want)
	}
	if last := tree[len(tree)-1]; last.file != "invite.ics" {
		t.Errorf("the attachment is called %q", last.file)
	}
	for name, want := range map[string]string{
		"Message-Id": "<id-jan@example.nl>", "Auto-Submitted": "auto-generated", "From": `"Planning" <planning@example.nl>`,
		"To": `"Jan van 't Hoff" <jan@example.nl>`, "Date": "Tue, 12 Jan 2027 09:00:00 +0000", "User-Agent": "", "X-Mailer": "",
	} {
		if head.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, head.Header.Get(name), want)
		}
	}
}

func TestMailWithoutCalendar(t *testing.T) {
	t.Parallel()
	server := mailtest.StartSMTP(t, nil)
	if err := send(t, senderTo(t, server), to("jan@example.nl"))[0]; err != nil {
		t.Fatal(err)
	}
	_, tree := parts(t, server.Mails()[0].Raw)
	if len(tree) != 3 || tree[0].kind != "multipart/alternative" {
		t.Errorf("layout %+v, want plain text and HTML in multipart/alternative", tree)
	}
}

// TestRM1_FaultsOfTheServer: one mail that fails leaves the others of its batch
// alone, and only an answer of 500 or more is for good.
func TestRM1_FaultsOfTheServer(t *testing.T) {
	t.Parallel()
	faults := map[string]mailtest.Fault{
		"r450@example.nl": {Stage: "rcpt", Code: 450}, "r550@example.nl": {Stage: "rcpt", Code: 550},
		"d451@example.nl": {Stage: "data", Code: 451}, "d554@example.nl": {Stage: "data", Code: 554},
		"hang@example.nl": {Stage: "data", Hang: true}, "hangrcpt@example.nl": {Stage: "rcpt", Hang: true},
		"drop@example.nl": {Stage: "rcpt", Drop: true}, "dropdata@example.nl": {Stage: "data", Drop: true},
		"busy@example.nl": {Stage: "rcpt", Code: 421},
	}
	want := map[string]MailError{
		"r450@example.nl": {Code: "rcpt 450 4.0.0"}, "r550@example.nl": {Code: "rcpt 550 5.0.0", Permanent: true},
		"d451@example.nl": {Code: "end of data 451 4.0.0"}, "d554@example.nl": {Code: "end of data 554 5.0.0", Permanent: true},
		"hang@example.nl": {Code: "end of data: connection broke off"}, "hangrcpt@example.nl": {Code: "rcpt: connection broke off"},
		"drop@example.nl": {Code: "rcpt: connection broke off"}, "dropdata@example.nl": {Code: "end of data: connection broke off"},
		"busy@example.nl": {Code: "rcpt 421 4.0.0", Unreached: true},
	}
	server := mailtest.StartSMTP(t, func(to string, _ int) *mailtest.Fault {
		if f, ok := faults[to]; ok {
			return &f
		}
		return nil
	})
	var messages []Message
	for address := range faults {
		messages = append(messages, to("ok-before-"+address), to(address), to("ok-after-"+address))
	}
	for i, err := range send(t, senderTo(t, server), messages...) {
		address := messages[i].To
		var fault *MailError
		switch expected, bad := want[address]; {
		case !bad && err != nil:
			t.Errorf("%s: %v, want it taken", address, err)
		case bad && (!errors.As(err, &fault) || *fault != expected):
			t.Errorf("%s: %+v, want %+v", address, err, expected)
		}
	}
	if n := len(server.Mails()); n != 2*len(faults)+1 {
		t.Errorf("the server took %d mails, want all good ones and the one dropped after it: %d", n, 2*len(faults)+1)
	}
}

func TestRM1_ServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	s, err := NewSender(SMTPConfig{Address: "smtp://127.0.0.1:1", From: "planning@example.nl", Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range send(t, s, to("a@example.nl"), to("b@example.nl")) {
		var fault *MailError
		if !errors.As(err, &fault) || !fault.Unreached || fault.Permanent {
			t.Errorf("%+v, want a fault of the connection", err)
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	s.Send(stopped, []Message{to("a@example.nl")}, func(_ int, err error) {
		var fault *MailError
		if !errors.As(err, &fault) || !fault.Unreached {
			t.Errorf("after the stop: %v", err)
		}
	})
}

func TestSenderConfiguration(t *testing.T) {
	t.Parallel()
	for _, c := range []SMTPConfig{
		{Address: "http://u:canary@host", From: "a@example.nl"},
		{Address: "smtp://", From: "a@example.nl"},
		{Address: "smtp://u:canary@host name", From: "a@example.nl"},
		{Address: "smtp://host:0x19", From: "a@example.nl"},
		{Address: "smtp://host", From: "Name <a@example.nl>"},
		{Address: "smtp://host", From: ""},
		{Address: "smtp://host", From: "a@example.nl\r\nBcc: b@example.nl"},
	} {
		if _, err := NewSender(c); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%+v: error %v, want a refusal without the password", c, err)
		}
	}
	for _, address := range []string{"smtp://host", "submission://u:p@host", "smtps://u:p@host:2465"} {
		if _, err := NewSender(SMTPConfig{Address: address, From: "a@example.nl"}); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// hostile are texts that once ended a header or began another recipient.
var hostile = []string{
	"a\r\nBcc: evil@example.nl", "a\nBcc: evil@example.nl", "a\rBcc: evil@example.nl", "a\x00b", "a\u2028b", "a\u0085Bcc: x",
	"\"x> , <evil@x\"@d.nl", "a@b.nl, evil@example.nl", "a@b.nl;evil@example.nl", "a@b.nl> <evil@example.nl", "x\r\n.\r\nMAIL FROM:<evil@example.nl>",
	"(((comment)))a@b.nl", strings.Repeat("l", 2000) + "@example.nl", "a@b.nl\r\nDATA", "=?utf-8?q?a=0D=0ABcc:_evil@example.nl?=",
	"\x1b[31m", "<a@b.nl>", "a b@c.nl", "", "\u202eevil", "\xff\xfe",
}

// headLines are the lines of a mail's head, continuations joined.
func headLines(raw []byte) []string {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	var out []string
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if len(out) > 0 && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")) {
			out[len(out)-1] += line
			continue
		}
		name, _, _ := strings.Cut(line, ":")
		out = append(out, name)
	}
	for i := range out {
		out[i], _, _ = strings.Cut(out[i], " ")
		out[i], _, _ = strings.Cut(out[i], "\t")
	}
	return out
}

// TestRM2_NothingIsInjected puts hostile texts into every field, over a real
// connection, and random ones into the message as it would be sent.
func TestRM2_NothingIsInjected(t *testing.T) {
	t.Parallel()
	server := mailtest.StartSMTP(t, nil)
	sender := senderTo(t, server)
	plain := to("jan@example.nl")
	if err := send(t, sender, plain)[0]; err != nil {
		t.Fatal(err)
	}
	want := strings.Join(headLines(server.Mails()[0].Raw), " ")
	refused, sent := 0, 0
	for _, text := range hostile {
		for field := range 5 {
			m := plain
			switch field {
			case 0:
				m.To = text
			case 1:
				m.ToName = text
			case 2:
				m.Subject = text
			case 3:
				m.Plain = text
			case 4:
				m.HTML = "<p>" + text + "</p>"
			}
			if send(t, sender, m)[0] != nil {
				refused++
				continue
			}
			sent++
			mails := server.Mails()
			last := mails[len(mails)-1]
			if len(last.To) != 1 || last.To[0] != "jan@example.nl" || last.From != "planning@example.nl" {
				t.Errorf("field %d, %q: from %q to %q", field, text, last.From, last.To)
			}
			if have := strings.Join(headLines(last.Raw), " "); have != want {
				t.Errorf("field %d, %q: headers\n%s, want\n%s", field, text, have, want)
			}
		}
	}
	if len(server.Mails()) != sent+1 {
		t.Errorf("%d mails for %d sent", len(server.Mails()), sent+1)
	}
	cases := 20_000
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		cases = 1_000_000
	}
	err := quick.Check(func(name, subject, address string) bool { return injects(sender, name, subject, address, want) == "" },
		&quick.Config{MaxCount: cases})
	if err != nil {
		t.Error(err)
	}
	t.Logf("R-M2: %d hostile texts in every field: %d refused, %d sent as text; %d random messages: 0 extra headers, 0 extra recipients",
		len(hostile), refused, sent, cases)
}

// injects says how a message with these texts differs in shape from a plain
// one; empty for not, or for refused.
func injects(s *Sender, name, subject, address, want string) string {
	for _, m := range []Message{{To: "jan@example.nl", ToName: name, Subject: subject}, {To: address, Subject: "x"}} {
		m.ID, m.Plain, m.HTML = "id", name, "<p>"+subject+"</p>"
		msg, err := s.message(&m)
		if err != nil {
			continue
		}
		recipients, err := msg.GetRecipients()
		if err != nil || len(recipients) != 1 {
			return fmt.Sprintf("recipients %q (%v)", recipients, err)
		}
		var raw bytes.Buffer
		if _, err := msg.WriteTo(&raw); err != nil {
			return err.Error()
		}
		if have := strings.Join(headLines(raw.Bytes()), " "); have != want {
			return "headers " + have
		}
	}
	return ""
}

// FuzzRM2 looks for texts that add a header or a recipient.
func FuzzRM2(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, text, text)
	}
	s, err := NewSender(SMTPConfig{Address: "smtp://host", From: "planning@example.nl", Name: "Planning"})
	if err != nil {
		f.Fatal(err)
	}
	plain := to("jan@example.nl")
	msg, err := s.message(&plain)
	if err != nil {
		f.Fatal(err)
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		f.Fatal(err)
	}
	want := strings.Join(headLines(raw.Bytes()), " ")
	f.Fuzz(func(t *testing.T, name, subject, address string) {
		if how := injects(s, name, subject, address, want); how != "" {
			t.Error(how)
		}
	})
}
