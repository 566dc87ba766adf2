// Package program is what the programs of bench have in common: subcommands with flags,
// exit codes, errors in one sentence, how a report is printed, and files that appear
// complete or not at all.
package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"poolbench/bench"
	"poolbench/reports/words"
)

// A Program is a table of subcommands.
type Program struct {
	Name     string // as its user types it
	Doc      string // one sentence
	Default  string // the command that no word stands for; "" for none
	Commands []Command
}

// A Command is a subcommand. Its Run returns an error that the program prints; an
// *ExitError carries the exit code, any other error is Failed.
type Command struct {
	Name, Args, Doc string
	Run             func(ctx context.Context, c *Invocation) error
}

// Main is the process around Run. It does not return: an interrupt ends the context of the
// command, a second one the program at once.
func (p Program) Main() {
	bench.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(p.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Run is the whole program but for the process around it. It returns the exit code.
func (p Program) Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := p.dispatch(ctx, args, stdout, stderr)
	var exit *ExitError
	if err != nil && !(errors.As(err, &exit) && exit.Err == nil) {
		fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
	}
	return ExitCode(err)
}

func (p Program) dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	name := p.Default
	if len(args) > 0 && (name == "" || isHelp(args[0]) || !strings.HasPrefix(args[0], "-")) {
		name, args = args[0], args[1:]
	}
	switch {
	case name == "":
		p.usage(stderr)
		return &ExitError{Usage, nil}
	case isHelp(name) && len(args) == 0:
		p.usage(stdout)
		if p.Default == "" {
			return nil
		}
		fmt.Fprintln(stdout)
		name, args = p.Default, []string{"-help"}
	case isHelp(name):
		name, args = args[0], append([]string{"-help"}, args[1:]...)
	}
	cmd, err := p.command(name)
	if err != nil {
		return err
	}
	return cmd.Run(ctx, p.invocation(cmd, args, stdout, stderr))
}

func isHelp(word string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, word)
}

func (p Program) command(name string) (Command, error) {
	var names []string
	for _, cmd := range p.Commands {
		if cmd.Name == name {
			return cmd, nil
		}
		names = append(names, cmd.Name)
	}
	return Command{}, UsageErrorf("unknown command %q%s; the commands are %s", name, words.DidYouMean(name, names), strings.Join(names, ", "))
}

func (p Program) invocation(cmd Command, args []string, stdout, stderr io.Writer) *Invocation {
	c := &Invocation{Command: cmd, Program: p.Name, Call: p.call(cmd), program: p, Stdout: stdout, Stderr: stderr, args: args}
	c.Flags = flag.NewFlagSet(cmd.Name, flag.ContinueOnError)
	c.Flags.SetOutput(io.Discard)
	return c
}

// call is what one types for a command.
func (p Program) call(cmd Command) string {
	if cmd.Name == p.Default {
		return p.Name
	}
	return p.Name + " " + cmd.Name
}

func (p Program) usage(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n", p.Doc)
	for _, cmd := range p.Commands {
		fmt.Fprintf(w, "  %-*s %s\n", len(p.Name)+27, strings.TrimSpace(p.call(cmd)+" "+cmd.Args), cmd.Doc)
	}
	fmt.Fprintf(w, "\n%s COMMAND -help tells the flags of a command.\n", p.Name)
}

// Heartbeat is how often a program that measures says that it is alive, so that a CI
// runner does not end the job for silence.
const Heartbeat = 20 * time.Second

// An Invocation is one call of a command.
type Invocation struct {
	Command
	Program        string // its name
	Call           string // what one types for the command: "poolbench run"
	Flags          *flag.FlagSet
	Stdout, Stderr io.Writer

	args    []string
	program Program
}

// password is that in a URL.
var password = regexp.MustCompile(`(://[^:/@\s]*:)\S*@`)

// typed is an argument as one types it in a shell; a password is to be typed anew.
func typed(arg string) string {
	if arg = password.ReplaceAllString(arg, "${1}xxxxx@"); strings.ContainsAny(arg, " \t") {
		return "'" + arg + "'"
	}
	return arg
}

// Again is what one types to call the command as it was, but for some flags. It tells no
// password.
func (c *Invocation) Again(without ...string) string {
	out := []string{c.Call}
	c.Flags.VisitAll(func(f *flag.Flag) {
		for i, arg := range c.args {
			name, _, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			if name != f.Name || !strings.HasPrefix(arg, "-") || slices.Contains(without, name) {
				continue
			}
			out = append(out, typed(arg))
			if b, ok := f.Value.(interface{ IsBoolFlag() bool }); !joined && !(ok && b.IsBoolFlag()) && i+1 < len(c.args) {
				out = append(out, typed(c.args[i+1]))
			}
		}
	})
	return strings.Join(out, " ")
}

// CallOf is what one types for another command of the program.
func (c *Invocation) CallOf(name string) string { return c.program.call(Command{Name: name}) }

// ErrHelp says that -help has been answered.
var ErrHelp = &ExitError{OK, nil}

// Parse reads the flags and returns the other arguments. Flags may stand after
// them too.
func (c *Invocation) Parse() ([]string, error) {
	var rest []string
	args := c.args
	for {
		err := c.Flags.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			c.help()
			return nil, ErrHelp
		case err != nil:
			return nil, c.flagError(err)
		}
		args = c.Flags.Args()
		if len(args) == 0 {
			return rest, nil
		}
		rest = append(rest, args[0])
		args = args[1:]
	}
}

// ParseAlone reads the flags of a command that takes no other arguments.
func (c *Invocation) ParseAlone() error {
	rest, err := c.Parse()
	if err == nil && len(rest) > 0 {
		return UsageErrorf("%s takes no arguments, got %q", c.Name, rest)
	}
	return err
}

// Given are the names of the flags that stand on the command line.
func (c *Invocation) Given() (names []string) {
	c.Flags.Visit(func(f *flag.Flag) { names = append(names, f.Name) })
	return names
}

// Tell writes a line to standard error, with the name of the program before it.
func (c *Invocation) Tell(what any) { fmt.Fprintf(c.Stderr, "%s: %v\n", c.Program, what) }

// First is the first of two errors, which decides on the exit code; the second
// is told if it is not the one.
func (c *Invocation) First(first, second error) error {
	if first == nil {
		return second
	}
	if second != nil {
		c.Tell(second)
	}
	return first
}

func (c *Invocation) help() {
	fmt.Fprintf(c.Stdout, "%s: %s\n\n", strings.TrimSpace(c.Call+" "+c.Args), c.Doc)
	c.Flags.SetOutput(c.Stdout)
	c.Flags.PrintDefaults()
}

// flagError adds the nearest flag to the message about an unknown one.
func (c *Invocation) flagError(err error) error {
	var names []string
	c.Flags.VisitAll(func(f *flag.Flag) { names = append(names, "-"+f.Name) })
	if _, unknown, ok := strings.Cut(err.Error(), "flag provided but not defined: "); ok {
		return UsageErrorf("%s has no flag %s%s; its flags are %s", c.Name, unknown, words.DidYouMean(unknown, names), strings.Join(names, ", "))
	}
	return UsageErrorf("%s: %v", c.Name, err)
}
