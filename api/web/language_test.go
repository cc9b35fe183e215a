package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

func TestMatchLang(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asked, accept string
		want          web.Lang
	}{
		{"", "", web.Dutch},
		{"en", "nl", web.English},
		{"EN-gb", "", web.English},
		{"xx", "en", web.English},
		{"", "fr, de;q=0.9", web.Dutch},
		{"", "fr, en;q=0.5, nl;q=0.4", web.English},
		{"", "en-US,en;q=0.9,nl;q=0.8", web.English},
		{"", "nl-BE, en;q=0.9", web.Dutch},
		{"", "en;q=0", web.Dutch},
		{"", "en;q=oops, nl;q=0.1", web.Dutch},
		{"", "en;q=NaN", web.Dutch},
		{"", ",,;;q=,", web.Dutch},
		{"nl", "en", web.Dutch},
	} {
		if got := web.MatchLang(c.asked, c.accept); got != c.want {
			t.Errorf("MatchLang(%q, %q) = %s, want %s", c.asked, c.accept, got, c.want)
		}
	}
}

// Each text exists in both languages, with as many arguments.
func TestFiguresSpeakTheLanguage(t *testing.T) {
	t.Parallel()
	march := planner.MonthOf(calendar.NewDate(2027, 3, 1))
	for _, c := range []struct{ got, want string }{
		{web.Dutch.Month(march), "maart 2027"},
		{web.English.Month(march), "March 2027"},
		{web.Dutch.Decimal(1.2345, 2), "1,23"},
		{web.English.Decimal(1.2345, 2), "1.23"},
		{web.Dutch.Amount(0.75), "0,75"},
		{web.Dutch.Amount(1600), "1600"},
		{web.English.Amount(2.5), "2.5"},
		{web.Dutch.Hours(60 * 1234), "1.234"},
		{web.English.Hours(60*1234 + 29), "1,234"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestMessagesAreTranslated(t *testing.T) {
	t.Parallel()
	for key, m := range web.Messages() {
		if strings.TrimSpace(m.NL) == "" || strings.TrimSpace(m.EN) == "" {
			t.Errorf("%s: not in both languages: %q, %q", key, m.NL, m.EN)
		}
		if strings.Count(m.NL, "%s") != strings.Count(m.EN, "%s") {
			t.Errorf("%s: %q and %q have different arguments", key, m.NL, m.EN)
		}
		if base, ok := strings.CutSuffix(key, ".one"); ok {
			if _, ok := web.Messages()[base+".other"]; !ok {
				t.Errorf("%s has no form for more", base)
			}
		}
	}
}

func TestObstaclesAreTranslated(t *testing.T) {
	t.Parallel()
	for code, m := range web.Obstacles() {
		if strings.TrimSpace(m.NL) == "" || strings.TrimSpace(m.EN) == "" {
			t.Errorf("%s: not in both languages: %q, %q", code, m.NL, m.EN)
		}
	}
	for _, kind := range []schedule.FaultKind{
		schedule.FaultWindow, schedule.FaultAway, schedule.FaultOverlap, schedule.FaultTravel, schedule.FaultDayCap,
		schedule.FaultWeekCap, schedule.FaultLoadCap, schedule.FaultReserve, schedule.FaultMaxDuration, schedule.FaultGap,
		schedule.FaultPattern, schedule.FaultMoves, schedule.FaultPin, schedule.FaultTogether,
	} {
		if web.Obstacles()[string(kind)].NL == "" {
			t.Errorf("what blocks a visit has no words: %s", kind)
		}
	}
}

// The templates use no key that the table lacks, and the table holds none that
// nothing uses.
func TestMessageKeys(t *testing.T) {
	t.Parallel()
	used := make(map[string]bool)
	files, err := filepath.Glob("templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatalf("templates: %v, %v", files, err)
	}
	call := regexp.MustCompile(`[({ ](t|count) "([^"]+)"`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			if m[1] == "count" {
				used[m[2]+".one"], used[m[2]+".other"] = true, true
			} else {
				used[m[2]] = true
			}
		}
	}
	for _, client := range []string{"apple", "google", "outlook", "thunderbird"} {
		used["subscribe."+client], used["subscribe."+client+".delay"] = true, true // rows of a table
	}
	used["subscribe.title"] = true
	for _, said := range []string{web.AnswerSent, web.AnswerMany, web.AnswerWrong, web.AnswerChoose, web.AnswerDone} {
		used[said] = true // chosen by what was done
	}
	for _, said := range []string{
		web.SignInWrong, web.SignInMany, web.SignInBusy, web.SignInNoRole, web.SignInNoKey, web.SignInLink, web.SignInUnbound,
		web.SignInFactor, web.SignInProvider, web.SignInTaken, web.SignInOut, web.AccountPassword, web.AccountMail, web.AccountMailUsed,
		web.AccountSaved, web.AccountFactor, web.LocationSent, web.LocationMany, web.LocationWrong,
	} {
		used[said] = true // chosen by what was done
	}
	for _, role := range []string{"administrator", "lead", "staff", "auditor"} {
		used["role."+role] = true // chosen by membership
	}
	used["door.title"] = true
	for _, answer := range []string{"accepted", "tentative", "declined"} {
		used["answer."+answer] = web.KnownAnswer(answer) // choices of the form
	}
	for _, a := range planner.AssumptionDefaults() {
		used["norm."+a.Key], used["unit."+a.Key] = true, true // chosen by assumption
	}
	used["unit.work"] = true // named by a row
	for _, kind := range []planner.RemedyKind{planner.MoreHours, planner.MoveLocations, planner.DropSecondVisits} {
		used["remedy."+string(kind)] = true // chosen by kind
	}
	namedInCode(t, used)
	for key := range used {
		if _, ok := web.Messages()[key]; !ok {
			t.Errorf("message %q is used and not in the table", key)
		}
	}
	for key := range web.Messages() {
		if !used[key] {
			t.Errorf("message %q is in the table and never used", key)
		}
	}
}

// Words in a template would show in both languages: all must come from the
// table. What is left between the tags may hold names and signs only.
func TestTemplatesHoldNoWords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	actions := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	code := regexp.MustCompile(`(?s)<code>.*?</code>`)
	tags := regexp.MustCompile(`(?s)<[^>]*>`)
	attribute := regexp.MustCompile(`(?:aria-label|title|alt|placeholder)="[^"]+"`)
	word := regexp.MustCompile(`\pL{2,}`)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := code.ReplaceAllString(actions.ReplaceAllString(string(raw), ""), "")
		for _, w := range word.FindAllString(tags.ReplaceAllString(text, " "), -1) {
			if w != "Wijkplanner" {
				t.Errorf("%s: %q is not in the message table", file, w)
			}
		}
		if a := attribute.FindString(text); a != "" {
			t.Errorf("%s: %s is not in the message table", file, a)
		}
	}
}

// families are keys that the code makes of a prefix and a code of the service.
var families = []string{
	"covered.", "import.kind.", "links.level.", "stage.", "change.", "ledger.none",
	"progress.", "said.", "fault.", "booking.", "figures.", "mine.absence.hit.", "mine.change.", "mine.hours.", "mine.level.", "mode.",
	"place.closed.visits.", "error.", "reason.", "repeat.", "state.", "undone.", "whatif.kind.",
}

// namedInCode adds the keys that the Go sources of the pages name.
func namedInCode(t *testing.T, used map[string]bool) {
	t.Helper()
	quoted := regexp.MustCompile(`"([a-z][\w.-]*)"`)
	for _, pattern := range []string{"*.go", "../pages*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "messages") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
				if _, known := web.Messages()[m[1]]; known {
					used[m[1]] = true
				}
			}
		}
	}
	for key := range web.Messages() {
		for _, family := range families {
			if strings.HasPrefix(key, family) {
				used[key] = true
			}
		}
	}
}
