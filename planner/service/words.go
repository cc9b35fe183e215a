package service

import (
	"io"

	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The states of bookings and of who waits, by the names used above this room.
const (
	BookingHeld      = store.BookingHeld
	BookingRequested = store.BookingRequested
	BookingConfirmed = store.BookingConfirmed
	BookingDeclined  = store.BookingDeclined
	BookingCancelled = store.BookingCancelled
	Waits            = store.Waiting
)

// The kinds and the level of calendars that people make for themselves.
const (
	StaffFeed    = store.StaffFeed
	LocationFeed = store.LocationFeed
	FullFeed     = store.FullDetail
)

// What planner/files gives, by the names used above this room.
type (
	// Table is a table to take away.
	Table = files.Table
	// TableCell is one of its cells.
	TableCell = files.TableCell
)

// WriteTable writes a table as CSV; see files.WriteTable.
func WriteTable(w io.Writer, t *Table) error { return files.WriteTable(w, t) }

// WriteWorkbook writes tables as an XLSX workbook; see files.WriteWorkbook.
func WriteWorkbook(w io.Writer, tables ...Table) error { return files.WriteWorkbook(w, tables...) }
