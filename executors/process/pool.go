package process

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
	"poolbench/executors/remote"
)

// A Pool is an executor of worker processes. Make one with New or NewPool. It
// holds processes and goroutines until Shutdown or Kill has returned; when the
// program ends without either, the workers end by themselves.
type Pool struct {
	executors.Home
	opts    Options
	nonce   string
	intake  *intake
	crew    *crew
	taker   *taker // nil where memory cannot be shared
	monitor monitor
	probe   atomic.Pointer[probe] // nil unless tasks are traced or slowed
	wakes   atomic.Int64          // ns, see Wakes
	traces  *hooks
	logs    *hooks
	files   files
	limiter limiter

	finished                     atomic.Uint64 // tasks that were accepted, and whose futures are settled
	interrupted                  atomic.Bool   // a running task was cancelled since the monitor looked
	giving                       atomic.Int32  // calls of give
	succeeded, failed, cancelled atomic.Int64

	decoding slowDecodes

	asking   sync.Mutex // a question to the workers is under way
	question uint32     // its number

	dry     sync.Once
	drained chan struct{} // closed when nothing is left to be done
	aides   sync.WaitGroup
	ending  sync.Once
	gone    chan struct{} // closed when no worker, goroutine or descriptor is left
}

// Workers is the number of worker processes of a pool at full strength.
func (p *Pool) Workers() int { return p.crew.workers() }

// MaxMessage is Options.MaxMessage, or its default: Map makes its chunks by it.
func (p *Pool) MaxMessage() int { return p.opts.MaxMessage }

// Start starts all workers, which Submit would do only as tasks come, and waits
// until each has said hello. The error is ErrShutdown, ErrBoot with the cause, or the cause of
// ctx; the workers go on starting then.
func (p *Pool) Start(ctx context.Context) error {
	if err := p.refuseNil(ctx); err != nil {
		return err
	}
	if err := p.intake.refusal(); err != nil {
		return err
	}
	p.begin(0)
	p.crew.startAll()
	select {
	case <-p.crew.booted:
	case <-p.drained:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return p.intake.refusal()
}

// begin has workers started for so many tasks that wait.
func (p *Pool) begin(waiting int) {
	if !p.crew.start(waiting) {
		return
	}
	p.aides.Go(p.monitor.run)
	if p.taker != nil {
		p.aides.Go(p.taker.run)
	}
}

// Pids are the process ids of the living workers that have said hello, in the
// order of their age.
func (p *Pool) Pids() []int {
	var pids []int
	for _, w := range p.crew.ready() {
		pids = append(pids, w.pid)
	}
	return pids
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
	r, err := t.Remote()
	if err != nil {
		return err
	}
	in := p.intake
	it := in.stock.Take(r)
	b := p.probe.Load()
	if b != nil {
		it.Stamps = b.stamps()
	}
	failure := it.Encode(p.opts.MaxMessage)
	if b != nil {
		b.encoded(it)
	}
	if err := in.lock(t); err != nil {
		return err
	}
	in.accepted++
	in.stock.Lay()
	if failure == nil {
		it.Func, failure = in.function(r.FuncName())
	}
	if failure != nil {
		in.mu.Unlock()
		p.refuse(it, failure)
		return nil
	}
	ration, waiting, feed, burst := in.push(it)
	in.mu.Unlock()
	waking := time.Duration(0)
	if ration.line != nil {
		p.letGo()
		waking = p.give(ration)
	} else if p.crew.short.Load() {
		p.begin(waiting)
	}
	if burst {
		p.help()
	}
	if feed {
		waking += p.feed()
	}
	if b != nil && b.told != nil {
		b.wakes.Add(waking.Nanoseconds())
	}
	p.monitor.wake()
	return nil
}

// help takes replies in the goroutine of somebody who submits many short tasks: what it does
// to them is near then, and no worker need wake another goroutine.
func (p *Pool) help() {
	if p.taker != nil {
		p.taker.help()
	}
}

// letGo is called when somebody submits a task now and then, and may not come to help.
func (p *Pool) letGo() {
	if p.taker != nil {
		p.taker.bell.letGo()
	}
}

// refuse fails a task that could not be encoded.
func (p *Pool) refuse(it *remote.Item, failure error) {
	if it.Remote.Task().Fail(failure) {
		p.failed.Add(1)
	} else { // its context has ended meanwhile
		p.cancelled.Add(1)
	}
	p.settled(1)
}

// give gives a worker its ration, and more if that was less than it could have. It is
// called without a lock: tasks that turn out to be cancelled are settled. waking is how long it
// took to wake the worker; 0 unless tasks are traced.
func (p *Pool) give(r ration) (waking time.Duration) {
	p.giving.Add(1)
	defer p.giving.Add(-1)
	for len(r.items) > 0 {
		started := r.items[:0]
		dropped := 0
		for _, it := range r.items {
			if wasStarted := it.Started; !it.Start() || wasStarted && it.DropCancelled() {
				r.line.release(it)
				dropped++
				continue
			}
			started = append(started, it)
		}
		rest, woke := r.line.push(started, r.more)
		waking += woke
		p.putBack(rest)
		p.cancelled.Add(int64(dropped))
		p.settled(dropped)
		served := dropped == 0 && len(rest) == 0
		if len(rest) > 0 {
			p.crew.start(len(rest))
		}
		r.line.done(r.items)
		if served {
			break
		}
		r = p.intake.take(r.line)
	}
	if r.line.spent() {
		r.line.onSpent()
	}
	return waking
}

// putBack puts items back to their place in the queue; if nothing is to run any more they
// fail.
func (p *Pool) putBack(items []*remote.Item) {
	if err := p.intake.requeue(items); err != nil {
		p.failed.Add(int64(len(items)))
		for _, it := range items {
			it.Fail(err)
		}
		p.settled(len(items))
	}
}

// dropCancelled settles those of the items taken back from a worker whose context has ended,
// and returns the others.
func (p *Pool) dropCancelled(items []*remote.Item) []*remote.Item {
	left := slices.DeleteFunc(items, (*remote.Item).DropCancelled)
	n := len(items) - len(left)
	p.cancelled.Add(int64(n))
	p.settled(n)
	return left
}

// feed gives what waits to workers, first to those that are awake. waking is that of give.
func (p *Pool) feed() (waking time.Duration) {
	for {
		r := p.intake.takeAny()
		if r.line == nil {
			return waking
		}
		waking += p.give(r)
	}
}

// feedIdle gives what waits to idle workers.
func (p *Pool) feedIdle() {
	for {
		r := p.intake.takeIdle()
		if r.line == nil {
			return
		}
		p.give(r)
	}
}

// Drop implements executors.Dropper.
func (p *Pool) Drop(t executors.Task) {
	r, err := t.Remote()
	if err == nil && p.intake.remove(r) {
		p.cancelled.Add(1)
		p.settled(1)
	}
}

// Interrupt implements executors.Interrupter: the monitor tells the worker.
func (p *Pool) Interrupt(executors.Task) { p.interrupted.Store(true) }

// Attend implements executors.Attendant.
func (p *Pool) Attend(t executors.Task) {
	if p.taker != nil {
		// Perhaps no more tasks come to a lump. Where memory is not shared there are none, and
		// what a busy worker has been given cannot be taken back.
		p.feed()
		p.taker.attend(func() bool {
			s := t.State()
			return s == executors.Finished || s == executors.Cancelled
		})
	}
}

// answered gives the worker more to do, and settles what it has answered. It is called
// with the right to take the replies of w.
func (p *Pool) answered(w *member, replies []reply) {
	p.count(replies)
	if w.grown() && p.crew.wear(w, wornGrowth) {
		p.feedIdle()
	}
	if w.wantsMore() {
		p.give(p.intake.take(&w.workerLine)) // which puts it among the idle ones, if it is
	}
	n, open := w.taken()
	if n == 0 {
		if !open {
			p.intake.settle(&w.workerLine)
		}
		p.crew.emptied(w)
	}
	if !open {
		p.feedIdle()
	}
	var done remote.ItemList
	for i := range replies {
		if it := replies[i].item; p.settle(w, &replies[i]) {
			done.Add(it)
		}
	}
	p.intake.recycle(done)
	p.settled(done.Len())
}

// count counts what became of the tasks that were answered.
func (p *Pool) count(replies []reply) {
	var succeeded, failed, cancelled int64
	for i := range replies {
		switch r := &replies[i]; {
		case r.Kind == remote.Output:
			succeeded++
		case r.failure == executors.ErrCancelled: // before it started
			cancelled++
		default:
			failed++
		}
	}
	p.succeeded.Add(succeeded)
	if failed+cancelled > 0 {
		p.failed.Add(failed)
		p.cancelled.Add(cancelled)
	}
}

// settle settles the future of a task that was answered; false if that is left to a
// goroutine.
func (p *Pool) settle(w *member, r *reply) bool {
	it := r.item
	if it.Stamps != nil {
		it.Stamps.Reach()
	}
	if b := p.probe.Load(); b != nil {
		remote.Spin(b.slow.Decode)
	}
	switch {
	case r.Kind == remote.Fault:
		r.giveBack()
		it.Remote.Settle(nil, r.failure)
	case r.release != nil && it.Remote.SettleLoan(r.Payload, r.release):
	default:
		r.own()
		if it.Remote.Custom() {
			p.decoding.begin(it, w.pid, r.Payload, func() {
				p.trace(w, it)
				p.settled(1)
			})
			return false
		}
		it.Remote.Settle(r.Payload, nil)
	}
	p.trace(w, it)
	return true
}

// trace tells of a task that was answered and settled.
func (p *Pool) trace(w *member, it *remote.Item) {
	if it.Stamps != nil {
		tell, s := it.Stamps.Tell, it.Stamps.Stages(it.Func.Name, w.pid, it.Seq, remote.Common())
		p.traces.call(func() { tell(s) })
	}
}

// pending is how many tasks have been accepted and not settled. Called without a lock.
func (p *Pool) pending() uint64 {
	finished := p.finished.Load() // first: it never overtakes
	return p.intake.count() - finished
}

// settled counts n futures that were settled. Called without a lock.
func (p *Pool) settled(n int) {
	if n > 0 {
		p.finished.Add(uint64(n))
		if p.intake.over.Load() {
			p.checkDrained()
		}
	}
}

// checkDrained is called whenever it may have become true that nothing is left to be done,
// and no more tasks come. Called without a lock.
func (p *Pool) checkDrained() {
	if p.pending() == 0 {
		p.dry.Do(func() { close(p.drained) })
	}
}

// abandon refuses everything from now on and fails what is queued; only the first cause
// counts, and abandon reports whether this is it.
func (p *Pool) abandon(cause error) (first bool) {
	queued, first := p.intake.breakOff(cause)
	p.failed.Add(int64(len(queued)))
	for _, it := range queued {
		it.Fail(cause)
	}
	p.settled(len(queued))
	p.checkDrained()
	p.end()
	return first
}

// breakDown is called when workers do not start.
func (p *Pool) breakDown(cause error) {
	if p.abandon(cause) {
		p.say(slog.LevelError, "process: workers do not start, the pool is broken", "err", cause)
	}
}

// end begins the end of the workers, once nothing is left to be done, and
// returns at once; gone tells when it has come.
func (p *Pool) end() {
	p.ending.Do(func() {
		go func() {
			<-p.drained
			p.crew.end()
			if p.taker != nil {
				p.taker.stop()
			}
			p.endWorkers()
			p.crew.slots.Wait()
			p.aides.Wait()
			p.traces.end()
			p.logs.end()
			if p.taker != nil {
				p.taker.end()
			}
			p.files.close()
			close(p.gone)
		}()
	})
}

// endWorkers asks every worker to go, each time less politely, until none is
// left.
func (p *Pool) endWorkers() {
	ready, left := p.crew.ready(), p.crew.living()
	for _, w := range left {
		if slices.Contains(ready, w) {
			w.sayBye()
		} else {
			w.kill() // boots, or has been told to go; it has no task
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

// waitExited waits until all have exited or the time is over and returns those
// that have not.
func waitExited(ws []*member, d time.Duration) (left []*member) {
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
	p.intake.close()
	p.checkDrained()
	p.end()
	return p.wait(ctx)
}

// wait returns when nothing is left of the pool, or when ctx ends.
func (p *Pool) wait(ctx context.Context) error {
	if isClosed(p.gone) {
		return nil
	}
	select {
	case <-p.gone:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("process: shutdown: %d tasks unfinished, running: %v: %w",
			p.pending(), append(p.crew.unfinished(), p.decoding.names()...), context.Cause(ctx))
	}
}

// Kill ends the pool now: queued tasks fail with ErrKilled, running ones too, as
// soon as their worker, which gets SIGKILL with its whole process group, is
// gone. It waits for that until ctx ends. Kill may follow a Shutdown that is
// still waiting, which then returns. A method of a user's type that decodes an output for
// ever is left to itself.
func (p *Pool) Kill(ctx context.Context) error {
	if err := p.refuseNil(ctx); err != nil {
		return err
	}
	p.abandon(ErrKilled)
	for _, w := range p.crew.living() {
		w.kill()
	}
	p.settled(p.decoding.endAll(ErrKilled))
	return p.wait(ctx)
}

// Resize changes the number of workers, at work or idle. Idle workers that are
// too many end at once, busy ones after the tasks they have. The error says that
// workers is less than 1 or too many, or why the pool accepts nothing any more.
func (p *Pool) Resize(workers int) error {
	if p == nil {
		return errNilPool
	}
	if err := checkWorkers(workers); err != nil {
		return err
	}
	if err := p.intake.refusal(); err != nil {
		return err
	}
	p.intake.setWorkers(workers)
	for range p.crew.resize(workers) {
		l := p.intake.longestIdle()
		if l == nil {
			break
		}
		p.crew.retire([]*workerLine{l})
		p.intake.settle(l)
	}
	p.feedIdle()
	p.crew.restaff(p.intake.waiting())
	return nil
}

// Stats is described at executors.StatsOf. Peak is exact, and so are all numbers
// once the futures have settled. A task whose output could not be decoded counts
// as succeeded.
func (p *Pool) Stats() executors.Stats {
	s := executors.Stats{
		Succeeded: p.succeeded.Load(), Failed: p.failed.Load(), Cancelled: p.cancelled.Load(),
	}
	p.intake.counts(&s)
	p.crew.counts(&s)
	return s
}

// say has the pool's own log say something, where Options.Log is nil the default one.
func (p *Pool) say(level slog.Level, text string, args ...any) {
	to := p.opts.Log
	if to == nil {
		to = slog.Default()
	}
	p.logs.call(func() { to.Log(context.Background(), level, text, args...) })
}

// MemoryLimiter is what enforces Options.MemoryLimit on this machine: "cgroup" (the
// kernel ends a worker that exceeds it, with all it has started), "rlimit" (the
// kernel refuses memory to a process that exceeds it, and the Go runtime ends it),
// or "none" (garbage collectors work against it). Without a limit it is "none".
func (p *Pool) MemoryLimiter() string { return p.limiter.way.Load().(string) }
