package web

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// quiet is the empty edge that a QR code needs around it, in modules (ISO/IEC
// 18004 section 5.3.8).
const quiet = 4

// QR is a QR code of an address, to point a phone at. One of 70 characters
// can be read with an eighth of it covered.
type QR struct{ code barcode.Barcode }

// NewQR returns the QR code of a text of at most 200 characters.
func NewQR(text string) (QR, error) {
	if len(text) > 200 {
		return QR{}, fmt.Errorf("QR code of %d characters: want at most 200, more are hard to read", len(text))
	}
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return QR{}, fmt.Errorf("QR code: %w", err)
	}
	return QR{code}, nil
}

// Size is the number of modules along an edge, the quiet zone included.
func (q QR) Size() int { return q.code.Bounds().Dx() + 2*quiet }

// dark reports whether a module is black.
func (q QR) dark(x, y int) bool {
	at := image.Pt(x-quiet, y-quiet)
	if !at.In(q.code.Bounds()) {
		return false
	}
	r, _, _, _ := q.code.At(at.X, at.Y).RGBA()
	return r == 0
}

// Path is the black modules as the data of an SVG path, one unit a module.
func (q QR) Path() string {
	var b strings.Builder
	for y := range q.Size() {
		for x := 0; x < q.Size(); x++ {
			begin := x
			for q.dark(x, y) {
				x++
			}
			if x > begin {
				fmt.Fprintf(&b, "M%d %dh%dv1H%dz", begin, y, x-begin, begin)
			}
		}
	}
	return b.String()
}

// blocks are the characters for two modules above each other: dark or not.
var blocks = map[[2]bool]string{{false, false}: "█", {true, true}: " ", {true, false}: "▄", {false, true}: "▀"}

// WriteText draws the code for a terminal with light letters on a dark ground.
func (q QR) WriteText(w io.Writer) error {
	var b strings.Builder
	for y := 0; y < q.Size(); y += 2 {
		for x := range q.Size() {
			b.WriteString(blocks[[2]bool{q.dark(x, y), q.dark(x, y+1)}])
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// pngScale is how many pixels a module takes along an edge.
const pngScale = 8

// WritePNG writes the code as a picture.
func (q QR) WritePNG(w io.Writer) error {
	size := q.Size() * pngScale
	picture := image.NewPaletted(image.Rect(0, 0, size, size), color.Palette{color.White, color.Black})
	for y := range size {
		for x := range size {
			if q.dark(x/pngScale, y/pngScale) {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	return png.Encode(w, picture)
}
