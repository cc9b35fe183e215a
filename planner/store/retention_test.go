package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// aged makes a row that ended at a moment and returns the condition that finds
// it as it was; one for each rule of retention, by table and term.
var aged = map[string]func(w world, end time.Time) string{
	"plans/plans": func(w world, end time.Time) string {
		return w.row("stage = 'draft'", &planRow{Region: "noord", Version: 50, Stage: Draft, FirstDay: on(date("2026-01-01")), LastDay: on(date("2026-12-31")), CreatedAt: At(end)})
	},
	"plans/visits": func(w world, end time.Time) string {
		day := calendar.DateOf(end, time.UTC)
		plan := &planRow{Region: "noord", Version: 51, Stage: Published, FirstDay: on(day - 300), LastDay: on(day), CreatedAt: At(end)}
		w.must(w.db.Create(plan).Error)
		for i, status := range []planner.VisitStatus{planner.Planned, planner.Planned, planner.Cancelled} {
			start := end.AddDate(0, 0, -40*i)
			w.must(w.db.Create(&visitRow{Plan: plan.ID, Position: i, ID: fmt.Sprint(i), VisitType: "visit", StartsAt: At(start), EndsAt: At(start.Add(time.Hour)), Status: status}).Error)
		}
		return "version = 51"
	},
	"publications/plans": func(w world, end time.Time) string {
		return w.row("version = 9", &publicationRow{Region: "noord", Since: 8, Version: 9, Actor: "user:1", PublishedAt: At(end)})
	},
	"scenarios/plans": func(w world, end time.Time) string {
		return w.row("name = 'old'", &scenarioRow{Region: "noord", Name: "old", Actor: "user:1", CreatedAt: At(end)})
	},
	"capacity_reports/plans": func(w world, end time.Time) string {
		return w.row("actor = 'user:old'", &reportRow{Region: "noord", Kind: RemediesReport, Params: doc(json.RawMessage("{}")), Content: doc(json.RawMessage("{}")), Actor: "user:old", CreatedAt: At(end)})
	},
	"ceiling_notices/visits": func(w world, end time.Time) string {
		return w.row("staff = 'old'", &ceilingNoticeRow{Region: "noord", Staff: "old", State: planner.CeilingNear, RaisedAt: At(end), ClearedAt: At(end)})
	},
	"closed_periods/visits": func(w world, end time.Time) string {
		return w.row("actor = 'user:old'", &closedPeriodRow{Region: "noord", FirstDay: on(date("2020-01-01")), LastDay: on(calendar.DateOf(end, time.UTC)), Actor: "user:old", ClosedAt: At(end)})
	},
	"webhook_deliveries/jobs": func(w world, end time.Time) string {
		w.must(w.db.Create(&webhookRow{ID: "old", Region: "noord", Events: doc([]string{}), Actor: "user:1", CreatedAt: At(end)}).Error)
		return w.row("id = 'old'", &deliveryRow{ID: "old", Webhook: "old", Event: "plan.publish", State: DeliverySent, DueAt: At(end), CreatedAt: At(end), EndedAt: At(end)})
	},
	"feed_events/visits": func(w world, end time.Time) string {
		return w.row("visit = 'old'", &feedEventRow{Region: "noord", Kind: TeamFeed, Visit: "old", StartsAt: At(end.Add(-time.Hour)), EndsAt: At(end), RevisedAt: At(end)})
	},
	"notices/visits": func(w world, end time.Time) string {
		return w.row("visit = 'old'", &noticeRow{Contact: w.contactID(), Visit: "old", StartsAt: At(end.Add(-time.Hour)), EndsAt: At(end)})
	},
	"bookings/visits": func(w world, end time.Time) string {
		return w.row("id = 'old'", &bookingRow{
			ID: "old", Region: "noord", Location: "een", State: BookingConfirmed, StartsAt: At(end.Add(-time.Hour)), EndsAt: At(end), AskedAt: At(end), ChangedAt: At(end),
		})
	},
	"waiting_entries/visits": func(w world, end time.Time) string {
		return w.row("id = 'old'", &waitingRow{
			ID: "old", Region: "noord", Location: "een", State: WaitingExpired, NotBefore: At(end.Add(-time.Hour)), NotAfter: At(end), AskedAt: At(end), ChangedAt: At(end),
		})
	},
	"completed_visits/visits": func(w world, end time.Time) string {
		return w.row("position = 90", &completedRow{Region: "noord", Position: 90, Location: "een", Day: on(calendar.DateOf(end, time.UTC))})
	},
	"consents/visits": func(w world, end time.Time) string {
		return w.row("position = 90", &consentRow{Region: "noord", Position: 90, Location: "een", Day: on(calendar.DateOf(end, time.UTC))})
	},
	"visit_outcomes/visits": func(w world, end time.Time) string {
		return w.row("visit = 'old'", &outcomeRow{Region: "noord", Visit: "old", Day: on(calendar.DateOf(end, time.UTC)), RecordedAt: At(end)})
	},
	"visit_outcomes/remarks": func(w world, end time.Time) string {
		return w.row("note = 'later'", &outcomeRow{Region: "noord", Visit: "noted", Note: "later", Day: on(calendar.DateOf(end, time.UTC)), RecordedAt: At(end)})
	},
	"absences/visits": func(w world, end time.Time) string {
		return w.row("position = 90", &absenceRow{Region: "noord", Position: 90, Staff: "anna", FirstDay: on(date("2020-01-01")), LastDay: on(calendar.DateOf(end, time.UTC))})
	},
	"blackouts/visits": func(w world, end time.Time) string {
		return w.row("position = 90", &blackoutRow{Region: "noord", Position: 90, Location: "een", FirstDay: on(date("2020-01-01")), LastDay: on(calendar.DateOf(end, time.UTC))})
	},
	"occupancy/visits": func(w world, end time.Time) string {
		return w.row("ref = 'old'", &occupancyRow{Person: 1, Region: "noord", Staff: "anna", Kind: AbsenceTime, Ref: "old", StartsAt: At(end.Add(-time.Hour)), EndsAt: At(end)})
	},
	"occupancy/busy": func(w world, end time.Time) string {
		return w.row("ref = 'busy'", &occupancyRow{Person: 1, Region: "noord", Staff: "anna", Kind: BusyTime, Ref: "busy", StartsAt: At(end.Add(-time.Hour)), EndsAt: At(end)})
	},
	"cases/cases": func(w world, end time.Time) string {
		return w.row("ref = 'old'", &caseRow{Region: "noord", Ref: "old", HandedOver: on(calendar.DateOf(end, time.UTC))})
	},
	"contacts/contacts": func(w world, end time.Time) string {
		w.must(w.db.Create(&feedEventRow{Region: "noord", Kind: LocationFeed, Subject: "drie", Visit: "last", StartsAt: At(end.Add(-time.Hour)), EndsAt: At(end), RevisedAt: At(end)}).Error)
		return w.row("mail = 'old@example.nl'", &contactRow{Region: "noord", Kind: LocationFeed, Subject: "drie", Mail: "old@example.nl", Language: Dutch, Calendar: ByFeed, CreatedAt: At(end)})
	},
	"outbox/mail_text": func(w world, end time.Time) string {
		w.mailed("text", end)
		return "message_id = 'text' AND CAST(content AS text) LIKE '%geheim%'"
	},
	"outbox/mail": func(w world, end time.Time) string {
		w.mailed("whole", end)
		return "message_id = 'whole'"
	},
	"replies/mail": func(w world, end time.Time) string {
		return w.row("digest = 'x'", &replyRow{Digest: "x", SeenAt: At(end), Outcome: ReplyTaken})
	},
	"answer_codes/sign_in": func(w world, end time.Time) string {
		return w.row("link = 'x'", &answerCodeRow{Link: "x", Code: make([]byte, 32), ExpiresAt: At(end)})
	},
	"feeds/tokens": func(w world, end time.Time) string {
		return w.row("id = 'x'", &feedRow{ID: "x", Secret: make([]byte, 32), Region: "noord", Kind: TeamFeed, Level: FullDetail, Language: Dutch, CreatedAt: At(end), RevokedAt: At(end)})
	},
	"feed_clients/access": func(w world, end time.Time) string {
		w.must(w.db.Create(&feedRow{ID: "y", Secret: make([]byte, 32), Region: "noord", Kind: TeamFeed, Level: FullDetail, Language: Dutch, CreatedAt: At(end)}).Error)
		return w.row("feed = 'y'", &feedClientRow{Feed: "y", Client: "c", LastUsed: on(calendar.DateOf(end, time.UTC))})
	},
	"caldav_accounts/tokens": func(w world, end time.Time) string {
		return w.row("id = 'x'", &accountRow{ID: "x", Secret: make([]byte, 32), Region: "noord", CreatedAt: At(end), RevokedAt: At(end)})
	},
	"api_tokens/tokens": func(w world, end time.Time) string {
		user := &userRow{Name: "Token", CreatedAt: At(end)}
		w.must(w.db.Create(user).Error)
		member := &membershipRow{UserID: user.ID, Role: Administrator, Everywhere: true}
		w.must(w.db.Create(member).Error)
		return w.row("id = 'x'", &apiTokenRow{ID: "x", Secret: make([]byte, 32), Membership: member.ID, Name: "x", CreatedAt: At(end), ExpiresAt: At(end)})
	},
	"location_links/tokens": func(w world, end time.Time) string {
		return w.row("id = 'x'", &locationLinkRow{ID: "x", Secret: make([]byte, 32), Contact: w.contactID(), CreatedAt: At(end), ExpiresAt: At(end)})
	},
	"sessions/sign_in": func(w world, end time.Time) string {
		return w.row("token = 'x'", &sessionRow{Token: "x", Data: doc(json.RawMessage("{}")), SeenAt: At(end), ExpiresAt: At(end)})
	},
	"sign_in_links/sign_in": func(w world, end time.Time) string {
		user := &userRow{Name: "Link", CreatedAt: At(end)}
		w.must(w.db.Create(user).Error)
		return w.row("id = 'x'", &signInLinkRow{ID: "x", Secret: make([]byte, 32), UserID: user.ID, CreatedAt: At(end), ExpiresAt: At(end)})
	},
	"sign_in_tries/sign_in": func(w world, end time.Time) string {
		return w.row("subject = 'x'", &tryRow{Subject: "x", Tries: 1, Since: At(end)})
	},
	"answered/answers": func(w world, end time.Time) string {
		return w.row("key = 'x'", &answeredRow{Actor: "user:1", Key: "x", Request: make([]byte, 32), Body: []byte{}, CreatedAt: At(end)})
	},
	"jobs/jobs": func(w world, end time.Time) string {
		return w.row("kind = 'done'", &jobRow{Kind: "done", State: JobDone, RunAt: At(end), CreatedAt: At(end), EndedAt: At(end)})
	},
	"jobs/dead_jobs": func(w world, end time.Time) string {
		return w.row("kind = 'dead'", &jobRow{Kind: "dead", State: JobDead, RunAt: At(end), CreatedAt: At(end), EndedAt: At(end)})
	},
	"staff/staff": func(w world, end time.Time) string {
		w.must(w.db.Create(&staffRow{Region: "noord", ID: "gone", Name: "Greet Weg", Photo: "greet.jpg"}).Error)
		w.must(w.db.Create(&contractRow{Region: "noord", Staff: "gone", Role: "zc", ValidTo: on(calendar.DateOf(end, time.UTC))}).Error)
		return "id = 'gone' AND name = 'Greet Weg' AND photo = 'greet.jpg'"
	},
	"portraits/portraits": func(w world, end time.Time) string {
		return w.row("name = 'old.jpg'", &portraitRow{Name: "old.jpg", Region: "noord", Staff: "anna", Picture: []byte{1}, CreatedAt: At(end)})
	},
	"users/staff": func(w world, end time.Time) string {
		return w.row("name = 'Weg' AND mail = 'weg@example.nl'", &userRow{Name: "Weg", Mail: "weg@example.nl", CreatedAt: At(end), DisabledAt: At(end)})
	},
	"tombstones/tombstones": func(w world, end time.Time) string {
		return w.row("ref = 'x'", &tombstoneRow{Kind: "contacts", Ref: "x", RemovedAt: At(end)})
	},
	"audit/audit": func(w world, end time.Time) string {
		return w.row("actor = 'old'", &auditRow{RecordedAt: At(end), Actor: "old", Role: System, Verb: Read, Object: "audit"})
	},
}

func (w world) row(where string, row any) string {
	w.Helper()
	w.must(w.db.Create(row).Error)
	return where
}

func (w world) contactID() int64 {
	w.Helper()
	var id int64
	w.must(w.db.Model(&contactRow{}).Select("min(id)").Where("subject = 'een'").Scan(&id).Error)
	return id
}

func (w world) mailed(id string, end time.Time) {
	w.Helper()
	w.must(w.db.Create(&outboxRow{
		Region: "noord", Contact: w.contactID(), Kind: DigestMail, Cause: id, MessageID: id, Content: doc(MailContent{Code: "geheim"}),
		State: MailSent, DueAt: At(end), ExpiresAt: At(end), CreatedAt: At(end), EndedAt: At(end),
	}).Error)
}

// dueAfter is when the term of what ended at a moment is over: that is written
// down again here, from the words of the terms.
func dueAfter(r *rule, end time.Time) time.Time {
	days := map[string]int{}
	for _, t := range terms {
		days[t.Name] = t.Default
	}
	from := end
	if r.term == "visits" {
		from = time.Date(end.Year(), time.July, 31, 23, 0, 0, 0, time.UTC)
		if end.Month() >= time.August {
			from = from.AddDate(1, 0, 0)
		}
	}
	return from.AddDate(0, 0, days[r.term])
}

// TestRV4_EveryTableHasItsTerm: a table without a row in the retention table
// fails here; so does a row without a table.
func TestRV4_EveryTableHasItsTerm(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		tables := map[string]bool{}
		for _, c := range w.columns() {
			table, _, _ := strings.Cut(c, ".")
			tables[table] = false
		}
		known := map[string]bool{}
		for _, t := range terms {
			known[t.Name] = true
		}
		for _, r := range retention {
			if _, there := tables[r.table]; !there {
				w.Errorf("retention names %s, which is no table", r.table)
			}
			tables[r.table] = true
			if (r.term == "") == (r.why == "") || r.term != "" && !known[r.term] {
				w.Errorf("retention of %s: want a known term, or why there is none", r.table)
			}
			if _, tested := aged[r.table+"/"+r.term]; r.term != "" && !tested {
				w.Errorf("the term %s of %s is not tested", r.term, r.table)
			}
		}
		for table, listed := range tables {
			if !listed {
				w.Errorf("table %s is not in the retention table: say in retention_terms.go how long its rows are kept, or why they have no term", table)
			}
		}
	})
}

// TestRV4_NothingIsKeptPastItsTerm puts the clock past each term: the row stays
// until a day before and is gone a day and a half after.
func TestRV4_NothingIsKeptPastItsTerm(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx, end := w.Context(), testNow
		w.imports(town("noord"))
		_, err := w.AddContact(ctx, Contact{Scope: FeedScope{"noord", LocationFeed, "een"}, Mail: "a@example.nl", Language: Dutch, Calendar: ByFeed}, testNow.AddDate(99, 0, 0))
		w.must(err)
		const around = 36 * time.Hour
		checked := 0
		for i := range retention {
			r := &retention[i]
			if r.term == "" {
				continue
			}
			where := aged[r.table+"/"+r.term](w, end)
			if r.table == "audit" {
				w.seals()
			}
			due := dueAfter(r, end)
			for _, c := range []struct {
				at   time.Time
				want int64
			}{{due.Add(-around), 1}, {due.Add(around), 0}} {
				_, err := w.Purge(ctx, testSign, c.at)
				w.must(err)
				var n int64
				w.must(w.db.Table(r.table).Where(where).Count(&n).Error)
				if n != c.want {
					w.Errorf("%s, term %s: %d rows at %s, want %d (due %s)", r.table, r.term, n, c.at, c.want, due)
				}
				checked++
			}
		}
		late := testNow.AddDate(10, 0, 0)
		_, err = w.Purge(ctx, testSign, late)
		w.must(err)
		overdue, err := w.Overdue(ctx, late)
		w.must(err)
		overdue = slices.DeleteFunc(overdue, func(p Purged) bool { return p.Table == "audit" }) // what the purge itself wrote is not sealed yet
		w.Logf("R-V4: %d tables, %d rules, %d looks; overdue ten years later: %d", len(tables), len(aged), checked, len(overdue))
		if len(overdue) > 0 {
			w.Errorf("overdue: %v", overdue)
		}
		counts, err := w.VisitCounts(ctx, "noord")
		w.must(err)
		if counts[2026]["visit"] != 2 {
			w.Errorf("visits counted %v, want 2 in the school year 2026", counts)
		}
		if _, _, err := w.LoadState(ctx, "noord"); err != nil {
			w.Errorf("the region itself: %v", err)
		}
	})
}

func TestRetentionTermsAreSet(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		w.imports(town("noord"))
		w.must(w.SetRetentionTerm(ctx, "busy", 3))
		aged["occupancy/busy"](w, testNow)
		at := testNow.AddDate(0, 0, 4)
		if due, err := w.Overdue(ctx, at); err != nil || len(due) != 1 || due[0] != (Purged{"occupancy", "busy", false, 1}) {
			w.Errorf("overdue %v (%v), want the busy time", due, err)
		}
		w.must(w.SetRetentionTerm(ctx, "busy", 0))
		if due, err := w.Overdue(ctx, at); err != nil || len(due) != 0 {
			w.Errorf("with the default again: overdue %v (%v)", due, err)
		}
		for name, days := range map[string]int{"nothing": 3, "mail": -1, "audit": longestTerm + 1} {
			if err := w.SetRetentionTerm(ctx, name, days); err == nil {
				w.Errorf("%s of %d days was set", name, days)
			}
		}
		lead := w.As(Scope{Role: Lead, Region: "noord", Actor: "user:1"})
		if err := lead.SetRetentionTerm(ctx, "mail", 3); !errors.Is(err, ErrNotFound) {
			w.Errorf("a lead sets terms: %v", err)
		}
		if _, err := lead.Purge(ctx, nil, at); !errors.Is(err, ErrNotFound) {
			w.Errorf("a lead purges: %v", err)
		}
	})
}

// TestContactsOfUseStay: with an appointment to come, or before the first plan.
func TestContactsOfUseStay(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		w.imports(town("noord"), town("zuid"))
		later := testNow.AddDate(0, 0, 100)
		for region, location := range map[string]string{"noord": "een", "zuid": "twee"} {
			_, err := w.AddContact(ctx, Contact{Scope: FeedScope{region, LocationFeed, location}, Mail: region + "@example.nl", Language: Dutch, Calendar: ByFeed}, testNow)
			w.must(err)
		}
		w.publishes(plan("noord", visit("v", "een", "anna", "2027-03-09T09:00:00Z")))
		_, err := w.Purge(ctx, testSign, later)
		w.must(err)
		for region, want := range map[string]int{"noord": 1, "zuid": 1} {
			if got, err := w.Contacts(ctx, region); err != nil || len(got) != want {
				w.Errorf("%s: %v (%v)", region, got, err)
			}
		}
		_, err = w.Purge(ctx, testSign, at("2027-05-20T00:00:00Z"))
		w.must(err)
		if got, err := w.Contacts(ctx, "noord"); err != nil || len(got) != 0 {
			w.Errorf("two months after the last visit: %v (%v)", got, err)
		}
	})
}

func TestSchoolYear(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{"2027-07-31": "2026-08-01", "2027-08-01": "2027-08-01", "2027-01-01": "2026-08-01"} {
		if got := schoolYear(date(day)).String(); got != want {
			t.Errorf("%s is of the school year from %s, want %s", day, got, want)
		}
	}
}
