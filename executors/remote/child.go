package remote

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"poolbench/executors"
)

// A Conn is a worker's end of the way to its parent. Next and Reply are called by one
// goroutine at a time.
type Conn interface {
	// Next waits for the next message of the parent. Its payload is valid until the next
	// call, or if it is lent until the task is answered; one of at least
	// executors.LargeValue bytes that is not lent is the caller's.
	Next() (Message, error)

	// Waiting reports, at little cost, whether another message has arrived.
	Waiting() bool

	// Claim notes that the task seq is about to run; false if the parent has taken it back.
	Claim(seq uint32) bool

	// Reply sends a reply that was ready at a moment; its payload is only read, and no
	// longer when Reply returns.
	Reply(h Header, payload []byte, at Moment) error
}

// A Child is the loop of a worker: it runs the tasks that come, one after the other.
type Child struct {
	Conn  Conn
	Limit int    // of an encoded output, in bytes
	Gone  func() // ends the process: the parent is gone, or speaks another language

	// Begun and Ended, if not nil, are called around each task.
	Begun func(seq uint32, at Moment)
	Ended func(at Moment)

	funcs []executors.RemoteFunc // by number
	ask   uint32                 // what was asked of the task that runs or ran last, see CallAux
	spun  Moment                 // how long it was slowed
	buf   []byte                 // small reply under construction, reused
	ready Moment                 // when the next task could start; 0 if it had not arrived
	slab  []taskContext          // not used yet

	current atomic.Pointer[taskContext] // of the task that runs or ran last; nil before the first
	early   atomic.Int32                // length of cancelled

	mu        sync.Mutex
	cancelled map[uint32]bool // cancelled before they started
}

// Serve runs tasks in this goroutine and never returns. If a task ends the goroutine,
// with runtime.Goexit, another one goes on.
func (c *Child) Serve() {
	var m Message
	var start Moment
	var ctx *taskContext
	defer func() { // only a task's Goexit leads here
		c.reply(m.Seq, start, nil, executors.ErrGoexit)
		ctx.release()
		go c.Serve()
	}()
	for {
		var err error
		if m, err = c.Conn.Next(); err != nil {
			c.Gone()
		}
		switch m.Kind {
		case Define:
			c.define(m.Fn, executors.Lookup(string(m.Payload)))
		case Call:
			if !c.Conn.Claim(m.Seq) {
				continue
			}
			var ok bool
			c.ask = m.Aux
			if ctx, ok = c.begin(m.Seq); !ok {
				c.reply(m.Seq, Now(), nil, executors.ErrCancelled)
				continue
			}
			if start = c.ready; start == 0 {
				start = Now()
			}
			if c.spun = 0; c.ask > 1 {
				from := Now()
				Spin(int64(c.ask >> 1))
				c.spun = Now() - from
			}
			if c.Begun != nil {
				c.Begun(m.Seq, start)
			}
			out, err := c.call(m, ctx)
			c.reply(m.Seq, start, out, err)
			ctx.release()
		default:
			c.Gone()
		}
	}
}

func (c *Child) define(number uint16, fn executors.RemoteFunc) {
	for len(c.funcs) <= int(number) {
		c.funcs = append(c.funcs, nil)
	}
	c.funcs[number] = fn
}

// call calls the function, which gets a large input for good.
func (c *Child) call(m Message, ctx context.Context) ([]byte, error) {
	if int(m.Fn) >= len(c.funcs) || c.funcs[m.Fn] == nil {
		c.Gone() // never defined: no parent of ours
	}
	fn := c.funcs[m.Fn]
	input := m.Payload
	switch {
	case m.Lent && len(input) >= executors.LargeValue && fn.KeepsInput():
		input = m.own()
	case m.Arrived != nil:
		m.Arrived(len(input))
	}
	return fn.CallRemote(ctx, input, c.buf[:0], c.Limit)
}

// Cancel ends the context of the task seq, which may be running or still to come. It is
// safe to call at any time.
func (c *Child) Cancel(seq uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reach(seq) {
		return
	}
	if c.cancelled == nil {
		c.cancelled = map[uint32]bool{}
	}
	c.cancelled[seq] = true
	c.early.Store(int32(len(c.cancelled)))
	if c.reach(seq) { // it has begun meanwhile, and may not have seen that
		c.forget(seq)
	}
}

// reach ends the context of the task seq if that is the current one, and reports whether
// the task has begun.
func (c *Child) reach(seq uint32) bool {
	ctx := c.current.Load()
	if ctx == nil || int32(seq-ctx.seq) > 0 {
		return false
	}
	if seq == ctx.seq {
		ctx.end()
	}
	return true
}

// forget reports whether the task seq was cancelled before it started. Called with mu held.
func (c *Child) forget(seq uint32) (was bool) {
	was = c.cancelled[seq]
	delete(c.cancelled, seq)
	c.early.Store(int32(len(c.cancelled)))
	return was
}

// begin notes that seq starts. False means that it was cancelled before.
func (c *Child) begin(seq uint32) (*taskContext, bool) {
	if len(c.slab) == 0 {
		c.slab = make([]taskContext, slabOfContexts)
	}
	ctx := &c.slab[0]
	c.slab = c.slab[1:]
	ctx.seq = seq
	c.current.Store(ctx)
	if c.early.Load() == 0 { // the usual case takes no lock
		return ctx, true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return ctx, !c.forget(seq)
}

// reply sends the output, or the error.
func (c *Child) reply(seq uint32, start Moment, out []byte, err error) {
	end := Now()
	if c.Ended != nil {
		c.Ended(end)
	}
	h := Header{Kind: Output, Seq: seq, Aux: uint32(min(max(end-start-c.spun, 0), math.MaxUint32))}
	if err != nil {
		h.Kind = Fault
		out = executors.AppendError(nil, err)
	} else if len(out) < executors.LargeValue {
		c.buf = out // it may have grown
	}
	if c.ask&1 != 0 {
		out = append(appendStamps(make([]byte, 0, stampSize+len(out)), start, end), out...)
	}
	h.Size = uint32(len(out))
	if c.Conn.Reply(h, out, end) != nil {
		c.Gone()
	}
	if c.ready = 0; c.Conn.Waiting() {
		c.ready = end
	}
}
