package compare

import (
	"github.com/bytedance/gopkg/util/gopool"

	"poolbench/executors"
	"poolbench/executors/peers"
)

var forget = Row{
	Name: "forget", Unit: "ns", Share: 1,
	Doc: "submit empty tasks without results, then wait until all have run",
	Arms: []Arm{
		{ours, timed(forgetting(openGo))},
		{"pond Go", timed(forgetting(peers.Pond.Open))},
		{"ants Submit", timed(forgetting(peers.Ants.Open))},
		{"conc Go", timed(forgetting(peers.Conc.Open))},
		{"gammazero Do", timed(forgetting(peers.Gammazero.Open))},
		{"gopool Go", timed(forgetting(openGopool))},
		{"bare channel", timed(forgetting(peers.Channel.Open))},
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

// forgetting submits and then waits; what these pools offer for waiting is their stop.
func forgetting(open peers.Opener) work {
	return func(tasks int) (run, end func() error) {
		submit, stop := open(Workers)
		return func() error {
			for range tasks {
				if err := submit(nothing); err != nil {
					return err
				}
			}
			stop()
			return nil
		}, nil
	}
}

// openGo opens ours for tasks without results.
func openGo(int) (submit func(func()) error, stop func()) {
	ex := openOurs()
	return func(f func()) error { return executors.Go(ex, f) },
		func() { _ = ex.Shutdown(background) } // it can only say that the context ended
}

// openGopool needs no counter: gopool cannot be waited for, but starts tasks in order,
// so when the last has started, at most one task per worker is still to end.
func openGopool(workers int) (submit func(func()) error, stop func()) {
	p := gopool.NewPool("compare", int32(workers), gopool.NewConfig())
	return func(f func()) error { p.Go(f); return nil }, func() {
		last := make(chan struct{})
		p.Go(func() { close(last) })
		<-last
	}
}
