package calendar

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// The limits of a foreign calendar. They come before anything is understood of
// it: a file that passes them is read in time and memory linear in its size.
const (
	maxFileBytes  = 5 << 20
	maxFileLines  = 200_000 // as they are in the file, before unfolding
	maxLineBytes  = 64 << 10
	maxHeadMarks  = 100 // of ; : , = before the value of a property
	maxDepth      = 4
	maxComponents = 20_000
)

// lineReader gives the content lines of a stream, unfolded. Lines may end in
// CRLF, LF or CR; NUL bytes and a byte order mark at the start are dropped.
type lineReader struct {
	from   *bufio.Reader
	line   []byte
	number int // of the first physical line of line, from 1
	next   int // of the line that comes
	bytes  int
	long   bool // line was cut at maxLineBytes
}

func newLineReader(r io.Reader) *lineReader {
	l := &lineReader{from: bufio.NewReaderSize(r, 32<<10), next: 1}
	if mark, err := l.from.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = l.from.Discard(3)
	}
	return l
}

// read fetches the next line that is not blank. It returns io.EOF at the end,
// and a *ReadError when a limit is passed or the stream breaks off.
func (l *lineReader) read() error {
	for {
		l.line, l.long, l.number = l.line[:0], false, l.next
		end, err := l.physical()
		for err == nil && end != 0 && l.folded() {
			end, err = l.physical()
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(l.line)) > 0 {
			return nil
		}
		if end == 0 {
			return io.EOF
		}
	}
}

// physical appends one line of the file; end is 0 where the file ends.
func (l *lineReader) physical() (end byte, err error) {
	if l.next > maxFileLines {
		return 0, readError(ReadTooLarge, l.next, "heeft meer dan %d regels", "has more than %d lines", maxFileLines)
	}
	l.next++
	for {
		c, err := l.from.ReadByte()
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if err != nil {
			return 0, &ReadError{
				Code: ReadBrokenOff, Line: l.number, cause: err,
				Dutch: "de agenda werd halverwege afgebroken", English: "the calendar broke off while it was read",
			}
		}
		if l.bytes++; l.bytes > maxFileBytes {
			return 0, readError(ReadTooLarge, l.number, "is groter dan %d MB", "is larger than %d MB", maxFileBytes>>20)
		}
		switch {
		case c == '\n':
			return c, nil
		case c == '\r':
			if after, err := l.from.Peek(1); err == nil && after[0] == '\n' {
				_, _ = l.from.ReadByte()
				l.bytes++
			}
			return '\n', nil
		case c == 0:
		case len(l.line) >= maxLineBytes:
			l.long = true
		default:
			l.line = append(l.line, c)
		}
	}
}

// folded reports whether the line goes on, and takes the mark of that.
func (l *lineReader) folded() bool {
	after, err := l.from.Peek(1)
	if err != nil || after[0] != ' ' && after[0] != '\t' {
		return false
	}
	_, _ = l.from.ReadByte()
	l.bytes++
	return true
}

// contentLine is a property, its name in upper case. Its parameters are cut up
// only when they are asked for.
type contentLine struct {
	name   string
	params string // from the first semicolon on
	value  string
	line   int
}

// parseLine cuts a line into name, parameters and value. False is a line that
// no calendar should have: without a name or a value, or with a monstrous head.
func (l *lineReader) parseLine() (c contentLine, ok bool) {
	quoted, marks, nameEnd := false, 0, -1
	for i, b := range l.line {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ':':
			if nameEnd < 0 {
				nameEnd = i
			}
			c = contentLine{
				name:   strings.ToUpper(strings.TrimSpace(string(l.line[:nameEnd]))),
				params: string(l.line[nameEnd:i]),
				value:  strings.TrimSpace(string(l.line[i+1:])),
				line:   l.number,
			}
			return c, c.name != "" && !l.long
		case b == ';' || b == ',' || b == '=':
			if b == ';' && nameEnd < 0 {
				nameEnd = i
			}
			if marks++; marks > maxHeadMarks {
				return contentLine{name: strings.ToUpper(string(l.line[:max(0, nameEnd)]))}, false
			}
		}
	}
	return contentLine{}, false
}

// splitLast gives back to the parameters what the value has before its last
// colon. Times have none, but names of zones do, and not everybody quotes them.
func (c *contentLine) splitLast() {
	if at := strings.LastIndexByte(c.value, ':'); at >= 0 {
		c.params, c.value = c.params+":"+c.value[:at], strings.TrimSpace(c.value[at+1:])
	}
}

// param returns the value of a parameter without its quotes.
func (c *contentLine) param(name string) string {
	rest := c.params
	for rest != "" {
		rest = rest[1:] // the semicolon
		end, quoted := len(rest), false
		for i := range len(rest) {
			if rest[i] == '"' {
				quoted = !quoted
			} else if rest[i] == ';' && !quoted {
				end = i
				break
			}
		}
		key, value, _ := strings.Cut(rest[:end], "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
		rest = rest[end:]
	}
	return ""
}
