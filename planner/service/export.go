package service

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// Subject is somebody whose data is asked for.
type Subject = store.Subject

// ownReadMe stands in the archive of somebody's own data.
const ownReadMe = `Alles wat Wijkplanner over u bewaart, per tabel: als JSON en als CSV. Tijden zijn UTC (RFC 3339).
Sleutels en wachtwoorden staan er niet in: die worden alleen versleuteld of als hash bewaard.

Everything that Wijkplanner keeps about you, by table: as JSON and as CSV. Times are UTC (RFC 3339).
Keys and passwords are left out: they are kept encrypted or as hashes only.
`

// OwnData writes a zip archive with everything that is kept about somebody, as
// JSON and CSV. It gives ErrNotFound when there is nobody, or when the caller may
// not ask. That it was asked is recorded.
func (s *Service) OwnData(ctx context.Context, who Subject, w io.Writer) error {
	var tables []table
	err := s.Store.OwnRows(ctx, who, func(r store.Row) error {
		tables = appendRow(tables, r)
		return nil
	})
	if err != nil {
		return err
	}
	act := store.Act{Verb: store.Read, Object: "own-data", ID: string(who.Kind) + " " + who.ID, Region: who.Region}
	if err := s.record(ctx, act); err != nil {
		return err
	}
	archive := zip.NewWriter(w)
	add := func(name string, data []byte) error {
		f, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: s.Now()})
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return err
	}
	if err := add("LEESMIJ-README.txt", []byte(ownReadMe)); err != nil {
		return err
	}
	for i := range tables {
		object, err := tables[i].json()
		if err == nil {
			err = errors.Join(add(tables[i].name+".json", object), add(tables[i].name+".csv", tables[i].csv()))
		}
		if err != nil {
			return err
		}
	}
	return archive.Close()
}

// table is what is exported of a table.
type table struct {
	name    string
	columns []string
	rows    [][]*string
}

func appendRow(tables []table, r store.Row) []table {
	if len(tables) == 0 || tables[len(tables)-1].name != r.Table {
		tables = append(tables, table{name: r.Table, columns: r.Columns})
	}
	last := &tables[len(tables)-1]
	last.rows = append(last.rows, r.Values)
	return tables
}

func (t *table) json() ([]byte, error) {
	out := make([]map[string]*string, len(t.rows))
	for i, row := range t.rows {
		out[i] = make(map[string]*string, len(row))
		for j, v := range row {
			out[i][t.columns[j]] = v
		}
	}
	return json.MarshalIndent(out, "", "  ")
}

// csv writes the table so that no spreadsheet takes a cell for a formula.
func (t *table) csv() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(t.columns) // a buffer takes everything
	cells := make([]string, len(t.columns))
	for _, row := range t.rows {
		for i, v := range row {
			cells[i] = ""
			if v != nil {
				cells[i] = files.QuoteFormula(*v)
			}
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return b.Bytes()
}

// ExportManifest is export.json of an export.
type ExportManifest struct {
	Format       string    `json:"format"`
	Version      int       `json:"version"`
	Created      time.Time `json:"created"`
	Regions      []string  `json:"regions"`
	Tables       []string  `json:"tables"`
	Explanations string    `json:"explanations"`
}

const (
	exportFormat  = "wijkplanner export"
	exportVersion = 1
	exportFile    = "export.json"
)

// exportedRegion is a region in an export: what an import needs.
type exportedRegion struct {
	State *planner.State `json:"state"`
	// Plan is the published plan; absent for none.
	Plan *planner.Plan `json:"plan,omitempty"`
	// Contacts are who gets mail about its calendars.
	Contacts []exportedContact `json:"contacts,omitempty"`
}

type exportedContact struct {
	Kind     store.FeedKind    `json:"kind"`
	Subject  string            `json:"subject"`
	Name     string            `json:"name"`
	Mail     string            `json:"mail"`
	Language store.Language    `json:"language"`
	Calendar store.CalendarWay `json:"calendar"`
}

// Export writes everything that is kept into a new folder, in open formats: each
// region as JSON, from which ImportExport makes it again, and every table as
// CSV. Keys are left out. It is recorded.
func (s *Service) Export(ctx context.Context, dir string) (m ExportManifest, err error) {
	m = ExportManifest{
		Format: exportFormat, Version: exportVersion, Created: s.Now().UTC(),
		Explanations: "regions/N.json: a region with its published plan and contacts; tables/NAME.csv: every table, times in UTC",
	}
	for _, sub := range []string{"regions", "tables"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return m, err
		}
	}
	regions, err := s.Store.Regions(ctx)
	if err != nil {
		return m, err
	}
	for i, r := range regions {
		m.Regions = append(m.Regions, r.ID)
		out, err := s.exportRegion(ctx, r.ID)
		if err == nil {
			err = writeNew(filepath.Join(dir, "regions", strconv.Itoa(i+1)+".json"), out)
		}
		if err != nil {
			return m, err
		}
	}
	if m.Tables, err = s.exportTables(ctx, filepath.Join(dir, "tables")); err != nil {
		return m, err
	}
	if err := s.record(ctx, store.Act{Verb: store.Read, Object: "export", Fields: m.Tables}); err != nil {
		return m, err
	}
	// Last: an export without it is not whole.
	return m, writeNew(filepath.Join(dir, exportFile), m)
}

func (s *Service) exportRegion(ctx context.Context, id string) (*exportedRegion, error) {
	snapshot, err := s.Store.Snapshot(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &exportedRegion{State: snapshot.State, Plan: snapshot.Plan}
	contacts, err := s.Store.Contacts(ctx, id)
	for _, c := range contacts {
		out.Contacts = append(out.Contacts, exportedContact{c.Scope.Kind, c.Scope.ID, c.Name, c.Mail, c.Language, c.Calendar})
	}
	return out, err
}

// writeNew writes a value as JSON to a file that is not there yet.
func writeNew(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return writeBytes(path, data)
}

func writeBytes(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func (s *Service) exportTables(ctx context.Context, dir string) (names []string, err error) {
	var last []table
	flush := func() error {
		if len(last) == 0 {
			return nil
		}
		names = append(names, last[0].name)
		return writeBytes(filepath.Join(dir, last[0].name+".csv"), last[0].csv())
	}
	err = s.Store.ExportRows(ctx, func(r store.Row) error {
		if len(last) > 0 && last[0].name != r.Table {
			if err := flush(); err != nil {
				return err
			}
			last = nil
		}
		last = appendRow(last, r)
		return nil
	})
	return names, errors.Join(err, flush())
}

// ErrNoExport is a folder that holds no whole export.
var ErrNoExport = errors.New("no whole export")

// ImportExport takes in what Export wrote: the regions, and for each the
// published plan and the contacts, which are all proved and checked as anything
// else that comes in.
func (s *Service) ImportExport(ctx context.Context, dir string) ([]Imported, error) {
	m, regions, err := readExport(dir)
	if err != nil {
		return nil, err
	}
	states := make([]*planner.State, len(regions))
	for i := range regions {
		if states[i] = regions[i].State; states[i] == nil || states[i].Region != m.Regions[i] {
			return nil, fmt.Errorf("%w: regions/%d.json is not region %q", ErrNoExport, i+1, m.Regions[i])
		}
	}
	report, err := s.Import(ctx, states)
	if err != nil {
		return nil, err
	}
	for i := range regions {
		if err := s.importRegion(ctx, &regions[i]); err != nil {
			return nil, fmt.Errorf("region %q: %w", m.Regions[i], err)
		}
	}
	return report, nil
}

func (s *Service) importRegion(ctx context.Context, r *exportedRegion) error {
	if r.Plan != nil {
		_, version, err := s.Store.LoadState(ctx, r.State.Region)
		if err != nil {
			return err
		}
		id, err := s.Store.SavePlan(ctx, r.Plan, version)
		if err != nil {
			return err
		}
		if err := s.Publish(ctx, id); err != nil {
			return err
		}
	}
	contacts := make([]store.Contact, len(r.Contacts))
	for i, c := range r.Contacts {
		contacts[i] = store.Contact{
			Scope: store.FeedScope{Region: r.State.Region, Kind: c.Kind, ID: c.Subject}, Name: c.Name, Mail: c.Mail, Language: c.Language, Calendar: c.Calendar,
		}
	}
	_, err := s.Store.AddContacts(ctx, r.State.Region, contacts, s.Now())
	return err
}

func readExport(dir string) (m ExportManifest, regions []exportedRegion, err error) {
	read := func(name string, into any) error {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w in %s: no %s", ErrNoExport, dir, name)
		}
		if err != nil {
			return err
		}
		if err := json.Unmarshal(data, into); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrNoExport, name, err)
		}
		return nil
	}
	if err := read(exportFile, &m); err != nil {
		return m, nil, err
	}
	if m.Format != exportFormat || m.Version != exportVersion {
		return m, nil, fmt.Errorf("%w: %q of version %d; this program reads %q of version %d", ErrNoExport, m.Format, m.Version, exportFormat, exportVersion)
	}
	regions = make([]exportedRegion, len(m.Regions))
	for i := range regions {
		if err := read(filepath.Join("regions", strconv.Itoa(i+1)+".json"), &regions[i]); err != nil {
			return m, nil, err
		}
	}
	return m, slices.Clip(regions), nil
}
