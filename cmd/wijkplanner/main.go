// Command wijkplanner plans who supports which childcare location and when: it
// makes, proves and serves the year plan of a city.
//
// It is the one place that wires the rooms together: flags, configuration, the
// clock and the process's own streams. It may import everything.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // zones, also on machines without them

	"github.com/alecthomas/kong"

	"github.com/wijkplanner/wijkplanner/planner/files"
)

// version is set by the linker.
var version = "dev"

// The exit codes: a plan that is not proved is 1, input that cannot be used 2.
const (
	exitFault = 1
	exitInput = 2
)

// cli is the command line.
type cli struct {
	Serve     serveCommand     `cmd:"" help:"Serve pages and feeds."`
	Worker    workerCommand    `cmd:"" help:"Do jobs without serving: planning, mail, calendars."`
	Plan      planCommand      `cmd:"" help:"Plan an input folder: who serves which location, and when."`
	Replan    replanCommand    `cmd:"" help:"Plan again after something changed, moving as little as can be."`
	Recommend recommendCommand `cmd:"" help:"Rank who could have one location, with the exact difference each makes."`
	Meeting   meetingCommand   `cmd:"" help:"Check meetings before they are agreed, and find moments for them."`
	Suggest   suggestCommand   `cmd:"" help:"Rank moments for one more visit in a plan, with what each costs."`
	Verify    verifyCommand    `cmd:"" help:"Prove a plan again from its files."`
	Diff      diffCommand      `cmd:"" help:"Say for each person what changes between two plans, and why."`
	Capacity  capacityCommand  `cmd:"" help:"What fits in the coming months, how long questions wait, and what if."`
	Bench     benchCommand     `cmd:"" help:"Solve benchmark instances."`
	Recur     recurCommand     `cmd:"" help:"List the occurrences of a recurrence rule."`
	Import    importCommand    `cmd:"" help:"Take a folder or a file into the database, and show what changes."`
	Feed      feedCommand      `cmd:"" help:"Make and revoke calendar feeds."`
	Mail      mailCommand      `cmd:"" help:"Contacts, outbox and answers."`
	Busy      busyCommand      `cmd:"" help:"Busy times from people's own calendars."`
	Audit     auditCommand     `cmd:"" help:"Check, list and export the audit log."`
	Retention retentionCommand `cmd:"" help:"How long everything is kept."`
	Purge     purgeCommand     `cmd:"" help:"Remove what was kept long enough."`
	Export    exportCommand    `cmd:"" help:"Write everything, or one person's data, in open formats."`
	Backup    backupCommand    `cmd:"" help:"Write everything the database holds to one file."`
	Restore   restoreCommand   `cmd:"" help:"Put a backup in the place of what the database holds."`
	User      userCommand      `cmd:"" help:"Accounts: who may sign in, and as what."`
	Token     tokenCommand     `cmd:"" help:"Tokens with which programs use the API."`
	Location  locationCommand  `cmd:"" help:"Links by which locations come in."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database to this version."`
	Version   versionCommand   `cmd:"" help:"Show the version."`

	ShowVersion kong.VersionFlag `name:"version" help:"Show the version."`
}

// process is what commands may touch of the outside.
type process struct {
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	log    *slog.Logger
	now    func() time.Time
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run parses the arguments and runs one command; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := &process{
		ctx: ctx, stdin: os.Stdin, stdout: stdout, stderr: stderr,
		log: slog.New(slog.NewJSONHandler(stderr, nil)), now: time.Now,
	}
	exited := -1
	parser, err := kong.New(&cli{}, kong.Name("wijkplanner"), kong.UsageOnError(),
		kong.Description("Plans who supports which childcare location, and when."),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }), kong.Bind(p),
		kong.Vars{"version": "wijkplanner " + version})
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFault
	}
	if len(args) > 0 && args[0] == "help" {
		args = append(args[1:len(args):len(args)], "--help")
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintln(stderr, "wijkplanner:", err)
		return exitInput
	}
	return p.code(command.Run(p))
}

// codeError is an error with an exit code of its own.
type codeError struct {
	code int
	err  error
}

func (e *codeError) Error() string { return e.err.Error() }

func (e *codeError) Unwrap() error { return e.err }

// code prints an error and returns its exit code.
func (p *process) code(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(p.stderr, err)
	var own *codeError
	if errors.As(err, &own) {
		return own.code
	}
	var faults files.Faults
	if errors.As(err, &faults) {
		return exitInput
	}
	return exitFault
}

type versionCommand struct{}

func (versionCommand) Run(p *process) error {
	_, err := fmt.Fprintln(p.stdout, "wijkplanner", version)
	return err
}
