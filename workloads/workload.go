// Package workloads holds the work that executors are measured with. A
// [Workload] is a recipe, its [Job] one prepared amount of work that can be run
// any number of times on any executor and knows whether the answer is right.
//
//  1. A workload's task functions are defined at package level with [Define], so
//     that worker processes know them too.
//  2. New prepares inputs and the expected answer, all from a seed and outside the
//     timed part. It returns a job of one of the shapes: a [Batch] of tasks that do
//     not depend on each other, a [Pipeline] of two stages, or a [Graph].
//  3. The shape submits every task, waits for every result and does nothing else.
//     On the serial executor it is a plain loop of direct calls: the baseline of
//     every speedup is the work without any executor.
//  4. The check of the workload compares with the expected answer, outside the
//     timed part. Each task has an answer of its own, so an executor that loses a
//     task, or gives one task's result to another, fails here instead of winning.
package workloads

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Workload is a kind of work. Values need not be registered to be measured:
// bench.Grid takes anyone's.
type Workload struct {
	Name     string          // a lower-case word
	Doc      string          // one line, without the name
	Resource Resource        // what limits it
	Grains   []time.Duration // grains of the standard grid, ascending; {0} when grain means nothing
	Axes     []Axis          // what else is varied; may be nil
	Tasks    int             // of a job; 0 for as many as make it long enough to time

	// Kernel is the busy work of a task, for calibration; nil when there is
	// none. Its cost must be proportional to units, which is at least 1, and it
	// counts work, never time: a kernel that spins until a deadline would make
	// progress while it is descheduled. The caller must use the result.
	Kernel func(units int64) uint64

	// KernelOf is the kernel at other values of the axes, where they change what a unit
	// costs; nil when they do not. It refuses values that the workload cannot have. Kernel
	// is that of the first values; built-in workloads have it from here.
	KernelOf func(Params) (func(units int64) uint64, error)

	// Unit is what a kernel unit is, with how much of it first: "16 FLOP, a step of 8
	// chains", "24 bytes". "" when there is no kernel.
	Unit string

	// New prepares a job. It may take as long as the serial run of the job, and
	// should end with an error soon after the context of Params has.
	New func(Params) (Job, error)

	// Truth says in a sentence how the right answer is known.
	Truth string

	// Expected is the speedup that the job of p would have on an executor without any
	// cost. nil when it is not known. Source says in a clause why it is that, and who
	// says so; or why there is none.
	Expected func(p Params) Curve
	Source   string

	// Lacks says in a clause why the workload cannot run here, as a server that it needs is
	// not there; "" when it can. It may take seconds. nil when it always can.
	Lacks func() string
}

// A Resource is what limits a workload, hence which ideal speedup applies to it.
type Resource string

const (
	CPU   Resource = "cpu"   // the measured capacity of the machine
	Wait  Resource = "wait"  // the number of workers: waiting costs nothing
	Mixed Resource = "mixed" // something in between
)

var registered = map[string]Workload{}

// register adds w to All and has New refuse parameters that are not for w. It
// panics when the name is taken, or a part is missing.
func register(w Workload) Workload {
	if _, taken := registered[w.Name]; taken || w.Name == "" || w.New == nil || len(w.Grains) == 0 {
		panic(fmt.Sprintf("workloads: workload %q is registered already, or without a name, grains or New", w.Name))
	}
	if w.Kernel == nil && w.KernelOf != nil {
		w.Kernel, _ = w.KernelOf(Params{}) // that it does is for the tests
	}
	prepare := w.New
	w.New = func(p Params) (Job, error) {
		if err := p.check(w); err != nil {
			return nil, err
		}
		return prepare(p)
	}
	registered[w.Name] = w
	return w
}

// All returns the built-in workloads, sorted by name.
func All() []Workload {
	return slices.SortedFunc(maps.Values(registered), func(a, b Workload) int { return strings.Compare(a.Name, b.Name) })
}

// ByName returns the built-in workload of that name.
func ByName(name string) (Workload, bool) {
	w, ok := registered[name]
	return w, ok
}
