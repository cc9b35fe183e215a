package outside

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// hookTimeout bounds one delivery; a receiver that has more to do does it later.
	hookTimeout = 10 * time.Second
	// maxHookAnswer bounds what is read of an answer, which nobody looks at.
	maxHookAnswer = 64 << 10
)

// Hook is one delivery of an event to another program.
type Hook struct {
	Address string
	// ID is the same at every attempt: who gets it twice can tell.
	ID, Event string
	Body      []byte
	// Secret signs it.
	Secret string
}

// Hooks delivers events to addresses that others chose. It may be used
// concurrently.
type Hooks struct {
	client *http.Client
	// addresses says which addresses there can be.
	addresses *Fetcher
	// Timeout bounds one delivery; zero is 10 seconds.
	Timeout time.Duration
}

// NewHooks returns a sender behind a guard. It follows no redirect: who moves
// says so.
func NewHooks(c GuardConfig) *Hooks {
	h := &Hooks{client: guardedClient(c), addresses: NewFetcher(c)}
	h.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return h
}

// CleanAddress returns the address of a webhook as it is kept: https alone,
// without user name or another port, and of no machine that is not public; a
// name is looked up only when it is used. The error is a *FetchError.
func (h *Hooks) CleanAddress(s string) (string, error) {
	if !strings.HasPrefix(strings.TrimSpace(s), "https://") {
		return "", fetchError(FetchAddress)
	}
	return h.addresses.CleanAddress(s)
}

// Sign returns the signature of a body at a moment, in Unix seconds: HMAC-SHA-256
// over the moment, a full stop and the body, so that neither can be changed and
// an old delivery is known for what it is.
func Sign(secret string, at int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strconv.FormatInt(at, 10) + "."))
	mac.Write(body)
	return "t=" + strconv.FormatInt(at, 10) + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Send delivers an event. Any status of success will do. The error is a
// *FetchError: FetchGone when the address says that it is there no more.
func (h *Hooks) Send(ctx context.Context, hook *Hook, now time.Time) error {
	address, err := h.CleanAddress(hook.Address)
	if err != nil {
		return err
	}
	timeout := h.Timeout
	if timeout == 0 {
		timeout = hookTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(string(hook.Body)))
	if err != nil {
		return fetchError(FetchAddress)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Wijkplanner", "Wijkplanner-Event": hook.Event, "Wijkplanner-Delivery": hook.ID,
		"Wijkplanner-Signature": Sign(hook.Secret, now.Unix(), hook.Body),
	} {
		request.Header.Set(name, value)
	}
	answer, err := h.client.Do(request)
	if err != nil {
		return connectFault(ctx, err)
	}
	defer func() { _ = answer.Body.Close() }()
	// So that the receiver sees its answer taken; what it says is nobody's affair.
	_, _ = io.CopyN(io.Discard, answer.Body, maxHookAnswer)
	switch {
	case answer.StatusCode >= 200 && answer.StatusCode < 300:
		return nil
	case answer.StatusCode == http.StatusGone:
		return fetchError(FetchGone)
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return fetchError(FetchRedirect)
	default:
		return fetchError(FetchRefused)
	}
}
