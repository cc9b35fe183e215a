package outside

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// FetchError says why a foreign calendar could not be fetched. Code is stable;
// neither the address nor a word of the server is in it.
type FetchError struct {
	Code           string // one of the Fetch... constants
	Dutch, English string
}

// Error returns the English sentence.
func (e *FetchError) Error() string { return "foreign calendar: " + e.English }

// The codes of a FetchError.
const (
	FetchAddress  = "bad_address"     // not an address we fetch from
	FetchInternal = "internal"        // leads into a network that is not public
	FetchRedirect = "bad_redirect"    // too many, in a circle, or away from https
	FetchUnknown  = "unknown_host"    // the name does not exist
	FetchSlow     = "too_slow"        // took longer than the limit
	FetchBroken   = "broken_off"      // the connection broke off
	FetchRefused  = "refused"         // the server answered with an error
	FetchTooLarge = "too_large"       // more than the limit, decompressed
	FetchEncoding = "unknown_coding"  // a compression that we did not ask for
	FetchType     = "not_calendar"    // a page instead of a calendar
	FetchGone     = "gone"            // the server says that it is gone for good
	FetchNotAsked = "not_modified_of" // 304 although we have no copy
)

var fetchTexts = map[string][2]string{
	FetchAddress:  {"dit is geen adres van een agenda: het begint met https:// of webcal:// en heeft geen gebruikersnaam of poort", "this is no address of a calendar: it begins with https:// or webcal:// and has no user name or port"},
	FetchInternal: {"dit adres ligt in een intern netwerk", "this address is in an internal network"},
	FetchRedirect: {"dit adres stuurt te vaak door, of naar een onveilig adres", "this address redirects too often, or to an insecure one"},
	FetchUnknown:  {"deze server bestaat niet", "this server does not exist"},
	FetchSlow:     {"de server antwoordt te langzaam", "the server answers too slowly"},
	FetchBroken:   {"de verbinding werd verbroken of kwam niet tot stand", "the connection broke off or was not made"},
	FetchRefused:  {"de server geeft de agenda niet", "the server does not give the calendar"},
	FetchTooLarge: {"de agenda is groter dan 5 MB", "the calendar is larger than 5 MB"},
	FetchEncoding: {"de server stuurt een compressie die niet gevraagd is", "the server sends a compression that was not asked for"},
	FetchType:     {"de server stuurt een webpagina in plaats van een agenda", "the server sends a web page instead of a calendar"},
	FetchGone:     {"de agenda bestaat niet meer op dit adres", "the calendar is no longer at this address"},
	FetchNotAsked: {"de server zegt dat er niets veranderd is, maar er is nog geen kopie", "the server says that nothing changed, but there is no copy yet"},
}

func fetchError(code string) *FetchError {
	return &FetchError{Code: code, Dutch: fetchTexts[code][0], English: fetchTexts[code][1]}
}

// Copy is a foreign calendar as it was fetched, or that it is still the same.
type Copy struct {
	Body               []byte
	ETag, LastModified string
	// Unchanged says that the copy with the validators that were given is still
	// right; Body is empty then.
	Unchanged bool
}

const (
	// maxFetch bounds a calendar, decompressed.
	maxFetch = 5 << 20
	// fetchTimeout bounds all of it, redirects included.
	fetchTimeout = 15 * time.Second
	// maxValidator bounds an ETag that is kept.
	maxValidator = 200
	// maxAddress bounds an address.
	maxAddress = 2000
)

// Fetcher fetches the calendars of others. It may be used concurrently.
type Fetcher struct {
	client *http.Client
	ports  map[string]bool
	// Timeout bounds one fetch; zero is 15 seconds.
	Timeout time.Duration
}

// NewFetcher returns a fetcher behind a guard.
func NewFetcher(c GuardConfig) *Fetcher {
	f := &Fetcher{client: guardedClient(c), ports: map[string]bool{"": true, "443": true}}
	for _, p := range c.Ports {
		f.ports[fmt.Sprint(p)] = true
	}
	return f
}

// CleanAddress returns the https address of a calendar: webcal is another word
// for it. It refuses other schemes, a user name, other ports and addresses of
// machines that are not public; a name is looked up only when it is fetched.
func (f *Fetcher) CleanAddress(s string) (string, error) {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || len(s) > maxAddress || strings.ContainsAny(s, "\r\n\t \\") {
		return "", fetchError(FetchAddress)
	}
	if u.Scheme == "webcal" || u.Scheme == "webcals" {
		u.Scheme = "https"
	}
	if u.Scheme != "https" || u.User != nil || u.Opaque != "" || u.Hostname() == "" || !f.ports[u.Port()] || !isASCII(u.Host) {
		return "", fetchError(FetchAddress)
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Fetch fetches a calendar from an address that CleanAddress gave, unless it is
// still the copy with these validators. The error is a *FetchError.
func (f *Fetcher) Fetch(ctx context.Context, address, etag, lastModified string) (Copy, error) {
	address, err := f.CleanAddress(address)
	if err != nil {
		return Copy{}, err
	}
	timeout := f.Timeout
	if timeout == 0 {
		timeout = fetchTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Copy{}, fetchError(FetchAddress)
	}
	request.Header.Set("Accept", "text/calendar, text/plain;q=0.5")
	request.Header.Set("Accept-Encoding", "gzip")
	request.Header.Set("User-Agent", "Wijkplanner")
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	if lastModified != "" {
		request.Header.Set("If-Modified-Since", lastModified)
	}
	answer, err := f.client.Do(request)
	if err != nil {
		return Copy{}, connectFault(ctx, err)
	}
	defer func() { _ = answer.Body.Close() }()
	return read(ctx, answer, etag != "" || lastModified != "")
}

// connectFault says why there is no answer. The errors of net/http hold the
// address, so nothing of them is kept.
func connectFault(ctx context.Context, err error) *FetchError {
	var dns *net.DNSError
	switch {
	case dialRefused(err):
		return fetchError(FetchInternal)
	case errors.Is(err, errTooManyRedirects), errors.Is(err, errInsecure):
		return fetchError(FetchRedirect)
	case ctx.Err() != nil, isTimeout(err):
		return fetchError(FetchSlow)
	case errors.As(err, &dns):
		return fetchError(FetchUnknown)
	default:
		return fetchError(FetchBroken)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// read takes the answer, within its limits.
func read(ctx context.Context, answer *http.Response, known bool) (Copy, error) {
	switch {
	case answer.StatusCode == http.StatusNotModified && known:
		return Copy{Unchanged: true}, nil
	case answer.StatusCode == http.StatusNotModified:
		return Copy{}, fetchError(FetchNotAsked)
	case answer.StatusCode == http.StatusGone, answer.StatusCode == http.StatusNotFound:
		return Copy{}, fetchError(FetchGone)
	case answer.StatusCode != http.StatusOK:
		return Copy{}, fetchError(FetchRefused)
	}
	if kind := strings.ToLower(answer.Header.Get("Content-Type")); strings.HasPrefix(kind, "text/html") {
		return Copy{}, fetchError(FetchType)
	}
	body, err := decompressed(answer)
	if err != nil {
		return Copy{}, err
	}
	text, err := io.ReadAll(io.LimitReader(body, maxFetch+1))
	switch {
	case ctx.Err() != nil, err != nil && isTimeout(err):
		// Also without an error: a server that hears us hang up can end its answer
		// in good order before the connection is closed.
		return Copy{}, fetchError(FetchSlow)
	case err != nil: // fewer bytes than announced, a torn gzip stream
		return Copy{}, fetchError(FetchBroken)
	case len(text) > maxFetch:
		return Copy{}, fetchError(FetchTooLarge)
	}
	return Copy{
		Body: text, ETag: validator(answer.Header.Get("ETag")), LastModified: validator(answer.Header.Get("Last-Modified")),
	}, nil
}

// decompressed is the body without its compression; what comes out of it is
// counted, not what goes in. A file may be a gzip file by itself as well.
func decompressed(answer *http.Response) (io.Reader, error) {
	switch strings.ToLower(strings.TrimSpace(answer.Header.Get("Content-Encoding"))) {
	case "", "identity":
		return answer.Body, nil
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(answer.Body)
		if err != nil {
			return nil, fetchError(FetchBroken)
		}
		z.Multistream(false)
		return z, nil
	default:
		return nil, fetchError(FetchEncoding)
	}
}

// validator is a header to send back, unless it is no text that one can send.
func validator(s string) string {
	if len(s) > maxValidator || bytes.ContainsFunc([]byte(s), func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return s
}
