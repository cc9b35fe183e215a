package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SubjectKind is a kind of somebody whose data can be asked for.
type SubjectKind string

// The kinds.
const (
	// StaffSubject is a member of staff of a region.
	StaffSubject SubjectKind = "staff"
	// UserSubject is who has an account, by its number.
	UserSubject SubjectKind = "user"
	// ContactSubject is a contact, by its number.
	ContactSubject SubjectKind = "contact"
)

// Subject is somebody whose data is asked for.
type Subject struct {
	Kind SubjectKind
	// Region is that of staff and empty for others.
	Region string
	ID     string
}

// Row is a row that is exported: the values of the columns of a table, as text;
// nil for NULL.
type Row struct {
	Table   string
	Columns []string
	Values  []*string
}

// unexported are tables whose rows are keys or hashes of them, of no use to
// anybody but this installation.
var unexported = []string{"sessions", "sign_in_links", "sign_in_tries", "answer_codes", "answered", "feed_secret", "audit_seals", "audit_chain", "audit_checkpoints"}

// withheld are columns of the same kind in other tables: hashes of secrets and
// what is encrypted.
var withheld = []string{"secret", "password", "totp", "totp_step", "code", "hash", "signature", "link"}

// exported lists the tables and columns that are exported; the table of
// retention knows all tables.
func (t *Tx) exported() (map[string][]string, error) {
	out := map[string][]string{}
	for _, r := range retention {
		if slices.Contains(unexported, r.table) || out[r.table] != nil {
			continue
		}
		types, err := t.db.Migrator().ColumnTypes(r.table)
		if err != nil {
			return nil, fmt.Errorf("columns of %s: %w", r.table, err)
		}
		for _, c := range types {
			hidden := slices.Contains(withheld, c.Name()) || r.table == "busy_sources" && c.Name() == "address"
			if !hidden {
				out[r.table] = append(out[r.table], c.Name())
			}
		}
	}
	return out, nil
}

// ExportRows gives f every row of every table but for keys, as of one moment.
func (s *Store) ExportRows(ctx context.Context, f func(Row) error) error {
	return s.read(ctx, func(t *Tx) error {
		if err := t.reachAll(); err != nil {
			return err
		}
		tables, err := t.exported()
		if err != nil {
			return err
		}
		for _, table := range inTableOrder(tables) {
			if err := t.eachRow(table, tables[table], "1 = 1", nil, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// inTableOrder returns the tables in the order of their names.
func inTableOrder(tables map[string][]string) []string {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// OwnRows gives f every row about somebody. It gives ErrNotFound when there is
// nobody, or for a caller who is neither that person nor keeps the accounts or
// the region.
func (s *Store) OwnRows(ctx context.Context, who Subject, f func(Row) error) error {
	return s.read(ctx, func(t *Tx) error {
		if err := t.mayAsk(who); err != nil {
			return err
		}
		tables, err := t.exported()
		if err != nil {
			return err
		}
		found := false
		for _, table := range inTableOrder(tables) {
			where, args := who.rowsIn(table, tables[table])
			if where == "" {
				continue
			}
			err := t.eachRow(table, tables[table], where, args, func(r Row) error {
				found = found || slices.Contains([]string{"staff", "users", "contacts"}, table)
				return f(r)
			})
			if err != nil {
				return err
			}
		}
		if !found {
			return fmt.Errorf("%s %q: %w", who.Kind, who.ID, ErrNotFound)
		}
		return nil
	})
}

// mayAsk: for themselves, and whoever answers the questions of others.
func (t *Tx) mayAsk(who Subject) error {
	scope := &t.store.scope
	switch scope.Role {
	case System, Administrator:
		return nil
	case Lead:
		if who.Kind == StaffSubject {
			return t.reach(who.Region)
		}
		if who.Kind == ContactSubject {
			return t.contactOf(who.ID, scope.Region)
		}
	case Member:
		if who.Kind == StaffSubject && who.Region == scope.Region && who.ID == scope.Staff {
			return nil
		}
	case LocationContact:
		if who.Kind == ContactSubject {
			return t.ownContact(who.ID)
		}
	case Auditor, Visitor:
	}
	if who.Kind == UserSubject && scope.Actor == "user:"+who.ID {
		return nil
	}
	return fmt.Errorf("%s %q: %w", who.Kind, who.ID, ErrNotFound)
}

// ownContact: a contact who asks is that very one, and not a colleague of the same
// location.
func (t *Tx) ownContact(id string) error {
	scope := &t.store.scope
	return t.contactWhere(id, "id = ? AND kind = ? AND subject = ?", scope.Contact, LocationFeed, scope.Location)
}

// contactOf: a contact is of the region of who asks.
func (t *Tx) contactOf(id, region string) error { return t.contactWhere(id, "region = ?", region) }

func (t *Tx) contactWhere(id, where string, args ...any) error {
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return fmt.Errorf("contact %q: %w", id, ErrNotFound)
	}
	var n int64
	err = t.scoped("region").Model(&contactRow{}).Where("id = ?", number).Where(where, args...).Count(&n).Error
	if err == nil && n == 0 {
		err = fmt.Errorf("contact %q: %w", id, ErrNotFound)
	}
	return err
}

// rowsIn is the condition of the rows of a table that are about somebody; empty
// for none. Whatever names a person of a region, or a contact, or an account in
// the usual column is about them; the rest is said here.
func (w Subject) rowsIn(table string, columns []string) (where string, args []any) {
	has := func(column string) bool { return slices.Contains(columns, column) }
	if w.Kind == StaffSubject {
		return w.staffRows(table, has)
	}
	id, err := strconv.ParseInt(w.ID, 10, 64)
	if err != nil {
		return "", nil
	}
	switch {
	case w.Kind == ContactSubject && table == "contacts", w.Kind == UserSubject && table == "users":
		return "id = ?", []any{id}
	case w.Kind == ContactSubject && has("contact"):
		return "contact = ?", []any{id}
	case w.Kind == UserSubject && has("user_id"):
		return "user_id = ?", []any{id}
	case w.Kind == UserSubject && has("membership"):
		return "membership IN (SELECT id FROM memberships WHERE user_id = ?)", []any{id}
	case w.Kind == UserSubject && has("actor"):
		return "actor = ?", []any{UserActor(id)}
	case w.Kind == UserSubject && has("started_by"):
		return "CAST(started_by AS text) LIKE ?", []any{`%"` + UserActor(id) + `"%`}
	}
	return "", nil
}

func (w Subject) staffRows(table string, has func(string) bool) (string, []any) {
	both := []any{w.Region, w.ID}
	const own = "(SELECT id FROM contacts WHERE region = ? AND kind = 'staff' AND subject = ?)"
	switch {
	case table == "staff":
		return "region = ? AND id = ?", both
	case table == "plan_crew":
		return "plan IN (SELECT id FROM plans WHERE region = ?) AND staff = ?", both
	case table == "plan_assignments":
		return "plan IN (SELECT id FROM plans WHERE region = ?) AND staff = ?", both
	case table == "feed_clients":
		return "feed IN (SELECT id FROM feeds WHERE region = ? AND kind = 'staff' AND subject = ?)", both
	case has("contact"):
		return "contact IN " + own, both
	case has("region") && has("kind") && has("subject"):
		return "region = ? AND kind = 'staff' AND subject = ?", both
	case has("region") && has("staff") && table != "meetings":
		return "region = ? AND staff = ?", both
	}
	return "", nil
}

// eachRow gives f the rows of a table.
func (t *Tx) eachRow(table string, columns []string, where string, args []any, f func(Row) error) (err error) {
	if len(columns) == 0 {
		return nil
	}
	rows, err := t.db.Table(table).Select(quoted(columns)).Where(where, args...).Order(quoted(columns[:1])).Rows()
	if err != nil {
		return fmt.Errorf("rows of %s: %w", table, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		r := Row{table, columns, make([]*string, len(columns))}
		for i, v := range values {
			r.Values[i] = plain(columns[i], v)
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// plain is a value as text, the same from both databases as far as they tell:
// moments in RFC 3339, days in ISO 8601, bytes in hexadecimal.
func plain(column string, value any) *string {
	var text string
	switch v := value.(type) {
	case nil:
		return nil
	case time.Time:
		text = v.UTC().Format(time.RFC3339Nano)
		if v.Equal(v.Truncate(24*time.Hour)) && !isMoment(column) {
			text = v.UTC().Format(time.DateOnly)
		}
	case int64:
		text = strconv.FormatInt(v, 10)
		if isMoment(column) {
			text = time.UnixMicro(v).UTC().Format(time.RFC3339Nano)
		}
	case []byte:
		text = string(v)
		if strings.ContainsFunc(text, isControl) || strings.ToValidUTF8(text, "") != text {
			text = hex.EncodeToString(v)
		}
	default:
		text = fmt.Sprint(v)
	}
	return &text
}

// isMoment reports whether a column holds moments: all of these are named so.
func isMoment(column string) bool {
	return strings.HasSuffix(column, "_at") || strings.HasSuffix(column, "_until")
}
