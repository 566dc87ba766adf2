package process

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"poolbench/executors"
	"poolbench/executors/remote"
)

// boot starts a process and waits for its hello. With an error, there is none any more.
func (p *Pool) boot() (*member, error) {
	w := &member{opts: &p.opts, answers: make(chan answer, 1)}
	t := ticket{
		version: remote.Version, parent: os.Getpid(), nonce: p.nonce,
		gomaxprocs: p.opts.GOMAXPROCS, maxMessage: p.opts.MaxMessage,
		limit: p.opts.MemoryLimit, watch: p.opts.MaxGrowth > 0, lateness: p.opts.Lateness,
	}
	t.init = p.opts.initName()
	w.group, t.rlimit = p.limiter.group()
	if err := launch(&w.osProcess, t, &p.files); err != nil {
		if w.group != nil {
			p.limiter.giveUpGroups()
		}
		return nil, &launchError{fmt.Errorf("starting a worker process: %w", err)}
	}
	w.wire(p)
	if !p.crew.add(w) {
		w.kill()
	}
	if err := w.greet(p.nonce); err != nil {
		w.kill()
		<-w.exited
		w.drained()
		err = w.unprepared(err)
		err = fmt.Errorf("worker process %d (%v): %w%s", w.pid, w.state, err, excerpt(&w.printed[streamErr]))
		p.crew.remove(w)
		w.close()
		w.unmap()
		return nil, err
	}
	return w, nil
}

// wire connects a process that was started with the pool.
func (w *member) wire(p *Pool) {
	w.watch(p.opts.Output, w.logLine(p))
	w.stream = remote.NewStream(w.replyEnd, remote.ReadLimit(maxHello))
	w.data = newSender(w.taskEnd, w.abandon)
	w.control = newSender(w.replyEnd, w.abandon)
	w.workerLine.init(w.segment)
	w.giveUp = w.abandon
	w.workerLine.probe = &p.probe
	w.answered = func(replies []reply) { p.answered(w, replies) }
	w.onSpent = func() { p.spent(w) }
}

// spent replaces a worker that has been given all that it may have.
func (p *Pool) spent(w *member) {
	p.crew.wear(w, wornTasks)
	p.crew.retire([]*workerLine{&w.workerLine})
	p.intake.settle(&w.workerLine)
	p.feedIdle()
}

// greet waits for the hello.
func (w *member) greet(nonce string) error {
	w.replyEnd.SetReadDeadline(deadline(w.opts.BootTimeout))
	m, err := w.stream.Next()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("%w within %v, which is Options.BootTimeout: %w", errSilent, w.opts.BootTimeout, err)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errHello, err)
	}
	if m.Kind == remote.Fault {
		said, err := decodeError(m.Payload, w.opts.initName())
		if err != nil {
			return err
		}
		return &prepareError{said}
	}
	if m.Kind != remote.Hello {
		return fmt.Errorf("%w: %w", errHello, remote.ErrMalformed)
	}
	if got, want := string(m.Payload), hello(nonce); got != want {
		return fmt.Errorf("%w: it said %q, not %q", errBuild, got, want)
	}
	w.stream.SetLimit(remote.ReplyLimit(w.opts.MaxMessage))
	w.replyEnd.SetReadDeadline(time.Time{})
	if isClosed(w.exited) {
		w.endReads() // the deadline of reap may have been lifted
	}
	return nil
}

// deadline is the time in d, none if that is beyond what a clock can tell.
func deadline(d time.Duration) time.Time {
	if d > 100*365*24*time.Hour {
		return time.Time{}
	}
	return time.Now().Add(d)
}

// unprepared is the error of a boot that failed because of what the worker had to
// do before its first task. err is what the parent saw.
func (w *member) unprepared(err error) error {
	if w.opts.InitFunc == nil {
		return err
	}
	var said *prepareError
	if errors.Is(err, errHello) && !errors.As(err, &said) && !errors.Is(err, os.ErrDeadlineExceeded) {
		err = w.lostError(w.opts.initName(), 0)
	}
	return &executors.BrokenError{Cause: fmt.Errorf("initialiser %s: %w", w.opts.initName(), err)}
}

// serve gives a worker tasks until it has ended, and then decides what becomes of those
// that it has.
func (p *Pool) serve(w *member) {
	p.crew.welcome(w)
	p.intake.settle(&w.workerLine)
	p.give(p.intake.take(&w.workerLine))
	if isClosed(p.drained) {
		w.sayBye()
	}
	for {
		m, err := w.stream.Next()
		if err == nil {
			if m.Kind == remote.Answer {
				w.take(m)
				continue
			}
			err = w.far(m)
		}
		if err != nil {
			p.bury(w, err)
			return
		}
	}
}

// eofGrace is how long a process may live on after its channel has ended.
const eofGrace = 250 * time.Millisecond

// bury reaps a worker, whose channel ended with cause, and decides what becomes
// of its window: the task that ran is blamed, the others are queued again.
func (p *Pool) bury(w *member, cause error) {
	if errors.Is(cause, remote.ErrMalformed) {
		w.abandon(cause)
	} else if len(waitExited([]*member{w}, eofGrace)) > 0 {
		w.kill()
	}
	<-w.exited
	if why := w.doomed.Load(); why != nil {
		cause = *why
	}
	cause = w.finish(cause)
	w.close()
	w.data.wg.Wait()
	w.control.wg.Wait()

	lost, others := w.judge(errors.Is(cause, remote.ErrMalformed))
	unasked := p.crew.diedUnasked(w)
	worn := p.crew.remove(w)
	p.intake.drop(&w.workerLine)
	if p.opts.Strict && unasked && p.intake.brokenBy() == nil {
		if p.abandon(w.strictError(lost)) {
			for _, other := range p.crew.living() {
				other.kill()
			}
		}
	}
	p.putBack(others)
	p.failed.Add(int64(len(lost)))
	for _, it := range lost {
		it.Remote.Settle(nil, w.lost(it.Func.Name, it.Seq, p.intake.brokenBy(), cause))
	}
	w.unmap()
	if worn != "" {
		p.sayWorn(w, worn)
	}
	p.feedIdle()
	p.crew.restaff(p.intake.waiting())
	p.settled(len(lost))
}

// sayWorn says that a worker, which has ended, was recycled.
func (p *Pool) sayWorn(w *member, why string) {
	if p.opts.Log != nil {
		p.say(slog.LevelInfo, "process: worker recycled", "pid", w.pid, "why", why, "tasks", w.served, "age", time.Since(w.born))
	}
}

// lost is the error of the task that ran when the worker ended.
func (w *member) lost(fn string, seq uint32, broken, cause error) error {
	if broken != nil {
		return broken
	}
	if v := w.verdictOn(seq); v != nil {
		return v
	}
	e := w.lostError(fn, seq)
	if errors.Is(cause, remote.ErrMalformed) || w.doomed.Load() != nil {
		return fmt.Errorf("process: worker broke the protocol (%w) and was killed: %w", cause, e)
	}
	return e
}

// lostError tells how the process ended, and what the task seq had printed; all
// that was printed if it is 0. It is a *executors.WorkerLostError, within a
// *MemoryLimitError if that is why.
func (w *member) lostError(fn string, seq uint32) error {
	e := &executors.WorkerLostError{
		Func: fn, Pid: w.pid, ExitCode: w.state.ExitCode(), Signal: signalName(w.state),
		Stdout: w.printed[streamOut].of(seq), Stderr: w.printed[streamErr].of(seq),
	}
	if max := w.opts.MemoryLimit; max > 0 && w.exceededMemory(e) {
		return &MemoryLimitError{Limit: max, Lost: e}
	}
	return e
}

// strictError is why a strict pool is broken; lost are the tasks that ran.
func (w *member) strictError(lost []*remote.Item) error {
	fn, seq := "no task", uint32(0)
	if len(lost) > 0 {
		fn, seq = lost[0].Func.Name, lost[0].Seq
	}
	return fmt.Errorf("%w: %w", ErrStrict, w.lostError(fn, seq))
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
