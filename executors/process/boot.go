package process

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"poolbench/executors"
)

// maxFailures is how many workers in a row may end without having been of any
// use before the pool is broken, if no worker is left.
const maxFailures = 3

// rest waits before a replacement is started: not at all after a worker that was
// of use, else longer each time.
func (p *Pool) rest(useful bool, cause error) {
	p.mu.Lock()
	if useful {
		p.failures = 0
	} else {
		p.failures++
	}
	failures := p.failures
	working := len(p.ready()) > 0
	p.mu.Unlock()
	var broken *executors.BrokenError
	var refused *prepareError
	var end error // of the pool
	isBroken, final := errors.As(cause, &broken), errors.As(cause, &refused)
	switch {
	case failures == 0:
		return
	case !final && (failures < maxFailures || working):
	case isBroken:
		end = broken
	case final:
		end = &executors.BrokenError{Cause: cause}
	default:
		end = fmt.Errorf("%w (%d failures): %w", ErrBoot, failures, cause)
	}
	if end != nil && p.abandon(end) {
		p.log().Error("process: workers cannot start, the pool is broken", "err", cause)
	}
	timer := time.NewTimer(min(5*time.Millisecond<<min(failures, 10), time.Second))
	defer timer.Stop()
	select {
	case <-p.drained:
	case <-timer.C:
	}
}

// boot starts a process and waits for its hello. With an error and a worker, the
// worker has to be ended.
func (p *Pool) boot() (*worker, error) {
	w := &worker{pool: p}
	t := ticket{
		version: protocolVersion, parent: os.Getpid(), nonce: p.nonce,
		gomaxprocs: p.opts.GOMAXPROCS, maxMessage: p.opts.MaxMessage,
		memory: p.opts.MemoryLimit, watch: p.opts.MaxGrowth > 0, trace: p.opts.Trace != nil,
	}
	t.init = w.initName()
	w.shared = p.shared
	t.rlimit = p.limitMemory(w)
	if err := launch(&w.process, t); err != nil {
		if w.group != nil {
			p.giveUpCgroups()
		}
		return nil, fmt.Errorf("starting a worker process: %w", err)
	}
	w.watch(p.opts.Output)
	w.in = newFrameReader(w.replyEnd, readLimit(maxHello))
	w.data = newSender(w.taskEnd)
	w.replyFd = int(w.replyEnd.Fd())
	w.replyRaw, _ = w.replyEnd.SyscallConn() // it is not closed
	w.control = newSender(w.replyEnd)
	p.mu.Lock()
	p.procs = append(p.procs, w)
	ending := p.isDry || p.broken != nil
	p.mu.Unlock()
	if ending {
		w.kill()
	}
	if err := w.greet(); err != nil {
		w.kill()
		<-w.exited
		w.drains.Wait()
		err = w.unprepared(err)
		return w, fmt.Errorf("worker process %d (%v): %w%s", w.pid, w.state, err, excerpt(&w.printed[streamErr]))
	}
	p.welcome(w)
	return w, nil
}

// errHello is the cause of a boot failure of a process that runs but is no
// worker.
var errHello = errors.New("did not say hello")

// greet waits for the hello.
func (w *worker) greet() error {
	w.replyEnd.SetReadDeadline(time.Now().Add(w.pool.opts.BootTimeout))
	f, err := w.in.next()
	if err != nil {
		return fmt.Errorf("%w: %w", errHello, err)
	}
	if f.kind == kindFault {
		said, err := decodeError(f.payload, w.initName())
		if err != nil {
			return err
		}
		return &prepareError{said}
	}
	if f.kind != kindHello {
		return fmt.Errorf("%w: %w", errHello, errFrame)
	}
	if got, want := string(f.payload), hello(w.pool.nonce); got != want {
		return fmt.Errorf("is another build of this program: it said %q, not %q", got, want)
	}
	w.in.limit = replyLimit(w.pool.opts.MaxMessage)
	w.replyEnd.SetReadDeadline(time.Time{})
	select {
	case <-w.exited:
		w.endReads() // the deadline of reap may have been lifted
	default:
	}
	return nil
}

// welcome lets the worker have tasks.
func (p *Pool) welcome(w *worker) {
	p.mu.Lock()
	w.ready = true
	w.born, w.life = time.Now(), p.opts.newLife()
	p.stats.Started++
	p.relieve()
	if p.keepers > p.limit {
		p.leave(w)
	}
	dropped := p.feed(w)
	ready := len(p.ready())
	if p.opts.Idle > 0 {
		ready = max(ready, p.stats.Started) // some may have gone again
	}
	if ready >= p.limit && !p.isBooted {
		p.isBooted = true
		close(p.booted)
	}
	late := p.isDry
	p.mu.Unlock()
	if late {
		w.sayBye()
	}
	p.finish([]*worker{w}, dropped)
}

// halfExcerpt is how many bytes of the beginning, and of the end, of what a worker
// printed are in the text of an error.
const halfExcerpt = 500

func excerpt(t *printout) string {
	s := strings.TrimSpace(t.String())
	if s == "" {
		return ""
	}
	if len(s) > 2*halfExcerpt {
		s = s[:halfExcerpt] + "\n[…]\n" + s[len(s)-halfExcerpt:]
	}
	return "; standard error: " + s
}

// arguments are those of a worker. A worker never looks at them; but a program
// that does not call WorkerMain would, and a test binary that runs its tests in
// each worker is a fork bomb in the making.
func arguments() []string {
	args := []string{os.Args[0]}
	if flag.Lookup("test.run") != nil {
		args = append(args, "-test.run=^$")
	}
	return args
}

// environment is that of a worker. A program built with the race detector sleeps
// for a second before it exits, to let other threads report; a worker that is
// told to exit has none, and every Shutdown would take that second.
func environment(t ticket) []string {
	var race strings.Builder
	race.WriteString("atexit_sleep_ms=0")
	var env []string
	for _, kv := range os.Environ() {
		switch key, value, _ := strings.Cut(kv, "="); key {
		case envWorker, envDepth:
		case "GORACE":
			race.WriteString(" " + value) // the last setting counts
		default:
			env = append(env, kv)
		}
	}
	return append(env, envWorker+"="+t.String(), envDepth+"=1", "GORACE="+race.String())
}
