package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/service"
)

// work is what goes on beside a server, or in a worker.
type work struct{ service.Background }

// jobLease says how long jobs stay with a program that does not answer.
type jobLease struct {
	JobLease time.Duration `default:"1m" env:"WIJKPLANNER_JOB_LEASE" help:"How long a job stays with a program that does not answer any more, before another one takes it."`
}

// check refuses a lease that a busy machine would lose while it works.
func (l jobLease) check() error {
	if l.JobLease < time.Second {
		return fmt.Errorf("--job-lease is %s: want a second or more", l.JobLease)
	}
	return nil
}

// background wires the work that nobody asks for.
func background(s *service.Service, jobs int, lease time.Duration, smtp *smtpFlags, imap *imapFlags, calendars *busyFlags) (*work, error) {
	sender, senderErr := smtp.sender()
	box, boxErr := imap.mailbox()
	busy, busyErr := calendars.reader(s)
	if err := errors.Join(senderErr, boxErr, busyErr); err != nil {
		return nil, &codeError{exitInput, err}
	}
	s.Rights = func(ctx context.Context, by service.Scope) error { return s.Store.StillHolds(ctx, by, s.Now()) }
	hooks, err := calendars.webhooks(s)
	if err != nil {
		return nil, err
	}
	return &work{service.Background{Service: s, Jobs: jobs, JobLease: lease, Sender: sender, Mailbox: box, Busy: busy, Webhooks: hooks}}, nil
}

// start begins the work and returns what stops it and waits for its end.
func (w *work) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Run(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// workerCommand does jobs without serving: any number of them help one another
// and the servers over one PostgreSQL.
type workerCommand struct {
	databaseFlag
	smtpFlags
	imapFlags
	busyFlags
	jobLease
	Jobs      int    `default:"1" env:"WIJKPLANNER_JOBS" help:"How many jobs to do at once."`
	PublicURL string `env:"WIJKPLANNER_URL" help:"Address that people use, for the links in mail."`
}

// Validate refuses a worker that does nothing.
func (c *workerCommand) Validate() error {
	if c.Jobs < 1 {
		return fmt.Errorf("--jobs is %d: want 1 or more", c.Jobs)
	}
	return c.check()
}

// Run works until it is told to stop. What it is at then goes on elsewhere, or
// here when it comes back.
func (c *workerCommand) Run(p *process) (err error) {
	s, err := c.open(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Store.Close()) }()
	if c.PublicURL != "" {
		if s.Links, err = links(c.PublicURL, c.SecretKey); err != nil {
			return err
		}
	}
	if err := (secretFlag{c.SecretKey}).unlock(s); err != nil {
		return err
	}
	w, err := background(s, c.Jobs, c.JobLease, &c.smtpFlags, &c.imapFlags, &c.busyFlags)
	if err != nil {
		return err
	}
	p.log.InfoContext(p.ctx, "worker started", "jobs", c.Jobs)
	w.Run(p.ctx)
	p.log.InfoContext(context.WithoutCancel(p.ctx), "worker stopped")
	return nil
}
