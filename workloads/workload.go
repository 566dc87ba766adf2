// Package workloads holds the work that executors are measured with. A
// [Workload] is a recipe, its [Job] one prepared amount of work that can be run
// any number of times on any executor and knows whether the answer is right.
//
//  1. A workload's task functions are defined at package level with
//     executors.Define, so that worker processes know them too.
//  2. New prepares inputs, result slots and the expected answer, all from a
//     seed and outside the timed part.
//  3. Run submits every task, waits for every result and does nothing else. On
//     the serial executor it is a plain loop of direct calls: the baseline of
//     every speedup is the work without any executor.
//  4. Check compares with the expected answer, outside the timed part. Each task
//     has an answer of its own, so an executor that loses a task, or gives one
//     task's result to another, fails here instead of winning.
package workloads

import (
	"context"
	"fmt"
	"sort"
	"time"

	"poolbench/executors"
)

// A Workload is a kind of work. Values need not be registered to be measured:
// bench.Grid takes anyone's.
type Workload struct {
	Name     string          // a lower-case word
	Doc      string          // one line, without the name
	Resource Resource        // what limits it
	Grains   []time.Duration // grains of the standard grid, ascending; {0} when grain means nothing
	Payloads []int           // payload sizes of the standard grid in bytes, ascending; nil when there is no payload axis

	// Kernel is the busy work of a task, for calibration; nil when there is
	// none. Its cost must be proportional to units, which is at least 1, and it
	// counts work, never time: a kernel that spins until a deadline would make
	// progress while it is descheduled. The caller must use the result.
	Kernel func(units int64) uint64

	// New prepares a job. It may take as long as the serial run of the job, and
	// should end with an error soon after the context of Params has.
	New func(Params) (Job, error)
}

// A Resource is what limits a workload, hence which ideal speedup applies to it.
type Resource string

const (
	CPU   Resource = "cpu"   // the measured capacity of the machine
	Wait  Resource = "wait"  // the number of workers: waiting costs nothing
	Mixed Resource = "mixed" // something in between
)

// Params say how large a job is.
type Params struct {
	Tasks   int             // number of tasks, at least 1
	Grain   time.Duration   // nominal useful work of one task, as calibrated alone on one worker; at least 0
	Units   int64           // kernel units that take Grain; at least 1 when the workload has a kernel, else ignored
	Payload int             // bytes sent with each task and back, at least 0
	Seed    uint64          // all inputs follow from it
	Context context.Context // ends a preparation that takes long; may be nil. A job does not keep it
	Dir     string          // an existing directory of the job's own, removed by the caller after Close; "" when the workload needs no files
}

// A Job is one prepared amount of work. It is used by one goroutine at a time.
type Job interface {
	// Run executes the whole job on ex and returns when every task has ended:
	// one makespan. It returns the first error of a task. When ctx ends, tasks
	// that have not started are cancelled and Run returns.
	Run(ctx context.Context, ex executors.Executor) error
	// Check tells what is wrong with the answer of the last Run, which must
	// have returned nil.
	Check() error
	// Close releases files. The job must not be used afterwards.
	Close() error
}

// A Parted is a Job that computes and waits: what overlapping the two gains is seen
// when each part runs alone as well.
type Parted interface {
	// RunPart runs one part of the job, all of it, as Run does.
	RunPart(ctx context.Context, ex executors.Executor, part Part) error
	// CheckPart is Check after RunPart of that part.
	CheckPart(part Part) error
}

// A Part is one of the two parts of a Parted job.
type Part int

const (
	CPUPart  Part = iota // what computes
	WaitPart             // what waits for something outside of the CPU
)

var registered = map[string]Workload{}

// register adds w to All. It panics when the name is taken, or a part is missing.
func register(w Workload) Workload {
	if w.Name == "" || w.New == nil || len(w.Grains) == 0 {
		panic(fmt.Sprintf("workloads: workload %q without a name, grains or New", w.Name))
	}
	if _, ok := registered[w.Name]; ok {
		panic("workloads: two workloads named " + w.Name)
	}
	registered[w.Name] = w
	return w
}

// All returns the built-in workloads, sorted by name.
func All() []Workload {
	all := make([]Workload, 0, len(registered))
	for _, w := range registered {
		all = append(all, w)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// ByName returns the built-in workload of that name.
func ByName(name string) (Workload, bool) {
	w, ok := registered[name]
	return w, ok
}

// check refuses parameters that no workload can use.
func (p Params) check(needsUnits bool) error {
	switch {
	case p.Tasks < 1:
		return fmt.Errorf("workloads: %d tasks; at least 1 is needed", p.Tasks)
	case p.Grain < 0:
		return fmt.Errorf("workloads: negative grain %v", p.Grain)
	case p.Payload < 0:
		return fmt.Errorf("workloads: negative payload of %d bytes", p.Payload)
	case needsUnits && p.Units < 1:
		return fmt.Errorf("workloads: %d kernel units a task; at least 1 is needed", p.Units)
	}
	return nil
}

// interrupted is the cause of the end of Context, nil before it has ended. It is
// asked between tasks while a job is prepared.
func (p Params) interrupted() error {
	if p.Context == nil || p.Context.Err() == nil {
		return nil
	}
	return context.Cause(p.Context)
}
