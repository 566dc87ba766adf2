package bench

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"poolbench/bench/host"
	"poolbench/executors"
	"poolbench/workloads"
)

// preflight measures what the machine can resolve: its clock, its shortest sleeps
// and its noise. spin is the calibration of that kernel; without one the noise is
// not measured. It takes about 0.1 s.
func (r *run) preflight(spin Calibration) {
	var shortest time.Duration
	for _, c := range r.Grid.Cells() {
		if r.Grid.workload(c.Workload).Resource == workloads.Wait && (shortest == 0 || c.Grain < shortest) {
			shortest = c.Grain
		}
	}
	r.tell(host.ProbeClock(time.Now))
	r.tell(host.ProbeSleep(shortest))
	if spin.PerUnit > 0 {
		r.tell(host.ProbeNoise(func(d time.Duration) { calibrationSink += workloads.Spin.Kernel(spin.Units(d)) }))
	}
}

func (r *run) tell(f host.Findings) {
	for _, n := range f.Notes {
		r.note(n.Key, n.Value)
	}
	for _, w := range f.Warnings {
		r.warn(w.Topic, w.What, w.Cure)
	}
}

// whereabouts is what a worker knows of its process.
type whereabouts struct{ PID, GOMAXPROCS int }

var whereTask = executors.Define("bench.where", func(context.Context, int) (whereabouts, error) {
	return whereabouts{os.Getpid(), runtime.GOMAXPROCS(0)}, nil
})

// askWorkers notes the GOMAXPROCS of worker processes. An executor that does not
// answer is left to its trials.
func (r *run) askWorkers(ctx context.Context) {
	for _, kind := range r.Grid.Executors {
		for key, ex := range r.pools.open {
			if key.executor != kind.Name || executors.IsInline(ex) {
				continue
			}
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			if f, err := executors.Submit(ctx, ex, whereTask, 0); err == nil {
				if w, err := f.Result(ctx); err == nil && w.PID != os.Getpid() {
					r.note("gomaxprocs."+kind.Name, fmt.Sprint(w.GOMAXPROCS))
				}
			}
			cancel()
			break
		}
	}
}
