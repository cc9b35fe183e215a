package main

import (
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/internal/mailtest"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// asProgram makes the test binary be the program itself, for tests that kill it.
const asProgram = "WIJKPLANNER_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		load()
		main()
		return
	}
	code := m.Run()
	pgtest.Stop()
	os.Exit(code)
}

// program starts the program in a process of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

// ok runs a command that must succeed.
func ok(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, code := call(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit %d: %s", args, code, stderr)
	}
	return stdout
}

// planned makes a database with a published plan and a contact for its first
// locations, and returns the flag that names it.
func planned(t *testing.T, database string, contacts int) string {
	t.Helper()
	db := "--db=" + database
	states := 0
	for _, line := range strings.Split(readFile(t, feedExample+"/locations.csv"), "\n")[1:] {
		id, _, found := strings.Cut(line, ",")
		if !found || states == contacts {
			break
		}
		if states == 0 {
			publish(t, database)
		}
		states++
		ok(t, "mail", "add", db, "--location", strings.Trim(id, `"`), "--mail", fmt.Sprintf("c%d@example.nl", states), "--name", "Jan")
	}
	return db
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// publish plans the example into a database, as serve --demo does.
func publish(t *testing.T, database string) {
	t.Helper()
	cmd := program(t, "serve", "--db", database, "--demo", feedExample, "--addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 0, 4096)
	buffer := make([]byte, 4096)
	for !strings.Contains(string(text), "stop with Ctrl+C") {
		n, err := out.Read(buffer)
		text = append(text, buffer[:n]...)
		if err != nil {
			t.Fatalf("serve: %v\n%s", err, text)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("serve did not stop well: %v", err)
	}
}

// TestRM1_KilledSenders kills the program again and again while it sends, and
// then lets it finish: every mail arrives, and one that comes twice is the same.
func TestRM1_KilledSenders(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]string{
		"sqlite": filepath.Join(t.TempDir(), "test.db"), "postgres": pgtest.Database(t, nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := planned(t, database, 8)
			want := strings.Count(ok(t, "mail", "outbox", db, "--state=waiting", "--limit=1000"), ",invitation,")
			if want < 8 {
				t.Fatalf("%d mails wait", want)
			}
			server := mailtest.StartSMTP(t, func(string, int) *mailtest.Fault {
				time.Sleep(20 * time.Millisecond) // long enough to be killed in the middle
				return nil
			})
			flags := []string{"mail", "send", db, "--smtp=smtp://" + server.Addr, "--mail-from=planning@example.nl"}
			kills := 0
			for kills < 20 && len(server.Mails()) < want-2 {
				before := len(server.Mails())
				cmd := program(t, flags...)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				for range 2000 { // until it has sent one or two
					if len(server.Mails()) > before+kills%2 {
						break
					}
					time.Sleep(5 * time.Millisecond)
				}
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				_ = cmd.Wait()
				kills++
				leaseOver(t, database)
			}
			ok(t, flags...)
			counts := map[string]string{}
			for _, m := range server.Mails() {
				head, err := mail.ReadMessage(strings.NewReader(string(m.Raw)))
				if err != nil {
					t.Fatal(err)
				}
				id := head.Header.Get("Message-Id")
				same := m.To[0] + head.Header.Get("Subject") + head.Header.Get("Date")
				if before, twice := counts[id]; twice && before != same {
					t.Errorf("%s came twice and not alike", id)
				}
				counts[id] = same
			}
			if len(counts) != want {
				t.Errorf("%d different mails arrived, want %d", len(counts), want)
			}
			t.Logf("R-M1: %d mails, the program killed %d times while sending: 0 lost, %d duplicates with equal Message-ID",
				want, kills, len(server.Mails())-want)
		})
	}
}

// leaseOver lets the time pass for which a killed sender had taken mails.
func leaseOver(t *testing.T, database string) {
	t.Helper()
	st, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	later := time.Now().Add(time.Hour)
	taken, err := st.ClaimMail(t.Context(), 1000, time.Microsecond, later)
	if err != nil {
		t.Fatal(err)
	}
	for i := range taken {
		if err := st.EndMail(t.Context(), &taken[i], store.MailOutcome{Fault: "killed", Uncounted: true, Due: time.Now()}, later); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMailCommands goes through what an operator does.
func TestMailCommands(t *testing.T) {
	t.Parallel()
	db := planned(t, filepath.Join(t.TempDir(), "test.db"), 1)
	server := mailtest.StartSMTP(t, func(to string, attempt int) *mailtest.Fault {
		if to == "c1@example.nl" && attempt == 1 {
			return &mailtest.Fault{Stage: "rcpt", Code: 550}
		}
		return nil
	})
	smtp := []string{"--smtp=smtp://" + server.Addr, "--mail-from=Planning@example.nl"}
	location := strings.Split(ok(t, "mail", "contacts", db), ",location,")[1]
	location, _, _ = strings.Cut(location, ",")
	if out := ok(t, "mail", "contacts", db); !strings.Contains(out, ",location,") || !strings.Contains(out, ",c1@example.nl,nl,invitation") {
		t.Errorf("contacts: %s", out)
	}
	ok(t, append([]string{"mail", "send", db}, smtp...)...)
	dead := strings.Split(ok(t, "mail", "outbox", db), "\n")
	if len(dead) != 3 || !strings.HasSuffix(dead[1], "rcpt 550 5.0.0") {
		t.Fatalf("outbox: %q", dead)
	}
	id, _, _ := strings.Cut(dead[1], ",")
	ok(t, "mail", "requeue", db, id)
	if out := ok(t, append([]string{"mail", "send", db}, smtp...)...); out != "sent 1\n" {
		t.Errorf("after requeueing: %s", out)
	}
	if out := ok(t, "mail", "answers", db); strings.Count(out, "\n") < 2 {
		t.Errorf("answers: %s", out)
	}
	if out := ok(t, append([]string{"mail", "test", "operator@example.nl"}, smtp...)...); out != "the server took it\n" {
		t.Errorf("test: %s", out)
	}
	dovecot := mailtest.StartDovecot(t)
	dovecot.Deliver(t, []byte("From: x@example.nl\r\n\r\nhello\r\n"))
	imap := fmt.Sprintf("--imap=imap://%s:%s@%s", mailtest.DovecotUser, mailtest.DovecotPassword, dovecot.Addr)
	if out := ok(t, "mail", "read", db, imap); out != "answers taken: 0\n" {
		t.Errorf("read: %s", out)
	}
	path := filepath.Join(t.TempDir(), "contacts.csv")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("mail,kind,id\nx@example.nl,location,none\nnot an address,staff,none\nc1@example.nl,location," + location + "\n")
	_, stderr, code := call(t, "mail", "import", db, path)
	if code != exitInput || !strings.Contains(stderr, path+":2: ") || !strings.Contains(stderr, path+":3: ") || strings.Contains(stderr, path+":4") {
		t.Errorf("a faulty file: exit %d, %s", code, stderr)
	}
	write("\ufeffmail,kind,id,name\nx@example.nl,location," + location + ",Piet\n")
	if out := ok(t, "mail", "import", db, path); out != "contacts: 1\n" {
		t.Errorf("import: %s", out)
	}
	write("mail,kind,child\n")
	if _, stderr, code := call(t, "mail", "import", db, path); code != exitInput || !strings.Contains(stderr, `unknown column "child"`) || !strings.Contains(stderr, "id is missing") {
		t.Errorf("a child's column: exit %d, %s", code, stderr)
	}
	ok(t, "mail", "remove", db, "1")
	if out := ok(t, "mail", "contacts", db); strings.Count(out, "\n") != 2 || !strings.Contains(out, ",Piet,x@example.nl,nl,invitation") {
		t.Errorf("after removing: %s", out)
	}
	for _, args := range [][]string{
		{"mail", "send", db},
		{"mail", "read", db},
		{"mail", "test", "x@example.nl"},
		{"mail", "requeue", db, "999"},
		{"mail", "remove", db, "999"},
		{"mail", "add", db, "--location", "none", "--mail", "a@example.nl"},
		{"mail", "add", db, "--location", "none", "--mail", "canary\r\nBcc: x"},
		{"mail", "send", db, "--smtp=smtp://u:canary@", "--mail-from=x@example.nl"},
		{"mail", "send", db, "--smtp=smtp://h", "--mail-from=canary"},
		{"mail", "read", db, "--imap=imaps://u:canary@"},
		{"serve", db, "--imap=imaps://u:canary@", "--addr=127.0.0.1:0"},
		{"serve", db, "--secret-key=canary", "--addr=127.0.0.1:0"},
		{"busy", "add", db, "--staff=x", "--address-file=" + os.DevNull},
		{"busy", "refresh", db},
		{"busy", "refresh", db, "--secret-key=canary"},
		{"busy", "remove", db, "x"},
	} {
		if _, stderr, code := call(t, args...); code != exitInput || strings.Contains(stderr, "u:canary") || stderr == "" {
			t.Errorf("%v: exit %d, %s", args, code, stderr)
		}
	}
}

func TestBusyCommands(t *testing.T) {
	t.Parallel()
	db := "--db=" + filepath.Join(t.TempDir(), "test.db")
	key := strings.TrimSpace(ok(t, "busy", "key"))
	ok(t, "import", db, "folder", feedExample)
	for address, want := range map[string]string{
		"https://127.0.0.1/canary.ics": "internal network", "http://example.nl/canary.ics": "https://", "https://u:canary@example.nl/": "https://",
	} {
		path := filepath.Join(t.TempDir(), "address")
		if err := os.WriteFile(path, []byte(address+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, stderr, code := call(t, "busy", "add", db, "--staff=coach-1", "--secret-key="+key, "--address-file="+path)
		if code != exitInput || !strings.Contains(stderr, want) || strings.Contains(stderr, "canary") {
			t.Errorf("%s: exit %d, %s", address, code, stderr)
		}
	}
	path := filepath.Join(t.TempDir(), "address")
	if err := os.WriteFile(path, []byte("http://example.nl/canary.ics\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, stderr, code := call(t, "busy", "add", db, "--staff=nobody", "--secret-key="+key, "--address-file="+path)
	if code != exitInput || !strings.Contains(stderr, `staff "nobody": not found`) || !strings.Contains(stderr, "https://") {
		t.Errorf("nobody's calendar at a wrong address: exit %d, %s", code, stderr)
	}
	if out := ok(t, "busy", "refresh", db, "--secret-key="+key); out != "read 0 calendars, 0 failed\n" {
		t.Errorf("refresh: %s", out)
	}
	for _, list := range []string{"list", "conflicts"} {
		if out := ok(t, "busy", list, db); strings.Count(out, "\n") != 1 || strings.Contains(out, "events") { // their number is kept nowhere
			t.Errorf("%s: %s", list, out)
		}
	}
}

// TestWhichRegion: a region that is not there is no empty list.
func TestWhichRegion(t *testing.T) {
	t.Parallel()
	db := "--db=" + imported(t)
	for _, command := range []string{
		"busy list", "busy conflicts", "mail contacts", "mail answers", "feed list", "feed password list", "mail add --staff=coach-1 --mail=a@example.nl",
		"feed create --team",
	} {
		args := append(strings.Fields(command), db)
		stdout, stderr, code := call(t, append(args, "--region=nergens")...)
		if code != exitInput || stdout != "" || !strings.Contains(stderr, `region "nergens": not found`) || !strings.Contains(stderr, "leave --region out") {
			t.Errorf("%s: exit %d, %q, %q", command, code, stdout, stderr)
		}
		if _, stderr, code := call(t, args...); code != 0 {
			t.Errorf("%s without one: exit %d, %s", command, code, stderr)
		}
	}
}
