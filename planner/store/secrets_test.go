package store

import (
	"encoding/base64"
	"io/fs"
	"os"
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
