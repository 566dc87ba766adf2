package process

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"

	"poolbench/executors"
)

// A worker is one worker process as its parent sees it, from its start until it
// is reaped.
type worker struct {
	pool *Pool
	process

	reading  sync.Mutex // held by who reads and settles replies; guards in and broke
	in       *frameReader
	broke    error // what an attendant found wrong with the replies
	replyRaw syscall.RawConn
	replyFd  int

	data    *sender
	control *sender
	frames  []frame // reused by takeReplies
	done    []*item // reused by replies

	// Guarded by Pool.mu.
	ready  bool // has said hello, and lives as far as we know
	idle   bool // in Pool.idle
	served bool // has finished a task
	window deque
	busy   bool // counted in Pool.busy

	attendants sync.WaitGroup // goroutines that use replyFd, see attend.go

	dismissed bool      // has lost its place, see staff.go
	worn      string    // why it is being replaced, "" if it is not
	leaving   bool      // gets no more tasks
	left      time.Time // when it was told to go; zero if it was not
	idleSince time.Time // where idle workers go
	born      time.Time // when it became ready
	life      life
	answered  int // tasks

	last    *function // of the task that was answered last
	lastSeq uint32    // its number

	defined []bool // function numbers the worker knows
	seq     uint32 // of the last item sent
	est     int64  // ns the window is expected to take
	bytes   int    // of input in the window
	head    uint32 // seq of the head when the monitor looked last

	runs      stopwatch // of the running task
	cancelled stopwatch // of the running task, since it was cancelled
	verdict   verdict
}

// push puts an item into the window and queues its frame. Called with Pool.mu
// held.
func (w *worker) push(it *item) {
	n := int(it.fn.number)
	for len(w.defined) <= n {
		w.defined = append(w.defined, false)
	}
	if !w.defined[n] {
		w.defined[n] = true
		w.data.append(header{kind: kindDefine, fn: it.fn.number}, []byte(it.fn.name))
	}
	w.seq++
	it.seq, it.est, it.cancel = w.seq, it.fn.est, false
	w.est += it.est
	w.bytes += len(it.input)
	w.window.PushBack(it)
	if it.stamps != nil {
		it.stamps.given = sharedNow()
		it.stamps.sent.Store(0)
		w.data.trace(it.stamps)
	}
	w.data.append(header{kind: kindCall, fn: it.fn.number, seq: it.seq}, it.input)
}

// takeBack removes from the window, and returns, the items that the worker has not
// started and now never will. Called with Pool.mu held.
func (w *worker) takeBack() []*item {
	if w.window.Len() < 2 || int32(w.page.claimed()-w.window.At(0).seq) < 0 {
		return nil // a worker that has not got round to its head is not stuck in it
	}
	return w.withdraw()
}

// keepUpTo removes from the window, and returns, what comes after claimed. Called
// with Pool.mu held.
func (w *worker) keepUpTo(claimed uint32) []*item {
	keep := 0
	for keep < w.window.Len() && int32(w.window.At(keep).seq-claimed) <= 0 {
		keep++
	}
	items := w.window.takeAll()
	for _, it := range items[:keep] {
		w.window.PushBack(it)
	}
	for _, it := range items[keep:] {
		w.est -= it.est
		w.bytes -= len(it.input)
	}
	return items[keep:]
}

// serve reads replies until the channel ends. It returns io.EOF or another error
// of the channel, or one that wraps errFrame if the worker broke the protocol.
func (w *worker) serve() error {
	for {
		err := w.awaitReplies()
		if err == nil {
			err = w.takeReplies()
		}
		w.reading.Unlock()
		if err != nil {
			return err
		}
	}
}

// takeReplies takes what has arrived, to the end of a frame. Called with reading
// held.
func (w *worker) takeReplies() error {
	frames, readErr := w.in.nextBatch(w.frames[:0])
	if len(frames) > 0 {
		if err := w.replies(frames); err != nil {
			return err
		}
	}
	clear(frames)
	w.frames = frames
	return readErr
}

// replies takes the answered items out of the window, gives the worker new work,
// and then settles the futures.
func (w *worker) replies(frames []frame) (err error) {
	p := w.pool
	done := w.done[:0]
	p.mu.Lock()
	for i, f := range frames {
		if err = w.expects(f); err != nil {
			break
		}
		if s := w.window.At(0).stamps; s != nil {
			if err = s.takeStamps(&frames[i]); err != nil {
				break
			}
		}
		it := w.window.PopFront()
		w.est -= it.est
		w.bytes -= len(it.input)
		it.fn.observe(f.aux)
		p.count(frames[i])
		w.answered++
		w.last, w.lastSeq = it.fn, it.seq
		done = append(done, it)
	}
	w.served = true
	dropped := 0
	var others []*worker
	if err == nil {
		others, dropped = p.refill(w)
	}
	p.mu.Unlock()
	w.data.flush()
	p.finish(others, 0)
	for i, it := range done {
		if e := w.settle(it, frames[i]); e != nil {
			err = e
		}
		*it = item{}
		items.Put(it)
	}
	p.settled(len(done) + dropped)
	clear(done)
	w.done = done
	return err
}

// refill gives a worker that has replied new tasks, or what it leaves to others.
// They need a flush. Called with Pool.mu held.
func (p *Pool) refill(w *worker) (others []*worker, dropped int) {
	if w.leaving || p.keepers > p.limit && !w.dismissed {
		p.leave(w)
	}
	if w.grown() {
		p.wear(w, wornGrowth)
	}
	dropped = p.feed(w)
	if !w.busy && p.queue.Len() > 0 {
		var n int
		others, n = p.feedIdle(nil)
		dropped += n
	}
	return others, dropped
}

// wasCancelled is the reply to a task that was cancelled before it started.
var wasCancelled = executors.AppendError(nil, executors.ErrCancelled)

// count counts what became of the task that f answers. Called with mu held.
func (p *Pool) count(f frame) {
	switch {
	case f.kind == kindOutput:
		p.stats.Succeeded++
	case bytes.Equal(f.payload, wasCancelled):
		p.stats.Cancelled++
	default:
		p.stats.Failed++
	}
}

// expects checks that f answers the head of the window.
func (w *worker) expects(f frame) error {
	switch {
	case f.kind != kindOutput && f.kind != kindFault:
		return fmt.Errorf("%w: kind %d from a worker", errFrame, f.kind)
	case w.window.Len() == 0:
		return fmt.Errorf("%w: reply to nothing", errFrame)
	case f.seq != w.window.At(0).seq:
		return fmt.Errorf("%w: reply to task %d, not %d", errFrame, f.seq, w.window.At(0).seq)
	}
	return nil
}

func (w *worker) settle(it *item, f frame) error {
	if it.stamps != nil {
		defer func() { w.pool.opts.Trace(it.stamps.stages(it.fn.name, w.pid, sharedNow())) }()
	}
	if f.kind == kindOutput {
		it.remote.Settle(f.payload, nil)
		return nil
	}
	failure, err := decodeError(f.payload, it.fn.name)
	if err != nil {
		failure = fmt.Errorf("process: reply of %s: %w", it.fn.name, err)
	}
	it.remote.Settle(nil, failure)
	return err
}

// decodeError is executors.DecodeError for a reply. The second error wraps errFrame.
func decodeError(b []byte, fn string) (decoded, malformed error) {
	if decoded, malformed = executors.DecodeError(b, fn); malformed != nil {
		malformed = fmt.Errorf("%w: %w", errFrame, malformed)
	}
	return decoded, malformed
}

// eofGrace is how long a process may live on after its channel has ended.
const eofGrace = 250 * time.Millisecond

// end reaps the process, whose channel ended with cause, and decides what becomes
// of its window: the item that ran is blamed, the others are queued again. It
// reports whether the worker was of any use: an item was finished or blamed.
func (w *worker) end(cause error) (useful bool) {
	if errors.Is(cause, errFrame) {
		w.kill()
	} else if len(waitExited([]*worker{w}, eofGrace)) > 0 {
		w.kill()
	}
	<-w.exited
	w.rescue(cause)
	w.attendants.Wait()
	w.close()
	w.data.wg.Wait()
	w.control.wg.Wait()

	p := w.pool
	p.mu.Lock()
	p.procs = slices.DeleteFunc(p.procs, func(other *worker) bool { return other == w })
	p.leaveIdle(w)
	var blamed *item
	if w.window.Len() > 0 && w.ran(w.window.At(0)) {
		blamed = w.window.PopFront()
	}
	items := w.window.takeAll()
	p.countBusy(w)
	strict := p.opts.Strict && p.broken == nil && w.diedUnasked()
	if strict {
		p.broken = w.strictError(blamed)
	}
	broken := p.broken
	if broken == nil {
		p.queue.requeue(items)
		items = nil
	}
	p.stats.Failed += int64(len(items))
	if blamed != nil {
		p.stats.Failed++
	}
	useful = w.served || blamed != nil || w.verdict.err != nil || !w.left.IsZero()
	fed, dropped := p.feedIdle(nil)
	p.staff(false)
	worn := w.worn
	p.mu.Unlock()

	p.finish(fed, dropped)
	if worn != "" {
		w.logWorn(worn)
	}
	if strict {
		p.abandon(broken)
		for _, other := range p.living() {
			other.kill()
		}
	}
	for _, it := range items {
		it.fail(broken)
	}
	if blamed != nil {
		blamed.remote.Settle(nil, w.lost(blamed, broken, cause))
		items = append(items, blamed)
	}
	w.unmap()
	p.settled(len(items))
	return useful
}

// rescue takes the replies that the dead worker had not sent.
func (w *worker) rescue(cause error) {
	w.pool.mu.Lock()
	w.ready = false
	w.pool.mu.Unlock()
	if w.page == nil || errors.Is(cause, errFrame) || errors.Is(cause, errHello) {
		return
	}
	w.reading.Lock()
	defer w.reading.Unlock()
	w.in.r = bytes.NewReader(w.page.unsent(w.in.total))
	for w.takeReplies() == nil {
	}
}

// ran reports whether the worker had started the head of its window. Without a
// shared page it counts as started.
func (w *worker) ran(head *item) bool {
	return w.page == nil || w.page.claimed() == head.seq
}

// lost is the error of the item that ran when the worker ended.
func (w *worker) lost(it *item, broken, cause error) error {
	if broken != nil {
		return broken
	}
	if w.verdict.err != nil && w.verdict.seq == it.seq {
		return w.verdict.err
	}
	e := w.lostError(it.fn.name, it.seq)
	if errors.Is(cause, errFrame) {
		return fmt.Errorf("process: worker broke the protocol (%w) and was killed: %w", cause, e)
	}
	return e
}

// lostError tells how the process ended, and what the task seq had printed; all
// that was printed if it is 0. It is a *executors.WorkerLostError, within a
// *MemoryLimitError if that is why.
func (w *worker) lostError(fn string, seq uint32) error {
	e := &executors.WorkerLostError{
		Func: fn, Pid: w.pid, ExitCode: w.state.ExitCode(), Signal: signalName(w.state),
		Stdout: w.printed[streamOut].of(seq), Stderr: w.printed[streamErr].of(seq),
	}
	if max := w.pool.opts.MemoryLimit; max > 0 && w.exceededMemory(e) {
		return &MemoryLimitError{Limit: max, Lost: e}
	}
	return e
}

// sayBye asks a worker that has no task to exit.
func (w *worker) sayBye() {
	w.control.append(header{kind: kindBye}, nil)
	w.control.flush()
}
