package host

import (
	"bytes"
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
}

// Run runs a program to its end and returns what it printed. The error says how it
// ended, without its words; it is the cause of the context when that ended, and one
// that is exec.ErrNotFound when there is no such program.
func Run(ctx context.Context, c Command) (stdout, stderr []byte, err error) {
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	p, err := Start(ctx, c)
	if err == nil {
		<-p.Done
		err = p.Failure()
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return out.Bytes(), errs.Bytes(), err
}
