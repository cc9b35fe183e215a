package service

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The words of the audit log, by the names used above this room.
type (
	// AuditEntry is a line of the log.
	AuditEntry = store.AuditEntry
	// AuditQuery narrows a reading.
	AuditQuery = store.AuditQuery
	// AuditHead is the end of the chain.
	AuditHead = store.AuditHead
	// AuditReport is what a check found.
	AuditReport = store.AuditReport
)

// Sign signs what is kept about the audit log; nil without a key.
func (s *Service) Sign() store.Sign {
	if s.Seal == nil {
		return nil
	}
	return func(message []byte) []byte { return s.Seal.hash("audit", string(message)) }
}

// SealAudit chains what was done since the last time. It runs each second; when
// another program is at it, that is enough.
func (s *Service) SealAudit(ctx context.Context) error {
	_, _, err := s.Store.SealAudit(ctx, s.Now())
	return err
}

// LogAuditHead seals whatever was overlooked and writes the end of the chain
// into the log, once a day: with a line that is kept elsewhere nobody can change
// the whole chain unseen.
func (s *Service) LogAuditHead(ctx context.Context) error {
	_, head, err := s.Store.SealAuditWhole(ctx, s.Now())
	if err == nil {
		s.Log.InfoContext(ctx, "head of the audit log", "head", head.String())
	}
	return err
}

// VerifyAudit checks the audit log against its chain and against heads that
// were noted down.
func (s *Service) VerifyAudit(ctx context.Context, noted ...AuditHead) (AuditReport, error) {
	return s.Store.VerifyAudit(ctx, s.Sign(), noted...)
}

// Audit lists entries of the audit log that the caller may see, the newest
// first. That it was read is itself recorded.
func (s *Service) Audit(ctx context.Context, q AuditQuery) ([]AuditEntry, error) {
	entries, err := s.Store.Audit(ctx, q)
	if err != nil {
		return nil, err
	}
	return entries, s.record(ctx, store.Act{Verb: store.Read, Object: "audit", Region: q.Region})
}

// record writes an act that changes nothing else.
func (s *Service) record(ctx context.Context, a store.Act) error {
	return s.Store.Tx(ctx, func(t *store.Tx) error { return t.Record(a) })
}

// processing is an entry in the shape of the Verwerkingenlogging standard of VNG
// Realisatie: one "verwerkingsactie".
type processing struct {
	ActieID             string            `json:"actieId"`
	ActieNaam           string            `json:"actieNaam"`
	HandelingNaam       string            `json:"handelingNaam"`
	VerwerkingNaam      string            `json:"verwerkingNaam"`
	VerwerkingID        string            `json:"verwerkingId,omitempty"`
	Vertrouwelijkheid   string            `json:"vertrouwelijkheid"`
	Bewaartermijn       string            `json:"bewaartermijn"`
	Systeem             string            `json:"systeem"`
	Gebruiker           string            `json:"gebruiker"`
	Gegevensbron        string            `json:"gegevensbron"`
	Tijdstip            string            `json:"tijdstip"`
	TijdstipRegistratie string            `json:"tijdstipRegistratie"`
	VerwerkteObjecten   []processedObject `json:"verwerkteObjecten"`
}

type processedObject struct {
	Objecttype              string          `json:"objecttype"`
	SoortObjectID           string          `json:"soortObjectId"`
	ObjectID                string          `json:"objectId"`
	Betrokkenheid           string          `json:"betrokkenheid"`
	VerwerkteSoortenGegeven []processedKind `json:"verwerkteSoortenGegevens"`
}

type processedKind struct {
	SoortGegeven string `json:"soortGegeven"`
}

// ExportAudit writes entries of the audit log that the caller may see, the
// oldest first, as one JSON array in the shape of the Verwerkingenlogging
// standard. The limit of the query does not count.
func (s *Service) ExportAudit(ctx context.Context, w io.Writer, q AuditQuery) error {
	days, err := s.auditDays(ctx)
	if err != nil {
		return err
	}
	q.Limit = 1000
	var all []AuditEntry
	for {
		page, err := s.Store.Audit(ctx, q)
		if err != nil {
			return err
		}
		all = append(all, page...)
		if len(page) < q.Limit {
			break
		}
		q.Before = page[len(page)-1].Number
	}
	slices.Reverse(all)
	out := make([]processing, len(all))
	for i := range all {
		out[i] = processingOf(&all[i], days)
	}
	if err := s.record(ctx, store.Act{Verb: store.Read, Object: "audit", Region: q.Region, Fields: []string{"export"}}); err != nil {
		return err
	}
	text := json.NewEncoder(w)
	text.SetIndent("", "  ")
	return text.Encode(out)
}

func (s *Service) auditDays(ctx context.Context) (int, error) {
	terms, err := s.Store.RetentionTerms(ctx)
	for _, t := range terms {
		if t.Name == "audit" {
			return t.Days, nil
		}
	}
	return 0, err
}

func processingOf(e *AuditEntry, days int) processing {
	object := processedObject{Objecttype: e.Object, SoortObjectID: "wijkplanner", ObjectID: e.ID, Betrokkenheid: "onderwerp", VerwerkteSoortenGegeven: []processedKind{}}
	for _, f := range e.Fields {
		object.VerwerkteSoortenGegeven = append(object.VerwerkteSoortenGegeven, processedKind{f})
	}
	at := e.When.Format(time.RFC3339Nano)
	return processing{
		ActieID: fmt.Sprint(e.Number), ActieNaam: string(e.Verb) + " " + e.Object, HandelingNaam: e.Reason, VerwerkingNaam: "planning van bezoeken",
		VerwerkingID: e.Request, Vertrouwelijkheid: "normaal", Bewaartermijn: fmt.Sprintf("P%dD", days), Systeem: "Wijkplanner",
		Gebruiker: e.Actor, Gegevensbron: e.Region, Tijdstip: at, TijdstipRegistratie: at, VerwerkteObjecten: []processedObject{object},
	}
}

// Purge removes what was kept long enough, and says what.
func (s *Service) Purge(ctx context.Context) ([]store.Purged, error) {
	done, err := s.Store.Purge(ctx, s.Sign(), s.Now())
	for _, p := range done {
		s.Log.InfoContext(ctx, "purged", "table", p.Table, "term", p.Term, "rows", p.Rows, "wiped", p.Wiped)
	}
	return done, err
}
