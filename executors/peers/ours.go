package peers

import (
	"context"

	"poolbench/executors"
)

// ours are the in-process kinds of package executors that run in the background.
var ours = []Peer{own(executors.Goroutines), own(executors.Spawn), own(executors.Threads)}

func own(k executors.Kind) Peer {
	return Peer{Name: k.Name, Doc: k.Doc, Kind: k, New: func(c Config) Pool { return newOurs(k, c) }}
}

func newOurs(k executors.Kind, c Config) Pool {
	ex, bounded := openOurs(k, c)
	ctx := c.context()
	p := Pool{
		Go: func(f func()) error { return executors.Go(ex, f) },
		Submit: func(f func(context.Context) (int, error)) (Result, error) {
			future, err := executors.SubmitFunc(ctx, ex, f)
			if err != nil {
				return Result{}, err
			}
			return Result{Wait: future.Result, Cancel: future.Cancel}, nil
		},
		Stop:  ex.Shutdown,
		Limit: true, Queues: true, Blocks: bounded, Values: true, Alone: true, Contexts: true, Deadline: true,
	}
	if ok, _ := executors.Resize(ex, c.Workers); ok {
		p.Resize = func(workers int) {
			if _, err := executors.Resize(ex, workers); err != nil {
				panic(err)
			}
		}
	}
	return p
}

// openOurs makes the executor; bounded tells whether it keeps to Config.Queue.
func openOurs(k executors.Kind, c Config) (ex executors.Executor, bounded bool) {
	if c.Queue > 0 {
		if ex, err := k.New(executors.Options{Workers: c.Workers, Queue: c.Queue}); err == nil {
			return ex, true
		}
	}
	ex, err := k.New(executors.Options{Workers: c.Workers})
	if err != nil {
		panic(err)
	}
	return ex, false
}
