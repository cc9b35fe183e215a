package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// stopRate is how many pages a second are asked for while it stops.
const stopRate = 200

// TestRO1_StopUnderLoad tells a server to stop in the middle of its work: it says
// so first, as a load balancer wants to hear, answers what it has taken on, hands
// its job back, and is gone in time.
func TestRO1_StopUnderLoad(t *testing.T) {
	stops := 5
	if os.Getenv("WIJKPLANNER_LONG") != "" {
		stops = 50
	}
	for name, address := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "test.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.Database(t, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCrash(t, address(t))
			answered, failed, longest := 0, 0, time.Duration(0)
			for range stops {
				a, f, took := c.stop()
				answered, failed, longest = answered+a, failed+f, max(longest, took)
			}
			if failed != 0 || answered == 0 || longest > 15*time.Second {
				t.Errorf("%d answered, %d failed, exit within %s", answered, failed, longest)
			}
			db := c.look()
			defer func() { _ = db.Close() }()
			if n := c.count(c.Context(), db, "SELECT count(*) FROM jobs WHERE failures > 0 OR state NOT IN ('waiting', 'done')"); n != 0 {
				t.Errorf("%d jobs were not handed back", n)
			}
			t.Logf("%d stops under %d requests a second: %d answered, %d failed; the longest exit took %s", stops, stopRate, answered, failed, longest.Round(time.Millisecond))
		})
	}
}

// stop starts the server, asks for pages and a plan, and tells it to stop. It
// returns how many requests were answered and failed, and how long the exit took.
func (c *crash) stop() (answered, failed int, took time.Duration) {
	c.Helper()
	server := c.start()
	var id int64
	c.post(c.Context(), "/plan", service.PlanParams{Year: 2027, Iterations: 20000, MaxChanges: -1}, &id)
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	var good, bad atomic.Int64
	var group sync.WaitGroup
	group.Go(func() {
		ticker := time.NewTicker(time.Second / stopRate)
		defer ticker.Stop()
		for ctx.Err() == nil {
			<-ticker.C
			group.Go(func() {
				if status, err := c.get(ctx, "/robots.txt"); err != nil || status != http.StatusOK {
					bad.Add(1)
				} else {
					good.Add(1)
				}
			})
		}
	})
	time.Sleep(500 * time.Millisecond)
	began := time.Now()
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		c.Fatal(err)
	}
	for c.health() == http.StatusOK { // as a load balancer looks
		time.Sleep(20 * time.Millisecond)
	}
	cancel() // and sends no more
	group.Wait()
	if err := server.Wait(); err != nil {
		c.Errorf("exit: %v", err)
	}
	return int(good.Load()), int(bad.Load()), time.Since(began)
}
