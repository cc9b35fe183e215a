package service

import (
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

// Table is a table to take away.
type Table = files.Table

// Workbook writes tables as the sheets of one XLSX file; see files.Workbook.
func Workbook(tables []Table) ([]byte, error) { return files.Workbook(tables) }
