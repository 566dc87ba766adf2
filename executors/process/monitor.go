package process

import (
	"sync/atomic"
	"time"
)

// A monitor looks at the windows now and then while tasks are in flight: a task
// whose context has ended gets a cancel frame, a worker whose task exceeds a limit
// is killed, and tasks stuck behind one that turned out to be long are taken
// back. Looking costs nothing per task,
// as watching each context would.
type monitor struct {
	pool   *Pool
	parked atomic.Bool
	wakeup chan struct{}
	idle   int // ticks without a task
}

const (
	// monitorTick is the greatest delay of the cancellation of a running task.
	monitorTick = 5 * time.Millisecond
	// monitorIdle is the number of ticks without a task after which the monitor
	// sleeps until it is woken. It is large so that a caller that submits one task
	// at a time does not pay a wake-up for each.
	monitorIdle = 40
)

// wake is called after a task was accepted.
func (m *monitor) wake() {
	if m.parked.Load() && m.parked.CompareAndSwap(true, false) {
		m.wakeup <- struct{}{}
	}
}

func (m *monitor) run() {
	ticker := time.NewTicker(monitorTick)
	defer ticker.Stop()
	for {
		select {
		case <-m.pool.drained:
			return
		case <-ticker.C:
		}
		if m.pool.pending.Load() > 0 {
			m.idle = 0
			m.scan()
			continue
		}
		if m.idle++; m.idle < monitorIdle {
			continue
		}
		ticker.Stop()
		if !m.park() {
			return
		}
		ticker.Reset(monitorTick)
	}
}

// park sleeps until there are tasks, or until it is time to look after idle
// workers; false if there will be nothing to do.
func (m *monitor) park() bool {
	m.parked.Store(true)
	if m.pool.pending.Load() > 0 && m.parked.CompareAndSwap(true, false) {
		return true
	}
	var upkeep <-chan time.Time
	if d := m.pool.opts.upkeepTime(); d > 0 {
		t := time.NewTimer(min(max(d/4, monitorTick), time.Second))
		defer t.Stop()
		upkeep = t.C
	}
	select {
	case <-upkeep:
		if !m.parked.CompareAndSwap(true, false) {
			<-m.wakeup
		}
		m.scan()
		return true
	case <-m.wakeup:
		m.idle = 0
		return true
	case <-m.pool.drained:
		return false
	}
}

// scan cancels what has to be cancelled in the workers, and takes back what waits
// behind a task that was expected to be short and is not.
func (m *monitor) scan() {
	p := m.pool
	var cancelled, condemned []*worker
	now := time.Now()
	p.mu.Lock()
	for _, w := range p.procs {
		if !w.ready || w.window.Len() == 0 {
			continue
		}
		if w.sendCancels() {
			cancelled = append(cancelled, w)
		}
		if w.judge(now) {
			condemned = append(condemned, w)
			continue
		}
		if head := w.window.At(0).seq; head != w.head {
			w.head = head
			continue
		}
		p.queue.requeue(w.takeBack())
	}
	fed, dropped := p.feedIdle(nil)
	condemned = append(condemned, p.upkeep(now)...)
	p.mu.Unlock()
	for _, w := range cancelled {
		w.control.flush()
	}
	for _, w := range condemned {
		w.kill()
	}
	p.finish(fed, dropped)
}

// sendCancels queues a cancel frame for each item of the window whose context has
// ended, and reports whether there was one. Called with Pool.mu held.
func (w *worker) sendCancels() (any bool) {
	for i := range w.window.Len() {
		it := w.window.At(i)
		if !it.cancel && it.remote.Context().Err() != nil {
			it.cancel, any = true, true
			w.control.append(header{kind: kindCancel, seq: it.seq}, nil)
		}
	}
	return any
}
