package stages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Times are where the time of tasks went.
type Times struct {
	Submitted int    // tasks
	Watched   int    // of them
	Stages    []Time // those that there were, in the order of Stages

	// Busy is how long each worker was within tasks, the busiest first: as many as the
	// executor has, 0 for one that ran none. Where not all tasks were watched it is
	// in proportion.
	Busy []time.Duration
}

// A Time is that of one stage: a histogram to three digits.
type Time struct {
	Stage Stage
	Mean  time.Duration
	of    *hdrhistogram.Histogram
}

// Quantile is the time that a share of the tasks, from 0 to 1, did not exceed.
func (t Time) Quantile(share float64) time.Duration {
	return time.Duration(t.of.ValueAtPercentile(100 * share))
}

// MeanWithin is the mean of the tasks that took no longer than most; 0 where none was as quick.
func (t Time) MeanWithin(most time.Duration) time.Duration {
	count, sum := int64(0), int64(0)
	for _, bar := range t.of.Distribution() {
		if bar.From > most.Nanoseconds() {
			break
		}
		count += bar.Count
		sum += bar.Count * (bar.From + bar.To) / 2
	}
	return time.Duration(sum / max(1, count))
}

// Count is how many tasks are in it.
func (t Time) Count() int { return int(t.of.TotalCount()) }

// Share is that of the tasks which were watched; 0 when there were none.
func (t Times) Share() float64 { return float64(t.Watched) / float64(max(1, t.Submitted)) }

// Of is the time of a stage; false when there was none.
func (t Times) Of(s Stage) (Time, bool) {
	i := slices.IndexFunc(t.Stages, func(of Time) bool { return of.Stage == s })
	if i < 0 {
		return Time{}, false
	}
	return t.Stages[i], true
}

// String has a line for each stage.
func (t Times) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d tasks\n", t.Watched, t.Submitted)
	for _, s := range t.Stages {
		fmt.Fprintf(&b, "%-7s mean %v, median %v, 99 %% within %v\n", s.Stage, s.Mean, s.Quantile(0.5), s.Quantile(0.99))
	}
	return b.String()
}

// A Metered is what Report needs of a *testing.B.
type Metered interface{ ReportMetric(n float64, unit string) }

// Report reports mean and 99 % of each stage as metrics of a benchmark, in ns.
func (t Times) Report(b Metered) {
	for _, s := range t.Stages {
		b.ReportMetric(float64(s.Mean), string(s.Stage)+"-mean-ns/op")
		b.ReportMetric(float64(s.Quantile(0.99)), string(s.Stage)+"-p99-ns/op")
	}
}

// longest is the longest time that a histogram tells from a longer one.
const longest = time.Minute

// A builder makes the histograms.
type builder struct {
	of  map[Stage]*hdrhistogram.Histogram
	sum map[Stage]int64
}

func (b *builder) add(s Stage, ns int64) {
	if b.of[s] == nil {
		b.of[s] = hdrhistogram.New(1, longest.Nanoseconds(), 3)
	}
	ns = max(ns, 0)
	b.sum[s] += ns
	b.of[s].RecordValue(min(ns, longest.Nanoseconds())) // in range: no error
}

// timesOf are those of tasks that were submitted to so many workers. In stretches the
// tasks between them are unknown.
func timesOf(tasks []Task, calls []Call, submitted, workers int, stretches bool) Times {
	out := Times{Submitted: submitted, Watched: len(tasks)}
	b := builder{map[Stage]*hdrhistogram.Histogram{}, map[Stage]int64{}}
	for _, c := range calls {
		b.add(Submit, c.End-c.Begin-c.Waking)
	}
	busy := map[int]int64{}
	slices.SortStableFunc(tasks, func(x, y Task) int {
		return cmp.Or(cmp.Compare(x.Worker, y.Worker), cmp.Compare(x.Start, y.Start))
	})
	for i, t := range tasks {
		busy[t.Worker] += t.End - t.Start
		b.add(Run, t.End-t.Start)
		waited := int64(0) // in the queue of the executor
		if t.Process != 0 {
			b.add(Encode, t.Encoded-t.Submit)
			waited = t.Given - t.Encoded
			b.add(Send, t.Sent-t.Given)
			b.add(Reply, t.Read-t.End)
			b.add(Decode, t.Settled-t.Read)
		}
		before := Task{Worker: -1}
		if i > 0 {
			before = tasks[i-1]
		}
		if t.follows(before, stretches) {
			ready := t.Ready()
			free := min(ready, t.Start)
			if before.Worker == t.Worker {
				free = min(max(ready, before.End), t.Start)
			}
			b.add(Queue, waited+free-ready)
			b.add(Start, t.Start-free)
		}
	}
	for _, s := range Stages {
		if h := b.of[s]; h != nil {
			out.Stages = append(out.Stages, Time{s, time.Duration(b.sum[s] / h.TotalCount()), h})
		}
	}
	for _, ns := range busy {
		out.Busy = append(out.Busy, time.Duration(float64(ns)/out.Share()))
	}
	for len(out.Busy) < workers {
		out.Busy = append(out.Busy, 0)
	}
	slices.SortFunc(out.Busy, func(x, y time.Duration) int { return cmp.Compare(y, x) })
	return out
}

// follows reports whether b is what the worker of t did before, or no task if there was
// none. In stretches that is known only of tasks of the same one.
func (t Task) follows(b Task, stretches bool) bool {
	switch same := b.Worker == t.Worker; {
	case t.Process != 0 && same:
		return t.Order == b.Order+1
	case t.Process != 0:
		return t.Order == 1
	case same:
		return !stretches || b.Order/stretch == t.Order/stretch
	}
	return !stretches
}

// Ready is when its executor, or its worker process, had the task and could have begun.
func (t Task) Ready() int64 {
	if t.Process != 0 {
		return t.Sent
	}
	return t.Submit
}
