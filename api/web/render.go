package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"math"
	"net/url"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// View is what the server shows on its first page.
type View struct {
	Lang Lang
	// Regions are the regions to choose from, Current the one that is shown.
	Regions []string
	Current string
	Region  Region
	Now     time.Time
	// Signed is who looks; nil leaves it out.
	Signed *Signed
}

// page is what the layout needs, whatever stands in it.
type page struct {
	Lang    Lang
	Title   string
	Regions []string
	Current string
	Home    string
	// Inline holds the style sheet of a page that must stand alone, and
	// Policy the Content-Security-Policy that then goes with it.
	Inline template.CSS
	Policy string
	// Made is the day as of which the page holds; NoDate where that says nothing.
	Made calendar.Date
	// Signed is who is signed in; nil on pages for anybody.
	Signed *Signed
	// Query, Menu, Nonce, Said, Scripts, Styles and Refresh are those of a Frame;
	// Framed says that there is one.
	Query           url.Values
	Menu            []MenuItem
	Nonce, Said     string
	Scripts, Styles []string
	Refresh         int
	Framed          bool
	Body            any
}

// WriteGlance writes the plan at a glance as an HTML page. A region without a
// plan gives a page that says what to do next. Nothing is written on error.
func WriteGlance(w io.Writer, v View) error {
	p := page{Lang: v.Lang, Regions: v.Regions, Current: v.Current, Home: "/", Made: calendar.NoDate, Signed: v.Signed}
	if v.Signed != nil {
		p.Menu = menu(service.Role(v.Signed.Role), "/")
	}
	if v.Region.Plan == nil || v.Region.State == nil {
		p.Body = emptiness(v.Region)
		return write(w, "empty", p)
	}
	g, err := NewGlance(v.Region, v.Now, PageLimits)
	if err != nil {
		return fmt.Errorf("plan at a glance: %w", err)
	}
	p.Title, p.Made = g.Name, g.Today
	p.Body = section{Glance: g, Level: 2, Open: true}
	return write(w, "glance", p)
}

// faultPage is what a page about a fault says: the key of its text and the id of
// the request, which the log knows too.
type faultPage struct{ Text, Request string }

// WriteError writes an HTML page for a fault by its status; request is the id that
// helps who looks for its cause, empty where there is nothing to look for.
func WriteError(w io.Writer, lang Lang, status int, request string) error {
	key := fmt.Sprintf("error.%d", status)
	switch {
	case KnownMessage(key):
	case status < 500:
		key = "error.400"
	default:
		key = "error.500"
	}
	title, err := lang.message(key)
	if err != nil {
		return err
	}
	if status < 500 {
		request = ""
	}
	return write(w, "error", page{Lang: lang, Title: title, Home: "/", Made: calendar.NoDate, Body: faultPage{key + ".text", request}})
}

// Empty is what the page says where there is no plan.
type Empty struct{ Locations, People int }

func emptiness(r Region) Empty {
	if r.State == nil {
		return Empty{}
	}
	return Empty{Locations: len(r.State.Locations), People: len(r.State.Staff)}
}

// section is one region on a page: Level is the level of its headings and
// Prefix makes its element ids unique.
type section struct {
	*Glance
	Level  int
	Prefix string
	Open   bool
}

// heading is one heading of a section.
type heading struct {
	Level    int
	ID, Text string
}

// Heading prepares a heading for the template of that name.
func (s section) Heading(id, text string) heading {
	return heading{Level: s.Level, ID: s.Prefix + id, Text: text}
}

// Sub prepares a heading one level deeper.
func (s section) Sub(id, text string) heading {
	return heading{Level: s.Level + 1, ID: s.Prefix + id, Text: text}
}

// kept writes the share of promises kept, rounded down: only all of them is
// 100 percent.
func (l Lang) kept(s *Summary) string {
	share := s.KeptShare()
	if share >= 1 {
		return l.percent(1, 0)
	}
	return l.percent(math.Floor(share*1000)/1000, 1)
}

// roleSection is one role within a section.
type roleSection struct {
	Section section
	Role    RoleView
}

// Bar is a bar's length and the place of full capacity, in percent.
type Bar struct{ Length, Limit float64 }

// tenth rounds to one decimal, which is plenty for a drawing.
func tenth(x float64) float64 { return math.Round(10*x) / 10 }

// write renders a page in full before it writes, so that a fault in a template
// never sends half a page.
func write(w io.Writer, name string, p page) error {
	templates, err := parsed()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := templates[p.Lang].ExecuteTemplate(&out, name, p); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

// parsed holds one set of templates per language: their functions speak it.
var parsed = sync.OnceValues(func() (map[Lang]*template.Template, error) {
	sets := make(map[Lang]*template.Template, len(Langs))
	for _, l := range Langs {
		set, err := template.New("").Funcs(l.functions()).ParseFS(embedded, "templates/*.html")
		if err != nil {
			return nil, fmt.Errorf("page templates: %w", err)
		}
		sets[l] = set
	}
	return sets, nil
})

func (l Lang) functions() template.FuncMap {
	return template.FuncMap{
		"t":         l.message,
		"count":     l.count,
		"text":      l.text,
		"num":       l.number,
		"decimal":   l.decimal,
		"percent":   l.percent,
		"hours":     l.hours,
		"kept":      l.kept,
		"date":      l.date,
		"shortdate": l.shortDate,
		"weekday":   l.weekday,
		"daynumber": l.dayNumber,
		"who":       l.who,
		"dated":     func(d calendar.Date) bool { return d != calendar.NoDate },
		"iso":       calendar.Date.String,
		"langs":     func() []Lang { return Langs },
		"signed":    l.signed,
		"num64":     func(n int64) string { return l.number(int(n)) },
		"permille":  func(n int64) string { return l.percent(float64(n)/1000, 0) },
		"states":    func() []string { return []string{"missed", "at_risk", "planned", "done"} },
		"blankof":   func(title, text string) Blank { return Blank{Title: title, Text: text} },
		"pairs":     pairs,
		"clock":     l.clock,
		"moment":    l.moment,
		"query":     query,
		"asset":     AssetURL,
		"shapes":    func() []string { return shapes },
		"roleOf":    func(s section, r RoleView) roleSection { return roleSection{s, r} },
		"month":     l.Month,
		"part100":   l.Hundredths,
		"fullbar":   fullBar,
		"bar":       func(r RoleView, l LoadRow) Bar { return Bar{tenth(r.Bar(l)), tenth(r.Limit())} },
	}
}

// query returns the address of the first page in a region and a language.
func query(home, region string, l Lang) string {
	values := url.Values{"lang": {string(l)}}
	if region != "" {
		values.Set("region", region)
	}
	return home + "?" + values.Encode()
}

// shapes are the marks' outlines as SVG paths around the origin, within a box
// from −9 to 9; their areas are about alike.
var shapes = []string{
	"M0-7A7 7 0 0 1 0 7A7 7 0 0 1 0-7Z",                      // circle
	"M-6-6H6V6H-6Z",                                          // square
	"M0-8L8 6.5H-8Z",                                         // triangle
	"M0-8.5L7.5 0L0 8.5L-7.5 0Z",                             // diamond
	"M0 8L8-6.5H-8Z",                                         // triangle on its point
	"M-3-8H3V-3H8V3H3V8H-3V3H-8V-3H-3Z",                      // plus
	"M0-8L7.6-2.5L4.7 6.5H-4.7L-7.6-2.5Z",                    // pentagon
	"M-8-4L-4-8L0-4L4-8L8-4L4 0L8 4L4 8L0 4L-4 8L-8 4L-4 0Z", // cross
}
