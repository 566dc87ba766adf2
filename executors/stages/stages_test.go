package stages_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/executors/stages"
)

var nap = executors.Define("stages.nap", func(_ context.Context, d time.Duration) (int, error) {
	time.Sleep(d)
	return runtime.NumGoroutine(), nil
})

func submit(t testing.TB, ex executors.Executor, n int, d time.Duration) {
	t.Helper()
	var futures []*executors.Future[int]
	for range n {
		f, err := executors.Submit(context.Background(), ex, nap, d)
		if err != nil {
			t.Fatal(err)
		}
		futures = append(futures, f)
	}
	for _, f := range futures {
		if err := f.Err(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// In virtual time every stage is exact: of four tasks of a second on two workers, two wait
// for a second.
func TestStagesInVirtualTime(t *testing.T) {
	for _, kind := range []executors.Kind{executors.Goroutines, executors.Spawn, executors.Threads} {
		t.Run(kind.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pool, err := kind.New(executors.Options{Workers: 2})
				if err != nil {
					t.Fatal(err)
				}
				w := stages.Watch(pool)
				submit(t, w, 4, time.Second)
				synctest.Wait()
				times := w.Times()
				if times.Watched != 4 || times.Share() != 1 {
					t.Errorf("%d of %d tasks watched", times.Watched, times.Submitted)
				}
				near := func(name string, got, want time.Duration) {
					t.Helper()
					if got < want-want/500 || got > want+want/500 {
						t.Errorf("%s is %v, not %v", name, got, want)
					}
				}
				run, _ := times.Of(stages.Run)
				near("run", run.Mean, time.Second)
				start, _ := times.Of(stages.Start)
				near("start", start.Quantile(1), 0)
				queue, _ := times.Of(stages.Queue)
				near("median of queue", queue.Quantile(0.5), 0)
				near("longest queue", queue.Quantile(1), time.Second)
				if len(times.Busy) != 2 {
					t.Fatal(times.Busy)
				}
				near("busiest", times.Busy[0], 2*time.Second)
				near("least busy", times.Busy[1], 2*time.Second)
				if _, there := times.Of(stages.Encode); there {
					t.Error("something was encoded")
				}
				if err := w.Shutdown(context.Background()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Worker processes have all stages, on one clock, and nothing is told once the watch ends.
func TestStagesOfProcesses(t *testing.T) {
	pool, err := process.NewPool(process.Options{Workers: 2})
	if err != nil {
		t.Skip(err)
	}
	defer pool.Shutdown(context.Background())
	if err := pool.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	before := pidOf(t, pool)
	w := stages.Watch(pool)
	const n, d = 6, 20 * time.Millisecond
	submit(t, w, n, d)
	tasks, calls := w.Tasks()
	if len(tasks) != n || len(calls) != n {
		t.Fatalf("%d tasks, %d calls", len(tasks), len(calls))
	}
	for _, task := range tasks {
		moments := []int64{task.Submit, task.Encoded, task.Given, task.Sent, task.Start, task.End, task.Read, task.Settled}
		for i := range moments[1:] {
			if moments[i] > moments[i+1] {
				t.Errorf("moments out of order: %v", moments)
			}
		}
		if task.End-task.Start < d.Nanoseconds() || task.Process == 0 {
			t.Errorf("%+v", task)
		}
	}
	times := w.Times()
	for _, s := range stages.Stages {
		if of, ok := times.Of(s); !ok || of.Count() == 0 {
			t.Errorf("no %s", s)
		}
	}
	if busy := times.Busy[0] + times.Busy[1]; busy < n*d {
		t.Errorf("workers were busy for %v", busy)
	}
	w.Stop()
	submit(t, w, 3, 0)
	if again, _ := w.Tasks(); len(again) != n || pidOf(t, pool) != before {
		t.Errorf("%d tasks were told after the end", len(again)-n)
	}
}

func pidOf(t *testing.T, p *process.Pool) int {
	pids := p.Pids()
	if len(pids) == 0 {
		t.Fatal("no workers")
	}
	return pids[0]
}

// Of short tasks a stretch in so many is watched, and it is said how many that are.
func TestShortTasksAreSampled(t *testing.T) {
	pools := map[string]executors.Executor{}
	pools["goroutines"], _ = executors.NewGoroutines(2)
	if p, err := process.NewPool(process.Options{Workers: 2}); err == nil {
		pools["processes"] = p
	}
	for name, pool := range pools {
		t.Run(name, func(t *testing.T) {
			defer pool.Shutdown(context.Background())
			w := stages.Watch(pool)
			defer w.Stop()
			submit(t, w, 200, 0) // it knows now
			const n = 64 * 16 * 8
			submit(t, w, n, 0)
			times := w.Times()
			if times.Submitted != n+200 || times.Share() < 0.05 || times.Share() > 0.12 {
				t.Errorf("%d of %d tasks watched", times.Watched, times.Submitted)
			}
		})
	}
}
