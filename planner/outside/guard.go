package outside

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"code.dny.dev/ssrf"
)

// GuardConfig says where addresses that others chose may lead.
type GuardConfig struct {
	// Allow are networks of one's own that may be reached although they are not
	// public, such as that of a calendar server in the town hall.
	Allow []netip.Prefix
	// Ports are the ports that may be reached; none for 443 alone.
	Ports []uint16
	// TLS is for servers with a certificate of their own; nil for the usual.
	TLS *tls.Config
	// Resolver looks names up; nil for the system's.
	Resolver *net.Resolver
}

// maxRedirects is how often a server may send us on.
const maxRedirects = 3

var (
	errTooManyRedirects = errors.New("too many redirects")
	errInsecure         = errors.New("redirected away from https")
)

// guardedClient returns an HTTP client for addresses that others chose. Every
// connection, those of redirects included, is checked when it is made, on the
// very address it is made to: a name that means something else a moment later
// gains nothing. There is no proxy, which would connect in our place, no
// cookies, and no answer is decompressed unbounded.
func guardedClient(c GuardConfig) *http.Client {
	ports := c.Ports
	if len(ports) == 0 {
		ports = []uint16{443}
	}
	var four, six []netip.Prefix
	for _, p := range c.Allow {
		if p.Addr().Is4() {
			four = append(four, p)
		} else {
			six = append(six, p)
		}
	}
	guard := ssrf.New(ssrf.WithPorts(ports...), ssrf.WithAllowedV4Prefixes(four...), ssrf.WithAllowedV6Prefixes(six...))
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: guard.Safe, Resolver: c.Resolver}
	return &http.Client{
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, TLSClientConfig: c.TLS.Clone(),
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 10 * time.Second,
			MaxResponseHeaderBytes: 64 << 10, DisableCompression: true, DisableKeepAlives: true, ForceAttemptHTTP2: false,
		},
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			// Go sends a Referer without user and password, but with the path,
			// which of these addresses is the secret.
			next.Header.Del("Referer")
			switch {
			case len(before) > maxRedirects:
				return errTooManyRedirects
			case next.URL.Scheme != "https" || next.URL.User != nil:
				return errInsecure
			}
			return nil
		},
	}
}

// dialRefused reports whether the guard refused to connect.
func dialRefused(err error) bool {
	for _, refused := range []error{ssrf.ErrProhibitedIP, ssrf.ErrProhibitedPort, ssrf.ErrProhibitedNetwork, ssrf.ErrInvalidHostPort} {
		if errors.Is(err, refused) {
			return true
		}
	}
	return false
}

// ParseNetworks reads networks such as 10.0.0.0/8.
func ParseNetworks(texts []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range texts {
		p, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("network %q: want one such as 10.0.0.0/8", text)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
