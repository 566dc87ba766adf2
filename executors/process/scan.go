package process

import (
	"slices"
	"time"
)

// scan looks at all workers.
func (p *Pool) scan() {
	now := time.Now()
	if p.taker != nil {
		p.taker.take() // whatever has become of the bell
		p.taker.check()
	}
	cancelled := p.interrupted.Swap(false)
	if cancelled && p.giving.Load() > 0 {
		p.interrupted.Store(true) // it may be on its way to a worker: look again next time
	}
	for _, w := range p.crew.ready() {
		if cancelled {
			p.cancel(w)
		}
		others := p.intake.idlers(&w.workerLine)
		back, kill := w.inspect(now, others)
		p.putBack(back)
		if kill {
			w.kill()
		}
		p.intake.settle(&w.workerLine)
	}
	p.settled(p.decoding.overdue(now))
	p.upkeep(now)
	p.feedIdle()
}

// cancel tells the worker of tasks whose context has ended. What it has not started is taken
// back before: else it would begin with the next one as soon as the first has ended, which
// may be cancelled in a moment.
func (p *Pool) cancel(w *member) {
	ended := slices.DeleteFunc(w.given(nil), func(g given) bool { return !g.remote.Ended() })
	if len(ended) > 0 {
		p.putBack(p.dropCancelled(w.takeBack()))
		w.workerLine.cancel(ended)
	}
}

// upkeep ends workers that have been idle for long, replaces old ones, and kills those
// that do not go though they were told to.
func (p *Pool) upkeep(now time.Time) {
	if p.opts.Idle > 0 {
		lines := p.intake.idleFor(p.opts.Idle, now)
		p.crew.retire(lines)
		for _, l := range lines {
			p.intake.settle(l)
		}
	}
	for _, w := range p.crew.upkeep(now) {
		w.kill()
	}
	p.crew.restaff(p.intake.waiting())
}
