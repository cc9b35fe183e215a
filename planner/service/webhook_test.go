package service

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// receiver is another program that takes events.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	key    string
	got    []store.Event
	ids    []string
	faults []string
}

func (r *receiver) take(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(request.Body)
	if err == nil {
		err = verified(request.Header.Get("Wijkplanner-Signature"), r.key, body)
	}
	var e store.Event
	if err := errors.Join(err, json.Unmarshal(body, &e)); err != nil {
		r.faults = append(r.faults, err.Error())
	}
	if request.Header.Get("Wijkplanner-Event") != e.Event || request.Header.Get("Content-Type") != "application/json" {
		r.faults = append(r.faults, fmt.Sprint(request.Header))
	}
	r.ids = append(r.ids, request.Header.Get("Wijkplanner-Delivery"))
	if r.status == http.StatusOK {
		r.got = append(r.got, e)
	}
	w.WriteHeader(r.status)
}

// verified checks a signature as docs/webhooks.md says, sharing no code with the
// sender.
func verified(header, key string, body []byte) error {
	stamp, signature, found := strings.Cut(strings.TrimPrefix(header, "t="), ",v1=")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || !found {
		return fmt.Errorf("signature %q", header)
	}
	if age := testNow.Sub(time.Unix(seconds, 0)).Abs(); age > 5*time.Minute {
		return fmt.Errorf("signed %s ago", age)
	}
	mac := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(mac, "%s.%s", stamp, body)
	given, err := hex.DecodeString(signature)
	if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		return errors.New("wrong signature")
	}
	return nil
}

// hooked is a world with webhooks to a receiver.
func (w world) hooked() (*Webhooks, *receiver) {
	w.Helper()
	r := &receiver{status: http.StatusOK}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(r.take))
	w.Cleanup(r.Close)
	seal, err := NewSeal(NewSealKey())
	w.must(err)
	w.Seal = seal
	at, err := url.Parse(r.URL)
	w.must(err)
	port, err := strconv.ParseUint(at.Port(), 10, 16)
	w.must(err)
	pool := x509.NewCertPool()
	pool.AddCert(r.Certificate())
	return &Webhooks{w.Service, outside.NewHooks(outside.GuardConfig{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: []uint16{uint16(port)}, TLS: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
	})}, r
}

func (w world) sends(h *Webhooks, want int) {
	w.Helper()
	if n, err := h.Send(w.Context()); err != nil || n != want {
		w.Errorf("%d deliveries taken (%v), want %d", n, err, want)
	}
}

// Events arrive signed, at those who asked for them, as often as it takes and
// with one id.
func TestWebhookHearsWhatHappens(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ahead := w.moves()
		h, r := w.hooked()
		w.published("noord", "zuid")
		made, err := h.Add(w.Context(), "noord", r.URL+"/in?token=secret", []string{"publication.undo", "plan.*", "job.done"})
		w.must(err)
		r.key = made.Key
		other, err := h.Add(w.Context(), "zuid", r.URL, []string{"*.*"})
		w.must(err)
		w.sends(h, 0)
		w.publishes() // noord hears of a draft and its publication, and so does zuid
		list, err := w.Publications(w.Context(), "noord", 0, 1)
		w.must(err)
		w.must(w.Store.RemoveWebhook(w.Context(), "zuid", other.ID))
		w.must(w.Undo(w.Context(), list[0].ID))
		if _, err := w.StartPropose(w.Context(), "noord", PlanParams{Year: 2027}); err != nil {
			w.Fatal(err)
		}
		w.does(w.quick(nil))
		w.sends(h, 5)
		var events []string
		for _, e := range r.got {
			if e.Region != "noord" || e.ObjectID == "" || e.Object == "" || e.Occurred.IsZero() {
				w.Errorf("event %+v", e)
			}
			events = append(events, e.Event)
		}
		slices.Sort(events)
		if want := []string{"job.done", "plan.create", "plan.create", "plan.publish", "publication.undo"}; !slices.Equal(events, want) {
			w.Errorf("heard %v, want %v", events, want)
		}
		// A receiver that is down hears of it later, with the same id.
		r.status, r.ids = http.StatusServiceUnavailable, nil
		w.publishesOne("noord")
		w.sends(h, 0)
		w.sends(h, 0) // not due yet
		first := slices.Clone(r.ids)
		r.status, r.ids = http.StatusOK, nil
		ahead.Add(int64(2 * time.Minute))
		w.sends(h, 2)
		slices.Sort(first)
		slices.Sort(r.ids)
		if len(first) != 2 || !slices.Equal(first, r.ids) {
			w.Errorf("ids %v, then %v", first, r.ids)
		}
		if len(r.faults) > 0 {
			w.Errorf("the receiver says %v", r.faults)
		}
		if host := h.Host(&made.Webhook); host != r.URL {
			w.Errorf("host %q, want %q", host, r.URL)
		}
	})
}

// publishesOne proposes and publishes a plan of one region.
func (w world) publishesOne(region string) {
	w.Helper()
	made, err := w.Propose(w.Context(), planner.Options{Year: 2027}, region)
	w.must(err)
	w.must(w.Publish(w.Context(), made[0].ID))
}

// A delivery that is never taken dies; an address that is gone hears no more.
func TestWebhookThatIsGone(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ahead := w.moves()
		h, r := w.hooked()
		_, err := w.Import(w.Context(), []*planner.State{town("noord")})
		w.must(err)
		made, err := h.Add(w.Context(), "noord", r.URL, []string{"plan.create"})
		w.must(err)
		r.key, r.status = made.Key, http.StatusInternalServerError
		_, err = w.Propose(w.Context(), planner.Options{Year: 2027}, "noord")
		w.must(err)
		for range hookTries + 3 {
			w.sends(h, 0)
			ahead.Add(int64(longestMailPause + longestMailPause/2))
		}
		deliveries, err := w.Store.Deliveries(w.Context(), "noord", made.ID, 10)
		w.must(err)
		if len(deliveries) != 1 || deliveries[0].State != store.DeliveryDead || deliveries[0].Attempts != hookTries || deliveries[0].Fault != outside.FetchRefused {
			w.Errorf("%+v", deliveries)
		}
		r.status = http.StatusGone
		for range 2 {
			if _, err := w.Propose(w.Context(), planner.Options{Year: 2027}, "noord"); err != nil {
				w.Fatal(err)
			}
			w.sends(h, 0)
		}
		all, err := w.Store.Webhooks(w.Context(), "noord")
		w.must(err)
		if deliveries, err = w.Store.Deliveries(w.Context(), "noord", made.ID, 10); err != nil || len(deliveries) != 2 || all[0].Disabled.IsZero() {
			w.Errorf("%d deliveries (%v), disabled %v: want no more after it said that it is gone", len(deliveries), err, all[0].Disabled)
		}
	})
}

// Addresses that lead inside, or that are no https, get nothing; keys and
// addresses are in no log and, in plain, in no database.
func TestWebhookAddressesAndSecrets(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	w := open(t, path)
	h, r := w.hooked()
	_, err := w.Import(w.Context(), []*planner.State{town("noord"), town("zuid")})
	w.must(err)
	for _, address := range []string{"http://example.nl/", "webcal://example.nl/", "https://u:p@example.nl/", "https://example.nl:22/", "https://", "ftp://example.nl", "https://example.nl/\r\nX: y"} {
		var fault *FetchError
		if _, err := h.Add(w.Context(), "noord", address, []string{"plan.*"}); !errors.As(err, &fault) || fault.Code != outside.FetchAddress {
			w.Errorf("%q: %v", address, err)
		}
	}
	for _, events := range [][]string{nil, {"plan"}, {"plan.publish", "x y.z"}, {"[.*"}, make([]string, mostPatterns+1)} {
		if _, err := h.Add(w.Context(), "noord", r.URL, events); !errors.Is(err, ErrEvents) {
			w.Errorf("%q: %v", events, err)
		}
	}
	inner := &Webhooks{w.Service, outside.NewHooks(outside.GuardConfig{})}
	for _, address := range []string{"https://127.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/", "https://10.1.2.3/"} {
		if _, err := inner.Add(w.Context(), "zuid", address, []string{"plan.*"}); err != nil {
			w.Errorf("%q: %v", address, err) // what a name means is known only when it is used
		}
	}
	made, err := h.Add(w.Context(), "noord", r.URL+"/canary-path", []string{"plan.*"})
	w.must(err)
	r.key = made.Key
	for _, region := range []string{"noord", "zuid"} {
		if _, err := w.Propose(w.Context(), planner.Options{Year: 2027}, region); err != nil {
			w.Fatal(err)
		}
	}
	if _, err := inner.Send(w.Context()); err != nil {
		w.Error(err)
	}
	hooks, err := w.Store.Webhooks(w.Context(), "zuid")
	w.must(err)
	for i := range hooks {
		d, err := w.Store.Deliveries(w.Context(), "zuid", hooks[i].ID, 5)
		w.must(err)
		if len(d) != 1 || d[0].Fault != outside.FetchInternal {
			w.Errorf("%s: %+v", inner.Host(&hooks[i]), d)
		}
	}
	text, err := os.ReadFile(path)
	w.must(err)
	wal, _ := os.ReadFile(path + "-wal") // there may be none
	for _, secret := range []string{made.Key, "canary-path"} {
		if strings.Contains(string(text)+string(wal)+w.log.String(), secret) {
			w.Errorf("%q is in the database or in the log", secret)
		}
	}
	lead := w.As(Scope{Role: store.Lead, Actor: "user:1", Region: "zuid"})
	if err := lead.Store.RemoveWebhook(w.Context(), "noord", made.ID); !errors.Is(err, ErrNotFound) {
		w.Errorf("removed from another region: %v", err)
	}
	if _, err := lead.Store.Webhooks(w.Context(), "noord"); !errors.Is(err, ErrNotFound) {
		w.Errorf("listed from another region: %v", err)
	}
}
