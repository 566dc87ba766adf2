// Poolbench measures, on this machine, when a worker pool pays off, and which one.
//
//	poolbench run      measure a grid and leave a report
//	poolbench report   turn a record into a report
//	poolbench gate     compare two builds of a Go module, or two records
//	poolbench selftest find planted costs on this machine
//	poolbench list     show workloads, executors, questions and charts
//
// Results go to standard output, progress and warnings to standard error. The
// exit code is 0 when all is well, 1 for a regression, 2 for wrong usage or input
// that cannot be read, 3 when a run failed, 4 for an inconclusive gate that was
// asked to fail on that, and 130 after an interrupt, with partial results kept.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/agnivade/levenshtein"

	"poolbench/bench"
)

// Exit codes, beside those of package gate.
const (
	exitOK          = 0
	exitUsage       = 2
	exitFailed      = 3
	exitInterrupted = 130
)

func main() {
	bench.Main() // does not return in a worker or a probe process
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// A command is a subcommand. Its run returns an error that main prints; an
// *exitError carries the exit code, any other error is exitFailed.
type command struct {
	name, args, doc string
	run             func(ctx context.Context, c *invocation) error
}

var commands = []command{
	{"run", "[flags]", "measure a grid and leave a report", runRun},
	{"report", "[flags] RECORD", "turn a record, or the output of go test -bench, into a report", runReport},
	{"gate", "-base REVISION", "measure two builds against each other, or judge two records", runGate},
	{"selftest", "[flags]", "plant known costs here and tell whether the estimates find them", runSelftest},
	{"list", "", "show workloads, executors, questions and charts", runList},
}

// An invocation is one call of a subcommand.
type invocation struct {
	command
	flags          *flag.FlagSet
	args           []string
	stdout, stderr io.Writer
}

// An exitError ends the program with a code. Err may be nil when everything has
// been said already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return fmt.Sprint(e.err) }
func (e *exitError) Unwrap() error { return e.err }

func usageError(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := dispatch(ctx, args, stdout, stderr)
	var exit *exitError
	if err != nil && !(errors.As(err, &exit) && exit.err == nil) {
		fmt.Fprintf(stderr, "poolbench: %v\n", err)
	}
	return exitCode(err)
}

// exitCode is what the program ends with after err, which may be nil.
func exitCode(err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exit.code
	}
	return exitFailed
}

func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		usage(stderr)
		return &exitError{exitUsage, nil}
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(stdout)
		return nil
	}
	var names []string
	for _, cmd := range commands {
		names = append(names, cmd.name)
		if cmd.name == args[0] {
			c := &invocation{command: cmd, args: args[1:], stdout: stdout, stderr: stderr}
			c.flags = flag.NewFlagSet(cmd.name, flag.ContinueOnError)
			c.flags.SetOutput(io.Discard)
			return cmd.run(ctx, c)
		}
	}
	return usageError("unknown command %q%s; the commands are %s", args[0], nearest(args[0], names), strings.Join(names, ", "))
}

func usage(w io.Writer) {
	fmt.Fprint(w, "poolbench measures when a worker pool pays off, and which one.\n\n")
	for _, cmd := range commands {
		fmt.Fprintf(w, "  poolbench %-26s %s\n", strings.TrimSpace(cmd.name+" "+cmd.args), cmd.doc)
	}
	fmt.Fprint(w, "\npoolbench COMMAND -help tells the flags of a command.\n")
}

// errHelp says that -help has been answered.
var errHelp = &exitError{exitOK, nil}

// parse reads the flags and returns the other arguments. Flags may stand after
// them too.
func (c *invocation) parse() ([]string, error) {
	var rest []string
	args := c.args
	for {
		err := c.flags.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			c.help()
			return nil, errHelp
		case err != nil:
			return nil, c.flagError(err)
		}
		args = c.flags.Args()
		if len(args) == 0 {
			return rest, nil
		}
		rest = append(rest, args[0])
		args = args[1:]
	}
}

// parseAlone reads the flags of a command that takes no other arguments.
func (c *invocation) parseAlone() error {
	rest, err := c.parse()
	if err == nil && len(rest) > 0 {
		return usageError("%s takes no arguments, got %q", c.name, rest)
	}
	return err
}

func (c *invocation) help() {
	fmt.Fprintf(c.stdout, "poolbench %s: %s\n\n", strings.TrimSpace(c.name+" "+c.command.args), c.doc)
	c.flags.SetOutput(c.stdout)
	c.flags.PrintDefaults()
}

// flagError adds the nearest flag to the message about an unknown one.
func (c *invocation) flagError(err error) error {
	var names []string
	c.flags.VisitAll(func(f *flag.Flag) { names = append(names, "-"+f.Name) })
	if _, unknown, ok := strings.Cut(err.Error(), "flag provided but not defined: "); ok {
		return usageError("%s has no flag %s%s; its flags are %s", c.name, unknown, nearest(unknown, names), strings.Join(names, ", "))
	}
	return usageError("%s: %v", c.name, err)
}

// choice refuses a value of a flag that is not one of the allowed.
func choice(flagName, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return usageError("-%s: unknown value %q%s; there is %v", flagName, value, nearest(value, allowed), allowed)
}

// nearest is ", did you mean …?" for the allowed word closest to word, or "" when
// none is close.
func nearest(word string, allowed []string) string {
	best, distance := "", 1+max(2, len(word)/3)
	for _, a := range allowed {
		if d := levenshtein.ComputeDistance(strings.ToLower(word), a); d < distance || strings.HasPrefix(a, word) && word != "" && d < distance+len(a) && best == "" {
			best, distance = a, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}
