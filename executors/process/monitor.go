package process

import (
	"sync/atomic"
	"time"
)

// A monitor looks at the windows now and then while tasks are in flight: a task
// whose context has ended gets a cancel message, a worker whose task exceeds a limit
// is killed, and tasks stuck behind one that turned out to be long, or in a worker that
// does not begin with them, are taken back. Looking costs nothing per task, as watching
// each context would.
type monitor struct {
	busy   func() bool     // whether tasks are in flight
	scan   func()          // looks at all workers
	over   <-chan struct{} // closed when nothing is left to be done
	upkeep time.Duration   // after which an idle pool has something to do; 0 if it has not

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
		case <-m.over:
			return
		case <-ticker.C:
		}
		if m.busy() {
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
	if m.busy() && m.parked.CompareAndSwap(true, false) {
		return true
	}
	var upkeep <-chan time.Time
	if d := m.upkeep; d > 0 {
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
	case <-m.over:
		return false
	}
}
