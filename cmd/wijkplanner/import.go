package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

type importCommand struct {
	Kind string `arg:"" help:"What to import: folder, an export, or one file: lrk, organisations, staff, districts, locations, assignments, absences, meetings, blackouts, cases, consents, history or programme." enum:"folder,export,lrk,organisations,staff,districts,locations,assignments,absences,meetings,blackouts,cases,consents,history,programme"`
	Path string `arg:"" help:"Folder or file (docs/input.md)."`
	databaseFlag
	Region *string `help:"Region, where there are several."`
	DryRun bool    `help:"Show what would change, and change nothing."`
	ByHand string  `enum:",keep,replace" default:"" help:"What becomes of assignments made by hand that the import gives to others: keep or replace." placeholder:"keep|replace"`
	BSO    bool    `name:"bso" help:"Take out-of-school care (age 4 and up) from the register too."`
}

// Run imports a folder or a file, and prints one line for each change, one on
// the error stream for each rejected row, and a summary.
func (c *importCommand) Run(p *process) (err error) {
	switch c.Kind {
	case "folder":
		return c.folder(p)
	case "export":
		return c.export(p)
	}
	file, err := os.Open(c.Path)
	if err != nil {
		return &codeError{exitInput, err}
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	s, err := c.quiet(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Store.Close()) }()
	region, err := c.region(p, s)
	if err != nil {
		return err
	}
	report, err := s.ImportFile(p.ctx, region, service.Kind(c.Kind), c.Path, file, service.ImportOptions{DryRun: c.DryRun, BSO: c.BSO, ByHand: service.ByHand(c.ByHand)})
	if err != nil {
		return importError(err)
	}
	for _, fault := range report.Rejected {
		fmt.Fprintln(p.stderr, fault)
	}
	for _, change := range report.Changes {
		fmt.Fprintln(p.stdout, change)
	}
	clashes(p, region, report.Conflicts)
	_, err = fmt.Fprintln(p.stdout, c.summary(report))
	return err
}

// export takes in what the export command wrote.
func (c *importCommand) export(p *process) error {
	if c.Region != nil || c.DryRun {
		return &codeError{exitInput, errors.New("an export is taken in as it is: without --region and --dry-run")}
	}
	return c.within(p, func(s *service.Service) error {
		regions, err := s.ImportExport(p.ctx, c.Path)
		if errors.Is(err, service.ErrNoExport) {
			return &codeError{exitInput, err}
		}
		if err != nil {
			return importError(err)
		}
		_, err = fmt.Fprintf(p.stdout, "%d regions\n", len(regions))
		return err
	})
}

// quiet opens the database with a log of warnings only: the error stream is for
// rejected rows.
func (c *importCommand) quiet(p *process) (*service.Service, error) {
	s, err := c.open(p)
	if err == nil {
		s.Log = slog.New(slog.NewJSONHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	return s, err
}

// region returns the region that is meant: the only one, or the one without a
// name, unless the flag says which.
func (c *importCommand) region(p *process, s *service.Service) (string, error) {
	if c.Region != nil {
		return *c.Region, nil
	}
	regions, err := s.Regions(p.ctx)
	if err != nil {
		return "", err
	}
	names := make([]string, len(regions))
	for i, r := range regions {
		names[i] = r.ID
	}
	switch {
	case len(names) == 0:
		return "", &codeError{exitInput, errors.New("the database holds no region yet: begin with wijkplanner import folder DIR")}
	case len(names) == 1 || names[0] == "":
		return names[0], nil
	}
	return "", &codeError{exitInput, fmt.Errorf("which region? give --region: %s", strings.Join(names, ", "))}
}

// importError tells input that cannot be used from a database that cannot.
func importError(err error) error {
	if errors.Is(err, service.ErrConflict) || errors.Is(err, service.ErrNotFound) {
		return &codeError{exitInput, err}
	}
	return err
}

// folder imports all regions of a folder, in place of what is known of them.
func (c *importCommand) folder(p *process) (err error) {
	states, err := files.ReadFolder(c.Path)
	if err != nil {
		return err
	}
	if c.Region != nil {
		return &codeError{exitInput, errors.New("--region goes with a file: a folder names its regions itself")}
	}
	s, err := c.quiet(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Store.Close()) }()
	var report []service.Imported
	if c.DryRun {
		report, err = s.Preview(p.ctx, states)
	} else {
		report, err = s.ImportWith(p.ctx, states, service.ByHand(c.ByHand))
	}
	if err != nil {
		return importError(err)
	}
	fresh := 0
	var all []planner.Change
	for _, r := range report {
		if r.New {
			fresh++
		}
		for _, change := range r.Changes {
			all = append(all, change)
			fmt.Fprintln(p.stdout, strings.TrimSpace(r.Region+" "+change.String()))
		}
		pins(p, "kept", r.Region, r.Kept)
		pins(p, "lost", r.Region, r.Lost)
		clashes(p, r.Region, r.Conflicts)
	}
	_, err = fmt.Fprintf(p.stdout, "%s, %d new; %s; %s\n",
		plural(len(report), "region"), fresh, countChanges(all), c.outcome(!c.DryRun))
	return err
}

// clashes lists what was made by hand and an import gives to others.
func clashes(p *process, region string, all []service.ByHandConflict) {
	for _, c := range all {
		a, o := &c.ByHand, &c.Imported
		fmt.Fprintln(p.stdout, strings.TrimSpace(fmt.Sprintf("%s by hand: location %s, %s %s is %s's from %s to %s, and %s's from %s to %s in the import: --by-hand keep or replace",
			region, a.Location, a.Role, a.Kind, a.Staff, cmp.Or(a.From.String(), "…"), cmp.Or(a.To.String(), "…"),
			o.Staff, cmp.Or(o.From.String(), "…"), cmp.Or(o.To.String(), "…"))))
	}
}

// pins lists what became of assignments that were made by hand.
func pins(p *process, fate, region string, all []planner.Assignment) {
	for _, a := range all {
		fmt.Fprintln(p.stdout, strings.TrimSpace(fmt.Sprintf("%s pin %s: location %s, %s %s, %s from %s to %s",
			region, fate, a.Location, a.Role, a.Kind, a.Staff, cmp.Or(a.From.String(), "…"), cmp.Or(a.To.String(), "…"))))
	}
}

// summary says in one line what an import did.
func (c *importCommand) summary(r *service.FileReport) string {
	text := plural(r.Rows, "row") + " read"
	if n := rejectedRows(r.Rejected); n > 0 {
		text += fmt.Sprintf(", %d rejected", n)
	}
	if len(r.Skipped) > 0 {
		var left []string
		for _, reason := range slices.Sorted(maps.Keys(r.Skipped)) {
			left = append(left, fmt.Sprintf("%s %d", reason, r.Skipped[reason]))
		}
		text += ", left out: " + strings.Join(left, ", ")
	}
	return text + "; " + countChanges(r.Changes) + "; " + c.outcome(r.Written)
}

// rejectedRows counts rows: one can have several faults.
func rejectedRows(faults files.Faults) int {
	lines := make(map[int]bool)
	for _, f := range faults {
		lines[f.Line] = true
	}
	return len(lines)
}

func (c *importCommand) outcome(written bool) string {
	switch {
	case written:
		return "written"
	case c.DryRun:
		return "nothing written: a dry run"
	}
	return "nothing to write"
}

// countChanges counts changes by kind.
func countChanges(changes []planner.Change) string {
	if len(changes) == 0 {
		return "no changes"
	}
	count := make(map[planner.ChangeKind]int)
	for _, c := range changes {
		count[c.Kind]++
	}
	kinds := slices.Sorted(maps.Keys(count))
	parts := make([]string, len(kinds))
	for i, kind := range kinds {
		parts[i] = fmt.Sprintf("%d %s", count[kind], kind)
	}
	return plural(len(changes), "change") + ": " + strings.Join(parts, ", ")
}
