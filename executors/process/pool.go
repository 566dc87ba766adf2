package process

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
)

// A Pool is an executor of worker processes. Make one with New or NewPool. It
// holds processes and goroutines until Shutdown or Kill has returned; when the
// program ends without either, the workers end by themselves.
type Pool struct {
	opts  Options
	nonce string

	pending atomic.Int64 // accepted, future not settled

	mu       sync.Mutex
	queue    backlog
	accepted uint64 // items ever
	byName   map[string]*function
	idle     []*worker       // ready, with an empty window; the last was busy last
	procs    []*worker       // every process that runs or boots, the oldest first
	limit    int             // workers wanted
	keepers  int             // see staff.go
	busy     int             // workers that have tasks
	blocked  []chan struct{} // closed to tell a submitter that there is room
	stats    executors.Stats // what has to be counted
	started  bool
	closed   bool
	broken   error // why nothing is accepted any more; wraps ErrBoot or ErrKilled
	failures int   // workers in a row that ended before finishing any task
	booted   chan struct{}
	isBooted bool // booted is closed
	drained  chan struct{}
	isDry    bool // drained is closed
	slots    sync.WaitGroup
	gone     chan struct{} // closed when no worker, goroutine or descriptor is left
	stopOnce sync.Once

	monitor monitor
	shared  *os.File // Options.Shared; nil if there are none
	limiter string   // see MemoryLimiter; guarded by mu

	// keepOne is keep. Called by this name it is not part of a recursion, which
	// would have escape analysis put something on the heap for each task.
	keepOne func()
}

// NewPool makes a pool. The error is ErrNested in a worker process, ErrUnsupported
// where there are no worker processes, or names an option that is out of range.
func NewPool(o Options) (*Pool, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := check(); err != nil {
		return nil, err
	}
	if !supported {
		return nil, ErrUnsupported
	}
	p := &Pool{
		opts:    o,
		nonce:   rand.Text(),
		byName:  map[string]*function{},
		queue:   newBacklog(),
		limit:   o.Workers,
		booted:  make(chan struct{}),
		drained: make(chan struct{}),
		gone:    make(chan struct{}),
	}
	if len(o.Shared) > 0 {
		if p.shared, err = newShared(o.Shared); err != nil {
			return nil, fmt.Errorf("process: making Options.Shared: %w", err)
		}
	}
	p.chooseLimiter()
	p.keepOne = p.keep
	p.monitor.pool, p.monitor.wakeup = p, make(chan struct{}, 1)
	return p, nil
}

// Workers is the number of worker processes of a pool at full strength.
func (p *Pool) Workers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}

// MaxMessage is Options.MaxMessage, or its default: Map makes its chunks by it.
func (p *Pool) MaxMessage() int { return p.opts.MaxMessage }

// Start starts all workers, which Submit would do only as tasks come, and waits
// until each has said hello. The error is ErrShutdown, ErrBoot with the cause, or the cause of
// ctx; the workers go on starting then.
func (p *Pool) Start(ctx context.Context) error {
	if err := p.refuseNil(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	err := p.refusal()
	if err == nil {
		p.start()
		p.staff(true)
	}
	p.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case <-p.booted:
	case <-p.drained:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refusal()
}

// Pids are the process ids of the living workers that have said hello, in the
// order of their age.
func (p *Pool) Pids() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var pids []int
	for _, w := range p.ready() {
		pids = append(pids, w.pid)
	}
	return pids
}

// ready are the living workers that have said hello, the oldest first. Called with mu
// held.
func (p *Pool) ready() []*worker {
	return slices.DeleteFunc(slices.Clone(p.procs), func(w *worker) bool { return !w.ready })
}

var errNilPool = fmt.Errorf("process: nil pool; did NewPool return an error?: %w", executors.ErrNilArgument)

// refuseNil is why a method with this context does nothing.
func (p *Pool) refuseNil(ctx context.Context) error {
	switch {
	case p == nil:
		return errNilPool
	case ctx == nil:
		return fmt.Errorf("process: a context is needed; context.Background() never ends: %w", executors.ErrNilArgument)
	}
	return nil
}

// refusal is why nothing is accepted, nil if it is. Called with mu held.
func (p *Pool) refusal() error {
	switch {
	case p.broken != nil:
		return p.broken
	case p.closed:
		return executors.ErrShutdown
	}
	return nil
}

// start is called with mu held.
func (p *Pool) start() {
	if p.started {
		return
	}
	p.started = true
	p.slots.Go(p.monitor.run)
	p.staff(false)
}

// Submit encodes the input in the calling goroutine and queues the task. An input
// that cannot be encoded, or is too large, is the error of the task's future, not
// of Submit. The error is executors.ErrNotShippable for a closure,
// executors.ErrUnsendable if inputs or outputs of the function can never be encoded,
// executors.ErrShutdown after Shutdown, ErrKilled after Kill, ErrBoot when
// workers do not start. With Options.Queue, Submit blocks while the queue is full
// until the context of the task ends, or returns executors.ErrFull.
func (p *Pool) Submit(t executors.Task) error {
	switch {
	case p == nil:
		return errNilPool
	case t == nil:
		return fmt.Errorf("process: Submit: %w", executors.ErrNilArgument)
	}
	remote, err := t.Remote()
	if err != nil {
		return err
	}
	it := items.Get().(*item)
	it.task, it.remote = t, remote
	if p.opts.Trace != nil {
		it.stamps = &stamps{submit: sharedNow()}
	}
	it.input, err = remote.AppendInput(it.small[:0], p.opts.MaxMessage)
	if it.stamps != nil {
		it.stamps.encoded = sharedNow()
	}
	return p.accept(it, err)
}

func (p *Pool) accept(it *item, failure error) error {
	p.mu.Lock()
	if err := p.admit(it.task); err != nil {
		p.mu.Unlock()
		return err
	}
	p.stats.Submitted++
	if failure == nil {
		it.fn, failure = p.function(it.remote.FuncName())
	}
	if failure != nil {
		p.stats.Failed++
		p.mu.Unlock()
		if !it.task.Fail(failure) { // its context has ended meanwhile
			p.mu.Lock()
			p.stats.Failed--
			p.stats.Cancelled++
			p.mu.Unlock()
		}
		return nil
	}
	p.start()
	p.pending.Add(1)
	p.accepted++
	it.order = p.accepted
	p.queue.PushBack(it)
	var one [1]*worker
	fed, dropped := p.feedIdle(one[:0])
	if p.queue.Len() > 0 && p.keepers < p.limit {
		p.staff(false)
	}
	p.mu.Unlock()
	p.finish(fed, dropped)
	p.monitor.wake()
	return nil
}

// Drop implements executors.Dropper.
func (p *Pool) Drop(t executors.Task) {
	remote, err := t.Remote()
	if err != nil {
		return
	}
	p.mu.Lock()
	_, dropped := p.queue.Remove(remote)
	if dropped {
		p.stats.Cancelled++
		p.unblock(p.opts.Queue - p.queue.Len())
	}
	p.mu.Unlock()
	if dropped {
		p.settled(1)
	}
}

// function is called with mu held.
func (p *Pool) function(name string) (*function, error) {
	f := p.byName[name]
	if f == nil {
		if len(p.byName) > 0xffff {
			return nil, errors.New("process: more than 65536 task functions in one pool")
		}
		f = &function{name: name, number: uint16(len(p.byName)), limit: p.opts.limitOf(name)}
		p.byName[name] = f
	}
	return f, nil
}

// finish does what feeding leaves to be done without the lock.
func (p *Pool) finish(fed []*worker, dropped int) {
	for _, w := range fed {
		w.data.flush()
	}
	if dropped > 0 {
		p.settled(dropped)
	}
}

// settled counts n futures down. Called without mu.
func (p *Pool) settled(n int) {
	if p.pending.Add(int64(-n)) == 0 {
		p.mu.Lock()
		p.checkDrained()
		p.mu.Unlock()
	}
}

// checkDrained is called with mu held whenever it may have become true that
// nothing is left to be done.
func (p *Pool) checkDrained() {
	if (p.closed || p.broken != nil) && !p.isDry && p.pending.Load() == 0 {
		p.isDry = true
		close(p.drained)
	}
}

// abandon refuses everything from now on and fails what is queued. Called without
// mu; only the first cause counts, and abandon reports whether this is it.
func (p *Pool) abandon(cause error) (first bool) {
	p.mu.Lock()
	if first = p.broken == nil; first {
		p.broken = cause
	}
	items := p.queue.TakeAll()
	p.stats.Failed += int64(len(items))
	p.unblock(len(p.blocked))
	p.checkDrained()
	p.mu.Unlock()
	for _, it := range items {
		it.fail(cause)
	}
	p.settled(len(items))
	p.stop()
	return first
}

// stop begins the end of the workers, once nothing is left to be done, and
// returns at once; gone tells when it has come.
func (p *Pool) stop() {
	p.stopOnce.Do(func() {
		go func() {
			<-p.drained
			p.endWorkers()
			p.slots.Wait()
			if p.shared != nil {
				p.shared.Close()
			}
			close(p.gone)
		}()
	})
}

// Grace periods of the end of a worker that has nothing to do: from goodbye to
// SIGTERM, and from there to SIGKILL.
const (
	byeGrace  = 2 * time.Second
	termGrace = time.Second
)

// endWorkers asks every worker to go, each time less politely, until none is
// left.
func (p *Pool) endWorkers() {
	left := p.living()
	for _, w := range left {
		p.mu.Lock()
		ready := w.ready
		p.mu.Unlock()
		if ready {
			w.sayBye()
		} else {
			w.kill() // boots; it has no task
		}
	}
	if left = waitExited(left, byeGrace); len(left) == 0 {
		return
	}
	for _, w := range left {
		w.terminate()
	}
	for _, w := range waitExited(left, termGrace) {
		w.kill()
	}
}

func (p *Pool) living() []*worker {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.procs)
}

// waitExited waits until all have exited or the time is over and returns those
// that have not.
func waitExited(ws []*worker, d time.Duration) (left []*worker) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for i, w := range ws {
		select {
		case <-w.exited:
		case <-timer.C:
			return ws[i:]
		}
	}
	return nil
}

// Shutdown refuses further tasks, lets the accepted ones finish and ends the
// workers: a goodbye, then SIGTERM, then SIGKILL to one that does not go. When it
// returns nil, no process, goroutine or descriptor is left.
//
// When ctx ends first, the error names the functions that still run and wraps
// the cause of ctx. The work goes on; call Shutdown again to wait on, or Kill to
// end it.
func (p *Pool) Shutdown(ctx context.Context) error {
	if err := p.refuseNil(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	p.closed = true
	p.unblock(len(p.blocked))
	p.checkDrained()
	p.mu.Unlock()
	p.stop()
	return p.wait(ctx)
}

// wait returns when nothing is left of the pool, or when ctx ends.
func (p *Pool) wait(ctx context.Context) error {
	select {
	case <-p.gone:
		return nil
	default:
	}
	select {
	case <-p.gone:
		return nil
	case <-ctx.Done():
		return p.unfinished(context.Cause(ctx))
	}
}

func (p *Pool) unfinished(cause error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var running []string
	for _, w := range p.procs {
		if w.window.Len() > 0 {
			running = append(running, fmt.Sprintf("%s in process %d", w.window.At(0).fn.name, w.pid))
		}
	}
	return fmt.Errorf("process: shutdown: %d tasks unfinished, running: %v: %w", p.pending.Load(), running, cause)
}

// Kill ends the pool now: queued tasks fail with ErrKilled, running ones too, as
// soon as their worker, which gets SIGKILL with its whole process group, is
// gone. It waits for that until ctx ends. Kill may follow a Shutdown that is
// still waiting, which then returns.
func (p *Pool) Kill(ctx context.Context) error {
	if err := p.refuseNil(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.abandon(ErrKilled)
	for _, w := range p.living() {
		w.kill()
	}
	return p.wait(ctx)
}

// executable is the file to start workers from.
func executable() (string, error) {
	if selfExe != "" {
		return selfExe, nil
	}
	return os.Executable()
}
