package process

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
	"poolbench/executors/remote"
)

// A workerLine is the way between the pool and one worker: the window of what the worker was
// given, and the transport in both directions. Tasks and replies go through the memory that
// the two share, too large ones, and all where there is no such memory, through sockets.
//
// No method calls code of users but through the function answered, with no lock but reading.
type workerLine struct {
	seg      *segment // nil where memory cannot be shared
	data     *sender  // of tasks
	control  *sender  // of what is said beside the tasks
	answered func([]reply)
	onSpent  func()                 // the worker has been given all tasks that it may have in its life
	giveUp   func(error)            // ends a worker that speaks another language, or cannot be spoken to
	probe    *atomic.Pointer[probe] // of the pool

	isBusy bool // of the intake, guarded by its lock

	mu       sync.Mutex // guards what follows
	window   remote.Window
	open     bool // may be given tasks
	over     bool // the worker is dead, and judged
	most     int  // tasks that it may be given in its life
	served   int  // tasks that it has answered
	last     *remote.Func
	lastly   uint32 // number of the task that was answered last
	out      ringWriter
	inputs   arena
	streamed uint32         // bytes of streams, ever
	known    []bool         // numbers of functions that the worker knows
	spare    []*remote.Item // memory for what is reserved next
	seen     watch          // what the monitor knows

	heard atomic.Uint32 // calls of the worker when replies were taken last

	reading sync.Mutex // guards what follows; held while replies are settled
	in      ringReader
	batch   []reply
	buf     []byte // small payloads of batch
	ended   bool   // nothing is taken any more
	failure error  // why; wraps remote.ErrMalformed
}

// A reply is an answered item. Its payload is valid until answered returns, but for one of
// at least executors.LargeValue bytes, which is the future's.
type reply struct {
	remote.Message
	item    *remote.Item
	failure error  // of a Fault
	release func() // of a payload that lies in the arena; else nil
}

// giveBack gives memory of the arena back. The payload is no longer valid.
func (r *reply) giveBack() {
	if r.release != nil {
		r.release()
		r.release = nil
	}
}

// own makes a payload that lies in the arena the future's own, or small ones the caller's:
// a copy, for a worker may go on writing to it.
func (r *reply) own() {
	if r.release != nil {
		r.Payload = append([]byte(nil), r.Payload...)
		r.giveBack()
	}
}

// init prepares the transport.
func (l *workerLine) init(seg *segment) {
	l.seg = seg
	if seg != nil {
		l.out, _ = seg.tasks()
		_, l.in = seg.replies()
		l.inputs.mem = seg.arena(0)
	}
}

// begin has the line accept tasks, so many in its life.
func (l *workerLine) begin(most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open, l.most = true, most
}

// shut has the line accept no tasks any more, and reports whether it has none.
func (l *workerLine) shut() (empty bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = false
	return l.window.Taken() == 0
}

// taken is how many tasks the worker has, or is about to be given, and whether it may be
// given more.
func (l *workerLine) taken() (n int, open bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.window.Taken(), l.open
}

// spent reports whether the worker may be given no more tasks in its life.
func (l *workerLine) spent() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.most-l.served-l.window.Taken() <= 0
}

// wantsMore reports whether it is time to give the worker more.
func (l *workerLine) wantsMore() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open && l.window.WantsMore()
}

// reserve takes from the queue of a pool of so many workers what the worker should have, and
// keeps places for it, which end with push or release. Its memory is given back with done.
func (l *workerLine) reserve(queue *remote.Backlog, workers int) (items []*remote.Item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	items, l.spare = l.spare, nil
	left := l.most - l.served - l.window.Taken()
	for ; l.open && left > 0 && queue.Len() > 0; left-- {
		it := queue.Front()
		if !l.window.Admits(it, queue.Len(), workers) || !l.fits(it) {
			break
		}
		l.window.Reserve(it)
		items = append(items, queue.PopFront())
	}
	if len(items) == 0 {
		l.spare = items
	}
	return items
}

// done gives back the memory of what was reserved and is no longer looked at.
func (l *workerLine) done(items []*remote.Item) {
	clear(items)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spare = items[:0]
}

// release gives up the place of an item that is not to be pushed.
func (l *workerLine) release(it *remote.Item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.window.Release(it)
}

// push gives items to the worker. What it returns the worker did not get: it is to end, or
// there is no room. more tells that others wait, for which it should be refilled in time; waking
// is how long it took to wake the worker, 0 unless tasks are traced.
func (l *workerLine) push(items []*remote.Item, more bool) (rest []*remote.Item, waking time.Duration) {
	l.mu.Lock()
	for i, it := range items {
		if !l.open || !l.fits(it) {
			rest = items[i:len(items):len(items)]
			break
		}
		l.define(it.Func)
		l.window.Push(it)
		l.send(it)
	}
	for _, it := range rest {
		l.window.Release(it)
	}
	wake := false
	if l.seg != nil && len(rest) < len(items) { // then it is open, and so the memory is there
		var mark uint32
		if more {
			mark = l.window.Refill()
		}
		l.seg.setRefill(mark)
		l.out.publish()
		wake = l.seg.hold()
	}
	l.mu.Unlock()
	if wake {
		waking = l.wake()
		l.seg.close()
	}
	l.data.flush()
	return rest, waking
}

// wake wakes the worker if it sleeps, and tells for how long if tasks are traced. Called without a lock.
func (l *workerLine) wake() (took time.Duration) {
	b := l.probe.Load()
	if b == nil {
		l.seg.wake()
		return 0
	}
	begin := remote.Common()
	if b.slow.Wakes {
		l.seg.setWoken(begin)
	}
	if !l.seg.wake() {
		return 0
	}
	took = time.Duration(remote.Common() - begin)
	if b.slow.Wakes {
		remote.Again(begin)
	}
	return took
}

// fits reports whether the ring has room for an item. Called with mu held.
func (l *workerLine) fits(it *remote.Item) bool {
	if l.seg == nil {
		return true
	}
	n := max(addressSize, min(len(it.Input), mostInline))
	if !l.knows(it.Func) {
		n += messageSize(max(addressSize, min(len(it.Func.Name), mostInline)))
	}
	ok, err := l.out.fits(n)
	if err != nil {
		l.giveUp(err)
	}
	return ok
}

func (l *workerLine) knows(f *remote.Func) bool {
	return int(f.Number) < len(l.known) && l.known[f.Number]
}

// define tells the worker the name of a function, once. Called with mu held.
func (l *workerLine) define(f *remote.Func) {
	if l.knows(f) {
		return
	}
	for len(l.known) <= int(f.Number) {
		l.known = append(l.known, false)
	}
	l.known[f.Number] = true
	l.put(remote.Header{Kind: remote.Define, Fn: f.Number}, []byte(f.Name))
}

// send sends an item that was just pushed. Called with mu held.
func (l *workerLine) send(it *remote.Item) {
	if s := it.Stamps; s != nil {
		s.Given = remote.Common()
		s.Sent.Store(0)
	}
	var ask uint32
	if b := l.probe.Load(); b != nil {
		remote.Spin(b.slow.Send)
		ask = remote.CallAux(it.Stamps != nil, b.slow.Run)
	}
	it.Place, it.At = l.put(remote.Header{Kind: remote.Call, Fn: it.Func.Number, Seq: it.Seq, Aux: ask}, it.Input)
	if s := it.Stamps; s != nil {
		s.Sent.Store(remote.Common())
	}
}

// put writes a message, for which there is room. A payload for the socket must not change
// until the worker is gone. Called with mu held.
func (l *workerLine) put(h remote.Header, payload []byte) (place uint8, at int) {
	h.Size = uint32(len(payload))
	switch {
	case l.seg == nil:
		l.data.append(h, payload)
		return placeSocket, 0
	case len(payload) <= mostInline:
		l.out.put(h, payload)
		return placeHere, 0
	}
	var where [addressSize]byte
	if at, ok := l.inputs.take(len(payload)); ok {
		a := address{at: uint64(at)}
		if h.Place = placeArena; len(payload) < streamFrom {
			copy(l.inputs.mem[at:], payload)
			l.out.put(h, a.append(where[:0]))
			return placeArena, at
		}
		h.Place, a.round = placeStream, l.streamed
		l.out.put(h, a.append(where[:0]))
		l.stream(at, payload)
		return placeArena, at
	}
	l.data.append(h, payload)
	h.Place = placeSocket
	l.out.put(h, where[:])
	return placeSocket, 0
}

const (
	// streamFrom is the size in bytes from which an input is announced before it is copied,
	// so that the worker wakes up, and copies it on, meanwhile.
	streamFrom = 128 << 10
	// streamStep is how many bytes are copied before the worker is told.
	streamStep = 128 << 10
)

// stream copies a payload to a place in the arena that has been announced. Called with mu
// held, and the line open.
func (l *workerLine) stream(at int, payload []byte) {
	l.out.publish()
	l.seg.wake()
	for len(payload) > 0 {
		n := copy(l.inputs.mem[at:], payload[:min(len(payload), streamStep)])
		at, payload = at+n, payload[n:]
		l.streamed += uint32(n)
		l.seg.setStreamed(l.streamed)
	}
}

// free frees what the input of an item that left the window takes. Called with mu held.
func (l *workerLine) free(it *remote.Item) {
	if it.Place == placeArena {
		l.inputs.free(it.At)
		it.Place = placeHere
	}
}

// calls reports whether the worker has wanted to wake the pool since replies were taken,
// and nobody takes them now: who does looks again when it has.
func (l *workerLine) calls() bool {
	if l.seg == nil || !l.seg.hold() {
		return false
	}
	defer l.seg.close()
	if l.seg.calls() == l.heard.Load() || !l.reading.TryLock() {
		return false
	}
	l.reading.Unlock()
	return true
}

// unread reports whether there are replies in the memory that nobody has taken.
func (l *workerLine) unread() bool {
	return atomic.LoadUint64(l.in.head) != atomic.LoadUint64(l.in.tail)
}

// deep reports whether the worker has more than one task.
func (l *workerLine) deep() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.window.Len() > 1
}

// take takes the replies that are in the memory, unless somebody else does, and reports
// whether there were any.
func (l *workerLine) take() (any bool) {
	if l.seg == nil || !l.seg.hold() {
		return false
	}
	defer l.seg.close()
	for (l.unread() || l.seg.calls() != l.heard.Load()) && l.reading.TryLock() {
		l.heard.Store(l.seg.calls())
		took := l.takeAll()
		l.reading.Unlock()
		if !took {
			break // the next one comes by the socket
		}
		any = true
	}
	return any
}

// help takes a batch of the replies that are in the memory, unless somebody else takes them,
// for who has other things to do. more tells that the worker has called for somebody to take
// what is left: then somebody must.
func (l *workerLine) help() (more bool) {
	if l.seg == nil || !l.seg.hold() {
		return false
	}
	defer l.seg.close()
	if !l.unread() || !l.reading.TryLock() {
		return false // who takes them looks again
	}
	calls := l.seg.calls()
	l.takeBatch()
	if !l.in.left() {
		l.heard.Store(calls)
	}
	l.reading.Unlock()
	return l.seg.calls() != l.heard.Load()
}

// maxBatch is how many replies are settled at a time, and so how long a worker may wait
// for its window to be filled up behind it.
const maxBatch = 512

// takeAll takes the replies that are in the memory. Called with reading held.
func (l *workerLine) takeAll() (any bool) {
	for l.takeBatch() {
		any = true
	}
	return any
}

// takeBatch takes up to maxBatch of them. Called with reading held.
func (l *workerLine) takeBatch() (any bool) {
	if l.ended {
		return false
	}
	l.batch, l.buf = l.batch[:0], l.buf[:0]
	if err := l.collect(); err != nil {
		l.fail(err)
	}
	if len(l.batch) == 0 {
		return false
	}
	l.settle()
	return true
}

// collect reads messages from the ring, and finds what they answer. Called with reading held.
func (l *workerLine) collect() error {
	if err := l.in.look(); err != nil {
		return err
	}
	read := l.read()
	if err := l.answer(); err != nil {
		return err
	}
	l.in.release()
	l.seg.wakeFull()
	return read
}

// read reads a batch of messages from the ring.
func (l *workerLine) read() error {
	for len(l.batch) < maxBatch {
		h, behind, after, ok, err := l.in.next()
		if !ok || err != nil || h.Place == placeSocket {
			return err
		}
		if h.Place == placeStream {
			return fmt.Errorf("%w: a worker streams no replies", remote.ErrMalformed)
		}
		l.batch = append(l.batch, reply{})
		r := &l.batch[len(l.batch)-1]
		r.Header = h
		if h.Place == placeArena {
			err = l.lent(r, behind)
		} else if len(behind) > 0 {
			from := len(l.buf)
			l.buf = append(l.buf, behind...)
			r.Payload = l.buf[from:len(l.buf):len(l.buf)]
		}
		if err != nil {
			l.batch = l.batch[:len(l.batch)-1]
			return err
		}
		l.in.take(after)
	}
	return nil
}

// lent finds the payload of a reply in the arena. The segment stays as long as it is lent.
func (l *workerLine) lent(r *reply, where []byte) error {
	a, payload, err := parseAddress(where, l.seg.arena(1), r.Size)
	if err != nil {
		return fmt.Errorf("%w: a reply outside of the arena", err)
	}
	l.seg.hold()
	r.Payload = payload
	r.release = func() {
		atomic.StoreUint32(&l.seg.leaseWords()[a.lease], a.round)
		l.seg.close()
	}
	return nil
}

// answer takes the items that the batch answers out of the window. The batch ends before a
// reply that answers nothing, or cannot be read: its task is lost with the worker. Called with
// reading held.
func (l *workerLine) answer() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var learner remote.Learner
	defer learner.Close()
	for i := range l.batch {
		r := &l.batch[i]
		it, err := l.window.Answered(r.Header)
		if err == nil {
			err = r.open(it)
		}
		if err != nil {
			for _, bad := range l.batch[i:] {
				bad.giveBack()
			}
			l.batch = l.batch[:i]
			return err
		}
		l.window.Pop()
		l.free(it)
		l.served++
		l.last, l.lastly = it.Func, it.Seq
		learner.Observe(it.Func, r.Aux)
	}
	return nil
}

// open takes apart what the worker has said in its reply to an item, as far as no code of
// users is needed for that. The error wraps remote.ErrMalformed.
func (r *reply) open(it *remote.Item) (err error) {
	r.item = it
	if it.Stamps != nil {
		if err = it.Stamps.Take(&r.Message); err != nil {
			return err
		}
	}
	if r.Kind == remote.Fault {
		r.failure, err = decodeError(r.Payload, it.Func.Name)
	}
	return err
}

// settle has the batch settled. Called with reading held.
func (l *workerLine) settle() {
	l.answered(l.batch)
	clear(l.batch)
}

// far takes a reply that came by the socket: where there is shared memory it has its place
// in the order there. The error wraps remote.ErrMalformed.
func (l *workerLine) far(m remote.Message) error {
	l.reading.Lock()
	defer l.reading.Unlock()
	if l.seg != nil {
		l.takeAll()
		if l.ended {
			return l.failure
		}
		h, _, after, ok, err := l.in.next()
		if err == nil && (!ok || h.Place != placeSocket || h.Size != m.Size || h.Seq != m.Seq) {
			err = fmt.Errorf("%w: a reply by the socket that was not announced", remote.ErrMalformed)
		}
		if err != nil {
			l.fail(err)
			return err
		}
		l.in.take(after)
		l.in.release()
		l.seg.wakeFull()
	}
	l.batch = append(l.batch[:0], reply{Message: m})
	if err := l.answer(); err != nil {
		l.fail(err)
		return err
	}
	l.settle()
	if l.seg != nil {
		l.takeAll()
	}
	return nil
}

// fail gives the worker up: it does not speak the language. Called with reading held.
func (l *workerLine) fail(err error) {
	if l.failure == nil {
		l.ended, l.failure = true, err
		l.giveUp(err)
	}
}

// finish takes what a dead worker had answered, and after that nothing: cause is how the
// socket ended. The result is that, or why the worker was given up before.
func (l *workerLine) finish(cause error) error {
	l.reading.Lock()
	defer l.reading.Unlock()
	if l.seg != nil && !errors.Is(cause, remote.ErrMalformed) {
		l.takeAll()
	}
	l.ended = true
	if l.failure != nil {
		return l.failure
	}
	return cause
}

// judge empties the window of a dead worker: the task that ran, if one did, is lost, and
// the others have not been started. Where the worker did not keep to the rules, or the
// memory says what cannot be, more may have been started: they are lost too, for no task may
// run twice.
func (l *workerLine) judge(malformed bool) (lost, others []*remote.Item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open, l.over = false, true
	n := l.started()
	all := l.window.TakeAll()
	for _, it := range all {
		l.free(it)
	}
	if malformed {
		n = max(n, 1)
	}
	n = min(n, len(all))
	return all[:n], all[n:]
}

// started is how many tasks of the window may have been started, the oldest first. Without
// shared memory it is one. Called with mu held.
func (l *workerLine) started() int {
	if l.seg == nil || l.window.Len() == 0 {
		return min(1, l.window.Len())
	}
	claimed, ok := l.seg.claimed()
	ahead := behind(claimed, l.window.Front().Seq)
	switch {
	case !ok || l.forged(claimed):
		return l.window.Len()
	case claimed == l.lastly&seqMask:
		return 0
	case ahead < 0:
		return l.window.Len() // it was later before
	}
	n := 0
	for it := range l.window.All {
		if it.Seq-l.window.Front().Seq <= uint32(ahead) {
			n++
		}
	}
	return n
}

// forged reports whether the worker has said at another place that it runs a later task
// than the one that is claimed: then the ledger has been set back.
func (l *workerLine) forged(claimed uint32) bool { return behind(l.seg.current(), claimed) > 0 }

// withdraw takes back what the worker has not started and now never will; nil, and false,
// if that cannot be known. Called with mu held.
func (l *workerLine) withdraw() ([]*remote.Item, bool) {
	if l.seg == nil || l.window.Len() == 0 {
		return nil, l.seg != nil
	}
	claimed, ok := l.seg.takeBack(l.window.Last() + 1)
	oldest := l.window.Front().Seq
	ahead := behind(claimed, oldest)
	if !ok || ahead >= int(l.window.Last()-oldest)+1 || l.forged(claimed) {
		l.giveUp(fmt.Errorf("%w: the shared memory says that task %d has been started", remote.ErrMalformed, claimed))
		return nil, false
	}
	items := l.window.After(oldest + uint32(ahead))
	for _, it := range items {
		l.free(it)
	}
	return items, true
}

// running is the item that the worker has started and not answered, as far as one
// can know; nil if there is none. Called with mu held.
func (l *workerLine) running() *remote.Item {
	if l.window.Len() == 0 {
		return nil
	}
	oldest := l.window.Front()
	if l.seg == nil {
		return oldest
	}
	claimed, ok := l.seg.claimed()
	if ahead := behind(claimed, oldest.Seq); ok && ahead >= 0 { // replies before it may be on their way
		return l.window.Find(oldest.Seq + uint32(ahead))
	}
	return nil
}

// names is the function of a task that runs or ran last, "" if unknown.
func (l *workerLine) names(seq uint32) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if it := l.window.Find(seq); it != nil {
		return it.Func.Name
	}
	if l.last != nil && seq == l.lastly {
		return l.last.Name
	}
	return ""
}

// A given is a task that the worker has and has not been told to cancel.
type given struct {
	seq    uint32
	remote executors.Remote
}

// given appends the tasks of the window to all.
func (l *workerLine) given(all []given) []given {
	l.mu.Lock()
	defer l.mu.Unlock()
	for it := range l.window.All {
		if !it.Cancel {
			all = append(all, given{it.Seq, it.Remote})
		}
	}
	return all
}

// cancel tells the worker to cancel the contexts of tasks.
func (l *workerLine) cancel(all []given) {
	l.mu.Lock()
	for _, g := range all {
		if it := l.window.Find(g.seq); it != nil && it.Remote == g.remote && !it.Cancel {
			it.Cancel = true
			l.control.append(remote.Header{Kind: remote.Cancel, Seq: it.Seq}, nil)
		}
	}
	l.mu.Unlock()
	l.control.flush()
}

// takeBack is withdraw.
func (l *workerLine) takeBack() []*remote.Item {
	l.mu.Lock()
	defer l.mu.Unlock()
	back, _ := l.withdraw()
	return back
}

// sayBye asks a worker that has no task to exit.
func (l *workerLine) sayBye() {
	l.control.append(remote.Header{Kind: remote.Bye}, nil)
	l.control.flush()
}

// decodeError is executors.DecodeError for a reply. The second error wraps
// remote.ErrMalformed.
func decodeError(b []byte, fn string) (decoded, malformed error) {
	if decoded, malformed = executors.DecodeError(b, fn); malformed != nil {
		malformed = fmt.Errorf("%w: %w", remote.ErrMalformed, malformed)
	}
	return decoded, malformed
}
