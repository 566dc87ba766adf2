package process

import (
	"os"
	"sync"
	"time"
)

// An osProcess is a started worker process with its descriptors.
type osProcess struct {
	proc     *os.Process
	pid      int
	taskEnd  *os.File          // parent's end of the channel of tasks
	replyEnd *os.File          // parent's end of the channel of replies, and of control
	pipes    [streams]*os.File // parent's ends of stdout and stderr
	segment  *segment          // nil where memory cannot be shared
	group    *memoryGroup      // nil where there are none, or no limit

	printed [streams]printout
	drains  chan struct{} // closed when both streams have been read to their end

	exited chan struct{} // closed when the process is reaped; state is set then
	state  *os.ProcessState

	signals sync.Mutex // a signal is sent, or the process reaped, with it held
	reaped  bool
}

// watch starts the goroutines that read the output, of which so many bytes are
// kept, and reap the process. log, if not nil, gets each line.
func (pr *osProcess) watch(output int, log func(stream int, line []byte, seq uint32)) {
	pr.exited, pr.drains = make(chan struct{}), make(chan struct{})
	var drains sync.WaitGroup
	if pr.segment != nil {
		pr.segment.hold() // what reads on for somebody's log looks at it
	}
	for i := range pr.printed {
		o := &pr.printed[i]
		o.max = output
		drains.Go(func() { o.drain(pr.pipes[i], pr.segment, i, log) })
	}
	go func() {
		drains.Wait()
		close(pr.drains)
		if pr.segment != nil {
			pr.segment.close()
		}
	}()
	go pr.reap()
}

// drainPatience is how long the end of a worker waits for what it has printed to be read,
// beyond endDrain: somebody's log may take for ever.
const drainPatience = time.Second

// drained returns when what the process has printed has been read.
func (pr *osProcess) drained() {
	timer := time.NewTimer(endDrain + drainPatience)
	defer timer.Stop()
	select {
	case <-pr.drains:
	case <-timer.C:
	}
}

// endDrain is how long descriptors are read on after the process has ended. They
// end by themselves unless something that left the process group holds them.
const endDrain = 100 * time.Millisecond

// reap waits for the end of the process, kills what is left of its group while
// the zombie still keeps the pid from being reused, and reaps it: the only Wait.
// (Without process handles Wait comes first; a group that still has members keeps
// its number from being reused too.)
func (pr *osProcess) reap() {
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
func (pr *osProcess) endReads() {
	limit := time.Now().Add(endDrain)
	pr.replyEnd.SetReadDeadline(limit)
	pr.pipes[0].SetReadDeadline(limit)
	pr.pipes[1].SetReadDeadline(limit)
}

// close releases everything but the shared memory. The process has exited.
func (pr *osProcess) close() {
	pr.drained()
	shutWrites(pr.taskEnd) // something that left the process group may hold the other end
	pr.taskEnd.Close()
	pr.replyEnd.Close()
	pr.pipes[0].Close()
	pr.pipes[1].Close()
}

// unmap releases what is needed until the worker has been judged.
func (pr *osProcess) unmap() {
	if pr.segment != nil {
		pr.segment.close()
	}
	if pr.group != nil {
		pr.group.remove()
	}
}

// kill ends the process and its group at once.
func (pr *osProcess) kill() {
	pr.signals.Lock()
	defer pr.signals.Unlock()
	if !pr.reaped {
		killGroup(pr.pid)
		pr.proc.Kill()
	}
}

// terminate asks the process and its group to end.
func (pr *osProcess) terminate() {
	pr.signals.Lock()
	defer pr.signals.Unlock()
	if !pr.reaped {
		terminateGroup(pr.pid)
	}
}
