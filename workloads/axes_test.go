package workloads_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/workloads"
)

// Every value of the axes of those that wait or contend, in threads and in processes.
func TestAxesOfWaitingAndContention(t *testing.T) {
	pools := map[string]executors.Executor{}
	for _, kind := range []executors.Kind{executors.Serial, executors.Goroutines, process.Kind} {
		pools[kind.Name] = start(t, kind, 2)
	}
	for name, axes := range map[string][]map[string]string{
		"sleep":     {{"how": "kernel"}, {"spread": "uniform"}, {"spread": "exponential", "how": "kernel"}},
		"echo":      {{"slots": "0"}, {"slots": "1", "spread": "exponential"}},
		"semaphore": {{"slots": "0"}, {"slots": "1", "spread": "uniform"}},
		"file":      {{"of": "each"}, {"does": "write"}, {"does": "write", "of": "each"}, {"does": "sync"}, {"does": "sync", "of": "each"}},
		"bank":      {{"asks": "scan"}, {"asks": "transfer"}, {"asks": "durable", "conns": "2"}, {"conns": "1"}},
		"critical":  {{"share": "0"}, {"share": "100"}},
		"counters":  {{"layout": "adjacent"}, {"layout": "shared"}},
		"alloc":     {{"heap": "1"}},
		"bully":     {{"bullies": "no"}},
	} {
		w, _ := workloads.ByName(name)
		for _, values := range axes {
			job, err := w.New(workloads.Params{Tasks: 8, Grain: 100 * time.Microsecond, Units: 100, Seed: 3, Axes: values, Dir: t.TempDir()})
			if err != nil {
				t.Fatalf("%s, %v: %v", name, values, err)
			}
			for _, ex := range pools {
				runAndCheck(t, job, ex)
			}
			if err := job.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// What no axis can have is refused by a sentence that has the axis and the value, and
// nothing is left running.
func TestBadAxes(t *testing.T) {
	for name, axes := range map[string][]string{
		"sleep":     {"how=nap", "spread=", "spread=-1"},
		"echo":      {"slots=-1", "slots=many", "slots=NaN", "slots=1.5", "slots=99999999999999999999", "spread=wide"},
		"semaphore": {"slots=-1", "slots=Inf", "spread=wide"},
		"file":      {"does=append", "of=none"},
		"bank":      {"asks=drop", "conns=-1", "conns=NaN"},
		"critical":  {"share=101", "share=-1", "share=NaN", "share=0.5"},
		"counters":  {"layout=loose"},
		"alloc":     {"heap=1025", "heap=-1", "heap=NaN", "heap=9999999999"},
		"bully":     {"bullies=2"},
	} {
		w, _ := workloads.ByName(name)
		for _, axis := range axes {
			key, value, _ := strings.Cut(axis, "=")
			job, err := w.New(workloads.Params{Tasks: 8, Units: 10, Seed: 3, Axes: map[string]string{key: value}, Dir: t.TempDir()})
			if err == nil {
				t.Errorf("%s takes %s", name, axis)
				err = errors.Join(err, job.Close())
			} else if job != nil || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), value) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s, %s: job %v, error %v, want none and a sentence about the axis", name, axis, job, err)
			}
		}
	}
}

// Slots, shares and unequal tasks bound what is expected.
func TestExpectedOfWaitingAndContention(t *testing.T) {
	for _, test := range []struct {
		w              workloads.Workload
		axes           map[string]string
		workers        int
		capacity, want float64
	}{
		{workloads.Semaphore, nil, 16, 1.9, 4},
		{workloads.Semaphore, nil, 2, 1.9, 2},
		{workloads.Echo, map[string]string{"slots": "1"}, 8, 1.9, 1},
		{workloads.Critical, nil, 2, 1.8, 1.8},
		{workloads.Critical, nil, 4, 3.6, 128 / 64.5},
		{workloads.Critical, map[string]string{"share": "100"}, 4, 3.6, 1},
		{workloads.Critical, map[string]string{"share": "25"}, 8, 7, 128 / 32.75},
	} {
		got := test.w.Expected(workloads.Params{Tasks: 128, Axes: test.axes}).Speedup(test.workers, test.capacity)
		if math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%s, %v, %d workers: %v, want %v", test.w.Name, test.axes, test.workers, got, test.want)
		}
	}
}
