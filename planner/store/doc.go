// Package store keeps regions, plans, people's time, feeds, the outbox and
// people's own calendars in a database: an embedded SQLite file or PostgreSQL,
// with the same answers on both.
//
// It is the only room that knows gorm. Rows stay inside; its methods speak the
// types of package planner. The schema comes from package migrations, never
// from gorm. The one rule for whatever takes somebody's time is kept here, and
// by the database itself: among promises no two of one person overlap.
package store
