package api_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// A what-if is described, worked out and laid beside the plan, on a phone.
func TestScenarioOnAPhone(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{Width: 360, Height: 740})
	b.Go("/scenarios?lang=nl")
	b.Fill("#name", "Zonder zorgcoördinator 5")
	b.Fill("#change", "close")
	b.Fill("#who", "staff zc-5")
	b.Fill("#from", "2027-06-01")
	b.Follow("form[action='/scenarios'] button")
	if b.Text("#who-fault") == "" {
		t.Error("a person can be closed")
	}
	b.Fill("#change", "hours")
	b.Fill("#hours", "12")
	b.Follow("form[action='/scenarios'] button")
	b.WaitText("#notice", "Opgeslagen")
	b.Focus("form[action='/scenarios/plan'] button")
	b.FollowKeys(kb.Enter)
	b.WaitText("#progress", "Klaar")
	b.Follow("#progress a")
	b.WaitText("section[aria-labelledby=beside]", "Zonder zorgcoördinator 5")
	b.Check("scenarios side by side on a phone")
}

// A file is looked at first and taken then.
func TestImportWithADiff(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{})
	csv, err := os.ReadFile("../examples/nijmegen/staff.csv")
	p.must(err)
	at := filepath.Join(t.TempDir(), "staff.csv")
	p.must(os.WriteFile(at, []byte(strings.Replace(string(csv), "Zorgcoördinator 1", "Anna de Boer", 1)), 0o600))
	b.Go("/import?lang=nl")
	b.Fill("#kind", "staff")
	b.Files("#file", at)
	b.Follow("form[action='/import'] button")
	b.WaitText("section[aria-labelledby=diff]", "Anna de Boer")
	b.Check("the differences of a file")
	if p.state().Staff[0].Name == "Anna de Boer" {
		t.Error("looking at a file changed something")
	}
	b.Follow("form[action='/import/accept'] button")
	b.WaitText("#notice", "Overgenomen")
	found := false
	for _, s := range p.state().Staff {
		found = found || s.Name == "Anna de Boer"
	}
	if !found {
		t.Error("the file was not taken")
	}
	p.must(os.WriteFile(at, []byte("staff_id,name\nzc-1\n"), 0o600))
	b.Fill("#kind", "staff")
	b.Files("#file", at)
	b.Follow("form[action='/import'] button")
	if b.Text("#file-fault") == "" {
		t.Error("a file with faults has none next to its field")
	}
}

// An address of a calendar is made, shown once, and ended; a meeting and a norm
// are set; without scripts.
func TestLinksMeetingsAndNorms(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{NoScript: true, Width: 360})
	b.Go("/links?lang=nl")
	b.Fill("#whose", "staff zc-2")
	b.Follow("form[action='/links/feed'] button")
	if secret := b.Text("section[aria-labelledby=made] code"); !strings.Contains(secret, "/subscribe/") {
		t.Errorf("the address is %q", secret)
	}
	b.Follow("form[action='/links/feed/end'] button")
	b.WaitText("#notice", "Ingetrokken")
	b.WaitText("section[aria-labelledby=feeds]", "ingetrokken")

	b.Go("/meetings")
	b.Fill("#name", "Themamiddag")
	b.Fill("#day", "2027-05-10")
	b.Fill("#clock", "13:00")
	b.Fill("#roles", "zorgcoordinator")
	b.Fill("#rrule", "FREQ=HOURLY")
	b.Follow("form[action='/meetings'] button")
	if b.Text("#rrule-fault") == "" {
		t.Errorf("a rule that is refused has no fault next to it: %s", b.Text("main"))
	}
	b.Fill("#rrule", "")
	b.Follow("form[action='/meetings'] button")
	b.WaitText("section[aria-labelledby=list]", "Themamiddag")

	b.Go("/assumptions")
	b.Fill("#value", "veel")
	b.Fill("#from", "2027-07-01")
	b.Follow("form[action='/assumptions'] button")
	if b.Text("#value-fault") == "" {
		t.Error("a norm can be a word")
	}
	b.Fill("#value", "12")
	b.Follow("form[action='/assumptions'] button")
	b.WaitText("#notice", "Opgeslagen")
	b.WaitText("section[aria-labelledby=list]", "2027-07-01")
}

// The payloads of R-F4: each runs window.ran where a page takes it for markup.
var payloads = []string{
	`<script>window.ran=1</script>`, `<img src=x onerror="window.ran=1">`, `"><svg onload=window.ran=1>`, `'-window.ran=1-'`,
	`javascript:window.ran=1`, `<a href="javascript:window.ran=1">x</a>`, `</title><script>window.ran=1</script>`, `{{.}}<script>window.ran=1</script>`,
	`<details open ontoggle=window.ran=1>`, `<iframe srcdoc="<script>parent.ran=1</script>">`, "`${window.ran=1}`", `<style>@import"//x"</style>`,
}

// TestRF4_Payloads puts the payloads in fields and addresses and looks at the
// pages that show them: nothing runs, and the policy has nothing to refuse.
func TestRF4_Payloads(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{})
	shown := 0
	look := func(path string) {
		b.Go(path)
		if chromium.Eval[bool](b, "!!window.ran") {
			t.Errorf("%s ran", path)
		}
		if refused := chromium.Eval[[]string](b, "window.watched.refused"); len(refused) > 0 {
			t.Errorf("%s: the policy refused %v", path, refused)
		}
		shown++
	}
	own := p.As(store.Scope{Role: store.Lead, Actor: "user:1", Region: p.region})
	for i, payload := range payloads {
		_, err := own.AddScenario(t.Context(), p.region, payload, planner.Scenario{Leave: []planner.LastDay{{ID: "zc-5", On: calendar.NewDate(2027, 6, 1)}}})
		p.must(err)
		_, _, err = own.Edit(t.Context(), p.region, func(*planner.State) (service.Edit, service.Act, error) {
			row := service.Cells{"meeting_id": fmt.Sprint("m", i), "name": payload, "start": "2027-05-10T13:00", "minutes": "60", "roles": "zorgcoordinator"}
			return service.Edit{Kind: "meetings", At: -1, Rows: []service.Cells{row}}, service.Act{Verb: service.Created, Object: "meeting"}, nil
		})
		p.must(err)
		q := url.QueryEscape(payload)
		look("/coverage?state=" + q + "&said=" + q + "&lang=" + q)
		if i < 3 {
			look("/board?role=" + q)
			look("/board/move?role=zorgcoordinator&location=" + q + "&to=" + q)
		}
	}
	look("/scenarios")
	look("/meetings")
	if n := b.Count("section[aria-labelledby=list] tbody tr"); n < len(payloads) {
		t.Errorf("%d meetings are shown, want the %d payloads among them", n, len(payloads))
	}
	t.Logf("%d pages with %d payloads: 0 executions", shown, len(payloads))
}
