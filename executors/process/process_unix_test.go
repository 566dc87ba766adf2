//go:build unix

package process_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// Environment of helper processes of these tests.
const (
	envForget = "PROCESS_TEST_FORGET" // a worker that does not call WorkerMain
	envEcho   = "PROCESS_TEST_ECHO"   // a bare echo of messages of that size on descriptor 3
	envParent = "PROCESS_TEST_PARENT" // a program with a pool of its own, to be killed
	envPeer   = "PROCESS_TEST_PEER"   // the peer of a benchmark, see peers
)

func TestMain(m *testing.M) {
	if os.Getenv(envForget) == "" {
		process.WorkerMain()
	}
	if size, err := strconv.Atoi(os.Getenv(envEcho)); err == nil {
		helperEcho(size)
	}
	if os.Getenv(envParent) != "" {
		helperParent()
	}
	if peer := peers[os.Getenv(envPeer)]; peer != nil {
		peer()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

type point struct{ X, Y int }

// explosive cannot be encoded; worse, it panics.
type explosive struct{ N int }

func (explosive) MarshalBinary() ([]byte, error) { panic("boom while encoding") }
func (*explosive) UnmarshalBinary([]byte) error  { return nil }

type typedError struct{ Code int }

func (e *typedError) Error() string { return fmt.Sprintf("typed %d", e.Code) }

type hostileError struct{}

func (hostileError) Error() string { panic("no text") }

var (
	empty = executors.Define("test.empty", func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil })
	echo  = executors.Define("test.echo", func(_ context.Context, n int) (int, error) { return n, nil })
	bytez = executors.Define("test.bytes", func(_ context.Context, b []byte) ([]byte, error) { return b, nil })
	move  = executors.Define("test.move", func(_ context.Context, p point) (point, error) { return point{p.Y, p.X}, nil })
	pid   = executors.Define("test.pid", func(context.Context, struct{}) (int, error) { return os.Getpid(), nil })
	fail  = executors.Define("test.fail", func(_ context.Context, how string) (int, error) { return 0, failure(how) })
	exit  = executors.Define("test.exit", func(_ context.Context, code int) (int, error) {
		fmt.Fprintln(os.Stderr, "last words")
		os.Exit(code)
		return 0, nil
	})
	killSelf = executors.Define("test.kill", func(_ context.Context, sig int) (int, error) {
		syscall.Kill(os.Getpid(), syscall.Signal(sig))
		select {}
	})
	goexit = executors.Define("test.goexit", func(context.Context, struct{}) (int, error) { runtime.Goexit(); return 0, nil })
	spew   = executors.Define("test.spew", func(_ context.Context, n int) (int, error) {
		line := bytes.Repeat([]byte("x"), 1<<10)
		for range n >> 10 {
			os.Stdout.Write(line)
			os.Stderr.Write(line)
		}
		return n, nil
	})
	napping = executors.Define("test.nap", func(_ context.Context, d time.Duration) (struct{}, error) {
		time.Sleep(d)
		return struct{}{}, nil
	})
	// await returns when the file exists, or with the error of its context.
	await = executors.Define("test.await", func(ctx context.Context, file string) (int, error) {
		os.WriteFile(file+".started", nil, 0o600)
		for {
			if _, err := os.Stat(file); err == nil {
				return os.Getpid(), nil
			}
			select {
			case <-ctx.Done():
				return 0, ctx.Err()
			case <-time.After(time.Millisecond):
			}
		}
	})
	// stat is short if the file exists, and waits for it otherwise.
	stat = executors.Define("test.stat", func(_ context.Context, file string) (int, error) {
		for {
			if _, err := os.Stat(file); err == nil {
				return os.Getpid(), nil
			}
			time.Sleep(time.Millisecond)
		}
	})
	explode   = executors.Define("test.explode", func(_ context.Context, e explosive) (int, error) { return e.N, nil })
	explosion = executors.Define("test.explosion", func(_ context.Context, n int) (explosive, error) { return explosive{n}, nil })
	nest      = executors.Define("test.nest", func(context.Context, struct{}) (int, error) {
		_, err := process.New(executors.Options{Workers: 1})
		return 0, err
	})
	grandchild = executors.Define("test.grandchild", func(context.Context, struct{}) (int, error) {
		cmd := exec.Command("sleep", "1000")
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		return cmd.Process.Pid, nil
	})
)

func failure(how string) error {
	switch how {
	case "plain":
		return &typedError{7}
	case "canceled":
		return fmt.Errorf("wrapped: %w", context.Canceled)
	case "deadline":
		return context.DeadlineExceeded
	case "missing":
		return fmt.Errorf("wrapped: %w", fs.ErrNotExist)
	case "hostile":
		return hostileError{}
	case "panic":
		panic("it broke")
	case "panic nil":
		panic(nil)
	}
	return nil
}

// limit is how long a test waits for what must happen, on a busy machine too.
func limit(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func newPool(t testing.TB, o process.Options) *process.Pool {
	t.Helper()
	p, err := process.NewPool(o)
	if errors.Is(err, process.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Kill(limit(t)); err != nil {
			t.Error(err)
		}
	})
	return p
}

func submit[In, Out any](t testing.TB, p *process.Pool, fn *executors.Func[In, Out], in In) *executors.Future[Out] {
	t.Helper()
	f, err := executors.Submit(context.Background(), p, fn, in)
	if err != nil {
		t.Fatalf("Submit(%s): %v", fn.Name(), err)
	}
	return f
}

func result[T any](t testing.TB, f *executors.Future[T]) T {
	t.Helper()
	v, err := f.Result(limit(t))
	if err != nil {
		t.Fatalf("Result: %v", err)
	}
	return v
}

func failed[T any](t testing.TB, f *executors.Future[T]) error {
	t.Helper()
	_, err := f.Result(limit(t))
	var w *executors.WaitError
	if err == nil || errors.As(err, &w) {
		t.Fatalf("Result: %v, want the error of the task", err)
	}
	return err
}

func TestValues(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2})
	if got := result(t, submit(t, p, echo, 42)); got != 42 {
		t.Errorf("echo: %d", got)
	}
	if got := result(t, submit(t, p, move, point{1, 2})); got != (point{2, 1}) {
		t.Errorf("move: %v", got)
	}
	if got := result(t, submit(t, p, pid, struct{}{})); got == os.Getpid() || got == 0 {
		t.Errorf("task ran in process %d", got)
	}
	for _, size := range []int{0, 1, 16 << 10, 16<<10 + 1, 64 << 10, 4 << 20} {
		in := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
		if got := result(t, submit(t, p, bytez, in)); !bytes.Equal(got, in) {
			t.Errorf("%d bytes come back as %d, or different", size, len(got))
		}
	}
}

// Big messages in both directions at the same time must not block each other.
func TestBigMessagesBothWays(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	in := make([]byte, 1<<20)
	var futures []*executors.Future[[]byte]
	for range 20 {
		futures = append(futures, submit(t, p, bytez, in))
	}
	for _, f := range futures {
		if got := result(t, f); len(got) != len(in) {
			t.Fatalf("%d bytes", len(got))
		}
	}
}

func TestErrors(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	worker := result(t, submit(t, p, pid, struct{}{}))

	err := failed(t, submit(t, p, fail, "plain"))
	var remote *executors.RemoteError
	if !errors.As(err, &remote) || remote.Text != "typed 7" || remote.Type != "*process_test.typedError" || remote.Func != "test.fail" {
		t.Errorf("plain: %#v", err)
	}
	for how, want := range map[string]error{"canceled": context.Canceled, "deadline": context.DeadlineExceeded, "missing": fs.ErrNotExist} {
		if err := failed(t, submit(t, p, fail, how)); !errors.Is(err, want) || !errors.As(err, &remote) {
			t.Errorf("%s: %v", how, err)
		}
	}
	if err := failed(t, submit(t, p, fail, "hostile")); !errors.As(err, &remote) || remote.Type != "process_test.hostileError" {
		t.Errorf("hostile: %#v", err)
	}
	var panicked *executors.PanicError
	if err := failed(t, submit(t, p, fail, "panic")); !errors.As(err, &panicked) || panicked.Value != "it broke" || !strings.Contains(string(panicked.Stack), "failure") {
		t.Errorf("panic: %#v", err)
	}
	if err := failed(t, submit(t, p, fail, "panic nil")); !errors.As(err, &panicked) {
		t.Errorf("panic(nil): %#v", err)
	}
	for range 3 {
		if err := failed(t, submit(t, p, goexit, struct{}{})); !errors.Is(err, executors.ErrGoexit) {
			t.Errorf("goexit: %v", err)
		}
	}
	if err := failed(t, submit(t, p, explode, explosive{})); !errors.As(err, &panicked) {
		t.Errorf("input that cannot be encoded: %v", err)
	}
	if err := failed(t, submit(t, p, explosion, 1)); !strings.Contains(err.Error(), "boom while encoding") {
		t.Errorf("output that cannot be encoded: %v", err)
	}
	if err := failed(t, submit(t, p, nest, struct{}{})); !errors.Is(err, process.ErrNested) {
		t.Errorf("nested: %v", err)
	}
	if got := result(t, submit(t, p, pid, struct{}{})); got != worker {
		t.Errorf("the worker was replaced: %d, then %d", worker, got)
	}
}

// Calls of a chunk fail as calls alone do.
func TestErrorsOfChunks(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	for how, want := range map[string]error{"canceled": context.Canceled, "missing": fs.ErrNotExist, "hostile": nil} {
		for _, err := range executors.Map(t.Context(), p, fail, slices.Values([]string{how, how}), executors.Chunk(2)) {
			var remote *executors.RemoteError
			if !errors.As(err, &remote) || remote.Func != "test.fail" || want != nil && !errors.Is(err, want) {
				t.Errorf("%s: %#v", how, err)
			}
		}
	}
	for _, err := range executors.Map(t.Context(), p, nest, slices.Values(make([]struct{}, 2)), executors.Chunk(2)) {
		if !errors.Is(err, process.ErrNested) {
			t.Errorf("nested: %v", err)
		}
	}
}

func TestSizeLimit(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1, MaxMessage: 1000})
	if err := failed(t, submit(t, p, bytez, make([]byte, 1001))); !errors.Is(err, process.ErrTooLarge) {
		t.Errorf("input: %v", err)
	}
	grow := grower
	if err := failed(t, submit(t, p, grow, 1001)); !errors.Is(err, process.ErrTooLarge) {
		t.Errorf("output: %v", err)
	}
	if got := result(t, submit(t, p, grow, 1000)); len(got) != 1000 {
		t.Errorf("%d bytes", len(got))
	}
}

var grower = executors.Define("test.grow", func(_ context.Context, n int) ([]byte, error) { return make([]byte, n), nil })

func TestClosureRefused(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	_, err := executors.SubmitFunc(context.Background(), p, func(context.Context) (int, error) { return 1, nil })
	if !errors.Is(err, executors.ErrNotShippable) {
		t.Fatal(err)
	}
	if len(p.Pids()) != 0 {
		t.Error("a worker was started for it")
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []process.Options{{}, {Workers: -1}, {Workers: 1, GOMAXPROCS: -1}, {Workers: 1, MaxMessage: 1 << 31}} {
		if _, err := process.NewPool(o); err == nil {
			t.Errorf("%+v accepted", o)
		}
	}
}

func TestOutputCorruptsNothing(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	const n = 10 << 20
	if got := result(t, submit(t, p, spew, n)); got != n {
		t.Errorf("%d", got)
	}
	if got := result(t, submit(t, p, echo, 5)); got != 5 {
		t.Errorf("%d", got)
	}
}

func TestBoundsConcurrency(t *testing.T) {
	const workers = 3
	p := newPool(t, process.Options{Workers: workers})
	dir := t.TempDir()
	var futures []*executors.Future[int]
	for i := range 15 * workers {
		futures = append(futures, submit(t, p, await, fmt.Sprintf("%s/%d", dir, i)))
	}
	pids := map[int]bool{}
	opened := map[string]bool{}
	// A future may say running a moment early; what has really started has left a file.
	// The one that may end is one that has started: in which order they do is the pool's.
	waits := func() (name string, running int) {
		started, _ := filepath.Glob(dir + "/*.started")
		for _, path := range started {
			if path = strings.TrimSuffix(path, ".started"); !opened[path] {
				name = path
			}
		}
		return name, len(started) - len(opened)
	}
	for range futures {
		eventually(t, "another task starts", func() bool { name, _ := waits(); return name != "" })
		name, running := waits()
		if running > workers {
			t.Fatalf("%d tasks run on %d workers", running, workers)
		}
		opened[name] = true
		os.WriteFile(name, nil, 0o600)
		i, err := strconv.Atoi(filepath.Base(name))
		if err != nil {
			t.Fatal(err)
		}
		pids[result(t, futures[i])] = true
	}
	if len(pids) > workers {
		t.Errorf("%d processes", len(pids))
	}
}

func TestCancel(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	gate := t.TempDir() + "/gate"
	running := submit(t, p, await, gate)
	waitFile(t, gate+".started")
	queued := submit(t, p, await, gate+"2")
	if !queued.Cancel() {
		t.Error("a queued task was not cancelled")
	}
	if running.Cancel() {
		t.Error("Cancel says that a running task has been cancelled")
	}
	if err := failed(t, running); !errors.Is(err, context.Canceled) {
		t.Errorf("running: %v", err)
	}
	if err := failed(t, queued); !errors.Is(err, executors.ErrCancelled) {
		t.Errorf("queued: %v", err)
	}
	if got := result(t, submit(t, p, echo, 1)); got != 1 {
		t.Error(got)
	}
	if _, err := os.Stat(gate + "2.started"); err == nil {
		t.Error("the cancelled task ran")
	}
	ctx, cancel := context.WithCancel(context.Background())
	f, err := executors.Submit(ctx, p, await, gate+"3")
	if err != nil {
		t.Fatal(err)
	}
	waitFile(t, gate+"3.started")
	cancel()
	if err := failed(t, f); !errors.Is(err, context.Canceled) {
		t.Errorf("context of Submit: %v", err)
	}
}

func waitFile(t *testing.T, name string) {
	t.Helper()
	eventually(t, "file "+name, func() bool { _, err := os.Stat(name); return err == nil })
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for ctx := limit(t); !ok(); {
		if ctx.Err() != nil {
			t.Fatalf("%s: never", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func TestShutdown(t *testing.T) {
	t.Run("unused", func(t *testing.T) {
		p := newPool(t, process.Options{Workers: 2})
		if err := errors.Join(p.Shutdown(limit(t)), p.Shutdown(limit(t))); err != nil {
			t.Error(err)
		}
		if _, err := executors.Submit(context.Background(), p, echo, 1); !errors.Is(err, executors.ErrShutdown) {
			t.Error(err)
		}
	})
	t.Run("drains", func(t *testing.T) {
		p := newPool(t, process.Options{Workers: 2})
		var futures []*executors.Future[int]
		for i := range 50 {
			futures = append(futures, submit(t, p, echo, i))
		}
		if err := p.Shutdown(limit(t)); err != nil {
			t.Error(err)
		}
		for i, f := range futures {
			if f.State() != executors.Finished {
				t.Fatalf("task %d is %v after Shutdown", i, f.State())
			}
			if got := result(t, f); got != i {
				t.Errorf("%d: %d", i, got)
			}
		}
		if _, err := executors.Submit(context.Background(), p, echo, 1); !errors.Is(err, executors.ErrShutdown) {
			t.Error(err)
		}
	})
	t.Run("bounded", func(t *testing.T) {
		p := newPool(t, process.Options{Workers: 1})
		gate := t.TempDir() + "/gate"
		f := submit(t, p, await, gate)
		waitFile(t, gate+".started")
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		err := p.Shutdown(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "test.await") {
			t.Errorf("error %v does not name what runs", err)
		}
		os.WriteFile(gate, nil, 0o600)
		if err := p.Shutdown(limit(t)); err != nil {
			t.Error(err)
		}
		result(t, f)
	})
	t.Run("kill", func(t *testing.T) {
		p := newPool(t, process.Options{Workers: 1})
		gate := t.TempDir() + "/gate"
		running := submit(t, p, await, gate)
		waitFile(t, gate+".started")
		queued := submit(t, p, await, gate)
		if err := p.Kill(limit(t)); err != nil {
			t.Error(err)
		}
		if err := failed(t, running); !errors.Is(err, process.ErrKilled) {
			t.Error(err)
		}
		if err := failed(t, queued); !errors.Is(err, process.ErrKilled) {
			t.Error(err)
		}
		if _, err := executors.Submit(context.Background(), p, echo, 1); !errors.Is(err, process.ErrKilled) {
			t.Error(err)
		}
		if err := p.Shutdown(limit(t)); err != nil {
			t.Error(err)
		}
	})
}

// A program that forgets WorkerMain gets a clear error and no fork bomb.
func TestForgottenWorkerMain(t *testing.T) {
	t.Setenv(envForget, "1")
	p := newPool(t, process.Options{Workers: 2})
	err := failed(t, submit(t, p, echo, 1))
	if !errors.Is(err, process.ErrBoot) || !strings.Contains(err.Error(), "WorkerMain") {
		t.Error(err)
	}
	if _, err := executors.Submit(context.Background(), p, echo, 1); !errors.Is(err, process.ErrBoot) {
		t.Error(err)
	}
	if err := p.Start(limit(t)); !errors.Is(err, process.ErrBoot) {
		t.Error(err)
	}
	if err := p.Shutdown(limit(t)); err != nil {
		t.Error(err)
	}
}

func TestStart(t *testing.T) {
	p := newPool(t, process.Options{Workers: 3})
	if err := p.Start(limit(t)); err != nil {
		t.Fatal(err)
	}
	if n := len(p.Pids()); n != 3 {
		t.Errorf("%d workers are ready", n)
	}
}

var background = context.Background()

// spin never looks at its context.
var spin = executors.Define("test.spin", func(context.Context, struct{}) (int, error) {
	for n := 0; ; n++ {
		if n < 0 {
			return n, nil
		}
	}
})

// Every task is traced once, with the time it really ran.
func TestTrace(t *testing.T) {
	var mu sync.Mutex
	var traces []process.Stages
	p := newPool(t, process.Options{Workers: 2, Trace: func(s process.Stages) {
		mu.Lock()
		defer mu.Unlock()
		traces = append(traces, s)
	}})
	const tasks, nap = 300, 20 * time.Millisecond
	var futures []*executors.Future[int]
	for i := range tasks {
		f, err := executors.Submit(limit(t), p, echo, i)
		if err != nil {
			t.Fatal(err)
		}
		futures = append(futures, f)
	}
	slow, err := executors.Submit(limit(t), p, napping, nap)
	if err != nil || slow.Err(limit(t)) != nil {
		t.Fatal(err)
	}
	for i, f := range futures {
		if got, err := f.Result(limit(t)); got != i || err != nil {
			t.Fatal(i, got, err)
		}
	}
	if err := p.Shutdown(limit(t)); err != nil {
		t.Fatal(err)
	}
	naps := 0
	for _, s := range traces {
		if s.Pid == 0 || s.Queue < 0 || s.Total() <= 0 {
			t.Errorf("%+v", s)
		}
		if s.Func == napping.Name() {
			naps++
			if s.Run < nap {
				t.Errorf("slept %v in %+v", nap, s)
			}
		}
	}
	if len(traces) != tasks+1 || naps != 1 {
		t.Errorf("%d traces, %d of them long", len(traces), naps)
	}
}

// A cancelled task frees its encoded input and its place, though the worker is busy and its
// future is kept.
func TestCancelledTaskFreesItsInput(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	gate := t.TempDir() + "/gate"
	first := submit(t, p, await, gate)
	waitFile(t, gate+".started")
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	const size, n = 1 << 20, 64
	var futures []*executors.Future[[]byte]
	kept := submit(t, p, bytez, []byte("kept"))
	for range n {
		futures = append(futures, submit(t, p, bytez, make([]byte, size)))
	}
	for _, f := range slices.Backward(futures) {
		if !f.Cancel() {
			t.Error("a queued task was not cancelled")
		}
	}
	if grown := int64(heap()) - int64(before); grown > n*size/8 {
		t.Errorf("%d cancelled tasks hold %d bytes", n, grown)
	}
	os.WriteFile(gate, nil, 0o600)
	result(t, first)
	if got := result(t, kept); string(got) != "kept" {
		t.Errorf("got %q", got)
	}
	runtime.KeepAlive(futures)
}

// Nil is refused by name, and does nothing.
func TestNilArguments(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	var none *process.Pool
	var ctx context.Context
	for name, call := range map[string]func() error{
		"Start":            func() error { return p.Start(ctx) },
		"Shutdown":         func() error { return p.Shutdown(ctx) },
		"Kill":             func() error { return p.Kill(ctx) },
		"Submit":           func() error { return p.Submit(nil) },
		"Start of none":    func() error { return none.Start(t.Context()) },
		"Shutdown of none": func() error { return none.Shutdown(t.Context()) },
		"Kill of none":     func() error { return none.Kill(t.Context()) },
		"Resize of none":   func() error { return none.Resize(1) },
		"Submit to none":   func() error { _, err := executors.Submit(t.Context(), none, echo, 1); return err },
		"MapSlice with nil": func() error {
			for _, err := range executors.MapSlice(ctx, p, echo, []int{1}, executors.AutoChunk()) {
				return err
			}
			return nil
		},
	} {
		if err := call(); !errors.Is(err, executors.ErrNilArgument) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	if s := p.Stats(); s.Started != 0 || s.Submitted != 0 {
		t.Errorf("%+v", s)
	}
	if got := result(t, submit(t, p, echo, 5)); got != 5 {
		t.Errorf("got %d", got)
	}
}

// Stages are slowed one by one, from the next task on, and told from then on too, as are the
// wakes of workers; afterwards nothing is told any more.
func TestSlow(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	told := make(chan process.Stages, 10)
	p.Trace(nil, func(s process.Stages) { told <- s })
	const steps, least = 1_000_000, 300 * time.Microsecond // a step takes at least 0.3 ns
	for name, x := range map[string]struct {
		slow process.Slow
		of   func(process.Stages) time.Duration
	}{
		"encode": {process.Slow{Encode: steps}, func(s process.Stages) time.Duration { return s.Encode }},
		"send":   {process.Slow{Send: steps}, func(s process.Stages) time.Duration { return s.Send }},
		"run":    {process.Slow{Run: steps}, func(s process.Stages) time.Duration { return s.Run }},
		"decode": {process.Slow{Decode: steps}, func(s process.Stages) time.Duration { return s.Decode }},
	} {
		p.Slow(x.slow)
		if got := result(t, submit(t, p, echo, 7)); got != 7 {
			t.Error(name, got)
		}
		if s := <-told; x.of(s) < least {
			t.Errorf("%s slowed: %+v", name, s)
		}
	}
	if waking := p.Wakes(); waking < 0 || runtime.GOOS == "linux" && waking == 0 { // the worker sleeps between them
		t.Errorf("workers were being woken for %v", waking)
	}
	p.Trace(nil, nil)
	waking := p.Wakes()
	if got := result(t, submit(t, p, echo, 8)); got != 8 || p.Wakes() != waking { // slowed, and not told
		t.Error(got, p.Wakes()-waking)
	}
	p.Slow(process.Slow{Wakes: true})
	if got := result(t, submit(t, p, echo, 10)); got != 10 {
		t.Error(got)
	}
	p.Slow(process.Slow{})
	p.Trace(func() bool { return false }, func(s process.Stages) { told <- s })
	if got := result(t, submit(t, p, echo, 9)); got != 9 {
		t.Error(got)
	}
	if err := p.Shutdown(limit(t)); err != nil || len(told) > 0 {
		t.Errorf("%d told, %v", len(told), err)
	}
}
