package workloads

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
)

// The clock reads stay below a quarter of a per cent of the work, but a few tasks
// of every job are timed.
func TestNewTaskClock(t *testing.T) {
	for _, test := range []struct {
		grain         time.Duration
		tasks, stride int
	}{
		{0, 256, 0},
		{time.Millisecond, 16, 1},
		{100 * time.Microsecond, 40, 1},
		{10 * time.Microsecond, 400, 10},
		{250 * time.Nanosecond, 2048, 400},
		{250 * time.Nanosecond, 256, 64},
		{time.Nanosecond, 7, 1},
	} {
		c := newTaskClock(Params{Grain: test.grain, Tasks: test.tasks})
		if c.stride != test.stride {
			t.Errorf("%d tasks of %v: every %d. is timed, want %d", test.tasks, test.grain, c.stride, test.stride)
		}
	}
}

// In virtual time tasks that wait take exactly their grain, on any executor; how
// long they wait for a worker does not count.
func TestTaskTime(t *testing.T) {
	for _, kind := range executors.All() {
		t.Run(kind.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ex, err := kind.New(executors.Options{Workers: 2})
				if err != nil {
					t.Fatal(err)
				}
				defer ex.Shutdown(t.Context())
				job, err := newSleep(Params{Tasks: 16, Grain: 10 * time.Microsecond})
				if err != nil {
					t.Fatal(err)
				}
				timer := job.(Timer)
				if seconds, share := timer.TaskTime(); seconds != 0 || share != 0 {
					t.Errorf("before a run: %v s, %v", seconds, share)
				}
				for range 2 {
					if err := job.Run(t.Context(), ex); err != nil {
						t.Fatal(err)
					}
					if seconds, share := timer.TaskTime(); seconds != 10e-6 || share != 0.25 {
						t.Errorf("%v s of %v of the tasks, want 10 µs of a quarter", seconds, share)
					}
				}
			})
		})
	}
}

func TestTinyIsNotTimed(t *testing.T) {
	job, err := newTiny(Params{Tasks: 16})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := job.(Timer); ok {
		t.Error("tiny tells the time of its tasks, which would be that of the clock")
	}
}

func TestQueryParts(t *testing.T) {
	job, err := newQuery(Params{Tasks: 16, Units: 40, Grain: time.Millisecond, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	parted := job.(Parted)
	for _, kind := range executors.All() {
		ex, err := kind.New(executors.Options{Workers: min(2, maxWorkers(kind))})
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []Part{WaitPart, CPUPart} {
			j := job.(*queryJob)
			clear(j.found)
			clear(j.digests)
			if parted.CheckPart(part) == nil {
				t.Errorf("%s: part %d passes its check before it ran", kind.Name, part)
			}
			if err := parted.RunPart(context.Background(), ex, part); err != nil {
				t.Fatal(err)
			}
			if err := parted.CheckPart(part); err != nil {
				t.Errorf("%s: part %d: %v", kind.Name, part, err)
			}
			if parted.CheckPart(1-part) == nil {
				t.Errorf("%s: part %d did the other one as well", kind.Name, part)
			}
		}
		if err := ex.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := job.Run(t.Context(), mustSerial(t)); err != nil {
		t.Fatal(err)
	}
	if seconds, share := job.(Timer).TaskTime(); seconds <= 0 || share != 1 {
		t.Errorf("%v s of %v of the tasks, want all of them", seconds, share)
	}
}

func maxWorkers(k executors.Kind) int {
	if k.Name == executors.Serial.Name {
		return 1
	}
	return 2
}

func mustSerial(t *testing.T) executors.Executor {
	ex, err := executors.Serial.New(executors.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	return ex
}
