package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"
)

// Membership is what an account is: a role, and where. An account may have
// several; one of them is active in a session.
type Membership struct {
	ID, User int64
	Role     Role
	// Everywhere is every region; else it is Region alone.
	Everywhere bool
	Region     string
	// Staff is the person of the region, of a member of staff only.
	Staff string
}

type membershipRow struct {
	ID         int64 `gorm:"primaryKey"`
	UserID     int64
	Role       Role
	Everywhere bool
	Region     string
	Staff      string
}

func (membershipRow) TableName() string { return "memberships" }

func (r *membershipRow) membership() Membership {
	return Membership{ID: r.ID, User: r.UserID, Role: r.Role, Everywhere: r.Everywhere, Region: r.Region, Staff: r.Staff}
}

// Scope is what somebody may reach while this membership is active.
func (m *Membership) Scope(actor, request string) Scope {
	return Scope{Role: m.Role, Actor: actor, Everywhere: m.Everywhere, Region: m.Region, Staff: m.Staff, Request: request}
}

// accountRoles are the roles that accounts have.
var accountRoles = []Role{Administrator, Lead, Member, Auditor}

// check refuses what no membership can be.
func (m *Membership) check() error {
	switch {
	case !slices.Contains(accountRoles, m.Role):
		return fmt.Errorf("role %q: want one of %v", m.Role, accountRoles)
	case (m.Staff != "") != (m.Role == Member):
		return fmt.Errorf("role %s: a person of the staff goes with the role %s, and with no other", m.Role, Member)
	case m.Role == Administrator && !m.Everywhere, m.Role != Administrator && m.Role != Auditor && m.Everywhere:
		return fmt.Errorf("role %s: an administrator is so everywhere, an auditor may be, others are so in one region", m.Role)
	case m.Everywhere && m.Region != "":
		return fmt.Errorf("role %s: everywhere, or in region %q?", m.Role, m.Region)
	}
	return nil
}

// AddMembership makes an account something more. It gives ErrNotFound for an
// unknown account, region or person, ErrConflict for what it is already, and
// ErrOwnRole to whoever it is themselves.
func (s *Store) AddMembership(ctx context.Context, m Membership) (id int64, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		if err := t.mayTake(m.User); err != nil {
			return err
		}
		if err := t.db.Select("id").Take(&userRow{}, m.User).Error; err != nil {
			return err
		}
		if id, err = t.addMembership(&m); err != nil {
			return err
		}
		return t.Record(Act{
			Verb: Created, Object: "membership", ID: strconv.FormatInt(id, 10), Region: m.Region, Fields: []string{string(m.Role)},
		})
	})
	if err != nil {
		return 0, fmt.Errorf("add a role to account %d: %w", m.User, err)
	}
	return id, nil
}

// leadAlone makes the one account there is, when it keeps the accounts, lead of a
// region that is new: as the first account leads the regions that were there
// before it. Once there are others, who leads is theirs to say.
func (t *Tx) leadAlone(region string) error {
	var users []userRow
	if err := t.db.Limit(2).Find(&users).Error; err != nil || len(users) != 1 {
		return err
	}
	var keeps int64
	err := t.db.Model(&membershipRow{}).Where("user_id = ? AND role = ? AND everywhere", users[0].ID, Administrator).Count(&keeps).Error
	if err != nil || keeps == 0 {
		return err
	}
	id, err := t.addMembership(&Membership{User: users[0].ID, Role: Lead, Region: region})
	if err != nil {
		return err
	}
	return t.Record(Act{Verb: Created, Object: "membership", ID: strconv.FormatInt(id, 10), Region: region, Fields: []string{string(Lead)}})
}

func (t *Tx) addMembership(m *Membership) (int64, error) {
	if err := m.check(); err != nil {
		return 0, err
	}
	if !m.Everywhere {
		if err := t.db.Where("region = ?", m.Region).Take(&regionRow{}).Error; err != nil {
			return 0, fmt.Errorf("region %q: %w", m.Region, err)
		}
	}
	if m.Staff != "" {
		if _, err := t.persons(m.Region, []string{m.Staff}); err != nil {
			return 0, err
		}
	}
	row := membershipRow{UserID: m.User, Role: m.Role, Everywhere: m.Everywhere, Region: m.Region, Staff: m.Staff}
	if err := t.db.Create(&row).Error; err != nil {
		return 0, conflictIn(err, "the account has this role already")
	}
	return row.ID, nil
}

// RemoveMembership takes a role from an account: requests that rest on it are
// refused from the next one on, and its tokens are gone. It gives
// ErrLastAdministrator for the last one, and ErrOwnRole to whoever it is
// themselves.
func (s *Store) RemoveMembership(ctx context.Context, id int64) error {
	return s.TxAhead(ctx, func(t *Tx) error {
		var row membershipRow
		if err := t.db.Take(&row, id).Error; err != nil {
			return fmt.Errorf("role %d: %w", id, err)
		}
		if err := t.mayTake(row.UserID); err != nil {
			return err
		}
		if err := t.db.Delete(&row).Error; err != nil {
			return err
		}
		if row.Role == Administrator {
			if err := t.leavesAdministrator(); err != nil {
				return err
			}
		}
		return t.Record(Act{
			Verb: Removed, Object: "membership", ID: strconv.FormatInt(id, 10), Region: row.Region, Fields: []string{string(row.Role)},
		})
	})
}

func (t *Tx) memberships(query *gorm.DB) ([]Membership, error) {
	var rows []membershipRow
	if err := query.Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	out := make([]Membership, len(rows))
	for i := range rows {
		out[i] = rows[i].membership()
	}
	return out, nil
}

// ActiveMembership returns what an account is by one of its memberships, with
// its name. It gives ErrNotFound when the account is disabled, when its sessions
// ended since the epoch, and when it is this no longer. It is asked at each
// request.
func (s *Store) ActiveMembership(ctx context.Context, user, membership, epoch int64) (*Membership, string, error) {
	var row struct {
		Row  membershipRow `gorm:"embedded"`
		Name string
	}
	err := s.db.WithContext(ctx).Table("memberships AS m").Select("m.*, u.name").Joins("JOIN users AS u ON u.id = m.user_id").
		Where("m.id = ? AND m.user_id = ? AND u.epoch = ? AND u.disabled_at IS NULL", membership, user, epoch).Take(&row).Error
	if err != nil {
		return nil, "", fmt.Errorf("session: %w", err)
	}
	m := row.Row.membership()
	return &m, row.Name, nil
}
