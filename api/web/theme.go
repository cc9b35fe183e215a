package web

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// longestTheme is the longest theme that is taken, in bytes; those of NL Design
// System have up to 200 kB.
const longestTheme = 512 << 10

// CheckTheme refuses a theme that is more than design tokens: rules for the page as
// a whole or a theme's class, with custom properties and color-scheme in them. What
// loads, moves or hides something, and what a browser could read in another way than
// this does, has no place in it; a picture can stand in it as data. All faults are told at once, with their lines.
func CheckTheme(sheet []byte) error {
	if len(sheet) > longestTheme {
		return fmt.Errorf("the theme has %d bytes; want at most %d", len(sheet), longestTheme)
	}
	if !utf8.Valid(sheet) {
		return errors.New("the theme is no text in UTF-8")
	}
	t := themeReader{left: string(sheet), line: 1}
	t.sheet()
	return errors.Join(t.faults...)
}

// themeReader reads a theme from its beginning.
type themeReader struct {
	left   string
	line   int
	faults []error
}

// mostThemeFaults is how many faults of a theme are told.
const mostThemeFaults = 20

func (t *themeReader) fault(format string, args ...any) {
	if len(t.faults) < mostThemeFaults {
		t.faults = append(t.faults, fmt.Errorf("line %d: "+format, append([]any{t.line}, args...)...))
	}
}

// sheet reads blocks in blocks: a rule, or rules in @media.
func (t *themeReader) sheet() {
	for depth, inRule := 0, false; ; {
		text, end := t.next()
		text = strings.TrimSpace(text)
		switch {
		case end == '{' && inRule:
			t.fault("%q: a block in a rule", text)
			return
		case end == '{' && strings.HasPrefix(text, "@"):
			if !themeMedia.MatchString(text) {
				t.fault("%q: of all @ only @media", text)
			}
			depth++
		case end == '{':
			t.selector(text)
			depth, inRule = depth+1, true
		case inRule && text != "":
			t.declaration(text)
		case text != "":
			t.fault("%q: stands in no rule", text)
		}
		switch {
		case end == '}' && depth == 0:
			t.fault("a } too many")
		case end == '}':
			depth, inRule = depth-1, false
		case end == 0 && depth > 0:
			t.fault("a } is missing")
		}
		if end == 0 {
			return
		}
	}
}

// themePicture stands in the place of a picture that is in the theme itself.
const themePicture = `"P"`

// next reads up to a brace or semicolon and gives what stood before it; end is 0 at
// the end of the sheet. Comments are left out, and what is in quotes.
func (t *themeReader) next() (text string, end byte) {
	var out strings.Builder
	for t.left != "" {
		if strings.HasPrefix(t.left, "/*") {
			comment, rest, closed := strings.Cut(t.left[2:], "*/")
			if !closed {
				t.fault("a comment does not end")
			}
			t.line += strings.Count(comment, "\n")
			t.left = rest
			continue
		}
		c := t.left[0]
		t.left = t.left[1:]
		switch c {
		case '{', '}', ';':
			return out.String(), c
		case '"', '\'':
			quoted, rest, closed := strings.Cut(t.left, string(c))
			if !closed || strings.ContainsAny(quoted, "\n\r\f\\") {
				t.fault("a text in quotes does not end on its line, or has a \\ in it")
				t.left = ""
				return out.String(), 0
			}
			if strings.HasPrefix(quoted, "data:image/") {
				out.WriteString(themePicture)
			} else {
				out.WriteString(`""`)
			}
			t.left = rest
			continue
		case '\n':
			t.line++
		case '\\', '<', '`':
			t.fault("a %c has no place in a theme", c)
		}
		out.WriteByte(c)
	}
	return out.String(), 0
}

// What a theme may hold.
var (
	themeMedia    = regexp.MustCompile(`^@media\s+[\w\s():.,-]+$`)
	themeSelector = regexp.MustCompile(`^(:root|html|body|\.[A-Za-z][\w-]*)+$`)
	themeToken    = regexp.MustCompile(`^--[A-Za-z0-9][\w-]*$`)
	themeCall     = regexp.MustCompile(`([\w-]*)\s*\(`)
	themeCalls    = []string{
		"", "var", "calc", "min", "max", "clamp", "rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color", "color-mix", "light-dark", "cubic-bezier",
	}
)

func (t *themeReader) selector(text string) {
	for one := range strings.SplitSeq(text, ",") {
		if !themeSelector.MatchString(strings.TrimSpace(one)) {
			t.fault("%q: want :root, html or the class of a theme", strings.TrimSpace(one))
		}
	}
}

func (t *themeReader) declaration(text string) {
	name, value, _ := strings.Cut(text, ":")
	name = strings.TrimSpace(name)
	switch {
	case name == "color-scheme":
	case !themeToken.MatchString(name):
		t.fault("%q: want a design token, --name: value", name)
	}
	value = strings.ReplaceAll(value, "url("+themePicture+")", "")
	for _, call := range themeCall.FindAllStringSubmatch(value, -1) {
		if !slices.Contains(themeCalls, strings.ToLower(strings.TrimPrefix(call[1], "-"))) {
			t.fault("%s: %s() has no place in a theme", name, call[1])
		}
	}
	if strings.Contains(value, "@") {
		t.fault("%s: an @ has no place in a theme", name)
	}
}
