package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/wijkplanner/wijkplanner"

// arrows lists for each room of the project the rooms that it may import.
// Imports point one way; a room that is not listed may not exist.
var arrows = map[string][]string{
	"calendar":           {},
	"planner/assign":     {},
	"planner/schedule":   {},
	"planner/capacity":   {},
	"planner":            {"planner/assign", "planner/schedule", "planner/capacity", "calendar"},
	"planner/verify":     {"planner", "calendar"},
	"migrations":         {},
	"planner/store":      {"planner", "calendar", "migrations"},
	"planner/files":      {"planner", "planner/assign", "planner/schedule", "planner/verify", "calendar"},
	"planner/outside":    {"planner", "calendar"},
	"planner/service":    {"planner/store", "planner/files", "planner/outside", "planner/verify", "planner", "calendar"},
	"api/web":            {"planner/service", "planner", "calendar"},
	"api/rights":         {"planner/service"},
	"api/problem":        {"api/web", "planner/service"},
	"api/v1":             {"api/problem", "api/rights", "api/web", "planner/service", "planner", "calendar"},
	"api":                {"api/v1", "api/problem", "api/rights", "api/web", "planner/service", "planner", "calendar"},
	"cmd/wijkplanner":    {"*"},
	"examples":           {"*"},
	"examples/generate":  {"planner", "planner/files", "calendar"},
	"internal/apifuzz":   {},
	"internal/bookbench": {},
	"internal/chromium":  {},
	"internal/feedbench": {"planner/store", "planner", "calendar"},
	"internal/house":     {},
	"internal/litetest":  {},
	"internal/mailtest":  {},
	"internal/pgtest":    {},
	"internal/vulndb":    {},
}

// only lists foreign modules that one room keeps to itself.
var only = map[string][]string{
	"gorm.io":                        {"planner/store"},
	"github.com/ncruces":             {"planner/store"},
	"github.com/teambition/rrule-go": {"calendar"},
	"github.com/arran4/golang-ical":  {"calendar"},
	"github.com/pressly/goose":       {"migrations"},
	"github.com/go-chi":              {"api", "api/v1"},
	"github.com/danielgtaylor/huma":  {"api", "api/v1"},
	"github.com/wneessen/go-mail":    {"planner/outside"},
	"github.com/emersion/go-imap":    {"planner/outside"},
	"github.com/emersion/go-message": {"planner/outside"},
	"code.dny.dev/ssrf":              {"planner/outside"},
	"github.com/coreos/go-oidc":      {"planner/outside"},
	"golang.org/x/oauth2":            {"planner/outside"},
	"golang.org/x/crypto":            {"planner/service"},
	"github.com/alexedwards/scs":     {"api"},
	"github.com/chromedp":            {"internal/chromium"},
	"net/http":                       {"api", "api/v1", "api/problem", "planner/outside", "cmd/wijkplanner"},
}

// source is one Go file: its room, imports and package comment.
type source struct {
	path, room string
	test       bool
	imports    []string
	doc        string
}

func sources(t *testing.T) []source {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var out []source
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) && path != root {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") {
			out = append(out, parse(t, root, path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func parse(t *testing.T, root, path string) source {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	rel, err := filepath.Rel(root, path)
	if err != nil {
		t.Fatal(err)
	}
	return source{
		path: rel, room: filepath.ToSlash(filepath.Dir(rel)), test: strings.HasSuffix(path, "_test.go"),
		imports: imports(f), doc: f.Doc.Text(),
	}
}

func imports(f *ast.File) []string {
	var out []string
	for _, i := range f.Imports {
		out = append(out, strings.Trim(i.Path.Value, `"`))
	}
	return out
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		allowed, known := arrows[s.room]
		if !known {
			t.Errorf("%s: room %q is not in the table of arrows", s.path, s.room)
		}
		if s.test {
			continue // a test may look at more, as long as Go's own rule against cycles holds
		}
		for _, i := range s.imports {
			room, ours := strings.CutPrefix(i, module+"/")
			if ours && !slices.Contains(allowed, "*") && !slices.Contains(allowed, room) {
				t.Errorf("%s: %s may not import %s", s.path, s.room, room)
			}
		}
	}
}

func TestForeignModulesStayInTheirRoom(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, i := range s.imports {
			for prefix, rooms := range only {
				if (i == prefix || strings.HasPrefix(i, prefix+"/")) && !s.test && !slices.Contains(rooms, s.room) {
					t.Errorf("%s: only %v may import %s", s.path, rooms, prefix)
				}
			}
		}
	}
}

func TestCoresUseTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	cores := []string{"planner/assign", "planner/schedule", "planner/capacity"}
	for _, s := range sources(t) {
		if s.test || !slices.Contains(cores, s.room) {
			continue
		}
		for _, i := range s.imports {
			if strings.Contains(strings.SplitN(i, "/", 2)[0], ".") {
				t.Errorf("%s: a core imports %s", s.path, i)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	docs := map[string]bool{}
	for _, s := range sources(t) {
		docs[s.room] = docs[s.room] || len(s.doc) > 60
	}
	for room, ok := range docs {
		if !ok {
			t.Errorf("package %s has no package comment that says what its room is for", room)
		}
	}
}
