package workloads_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/workloads"
)

// Tasks that fail by design: in turn one gives its number, one an error, one panics.
var failingTask = workloads.Define("workloads_test.failing", func(_ context.Context, in turn) (uint64, error) {
	switch in.Turn % 3 {
	case 1:
		return in.Number, fmt.Errorf("number %d: %w", in.Number, io.EOF)
	case 2:
		panic(fmt.Sprint("number ", in.Number))
	}
	return in.Number, nil
})

type turn struct {
	Turn   int
	Number uint64
}

func failing(p workloads.Params) (workloads.Job, error) {
	return workloads.Batch[turn, uint64]{
		Task:    failingTask,
		MayFail: true,
		Input:   func(i int, seed uint64) (turn, uint64) { return turn{i, seed}, seed },
		Check: func(i int, got, want uint64, err error) error {
			var panicked *executors.PanicError
			switch {
			case i%3 == 0 && err == nil && got == want,
				i%3 == 1 && got == 0 && errors.Is(err, io.EOF) && err.Error() == fmt.Sprintf("number %d: EOF", want),
				i%3 == 2 && got == 0 && errors.As(err, &panicked) && panicked.Value == fmt.Sprint("number ", want) && len(panicked.Stack) > 0:
				return nil
			}
			return fmt.Errorf("it ended with %d, %v", got, err)
		},
	}.Job(p)
}

func TestTasksThatFailByDesign(t *testing.T) {
	for _, kind := range append(executors.All(), process.Kind) {
		t.Run(kind.Name, func(t *testing.T) {
			ex := start(t, kind, 2)
			job, err := failing(workloads.Params{Tasks: 16, Grain: time.Millisecond, Seed: 7})
			if err != nil {
				t.Fatal(err)
			}
			runAndCheck(t, job, ex)
			if seconds, share := job.(workloads.Timer).TaskTime(); seconds <= 0 || share != 6.0/16 {
				t.Errorf("%v s of %v of the tasks, want the 6 of 16 that do not fail", seconds, share)
			}
			if err := job.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// What does not fail as it should is a wrong answer, however the executor is wrong.
func TestWrongFailuresAreFound(t *testing.T) {
	for name, newWrong := range wrongExecutors {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				job, err := failing(workloads.Params{Tasks: 16, Seed: 7})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				if err = job.Run(ctx, newWrong()); err == nil {
					err = job.Check()
				}
				if err == nil {
					t.Errorf("it passes on an executor that %s", name)
				}
			})
		})
	}
}

func TestEndedContextEndsFailingRun(t *testing.T) {
	job, err := failing(workloads.Params{Tasks: 16})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	lost := &wrongExecutor{func(executors.Task) error { return nil }}
	for _, ex := range []executors.Executor{lost, start(t, executors.Serial, 1)} {
		if err := job.Run(ctx, ex); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
	}
}

var picky = workloads.Define("workloads_test.picky", func(_ context.Context, n int) (int, error) {
	if n%5 == 4 {
		return 0, io.EOF
	}
	return n, nil
})

// Where no task may fail the first error ends the run, and says which task it was.
func TestFirstErrorIsThatOfTheRun(t *testing.T) {
	for _, kind := range append(executors.All(), process.Kind) {
		job, err := workloads.Batch[int, int]{
			Task:  picky,
			Input: func(i int, _ uint64) (int, int) { return i, i },
			Check: workloads.Equal[int],
		}.Job(workloads.Params{Tasks: 16})
		if err != nil {
			t.Fatal(err)
		}
		err = job.Run(t.Context(), start(t, kind, 2))
		if want := "task 4 of 16 of workloads_test.picky: EOF"; !errors.Is(err, io.EOF) || err.Error() != want {
			t.Errorf("%s: error %v, want %s", kind.Name, err, want)
		}
	}
}
