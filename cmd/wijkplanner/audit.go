package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// secretFlag names the key of the installation.
type secretFlag struct {
	SecretKey string `env:"WIJKPLANNER_SECRET_KEY" placeholder:"KEY" help:"Key that busy key prints. Better in the environment than on the command line."`
}

// unlock gives a service the key, when there is one.
func (f secretFlag) unlock(s *service.Service) error {
	if f.SecretKey == "" {
		return nil
	}
	seal, err := service.NewSeal(f.SecretKey)
	if err != nil {
		return &codeError{exitInput, err}
	}
	s.Seal = seal
	return nil
}

// unlocked runs f with the database and the key.
func (f secretFlag) unlocked(p *process, d databaseFlag, work func(*service.Service) error) error {
	return d.within(p, func(s *service.Service) error {
		if err := f.unlock(s); err != nil {
			return err
		}
		return work(s)
	})
}

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Check the audit log against its chain; exit 1 when anything was changed."`
	List   auditListCommand   `cmd:"" help:"List who did what, the newest first."`
	Export auditExportCommand `cmd:"" help:"Write the audit log as JSON in the shape of the Verwerkingenlogging standard."`
}

type auditVerifyCommand struct {
	databaseFlag
	secretFlag
	Head []string `placeholder:"POSITION:HASH" help:"A head that the log showed earlier, which must be in the chain; may be given several times."`
}

// faultsShown is how many faults are listed.
const faultsShown = 100

// Run checks the chain.
func (c *auditVerifyCommand) Run(p *process) error {
	var noted []store.AuditHead
	for _, h := range c.Head {
		head, err := store.ParseAuditHead(h)
		if err != nil {
			return &codeError{exitInput, err}
		}
		noted = append(noted, head)
	}
	return c.unlocked(p, c.databaseFlag, func(s *service.Service) error {
		report, err := s.VerifyAudit(p.ctx, noted...)
		if err != nil {
			return err
		}
		return c.show(p, &report)
	})
}

func (c *auditVerifyCommand) show(p *process, report *store.AuditReport) error {
	for _, f := range report.Faults[:min(len(report.Faults), faultsShown)] {
		fmt.Fprintln(p.stdout, f)
	}
	fmt.Fprintf(p.stdout, "%d rows checked from position %d, %d not sealed yet, %d faults; head %s\n",
		report.Checked, report.From.Position, report.Waiting, len(report.Faults), report.Head)
	if len(report.Faults) > 0 {
		return &codeError{exitFault, errors.New("the audit log is not as it was sealed")}
	}
	return nil
}

// auditFilter narrows what is listed.
type auditFilter struct {
	Region string     `help:"Only this region."`
	Actor  string     `help:"Only what this actor did, such as user:12."`
	Object string     `help:"Only acts on this kind of object, such as booking."`
	From   *time.Time `format:"2006-01-02" placeholder:"DAY" help:"From this day on (UTC)."`
	To     *time.Time `format:"2006-01-02" placeholder:"DAY" help:"Before this day (UTC)."`
}

func (f *auditFilter) query() store.AuditQuery {
	q := store.AuditQuery{Region: f.Region, Actor: f.Actor, Object: f.Object}
	if f.From != nil {
		q.From = *f.From
	}
	if f.To != nil {
		q.To = *f.To
	}
	return q
}

type auditListCommand struct {
	databaseFlag
	auditFilter
	Before int64 `help:"Only entries with a lower number: the next page."`
	Limit  int   `default:"100" help:"At most so many, up to 1000."`
}

// Run lists entries.
func (c *auditListCommand) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		q := c.query()
		q.Before, q.Limit = c.Before, c.Limit
		entries, err := s.Audit(p.ctx, q)
		if err != nil {
			return err
		}
		return listAudit(p.stdout, entries)
	})
}

func listAudit(out io.Writer, entries []store.AuditEntry) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for i := range entries {
		e := &entries[i]
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s %s\t%s\t%s\t%v\t%s\n", e.Number, e.When.Format(time.RFC3339), e.Actor, e.Role,
			e.Verb, e.Object, e.ID, e.Region, e.Fields, e.Reason)
	}
	return w.Flush()
}

type auditExportCommand struct {
	databaseFlag
	auditFilter
}

// Run writes all entries.
func (c *auditExportCommand) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		return s.ExportAudit(p.ctx, p.stdout, c.query())
	})
}

type purgeCommand struct {
	databaseFlag
	secretFlag
	DryRun bool `help:"Only say what would be removed."`
}

// Run removes what was kept long enough.
func (c *purgeCommand) Run(p *process) error {
	var done []store.Purged
	err := c.unlocked(p, c.databaseFlag, func(s *service.Service) (err error) {
		if c.DryRun {
			done, err = s.Store.Overdue(p.ctx, p.now())
		} else {
			done, err = s.Purge(p.ctx)
		}
		return err
	})
	for _, d := range done {
		word := "removed"
		if d.Wiped {
			word = "wiped"
		}
		if c.DryRun {
			word = "overdue"
		}
		fmt.Fprintf(p.stdout, "%s: %d rows %s (term %s)\n", d.Table, d.Rows, word, d.Term)
	}
	if len(done) == 0 && err == nil {
		fmt.Fprintln(p.stdout, "nothing is overdue")
	}
	return err
}

type retentionCommand struct {
	List retentionListCommand `cmd:"" help:"List how long everything is kept."`
	Set  retentionSetCommand  `cmd:"" help:"Set how many days something is kept."`
}

type retentionListCommand struct{ databaseFlag }

// Run lists the terms.
func (c *retentionListCommand) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		terms, err := s.Store.RetentionTerms(p.ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "TERM\tDAYS\tDEFAULT\tWHAT")
		for _, t := range terms {
			fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", t.Name, t.Days, t.Default, t.What)
		}
		return w.Flush()
	})
}

type retentionSetCommand struct {
	databaseFlag
	Term string `arg:"" help:"A term that list shows."`
	Days int    `arg:"" help:"Days; 0 for the default."`
}

// Run sets a term.
func (c *retentionSetCommand) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		if err := s.Store.SetRetentionTerm(p.ctx, c.Term, c.Days); err != nil {
			return &codeError{exitInput, err}
		}
		return nil
	})
}
