package pass

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"poolbench/bench/arm"
	"poolbench/executors/stages"
)

// Timeline draws what every worker did, as trace events that Perfetto and chrome://tracing
// open: see WriteTimeline.
var Timeline = Pass{
	Name: "timeline",
	Doc:  "what every worker did and when, goroutine or process, as timeline.json for Perfetto",
	Around: func(ctx context.Context, a arm.Arm) (arm.Slice, []Artefact, error) {
		s, w, err := watchSlice(ctx, a)
		if w == nil {
			return s, nil, err
		}
		var out bytes.Buffer
		tasks, calls := w.Tasks()
		if failed := WriteTimeline(&out, tasks, calls); err == nil {
			err = failed
		}
		return s, []Artefact{{Name: "timeline.json", Content: out.Bytes()}}, err
	},
}

// maxEvents is how many events a timeline has at most: what viewers open with ease. The
// tasks that were submitted last are left out.
const maxEvents = 200_000

// WriteTimeline writes tasks and calls of Submit in the trace event format. A lane for each
// worker, in the group of its process, has the tasks; a lane for each submitter the calls of
// Submit, with an arrow from the call to the start of the task; a counter is how many tasks
// wait. All moments are of the one clock that tasks have, from the first call on, in µs.
func WriteTimeline(to io.Writer, tasks []stages.Task, calls []stages.Call) error {
	tasks, calls = slices.Clone(tasks), slices.Clone(calls)
	slices.SortFunc(tasks, func(a, b stages.Task) int { return cmp.Compare(a.Submit, b.Submit) })
	slices.SortFunc(calls, func(a, b stages.Call) int { return cmp.Compare(a.Begin, b.Begin) })
	const perTask = 6 // a task, a call, two ends of an arrow, two counts
	all := len(tasks)
	tasks = tasks[:min(len(tasks), maxEvents/perTask-100)]
	calls = calls[:min(len(calls), len(tasks))]
	w := eventWriter{out: bufio.NewWriterSize(to, 1<<16), own: os.Getpid()}
	if len(calls) > 0 {
		w.origin = calls[0].Begin
	}
	if len(tasks) > 0 {
		w.origin = min(cmp.Or(w.origin, tasks[0].Submit), tasks[0].Submit)
	}
	w.out.WriteString(`{"displayTimeUnit":"ns","traceEvents":[`)
	w.names(tasks, calls)
	w.calls(calls)
	w.tasks(tasks, calls)
	w.depth(tasks)
	fmt.Fprintf(w.out, `],"otherData":{"clock":"one clock of the machine, nothing corrected","tasks":"%d of %d"}}`, len(tasks), all)
	w.out.WriteByte('\n')
	return w.out.Flush()
}

// An eventWriter writes events, whose form is the same for all.
type eventWriter struct {
	out    *bufio.Writer
	buf    []byte
	own    int // process id of the submitters
	origin int64
	events int
}

// event writes one: its phase, name, moment in ns, process, lane, and what else it has.
func (w *eventWriter) event(phase, name string, at int64, pid, lane int, more func([]byte) []byte) {
	b := w.buf[:0]
	if w.events++; w.events > 1 {
		b = append(b, ',')
	}
	b = append(b, "\n{\"ph\":\""...)
	b = append(b, phase...)
	b = append(b, `","name":"`...)
	b = append(b, name...)
	b = append(b, `","ts":`...)
	b = micros(b, max(0, at-w.origin))
	b = append(b, `,"pid":`...)
	b = strconv.AppendInt(b, int64(pid), 10)
	b = append(b, `,"tid":`...)
	b = strconv.AppendInt(b, int64(lane), 10)
	if more != nil {
		b = more(b)
	}
	b = append(b, '}')
	w.buf = b
	w.out.Write(b) // the error is that of Flush
}

// micros is ns in µs, exactly.
func micros(b []byte, ns int64) []byte {
	b = strconv.AppendInt(b, ns/1000, 10)
	if rest := ns % 1000; rest != 0 {
		b = append(b, '.', byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
	}
	return b
}

// submitters is where the lanes of submitters begin, behind those of all workers.
const submitters = 1 << 20

// process is that in which a task ran.
func (w *eventWriter) process(t stages.Task) int { return cmp.Or(t.Process, w.own) }

func (w *eventWriter) names(tasks []stages.Task, calls []stages.Call) {
	named := func(kind, name string, pid, lane int) {
		w.event("M", kind, w.origin, pid, lane, func(b []byte) []byte {
			return append(strconv.AppendQuote(append(b, `,"args":{"name":`...), name), '}')
		})
	}
	named("process_name", "submitting process", w.own, 0)
	seen := map[[2]int]bool{}
	for _, t := range tasks {
		pid := w.process(t)
		if lane := [2]int{pid, t.Worker}; !seen[lane] {
			seen[lane] = true
			if t.Process != 0 {
				named("process_name", "worker process", pid, t.Worker)
			}
			named("thread_name", "worker "+strconv.Itoa(t.Worker), pid, t.Worker)
		}
	}
	most := -1
	for _, c := range calls {
		most = max(most, c.Submitter)
	}
	for i := range most + 1 {
		named("thread_name", "submitter "+strconv.Itoa(i), w.own, submitters+i)
	}
}

// complete writes an event that lasts.
func (w *eventWriter) complete(name string, from, to int64, pid, lane int) {
	w.event("X", name, from, pid, lane, func(b []byte) []byte { return micros(append(b, `,"dur":`...), max(0, to-from)) })
}

func (w *eventWriter) calls(calls []stages.Call) {
	for _, c := range calls {
		w.complete("submit", c.Begin, c.End, w.own, submitters+c.Submitter)
	}
}

// tasks writes the tasks, which are sorted by Submit, with an arrow from the call that
// submitted each: of calls at the same time that of which it is within and that began last.
func (w *eventWriter) tasks(tasks []stages.Task, calls []stages.Call) {
	next := 0
	for i, t := range tasks {
		w.complete("task", t.Start, t.End, w.process(t), t.Worker)
		for next < len(calls) && calls[next].Begin <= t.Submit {
			next++
		}
		from := next - 1
		for from >= 0 && from > next-64 && calls[from].End < t.Submit {
			from--
		}
		if from < 0 || calls[from].End < t.Submit {
			continue // its call was not watched
		}
		id := func(b []byte) []byte { return strconv.AppendInt(append(b, `,"cat":"task","id":`...), int64(i), 10) }
		w.event("s", "given", t.Submit, w.own, submitters+calls[from].Submitter, id)
		w.event("f", "given", max(t.Start, t.Submit), w.process(t), t.Worker, func(b []byte) []byte { return append(id(b), `,"bp":"e"`...) })
	}
}

// depth writes how many tasks wait, whenever that changes.
func (w *eventWriter) depth(tasks []stages.Task) {
	type change struct {
		at int64
		by int
	}
	changes := make([]change, 0, 2*len(tasks))
	for _, t := range tasks {
		changes = append(changes, change{t.Submit, +1}, change{max(t.Start, t.Submit), -1})
	}
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.by, a.by)) })
	waiting := 0
	for i, c := range changes {
		if waiting += c.by; i+1 < len(changes) && changes[i+1].at == c.at {
			continue // a counter has one value at a moment
		}
		w.event("C", "tasks that wait", c.at, w.own, 0, func(b []byte) []byte {
			return append(strconv.AppendInt(append(b, `,"args":{"tasks":`...), int64(waiting), 10), '}')
		})
	}
}
