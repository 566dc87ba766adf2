package compare

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/alitto/pond/v2"

	"poolbench/executors"
	"poolbench/executors/peers"
)

// A work makes what is needed for so many tasks. run does them and is what is
// measured; end, which may be nil, closes what was made.
type work func(tasks int) (run, end func() error)

func timed(w work) func(int) (float64, error) {
	return w.measured(func(run func()) float64 {
		begin := time.Now()
		run()
		return float64(time.Since(begin).Nanoseconds())
	})
}

func allocating(w work) func(int) (float64, error) {
	return w.measured(func(run func()) float64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run()
		runtime.ReadMemStats(&after)
		return float64(after.Mallocs - before.Mallocs)
	})
}

func (w work) measured(measure func(run func()) float64) func(int) (float64, error) {
	return func(tasks int) (float64, error) {
		run, end := w(tasks)
		var err error
		v := measure(func() { err = run() })
		if end != nil {
			err = errors.Join(err, end())
		}
		return v, err
	}
}

// A client submits task i to a pool, whose result is i, and takes the result.
type client[R any] struct {
	submit func(i int) (R, error)
	result func(R) (int, error)
	end    func() error
}

func (c client[R]) take(r R, want int) error {
	got, err := c.result(r)
	if err == nil && got != want {
		err = fmt.Errorf("task %d gave %d", want, got)
	}
	return err
}

// burst submits the tasks from one number up to another, then takes their results.
func (c client[R]) burst(from, to int) (err error) {
	pending := make([]R, to-from)
	for i := range pending {
		if pending[i], err = c.submit(from + i); err != nil {
			return err
		}
	}
	for i, r := range pending {
		if err := c.take(r, from+i); err != nil {
			return err
		}
	}
	return nil
}

// pingPong takes each result before it submits the next task.
func (c client[R]) pingPong(tasks int) error {
	for i := range tasks {
		r, err := c.submit(i)
		if err != nil {
			return err
		}
		if err := c.take(r, i); err != nil {
			return err
		}
	}
	return nil
}

// bursting and pingPonging are the works of a client.
func bursting[R any](open func() client[R]) work {
	return func(tasks int) (run, end func() error) {
		c := open()
		return func() error { return c.burst(0, tasks) }, c.end
	}
}

func pingPonging[R any](open func() client[R]) work {
	return func(tasks int) (run, end func() error) {
		c := open()
		return func() error { return c.pingPong(tasks) }, c.end
	}
}

var background = context.Background()

// echo is the empty task of ours: it has a typed input and a typed result.
var echo = executors.Define("peers.compare.echo", func(_ context.Context, n int) (int, error) { return n, nil })

// openOurs makes an executor of ours with Workers workers.
func openOurs() executors.Executor {
	ex, err := executors.NewGoroutines(Workers)
	if err != nil {
		panic(err)
	}
	return ex
}

func takingFutures(ex executors.Executor, submit func(i int) (*executors.Future[int], error)) client[*executors.Future[int]] {
	return client[*executors.Future[int]]{
		submit: submit,
		result: func(f *executors.Future[int]) (int, error) { return f.Result(background) },
		end:    func() error { return ex.Shutdown(background) },
	}
}

func clientOurs() client[*executors.Future[int]] {
	ex := openOurs()
	return takingFutures(ex, func(i int) (*executors.Future[int], error) { return executors.Submit(background, ex, echo, i) })
}

func clientBounded() client[*executors.Future[int]] {
	ex, err := executors.Goroutines.New(executors.Options{Workers: Workers, Queue: peers.ChannelBuffer})
	if err != nil {
		panic(err)
	}
	return takingFutures(ex, func(i int) (*executors.Future[int], error) { return executors.Submit(background, ex, echo, i) })
}

func clientClosures() client[*executors.Future[int]] {
	ex := openOurs()
	return takingFutures(ex, func(i int) (*executors.Future[int], error) {
		return executors.SubmitFunc(background, ex, func(context.Context) (int, error) { return i, nil })
	})
}

func clientPond() client[pond.ResultTask[int]] {
	p := pond.NewResultPool[int](Workers)
	return client[pond.ResultTask[int]]{
		submit: func(i int) (pond.ResultTask[int], error) { return p.Submit(func() int { return i }), nil },
		result: pond.ResultTask[int].Wait,
		end:    func() error { p.StopAndWait(); return nil },
	}
}

func clientChannel() client[chan int] {
	submit, end := peers.OpenChannel(Workers, 0)
	return client[chan int]{
		submit: func(i int) (chan int, error) {
			result := make(chan int, 1)
			return result, submit(func() { result <- i })
		},
		result: receive,
		end:    func() error { end(); return nil },
	}
}

func receive(c chan int) (int, error) { return <-c, nil }

func checkSum(got, tasks int) error {
	if want := tasks * (tasks - 1) / 2; got != want {
		return fmt.Errorf("the results add up to %d, want %d", got, want)
	}
	return nil
}
