package calendar

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCleaners(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, one, many string }{
		{"", "", ""},
		{"gewoon", "gewoon", "gewoon"},
		{" rand ", "rand", " rand "},
		{"a\r\nb\rc\nd", "a b c d", "a\nb\nc\nd"},
		{"a\vb\fc\u0085d\u2028e\u2029f", "a b c d e f", "a\nb\nc\nd\ne\nf"},
		{"a\tb\x00c\x1bd\x7fe\u0080f", "a bcdef", "a bcdef"},
		{"\ufeffa\u200eb\u200fc\u202ad\u202ee\u2066f\u2069g", "abcdefg", "abcdefg"},
		{"é日本\U0001f600", "é日本\U0001f600", "é日本\U0001f600"},
		{"caf\xe9", "caf\uFFFD", "caf\uFFFD"},
		{"e\u0301 \u200d", "e\u0301 \u200d", "e\u0301 \u200d"}, // joined characters stay
	} {
		if got := oneLine(c.in); got != c.one {
			t.Errorf("oneLine(%q) is %q, want %q", c.in, got, c.one)
		}
		if got := manyLines(c.in); got != c.many {
			t.Errorf("manyLines(%q) is %q, want %q", c.in, got, c.many)
		}
	}
}

// TestTextRoundTrip: a cleaned text comes back as it was, from lines that are
// short enough and cut between characters.
func TestTextRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := manyLines(rapid.String().Draw(t, "text") + strings.Repeat(rapid.String().Draw(t, "more"), 20))
		if text == "" {
			return
		}
		var w icsWriter
		w.text("DESCRIPTION", text)
		var whole strings.Builder
		for i, line := range strings.Split(strings.TrimSuffix(string(w.out), "\r\n"), "\r\n") {
			if len(line) > lineLimit || !utf8.ValidString(line) || i > 0 && line[0] != ' ' {
				t.Fatalf("line %d: %q", i, line)
			}
			whole.WriteString(line[min(i, 1):])
		}
		value, _ := strings.CutPrefix(whole.String(), "DESCRIPTION:")
		if got := unescape(value); got != text {
			t.Fatalf("got %q, want %q", got, text)
		}
	})
}

// unescape reads a TEXT value as RFC 5545 section 3.3.11 says.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\':
			b.WriteByte(s[i])
		case s[i+1] == 'n':
			b.WriteByte('\n')
			i++
		default:
			b.WriteByte(s[i+1])
			i++
		}
	}
	return b.String()
}

func TestWebAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://plan.example.org/f/abc.ics":  "https://plan.example.org/f/abc.ics",
		" http://plan.example.org/?a=1;b=2,3": "http://plan.example.org/?a=1;b=2,3",
		"https://plan.example.org/bezoek é":   "https://plan.example.org/bezoek%20%C3%A9",
		"webcal://plan.example.org/":          "",
		"javascript:alert(1)":                 "",
		"//plan.example.org/":                 "",
		"https://":                            "",
		"https://a.example/\r\nX:y":           "",
		"plan.example.org":                    "",
		"":                                    "",
	} {
		if got := webAddress(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
