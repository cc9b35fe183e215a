package files

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
)

// quarters is a picture with a colour in each quarter: red, green, blue and white,
// as they are read.
func quarters(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}[x*2/w+y*2/h*2])
		}
	}
	return m
}

// camera is a JPEG as a telephone writes it: with EXIF data that say how it was
// held, and where.
func camera(t *testing.T, m image.Image, turn uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x02")
	exif = append(exif, 0x01, 0x0f, 0, 2, 0, 0, 0, 4)
	exif = append(exif, "GPS!"...)
	exif = append(exif, 0x01, 0x12, 0, 3, 0, 0, 0, 1)
	exif = binary.BigEndian.AppendUint16(exif, turn)
	exif = append(exif, 0, 0, 0, 0, 0, 0)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	return append(append(out, exif...), b.Bytes()[2:]...)
}

func portraitOf(t *testing.T, data []byte) image.Image {
	t.Helper()
	out, err := Portrait(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"Exif", "GPS", "http://", "Adobe"} {
		if bytes.Contains(out, []byte(left)) {
			t.Errorf("the portrait still says %q", left)
		}
	}
	m, kind, err := image.Decode(bytes.NewReader(out))
	if err != nil || kind != "jpeg" || m.Bounds() != image.Rect(0, 0, portraitSide, portraitSide) {
		t.Fatalf("a %s of %v: %v", kind, m.Bounds(), err)
	}
	return m
}

// corner names the colour of a place.
func corner(m image.Image, x, y int) string {
	r, g, b, _ := m.At(x, y).RGBA()
	on := func(c uint32) bool { return c > 0x8000 }
	switch {
	case on(r) && on(g) && on(b):
		return "w"
	case on(r):
		return "r"
	case on(g):
		return "g"
	case on(b):
		return "b"
	}
	return "?"
}

// TestPortraitIsUpright holds the camera in each of the eight ways: what was red in
// the upper left is where the eye saw it.
func TestPortraitIsUpright(t *testing.T) {
	t.Parallel()
	const low, high = portraitSide / 4, portraitSide * 3 / 4
	for turn, want := range map[uint16]string{0: "rgbw", 1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb", 9: "rgbw"} {
		m := portraitOf(t, camera(t, quarters(200, 200), turn))
		got := corner(m, low, low) + corner(m, high, low) + corner(m, low, high) + corner(m, high, high)
		if got != want {
			t.Errorf("orientation %d: %s, want %s", turn, got, want)
		}
	}
}

func TestPortraitIsTheMiddle(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := png.Encode(&b, quarters(900, 300)); err != nil {
		t.Fatal(err)
	}
	m := portraitOf(t, b.Bytes())
	if got := corner(m, 10, 10) + corner(m, 470, 470); got != "rw" {
		t.Errorf("corners %s, want the middle of the picture", got)
	}
	glass := image.NewNRGBA(image.Rect(0, 0, 120, 120)) // all of it transparent
	b.Reset()
	if err := png.Encode(&b, glass); err != nil {
		t.Fatal(err)
	}
	if got := corner(portraitOf(t, b.Bytes()), 240, 240); got != "w" {
		t.Errorf("what is transparent becomes %s, want white", got)
	}
}

// bomb is a PNG of a few bytes that says it is enormous.
func bomb(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	head = append(head, 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

func TestPortraitRefuses(t *testing.T) {
	t.Parallel()
	var small, gif bytes.Buffer
	if err := png.Encode(&small, quarters(95, 200)); err != nil {
		t.Fatal(err)
	}
	gif.WriteString("GIF89a\x01\x00\x01\x00\x00\x00\x00;")
	whole := camera(t, quarters(200, 200), 1)
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":         {nil, ErrPictureKind},
		"a page":          {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), ErrPictureKind},
		"a gif":           {gif.Bytes(), ErrPictureKind},
		"half a picture":  {whole[:len(whole)/2], ErrPictureKind},
		"too small":       {small.Bytes(), ErrPictureSize},
		"a bomb":          {bomb(60_000, 60_000), ErrPictureSize},
		"a wide bomb":     {bomb(1<<31-1, 96), ErrPictureSize},
		"too heavy":       {append(bytes.Clone(whole), make([]byte, LargestPortrait)...), ErrPictureSize},
		"only its header": {bomb(200, 200), ErrPictureKind},
	} {
		if _, err := Portrait(bytes.NewReader(c.data)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// FuzzPortrait: whatever comes in is refused for what it is, or becomes a portrait
// of the one kind and size, without a panic. A picture of many pixels takes long and
// is looked at all the same.
func FuzzPortrait(f *testing.F) {
	f.Add(bomb(200, 200))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x20Exif\x00\x00II*\x00\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, data []byte) {
		orientation(data) // reads heads that no decoder lets through, too
		got, err := Portrait(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, ErrPictureKind) && !errors.Is(err, ErrPictureSize) {
				t.Errorf("refused with %v", err)
			}
			return
		}
		if head, kind, err := image.DecodeConfig(bytes.NewReader(got)); err != nil || kind != "jpeg" || head.Width != portraitSide || head.Height != portraitSide {
			t.Errorf("became %d by %d of kind %q (%v)", head.Width, head.Height, kind, err)
		}
	})
}
