package host

import (
	"context"
	"io"
	"os"
	"time"
)

// A Command is a program to run, and how.
type Command struct {
	Name  string // looked up in PATH when it has no slash
	Args  []string
	Dir   string     // "" is the current one
	Env   []string   // beside the environment of this process; the last of a name counts
	Files []*os.File // inherited, from descriptor 3 on

	Stdout, Stderr io.Writer     // where they are nil, Process.Output keeps them
	Limit          int           // bytes kept in Output, from which on it is killed; 0 is none
	Grace          time.Duration // from an interrupt to the kill when the context ends; 0 kills at once
	Patience       time.Duration // how long Run lets it take; 0 is for ever
}

// Run runs a program to its end; nil when it could not be started. The error is that of
// Failure, the cause of the context when that ended, or one that is exec.ErrNotFound when
// there is no such program.
func Run(ctx context.Context, c Command) (*Process, error) {
	p, err := Start(ctx, c)
	if err == nil {
		if c.Patience > 0 {
			p.Wait(c.Patience)
		}
		<-p.Done
		err = p.Failure()
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return p, err
}
