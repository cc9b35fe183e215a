package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/service"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// smtpFlags say how mail is sent. The address holds a password, so it comes from
// the environment.
type smtpFlags struct {
	SMTP     string `name:"smtp" env:"WIJKPLANNER_SMTP" placeholder:"URL" help:"Mail server: smtp://host, submission://user:password@host or smtps://user:password@host. Better in the environment than on the command line."`
	MailFrom string `env:"WIJKPLANNER_MAIL_FROM" placeholder:"ADDRESS" help:"Address that mail comes from and that answers go to."`
	MailName string `env:"WIJKPLANNER_MAIL_NAME" default:"Wijkplanner" help:"Name beside that address."`
}

// sender returns the sender, nil when there is no mail server.
func (f *smtpFlags) sender() (*outside.Sender, error) {
	if f.SMTP == "" {
		return nil, nil //nolint:nilnil // mail waits in the outbox
	}
	s, err := outside.NewSender(outside.SMTPConfig{Address: f.SMTP, From: strings.ToLower(f.MailFrom), Name: f.MailName})
	if err != nil {
		return nil, &codeError{exitInput, err}
	}
	return s, nil
}

// imapFlags say where answers arrive.
type imapFlags struct {
	IMAP string `name:"imap" env:"WIJKPLANNER_IMAP" placeholder:"URL" help:"Mailbox with the answers: imaps://user:password@host/INBOX. Better in the environment than on the command line."`
}

// mailbox returns the mailbox, nil when there is none.
func (f *imapFlags) mailbox() (*outside.Mailbox, error) {
	if f.IMAP == "" {
		return nil, nil //nolint:nilnil // answers are not read
	}
	m, err := outside.NewMailbox(outside.MailboxConfig{Address: f.IMAP})
	if err != nil {
		return nil, &codeError{exitInput, err}
	}
	return m, nil
}

type mailCommand struct {
	Add      mailAdd      `cmd:"" help:"Make somebody a contact of a person or a location: they get mail about its visits."`
	Import   mailImport   `cmd:"" help:"Add the contacts of a CSV file, all of them or none."`
	Remove   mailRemove   `cmd:"" help:"Forget a contact and all mail to them."`
	Contacts mailContacts `cmd:"" help:"List the contacts."`
	Outbox   mailOutbox   `cmd:"" help:"Show what waits, and what could not be delivered."`
	Requeue  mailRequeue  `cmd:"" help:"Try a mail again that could not be delivered."`
	Answers  mailAnswers  `cmd:"" help:"List what was invited to and answered."`
	Send     mailSend     `cmd:"" help:"Queue the regular mail and send what is due, once; serve does so by itself."`
	Read     mailRead     `cmd:"" help:"Read the answers in the mailbox, once; serve does so by itself."`
	Test     mailTest     `cmd:"" help:"Send one test mail."`
}

// within opens the database for one command.
func (d databaseFlag) within(p *process, f func(s *service.Service) error) (err error) {
	s, err := d.open(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Store.Close()) }()
	return f(s)
}

// csvTable writes lines of CSV.
func csvTable(p *process, head []string, rows [][]string) error {
	w := csv.NewWriter(p.stdout)
	if err := w.Write(head); err != nil {
		return err
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	return w.Error()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

type mailAdd struct {
	regionFlag
	Staff    string `xor:"whose" required:"" help:"Id of a person: their own address."`
	Location string `xor:"whose" required:"" help:"Id of a location that the contact answers for."`
	Mail     string `required:"" help:"Mail address."`
	Name     string `help:"Name."`
	Language string `enum:"nl,en" default:"nl" help:"Language of the mail: nl or en."`
	Calendar string `enum:"invitation,feed," default:"" help:"invitation (usual for a location) or feed (always for staff): feed readers get short-notice changes by mail and no invitations."`
}

// Run adds the contact and prints its number.
func (c *mailAdd) Run(p *process) error {
	contact := store.Contact{
		Scope: store.FeedScope{Kind: store.StaffFeed, ID: c.Staff}, Name: c.Name, Mail: c.Mail,
		Language: store.Language(c.Language), Calendar: store.ByFeed,
	}
	if c.Location != "" {
		contact.Scope.Kind, contact.Scope.ID, contact.Calendar = store.LocationFeed, c.Location, store.ByInvitation
	}
	if c.Calendar != "" {
		contact.Calendar = store.CalendarWay(c.Calendar)
	}
	return c.in(p, func(s *service.Service) error {
		contact.Scope.Region = c.Region
		id, err := s.Store.AddContact(p.ctx, contact, p.now())
		if err != nil {
			return &codeError{exitInput, err}
		}
		fmt.Fprintln(p.stdout, "contact", id)
		return nil
	})
}

type mailRemove struct {
	databaseFlag
	ID int64 `arg:"" help:"The contact's number."`
}

// Run forgets the contact.
func (c *mailRemove) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		if err := s.Store.RemoveContact(p.ctx, c.ID); err != nil {
			return &codeError{exitInput, err}
		}
		fmt.Fprintln(p.stdout, "removed contact", c.ID)
		return nil
	})
}

type mailContacts struct {
	regionFlag
}

// Run prints one CSV line for each contact.
func (c *mailContacts) Run(p *process) error {
	return c.in(p, func(s *service.Service) error {
		contacts, err := s.Store.Contacts(p.ctx, c.Region)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, x := range contacts {
			rows = append(rows, []string{
				strconv.FormatInt(x.ID, 10), string(x.Scope.Kind), x.Scope.ID, x.Name, x.Mail, string(x.Language), string(x.Calendar),
			})
		}
		return csvTable(p, []string{"contact", "kind", "id", "name", "mail", "language", "calendar"}, rows)
	})
}

type mailOutbox struct {
	databaseFlag
	State string `enum:"waiting,dead,sent,dropped" default:"dead" help:"Which mails to list: waiting, dead, sent or dropped."`
	Limit int    `default:"100" help:"The most to list."`
}

// Run prints how many mails are in each state, and one CSV line for each in one.
func (c *mailOutbox) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		counts, err := s.Store.OutboxCounts(p.ctx)
		if err != nil {
			return err
		}
		for _, n := range counts {
			fmt.Fprintf(p.stderr, "%s %s: %d\n", n.Kind, n.State, n.Count)
		}
		boxes, err := s.Store.Mailboxes(p.ctx)
		if err != nil {
			return err
		}
		for _, b := range boxes {
			fmt.Fprintf(p.stderr, "mailbox %s: last read %s %s\n", b.Name, stamp(b.Read), b.Fault)
		}
		mails, err := s.Store.Outbox(p.ctx, store.MailState(c.State), c.Limit)
		if err != nil {
			return err
		}
		var rows [][]string
		for i := range mails {
			m := &mails[i]
			rows = append(rows, []string{
				strconv.FormatInt(m.ID, 10), string(m.Kind), strconv.FormatInt(m.Contact.ID, 10), m.Visit, strconv.Itoa(m.Attempts),
				stamp(m.Created), stamp(m.Due), stamp(m.Ended), m.Fault,
			})
		}
		return csvTable(p, []string{"mail", "kind", "contact", "visit", "attempts", "created", "due", "ended", "fault"}, rows)
	})
}

type mailRequeue struct {
	databaseFlag
	IDs []int64 `arg:"" name:"mail" help:"The mails' numbers."`
}

// Run lets dead mails be tried again.
func (c *mailRequeue) Run(p *process) error {
	return c.within(p, func(s *service.Service) error {
		var faults []error
		for _, id := range c.IDs {
			if err := s.Store.RequeueMail(p.ctx, id, p.now()); err != nil {
				faults = append(faults, err)
				continue
			}
			fmt.Fprintln(p.stdout, "waiting again:", id)
		}
		if err := errors.Join(faults...); err != nil {
			return &codeError{exitInput, err}
		}
		return nil
	})
}

type mailAnswers struct {
	regionFlag
}

// Run prints one CSV line for each invitation that is not over.
func (c *mailAnswers) Run(p *process) error {
	return c.in(p, func(s *service.Service) error {
		list, err := s.Store.Invitations(p.ctx, c.Region, p.now())
		if err != nil {
			return err
		}
		var rows [][]string
		for i := range list {
			v := &list[i]
			answer := string(v.Answer)
			if v.Cancelled {
				answer = "cancelled"
			}
			rows = append(rows, []string{
				v.Visit, v.Contact.Scope.ID, strconv.FormatInt(v.Contact.ID, 10), stamp(v.Start), stamp(v.End), answer, stamp(v.Answered),
			})
		}
		return csvTable(p, []string{"visit", "location", "contact", "start", "end", "answer", "answered"}, rows)
	})
}

type mailSend struct {
	databaseFlag
	smtpFlags
	PublicURL string `env:"WIJKPLANNER_URL" placeholder:"URL" help:"Address that people use; with a secret key, mail has a link to answer by."`
	SecretKey string `env:"WIJKPLANNER_SECRET_KEY" placeholder:"KEY" help:"Key that busy key prints. Better in the environment than on the command line."`
}

// links makes the links in mail; nil without a key or an address.
func links(publicURL, key string) (*service.Links, error) {
	if publicURL == "" || key == "" {
		return nil, nil //nolint:nilnil // mail has no links
	}
	seal, err := service.NewSeal(key)
	if err != nil {
		return nil, &codeError{exitInput, err}
	}
	return &service.Links{PublicURL: strings.TrimSuffix(publicURL, "/"), Seal: seal}, nil
}

var errNoServer = errors.New("which mail server? set WIJKPLANNER_SMTP and WIJKPLANNER_MAIL_FROM; see docs/mail.md")

// Run queues what the hour brings and sends what is due.
func (c *mailSend) Run(p *process) error {
	sender, err := c.sender()
	if err != nil {
		return err
	}
	if sender == nil {
		return &codeError{exitInput, errNoServer}
	}
	made, err := links(c.PublicURL, c.SecretKey)
	if err != nil {
		return err
	}
	return c.within(p, func(s *service.Service) error {
		s.Links = made
		if err := s.QueueRegularMail(p.ctx); err != nil {
			return err
		}
		sent, err := s.SendMail(p.ctx, sender)
		fmt.Fprintln(p.stdout, "sent", sent)
		return err
	})
}

type mailRead struct {
	databaseFlag
	imapFlags
}

// Run reads the answers.
func (c *mailRead) Run(p *process) error {
	box, err := c.mailbox()
	if err != nil {
		return err
	}
	if box == nil {
		return &codeError{exitInput, errors.New("which mailbox? set WIJKPLANNER_IMAP; see docs/mail.md")}
	}
	return c.within(p, func(s *service.Service) error {
		taken, err := s.ReadReplies(p.ctx, box)
		fmt.Fprintln(p.stdout, "answers taken:", taken)
		return err
	})
}

type mailTest struct {
	smtpFlags
	To string `arg:"" help:"Address to send it to."`
}

// Run sends a mail that says that mail works.
func (c *mailTest) Run(p *process) error {
	sender, err := c.sender()
	if err != nil {
		return err
	}
	if sender == nil {
		return &codeError{exitInput, errNoServer}
	}
	to, err := store.CleanAddress(c.To)
	if err != nil {
		return &codeError{exitInput, err}
	}
	m := outside.Message{
		ID: sender.MessageID("test." + strconv.FormatInt(p.now().UnixNano(), 36)), Date: p.now(), To: to,
		Subject: "Wijkplanner: test", Plain: "Dit is een testbericht van Wijkplanner.\nThis is a test message of Wijkplanner.\n",
	}
	sender.Send(p.ctx, []outside.Message{m}, func(_ int, sendErr error) { err = sendErr })
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, "the server took it")
	return nil
}
