package outside

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const someCalendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20270120T090000Z\r\nDTEND:20270120T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// served starts a calendar server with a certificate and a fetcher that may
// reach it.
func served(t *testing.T, handler http.HandlerFunc) (string, *Fetcher) {
	t.Helper()
	s := httptest.NewTLSServer(handler)
	t.Cleanup(s.Close)
	return s.URL, NewFetcher(GuardConfig{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: []uint16{portOf(t, s.URL)}, TLS: trusts(s),
	})
}

func trusts(s *httptest.Server) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}
}

func portOf(t *testing.T, address string) uint16 {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return uint16(port)
}

func codeOf(err error) string {
	var f *FetchError
	if errors.As(err, &f) {
		return f.Code
	}
	return fmt.Sprint(err)
}

func TestFetchAndValidators(t *testing.T) {
	t.Parallel()
	address, f := served(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Last-Modified", "Tue, 12 Jan 2027 09:00:00 GMT")
		if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if r.Header.Get("Accept-Encoding") != "gzip" || r.Referer() != "" || r.Header.Get("Cookie") != "" {
			t.Errorf("headers %v", r.Header)
		}
		z := gzip.NewWriter(w)
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(z, someCalendar)
		_ = z.Close()
	})
	first, err := f.Fetch(t.Context(), strings.Replace(address, "https", "webcal", 1)+"/a.ics?token=x#fragment", "", "")
	if err != nil || string(first.Body) != someCalendar || first.ETag != `"v1"` || first.Unchanged {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := f.Fetch(t.Context(), address+"/a.ics?token=x", first.ETag, first.LastModified)
	if err != nil || !again.Unchanged || len(again.Body) > 0 {
		t.Errorf("%+v, %v, want unchanged", again, err)
	}
}

// internalAddresses has an address or two of each network that is not public.
var internalAddresses = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3", "169.254.169.254",
	"169.254.1.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255",
	"198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1",
	"2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "::127.0.0.1",
}

// otherForms are further ways to write an address inside.
var otherForms = []string{
	"2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.1", "127.0.1", "localhost", "localhost.", "LOCALHOST", "127.0.0.1.", "[::1%25lo]", "[fe80::1%25eth0]",
	"0", "[0:0:0:0:0:0:0:1]", "[::ffff:7f00:1]", "①②⑦.0.0.1", "127。0。0。1", "ｌｏｃａｌｈｏｓｔ",
}

// counted is a network in which every connection is counted: listeners on the
// loopback of both kinds, on the ports that a careless client would use.
func counted(t *testing.T) (ports []uint16, accepted *atomic.Int64) {
	t.Helper()
	accepted = &atomic.Int64{}
	for _, host := range []string{"127.0.0.1", "[::1]"} {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", host+":0")
		if err != nil {
			t.Logf("no %s here: %v", host, err)
			continue
		}
		t.Cleanup(func() { _ = l.Close() })
		ports = append(ports, uint16(l.Addr().(*net.TCPAddr).Port))
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				accepted.Add(1)
				_ = c.Close()
			}
		}()
	}
	if len(ports) == 0 {
		t.Fatal("no listener")
	}
	return ports, accepted
}

// TestRI1_NoWayIn tries every network that is not public, as a literal, by name,
// by redirect and by a name that changes its mind, and every form of address
// that is not an https address of a calendar.
func TestRI1_NoWayIn(t *testing.T) {
	t.Parallel()
	ports, accepted := counted(t)
	names := startDNS(t)
	f := NewFetcher(GuardConfig{Ports: append(ports, 443), Resolver: names.resolver()})
	f.Timeout = 3 * time.Second
	cases := 0
	refuse := func(what, address string, want ...string) {
		t.Helper()
		cases++
		_, err := f.Fetch(t.Context(), address, "", "")
		if code := codeOf(err); !slices.Contains(want, code) {
			t.Errorf("%s %s: %s, want %v", what, address, code, want)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error %q tells the address", what, err)
		}
	}
	for _, a := range internalAddresses {
		host := a
		if strings.Contains(a, ":") {
			host = "[" + a + "]"
		}
		for _, port := range append(ports, 443) {
			refuse("literal", fmt.Sprintf("https://%s:%d/canary.ics", host, port), FetchInternal)
		}
		name := names.add(a)
		for _, port := range append(ports, 443) {
			refuse("by name", fmt.Sprintf("https://%s:%d/canary.ics", name, port), FetchInternal)
		}
		// Public when it is looked at, inside when it is used.
		rebinding := names.add("93.184.216.34", a)
		_, _ = names.resolver().LookupNetIP(t.Context(), "ip", rebinding)
		refuse("rebinding", fmt.Sprintf("https://%s:%d/canary.ics", rebinding, ports[0]), FetchInternal)
	}
	for _, host := range otherForms {
		for _, port := range ports {
			refuse("other form", fmt.Sprintf("https://%s:%d/canary.ics", host, port), FetchInternal, FetchUnknown, FetchAddress, FetchBroken)
		}
	}
	for _, scheme := range []string{"http", "ftp", "file", "gopher", "data", "ldap", "dict", "javascript", "unix", "jar"} {
		refuse("scheme", scheme+"://127.0.0.1:"+fmt.Sprint(ports[0])+"/canary.ics", FetchAddress)
	}
	for _, port := range []int{22, 25, 80, 5432, 6379, 8080, 2375, 11211, 9200, 65535} {
		refuse("port", fmt.Sprintf("https://example.nl:%d/canary.ics", port), FetchAddress)
	}
	for _, address := range []string{
		"https://user@127.0.0.1/canary", "https://user:canary@example.nl/", "https://example.nl@127.0.0.1/canary", "https:///canary", "https:canary", "canary", "",
		"https://example.nl/a\r\nHost: canary", "https://example.nl/ canary", `https://example.nl\@127.0.0.1/canary`, "https://exämple.nl/canary", "https://еxample.nl/canary",
		"https://example.nl/" + strings.Repeat("c", 8192), "//127.0.0.1/canary", "https://[::1", "https://%31%32%37.0.0.1/canary", "webcal://user:canary@127.0.0.1/",
	} {
		refuse("address", address, FetchAddress, FetchInternal, FetchUnknown)
	}
	cases += redirectsInside(t, ports)
	if n := accepted.Load(); n != 0 {
		t.Errorf("%d connections were accepted inside, want 0", n)
	}
	if cases < 300 {
		t.Errorf("%d cases, want at least 300", cases)
	}
	t.Logf("R-I1: %d cases, %d accepted connections", cases, accepted.Load())
}

// redirectsInside sends a fetcher on from a server that it may reach to every
// network inside. The server's own address is the one exception it knows.
func redirectsInside(t *testing.T, ports []uint16) int {
	t.Helper()
	var target atomic.Value
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target.Load().(string), http.StatusFound)
	}))
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.77.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Listener.Close()
	s.Listener = l
	s.StartTLS()
	t.Cleanup(s.Close)
	f := NewFetcher(GuardConfig{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.77.0.1/32")}, Ports: append(ports, portOf(t, s.URL), 443), TLS: trusts(s),
	})
	for i, a := range internalAddresses {
		host := a
		if strings.Contains(a, ":") {
			host = "[" + a + "]"
		}
		target.Store(fmt.Sprintf("https://%s:%d/canary", host, ports[i%len(ports)]))
		if _, err := f.Fetch(t.Context(), s.URL, "", ""); codeOf(err) != FetchInternal {
			t.Errorf("redirected to %s: %v", a, err)
		}
	}
	return len(internalAddresses)
}

// TestRI2_Redirects: three at most, never away from https, and nothing secret
// goes along.
func TestRI2_Redirects(t *testing.T) {
	t.Parallel()
	leaked := &atomic.Int64{}
	var base string
	address, f := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Referer() != "" || r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
			leaked.Add(1)
		}
		hops, _ := strconv.Atoi(r.URL.Query().Get("hops"))
		w.Header().Set("Set-Cookie", "canary=1")
		switch {
		case r.URL.Path == "/loop":
			http.Redirect(w, r, "/loop", http.StatusMovedPermanently)
		case r.URL.Path == "/http":
			http.Redirect(w, r, strings.Replace(base, "https", "http", 1), http.StatusFound)
		case r.URL.Path == "/user":
			http.Redirect(w, r, strings.Replace(base, "https://", "https://user:canary@", 1), http.StatusFound)
		case r.URL.Path == "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case hops > 0:
			http.Redirect(w, r, fmt.Sprintf("/next?hops=%d", hops-1), []int{301, 302, 303, 307, 308}[hops%5])
		default:
			_, _ = io.WriteString(w, someCalendar)
		}
	})
	base = address
	for hops := range 11 {
		_, err := f.Fetch(t.Context(), fmt.Sprintf("%s/secret-canary?hops=%d", address, hops), "", "")
		if want := hops <= maxRedirects; (err == nil) != want || !want && codeOf(err) != FetchRedirect {
			t.Errorf("%d redirects: %v", hops, err)
		}
	}
	for _, path := range []string{"/loop", "/http", "/user", "/file"} {
		if _, err := f.Fetch(t.Context(), address+path, "", ""); codeOf(err) != FetchRedirect {
			t.Errorf("%s: %v", path, err)
		}
	}
	if n := leaked.Load(); n != 0 {
		t.Errorf("%d requests carried a Referer, a cookie or credentials", n)
	}
	t.Logf("R-I2: 1 to 10 hops, a loop and 3 bad targets: at most %d followed, %d secrets passed on", maxRedirects, leaked.Load())
}

// zeros packs so many megabytes of nothing.
func zeros(t *testing.T, megabytes int) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	block := make([]byte, 1<<20)
	for range megabytes {
		if _, err := z.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// TestRI3_SlowEndlessAndCompressed: each ends in time and within memory. It does
// not run in parallel: it measures both.
func TestRI3_SlowEndlessAndCompressed(t *testing.T) {
	stop := make(chan struct{})
	bomb := zeros(t, 256)
	address, f := served(t, func(w http.ResponseWriter, r *http.Request) {
		flush := w.(http.Flusher).Flush
		switch r.URL.Path {
		case "/slow":
			for {
				select {
				case <-stop:
					return
				case <-r.Context().Done():
					return
				case <-time.After(100 * time.Millisecond):
					_, _ = io.WriteString(w, "B")
					flush()
				}
			}
		case "/silent":
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		case "/endless":
			block := bytes.Repeat([]byte("X-LINE:1\r\n"), 10_000)
			for r.Context().Err() == nil {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		case "/short":
			w.Header().Set("Content-Length", "1000000")
			_, _ = io.WriteString(w, someCalendar)
		case "/torn":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03torn"))
		case "/brotli":
			w.Header().Set("Content-Encoding", "br")
			_, _ = io.WriteString(w, someCalendar)
		case "/header":
			w.Header().Set("X-Large", strings.Repeat("x", 200<<10))
		case "/html":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "<h1>Inloggen</h1>")
		case "/304":
			w.WriteHeader(http.StatusNotModified)
		default:
			code, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
			w.WriteHeader(code)
		}
	})
	defer close(stop)
	f.Timeout = 1500 * time.Millisecond
	cases := []struct{ path, code string }{
		{"/slow", FetchSlow},
		{"/silent", FetchSlow},
		{"/endless", FetchTooLarge},
		{"/bomb", FetchTooLarge},
		{"/short", FetchBroken},
		{"/torn", FetchBroken},
		{"/brotli", FetchEncoding},
		{"/header", FetchBroken},
		{"/html", FetchType},
		{"/304", FetchNotAsked},
		{"/404", FetchGone},
		{"/410", FetchGone},
		{"/401", FetchRefused},
		{"/500", FetchRefused},
		{"/204", FetchRefused},
	}
	worst, grown := time.Duration(0), uint64(0)
	for _, c := range cases {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err := f.Fetch(t.Context(), address+c.path, "", "")
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if codeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", c.path, err, c.code)
		}
		if took > f.Timeout+time.Second {
			t.Errorf("%s took %v", c.path, took)
		}
		worst = max(worst, took)
		if after.HeapInuse > before.HeapInuse {
			grown = max(grown, after.HeapInuse-before.HeapInuse)
		}
	}
	if grown > 50<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	if fetchTimeout > 15*time.Second {
		t.Errorf("a fetch may take %v, more than 15 s", fetchTimeout)
	}
	t.Logf("R-I3: %d hostile answers: the slowest %v with a limit of %v (15 s in use), heap +%d MB at most", len(cases), worst.Round(time.Millisecond), f.Timeout, grown>>20)
}

func TestFetchTextsAreThere(t *testing.T) {
	t.Parallel()
	for code, text := range fetchTexts {
		if text[0] == "" || text[1] == "" {
			t.Errorf("%s has no text", code)
		}
	}
	if nl := fetchError(FetchInternal).Dutch; nl != "dit adres ligt in een intern netwerk" {
		t.Errorf("%q", nl)
	}
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	got, err := ParseNetworks([]string{"10.1.2.3/8", " fd00::/8 "})
	if err != nil || fmt.Sprint(got) != "[10.0.0.0/8 fd00::/8]" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := ParseNetworks([]string{"10.0.0.0"}); err == nil {
		t.Error("an address without a length is taken")
	}
}
