package service

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/litetest"
	"github.com/wijkplanner/wijkplanner/internal/mailtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// mover is a world whose clock and plan a test can change.
type mover struct {
	world
	clock *atomic.Int64
	plan  *planner.Plan
}

func newMover(w world) *mover {
	w.Helper()
	m := &mover{world: w, clock: &atomic.Int64{}}
	m.clock.Store(testNow.UnixNano())
	m.Now = func() time.Time { return time.Unix(0, m.clock.Load()).UTC() }
	m.Solve = func(ctx context.Context, states []*planner.State, o planner.Options) ([]*planner.Plan, error) {
		plans, err := onePlan(ctx, states, o)
		if m.plan == nil {
			m.plan = plans[0]
		}
		plan := *m.plan
		plan.Visits = slices.Clone(m.plan.Visits)
		return []*planner.Plan{&plan}, err
	}
	_, err := m.Import(m.Context(), []*planner.State{town("")})
	m.must(err)
	return m
}

func (m *mover) purges() {
	m.Helper()
	_, err := m.Purge(m.Context())
	m.must(err)
}

func (m *mover) wait(d time.Duration) { m.clock.Add(int64(d)) }

// move changes the start of a visit and publishes; drop leaves it out.
func (m *mover) move(id string, by time.Duration) {
	m.Helper()
	i := slices.IndexFunc(m.plan.Visits, func(v planner.Visit) bool { return v.ID == id })
	m.plan.Visits[i].Start = m.plan.Visits[i].Start.Add(by)
	m.plan.Visits[i].End = m.plan.Visits[i].End.Add(by)
	m.publishes()
}

func (m *mover) drop(id string) {
	m.Helper()
	m.plan.Visits = slices.DeleteFunc(m.plan.Visits, func(v planner.Visit) bool { return v.ID == id })
	m.publishes()
}

func (m *mover) contact(kind store.FeedKind, id, mail string, language store.Language, way store.CalendarWay) int64 {
	m.Helper()
	n, err := m.Store.AddContact(m.Context(), store.Contact{
		Scope: store.FeedScope{Kind: kind, ID: id}, Name: "Jan van 't Hoff", Mail: mail, Language: language, Calendar: way,
	}, m.Now())
	m.must(err)
	return n
}

func (m *mover) sender(s *mailtest.SMTP) *outside.Sender {
	m.Helper()
	sender, err := outside.NewSender(outside.SMTPConfig{
		Address: "smtp://" + s.Addr, From: "planning@example.nl", Name: "Planning", Timeout: time.Second,
	})
	m.must(err)
	return sender
}

// sends sends what is due and returns what the server took in that time.
func (m *mover) sends(s *mailtest.SMTP) []sentMail {
	m.Helper()
	before := len(s.Mails())
	_, err := m.SendMail(m.Context(), m.sender(s))
	m.must(err)
	var out []sentMail
	for _, d := range s.Mails()[before:] {
		out = append(out, readSent(m.T, d))
	}
	return out
}

// outbox says how many mails are in each state.
func (m *mover) outbox() string {
	m.Helper()
	counts, err := m.Store.OutboxCounts(m.Context())
	m.must(err)
	var out []string
	for _, c := range counts {
		out = append(out, fmt.Sprintf("%s %s %d", c.Kind, c.State, c.Count))
	}
	return strings.Join(out, ", ")
}

// sentMail is what a test looks at of a mail.
type sentMail struct {
	to, id, subject, plain, html, method, ics string
}

func (s *sentMail) property(name string) string {
	for line := range strings.SplitSeq(strings.ReplaceAll(s.ics, "\r\n ", ""), "\r\n") {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			return rest
		}
	}
	return ""
}

func (s *sentMail) String() string {
	if s.ics == "" {
		return s.to + " " + s.subject
	}
	return fmt.Sprintf("%s %s %s/%s", s.to, s.method, s.property("UID"), s.property("SEQUENCE"))
}

func listed(mails []sentMail) string {
	var out []string
	for i := range mails {
		out = append(out, mails[i].String())
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func TestOutsidersAreInvitedAndStaffHaveFeeds(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
		m.contact(store.StaffFeed, "anna", "anna@example.nl", store.Dutch, store.ByFeed)
		m.publishes()
		if n := len(server.Mails()); n != 0 {
			t.Errorf("publishing sent %d mails by itself", n)
		}
		want := "anna@example.nl Uw planning van de komende dagen is gewijzigd\n" +
			"nest@example.nl REQUEST call@wijkplanner/0\nnest@example.nl REQUEST summer@wijkplanner/0\nnest@example.nl REQUEST winter@wijkplanner/0"
		if got := listed(m.sends(server)); got != want {
			w.Errorf("after publishing:\n%s\nwant\n%s", got, want)
		}
		m.publishes()
		if got := listed(m.sends(server)); got != "" {
			w.Errorf("the same plan again sends %s", got)
		}
		m.wait(time.Minute)
		m.move("winter", 24*time.Hour)
		if got := listed(m.sends(server)); got != "nest@example.nl REQUEST winter@wijkplanner/1" {
			w.Errorf("after a move: %s", got)
		}
		m.wait(time.Minute)
		m.drop("winter")
		if got := listed(m.sends(server)); got != "nest@example.nl CANCEL winter@wijkplanner/2" {
			w.Errorf("after a cancellation: %s", got)
		}
		if last, err := m.Store.Outbox(w.Context(), store.MailSent, 1); err != nil || len(last) != 1 || last[0].Contact.Mail != "nest@example.nl" {
			w.Errorf("outbox %+v, %v", last, err)
		}
	})
}

func TestAContactAddedLaterIsInvitedToWhatComes(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		m.publishes()
		m.wait(30 * 24 * time.Hour) // winter and the call are over
		m.contact(store.LocationFeed, "een", "nest@example.nl", store.English, store.ByInvitation)
		m.contact(store.StaffFeed, "anna", "anna@example.nl", store.Dutch, store.ByFeed)
		if got := listed(m.sends(server)); got != "nest@example.nl REQUEST summer@wijkplanner/0" {
			w.Errorf("a new contact is sent %q", got)
		}
	})
}

func TestWhatNobodyHeardOfIsNotTakenBack(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
		m.publishes()
		m.drop("winter")
		m.move("summer", time.Hour)
		want := "nest@example.nl REQUEST call@wijkplanner/0\nnest@example.nl REQUEST summer@wijkplanner/1"
		mails := m.sends(server)
		if got := listed(mails); got != want {
			w.Errorf("sent\n%s\nwant\n%s", got, want)
		}
		for _, s := range mails {
			if !strings.HasPrefix(s.subject, "Uitnodiging") {
				w.Errorf("%s: to the reader it is new, but the subject says %q", s.String(), s.subject)
			}
		}
		if got := m.outbox(); got != "invitation dropped 2, invitation sent 2" {
			w.Errorf("outbox: %s", got)
		}
	})
}

// TestNeverBothForOneEvent: somebody who comes has the event in a feed.
func TestNeverBothForOneEvent(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		m.contact(store.StaffFeed, "bram", "bram@example.nl", store.Dutch, store.ByFeed)
		m.contact(store.LocationFeed, "een", "Bram@Example.nl", store.Dutch, store.ByInvitation)
		m.publishes()
		mails := m.sends(server)
		for _, s := range mails {
			if strings.HasPrefix(s.property("UID"), "winter") {
				w.Errorf("Bram comes to winter and is invited to it: %s", s.String())
			}
		}
		if got := listed(mails); !strings.Contains(got, "summer@wijkplanner/0") {
			w.Errorf("Bram does not come to summer and is not invited: %s", got)
		}
		_, err := m.Store.AddContact(w.Context(), store.Contact{
			Scope: store.FeedScope{Kind: store.StaffFeed, ID: "anna"}, Mail: "anna@example.nl", Language: store.Dutch, Calendar: store.ByInvitation,
		}, m.Now())
		if err == nil {
			w.Error("staff can be invited")
		}
	})
}

// TestAContactChangesWays: who reads a feed from now on loses the invitations,
// and the other way round.
func TestAContactChangesWays(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		m.publishes()
		m.wait(30 * 24 * time.Hour) // only summer is to come
		first := m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
		if got := listed(m.sends(server)); got != "nest@example.nl REQUEST summer@wijkplanner/0" {
			w.Errorf("invited: %s", got)
		}
		m.wait(time.Minute)
		if again := m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByFeed); again != first {
			w.Errorf("contact %d became %d", first, again)
		}
		gone := m.sends(server)
		if got := listed(gone); got != "nest@example.nl CANCEL summer@wijkplanner/0" {
			w.Errorf("by feed: %s", got)
		}
		m.wait(time.Minute)
		m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
		back := m.sends(server)
		if got := listed(back); got != "nest@example.nl REQUEST summer@wijkplanner/0" {
			w.Fatalf("invited again: %s", got)
		}
		if gone[0].property("DTSTAMP") >= back[0].property("DTSTAMP") {
			w.Errorf("of two with one SEQUENCE the later has DTSTAMP %s, the earlier %s", back[0].property("DTSTAMP"), gone[0].property("DTSTAMP"))
		}
	})
}

func TestShortNotice(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		m.publishes()
		m.wait(time.Minute)
		m.contact(store.StaffFeed, "anna", "anna@example.nl", store.Dutch, store.ByFeed)
		m.contact(store.LocationFeed, "een", "nest@example.nl", store.English, store.ByFeed)
		if got := listed(m.sends(server)); got != "" {
			w.Fatalf("what stood there before a contact came is mailed: %s", got)
		}
		m.wait(3 * 24 * time.Hour) // 15 January: the meeting of the 19th and the visit of the 20th are near
		m.move("summer", time.Hour)
		if got := listed(m.sends(server)); got != "" {
			w.Errorf("a change in summer is mailed: %s", got)
		}
		m.wait(time.Minute)
		m.move("winter", 60*24*time.Hour) // near before, far now
		mails := m.sends(server)
		want := "anna@example.nl Uw planning van de komende dagen is gewijzigd\nnest@example.nl Your plan for the coming days has changed"
		if got := listed(mails); got != want {
			w.Fatalf("a near visit that moves away: %s", got)
		}
		for _, s := range mails {
			if !strings.Contains(s.plain, "20 januari, 10:00 tot 11:00") && !strings.Contains(s.plain, "20 January, 10:00 to 11:00") {
				w.Errorf("%s does not say when it was:\n%s", s.to, s.plain)
			}
		}
		m.wait(time.Minute)
		m.drop("team-1")
		if mails := m.sends(server); len(mails) != 1 || !strings.Contains(mails[0].plain, "vervallen") {
			w.Errorf("a near meeting that falls through: %s", listed(mails))
		}
	})
}

// TestRM1_EveryMailArrivesWhateverTheServerDoes: the server fails in every way,
// senders are killed in the middle, and two of them run side by side.
func TestRM1_EveryMailArrivesWhateverTheServerDoes(t *testing.T) {
	t.Parallel()
	const contacts = 60
	forEachDatabase(t, func(w world) {
		m := newMover(w)
		for i := range contacts {
			m.contact(store.LocationFeed, "een", fmt.Sprintf("c%02d@example.nl", i), store.Dutch, store.ByInvitation)
		}
		m.publishes() // with the server down
		if sent, err := m.SendMail(w.Context(), downSender(w)); sent != 0 || err != nil {
			w.Errorf("with the server down: %d sent, %v", sent, err)
		}
		if snapshot, err := m.Snapshot(w.Context(), ""); err != nil || snapshot.Plan == nil {
			w.Errorf("the plan does not stand: %v", err)
		}
		kinds := []*mailtest.Fault{
			{Stage: "rcpt", Code: 450}, {Stage: "data", Code: 451}, {Stage: "rcpt", Drop: true}, {Stage: "data", Drop: true}, {Stage: "rcpt", Code: 421}, nil,
		}
		var mu sync.Mutex
		count := 0
		server := mailtest.StartSMTP(w.T, func(_ string, attempt int) *mailtest.Fault {
			mu.Lock()
			defer mu.Unlock()
			if count++; attempt > 6 {
				return nil
			}
			return kinds[count%len(kinds)]
		})
		m.wait(2 * unreachedPause)
		// A sender that is killed after it took mails, before it sent any.
		if _, err := m.Store.ClaimMail(w.Context(), 15, mailLease, m.Now()); err != nil {
			w.Fatal(err)
		}
		for range 60 {
			var group sync.WaitGroup
			for range 2 {
				group.Go(func() {
					if _, err := m.SendMail(w.Context(), m.sender(server)); err != nil {
						w.Error(err)
					}
				})
			}
			group.Wait()
			m.wait(mailLease)
		}
		if got, want := m.outbox(), fmt.Sprintf("invitation sent %d", 3*contacts); got != want {
			w.Fatalf("outbox: %s, want %s", got, want)
		}
		arrived := map[string][]sentMail{}
		for _, d := range server.Mails() {
			s := readSent(w.T, d)
			arrived[s.id] = append(arrived[s.id], s)
		}
		if len(arrived) != 3*contacts {
			w.Errorf("%d different mails arrived, want %d", len(arrived), 3*contacts)
		}
		twice := 0
		for id, same := range arrived {
			twice += len(same) - 1
			for _, s := range same {
				if s != same[0] {
					w.Errorf("%s came twice and not alike", id)
				}
			}
		}
		w.Logf("R-M1: %d mails, %d faults met, 1 killed sender, 2 senders: 0 lost, 0 plans undone, %d duplicates, each with equal Message-ID, UID and SEQUENCE",
			3*contacts, count-len(server.Mails()), twice)
	})
}

func downSender(w world) *outside.Sender {
	w.Helper()
	sender, err := outside.NewSender(outside.SMTPConfig{Address: "smtp://127.0.0.1:1", From: "planning@example.nl", Timeout: time.Second})
	w.must(err)
	return sender
}

// TestRM1_DeadLetters: what cannot be delivered ends, is shown, and blocks
// nobody.
func TestRM1_DeadLetters(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m := newMover(w)
		m.plan = nil
		var good atomic.Bool
		server := mailtest.StartSMTP(w.T, func(to string, _ int) *mailtest.Fault {
			switch {
			case good.Load():
				return nil
			case strings.HasPrefix(to, "unknown"):
				return &mailtest.Fault{Stage: "rcpt", Code: 550}
			case strings.HasPrefix(to, "full"):
				return &mailtest.Fault{Stage: "rcpt", Code: 452}
			}
			return nil
		})
		for _, address := range []string{"unknown@example.nl", "full@example.nl", "well@example.nl"} {
			m.contact(store.LocationFeed, "een", address, store.Dutch, store.ByInvitation)
		}
		m.publishes()
		if got := len(m.sends(server)); got != 3 {
			w.Errorf("%d mails arrived beside the faulty ones, want 3", got)
		}
		if got := m.outbox(); got != "invitation dead 3, invitation sent 3, invitation waiting 3" {
			w.Errorf("after the first round: %s", got)
		}
		tries := 1
		for ; tries < 50 && strings.Contains(m.outbox(), "waiting"); tries++ {
			m.wait(longestMailPause * 2)
			m.sends(server)
		}
		if got := m.outbox(); got != "invitation dead 6, invitation sent 3" {
			w.Errorf("in the end: %s", got)
		}
		dead, err := m.Store.Outbox(w.Context(), store.MailDead, 10)
		w.must(err)
		for _, d := range dead {
			if d.Fault != "rcpt 550 5.0.0" && d.Fault != "rcpt 452 4.0.0" || d.Attempts > mailTries {
				w.Errorf("dead letter %+v", d)
			}
		}
		if strings.Contains(w.log.String(), "canary") || strings.Contains(w.log.String(), "@example.nl") {
			w.Errorf("the log has words of the server or an address:\n%s", w.log)
		}
		good.Store(true)
		for _, d := range dead {
			w.must(m.Store.RequeueMail(w.Context(), d.ID, m.Now()))
		}
		m.sends(server)
		if got := m.outbox(); strings.Contains(got, "dead") {
			w.Errorf("after requeueing: %s", got)
		}
		if err := m.Store.RequeueMail(w.Context(), dead[0].ID, m.Now()); !errors.Is(err, ErrNotFound) {
			w.Errorf("requeueing a mail that was sent: %v", err)
		}
		w.Logf("R-M1: a mail that always fails is tried %d times, then dead and listed", mailTries)
	})
}

func TestRegularMailIsQueuedOnce(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		m.publishes()
		m.wait(time.Minute)
		m.contact(store.StaffFeed, "anna", "anna@example.nl", store.Dutch, store.ByFeed)
		m.contact(store.StaffFeed, "bram", "bram@example.nl", store.English, store.ByFeed)
		m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByFeed)
		seen := map[string]int{}
		for range 14 * 24 { // two weeks from Tuesday 12 January, each hour, on two machines
			m.wait(time.Hour)
			var group sync.WaitGroup
			for range 2 {
				group.Go(func() { w.must(m.QueueRegularMail(w.Context())) })
			}
			group.Wait()
			for _, s := range m.sends(server) {
				seen[s.to+" "+s.subject]++
			}
		}
		want := map[string]int{
			"anna@example.nl Uw week vanaf maandag 18 januari":                         1,
			"bram@example.nl Your week from Monday 18 January":                         1,
			"nest@example.nl Herinnering: Bezoek, Het Nest, woensdag 20 januari 10:00": 1,
		}
		if fmt.Sprint(seen) != fmt.Sprint(want) {
			w.Errorf("sent %v, want %v", seen, want)
		}
	})
}

func TestMailIsForgotten(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		m, server := newMover(w), mailtest.StartSMTP(w.T, nil)
		id := m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
		m.publishes()
		m.sends(server)
		m.wait(8 * 24 * time.Hour)
		m.purges()
		if got := m.outbox(); got != "invitation sent 3" {
			w.Errorf("after a week: %s", got)
		}
		m.wait(83 * 24 * time.Hour)
		m.purges()
		if got := m.outbox(); got != "" {
			w.Errorf("after ninety days: %s", got)
		}
		m.move("summer", time.Hour)
		w.must(m.Store.RemoveContact(w.Context(), id))
		if got := m.outbox(); got != "" {
			w.Errorf("after the contact left: %s", got)
		}
		if err := m.Store.RemoveContact(w.Context(), id); !errors.Is(err, ErrNotFound) {
			w.Errorf("removing twice: %v", err)
		}
	})
}

// stamps are what changes from run to run.
var stamps = regexp.MustCompile(`(?m)^(Message-Id: <)[a-z2-7]+`)

func TestMailTexts(t *testing.T) {
	t.Parallel()
	w := open(t, litetest.File(t, prepare))
	m := newMover(w)
	server := mailtest.StartSMTP(t, nil)
	m.contact(store.StaffFeed, "anna", "anna@example.nl", store.Dutch, store.ByFeed)
	m.contact(store.StaffFeed, "bram", "bram@example.nl", store.English, store.ByFeed)
	m.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
	m.contact(store.LocationFeed, "een", "nest-en@example.nl", store.English, store.ByInvitation)
	m.publishes()
	mails := m.sends(server)
	m.wait(24 * time.Hour)
	m.move("winter", -time.Hour)
	mails = append(mails, m.sends(server)...)
	m.clock.Store(time.Date(2027, 1, 18, 8, 0, 0, 0, time.UTC).UnixNano())
	w.must(m.QueueRegularMail(w.Context()))
	mails = append(mails, m.sends(server)...)
	m.wait(time.Minute)
	m.drop("winter")
	mails = append(mails, m.sends(server)...)
	var b strings.Builder
	for _, s := range mails {
		if strings.Contains(s.property("UID"), "summer") || strings.Contains(s.property("UID"), "call") {
			continue
		}
		fmt.Fprintf(&b, "=== %s\nSubject: %s\n\n%s\n%s\n%s\n", s.to, s.subject, s.plain, strings.ReplaceAll(s.ics, "\r\n", "\n"), s.html)
	}
	got := stamps.ReplaceAllString(b.String(), "$1")
	const path = "testdata/mail.golden"
	if *update {
		w.must(os.MkdirAll("testdata", 0o750))
		w.must(os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s: the mails differ (%v); look at them and run go test ./planner/service -update", path, err)
	}
}
