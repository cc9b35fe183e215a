package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Verb is what somebody did to an object, as a code.
type Verb string

// The verbs; those of a kind of object of its own are with that object.
const (
	Created   Verb = "create"
	Changed   Verb = "change"
	Removed   Verb = "remove"
	Read      Verb = "read" // of what is sensitive: exports, reports, contacts, the audit log
	Imported  Verb = "import"
	PublishIt Verb = "publish"
	Revoked   Verb = "revoke"
	SignedIn  Verb = "sign-in"
	SignedOut Verb = "sign-out"
)

// Act is one line of the audit log: what its caller did. Who that was, in which
// role and by which request come from the scope of the store.
type Act struct {
	Verb Verb
	// Object is the kind of the object, "booking", and ID which one.
	Object, ID string
	// Region is empty for what belongs to none, and for the region without a
	// name.
	Region string
	// Fields are the names of what changed; values are never kept.
	Fields []string
	// Reason is a code, or empty.
	Reason string
}

type auditRow struct {
	ID         int64 `gorm:"primaryKey"`
	RecordedAt Instant
	Actor      string
	Role       Role
	Region     string
	Verb       Verb
	Object     string
	ObjectID   string
	Fields     string
	Reason     string
	Request    string
}

func (auditRow) TableName() string { return "audit" }

// Record writes an act into the audit log, in the transaction that does it:
// both happen or neither.
func (t *Tx) Record(a Act) error {
	scope := &t.store.scope
	if scope.Actor == "" || scope.Role == "" || a.Verb == "" || a.Object == "" {
		return errors.New("audit: an act needs an actor, a role, a verb and an object")
	}
	fields := slices.Sorted(slices.Values(a.Fields))
	err := t.db.Create(&auditRow{
		RecordedAt: At(t.now()), Actor: scope.Actor, Role: scope.Role, Region: a.Region, Verb: a.Verb, Object: a.Object,
		ObjectID: a.ID, Fields: strings.Join(fields, " "), Reason: a.Reason, Request: scope.Request,
	}).Error
	if err == nil && scope.Key != "" {
		err = t.noteEffect(a.Object + " " + a.ID)
	}
	if err == nil && a.Verb != Read {
		err = t.tell(a.Region, a.Object, a.ID, string(a.Verb))
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}
