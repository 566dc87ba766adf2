package workloads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
)

// What each task needs, of 16 tasks in rows of 4, or 64 in rows of 8.
func TestPatterns(t *testing.T) {
	for _, test := range []struct {
		pattern     string
		tasks, task int
		want        []int
	}{
		{"trivial", 16, 9, nil},
		{"stencil", 16, 3, nil}, {"stencil", 16, 4, []int{0, 1}}, {"stencil", 16, 9, []int{4, 5, 6}}, {"stencil", 16, 15, []int{10, 11}},
		{"fft", 64, 9, []int{0, 1, 2}}, {"fft", 64, 17, []int{9, 11}}, {"fft", 64, 28, []int{16, 20}}, {"fft", 64, 33, []int{24, 25, 26}},
		{"tree", 16, 0, nil}, {"tree", 16, 1, []int{0}}, {"tree", 16, 2, []int{0}}, {"tree", 16, 15, []int{7}},
		{"stencil", 1, 0, nil}, {"stencil", 3, 2, []int{1}}, {"fft", 3, 2, []int{1}}, {"random", 3, 2, []int{1}},
	} {
		needs, err := needsOf(Params{Tasks: test.tasks, Axes: map[string]string{"pattern": test.pattern}})
		if err != nil {
			t.Fatal(err)
		}
		if got := needs(test.task); !slices.Equal(got, test.want) {
			t.Errorf("%s, task %d of %d needs %v, want %v", test.pattern, test.task, test.tasks, got, test.want)
		}
	}
	needs, err := needsOf(Params{Tasks: 64, Seed: 1, Axes: map[string]string{"pattern": "random"}})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for i := 8; i < 64; i++ {
		of := needs(i)
		if !slices.Equal(of, needs(i)) || len(of) != 3 || of[0]/8 != i/8-1 || of[0] == of[1] || of[0] == of[2] || of[1] == of[2] {
			t.Errorf("random: task %d needs %v", i, of)
		}
		seen[of[0]%8] = true
	}
	if len(seen) != 8 {
		t.Errorf("random: only the points %v are needed first", seen)
	}
	if _, err := needsOf(Params{Tasks: 1, Axes: map[string]string{"pattern": "ring"}}); err == nil || !strings.Contains(err.Error(), "stencil") {
		t.Errorf("error %v, want what may be given", err)
	}
}

// Every pattern gives its answer, on any executor.
func TestEveryPattern(t *testing.T) {
	for _, name := range pattern.Values {
		for _, tasks := range []int{1, 2, 7, 64} {
			job, err := Dependences.New(Params{Tasks: tasks, Grain: time.Millisecond, Units: 40, Seed: 7, Axes: map[string]string{"pattern": name}})
			if err != nil {
				t.Fatal(err)
			}
			for _, kind := range executors.All() {
				ex, err := kind.New(executors.Options{Workers: min(3, 4*maxWorkers(kind)-3)})
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					if err := errors.Join(job.Run(t.Context(), ex), job.Check()); err != nil {
						t.Errorf("%s, %d tasks on %s: %v", name, tasks, kind.Name, err)
					}
				}
				if seconds, share := job.(Timer).TaskTime(); seconds <= 0 || share != 1 {
					t.Errorf("%s, %d tasks on %s: %v s of %v of the tasks", name, tasks, kind.Name, seconds, share)
				}
				if err := ex.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// A task that is given the output of another than it needs says so.
func TestTasksOfAGraphCheckTheirInputs(t *testing.T) {
	_, err := junctionTask.plain.Call(t.Context(), junction{Task: 5, Seed: 1, Needs: []int{1, 2}, Yields: []yield{{1, 7}, {3, 7}}, Units: 1})
	if err == nil || !strings.Contains(err.Error(), "task 3 gave for what task 2 gave") {
		t.Errorf("error %v", err)
	}
}

var naps = Define("workloads.test.naps", func(_ context.Context, in int) (int, error) {
	if in < 0 {
		return 0, io.EOF
	}
	time.Sleep(time.Millisecond)
	return in + 1, nil
})

func lattice(rows, row int, wrong int) Graph[int, int] {
	return Graph[int, int]{
		Task: naps,
		Needs: func(i int) []int {
			if i < row {
				return nil
			}
			return []int{i - row}
		},
		Input: func(i int, _ uint64, needed []int) int {
			if i == wrong {
				return -1
			}
			return append(needed, 0)[0]
		},
		Want:  func(i int, _ uint64, needed []int) int { return i/row + 1 },
		Check: Equal[int],
	}
}

// In virtual time a graph takes as long as its longest path, or as its rounds: no task waits
// for others than those that it needs.
func TestGraphTakesItsTime(t *testing.T) {
	for _, test := range []struct{ rows, row, workers, want int }{{5, 4, 4, 5}, {5, 4, 2, 10}, {5, 4, 16, 5}, {7, 1, 3, 7}, {1, 9, 3, 3}} {
		synctest.Test(t, func(t *testing.T) {
			job, err := lattice(test.rows, test.row, -1).Job(Params{Tasks: test.rows * test.row})
			if err != nil {
				t.Fatal(err)
			}
			ex, err := executors.NewGoroutines(test.workers)
			if err != nil {
				t.Fatal(err)
			}
			defer ex.Shutdown(t.Context())
			begin := time.Now()
			if err := errors.Join(job.Run(t.Context(), ex), job.Check()); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begin); took != time.Duration(test.want)*time.Millisecond {
				t.Errorf("%+v: %v", test, took)
			}
		})
	}
}

// The first error ends the run: what is under way is waited for, nothing follows, and a later
// run is not harmed by what came too late.
func TestErrorEndsAGraph(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		job, err := lattice(6, 4, 9).Job(Params{Tasks: 24})
		if err != nil {
			t.Fatal(err)
		}
		ex, err := executors.NewGoroutines(4)
		if err != nil {
			t.Fatal(err)
		}
		defer ex.Shutdown(t.Context())
		begin := time.Now()
		err = job.Run(t.Context(), ex)
		if want := "task 9 of 24 of workloads.test.naps: EOF"; !errors.Is(err, io.EOF) || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		if took := time.Since(begin); took > 3*time.Millisecond {
			t.Errorf("it went on for %v after the error in its third row", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Microsecond)
		defer cancel()
		if err := job.Run(ctx, ex); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want that of the context", err)
		}
	})
}

func TestGraphNeedsAnOrder(t *testing.T) {
	for _, needs := range []int{5, 4, -1} {
		g := lattice(2, 4, -1)
		g.Needs = func(i int) []int { return map[int][]int{4: {needs}}[i] }
		if _, err := g.Job(Params{Tasks: 8}); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("needs task %d", needs)) {
			t.Errorf("task 4 needs %d: %v", needs, err)
		}
	}
}

// Rows go one after the other; where there are none, all tasks may run at once.
func TestExpectedOfRows(t *testing.T) {
	for _, test := range []struct {
		pattern     string
		tasks, want int
	}{{"stencil", 16, 4}, {"fft", 64, 8}, {"random", 2048, 32}, {"stencil", 1, 1}, {"trivial", 64, 64}, {"tree", 64, 64}} {
		got := Dependences.Expected(Params{Tasks: test.tasks, Axes: map[string]string{"pattern": test.pattern}})
		if got != (Curve{Tasks: test.want}) {
			t.Errorf("%+v: %+v", test, got)
		}
	}
}
