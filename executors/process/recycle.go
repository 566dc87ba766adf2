package process

import (
	"math"
	"math/rand/v2"
	"time"
)

// A life is how long a worker may serve. Workers that started together must not
// end together, so each gets up to a tenth less than the options say.
type life struct {
	tasks int
	age   time.Duration
}

func (o *Options) newLife() life {
	l := life{math.MaxInt, math.MaxInt64}
	if n := o.MaxTasks; n > 0 {
		l.tasks = n - rand.IntN(n/10+1)
	}
	if d := o.MaxAge; d > 0 {
		l.age = d - rand.N(d/10+1)
	}
	return l
}

// Why workers are recycled.
const (
	wornTasks  = "tasks"
	wornAge    = "age"
	wornGrowth = "memory"
)

// wear has a worker replaced: another one is started, and when that is ready this
// one leaves. Called with Pool.mu held.
func (p *Pool) wear(w *worker, why string) {
	if w.dismissed || p.isDry || p.broken != nil {
		return
	}
	p.dismiss(w)
	if p.keepers < p.limit {
		w.worn = why
		p.stats.Recycled++
		p.hire()
	} else {
		p.leave(w) // one too many anyhow
	}
}

// relieve has one worn worker leave, now that another one is ready. Called with
// Pool.mu held.
func (p *Pool) relieve() {
	for _, w := range p.procs {
		if w.ready && w.dismissed && !w.leaving {
			p.leave(w)
			return
		}
	}
}

// tasksLeft is how many tasks more the worker may be given.
func (w *worker) tasksLeft() int { return w.life.tasks - w.answered - w.window.Len() }

// grown reports whether the worker has exceeded Options.MaxGrowth. Called with
// Pool.mu held.
func (w *worker) grown() bool {
	most := w.pool.opts.MaxGrowth
	return most > 0 && w.page != nil && w.page.growth() > most
}

// upkeepTime is the shortest of the times after which an idle pool has something
// to do; 0 if there is none.
func (o *Options) upkeepTime() time.Duration {
	if o.Idle == 0 || o.MaxAge > 0 && o.MaxAge < o.Idle {
		return o.MaxAge
	}
	return o.Idle
}
