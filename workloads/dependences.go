package workloads

import (
	"context"
	"fmt"
	"time"
)

// Dependences is tasks that need what others gave, in the patterns of Task Bench (Slaughter
// et al., "Task Bench: A Parameterized Benchmark for Evaluating Parallel Runtime
// Performance", SC20, table 2): its tasks are points of rows, each row a step in time, and
// need points of the row before. A row has the largest power of two of them whose square is
// at most the number of tasks.
//
//	trivial  none
//	stencil  the same point and its neighbours
//	fft      the same point and those a distance away that doubles from row to row
//	random   three points, by the seed, or as many as a row has
//	tree     none of rows: task i needs task (i-1)/2, from which two others go on
//
// Every task checks that its inputs are of the tasks that it needs. The speedup expected is
// that of one row after the other; a stencil may run a little ahead of that. A tree has
// fewer tasks than workers at its root, which weighs the less the larger it is.
var Dependences = register(Workload{
	Name:     "graph",
	Doc:      "tasks that need the outputs of others, in the patterns of Task Bench",
	Resource: CPU,
	Grains:   []time.Duration{64 * time.Microsecond},
	Axes:     []Axis{pattern},
	Kernel:   Spin.Kernel,
	Unit:     "1 step of xorshift64",
	New:      newDependences,
	Truth:    "the last state of the chain of each task, which begins with all that the task was given, found by jumping ahead; each task checks whose outputs it was given",
	Source:   "one row after the other, as Task Bench has its steps: rows of n tasks take ⌈n/P⌉ rounds each",
	Expected: func(p Params) Curve {
		if name := p.Text(pattern); name == "trivial" || name == "tree" {
			return EqualWork(p)
		}
		return Curve{Tasks: rowOf(p.Tasks)}
	},
})

// A yield is what a task gives, with the task that it is of.
type yield struct {
	Task  int
	Value uint64
}

// A junction is a task: the tasks that it needs, and what they gave.
type junction struct {
	Task   int
	Seed   uint64
	Needs  []int
	Yields []yield
	Units  int64
}

var junctionTask = Define("workloads.graph", func(_ context.Context, in junction) (yield, error) {
	for k, y := range in.Yields {
		if y.Task != in.Needs[k] {
			return yield{}, fmt.Errorf("it was given what task %d gave for what task %d gave", y.Task, in.Needs[k])
		}
	}
	return yield{in.Task, xorshift(start(in.Seed, in.Yields), in.Units)}, nil
})

// start is where the chain of a task begins: all that it was given is in it. Never 0.
func start(seed uint64, yields []yield) uint64 {
	for _, y := range yields {
		seed = mix(seed ^ y.Value)
	}
	if seed == 0 {
		return golden
	}
	return seed
}

func newDependences(p Params) (Job, error) {
	needs, err := needsOf(p)
	if err != nil {
		return nil, err
	}
	return Graph[junction, yield]{
		Task:  junctionTask,
		Needs: needs,
		Input: func(i int, seed uint64, needed []yield) junction { return junction{i, seed, needs(i), needed, p.Units} },
		Want: func(i int, seed uint64, needed []yield) yield {
			return yield{i, xorshiftJump(start(seed, needed), p.Units)}
		},
		Check: Equal[yield],
	}.Job(p)
}
