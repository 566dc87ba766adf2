package compare

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/sourcegraph/conc/pool"

	"poolbench/executors"
	"poolbench/executors/peers"
)

// echo is the empty task of ours: it has a typed input and a typed result.
var echo = executors.Define("peers.compare.echo", func(_ context.Context, n int) (int, error) { return n, nil })

var burst = Row{
	Name: "burst", Unit: "ns", Share: 1,
	Doc: "submit empty tasks, then take the typed result of each",
	Arms: []Arm{
		{ours, timed(burstOurs)},
		{"ours, closures", timed(burstClosures)},
		{"conc results", timed(burstConc)},
		{"pond results", timed(burstPond)},
		{"channel of closures", timed(burstChannel)},
	},
	Checks: []Check{
		{ours, "conc results", 0.5},
		{ours, "pond results", 0.3},
		{ours, "channel of closures", 1},
		{"ours, closures", "channel of closures", 0},
	},
}

var allocations = Row{
	Name: "allocations", Unit: "allocs", Share: 4, Once: true,
	Doc:  "allocations of that burst, the user's own closure among them",
	Arms: allocating(burst.Arms),
	Checks: []Check{
		{ours, "", 1.05}, // one, and a little for the blocks of the queue
		{"ours, closures", "", 0},
		{"conc results", "", 0},
		{"pond results", "", 0},
		{"channel of closures", "", 0},
	},
}

// A work does the tasks and calls start when it is ready to begin; it is over
// when it calls stop.
type work func(tasks int, start, stop func()) error

func timed(w work) func(int) (float64, error) {
	return func(tasks int) (float64, error) {
		var begin time.Time
		var took time.Duration
		err := w(tasks, func() { begin = time.Now() }, func() { took = time.Since(begin) })
		return float64(took.Nanoseconds()), err
	}
}

// allocating makes arms of the burst that count allocations.
func allocating(arms []Arm) []Arm {
	works := map[string]work{
		ours: burstOurs, "ours, closures": burstClosures, "conc results": burstConc,
		"pond results": burstPond, "channel of closures": burstChannel,
	}
	counting := make([]Arm, len(arms))
	for i, arm := range arms {
		counting[i] = Arm{arm.Name, func(tasks int) (float64, error) {
			var before, after runtime.MemStats
			err := works[arm.Name](tasks,
				func() { runtime.ReadMemStats(&before) },
				func() { runtime.ReadMemStats(&after) })
			return float64(after.Mallocs - before.Mallocs), err
		}}
	}
	return counting
}

// openOurs makes an executor of ours with Workers workers.
func openOurs() executors.Executor {
	ex, err := executors.Goroutines.New(executors.Options{Workers: Workers})
	if err != nil {
		panic(err)
	}
	return ex
}

func burstOurs(tasks int, start, stop func()) error {
	ctx := context.Background()
	ex := openOurs()
	start()
	futures := make([]*executors.Future[int], tasks)
	for i := range futures {
		f, err := executors.Submit(ctx, ex, echo, i)
		if err != nil {
			return err
		}
		futures[i] = f
	}
	return endOurs(ex, futures, stop)
}

func burstClosures(tasks int, start, stop func()) error {
	ctx := context.Background()
	ex := openOurs()
	start()
	futures := make([]*executors.Future[int], tasks)
	for i := range futures {
		f, err := executors.SubmitFunc(ctx, ex, func(context.Context) (int, error) { return i, nil })
		if err != nil {
			return err
		}
		futures[i] = f
	}
	return endOurs(ex, futures, stop)
}

func endOurs(ex executors.Executor, futures []*executors.Future[int], stop func()) error {
	ctx := context.Background()
	sum := 0
	for _, f := range futures {
		v, err := f.Result(ctx)
		if err != nil {
			return err
		}
		sum += v
	}
	stop()
	if err := ex.Shutdown(ctx); err != nil {
		return err
	}
	return checkSum(sum, len(futures))
}

func burstConc(tasks int, start, stop func()) error {
	p := pool.NewWithResults[int]().WithMaxGoroutines(Workers)
	start()
	for i := range tasks {
		p.Go(func() int { return i })
	}
	sum := 0
	for _, v := range p.Wait() {
		sum += v
	}
	stop()
	return checkSum(sum, tasks)
}

func burstPond(tasks int, start, stop func()) error {
	p := pond.NewResultPool[int](Workers)
	start()
	pending := make([]pond.ResultTask[int], tasks)
	for i := range pending {
		pending[i] = p.Submit(func() int { return i })
	}
	sum := 0
	for _, t := range pending {
		v, err := t.Wait()
		if err != nil {
			return err
		}
		sum += v
	}
	stop()
	p.StopAndWait()
	return checkSum(sum, tasks)
}

func burstChannel(tasks int, start, stop func()) error {
	submit, end := peers.OpenChannel(Workers, 0)
	start()
	pending := make([]chan int, tasks)
	for i := range pending {
		result := make(chan int, 1)
		submit(func() { result <- i })
		pending[i] = result
	}
	sum := 0
	for _, result := range pending {
		sum += <-result
	}
	stop()
	end()
	return checkSum(sum, tasks)
}

// checkSum proves that every task ran once: the sum of 0, 1, …, tasks-1.
func checkSum(got, tasks int) error {
	if want := tasks * (tasks - 1) / 2; got != want {
		return fmt.Errorf("the results add up to %d, want %d", got, want)
	}
	return nil
}
