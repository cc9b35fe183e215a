package mailtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The account of the mailbox.
const (
	DovecotUser     = "planner"
	DovecotPassword = "geheim-wachtwoord"
)

// dovecotConfig is a private Dovecot without privileges: one user, one Maildir,
// everything in one folder, one port on the loopback.
const dovecotConfig = `
base_dir = %[1]s/run
state_dir = %[1]s/run
log_path = %[1]s/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = %[2]s
default_login_user = %[2]s
default_internal_group = %[3]s
mail_location = maildir:%[1]s/mail
mail_uid = %[2]s
mail_gid = %[3]s
first_valid_uid = 1
first_valid_gid = 1
passdb {
  driver = passwd-file
  args = scheme=plain %[1]s/users
}
userdb {
  driver = static
  args = uid=%[2]s gid=%[3]s home=%[1]s
}
service anvil { 
  chroot = 
}
service imap-login {
  chroot = 
  inet_listener imap {
    address = 127.0.0.1
    port = %[4]d
  }
  inet_listener imaps {
    port = 0
  }
}
service stats {
  chroot = 
}
`

// Dovecot is a running IMAP server with one mailbox.
type Dovecot struct {
	// Addr is where it listens, without TLS.
	Addr string

	folder string
	as     *syscall.Credential
	count  atomic.Int64
}

// StartDovecot starts a private Dovecot, which ends with the test. It fails the
// test when Dovecot is not installed.
func StartDovecot(tb testing.TB) *Dovecot {
	tb.Helper()
	binary, err := exec.LookPath("dovecot")
	if err != nil {
		if binary, err = exec.LookPath("/usr/sbin/dovecot"); err != nil {
			tb.Fatal("no dovecot: run `make setup` (Debian package dovecot-imapd)")
		}
	}
	d, err := newDovecot()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(d.folder) })
	port, err := freePort(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	d.Addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	if err := d.configure(port); err != nil {
		tb.Fatal(err)
	}
	d.run(tb, binary)
	return d
}

func newDovecot() (*Dovecot, error) {
	d := &Dovecot{}
	parent := os.TempDir()
	if os.Geteuid() == 0 {
		parent = "/tmp" // root's own may lie under /root, where nobody else can go
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return nil, err
		}
		uid, uidErr := strconv.ParseUint(nobody.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(nobody.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, err
		}
		d.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	folder, err := os.MkdirTemp(parent, "wijkplanner-imap-")
	if err != nil {
		return nil, err
	}
	d.folder = folder
	return d, d.own(folder)
}

// own gives a file to the user whom the server runs as.
func (d *Dovecot) own(path string) error {
	if d.as == nil {
		return nil
	}
	return os.Chown(path, int(d.as.Uid), int(d.as.Gid))
}

func (d *Dovecot) configure(port int) error {
	me, err := user.Current()
	if d.as != nil {
		me, err = user.LookupId(strconv.FormatUint(uint64(d.as.Uid), 10))
	}
	if err != nil {
		return err
	}
	group, err := user.LookupGroupId(me.Gid)
	if err != nil {
		return err
	}
	for _, name := range []string{"run", "mail", "mail/new", "mail/cur", "mail/tmp"} {
		path := filepath.Join(d.folder, name)
		if err := errors.Join(os.Mkdir(path, 0o700), d.own(path)); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		"users": DovecotUser + ":{plain}" + DovecotPassword + "\n",
		"conf":  fmt.Sprintf(dovecotConfig, d.folder, me.Username, group.Name, port),
	} {
		path := filepath.Join(d.folder, name)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), d.own(path)); err != nil {
			return err
		}
	}
	return nil
}

// run starts the server and waits until it greets.
func (d *Dovecot) run(tb testing.TB, binary string) {
	tb.Helper()
	cmd := exec.Command(binary, "-F", "-c", filepath.Join(d.folder, "conf")) //nolint:noctx,gosec // it is ended by its own signal; a folder and a program of this test
	cmd.Dir = d.folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: d.as, Setpgid: true, Pdeathsig: syscall.SIGTERM}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	tb.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		late := time.NewTimer(5 * time.Second)
		defer late.Stop()
		select {
		case <-ended:
		case <-late.C:
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-ended
		}
	})
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for range 200 {
		if greets(tb.Context(), d.Addr) {
			return
		}
		select {
		case <-ended:
			tb.Fatalf("dovecot ended at once: %s%s", said.String(), d.log())
		case <-again.C:
		}
	}
	tb.Fatalf("dovecot does not answer: %s", d.log())
}

func (d *Dovecot) log() string {
	text, _ := os.ReadFile(filepath.Join(d.folder, "dovecot.log"))
	return string(text)
}

func greets(ctx context.Context, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "* OK")
}

func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Deliver puts a message into the mailbox, as a mail server does.
func (d *Dovecot) Deliver(tb testing.TB, raw []byte) {
	tb.Helper()
	name := fmt.Sprintf("%010d.%d.test", d.count.Add(1), os.Getpid())
	tmp, done := filepath.Join(d.folder, "mail/tmp", name), filepath.Join(d.folder, "mail/new", name)
	if err := errors.Join(os.WriteFile(tmp, raw, 0o600), d.own(tmp), os.Rename(tmp, done)); err != nil {
		tb.Fatal(err)
	}
}

// Unread counts the messages that nobody has read, by their place.
func (d *Dovecot) Unread(tb testing.TB) int {
	tb.Helper()
	count := 0
	for _, folder := range []string{"new", "cur"} {
		entries, err := os.ReadDir(filepath.Join(d.folder, "mail", folder))
		if err != nil {
			tb.Fatal(err)
		}
		for _, e := range entries {
			if _, flags, _ := strings.Cut(e.Name(), ":2,"); !strings.Contains(flags, "S") {
				count++
			}
		}
	}
	return count
}
