package service

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/mailtest"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// answer is a reply as calendar programs mail it; the zero values are right.
type answer struct {
	from, attendee, uid, partstat, stamp, method, headers string
	sequence                                              int
	raw                                                   string
}

func (a answer) message() []byte {
	if a.raw != "" {
		return []byte(a.raw)
	}
	or := func(s *string, usual string) {
		if *s == "" {
			*s = usual
		}
	}
	or(&a.from, `"Jan" <Nest@Example.nl>`)
	or(&a.attendee, "mailto:nest@example.nl")
	or(&a.uid, "winter@wijkplanner")
	or(&a.partstat, "ACCEPTED")
	or(&a.stamp, "20270112T100000Z")
	or(&a.method, "REPLY")
	return fmt.Appendf(nil, "From: %s\r\nTo: planning@example.nl\r\nSubject: Geaccepteerd: CANARY van het kind\r\n%s"+
		"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"+
		"--b\r\nContent-Type: text/plain\r\n\r\nCANARY woorden\r\n"+
		"--b\r\nContent-Type: text/calendar; method=%s; charset=UTF-8\r\n\r\n"+
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:%s\r\nBEGIN:VEVENT\r\nUID:%s\r\nSEQUENCE:%d\r\nDTSTAMP:%s\r\n"+
		"DTSTART:20301231T000000Z\r\nSUMMARY:CANARY\r\nCOMMENT:CANARY\r\nATTENDEE;PARTSTAT=%s:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n--b--\r\n",
		a.from, a.headers, a.method, a.method, a.uid, a.sequence, a.stamp, a.partstat, a.attendee)
}

// answers returns what is known of the answers to an event.
func (m *mover) answers(visit string) string {
	m.Helper()
	list, err := m.Store.Invitations(m.Context(), "", m.Now())
	m.must(err)
	for _, i := range list {
		if i.Visit == visit {
			return fmt.Sprintf("%s/%d", i.Answer, i.Sequence)
		}
	}
	return "none"
}

// TestReplies holds the rules of RFC 5546 section 3.2.3 for whom to believe.
func TestReplies(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		answer answer
		want   store.ReplyOutcome
		holds  string
	}{
		{"accepted", answer{}, store.ReplyTaken, "accepted/1"},
		{"the same message again", answer{}, store.ReplySeen, "accepted/1"},
		{"the same answer in another message", answer{headers: "X-Copy: 1\r\n"}, store.ReplyStale, "accepted/1"},
		{"an older answer", answer{partstat: "DECLINED", stamp: "20270112T095900Z"}, store.ReplyStale, "accepted/1"},
		{"a later answer", answer{partstat: "DECLINED", stamp: "20270112T100100Z"}, store.ReplyTaken, "declined/1"},
		{"tentative, in other case", answer{partstat: "tentative", stamp: "20270112T100200Z", uid: "WINTER@wijkplanner", attendee: "MAILTO:NEST@EXAMPLE.NL"}, store.ReplyTaken, "tentative/1"},
		{"an answer to the time before", answer{sequence: 9, stamp: "20270112T100300Z"}, store.ReplyStale, "tentative/1"},
		{"forwarded: by somebody else for himself", answer{from: "piet@example.nl", attendee: "mailto:piet@example.nl"}, store.ReplyStranger, "tentative/1"},
		{"by somebody else in her name", answer{from: "piet@example.nl", stamp: "20270112T100400Z"}, store.ReplyStranger, "tentative/1"},
		{"for somebody else", answer{attendee: "mailto:piet@example.nl", stamp: "20270112T100400Z"}, store.ReplyStranger, "tentative/1"},
		{"to something unknown", answer{uid: "summer2@wijkplanner", stamp: "20270112T100400Z"}, store.ReplyStranger, "tentative/1"},
		{"the invitation itself, forwarded back", answer{method: "REQUEST", stamp: "20270112T100400Z"}, store.ReplyNoAnswer, "tentative/1"},
		{"a proposal of another time", answer{method: "COUNTER", stamp: "20270112T100400Z"}, store.ReplyNoAnswer, "tentative/1"},
		{"delegated", answer{partstat: "DELEGATED", stamp: "20270112T100400Z"}, store.ReplyNoAnswer, "tentative/1"},
		{"an answer that does not exist", answer{partstat: "MAYBE", stamp: "20270112T100400Z"}, store.ReplyNoAnswer, "tentative/1"},
		{"from next year", answer{stamp: "20280112T100400Z"}, store.ReplyStranger, "tentative/1"},
		{"an absence notice", answer{headers: "Auto-Submitted: auto-replied (vacation)\r\n", stamp: "20270112T100400Z"}, store.ReplyAutomatic, "tentative/1"},
		{"an absence notice of before RFC 3834", answer{headers: "Precedence: auto_reply\r\n", stamp: "20270112T100400Z"}, store.ReplyAutomatic, "tentative/1"},
		{"with an empty return path", answer{headers: "Return-Path: <>\r\n", stamp: "20270112T100400Z"}, store.ReplyAutomatic, "tentative/1"},
		{"a bounce", answer{raw: "From: MAILER-DAEMON@example.nl\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b--\r\n"}, store.ReplyAutomatic, "tentative/1"},
		{"two senders", answer{from: "nest@example.nl, piet@example.nl", stamp: "20270112T100400Z"}, store.ReplyMalformed, "tentative/1"},
		{"a second From", answer{headers: "From: piet@example.nl\r\n", stamp: "20270112T100400Z"}, store.ReplyMalformed, "tentative/1"},
		{"no calendar", answer{raw: "From: nest@example.nl\r\n\r\nik kom niet\r\n"}, store.ReplyNoAnswer, "tentative/1"},
		{"nothing", answer{raw: "\r\n"}, store.ReplyMalformed, "tentative/1"},
		{"garbage", answer{raw: "\x00\xff\xfe: \r\nContent-Type: multipart/mixed\r\n"}, store.ReplyMalformed, "tentative/1"},
		{"endless parts", answer{raw: "From: nest@example.nl\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 1000) + "--b--\r\n"}, store.ReplyMalformed, "tentative/1"},
		{"endless depth", answer{raw: "From: nest@example.nl\r\n" + strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 2000)}, store.ReplyMalformed, "tentative/1"},
		{"a calendar that breaks off", answer{raw: "From: nest@example.nl\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"}, store.ReplyMalformed, "tentative/1"},
		{"sent by a program on its own, accepted", answer{headers: "Auto-Submitted: auto-generated\r\n", stamp: "20270112T100500Z"}, store.ReplyTaken, "accepted/1"},
		{"as an attachment in base64", answer{raw: "From: nest@example.nl\r\nContent-Type: application/ics; name=invite.ics\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			"QkVHSU46VkNBTEVOREFSClZFUlNJT046Mi4wCk1FVEhPRDpSRVBMWQpCRUdJTjpWRVZFTlQKVUlEOndpbnRlckB3aWprcGxhbm5lcgpTRVFVRU5DRToxCkRUU1RBTVA6MjAyNzAxMTJUMTAwNjAwWgpBVFRFTkRFRTtQQVJUU1RBVD1ERUNMSU5FRDptYWlsdG86bmVzdEBleGFtcGxlLm5sCkVORDpWRVZFTlQKRU5EOlZDQUxFTkRBUgo=\r\n"}, store.ReplyTaken, "declined/1"},
	}
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
		m.publishes()
		m.sends(server)
		m.wait(time.Minute)
		m.move("winter", time.Hour)
		m.sends(server)
		m.wait(time.Hour)
		if got := m.answers("winter"); got != "/1" {
			w.Fatalf("before any answer: %s", got)
		}
		for _, c := range cases {
			if c.answer.sequence == 0 && c.answer.raw == "" {
				c.answer.sequence = 1
			} else if c.answer.sequence == 9 {
				c.answer.sequence = 0
			}
			got, err := m.TakeMessage(w.Context(), c.answer.message())
			if err != nil || got != c.want {
				w.Errorf("%s: %s, %v, want %s", c.name, got, err, c.want)
			}
			if have := m.answers("winter"); have != c.holds {
				w.Errorf("%s: now %s holds, want %s", c.name, have, c.holds)
			}
		}
		if strings.Contains(w.log.String(), "CANARY") || strings.Contains(w.log.String(), "@example.nl") {
			w.Errorf("the log holds words of a message or an address:\n%s", w.log)
		}
		m.move("winter", time.Hour)
		if got := m.answers("winter"); got != "/2" {
			w.Errorf("after a move: %s, want the answer asked anew", got)
		}
	})
}

// TestRepliesFromDovecot goes the whole way: the invitation by SMTP, the answer
// by IMAP, with bad messages between, a database that is away for a moment and a
// mailbox numbered anew.
func TestRepliesFromDovecot(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server, dovecot := newMover(w), mailtest.StartSMTP(w.T, nil), mailtest.StartDovecot(w.T)
		box, err := outside.NewMailbox(outside.MailboxConfig{
			Address: fmt.Sprintf("imap://%s:%s@%s", mailtest.DovecotUser, mailtest.DovecotPassword, dovecot.Addr), Timeout: 20 * time.Second,
		})
		w.must(err)
		m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
		m.publishes()
		m.sends(server)
		m.wait(time.Hour)
		dovecot.Deliver(w.T, []byte("\x00\xff garbage"))
		dovecot.Deliver(w.T, make([]byte, 2<<20))
		dovecot.Deliver(w.T, answer{uid: "summer@wijkplanner", partstat: "DECLINED"}.message())
		dovecot.Deliver(w.T, answer{}.message())
		dovecot.Deliver(w.T, answer{headers: "Auto-Submitted: auto-replied\r\n"}.message())
		taken, err := m.ReadReplies(w.Context(), box)
		if err != nil || taken != 2 {
			w.Errorf("%d answers taken, %v, want 2", taken, err)
		}
		if got := m.answers("winter") + " " + m.answers("summer"); got != "accepted/0 declined/0" {
			w.Errorf("answers %s", got)
		}
		if taken, err := m.ReadReplies(w.Context(), box); err != nil || taken != 0 {
			w.Errorf("reading again takes %d, %v", taken, err)
		}
		// All of it once more under a new numbering: each message counts once.
		at, err := m.Store.ClaimMailbox(w.Context(), box.Name(), time.Minute, m.Now())
		w.must(err)
		at.Validity, at.Last = 1, 1000
		w.must(m.Store.LeaveMailbox(w.Context(), &at, m.Now()))
		dovecot.Deliver(w.T, answer{partstat: "DECLINED", stamp: "20270112T101000Z"}.message())
		if taken, err := m.ReadReplies(w.Context(), box); err != nil || taken != 1 {
			w.Errorf("under a new numbering %d are taken, %v, want the new one", taken, err)
		}
		if got := m.answers("winter"); got != "declined/0" {
			w.Errorf("answer %s", got)
		}
		boxes, err := m.Store.Mailboxes(w.Context())
		if err != nil || len(boxes) != 1 || boxes[0].Fault != "" || !boxes[0].Read.Equal(m.Now()) {
			w.Errorf("mailboxes %+v, %v", boxes, err)
		}
		if strings.Contains(w.log.String(), mailtest.DovecotPassword) {
			w.Error("the password is in the log")
		}
	})
}

// TestOneProgramReadsTheMailbox: the others leave it alone until its time is up.
func TestOneProgramReadsTheMailbox(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		first, err := w.Store.ClaimMailbox(w.Context(), "box", time.Minute, testNow)
		w.must(err)
		if _, err := w.Store.ClaimMailbox(w.Context(), "box", time.Minute, testNow); err == nil {
			w.Error("two read at once")
		}
		second, err := w.Store.ClaimMailbox(w.Context(), "box", time.Minute, testNow.Add(2*time.Minute))
		w.must(err)
		first.Last, second.Last = 5, 7
		w.must(w.Store.LeaveMailbox(w.Context(), &second, testNow))
		w.must(w.Store.LeaveMailbox(w.Context(), &first, testNow)) // too late
		boxes, err := w.Store.Mailboxes(w.Context())
		if err != nil || len(boxes) != 1 || boxes[0].Last != 7 {
			w.Errorf("%+v, %v", boxes, err)
		}
	})
}
