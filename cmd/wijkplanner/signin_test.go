package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// line returns the fields of a line of CSV.
func line(t *testing.T, csv string, n int) []string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(csv), "\n")
	if n >= len(lines) {
		t.Fatalf("no line %d in %q", n, csv)
	}
	return strings.Split(lines[n], ",")
}

// onDatabase returns what runs a command on a database with the example in it,
// wants an exit code, and returns what was printed.
func onDatabase(t *testing.T) func(want int, args ...string) string {
	t.Helper()
	db := filepath.Join(t.TempDir(), "planner.db")
	do := func(want int, args ...string) string {
		t.Helper()
		out, errs, code := call(t, append(args, "--db", db)...)
		if code != want {
			t.Fatalf("%v: exit %d, want %d: %s", args, code, want, errs)
		}
		return out + errs
	}
	do(0, "import", "folder", example)
	return do
}

func TestAccountCommands(t *testing.T) {
	t.Parallel()
	do := onDatabase(t)
	boss := line(t, do(0, "user", "add", "--name", "Boss", "--mail", "boss@example.nl", "--role", "administrator"), 1)[0]
	anna := line(t, do(0, "user", "add", "--name", "Anna", "--mail", "anna@example.nl", "--role", "staff", "--staff", "coach-1"), 1)[0]
	do(0, "user", "role", anna, "--role", "lead")
	list := do(0, "user", "list")
	if !strings.Contains(list, "Boss,boss@example.nl,active,link") || !strings.Contains(list, "staff,,coach-1") && !strings.Contains(list, ",coach-1") {
		t.Errorf("list: %s", list)
	}
	roleID := line(t, list, 3)[6]
	link := do(0, "user", "link", anna, "--public-url", "https://planner.example.nl/")
	if !regexp.MustCompile(`^https://planner\.example\.nl/sign-in/link/pf_sign_[a-z2-7]{10}_[a-z2-7]{32}_[a-z2-7]{6}\n$`).MatchString(link) {
		t.Errorf("link: %q", link)
	}
	token := line(t, do(0, "token", "create", roleID, "--name", "script"), 1)
	if !strings.HasPrefix(token[1], "pf_api_"+token[0]) {
		t.Errorf("token: %v", token)
	}
	if tokens := do(0, "token", "list"); strings.Contains(tokens, token[1]) || !strings.Contains(tokens, token[0]+",script,"+anna+",lead") {
		t.Errorf("tokens: %s", tokens)
	}
	do(0, "token", "revoke", token[0])
	do(0, "user", "role", anna, "--remove", roleID)
	do(0, "user", "totp-reset", anna)
	do(0, "user", "disable", anna)
	do(0, "user", "enable", anna)
	for say, args := range map[string][]string{
		"the last administrator stays": {"user", "disable", boss},
		"not found":                    {"user", "link", "99"},
		"has no role 99":               {"user", "role", anna, "--remove", "99"},
		"give --role":                  {"user", "role", anna},
		"person of the staff":          {"user", "add", "--name", "X", "--role", "staff"},
		"mail address":                 {"user", "add", "--name", "X", "--mail", "nergens"},
		"another account has it":       {"user", "add", "--name", "X", "--mail", "boss@example.nl"},
		"within 400 days":              {"token", "create", line(t, do(0, "user", "list"), 1)[6], "--name", "x", "--days", "500"},
		"revoked":                      nil,
	} {
		if args == nil {
			continue
		}
		if text := do(2, args...); !strings.Contains(text, say) {
			t.Errorf("%v: %q, want %q", args, text, say)
		}
	}
}

func TestLocationLinkCommands(t *testing.T) {
	t.Parallel()
	do := onDatabase(t)
	added := do(0, "mail", "add", "--location", "gm-001", "--mail", "els@example.nl", "--name", "Els")
	id := regexp.MustCompile(`\d+`).FindString(added)
	first := do(0, "location", "link", id)
	second := do(0, "location", "rotate", id)
	if first == second || !strings.Contains(second, "/location/pf_loc_") {
		t.Errorf("%q, %q", first, second)
	}
	if list := do(0, "location", "list"); !strings.Contains(list, id+",gm-001,") || strings.Contains(list, "pf_loc_") {
		t.Errorf("list: %s", list)
	}
	do(0, "location", "revoke", id)
	do(2, "location", "revoke", id)
	do(2, "location", "link", "99")
}

// TestPublicAddressIsSafe: what others can read on its way is refused.
func TestPublicAddressIsSafe(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://planner.example.nl": true, "http://localhost:8080": true, "http://127.0.0.1": true, "http://[::1]:80": true,
		"http://planner.example.nl": false, "http://localhost.example.nl": false, "http://10.0.0.1": false, "planner.example.nl": false,
		"ftp://planner.example.nl": false, "https://": false, "https://u:p@planner.example.nl": false, "https://x/?a=b": false, "": false,
	} {
		if err := (&serveCommand{PublicURL: address}).safeAddress(); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
	if err := (&serveCommand{PublicURL: "http://planner.intern", PlainHTTP: true}).safeAddress(); err != nil {
		t.Errorf("allowed: %v", err)
	}
}
