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
	ex, err := k.New(executors.Options{Workers: c.Workers})
	if err != nil {
		panic(err)
	}
	ctx := c.Context
	if ctx == nil {
		ctx = context.Background()
	}
	submit := func(f func(context.Context) (int, error)) (Result, error) {
		future, err := executors.SubmitFunc(ctx, ex, f)
		if err != nil {
			return Result{}, err
		}
		return Result{Wait: future.Result, Cancel: future.Cancel, Alone: true}, nil
	}
	return Pool{
		Go: func(f func()) error {
			_, err := submit(func(context.Context) (int, error) { f(); return 0, nil })
			return err
		},
		Submit: submit,
		Stop:   ex.Shutdown,
		Limit:  true, Queues: true, Values: true, Contexts: true, Deadline: true,
	}
}
