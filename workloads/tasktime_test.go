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
		c := newTaskClock(test.grain, test.tasks)
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
	job, err := newTiny(Params{Tasks: 16, Grain: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := job.Run(t.Context(), mustSerial(t)); err != nil {
		t.Fatal(err)
	}
	if seconds, share := job.(Timer).TaskTime(); seconds != 0 || share != 0 {
		t.Errorf("tiny tells %v s of %v of its tasks, which would be that of the clock", seconds, share)
	}
}

func TestQueryParts(t *testing.T) {
	job, err := newQuery(Params{Tasks: 16, Units: 40, Grain: time.Millisecond, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	parts := job.(Parted).Parts()
	if len(parts) != 2 || parts[0].Name != "cpu" || parts[1].Name != "wait" {
		t.Fatalf("parts %v, want cpu and wait", parts)
	}
	for _, kind := range executors.All() {
		ex, err := kind.New(executors.Options{Workers: min(2, maxWorkers(kind))})
		if err != nil {
			t.Fatal(err)
		}
		for i, part := range parts {
			for _, s := range parts {
				s.Job.(interface{ reset() }).reset()
			}
			if part.Job.Check() == nil {
				t.Errorf("%s: %s passes its check before it ran", kind.Name, part.Name)
			}
			if err := part.Job.Run(context.Background(), ex); err != nil {
				t.Fatal(err)
			}
			if err := part.Job.Check(); err != nil {
				t.Errorf("%s: %s: %v", kind.Name, part.Name, err)
			}
			if parts[1-i].Job.Check() == nil {
				t.Errorf("%s: %s did the other one as well", kind.Name, part.Name)
			}
			if seconds, share := part.Job.(Timer).TaskTime(); seconds != 0 || share != 0 {
				t.Errorf("%s: %s was timed from within: %v s of %v of the tasks", kind.Name, part.Name, seconds, share)
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
