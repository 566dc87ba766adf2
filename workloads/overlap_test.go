package workloads

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"poolbench/executors"
)

func newTestOverlap(t *testing.T, to string) *overlap {
	t.Helper()
	job, err := Overlap.New(Params{Tasks: 16, Grain: time.Millisecond, Units: 40, Seed: 7, Dir: t.TempDir(), Axes: map[string]string{"to": to}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := job.Close(); err != nil {
			t.Error(err)
		}
	})
	return job.(*overlap)
}

// Requests are answered beside tasks of any kind; those that are made while tasks run are
// timed, each takes its service time at least, and the parts run alone.
func TestOverlapTimesRequests(t *testing.T) {
	for _, to := range overlapTo.Values {
		o := newTestOverlap(t, to)
		if o.Values() != nil {
			t.Errorf("%s: values %v before a run", to, o.Values())
		}
		for _, kind := range []executors.Kind{executors.Serial, executors.Goroutines} {
			ex, err := kind.New(executors.Options{Workers: maxWorkers(kind)})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(o.Run(t.Context(), ex), o.Check()); err != nil {
				t.Fatal(err)
			}
			v := o.Values()
			if v[unitP50] <= 0 || v[unitP50] > v[unitP90] || v[unitP90] > v[unitP99] || v[unitP99] > v[unitMax] {
				t.Errorf("%s on %s: %v are no quantiles", to, kind.Name, v)
			}
			if to == "loopback" && v[unitP50] < serviceTime.Seconds() {
				t.Errorf("a request of %v took %v s on %s", serviceTime, v[unitP50], kind.Name)
			}
			for _, part := range o.Parts() {
				o.reset()
				if part.Job.Check() == nil {
					t.Errorf("%s: %s passes its check before it ran", to, part.Name)
				}
				if err := errors.Join(part.Job.Run(t.Context(), ex), part.Job.Check()); err != nil {
					t.Errorf("%s: %s alone: %v", to, part.Name, err)
				}
				if o.Check() == nil {
					t.Errorf("%s: %s did the other part as well", to, part.Name)
				}
			}
			if err := ex.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
}

// Whatever a request lacks is found: an answer of another one, and a server that is gone.
func TestOverlapFindsWrongRequests(t *testing.T) {
	o := newTestOverlap(t, "loopback")
	ex := mustSerial(t)
	if err := o.Run(t.Context(), ex); err != nil {
		t.Fatal(err)
	}
	gots := o.requests.gots
	gots[3], gots[4] = gots[4], gots[3]
	if err := o.Check(); err == nil || !strings.Contains(err.Error(), "request 3 of ") {
		t.Errorf("error %v, want one that names the first swapped request", err)
	}
	o.requests.seed++
	if err := o.Run(t.Context(), ex); err != nil || o.Check() == nil {
		t.Errorf("another chain passes: %v", err)
	}
	if err := o.requests.close(); err != nil {
		t.Fatal(err)
	}
	goroutines, err := executors.Goroutines.New(executors.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer goroutines.Shutdown(context.Background())
	for _, ex := range []executors.Executor{ex, goroutines} {
		if err := o.Run(t.Context(), ex); err == nil {
			t.Error("it passes without a server")
		}
	}
}

func TestOverlapNeedsToKnowWhatAnswers(t *testing.T) {
	_, err := Overlap.New(Params{Tasks: 1, Units: 1, Dir: t.TempDir(), Axes: map[string]string{"to": "nobody"}})
	if err == nil || !strings.Contains(err.Error(), "loopback or database") {
		t.Errorf("error %v, want what may be given", err)
	}
	if _, err := Overlap.New(Params{Tasks: 1, Units: 1, Axes: map[string]string{"to": "database"}}); err == nil {
		t.Error("a database without a directory")
	}
}
