package main

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

const (
	// deskRegion is where people book; plans are made of another.
	deskRegion = "zuid"
	deskPeople = 40
)

// deskBooking is one booking that somebody asks for, with the key under which
// they ask again until they have an answer.
type deskBooking struct {
	Location  string `json:"location_id"`
	VisitType string `json:"visit_type"`
	Start     string `json:"start"`

	key string
	// id is that of the booking, empty while nobody knows.
	id string
}

// openDesk makes the region in which people book: a person for each location, a
// rule, and a lead with a token.
func (c *crash) openDesk(st *store.Store) {
	c.Helper()
	state := files.GenerateRegion(deskPeople, deskPeople, 2)
	state.Region = deskRegion
	day := []calendar.Span{{From: 8 * 60, To: 18 * 60}}
	week := calendar.Week{nil, day, day, day, day, day, nil}
	for i := range state.Staff {
		p := &state.Staff[i]
		// Nobody of the other region: the two are loaded apart.
		p.ID, p.Pattern, p.DayCap, p.WeekCap = "desk-"+p.ID, week, 0, 0
		l := &state.Locations[i]
		l.Opening = week
		state.Assignments = append(state.Assignments, planner.Assignment{
			Location: l.ID, Role: "coordinator", Staff: p.ID, Kind: planner.Primary, From: calendar.NoDate, To: calendar.NoDate,
		})
		c.desks = append(c.desks, l.ID)
	}
	state.Meetings = nil
	state.Programme.VisitTypes = append(state.Programme.VisitTypes, planner.VisitType{
		ID: "consult", Name: planner.Text{NL: "Consult", EN: "Consult"}, Mode: planner.OnSite, Minutes: 45, Bookable: true,
	})
	s := service.New(st, slog.New(slog.DiscardHandler), time.Now)
	if _, err := s.Import(c.Context(), []*planner.State{state}); err != nil {
		c.Fatal(err)
	}
	rule := planner.SlotRule{Role: "coordinator", VisitType: "consult", BufferBefore: -1, BufferAfter: -1, HorizonDays: 56, Increment: 60, NoticeMinutes: 60}
	if _, err := s.AddSlotRule(c.Context(), deskRegion, rule); err != nil {
		c.Fatal(err)
	}
	id, err := st.AddUser(c.Context(), "Lead", "lead@example.nl", store.Membership{Role: store.Lead, Region: deskRegion})
	if err != nil {
		c.Fatal(err)
	}
	u, err := st.User(c.Context(), id)
	if err != nil {
		c.Fatal(err)
	}
	if _, c.token, err = st.CreateAPIToken(c.Context(), u.Memberships[0].ID, "load", time.Now().Add(24*time.Hour)); err != nil {
		c.Fatal(err)
	}
}

// ask sends something to the booking API; the status is 0 when no answer came.
func (c *crash) ask(ctx context.Context, method, path string, body any, key string) (int, []byte) {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(context.WithoutCancel(ctx), method, "http://"+c.addr+"/v1/regions/"+deskRegion+path, sent)
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", key)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil
	}
	return answer.StatusCode, got
}

// offered asks once for what can be booked, and shares it out over the people.
func (c *crash) offered() {
	c.Helper()
	if len(c.wishes) > 0 {
		return
	}
	var each [][]string
	most := 0
	for _, l := range c.desks {
		status, got := c.ask(c.Context(), http.MethodGet, "/slots?visitType=consult&limit=500&location="+l, nil, "")
		var list struct{ Items []struct{ Start string } }
		if err := json.Unmarshal(got, &list); status != http.StatusOK || err != nil {
			c.Fatalf("slots of %s: %d %s (%v)", l, status, got, err)
		}
		var starts []string
		for _, s := range list.Items {
			starts = append(starts, s.Start)
		}
		each, most = append(each, starts), max(most, len(starts))
	}
	for i := range most {
		for n, starts := range each {
			if i < len(starts) {
				c.wishes = append(c.wishes, &deskBooking{Location: c.desks[n], VisitType: "consult", Start: starts[i]})
			}
		}
	}
	c.Logf("%d moments of %d people to book", len(c.wishes), len(each))
}

// book books moment after moment over HTTP, and first asks again, with the same
// key, for what a killed server left without an answer.
func (c *crash) book(ctx context.Context) {
	ticker := time.NewTicker(time.Second / crashRate)
	defer ticker.Stop()
	var group sync.WaitGroup
	defer group.Wait()
	again := c.unsure()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		var b *deskBooking
		if len(again) > 0 {
			b, again = again[0], again[1:]
		} else if b = c.wish(); b == nil {
			c.Errorf("all %d moments are booked: too few for so many kills", len(c.wishes))
			return
		}
		group.Go(func() { c.bookOne(ctx, b) })
	}
}

func (c *crash) bookOne(ctx context.Context, b *deskBooking) {
	status, got := c.ask(ctx, http.MethodPost, "/bookings", b, b.key)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch status {
	case http.StatusCreated:
		var made struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(got, &made); err != nil || made.ID == "" {
			c.Errorf("booking %s: %s (%v)", b.key, got, err)
		}
		b.id = made.ID
	case 0, http.StatusServiceUnavailable: // nobody knows
	case http.StatusConflict:
		var p problem.Problem
		err := json.Unmarshal(got, &p)
		if p.Code == problem.KeyBusy {
			return // killed before it had an effect: the key is free again in seconds
		}
		if err != nil || p.Code != problem.AlreadyDone {
			c.Errorf("booking %s at %s, %s: %s (%v)", b.key, b.Location, b.Start, got, err)
			return
		}
		c.lookedUp++
		b.id = c.lookUp(ctx, b)
	default:
		c.Errorf("booking %s at %s, %s: %d %s", b.key, b.Location, b.Start, status, got)
	}
}

// lookUp returns the id of a booking that was made and whose answer was lost, as
// people are told to do.
func (c *crash) lookUp(ctx context.Context, b *deskBooking) (id string) {
	start, err := time.Parse(time.RFC3339, b.Start)
	if err != nil {
		c.Errorf("booking %s: %v", b.key, err)
		return ""
	}
	at, place := any(start.UnixMicro()), "?"
	if c.postgres() {
		at, place = start, "$"
	}
	mark := func(n int) string { return place + strconv.Itoa(n) }
	db := c.look()
	defer func() { _ = db.Close() }()
	query := "SELECT id FROM bookings WHERE location = " + mark(1) + " AND starts_at = " + mark(2)
	if err := db.QueryRowContext(context.WithoutCancel(ctx), query, b.Location, at).Scan(&id); err != nil {
		c.Errorf("booking %s was made, it is said, and is not there: %v", b.key, err)
	}
	return id
}

// aMinuteLater lets a minute pass for the keys of requests that a kill cut off:
// after that they are free again.
func (c *crash) aMinuteLater(db *sql.DB) {
	c.Helper()
	earlier := "created_at - 60000000"
	if c.postgres() {
		earlier = "created_at - interval '1 minute'"
	}
	if _, err := db.ExecContext(c.Context(), "UPDATE answered SET created_at = "+earlier+" WHERE status = 0"); err != nil {
		c.Fatal(err)
	}
}

// wish takes the next moment that nobody has asked for.
func (c *crash) wish() *deskBooking {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == len(c.wishes) {
		return nil
	}
	b := c.wishes[c.next]
	c.next++
	b.key = fmt.Sprintf("booking-%d", c.next)
	return b
}

// unsure lists what was asked for and never answered.
func (c *crash) unsure() []*deskBooking {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.wishes[:c.next]), func(b *deskBooking) bool { return b.id != "" })
}

// acked counts the bookings that were acknowledged.
func (c *crash) acked() int { return c.next - len(c.unsure()) }

// checkAcked looks for the bookings that were acknowledged, and for those that
// nobody asked for: one for each moment at most.
func (c *crash) checkAcked(db *sql.DB, kill int) {
	c.Helper()
	rows, err := db.QueryContext(c.Context(), "SELECT id, state FROM bookings")
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	there := map[string]bool{}
	for rows.Next() {
		var id, state string
		if err := rows.Scan(&id, &state); err != nil {
			c.Fatal(err)
		}
		if there[id] = true; state != string(store.BookingConfirmed) {
			c.Errorf("kill %d: booking %s is %s", kill, id, state)
		}
	}
	if err := rows.Err(); err != nil {
		c.Fatal(err)
	}
	known := 0
	for _, b := range c.wishes[:c.next] {
		if b.id == "" {
			continue
		}
		if known++; !there[b.id] {
			c.Errorf("kill %d: booking %s was acknowledged and is lost", kill, cmp.Or(b.id, b.key))
		}
	}
	if unasked := len(there) - known; unasked > len(c.unsure()) {
		c.Errorf("kill %d: %d bookings without an answer, of %d that could be", kill, unasked, len(c.unsure()))
	}
}
