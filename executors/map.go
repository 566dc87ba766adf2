package executors

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
)

// A MapOption changes how Map works.
type MapOption func(*mapOptions)

type mapOptions struct {
	buffer, chunk int // 0: not given
	auto          bool
	unordered     bool
	err           error
}

var (
	errBuffer = errors.New("executors: Buffer needs room for at least 1 input")
	errChunk  = errors.New("executors: a chunk needs at least 1 input")
)

// Buffer keeps at most n inputs between being taken from the input sequence and
// being yielded, so that Map works on sequences without an end. n below 1 is an
// error.
func Buffer(n int) MapOption {
	return func(o *mapOptions) {
		if o.buffer = n; n < 1 {
			o.err = errBuffer
		}
	}
}

// Chunk makes n inputs one task, which pays when a call is shorter than the cost
// of handing it over. Every input keeps its own result and error. Worker processes get
// fewer in one where n would be more than a message may be. n below 1 is an error.
func Chunk(n int) MapOption {
	return func(o *mapOptions) {
		if o.chunk = n; n < 1 {
			o.err = errChunk
		}
	}
}

// AutoChunk lets Map choose the chunks. In this process each worker takes ranges
// of inputs that last about a tenth of a millisecond by its own clock, and shorter
// ones towards the end, so that no worker waits for another. Worker processes,
// and Map with a Buffer, get chunks of equal length, eight for each worker; for worker
// processes they are shorter where the inputs have more than 1 MiB, or are more than a
// message may be.
func AutoChunk() MapOption { return func(o *mapOptions) { o.auto = true } }

// Unordered yields results as they come, instead of in input order.
func Unordered() MapOption { return func(o *mapOptions) { o.unordered = true } }

// Map calls fn, made with Define or Closure, on every input on ex and yields the
// results in input order, each with its own error: an error does not end the sequence.
//
// The calls are submitted when Map is called, all of them. With Buffer nothing happens
// before the sequence is iterated: then as many as fit are submitted, and more as results
// are yielded. Breaking out of the sequence, or the end
// of ctx, cancels what has not been yielded; when ctx ends, what was not started
// yields ErrCancelled, or the last pair carries a *WaitError or the cause. If ex refuses a call, its
// error is the last pair, and the only one for a Closure where tasks run in other
// processes: ErrNotShippable. A panic of the input sequence cancels what was submitted
// and goes on. The sequence can be iterated once.
//
// The cost of an item is that of Submit, or with AutoChunk that of a step in two
// loops (BenchmarkMap).
func Map[In, Out any](ctx context.Context, ex Executor, fn *Func[In, Out], inputs iter.Seq[In], options ...MapOption) iter.Seq2[Out, error] {
	o := collect(options)
	if err := o.check(ctx, ex, fn); err != nil {
		return failed[Out](err)
	}
	if inputs == nil {
		return failed[Out](errNilInputs)
	}
	if o.auto && o.buffer == 0 {
		var all []In
		for in := range inputs {
			if ctx.Err() != nil {
				return failed[Out](context.Cause(ctx))
			}
			all = append(all, in)
		}
		return mapSlice(ctx, ex, fn, all, o)
	}
	if o.auto {
		o.chunk = chunkLength(o.buffer, ex)
	}
	m := &mapping[In, Out]{ctx: ctx, ex: ex, fn: fn, options: o, message: messageOf(ex, o)}
	if o.buffer > 0 {
		m.source = inputs
	} else {
		m.takeAll(inputs)
	}
	return m.yield
}

// chunkLength is that of equal chunks of n inputs, eight for each worker.
func chunkLength(n int, ex Executor) int { return max(1, n/8/max(1, ex.Workers())) }

// MapSlice is Map for inputs that are in a slice already. They must not change until the
// sequence has ended or was left; then nobody reads the slice, though calls under way go on
// with their own inputs.
func MapSlice[In, Out any](ctx context.Context, ex Executor, fn *Func[In, Out], inputs []In, options ...MapOption) iter.Seq2[Out, error] {
	if o := collect(options); o.auto && o.buffer == 0 && o.check(ctx, ex, fn) == nil {
		return mapSlice(ctx, ex, fn, inputs, o)
	}
	return Map(ctx, ex, fn, slices.Values(inputs), options...)
}

// mapSlice is Map with automatic chunks and no buffer.
func mapSlice[In, Out any](ctx context.Context, ex Executor, fn *Func[In, Out], inputs []In, o mapOptions) iter.Seq2[Out, error] {
	s, err := startScan(ctx, ex, fn, inputs, o.unordered)
	switch {
	case err == nil:
		return s.yield
	case !errors.Is(err, ErrNotShippable):
		return failed[Out](err)
	}
	m := &mapping[In, Out]{ctx: ctx, ex: ex, fn: fn, options: o, message: messageOf(ex, o)}
	for c := range slices.Chunk(inputs, chunkLength(len(inputs), ex)) {
		if !m.submit(c) {
			break
		}
	}
	return m.yield
}

// autoMessage is how many bytes of inputs make a chunk for worker processes long enough:
// beside them the cost of handing it over is small.
const autoMessage = 1 << 20

// messageOf is how many bytes the inputs of a chunk may have; 0 in this process.
func messageOf(ex Executor, o mapOptions) int {
	far, ok := As[Messenger](ex)
	switch {
	case !ok:
		return 0
	case o.auto:
		return min(far.MaxMessage(), autoMessage)
	}
	return far.MaxMessage()
}

func collect(options []MapOption) (o mapOptions) {
	for _, set := range options {
		if set != nil {
			set(&o)
		}
	}
	return o
}

// check is why nothing can be mapped.
func (o mapOptions) check(ctx context.Context, ex Executor, fn interface{ defined() bool }) error {
	switch {
	case o.err != nil:
		return o.err
	case ctx == nil:
		return errNilContext
	case ex == nil:
		return errNilExecutor
	case !fn.defined():
		return ErrNilFunc
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return nil
}

func failed[Out any](err error) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) { yield(*new(Out), err) }
}

// A mapping is a Map under way. Pieces are its tasks, of one input or a chunk.
type mapping[In, Out any] struct {
	ctx     context.Context
	ex      Executor
	fn      *Func[In, Out]
	options mapOptions

	source   iter.Seq[In]      // with a buffer: the inputs, until the iteration begins
	next     func() (In, bool) // and then those that have not been taken
	stop     func()
	chunk    []In // inputs of the piece that is not full yet
	inFlight []piece[Out]
	pieces   int   // so far
	taken    int   // inputs in flight or in chunk
	refusal  error // of the executor; ends the sequence
	message  int   // most bytes of a chunk; 0: it is not encoded
}

// A piece is one task of a mapping.
type piece[Out any] struct {
	one  *Future[Out]           // of a single input
	many *Future[*results[Out]] // of a chunk
	kept *results[Out]          // of a chunk that ran in this process
	size int
	nth  int // in the order in which they were submitted

	again func(from int) bool // submits the inputs from there on; nil in this process
}

func (p piece[Out]) waitable() Waitable {
	if p.one != nil {
		return p.one
	}
	return p.many
}

// takeAll submits everything.
func (m *mapping[In, Out]) takeAll(inputs iter.Seq[In]) {
	over := false
	defer func() {
		if !over { // the input sequence panicked
			m.abandon()
		}
	}()
	for in := range inputs {
		if !m.add(in) {
			break
		}
	}
	m.flush()
	over = true
}

// fill takes inputs while the buffer has room.
func (m *mapping[In, Out]) fill() {
	if m.next == nil {
		return
	}
	for m.taken < m.options.buffer {
		in, ok := m.next()
		if !ok || !m.add(in) {
			m.stop()
			m.next = nil
			break
		}
	}
	m.flush()
}

// add puts an input into the current piece; false when the executor refuses, or the
// context has ended.
func (m *mapping[In, Out]) add(in In) bool {
	if m.ctx.Err() != nil {
		m.refusal = context.Cause(m.ctx)
		return false
	}
	m.taken++
	if m.options.chunk > 1 {
		m.chunk = append(m.chunk, in)
		return len(m.chunk) < m.options.chunk || m.flush()
	}
	return m.submitOne(in)
}

// flush submits the chunk that has been gathered.
func (m *mapping[In, Out]) flush() bool {
	if len(m.chunk) == 0 {
		return true
	}
	inputs := m.chunk
	m.chunk = nil
	return m.submit(inputs)
}

// submit makes a task of inputs, or several if they are too much for one message; false
// when the executor refuses.
func (m *mapping[In, Out]) submit(inputs []In) bool {
	for len(inputs) > 0 {
		c := &chunk[In, Out]{inputs: inputs}
		if m.message > 0 && m.fn.name != "" {
			var n int
			if c.encoded, n, _ = pack(m.fn.in, inputs, m.message); n < 2 { // the next may be the one that cannot
				if !m.submitOne(inputs[0]) {
					return false
				}
				inputs = inputs[1:]
				continue
			}
			c.inputs = inputs[:n]
		}
		c.out = newResults[Out](len(c.inputs))
		f, err := Submit(m.ctx, m.ex, chunked(m.fn), c)
		if err != nil {
			m.refusal = err
			return false
		}
		p := piece[Out]{many: f, kept: c.out, size: len(c.inputs)}
		if sent := c.inputs; c.encoded != nil {
			p.again = func(from int) bool { return m.submit(sent[from:]) }
		}
		m.submitted(p)
		inputs = inputs[p.size:]
	}
	return true
}

func (m *mapping[In, Out]) submitOne(in In) bool {
	f, err := Submit(m.ctx, m.ex, m.fn, in)
	if err != nil {
		m.refusal = err
		return false
	}
	m.submitted(piece[Out]{one: f, size: 1})
	return true
}

func (m *mapping[In, Out]) submitted(p piece[Out]) {
	p.nth = m.pieces
	m.pieces++
	m.inFlight = append(m.inFlight, p)
}

func (m *mapping[In, Out]) yield(yield func(Out, error) bool) {
	defer m.abandon()
	if m.source != nil {
		m.next, m.stop = iter.Pull(m.source)
		m.source = nil
		m.fill()
	}
	all := m.yieldOrdered
	if m.options.unordered {
		all = m.yieldUnordered
	}
	if all(yield) && m.refusal != nil {
		refusal := m.refusal
		m.refusal = nil
		yield(*new(Out), refusal)
	}
}

func (m *mapping[In, Out]) yieldOrdered(yield func(Out, error) bool) bool {
	for len(m.inFlight) > 0 {
		p := m.inFlight[0]
		if err := p.waitable().base().wait(m.ctx); err != nil {
			yield(*new(Out), err)
			return false
		}
		m.inFlight[0] = piece[Out]{}
		m.inFlight = m.inFlight[1:]
		if !m.yieldPiece(p, yield) {
			return false
		}
	}
	return true
}

func (m *mapping[In, Out]) yieldUnordered(yield func(Out, error) bool) bool {
	completions := NewCompletions[Waitable]()
	defer completions.close()
	known := map[*future]piece[Out]{}
	watch := func() {
		for _, p := range m.inFlight {
			if b := p.waitable().base(); known[b].size == 0 {
				known[b] = p
				completions.Add(p.waitable())
			}
		}
		m.inFlight = m.inFlight[:0]
	}
	defer func() { // what is left is abandoned, in the order in which workers would take it
		watch()
		m.inFlight = slices.SortedFunc(maps.Values(known), func(a, b piece[Out]) int { return a.nth - b.nth })
	}()
	for watch(); len(known) > 0; watch() {
		f, _, err := completions.next(m.ctx)
		if err != nil {
			yield(*new(Out), err)
			return false
		}
		p := known[f.base()]
		delete(known, f.base())
		if !m.yieldPiece(p, yield) {
			return false
		}
	}
	return true
}

// yieldPiece yields the results of a settled piece and then takes as many new inputs.
func (m *mapping[In, Out]) yieldPiece(p piece[Out], yield func(Out, error) bool) bool {
	yielded := p.size
	for i := range p.size {
		if p.again != nil && p.many.value != nil && p.many.value.cut && i >= p.many.value.reached {
			m.resume(p.again, i)
			yielded = i
			break
		}
		if !yield(p.at(i)) {
			return false
		}
	}
	m.taken -= yielded
	m.fill()
	return true
}

// resume submits what a chunk has left because its outputs were too much for a message.
// It comes next. If the executor refuses it, nothing follows but that.
func (m *mapping[In, Out]) resume(again func(int) bool, from int) {
	later := m.inFlight
	m.inFlight = nil
	if again(from) {
		m.inFlight = append(m.inFlight, later...)
		return
	}
	next := m.inFlight
	m.inFlight = later
	m.abandon()
	m.inFlight = next
}

// at is the result of input i of a settled piece.
func (p piece[Out]) at(i int) (Out, error) {
	if p.one != nil {
		return p.one.value, p.one.err
	}
	if p.many.value != nil {
		return p.many.value.at(i, p.many.err)
	}
	return p.kept.at(i, p.many.err)
}

func (m *mapping[In, Out]) abandon() {
	// What runs comes last: a worker that it sets free finds nothing left.
	for _, p := range slices.Backward(m.inFlight) {
		if p.waitable().State() == Pending {
			p.waitable().Cancel()
		}
	}
	for _, p := range m.inFlight {
		p.waitable().Cancel()
	}
	m.inFlight = nil
	if m.next != nil {
		m.stop()
		m.next = nil
	}
}
