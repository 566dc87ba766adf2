package process

import (
	"errors"
	"syscall"
	"time"

	"poolbench/executors"
)

// A goroutine that waits for a short task need not be woken by the one that reads
// the replies, which the runtime's poller has to wake first: it waits for the
// worker itself, in the kernel, and reads the reply.
//
// Rejected: a futex in the shared page, beside which the worker puts its reply. It
// wakes the parent on another CPU, where a socket tells the scheduler that the
// waker is about to sleep; it was slower.

// attendTime is how long a goroutine may wait in the kernel for a reply. It keeps
// its thread meanwhile. Only tasks expected to take at most half of it are waited
// for like this.
const attendTime = 200 * time.Microsecond

// Attend implements executors.Attendant.
func (p *Pool) Attend(t executors.Task) {
	w := p.workerOf(t)
	if w == nil {
		return
	}
	defer w.attendants.Done()
	if !pollFor(w.replyFd, attendTime) || !w.reading.TryLock() {
		return
	}
	defer w.reading.Unlock()
	if w.broke != nil || w.in.fillNow(w.replyFd) != nil || !w.in.waiting() {
		return // for the reader: the end, or the rest of a large reply, which must be waited for
	}
	if err := w.takeReplies(); err != nil {
		w.broke = err
		w.kill()
	}
}

// workerOf is the worker that has nothing to do but t, which is short; nil if there
// is none. The caller calls attendants.Done.
func (p *Pool) workerOf(t executors.Task) *worker {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.procs {
		if w.window.n != 1 || w.window.at(0).task != t {
			continue
		}
		if est := w.window.at(0).fn.est; !w.ready || est == 0 || est > int64(attendTime/2) {
			return nil
		}
		w.attendants.Add(1)
		return w
	}
	return nil
}

// awaitReplies returns when there is something to read, with reading held.
func (w *worker) awaitReplies() error {
	var err error
	waitErr := w.replyRaw.Read(func(fd uintptr) bool {
		w.reading.Lock()
		if err = w.broke; err == nil && !w.in.begun() {
			err = w.in.fillNow(int(fd))
		}
		if errors.Is(err, syscall.EAGAIN) {
			w.reading.Unlock()
			return false
		}
		return true
	})
	if waitErr != nil { // then reading is not held
		w.reading.Lock()
		return waitErr
	}
	return err
}

// fillNow reads once what has arrived, without waiting; EAGAIN if that is nothing.
func (fr *frameReader) fillNow(fd int) error {
	return fr.fillFrom(func(b []byte) (int, error) { return tryRead(fd, b) })
}
