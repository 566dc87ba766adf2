package stages

import (
	"context"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
	"poolbench/executors/remote"
)

const (
	// Short is the length of tasks below which not all are watched: the clock would be a
	// good part of them.
	Short = 10 * time.Microsecond
	// MaxTasks is how many tasks a Watched keeps; those after them are not watched.
	MaxTasks = 1 << 18

	room      = 2 * stretch // for what is noted of a worker, or of who submits, to begin with
	cacheLine = 64

	stretch = 64 // tasks that are watched in a row: a task needs the one before it on its worker
	sparse  = 16 // of so many stretches of short tasks one is watched
)

// A Watched is an executor that notes the times of its tasks. Make one with Watch.
type Watched struct {
	executors.Home
	ex     executors.Executor
	remote tracer // nil for executors of this process
	labels context.Context

	every   atomic.Int64 // of so many stretches one is watched; 0 until the first one has told
	workers sync.Map     // *executors.Worker of this process to its *lane

	// Who submits and who runs tasks write to lines of the cache of their own.
	_         [cacheLine]byte
	submitted atomic.Int64
	offered   atomic.Int64 // tasks of worker processes, by who asks for their times
	expected  atomic.Int64 // watched tasks that have not ended without being told
	_         [cacheLine]byte
	told      atomic.Int64
	short     atomic.Int64 // of the first tasks, those shorter than Short
	_         [cacheLine]byte

	mu      sync.Mutex
	pids    map[int]*lane
	lanes   []*lane // of workers, by number
	spare   []*lane // for tasks that have no worker of their own
	callers []*callLane
	free    []*callLane
}

// A lane is what is known of one worker; one of tasks at a time.
type lane struct {
	number int
	mu     sync.Mutex
	tasks  []Task
}

type callLane struct {
	number int
	calls  []Call // with mu of the Watched
}

// A tracer is an executor with workers elsewhere that tells the times of its tasks.
type tracer interface {
	Trace(wants func() bool, told func(remote.Stages))
	Wakes() time.Duration // of workers, by who submits
}

// An Option changes how an executor is watched.
type Option func(*Watched)

// Labels has tasks that run in this process carry these pprof labels, given as keys and values, so
// that one CPU profile can be cut by them. They are taken off when the task ends. An odd
// number panics, as in pprof.Labels.
func Labels(keysAndValues ...string) Option {
	return func(w *Watched) {
		w.labels = pprof.WithLabels(context.Background(), pprof.Labels(keysAndValues...))
	}
}

// Watch is ex with its tasks watched: of those that are submitted to it, and, where they run
// in worker processes, of all of ex until Stop; one Watched at a time there. The workers of
// ex are not touched, and Shutdown is that of ex. Capabilities of ex are those of the
// Watched, but a serial executor runs no plain loops then. A task that a waiting task runs
// itself is not watched, and one that is cancelled keeps its place in a bounded queue until
// a worker comes by.
func Watch(ex executors.Executor, options ...Option) *Watched {
	w := &Watched{ex: ex, pids: map[int]*lane{}}
	for _, o := range options {
		o(w)
	}
	if t, ok := executors.As[tracer](ex); ok {
		w.remote = t
		t.Trace(w.wants, w.tell)
	}
	return w
}

// Stop ends what Watch began: worker processes tell no more times. Tasks may still be
// submitted, and are not watched.
func (w *Watched) Stop() {
	w.settle()
	w.every.Store(-1)
	if w.remote != nil {
		w.remote.Trace(nil, nil)
	}
}

// Unwrap is the executor itself.
func (w *Watched) Unwrap() executors.Executor { return w.ex }

// Inline is false: to run a task is more than to call its function.
func (w *Watched) Inline() bool { return false }

// Workers are those of the executor.
func (w *Watched) Workers() int { return w.ex.Workers() }

// Shutdown is that of the executor.
func (w *Watched) Shutdown(ctx context.Context) error { return w.ex.Shutdown(ctx) }

// Submit is that of the executor.
func (w *Watched) Submit(t executors.Task) error {
	i := w.submitted.Add(1) - 1
	if t == nil || !w.chosen(i) {
		return w.ex.Submit(t)
	}
	c := w.caller()
	waking := w.waking()
	begin := remote.Common()
	if w.remote == nil {
		t = &watched{t, w, begin, int(i)}
		w.expected.Add(1)
	}
	err := w.ex.Submit(t)
	end := remote.Common()
	waking = min(w.waking()-waking, end-begin) // of others who submit at the same time, too
	if err != nil && w.remote == nil {
		w.expected.Add(-1)
	}
	w.called(c, Call{c.number, begin, end, waking})
	return err
}

// waking is for how long workers have been woken by who submits, in ns.
func (w *Watched) waking() int64 {
	if w.remote == nil {
		return 0
	}
	return w.remote.Wakes().Nanoseconds()
}

// chosen reports whether the i-th task is watched.
func (w *Watched) chosen(i int64) bool {
	every := w.every.Load()
	if every < 0 || w.told.Load() >= MaxTasks {
		return false
	}
	return every <= 1 || i/stretch%every == 0
}

// wants is asked by an executor with workers elsewhere for each task.
func (w *Watched) wants() bool {
	if !w.chosen(w.offered.Add(1) - 1) {
		return false
	}
	w.expected.Add(1)
	return true
}

// tell is told by such an executor.
func (w *Watched) tell(s remote.Stages) {
	t := Task{Process: s.Pid, Order: int(s.Seq), Submit: s.At}
	at := s.At
	for _, m := range []struct {
		moment *int64
		stage  time.Duration
	}{{&t.Encoded, s.Encode}, {&t.Given, s.Queue}, {&t.Sent, s.Send}, {&t.Start, s.Start}, {&t.End, s.Run}, {&t.Read, s.Reply}, {&t.Settled, s.Decode}} {
		at += int64(m.stage)
		*m.moment = at
	}
	w.mu.Lock()
	l := w.pids[s.Pid]
	if l == nil {
		l = w.newLane()
		w.pids[s.Pid] = l
	}
	w.mu.Unlock()
	l.add(t)
	w.learn(t.End - t.Start)
}

// learn counts a task that was watched; after a stretch of them it is known whether they are
// short: most of them, since one that lost its CPU in between says nothing of the rest.
func (w *Watched) learn(ran int64) {
	if ran < Short.Nanoseconds() {
		w.short.Add(1)
	}
	if w.told.Add(1) != stretch {
		return
	}
	every := int64(1)
	if w.short.Load() > stretch/2 {
		every = sparse
	}
	w.every.CompareAndSwap(0, every)
}

func (l *lane) add(t Task) {
	t.Worker = l.number
	l.mu.Lock()
	l.tasks = append(l.tasks, t)
	l.mu.Unlock()
}

// newLane is called with mu held.
func (w *Watched) newLane() *lane {
	l := &lane{number: len(w.lanes), tasks: make([]Task, 0, room)}
	w.lanes = append(w.lanes, l)
	return l
}

// caller is a lane for who submits, until called.
func (w *Watched) caller() *callLane {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.free) - 1; n >= 0 {
		c := w.free[n]
		w.free = w.free[:n]
		return c
	}
	c := &callLane{number: len(w.callers), calls: make([]Call, 0, room)}
	w.callers = append(w.callers, c)
	return c
}

func (w *Watched) called(c *callLane, call Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.calls = append(c.calls, call)
	w.free = append(w.free, c)
}

// A watched task is one that runs in this process.
type watched struct {
	executors.Task
	by     *Watched
	submit int64
	order  int
}

// Run is that of the task, between two looks at the clock.
func (t *watched) Run(worker *executors.Worker) {
	w := t.by
	if t.Task.State() != executors.Pending {
		w.expected.Add(-1)
		t.Task.Run(worker) // cancelled, or run by who waited for it
		return
	}
	l, own := w.laneOf(worker)
	begin := remote.Common()
	defer func() { // deferred: the task may call runtime.Goexit
		end := remote.Common()
		l.add(Task{Order: t.order, Submit: t.submit, Start: begin, End: end})
		if !own {
			w.mu.Lock()
			w.spare = append(w.spare, l)
			w.mu.Unlock()
		}
		w.learn(end - begin)
	}()
	if w.labels != nil {
		pprof.SetGoroutineLabels(w.labels)
		defer pprof.SetGoroutineLabels(context.Background())
	}
	t.Task.Run(worker)
}

// laneOf is that of a worker. Who runs tasks without being one, as the pools of others do,
// has one that nobody else has meanwhile.
func (w *Watched) laneOf(worker *executors.Worker) (l *lane, own bool) {
	theirs := worker != nil && worker.ID >= 0
	if theirs {
		if l, known := w.workers.Load(worker); known {
			return l.(*lane), true
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if theirs { // which nobody else is meanwhile
		l = w.newLane()
		w.workers.Store(worker, l)
		return l, true
	}
	if n := len(w.spare) - 1; n >= 0 {
		l = w.spare[n]
		w.spare = w.spare[:n]
		return l, false
	}
	return w.newLane(), false
}

// patience is how long Times waits for what is still to be told: the future of a task is
// settled before its end is noted, and a cancelled task may never come by a worker.
const patience = 200 * time.Millisecond

// settle waits until all has been told that will be.
func (w *Watched) settle() {
	for end := time.Now().Add(patience); w.told.Load() < w.expected.Load() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// Tasks are the watched tasks that have ended, by worker in the order in which they ran, and
// Calls the calls of Submit behind them. They are the caller's.
func (w *Watched) Tasks() (tasks []Task, calls []Call) {
	w.settle()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.lanes {
		l.mu.Lock()
		tasks = append(tasks, l.tasks...)
		l.mu.Unlock()
	}
	for _, c := range w.callers {
		calls = append(calls, c.calls...)
	}
	return tasks, calls
}

// Times are those of the tasks so far.
func (w *Watched) Times() Times {
	tasks, calls := w.Tasks()
	return timesOf(tasks, calls, int(w.submitted.Load()), w.ex.Workers(), w.every.Load() > 1)
}
