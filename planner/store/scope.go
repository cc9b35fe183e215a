package store

import (
	"fmt"

	"gorm.io/gorm"
)

// Role is what a caller is, in the words of the policy table.
type Role string

// The roles.
const (
	// System is the program itself: the command line and jobs. It is the role of
	// the store that Open gives.
	System Role = "system"
	// Administrator keeps accounts, links and settings, and has no rights to
	// what is planned.
	Administrator Role = "administrator"
	// Lead plans one region.
	Lead Role = "lead"
	// Member of staff: one person of one region.
	Member Role = "staff"
	// Auditor reads figures and the audit log.
	Auditor Role = "auditor"
	// LocationContact acts for one location, after the mailed code.
	LocationContact Role = "contact"
	// Visitor holds a location's link and nothing more.
	Visitor Role = "visitor"
)

// Scope is what one caller may reach: no query leaves it. What lies outside is
// ErrNotFound, just as what does not exist. It is made anew for each request,
// from the database, so a right that is taken away is gone with the next one.
type Scope struct {
	Role Role
	// Actor names who acts, for the audit log: "user:12", "token:…",
	// "location-link:…", "job:7", or "command" for the command line.
	Actor string
	// Everywhere reaches all regions; else it is Region alone.
	Everywhere bool
	Region     string
	// Staff is the person of the region that the caller is; empty for nobody.
	Staff string
	// Location is the one location that a contact or visitor stands for, Contact the
	// contact whose link it is: a location can have several.
	Location string
	Contact  int64
	// Request names the request in the log, and Key is its Idempotency-Key, if it
	// came with one.
	Request, Key string
	// Claim is the attempt at the Key.
	Claim int64
}

// systemScope is that of the store that Open gives.
var systemScope = Scope{Role: System, Actor: "command", Everywhere: true}

// As returns the store as one caller may see it. It shares the database with
// the store it is made of; only that one is closed.
func (s *Store) As(scope Scope) *Store {
	out := *s
	out.scope = scope
	return &out
}

// Scope returns what the store's caller may reach.
func (s *Store) Scope() Scope { return s.scope }

// Reaches reports whether a region is within the scope.
func (c *Scope) Reaches(region string) bool {
	return c.Everywhere || (c.Role != "" && c.Region == region)
}

// reach gives ErrNotFound for a region outside the caller's scope, with the
// words of a region that does not exist.
func (t *Tx) reach(region string) error {
	if t.store.scope.Reaches(region) {
		return nil
	}
	return fmt.Errorf("region %q: %w", region, ErrNotFound)
}

// reachAll gives ErrNotFound unless the caller reaches every region: what is
// not of one region, such as the outbox, is for the program and administrators.
func (t *Tx) reachAll() error {
	if t.store.scope.Everywhere {
		return nil
	}
	return fmt.Errorf("outside the regions of %s: %w", t.store.scope.Actor, ErrNotFound)
}

// scoped begins a query of no more than the regions that the caller reaches;
// column holds the region.
func (t *Tx) scoped(column string) *gorm.DB {
	if t.store.scope.Everywhere {
		return t.db
	}
	return t.db.Where(column+" = ?", t.store.scope.Region)
}
