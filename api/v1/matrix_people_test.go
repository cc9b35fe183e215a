package v1

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// peopled is a world in which each kind of thing exists in each relation.
type peopled struct {
	world
	// ids by path of the list and relation.
	ids map[string]map[relation]string
	// plan and job of each region.
	plan, draft, job, publication map[string]int64
	// taken marks what may be gone since it was asked to go.
	taken map[string]bool
	// user is an account, and membership what it is.
	user, membership int64
	// remakes counts what was made anew, for ids.
	remakes int
}

func people(w world) *peopled {
	w.Helper()
	p := &peopled{world: w, ids: map[string]map[relation]string{}, taken: map[string]bool{}, plan: map[string]int64{}, draft: map[string]int64{}, job: map[string]int64{}, publication: map[string]int64{}}
	if _, err := w.Import(w.Context(), []*planner.State{town("west")}); err != nil {
		w.Fatal(err)
	}
	seal, err := service.NewSeal(service.NewSealKey())
	if err != nil {
		w.Fatal(err)
	}
	w.Seal = seal
	w.api.Busy = &service.BusyReader{Service: w.Service, Fetcher: outside.NewFetcher(outside.GuardConfig{}), Seal: seal}
	w.api.Webhooks = &service.Webhooks{Service: w.Service, Hooks: outside.NewHooks(outside.GuardConfig{})}
	for _, r := range []relation{own, sameTeam, otherTeam, otherTown} {
		p.populate(r)
	}
	p.accounts()
	for _, region := range []string{"noord", "west", "zuid"} {
		p.planned(region)
	}
	for _, r := range []relation{own, sameTeam, otherTeam, otherTown} {
		p.visitOf(r)
	}
	return p
}

// accounts makes the accounts that the principals have, by their numbers, and one
// more.
func (p *peopled) accounts() {
	p.Helper()
	for i := range 9 {
		id, err := p.AddUser(p.Context(), fmt.Sprint("account ", i+1), fmt.Sprintf("account%d@example.nl", i+1), service.Membership{Role: service.Lead, Region: "noord"})
		if err != nil || id != int64(i+1) {
			p.Fatal(id, err)
		}
		p.user = id
	}
	users, err := p.Users(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	p.membership = users[len(users)-1].Memberships[0].ID
}

// contactWithLink makes a contact of a location with a link.
func (p *peopled) contactWithLink(r relation) string {
	p.Helper()
	p.fresh("contacts", r)
	id, err := strconv.ParseInt(p.ids["contacts"][r], 10, 64)
	if err != nil {
		p.Fatal(err)
	}
	if _, err := p.RotateLocationLink(p.Context(), id); err != nil {
		p.Fatal(err)
	}
	return p.ids["contacts"][r]
}

func (p *peopled) put(path string, r relation, id string) {
	if p.ids[path] == nil {
		p.ids[path] = map[relation]string{missingThing: "nothing"}
	}
	p.ids[path][r] = id
}

// populate makes a thing of each kind in a relation.
func (p *peopled) populate(r relation) {
	p.Helper()
	staff, location := r.who()
	boss := service.Scope{Role: service.Lead, Actor: "user:90", Region: r.region()}
	at := "/regions/" + r.region() + "/"
	make1 := func(path, body string) {
		one := p.made(boss, at+path, body)
		p.put(path, r, one[strings.LastIndex(one, "/")+1:])
	}
	make1("absences", `{"staff_id":"`+staff+`","from":"2027-08-02","to":"2027-08-03"}`)
	make1("assignments", `{"location_id":"`+location+`","role":"zc","staff_id":"`+staff+`","pinned":true}`)
	make1("blackouts", `{"location_id":"`+location+`","from":"2027-08-02","to":"2027-08-03"}`)
	make1("cases", `{"staff_id":"`+staff+`","kind":"trajectory","minutes_week":10,"opened":"2027-01-04"}`)
	make1("consents", `{"location_id":"`+location+`","requirement":"observation","given":true,"date":"2027-08-02"}`)
	make1("meetings", `{"meeting_id":"m-`+location+`","name":"x","date":"2027-06-01","time":"09:00","minutes":30,"location_id":"`+location+`"}`)
	make1("assumptions", `{"key":"detour","value":1.3,"from":"2027-0`+strconv.Itoa(1+len(r)%7)+`-01"}`)
	make1("scenarios", `{"name":"x","changes":{"weights":{"travel":120}}}`)
	make1("ceilings", `{"id":"`+strings.ReplaceAll(string(r), " ", "-")+`","measure":"cases","limit":5}`)
	p.capacity(r)
	make1("webhooks", `{"url":"https://example.nl/in","events":["plan.*"]}`)
	p.bookings(r)
	p.fresh("busy-sources", r)
	p.fresh("contacts", r)
	for path, id := range map[string]string{
		"staff": staff, "locations": location, "districts": "WK01", "organisations": "ggd", "requirements": "yearly", "visit-types": "visit",
	} {
		p.put(path, r, id)
	}
}

// capacity makes what jobs and closing leave about what fits.
func (p *peopled) capacity(r relation) {
	p.Helper()
	err := p.Store.Tx(p.Context(), func(t *store.Tx) error {
		for path, kind := range map[string]store.ReportKind{"comparisons": store.ComparisonReport, "remedies": store.RemediesReport} {
			id, err := t.AddCapacityReport(&store.CapacityReport{Region: r.region(), Kind: kind, BasedOn: 1, Params: json.RawMessage("{}"), Content: json.RawMessage("[]")})
			if err != nil {
				return err
			}
			p.put(path, r, strconv.FormatInt(id, 10))
		}
		return nil
	})
	if err != nil {
		p.Fatal(err)
	}
	p.put("programme-versions", r, "1")
	p.closed(r)
}

// closed closes a year of the relation's region.
func (p *peopled) closed(r relation) {
	p.Helper()
	year := calendar.NewDate(2010+len(r)+slices.Index(relations, r), 1, 1)
	// Those who share a region find it closed.
	if err := p.Store.ClosePeriod(p.Context(), store.ClosedPeriod{
		Region: r.region(), From: year, To: year + 30,
		Loads: []store.PeriodLoad{{Staff: "anna", Role: "zc", Minutes: 600, Points: 1, Capacity: 900}, {Staff: "bram", Role: "zc", Minutes: 300, Capacity: 900}},
	}, testNow); err != nil && !errors.Is(err, service.ErrConflict) {
		p.Fatal(err)
	}
	p.put("closed-periods", r, year.String())
}

// bookings makes a slot rule, a booking that waits for approval and a waiting
// entry in a relation.
func (p *peopled) bookings(r relation) {
	p.Helper()
	staff, location := r.who()
	state, _, err := p.Store.LoadState(p.Context(), r.region())
	if err != nil {
		p.Fatal(err)
	}
	start := time.Date(2027, 10, 4+len(r), 9, 0, 0, 0, time.UTC)
	b := store.Booking{
		ID: store.NewBookingID(), Region: r.region(), Location: location, VisitType: "visit", State: store.BookingRequested, Remark: "door de zijdeur", Relation: planner.SlotOwn, Start: start, End: start.Add(time.Hour),
		Asked: testNow, Changed: testNow, Crew: []planner.SlotCrew{{Staff: staff, Role: "zc", From: start, To: start.Add(time.Hour)}},
	}
	e := store.WaitingEntry{
		Region: r.region(), Location: location, VisitType: "visit", Staff: staff, State: store.Waiting, NotBefore: testNow, NotAfter: start, Asked: testNow, Changed: testNow,
	}
	err = p.Store.Tx(p.Context(), func(t *store.Tx) error {
		rule, err := t.PutSlotRule(r.region(), &planner.SlotRule{Role: "zc", Staff: staff, VisitType: "visit", HorizonDays: 7, Increment: 15}, testNow)
		p.put("slot-rules", r, rule)
		if err != nil {
			return err
		}
		p.put("bookings", r, b.ID)
		if err := t.AddBooking(&b, state, testNow); err != nil {
			return err
		}
		entry, err := t.AddWaiting(&e)
		p.put("waiting-entries", r, entry)
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
}

// planned makes and publishes a plan of a region, and leaves a draft and a job
// that has ended.
func (p *peopled) planned(region string) {
	p.Helper()
	p.plans(region)
	boss := service.Scope{Role: service.Lead, Actor: "user:90", Region: region}
	proposals, err := p.Propose(p.Context(), planner.Options{Year: 2027, Seed: 1, Iterations: 50, MaxChanges: -1}, region)
	if err != nil {
		p.Fatal(err)
	}
	p.draft[region] = proposals[0].ID
	for _, info := range into[Page[PlanInfo]](p.world, p.asks(boss, "GET", "/regions/"+region+"/plans", nil), 200).Items {
		if info.Stage == "published" {
			p.plan[region] = info.ID
		}
	}
	p.publication[region] = into[Page[Publication]](p.world, p.asks(boss, "GET", "/regions/"+region+"/publications", nil), 200).Items[0].ID
	p.job[region] = into[Job](p.world, p.asks(boss, "POST", "/regions/"+region+"/proposals", `{"year":2027}`), 202).ID
	p.asks(boss, "DELETE", fmt.Sprintf("/jobs/%d", p.job[region]), nil)
}

// visitOf finds a visit that the relation's person makes at their location.
func (p *peopled) visitOf(r relation) {
	p.Helper()
	staff, location := r.who()
	boss := service.Scope{Role: service.Lead, Actor: "user:90", Region: r.region()}
	list := into[Page[Visit]](p.world, p.asks(boss, "GET", "/regions/"+r.region()+"/visits?limit=200&staff="+staff+"&location="+location, nil), 200)
	for _, v := range list.Items {
		if !v.Meeting {
			p.put("visits", r, v.ID)
			if a := p.asks(boss, "PUT", "/regions/"+r.region()+"/visits/"+v.ID+"/outcome", `{"done":false,"reason":"closed"}`); a.Code != 200 {
				p.Fatal(a.Body.String())
			}
			return
		}
	}
	p.Fatalf("no visit of %s at %s in %s", staff, location, r.region())
}

// fresh makes what an operation takes away for good.
func (p *peopled) fresh(path string, r relation) {
	if r == missingThing {
		return
	}
	staff, location := r.who()
	switch path {
	case "feeds":
		id, _, err := p.CreateFeed(p.Context(), service.NewFeed{Scope: service.FeedScope{Region: r.region(), Kind: "staff", ID: staff}, Level: "full"})
		if err != nil {
			p.Fatal(err)
		}
		p.put(path, r, id)
	case "caldav-accounts":
		id, _, err := p.CreateCalDAVAccount(p.Context(), service.NewFeed{Scope: service.FeedScope{Region: r.region(), Kind: "staff", ID: staff}, Level: "full"})
		if err != nil {
			p.Fatal(err)
		}
		p.put(path, r, id)
	case "busy-sources":
		if was := p.ids[path][r]; was != "" { // few fit; it may have been removed
			_ = p.RemoveBusySource(p.Context(), was)
		}
		id := store.NewBusyID()
		if err := p.Store.AddBusySource(p.Context(), id, r.region(), staff, "sealed", testNow); err != nil {
			p.Fatal(err)
		}
		p.put(path, r, id)
	case "scenarios":
		p.remade(path, r, `{"name":"x","changes":{"weights":{"travel":120}}}`)
	case "closed-periods":
		p.closed(r)
	case "ceilings":
		p.remade(path, r, `{"id":"again`+strconv.Itoa(p.again())+`","measure":"cases","limit":5}`)
	case "webhooks":
		p.remade(path, r, `{"url":"https://example.nl/in","events":["plan.*"]}`)
	case "contacts":
		id, err := p.AddContact(p.Context(), service.Contact{
			Scope: service.FeedScope{Region: r.region(), Kind: "location", ID: location}, Mail: "old@example.nl", Language: "nl", Calendar: "feed",
		})
		if err != nil {
			p.Fatal(err)
		}
		p.put(path, r, strconv.FormatInt(id, 10))
	}
}

// again counts what is made anew.
func (p *peopled) again() int {
	p.remakes++
	return p.remakes
}

func (p *peopled) remade(path string, r relation, body string) {
	boss := service.Scope{Role: service.Lead, Actor: "user:90", Region: r.region()}
	one := p.made(boss, "/regions/"+r.region()+"/"+path, body)
	p.put(path, r, one[strings.LastIndex(one, "/")+1:])
}
