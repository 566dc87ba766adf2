package compare

import (
	"context"

	"github.com/alitto/pond/v2"
	"github.com/bytedance/gopkg/util/gopool"
	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"
	"github.com/sourcegraph/conc/pool"

	"poolbench/executors"
	"poolbench/executors/peers"
)

var forget = Row{
	Name: "forget", Unit: "ns", Share: 1,
	Doc: "submit empty tasks without results, then wait until all have run",
	Arms: []Arm{
		{ours, timed(forgetOurs)},
		{"pond Go", timed(forgetPond)},
		{"ants Submit", timed(forgetAnts)},
		{"conc Go", timed(forgetConc)},
		{"gammazero Do", timed(forgetGammazero)},
		{"gopool Go", timed(forgetGopool)},
		{"bare channel", timed(forgetChannel)},
	},
	Checks: []Check{
		{ours, "pond Go", 1},
		{ours, "ants Submit", 1},
		{ours, "conc Go", 1},
		{ours, "gammazero Do", 1},
		{ours, "gopool Go", 1},
		{ours, "bare channel", 0},
	},
}

// nothing is the task: one function value, so that no closure is allocated.
var nothing = func() {}

// each submits and then waits; what these pools offer for waiting is their stop.
func each(tasks int, submit func(func()) error, wait func(), start, stop func()) error {
	start()
	for range tasks {
		if err := submit(nothing); err != nil {
			return err
		}
	}
	wait()
	stop()
	return nil
}

func forgetOurs(tasks int, start, stop func()) error {
	ex := openOurs()
	var failure error
	err := each(tasks, func(f func()) error { return executors.Go(ex, f) },
		func() { failure = ex.Shutdown(context.Background()) }, start, stop)
	if err != nil {
		return err
	}
	return failure
}

func forgetPond(tasks int, start, stop func()) error {
	p := pond.NewPool(Workers)
	return each(tasks, p.Go, p.StopAndWait, start, stop)
}

func forgetAnts(tasks int, start, stop func()) error {
	p, err := ants.NewPool(Workers)
	if err != nil {
		return err
	}
	var failure error
	err = each(tasks, p.Submit, func() { failure = p.ReleaseContext(context.Background()) }, start, stop)
	if err != nil {
		return err
	}
	return failure
}

func forgetConc(tasks int, start, stop func()) error {
	p := pool.New().WithMaxGoroutines(Workers)
	return each(tasks, func(f func()) error { p.Go(f); return nil }, p.Wait, start, stop)
}

func forgetGammazero(tasks int, start, stop func()) error {
	p := workerpool.New(Workers)
	return each(tasks, p.Do, p.StopWait, start, stop)
}

// gopool cannot be waited for, but starts tasks in order: when the last has
// started, at most one task per worker is still to end.
func forgetGopool(tasks int, start, stop func()) error {
	p := gopool.NewPool("compare", Workers, gopool.NewConfig())
	last := make(chan struct{})
	return each(tasks, func(f func()) error { p.Go(f); return nil }, func() {
		p.Go(func() { close(last) })
		<-last
	}, start, stop)
}

func forgetChannel(tasks int, start, stop func()) error {
	submit, end := peers.OpenChannel(Workers, 0)
	return each(tasks, func(f func()) error { submit(f); return nil }, end, start, stop)
}
