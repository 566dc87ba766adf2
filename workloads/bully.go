package workloads

import (
	"context"
	"sync/atomic"
	"time"
)

// Bully has two kinds of task in turn. Victims, which alone are timed from within, read here
// and there in a table of 32 MiB, each read after the one before it. Bullies read the
// table from end to end, 64 words for each read of a victim, as fast as memory gives. In the
// plain loop they take turns; with workers a victim has a bully beside it, which takes
// bandwidth and the shared cache, in one process as well as in several. The task time of
// victims over that in the plain loop is what it costs them. One kernel unit is one read of a
// victim.
var Bully = register(Workload{
	Name:     "bully",
	Doc:      "reads here and there in memory beside tasks that take all of its bandwidth",
	Resource: Mixed,
	Grains:   []time.Duration{200 * time.Microsecond},
	Axes:     []Axis{bullies},
	Unit:     "1 read of 8 bytes, after the one before",
	Kernel:   func(units int64) uint64 { return wander(elsewhere.Add(golden), units) },
	New:      newBully,
	Expected: func(Params) Curve { return Curve{} },
	Truth:    "what the table holds, by the formula that it was filled with",
	Source:   "capacity, as if memory had bandwidth for all; short of that by what bullies take from each other and from victims",
})

var bullies = Axis{"bullies", "beside victims: yes or no (then victims are all there is)", []string{"yes", "no"}}

// elsewhere is where the kernel begins: each time at another place, or it would know the way,
// and the caches have it.
var elsewhere atomic.Uint64

type walk struct {
	Bully bool
	Seed  uint64
	Units int64
}

var bullyTask = Define("workloads.bully", func(_ context.Context, in walk) (uint64, error) {
	if in.Bully {
		return march(in.Seed, in.Units), nil
	}
	return wander(in.Seed, in.Units), nil
})

// answer is what the task gives, without the table.
func (w walk) answer() uint64 {
	if !w.Bully {
		x := w.Seed
		for range w.Units {
			x = word(x%tableSize) ^ x>>7
		}
		return x
	}
	var sum uint64
	for k := range uint64(w.Units) * wordsAhead {
		sum += word((w.Seed%tableSize + k) % tableSize)
	}
	return sum
}

func newBully(p Params) (Job, error) {
	with, err := p.OneOf(bullies)
	if err != nil {
		return nil, err
	}
	clock := newTaskClock(p.Grain, p.Tasks)
	if clock.stride > 0 {
		clock.stride = 2 // from task 1 on: the victims
	}
	bullied()
	job, err := Batch[walk, uint64]{
		Task: bullyTask,
		Input: func(i int, seed uint64) (walk, uint64) {
			w := walk{with == "yes" && i%2 == 0, seed, p.Units}
			return w, w.answer()
		},
		Check: Equal[uint64],
	}.stage(p, clock)
	if err != nil {
		return nil, err
	}
	return job, nil
}
