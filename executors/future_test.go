package executors

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestPromise(t *testing.T) {
	boom := errors.New("boom")
	for _, test := range []struct {
		name  string
		act   func(*Promise[int])
		state State
		text  string
	}{
		{"pending", func(*Promise[int]) {}, Pending, "future(pending)"},
		{"running", func(p *Promise[int]) { p.Start() }, Running, "future(running)"},
		{"cancelled", func(p *Promise[int]) { p.Future().Cancel() }, Cancelled, "future(cancelled)"},
		{"value", func(p *Promise[int]) { p.Settle(5, nil) }, Finished, "future(finished: int)"},
		{"error", func(p *Promise[int]) { p.Settle(0, boom) }, Finished, "future(finished: boom)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := NewPromise[int]()
			test.act(p)
			f := p.Future()
			if f.State() != test.state || f.String() != test.text {
				t.Errorf("%v in state %v", f, f.State())
			}
			settled := test.state == Finished || test.state == Cancelled
			if err := p.Settle(7, nil); (err == nil) == settled {
				t.Errorf("Settle: %v", err)
			}
			if got, err := f.Result(t.Context()); !settled && (got != 7 || err != nil) {
				t.Errorf("Result: %v, %v", got, err)
			}
		})
	}
}

func TestPromiseRace(t *testing.T) {
	for range 1000 {
		p := NewPromise[int]()
		calls := 0
		p.Future().OnDone(func(*Future[int]) { calls++ })
		p.Future().OnDone(func(*Future[int]) { calls++ })
		var wg sync.WaitGroup
		wg.Go(func() { p.Future().Cancel() })
		wg.Go(func() { p.Settle(1, nil) })
		wg.Wait()
		done := make(chan int)
		p.Future().OnDone(func(*Future[int]) {}) // runs after it is settled
		go func() { <-p.Future().Done(); done <- 0 }()
		<-done
		if s := p.Future().State(); s != Finished && s != Cancelled {
			t.Fatal(s)
		}
	}
}

func TestUnwaitedFutureHasNoAudience(t *testing.T) {
	ex, err := Goroutines.New(Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	f, err := SubmitFunc(context.Background(), ex, func(context.Context) (int, error) { return 1, nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := ex.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.audience.Load() != settledAudience {
		t.Error("a future that nobody waited for has an audience")
	}
}

// Tasks share what they have in common, but never that of another executor.
func TestOrigins(t *testing.T) {
	p := &pool{}
	around := &struct{ *pool }{p}
	ctx := context.Background()
	for _, ex := range []Executor{p, around, p} {
		if o := originOf(ctx, ex); o.executor != ex || o.parent != ctx {
			t.Errorf("the origin of a task for %T is %v, %v", ex, o.executor, o.parent)
		}
	}
	if originOf(ctx, p) != originOf(ctx, p) {
		t.Error("tasks of one executor share no origin")
	}
	if o := originOf(t.Context(), p); o.executor != Executor(p) || o.parent != t.Context() || o == originOf(ctx, p) {
		t.Error("a context is shared with other tasks")
	}
}

func TestWaitLeavesNoWatcher(t *testing.T) {
	p := NewPromise[int]()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if _, pending, err := Wait(ctx, AllCompleted, p.Future()); err == nil || len(pending) != 1 {
			t.Fatal(pending, err)
		}
		for range AsCompleted(ctx, p.Future()) {
		}
	}
	if n := len(p.f.audience.Load().watchers); n != 0 {
		t.Errorf("%d watchers left", n)
	}
}

type point struct {
	X, Y int
	Name string
}

var (
	double = Define("executors.double", func(_ context.Context, v point) (point, error) {
		return point{2 * v.X, 2 * v.Y, strings.ToUpper(v.Name)}, nil
	})
	length = Define("executors.length", func(_ context.Context, b []byte) (int, error) { return len(b), nil })
	unsend = Define("executors.unsend", func(context.Context, string) (chan int, error) { return make(chan int), nil })
)

// remotely does in one process what a process executor does in two.
func remotely[In, Out any](t *testing.T, fn *Func[In, Out], in In) (Out, error) {
	t.Helper()
	c := &call[In, Out]{fn: fn, in: in}
	c.origin = &origin{parent: t.Context()}
	c.task = c
	remote, err := c.Remote()
	if err != nil {
		return *new(Out), err
	}
	input, err := remote.AppendInput(nil, 1<<30)
	if err != nil {
		c.Fail(err)
		return c.Result(t.Context())
	}
	if !remote.Start() {
		t.Fatal("cannot start")
	}
	output, err := Lookup(remote.FuncName()).CallRemote(remote.Context(), input, nil, 1<<30)
	remote.Settle(output, err)
	return c.Result(t.Context())
}

func TestRemoteCall(t *testing.T) {
	if got, err := remotely(t, double, point{1, 2, "a"}); err != nil || got != (point{2, 4, "A"}) {
		t.Errorf("double: %v, %v", got, err)
	}
	if got, err := remotely(t, length, []byte("abc")); err != nil || got != 3 {
		t.Errorf("length: %v, %v", got, err)
	}
	if _, err := remotely(t, unsend, ""); !errors.Is(err, ErrUnsendable) || !strings.Contains(err.Error(), "outputs of executors.unsend: chan int") {
		t.Errorf("unsend: %v", err)
	}
	if _, err := Lookup("nobody").CallRemote(t.Context(), nil, nil, 1<<30); !errors.Is(err, ErrUnknownFunc) {
		t.Errorf("unknown function: %v", err)
	}
	if _, err := Lookup("executors.double").CallRemote(t.Context(), []byte{0xff}, nil, 1<<30); err == nil {
		t.Error("garbage input was accepted")
	}
}

func TestCodecs(t *testing.T) {
	roundTrip(t, -7)
	roundTrip(t, uint64(1)<<63)
	roundTrip(t, 3.25)
	roundTrip(t, "text")
	roundTrip(t, true)
	roundTrip(t, struct{}{})
	roundTrip(t, point{1, -2, "µ"})
}

func roundTrip[T comparable](t *testing.T, v T) {
	t.Helper()
	c := codecFor[T]()
	b, err := c.append([]byte("before"), v, 100)
	if err != nil || !strings.HasPrefix(string(b), "before") {
		t.Fatalf("%T: %q, %v", v, b, err)
	}
	if got, err := c.decode(b[len("before"):]); got != v || err != nil {
		t.Errorf("%T: got %v, %v, want %v", v, got, err, v)
	}
}

// A context that is first looked at when its task has returned has ended.
func TestContextEndsWithItsTask(t *testing.T) {
	for _, kind := range []Kind{Serial, Goroutines} {
		ex, err := kind.New(Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		f, err := SubmitFunc(t.Context(), ex, func(ctx context.Context) (context.Context, error) { return ctx, nil })
		if err != nil {
			t.Fatal(err)
		}
		ctx, err := f.Result(t.Context())
		if err != nil || ex.Shutdown(t.Context()) != nil {
			t.Fatal(err)
		}
		select {
		case <-ctx.Done():
		default:
			t.Errorf("%s: the context of a task that has returned lives on", kind.Name)
		}
		if ctx.Err() != context.Canceled {
			t.Errorf("%s: %v", kind.Name, ctx.Err())
		}
		child, cancel := context.WithCancel(ctx)
		defer cancel()
		if child.Err() == nil {
			t.Errorf("%s: a context made from it lives", kind.Name)
		}
	}
}

// Contexts made from that of a task end with it, and cost no goroutine until then.
func TestContextsOfATask(t *testing.T) {
	ex, err := NewGoroutines(1)
	if err != nil {
		t.Fatal(err)
	}
	inside, release := make(chan []context.Context), make(chan struct{})
	var stopped atomic.Int32
	f, err := SubmitFunc(t.Context(), ex, func(ctx context.Context) (int, error) {
		before := runtime.NumGoroutine()
		var made []context.Context
		for i := range 100 {
			child, cancel := context.WithCancel(ctx)
			if i%2 == 0 {
				cancel()
			}
			made = append(made, child)
			stop := context.AfterFunc(ctx, func() { stopped.Add(1) })
			if i%2 == 0 && !stop() || i%2 == 0 && stop() {
				t.Error("what was to follow cannot be stopped, or twice")
			}
			defer cancel()
		}
		if more := runtime.NumGoroutine() - before; more > 0 {
			t.Errorf("%d goroutines for as many contexts", more)
		}
		inside <- made
		<-ctx.Done()
		<-release
		return 0, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	made := <-inside
	for i, ctx := range made {
		if (ctx.Err() != nil) != (i%2 == 0) {
			t.Errorf("context %d: %v", i, ctx.Err())
		}
	}
	f.Cancel()
	for _, ctx := range made {
		<-ctx.Done()
	}
	for stopped.Load() < 50 {
		runtime.Gosched()
	}
	close(release)
	if err := ex.Shutdown(t.Context()); err != nil || stopped.Load() != 50 {
		t.Errorf("%d functions were called, %v", stopped.Load(), err)
	}
}

// Priorities without end keep no memory without end.
func TestRankedQueuesForget(t *testing.T) {
	var r rankedQueues
	for i := range 1000 {
		c := &call[int, int]{}
		c.rank = int32(i + 1)
		r.push(c)
		if r.take(0) != Task(c) || r.take(0) != nil {
			t.Fatal("the task that was pushed did not come back")
		}
	}
	if len(r.queues) > keptRanks+1 {
		t.Errorf("%d queues are kept", len(r.queues))
	}
}

// A worker that comes for one that has ended gets its CPU, not the next one.
func TestSlotsAreUsedAgain(t *testing.T) {
	p := &pool{options: Options{CPUs: []int{4, 5}}}
	for _, want := range []int{0, 1, 0} {
		w := &poolWorker{slot: p.freeSlot()}
		if w.slot != want {
			t.Errorf("slot %d, want %d", w.slot, want)
		}
		p.all = append(p.all, w)
	}
	p.all = append(p.all[:1], p.all[2:]...)
	if slot := p.freeSlot(); slot != 1 {
		t.Errorf("slot %d is free, want 1", slot)
	}
}

func TestDefineRefusesMistakes(t *testing.T) {
	for name, define := range map[string]func(){
		"duplicate": func() { Define("executors.double", func(context.Context, int) (int, error) { return 0, nil }) },
		"no name":   func() { Define("", func(context.Context, int) (int, error) { return 0, nil }) },
		"nil":       func() { Define[int, int]("executors.nil", nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			define()
		}()
	}
}
