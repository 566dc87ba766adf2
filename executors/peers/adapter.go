package peers

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"poolbench/executors"
)

// An adapter is a peer seen as an executor. The peer gets one closure per task,
// as from any of its users. Tasks are run without an *executors.Worker: a peer
// cannot help while waiting, so a task that waits for its own full pool hangs
// here as it does for every user of the peer.
//
// Other than the contract asks, Submit blocks while the peer's own submit does.
// Intake costs two atomic operations per task.
type adapter struct {
	executors.Home
	workers int
	submit  func(func()) error // the peer's
	stop    func()             // the peer's; waits for its tasks

	// intake counts the submits under way, in steps of 2; its lowest bit says that
	// the executor is shut down. No peer is stopped while somebody submits: several
	// panic then.
	intake  atomic.Int64
	quiet   chan struct{} // closed when shut down with no submit under way
	once    sync.Once
	stopped chan struct{} // closed when stop has returned
}

// adapted gives a peer its Kind.
func adapted(p Peer) Peer {
	p.Kind = executors.Kind{Name: p.Name, Doc: p.Doc, New: func(o executors.Options) (executors.Executor, error) {
		if err := o.Check(); err != nil {
			return nil, err
		}
		submit, stop := p.Open(o.Workers)
		return &adapter{
			workers: o.Workers, submit: submit, stop: stop,
			quiet: make(chan struct{}), stopped: make(chan struct{}),
		}, nil
	}}
	return p
}

func (a *adapter) Workers() int { return a.workers }

func (a *adapter) Submit(t executors.Task) error {
	if t == nil {
		return executors.ErrNilArgument
	}
	if a.intake.Add(2)&1 != 0 {
		a.leave()
		return executors.ErrShutdown
	}
	defer a.leave()
	return a.submit(func() { t.Run(nil) })
}

func (a *adapter) leave() {
	if a.intake.Add(-2) == 1 {
		a.once.Do(func() { close(a.quiet) })
	}
}

func (a *adapter) Shutdown(ctx context.Context) error {
	if ctx == nil {
		return executors.ErrNilArgument
	}
	if a.intake.Or(1)&1 == 0 {
		if a.intake.Load() == 1 {
			a.once.Do(func() { close(a.quiet) })
		}
		go func() {
			<-a.quiet
			a.stop()
			close(a.stopped)
		}()
	}
	select {
	case <-a.stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("peers: shutdown stopped waiting: %w", context.Cause(ctx))
	}
}
