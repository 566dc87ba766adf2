package process

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
)

// exitNoWorker is the exit code of a process that was told to be a worker and
// cannot be one.
const exitNoWorker = 125

// entered is true in a process that may start workers: they will come as far as WorkerMain.
var entered atomic.Bool

// WorkerMain is the entry of a worker process. Call it first in main, or in
// TestMain before m.Run; a pool is refused before, with ErrNoEntry. In a process that is
// no worker it returns at once; in a worker it serves tasks and never returns: no deferred
// call, and nothing that stands after it, runs there. What stands before it runs in every
// worker.
func WorkerMain() {
	mark, ok := os.LookupEnv(envWorker)
	if !ok {
		entered.Store(true)
		return
	}
	os.Unsetenv(envWorker)
	t, err := parseTicket(mark)
	if err == nil && t.parent != os.Getppid() {
		err = fmt.Errorf("process: the parent of this worker, process %d, is gone", t.parent)
	}
	var c *child
	if err == nil {
		c, err = newChild(t)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitNoWorker)
	}
	runtime.GOMAXPROCS(t.gomaxprocs)
	go c.obey()
	if err := c.prepare(t); err != nil {
		c.out.put(header{kind: kindFault}, executors.AppendError(nil, err), false, now())
		os.Exit(exitNoWorker)
	}
	if err := c.out.put(header{kind: kindHello}, []byte(hello(t.nonce)), false, now()); err != nil {
		os.Exit(exitNoWorker)
	}
	go c.serve()
	select {}
}

// A child is the worker's side of the channels.
type child struct {
	in      *frameReader
	out     *outbox
	control *frameReader
	page    *page // nil where memory cannot be shared
	limit   int   // of an encoded output, in bytes
	trace   bool  // replies begin with the times of the task

	funcs map[uint16]executors.RemoteFunc
	buf   []byte // small reply under construction, reused

	watch    bool // measure memory after tasks
	measured moment
	marked   moment // when mark looked last
	ready    moment // when the next task could start; 0 if it had not arrived

	mu        sync.Mutex
	current   uint32 // seq of the task that runs or ran last
	ctx       *taskContext
	cancelled map[uint32]bool // cancelled before they started
}

func newChild(t ticket) (*child, error) {
	if t.version != protocolVersion {
		return nil, fmt.Errorf("process: worker speaks protocol %d, its parent %d", protocolVersion, t.version)
	}
	tasks, replies, page, err := openChannels(t)
	if err != nil {
		return nil, err
	}
	return &child{
		in: newFrameReader(tasks, readLimit(t.maxMessage)), out: newOutbox(replies, page), control: newFrameReader(replies, maxHello),
		page: page, limit: t.maxMessage, trace: t.trace, funcs: map[uint16]executors.RemoteFunc{}, cancelled: map[uint32]bool{},
	}, nil
}

// obey reads the control channel. Its end means that the parent is gone: then
// the worker goes too, with all it has started, whatever it is doing.
func (c *child) obey() {
	for {
		f, err := c.control.next()
		if err != nil {
			die()
		}
		switch f.kind {
		case kindBye:
			os.Exit(0)
		case kindCancel:
			c.cancel(f.seq)
		}
	}
}

func (c *child) cancel(seq uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch ahead := int32(seq - c.current); {
	case ahead > 0:
		c.cancelled[seq] = true
	case ahead == 0 && c.ctx != nil:
		c.ctx.end()
	}
}

// begin notes that seq starts. False means that it was cancelled before.
func (c *child) begin(seq uint32) (*taskContext, bool) {
	ctx := &taskContext{}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current, c.ctx = seq, ctx
	if len(c.cancelled) > 0 && c.cancelled[seq] {
		delete(c.cancelled, seq)
		return nil, false
	}
	return ctx, true
}

// serve runs tasks in this goroutine, one after the other. If a task ends the
// goroutine, with runtime.Goexit, another one goes on.
func (c *child) serve() {
	var f frame
	var start moment
	var ctx *taskContext
	defer func() { // only a task's Goexit leads here
		c.reply(f.seq, start, nil, executors.ErrGoexit)
		ctx.release()
		go c.serve()
	}()
	for {
		var err error
		if f, err = c.in.next(); err != nil {
			die()
		}
		switch f.kind {
		case kindDefine:
			c.funcs[f.fn] = executors.Lookup(string(f.payload))
		case kindCall:
			if c.page != nil && !c.page.claim(f.seq) {
				continue // the parent has taken it back
			}
			var ok bool
			if ctx, ok = c.begin(f.seq); !ok {
				c.reply(f.seq, now(), nil, executors.ErrCancelled)
				continue
			}
			if start = c.ready; start == 0 {
				start = now()
			}
			c.mark(f.seq, start)
			fn := c.funcs[f.fn]
			if fn == nil {
				die() // never defined: no parent of ours
			}
			out, err := fn.CallRemote(ctx, f.payload, c.buf[:0])
			c.reply(f.seq, start, out, err)
			ctx.release()
		default:
			die()
		}
	}
}

// reply sends the output, or the error.
func (c *child) reply(seq uint32, start moment, out []byte, err error) {
	end := now()
	c.measure(end)
	h := header{kind: kindOutput, seq: seq, aux: uint32(min(end-start, math.MaxUint32))}
	if err == nil && len(out) > c.limit {
		err = fmt.Errorf("%w: output has %d bytes, at most %d allowed", ErrTooLarge, len(out), c.limit)
	}
	if err != nil {
		h.kind = kindFault
		out = executors.AppendError(nil, err)
	} else if len(out) < executors.LargeValue {
		c.buf = out // it may have grown
	}
	if c.trace {
		out = append(appendStamps(make([]byte, 0, stampSize+len(out)), start, end), out...)
	}
	more := c.in.waiting()
	if c.out.put(h, out, more, end) != nil {
		die()
	}
	if c.ready = 0; more {
		c.ready = end
	}
}

// A moment is a time in ns since the start of the process: one reading of one
// clock, where time.Now reads two.
type moment int64

var origin = time.Now()

func now() moment { return moment(time.Since(origin)) }

// A taskContext is the context of a task in a worker. Most tasks never look at
// it, so what it needs is made at the first look; from then on it is a cancel
// context of the standard library in all respects.
type taskContext struct {
	mu    sync.Mutex
	inner context.Context
	stop  context.CancelFunc
}

func (t *taskContext) real() context.Context {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inner == nil {
		t.inner, t.stop = context.WithCancel(context.Background())
	}
	return t.inner
}

func (t *taskContext) Deadline() (time.Time, bool) { return time.Time{}, false }
func (t *taskContext) Done() <-chan struct{}       { return t.real().Done() }
func (t *taskContext) Err() error                  { return t.real().Err() }
func (t *taskContext) Value(key any) any           { return t.real().Value(key) }

// end cancels the context.
func (t *taskContext) end() {
	t.real()
	t.stop()
}

// endedContext is that of every task whose context is first looked at when it has
// returned.
var endedContext, _ = func() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx, cancel
}()

// release is called when the task has returned: its context and those made from it
// end.
func (t *taskContext) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inner == nil {
		t.inner, t.stop = endedContext, func() {}
		return
	}
	t.stop()
}
