package v1

import (
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// weekly is a team meeting on Tuesdays, from 19 January 2027 on.
const weekly = `{"meeting_id":"team","name":"Teamoverleg","date":"2027-01-19","time":"09:00","minutes":60,"rrule":"FREQ=WEEKLY;COUNT=4","roles":["zc"]}`

func (w world) occurrences(id string) string {
	w.Helper()
	var days []string
	for _, o := range into[Page[Occurrence]](w, w.asks(lead, "GET", "/regions/noord/meetings/"+id+"/occurrences", nil), 200).Items {
		days = append(days, o.Date+" "+o.Clock)
	}
	return strings.Join(days, ", ")
}

func TestOccurrencesMoveAndAreCalledOff(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := w.made(lead, "/regions/noord/meetings", weekly)
		tag := func() string { return w.asks(lead, "GET", at, nil).Header().Get("ETag") }
		if got := w.occurrences("team"); got != "2027-01-19 09:00, 2027-01-26 09:00, 2027-02-02 09:00, 2027-02-09 09:00" {
			w.Fatal(got)
		}
		move := func(day, to, clock string, code int) OccurrenceOut {
			w.Helper()
			a := w.asks(lead, "PUT", at+"/occurrences/"+day, map[string]string{"date": to, "time": clock}, "If-Match", tag())
			if a.Code != code {
				w.Fatalf("%s to %s %s: %d %s", day, to, clock, a.Code, a.Body)
			}
			if code != 200 {
				return OccurrenceOut{}
			}
			return into[OccurrenceOut](w, a, 200)
		}
		w.refused(w.asks(lead, "DELETE", at+"/occurrences/2027-01-26", nil), 428, problem.NeedsIfMatch)
		w.refused(w.asks(lead, "DELETE", at+"/occurrences/2027-01-26", nil, "If-Match", `"old"`), 412, problem.Changed)
		move("2027-01-20", "2027-01-21", "09:00", 404) // no day of it
		move("2027-01-19", "2027-01-26", "09:00", 409) // twice on one day
		move("2027-01-19", "2027-01-21", "09:00", 200)
		off := into[OccurrenceOut](w, w.asks(lead, "DELETE", at+"/occurrences/2027-01-26", nil, "If-Match", tag()), 200)
		if !slices.Equal(off.Meeting.Except, []string{"2027-01-19", "2027-01-26"}) || !slices.Equal(off.Meeting.Besides, []string{"2027-01-21"}) {
			w.Errorf("called off: %+v", off.Meeting)
		}
		own := move("2027-02-02", "2027-02-03", "13:30", 200)
		if own.Besides == nil || own.Besides.ID != "team-2027-02-02" || own.Besides.Clock != "13:30" || own.Besides.Rule != "" {
			w.Errorf("at another time of day: %+v", own.Besides)
		}
		if got := w.occurrences("team") + "; " + w.occurrences("team-2027-02-02"); got != "2027-01-21 09:00, 2027-02-09 09:00; 2027-02-03 13:30" {
			w.Error(got)
		}
		move("2027-01-21", "2027-01-19", "09:00", 200) // back
		if got := w.occurrences("team"); got != "2027-01-19 09:00, 2027-02-09 09:00" {
			w.Error(got)
		}
		if recorded := into[struct{ Items []AuditEntry }](w, w.asks(auditor, "GET", "/regions/noord/audit-entries?object=meeting", nil), 200).Items; len(recorded) != 5 {
			w.Errorf("%d lines in the audit log, want 5: %+v", len(recorded), recorded)
		}
		w.refused(w.asks(lead, "GET", at+"/occurrences?from=2027-01-01&to=2030-01-01", nil), 400, problem.BadRequest)
	})
}

func TestMeetingsAreCheckedAndMomentsFound(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		at := "/regions/noord/"
		w.made(lead, at+"absences", `{"staff_id":"anna","from":"2027-01-26","to":"2027-01-26"}`)
		check := into[MeetingCheck](w, w.asks(lead, "POST", at+"meeting-checks", `{"meeting":`+weekly+`}`), 200)
		if len(check.Occurrences) != 4 || check.Clashes != 1 || check.Occurrences[1].Obstacles[0].Code != "absent" || len(check.Occurrences[1].Repairs) == 0 {
			w.Errorf("checked: %+v", check)
		}
		if list := into[Page[Meeting]](w, w.asks(lead, "GET", at+"meetings", nil), 200); len(list.Items) != 0 {
			w.Errorf("a check wrote %+v", list.Items)
		}
		unknown := strings.Replace(weekly, `"zc"`, `"nobody"`, 1)
		if a := w.asks(lead, "POST", at+"meeting-checks", `{"meeting":`+unknown+`}`); a.Code != 400 || !strings.Contains(a.Body.String(), "body.roles") {
			w.Errorf("an unknown role: %d %s", a.Code, a.Body)
		}
		question := `{"minutes":60,"from":"2027-01-25","to":"2027-01-26","staff":["anna"],"one_of":[["zc"]],"location_id":"een",
			"parties":[{"name":"jgz","open":[{"day":"mo","from":"13:00","to":"15:00"}]}]}`
		found := into[Moments](w, w.asks(lead, "POST", at+"meeting-moments", question), 200)
		if len(found.Items) != 2 || found.Items[0].ID != "2027-01-25T13:00" || !slices.Equal(found.Items[0].Staff, []string{"anna", "bram"}) {
			w.Errorf("found %+v", found.Items)
		}
		if a := w.asks(lead, "POST", at+"meeting-moments", `{"minutes":60,"staff":["anna","nobody"]}`); a.Code != 400 {
			w.Errorf("unknown staff: %d %s", a.Code, a.Body)
		}
		poll := `{"candidates":["2027-01-25T13:00","2027-01-25T13:30"],"who":["anna","jgz"],"replies":[
			{"candidate_id":"2027-01-25T13:00","who":"jgz","answer":"no"},{"candidate_id":"2027-01-25T13:30","who":"jgz","answer":"yes"},
			{"candidate_id":"2027-01-25T13:30","who":"anna","answer":"if_needed"}]}`
		ranked := into[Standings](w, w.asks(lead, "POST", at+"meeting-standings", poll), 200)
		if ranked.Pick != "2027-01-25T13:30" || ranked.Items[1].No != 1 || !slices.Equal(ranked.Items[1].Open, []string{"anna"}) {
			w.Errorf("ranked %+v", ranked)
		}
		w.refused(w.asks(lead, "POST", at+"meeting-standings", strings.Replace(poll, "T13:00", "T25:00", 1)), 400, problem.BadRequest)
	})
}
