package store

import (
	"errors"
	"time"
)

// RightsReport counts what a restore ended: what opened the database when the
// backup was made must not do so again because it was put back.
type RightsReport struct {
	// Sessions and Tokens are all sessions and all tokens of programs that were
	// good when the backup was made.
	Sessions, Tokens int64
	// Links are addresses of calendars, app passwords and links of locations that
	// the database that was there had as ended, Accounts those that it had as
	// disabled or with another password or authenticator, and Roles those that it
	// did not have.
	Links, Accounts, Roles int64
	// Blind says that there was no database to know that from: only sessions and
	// tokens of programs could be ended.
	Blind bool
}

// rightsNow are the rights that a database no longer gives, or gives otherwise.
type rightsNow struct {
	users       []userRow
	memberships []int64
	// ended holds the ids of what is revoked, by table.
	ended map[string][]string
}

// endable are the things that open calendars and pages and outlive a restore
// unless they were ended.
var endable = []string{"feeds", "caldav_accounts", "location_links"}

// rightsNow reads what a restore must not give back.
func (t *Tx) rightsNow() (out rightsNow, err error) {
	out.ended = map[string][]string{}
	for _, table := range endable {
		var ids []string
		err = errors.Join(err, t.db.Table(table).Where("revoked_at IS NOT NULL").Order("id").Pluck("id", &ids).Error)
		out.ended[table] = ids
	}
	return out, errors.Join(err, t.db.Find(&out.users).Error, t.db.Model(&membershipRow{}).Pluck("id", &out.memberships).Error)
}

// endRights ends in a database that came out of a backup what must not open it
// any more: everything that is of a moment, and what was ended since as far as
// the database that was there knew it.
func (t *Tx) endRights(was *rightsNow, now time.Time) (out RightsReport, err error) {
	sessions := t.db.Where("1 = 1").Delete(&sessionRow{})
	links := t.db.Where("1 = 1").Delete(&signInLinkRow{})
	codes := t.db.Where("1 = 1").Delete(&answerCodeRow{})
	tokens := t.db.Model(&apiTokenRow{}).Where("revoked_at IS NULL").Update("revoked_at", At(now))
	out.Sessions, out.Tokens = sessions.RowsAffected, tokens.RowsAffected
	if err := errors.Join(sessions.Error, links.Error, codes.Error, tokens.Error); err != nil {
		return out, err
	}
	if len(was.users) == 0 {
		out.Blind = true
		return out, nil
	}
	for _, table := range endable {
		for _, id := range was.ended[table] {
			done := t.db.Table(table).Where("id = ? AND revoked_at IS NULL", id).Update("revoked_at", At(now))
			if done.Error != nil {
				return out, done.Error
			}
			out.Links += done.RowsAffected
		}
	}
	return out, errors.Join(t.endRoles(was, &out), t.endAccounts(was, &out))
}

// endRoles takes the roles away that were taken away since.
func (t *Tx) endRoles(was *rightsNow, out *RightsReport) error {
	done := t.db.Where("id NOT IN ?", append([]int64{0}, was.memberships...)).Delete(&membershipRow{})
	out.Roles = done.RowsAffected
	return done.Error
}

// endAccounts disables the accounts that were disabled since, and keeps the
// passwords and authenticators of now: those of then may have been changed for a
// reason.
func (t *Tx) endAccounts(was *rightsNow, out *RightsReport) error {
	for i := range was.users {
		u := &was.users[i]
		set := map[string]any{"password": u.Password, "totp": u.TOTP, "totp_step": u.TOTPStep}
		differs := t.db.Where("password <> ? OR totp <> ?", u.Password, u.TOTP)
		if !u.DisabledAt.IsZero() {
			set["disabled_at"] = u.DisabledAt
			differs = differs.Or("disabled_at IS NULL")
		}
		done := t.db.Model(&userRow{}).Where("id = ? AND created_at = ?", u.ID, u.CreatedAt).Where(differs).Updates(set)
		if done.Error != nil {
			return done.Error
		}
		out.Accounts += done.RowsAffected
	}
	return nil
}
