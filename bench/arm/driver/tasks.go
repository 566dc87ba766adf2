package driver

import (
	"runtime"
	"slices"
	"strconv"
	"time"

	"poolbench/bench/record"
	"poolbench/workloads"
)

// Limits of the tasks of a job. They are more than ours where tasks are short, so that
// chunks of 1,000 leave one for each of two workers.
const (
	serialTime  = 32 * time.Millisecond // useful work of a job
	minTasks    = 16
	maxTasks    = 2000
	maxPayloads = 16 << 20 // bytes
	emptyTasks  = 512      // where grain means nothing
	unitTasks   = 32       // where it is units that are the same in every runtime
	longGrain   = 50 * time.Millisecond
	longTasks   = 8
	readsATask  = 64 // of file
)

// tasks is how many tasks a job has: about 32 ms of useful work, within 16 and 2,000
// tasks, or 8 from a grain of 50 ms; of work that waits two for each worker or more.
func (g Grid) tasks(w Workload, grain time.Duration, payload int) int {
	switch {
	case grain <= 0 && payload > 0:
		return min(emptyTasks, max(minTasks, maxPayloads/payload/8*8))
	case grain <= 0:
		return emptyTasks
	case w.Resource == workloads.Wait:
		return max(minTasks, 2*slices.Max(g.Workers))
	case grain >= longGrain:
		return longTasks
	}
	n := int(serialTime/grain) / 8 * 8
	return min(max(n, minTasks), maxTasks)
}

// tasksOf is how many tasks the job of a point has; 0 of one that is none of the grid's.
func (g Grid) tasksOf(p record.Point) int {
	w, ok := g.language().workload(p.Workload())
	switch {
	case g.Function != nil:
		return g.Function.Count
	case !ok:
		return 0
	case p.Get(record.AxisUnits) != "":
		return unitTasks
	}
	payload, _ := strconv.Atoi(p.Get(record.AxisPayload))
	return g.tasks(w, p.Grain(), payload)
}

// least is what a slice of a point takes without any overhead.
func (g Grid) least(p record.Point) time.Duration {
	tasks, w := g.tasksOf(p), Workload{}
	if g.Function == nil {
		w, _ = g.language().workload(p.Workload())
	}
	atOnce := 1
	if !isSerial(p.Executor()) {
		atOnce = min(p.Workers(), max(1, tasks))
		if w.Resource != workloads.Wait {
			atOnce = min(atOnce, runtime.GOMAXPROCS(0))
		}
	}
	return time.Duration(tasks) * p.Grain() / time.Duration(atOnce)
}
