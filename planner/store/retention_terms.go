package store

// rule is how long the rows of one table are kept, and what is done to those
// whose term is over.
type rule struct {
	table string
	// term names a row of terms; empty for a table without one, which then says
	// why.
	term, why string
	// overdue is the condition under which a row is; each ? stands for the moment
	// or day since which the term has run.
	overdue string
	// by is what kind of moment that is.
	by cutoff
	// wipe is what becomes of the row; empty for its removal.
	wipe string
	// before does what must be done first.
	before func(t *Tx, where string, args []any) error
}

// cutoff is how the end of a term is reckoned.
type cutoff int

const (
	// instants run from a moment.
	instants cutoff = iota
	// days run from a civil date (UTC).
	days
	// schoolInstants and schoolDays run from the end of the school year, which
	// begins on 1 August.
	schoolInstants
	schoolDays
)

// Term is how long something is kept.
type Term struct {
	Name string
	// Days is what holds here, Default what the program proposes.
	Days, Default int
	// What is kept so long, in English.
	What string
}

// terms are the defaults; an installation sets its own.
var terms = []Term{
	{Name: "visits", Default: 730, What: "visits, meetings, absences and bookings, after the end of the school year; then only their number"},
	{Name: "remarks", Default: 30, What: "free texts with a visit or booking, after its day"},
	{Name: "plans", Default: 365, What: "drafts and plans that were replaced; the published plan stays for the term of visits"},
	{Name: "cases", Default: 730, What: "cases without a name, after they were handed over"},
	{Name: "contacts", Default: 60, What: "contacts of a location or of somebody who left, after the last appointment"},
	{Name: "busy", Default: 14, What: "busy times from people's own calendars, after they ended"},
	{Name: "mail_text", Default: 7, What: "what a mail said, after it was sent"},
	{Name: "mail", Default: 90, What: "that a mail was sent or answered"},
	{Name: "access", Default: 90, What: "which calendar program read a feed last"},
	{Name: "tokens", Default: 90, What: "hashes of feeds, links, passwords and tokens that were revoked or ran out"},
	{Name: "sign_in", Default: 1, What: "sessions, links, codes and counts of tries to sign in, after they ended"},
	{Name: "answers", Default: 1, What: "answers to requests with a key, so that they can be repeated"},
	{Name: "jobs", Default: 30, What: "jobs that ended"},
	{Name: "dead_jobs", Default: 90, What: "jobs that were given up"},
	{Name: "staff", Default: 365, What: "names of staff and of accounts, after the last contract or since they were disabled; then a number"},
	{Name: "portraits", Default: 1, What: "portraits that nobody's photo refers to any more, since they were put in"},
	{Name: "audit", Default: 1095, What: "the audit log"},
	{Name: "tombstones", Default: 400, What: "which rows were removed; longer than any backup is kept"},
}

const (
	byImport = "holds no person, and each import replaces it"
	withPlan = "goes with its plan"
)

// retention is the one table of what is kept how long: every table of the
// schema is in it.
var retention = []rule{
	{table: "regions", why: "the name of a region"},
	{table: "programmes", why: "what was promised to locations: no person"},
	{table: "organisations", why: byImport},
	{table: "districts", why: byImport},
	{table: "locations", why: byImport},
	{table: "registrations", why: byImport},
	{table: "meetings", why: "a rule of recurrence with ids of staff; each import replaces it"},
	{table: "contracts", why: "goes with its person"},
	{table: "assignments", why: "who answered for which location, by the id of staff whose name has a term"},
	{table: "people", why: "numbers of staff"},
	{table: "installation", why: "which installation this is"},
	{table: "feed_secret", why: "the key of calendars"},
	{table: "feed_revisions", why: "counters"},
	{table: "slot_rules", why: "when people can be booked, by the id of staff whose name has a term"},
	{table: "slot_rule_versions", why: "counters"},
	{table: "occupancy_versions", why: "counters"},
	{table: "booking_crew", why: "goes with its booking"},
	{table: "mailboxes", why: "how far a mailbox was read"},
	{table: "busy_sources", why: "until its person or the person's region goes, or it is removed"},
	{table: "caldav_calendars", why: "goes with its account"},
	{table: "memberships", why: "what an account may do, without a name"},
	{table: "retention_terms", why: "these terms"},
	{table: "visit_counts", why: "numbers of visits, what is left of them"},
	{table: "audit_seals", why: "goes with its row of the audit log"},
	{table: "audit_chain", why: "the end of the chain"},
	{table: "audit_checkpoints", why: "from where the audit log is checked"},
	{table: "plan_assignments", why: withPlan},
	{table: "plan_visits", why: withPlan},
	{table: "plan_crew", why: withPlan},
	{table: "plan_unplanned", why: withPlan},
	{table: "plan_coverage", why: withPlan},
	{table: "plan_roles", why: withPlan},

	{table: "plans", term: "plans", overdue: "stage <> 'published' AND created_at <= ?"},
	{table: "plans", term: "visits", by: schoolDays, overdue: "stage = 'published' AND last_day < ?", before: (*Tx).countVisits},
	{table: "publications", term: "plans", overdue: "published_at <= ?"},
	{table: "scenarios", term: "plans", overdue: "created_at <= ?"},
	{table: "capacity_reports", term: "plans", overdue: "created_at <= ?"},
	{table: "ceiling_notices", term: "visits", by: schoolInstants, overdue: "cleared_at < ?"},
	{table: "closed_periods", term: "visits", by: schoolDays, overdue: "last_day < ?"},
	{table: "period_loads", why: "goes with its period"},
	{table: "webhooks", why: "the address of a program, until it is removed"},
	{table: "webhook_deliveries", term: "jobs", overdue: "ended_at <= ?"},
	{table: "feed_events", term: "visits", by: schoolInstants, overdue: "ends_at < ?"},
	{table: "notices", term: "visits", by: schoolInstants, overdue: "ends_at < ?"},
	{table: "bookings", term: "visits", by: schoolInstants, overdue: "ends_at < ?"},
	{table: "waiting_entries", term: "visits", by: schoolInstants, overdue: "not_after < ?"},
	{table: "completed_visits", term: "visits", by: schoolDays, overdue: "day < ?"},
	{table: "visit_outcomes", term: "remarks", by: days, overdue: "note <> '' AND day < ?", wipe: "note = ''"},
	{table: "visit_outcomes", term: "visits", by: schoolDays, overdue: "day < ?"},
	{table: "consents", term: "visits", by: schoolDays, overdue: "day < ?"},
	{table: "absences", term: "visits", by: schoolDays, overdue: "last_day < ?"},
	{table: "blackouts", term: "visits", by: schoolDays, overdue: "last_day < ?"},
	{table: "occupancy", term: "visits", by: schoolInstants, overdue: "kind <> 'busy' AND ends_at < ?"},
	{table: "occupancy", term: "busy", overdue: "kind = 'busy' AND ends_at <= ?"},
	{table: "cases", term: "cases", by: days, overdue: "handed_over < ?"},
	{table: "contacts", term: "contacts", overdue: contactOverdue},
	{table: "outbox", term: "mail_text", overdue: "state <> 'waiting' AND (ended_at <= ? OR kind = 'code') AND " + hasText, wipe: "content = '{}'"},
	{table: "outbox", term: "mail", overdue: "state <> 'waiting' AND ended_at <= ?"},
	{table: "replies", term: "mail", overdue: "seen_at <= ?"},
	{table: "answer_codes", term: "sign_in", overdue: "expires_at <= ?"},
	{table: "feeds", term: "tokens", overdue: "revoked_at <= ?"},
	{table: "feed_clients", term: "access", by: days, overdue: "last_used < ?"},
	{table: "caldav_accounts", term: "tokens", overdue: "revoked_at <= ?"},
	{table: "api_tokens", term: "tokens", overdue: "revoked_at <= ? OR expires_at <= ?"},
	{table: "location_links", term: "tokens", overdue: "revoked_at <= ? OR expires_at <= ?"},
	{table: "sessions", term: "sign_in", overdue: "expires_at <= ?"},
	{table: "sign_in_links", term: "sign_in", overdue: "expires_at <= ?"},
	{table: "sign_in_tries", term: "sign_in", overdue: "since <= ?"},
	{table: "answered", term: "answers", overdue: "created_at <= ?"},
	{table: "jobs", term: "jobs", overdue: "state <> 'dead' AND ended_at <= ?"},
	{table: "jobs", term: "dead_jobs", overdue: "ended_at <= ?"},
	{
		table: "staff", term: "staff", by: days, overdue: staffOverdue,
		wipe: "name = id, photo = '', lat = 0, lon = 0, pc4 = '', pc4_area = 0, skills = '[]'",
	},
	{table: "portraits", term: "portraits", overdue: portraitOverdue}, // after staff: who is wiped has no photo any more
	{
		table: "users", term: "staff", overdue: "disabled_at <= ? AND name <> 'user ' || id",
		wipe: "name = 'user ' || id, mail = '', password = '', totp = '', issuer = '', subject = ''",
	},
	{table: "tombstones", term: "tombstones", overdue: "removed_at <= ?"},
	// The audit log goes by PurgeAudit, which leaves a signed checkpoint.
	{table: "audit", term: "audit", overdue: "recorded_at < ?"},
}

const (
	// hasText holds for both dialects: an empty content is written as {}.
	hasText = "CAST(content AS text) <> '{}'"
	// contactOverdue: nothing for the contact's calendar since, while the contact
	// is of a location, or of somebody who is gone; in a region that is in use, so
	// that nobody goes before the first plan.
	contactOverdue = `created_at <= ?
		AND NOT EXISTS (SELECT 1 FROM feed_events e WHERE e.region = contacts.region AND e.kind = contacts.kind AND e.subject = contacts.subject AND e.ends_at > ?)
		AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.contact = contacts.id AND n.ends_at > ?)
		AND (kind = 'location' OR NOT EXISTS (SELECT 1 FROM staff s WHERE s.region = contacts.region AND s.id = contacts.subject))
		AND EXISTS (SELECT 1 FROM feed_events e WHERE e.region = contacts.region)`
	// portraitOverdue: nobody's photo refers to it any more, since the person is gone
	// or has another.
	portraitOverdue = `created_at <= ?
		AND NOT EXISTS (SELECT 1 FROM staff s WHERE s.region = portraits.region AND s.id = portraits.staff AND s.photo = '/photos/' || portraits.name)`
	// staffOverdue: somebody with contracts, all of which ended, and a name.
	staffOverdue = `name <> id
		AND EXISTS (SELECT 1 FROM contracts c WHERE c.region = staff.region AND c.staff = staff.id)
		AND NOT EXISTS (SELECT 1 FROM contracts c WHERE c.region = staff.region AND c.staff = staff.id AND (c.valid_to IS NULL OR c.valid_to >= ?))`
)
