package workloads

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
)

// A Graph is the shape of a job whose tasks are made of the outputs of others. Each is
// submitted when the last output that it needs is there, by whoever sees that: no task waits
// for another, and none holds a worker meanwhile. The plain loop runs them in order.
//
// A Pipeline is a graph of pairs, and no Graph: its stages are two functions with types of their
// own, which can run alone (see Parted), and the first is kept ahead of the second by little more
// than there are workers. Here all tasks that need nothing are submitted at once, so on one queue
// the second stage would begin when the first has ended, and nothing would overlap.
type Graph[In, Out any] struct {
	Task *TaskFunc[In, Out]

	// Needs are the tasks whose outputs task i needs, each below i. It is called once for
	// each task, in order.
	Needs func(i int) []int

	// Input makes the input of task i, whose seed is as that of a Batch, of the outputs that
	// it needs, in the order of Needs, which it must not keep. It is called within the timed
	// part, by one goroutine at a time for each task, and for several tasks at once.
	Input func(i int, seed uint64, needed []Out) In

	// Want is what is wanted of a task, given what is wanted of those that it needs.
	Want func(i int, seed uint64, needed []Out) Out

	// Check is as that of a Batch. No task may fail.
	Check func(i int, got, want Out, err error) error
}

// Job makes the job of p.Tasks tasks. Some are timed as those of a Batch; the job is a Timer.
func (g Graph[In, Out]) Job(p Params) (Job, error) {
	j := &graph[In, Out]{Graph: g, seed: p.Seed}
	var wants []Out
	var bad error
	batch := Batch[In, Out]{Task: g.Task, Check: g.Check, Input: func(i int, seed uint64) (in In, want Out) {
		needs := g.Needs(i)
		for _, k := range needs {
			if k < 0 || k >= i {
				bad = fmt.Errorf("workloads: task %d needs task %d, which does not come before it", i, k)
				return in, want
			}
			j.then[k] = append(j.then[k], i)
		}
		j.needs, j.then = append(j.needs, needs), append(j.then, nil)
		want = g.Want(i, seed, gather(wants, needs))
		wants = append(wants, want)
		return in, want
	}}
	var err error
	j.stage, err = batch.stage(p, newTaskClock(p.Grain, p.Tasks))
	if bad != nil {
		err = bad
	}
	if err != nil {
		return nil, err
	}
	return j, nil
}

// gather are some of the outputs.
func gather[Out any](outputs []Out, of []int) []Out {
	needed := make([]Out, len(of))
	for k, i := range of {
		needed[k] = outputs[i]
	}
	return needed
}

// graph is the job. Its tasks and what they gave are those of the stage.
type graph[In, Out any] struct {
	Graph[In, Out]
	*stage[In, Out]
	seed        uint64
	needs, then [][]int // of each task, and who needs it
}

// Run is that of Job.
func (g *graph[In, Out]) Run(ctx context.Context, ex executors.Executor) error {
	g.reset()
	if !executors.IsInline(ex) {
		return g.flow(ctx, ex)
	}
	for i := range g.inputs {
		if looksUp(i, len(g.inputs)) && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		g.inputs[i] = g.input(i, g.outputs)
		if err := g.call(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (g *graph[In, Out]) Check() error { return g.stage.Check() }

// input is that of task i, given the outputs of those before it.
func (g *graph[In, Out]) input(i int, outputs []Out) In {
	return g.Input(i, taskSeed(g.seed, i), gather(outputs, g.needs[i]))
}

// flow submits the tasks that need nothing; the others follow by themselves.
func (g *graph[In, Out]) flow(ctx context.Context, ex executors.Executor) error {
	n := len(g.inputs)
	f := &flow[In, Out]{graph: g, ctx: context.WithoutCancel(ctx), ex: ex, outputs: make([]Out, n), missing: make([]atomic.Int32, n),
		futures: make([]executors.Waitable, 0, n), over: make(chan struct{})}
	f.left.Store(int32(n))
	for i, needs := range g.needs {
		f.missing[i].Store(int32(len(needs)))
	}
	for i, needs := range g.needs {
		if len(needs) == 0 {
			f.submit(i)
		}
	}
	select {
	case <-f.over:
	case <-ctx.Done():
		f.fail(context.Cause(ctx))
	}
	if f.err != nil {
		for _, future := range f.futures {
			future.Cancel()
		}
		executors.Wait(ctx, executors.AllCompleted, f.futures...)
		return f.err
	}
	copy(g.outputs, f.outputs)
	g.sum, g.count = time.Duration(f.sum.Load()), int(f.count.Load())
	return nil
}

// A flow is a run under way. What a task gives goes into it, and not into the job, so that one
// that ends after an abandoned run harms no later one.
type flow[In, Out any] struct {
	*graph[In, Out]
	ctx     context.Context
	ex      executors.Executor
	outputs []Out
	missing []atomic.Int32 // by task: outputs that it needs and that are not there
	left    atomic.Int32   // tasks that have not given theirs
	sum     atomic.Int64   // nanoseconds in the timed tasks
	count   atomic.Int32   // of these

	end  sync.Once
	over chan struct{} // closed after the last task, or the first error

	doing sync.RWMutex // held for reading while a task is submitted, for writing to set err
	err   error

	adding  sync.Mutex
	futures []executors.Waitable
}

// submit submits a task that has all it needs, unless the run is over.
func (f *flow[In, Out]) submit(i int) {
	in := f.input(i, f.outputs)
	var err error
	if f.stride > 0 && i%f.stride == f.stride/2 {
		err = follow(f, f.Graph.Task.timed, i, in, func(out stamped[Out]) (Out, time.Duration) { return out.Out, out.Took })
	} else {
		err = follow(f, f.Graph.Task.plain, i, in, func(out Out) (Out, time.Duration) { return out, untimed })
	}
	if err != nil {
		f.fail(f.about(i, fmt.Errorf("submitting it: %w", err)))
	}
}

// follow submits task i and has what it gives taken.
func follow[In, Out, Got any](f *flow[In, Out], fn *executors.Func[In, Got], i int, in In, split func(Got) (Out, time.Duration)) error {
	f.doing.RLock()
	if f.err != nil {
		f.doing.RUnlock()
		return nil
	}
	future, err := executors.Submit(f.ctx, f.ex, fn, in)
	if err == nil {
		f.adding.Lock()
		f.futures = append(f.futures, future)
		f.adding.Unlock()
	}
	f.doing.RUnlock()
	if err != nil {
		return err
	}
	future.OnDone(func(future *executors.Future[Got]) {
		got, err := future.Result(f.ctx)
		if err != nil {
			f.fail(f.about(i, err))
			return
		}
		out, took := split(got)
		f.take(i, out, took)
	})
	return nil
}

// take takes what task i gave, and submits what only waited for that.
func (f *flow[In, Out]) take(i int, out Out, took time.Duration) {
	f.outputs[i] = out
	if took != untimed {
		f.sum.Add(int64(took))
		f.count.Add(1)
	}
	for _, k := range f.then[i] {
		if f.missing[k].Add(-1) == 0 {
			f.submit(k)
		}
	}
	if f.left.Add(-1) == 0 {
		f.end.Do(func() { close(f.over) })
	}
}

// fail ends the run with its first error: nothing is submitted any more.
func (f *flow[In, Out]) fail(err error) {
	f.doing.Lock()
	defer f.doing.Unlock()
	if f.err == nil && f.left.Load() > 0 {
		f.err = err
		f.end.Do(func() { close(f.over) })
	}
}
