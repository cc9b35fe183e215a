package outside

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"strings"

	"github.com/emersion/go-message"
)

// Received is what counts of a mail that came in.
type Received struct {
	// From is the one address that it comes from, in lower case.
	From string
	// Automatic says that a machine wrote it to say that it got a mail: an
	// absence notice, a bounce. An answer that a calendar program sends by
	// itself is none of these.
	Automatic bool
	// Calendars are its calendar objects, as they came.
	Calendars [][]byte
}

// ErrMalformed is a mail that cannot be read.
var ErrMalformed = errors.New("mail cannot be read")

// The limits of a mail that is read.
const (
	maxHeader    = 256 << 10
	maxParts     = 50
	maxPartDepth = 6
	maxCalendars = 4
	maxCalendar  = 256 << 10
)

// Receive reads a mail as it arrived (RFC 5322, RFC 2045). It takes no more of
// it than who sent it and its calendar objects.
func Receive(raw []byte) (got Received, err error) {
	defer func() { // what a library makes of garbage must not stop the next mail
		if r := recover(); r != nil {
			got, err = Received{}, fmt.Errorf("%w: %v", ErrMalformed, "panic")
		}
	}()
	e, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return Received{}, fmt.Errorf("%w: header", ErrMalformed)
	}
	got.Automatic = automatic(&e.Header)
	if got.From, err = sender(&e.Header); err != nil {
		return got, err
	}
	return got, got.parts(e)
}

// automatic reports whether a mail answers by itself (RFC 3834 section 5, and
// what programs did before it).
func automatic(h *message.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	submitted := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted"))) // comments and parameters may follow
	precedence := strings.ToLower(strings.TrimSpace(h.Get("Precedence")))
	return kind == "multipart/report" || strings.HasPrefix(submitted, "auto-replied") ||
		precedence == "auto_reply" || precedence == "junk" ||
		h.Get("X-Autoreply") != "" || h.Get("X-Autorespond") != "" || strings.TrimSpace(h.Get("Return-Path")) == "<>"
}

// sender returns the address in From, when there is exactly one.
func sender(h *message.Header) (string, error) {
	fields := h.FieldsByKey("From")
	if !fields.Next() {
		return "", fmt.Errorf("%w: no sender", ErrMalformed)
	}
	value := fields.Value()
	if fields.Next() || len(value) > 1000 {
		return "", fmt.Errorf("%w: sender", ErrMalformed)
	}
	list, err := mail.ParseAddressList(value)
	if err != nil || len(list) != 1 {
		return "", fmt.Errorf("%w: sender", ErrMalformed)
	}
	return strings.ToLower(list[0].Address), nil
}

// parts collects the calendar objects.
func (r *Received) parts(e *message.Entity) error {
	seen := 0
	err := e.Walk(func(path []int, part *message.Entity, err error) error {
		if seen++; seen > maxParts || len(path) > maxPartDepth {
			return fmt.Errorf("%w: too many parts", ErrMalformed)
		}
		if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			return fmt.Errorf("%w: part", ErrMalformed)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if kind != "text/calendar" && kind != "application/ics" || len(r.Calendars) == maxCalendars {
			return nil
		}
		text, err := io.ReadAll(io.LimitReader(part.Body, maxCalendar+1))
		if err != nil || len(text) > maxCalendar {
			return nil //nolint:nilerr // one part that cannot be read leaves the others
		}
		r.Calendars = append(r.Calendars, text)
		return nil
	})
	if err != nil && !errors.Is(err, ErrMalformed) {
		return fmt.Errorf("%w: parts", ErrMalformed)
	}
	return err
}
