package v1

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// What everybody carries: a lead sees it all, somebody of the staff their own, and
// who sees figures only nothing of a team of two.
func TestLoadsOverTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.plans("noord")
		const at = "/regions/noord/loads?limit=200&from=2027-01-01&to=2027-12-31"
		all := into[LoadPage](w, w.asks(lead, "GET", at+"&by=staff,kind", nil), 200)
		if len(all.Items) < 3 || all.Plan == 0 || all.Region == 0 {
			w.Fatalf("loads %+v", all)
		}
		sum := func(p LoadPage, staff string) (n int64) {
			for _, l := range p.Items {
				if staff == "" || l.Staff == staff {
					n += l.Minutes
				}
			}
			return n
		}
		for _, by := range []string{"month", "district", "budget,organisation", "month,staff,role,kind,detail"} {
			if got := sum(into[LoadPage](w, w.asks(lead, "GET", at+"&by="+by, nil), 200), ""); got != sum(all, "") {
				w.Errorf("by %s: %d minutes, want %d", by, got, sum(all, ""))
			}
		}
		own := into[LoadPage](w, w.asks(anna, "GET", at+"&by=staff,kind", nil), 200)
		if sum(own, "") != sum(all, "anna") || sum(own, "anna") != sum(all, "anna") || sum(own, "") == 0 {
			w.Errorf("anna sees %+v", own)
		}
		if other := into[LoadPage](w, w.asks(anna, "GET", at+"&staff=bram", nil), 200); len(other.Items) != 0 {
			w.Errorf("anna sees of bram %+v", other)
		}
		if few := into[LoadPage](w, w.asks(auditor, "GET", at, nil), 200); len(few.Items) != 0 {
			w.Errorf("the auditor sees of two people %+v", few)
		}
		w.refused(w.asks(auditor, "GET", at+"&by=staff", nil), 403, problem.Forbidden)
		w.refused(w.asks(auditor, "GET", at+"&staff=anna", nil), 403, problem.Forbidden)
		w.refused(w.asks(lead, "GET", at+"&by=name", nil), 400, problem.BadRequest)
		w.refused(w.asks(lead, "GET", "/regions/noord/loads?from=2027-05-01&to=2027-04-01", nil), 400, problem.BadRequest)
		w.pagesOfLoads(all)
		supply := into[Page[Supply]](w, w.asks(lead, "GET", "/regions/noord/supply?from=2027-01-01&to=2027-12-31&by=staff", nil), 200)
		if len(supply.Items) != 2 || supply.Items[0].Contract-supply.Items[0].Holiday-supply.Items[0].Absent-supply.Items[0].NonCase != supply.Items[0].Net {
			w.Errorf("supply %+v", supply)
		}
	})
}

// pagesOfLoads reads a list two at a time.
func (w world) pagesOfLoads(all LoadPage) {
	w.Helper()
	var got []Load
	next := ""
	for range len(all.Items) {
		path := "/regions/noord/loads?limit=2&from=2027-01-01&to=2027-12-31&by=staff,kind"
		if next != "" {
			path += "&cursor=" + next
		}
		page := into[LoadPage](w, w.asks(lead, "GET", path, nil), 200)
		if got, next = append(got, page.Items...), page.Next; next == "" {
			break
		}
	}
	if !slices.Equal(got, all.Items) {
		w.Errorf("in pages %+v, want %+v", got, all.Items)
	}
}

func TestForecastOverTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		const at = "/regions/noord/forecast"
		f := into[Forecast](w, w.asks(lead, "GET", at, nil), 200)
		if len(f.Months) != 18 || f.From != "2027-01-12" || f.Months[0].Supply == nil || f.Months[0].Demand == 0 {
			w.Errorf("forecast %+v", f)
		}
		both := into[Forecast](w, w.asks(lead, "GET", at+"?districts=true&months=12&from=2027-01-01", nil), 200)
		if len(both.Months) != 24 || both.To != "2027-12-31" {
			w.Errorf("%d rows to %s", len(both.Months), both.To)
		}
		seen := into[Forecast](w, w.asks(auditor, "GET", at+"?districts=true", nil), 200)
		if len(seen.Months) != 18 || seen.Months[0].Supply != nil || seen.Months[0].Short != nil || seen.Months[0].Demand == 0 || len(seen.Misfits) != 0 {
			w.Errorf("the auditor sees %+v", seen)
		}
		w.refused(w.asks(anna, "GET", at, nil), 403, problem.Forbidden)
		w.refused(w.asks(lead, "GET", at+"?months=37", nil), 400, problem.BadRequest)
		waits := into[WaitingTimes](w, w.asks(lead, "GET", "/regions/noord/waiting-times?runs=3&months=6&seed=5", nil), 200)
		if waits.Seed != 5 || waits.Runs != 3 {
			w.Errorf("waiting times %+v", waits)
		}
		w.refused(w.asks(lead, "GET", "/regions/noord/waiting-times?runs=1000", nil), 400, problem.BadRequest)
		into[WaitingTimes](w, w.asks(auditor, "GET", "/regions/noord/waiting-times?runs=1&months=1", nil), 200)
		silent := into[Page[SilentLocation]](w, w.asks(anna, "GET", "/regions/noord/silent-locations?limit=2", nil), 200)
		if len(silent.Items) != 2 || !silent.Items[0].Outreach || silent.Next == "" {
			w.Errorf("silent %+v", silent)
		}
		if rest := into[Page[SilentLocation]](w, w.asks(anna, "GET", "/regions/noord/silent-locations?limit=2&cursor="+silent.Next, nil), 200); len(rest.Items) != 1 {
			w.Errorf("the rest %+v", rest)
		}
	})
}

// A lead lays scenarios side by side and publishes one of them.
func TestComparisonOverTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.works()
		const at = "/regions/noord/comparisons"
		var ids []int64
		for _, c := range []ScenarioChanges{
			{
				Copies: []ScenarioCopy{{ID: "carla", Like: "anna", Role: "zc", Hours: 21.6, From: "2027-03-01"}},
				Norms:  []ScenarioNorm{{Key: "case_weeks", Value: 10, From: "2027-01-01"}},
				Merges: []ScenarioMerge{{Into: "WK01", Name: "Alles", Districts: []string{"WK01", "WK02"}}},
				Towns:  []ScenarioTown{{Code: "0209", Name: "Beuningen", SchoolRegion: "zuid"}},
				Areas:  []ScenarioDistrict{{ID: "WK02", Name: "Beuningen", Town: "0209"}},
				Open:   []ScenarioLocation{{ID: "vier", Name: "Vier", Like: "een", District: "WK02", Town: "0209"}},
				Ends:   "2027-11-30",
			},
			{Leave: []ScenarioLeave{{"bram", "2027-03-31"}}},
		} {
			s := into[Scenario](w, w.asks(lead, "POST", "/regions/noord/scenarios", ScenarioRequest{fmt.Sprint("scenario ", len(ids)), c}), 201)
			ids = append(ids, s.ID)
			again := w.asks(lead, "PUT", fmt.Sprintf("/regions/noord/scenarios/%d", s.ID), ScenarioRequest{s.Name, s.Changes}, "If-Match", "*")
			if kept := into[Scenario](w, again, 200); len(kept.Changes.Copies) != len(c.Copies) || kept.Changes.Ends != c.Ends || len(kept.Changes.Merges) != len(c.Merges) || len(kept.Changes.Norms) != len(c.Norms) {
				w.Errorf("%+v came back as %+v", c, kept.Changes)
			}
		}
		j := into[Job](w, w.asks(lead, "POST", at, ComparisonRequest{Scenarios: ids, Year: 2027, Iterations: 10, Months: 12, Runs: 2}), 202)
		done := w.ends(j.ID)
		report, _ := done.Result["report_id"].(float64)
		if done.State != "done" || report == 0 {
			w.Fatalf("job %+v", done)
		}
		c := into[Comparison](w, w.asks(lead, "GET", fmt.Sprintf("%s/%v", at, report), nil), 200)
		if len(c.Columns) != 3 || c.Columns[0].Scenario != 0 || c.Columns[1].Staff != 3 || c.Columns[1].Locations != 4 || c.Columns[2].Name != "scenario 1" || c.Stale {
			w.Fatalf("comparison %+v", c)
		}
		for _, col := range c.Columns {
			if len(col.Loads) == 0 || len(col.Months) == 0 || col.Faces == 0 || col.Visits == 0 {
				w.Errorf("column %+v", col)
			}
		}
		list := into[Page[Comparison]](w, w.asks(lead, "GET", at, nil), 200)
		if len(list.Items) != 1 || list.Items[0].Columns != nil {
			w.Errorf("list %+v", list)
		}
		into[Publication](w, w.asks(lead, "POST", fmt.Sprintf("/regions/noord/scenarios/%d/publications", ids[1]), nil), 201)
		if c = into[Comparison](w, w.asks(lead, "GET", fmt.Sprintf("%s/%v", at, report), nil), 200); !c.Stale {
			w.Error("still fresh after one of them was published")
		}
		for _, body := range []string{`{"scenario_ids":[]}`, `{"scenario_ids":[1,2,3,4,5,6]}`, fmt.Sprintf(`{"scenario_ids":[%d,%d]}`, ids[0], ids[0])} {
			w.refused(w.asks(lead, "POST", at, body), 400, problem.BadRequest)
		}
		w.refused(w.asks(southern, "GET", fmt.Sprintf("/regions/zuid/comparisons/%v", report), nil), 404, problem.NotFound)
		r := into[Job](w, w.asks(lead, "POST", "/regions/noord/remedies", RemedyRequest{Year: 2027, Iterations: 10}), 202)
		if done = w.ends(r.ID); done.State != "done" {
			w.Fatalf("job %+v", done)
		}
		if found := into[Page[Remedies]](w, w.asks(lead, "GET", "/regions/noord/remedies", nil), 200); len(found.Items) != 1 || found.Items[0].Iterations != 10 {
			w.Errorf("remedies %+v", found)
		}
	})
}

// A ceiling is agreed, shown to whom it concerns, changed and taken back, and the
// audit log has it.
func TestCeilingsOverTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		const at = "/regions/noord/ceilings"
		one := w.made(lead, at, `{"id":"cases","measure":"cases","limit":1,"warn_at":50,"role":"zc","source":"team, 2026"}`)
		w.refused(w.asks(lead, "POST", at, `{"id":"cases","measure":"cases","limit":2}`), 400, problem.BadRequest)
		w.refused(w.asks(lead, "POST", at, `{"id":"x","measure":"children","limit":2}`), 400, problem.BadRequest)
		w.refused(w.asks(anna, "GET", at, nil), 403, problem.Forbidden)
		for range 2 {
			w.made(anna, "/regions/noord/cases", `{"staff_id":"anna","kind":"trajectory","minutes_week":10,"opened":"2027-01-04"}`)
		}
		lines := into[Page[CeilingLine]](w, w.asks(lead, "GET", "/regions/noord/ceiling-lines?state=passed", nil), 200)
		if len(lines.Items) != 1 || lines.Items[0].Staff != "anna" || lines.Items[0].Value != 2 || len(lines.Items[0].Choices) == 0 {
			w.Fatalf("lines %+v", lines)
		}
		if own := into[Page[CeilingLine]](w, w.asks(bram, "GET", "/regions/noord/ceiling-lines", nil), 200); len(own.Items) != 1 || own.Items[0].Staff != "bram" {
			w.Errorf("bram sees %+v", own)
		}
		if err := w.NoteCeilings(w.Context()); err != nil {
			w.Fatal(err)
		}
		for who, want := range map[service.Scope]int{lead: 1, anna: 1, bram: 0} {
			if got := into[Page[CeilingNotice]](w, w.asks(who, "GET", "/regions/noord/ceiling-notices", nil), 200); len(got.Items) != want {
				w.Errorf("%s sees %+v, want %d", who.Actor, got, want)
			}
		}
		c := w.asks(lead, "GET", one, nil)
		w.refused(w.asks(lead, "PUT", one, `{"id":"cases","measure":"cases","limit":4}`), 428, problem.NeedsIfMatch)
		into[Ceiling](w, w.asks(lead, "PUT", one, `{"id":"cases","measure":"cases","limit":4}`, "If-Match", c.Header().Get("ETag")), 200)
		if left := into[Page[CeilingLine]](w, w.asks(lead, "GET", "/regions/noord/ceiling-lines?state=passed", nil), 200); len(left.Items) != 0 {
			w.Errorf("lines %+v", left)
		}
		if gone := w.asks(lead, "DELETE", one, nil, "If-Match", "*"); gone.Code != 204 {
			w.Errorf("removed: %d %s", gone.Code, gone.Body)
		}
		log := into[Page[AuditEntry]](w, w.asks(lead, "GET", "/regions/noord/audit-entries?limit=200", nil), 200)
		acts := map[string]int{}
		for _, e := range log.Items {
			acts[e.Object+" "+e.Verb]++
		}
		if acts["ceiling create"] != 1 || acts["ceiling change"] != 1 || acts["ceiling remove"] != 1 || acts["ceiling_notice create"] != 1 {
			w.Errorf("audit %v", acts)
		}
	})
}

func TestPeriodsAndHoursOverTheAPI(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.plans("noord")
		const at = "/regions/noord/closed-periods"
		one := w.made(lead, at, `{"from":"2026-01-01","to":"2026-12-31"}`)
		w.refused(w.asks(lead, "POST", at, `{"from":"2026-12-01","to":"2026-12-31"}`), 409, problem.Conflict)
		w.refused(w.asks(lead, "POST", at, `{"from":"2027-01-01","to":"2027-12-31"}`), 400, problem.BadRequest)
		all := into[Page[ClosedPeriod]](w, w.asks(lead, "GET", at, nil), 200)
		if len(all.Items) != 1 || len(all.Items[0].Loads) != 2 || all.Items[0].Actor != lead.Actor || all.Items[0].Loads[0].Capacity == 0 {
			w.Errorf("closed %+v", all)
		}
		if own := into[Page[ClosedPeriod]](w, w.asks(bram, "GET", at, nil), 200); len(own.Items[0].Loads) != 1 || own.Items[0].Loads[0].Staff != "bram" {
			w.Errorf("bram sees %+v", own)
		}
		if fair := into[Page[FairShare]](w, w.asks(anna, "GET", "/regions/noord/fair-shares", nil), 200); len(fair.Items) != 1 || fair.Items[0].Staff != "anna" || fair.Items[0].Periods != 1 {
			w.Errorf("anna's share %+v", fair)
		}
		stale := `{"region_version":99,"from":"2027-01-01","to":"2027-12-31"}`
		w.refused(w.asks(lead, "POST", "/regions/noord/fair-shares", stale), 409, problem.Stale)
		if gone := w.asks(lead, "DELETE", one, nil); gone.Code != 204 {
			w.Errorf("removed: %d %s", gone.Code, gone.Body)
		}
		w.refused(w.asks(lead, "DELETE", one, nil), 404, problem.NotFound)
		w.refused(w.asks(lead, "DELETE", at+"/yesterday", nil), 404, problem.NotFound)
		h := into[HoursStatement](w, w.asks(lead, "GET", "/regions/noord/hours-statement?from=2027-01-01&to=2027-12-31", nil), 200)
		var lines, totals int64
		for _, l := range h.Lines {
			lines += l.Planned
		}
		for _, l := range h.Totals {
			totals += l.Planned
		}
		if lines == 0 || lines != totals || h.Until != "2027-01-12" || h.Totals[0].Organisation != "ggd" {
			w.Errorf("statement %+v", h)
		}
		const file = "/regions/noord/hours-statement-file?from=2027-01-01&to=2027-12-31"
		csv := w.asks(lead, "GET", file, nil)
		if csv.Code != 200 || !strings.HasPrefix(csv.Header().Get("Content-Type"), "text/csv") || strings.Count(csv.Body.String(), "\n") != 1+len(h.Lines)+len(h.Totals) {
			w.Errorf("as CSV: %d %s %s", csv.Code, csv.Header().Get("Content-Type"), csv.Body)
		}
		sheet := w.asks(lead, "GET", file+"&format=xlsx", nil)
		if sheet.Code != 200 || !strings.HasPrefix(sheet.Body.String(), "PK") || !strings.Contains(sheet.Header().Get("Content-Disposition"), `"hours-2027-01-01-2027-12-31.xlsx"`) {
			w.Errorf("as XLSX: %d %v", sheet.Code, sheet.Header())
		}
		w.refused(w.asks(auditor, "GET", "/regions/noord/hours-statement", nil), 403, problem.Forbidden)
		proposed := into[Recalibrations](w, w.asks(lead, "GET", "/regions/noord/recalibrations", nil), 200)
		if len(proposed.Items) != 3 || proposed.Items[0].Enough || proposed.Items[0].New != proposed.Items[0].Old {
			w.Errorf("recalibrations %+v", proposed)
		}
		taken := map[string]any{"region_version": proposed.Region, "visit_types": []string{"visit"}}
		w.refused(w.asks(lead, "POST", "/regions/noord/recalibrations", taken), 400, problem.BadRequest)
		taken["region_version"] = proposed.Region + 1
		w.refused(w.asks(lead, "POST", "/regions/noord/recalibrations", taken), 409, problem.Stale)
		norms := into[Norms](w, w.asks(auditor, "GET", "/regions/noord/norms?organisation=ggd", nil), 200)
		if len(norms.Items) < 30 || norms.Programme.Version != 1 {
			w.Errorf("norms %+v", norms)
		}
		for _, n := range norms.Items {
			if n.Source == "" {
				w.Errorf("%s has no source", n.Key)
			}
		}
		w.made(lead, "/regions/noord/assumptions", `{"key":"case_weeks","value":10,"source":"team, 2026"}`)
		versions := into[Page[ProgrammeVersion]](w, w.asks(lead, "GET", "/regions/noord/programme-versions", nil), 200)
		if len(versions.Items) != 2 || versions.Items[0].Version != 2 {
			w.Errorf("versions %+v", versions)
		}
		value := func(path string) (n Norm) {
			for _, n = range into[Norms](w, w.asks(lead, "GET", path, nil), 200).Items {
				if n.Key == "case_weeks" {
					return n
				}
			}
			return n
		}
		if was, is := value("/regions/noord/programme-versions/1"), value("/regions/noord/norms"); was.Value != 20 || !was.Default || is.Value != 10 || is.Source != "team, 2026" {
			w.Errorf("case_weeks was %+v and is %+v", was, is)
		}
	})
}
