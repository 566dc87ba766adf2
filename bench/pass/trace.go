package pass

import (
	"context"
	"fmt"

	"poolbench/bench/arm"
	"poolbench/executors/process"
)

// Trace is the execution trace of one slice: every goroutine of the process, and a file of
// its own for each worker process.
var Trace = Pass{Name: "trace", Doc: "what every goroutine did when: an execution trace of one slice, for go tool trace", Once: true, Around: traced}

func traced(ctx context.Context, a arm.Arm) (arm.Slice, []Artefact, error) {
	about := aboutOf(ctx)
	about.Time = 0
	ctx = With(ctx, about)
	var pool *process.Pool
	var artefacts []Artefact
	w := watched{
		begin: func(p *process.Pool) error {
			if pool = p; pool != nil {
				within, cancel := context.WithTimeout(ctx, askLimit)
				defer cancel()
				lost(about.Tell, "trace", pool.BeginProfile(within, process.ProfileTrace))
			}
			_, err := process.BeginProfile(process.ProfileTrace)
			return err
		},
		end: func() error {
			text, err := process.EndProfile(process.ProfileTrace)
			artefacts = append(artefacts, Artefact{"trace.out", text})
			if pool != nil {
				within, cancel := context.WithTimeout(context.WithoutCancel(ctx), askLimit)
				defer cancel()
				for i, answer := range lost(about.Tell, "trace", pool.EndProfile(within, process.ProfileTrace)) {
					artefacts = append(artefacts, Artefact{fmt.Sprintf("trace-worker%d.out", i), answer.Profile})
				}
			}
			return err
		},
	}
	all, err := w.run(ctx, a)
	return mean(all), artefacts, err
}
