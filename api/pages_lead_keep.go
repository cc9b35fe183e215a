package api

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// keepPages are the pages on which a lead keeps what is known: files, meetings,
// norms, and the addresses of calendars.
func keepPages() []pageRoute {
	of := func(r rights.Resource, act rights.Act) rights.Access { return rights.Access{Resource: r, Act: act} }
	upload := form("/import", of(rights.Imports, rights.Create), (*visitor).previewImport)
	upload.longest = longestImport
	accept := form("/import/accept", of(rights.Imports, rights.Create), (*visitor).acceptImport)
	accept.longest = longestImport
	return []pageRoute{
		page("/import", of(rights.Imports, rights.Create), (*visitor).importPage), upload, accept,
		page("/meetings", of(rights.Meetings, rights.Change), (*visitor).meetings),
		form("/meetings", of(rights.Meetings, rights.Create), (*visitor).addTeamMeeting),
		form("/meetings/change", of(rights.Meetings, rights.Change), (*visitor).changeTeamMeeting),
		form("/meetings/remove", of(rights.Meetings, rights.Remove), (*visitor).removeTeamMeeting),
		page("/assumptions", of(rights.Assumptions, rights.Change), (*visitor).assumptions),
		form("/assumptions", of(rights.Assumptions, rights.Create), (*visitor).addAssumption),
		page("/links", of(rights.LocationLinks, rights.Read), (*visitor).links),
		form("/links/feed", of(rights.Feeds, rights.Create), (*visitor).makeTeamFeed),
		form("/links/feed/end", of(rights.Feeds, rights.Remove), (*visitor).endTeamFeed),
		form("/links/location", of(rights.LocationLinks, rights.Create), (*visitor).rotateLink),
	}
}

// longestImport is the longest file that a page takes, written in base64: the
// command line and the API take longer ones.
const longestImport = 6 << 20

// sheet shows a page of tables and forms.
func (v *visitor) sheet(status int, title string, s web.Sheet) error {
	f := v.regional(title, s.Region)
	f.Styles = []string{"year.css"}
	return v.showAs(status, f, "sheet", s)
}

func (v *visitor) at(path, region string) string {
	return path + "?" + url.Values{"region": {region}}.Encode()
}

// choices makes options of a select out of codes and their names.
func choices(chosen string, pairs ...string) (out []web.Option) {
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, web.Option{Value: pairs[i], Text: pairs[i+1], Chosen: pairs[i] == chosen})
	}
	return out
}

// importKinds are the files that a page takes.
var importKinds = []service.Kind{"lrk", "staff", "locations", "districts", "organisations", service.AbsencesFile, "meetings", "assignments", "cases", "blackouts"}

func (v *visitor) importFields(kind string) []web.Field {
	var options []string
	for _, k := range importKinds {
		options = append(options, string(k), v.text("import.kind."+string(k)))
	}
	return []web.Field{
		{Name: "kind", Label: "import.kind", Kind: "select", Options: choices(kind, options...), Required: true},
		{Name: "file", Label: "import.file", Hint: "import.file.hint", Kind: "file", Required: true},
	}
}

// importPage asks for a file.
func (v *visitor) importPage() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	return v.showImport(http.StatusOK, region, v.importFields(""), nil)
}

func (v *visitor) showImport(status int, region string, fields []web.Field, more []web.Block) error {
	blocks := append(slices.Clone(more), web.Block{
		ID: "upload", Head: "import.head", About: "import.about", Form: &web.SheetForm{Path: "/import", Do: "import.do", Fields: fields, Multipart: true},
	})
	return v.sheet(status, "lead.import", web.Sheet{Lead: "import.lead", Region: region, Blocks: blocks})
}

// previewImport says what a file would change, and changes nothing.
func (v *visitor) previewImport() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	fields := v.importFields(v.value("kind"))
	file, head, err := v.r.FormFile("file")
	if err != nil {
		fields[1].Fault = v.text("fault.required")
		return v.showImport(http.StatusUnprocessableEntity, region, fields, nil)
	}
	defer func() { _ = file.Close() }() // it was read
	body, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	return v.tryImport(http.StatusOK, region, fields, head.Filename, body)
}

// tryImport shows the differences of a file, with the form to take it. The status is
// 409 when they are shown anew because the region changed meanwhile.
func (v *visitor) tryImport(status int, region string, fields []web.Field, name string, body []byte) error {
	report, err := v.service.ImportFile(v.ctx(), region, service.Kind(v.value("kind")), name, bytes.NewReader(body), service.ImportOptions{DryRun: true})
	var faults service.Faults
	if errors.As(err, &faults) {
		for _, f := range faults[:min(len(faults), mostFaults)] {
			fields[1].Fault += f.Error() + " "
		}
		return v.showImport(http.StatusUnprocessableEntity, region, fields, nil)
	}
	if err != nil {
		return err
	}
	diff := web.Block{
		ID: "diff", Head: "import.diff", About: "import.diff.about", Heads: []string{"import.what", "import.name", "import.change", "import.was", "import.is"},
		Blank: &web.Blank{Title: "import.same", Text: "import.same.text"},
	}
	for _, c := range report.Changes {
		diff.Rows = append(diff.Rows, web.SheetRow{Cells: []string{c.ID, c.Name, strings.TrimSpace(string(c.Kind) + " " + c.Field), c.From, c.To}})
	}
	v.offerImport(&diff, report, name, body)
	blocks := []web.Block{diff}
	if len(report.Conflicts) > 0 {
		blocks = []web.Block{v.byHand(report.Conflicts), diff}
	}
	if len(report.Rejected) > 0 {
		rejected := web.Block{ID: "rejected", Head: "import.rejected", Heads: []string{"import.why"}}
		for _, f := range report.Rejected[:min(len(report.Rejected), mostFaults)] {
			rejected.Rows = append(rejected.Rows, web.SheetRow{Cells: []string{f.Error()}})
		}
		blocks = append(blocks, rejected)
	}
	if status == http.StatusConflict {
		blocks = append([]web.Block{{ID: "stale", Head: "import.stale", About: "import.stale.text"}}, blocks...)
	}
	return v.showImport(status, region, fields, blocks)
}

// offerImport lets a file be taken whose differences are shown.
func (v *visitor) offerImport(diff *web.Block, report *service.FileReport, name string, body []byte) {
	if len(report.Changes) == 0 && len(report.Conflicts) == 0 {
		return
	}
	fields := []web.Field{
		{Name: "kind", Kind: "hidden", Value: v.value("kind")},
		{Name: "name", Kind: "hidden", Value: name},
		{Name: "version", Kind: "hidden", Value: strconv.FormatInt(report.Version, 10)},
		{Name: "content", Kind: "hidden", Value: base64.StdEncoding.EncodeToString(body)},
	}
	if len(report.Conflicts) > 0 {
		fields = append(fields, web.Field{Name: "by_hand", Label: "import.by_hand.choice", Kind: "select", Required: true, Options: choices(string(service.KeepByHand),
			string(service.KeepByHand), v.text("import.by_hand.keep"), string(service.ReplaceByHand), v.text("import.by_hand.replace"))})
	}
	diff.Form = &web.SheetForm{Path: "/import/accept", Do: "import.accept", Fields: fields}
}

// byHand shows what was made by hand and a file gives to others.
func (v *visitor) byHand(all []service.ByHandConflict) web.Block {
	out := web.Block{
		ID: "by-hand", Head: "import.by_hand", About: "import.by_hand.about",
		Heads: []string{"import.what", "import.role", "import.by_hand.now", "import.by_hand.file"},
	}
	who := func(staff, from, to string) string {
		return staff + " (" + cmp.Or(from, "…") + " – " + cmp.Or(to, "…") + ")"
	}
	for i := range all {
		a, o := &all[i].ByHand, &all[i].Imported
		out.Rows = append(out.Rows, web.SheetRow{Cells: []string{
			a.Location, a.Role, who(a.Staff, a.From.String(), a.To.String()), who(o.Staff, o.From.String(), o.To.String()),
		}})
	}
	return out
}

// mostFaults is how many faults of a file a page tells.
const mostFaults = 50

// acceptImport takes a file whose differences were seen: those of the region as it was
// then. When it changed since, they are shown anew and nothing is taken.
func (v *visitor) acceptImport() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	body, err := base64.StdEncoding.DecodeString(v.value("content"))
	if err != nil {
		return problem.New(problem.BadRequest)
	}
	seen, err := strconv.ParseInt(v.value("version"), 10, 64)
	if err != nil || seen <= 0 {
		return problem.New(problem.BadRequest)
	}
	_, err = v.service.ImportFile(v.ctx(), region, service.Kind(v.value("kind")), v.value("name"), bytes.NewReader(body),
		service.ImportOptions{Expected: seen, ByHand: service.ByHand(v.value("by_hand"))})
	if errors.Is(err, service.ErrStale) {
		return v.tryImport(http.StatusConflict, region, v.importFields(v.value("kind")), v.value("name"), body)
	}
	if err != nil {
		return err
	}
	return v.done(v.at("/import", region), "said.imported")
}

func (v *visitor) assumptionFields() []web.Field {
	var options []string
	for _, a := range planner.AssumptionDefaults() {
		options = append(options, a.Key, v.text("norm."+a.Key))
	}
	return []web.Field{
		{Name: "key", Label: "assumption.key", Kind: "select", Options: choices(v.value("key"), options...), Required: true},
		{Name: "value", Label: "assumption.value", Kind: "text", MaxLength: 12, Required: true},
		{Name: "from", Label: "assumption.from", Kind: "date", Required: true},
		{Name: "source", Label: "assumption.source", Hint: "assumption.source.hint", Kind: "text", MaxLength: 200},
	}
}

// assumptions lists the norms that hold, with a form for another value from a day
// on.
func (v *visitor) assumptions() error {
	return v.showAssumptions(http.StatusOK, v.assumptionFields())
}

func (v *visitor) showAssumptions(status int, fields []web.Field) error {
	s, err := v.snapshot()
	if err != nil {
		return err
	}
	list := web.Block{ID: "list", Head: "assumption.list", Heads: []string{"assumption.key", "assumption.value", "assumption.from", "assumption.source"}, Numeric: []bool{false, true}}
	for _, a := range planner.AssumptionDefaults() {
		set := false
		for _, own := range s.State.Programme.Assumptions {
			if own.Key == a.Key {
				list.Rows, set = append(list.Rows, v.normRow(own)), true
			}
		}
		if !set {
			list.Rows = append(list.Rows, v.normRow(a))
		}
	}
	add := web.Block{ID: "add", Head: "assumption.add", About: "assumption.about", Form: &web.SheetForm{Path: "/assumptions", Do: "assumption.do", Fields: fields}}
	return v.sheet(status, "lead.assumptions", web.Sheet{Lead: "assumption.lead", Region: s.State.Region, Blocks: []web.Block{list, add}})
}

func (v *visitor) normRow(a planner.Assumption) web.SheetRow {
	from, source := v.text("assumption.always"), a.Source
	if a.From != calendar.NoDate {
		from = v.lang.Date(a.From)
	}
	if source == "" || source == "assumption" {
		source = v.text("assumption.assumed")
	}
	return web.SheetRow{Cells: []string{v.text("norm." + a.Key), v.lang.Amount(a.Value) + " " + v.text("unit."+a.Key), from, source}}
}

// addAssumption sets a norm from a day on.
func (v *visitor) addAssumption() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	fields := v.assumptionFields()
	_, _, ok := v.read(fields)
	value, err := strconv.ParseFloat(strings.Replace(v.value("value"), ",", ".", 1), 64)
	if err != nil {
		fields[1].Fault, ok = v.text("fault.number"), false
	}
	if !ok {
		return v.showAssumptions(http.StatusUnprocessableEntity, fields)
	}
	document := map[string]any{"key": v.value("key"), "value": value, "from": v.value("from")}
	if source := v.value("source"); source != "" {
		document["source"] = source
	}
	body, err := json.Marshal(document)
	if err != nil {
		return err
	}
	err = v.edit(region, service.Edit{Programme: service.Assumptions, At: -1, Document: body}, service.Act{Verb: service.Created, Object: "assumption", ID: v.value("key"), Fields: []string{"value", "from"}})
	if v.faulty(err, fields) {
		return v.showAssumptions(http.StatusUnprocessableEntity, fields)
	}
	if err != nil {
		return err
	}
	return v.done(v.at("/assumptions", region), "said.saved")
}
