// Command vulndb lays out Go's vulnerability reports as govulncheck reads them
// (https://go.dev/doc/security/vuln/database): from data/osv of the module
// golang.org/x/vulndb, which comes by the module proxy, into a folder. `make vuln`
// uses it where vuln.go.dev cannot be reached.
//
// Of the project it imports nothing.
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// report is what is needed of a report (https://ossf.github.io/osv-schema/).
type report struct {
	ID       string   `json:"id"`
	Modified string   `json:"modified"`
	Aliases  []string `json:"aliases,omitempty"`
	Affected []struct {
		Package struct {
			Name string `json:"name"`
		} `json:"package"`
		Ranges []struct {
			Events []struct {
				Fixed string `json:"fixed"`
			} `json:"events"`
		} `json:"ranges"`
	} `json:"affected"`
}

// vulnerability is a report in the index of a module; Fixed is empty where no
// version is.
type vulnerability struct {
	ID       string `json:"id"`
	Modified string `json:"modified"`
	Fixed    string `json:"fixed,omitempty"`
}

type module struct {
	Path  string          `json:"path"`
	Vulns []vulnerability `json:"vulns"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: vulndb FOLDER-WITH-REPORTS OUT")
		os.Exit(2)
	}
	n, err := layOut(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "vulndb:", err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stdout, "%d reports in %s\n", n, os.Args[2])
}

// layOut writes the database and returns how many reports it has.
func layOut(from, out string) (int, error) {
	names, err := filepath.Glob(filepath.Join(from, "GO-*.json"))
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, fmt.Errorf("no reports (GO-*.json) in %s", from))
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(out, "index"), 0o755), os.MkdirAll(filepath.Join(out, "ID"), 0o755)); err != nil {
		return 0, err
	}
	type entry struct {
		ID       string   `json:"id"`
		Modified string   `json:"modified"`
		Aliases  []string `json:"aliases,omitempty"`
	}
	var all []entry
	modules, latest := map[string]*module{}, ""
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		var r report
		if err := json.Unmarshal(raw, &r); err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(out, "ID", r.ID+".json"), raw, 0o644); err != nil {
			return 0, err
		}
		all, latest = append(all, entry{r.ID, r.Modified, r.Aliases}), max(latest, r.Modified)
		r.indexIn(modules)
	}
	list := slices.SortedFunc(maps.Values(modules), func(a, b *module) int { return cmp.Compare(a.Path, b.Path) })
	return len(all), errors.Join(
		write(out, "db.json", map[string]string{"modified": latest}), write(out, "vulns.json", all), write(out, "modules.json", list),
	)
}

// indexIn notes a report with each module that it is about.
func (r *report) indexIn(modules map[string]*module) {
	for i := range r.Affected {
		of := &r.Affected[i]
		m := modules[of.Package.Name]
		if m == nil {
			m = &module{Path: of.Package.Name}
			modules[m.Path] = m
		}
		v := vulnerability{ID: r.ID, Modified: r.Modified}
		for _, s := range of.Ranges {
			v.Fixed = "" // the last event of the last range decides
			if n := len(s.Events); n > 0 {
				v.Fixed = s.Events[n-1].Fixed
			}
		}
		if at := slices.IndexFunc(m.Vulns, func(x vulnerability) bool { return x.ID == v.ID }); at < 0 {
			m.Vulns = append(m.Vulns, v)
		}
	}
}

func write(out, name string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "index", name), body, 0o644)
}
