package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// startTimeout is generous: a loaded machine with two cores takes 3 s.
const startTimeout = time.Minute

// settings of the private server. What is tested is behaviour, not durability,
// and nothing outlives the process, so nothing waits for a disk.
var settings = []string{
	"listen_addresses=", "fsync=off", "full_page_writes=off", "synchronous_commit=off",
	"max_connections=200", "shared_buffers=64MB", "log_min_messages=fatal", "timezone=UTC",
}

// cluster is a running private server.
type cluster struct {
	folder  string
	quit    chan struct{}
	stopped chan struct{}
	// said is what the server wrote; read it when stopped.
	said bytes.Buffer
}

// binary finds a program of PostgreSQL in PATH or where Debian keeps it.
func binary(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return filepath.EvalSymlinks(path)
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("no %s in PATH or /usr/lib/postgresql: run `make setup` (Debian package postgresql), "+
			"or set %s to the URL of a server", name, EnvServer)
	}
	slices.Sort(found)
	return found[len(found)-1], nil
}

// credential is whom the server runs as: PostgreSQL refuses to run as root.
func credential() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nobody else: run as we are
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres or nobody: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", u.Username, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// makeFolder makes the cluster's folder where the server's user can reach it:
// root's own temporary folder may lie under /root.
func makeFolder(as *syscall.Credential) (string, error) {
	parent := os.TempDir()
	if as != nil {
		parent = "/tmp"
	}
	folder, err := os.MkdirTemp(parent, "wijkplanner-pg-")
	if err != nil {
		return "", fmt.Errorf("folder for the test cluster: %w", err)
	}
	if as != nil {
		if err := os.Chown(folder, int(as.Uid), int(as.Gid)); err != nil {
			return "", errors.Join(fmt.Errorf("folder for the test cluster: %w", err), os.RemoveAll(folder))
		}
	}
	return folder, nil
}

func startCluster(ctx context.Context) (*cluster, error) {
	initdb, err := binary("initdb")
	if err != nil {
		return nil, err
	}
	postgres, err := binary("postgres")
	if err != nil {
		return nil, err
	}
	as, err := credential()
	if err != nil {
		return nil, err
	}
	folder, err := makeFolder(as)
	if err != nil {
		return nil, err
	}
	c := &cluster{folder: folder, quit: make(chan struct{}), stopped: make(chan struct{})}
	create := c.command(ctx, as, initdb, "-D", c.data(), "-U", "planner", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if err := c.start(ctx, create, postgres, as); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return c, nil
}

// startStandby starts a server that waits for what another one wrote: it can be
// read and takes no writes.
func startStandby(ctx context.Context) (*cluster, error) {
	initdb, err := binary("initdb")
	if err != nil {
		return nil, err
	}
	postgres, err := binary("postgres")
	if err != nil {
		return nil, err
	}
	as, err := credential()
	if err != nil {
		return nil, err
	}
	folder, err := makeFolder(as)
	if err != nil {
		return nil, err
	}
	s := &cluster{folder: folder, quit: make(chan struct{}), stopped: make(chan struct{})}
	create := s.command(ctx, as, "/bin/sh", "-c", `"$0" -D "$1" -U planner -A trust -E UTF8 --locale=C --no-sync && touch "$1/standby.signal"`,
		initdb, s.data())
	if err := s.start(ctx, create, postgres, as); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, nil
}

func (c *cluster) data() string { return filepath.Join(c.folder, "data") }

// start makes the folder of the data and runs a server over it.
func (c *cluster) start(ctx context.Context, create *exec.Cmd, postgres string, as *syscall.Credential) error {
	if out, err := create.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(create.Path), err, out)
	}
	args := []string{"-D", c.data(), "-k", c.folder}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	serve := c.command(ctx, as, postgres, args...)
	serve.Stderr = &c.said
	started := make(chan error)
	go c.hold(serve, started)
	if err := <-started; err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	if err := c.ready(ctx); err != nil {
		c.end()
		return fmt.Errorf("%w: %s", err, c.said.String())
	}
	return nil
}

func (c *cluster) command(ctx context.Context, as *syscall.Credential, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // the two programs that binary found
	cmd.Dir = c.folder
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	// A fast shutdown when we die, however we die.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGINT}
	return cmd
}

// hold runs the server and keeps the thread that started it, since the death
// signal is sent when that thread ends, not the process.
func (c *cluster) hold(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer close(c.stopped)
	err := cmd.Start()
	started <- err
	if err != nil {
		return
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	select {
	case <-c.quit:
		_ = cmd.Process.Signal(syscall.SIGINT)
		<-exited
	case <-exited:
	}
}

// ready waits until the server takes connections.
func (c *cluster) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.url().String())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the test server does not answer: %w", err)
		case <-c.stopped:
			return fmt.Errorf("the test server stopped: %w", err)
		case <-tick.C:
		}
	}
}

func (c *cluster) url() *url.URL {
	q := url.Values{"host": {c.folder}, "user": {"planner"}, "sslmode": {"disable"}}
	return &url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: q.Encode()}
}

func (c *cluster) end() {
	close(c.quit)
	<-c.stopped
}

func (c *cluster) stop() {
	c.end()
	_ = os.RemoveAll(c.folder)
}
