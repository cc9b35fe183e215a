package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of every load.
const (
	maxRequests = 2_000_000
	maxTime     = 60 * time.Second
	// slow is when a request counts as lost.
	slow = 30 * time.Second
)

// request is a request to send as it is, and the status that it must get.
type request struct {
	text   []byte
	status int
}

// get makes a GET request with header lines.
func get(host, path string, status int, lines ...string) request {
	head := append([]string{"GET " + path + " HTTP/1.1", "Host: " + host}, lines...)
	return request{[]byte(strings.Join(head, "\r\n") + "\r\n\r\n"), status}
}

// loopback refuses an address that is not this machine.
func loopback(address string) error {
	ip, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if !ip.Addr().IsLoopback() {
		return fmt.Errorf("address %s: the load goes to this machine only", address)
	}
	return nil
}

// caller is one connection that sends one request after the other.
type caller struct {
	address string
	conn    net.Conn
	in      *bufio.Reader
}

func (c *caller) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// answer is what came back; body only where it is kept.
type answer struct {
	status int
	head   map[string]string
	body   []byte
}

// send sends a request and reads the answer.
func (c *caller) send(r request, keep bool) (answer, error) {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.address, slow) //nolint:noctx // bounded by its time
		if err != nil {
			return answer{}, err
		}
		c.conn, c.in = conn, bufio.NewReaderSize(conn, 64<<10)
	}
	a, more, err := c.exchange(r, keep)
	if err != nil || !more {
		c.close()
	}
	if err == nil && r.status != 0 && a.status != r.status {
		return a, fmt.Errorf("status %d, want %d", a.status, r.status)
	}
	return a, err
}

func (c *caller) exchange(r request, keep bool) (a answer, more bool, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(slow)); err != nil {
		return a, false, err
	}
	if _, err := c.conn.Write(r.text); err != nil {
		return a, false, err
	}
	length, more, err := c.readHead(&a, keep)
	if err != nil || a.status == 304 || a.status == 204 {
		return a, more, err
	}
	if length < 0 { // to the end of the connection
		more, length = false, 1<<62
	}
	body := io.LimitReader(c.in, length)
	if keep {
		a.body, err = io.ReadAll(body)
	} else {
		_, err = io.Copy(io.Discard, body)
	}
	return a, more, err
}

// readHead reads the status line and the head; length is −1 where it is not
// told, and more whether the connection can be used again.
func (c *caller) readHead(a *answer, keep bool) (length int64, more bool, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, false, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return 0, false, fmt.Errorf("not HTTP: %q", line)
	}
	length, more = -1, line[7] == '1'
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, false, err
	}
	if keep {
		a.head = map[string]string{}
	}
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, false, err
		}
		name, value, found := bytes.Cut(bytes.TrimSpace(line), []byte(": "))
		switch {
		case !found:
			return length, more, nil
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return 0, false, err
			}
		case bytes.EqualFold(name, []byte("Connection")):
			more = more && !bytes.EqualFold(value, []byte("close"))
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			return 0, false, errors.New("chunks are not read")
		}
		if keep {
			a.head[strings.ToLower(string(name))] = string(value)
		}
	}
}

// load is what a number of requests took.
type load struct {
	took      time.Duration
	latencies []time.Duration
	failed    int64
	fault     error
}

// rate is how many requests succeeded a second.
func (l *load) rate() float64 { return float64(len(l.latencies)) / l.took.Seconds() }

// percentile is the latency that a share of the requests did not pass.
func (l *load) percentile(share float64) time.Duration {
	if len(l.latencies) == 0 {
		return 0
	}
	slices.Sort(l.latencies)
	return l.latencies[min(len(l.latencies)-1, int(share*float64(len(l.latencies))))]
}

// hammer sends requests over some connections, each as soon as the last is
// answered, for a time.
func hammer(address string, connections int, d time.Duration, next func(n int64) request) (*load, error) {
	if err := loopback(address); err != nil {
		return nil, err
	}
	d = min(d, maxTime)
	var sent atomic.Int64
	return run(address, connections, func(send func(r request, since time.Time)) {
		for end := time.Now().Add(d); time.Now().Before(end); {
			n := sent.Add(1)
			if n > maxRequests {
				return
			}
			send(next(n), time.Now())
		}
	}), nil
}

// pace sends a number of requests a second over some connections, for a time.
// A request's latency counts from when it was due, so that one that waits
// behind others is not taken for a fast one.
func pace(address string, connections, rate int, d time.Duration, next func(n int64) request) (*load, error) {
	if err := loopback(address); err != nil {
		return nil, err
	}
	total := min(int(min(d, maxTime).Seconds()*float64(rate)), maxRequests)
	due := make(chan int, total)
	begin := time.Now()
	at := func(i int) time.Time { return begin.Add(time.Duration(i) * time.Second / time.Duration(rate)) }
	go func() {
		for i := range total {
			time.Sleep(time.Until(at(i)))
			due <- i
		}
		close(due)
	}()
	return run(address, connections, func(send func(r request, since time.Time)) {
		for i := range due {
			send(next(int64(i)), at(i))
		}
	}), nil
}

// run lets some connections work side by side and gathers what they measured.
func run(address string, connections int, work func(send func(r request, since time.Time))) *load {
	var all load
	var mu sync.Mutex
	var wait sync.WaitGroup
	begin := time.Now()
	for range connections {
		wait.Go(func() {
			c := &caller{address: address}
			defer c.close()
			var mine load
			work(func(r request, since time.Time) {
				if _, err := c.send(r, false); err != nil {
					mine.failed++
					mine.fault = err
					return
				}
				mine.latencies = append(mine.latencies, time.Since(since))
			})
			mu.Lock()
			defer mu.Unlock()
			all.latencies = append(all.latencies, mine.latencies...)
			all.failed += mine.failed
			all.fault = errors.Join(all.fault, mine.fault)
		})
	}
	wait.Wait()
	all.took = time.Since(begin)
	return &all
}
