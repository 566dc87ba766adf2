package driver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"poolbench/bench/host"
)

// A process is one run of a driver, which has been greeted. It is used by one goroutine at
// a time.
type process struct {
	hello   hello
	host    *host.Process
	in, out *os.File // requests, replies
	replies *bufio.Reader
	seen    time.Duration // from the last request to the arrival of its reply
	failure error         // why nothing can be asked any more; nil when it can
}

const (
	helloLimit   = 30 * time.Second // a cold interpreter on a busy machine takes seconds
	goodbyeLimit = time.Second
	endLimit     = 5 * time.Second // from the end of the channel to that of the process
	outputLimit  = 64 << 10        // bytes kept of what a driver prints
)

// start starts a driver and greets it. The end of ctx only ends the start.
func start(ctx context.Context, c host.Command) (_ *process, err error) {
	var files [4]*os.File // of the driver, of ours, of ours, of the driver
	defer func() {
		for i, f := range files {
			if f != nil && (err != nil || i == 0 || i == 3) {
				f.Close()
			}
		}
	}()
	if files[0], files[1], err = os.Pipe(); err != nil {
		return nil, err
	}
	if files[2], files[3], err = os.Pipe(); err != nil {
		return nil, err
	}
	c.Files, c.Guarded, c.Limit = []*os.File{files[0], files[3]}, true, outputLimit
	p := &process{in: files[1], out: files[2], replies: bufio.NewReader(files[2])}
	if p.host, err = host.Start(context.WithoutCancel(ctx), c); err != nil {
		return nil, err
	}
	go func() { // a child of it may hold the channel open
		<-p.host.Done
		p.hangUp()
	}()
	ctx, cancel := context.WithTimeoutCause(ctx, helloLimit, fmt.Errorf("did not say hello within %v", helloLimit))
	defer cancel()
	got, err := p.ask(ctx, request{Do: "hello", Protocol: protocolVersion})
	if err == nil {
		p.hello, err = got.hello, got.check()
	}
	if err != nil {
		p.kill(err)
		return nil, err
	}
	return p, nil
}

// errMissing marks an error that says that somebody's function is not there.
var errMissing = errors.New("")

// hangUp ends all waiting for the channel.
func (p *process) hangUp() {
	past := time.Unix(1, 0)
	_ = p.in.SetDeadline(past)
	_ = p.out.SetDeadline(past)
}

// ask asks, and waits for the reply. A driver that says an error goes on; after any other
// error, the end of ctx among them, it has ended.
func (p *process) ask(ctx context.Context, r request) (got reply, err error) {
	if p.failure != nil {
		return got, p.failure
	}
	asked, err := frame(r)
	if err != nil {
		return got, err
	}
	stop := context.AfterFunc(ctx, p.hangUp)
	begin := time.Now()
	_, err = p.in.Write(asked)
	if err == nil {
		_, err = p.replies.Peek(1)
		p.seen = time.Since(begin)
	}
	if err == nil {
		err = readFrame(p.replies, &got)
	}
	if !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		return got, p.fail(ctx, r.Do, err)
	}
	if got.Error != "" && got.Missing {
		return got, fmt.Errorf("%s%w", host.OneLine(got.Error), errMissing)
	}
	if got.Error != "" {
		return got, errors.New(host.OneLine(got.Error))
	}
	return got, nil
}

// fail ends the driver because of an error of its channel and says in one sentence why.
func (p *process) fail(ctx context.Context, do string, err error) error {
	var wrong protocolError
	switch {
	case ctx.Err() != nil:
	case errors.As(err, &wrong):
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, io.EOF), errors.Is(err, os.ErrClosed):
		// Its end comes with it, or soon after it: how it ended says more.
		select {
		case <-p.host.Done:
			err = p.host.Failure()
			if err == nil {
				err = p.host.WithWords("ended by itself")
			}
		case <-time.After(endLimit):
			err = errors.New("closed its channel")
		}
		err = fmt.Errorf("the driver did not answer %s: %w", do, err)
		p.kill(err)
		return err
	}
	p.kill(err)
	if ctx.Err() == nil {
		err = p.host.WithWords("the driver did not answer " + do + " as it should: " + err.Error())
	}
	p.failure = err
	return err
}

// kill ends the driver and all that it started, now.
func (p *process) kill(why error) {
	if p.failure == nil {
		p.failure = why
	}
	p.host.Kill(nil)
	p.close()
}

func (p *process) close() {
	p.in.Close()
	p.out.Close()
}

// bye lets the driver end by itself, for a moment, and then ends what is left. That it
// was slow is no error: on a busy machine everybody is.
func (p *process) bye() error {
	if p.failure != nil {
		return nil // that has been told
	}
	ctx, cancel := context.WithTimeout(context.Background(), goodbyeLimit)
	defer cancel()
	_, err := p.ask(ctx, request{Do: "bye"})
	if err == nil {
		select {
		case <-p.host.Done:
			err = p.host.Failure()
		case <-ctx.Done():
		}
	}
	late := ctx.Err() != nil
	p.kill(errors.New("it has ended"))
	if late {
		return nil
	}
	return err
}
