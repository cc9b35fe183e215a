package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
)

// TestRD8_PanicsOfHandlersDoNotEnd: a thousand panics, several at once; each is a
// 500 with the id by which the log tells it, and the server goes on.
func TestRD8_PanicsOfHandlersDoNotEnd(t *testing.T) {
	t.Parallel()
	const panics, clients = 1000, 4
	var log lockedBuilder
	c := config(&log)
	var broken atomic.Bool
	broken.Store(true)
	answers := c.Region
	c.Region = func(ctx context.Context, name string) (web.Region, error) {
		if broken.Load() {
			panic("canary")
		}
		return answers(ctx, name)
	}
	server := httptest.NewServer(handler(t, c))
	defer server.Close()
	get := func() (status int, id string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/?region=Noord", nil)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		answer, err := server.Client().Do(request)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer func() { _ = answer.Body.Close() }()
		_, _ = io.Copy(io.Discard, answer.Body)
		return answer.StatusCode, answer.Header.Get("X-Request-Id")
	}
	var group sync.WaitGroup
	var wrong atomic.Int64
	for range clients {
		group.Go(func() {
			for range panics / clients {
				if status, id := get(); status != http.StatusInternalServerError || id == "" || !strings.Contains(log.String(), id) {
					wrong.Add(1)
				}
			}
		})
	}
	group.Wait()
	broken.Store(false)
	if status, _ := get(); status != http.StatusOK || wrong.Load() != 0 {
		t.Errorf("%d answers without a 500 and an id that the log has; afterwards %d", wrong.Load(), status)
	}
	t.Logf("%d panics: %d answers 500 with an id, 0 exits", panics, panics-int(wrong.Load()))
}

// lockedBuilder is a text that several goroutines may write.
type lockedBuilder struct {
	mu sync.Mutex
	strings.Builder
}

func (b *lockedBuilder) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Builder.Write(p)
}

func (b *lockedBuilder) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Builder.String()
}
