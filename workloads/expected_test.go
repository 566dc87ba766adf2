package workloads_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
	"poolbench/workloads"
)

func TestExpected(t *testing.T) {
	for _, test := range []struct {
		tasks, workers int
		capacity       float64
		waits, work    float64
	}{
		{16, 1, 1, 1, 1},
		{16, 4, 4, 4, 4},
		{16, 4, 3.5, 4, 3.5},      // four workers, of whom not all get a core of their own
		{16, 5, 5, 4, 4},          // 4 rounds, the last of one task
		{16, 10, 1.9, 8, 1.9},     // 2 rounds
		{16, 100, 100, 16, 16},    // more workers than tasks
		{1, 8, 8, 1, 1},           // nothing to share
		{7, 3, 2.2, 7.0 / 3, 2.2}, // 3 rounds for 7 tasks
		{2048, 3, 3, 2048.0 / 683, 2048.0 / 683},
	} {
		for _, w := range workloads.All() {
			if w.Name == workloads.Dependences.Name {
				continue // whose rounds are those of a row
			}
			want := test.work
			switch w.Resource {
			case workloads.Wait:
				want = test.waits
			case workloads.Mixed:
				continue
			}
			if w.Expected == nil {
				if w.Name != workloads.Tiny.Name && w.Name != workloads.Arrivals.Name {
					t.Errorf("%s has no expected speedup", w.Name)
				}
				continue
			}
			if w.Name == workloads.Mandelbrot.Name || w.Name == workloads.Queens.Name {
				continue // tasks that are not equally long
			}
			free := map[string]string{"slots": "0", "share": "0"} // what else limits some workloads
			if got := w.Expected(workloads.Params{Tasks: test.tasks, Axes: free}).Speedup(test.workers, test.capacity); got != want {
				t.Errorf("%s: %d tasks on %d workers of capacity %v: %v, want %v", w.Name, test.tasks, test.workers, test.capacity, got, want)
			}
		}
	}
}

// Unequal tasks, and work that memory limits.
func TestExpectedOfUnequalTasks(t *testing.T) {
	at := func(w workloads.Workload, tasks int, axis, value string) workloads.Curve {
		p := workloads.Params{Tasks: tasks}
		if axis != "" {
			p.Axes = map[string]string{axis: value}
		}
		return w.Expected(p)
	}
	for _, test := range []struct {
		got, want workloads.Curve
	}{
		{at(workloads.Queens, 256, "", ""), workloads.Curve{}},
		{at(workloads.Mandelbrot, 1, "", ""), workloads.Curve{Slots: 1}},
		{at(workloads.Mandelbrot, 2, "", ""), workloads.Curve{Slots: 2 / 1.775}}, // the longest takes 1.775 times the mean
		{at(workloads.Triad, 16, "", ""), workloads.Curve{Tasks: 16, Of: workloads.Bandwidth}},
		{at(workloads.Triad, 16, "footprint", "768"), workloads.Curve{Tasks: 16}},
		{at(workloads.Triad, 16, "footprint", "1025"), workloads.Curve{Tasks: 16, Of: workloads.Bandwidth}},
	} {
		if test.got != test.want {
			t.Errorf("%+v, want %+v", test.got, test.want)
		}
	}
}

// In virtual time an executor costs nothing, so the speedup is the expected one.
func TestExpectedOfSleepIsReached(t *testing.T) {
	makespan := func(kind executors.Kind, workers, tasks int) (took time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			ex := start(t, kind, workers)
			begin := time.Now()
			if err := small(t, workloads.Sleep, tasks, 0).Run(t.Context(), ex); err != nil {
				t.Fatal(err)
			}
			took = time.Since(begin)
		})
		return took
	}
	for _, tasks := range []int{1, 7, 16} {
		serial := makespan(executors.Serial, 1, tasks)
		for workers := 1; workers <= 20; workers++ {
			got := float64(serial) / float64(makespan(executors.Goroutines, workers, tasks))
			if want := workloads.Sleep.Expected(workloads.Params{Tasks: tasks}).Speedup(workers, 1); got != want {
				t.Errorf("%d tasks on %d workers: speedup %v, want %v", tasks, workers, got, want)
			}
		}
	}
}

// What is under a lock is done one after the other, and begins when the first task has done the
// rest of its own.
func TestExpectedUnderALock(t *testing.T) {
	for _, test := range []struct {
		tasks int
		share string
		want  float64 // of 8 workers
	}{
		{1, "50", 1},
		{16, "50", 16 / 8.5},
		{16, "25", 16 / 4.75},
		{16, "100", 1},
		{1 << 30, "50", 2},
	} {
		p := workloads.Params{Tasks: test.tasks, Axes: map[string]string{"share": test.share}}
		if got := workloads.Critical.Expected(p).Speedup(8, 8); math.Abs(got-test.want) > 1e-6 {
			t.Errorf("%d tasks, %s %% under the lock: %v, want %v", test.tasks, test.share, got, test.want)
		}
	}
}

// A workload is a file that is read at a sitting; what several have in common, or a kernel that
// is long, has one of its own.
func TestAWorkloadIsAShortFile(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") || !strings.Contains(string(text), "= register(Workload{") {
			continue
		}
		found++
		if lines := strings.Count(string(text), "\n"); lines < 40 || lines > 120 {
			t.Errorf("%s has %d lines, want 40 to 120", name, lines)
		}
	}
	if want := len(workloads.All()); found != want {
		t.Errorf("%d files with a workload, want %d", found, want)
	}
}
