package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// User is an account: somebody who may sign in.
type User struct {
	ID int64
	// Name is what others see.
	Name string
	// Mail is what they sign in with; empty where they only come by a link or by
	// way of an identity provider.
	Mail string
	// Password is the argon2id hash of the password, empty for none.
	Password string
	// TOTP is the sealed secret of an authenticator, empty for none, and TOTPStep
	// the last time step whose code was used (RFC 6238 section 5.2: once each).
	TOTP     string
	TOTPStep int64
	// Issuer and Subject are how the identity provider knows them.
	Issuer, Subject string
	// Epoch grows whenever all their sessions end.
	Epoch int64
	// Disabled is when the account was switched off; zero while it is on.
	Disabled, Created time.Time
	// Memberships are what they are, in the order in which they became it.
	Memberships []Membership
}

// Actor is how the audit log names an account.
func (u *User) Actor() string { return UserActor(u.ID) }

// UserActor is how the audit log names the account with an id.
func UserActor(id int64) string { return "user:" + strconv.FormatInt(id, 10) }

type userRow struct {
	ID         int64 `gorm:"primaryKey"`
	Name       string
	Mail       string
	Password   string
	TOTP       string `gorm:"column:totp"`
	TOTPStep   int64  `gorm:"column:totp_step"`
	Issuer     string
	Subject    string
	Epoch      int64
	DisabledAt Instant
	CreatedAt  Instant
}

func (userRow) TableName() string { return "users" }

func (r *userRow) user() User {
	return User{
		ID: r.ID, Name: r.Name, Mail: r.Mail, Password: r.Password, TOTP: r.TOTP, TOTPStep: r.TOTPStep,
		Issuer: r.Issuer, Subject: r.Subject, Epoch: r.Epoch, Disabled: r.DisabledAt.Time, Created: r.CreatedAt.Time,
	}
}

// The refusals about accounts.
var (
	// ErrLastAdministrator: somebody must be left who keeps the accounts.
	ErrLastAdministrator = errors.New("the last administrator stays")
	// ErrOwnRole: nobody changes what they are themselves.
	ErrOwnRole = errors.New("nobody changes their own roles")
)

// accountLock is the lock under which accounts lose rights, so that two
// administrators cannot take each other's at once.
const accountLock = -2

// keepsAccounts gives ErrNotFound to all but administrators and the program.
func (t *Tx) keepsAccounts() error {
	if r := t.store.scope.Role; r == System || r == Administrator {
		return nil
	}
	return fmt.Errorf("accounts: %w", ErrNotFound)
}

// ownAccount gives ErrNotFound unless the caller is the account or the program:
// not even an administrator knows somebody's password.
func (t *Tx) ownAccount(id int64) error {
	if c := t.store.scope; c.Role == System || c.Actor == UserActor(id) {
		return nil
	}
	return fmt.Errorf("account %d: %w", id, ErrNotFound)
}

// AddUser makes an account. It gives ErrConflict for a mail address that another
// one has.
func (s *Store) AddUser(ctx context.Context, name, mail string, memberships ...Membership) (id int64, err error) {
	if name, err = cleanName(name); err != nil {
		return 0, err
	}
	if mail != "" {
		if mail, err = CleanAddress(mail); err != nil {
			return 0, err
		}
	}
	err = s.Tx(ctx, func(t *Tx) error {
		if err := t.keepsAccounts(); err != nil {
			return err
		}
		id, err = t.addUser(name, mail, memberships)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("add an account: %w", err)
	}
	return id, nil
}

// AddFirstUser makes the first account of an installation. It gives ErrConflict
// when there is one: of two servers that start at once, one makes it.
func (s *Store) AddFirstUser(ctx context.Context, name string, memberships ...Membership) (id int64, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		if err := errors.Join(t.keepsAccounts(), t.advisoryLock([]int64{accountLock})); err != nil {
			return err
		}
		var n int64
		if err := t.db.Model(&userRow{}).Count(&n).Error; err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("there are accounts: %w", ErrConflict)
		}
		id, err = t.addUser(name, "", memberships)
		return err
	})
	return id, err
}

// addUser makes an account.
func (t *Tx) addUser(name, mail string, memberships []Membership) (int64, error) {
	row := userRow{Name: name, Mail: mail, CreatedAt: At(t.now())}
	if err := t.db.Create(&row).Error; err != nil {
		return 0, conflictIn(err, "mail address: another account has it")
	}
	for _, m := range memberships {
		m.User = row.ID
		if _, err := t.addMembership(&m); err != nil {
			return 0, err
		}
	}
	return row.ID, t.Record(Act{Verb: Created, Object: "user", ID: strconv.FormatInt(row.ID, 10)})
}

// conflictIn says what a conflict is about.
func conflictIn(err error, meaning string) error {
	if errors.Is(err, ErrConflict) {
		return fmt.Errorf("%s: %w", meaning, ErrConflict)
	}
	return err
}

func cleanName(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > longestName || strings.ContainsFunc(s, isControl) {
		return "", fmt.Errorf("name: want 1 to %d octets without control characters", longestName)
	}
	return s, nil
}

// Users lists the accounts in the order in which they were made: all of them for
// administrators and the program; for a lead those of the own region, and of
// these no more than what they are there.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	var out []User
	err := s.read(ctx, func(t *Tx) error {
		query := t.db
		if err := t.keepsAccounts(); err != nil {
			if s.scope.Role != Lead {
				return err
			}
			query = query.Where("id IN (SELECT user_id FROM memberships WHERE region = ? AND NOT everywhere)", s.scope.Region)
		}
		var rows []userRow
		if err := query.Order("id").Find(&rows).Error; err != nil {
			return err
		}
		memberships, err := t.memberships(t.db)
		if err != nil {
			return err
		}
		for i := range rows {
			u := rows[i].user()
			for _, m := range memberships {
				if m.User == u.ID && (s.scope.Role != Lead || !m.Everywhere && m.Region == s.scope.Region) {
					u.Memberships = append(u.Memberships, m)
				}
			}
			out = append(out, u)
		}
		return nil
	})
	return out, err
}

// CountUsers returns how many accounts there are.
func (s *Store) CountUsers(ctx context.Context) (n int64, err error) {
	err = s.db.WithContext(ctx).Model(&userRow{}).Count(&n).Error
	return n, err
}

// User returns an account, also a disabled one. It gives ErrNotFound when there
// is none, and to whoever neither keeps accounts nor is it.
func (s *Store) User(ctx context.Context, id int64) (*User, error) {
	return s.userWhere(ctx, func(t *Tx) error {
		if t.keepsAccounts() == nil {
			return nil
		}
		return t.ownAccount(id)
	}, "id = ?", id)
}

// UserByMail returns the account that signs in with a mail address. It is for
// the program.
func (s *Store) UserByMail(ctx context.Context, mail string) (*User, error) {
	return s.userWhere(ctx, (*Tx).keepsAccounts, "mail = ? AND mail <> ''", strings.ToLower(mail))
}

// UserBySubject returns the account that an identity provider knows by a
// subject. It is for the program.
func (s *Store) UserBySubject(ctx context.Context, issuer, subject string) (*User, error) {
	return s.userWhere(ctx, (*Tx).keepsAccounts, "issuer = ? AND subject = ? AND subject <> ''", issuer, subject)
}

func (s *Store) userWhere(ctx context.Context, allowed func(*Tx) error, where string, args ...any) (*User, error) {
	var out User
	err := s.read(ctx, func(t *Tx) error {
		if err := allowed(t); err != nil {
			return err
		}
		var row userRow
		if err := t.db.Where(where, args...).Take(&row).Error; err != nil {
			return err
		}
		out = row.user()
		var err error
		out.Memberships, err = t.memberships(t.db.Where("user_id = ?", out.ID))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("account: %w", err)
	}
	return &out, nil
}

// SetPassword gives an account another password hash, and ends its sessions. It
// returns the new epoch, with which the present session can go on.
func (s *Store) SetPassword(ctx context.Context, id int64, hash string) (epoch int64, err error) {
	err = s.TxAhead(ctx, func(t *Tx) error {
		if err := t.ownAccount(id); err != nil {
			return err
		}
		return t.changeUser(id, map[string]any{"password": hash}, "password")
	})
	if err != nil {
		return 0, err
	}
	return s.epoch(ctx, id)
}

// SetMail gives an account another address to sign in with.
func (s *Store) SetMail(ctx context.Context, id int64, mail string) error {
	mail, err := CleanAddress(mail)
	if err != nil {
		return err
	}
	return s.Tx(ctx, func(t *Tx) error {
		if err := t.ownAccount(id); err != nil {
			return err
		}
		done := t.db.Model(&userRow{}).Where("id = ?", id).Update("mail", mail)
		if done.Error != nil {
			return conflictIn(done.Error, "mail address: another account has it")
		}
		return errors.Join(t.one(done, id), t.Record(Act{Verb: Changed, Object: "user", ID: strconv.FormatInt(id, 10), Fields: []string{"mail"}}))
	})
}

// SetTOTP gives an account an authenticator, whose first code was that of a
// step. It gives ErrConflict when the account has one already.
func (s *Store) SetTOTP(ctx context.Context, id int64, sealed string, step int64) error {
	return s.Tx(ctx, func(t *Tx) error {
		if err := t.ownAccount(id); err != nil {
			return err
		}
		done := t.db.Model(&userRow{}).Where("id = ? AND totp = ''", id).Updates(map[string]any{"totp": sealed, "totp_step": step})
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("account %d has an authenticator: %w", id, ErrConflict)
		}
		return errors.Join(done.Error, t.Record(Act{Verb: Changed, Object: "user", ID: strconv.FormatInt(id, 10), Fields: []string{"totp"}}))
	})
}

// ResetTOTP takes an account's authenticator away, for whoever lost it, and
// ends its sessions.
func (s *Store) ResetTOTP(ctx context.Context, id int64) error {
	return s.TxAhead(ctx, func(t *Tx) error {
		if err := t.keepsAccounts(); err != nil {
			return err
		}
		return t.changeUser(id, map[string]any{"totp": "", "totp_step": 0}, "totp")
	})
}

// UseTOTPStep uses up the code of a time step; of two that try at once, one is
// told that it was used already.
func (s *Store) UseTOTPStep(ctx context.Context, id, step int64) (fresh bool, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		done := t.db.Model(&userRow{}).Where("id = ? AND totp_step < ?", id, step).Update("totp_step", step)
		fresh = done.RowsAffected == 1
		return done.Error
	})
	return fresh, err
}

// BindSubject lets an account come by way of an identity provider. It gives
// ErrConflict when the account or the subject is bound to another.
func (s *Store) BindSubject(ctx context.Context, id int64, issuer, subject string) error {
	return s.Tx(ctx, func(t *Tx) error {
		if err := t.ownAccount(id); err != nil {
			return err
		}
		done := t.db.Model(&userRow{}).Where("id = ? AND subject = ''", id).Updates(map[string]any{"issuer": issuer, "subject": subject})
		if done.Error != nil {
			return conflictIn(done.Error, "another account is bound to this identity")
		}
		if done.RowsAffected == 0 {
			return fmt.Errorf("account %d is bound to an identity: %w", id, ErrConflict)
		}
		return t.Record(Act{Verb: Changed, Object: "user", ID: strconv.FormatInt(id, 10), Fields: []string{"subject"}})
	})
}

// DisableUser switches an account off: its sessions and tokens are refused from
// the next request on, and its links end. It gives ErrLastAdministrator for the
// last one, and ErrOwnRole to whoever it is themselves.
func (s *Store) DisableUser(ctx context.Context, id int64) error {
	return s.TxAhead(ctx, func(t *Tx) error {
		if err := t.mayTake(id); err != nil {
			return err
		}
		if err := t.changeUser(id, map[string]any{"disabled_at": At(t.now())}, "disabled"); err != nil {
			return err
		}
		return errors.Join(t.leavesAdministrator(), t.db.Where("user_id = ?", id).Delete(&signInLinkRow{}).Error)
	})
}

// EnableUser switches an account on again. Its old sessions stay ended.
func (s *Store) EnableUser(ctx context.Context, id int64) error {
	return s.Tx(ctx, func(t *Tx) error {
		if err := t.keepsAccounts(); err != nil {
			return err
		}
		return t.changeUser(id, map[string]any{"disabled_at": nil}, "disabled")
	})
}

// changeUser changes an account and ends its sessions.
func (t *Tx) changeUser(id int64, set map[string]any, field string) error {
	set["epoch"] = gorm.Expr("epoch + 1")
	if err := t.one(t.db.Model(&userRow{}).Where("id = ?", id).Updates(set), id); err != nil {
		return err
	}
	return t.Record(Act{Verb: Changed, Object: "user", ID: strconv.FormatInt(id, 10), Fields: []string{field}})
}

// one gives ErrNotFound when a change met no account.
func (t *Tx) one(done *gorm.DB, id int64) error {
	if done.Error == nil && done.RowsAffected == 0 {
		return fmt.Errorf("account %d: %w", id, ErrNotFound)
	}
	return done.Error
}

func (s *Store) epoch(ctx context.Context, id int64) (epoch int64, err error) {
	err = s.db.WithContext(ctx).Model(&userRow{}).Where("id = ?", id).Select("epoch").Scan(&epoch).Error
	return epoch, err
}

// mayTake says whether the caller may take rights from an account, and keeps
// others from doing the same until the transaction ends.
func (t *Tx) mayTake(id int64) error {
	if err := t.keepsAccounts(); err != nil {
		return err
	}
	if t.store.scope.Actor == UserActor(id) {
		return ErrOwnRole
	}
	return t.advisoryLock([]int64{accountLock})
}

// leavesAdministrator gives ErrLastAdministrator when nobody is left who keeps
// the accounts.
func (t *Tx) leavesAdministrator() error {
	var n int64
	err := t.db.Table("users AS u").Joins("JOIN memberships AS m ON m.user_id = u.id").
		Where("m.role = ? AND u.disabled_at IS NULL", Administrator).Count(&n).Error
	if err == nil && n == 0 {
		return ErrLastAdministrator
	}
	return err
}
