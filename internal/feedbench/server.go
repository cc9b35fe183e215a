package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a server that was started for the measure.
type server struct {
	name, address string
	cmd           *exec.Cmd
}

// startUp is how long a server may take to answer.
const startUp = 30 * time.Second

// start starts a server and waits until it listens. Its words go to a file in
// the folder.
func start(ctx context.Context, folder, name, address string, command ...string) (*server, error) {
	out, err := os.Create(filepath.Join(folder, name+".log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the servers that the flags name
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, out, folder
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	s := &server{name, address, cmd}
	for end := time.Now().Add(startUp); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if conn, err := net.DialTimeout("tcp", address, time.Second); err == nil { //nolint:noctx // bounded by its time
			return s, conn.Close()
		}
	}
	s.stop()
	words, _ := os.ReadFile(out.Name())
	return nil, fmt.Errorf("%s does not listen on %s: %s", name, address, words)
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// clockTick is the unit of /proc/PID/stat on Linux (proc(5)).
const clockTick = 10 * time.Millisecond

// cpu is how much processor time the server has used.
func (s *server) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The name in parentheses can hold spaces; utime and stime are the 14th and
	// 15th field, the 12th and 13th after it.
	_, rest, found := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if !found || len(fields) < 13 {
		return 0, fmt.Errorf("no processor time in %q", text)
	}
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * clockTick, errors.Join(err1, err2)
}

// freeAddress returns an address on the loopback interface that nobody uses.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// ours starts our server on a database, with limits that a measure can pass.
func ours(ctx context.Context, folder, binary, db string) (*server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return start(ctx, folder, "wijkplanner", address, binary, "serve", "--addr", address, "--db", db,
		"--feed-limit", "100000000", "--unknown-limit", "100000000")
}

const radicaleConfig = `[server]
hosts = %s
[auth]
type = none
[rights]
type = owner_only
[storage]
filesystem_folder = %s
[web]
type = none
[logging]
level = warning
`

// radicale starts Radicale with one calendar in it and returns its path.
func radicale(ctx context.Context, folder, binary string, calendar []byte) (*server, string, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	config := filepath.Join(folder, "radicale.conf")
	text := fmt.Sprintf(radicaleConfig, address, filepath.Join(folder, "radicale"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, "", err
	}
	s, err := start(ctx, folder, "radicale", address, binary, "--config", config)
	if err != nil {
		return nil, "", err
	}
	const path = "/user/calendar/"
	put := fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Type: text/calendar\r\nContent-Length: %d\r\n\r\n%s",
		path, address, radicaleUser, len(calendar), calendar)
	c := &caller{address: address}
	defer c.close()
	if _, err := c.send(request{[]byte(put), 201}, true); err != nil {
		s.stop()
		return nil, "", fmt.Errorf("put the calendar into Radicale: %w", err)
	}
	return s, path, nil
}

// radicaleUser signs in as "user" without a password.
const radicaleUser = "Authorization: Basic dXNlcjo="
