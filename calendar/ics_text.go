package calendar

import (
	"strings"
	"unicode/utf8"
)

// lineLimit is the most octets of a line without its end (RFC 5545 section 3.1).
const lineLimit = 75

// icsWriter appends content lines. Every value passes through its cleaners:
// no text, whoever wrote it, can end a line or begin a property.
type icsWriter struct{ out []byte }

// raw appends a line made here of plain ASCII.
func (w *icsWriter) raw(lines ...string) {
	for _, line := range lines {
		w.fold(line)
	}
}

// text appends a property of type TEXT, and nothing for an empty value.
func (w *icsWriter) text(name, value string) {
	if value != "" {
		w.fold(name + ":" + escapeText(value))
	}
}

// fold appends one line, cut into pieces of at most 75 octets between the
// characters of UTF-8: some readers decode before they unfold.
func (w *icsWriter) fold(line string) {
	room := lineLimit
	for len(line) > room {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		w.out = append(w.out, line[:cut]...)
		w.out = append(w.out, "\r\n "...)
		line, room = line[cut:], lineLimit-1
	}
	w.out = append(w.out, line...)
	w.out = append(w.out, "\r\n"...)
}

var textEscaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// escapeText writes a clean value as RFC 5545 section 3.3.11 asks.
func escapeText(s string) string { return textEscaper.Replace(s) }

// oneLine cleans a text for a property that readers show on one line.
func oneLine(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(manyLines(s), "\n", " "))
}

// manyLines cleans a text: line ends of every kind become \n, tabs become
// spaces, invalid UTF-8 becomes U+FFFD, and control characters go, those that
// turn the direction of the text around them included.
func manyLines(s string) string {
	if isPlain(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029:
			return '\n'
		case r == '\t':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0, // C0, DEL and C1
			r == 0xfeff, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
}

// isPlain reports whether a text is printable ASCII, which is left as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
