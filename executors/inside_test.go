package executors_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
	"poolbench/executors/internal/goroutine"
)

// waysInside are the ways in which a task waits for another of its executor, that naps.
var waysInside = map[string]func(context.Context, executors.Executor, time.Duration) error{
	"Result": func(ctx context.Context, ex executors.Executor, nap time.Duration) error {
		f, err := executors.Submit(context.Background(), ex, sleeper, nap)
		if err == nil {
			_, err = f.Result(ctx)
		}
		return err
	},
	"Err": func(ctx context.Context, ex executors.Executor, nap time.Duration) error {
		f, err := executors.Submit(context.Background(), ex, sleeper, nap)
		if err == nil {
			err = f.Err(ctx)
		}
		return err
	},
	"Wait": func(ctx context.Context, ex executors.Executor, nap time.Duration) error {
		f, err := executors.Submit(context.Background(), ex, sleeper, nap)
		if err == nil {
			_, _, err = executors.Wait(ctx, executors.AllCompleted, f)
		}
		return err
	},
	"AsCompleted": func(ctx context.Context, ex executors.Executor, nap time.Duration) error {
		f, err := executors.Submit(context.Background(), ex, sleeper, nap)
		if err == nil {
			for _, err = range executors.AsCompleted(ctx, f) {
			}
		}
		return err
	},
	"Map":           mapInside(),
	"Map, buffer":   mapInside(executors.Buffer(2)),
	"Map, chunk":    mapInside(executors.Chunk(2)),
	"Map, auto":     mapInside(executors.AutoChunk()),
	"Map unordered": mapInside(executors.Unordered()),
}

func mapInside(options ...executors.MapOption) func(context.Context, executors.Executor, time.Duration) error {
	return func(ctx context.Context, ex executors.Executor, nap time.Duration) (err error) {
		for _, err = range executors.MapSlice(ctx, ex, sleeper, []time.Duration{nap}, options...) {
		}
		return err
	}
}

// A wait inside a task ends when its context does, at once or later, while the awaited task
// goes on; its worker does nothing else before that has ended, and Shutdown waits for it.
func TestWaitInsideEndsWithItsContext(t *testing.T) {
	const nap = 2 * time.Second
	for _, kind := range []executors.Kind{executors.Goroutines, executors.Spawn, executors.Serial} {
		for name, wait := range waysInside {
			for _, limit := range []time.Duration{0, 50 * time.Millisecond} {
				t.Run(fmt.Sprint(kind.Name, ", ", name, ", ", limit), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						ex := open(t, kind, executors.Options{Workers: 1})
						began := time.Now()
						outer, err := executors.SubmitFunc(t.Context(), ex, func(ctx context.Context) (int, error) {
							short, cancel := context.WithTimeout(ctx, limit)
							defer cancel()
							err := wait(short, ex, nap)
							if !errors.Is(err, context.DeadlineExceeded) {
								t.Errorf("error %v", err)
							}
							wantAt(t, began, limit)
							return 0, nil
						})
						if err != nil {
							t.Fatal(err)
						}
						if err := outer.Err(t.Context()); err != nil {
							t.Error(err)
						}
						if kind.Name != "serial" { // which returns from Submit when all has ended
							wantAt(t, began, limit)
						}
						shut(t, ex)
					})
				})
			}
		}
	}
}

// What a task has waited for and left behind holds up its worker: no other task runs beside it.
func TestLeftBehindTaskHoldsItsWorker(t *testing.T) {
	for _, kind := range []executors.Kind{executors.Goroutines, executors.Spawn} {
		synctest.Test(t, func(t *testing.T) {
			ex := open(t, kind, executors.Options{Workers: 1})
			began := time.Now()
			f, err := executors.SubmitFunc(t.Context(), ex, func(ctx context.Context) (int, error) {
				short, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				return 0, waysInside["Err"](short, ex, 5*time.Second)
			})
			if err != nil {
				t.Fatal(err)
			}
			next := start(t, t.Context(), ex, sleeper, time.Second)
			if err := f.Err(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			if _, err := next.Result(t.Context()); err != nil {
				t.Error(err)
			}
			wantAt(t, began, 6*time.Second)
			shut(t, ex)
		})
	}
}

// within fails if f does not end: what waits for ever must not wait in the tests.
func within[T any](t *testing.T, f *executors.Future[T]) (T, error) {
	t.Helper()
	v, err := f.Result(after(t, 20*time.Second))
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatal("it never ends")
	}
	return v, err
}

func closure[Out any](t *testing.T, ctx context.Context, ex executors.Executor, f func(context.Context) (Out, error)) *executors.Future[Out] {
	t.Helper()
	future, err := executors.SubmitFunc(ctx, ex, f)
	if err != nil {
		t.Error(err)
	}
	return future
}

// Two pools whose only workers run a task each that waits for one in the queue of the other:
// no task waits for another in a circle, only for a worker.
func TestDeadlockOverQueues(t *testing.T) {
	for _, kind := range background() {
		for name, wait := range map[string]func(context.Context, *executors.Future[int]) error{
			"Result": func(ctx context.Context, f *executors.Future[int]) error { _, err := f.Result(ctx); return err },
			"Wait": func(ctx context.Context, f *executors.Future[int]) error {
				_, _, err := executors.Wait(ctx, executors.AllCompleted, f)
				return err
			},
		} {
			t.Run(kind.Name+", "+name, func(t *testing.T) {
				p, q := open(t, kind, executors.Options{Workers: 1}), open(t, executors.Goroutines, executors.Options{Workers: 1})
				var both sync.WaitGroup
				both.Add(2)
				cross := func(there executors.Executor) func(context.Context) (int, error) {
					return func(ctx context.Context) (int, error) {
						both.Done()
						both.Wait()
						f, err := executors.Submit(t.Context(), there, square, 3)
						if err != nil {
							return 0, err
						}
						return 0, wait(ctx, f)
					}
				}
				a, b := closure(t, t.Context(), p, cross(q)), closure(t, t.Context(), q, cross(p))
				_, errA := within(t, a)
				_, errB := within(t, b)
				if (errA == nil) == (errB == nil) || !errors.Is(errors.Join(errA, errB), executors.ErrDeadlock) {
					t.Errorf("%v and %v: want ErrDeadlock once", errA, errB)
				}
				shut(t, p)
				shut(t, q)
			})
		}
	}
}

// The same over a task that runs in the goroutine that submits it, and over room in a queue.
func TestDeadlockWhileSubmitting(t *testing.T) {
	ctx := t.Context()
	t.Run("serial", func(t *testing.T) {
		p, s := open(t, executors.Goroutines, executors.Options{Workers: 1}), executors.NewSerial()
		outer := closure(t, ctx, p, func(ctx context.Context) (int, error) {
			return closure(t, ctx, s, func(ctx context.Context) (int, error) {
				return closure(t, ctx, p, func(context.Context) (int, error) { return 1, nil }).Result(ctx)
			}).Result(ctx)
		})
		if _, err := within(t, outer); !errors.Is(err, executors.ErrDeadlock) {
			t.Error(err)
		}
		shut(t, p)
	})
	t.Run("caller", func(t *testing.T) {
		p := open(t, executors.Goroutines, executors.Options{Workers: 1, Queue: 1, OnFull: executors.RunInCaller})
		var self *executors.Future[int]
		ready := make(chan struct{})
		self = closure(t, ctx, p, func(ctx context.Context) (int, error) {
			<-ready
			closure(t, ctx, p, func(context.Context) (int, error) { return 0, nil }).State() // fills the queue
			return closure(t, ctx, p, func(ctx context.Context) (int, error) {
				if executors.CurrentWorker(ctx).ID != -1 {
					t.Error("not run in the caller")
				}
				return self.Result(ctx)
			}).Result(ctx)
		})
		close(ready)
		if _, err := within(t, self); !errors.Is(err, executors.ErrDeadlock) {
			t.Error(err)
		}
		shut(t, p)
	})
	t.Run("room", func(t *testing.T) {
		p := open(t, executors.Goroutines, executors.Options{Workers: 2, Queue: 1})
		var both sync.WaitGroup
		both.Add(2)
		var futures [2]*executors.Future[int]
		for i := range futures {
			futures[i] = closure(t, ctx, p, func(ctx context.Context) (int, error) {
				both.Done()
				both.Wait()
				for n := range 3 {
					if _, err := executors.Submit(ctx, p, square, n); err != nil {
						return 0, err
					}
				}
				return 0, nil
			})
		}
		deadlocks := 0
		for _, f := range futures {
			switch _, err := within(t, f); {
			case errors.Is(err, executors.ErrDeadlock):
				deadlocks++
			case err != nil:
				t.Error(err)
			}
		}
		if deadlocks != 1 {
			t.Errorf("%d deadlocks, want 1", deadlocks)
		}
		shut(t, p)
	})
}

// A pool that gets fewer workers may make a wait hopeless that was not when it began.
func TestDeadlockByResize(t *testing.T) {
	p, q := open(t, executors.Goroutines, executors.Options{Workers: 2}), open(t, executors.Goroutines, executors.Options{Workers: 1})
	release, waits := make(chan struct{}), make(chan struct{})
	busy := closure(t, t.Context(), p, func(context.Context) (int, error) { <-release; return 1, nil })
	outer := closure(t, t.Context(), p, func(ctx context.Context) (int, error) {
		return closure(t, ctx, q, func(ctx context.Context) (int, error) {
			f := closure(t, ctx, p, func(context.Context) (int, error) { return 7, nil })
			close(waits)
			return f.Result(ctx)
		}).Result(ctx)
	})
	<-waits
	if _, err := executors.Resize(p, 1); err != nil {
		t.Error(err)
	}
	if _, err := within(t, outer); !errors.Is(err, executors.ErrDeadlock) {
		t.Error(err)
	}
	close(release)
	if _, err := within(t, busy); err != nil {
		t.Error(err)
	}
	shut(t, p)
	shut(t, q)
}

// An initialiser that waits for a task of its own pool, which only it could start, breaks
// the pool instead of hanging.
func TestInitWaitsForItsOwnPool(t *testing.T) {
	var p executors.Executor
	p = open(t, executors.Goroutines, executors.Options{Workers: 1, Init: func(ctx context.Context, _ *executors.Worker) error {
		f, err := executors.Submit(context.Background(), p, square, 3)
		if err == nil {
			_, err = f.Result(ctx)
		}
		return err
	}})
	_, err := within(t, start(t, t.Context(), p, square, 2))
	if _, ok := errors.AsType[*executors.BrokenError](err); !ok || !errors.Is(err, executors.ErrDeadlock) {
		t.Error(err)
	}
	shut(t, p)
}

// Shutdown by a task, whatever its context and wherever the task runs.
func TestShutdownInside(t *testing.T) {
	if !goroutine.Known {
		t.Skip("goroutines cannot be told apart on this architecture")
	}
	for _, kind := range executors.All() {
		for name, run := range map[string]func(t *testing.T, ex executors.Executor, stop func() error) error{
			"task": func(t *testing.T, ex executors.Executor, stop func() error) error {
				_, err := within(t, closure(t, t.Context(), ex, func(context.Context) (int, error) { return 0, stop() }))
				return err
			},
			"awaited task": func(t *testing.T, ex executors.Executor, stop func() error) error {
				_, err := within(t, closure(t, t.Context(), ex, func(ctx context.Context) (int, error) {
					return closure(t, ctx, ex, func(context.Context) (int, error) { return 0, stop() }).Result(ctx)
				}))
				return err
			},
			"task after Goexit": func(t *testing.T, ex executors.Executor, stop func() error) error {
				started := make(chan struct{}) // else serial may run it in this goroutine
				go executors.SubmitFunc(t.Context(), ex, func(context.Context) (int, error) {
					close(started)
					runtime.Goexit()
					return 0, nil
				})
				<-started
				_, err := within(t, closure(t, t.Context(), ex, func(context.Context) (int, error) { return 0, stop() }))
				return err
			},
			"call after Goexit": func(t *testing.T, ex executors.Executor, stop func() error) (err error) {
				for _, err = range executors.MapSlice(t.Context(), ex, executors.Closure(func(_ context.Context, n int) (int, error) {
					if n == 0 {
						runtime.Goexit()
					}
					return 0, stop()
				}), []int{0, 1}, executors.Chunk(2)) {
				}
				return err
			},
			"callback of a cancelled future": func(t *testing.T, ex executors.Executor, stop func() error) error {
				_, err := within(t, closure(t, t.Context(), ex, func(context.Context) (_ int, err error) {
					f := executors.NewPromise[int]().Future()
					f.OnDone(func(*executors.Future[int]) { err = stop() })
					f.Cancel()
					return 0, err
				}))
				return err
			},
			"task of another executor, in the same goroutine": func(t *testing.T, ex executors.Executor, stop func() error) error {
				_, err := within(t, closure(t, t.Context(), ex, func(context.Context) (int, error) {
					return closure(t, context.Background(), executors.NewSerial(), func(context.Context) (int, error) { return 0, stop() }).Result(context.Background())
				}))
				return err
			},
		} {
			t.Run(kind.Name+", "+name, func(t *testing.T) {
				ex := open(t, kind, executors.Options{Workers: 2})
				if err := run(t, ex, func() error { return ex.Shutdown(context.Background()) }); !errors.Is(err, executors.ErrShutdownInside) {
					t.Error(err)
				}
				if v, err := within(t, start(t, t.Context(), ex, square, 3)); v != 9 || err != nil { // without effect
					t.Error(v, err)
				}
				shut(t, ex)
			})
		}
	}
	t.Run("task in its submitter", func(t *testing.T) {
		ex, release := fullPool(t)
		f := closure(t, t.Context(), ex, func(context.Context) (int, error) { return 0, ex.Shutdown(context.Background()) })
		if _, err := within(t, f); !errors.Is(err, executors.ErrShutdownInside) {
			t.Error(err)
		}
		close(release)
		shut(t, ex)
	})
	t.Run("initialiser", func(t *testing.T) {
		var ex executors.Executor
		ex = open(t, executors.Threads, executors.Options{Workers: 1, Init: func(context.Context, *executors.Worker) error {
			return ex.Shutdown(context.Background())
		}})
		if _, err := within(t, start(t, t.Context(), ex, square, 3)); !errors.Is(err, executors.ErrShutdownInside) {
			t.Error(err)
		}
		shut(t, ex)
	})
}

// A goroutine whose task has ended is no longer inside, nor is one of another executor.
func TestShutdownOutside(t *testing.T) {
	for _, kind := range executors.All() {
		ex, other := open(t, kind, executors.Options{Workers: 2}), open(t, kind, executors.Options{Workers: 2})
		f := closure(t, t.Context(), ex, func(context.Context) (int, error) { return 0, other.Shutdown(context.Background()) })
		if _, err := within(t, f); err != nil {
			t.Errorf("%s: %v", kind.Name, err)
		}
		if err := ex.Shutdown(context.Background()); err != nil {
			t.Errorf("%s: %v", kind.Name, err)
		}
	}
}

// A task that one of the executor waits for can end it as little.
func TestShutdownByAwaitedTask(t *testing.T) {
	for _, kind := range executors.All() {
		t.Run(kind.Name, func(t *testing.T) {
			p, q := open(t, kind, executors.Options{Workers: 2}), open(t, executors.Goroutines, executors.Options{Workers: 1})
			waits := make(chan struct{})
			outer := closure(t, t.Context(), p, func(ctx context.Context) (int, error) {
				f := closure(t, ctx, q, func(ctx context.Context) (int, error) { <-waits; return 0, p.Shutdown(ctx) })
				go func() { // once the wait has probably begun: what comes first does not matter
					time.Sleep(time.Millisecond)
					close(waits)
				}()
				return f.Result(ctx)
			})
			if _, err := within(t, outer); !errors.Is(err, executors.ErrDeadlock) {
				t.Error(err)
			}
			shut(t, p)
			shut(t, q)
		})
	}
}

// quits ends its goroutine.
var quits = executors.Define("inside.quits", func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil })

// Ending goroutines makes no stack grow.
func TestGoexitsWithoutEnd(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(256 << 10)) // a longer one ends the program
	const n = 20_000
	for _, kind := range []executors.Kind{executors.Goroutines, executors.Spawn, executors.Serial} {
		for name, options := range map[string][]executors.MapOption{
			"auto": {executors.AutoChunk()}, "one chunk": {executors.Chunk(n)}, "unordered": {executors.AutoChunk(), executors.Unordered()},
		} {
			ex := open(t, kind, executors.Options{Workers: 2})
			got := 0
			for _, err := range executors.MapSlice(t.Context(), ex, quits, make([]int, n), options...) {
				if err == executors.ErrGoexit {
					got++
				}
			}
			if got != n {
				t.Errorf("%s, %s: ErrGoexit of %d of %d calls", kind.Name, name, got, n)
			}
			shut(t, ex)
		}
	}
}

// Goexit on a thread moves what follows to other threads that are initialised as well.
func TestGoexitOnThreads(t *testing.T) {
	initialised := 0
	ex := open(t, executors.Threads, executors.Options{Workers: 1, Init: func(_ context.Context, w *executors.Worker) error {
		initialised++
		w.State = initialised
		return nil
	}})
	states := executors.Closure(func(ctx context.Context, n int) (int, error) {
		if n%2 == 1 {
			runtime.Goexit()
		}
		return executors.CurrentWorker(ctx).State.(int), nil
	})
	var got []int
	for v, err := range executors.MapSlice(t.Context(), ex, states, []int{0, 1, 2, 3, 4}, executors.Chunk(5)) {
		if (err != nil) != (len(got)%2 == 1) {
			t.Error(err)
		}
		got = append(got, v)
	}
	if !slices.Equal(got, []int{1, 0, 2, 0, 3}) {
		t.Errorf("initialised for %v", got)
	}
	shut(t, ex)
}

// A submitter that waits while its task runs survives it.
func TestGoexitBesideItsSubmitter(t *testing.T) {
	ex, release := fullPool(t)
	survived := false
	var group sync.WaitGroup
	group.Go(func() {
		if err := start(t, t.Context(), ex, quits, 0).Err(t.Context()); err != executors.ErrGoexit {
			t.Error(err)
		}
		survived = true
	})
	group.Wait()
	if !survived {
		t.Error("Goexit has ended the submitter")
	}
	close(release)
	shut(t, ex)
}

// fullPool is one whose worker waits for release, with a full queue: what else is submitted
// runs at once.
func fullPool(t *testing.T) (ex executors.Executor, release chan struct{}) {
	ex = open(t, executors.Goroutines, executors.Options{Workers: 1, Queue: 1, OnFull: executors.RunInCaller})
	release = make(chan struct{})
	runs := make(chan struct{})
	closure(t, t.Context(), ex, func(context.Context) (int, error) { close(runs); <-release; return 0, nil })
	<-runs
	closure(t, t.Context(), ex, func(context.Context) (int, error) { return 0, nil })
	return ex, release
}

// More workers than can be counted are refused.
func TestTooManyWorkers(t *testing.T) {
	for _, kind := range executors.All() {
		for _, n := range []int{executors.MaxWorkers + 1, int(^uint(0) >> 1)} {
			if ex, err := kind.New(executors.Options{Workers: n}); err == nil {
				t.Errorf("%s: %d workers were accepted as %d", kind.Name, n, ex.Workers())
			}
		}
		if kind.Name == "serial" {
			continue
		}
		ex := open(t, kind, executors.Options{Workers: executors.MaxWorkers})
		if ex.Workers() != executors.MaxWorkers {
			t.Errorf("%s: %d workers", kind.Name, ex.Workers())
		}
		if v, err := within(t, start(t, t.Context(), ex, square, 3)); v != 9 || err != nil {
			t.Error(v, err)
		}
		n := 0
		for range executors.MapSlice(t.Context(), ex, square, make([]int, 100), executors.AutoChunk(), executors.Buffer(10)) {
			n++
		}
		for range executors.MapSlice(t.Context(), ex, square, make([]int, 100), executors.AutoChunk()) {
			n++
		}
		if n != 200 {
			t.Errorf("%s: %d results", kind.Name, n)
		}
		if resized, err := executors.Resize(ex, executors.MaxWorkers+1); resized && err == nil {
			t.Errorf("%s: resized to more", kind.Name)
		}
		shut(t, ex)
	}
}
