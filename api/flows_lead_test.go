//go:build !race

package api_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// leadFlows are what a team lead comes to do.
func leadFlows() []flow {
	as := (*place).lead
	return []flow{
		{"move a location", as, false, moveALocation},
		{"propose, compare, publish and take back", as, true, proposeAndPublish},
		{"narrow the coverage ledger", as, true, narrowTheLedger},
		{"replan after an absence", as, true, replanAnAbsence},
		{"open a week of the timeline", as, false, openAWeek},
		{"forecast and what-if", as, false, forecastAndWhatIf},
		{"add, move and remove a meeting", as, true, arrangeMeetings},
		{"set a norm", as, false, setANorm},
		{"make and end a calendar", as, false, makeAndEndACalendar},
		{"give a contact another link", as, false, rotateALink},
		{"import with a diff", as, true, importADiff},
		{"several changes at once, worked out whole, published and taken back", as, true, publishAWhatIf},
		{"look for the smallest remedy", as, false, lookForARemedy},
	}
}

func moveALocation(p *place, h *hand) {
	h.Go("/board?lang=nl")
	h.Goes(".places li:nth-child(2) a")
	location := h.value("input[name=location]")
	to := h.value("input[name=to]:not(:checked):not(:disabled)")
	h.Ticks("input[name=to][value='" + to + "']")
	if !h.noScripts() {
		h.Reads("#effect", "Reistijd")
	}
	h.Looks("the effect of a move")
	h.Goes(".movers button[type=submit]")
	h.Reads("#notice", "Verplaatst")
	if got := p.holder(location, "zorgcoordinator"); got != to {
		p.Errorf("%s is with %q, want %q", location, got, to)
	}
}

func proposeAndPublish(_ *place, h *hand) {
	h.Go("/proposals?lang=nl")
	h.Run("document.querySelector('#seconds').removeAttribute('min')") // the browser's own word is not ours
	h.Writes("#seconds", "0")
	h.Goes("form[action='/proposals'] button")
	h.Reads("#seconds-fault", "getal")
	h.Looks("a form with a fault")
	h.Writes("#seconds", "1")
	h.Goes("form[action='/proposals'] button")
	h.Reads("#progress", "Klaar")
	h.Goes("#progress a")
	h.Reads("main", "Wie het raakt")
	h.Reads("section[aria-labelledby=figures]", "was")
	h.Looks("a proposal")
	h.Goes("form[action$='/publish'] button")
	h.Reads("#notice", "Vastgesteld")
	h.Agrees()
	h.Goes("form[action$='/undo'] button")
	h.Reads("#notice", "Teruggedraaid")
}

func narrowTheLedger(p *place, h *hand) {
	h.Go("/coverage?lang=en")
	all := h.Count("[aria-labelledby=lines] tbody tr")
	h.Writes("#state", "planned")
	h.Goes("form[action='/coverage'] button")
	if some := h.Count("[aria-labelledby=lines] tbody tr"); some == 0 || some > all || h.value("#state") != "planned" {
		p.Errorf("%d of %d promises are planned", some, all)
	}
}

func replanAnAbsence(p *place, h *hand) {
	h.Go("/timeline/zc-1?lang=nl")
	h.Writes("#from", "2027-04-05")
	h.Writes("#to", "2027-03-05")
	h.Goes("form[action$='/absences'] button")
	if h.Text("#to-fault") == "" {
		p.Error("an absence that ends before it begins is taken")
	}
	h.Writes("#to", "2027-05-28")
	h.Goes("form[action$='/absences'] button")
	h.Reads("#notice", "Toegevoegd")
	h.Goes("a[href*='#replan']")
	h.Writes("#today", "2027-03-02")
	h.Goes("form[action='/proposals/replan'] button")
	h.Reads("#progress", "Klaar")
	h.Goes("#progress a")
	h.Reads("main", "Zorgcoördinator 1")
	h.Go("/timeline/zc-1")
	h.Agrees()
	h.Goes("form[action$='/absences/remove']:has(input[value*='2027-04-05']) button")
	if slices.ContainsFunc(p.state().Absences, func(a planner.Absence) bool { return a.Staff == "zc-1" && a.From == calendar.NewDate(2027, 4, 5) }) {
		p.Error("the absence is still there")
	}
}

func openAWeek(_ *place, h *hand) {
	h.Go("/timeline?lang=nl")
	h.Goes("[data-timeline] tbody th a")
	h.Reads("main", "Week voor week")
}

func forecastAndWhatIf(p *place, h *hand) {
	h.Go("/forecast?lang=nl")
	h.Reads("main", "Zorgcoördinator")
	h.Go("/scenarios")
	h.Writes("#name", "Zonder zorgcoördinator 5")
	h.Writes("#change", "close")
	h.Writes("#who", "staff zc-5")
	h.Writes("#from", "2027-06-01")
	h.Goes("form[action='/scenarios'] button")
	if h.Text("#who-fault") == "" {
		p.Error("a person can be closed")
	}
	h.Writes("#change", "hours")
	h.Writes("#hours", "12")
	h.Goes("form[action='/scenarios'] button")
	h.Reads("#notice", "Opgeslagen")
	h.Goes("form[action='/scenarios/plan'] button")
	h.Reads("#progress", "Klaar")
	h.Goes("#progress a")
	h.Reads("section[aria-labelledby=beside]", "Zonder zorgcoördinator 5")
	h.Looks("scenarios side by side")
}

// publishAWhatIf gathers changes in one scenario, sees all that they mean beside the
// region as it is, makes them so, and takes them back.
func publishAWhatIf(p *place, h *hand) {
	leaves := func() bool {
		s := p.state()
		at := slices.IndexFunc(s.Staff, func(m planner.Staff) bool { return m.ID == "ab-6" })
		return at >= 0 && slices.ContainsFunc(s.Staff[at].Contracts, func(c planner.Contract) bool { return strings.HasPrefix(c.To.String(), "2027-") })
	}
	h.Go("/scenarios?lang=nl")
	h.Writes("#name", "Kleiner team")
	h.Writes("#change", "leave")
	h.Writes("#who", "staff ab-6")
	h.Writes("#from", "2027-10-01")
	h.Goes("form[action='/scenarios'] button")
	h.Goes("section[aria-labelledby=list] tbody tr:first-child th a")
	h.Writes("#hours_who", "zc-4")
	h.Writes("#hours_hours", "16")
	h.Writes("#hours_from", "2027-10-01")
	h.Goes("section[aria-labelledby=add-hours] form button")
	h.Reads("section[aria-labelledby=changes]", "Zorgcoördinator 4")
	h.Go("/scenarios?lang=nl")
	h.Goes("form[action='/scenarios/whole'] button")
	h.Reads("#progress", "Klaar")
	h.Goes("#progress a")
	h.Reads("section[aria-labelledby=figures]", "Zoals het nu is")
	h.Reads("section[aria-labelledby=figures]", "Kleiner team")
	h.Looks("scenarios worked out whole")
	if leaves() {
		p.Error("working it out made it so")
	}
	h.Go("/scenarios")
	h.Agrees()
	h.Goes("section[aria-labelledby=list] tbody tr:first-child form[action='/scenarios/publish'] button")
	h.Reads("#notice", "Vastgesteld")
	if !leaves() {
		p.Error("what was published is not so")
	}
	h.Go("/proposals?lang=nl")
	h.Agrees()
	h.Goes("form[action$='/undo'] button")
	h.Reads("#notice", "Teruggedraaid")
	if leaves() {
		p.Error("what was taken back is still so")
	}
}

func lookForARemedy(_ *place, h *hand) {
	h.Go("/forecast?lang=nl")
	h.Goes("form[action='/forecast/remedies'] button")
	h.Reads("#progress", "Klaar")
	h.Goes("#progress a")
	h.Reads("main", "Kleinste oplossing")
	h.Looks("the smallest remedies")
}

func arrangeMeetings(p *place, h *hand) {
	h.Go("/meetings?lang=nl")
	h.Writes("#name", "Themamiddag")
	h.Writes("#day", "2027-05-10")
	h.Writes("#clock", "13:00")
	h.Writes("#roles", "zorgcoordinator")
	h.Writes("#rrule", "FREQ=HOURLY")
	h.Goes("form[action='/meetings'] button")
	if h.Text("#rrule-fault") == "" {
		p.Errorf("a rule that is refused has no fault next to it: %s", h.Text("main"))
	}
	h.Writes("#rrule", "")
	h.Goes("form[action='/meetings'] button")
	h.Reads("section[aria-labelledby=list]", "Themamiddag")
	id := ""
	for _, m := range p.state().Meetings {
		if m.Name == "Themamiddag" {
			id = m.ID
		}
	}
	h.Goes("section[aria-labelledby=list] a[href*='" + id + "']")
	h.Writes("#day", "2027-05-17")
	h.Writes("#clock", "10:30")
	h.Goes("form[action='/meetings/change'] button")
	h.Reads("#notice", "Opgeslagen")
	if m := meetingNamed(p.state(), id); m == nil || m.Start != calendar.NewDate(2027, 5, 17) || m.Clock.String() != "10:30" {
		p.Errorf("moved: %+v", m)
	}
	h.Agrees()
	h.Goes("form[action='/meetings/remove']:has(input[value='" + id + "']) button")
	if meetingNamed(p.state(), id) != nil {
		p.Error("the meeting is still there")
	}
}

func meetingNamed(s *planner.State, id string) *planner.Meeting {
	if at := slices.IndexFunc(s.Meetings, func(m planner.Meeting) bool { return m.ID == id }); at >= 0 {
		return &s.Meetings[at]
	}
	return nil
}

func setANorm(p *place, h *hand) {
	h.Go("/assumptions?lang=nl")
	h.Writes("#value", "veel")
	h.Writes("#from", "2027-07-01")
	h.Goes("form[action='/assumptions'] button")
	if h.Text("#value-fault") == "" {
		p.Error("a norm can be a word")
	}
	h.Writes("#value", "12")
	h.Goes("form[action='/assumptions'] button")
	h.Reads("#notice", "Opgeslagen")
	h.Reads("section[aria-labelledby=list]", "1 juli 2027")
}

func makeAndEndACalendar(p *place, h *hand) {
	h.Go("/links?lang=nl")
	h.Writes("#whose", "staff zc-2")
	h.Goes("form[action='/links/feed'] button")
	if secret := h.Text("section[aria-labelledby=made] code"); !strings.Contains(secret, "/subscribe/") {
		p.Errorf("the address is %q", secret)
	}
	h.Agrees()
	h.Goes("form[action='/links/feed/end'] button")
	h.Reads("#notice", "Ingetrokken")
	h.Reads("section[aria-labelledby=feeds]", "ingetrokken")
}

// rotateALink: the old link of a contact is dead, the new one opens the door.
func rotateALink(p *place, h *hand) {
	old := p.link(otherLocation)
	h.Go("/links?lang=nl")
	h.Agrees()
	contacts, err := p.Store.Contacts(p.Context(), p.region)
	p.must(err)
	id := contacts[slices.IndexFunc(contacts, func(c store.Contact) bool { return c.Scope.ID == otherLocation })].ID
	h.Goes("form[action='/links/location']:has(input[value='" + path("%d", id) + "']) button")
	fresh := h.Text("section[aria-labelledby=made] code")
	for address, status := range map[string]int{p.url + "/location/" + old: 404, fresh: 200} {
		if w := p.fetch(nil, strings.TrimPrefix(address, p.url)); w.Code != status {
			p.Errorf("%s: %d, want %d", address, w.Code, status)
		}
	}
}

func importADiff(p *place, h *hand) {
	csv, err := os.ReadFile("../examples/nijmegen/staff.csv")
	p.must(err)
	at := filepath.Join(p.TempDir(), "staff.csv")
	name := "Anna de Boer"
	p.must(os.WriteFile(at, []byte(strings.Replace(string(csv), "Zorgcoördinator 2", name, 1)), 0o600))
	named := func() bool {
		return slices.ContainsFunc(p.state().Staff, func(s planner.Staff) bool { return s.Name == name })
	}
	h.Go("/import?lang=nl")
	h.Writes("#kind", "staff")
	if h.keys {
		tabTo(h.Page, "#file") // what opens there is the browser's own
	}
	h.Files("#file", at)
	h.Goes("form[action='/import'] button")
	h.Reads("section[aria-labelledby=diff]", name)
	h.Looks("the differences of a file")
	if named() {
		p.Error("looking at a file changed something")
	}
	h.Goes("form[action='/import/accept'] button")
	h.Reads("#notice", "Overgenomen")
	if !named() {
		p.Error("the file was not taken")
	}
	p.must(os.WriteFile(at, []byte("staff_id,name\nzc-1\n"), 0o600))
	h.Writes("#kind", "staff")
	h.Files("#file", at)
	h.Goes("form[action='/import'] button")
	if h.Text("#file-fault") == "" {
		p.Error("a file with faults has none next to its field")
	}
}
