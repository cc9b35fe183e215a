package service

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// counter is a region in which consults can be booked: anna is the coordinator of
// "een", bram her backup.
func counter(region string) *planner.State {
	s := town(region)
	s.Programme.VisitTypes = append(s.Programme.VisitTypes, planner.VisitType{
		ID: "consult", Name: planner.Text{NL: "Consult", EN: "Consult"}, Mode: planner.OnSite, Minutes: 45, Bookable: true,
	})
	s.Organisations = []planner.Organisation{{ID: "ggd", Name: "GGD"}}
	for i := range s.Staff {
		s.Staff[i].Organisation, s.Staff[i].Home = "ggd", s.Locations[0].Point
		s.Staff[i].Contracts = []planner.Contract{{Role: "zc", HoursWeek: 3600, From: calendar.NoDate, To: calendar.NoDate}}
	}
	for i, kind := range []planner.AssignmentKind{planner.Primary, planner.Backup} {
		s.Assignments = append(s.Assignments, planner.Assignment{
			Location: "een", Role: "zc", Staff: s.Staff[i].ID, Kind: kind, From: calendar.NoDate, To: calendar.NoDate,
		})
	}
	return s
}

// The callers of the tests, in the region noord.
var (
	theLead  = Scope{Role: store.Lead, Actor: "user:2", Region: "noord"}
	theAnna  = Scope{Role: store.Member, Actor: "user:3", Region: "noord", Staff: "noordanna"}
	contact  = Scope{Role: store.LocationContact, Actor: "location-link:6", Region: "noord", Location: "een", Contact: 6}
	stranger = Scope{Role: store.LocationContact, Actor: "contact:7", Region: "noord", Location: "twee"}
)

// booth imports a counter with a rule, and a contact who is invited by mail.
func (w world) booth(change func(*planner.SlotRule)) {
	w.Helper()
	_, err := w.Import(w.Context(), []*planner.State{counter("noord")})
	w.must(err)
	r := planner.SlotRule{Role: "zc", VisitType: "consult", BufferBefore: -1, BufferAfter: -1, NoticeMinutes: 60, HorizonDays: 28, Increment: 15}
	if change != nil {
		change(&r)
	}
	_, err = w.As(theLead).AddSlotRule(w.Context(), "noord", r)
	w.must(err)
	_, err = w.Store.AddContact(w.Context(), Contact{
		Scope: store.FeedScope{Region: "noord", Kind: store.LocationFeed, ID: "een"}, Name: "Het Nest", Mail: "nest@example.nl", Language: store.Dutch, Calendar: store.ByInvitation,
	}, testNow)
	w.must(err)
}

// consult asks for the consult that starts at a moment.
func consult(start time.Time) BookingRequest {
	return BookingRequest{SlotQuestion: SlotQuestion{Location: "een", VisitType: "consult"}, Start: start}
}

var tomorrow = time.Date(2027, 1, 13, 9, 0, 0, 0, time.UTC)

// mails lists what waits in the outbox, the newest first.
func (w world) mails() []store.MailKind {
	w.Helper()
	all, err := w.Store.Outbox(w.Context(), store.MailWaiting, 50)
	w.must(err)
	var out []store.MailKind
	for _, m := range all {
		out = append(out, m.Kind)
	}
	return out
}

// shown returns how a calendar shows the booking.
func (w world) shown(kind store.FeedKind, id string, b *Booking) *store.FeedEvent {
	w.Helper()
	all, err := w.Store.FeedEvents(w.Context(), store.FeedScope{Region: "noord", Kind: kind, ID: id}, testNow, testNow.AddDate(1, 0, 0))
	w.must(err)
	i := slices.IndexFunc(all, func(e store.FeedEvent) bool { return e.Visit == b.Visit() })
	if i < 0 {
		return nil
	}
	return &all[i]
}

func (w world) taken() []string {
	w.Helper()
	all, err := w.Store.Occupied(w.Context(), "noord", testNow, testNow.AddDate(1, 0, 0))
	w.must(err)
	var out []string
	for _, o := range all {
		out = append(out, fmt.Sprintf("%s %s %s", o.Staff, o.Kind, o.From.Format("01-02 15:04")))
	}
	return out
}

// TestE3ABookingFromSlotToCancellation follows a booking through its life.
func TestE3ABookingFromSlotToCancellation(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.booth(nil)
		ours := w.As(contact)
		slots, err := ours.Slots(w.Context(), "noord", SlotQuestion{Location: "een", VisitType: "consult", Limit: 3})
		w.must(err)
		if len(slots) != 3 || slots[0].Crew[0].Staff != "noordanna" || slots[0].Relation != planner.SlotOwn {
			w.Fatalf("slots %+v", slots)
		}
		held, err := ours.Hold(w.Context(), "noord", consult(tomorrow))
		w.must(err)
		if held.State != store.BookingHeld || !held.Expires.Equal(testNow.Add(holdTime)) || w.shown(store.StaffFeed, "noordanna", held) != nil {
			w.Errorf("held %+v", held)
		}
		b, err := ours.Book(w.Context(), "noord", BookingRequest{Hold: held.ID, Remark: "Graag bij de ingang melden"})
		w.must(err)
		if b.ID != held.ID || b.State != store.BookingConfirmed || !b.Start.Equal(tomorrow) || !b.Answered.Equal(testNow) {
			w.Errorf("booked %+v", b)
		}
		if got := w.taken(); !slices.Equal(got, []string{"noordanna booking 01-13 09:00"}) {
			w.Errorf("taken %v", got)
		}
		for kind, id := range map[store.FeedKind]string{store.StaffFeed: "noordanna", store.LocationFeed: "een", store.TeamFeed: "", store.RoleFeed: "zc"} {
			if e := w.shown(kind, id, b); e == nil || e.Name.NL != "Consult" || !e.Start.Equal(tomorrow) {
				w.Errorf("the %s feed shows %+v", kind, e)
			}
		}
		if got := w.mails(); !slices.Equal(got, []store.MailKind{store.InvitationMail}) {
			w.Errorf("mails %v", got)
		}
		moved, err := ours.Move(w.Context(), "noord", b.ID, tomorrow.Add(2*time.Hour), "", nil)
		w.must(err)
		first := w.shown(store.LocationFeed, "een", b)
		if moved.Moves != 1 || moved.Crew[0].Staff != "noordanna" || first == nil || !first.Start.Equal(tomorrow.Add(2*time.Hour)) {
			w.Errorf("moved %+v, shown %+v", moved, first)
		}
		if got := w.taken(); !slices.Equal(got, []string{"noordanna booking 01-13 11:00"}) {
			w.Errorf("taken %v", got)
		}
		gone, err := ours.Cancel(w.Context(), "noord", b.ID, "not_needed", nil)
		w.must(err)
		last := w.shown(store.LocationFeed, "een", b)
		if gone.State != store.BookingCancelled || len(w.taken()) > 0 || last == nil || !last.Cancelled || last.Sequence <= first.Sequence || last.Reason != store.BookingWithdrawn {
			w.Errorf("cancelled %+v, shown %+v", gone, last)
		}
		if _, err := ours.Cancel(w.Context(), "noord", b.ID, "not_needed", nil); !errors.Is(err, ErrConflict) {
			w.Errorf("cancelled twice: %v", err)
		}
	})
}

// TestE2AMoveKeepsThePerson: unless another is asked for.
func TestE2AMoveKeepsThePerson(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.booth(nil)
		w.must(w.Store.Occupy(w.Context(), store.Occupancy{
			Region: "noord", Staff: "noordanna", From: tomorrow.Add(4 * time.Hour), To: tomorrow.Add(6 * time.Hour), Kind: store.VisitTime, Ref: "v",
		}))
		b, err := w.As(contact).Book(w.Context(), "noord", consult(tomorrow))
		w.must(err)
		_, err = w.As(contact).Move(w.Context(), "noord", b.ID, tomorrow.Add(5*time.Hour), "", nil)
		var taken *TakenError
		if !errors.As(err, &taken) || len(taken.Alternatives) == 0 || taken.Alternatives[0].Crew[0].Staff != "noordanna" || taken.Why[0].Code != planner.OnVisit {
			w.Errorf("to a time that anna does not have: %v", err)
		}
		moved, err := w.As(contact).Move(w.Context(), "noord", b.ID, tomorrow.Add(5*time.Hour), "noordbram", nil)
		w.must(err)
		if moved.Crew[0].Staff != "noordbram" || moved.Relation != planner.SlotBackup || !slices.Contains(w.taken(), "noordbram booking 01-13 14:00") {
			w.Errorf("moved %+v; taken %v", moved, w.taken())
		}
		if e := w.shown(store.StaffFeed, "noordanna", b); e == nil || !e.Cancelled {
			w.Errorf("the feed of anna shows %+v", e)
		}
		// A few minutes later, over its own time.
		if _, err := w.As(contact).Move(w.Context(), "noord", b.ID, tomorrow.Add(5*time.Hour+15*time.Minute), "", nil); err != nil {
			w.Errorf("over its own time: %v", err)
		}
	})
}

// TestE5ApproveAndDecline: where the rule asks for it.
func TestE5ApproveAndDecline(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.booth(func(r *planner.SlotRule) { r.Approval = true })
		b, err := w.As(contact).Book(w.Context(), "noord", consult(tomorrow))
		w.must(err)
		if e := w.shown(store.StaffFeed, "noordanna", b); b.State != store.BookingRequested || e == nil || !strings.HasPrefix(e.Name.NL, "Aanvraag") {
			w.Errorf("requested %+v, shown %+v", b, e)
		}
		b, err = w.As(theAnna).Approve(w.Context(), "noord", b.ID, nil)
		w.must(err)
		if e := w.shown(store.StaffFeed, "noordanna", b); b.State != store.BookingConfirmed || e.Name.NL != "Consult" {
			w.Errorf("approved %+v, shown %+v", b, e)
		}
		if _, err := w.As(theAnna).Decline(w.Context(), "noord", b.ID, "not_suitable", nil); !errors.Is(err, ErrConflict) {
			w.Errorf("declined after approval: %v", err)
		}
		second, err := w.As(contact).Book(w.Context(), "noord", consult(tomorrow.Add(time.Hour)))
		w.must(err)
		var input InputErrors
		if _, err := w.As(theAnna).Decline(w.Context(), "noord", second.ID, "because", nil); !errors.As(err, &input) {
			w.Errorf("a reason in words: %v", err)
		}
		if second, err = w.As(theAnna).Decline(w.Context(), "noord", second.ID, "not_suitable", nil); err != nil || second.State != store.BookingDeclined || len(w.taken()) != 1 {
			w.Errorf("declined %+v (%v), taken %v", second, err, w.taken())
		}
		// Who may approve needs no approval.
		if own, err := w.As(theLead).Book(w.Context(), "noord", consult(tomorrow.Add(2*time.Hour))); err != nil || own.State != store.BookingConfirmed {
			w.Errorf("the lead books %+v (%v)", own, err)
		}
	})
}

// TestE7TheWaitingListIsServed: the urgent first, with a hold and a mail.
func TestE7TheWaitingListIsServed(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		// One slot a week: Wednesday at 10:00, with anna alone.
		w.booth(func(r *planner.SlotRule) {
			r.Staff, r.HorizonDays = "noordanna", 1
			r.Windows[3] = []calendar.Span{{From: 600, To: 645}}
		})
		b, err := w.As(contact).Book(w.Context(), "noord", consult(tomorrow))
		w.must(err)
		q := SlotQuestion{Location: "een", VisitType: "consult"}
		patient, err := w.As(contact).Wait(w.Context(), "noord", q)
		w.must(err)
		q.Urgent = true
		urgent, err := w.As(contact).Wait(w.Context(), "noord", q)
		w.must(err)
		if n, err := w.OfferWaiting(w.Context(), "noord"); n != 0 || err != nil {
			w.Errorf("%d offered (%v), with nothing free", n, err)
		}
		_, err = w.As(contact).Cancel(w.Context(), "noord", b.ID, "not_needed", nil)
		w.must(err)
		list, err := w.As(contact).WaitingEntries(w.Context(), "noord", true)
		w.must(err)
		if len(list) != 2 || list[0].ID != urgent.ID || list[0].State != store.WaitingOffered || list[1].ID != patient.ID || list[1].State != store.Waiting {
			w.Fatalf("waiting %+v", list)
		}
		if !slices.Contains(w.mails(), store.SlotOfferMail) {
			w.Errorf("mails %v, want an offer", w.mails())
		}
		got, err := w.As(contact).Book(w.Context(), "noord", BookingRequest{Hold: list[0].Booking})
		w.must(err)
		if !got.Urgent || !got.Asked.Equal(urgent.Asked) {
			w.Errorf("booked %+v", got)
		}
		w.must(w.As(contact).StopWaiting(w.Context(), "noord", patient.ID))
		if list, err := w.As(contact).WaitingEntries(w.Context(), "noord", true); len(list) > 0 || err != nil {
			w.Errorf("still waiting %+v (%v)", list, err)
		}
		if list, err := w.As(stranger).WaitingEntries(w.Context(), "noord", false); len(list) > 0 || err != nil {
			w.Errorf("another location sees %+v (%v)", list, err)
		}
	})
}

// TestC4TheAcuteClock: from the question to the first visit, in working hours.
func TestC4TheAcuteClock(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.booth(nil)
		r := consult(tomorrow)
		r.Urgent = true
		_, err := w.As(contact).Book(w.Context(), "noord", r)
		w.must(err)
		_, err = w.As(contact).Wait(w.Context(), "noord", SlotQuestion{Location: "een", VisitType: "consult", Urgent: true})
		w.must(err)
		lane, err := w.As(theLead).AcuteLane(w.Context(), "noord", testNow.Add(-time.Hour), testNow.Add(time.Hour))
		w.must(err)
		// Tuesday 10:30 to 17:00, and Wednesday 8:30 to 10:00.
		if len(lane.Questions) != 2 || lane.Answered != 1 || lane.InTime != 2 || lane.Median != 390+90 {
			w.Errorf("%+v", lane)
		}
		w.Logf("acute questions: %d, answered in a median of %d working minutes, due within %.0f hours", len(lane.Questions), lane.Median, lane.Hours)
	})
}

// TestE10NoIdentityOfAChild: a remark with a citizen number is refused, one that
// seems to be about a child needs a confirmation.
func TestE10NoIdentityOfAChild(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.booth(nil)
		r := consult(tomorrow)
		var screened *planner.ScreenError
		for _, remark := range []string{"bsn 111222333", "geboren 3-4-2022", strings.Repeat("x", 141)} {
			r.Remark, r.Confirmed = remark, true
			if _, err := w.As(contact).Book(w.Context(), "noord", r); !errors.As(err, &screened) {
				w.Errorf("%q: %v", remark, err)
			}
		}
		r.Remark, r.Confirmed = "bel 06-12345678", false
		if _, err := w.As(contact).Book(w.Context(), "noord", r); !errors.As(err, &screened) || len(screened.Warned) == 0 {
			w.Errorf("a telephone number: %v", err)
		}
		r.Confirmed = true
		if _, err := w.As(contact).Book(w.Context(), "noord", r); err != nil {
			w.Errorf("confirmed: %v", err)
		}
	})
}

// TestOthersDoNotReachABooking: another location, another person and another
// region find nothing.
func TestOthersDoNotReachABooking(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.booth(nil)
		b, err := w.As(contact).Book(w.Context(), "noord", consult(tomorrow))
		w.must(err)
		south, bram := theLead, theAnna
		south.Region, bram.Staff = "zuid", "noordbram"
		for who, scope := range map[string]Scope{"another location": stranger, "another region": south, "another person": bram, "nobody": {}} {
			s := w.As(scope)
			for what, call := range map[string]func() error{
				"read": func() error { _, err := s.Booking(w.Context(), "noord", b.ID); return err },
				"move": func() error {
					_, err := s.Move(w.Context(), "noord", b.ID, tomorrow.Add(time.Hour), "", nil)
					return err
				},
				"cancel":  func() error { _, err := s.Cancel(w.Context(), "noord", b.ID, "other", nil); return err },
				"approve": func() error { _, err := s.Approve(w.Context(), "noord", b.ID, nil); return err },
				"hold":    func() error { _, err := s.Book(w.Context(), "noord", BookingRequest{Hold: b.ID}); return err },
			} {
				if err := call(); !errors.Is(err, ErrNotFound) {
					w.Errorf("%s can %s it: %v", who, what, err)
				}
			}
			if list, err := s.Bookings(w.Context(), "noord", BookingFilter{}); len(list) > 0 || err != nil && !errors.Is(err, ErrNotFound) {
				w.Errorf("%s lists %v (%v)", who, list, err)
			}
		}
		if _, err := w.As(stranger).Slots(w.Context(), "noord", SlotQuestion{Location: "een", VisitType: "consult"}); !errors.Is(err, ErrNotFound) {
			w.Errorf("another location sees our slots: %v", err)
		}
	})
}

// TestSlotsFollowWhatChanges: another rule, an import, an absence and a plan show
// at once.
func TestSlotsFollowWhatChanges(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.booth(nil)
		q := SlotQuestion{Location: "een", VisitType: "consult", From: tomorrow, To: tomorrow.Add(time.Minute), Staff: "noordanna"}
		free := func(what string, want bool) {
			w.Helper()
			got, err := w.As(contact).Slots(w.Context(), "noord", q)
			w.must(err)
			if len(got) > 0 != want {
				w.Errorf("%s: %v", what, got)
			}
		}
		free("at first", true)
		busy := store.Occupancy{Region: "noord", Staff: "noordanna", From: tomorrow, To: tomorrow.Add(time.Hour), Kind: store.BusyTime, Ref: "x"}
		w.must(w.Store.Occupy(w.Context(), busy))
		free("busy", false)
		why, err := w.As(contact).WhyNoSlot(w.Context(), "noord", q)
		w.must(err)
		if len(why.People) != 1 || why.People[0].Reasons[0].Code != planner.BusyElsewhere || why.First == nil {
			w.Errorf("why: %+v", why)
		}
		w.must(w.Store.Release(w.Context(), "noord", store.BusyTime, "x"))
		free("free again", true)
		state := counter("noord")
		state.Absences = []planner.Absence{{Staff: "noordanna", From: calendar.DateOf(tomorrow, time.UTC), To: calendar.DateOf(tomorrow, time.UTC)}}
		_, err = w.Import(w.Context(), []*planner.State{state})
		w.must(err)
		free("absent", false)
		_, err = w.Import(w.Context(), []*planner.State{counter("noord")})
		w.must(err)
		free("back", true)
		rules, _, err := w.As(theLead).SlotRules(w.Context(), "noord")
		w.must(err)
		rules[0].NoticeMinutes = 7 * 24 * 60
		w.must(w.As(theLead).ChangeSlotRule(w.Context(), "noord", rules[0], nil))
		free("with a week's notice", false)
		w.must(w.As(theLead).RemoveSlotRule(w.Context(), "noord", rules[0].ID, nil))
		if _, own, err := w.As(theLead).SlotRules(w.Context(), "noord"); own || err != nil {
			w.Errorf("own rules %v (%v), want the defaults", own, err)
		}
	})
}

// TestAHoldRunsOut: its time is free at that moment, and it cannot be booked.
func TestAHoldRunsOut(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.booth(func(r *planner.SlotRule) { r.Staff = "noordanna" })
		held, err := w.As(contact).Hold(w.Context(), "noord", consult(tomorrow))
		w.must(err)
		var taken *TakenError
		if _, err := w.As(theLead).Book(w.Context(), "noord", consult(tomorrow)); !errors.As(err, &taken) || taken.Why[0].Code != planner.OnHold {
			w.Errorf("booked what is held: %v", err)
		}
		late := w.at(testNow.Add(holdTime))
		if _, err := late.As(contact).Book(w.Context(), "noord", BookingRequest{Hold: held.ID}); !errors.As(err, &taken) || len(taken.Alternatives) == 0 {
			w.Errorf("booked a hold that ran out: %v", err)
		}
		if _, err := late.As(theLead).Book(w.Context(), "noord", consult(tomorrow)); err != nil {
			w.Errorf("after the hold: %v", err)
		}
		w.must(late.ServeBookings(w.Context()))
		if _, err := late.Booking(w.Context(), "noord", held.ID); !errors.Is(err, ErrNotFound) {
			w.Errorf("the hold is there still: %v", err)
		}
	})
}

// TestRC1OneSlotOneWinner lets sixty-four book one moment at once.
func TestRC1OneSlotOneWinner(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.booth(func(r *planner.SlotRule) { r.Staff = "noordanna" })
		var group sync.WaitGroup
		var mu sync.Mutex
		won, refused := 0, 0
		for i := range 64 {
			group.Go(func() {
				r := consult(tomorrow.Add(time.Duration(i%3) * 15 * time.Minute)) // overlapping ones too
				_, err := w.As(contact).Book(w.Context(), "noord", r)
				var taken *TakenError
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case errors.As(err, &taken) && len(taken.Alternatives) > 0:
					refused++
				default:
					w.Errorf("%v", err)
				}
			})
		}
		group.Wait()
		if won != 1 || refused != 63 {
			w.Errorf("%d won and %d were refused with alternatives, want 1 and 63", won, refused)
		}
	})
}
