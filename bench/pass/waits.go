package pass

import (
	"cmp"
	"container/heap"
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
	var w waiter
	w.sweep(tasks, fresh, lanes[busiest], begin, end)
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
	for i, t := range tasks { // of few lanes: more than one for each task that runs at a time there are not
		l := slices.IndexFunc(lanes, func(lane []int) bool { return tasks[lane[len(lane)-1]].End <= t.Start })
		if l < 0 {
			l, lanes = len(lanes), append(lanes, nil)
		}
		lanes[l] = append(lanes[l], i)
	}
	return lanes
}

// A waiter adds up what a worker waited for.
type waiter struct{ starting, unserved, starved int64 }

// An edge is where something changes: a task is submitted, begins or ends.
type edge struct {
	at   int64
	kind int // submitted, begun, ended
	task int
}

const (
	submitted = iota
	begun
	ended
)

// sweep goes along the tasks, which are in the order of their starts, and adds up the time in
// which none of lane ran. It takes n·log n for n tasks.
func (w *waiter) sweep(tasks []Ran, fresh []bool, lane []int, begin, end int64) {
	own := make([]bool, len(tasks))
	for _, i := range lane {
		own[i] = true
	}
	edges := []edge{{end, ended, -1}}
	for i, t := range tasks {
		edges = append(edges, edge{t.Submit, submitted, i}, edge{t.Start, begun, i}, edge{t.End, ended, i})
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return cmp.Compare(a.at, b.at) })
	var (
		waiting ints // tasks by number, hence by their starts
		has     = make([]bool, len(tasks))
		running int // tasks
		busy    int // of them those of the lane
		left    = len(tasks)
		from    = begin
	)
	for _, e := range edges {
		if to := min(e.at, end); to > from {
			for len(waiting) > 0 && has[waiting[0]] {
				heap.Pop(&waiting)
			}
			switch length := to - from; {
			case busy > 0:
			case len(waiting) > 0 && fresh[waiting[0]]:
				w.starting += length
			case len(waiting) > 0:
				w.unserved += length
			case left > 0 || running == 0:
				w.starved += length
			}
			from = to
		}
		if e.task < 0 {
			continue
		}
		change := 0
		switch e.kind {
		case submitted:
			heap.Push(&waiting, e.task)
		case begun:
			has[e.task], change = true, 1
			left--
		case ended:
			change = -1
		}
		if running += change; own[e.task] {
			busy += change
		}
	}
}

// ints are a heap, the smallest on top.
type ints []int

func (h ints) Len() int           { return len(h) }
func (h ints) Less(i, j int) bool { return h[i] < h[j] }
func (h ints) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *ints) Push(x any)        { *h = append(*h, x.(int)) }
func (h *ints) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
