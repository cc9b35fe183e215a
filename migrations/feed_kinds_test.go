package migrations

import (
	"database/sql"
	"slices"
	"testing"
)

// TestFeedKindsComeWithTheirEvents: a plan that was published before the feeds
// of teams, districts and roles existed shows in them at once.
func TestFeedKindsComeWithTheirEvents(t *testing.T) {
	t.Parallel()
	for _, c := range databases {
		t.Run(string(c.dialect), func(t *testing.T) {
			t.Parallel()
			db, d := c.create(t)(), c.dialect
			p, err := provider(db, d)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.UpTo(t.Context(), 4); err != nil {
				t.Fatal(err)
			}
			moment, earlier, day := "'2027-01-04T09:00:00Z'", "'2027-01-03T09:00:00Z'", "'2027-01-01'"
			if d == SQLite {
				moment, earlier = "1799053200000000", "1798966800000000"
			}
			for _, statement := range []string{
				"INSERT INTO regions (region, version, programme, zone, imported_at) VALUES ('noord', 1, 1, 'Europe/Amsterdam', " + moment + ")",
				"INSERT INTO feeds (id, secret, region, kind, subject, level, created_at) VALUES ('aaaaaaaaaa', " +
					map[Dialect]string{Postgres: "decode(repeat('00', 32), 'hex')", SQLite: "zeroblob(32)"}[d] + ", 'noord', 'staff', 'anna', 'full', " + moment + ")",
				"INSERT INTO plans (id, region, version, stage, based_on, first_day, last_day, hard, medium, soft, document, created_at) " +
					"VALUES (1, 'noord', 1, 'published', 1, " + day + ", " + day + ", 0, 0, 0, '{}', " + moment + ")",
				"INSERT INTO plan_visits (plan, position, id, location, district, visit_type, requirement, meeting, starts_at, ends_at, status, reason) " +
					"VALUES (1, 0, 'v', 'een', 'WK01', 'visit', 'yearly', " + map[Dialect]string{Postgres: "false", SQLite: "0"}[d] + ", " + earlier + ", " + moment + ", 'planned', '{}')",
				"INSERT INTO plan_crew (plan, visit, position, role, staff, travel_minutes) VALUES (1, 0, 0, 'zc', 'anna', 0), (1, 0, 1, 'ab', 'bram', 0)",
			} {
				if _, err := db.ExecContext(t.Context(), statement); err != nil {
					t.Fatalf("%s: %v", statement, err)
				}
			}
			for _, event := range []string{
				"'staff', 'anna', 'v', 1, 2, " + moment + ", false", "'staff', 'bram', 'v', 1, 0, " + earlier + ", false",
				"'location', 'een', 'v', 1, 2, " + moment + ", false", "'staff', 'anna', 'gone', 1, 1, " + moment + ", true",
			} {
				_, err := db.ExecContext(t.Context(), "INSERT INTO feed_events (region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content) "+
					"VALUES ('noord', "+event+", "+earlier+", "+moment+", '{}')")
				if err != nil {
					t.Fatal(err)
				}
			}
			up(t, db, d)
			got := list(t, db, "SELECT e.kind || ' ' || e.subject || ' ' || e.visit || ' ' || r.revision FROM feed_events e "+
				"JOIN feed_revisions r ON r.region = e.region AND r.kind = e.kind AND r.subject = e.subject")
			if want := []string{"district WK01 v 1", "role ab v 1", "role zc v 1", "team  v 1"}; !slices.Equal(got, want) {
				t.Errorf("events %q, want %q", got, want)
			}
			if got := list(t, db, "SELECT id || ' ' || kind FROM feeds WHERE NOT hide_cancelled"); !slices.Equal(got, []string{"aaaaaaaaaa staff"}) {
				t.Errorf("feeds %q: the one there was is lost", got)
			}
		})
	}
}

// list returns the texts that a query gives, in their order.
func list(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}
