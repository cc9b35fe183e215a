package web

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every code that docs/output.md names for a visit has words on the page.
func TestObstaclesHaveWords(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/output.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(doc), "## What stands in the way\n")
	text, _, _ = strings.Cut(text, "`smallest_change` is")
	codes := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(text, -1)
	if len(codes) < 11 {
		t.Fatalf("%d codes found in docs/output.md", len(codes))
	}
	for _, code := range codes {
		if words := sentence(code[1]); words.NL == code[1] || words.EN == code[1] || words.NL == "" {
			t.Errorf("%s has no words: %v", code[1], words)
		}
	}
}
