package workloads_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/workloads"
)

// largeUnits are those of a small job where a unit takes microseconds.
var largeUnits = map[string]int64{"fft": 1, "sort": 3}

// small makes a job of w that takes little time on any machine.
func small(t *testing.T, w workloads.Workload, tasks, payload int) workloads.Job {
	t.Helper()
	p := workloads.Params{Tasks: tasks, Grain: time.Millisecond, Units: 40, Seed: 7, Dir: t.TempDir()}
	if units, ok := largeUnits[w.Name]; ok {
		p.Units = units
	}
	for _, a := range w.Axes {
		switch a.Name {
		case "payload":
			p.Axes = map[string]string{"payload": strconv.Itoa(payload)}
		case "board":
			p.Axes = map[string]string{"board": "8"}
		}
	}
	job, err := w.New(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := job.Close(); err != nil {
			t.Error(err)
		}
	})
	return job
}

func start(t *testing.T, kind executors.Kind, workers int) executors.Executor {
	t.Helper()
	ex, err := kind.New(executors.Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ex.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return ex
}

// runAndCheck runs job on ex twice, since a job is run many times.
func runAndCheck(t *testing.T, job workloads.Job, ex executors.Executor) {
	t.Helper()
	for range 2 {
		if err := job.Run(t.Context(), ex); err != nil {
			t.Fatal(err)
		}
		if err := job.Check(); err != nil {
			t.Fatal(err)
		}
	}
}

// A job has one answer, whatever it runs on. In worker processes nothing of this process is at
// hand: inputs and results travel, and query opens its database again.
func TestEveryWorkloadOnEveryKind(t *testing.T) {
	type pool struct {
		executors.Kind
		workers int
		executors.Executor
	}
	var pools []pool // for all workloads
	for _, kind := range append(executors.All(), process.Kind) {
		for _, workers := range []int{1, 2, 5, 16} {
			pools = append(pools, pool{kind, workers, start(t, kind, workers)})
		}
	}
	for _, w := range workloads.All() {
		t.Run(w.Name, func(t *testing.T) {
			some, one := small(t, w, 16, 4096), small(t, w, 1, 0)
			for _, p := range pools {
				t.Run(fmt.Sprintf("%s/%d", p.Name, p.workers), func(t *testing.T) {
					runAndCheck(t, some, p)
					if err := errors.Join(one.Run(t.Context(), p), one.Check()); err != nil {
						t.Fatal(err)
					}
					if w.Grains[0] == 0 {
						return // its tasks are not timed
					}
					timed := 1.0
					if w.Name == workloads.Bully.Name {
						timed = 0.5 // the victims
					}
					if seconds, share := some.(workloads.Timer).TaskTime(); seconds <= 0 || share != timed {
						t.Errorf("%v s of %v of the tasks came back with the outputs", seconds, share)
					}
				})
			}
		})
	}
}

// What there is to know of a workload stands in it, for lists and reports.
func TestEveryWorkloadSaysWhatItIs(t *testing.T) {
	word, amount := regexp.MustCompile(`^[a-z0-9]+$`), regexp.MustCompile(`^[1-9][0-9]* [^.\n]+$`)
	for _, w := range workloads.All() {
		if !word.MatchString(w.Name) {
			t.Errorf("%s: a name is one word of [a-z0-9]", w.Name)
		}
		for what, text := range map[string]string{"Doc": w.Doc, "Resource": string(w.Resource), "Truth": w.Truth, "Source": w.Source} {
			if text == "" || strings.HasSuffix(text, ".") || strings.Contains(text, "\n") {
				t.Errorf("%s: its %s is %q; want one line without a full stop", w.Name, what, text)
			}
		}
		if (w.Unit == "") != (w.Kernel == nil) || w.Unit != "" && !amount.MatchString(w.Unit) {
			t.Errorf("%s: its Unit is %q; want how much of what a kernel unit is, if it has a kernel", w.Name, w.Unit)
		}
		if none := strings.HasPrefix(w.Source, "none: "); none != (w.Expected == nil) {
			t.Errorf("%s: its Source is %q, and that it has an expected curve is %v", w.Name, w.Source, w.Expected != nil)
		}
		for _, a := range w.Axes {
			if !word.MatchString(a.Name) || a.Doc == "" || len(a.Values) == 0 {
				t.Errorf("%s: its axis %+v lacks a name, a doc or values", w.Name, a)
			}
		}
	}
}

// Check must not be satisfied by what an earlier run left, or by no run at all.
func TestCheckBeforeRun(t *testing.T) {
	for _, w := range workloads.All() {
		t.Run(w.Name, func(t *testing.T) {
			if err := small(t, w, 16, 0).Check(); err == nil {
				t.Error("a job that never ran passes its check")
			}
		})
	}
}

// A wrongExecutor runs a task in the caller and then does something wrong with
// it.
type wrongExecutor struct {
	submit func(executors.Task) error
}

func (w *wrongExecutor) Submit(t executors.Task) error  { return w.submit(t) }
func (w *wrongExecutor) Shutdown(context.Context) error { return nil }
func (w *wrongExecutor) Workers() int                   { return 2 }

// claim starts a task and returns its output before it is settled.
func claim(t executors.Task) (executors.Remote, []byte, error) {
	r, err := t.Remote()
	if err != nil {
		return nil, nil, err
	}
	input, err := r.AppendInput(nil, 1<<30)
	if err != nil {
		return nil, nil, err
	}
	r.Start()
	output, err := executors.Lookup(r.FuncName()).CallRemote(r.Context(), input, nil, 1<<30)
	return r, output, err
}

var wrongExecutors = map[string]func() *wrongExecutor{
	"loses one task": func() *wrongExecutor {
		n := 0
		return &wrongExecutor{func(t executors.Task) error {
			if n++; n != 6 {
				t.Run(nil)
			}
			return nil
		}}
	},
	"gives one result twice": func() *wrongExecutor {
		n, first := 0, map[string][]byte{}
		return &wrongExecutor{func(t executors.Task) error {
			r, output, err := claim(t)
			if err != nil {
				return err
			}
			if n++; first[r.FuncName()] == nil {
				first[r.FuncName()] = output
			} else if n > 8 {
				output = first[r.FuncName()]
			}
			r.Settle(output, nil)
			return nil
		}}
	},
	"swaps neighbours": func() *wrongExecutor {
		waiting := map[string]func(output []byte) (mine []byte){}
		return &wrongExecutor{func(t executors.Task) error {
			r, output, err := claim(t)
			if err != nil {
				return err
			}
			if swap := waiting[r.FuncName()]; swap != nil {
				delete(waiting, r.FuncName())
				r.Settle(swap(output), nil)
				return nil
			}
			waiting[r.FuncName()] = func(other []byte) []byte {
				r.Settle(other, nil)
				return output
			}
			return nil
		}}
	},
	"corrupts one result": func() *wrongExecutor {
		n := 0
		return &wrongExecutor{func(t executors.Task) error {
			r, output, err := claim(t)
			if err != nil {
				return err
			}
			if n++; n == 6 {
				output[len(output)-1] ^= 1
			}
			r.Settle(output, nil)
			return nil
		}}
	},
	"returns empty results": func() *wrongExecutor {
		return &wrongExecutor{func(t executors.Task) error {
			r, _, err := claim(t)
			if err != nil {
				return err
			}
			r.Settle(nil, nil)
			return nil
		}}
	},
	"fails one task": func() *wrongExecutor {
		n := 0
		return &wrongExecutor{func(t executors.Task) error {
			if n++; n == 6 {
				t.Fail(context.DeadlineExceeded)
			}
			t.Run(nil)
			return nil
		}}
	},
	"refuses one task": func() *wrongExecutor {
		n := 0
		return &wrongExecutor{func(t executors.Task) error {
			if n++; n == 6 {
				return executors.ErrShutdown
			}
			t.Run(nil)
			return nil
		}}
	},
}

func TestWrongExecutorsAreFound(t *testing.T) {
	for name, newWrong := range wrongExecutors {
		for _, w := range workloads.All() {
			t.Run(name+"/"+w.Name, func(t *testing.T) {
				job := small(t, w, 16, 64) // its server, if it has one, is not of the bubble: waiting for a network is nothing that ends by itself
				// In a bubble, so that the deadline of a lost task costs nothing.
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
					defer cancel()
					err := job.Run(ctx, newWrong())
					if err == nil {
						err = job.Check()
					}
					if err == nil {
						t.Errorf("%s passes on an executor that %s", w.Name, name)
					}
				})
			})
		}
	}
}

func TestEndedContextEndsRun(t *testing.T) {
	for _, w := range workloads.All() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		lost := &wrongExecutor{func(executors.Task) error { return nil }}
		if err := small(t, w, 16, 0).Run(ctx, lost); err == nil {
			t.Errorf("%s: Run returns nil although no task ran", w.Name)
		}
	}
}

// endsAfter is a context that ends when it has been looked at n times.
type endsAfter struct {
	context.Context
	n int
}

func (c *endsAfter) Err() error {
	if c.n--; c.n < 0 {
		return context.Canceled
	}
	return nil
}

// Few tasks are long tasks: the plain loop looks at its context before each.
func TestEndedContextEndsSerialRun(t *testing.T) {
	for _, w := range workloads.All() {
		job := small(t, w, 16, 0)
		if err := job.Run(&endsAfter{t.Context(), 5}, start(t, executors.Serial, 1)); err == nil {
			t.Errorf("%s: Run goes on after the end of its context", w.Name)
		}
	}
}

// A preparation that calculates the answer stops between two tasks.
func TestEndedContextEndsPreparation(t *testing.T) {
	for _, w := range workloads.All() {
		stopped := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(stopped)
		p := workloads.Params{Tasks: 16, Units: 1, Dir: t.TempDir(), Context: ctx}
		if _, err := w.New(p); !errors.Is(err, stopped) {
			t.Errorf("%s: error %v, want the cause of the context", w.Name, err)
		}
	}
}

func TestBadParams(t *testing.T) {
	for _, w := range workloads.All() {
		for _, p := range []workloads.Params{
			{Tasks: 0, Units: 1, Dir: t.TempDir()},
			{Tasks: 1, Units: 1, Grain: -1, Dir: t.TempDir()},
			{Tasks: 1, Units: 1, Axes: map[string]string{"payload": "-1"}, Dir: t.TempDir()},
			{Tasks: 1, Units: 1, Axes: map[string]string{"payload": "many"}, Dir: t.TempDir()},
			{Tasks: 1, Units: 1, Axes: map[string]string{"nothing": "1"}, Dir: t.TempDir()},
		} {
			if _, err := w.New(p); err == nil {
				t.Errorf("%s accepts %+v", w.Name, p)
			}
		}
		if w.Kernel == nil {
			continue
		}
		if _, err := w.New(workloads.Params{Tasks: 1, Dir: t.TempDir()}); err == nil {
			t.Errorf("%s accepts 0 kernel units", w.Name)
		}
	}
}

func TestRegistry(t *testing.T) {
	var names []string
	for _, w := range workloads.All() {
		names = append(names, w.Name)
		if got, ok := workloads.ByName(w.Name); !ok || got.Name != w.Name {
			t.Errorf("ByName(%q) = %q, %v", w.Name, got.Name, ok)
		}
		if w.Doc == "" || w.Resource == "" {
			t.Errorf("%s: no doc or no resource", w.Name)
		}
	}
	var want []string // what the files of this package register
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?m)^var .*= register\(Workload\{\s+Name: +"(.*)"`).FindAllSubmatch(text, -1) {
			want = append(want, string(found[1]))
		}
	}
	slices.Sort(want)
	if !slices.Equal(names, want) || len(names) < 18 {
		t.Errorf("All() = %v, want %v", names, want)
	}
	if _, ok := workloads.ByName("nothing"); ok {
		t.Error("ByName finds a workload that does not exist")
	}
}

// The virtual makespan of waiting is exact: 16 naps of 1 ms on 4 workers.
func TestSleepTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ex := start(t, executors.Goroutines, 4)
		job := small(t, workloads.Sleep, 16, 0)
		begin := time.Now()
		if err := job.Run(t.Context(), ex); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(begin); got != 4*time.Millisecond {
			t.Errorf("makespan %v, want 4ms", got)
		}
	})
}
