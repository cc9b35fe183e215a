package web_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wijkplanner/wijkplanner/api/web"
)

// The three forms of a code show the same modules, with an empty edge around.
func TestQRForms(t *testing.T) {
	t.Parallel()
	code, err := web.NewQR("https://planner.example.nl/subscribe/" + subscribeToken)
	if err != nil {
		t.Fatal(err)
	}
	var text, picture bytes.Buffer
	if err := code.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if err := code.WritePNG(&picture); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&picture)
	if err != nil {
		t.Fatal(err)
	}
	n, scale := code.Size(), img.Bounds().Dx()/code.Size()
	rows := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
	if len(rows) != (n+1)/2 {
		t.Errorf("%d rows of two modules, want %d", len(rows), (n+1)/2)
	}
	black := 0
	for y := range n {
		row := []rune(rows[y/2])
		if utf8.RuneCountInString(rows[y/2]) != n {
			t.Fatalf("row %d is not %d wide", y, n)
		}
		for x := range n {
			r, _, _, _ := img.At(x*scale+scale/2, y*scale+scale/2).RGBA()
			dark := strings.ContainsRune(map[int]string{0: " ▄", 1: " ▀"}[y%2], row[x])
			if dark != (r == 0) {
				t.Fatalf("module %d, %d: text %v, picture %v", x, y, dark, r == 0)
			}
			edge := x < 4 || y < 4 || x >= n-4 || y >= n-4
			if dark && edge {
				t.Errorf("module %d, %d of the edge is black", x, y)
			}
			if dark {
				black++
			}
		}
	}
	if runs := strings.Count(code.Path(), "M"); black < 100 || runs == 0 || runs > black {
		t.Errorf("%d black modules in %d runs", black, runs)
	}
	if _, err := web.NewQR(strings.Repeat("x", 201)); err == nil {
		t.Error("a code that is too full")
	}
}
