package api_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/api"
)

// TestCalDAVCostIsBounded sends requests of a megabyte that are made to be dear:
// conditions by the thousand, and a text in as many pieces as fit.
func TestCalDAVCostIsBounded(t *testing.T) {
	w := newDAV(t)
	visits := map[string]string{}
	for i := range 300 {
		visits[fmt.Sprintf("visit-%03d", i)] = time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC).AddDate(0, 0, i).Format(time.RFC3339)
	}
	w.publish(visits)
	query := func(conditions string) string {
		return `<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop><getetag/></prop><C:filter>` +
			`<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` + conditions + `</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`
	}
	match := `<C:text-match>e</C:text-match>`
	property := func(inner string) string { return `<C:prop-filter name="SUMMARY">` + inner + `</C:prop-filter>` }
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"no filter":           {`<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop><getetag/></prop></C:calendar-query>`, 403},
		"a few conditions":    {query(property(strings.Repeat(match, 20))), 207},
		"many conditions":     {query(property(strings.Repeat(match, 19_000))), 403},
		"many properties":     {query(strings.Repeat(property(""), 19_000)), 403},
		"a text in pieces":    {query(property("<C:text-match>" + strings.Repeat("b<!---->", 120_000) + "</C:text-match>")), 207},
		"blanks all over":     {query(strings.Repeat(" <!---->", 120_000)), 207},
		"many time ranges":    {query(strings.Repeat(`<C:time-range start="20270101T000000Z"/>`, 19_000)), 403},
		"deep in other texts": {query(property(strings.Repeat("<C:param-filter name=\"X\"/>", 19_000))), 403},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		a := w.dav("REPORT", w.base()+"calendars/1/", c.body)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		spent := (after.TotalAlloc - before.TotalAlloc) >> 20
		t.Logf("%s: %d, %v, %d MB", name, a.status, took, spent)
		if a.status != c.status || spent > 40 || took > 2*time.Second {
			t.Errorf("%s: %d after %v and %d MB, want %d, at most 40 MB and 2 s: %.200s", name, a.status, took, spent, c.status, a.text)
		}
		if c.status == 403 && !strings.Contains(a.text, map[bool]string{true: "valid-filter", false: "supported-filter"}[name == "no filter"]) {
			t.Errorf("%s: %s", name, a.text)
		}
	}
}

// TestFilterElements: the limit is on all that a filter holds, at any depth.
func TestFilterElements(t *testing.T) {
	t.Parallel()
	for n, ok := range map[int]bool{60: true, 62: true, 63: false, 1000: false} {
		text := `<C:filter xmlns:C="urn:ietf:params:xml:ns:caldav"><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` +
			strings.Repeat(`<C:prop-filter name="UID"/>`, n) + `</C:comp-filter></C:comp-filter></C:filter>`
		filter, err := api.ParseXML(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := api.ParseFilter(filter); (err == nil) != ok {
			t.Errorf("%d conditions: %v", n, err)
		}
	}
}
