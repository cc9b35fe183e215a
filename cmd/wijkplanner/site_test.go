package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
)

// TestSite: what an installation shows on every page is looked at before the server
// starts. It sets it for this process and so runs beside no other test.
func TestSite(t *testing.T) { //nolint:paralleltest // it changes what all pages show
	defer web.SetSite(web.Site{})
	at := filepath.Join(t.TempDir(), "theme.css")
	write := func(sheet string) {
		if err := os.WriteFile(at, []byte(sheet), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(".proef-theme { --band: #5c0f3c }")
	if err := (&serveCommand{Theme: at, Statement: "https://example.nl/verklaring"}).site(); err != nil {
		t.Errorf("a good theme: %v", err)
	}
	if address := web.AssetURL("theme.css"); address == "" {
		t.Error("the theme is not served")
	}
	before := web.AssetURL("theme.css")
	write(":root {\n  --x: url(https://evil.example) }\n@import 'x';")
	for name, c := range map[string]struct {
		serve serveCommand
		want  string
	}{
		"a hostile theme":             {serveCommand{Theme: at}, "line 2"},
		"all its faults":              {serveCommand{Theme: at}, "line 3"},
		"a script":                    {serveCommand{Statement: "javascript:alert(1)"}, "want an address"},
		"an address without a scheme": {serveCommand{Statement: "example.nl"}, "want an address"},
		"tiles without places":        {serveCommand{Tiles: "https://tiles.example.nl/"}, "want {z}"},
		"tiles of anywhere":           {serveCommand{Tiles: "https://{s}.example.nl/{z}/{x}/{y}.png"}, "want the address of a tile server"},
		"tiles of two policies":       {serveCommand{Tiles: "https://x;script-src/{z}/{x}/{y}"}, "want the address of a tile server"},
	} {
		err := c.serve.site()
		var code *codeError
		if !errors.As(err, &code) || code.code != exitInput || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if web.AssetURL("theme.css") != before {
		t.Error("a refused theme is served")
	}
}
