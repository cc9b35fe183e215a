package v1

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

func TestOneMoreVisitIsSuggested(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/visit-suggestions?location=een&role=zc&visitType=first"
		w.refused(w.asks(lead, "GET", at, nil), 409, problem.NeedsPlan)
		p := &peopled{world: w, plan: map[string]int64{}, draft: map[string]int64{}, job: map[string]int64{}, publication: map[string]int64{}}
		p.planned("noord")
		found := into[Suggestions](w, w.asks(lead, "GET", at+"&from=2027-10-01&to=2027-10-08&limit=3", nil), 200)
		if len(found.Items) == 0 || len(found.Items) > 3 || found.Items[0].Staff == "" || found.Items[0].Date < "2027-10-01" || found.Items[0].Date > "2027-10-08" {
			w.Errorf("suggested %+v", found)
		}
		w.refused(w.asks(lead, "GET", strings.Replace(at, "=een", "=nowhere", 1), nil), 400, problem.BadRequest)
		w.refused(w.asks(lead, "GET", at+"&from=2027-10-01&to=2028-10-08", nil), 400, problem.BadRequest)
	})
}

// TestHistoryOfAssignments asks who served a location on a day, before and after
// it was known otherwise.
func TestHistoryOfAssignments(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/assignment-history?on=2027-06-01"
		version := into[Region](w, w.asks(lead, "GET", "/regions/noord", nil), 200).Version
		w.made(lead, "/regions/noord/assignments", `{"location_id":"een","role":"zc","staff_id":"anna","valid_from":"2027-05-01"}`)
		now := into[Page[Assignment]](w, w.asks(lead, "GET", at, nil), 200).Items
		if len(now) != 1 || now[0].Staff != "anna" || now[0].Name == "" {
			w.Errorf("now %+v", now)
		}
		if before := into[Page[Assignment]](w, w.asks(lead, "GET", fmt.Sprint(at, "&version=", version), nil), 200).Items; len(before) != 0 {
			w.Errorf("as it was known then: %+v", before)
		}
		if early := into[Page[Assignment]](w, w.asks(lead, "GET", strings.Replace(at, "06-01", "04-30", 1), nil), 200).Items; len(early) != 0 {
			w.Errorf("the day before: %+v", early)
		}
		elsewhere := service.Scope{Role: service.LocationContact, Actor: "contact:9", Region: "noord", Location: "twee"}
		if none := into[Page[Assignment]](w, w.asks(elsewhere, "GET", at, nil), 200).Items; len(none) != 0 {
			w.Errorf("a contact of another location sees %+v", none)
		}
	})
}

func TestInvitationsTellTheirAnswers(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		body := `{"kind":"location","subject":"een","name":"Els","mail":"els@example.nl","language":"nl","calendar":"invitation"}`
		into[Contact](w, w.asks(lead, "POST", "/regions/noord/contacts", body), 201)
		p := &peopled{world: w, plan: map[string]int64{}, draft: map[string]int64{}, job: map[string]int64{}, publication: map[string]int64{}}
		p.planned("noord")
		all := into[Page[Invitation]](w, w.asks(lead, "GET", "/regions/noord/invitations", nil), 200).Items
		if len(all) == 0 || all[0].Location != "een" || all[0].Answer != "" || all[0].Start.Before(testNow.Add(-time.Hour)) {
			w.Errorf("invited to %+v", all)
		}
		elsewhere := service.Scope{Role: service.LocationContact, Actor: "contact:9", Region: "noord", Location: "twee"}
		if none := into[Page[Invitation]](w, w.asks(elsewhere, "GET", "/regions/noord/invitations", nil), 200).Items; len(none) != 0 {
			w.Errorf("a contact of another location sees %+v", none)
		}
	})
}

func TestRetentionAndTheAuditLogAsAWhole(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/retention-terms/contacts"
		w.refused(w.asks(admin, "PUT", at, `{"days":90}`), 428, problem.NeedsIfMatch)
		was := w.asks(admin, "GET", at, nil)
		if term := into[RetentionTerm](w, was, 200); term.Days != 60 || term.Default != 60 {
			w.Errorf("the term is %+v", term)
		}
		if term := into[RetentionTerm](w, w.asks(admin, "PUT", at, `{"days":90}`, "If-Match", was.Header().Get("ETag")), 200); term.Days != 90 || term.Default != 60 {
			w.Errorf("the term became %+v", term)
		}
		w.refused(w.asks(admin, "PUT", at, `{"days":80}`, "If-Match", was.Header().Get("ETag")), 412, problem.Changed)
		w.refused(w.asks(admin, "PUT", "/retention-terms/nothing", `{"days":80}`, "If-Match", "*"), 404, problem.NotFound)
		w.refused(w.asks(admin, "PUT", at, `{"days":-1}`, "If-Match", "*"), 400, problem.BadRequest)
		if err := w.SealAudit(w.Context()); err != nil {
			w.Fatal(err)
		}
		if check := into[AuditCheck](w, w.asks(admin, "POST", "/audit-checks", nil), 200); !check.Whole || check.Checked == 0 || check.Head == "" {
			w.Errorf("checked %+v", check)
		}
		w.made(lead, "/regions/noord/absences", `{"staff_id":"anna","from":"2027-08-02","to":"2027-08-03"}`)
		log := w.asks(auditor, "GET", "/regions/noord/audit-log", nil)
		if entries := into[[]map[string]any](w, log, 200); len(entries) == 0 || entries[0]["actieNaam"] == nil {
			w.Errorf("the log is %s", log.Body)
		}
	})
}
