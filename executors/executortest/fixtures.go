package executortest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"runtime"
	"sync"
	"time"
	"weak"

	"poolbench/executors"
)

type future = *executors.Future[int]

func submit[In, Out any](t *T, ex executors.Executor, fn *executors.Func[In, Out], in In, options ...executors.SubmitOption) *executors.Future[Out] {
	return submitWith(t, t.Ctx, ex, fn, in, options...)
}

// submitWith is submit with a context of its own.
func submitWith[In, Out any](t *T, ctx context.Context, ex executors.Executor, fn *executors.Func[In, Out], in In, options ...executors.SubmitOption) *executors.Future[Out] {
	f, err := executors.Submit(ctx, ex, fn, in, options...)
	if err != nil {
		t.Fatalf("Submit of %s: %v", fn.Name(), err)
	}
	return f
}

func submitFunc[Out any](t *T, ex executors.Executor, f func(context.Context) (Out, error), options ...executors.SubmitOption) *executors.Future[Out] {
	future, err := executors.SubmitFunc(t.Ctx, ex, f, options...)
	if err != nil {
		t.Fatalf("SubmitFunc: %v", err)
	}
	return future
}

func result[Out any](t *T, f *executors.Future[Out]) Out {
	v, err := f.Result(t.Ctx)
	if err != nil {
		t.Errorf("Result: %v", err)
	}
	return v
}

func wantResult(t *T, f future, want int) {
	if got := result(t, f); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

func wantState(t *T, f executors.Waitable, want executors.State) {
	if got := f.State(); got != want {
		t.Errorf("state %v, want %v", got, want)
	}
}

func wantErr(t *T, err, want error) {
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

// stillWorks checks that ex runs another task.
// wantType wants an error that errors.As finds to be an E.
func wantType[E error](t *T, err error) {
	if _, ok := errors.AsType[E](err); !ok {
		t.Errorf("got error %v, want %v", err, reflect.TypeFor[E]())
	}
}

// wantText wants an error of exactly this text.
func wantText(t *T, err error, text string) {
	if err == nil || err.Error() != text {
		t.Errorf("got error %v, want %q", err, text)
	}
}

func stillWorks(t *T, ex executors.Executor) { wantResult(t, submit(t, ex, echo, 99), 99) }

func shutdown(t *T, ex executors.Executor) {
	if err := ex.Shutdown(t.Ctx); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
}

// ended is a context that has ended: a wait with it does not block.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// gated is a future that is settled by open, with 7 or else with an error of that
// text. Where it can be, it is the running task of an executor with one worker.
func gated(t *T, text string) (f future, open func()) {
	if !t.has(Background) {
		p := executors.NewPromise[int]()
		p.Start()
		return p.Future(), func() {
			if text == "" {
				p.Settle(7, nil)
			} else {
				p.Settle(0, errors.New(text))
			}
		}
	}
	d := dir(t.TempDir())
	f = submit(t, t.New(1), gate, gateInput{d, "in", 7, text})
	await(t, d, "in")
	return f, func() { openGate(t, d) }
}

// A five is a future in each state, finished in both ways.
type five struct{ pending, running, cancelled, failed, succeeded future }

// states makes a five: tasks of one executor, or promises where the submitter does
// not go on while tasks run.
func states(t *T) five {
	if !t.has(Background | queueing) {
		return promised()
	}
	ex := t.New(1)
	s := five{succeeded: submit(t, ex, echo, 42), failed: submit(t, ex, fail, "as planned")}
	result(t, s.succeeded)
	s.failed.Err(t.Ctx)
	held, _ := hold(t, ex, 1)
	s.running = held[0]
	s.pending = submit(t, ex, echo, 1)
	s.cancelled = submit(t, ex, echo, 2)
	if !s.cancelled.Cancel() {
		t.Error("Cancel of a queued task returned false")
	}
	return s
}

func promised() five {
	var p [5]*executors.Promise[int]
	for i := range p {
		p[i] = executors.NewPromise[int]()
	}
	p[1].Start()
	p[2].Future().Cancel()
	p[3].Settle(0, errors.New("as planned"))
	p[4].Settle(42, nil)
	return five{p[0].Future(), p[1].Future(), p[2].Future(), p[3].Future(), p[4].Future()}
}

// each calls check on every one of them.
func (s five) each(check func(name string, f future)) {
	check("pending", s.pending)
	check("running", s.running)
	check("cancelled", s.cancelled)
	check("failed", s.failed)
	check("succeeded", s.succeeded)
}

// saturate checks that workers tasks can be inside at the same time.
func saturate(t *T, ex executors.Executor, workers int) {
	held, d := hold(t, ex, workers)
	openGate(t, d)
	for i, f := range held {
		wantResult(t, f, 7+i)
	}
}

// hold has n tasks run until somebody opens the gate; their results are 7, 8, 9, …
func hold(t *T, ex executors.Executor, n int, options ...executors.SubmitOption) (held []future, d dir) {
	d = dir(t.TempDir())
	for i := range n {
		held = append(held, submit(t, ex, gate, gateInput{d, fmt.Sprint("in", i), 7 + i, ""}, options...))
	}
	for i := range n {
		await(t, d, fmt.Sprint("in", i))
	}
	return held, d
}

// captureLog takes the default log for the rest of the case.
func captureLog(t *T) fmt.Stringer {
	log := &lockedBuffer{}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return log
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func await(t *T, d dir, name string) {
	if err := d.await(t.Ctx, name); err != nil {
		t.Fatal(err)
	}
}

func openGate(t *T, d dir) {
	if err := d.write("open"); err != nil {
		t.Fatal(err)
	}
}

// receive takes from c, unless the case ends first.
func receive[V any](t *T, c <-chan V) (v V) {
	select {
	case v = <-c:
	case <-t.Ctx.Done():
		t.Fatal("nothing arrived")
	}
	return v
}

// eventually polls until holds; what ends asynchronously needs a moment.
func eventually(t *T, what string, holds func() bool) {
	for !holds() {
		select {
		case <-t.Ctx.Done():
			t.Fatalf("never happened: %s", what)
		case <-time.After(time.Millisecond):
		}
	}
}

// collected waits until the garbage collector has taken what p points to.
func collected[V any](t *T, what string, p weak.Pointer[V]) {
	eventually(t, what, func() bool {
		runtime.GC()
		return p.Value() == nil
	})
}

// backTo waits until the case has no more goroutines than before.
func backTo(t *T, before int) {
	eventually(t, "no goroutine is left behind", func() bool { return goroutines(t.label) <= before })
}

// openLater opens the gate when what follows has probably begun to wait for it.
func openLater(t *T, d dir) {
	go func() {
		time.Sleep(5 * time.Millisecond)
		if err := d.write("open"); err != nil {
			t.Error(err)
		}
	}()
}

// backlog is tasks that wait for their turn behind a gate that opens later: what a
// shutdown must wait for. The result of each is its index.
func backlog(t *T, ex executors.Executor, n int) (futures []future) {
	if t.has(Background | queueing) {
		d := dir(t.TempDir())
		for i := range min(n, ex.Workers()) {
			futures = append(futures, submit(t, ex, gate, gateInput{d, "in", i, ""}))
		}
		await(t, d, "in")
		openLater(t, d)
	}
	for i := len(futures); i < n; i++ {
		futures = append(futures, submit(t, ex, echo, i))
	}
	return futures
}

// statsOf are the statistics of an executor that keeps some.
func statsOf(ex executors.Executor) executors.Stats {
	s, _ := executors.StatsOf(ex)
	return s
}

// workerOf is the worker that runs the next closure.
func workerOf(t *T, ex executors.Executor) *executors.Worker {
	return result(t, submitFunc(t, ex, func(ctx context.Context) (*executors.Worker, error) {
		return executors.CurrentWorker(ctx), nil
	}))
}

// errorsOf iterates seq to its end.
func errorsOf[V any](seq func(func(V, error) bool)) (errs []error) {
	for _, err := range seq {
		errs = append(errs, err)
	}
	return errs
}

// heap is the number of bytes in use after a collection.
func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
