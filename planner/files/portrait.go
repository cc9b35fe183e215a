package files

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // a kind that portraits come in
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // a kind that portraits come in
)

// What a portrait may be and what becomes of it.
const (
	// LargestPortrait is the most that a picture may weigh as it comes in, in bytes.
	LargestPortrait = 5 << 20
	// portraitSide is the side of what is kept, in pixels: twice what pages show.
	portraitSide = 480
	// leastSide and mostPixels bound what is read: a small file can be an enormous
	// picture.
	leastSide  = 96
	mostPixels = 40_000_000

	portraitQuality = 85
)

// The errors of a picture that cannot be a portrait.
var (
	// ErrPictureKind: it is no JPEG, PNG or WebP, or is broken.
	ErrPictureKind = errors.New("portrait: want a whole picture of kind JPEG, PNG or WebP")
	// ErrPictureSize: it weighs too much, or has too few or too many pixels.
	ErrPictureSize = fmt.Errorf("portrait: want at most %d MB, at least %d pixels each way and at most %d million in all", LargestPortrait>>20, leastSide, mostPixels/1_000_000)
)

// Portrait reads a picture of somebody and returns it as a JPEG of 480 by 480
// pixels: the middle of it, upright as the camera held it. What else the file held
// (the place, the time, the camera, a preview: EXIF, XMP, ICC) is not in it, since
// it is drawn anew. The error is ErrPictureKind or ErrPictureSize, or that of r.
func Portrait(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, LargestPortrait+1))
	if err != nil {
		return nil, fmt.Errorf("portrait: %w", err)
	}
	if len(data) > LargestPortrait {
		return nil, ErrPictureSize
	}
	head, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, ErrPictureKind
	}
	if min(head.Width, head.Height) < leastSide || head.Width > mostPixels/head.Height {
		return nil, ErrPictureSize
	}
	whole, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrPictureKind
	}
	out := image.NewRGBA(image.Rect(0, 0, portraitSide, portraitSide))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(out, out.Bounds(), whole, middle(whole.Bounds()), draw.Over, nil)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, upright(out, orientation(data)), &jpeg.Options{Quality: portraitQuality}); err != nil {
		return nil, fmt.Errorf("portrait: %w", err)
	}
	return b.Bytes(), nil
}

// middle is the largest square in the middle of a picture; of one that stands, the
// upper part, where a face is.
func middle(b image.Rectangle) image.Rectangle {
	side := min(b.Dx(), b.Dy())
	at := image.Pt(b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/3)
	return image.Rectangle{at, at.Add(image.Pt(side, side))}
}

// upright turns and mirrors a square picture as the EXIF tag Orientation asks
// (TIFF 6.0, page 36): 1 to 8.
func upright(in *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 || turn > 8 {
		return in
	}
	side := in.Bounds().Dx()
	out := image.NewRGBA(in.Bounds())
	for y := range side {
		for x := range side {
			u, v := x, y
			if turn >= 5 { // the first row of the file is a side of the picture
				u, v = v, u
			}
			switch turn {
			case 2, 3, 7, 8:
				u = side - 1 - u
			}
			switch turn {
			case 3, 4, 6, 7:
				v = side - 1 - v
			}
			out.SetRGBA(x, y, in.RGBAAt(u, v))
		}
	}
	return out
}

// orientation reads the tag Orientation of the EXIF data of a JPEG; 1, upright,
// where there is none.
func orientation(data []byte) int {
	const startOfScan, app1 = 0xda, 0xe1
	for at := 2; at+4 <= len(data) && data[0] == 0xff && data[1] == 0xd8 && data[at] == 0xff; {
		kind, size := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if kind == startOfScan || size < 2 || at+2+size > len(data) {
			break
		}
		if body := data[at+4 : at+2+size]; kind == app1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		at += 2 + size
	}
	return 1
}

// tiffOrientation reads it of the first directory of a TIFF header.
func tiffOrientation(tiff []byte) int {
	const orientationTag, entrySize = 0x0112, 12
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	entries := int(order.Uint16(tiff[at:]))
	for i := range entries {
		e := at + 2 + i*entrySize
		if e+entrySize > len(tiff) {
			break
		}
		if order.Uint16(tiff[e:]) == orientationTag {
			return int(order.Uint16(tiff[e+8:]))
		}
	}
	return 1
}
