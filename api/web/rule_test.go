package web_test

import (
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/planner"
)

// Rules that people use are said in words, others as they are.
func TestRuleText(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string][2]string{
		"":                                   {"eenmalig", "once"},
		"FREQ=WEEKLY":                        {"elke dinsdag", "every Tuesday"},
		"FREQ=WEEKLY;INTERVAL=2":             {"om de week op dinsdag", "every other Tuesday"},
		"FREQ=WEEKLY;INTERVAL=6;BYDAY=TH":    {"elke 6 weken op donderdag", "every 6 weeks on Thursday"},
		"FREQ=MONTHLY;BYDAY=2TU":             {"elke tweede dinsdag van de maand", "every second Tuesday of the month"},
		"FREQ=MONTHLY;BYDAY=-1FR":            {"elke laatste vrijdag van de maand", "every last Friday of the month"},
		"FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO":  {"elke 3 maanden op de eerste maandag", "every 3 months on the first Monday"},
		"FREQ=WEEKLY;UNTIL=20271231T225900Z": {"elke dinsdag, tot en met 31 december 2027", "every Tuesday, until 31 December 2027"},
		"FREQ=WEEKLY;BYDAY=MO,TU":            {"FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=WEEKLY;BYDAY=MO,TU"},
		"FREQ=MONTHLY;BYMONTHDAY=3":          {"FREQ=MONTHLY;BYMONTHDAY=3", "FREQ=MONTHLY;BYMONTHDAY=3"},
		"FREQ=DAILY;INTERVAL=x":              {"FREQ=DAILY;INTERVAL=x", "FREQ=DAILY;INTERVAL=x"},
		"FREQ=MONTHLY":                       {"FREQ=MONTHLY", "FREQ=MONTHLY"},
		"FREQ=WEEKLY;UNTIL=soon":             {"FREQ=WEEKLY;UNTIL=soon", "FREQ=WEEKLY;UNTIL=soon"},
	} {
		m := planner.Meeting{Rule: rule, Start: date(t, "2027-01-12")}
		for i, l := range []web.Lang{web.Dutch, web.English} {
			if got := l.RuleText(&m); got != want[i] {
				t.Errorf("%q in %s: %q, want %q", rule, l, got, want[i])
			}
		}
	}
}
