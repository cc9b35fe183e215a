package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"
)

// options are the flags.
type options struct {
	server, radicale, db string
	events, feeds, rate  int
	seconds              int
}

func main() {
	var o options
	flag.StringVar(&o.server, "server", "bin/wijkplanner", "our program")
	flag.StringVar(&o.radicale, "radicale", "radicale", "Radicale's program")
	flag.StringVar(&o.db, "db", "", "an empty database for the measure; without it a new embedded one")
	flag.IntVar(&o.events, "events", 500, "events of the feed that is compared")
	flag.IntVar(&o.feeds, "feeds", 1000, "different feeds that the crowd reads")
	flag.IntVar(&o.rate, "rate", 2000, "how often a second the crowd reads")
	flag.IntVar(&o.seconds, "seconds", 6, "how long each load lasts, at most 60")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := measure(ctx, &o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "feedbench:", err)
		os.Exit(1)
	}
}

// measure makes the data, measures and writes the table.
func measure(ctx context.Context, o *options, w io.Writer) (err error) {
	folder, err := os.MkdirTemp("", "feedbench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	binary, err := filepath.Abs(o.server)
	if err != nil {
		return err
	}
	if o.db == "" {
		o.db = filepath.Join(folder, "bench.db")
	}
	t, err := seed(ctx, o.db, o.events, o.feeds)
	if err != nil {
		return fmt.Errorf("make the data: %w", err)
	}
	us, err := ours(ctx, folder, binary, o.db)
	if err != nil {
		return err
	}
	defer us.stop()
	b := &bench{options: o, us: us, tokens: t, d: time.Duration(o.seconds) * time.Second}
	if err := b.first(); err != nil {
		return err
	}
	if b.them, b.path, err = radicale(ctx, folder, o.radicale, b.text); err != nil {
		return err
	}
	defer b.them.stop()
	for _, step := range []func() error{b.radicale, b.repeats, b.crowd} {
		if err := step(); err != nil {
			return err
		}
	}
	b.write(w)
	return nil
}

// bench is one run of the measure.
type bench struct {
	*options
	us, them *server
	path     string // of Radicale's calendar
	tokens   *tokens
	d        time.Duration
	text     []byte // of the feed that is compared
	etag     string // of it, compressed
	rows     []row
}

// row is a line of the table.
type row struct {
	what   string
	server *server
	n      int
	rate   float64
	cpu    time.Duration // of the server, for each request
	p50    time.Duration
	p99    time.Duration
}

// cost runs a load and makes a row of it; a request that fails is a fault.
func (b *bench) cost(what string, s *server, f func() (*load, error)) error {
	before, err := s.cpu()
	if err != nil {
		return err
	}
	l, err := f()
	if err != nil {
		return err
	}
	after, err := s.cpu()
	if err != nil {
		return err
	}
	if l.failed > 0 || len(l.latencies) == 0 {
		return fmt.Errorf("%s: %d of %d requests failed: %w", what, l.failed, int(l.failed)+len(l.latencies), l.fault)
	}
	n := len(l.latencies)
	b.rows = append(b.rows, row{what, s, n, l.rate(), (after - before) / time.Duration(n), l.percentile(.5), l.percentile(.99)})
	return nil
}

// connections is how many readers there are at once.
const connections = 8

// one sends a list of requests, one after the other.
func one(address string, requests []request) func() (*load, error) {
	return func() (*load, error) {
		if err := loopback(address); err != nil {
			return nil, err
		}
		return run(address, 1, func(send func(r request, since time.Time)) {
			for _, r := range requests {
				send(r, time.Now())
			}
		}), nil
	}
}

func (b *bench) feed(token string, status int, lines ...string) request {
	return get(b.us.address, "/f/"+token+".ics", status, lines...)
}

// first reads feeds that nobody has read, and keeps the text of one.
func (b *bench) first() error {
	var requests []request
	for _, token := range b.tokens.first {
		requests = append(requests, b.feed(token, 200))
	}
	if err := b.cost("first rendering", b.us, one(b.us.address, requests)); err != nil {
		return err
	}
	c := &caller{address: b.us.address}
	defer c.close()
	a, err := c.send(b.feed(b.tokens.first[0], 200), true)
	if err != nil {
		return err
	}
	b.text = a.body
	a, err = c.send(b.feed(b.tokens.first[0], 200, "Accept-Encoding: gzip"), true)
	b.etag = a.head["etag"]
	return err
}

// radicale reads the same calendar from Radicale, which renders it each time.
func (b *bench) radicale() error {
	r := get(b.them.address, b.path, 200, radicaleUser)
	warm, each := []request{r, r}, make([]request, len(b.tokens.first))
	for i := range each {
		each[i] = r
	}
	if _, err := one(b.them.address, warm)(); err != nil {
		return err
	}
	if err := b.cost("first rendering", b.them, one(b.them.address, each)); err != nil {
		return err
	}
	return b.cost("repeat", b.them, func() (*load, error) {
		return hammer(b.them.address, connections, b.d, func(int64) request { return r })
	})
}

// repeats reads one feed again and again.
func (b *bench) repeats() error {
	token := b.tokens.first[0]
	for what, r := range map[string]request{
		"repeat":              b.feed(token, 200),
		"repeat, gzip":        b.feed(token, 200, "Accept-Encoding: gzip"),
		"unchanged (304)":     b.feed(token, 304, "Accept-Encoding: gzip", "If-None-Match: "+b.etag),
		"unknown token (404)": get(b.us.address, "/f/pf_feed_aaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_aaaaaa.ics", 404),
	} {
		err := b.cost(what, b.us, func() (*load, error) {
			return hammer(b.us.address, connections, b.d, func(int64) request { return r })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// crowd reads many different feeds at a steady pace, after a round in which
// each is rendered.
func (b *bench) crowd() error {
	requests := make([]request, len(b.tokens.many))
	for i, token := range b.tokens.many {
		requests[i] = b.feed(token, 200, "Accept-Encoding: gzip")
	}
	if _, err := one(b.us.address, requests)(); err != nil {
		return err
	}
	what := fmt.Sprintf("%d different feeds", len(requests))
	return b.cost(what, b.us, func() (*load, error) {
		return pace(b.us.address, 8*connections, b.rate, b.d, func(n int64) request { return requests[int(n)%len(requests)] })
	})
}

// find returns the row of a server.
func (b *bench) find(s *server, what string) row {
	for _, r := range b.rows {
		if r.server == s && r.what == what {
			return r
		}
	}
	return row{}
}

func (b *bench) write(w io.Writer) {
	fmt.Fprintf(w, "A feed of %d events, %d bytes; %d connections, %d s each; %s, %d processors; %s\n\n",
		b.events, len(b.text), connections, b.seconds, runtime.Version(), runtime.NumCPU(), time.Now().Format(time.DateOnly))
	fmt.Fprintf(w, "| %-22s | %-11s | %8s | %10s | %12s | %9s | %9s |\n", "", "server", "requests", "a second", "CPU each", "p50", "p99")
	fmt.Fprintf(w, "| --- | --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, r := range b.rows {
		fmt.Fprintf(w, "| %-22s | %-11s | %8d | %10.0f | %12s | %9s | %9s |\n", r.what, r.server.name, r.n, r.rate,
			r.cpu.Round(time.Microsecond), r.p50.Round(10*time.Microsecond), r.p99.Round(10*time.Microsecond))
	}
	us, them := b.find(b.us, "first rendering"), b.find(b.them, "first rendering")
	repeat, zipped, theirs := b.find(b.us, "repeat"), b.find(b.us, "repeat, gzip"), b.find(b.them, "repeat")
	unchanged, many := b.find(b.us, "unchanged (304)"), b.find(b.us, fmt.Sprintf("%d different feeds", len(b.tokens.many)))
	fmt.Fprintf(w, "\n| asked | reached | |\n| --- | --- | --- |\n")
	verdict := func(asked, reached string, ok bool) {
		fmt.Fprintf(w, "| %s | %s | %s |\n", asked, reached, map[bool]string{true: "yes", false: "NO"}[ok])
	}
	ratio := float64(them.cpu) / float64(us.cpu)
	verdict("first rendering: at least 10 times less CPU", fmt.Sprintf("%.1f times", ratio), ratio >= 10)
	ratio = repeat.rate / theirs.rate
	verdict("repeat: at least 200 times more a second", fmt.Sprintf("%.0f times (gzip: %.0f)", ratio, zipped.rate/theirs.rate), ratio >= 200)
	verdict("a 304 no dearer than a repeat", fmt.Sprintf("%s, %s", unchanged.cpu, zipped.cpu), unchanged.cpu <= zipped.cpu)
	verdict(fmt.Sprintf("p99 under 20 ms at %d a second", b.rate), fmt.Sprintf("%s at %.0f a second", many.p99.Round(10*time.Microsecond), many.rate),
		many.p99 < 20*time.Millisecond && many.rate >= .98*float64(b.rate))
}
