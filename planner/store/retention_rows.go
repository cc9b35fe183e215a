package store

// termRow is a term that this installation set.
type termRow struct {
	Name string `gorm:"primaryKey"`
	Days int
}

func (termRow) TableName() string { return "retention_terms" }

// tombstoneRow says that a row was removed before its term, so that restoring an
// older backup removes it again.
type tombstoneRow struct {
	ID        int64 `gorm:"primaryKey"`
	Kind      string
	Ref       string
	RemovedAt Instant
}

func (tombstoneRow) TableName() string { return "tombstones" }

type visitCountRow struct {
	Region     string `gorm:"primaryKey"`
	SchoolYear int    `gorm:"primaryKey;autoIncrement:false"`
	VisitType  string `gorm:"primaryKey"`
	Visits     int64
}

func (visitCountRow) TableName() string { return "visit_counts" }
