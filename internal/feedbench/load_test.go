package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// counting is a server that counts and answers by path.
func counting(t *testing.T) (address string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		switch r.URL.Path {
		case "/same":
			w.WriteHeader(http.StatusNotModified)
		case "/closes":
			w.Header().Set("Connection", "close")
			_, _ = w.Write([]byte("text"))
		default:
			w.Header().Set("ETag", `"x"`)
			w.Header().Set("Content-Length", "4")
			_, _ = w.Write([]byte("text"))
		}
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), asked
}

func TestLoadGoesToThisMachineOnly(t *testing.T) {
	t.Parallel()
	never := func(int64) request { t.Error("a request was made"); return request{} }
	for _, address := range []string{"192.0.2.1:80", "example.nl:80", "0.0.0.0:80", "[2001:db8::1]:80", ""} {
		if _, err := hammer(address, 1, time.Second, never); err == nil {
			t.Errorf("%q is hammered", address)
		}
		if _, err := pace(address, 1, 1, time.Second, never); err == nil {
			t.Errorf("%q is paced", address)
		}
	}
}

func TestAnswersAreRead(t *testing.T) {
	t.Parallel()
	address, _ := counting(t)
	c := &caller{address: address}
	defer c.close()
	for range 2 {
		for path, status := range map[string]int{"/": 200, "/same": 304, "/closes": 200} {
			a, err := c.send(get(address, path, status), true)
			if err != nil || a.status != status || status == 200 && string(a.body) != "text" || path == "/" && a.head["etag"] != `"x"` {
				t.Errorf("%s: %+v, %v", path, a, err)
			}
		}
	}
	if _, err := c.send(get(address, "/", 404), false); err == nil {
		t.Error("another status than asked for is taken")
	}
}

func TestLoadsAreBounded(t *testing.T) {
	t.Parallel()
	address, asked := counting(t)
	r := get(address, "/", 200)
	l, err := pace(address, 4, 200, 500*time.Millisecond, func(int64) request { return r })
	if err != nil || len(l.latencies) != 100 || l.failed != 0 || asked.Load() != 100 {
		t.Fatalf("%d requests, %d failed, %v; want 100", len(l.latencies), l.failed, err)
	}
	if l.percentile(.99) < l.percentile(.5) || l.rate() > 230 {
		t.Errorf("p50 %v, p99 %v, %.0f a second", l.percentile(.5), l.percentile(.99), l.rate())
	}
	begin := time.Now()
	l, err = hammer(address, 2, 200*time.Millisecond, func(int64) request { return r })
	if err != nil || len(l.latencies) == 0 || time.Since(begin) > 5*time.Second {
		t.Errorf("%d requests in %v, %v", len(l.latencies), time.Since(begin), err)
	}
}
