package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/wijkplanner/wijkplanner/migrations"
)

// AuditHead is the end of the chain over the audit log: whoever noted it down
// can tell later whether anything before it was changed.
type AuditHead struct {
	// Position counts the rows in the order in which they were sealed, from 1.
	Position int64
	Hash     [sha256.Size]byte
}

// String is the head as it is logged and given to a check, "120:9f86d0…".
func (h AuditHead) String() string {
	return fmt.Sprintf("%d:%s", h.Position, hex.EncodeToString(h.Hash[:]))
}

// ParseAuditHead reads what String writes.
func ParseAuditHead(s string) (h AuditHead, err error) {
	var hash []byte
	if _, err = fmt.Sscanf(s, "%d:%x", &h.Position, &hash); err != nil || len(hash) != sha256.Size || h.Position < 0 {
		return AuditHead{}, fmt.Errorf("head of the audit log %q: want position and hash as 120:9f86d0…, as the log shows them", s)
	}
	copy(h.Hash[:], hash)
	return h, nil
}

type sealRow struct {
	Position int64 `gorm:"primaryKey"`
	Audit    int64
	Hash     []byte
	SealedAt Instant
}

func (sealRow) TableName() string { return "audit_seals" }

// chainRow is the sealer's memory; there is one.
type chainRow struct {
	Position int64
	Hash     []byte
	Sealed   int64
	Seen     int64
	Horizon  string
	SeenAt   Instant
}

func (chainRow) TableName() string { return "audit_chain" }

const (
	// sealLock is the lock under which the chain grows: one sealer at a time.
	sealLock = -2
	// sealBatch is how many rows are sealed in one transaction.
	sealBatch = 2000
	// sealPatience is how long a row may take between getting its number and
	// belonging to a transaction that PostgreSQL knows of.
	sealPatience = time.Minute
)

// SealAudit chains the rows of the audit log that have no seal yet, and returns
// how many they were and the head. Rows are sealed in the order of their
// numbers, but for those that a transaction wrote which ended late: they are
// sealed when they come to light, so the order of the chain is that of the
// seals. It gives ErrBusy when another program seals at this moment.
func (s *Store) SealAudit(ctx context.Context, now time.Time) (sealed int, head AuditHead, err error) {
	return s.sealAudit(ctx, false, now)
}

// SealAuditWhole is SealAudit with a look at all rows, however old: whatever was
// overlooked is sealed.
func (s *Store) SealAuditWhole(ctx context.Context, now time.Time) (sealed int, head AuditHead, err error) {
	return s.sealAudit(ctx, true, now)
}

func (s *Store) sealAudit(ctx context.Context, whole bool, now time.Time) (sealed int, head AuditHead, err error) {
	if err := (&Tx{store: s}).reachAll(); err != nil {
		return 0, head, err
	}
	for {
		n := 0
		idle, err := s.nothingToSeal(ctx, whole, &head)
		if err == nil && !idle {
			err = s.Tx(ctx, func(t *Tx) error {
				n, head, err = t.seal(whole, now)
				return err
			})
		}
		sealed += n
		if err != nil || n < sealBatch {
			return sealed, head, err
		}
	}
}

// nothingToSeal saves the write lock, and the disk, when nobody did anything.
func (s *Store) nothingToSeal(ctx context.Context, whole bool, head *AuditHead) (idle bool, err error) {
	err = s.read(ctx, func(t *Tx) error {
		chain, err := t.chain()
		if err != nil {
			return err
		}
		*head = chain.head()
		after := chain.Sealed
		if whole {
			after = 0
		}
		rows, err := t.unsealed(after, 1)
		idle = len(rows) == 0 && chain.Sealed >= chain.Seen
		return err
	})
	return idle, err
}

func (t *Tx) seal(whole bool, now time.Time) (int, AuditHead, error) {
	if err := t.onlySealer(); err != nil {
		return 0, AuditHead{}, err
	}
	// What ended before this look is seen by the next statement.
	ended, err := t.oldestRunning()
	if err != nil {
		return 0, AuditHead{}, err
	}
	chain, err := t.chain()
	if err != nil {
		return 0, AuditHead{}, err
	}
	after := chain.Sealed
	if whole {
		after = 0
	}
	rows, err := t.unsealed(after, sealBatch)
	if err != nil {
		return 0, AuditHead{}, err
	}
	seals, complete := chain.extend(rows, now), len(rows) < sealBatch
	if err := insert(t, seals); err != nil {
		return 0, AuditHead{}, err
	}
	if err := t.advance(chain, ended, complete, now); err != nil {
		return 0, AuditHead{}, err
	}
	return len(rows), chain.head(), nil
}

// onlySealer gives ErrBusy when somebody else extends the chain.
func (t *Tx) onlySealer() error {
	if t.store.dialect != migrations.Postgres {
		return nil // the transaction has the only write lock
	}
	var free bool
	if err := t.db.Raw("SELECT pg_try_advisory_xact_lock(?, ?)", lockClass, sealLock).Scan(&free).Error; err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("%w: another program seals the audit log", ErrBusy)
	}
	return nil
}

// oldestRunning is the number of the oldest transaction that has not ended; on
// SQLite there is none beside this one.
func (t *Tx) oldestRunning() (uint64, error) { return t.snapshot("pg_snapshot_xmin") }

func (t *Tx) snapshot(edge string) (uint64, error) {
	if t.store.dialect != migrations.Postgres {
		return 0, nil
	}
	var number string
	if err := t.db.Raw("SELECT " + edge + "(pg_current_snapshot())::text").Scan(&number).Error; err != nil {
		return 0, err
	}
	return strconv.ParseUint(number, 10, 64)
}

func (t *Tx) chain() (*chainRow, error) {
	var row chainRow
	if err := t.db.Take(&row).Error; err != nil {
		return nil, fmt.Errorf("chain of the audit log: %w", err)
	}
	return &row, nil
}

// unsealed returns rows without a seal, by number.
func (t *Tx) unsealed(after int64, n int) ([]auditRow, error) {
	var rows []auditRow
	err := t.db.Table("audit AS a").Select("a.*").Joins("LEFT JOIN audit_seals AS s ON s.audit = a.id").
		Where("a.id > ? AND s.audit IS NULL", after).Order("a.id").Limit(n).Find(&rows).Error
	return rows, err
}

// advance moves the mark below which everything is sealed. On PostgreSQL a row
// can have a lower number than one that was sealed and still be on its way; so
// the mark follows only when every transaction has ended that can have written
// such a row.
func (t *Tx) advance(chain *chainRow, ended uint64, complete bool, now time.Time) error {
	if complete {
		if err := t.mark(chain, ended, now); err != nil {
			return err
		}
	}
	return t.db.Model(&chainRow{}).Where("true").Updates(map[string]any{
		"position": chain.Position, "hash": chain.Hash, "sealed": chain.Sealed, "seen": chain.Seen,
		"horizon": chain.Horizon, "seen_at": chain.SeenAt,
	}).Error
}

func (t *Tx) mark(chain *chainRow, ended uint64, now time.Time) error {
	var last int64
	if t.store.dialect != migrations.Postgres {
		err := t.db.Model(&auditRow{}).Select("coalesce(max(id), 0)").Scan(&last).Error
		chain.Sealed, chain.Seen = last, last
		return err
	}
	if chain.Seen > chain.Sealed {
		horizon, err := strconv.ParseUint(chain.Horizon, 10, 64)
		if err != nil {
			return fmt.Errorf("chain of the audit log: horizon: %w", err)
		}
		if ended < horizon || now.Before(chain.SeenAt.Add(sealPatience)) {
			return nil
		}
		chain.Sealed = chain.Seen
	}
	// The last number that is sealed, not that was written: what came since is
	// for the next time.
	if err := t.db.Model(&sealRow{}).Select("coalesce(max(audit), 0)").Scan(&last).Error; err != nil {
		return err
	}
	horizon, err := t.snapshot("pg_snapshot_xmax")
	chain.Seen, chain.Horizon, chain.SeenAt = max(last, chain.Sealed), strconv.FormatUint(horizon, 10), At(now)
	return err
}

func (c *chainRow) head() AuditHead {
	h := AuditHead{Position: c.Position}
	copy(h.Hash[:], c.Hash)
	return h
}

// extend seals rows and moves the head.
func (c *chainRow) extend(rows []auditRow, now time.Time) []sealRow {
	out := make([]sealRow, len(rows))
	for i := range rows {
		c.Position++
		c.Hash = sealOf(c.Hash, &rows[i])
		out[i] = sealRow{c.Position, rows[i].ID, c.Hash, At(now)}
	}
	return out
}

// sealOf is the SHA-256 over the seal before and the row: its fields in the
// order of their columns, each with its length before it, so that no two rows
// are written alike. The moment is in microseconds since 1970.
func sealOf(before []byte, r *auditRow) []byte {
	h := sha256.New()
	_, _ = h.Write(before)
	for _, field := range []string{
		strconv.FormatInt(r.ID, 10), strconv.FormatInt(r.RecordedAt.UnixMicro(), 10), r.Actor, string(r.Role), r.Region,
		string(r.Verb), r.Object, r.ObjectID, r.Fields, r.Reason, r.Request,
	} {
		_, _ = io.WriteString(h, strconv.Itoa(len(field))+":"+field)
	}
	return h.Sum(nil)
}

// AuditChainHead returns the end of the chain.
func (s *Store) AuditChainHead(ctx context.Context) (head AuditHead, err error) {
	err = s.read(ctx, func(t *Tx) error {
		chain, err := t.chain()
		if err == nil {
			head = chain.head()
		}
		return err
	})
	return head, err
}

var errNoSignature = errors.New("purging the audit log needs the secret key, which signs from where it is checked afterwards")
