package process

import (
	"os"
	"sync"
	"time"
)

// A process is a started worker process with its descriptors.
type process struct {
	proc     *os.Process
	pid      int
	taskEnd  *os.File          // parent's end of the channel of tasks
	replyEnd *os.File          // parent's end of the channel of replies, and of control
	pipes    [streams]*os.File // parent's ends of stdout and stderr
	page     *page             // nil where memory cannot be shared
	shared   *os.File          // of the pool, what all workers may read; may be nil
	group    *memoryGroup      // nil where there are none, or no limit

	printed [streams]printout
	drains  sync.WaitGroup

	exited chan struct{} // closed when the process is reaped; state is set then
	state  *os.ProcessState

	signals sync.Mutex // a signal is sent, or the process reaped, with it held
	reaped  bool
}

// watch starts the goroutines that read the output, of which so many bytes are
// kept, and reap the process.
func (w *worker) watch(output int) {
	w.exited = make(chan struct{})
	for i := range w.printed {
		w.printed[i].max = output
		w.drains.Go(func() { w.printed[i].drain(w.pipes[i], w.page, i, w.logLine(i)) })
	}
	go w.reap()
}

// endDrain is how long descriptors are read on after the process has ended. They
// end by themselves unless something that left the process group holds them.
const endDrain = 100 * time.Millisecond

// reap waits for the end of the process, kills what is left of its group while
// the zombie still keeps the pid from being reused, and reaps it: the only Wait.
// (Without process handles Wait comes first; a group that still has members keeps
// its number from being reused too.)
func (pr *process) reap() {
	zombie := waitReadable(pr.proc)
	if !zombie {
		pr.state, _ = pr.proc.Wait()
	}
	pr.signals.Lock()
	killGroup(pr.pid)
	if zombie {
		pr.state, _ = pr.proc.Wait()
	}
	pr.reaped = true
	pr.signals.Unlock()
	close(pr.exited)
	pr.endReads()
}

// endReads bounds all further reading.
func (pr *process) endReads() {
	limit := time.Now().Add(endDrain)
	pr.replyEnd.SetReadDeadline(limit)
	pr.pipes[0].SetReadDeadline(limit)
	pr.pipes[1].SetReadDeadline(limit)
}

// close releases everything but the shared page. The process has exited.
func (pr *process) close() {
	pr.drains.Wait()
	shutWrites(pr.taskEnd) // something that left the process group may hold the other end
	pr.taskEnd.Close()
	pr.replyEnd.Close()
	pr.pipes[0].Close()
	pr.pipes[1].Close()
}

// unmap releases what is needed until the worker has been judged.
func (pr *process) unmap() {
	if pr.page != nil {
		pr.page.close()
	}
	if pr.group != nil {
		pr.group.remove()
	}
}

// kill ends the process and its group at once.
func (pr *process) kill() {
	pr.signals.Lock()
	defer pr.signals.Unlock()
	if !pr.reaped {
		killGroup(pr.pid)
		pr.proc.Kill()
	}
}

// terminate asks the process and its group to end.
func (pr *process) terminate() {
	pr.signals.Lock()
	defer pr.signals.Unlock()
	if !pr.reaped {
		terminateGroup(pr.pid)
	}
}
