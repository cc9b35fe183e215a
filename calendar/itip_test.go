package calendar

import (
	"errors"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
)

// sampleInvitation asks two people for an hour in summer.
func sampleInvitation(tb testing.TB) Invitation {
	tb.Helper()
	zone := mustZone(tb, amsterdam)
	return Invitation{
		Method: MethodRequest,
		Event: Event{
			UID: "v-17@wijkplanner", Sequence: 3, Revised: time.Date(2027, 5, 1, 8, 30, 0, 0, time.UTC),
			Start: time.Date(2027, 7, 5, 9, 0, 0, 0, zone), End: time.Date(2027, 7, 5, 10, 0, 0, 0, zone),
			Summary: "MDO, De Regenboog", Place: "Dorpsstraat 1; Nijmegen", Description: "Neem mee:\r\nniets",
		},
		Organizer: Participant{Name: "Planning", Address: "planning@example.org"},
		Attendees: []Participant{
			{Name: `Jan "Piet" van 't Hoff, MD`, Address: "jan@example.org"},
			{Name: "Zoë^", Address: "zoe+werk@example.org", Optional: true, Answer: Accepted},
		},
		Zone: zone,
	}
}

func encodeInvitation(tb testing.TB, i Invitation) string {
	tb.Helper()
	out, err := i.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	return string(out)
}

func TestInvitationRequest(t *testing.T) {
	t.Parallel()
	i := sampleInvitation(t)
	out := encodeInvitation(t, i)
	checkStream(t, []byte(out))
	plain := strings.ReplaceAll(out, "\r\n ", "")
	for _, line := range []string{
		"METHOD:REQUEST", "UID:v-17@wijkplanner", "SEQUENCE:3", "DTSTAMP:20270501T083000Z",
		"DTSTART;TZID=Europe/Amsterdam:20270705T090000", "DTEND;TZID=Europe/Amsterdam:20270705T100000", "STATUS:CONFIRMED",
		"SUMMARY:MDO\\, De Regenboog", "ORGANIZER;CN=Planning:mailto:planning@example.org",
		`ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Jan ^'Piet^' van 't Hoff, MD":mailto:jan@example.org`,
		`ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Zoë^^:mailto:zoe+werk@example.org`,
	} {
		if strings.Count(plain, "\r\n"+line+"\r\n") != 1 {
			t.Errorf("no line %s in\n%s", line, plain)
		}
	}
	if got, want := i.ContentType(), "text/calendar; charset=utf-8; method=REQUEST"; got != want {
		t.Errorf("content type %s, want %s", got, want)
	}
}

func TestInvitationCancel(t *testing.T) {
	t.Parallel()
	i := sampleInvitation(t)
	i.Method = MethodCancel
	i.Event.Sequence++
	out := encodeInvitation(t, i)
	checkStream(t, []byte(out))
	for _, line := range []string{"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:4", "SUMMARY:Vervallen: MDO\\, De Regenboog", "UID:v-17@wijkplanner"} {
		if strings.Count(out, "\r\n"+line+"\r\n") != 1 {
			t.Errorf("no line %s in\n%s", line, out)
		}
	}
	if strings.Contains(out, "RSVP") || strings.Count(out, "\r\nATTENDEE") != 2 || strings.Count(out, "\r\nORGANIZER") != 1 {
		t.Errorf("a cancellation asks for an answer, or not of the same people:\n%s", out)
	}
	if got := i.ContentType(); !strings.HasSuffix(got, "method=CANCEL") {
		t.Errorf("content type %s", got)
	}
}

func TestInvitationFaults(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 7, 5, 9, 0, 0, 0, time.UTC)
	i := Invitation{
		Method: MethodReply, Event: Event{Start: at, End: at, Summary: "\r\n"},
		Attendees: []Participant{
			{Address: "a@example.org"}, {Address: "A@example.org"}, {Address: "b@example.org\r\nX:y"}, {Address: "c@example.org", Answer: "MAYBE"},
		},
	}
	_, err := i.Encode()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"REPLY", "summary", "revision", "UID", "not after its start", "organiser", "attendee 1", "given twice", "attendee 2", "MAYBE"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	i = sampleInvitation(t)
	i.Attendees = nil
	if _, err := i.Encode(); err == nil || !strings.Contains(err.Error(), "no attendee") {
		t.Errorf("without attendees: %v", err)
	}
}

func TestMailAddress(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", mostLocal)
	for address, want := range map[string]bool{
		"jan@example.org": true, "jan.de-wit+x@a.b.example.org": true, "o'neil@example.org": true, long + "@example.org": true,
		"": false, "jan": false, "@example.org": false, "jan@": false, "jan@localhost": false, "jan@@example.org": false,
		"jan@example..org": false, ".jan@example.org": false, "jan.@example.org": false, "jan@.org": false,
		"jan@example.org, eva@example.org": false, "Jan <jan@example.org>": false, `"x> , <evil@x"@d.nl`: false,
		"jan(x)@example.org": false, "jan@example.org\r\nBcc: x@y.nl": false, "zoë@example.org": false, "jan@exämple.org": false,
		long + "x@example.org": false, "a@" + strings.Repeat("x.", 130) + "nl": false, "jan@[127.0.0.1]": false, "mailto:jan@example.org": false,
	} {
		if got := isMailAddress(address); got != want {
			t.Errorf("%q: got %v", address, got)
		}
	}
	if got := mailAddress("MAILTO:A%26B%25@Example.org"); got != "a&b%@example.org" {
		t.Errorf("got %q", got)
	}
}

// TestInvitationInjection puts hostile texts into every field: no line that
// was not there without them may appear.
func TestInvitationInjection(t *testing.T) {
	t.Parallel()
	lines := strings.Count(strings.ReplaceAll(encodeInvitation(t, sampleInvitation(t)), "\r\n ", ""), "\r\n")
	for _, evil := range hostileTexts {
		evil = evil[:min(len(evil), 1<<14)]
		i := sampleInvitation(t)
		i.Event.UID, i.Event.Summary, i.Event.Place, i.Event.Description = "u"+evil, "s"+evil, "p"+evil, "d"+evil
		i.Organizer.Name, i.Attendees[0].Name = "o"+evil, "a"+evil
		if len(oneLine(i.Event.UID)) > maxUIDBytes {
			i.Event.UID = "u"
		}
		out := encodeInvitation(t, i)
		checkStream(t, []byte(out))
		if got := strings.Count(strings.ReplaceAll(out, "\r\n ", ""), "\r\n"); got != lines {
			t.Errorf("%.40q: %d lines, want %d", evil, got, lines)
		}
		calendar, err := ics.ParseCalendar(strings.NewReader(out))
		if err != nil {
			t.Errorf("%.40q: %v", evil, err)
			continue
		}
		if got := len(calendar.Events()[0].Attendees()); got != 2 {
			t.Errorf("%.40q: %d attendees", evil, got)
		}
	}
}

// hostileTexts end lines, headers, parameters and texts in every way known.
var hostileTexts = []string{
	"\r\nATTENDEE:mailto:x@evil.example", "\nX:y", "\rX:y", "\x00", "\x1b[31m", "\x7f", "\v", "\f", "\u0085X:y", "\u2028X:y", "\u2029X:y",
	`"`, `";X="y`, ";,:\\", `\n`, "^n", "^'", "\u202eX", "\u2066", "\u200b", strings.Repeat("\u0301", 1000), "\xed\xa0\x80", "\xff\xfe",
	"=cmd|' /C calc'!A0", "＝1+1", "<script>alert(1)</script>", "{{.}}", "%0d%0aX:y", "../../etc/passwd", "' OR 1=1 --", strings.Repeat("A", 1<<20),
	"\r\n.\r\nMAIL FROM:<x@y>", "END:VEVENT", "\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR", "😀日本語", "\r\n ", "\r\n\t",
}

// answerText is an answer as Outlook or Gmail mails it.
func answerText(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nPRODID:-//x//y\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:v-17@wijkplanner\r\n" +
		strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

const (
	janAccepts = "ATTENDEE;PARTSTAT=ACCEPTED;CN=\"Hoff; Jan:x\":MAILTO:Jan@Example.org"
	stamped    = "DTSTAMP:20270502T070000Z"
)

func TestReadReply(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 5, 2, 7, 0, 0, 0, time.UTC)
	base := Reply{Method: MethodReply, UID: "v-17@wijkplanner", Sequence: 3, Stamp: at, Address: "jan@example.org", Answer: Accepted}
	with := func(change func(*Reply)) Reply {
		r := base
		change(&r)
		return r
	}
	for _, c := range []struct {
		name, text string
		want       Reply
	}{
		{"accepted", answerText(stamped, "SEQUENCE:3", janAccepts), base},
		{"what else it says is nothing", answerText(stamped, "SEQUENCE:3", "DTSTART:20990101T000000Z", "SUMMARY:Anders", "ORGANIZER:mailto:x@y.nl", janAccepts), base},
		{"no answer given", answerText(stamped, "SEQUENCE:3", "ATTENDEE:mailto:jan@example.org"), with(func(r *Reply) { r.Answer = NoAnswer })},
		{"in lower case", answerText(stamped, "sequence:3", "attendee;partstat=declined:mailto:jan@example.org"), with(func(r *Reply) { r.Answer = Declined })},
		{"in somebody's name", answerText(stamped, "SEQUENCE:3", `ATTENDEE;SENT-BY="mailto:eva@example.org";PARTSTAT=TENTATIVE:mailto:jan@example.org`), with(func(r *Reply) { r.Answer, r.SentBy = Tentative, "eva@example.org" })},
		{"no sequence", answerText(stamped, janAccepts), with(func(r *Reply) { r.Sequence = 0 })},
		{"one instance", answerText(stamped, "SEQUENCE:3", "RECURRENCE-ID;TZID=W. Europe Standard Time:20270705T090000", janAccepts), with(func(r *Reply) { r.Instance = time.Date(2027, 7, 5, 7, 0, 0, 0, time.UTC) })},
		{
			"another time", strings.Replace(answerText(stamped, "SEQUENCE:3", "DTSTART;TZID=Europe/Amsterdam:20270706T090000", "DURATION:PT1H", janAccepts), "REPLY", "COUNTER", 1),
			with(func(r *Reply) {
				r.Method, r.Start, r.End = MethodCounter, time.Date(2027, 7, 6, 7, 0, 0, 0, time.UTC), time.Date(2027, 7, 6, 8, 0, 0, 0, time.UTC)
			}),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadReply(strings.NewReader(c.text), mustZone(t, amsterdam))
			if err != nil {
				t.Fatal(err)
			}
			for _, at := range []*time.Time{&got.Instance, &got.Start, &got.End} {
				if !at.IsZero() {
					*at = at.UTC()
				}
			}
			if got != c.want {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestReadReplyRefuses(t *testing.T) {
	t.Parallel()
	good := answerText(stamped, "SEQUENCE:3", janAccepts)
	body := good[strings.Index(good, "BEGIN:VEVENT"):strings.Index(good, "END:VCALENDAR")]
	for name, c := range map[string]struct{ text, code string }{
		"empty":               {"", ReadNotCalendar},
		"cut off":             {good[:len(good)-20], ReadTruncated},
		"an invitation":       {strings.Replace(good, "METHOD:REPLY", "METHOD:REQUEST", 1), ReadNotReply},
		"no method":           {strings.Replace(good, "METHOD:REPLY\r\n", "", 1), ReadNotReply},
		"two events":          {strings.Replace(good, "END:VCALENDAR", body+"END:VCALENDAR", 1), ReadNotReply},
		"two calendars":       {good + good, ReadNotReply},
		"no event":            {strings.Replace(good, body, "", 1), ReadNotReply},
		"no attendee":         {answerText(stamped), ReadNotReply},
		"two attendees":       {answerText(stamped, janAccepts, janAccepts), ReadNotReply},
		"no mail address":     {answerText(stamped, "ATTENDEE;PARTSTAT=ACCEPTED:urn:uuid:1"), ReadNotReply},
		"two addresses":       {answerText(stamped, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@example.org,b@example.org"), ReadNotReply},
		"an unknown answer":   {answerText(stamped, "ATTENDEE;PARTSTAT=MAYBE:mailto:jan@example.org"), ReadNotReply},
		"no stamp":            {answerText(janAccepts), ReadNotReply},
		"no UID":              {strings.Replace(good, "UID:v-17@wijkplanner", "UID:", 1), ReadNotReply},
		"too large":           {strings.Replace(good, "UID", strings.Repeat("X-PAD:"+strings.Repeat("x", 1000)+"\r\n", 300)+"UID", 1), ReadTruncated},
		"counter with a word": {strings.Replace(answerText(stamped, "DTSTART:morgen", janAccepts), "REPLY", "COUNTER", 1), ReadNotReply},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadReply(strings.NewReader(c.text), nil)
			checkCode(t, err, c.code)
		})
	}
}

func TestReplyCheck(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 5, 2, 7, 0, 0, 0, time.UTC)
	sent := Sent{UID: "u", Sequence: 3, Address: "Jan@example.org", Answered: at}
	good := Reply{Method: MethodReply, UID: "u", Sequence: 3, Stamp: at.Add(time.Second), Address: "jan@example.org", Answer: Declined}
	for _, c := range []struct {
		code, sender string
		change       func(*Reply)
	}{
		{"", "JAN@example.org", func(*Reply) {}},
		{"", "jan@example.org", func(r *Reply) { r.Sequence++ }}, // some programs count on
		{ReplyOther, "jan@example.org", func(r *Reply) { r.UID = "v" }},
		{ReplyStranger, "eva@example.org", func(r *Reply) { r.Address = "eva@example.org" }},
		{ReplySender, "eva@example.org", func(*Reply) {}},
		{ReplySender, "", func(*Reply) {}},
		{ReplyInstance, "jan@example.org", func(r *Reply) { r.Instance = at }},
		{ReplyVersion, "jan@example.org", func(r *Reply) { r.Sequence-- }},
		{ReplyOlder, "jan@example.org", func(r *Reply) { r.Stamp = at }}, // the same answer again
	} {
		r := good
		c.change(&r)
		err := r.Check(sent, c.sender)
		if replyErr := (*ReplyError)(nil); c.code == "" && err != nil ||
			c.code != "" && (!errors.As(err, &replyErr) || replyErr.Code != c.code || replyErr.Dutch == "" || replyErr.English == "") {
			t.Errorf("%s: got %v", c.code, err)
		}
	}
}

// TestReplyToInvitation: what we send comes back as an answer to it.
func TestReplyToInvitation(t *testing.T) {
	t.Parallel()
	i := sampleInvitation(t)
	i.Attendees = i.Attendees[:1]
	text := encodeInvitation(t, i)
	text = strings.NewReplacer("METHOD:REQUEST", "METHOD:REPLY", "PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED").Replace(text)
	got, err := ReadReply(strings.NewReader(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	sent := Sent{UID: i.Event.UID, Sequence: i.Event.Sequence, Address: i.Attendees[0].Address}
	if err := got.Check(sent, "jan@example.org"); err != nil || got.Answer != Accepted {
		t.Errorf("%+v: %v", got, err)
	}
}

// FuzzReply: no bytes make the reader of answers crash, and what it takes is
// fit to be stored and compared.
func FuzzReply(f *testing.F) {
	f.Add([]byte(answerText(stamped, "SEQUENCE:3", janAccepts)))
	f.Add([]byte(strings.Replace(answerText(stamped, "DTSTART:20270706T090000", "DTEND:20270706T100000", janAccepts), "REPLY", "COUNTER", 1)))
	f.Add([]byte(encodeInvitation(f, sampleInvitation(f))))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ReadReply(strings.NewReader(string(text)), nil)
		if err != nil {
			if readErr := (*ReadError)(nil); !errors.As(err, &readErr) {
				t.Fatalf("error of type %T", err)
			}
			return
		}
		if _, known := answers[r.Answer]; !known || !isMailAddress(r.Address) || r.UID == "" || r.Stamp.IsZero() || r.Sequence < 0 {
			t.Fatalf("%+v", r)
		}
	})
}
