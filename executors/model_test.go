package executors_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"

	"pgregory.net/rapid"
)

// TestModel runs random programs in virtual time: two submitters that submit,
// cancel, wait, resize and shut down at random moments, with tasks that fail in
// every way. Every future must settle, no task may run twice, never may more
// workers be busy than allowed, and the statistics must add up in the end. A hang
// is a deadlock of the bubble, which synctest reports.
//
// For a longer run: go test ./executors -run TestModel -rapid.checks=20000
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		program := drawProgram(rt)
		var wrong error
		func() {
			defer func() {
				if r := recover(); r != nil {
					stacks := make([]byte, 1<<20)
					wrong = fmt.Errorf("%v\n%s", r, stacks[:runtime.Stack(stacks, true)])
				}
			}()
			synctest.Test(t, func(t *testing.T) { wrong = program.run(t.Context()) })
		}()
		if wrong != nil {
			rt.Fatal(wrong)
		}
	})
}

// A program is what a run does, all of it chosen before.
type program struct {
	kind    executors.Kind
	options executors.Options
	threads [2][]action // what each submitter does, in order
}

type action struct {
	do       string
	behave   string        // of a submitted task
	lasts    time.Duration // of a task, or of a pause
	priority int
	pick     int // which future, or which group of tasks
	workers  int
}

func (a action) String() string {
	switch a.do {
	case "submit":
		return fmt.Sprintf("submit %s %v priority %d group %d", a.behave, a.lasts, a.priority, a.pick%groups)
	case "resize":
		return fmt.Sprintf("resize to %d", a.workers)
	}
	return fmt.Sprintf("%s %v #%d", a.do, a.lasts, a.pick)
}

const groups = 3 // contexts that tasks are submitted with

func drawProgram(rt *rapid.T) *program {
	p := &program{kind: rapid.SampledFrom(background()).Draw(rt, "kind")}
	p.options.Workers = rapid.IntRange(1, 4).Draw(rt, "workers")
	behaviours := []string{"value", "value", "error", "panic", "panic nil", "goexit", "context", "nested", "nested wait"}
	if p.kind.Name != "spawn" {
		p.options.Queue = rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(rt, "queue")
		p.options.OnFull = rapid.SampledFrom([]executors.FullPolicy{executors.Block, executors.Refuse, executors.RunInCaller}).Draw(rt, "policy")
		p.options.Idle = rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond}).Draw(rt, "idle")
	}
	if p.options.Queue > 0 {
		switch p.options.OnFull {
		case executors.Block:
			behaviours = behaviours[:7] // a task that submits to a full queue waits for itself
		case executors.RunInCaller:
			behaviours[5] = "error" // Goexit would end the submitter
		}
	}
	one := rapid.Custom(func(rt *rapid.T) action {
		return action{
			do: rapid.SampledFrom([]string{
				"submit", "submit", "submit", "submit", "submit", "cancel", "cancel group", "wait", "pause", "resize", "shutdown",
			}).Draw(rt, "do"),
			behave:   rapid.SampledFrom(behaviours).Draw(rt, "behave"),
			lasts:    time.Duration(rapid.IntRange(0, 3).Draw(rt, "lasts")) * time.Millisecond,
			priority: rapid.SampledFrom([]int{0, 0, 1, -1}).Draw(rt, "priority"),
			pick:     rapid.IntRange(0, 50).Draw(rt, "pick"),
			workers:  rapid.IntRange(1, 5).Draw(rt, "workers"),
		}
	})
	for i := range p.threads {
		p.threads[i] = rapid.SliceOfN(one, 0, 25).Draw(rt, fmt.Sprint("submitter ", i))
	}
	return p
}

// A model is what is known about the tasks of a run.
type model struct {
	*program
	ex       executors.Executor
	contexts [groups]context.Context
	cancels  [groups]context.CancelFunc

	mu       sync.Mutex
	tasks    []*modelTask
	busy     map[any]int // by who is busy: how many tasks it is in the middle of
	limit    int         // workers that may be busy
	shutdown bool
	wrong    []error
}

type modelTask struct {
	action
	future *executors.Future[int]
	ran    int
}

func (p *program) run(ctx context.Context) error {
	ex, err := p.kind.New(p.options)
	if err != nil {
		return err
	}
	m := &model{program: p, ex: ex, limit: p.options.Workers, busy: map[any]int{}}
	for i := range groups {
		m.contexts[i], m.cancels[i] = context.WithCancel(ctx)
		defer m.cancels[i]()
	}
	var wg sync.WaitGroup
	for i, actions := range p.threads {
		wg.Go(func() {
			for _, a := range actions {
				m.act(ctx, a, i == 0)
			}
		})
	}
	wg.Wait()
	m.closing()
	if err := ex.Shutdown(ctx); err != nil {
		m.fault("shutdown: %v", err)
	}
	synctest.Wait()
	m.check(ctx)
	return errors.Join(m.wrong...)
}

// closing tells that tasks may be refused from now on.
func (m *model) closing() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shutdown = true
}

func (m *model) fault(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wrong = append(m.wrong, fmt.Errorf(format, args...))
}

// act does one action. Only one submitter may resize.
func (m *model) act(ctx context.Context, a action, resizes bool) {
	switch a.do {
	case "submit":
		m.submit(m.contexts[a.pick%groups], a)
	case "cancel":
		if t := m.task(a.pick); t != nil {
			t.future.Cancel()
		}
	case "cancel group":
		m.cancels[a.pick%groups]()
	case "wait":
		if t := m.task(a.pick); t != nil {
			short, cancel := context.WithTimeout(ctx, a.lasts)
			defer cancel()
			t.future.Err(short)
		}
	case "pause":
		time.Sleep(a.lasts)
	case "resize":
		if resizes {
			m.resize(a.workers)
		}
	case "shutdown":
		if a.pick == 0 { // seldom, since it ends the fun
			m.closing()
			short, cancel := context.WithTimeout(ctx, a.lasts)
			defer cancel()
			m.ex.Shutdown(short)
		}
	}
}

func (m *model) task(i int) *modelTask {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.tasks) == 0 {
		return nil
	}
	return m.tasks[i%len(m.tasks)]
}

// resize allows the greater number until nothing can start any more that was on
// its way.
func (m *model) resize(workers int) {
	m.mu.Lock()
	m.limit = max(m.limit, workers)
	m.mu.Unlock()
	if ok, err := executors.Resize(m.ex, workers); err != nil {
		m.fault("resize: %v", err)
	} else if ok {
		synctest.Wait()
		m.mu.Lock()
		m.limit = workers
		m.mu.Unlock()
	}
}

// submit returns nil when the task was refused, which must have a reason.
func (m *model) submit(ctx context.Context, a action) *modelTask {
	t := &modelTask{action: a}
	f, err := executors.SubmitFunc(ctx, m.ex, func(ctx context.Context) (int, error) { return m.body(ctx, t) }, executors.Priority(a.priority))
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case err == nil:
		t.future = f
		m.tasks = append(m.tasks, t)
		return t
	case errors.Is(err, executors.ErrShutdown) && m.shutdown:
	case errors.Is(err, executors.ErrFull) && m.options.OnFull == executors.Refuse:
	case ctx.Err() != nil:
	default:
		m.wrong = append(m.wrong, fmt.Errorf("%v was refused: %w", a, err))
	}
	return nil
}

var errModel = errors.New("as planned")

// body is what a task does.
func (m *model) body(ctx context.Context, t *modelTask) (int, error) {
	m.enter(ctx, t)
	defer m.leave(ctx, t)
	if t.behave != "context" {
		time.Sleep(t.lasts)
	}
	switch t.behave {
	case "error":
		return 0, errModel
	case "panic":
		panic(errModel)
	case "panic nil":
		panic(nil)
	case "goexit":
		runtime.Goexit()
	case "context":
		select {
		case <-ctx.Done():
		case <-time.After(10 * t.lasts):
		}
	case "nested", "nested wait":
		inner := t.inner()
		if inner.behave == "goexit" && m.options.OnFull == executors.RunInCaller {
			inner.behave = "error"
		}
		if child := m.submit(ctx, inner); child != nil {
			m.await(ctx, t, child)
		}
	}
	return 1, nil
}

// enter notes that t has started.
func (m *model) enter(ctx context.Context, t *modelTask) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t.ran++
	who := m.who(ctx, t)
	if executors.CurrentWorker(ctx).ID < 0 { // in the submitter, beside the workers
		return
	}
	if m.busy[who]++; m.busy[who] == 1 && len(m.busy) > m.limit {
		m.wrong = append(m.wrong, fmt.Errorf("%d workers are busy, %d are allowed", len(m.busy), m.limit))
	}
}

// who is busy with t: a worker; or the task itself on spawn, which has no workers.
func (m *model) who(ctx context.Context, t *modelTask) any {
	if m.kind.Name == "spawn" {
		return t
	}
	return executors.CurrentWorker(ctx)
}

func (m *model) leave(ctx context.Context, t *modelTask) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who := m.who(ctx, t)
	if m.busy[who]--; m.busy[who] <= 0 {
		delete(m.busy, who)
	}
}

// await waits for a child. On spawn another task may take the place meanwhile.
func (m *model) await(ctx context.Context, t, child *modelTask) {
	if m.kind.Name == "spawn" {
		m.leave(ctx, t)
		defer func() {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.busy[t]++
		}()
	}
	if t.behave == "nested wait" {
		executors.Wait(ctx, executors.AllCompleted, child.future)
	} else {
		child.future.Err(ctx)
	}
}

// check looks at the tasks when everything is over.
func (m *model) check(ctx context.Context) {
	var succeeded, failed, cancelled int64
	for _, t := range m.tasks {
		_, err := t.future.Result(ctx)
		switch t.future.State() {
		case executors.Cancelled:
			cancelled++
			if t.ran != 0 || !errors.Is(err, executors.ErrCancelled) {
				m.fault("%v was cancelled, ran %d times: %v", t.action, t.ran, err)
			}
			continue
		case executors.Finished:
		default:
			m.fault("%v is %v in the end", t.action, t.future.State())
		}
		if err == nil {
			succeeded++
		} else {
			failed++
		}
		if t.ran != 1 || !t.fits(err) {
			m.fault("%v ran %d times: %v", t.action, t.ran, err)
		}
	}
	s, ok := executors.StatsOf(m.ex)
	if !ok || m.options.Queue > 0 && m.options.OnFull == executors.RunInCaller { // what callers run is not counted
		return
	}
	if s.Submitted != int64(len(m.tasks)) || s.Succeeded != succeeded || s.Failed != failed || s.Cancelled != cancelled || s.Queued != 0 || s.Workers != 0 {
		m.fault("%d succeeded, %d failed, %d cancelled, yet the statistics are %+v", succeeded, failed, cancelled, s)
	}
}

// inner is what a nested task submits.
func (a action) inner() action {
	a.behave = []string{"value", "error", "panic", "goexit", "nested"}[a.pick%5]
	a.pick /= 5
	return a
}

// fits tells whether a task of this behaviour may end with err.
func (t *modelTask) fits(err error) bool {
	var p *executors.PanicError
	switch t.behave {
	case "error":
		return err == errModel
	case "panic":
		return errors.As(err, &p) && errors.Is(err, errModel)
	case "panic nil":
		return errors.As(err, &p)
	case "goexit":
		return errors.Is(err, executors.ErrGoexit)
	case "nested", "nested wait":
		inner := &modelTask{action: t.inner()}
		// A thread that runs the task it waits for is ended by it.
		return err == nil || errors.Is(err, executors.ErrGoexit) && inner.fits(err)
	}
	return err == nil
}
