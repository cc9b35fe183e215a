// Package rights says who may do what: the principals and the resources in one
// table, and the caller of a request. It decides nothing else; what a region, a
// person or a location is, and that no query leaves it, is the store's affair.
//
// Of the project it imports planner/service.
package rights

import (
	"maps"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Reach is how far a right goes.
type Reach int

// The reaches: no right; what is the caller's own (the person, or the
// location); the caller's region; every region.
const (
	None Reach = iota
	Own
	Region
	Everywhere
)

// Act is what somebody does to a resource.
type Act string

// The acts. What goes beyond writing a thing down has a name of its own.
const (
	Read    Act = "read"
	Create  Act = "create"
	Change  Act = "change"
	Remove  Act = "remove"
	Propose Act = "propose"
	Publish Act = "publish"
	Decide  Act = "decide" // approve or decline what another asks for
)

// Resource is what a route is about: a row of the table of rights.
type Resource string

// The resources.
const (
	Description    Resource = "description" // the OpenAPI description
	Account        Resource = "account"     // the caller's own session
	Regions        Resource = "regions"
	Imports        Resource = "imports"
	Organisations  Resource = "organisations"
	Staff          Resource = "staff"
	Districts      Resource = "districts"
	Locations      Resource = "locations"
	Contacts       Resource = "contacts"
	Requirements   Resource = "requirements"
	Assumptions    Resource = "assumptions"
	Assignments    Resource = "assignments"
	Plans          Resource = "plans"
	Scenarios      Resource = "scenarios"
	Visits         Resource = "visits"
	Meetings       Resource = "meetings"
	Absences       Resource = "absences"
	Blackouts      Resource = "blackouts"
	Consents       Resource = "consents"
	Cases          Resource = "cases"
	SlotRules      Resource = "slot-rules"
	Slots          Resource = "slots"
	Bookings       Resource = "bookings"
	WaitingEntries Resource = "waiting-entries"
	Feeds          Resource = "feeds"
	LocationLinks  Resource = "location-links"
	BusySources    Resource = "busy-sources"
	Outbox         Resource = "outbox"
	Webhooks       Resource = "webhooks"
	Users          Resource = "users"
	Tokens         Resource = "tokens"
	Audit          Resource = "audit"
	Jobs           Resource = "jobs"
	OwnData        Resource = "own-data"
	Exports        Resource = "exports"
	Reports        Resource = "reports"
	Settings       Resource = "settings"
	// Capacity is figures of a region, Workload those of single people, Hours what
	// employers settle by.
	Capacity        Resource = "capacity"
	Workload        Resource = "workload"
	Hours           Resource = "hours"
	Ceilings        Resource = "ceilings"
	SilentLocations Resource = "silent-locations"
	// OwnLocation is what a location arranges for itself: the days on which it is
	// closed, its own meetings and its calendar.
	OwnLocation Resource = "own-location"
)

// Access is the policy row of a route: the resource and the act.
type Access struct {
	Resource Resource
	Act      Act
}

// grants is how far each role may go.
type grants map[service.Role]Reach

// Nobody is the role of a caller who has not signed in.
const Nobody service.Role = ""

// The groups of roles that read alike.
var (
	leads        = grants{service.Lead: Region}
	planners     = grants{service.Lead: Region, service.Member: Own}
	readers      = grants{service.Lead: Region, service.Member: Region, service.Auditor: Region}
	keepers      = grants{service.Administrator: Everywhere, service.Lead: Region}
	contacts     = grants{service.LocationContact: Own}
	ownersOfLink = grants{service.Lead: Region, service.Member: Own, service.LocationContact: Own}
)

// rights is the table of principals and resources: who may do what, and how
// far. What has no row nobody may. An administrator keeps accounts, places and
// links, and has no right to what is planned.
var rights = map[Resource]map[Act]grants{
	Description: {Read: {
		Nobody: Everywhere, service.Administrator: Everywhere, service.Lead: Everywhere, service.Member: Everywhere,
		service.Auditor: Everywhere, service.LocationContact: Everywhere, service.Visitor: Everywhere,
	}},
	Account: {
		Read: {service.Administrator: Own, service.Lead: Own, service.Member: Own, service.Auditor: Own, service.LocationContact: Own},
		Create: {
			Nobody: Own, service.Administrator: Own, service.Lead: Own, service.Member: Own, service.Auditor: Own,
			service.LocationContact: Own, service.Visitor: Own,
		},
		Change: {service.Administrator: Own, service.Lead: Own, service.Member: Own, service.Auditor: Own},
		Remove: {service.Administrator: Own, service.Lead: Own, service.Member: Own, service.Auditor: Own, service.LocationContact: Own},
	},
	Regions: {
		Read:   {service.Administrator: Everywhere, service.Lead: Region, service.Member: Region, service.Auditor: Region},
		Create: {service.Administrator: Everywhere}, Remove: {service.Administrator: Everywhere},
	},
	Imports: {Read: keepers, Create: keepers},
	Organisations: {
		Read:   {service.Administrator: Everywhere, service.Lead: Region, service.Member: Region, service.Auditor: Region},
		Create: keepers, Change: keepers, Remove: keepers,
	},
	Staff:        {Read: grants{service.Administrator: Everywhere, service.Lead: Region, service.Member: Region}, Create: leads, Change: leads, Remove: leads},
	Districts:    {Read: grants{service.Administrator: Everywhere, service.Lead: Region, service.Member: Region, service.Auditor: Region}, Create: keepers, Change: keepers, Remove: keepers},
	Locations:    {Read: grants{service.Administrator: Everywhere, service.Lead: Region, service.Member: Region, service.Auditor: Region, service.LocationContact: Own}, Create: keepers, Change: keepers, Remove: keepers},
	Contacts:     {Read: grants{service.Administrator: Everywhere, service.Lead: Region, service.Member: Own, service.LocationContact: Own}, Create: keepers, Change: ownersOfLink, Remove: keepers},
	Requirements: {Read: readers, Create: leads, Change: leads, Remove: leads},
	Assumptions:  {Read: readers, Create: leads, Change: leads, Remove: leads},
	Assignments:  {Read: grants{service.Administrator: Everywhere, service.Lead: Region, service.Member: Region, service.LocationContact: Own}, Create: leads, Change: leads, Remove: leads},
	Plans:        {Read: readers, Propose: leads, Change: leads, Publish: leads, Remove: leads},
	Scenarios:    {Read: leads, Create: leads, Change: leads, Remove: leads, Propose: leads, Publish: leads},
	Visits:       {Read: grants{service.Lead: Region, service.Member: Region, service.LocationContact: Own}, Create: planners, Change: planners, Remove: leads},
	Meetings:     {Read: grants{service.Lead: Region, service.Member: Region, service.LocationContact: Own}, Create: leads, Change: leads, Remove: leads},
	Absences:     {Read: planners, Create: planners, Change: planners, Remove: planners},
	Blackouts:    {Read: grants{service.Lead: Region, service.Member: Region, service.Auditor: Region}, Create: leads, Remove: leads},
	Consents:     {Read: grants{service.Lead: Region, service.Member: Region}, Create: grants{service.Lead: Region, service.Member: Region}, Remove: leads},
	Cases:        {Read: planners, Create: planners, Change: planners, Remove: planners},
	SlotRules:    {Read: grants{service.Lead: Region, service.Member: Region}, Create: planners, Change: planners, Remove: planners},
	Slots:        {Read: grants{service.Lead: Region, service.Member: Region, service.LocationContact: Own, service.Visitor: Own}},
	Bookings: {
		Read:   grants{service.Lead: Region, service.Member: Own, service.LocationContact: Own},
		Create: ownersOfLink, Change: ownersOfLink, Remove: ownersOfLink, Decide: planners,
	},
	WaitingEntries: {Read: ownersOfLink, Create: ownersOfLink, Remove: ownersOfLink},
	Feeds:          {Read: grants{service.Administrator: Everywhere, service.Lead: Region, service.Member: Own}, Create: planners, Change: planners, Remove: grants{service.Administrator: Everywhere, service.Lead: Region, service.Member: Own}},
	LocationLinks:  {Read: keepers, Create: keepers, Change: keepers, Remove: keepers},
	BusySources:    {Read: planners, Create: grants{service.Member: Own}, Change: grants{service.Member: Own}, Remove: grants{service.Member: Own}},
	Outbox:         {Read: grants{service.Administrator: Everywhere, service.Lead: Region}, Change: grants{service.Administrator: Everywhere}},
	Webhooks:       {Read: keepers, Create: keepers, Remove: keepers},
	Users:          {Read: grants{service.Administrator: Everywhere, service.Lead: Region}, Create: grants{service.Administrator: Everywhere}, Change: grants{service.Administrator: Everywhere}, Remove: grants{service.Administrator: Everywhere}},
	Tokens:         {Read: grants{service.Administrator: Everywhere, service.Lead: Own, service.Member: Own, service.Auditor: Own}, Create: grants{service.Administrator: Own, service.Lead: Own, service.Member: Own, service.Auditor: Own}, Remove: grants{service.Administrator: Everywhere, service.Lead: Own, service.Member: Own, service.Auditor: Own}},
	Audit:          {Read: grants{service.Administrator: Everywhere, service.Lead: Region, service.Member: Own, service.Auditor: Region}},
	Jobs:           {Read: grants{service.Administrator: Everywhere, service.Lead: Region}, Create: leads, Remove: leads},
	// Read is what is kept of the caller, Create what is kept of somebody else.
	OwnData: {
		Read:   grants{service.Administrator: Own, service.Lead: Own, service.Member: Own, service.Auditor: Own, service.LocationContact: Own},
		Create: grants{service.Administrator: Everywhere, service.Lead: Region, service.Member: Own, service.LocationContact: Own},
	},
	OwnLocation: {Read: contacts, Create: contacts, Remove: contacts},
	Reports:     {Read: grants{service.Lead: Region, service.Member: Own, service.Auditor: Region}},
	Settings:    {Read: grants{service.Administrator: Everywhere, service.Auditor: Everywhere}, Change: grants{service.Administrator: Everywhere}},
	// What leaves in a file leaves the terms of retention too.
	Exports: {Read: leads},

	Capacity:        {Read: grants{service.Lead: Region, service.Auditor: Region}},
	Workload:        {Read: planners, Create: leads, Remove: leads},
	Hours:           {Read: leads},
	Ceilings:        {Read: leads, Create: leads, Change: leads, Remove: leads},
	SilentLocations: {Read: grants{service.Lead: Region, service.Member: Region}},
}

// dangerous are the acts that let others in, take much out or away: a session
// that somebody left or stole must not do them, so they need a fresh proof of who
// it is. To end something is not among them: that must be quick.
var dangerous = map[Resource][]Act{
	Users:    {Create, Change, Remove},
	Tokens:   {Create},
	Webhooks: {Create},
	Settings: {Change},
	Regions:  {Remove},
	OwnData:  {Read, Create},
	Exports:  {Read},
}

// NeedsProof reports whether an act asks its caller to have proved a short while
// ago who they are.
func NeedsProof(a Access) bool { return slices.Contains(dangerous[a.Resource], a.Act) }

// Grant is one right of a role.
type Grant struct {
	Access
	Reach Reach
}

// Grants lists the rights of a role, by resource and act.
func Grants(role service.Role) []Grant {
	var out []Grant
	for _, resource := range slices.Sorted(maps.Keys(rights)) {
		for _, act := range slices.Sorted(maps.Keys(rights[resource])) {
			if reach := rights[resource][act][role]; reach != None {
				out = append(out, Grant{Access{resource, act}, reach})
			}
		}
	}
	return out
}

// Of returns how far a role may go in an act upon a resource.
func Of(role service.Role, a Access) Reach { return rights[a.Resource][a.Act][role] }

// Known reports whether the table has a row for it; a route without one does
// not start.
func Known(a Access) bool { return rights[a.Resource][a.Act] != nil }
