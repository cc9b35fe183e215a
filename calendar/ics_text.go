package calendar

import (
	"strings"
	"unicode/utf8"
)

// lineLimit is the most octets of a line without its end (RFC 5545 section 3.1).
const lineLimit = 75

// icsWriter appends content lines. Every value passes through the cleaners
// below: no text, whoever wrote it, can end a line or begin a property.
type icsWriter struct {
	out     []byte
	scratch []byte
	*icsWords
	clock icsClock
	// said is where in out the words of earlier events are.
	said map[words][2]int
}

// lines appends lines made here of plain ASCII.
func (w *icsWriter) lines(lines ...string) {
	for _, line := range lines {
		w.line(line)
	}
}

// line appends one line made of parts.
func (w *icsWriter) line(parts ...string) {
	begin := len(w.out)
	for _, part := range parts {
		w.out = append(w.out, part...)
	}
	w.end(begin)
}

// text appends a property of type TEXT, and nothing for an empty value.
func (w *icsWriter) text(name, value string) {
	if value != "" {
		begin := len(w.out)
		w.out = append(append(w.out, name...), ':')
		w.escape(value)
		w.end(begin)
	}
}

// escape appends a clean value as RFC 5545 section 3.3.11 asks.
func (w *icsWriter) escape(s string) {
	for i := range len(s) {
		switch c := s[i]; c {
		case '\\', ';', ',':
			w.out = append(w.out, '\\', c)
		case '\n':
			w.out = append(w.out, '\\', 'n')
		default:
			w.out = append(w.out, c)
		}
	}
}

// end ends the line that begins at an index. A longer one is cut into pieces
// of at most 75 octets between the characters of UTF-8, since some readers
// decode before they unfold.
func (w *icsWriter) end(begin int) {
	if room := lineLimit; len(w.out)-begin > room {
		w.scratch = append(w.scratch[:0], w.out[begin:]...)
		w.out = w.out[:begin]
		line := w.scratch
		for len(line) > room {
			cut := room
			for !utf8.RuneStart(line[cut]) {
				cut--
			}
			w.out = append(append(w.out, line[:cut]...), "\r\n "...)
			line, room = line[cut:], lineLimit-1
		}
		w.out = append(w.out, line...)
	}
	w.out = append(w.out, "\r\n"...)
}

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
