package store

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// secretForms are texts that only a secret has. Each begins with a class of one
// letter, so that this file does not hold what it looks for.
var secretForms = map[string]*regexp.Regexp{
	"private key":  regexp.MustCompile(`[-]----BEGIN [A-Z ]*PRIVATE KEY`),
	"GitHub token": regexp.MustCompile(`[g]h[pousr]_[A-Za-z0-9]{36}|[g]ithub_pat_[A-Za-z0-9_]{40}`),
	"AWS key":      regexp.MustCompile(`\b[A]KIA[0-9A-Z]{16}\b`),
	"Slack token":  regexp.MustCompile(`\b[x]ox[abprs]-[0-9A-Za-z-]{20}`),
	"JWT":          regexp.MustCompile(`\b[e]yJ[A-Za-z0-9_-]{20,}\.[e]yJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}`),
	"secret key":   regexp.MustCompile(`[W]IJKPLANNER_SECRET_KEY=["']?[A-Za-z0-9+/]{43}=`),
	"address with a password": regexp.MustCompile(
		`\b(?:postgres(?:ql)?|smtps?|imaps?)://[A-Za-z0-9._%-]+:[A-Za-z0-9+/=]{16,}@`),
}

var ourToken = regexp.MustCompile(`pf_[a-z]+_[a-z2-7]+_[a-z2-7]+_[a-z2-7]+`)

// leakOf says what secret a text holds; empty for none.
func leakOf(text string) string {
	for name, form := range secretForms {
		if form.MatchString(text) {
			return name
		}
	}
	if !strings.Contains(text, "pf_") {
		return ""
	}
	for _, token := range ourToken.FindAllString(text, -1) {
		if cut := strings.LastIndexByte(token, '_'); token[cut+1:] == tokenCheck(token[:cut]) {
			return "token of this program"
		}
	}
	return ""
}

// TestRS3_NoSecretsInTheTree looks through every file of the project.
func TestRS3_NoSecretsInTheTree(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == ".build" || d.Name() == "bin" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if what := leakOf(string(data)); what != "" {
			t.Errorf("%s holds what looks like a secret: %s", path, what)
		}
		return nil
	})
	t.Logf("R-S3: %d files, forms of %d kinds of secrets", files, len(secretForms)+1)
	if err != nil || files < 500 {
		t.Errorf("%d files looked at (%v)", files, err)
	}
}

// TestRS3_NoSecretsInTheHistory looks through every file of every commit that
// leads here, and through what the commits say: what was taken out again can
// still be read there.
func TestRS3_NoSecretsInTheHistory(t *testing.T) {
	t.Parallel()
	git := func(args ...string) *exec.Cmd {
		return exec.CommandContext(t.Context(), "git", append([]string{"-C", filepath.Join("..", "..")}, args...)...)
	}
	ids, err := git("rev-list", "--objects", "--no-object-names", "HEAD").Output()
	if err != nil {
		if _, kept := os.Stat(filepath.Join("..", "..", ".git")); kept != nil {
			t.Log("not run: this is a copy of the sources without their history")
			return
		}
		t.Fatalf("git: %v", err)
	}
	every := git("cat-file", "--batch", "--buffer")
	every.Stdin = bytes.NewReader(ids)
	out, err := every.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := every.Start(); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for objects := bufio.NewReaderSize(out, 1<<16); ; {
		head, err := objects.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		var id, kind string
		var size int
		if _, bad := fmt.Sscan(head, &id, &kind, &size); err != nil || bad != nil {
			t.Fatalf("git cat-file: %q (%v)", head, errors.Join(err, bad))
		}
		data := make([]byte, size+1) // and a line's end
		if _, err := io.ReadFull(objects, data); err != nil {
			t.Fatal(err)
		}
		found[kind]++
		if kind == "tree" {
			continue
		}
		if what := leakOf(string(data)); what != "" {
			t.Errorf("git cat-file -p %s shows what looks like a secret: %s", id, what)
		}
	}
	if err := every.Wait(); err != nil || found["blob"] < 500 || found["commit"] == 0 {
		t.Errorf("%v looked at (%v)", found, err)
	}
	t.Logf("R-S3: %d commits, %d files as they were at some time: 0 secrets", found["commit"], found["blob"])
}

// TestSecretsAreKnown: the search finds one of each kind.
func TestSecretsAreKnown(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a1B2", 12)
	token := MakeToken(APITokenKind, strings.Repeat("a", tokenIDLength), SecretLetters(make([]byte, 20)))
	for _, secret := range []string{
		"-----BEGIN " + "RSA PRIVATE KEY-----", "gh" + "p_" + long[:36], "AK" + "IAABCDEFGHIJKLMNOP", "xo" + "xb-123456789012345678901",
		"ey" + "J" + long[:30] + ".ey" + "J" + long[:30] + "." + long[:30],
		"WIJKPLANNER_SECRET" + "_KEY=" + base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"postgres://u:" + long[:20] + "@host/db", token,
	} {
		if leakOf("x "+secret+" y") == "" {
			t.Errorf("%s… is not found", secret[:8])
		}
	}
	for _, harmless := range []string{"pf_feed_x", "postgres://user@host/planner", "eyJ.eyJ.x", token[:len(token)-1] + "x"} {
		if what := leakOf(harmless); what != "" {
			t.Errorf("%q is taken for a %s", harmless, what)
		}
	}
}
