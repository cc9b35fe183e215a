package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// micros is t as both databases keep it: UTC, whole microseconds.
func micros(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Instant is a moment in a column: timestamptz on PostgreSQL, integer
// microseconds since 1970 on SQLite, which would keep a time as text and
// compare it as text. The zero time is NULL.
type Instant struct{ time.Time }

// At returns t as an Instant, in UTC and whole microseconds.
func At(t time.Time) Instant {
	if t.IsZero() {
		return Instant{}
	}
	return Instant{micros(t)}
}

// GormDataType names the type for gorm.
func (Instant) GormDataType() string { return "instant" }

// GormDBDataType names the column's type in each database.
func (Instant) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	if db.Name() == "sqlite" {
		return "integer"
	}
	return "timestamptz"
}

// GormValue returns the value to write.
func (i Instant) GormValue(_ context.Context, db *gorm.DB) clause.Expr {
	switch {
	case i.IsZero():
		return gorm.Expr("NULL")
	case db.Name() == "sqlite":
		return gorm.Expr("?", micros(i.Time).UnixMicro())
	default:
		return gorm.Expr("?", micros(i.Time))
	}
}

// Scan reads a column.
func (i *Instant) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		i.Time = time.Time{}
	case int64:
		i.Time = time.UnixMicro(v).UTC()
	case time.Time:
		i.Time = micros(v)
	default:
		return fmt.Errorf("instant from %T", value)
	}
	return nil
}

// day is a civil date in a column: date on PostgreSQL, ISO 8601 text on
// SQLite, which sorts alike. Its zero value is NULL, since gorm leaves a field
// alone for a NULL.
type day struct {
	date  calendar.Date
	given bool
}

func on(d calendar.Date) day {
	if d == calendar.NoDate {
		return day{}
	}
	return day{d, true}
}

// Date returns the date, NoDate for NULL.
func (d day) Date() calendar.Date {
	if !d.given {
		return calendar.NoDate
	}
	return d.date
}

// Value returns the value to write.
func (d day) Value() (driver.Value, error) {
	if !d.given {
		return nil, nil //nolint:nilnil // NULL
	}
	return d.date.String(), nil
}

// Scan reads a column.
func (d *day) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*d = day{}
	case time.Time:
		*d = on(calendar.DateOf(v, time.UTC))
	case string:
		date, err := calendar.ParseDate(v)
		if err != nil {
			return err
		}
		*d = on(date)
	default:
		return fmt.Errorf("date from %T", value)
	}
	return nil
}

// GormDataType names the type for gorm.
func (day) GormDataType() string { return "day" }

// document is a value in a JSON column: what is read as a whole and never
// searched.
type document[T any] struct{ v T }

func doc[T any](v T) document[T] { return document[T]{v} }

// Value returns the value to write.
func (d document[T]) Value() (driver.Value, error) {
	text, err := json.Marshal(d.v)
	if err != nil {
		return nil, fmt.Errorf("write %T as JSON: %w", d.v, err)
	}
	return string(text), nil
}

// Scan reads a column.
func (d *document[T]) Scan(value any) error {
	var text []byte
	switch v := value.(type) {
	case []byte:
		text = v
	case string:
		text = []byte(v)
	default:
		return fmt.Errorf("JSON from %T", value)
	}
	var zero T
	d.v = zero
	if err := json.Unmarshal(text, &d.v); err != nil {
		return fmt.Errorf("read %T from JSON: %w", d.v, err)
	}
	return nil
}

// GormDataType names the type for gorm.
func (document[T]) GormDataType() string { return "json" }
