package store

import (
	"bytes"
	"context"
	"crypto/hmac"
	"fmt"
	"slices"
	"time"
)

// AuditFaultKind says how the audit log differs from its chain.
type AuditFaultKind string

// The kinds.
const (
	// AuditRowChanged is a row that is not as it was sealed, also when two were
	// exchanged.
	AuditRowChanged AuditFaultKind = "changed"
	// AuditRowGone has a seal and is not there.
	AuditRowGone AuditFaultKind = "gone"
	// AuditSealGone is a place in the chain without a seal.
	AuditSealGone AuditFaultKind = "seal_gone"
	// AuditRowAdded stands among sealed rows and has no seal.
	AuditRowAdded AuditFaultKind = "added"
	// AuditCheckpointForged is a checkpoint that was not signed with this key.
	AuditCheckpointForged AuditFaultKind = "checkpoint_forged"
	// AuditHeadDiffers is an end of the chain that is not the one noted down.
	AuditHeadDiffers AuditFaultKind = "head_differs"
)

// AuditFault is one place where the audit log is not what it was.
type AuditFault struct {
	Kind AuditFaultKind
	// Row is the number of the row; 0 when it is not known.
	Row int64
	// Position is the place in the chain; 0 for none.
	Position int64
}

// String says it for an operator.
func (f AuditFault) String() string {
	if f.Row == 0 {
		return fmt.Sprintf("%s at position %d", f.Kind, f.Position)
	}
	return fmt.Sprintf("%s: row %d at position %d", f.Kind, f.Row, f.Position)
}

// AuditReport is what a check of the audit log found.
type AuditReport struct {
	Faults []AuditFault
	// From is the checkpoint from which it was checked, and Head its end.
	From, Head AuditHead
	// Checked counts sealed rows; Waiting those that have no seal yet.
	Checked, Waiting int
}

// Sign signs a message with a key that is not in the database; nil is no key.
type Sign func(message []byte) []byte

type checkpointRow struct {
	Position  int64 `gorm:"primaryKey"`
	Hash      []byte
	CreatedAt Instant
	Signature []byte
}

func (checkpointRow) TableName() string { return "audit_checkpoints" }

// VerifyAudit checks the whole chain: every row against its seal, every seal
// against the one before. Noted are heads that were noted down earlier; one at
// or above the checkpoint must be in the chain. It changes nothing.
func (s *Store) VerifyAudit(ctx context.Context, sign Sign, noted ...AuditHead) (report AuditReport, err error) {
	err = s.read(ctx, func(t *Tx) error {
		if err := t.reachAll(); err != nil {
			return err
		}
		report, err = t.verifyAudit(sign, noted)
		return err
	})
	return report, err
}

// auditVerifier walks along the chain.
type auditVerifier struct {
	AuditReport
	before []byte
	// lost says that the seal before is not there, so that the next one cannot
	// be checked against it.
	lost  bool
	noted []AuditHead
}

// sealedRow is a seal beside its row, which has no number when it is gone.
type sealedRow struct {
	Position int64
	Audit    int64
	Hash     []byte
	Row      auditRow `gorm:"embedded"`
}

func (t *Tx) verifyAudit(sign Sign, noted []AuditHead) (AuditReport, error) {
	v := &auditVerifier{noted: noted}
	if err := t.startVerifying(v, sign); err != nil {
		return v.AuditReport, err
	}
	for {
		var rows []sealedRow
		err := t.db.Table("audit_seals AS s").Select("s.position, s.audit, s.hash, a.*").
			Joins("LEFT JOIN audit AS a ON a.id = s.audit").
			Where("s.position > ?", v.Head.Position).Order("s.position").Limit(sealBatch).Find(&rows).Error
		if err != nil {
			return v.AuditReport, err
		}
		for i := range rows {
			v.row(&rows[i])
		}
		if len(rows) < sealBatch {
			break
		}
	}
	return v.AuditReport, t.endVerifying(v)
}

// startVerifying begins at the last checkpoint, when it is genuine.
func (t *Tx) startVerifying(v *auditVerifier, sign Sign) error {
	v.before = make([]byte, len(AuditHead{}.Hash))
	var points []checkpointRow
	if err := t.db.Order("position DESC").Limit(1).Find(&points).Error; err != nil {
		return err
	}
	for _, p := range points {
		v.before = p.Hash
		v.From = AuditHead{Position: p.Position}
		copy(v.From.Hash[:], p.Hash)
		v.Head = v.From
		if sign == nil {
			return fmt.Errorf("the audit log was purged up to position %d: %w", p.Position, errNoSignature)
		}
		message, err := t.checkpointMessage(v.From)
		if err != nil {
			return err
		}
		if !hmac.Equal(sign(message), p.Signature) {
			v.fault(AuditCheckpointForged, 0, p.Position)
		}
	}
	return nil
}

func (v *auditVerifier) fault(kind AuditFaultKind, row, position int64) {
	v.Faults = append(v.Faults, AuditFault{kind, row, position})
}

func (v *auditVerifier) row(r *sealedRow) {
	for missing := v.Head.Position + 1; missing < r.Position; missing++ {
		v.fault(AuditSealGone, 0, missing)
		v.lost = true
	}
	switch {
	case r.Row.ID == 0:
		v.fault(AuditRowGone, r.Audit, r.Position)
	case !v.lost && !bytes.Equal(r.Hash, sealOf(v.before, &r.Row)):
		v.fault(AuditRowChanged, r.Audit, r.Position)
	default:
		v.Checked++
	}
	v.before, v.lost = r.Hash, false
	v.Head.Position = r.Position
	copy(v.Head.Hash[:], r.Hash)
	for _, n := range v.noted {
		if n.Position == r.Position && n != v.Head {
			v.fault(AuditHeadDiffers, 0, n.Position)
		}
	}
}

// endVerifying compares the end with what the sealer and others remember, and
// looks for rows that came in between.
func (t *Tx) endVerifying(v *auditVerifier) error {
	chain, err := t.chain()
	if err != nil {
		return err
	}
	for missing := v.Head.Position + 1; missing <= chain.Position; missing++ {
		v.fault(AuditSealGone, 0, missing)
	}
	if v.Head.Position == chain.Position && v.Head != chain.head() || v.Head.Position > chain.Position {
		v.fault(AuditHeadDiffers, 0, v.Head.Position)
	}
	for _, n := range v.noted {
		if n.Position > v.Head.Position {
			v.fault(AuditHeadDiffers, 0, n.Position)
		}
	}
	var ids []int64
	err = t.db.Table("audit AS a").Select("a.id").Joins("LEFT JOIN audit_seals AS s ON s.audit = a.id").
		Where("s.audit IS NULL").Order("a.id").Scan(&ids).Error
	for _, id := range ids {
		if id > chain.Sealed {
			v.Waiting++
			continue
		}
		v.fault(AuditRowAdded, id, 0)
	}
	return err
}

// checkpointMessage is what a checkpoint's signature is over.
func (t *Tx) checkpointMessage(h AuditHead) ([]byte, error) {
	id, err := t.installation()
	return fmt.Appendf(nil, "wijkplanner audit checkpoint %s %s", id, h), err
}

type installationRow struct{ ID string }

func (installationRow) TableName() string { return "installation" }

func (t *Tx) installation() (string, error) {
	var row installationRow
	if err := t.db.Take(&row).Error; err != nil {
		return "", fmt.Errorf("installation: %w", err)
	}
	return row.ID, nil
}

// PurgeAudit removes the rows that were recorded before a moment, together with
// their seals, and leaves a signed checkpoint from which VerifyAudit starts. It
// stops at the first row that is younger, so the chain stays whole. It refuses
// to cover up: a chain with faults is not purged.
func (s *Store) PurgeAudit(ctx context.Context, before time.Time, sign Sign, now time.Time) (removed int, err error) {
	err = s.Tx(ctx, func(t *Tx) error {
		if err := t.reachAll(); err != nil {
			return err
		}
		removed, err = t.purgeAudit(before, sign, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("purge the audit log: %w", err)
	}
	return removed, nil
}

func (t *Tx) purgeAudit(before time.Time, sign Sign, now time.Time) (int, error) {
	if err := t.onlySealer(); err != nil {
		return 0, err
	}
	to, err := t.auditOverdue(before)
	if err != nil || to == nil {
		return 0, err
	}
	if sign == nil {
		return 0, errNoSignature
	}
	report, err := t.verifyAudit(sign, nil)
	if err != nil {
		return 0, err
	}
	if i := slices.IndexFunc(report.Faults, func(f AuditFault) bool { return f.Position <= to.Position }); i >= 0 {
		return 0, fmt.Errorf("%d faults, the first: %s: see `wijkplanner audit verify`", len(report.Faults), report.Faults[i])
	}
	head := AuditHead{Position: to.Position}
	copy(head.Hash[:], to.Hash)
	message, err := t.checkpointMessage(head)
	if err != nil {
		return 0, err
	}
	if err := t.db.Create(&checkpointRow{to.Position, to.Hash, At(now), sign(message)}).Error; err != nil {
		return 0, err
	}
	done := t.db.Where("id IN (SELECT audit FROM audit_seals WHERE position <= ?)", to.Position).Delete(&auditRow{})
	if done.Error != nil {
		return 0, done.Error
	}
	return int(done.RowsAffected), t.db.Where("position <= ?", to.Position).Delete(&sealRow{}).Error
}

// auditOverdue returns the last seal before which all rows are old enough; nil
// for none.
func (t *Tx) auditOverdue(before time.Time) (*sealRow, error) {
	var young []int64
	err := t.db.Table("audit_seals AS s").Select("s.position").Joins("JOIN audit AS a ON a.id = s.audit").
		Where("a.recorded_at >= ?", At(before)).Order("s.position").Limit(1).Scan(&young).Error
	if err != nil {
		return nil, err
	}
	query := t.db.Order("position DESC").Limit(1)
	if len(young) > 0 {
		query = query.Where("position < ?", young[0])
	}
	var rows []sealRow
	if err := query.Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}
