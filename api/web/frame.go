package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Frame is what stands around the body of a page: who looks, where they are and
// what the page loads. Everything but Lang, Title and Path may be left out.
type Frame struct {
	Lang Lang
	// Title is the page's name in the language, for the browser's tab and the
	// page's first heading.
	Title string
	// Path is that of the page, "/board", and Query what belongs to its address;
	// the choice of a language and of a region keep them.
	Path  string
	Query url.Values
	// Region is the one that is shown, of Regions to choose from.
	Region  string
	Regions []string
	Signed  *Signed
	// Role chooses the menu; none for a page without.
	Role service.Role
	// Nonce is what the page's Content-Security-Policy knows its scripts by;
	// without one there are none.
	Nonce string
	// Said is the key of a message about what was just done, "said.saved".
	Said string
	// Scripts are modules of dist by name, "board.js", and Styles sheets besides
	// those of every page.
	Scripts, Styles []string
	// Refresh makes a page without scripts load itself again after so many
	// seconds; 0 for not.
	Refresh int
}

// MenuItem is an entry of the menu: the key of its name and its address.
type MenuItem struct {
	Key, Path string
	Here      bool
}

// menus are the entries of each role, in the order of use. An entry is here on
// its own page and on all below it.
var menus = map[service.Role][]MenuItem{
	service.Lead:    leadMenu,
	service.Member:  memberMenu,
	service.Auditor: auditorMenu,

	service.LocationContact: contactMenu,
}

// menu returns the entries of a role as they stand on a page: the one whose path
// says most about the page's is here.
func menu(role service.Role, path string) []MenuItem {
	out, here := slices.Clone(menus[role]), -1
	for i, item := range out {
		under := path == item.Path || item.Path != "/" && strings.HasPrefix(path, item.Path+"/")
		if under && (here < 0 || len(item.Path) > len(out[here].Path)) {
			here = i
		}
	}
	if here >= 0 {
		out[here].Here = true
	}
	return out
}

// Site is what an installation shows on every page: all of it may be empty.
type Site struct {
	// Theme is a style sheet with a municipality's design tokens, loaded last;
	// ThemeClass is the class that its selectors ask for, "nijmegen-theme".
	Theme      []byte
	ThemeClass string
	// Statement is the address of the accessibility statement.
	Statement string
	// Tiles are the pictures under the map, none by default.
	Tiles Tiles
}

// Tiles are where the pictures under a map come from: a server of the
// municipality's own, or one that it has agreed with.
type Tiles struct {
	// Address has {z}, {x} and {y} in it; empty for no tiles.
	Address string
	// By is what the map says of their origin.
	By string
}

// Check refuses an address that is none of tiles.
func (t Tiles) Check() error {
	if t.Address == "" {
		return nil
	}
	u, err := url.Parse(t.Address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http",
		strings.ContainsAny(u.Host, "{} ;,'*"):
		return fmt.Errorf("%q: want the address of a tile server, such as https://tiles.example.nl/{z}/{x}/{y}.png", t.Address)
	case !strings.Contains(t.Address, "{z}") || !strings.Contains(t.Address, "{x}") || !strings.Contains(t.Address, "{y}"):
		return fmt.Errorf("%q: want {z}, {x} and {y} in the address", t.Address)
	}
	return nil
}

// Origin is what a Content-Security-Policy lets the tiles come from, empty for no
// tiles.
func (t Tiles) Origin() string {
	u, err := url.Parse(t.Address)
	if err != nil || t.Address == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// SiteTiles are those of this program.
func SiteTiles() Tiles { return theSite().Tiles }

// site is that of this program: one for all pages, those of faults included.
var site atomic.Pointer[Site]

// SetSite sets what the installation shows on every page; it is called once,
// before the first page is written.
func SetSite(s Site) { site.Store(&s) }

func theSite() Site {
	if s := site.Load(); s != nil {
		return *s
	}
	return Site{}
}

// themeFile is the name of the theme among the static files.
const themeFile = "theme.css"

// ThemeClassOf finds the class that a theme's selectors ask for: NL Design System
// names it after the municipality, ".nijmegen-theme". It is empty for a sheet of
// :root alone.
func ThemeClassOf(sheet []byte) string {
	if m := themeClass.FindSubmatch(sheet); m != nil {
		return string(m[1])
	}
	return ""
}

var themeClass = regexp.MustCompile(`\.([A-Za-z][\w-]*-theme)\b`)

func themed(s Site) Asset {
	sum := sha256.Sum256(s.Theme)
	return Asset{ContentType: contentType(themeFile), Body: s.Theme, hash: hex.EncodeToString(sum[:6])}
}

// Site is what the layout asks for the installation's own.
func (page) Site() Site { return theSite() }

// WritePage writes a page: the template of that name gets the frame, and the
// body as .Body. Nothing is written on error.
func WritePage(w io.Writer, f Frame, name string, body any) error {
	return write(w, name, page{
		Lang: f.Lang, Title: f.Title, Regions: f.Regions, Current: f.Region, Home: f.Path, Query: f.Query, Made: calendar.NoDate,
		Signed: f.Signed, Menu: menu(f.Role, f.Path), Nonce: f.Nonce, Said: f.Said, Scripts: f.Scripts, Styles: f.Styles, Refresh: f.Refresh,
		Framed: true, Body: body,
	})
}

// WritePart writes a part of a page, for a partial update: the template of that
// name gets the body itself.
func WritePart(w io.Writer, l Lang, name string, body any) error {
	templates, err := parsed()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := templates[l].ExecuteTemplate(&out, name, body); err != nil {
		return fmt.Errorf("part %s: %w", name, err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

// Message returns a text of the message table with its arguments filled in.
func (l Lang) Message(key string, args ...any) (string, error) { return l.message(key, args...) }

// Text returns a text in the language, or in the other one where it lacks.
func (l Lang) Text(t planner.Text) string { return l.text(t) }

// Decimal writes a number with a fixed number of decimals.
func (l Lang) Decimal(x float64, decimals int) string { return l.decimal(x, decimals) }

// Amount writes a number with the decimals that it has.
func (l Lang) Amount(x float64) string {
	_, decimals, _ := strings.Cut(strconv.FormatFloat(x, 'f', -1, 64), ".")
	return l.decimal(x, len(decimals))
}

// Hours writes minutes as whole hours.
func (l Lang) Hours(minutes int64) string { return l.hours(minutes) }

// Date writes a day: 1 maart 2027.
func (l Lang) Date(d calendar.Date) string { return l.date(d) }

// Month writes a month: maart 2027.
func (l Lang) Month(m planner.Month) string {
	first := m.Period().From.Time()
	return fmt.Sprintf("%s %d", l.month(first.Month()), first.Year())
}

// KnownMessage reports whether there is a message of the key.
func KnownMessage(key string) bool { _, ok := messages[key]; return ok }

// Field is one field of a form: what stands in it and what is wrong with it.
type Field struct {
	// Name is that of the field, and of its id; Label and Hint are keys of
	// messages, the hint may be empty.
	Name, Label, Hint string
	// Kind is text, number, date, time, email, url, search, file, area, select,
	// check or hidden.
	Kind string
	// Value stands in it; of a check it is "on" or empty.
	Value string
	// Options are those of a select.
	Options []Option
	// Fault says in the language what is wrong; empty when nothing is.
	Fault    string
	Required bool
	// Min, Max and Step bound a number, a date or a time; MaxLength a text.
	Min, Max, Step string
	MaxLength      int
	// Accept are the kinds of file that a file is chosen from.
	Accept string
	// Autocomplete is the purpose of the field (WCAG 1.3.5), for personal data.
	Autocomplete string
}

// Option is a choice of a select, its text in the language.
type Option struct {
	Value, Text string
	Chosen      bool
}

// Describes lists the ids of what is said about the field.
func (f Field) Describes() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	if f.Fault != "" {
		ids = append(ids, f.Name+"-fault")
	}
	return strings.Join(ids, " ")
}

// Blank is an empty state: what is not there, and what to do next. All are keys
// of messages; Path is where the next step is, empty for none.
type Blank struct{ Title, Text, Next, Path string }

// Progress is how far a job is.
type Progress struct {
	ID int64
	// Stage is the key of the step it is at, Percent how far.
	Stage   string
	Percent int
	// Done, Failed and Cancelled say that it ended and how; Next is where its
	// result is.
	Done, Failed, Cancelled bool
	Next                    string
}

// Ended reports whether nothing more happens.
func (p Progress) Ended() bool { return p.Done || p.Failed || p.Cancelled }

// address returns the page's own address in a language.
func (p page) Address(l Lang) string {
	values := maps.Clone(p.Query)
	if values == nil {
		values = url.Values{}
	}
	values.Set("lang", string(l))
	if p.Current != "" && len(p.Regions) > 1 {
		values.Set("region", p.Current)
	}
	return p.Home + "?" + values.Encode()
}

// pairs makes a map of keys and values, for templates that call others.
func pairs(list ...any) (map[string]any, error) {
	if len(list)%2 != 0 {
		return nil, errors.New("pairs: a key without a value")
	}
	out := make(map[string]any, len(list)/2)
	for i := 0; i < len(list); i += 2 {
		key, ok := list[i].(string)
		if !ok {
			return nil, fmt.Errorf("pairs: %v is no key", list[i])
		}
		out[key] = list[i+1]
	}
	return out, nil
}

// joined makes one message table of several; a key stands in one of them.
func joined(tables ...map[string]planner.Text) map[string]planner.Text {
	out := make(map[string]planner.Text)
	for _, table := range tables {
		for key, text := range table {
			if _, twice := out[key]; twice {
				panic("web: message " + key + " is there twice")
			}
			out[key] = text
		}
	}
	return out
}
