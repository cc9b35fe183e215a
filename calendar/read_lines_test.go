package calendar

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// readAll returns the unfolded lines of a text and the numbers they begin at.
func readAll(t *testing.T, text string) (lines []string, numbers []int) {
	t.Helper()
	for l := newLineReader(strings.NewReader(text)); ; {
		err := l.read()
		if errors.Is(err, io.EOF) {
			return lines, numbers
		}
		if err != nil {
			t.Fatal(err)
		}
		lines, numbers = append(lines, string(l.line)), append(numbers, l.number)
	}
}

func TestLineReader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, lines string
		last              int
	}{
		{"nothing", "", "", 0},
		{"only blank lines", "\r\n\n \r\n", "", 0},
		{"CRLF", "A:1\r\nB:2\r\n", "A:1|B:2", 2},
		{"LF", "A:1\nB:2\n", "A:1|B:2", 2},
		{"CR", "A:1\rB:2\r", "A:1|B:2", 2},
		{"no end", "A:1\r\nB:2", "A:1|B:2", 2},
		{"folded", "A:1\r\n 2\r\n\t3\r\nB:4", "A:123|B:4", 4},
		{"folded over LF and CR", "A:1\n 2\r 3\nB:4", "A:123|B:4", 4},
		{"folded within a character", "A:\xc3\r\n \xa9", "A:é", 1},
		{"a fold of nothing", "A:1\r\n \r\n 2\r\n", "A:12", 1},
		{"blank lines between", "A:1\r\n\r\n\r\nB:2", "A:1|B:2", 4},
		{"byte order mark", "\xef\xbb\xbfA:1", "A:1", 1},
		{"NUL", "A\x00:\x001", "A:1", 1},
		{"a line that begins with a space", " A:1\r\nB:2", " A:1|B:2", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lines, numbers := readAll(t, c.text)
			if got := strings.Join(lines, "|"); got != c.lines {
				t.Errorf("got %q, want %q", got, c.lines)
			}
			if len(numbers) > 0 && numbers[len(numbers)-1] != c.last {
				t.Errorf("last line begins at %d, want %d", numbers[len(numbers)-1], c.last)
			}
		})
	}
}

func TestLineReaderCutsLongLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		octets int
		long   bool
	}{{maxLineBytes, false}, {maxLineBytes + 1, true}, {3 * maxLineBytes, true}} {
		l := newLineReader(strings.NewReader("A:" + strings.Repeat("x", c.octets-2) + "\r\nB:2\r\n"))
		if err := l.read(); err != nil || l.long != c.long || len(l.line) > maxLineBytes {
			t.Errorf("%d octets: long %v, %d kept, %v", c.octets, l.long, len(l.line), err)
		}
		if err := l.read(); err != nil || string(l.line) != "B:2" || l.long {
			t.Errorf("the line after %d octets: %q, %v", c.octets, l.line, err)
		}
	}
}

func TestParseLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line, name, params, value string
		ok                        bool
	}{
		{"SUMMARY:a:b;c", "SUMMARY", "", "a:b;c", true},
		{"dtstart;value=date:20270104 ", "DTSTART", ";value=date", "20270104", true},
		{`ATTENDEE;CN="x:y;z":mailto:a`, "ATTENDEE", `;CN="x:y;z"`, "mailto:a", true},
		{`ATTENDEE;CN=Jan "Piet" X:mailto:a`, "ATTENDEE", `;CN=Jan "Piet" X`, "mailto:a", true},
		{"END:VEVENT\t", "END", "", "VEVENT", true},
		{"SUMMARY :a", "SUMMARY", "", "a", true},
		{"X-EMPTY:", "X-EMPTY", "", "", true},
		{"no value", "", "", "", false},
		{`X;A="open:1`, "", "", "", false},
		{":value", "", "", "value", false},
		{"X" + strings.Repeat(";A=b", maxHeadMarks/2) + ":1", "X", strings.Repeat(";A=b", maxHeadMarks/2), "1", true},
		{"X" + strings.Repeat(";A=b", maxHeadMarks/2) + ",c:1", "X", "", "", false},
	} {
		l := newLineReader(strings.NewReader(c.line))
		if err := l.read(); err != nil {
			t.Fatal(err)
		}
		got, ok := l.parseLine()
		if got.name != c.name || got.params != c.params || got.value != c.value || ok != c.ok {
			t.Errorf("%.40q: got %+v, %v", c.line, got, ok)
		}
	}
}

func TestParam(t *testing.T) {
	t.Parallel()
	c := contentLine{params: `;VALUE=DATE-TIME;tzid="Europe/Amsterdam";X="a;TZID=b";EMPTY=;BARE`}
	for name, want := range map[string]string{
		"TZID": "Europe/Amsterdam", "value": "DATE-TIME", "X": "a;TZID=b", "EMPTY": "", "BARE": "", "NONE": "",
	} {
		if got := c.param(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
