package peers

import (
	"context"
	"errors"

	"github.com/alitto/pond/v2"
)

// Pond is alitto/pond: one mutex, a linked list of buffers, workers that leave
// when the queue is empty, a context per future.
var Pond = adapted(Peer{
	Name:   "pond",
	Module: "github.com/alitto/pond/v2",
	Doc:    "one locked queue, a future made of a context for each task",
	New:    newPond,
	Open: func(workers int) (func(func()) error, func()) {
		p := pond.NewPool(workers)
		return p.Go, p.StopAndWait
	},
})

func newPond(c Config) Pool {
	options := []pond.Option{pond.WithContext(c.context())}
	if c.Queue > 0 {
		options = append(options, pond.WithQueueSize(c.Queue))
	}
	p := pond.NewResultPool[int](c.Workers, options...)
	submit := func(f func(context.Context) (int, error)) (Result, error) {
		task := p.SubmitErr(func() (int, error) { return f(p.Context()) })
		select {
		case <-task.Done(): // a refusal is a result that is there at once
			if _, err := task.Wait(); errors.Is(err, pond.ErrPoolStopped) {
				return Result{}, err
			}
		default:
		}
		return Result{Wait: func(ctx context.Context) (int, error) {
			select {
			case <-task.Done():
				return task.Wait()
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}}, nil
	}
	return Pool{
		Go: func(f func()) error {
			_, err := submit(func(context.Context) (int, error) { f(); return 0, nil })
			return err
		},
		Submit: submit,
		Stop: func(ctx context.Context) error {
			select {
			case <-p.Stop().Done():
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
		Resize: p.Resize,
		Limit:  true, Queues: true, Blocks: true, Values: true, Alone: true, Contexts: true, Deadline: true,
	}
}
