package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// A Process is one run of a program, in a process group of its own. Done tells of its
// end; somebody must await it.
type Process struct {
	Pid  int
	Done <-chan struct{} // closed when it has ended and all its output is read

	cmd    *exec.Cmd
	cancel context.CancelCauseFunc
	ctx    context.Context // done when it must end, with the reason
	output *output
	guard  *guard // nil without one
}

// guardDelay is how long output is read on after the end of a program that is guarded:
// what still holds it open is only then killed.
const guardDelay = 100 * time.Millisecond

// errEnded is the reason of the end of a process that has nothing left to say.
var errEnded = errors.New("ended")

// Start starts a program that is killed with all it started when the context ends,
// and by Kill. What it leaves behind when it ends is killed, too.
func Start(ctx context.Context, c Command) (*Process, error) {
	p := &Process{output: &output{limit: c.Limit}}
	p.ctx, p.cancel = context.WithCancelCause(ctx)
	p.cmd = exec.CommandContext(p.ctx, c.Name, c.Args...)
	p.cmd.Dir, p.cmd.ExtraFiles = c.Dir, c.Files
	p.cmd.Env = os.Environ()
	if c.Dir != "" {
		p.cmd.Env = append(p.cmd.Env, "PWD="+c.Dir)
	}
	p.cmd.Env = append(p.cmd.Env, c.Env...)
	p.cmd.Stdout, p.cmd.Stderr = c.Stdout, c.Stderr
	if c.Stdout == nil {
		p.cmd.Stdout = p.output.and(c.Seen[0])
	}
	if c.Stderr == nil {
		p.cmd.Stderr = p.output.and(c.Seen[1])
	}
	ownGroup(p.cmd)
	p.cmd.Cancel = func() error { return killGroup(p.cmd) }
	p.cmd.WaitDelay = 2 * time.Second // for output held open by what it started
	if c.Grace > 0 {
		p.cmd.Cancel = func() error { return p.cmd.Process.Signal(os.Interrupt) }
		p.cmd.WaitDelay = c.Grace
	}
	if c.Guarded {
		guard, err := startGuard()
		if err != nil {
			p.cancel(nil)
			return nil, err
		}
		p.guard = guard
		guard.admit(p.cmd)
		p.cmd.Cancel = func() error { return p.cmd.Process.Kill() } // the guard kills the rest
		p.cmd.WaitDelay = guardDelay
	}
	if err := p.cmd.Start(); err != nil {
		p.end()
		p.cancel(nil)
		return nil, err
	}
	done := make(chan struct{})
	p.Pid, p.Done = p.cmd.Process.Pid, done
	go func() {
		_ = p.cmd.Wait() // Failure tells
		p.end()
		p.cancel(errEnded)
		close(done)
	}()
	return p, nil
}

// end ends what the program left behind.
func (p *Process) end() {
	if p.guard != nil {
		p.guard.end()
	} else if p.cmd.Process != nil {
		_ = killGroup(p.cmd)
	}
}

// Wait waits for the end, at most for patience, and then kills.
func (p *Process) Wait(patience time.Duration) {
	select {
	case <-p.Done:
	case <-time.After(patience):
		p.Kill(fmt.Errorf("did not end within %v", patience))
	}
}

// Kill ends it now, if it has not ended, and waits for that. The reason is what
// Failure tells; nil when the process has nothing left to say.
func (p *Process) Kill(why error) {
	if why == nil {
		why = errEnded
	}
	p.cancel(why)
	<-p.Done
}

// ExitCode is -1 when it was killed. Only after its end.
func (p *Process) ExitCode() int { return p.cmd.ProcessState.ExitCode() }

// Failure says how it ended, in one line with the words of the program; nil when it
// ended well. Only after its end.
func (p *Process) Failure() error {
	state := p.cmd.ProcessState
	cause := context.Cause(p.ctx)
	switch {
	case cause != errEnded:
		return p.WithWords(cause.Error())
	case state == nil:
		return p.WithWords("could not be waited for")
	case !state.Success():
		return p.WithWords("ended with " + state.String())
	}
	return nil
}

// WithWords is an error of what happened and the words of the program, in one line.
func (p *Process) WithWords(what string) error {
	if words := p.output.words(); words != "" {
		what += ": " + words
	}
	return errors.New(what)
}

// Output is what it printed so far, both streams together. Of more than its limit that
// is the end, below a line that says how much was dropped.
func (p *Process) Output() string { return p.output.String() }

// Printed is how much it printed to Output so far, in bytes.
func (p *Process) Printed() int64 { return p.output.size() }

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
