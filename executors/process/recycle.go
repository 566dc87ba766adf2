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

// upkeepTime is the shortest of the times after which an idle pool has something
// to do; 0 if there is none.
func (o *Options) upkeepTime() time.Duration {
	if o.Idle == 0 || o.MaxAge > 0 && o.MaxAge < o.Idle {
		return o.MaxAge
	}
	return o.Idle
}
