package workloads

import (
	"context"
	"errors"
	"fmt"
	"time"

	"poolbench/executors"
)

var overlapTo = Axis{"to", "what answers the requests: a server over loopback, or a database in this process", []string{"loopback", "database"}}

// Overlap is a chain of requests, each made of the answer to the one before, beside tasks
// that compute. The chain runs in this process, the tasks on the executor; the plain loop
// does one after the other. Values are how long requests took that were made before the
// last task had ended, and the first.
//
// Goroutines that compute on every P starve it: the network is looked at, and a goroutine
// that has become ready is run, when a P has nothing else or after 10 ms, by sysmon
// (golang/go: runtime/proc.go, sysmon and forcePreemptNS). Worker processes leave that to
// the system, which runs a process that has waited at once. Requests to a database in this
// process wait for nothing, and only share the CPUs. The server has a process of its own.
//
// There are as many requests as take about as long as two workers for the tasks, and 16 at
// least. Best is max(T_wait, T_cpu / C(P)) for both together.
var Overlap = register(Workload{
	Name:     "overlap",
	Doc:      "makes requests of 1 ms one after the other beside tasks that compute: how long a request takes",
	Resource: Mixed,
	Grains:   []time.Duration{10 * time.Millisecond},
	Axes:     []Axis{overlapTo},
	Kernel:   Spin.Kernel,
	Unit:     "1 step of xorshift64",
	New:      newOverlap,
	Truth:    "each answer, made from the one before, by the plain loop; and the tasks as in spin",
	Source:   "none: at best what takes longer hides the other, which is no share of the tasks",
})

// overlap is the job. Where it does not say otherwise it is its tasks.
type overlap struct {
	*stage[chain, uint64]
	requests *requests
	parts    []Part
}

func newOverlap(p Params) (Job, error) {
	batch := spinBatch(func(uint64) int64 { return p.Units })
	tasks, err := batch.stage(p, newTaskClock(p.Grain, p.Tasks))
	if err != nil {
		return nil, err
	}
	alone := *tasks
	alone.taskClock = &taskClock{}
	each, to := serviceTime, (*requests).toServer
	switch name := p.Text(overlapTo); name {
	case "loopback":
	case "database":
		each, to = databaseTime, (*requests).toDatabase
	default:
		return nil, fmt.Errorf("workloads: to=%q: give loopback or database", name)
	}
	n := max(leastRequests, int(time.Duration(p.Tasks)*p.Grain/2/each))
	requests := &requests{seed: taskSeed(p.Seed, p.Tasks), wants: make([]uint64, n), gots: make([]uint64, n), took: newLatencies()}
	err = to(requests, p)
	if err != nil {
		return nil, err
	}
	return &overlap{tasks, requests, []Part{{"cpu", &alone}, {"wait", requests}}}, nil
}

func (o *overlap) Run(ctx context.Context, ex executors.Executor) error {
	o.reset()
	if executors.IsInline(ex) {
		if err := o.requests.Run(ctx, ex); err != nil {
			return err
		}
		return o.stage.Run(ctx, ex)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answered, computed := make(chan error, 1), make(chan struct{})
	go func() {
		err := o.requests.run(ctx, computed)
		if err != nil {
			cancel(err)
		}
		answered <- err
	}()
	err := o.stage.Run(ctx, ex)
	close(computed)
	if err != nil {
		cancel(err)
	}
	if failed := <-answered; err == nil {
		err = failed
	}
	return err
}

func (o *overlap) Check() error {
	if err := o.stage.Check(); err != nil {
		return err
	}
	return o.requests.Check()
}

// reset forgets the last run, of both.
func (o *overlap) reset() {
	o.stage.reset()
	o.requests.reset()
}

func (o *overlap) Parts() []Part { return o.parts }

// Values is that of Meter.
func (o *overlap) Values() map[string]float64 { return o.requests.took.values() }

func (o *overlap) Close() error { return errors.Join(o.stage.Close(), o.requests.Close()) }
