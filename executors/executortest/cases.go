package executortest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
)

// Cases returns the suite in the order in which Run runs it.
func Cases() []Case {
	return slices.Concat(taskCases, futureCases, groupCases, lifetimeCases)
}

var taskCases = []Case{
	{"E01", "submit returns a future with the value", Anything, func(s *Suite) {
		if got := result(s, submit(s, s.New(2), echo, 42)); got != 42 {
			s.Errorf("got %d, want 42", got)
		}
	}},
	{"E20", "less than one worker is refused", Anything, func(s *Suite) {
		for _, n := range []int{0, -1} {
			if _, err := s.Kind.New(executors.Options{Workers: n}); err == nil {
				s.Errorf("%d workers were accepted", n)
			}
		}
	}},
	{"E02", "a missing function is refused at submit", Anything, func(s *Suite) {
		var none *executors.Func[int, int]
		if _, err := executors.Submit(s.Ctx, s.New(1), none, 1); err == nil {
			s.Error("nil function accepted")
		}
	}},
	{"D07", "an error of the task is the error of the future, and the worker lives on", Anything, func(s *Suite) {
		ex := s.New(1)
		if err := submit(s, ex, fail, "no such thing").Err(s.Ctx); err == nil || err.Error() != "no such thing" {
			s.Errorf("got error %v", err)
		}
		stillWorks(s, ex)
	}},
	{"T09", "a panic becomes an error with value and stack, and the worker lives on", Anything, func(s *Suite) {
		ex := s.New(1)
		var p *executors.PanicError
		err := submit(s, ex, panics, "as planned").Err(s.Ctx)
		if !errors.As(err, &p) {
			s.Fatalf("got %T %v, want *PanicError", err, err)
		}
		if fmt.Sprint(p.Value) != "as planned" || !strings.Contains(string(p.Stack), "panicHere") {
			s.Errorf("value %v, stack\n%s", p.Value, p.Stack)
		}
		stillWorks(s, ex)
	}},
	{"T08", "runtime.Goexit ends in the future and costs no worker", Background, func(s *Suite) {
		ex := s.New(2)
		for range 4 {
			if err := submit(s, ex, goexit, struct{}{}).Err(s.Ctx); !errors.Is(err, executors.ErrGoexit) {
				s.Errorf("got %v, want ErrGoexit", err)
			}
		}
		stillWorks(s, ex)
		saturate(s, ex, 2)
	}},
	{"N01", "a closure is refused synchronously, naming the reason", Shipping, func(s *Suite) {
		_, err := executors.SubmitFunc(s.Ctx, s.New(1), func(context.Context) (int, error) { return 0, nil })
		if !errors.Is(err, executors.ErrNotShippable) {
			s.Errorf("got %v, want ErrNotShippable", err)
		}
	}},
	{"P35", "tasks run in another process", Shipping, func(s *Suite) {
		if got := result(s, submit(s, s.New(1), pid, struct{}{})); got == os.Getpid() {
			s.Error("the task ran in this process")
		}
	}},
	{"T02", "a backlog never has more than Workers tasks at once, and all of them when it can", Background, func(s *Suite) {
		ex := s.New(3)
		if got := ex.Workers(); got != 3 {
			s.Errorf("Workers() = %d, want 3", got)
		}
		saturate(s, ex, 3)
		peaks := 0
		d := dir(s.TempDir())
		for peak, err := range executors.Map(s.Ctx, ex, crowd, slices.Values(slices.Repeat([]dir{d}, 45))) {
			if err != nil {
				s.Fatal(err)
			}
			peaks = max(peaks, peak)
		}
		if peaks > 3 {
			s.Errorf("%d tasks ran at once on 3 workers", peaks)
		}
	}},
	{"X01", "no task is lost or run twice", Closures, func(s *Suite) {
		ex := s.New(4)
		var ran [2000]atomic.Int32
		var futures []*executors.Future[int]
		for i := range ran {
			f, err := executors.SubmitFunc(s.Ctx, ex, func(context.Context) (int, error) {
				ran[i].Add(1)
				return i, nil
			})
			if err != nil {
				s.Fatal(err)
			}
			futures = append(futures, f)
		}
		for i, f := range futures {
			if got := result(s, f); got != i || ran[i].Load() != 1 {
				s.Errorf("task %d returned %d and ran %d times", i, got, ran[i].Load())
			}
		}
	}},
	{"X02", "every task gives its own result under concurrent submitters", Background, func(s *Suite) {
		ex := s.New(2)
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				for i := range 50 {
					f, err := executors.Submit(s.Ctx, ex, echo, g*1000+i)
					if err != nil {
						s.Error(err)
						return
					}
					if got, err := f.Result(s.Ctx); got != g*1000+i || err != nil {
						s.Errorf("got %d, %v, want %d", got, err, g*1000+i)
					}
				}
			})
		}
		wg.Wait()
	}},
	{"E31", "one worker starts tasks in the order of submission", Closures, func(s *Suite) {
		ex := s.New(1)
		var order []int
		for i := range 100 {
			if _, err := executors.SubmitFunc(s.Ctx, ex, func(context.Context) (int, error) {
				order = append(order, i)
				return 0, nil
			}); err != nil {
				s.Fatal(err)
			}
		}
		if err := ex.Shutdown(s.Ctx); err != nil {
			s.Fatal(err)
		}
		if !slices.IsSorted(order) || len(order) != 100 {
			s.Errorf("order %v", order)
		}
	}},
	{"E33", "a task that waits on its own one-worker executor completes, to any depth", Closures, func(s *Suite) {
		ex := s.New(1)
		var depth func(ctx context.Context, n int) (int, error)
		depth = func(ctx context.Context, n int) (int, error) {
			if n == 0 {
				return 0, nil
			}
			f, err := executors.SubmitFunc(ctx, ex, func(ctx context.Context) (int, error) { return depth(ctx, n-1) })
			if err != nil {
				return 0, err
			}
			below, err := f.Result(ctx)
			return below + 1, err
		}
		f, err := executors.SubmitFunc(s.Ctx, ex, func(ctx context.Context) (int, error) { return depth(ctx, 50) })
		if err != nil {
			s.Fatal(err)
		}
		if got := result(s, f); got != 50 {
			s.Errorf("depth %d, want 50", got)
		}
	}},
}

var futureCases = []Case{
	{"F11", "cancel of a queued task wakes its waiters and it never starts", Background, func(s *Suite) {
		ex := s.New(1)
		d := dir(s.TempDir())
		blocker := submit(s, ex, gate, gateInput{d, "blocker", 1})
		await(s, d, "blocker")
		queued := submit(s, ex, gate, gateInput{d, "queued", 2})
		waited := make(chan error, 1)
		go func() { waited <- queued.Err(context.Background()) }()
		if !queued.Cancel() || !queued.Cancel() {
			s.Error("Cancel of a queued task returned false")
		}
		if err := <-waited; !errors.Is(err, executors.ErrCancelled) || !errors.Is(err, context.Canceled) {
			s.Errorf("got %v, want ErrCancelled", err)
		}
		if blocker.Cancel(); queued.State() != executors.Cancelled {
			s.Errorf("state %v, want cancelled", queued.State())
		}
		blocker.Err(s.Ctx)
		stillWorks(s, ex)
		if d.has("queued") {
			s.Error("the cancelled task was started")
		}
	}},
	{"L07", "cancel of a running task ends its context; the future settles when it has returned", Background, func(s *Suite) {
		ex := s.New(1)
		d := dir(s.TempDir())
		f := submit(s, ex, untilDone, d)
		await(s, d, "started")
		if f.State() != executors.Running {
			s.Errorf("state %v, want running", f.State())
		}
		if f.Cancel() {
			s.Error("Cancel of a running task returned true")
		}
		if got, err := f.Result(s.Ctx); err != nil || got != context.Canceled.Error() {
			s.Errorf("got %q, %v", got, err)
		}
		if f.State() != executors.Finished {
			s.Errorf("state %v, want finished", f.State())
		}
		stillWorks(s, ex)
	}},
	{"X03", "the end of the context of submit cancels the task, queued or running", Background, func(s *Suite) {
		ex := s.New(1)
		d := dir(s.TempDir())
		ctx, cancel := context.WithCancel(s.Ctx)
		running, err := executors.Submit(ctx, ex, untilDone, d)
		if err != nil {
			s.Fatal(err)
		}
		await(s, d, "started")
		queued, err := executors.Submit(ctx, ex, echo, 1)
		if err != nil {
			s.Fatal(err)
		}
		cancel()
		if err := queued.Err(s.Ctx); !errors.Is(err, executors.ErrCancelled) {
			s.Errorf("queued: got %v, want ErrCancelled", err)
		}
		if got := result(s, running); got != context.Canceled.Error() {
			s.Errorf("running: got %q", got)
		}
		if _, err := executors.Submit(ctx, ex, echo, 1); !errors.Is(err, context.Canceled) {
			s.Errorf("submit with an ended context: %v", err)
		}
	}},
	{"F29", "a wait that its context ends leaves the task alone", Background, func(s *Suite) {
		ex := s.New(1)
		d := dir(s.TempDir())
		f := submit(s, ex, gate, gateInput{d, "in", 7})
		ended, cancel := context.WithCancel(s.Ctx)
		cancel()
		var waitErr *executors.WaitError
		if _, err := f.Result(ended); !errors.As(err, &waitErr) {
			s.Errorf("got %v, want *WaitError", err)
		}
		open(s, d)
		if got := result(s, f); got != 7 {
			s.Errorf("got %d, want 7", got)
		}
	}},
	{"F26", "callbacks run once, in order, with a settled future, past a panicking one", Background, func(s *Suite) {
		ex := s.New(1)
		d := dir(s.TempDir())
		f := submit(s, ex, gate, gateInput{d, "in", 7})
		logged := captureLog(s)
		order := make(chan int, 4)
		for i := range 3 {
			f.OnDone(func(f *executors.Future[int]) {
				if f.State() == executors.Finished {
					order <- i
				}
				if i == 1 {
					panic("callback panics, as planned")
				}
			})
		}
		open(s, d)
		for want := range 3 {
			if got := <-order; got != want {
				s.Errorf("callback %d ran at position %d", got, want)
			}
		}
		result(s, f)
		if !strings.Contains(logged.String(), "as planned") {
			s.Errorf("the panic was not logged: %q", logged)
		}
		late := false
		f.OnDone(func(*executors.Future[int]) { late = true })
		if !late {
			s.Error("a callback on a finished future did not run at once")
		}
		stillWorks(s, ex)
	}},
	{"F03", "cancel runs callbacks before it returns", Background, func(s *Suite) {
		ex := s.New(1)
		d := dir(s.TempDir())
		submit(s, ex, gate, gateInput{d, "in", 7})
		f := submit(s, ex, echo, 1)
		called := 0
		f.OnDone(func(f *executors.Future[int]) { called++ })
		f.Cancel()
		if called != 1 {
			s.Errorf("callback ran %d times", called)
		}
		open(s, d)
	}},
}

var groupCases = []Case{
	{"E03", "map yields in input order, past errors", Anything, func(s *Suite) {
		ex := s.New(3)
		var got []string
		for v, err := range executors.Map(s.Ctx, ex, divide, slices.Values([]int{1, 2, 0, 4, 5})) {
			got = append(got, fmt.Sprint(v, " ", err))
		}
		want := []string{"60 <nil>", "30 <nil>", "0 division by zero", "15 <nil>", "12 <nil>"}
		if !slices.Equal(got, want) {
			s.Errorf("got %q, want %q", got, want)
		}
	}},
	{"E13", "map with a buffer takes an endless input", Anything, func(s *Suite) {
		taken := 0
		endless := func(yield func(int) bool) {
			for ; yield(taken); taken++ {
			}
		}
		var got []int
		for v, err := range executors.Map(s.Ctx, s.New(2), echo, endless, executors.Buffer(4)) {
			if err != nil {
				s.Fatal(err)
			}
			if got = append(got, v); len(got) == 3 {
				break
			}
		}
		if !slices.Equal(got, []int{0, 1, 2}) || taken > 7 {
			s.Errorf("got %v after taking %d inputs", got, taken)
		}
	}},
	{"E08", "breaking out of map cancels what has not started", Background, func(s *Suite) {
		ex := s.New(1)
		d := dir(s.TempDir())
		open(s, d)
		inputs := func(yield func(gateInput) bool) {
			yield(gateInput{d, "first", 0})
			closed := dir(s.TempDir())
			yield(gateInput{closed, "second", 0}) // blocks the worker until it is cancelled
			yield(gateInput{d, "third", 0})
		}
		for range executors.Map(s.Ctx, ex, gate, inputs) {
			break
		}
		stillWorks(s, ex)
		if d.has("third") {
			s.Error("the third task ran after the break")
		}
	}},
	{"W02", "wait for the first returns with the rest pending", Background, func(s *Suite) {
		ex := s.New(2)
		d := dir(s.TempDir())
		slow := submit(s, ex, gate, gateInput{d, "slow", 1})
		quick := submit(s, ex, echo, 2)
		done, pending, err := executors.Wait(s.Ctx, executors.FirstCompleted, slow, quick, slow)
		if err != nil || !slices.Equal(done, []*executors.Future[int]{quick}) || !slices.Equal(pending, []*executors.Future[int]{slow}) {
			s.Errorf("done %v, pending %v, error %v", done, pending, err)
		}
		open(s, d)
		done, pending, err = executors.Wait(s.Ctx, executors.AllCompleted, slow, quick)
		if err != nil || len(done) != 2 || len(pending) != 0 {
			s.Errorf("all: done %v, pending %v, error %v", done, pending, err)
		}
	}},
	{"W04", "wait for the first error ends at it", Background, func(s *Suite) {
		ex := s.New(2)
		d := dir(s.TempDir())
		slow := submit(s, ex, gate, gateInput{d, "slow", 1})
		good := submit(s, ex, echo, 2)
		bad := submit(s, ex, fail, "as planned")
		done, pending, err := executors.Wait(s.Ctx, executors.FirstError, slow, good, bad)
		if err != nil || len(done) != 2 || len(pending) != 1 {
			s.Errorf("done %v, pending %v, error %v", done, pending, err)
		}
		open(s, d)
	}},
	{"W13", "an unknown wait mode is refused", Anything, func(s *Suite) {
		if _, _, err := executors.Wait[executors.Waitable](s.Ctx, 99); err == nil {
			s.Error("mode 99 was accepted")
		}
	}},
	{"A01", "as completed yields each future once", Anything, func(s *Suite) {
		ex := s.New(3)
		var futures []*executors.Future[int]
		for i := range 20 {
			futures = append(futures, submit(s, ex, echo, i))
		}
		seen := map[int]int{}
		for f, err := range executors.AsCompleted(s.Ctx, append(futures, futures...)...) {
			if err != nil {
				s.Fatal(err)
			}
			seen[result(s, f)]++
		}
		if len(seen) != 20 {
			s.Errorf("saw %v", seen)
		}
	}},
	{"A05", "as completed tells how many are unfinished when its context ends", Background, func(s *Suite) {
		ex := s.New(1)
		d := dir(s.TempDir())
		first := submit(s, ex, echo, 1)
		result(s, first)
		second := submit(s, ex, gate, gateInput{d, "in", 2})
		ctx, cancel := context.WithCancel(s.Ctx)
		cancel()
		var errs []error
		for _, err := range executors.AsCompleted(ctx, second, first) {
			errs = append(errs, err)
		}
		var waitErr *executors.WaitError
		if len(errs) != 2 || errs[0] != nil || !errors.As(errs[1], &waitErr) || waitErr.Unfinished != 1 || waitErr.Total != 2 {
			s.Errorf("got %v", errs)
		}
		open(s, d)
	}},
}

var lifetimeCases = []Case{
	{"S01", "submit after shutdown is refused; shutdown twice is fine", Anything, func(s *Suite) {
		ex := s.New(2)
		f := submit(s, ex, echo, 3)
		for range 2 {
			if err := ex.Shutdown(s.Ctx); err != nil {
				s.Error(err)
			}
		}
		if got := result(s, f); got != 3 {
			s.Errorf("got %d, want 3", got)
		}
		if _, err := executors.Submit(s.Ctx, ex, echo, 1); !errors.Is(err, executors.ErrShutdown) {
			s.Errorf("got %v, want ErrShutdown", err)
		}
	}},
	{"S04", "shutdown lets the backlog finish", Anything, func(s *Suite) {
		ex := s.New(3)
		var futures []*executors.Future[int]
		for i := range 50 {
			futures = append(futures, submit(s, ex, echo, i))
		}
		if err := ex.Shutdown(s.Ctx); err != nil {
			s.Error(err)
		}
		for i, f := range futures {
			if f.State() != executors.Finished || result(s, f) != i {
				s.Errorf("future %d is %v", i, f)
			}
		}
	}},
	{"S17", "shutdown by a task of the executor is refused without effect", Closures, func(s *Suite) {
		ex := s.New(1)
		f, err := executors.SubmitFunc(s.Ctx, ex, func(ctx context.Context) (int, error) { return 0, ex.Shutdown(ctx) })
		if err != nil {
			s.Fatal(err)
		}
		if err := f.Err(s.Ctx); !errors.Is(err, executors.ErrShutdownInside) {
			s.Errorf("got %v, want ErrShutdownInside", err)
		}
		stillWorks(s, ex)
	}},
	{"S21", "shutdown leaves no goroutine behind", Anything, func(s *Suite) {
		before := runtime.NumGoroutine()
		for range 10 {
			ex, err := s.Kind.New(executors.Options{Workers: 3})
			if err != nil {
				s.Fatal(err)
			}
			for i := range 10 {
				submit(s, ex, echo, i)
			}
			if err := ex.Shutdown(s.Ctx); err != nil {
				s.Fatal(err)
			}
		}
		// A goroutine that has been told to end needs a moment to do so.
		for try := 0; runtime.NumGoroutine() > before; try++ {
			if try == 1000 {
				s.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
			}
			time.Sleep(time.Millisecond)
		}
	}},
	{"S23", "shutdown that its context ends says what still runs, and can be called again", Closures | Background, func(s *Suite) {
		ex := s.New(1)
		d := dir(s.TempDir())
		f := submit(s, ex, gate, gateInput{d, "in", 9})
		queued := submit(s, ex, echo, 1)
		await(s, d, "in")
		ctx, cancel := context.WithCancel(s.Ctx)
		cancel()
		if err := ex.Shutdown(ctx); err == nil || !strings.Contains(err.Error(), "1 tasks running and 1 queued") {
			s.Errorf("got %v", err)
		}
		open(s, d)
		if err := ex.Shutdown(s.Ctx); err != nil {
			s.Error(err)
		}
		if result(s, f) != 9 || result(s, queued) != 1 {
			s.Error("results were lost")
		}
	}},
	{"S07", "submit, cancel at once, shut down", Anything, func(s *Suite) {
		for range 20 {
			ex, err := s.Kind.New(executors.Options{Workers: 2})
			if err != nil {
				s.Fatal(err)
			}
			f := submit(s, ex, echo, 1)
			f.Cancel()
			if err := ex.Shutdown(s.Ctx); err != nil {
				s.Fatal(err)
			}
			if state := f.State(); state != executors.Finished && state != executors.Cancelled {
				s.Errorf("after shutdown a future is %v", state)
			}
		}
	}},
}

func submit[In, Out any](s *Suite, ex executors.Executor, fn *executors.Func[In, Out], in In) *executors.Future[Out] {
	s.Helper()
	f, err := executors.Submit(s.Ctx, ex, fn, in)
	if err != nil {
		s.Fatalf("Submit of %s: %v", fn.Name(), err)
	}
	return f
}

func result[T any](s *Suite, f *executors.Future[T]) T {
	s.Helper()
	v, err := f.Result(s.Ctx)
	if err != nil {
		s.Errorf("Result: %v", err)
	}
	return v
}

func stillWorks(s *Suite, ex executors.Executor) {
	s.Helper()
	if got := result(s, submit(s, ex, echo, 99)); got != 99 {
		s.Errorf("afterwards echo returns %d, want 99", got)
	}
}

// saturate checks that workers tasks can be inside at the same time.
func saturate(s *Suite, ex executors.Executor, workers int) {
	s.Helper()
	d := dir(s.TempDir())
	var futures []*executors.Future[int]
	for i := range workers {
		futures = append(futures, submit(s, ex, gate, gateInput{d, fmt.Sprint("in", i), i}))
	}
	for i := range workers {
		await(s, d, fmt.Sprint("in", i))
	}
	open(s, d)
	for i, f := range futures {
		if got := result(s, f); got != i {
			s.Errorf("got %d, want %d", got, i)
		}
	}
}

// captureLog takes the default log for the rest of the case.
func captureLog(s *Suite) fmt.Stringer {
	log := &lockedBuffer{}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	s.Cleanup(func() { slog.SetDefault(before) })
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

func await(s *Suite, d dir, name string) {
	s.Helper()
	if err := d.await(s.Ctx, name); err != nil {
		s.Fatal(err)
	}
}

func open(s *Suite, d dir) {
	s.Helper()
	if err := d.write("open"); err != nil {
		s.Fatal(err)
	}
}
