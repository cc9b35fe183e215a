package api_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

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
