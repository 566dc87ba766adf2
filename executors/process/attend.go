package process

import (
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

// attendMost bounds how often it may wait for more of a reply.
const attendMost = 5

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
	for range attendMost {
		if w.broke != nil {
			return
		}
		err := w.in.fillNow(w.replyFd)
		if err == nil {
			if w.broke = w.takeReplies(); w.broke != nil {
				w.kill()
			}
			return
		}
		if err != syscall.EAGAIN || !w.in.begun() || !pollFor(w.replyFd, attendTime) {
			return // the reader has been faster, or will see what is wrong
		}
	}
}

// workerOf is the worker that has nothing to do but t, which is short; nil if there
// is none. The caller calls attendants.Done.
func (p *Pool) workerOf(t executors.Task) *worker {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.procs {
		if w.window.Len() != 1 || w.window.At(0).task != t {
			continue
		}
		if est := w.window.At(0).fn.est; !w.ready || est == 0 || est > int64(attendTime/2) {
			return nil
		}
		w.attendants.Add(1)
		return w
	}
	return nil
}

// awaitReplies returns when a reply has arrived completely, with reading held.
func (w *worker) awaitReplies() error {
	var err error
	waitErr := w.replyRaw.Read(func(fd uintptr) bool {
		w.reading.Lock()
		if err = w.broke; err == nil {
			err = w.in.fillNow(int(fd))
		}
		if err == syscall.EAGAIN {
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
