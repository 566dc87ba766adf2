package executortest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"poolbench/executors"
)

// A fault is what a deliberately broken executor does wrong. The zero fault is a
// simple executor that does nothing wrong.
type fault struct {
	zeroWorkers   bool // accepts them
	wrongWorkers  bool // reports one worker more
	dropSome      bool // forgets every third task
	dropOnClose   bool // forgets the queue at shutdown
	lifo          bool // starts the newest task first
	twice         bool // calls a defined function twice
	startEarly    bool // claims tasks when they are submitted
	deafTasks     bool // gives tasks a context that never ends
	unbounded     bool // a goroutine for each task
	oneWorker     bool // starts only one worker
	noIdentity    bool // does not tell tasks where they run
	losesGoexit   bool // loses the worker that a task ends by Goexit
	acceptsClosed bool // accepts tasks after shutdown
	noWait        bool // shutdown does not wait
	deafShutdown  bool // shutdown ignores its context
	shutdownWaits bool // shutdown inside a task waits for itself
	leaks         bool // a worker never ends
	panicsTwice   bool // the second shutdown panics
	badStats      bool // has statistics that do not add up
	resizeIgnored bool // accepts a new size and keeps the old one
	queueIgnored  bool // accepts a bound and does not keep it
	initPerTask   bool // initialises before each task
	initErrorLost bool // goes on though initialising failed
	neverRetires  bool // takes an idle time and ignores it
	inline        bool // runs tasks in Submit and does not say so
	noQueue       bool // Submit waits for a worker that takes the task
	room          int  // with noQueue: how many tasks may wait
	submitBlocks  bool // Submit never returns
	submitPanics  bool
	submitExits   bool // Submit ends the goroutine that calls it
	refusesAll    bool // Submit refuses every task
	runsNothing   bool // accepts tasks and forgets them
	neverEnds     bool // Shutdown never returns
	newFails      bool
	newPanics     bool
	nilEnds       bool // is shut down with a nil context as with another one

	released chan struct{} // closed at the end of the test, for what blocks for ever
}

// A reference is a pool as simple as can be: a queue under a lock.
type reference struct {
	fault fault
	o     executors.Options
	outer executors.Executor // what users hold, and tasks compare

	submitter executors.Worker // runs what Submit runs

	mu        sync.Mutex
	changed   *sync.Cond
	queue     []executors.Task
	workers   int // that live
	submitted int64
	closed    bool
}

func referenceKind(f fault) executors.Kind {
	return executors.Kind{Name: "reference", Doc: "for tests", New: func(o executors.Options) (executors.Executor, error) {
		switch {
		case f.newFails:
			return nil, errors.New("out of order")
		case f.newPanics:
			panic("as planned")
		}
		if o.Workers < 1 && f.zeroWorkers {
			o.Workers = 1
		}
		if err := o.Check(); err != nil {
			return nil, err
		}
		if o.Queue != 0 && !f.queueIgnored || o.Init != nil && !f.initPerTask && !f.initErrorLost || o.Idle != 0 && !f.neverRetires {
			return nil, errors.New("not an option here")
		}
		r := &reference{fault: f, o: o}
		r.changed = sync.NewCond(&r.mu)
		switch r.outer = r; {
		case f.badStats || f.neverRetires:
			r.outer = &referenceWithStats{r}
		case f.resizeIgnored:
			r.outer = &referenceWithResize{r}
		}
		r.submitter.Executor = r.outer
		return r.outer, nil
	}}
}

func (r *reference) Workers() int {
	if r.fault.wrongWorkers {
		return r.o.Workers + 1
	}
	return r.o.Workers
}

func (r *reference) Submit(t executors.Task) error {
	if t == nil {
		return executors.ErrNilArgument
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed && !r.fault.acceptsClosed {
		return executors.ErrShutdown
	}
	switch r.submitted++; {
	case r.fault.inline:
		r.mu.Unlock()
		t.Run(&r.submitter)
		r.mu.Lock()
		return nil
	case r.fault.submitBlocks:
		r.mu.Unlock()
		<-r.fault.released
		r.mu.Lock()
		return executors.ErrShutdown
	case r.fault.submitPanics:
		panic("as planned")
	case r.fault.submitExits:
		runtime.Goexit()
	case r.fault.refusesAll:
		return errors.New("not today")
	case r.fault.runsNothing:
		return nil
	}
	if r.fault.dropSome && r.submitted%3 == 0 {
		return nil
	}
	if remote, err := t.Remote(); err == nil && (r.fault.startEarly || r.fault.deafTasks || r.fault.twice) {
		t = &remoteTask{Task: t, remote: remote, fault: r.fault}
		if r.fault.startEarly && !remote.Start() {
			return nil
		}
	}
	r.queue = append(r.queue, t)
	limit := r.o.Workers
	if r.fault.oneWorker {
		limit = 1
	}
	if r.workers < limit || r.fault.unbounded {
		r.workers++
		go r.work(&executors.Worker{Executor: r.outer, ID: r.workers - 1}, true)
	}
	r.changed.Broadcast()
	for r.fault.noQueue && slices.Index(r.queue, t) >= r.fault.room {
		r.changed.Wait()
	}
	return nil
}

func (r *reference) work(w *executors.Worker, fresh bool) {
	ended := false
	defer func() {
		if !ended && !r.fault.losesGoexit {
			go r.work(w, false)
		}
	}()
	if fresh && r.o.Init != nil {
		_ = r.o.Init(context.Background(), w)
	}
	for {
		t := r.next()
		if t == nil {
			ended = true
			return
		}
		if r.fault.initPerTask && r.o.Init != nil {
			_ = r.o.Init(context.Background(), w)
		}
		if r.fault.noIdentity {
			t.Run(nil)
		} else {
			t.Run(w)
		}
	}
}

// next blocks; nil means that the worker is to end.
func (r *reference) next() executors.Task {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.queue) == 0 {
		if r.closed {
			if r.fault.leaks && r.workers == 1 {
				r.workers = 0
				r.changed.Broadcast()
				r.mu.Unlock()
				<-r.fault.released
				r.mu.Lock()
				return nil
			}
			r.workers--
			r.changed.Broadcast()
			return nil
		}
		r.changed.Wait()
	}
	i := 0
	if r.fault.lifo {
		i = len(r.queue) - 1
	}
	t := r.queue[i]
	r.queue = append(r.queue[:i:i], r.queue[i+1:]...)
	if r.fault.noQueue {
		r.changed.Broadcast()
	}
	return t
}

func (r *reference) Shutdown(ctx context.Context) error {
	if ctx == nil && !r.fault.nilEnds {
		return executors.ErrNilArgument
	} else if ctx == nil {
		ctx = context.Background()
	}
	if w := executors.CurrentWorker(ctx); w != nil && w.Executor == r.outer && !r.fault.shutdownWaits {
		return executors.ErrShutdownInside
	}
	stop := context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.changed.Broadcast()
	})
	defer stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed && r.fault.panicsTwice {
		panic("shut down twice")
	}
	r.closed = true
	if r.fault.dropOnClose {
		r.queue = nil
	}
	r.changed.Broadcast()
	if r.fault.neverEnds {
		r.mu.Unlock()
		<-r.fault.released
		r.mu.Lock()
	}
	for r.workers > 0 && !r.fault.noWait {
		if ctx.Err() != nil && !r.fault.deafShutdown {
			return fmt.Errorf("%d workers left: %w", r.workers, context.Cause(ctx))
		}
		r.changed.Wait()
	}
	return nil
}

type referenceWithStats struct{ *reference }

func (r *referenceWithStats) Stats() executors.Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return executors.Stats{Submitted: r.submitted, Workers: r.workers}
}

type referenceWithResize struct{ *reference }

func (r *referenceWithResize) Resize(int) error { return nil }

// A remoteTask runs a task as an executor of worker processes does, badly.
type remoteTask struct {
	executors.Task
	remote executors.Remote
	fault  fault
}

func (t *remoteTask) Run(*executors.Worker) {
	if !t.fault.startEarly && !t.remote.Start() {
		return
	}
	ctx := t.remote.Context()
	if t.fault.deafTasks {
		ctx = context.Background()
	}
	in, err := t.remote.AppendInput(nil, 1<<30)
	if err != nil {
		t.remote.Settle(nil, err)
		return
	}
	if t.fault.twice {
		t.call(ctx, in)
	}
	t.remote.Settle(t.call(ctx, in))
}

// call outlives a Goexit of the function.
func (t *remoteTask) call(ctx context.Context, in []byte) (out []byte, err error) {
	ended := make(chan struct{})
	err = executors.ErrGoexit
	go func() {
		defer close(ended)
		out, err = executors.Lookup(t.remote.FuncName()).CallRemote(ctx, in, nil, 1<<30)
	}()
	<-ended
	return out, err
}
