package pass

import (
	"cmp"
	"slices"

	"poolbench/bench/record"
)

// A Ran is a task that a worker ran. Times are of one clock, in nanoseconds.
type Ran struct {
	Worker             int // which of the workers
	Submit, Start, End int64
}

// Waits says what workers did in a job that took from begin to end, given all its tasks:
// UnitBusy and UnitBusiest, and what the busiest worker waited for while it had no task:
//
//	UnitStarting  a task waited, and was then begun by a worker that had run none before
//	UnitUnserved  a task waited
//	UnitStarved   none waited: nobody had submitted one
//
// What is missing to the whole time is the end: all tasks were begun, and others ran theirs.
// Values are in seconds; of no tasks or no time there are none. Where more workers than given
// ran tasks, as where each task has its own, a worker is a lane of tasks of which none overlap,
// as few lanes as there can be.
func Waits(tasks []Ran, workers int, begin, end int64) map[string]float64 {
	if len(tasks) == 0 || workers < 1 || end <= begin {
		return nil
	}
	tasks = slices.Clone(tasks)
	slices.SortStableFunc(tasks, func(a, b Ran) int { return cmp.Compare(a.Start, b.Start) })
	fresh := firsts(tasks)
	lanes := lanesOf(tasks, workers)
	var total, most int64
	busiest := -1
	for i, lane := range lanes {
		var sum int64
		for _, t := range lane {
			sum += tasks[t].End - tasks[t].Start
		}
		if total += sum; busiest < 0 || sum > most {
			busiest, most = i, sum
		}
	}
	w := waiter{tasks: tasks, fresh: fresh}
	at := begin
	for _, t := range lanes[busiest] {
		w.gap(at, tasks[t].Start)
		at = max(at, tasks[t].End)
	}
	w.gap(at, end)
	seconds := func(ns int64) float64 { return float64(ns) / 1e9 }
	return map[string]float64{record.UnitBusy: seconds(total) / float64(workers), record.UnitBusiest: seconds(most),
		record.UnitStarting: seconds(w.starting), record.UnitUnserved: seconds(w.unserved), record.UnitStarved: seconds(w.starved)}
}

// firsts says of tasks in the order of their starts which are the first of their worker.
func firsts(tasks []Ran) []bool {
	out, seen := make([]bool, len(tasks)), map[int]bool{}
	for i, t := range tasks {
		out[i], seen[t.Worker] = !seen[t.Worker], true
	}
	return out
}

// lanesOf are the indices of tasks by worker. Tasks are in the order of their starts.
func lanesOf(tasks []Ran, workers int) (lanes [][]int) {
	lane := map[int]int{} // by worker
	for i, t := range tasks {
		l, known := lane[t.Worker]
		if !known {
			l = len(lanes)
			lane[t.Worker], lanes = l, append(lanes, nil)
		}
		lanes[l] = append(lanes[l], i)
	}
	if len(lanes) <= workers {
		return lanes
	}
	lanes = nil
	for i, t := range tasks {
		l := slices.IndexFunc(lanes, func(lane []int) bool { return tasks[lane[len(lane)-1]].End <= t.Start })
		if l < 0 {
			l, lanes = len(lanes), append(lanes, nil)
		}
		lanes[l] = append(lanes[l], i)
	}
	return lanes
}

// A waiter adds up what the gaps of a worker were for.
type waiter struct {
	tasks                       []Ran // in the order of their starts
	fresh                       []bool
	starting, unserved, starved int64
}

// gap is a time in which the worker had no task.
func (w *waiter) gap(from, to int64) {
	for from < to {
		until, waiting := to, -1 // the task that waits and is begun first
		running := false
		for i, t := range w.tasks {
			for _, edge := range []int64{t.Submit, t.Start, t.End} {
				if edge > from {
					until = min(until, edge)
				}
			}
			if waiting < 0 && t.Submit <= from && from < t.Start {
				waiting = i
			}
			running = running || t.Start <= from && from < t.End
		}
		last := w.tasks[len(w.tasks)-1].Start
		switch length := until - from; {
		case waiting >= 0 && w.fresh[waiting]:
			w.starting += length
		case waiting >= 0:
			w.unserved += length
		case from < last || !running:
			w.starved += length
		}
		from = until
	}
}
