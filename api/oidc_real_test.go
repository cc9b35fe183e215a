package api_test

import (
	"bufio"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/outside"
)

// realProvider starts oidc-provider (npm) and returns its issuer.
func realProvider(t *testing.T) string {
	t.Helper()
	const folder = "testdata/oidc"
	if _, err := os.Stat(folder + "/node_modules/oidc-provider"); err != nil {
		t.Fatalf("the identity provider is not installed: run make setup, or npm ci in api/%s (%v)", folder, err)
	}
	command := exec.CommandContext(t.Context(), "node", "provider.mjs", publicURL+"/oidc/callback")
	command.Dir, command.Stderr = folder, os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "http://") {
			return lines.Text()
		}
	}
	t.Fatalf("the identity provider did not start: %v", lines.Err())
	return ""
}

// through goes by way of the provider as a person does, and returns its redirect
// back to us.
func through(t *testing.T, address, as, methods string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Jar: jar, Timeout: 20 * time.Second, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for range 10 {
		if path, ours := strings.CutPrefix(address, publicURL); ours {
			return path
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		next, err := answer.Location()
		if err != nil {
			t.Fatalf("%s: %d without a redirect", r.URL.Path, answer.StatusCode)
		}
		if strings.HasPrefix(next.Path, "/interaction/") {
			next.RawQuery = url.Values{"as": {as}, "amr": {methods}}.Encode()
		}
		address = next.String()
	}
	t.Fatal("the provider sends us round and round")
	return ""
}

// TestRA10_RealProvider signs in by way of a provider that others wrote.
func TestRA10_RealProvider(t *testing.T) {
	t.Parallel()
	issuer := realProvider(t)
	provider, err := outside.NewProvider(outside.ProviderConfig{
		Issuer: issuer, ClientID: clientID, Redirect: publicURL + "/oidc/callback", Classes: []string{"urn:high"}, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	h := openHouse(t, t.TempDir()+"/test.db", provider)
	u := h.account("lead", leadRole)
	h.must(h.Store.BindSubject(h.Context(), u.ID, issuer, "lead"))
	for what, c := range map[string]struct {
		as, methods string
		in          bool
		say         string
	}{
		"a lead with two factors": {"lead", "pwd mfa", true, ""},
		"a lead with one":         {"lead", "pwd", false, "tweede factor"},
		"a stranger":              {"stranger", "pwd mfa", false, "geen account gekoppeld"},
	} {
		b := h.browser()
		start := b.post("/oidc/start", url.Values{"next": {"/?region=noord"}})
		back := through(t, start.Header().Get("Location"), c.as, c.methods)
		a := b.get(back)
		if b.in() != c.in || c.in && a.Header().Get("Location") != "/?region=noord" || !strings.Contains(a.Body.String(), c.say) {
			t.Errorf("%s: in %v, %d %s", what, b.in(), a.Code, h.log)
		}
		if again := b.copied().get(back); again.Code < 400 {
			t.Errorf("%s: the same redirect again: %d", what, again.Code)
		}
	}
}
