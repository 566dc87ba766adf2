package cli_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"poolbench/bench/arm/inproc"
	"poolbench/bench/cli"
	"poolbench/executors"
	"poolbench/workloads"
)

// A visit waits outside, and then inside, where only one at a time may be.
type visit struct {
	Number          int
	Outside, Inside time.Duration
}

var room sync.Mutex

var visits = workloads.Define("visits", func(_ context.Context, in visit) (int, error) {
	time.Sleep(in.Outside)
	room.Lock()
	defer room.Unlock()
	time.Sleep(in.Inside)
	return in.Number, nil
})

var inside = workloads.Axis{Name: "inside", Doc: "share of a visit for which nobody else can be inside, from 0 to 1", Values: []string{"0", "0.5"}}

func share(p workloads.Params) (float64, error) {
	x, err := strconv.ParseFloat(p.Text(inside), 64)
	if err == nil && !(x >= 0 && x <= 1) {
		err = fmt.Errorf("inside=%v is not from 0 to 1", x)
	}
	return x, err
}

// A workload with an axis of its own, and with the speedup that it should have: while one visit
// is inside the next ones are on their way, so 1/x of them are under way at once.
func ExampleMain_axis() {
	cli.Main(inproc.Grid{
		Workloads: []workloads.Workload{{
			Name: "visits", Doc: "waits before a room and in it", Resource: workloads.Wait,
			Grains: []time.Duration{2 * time.Millisecond},
			Axes:   []workloads.Axis{inside},
			New: func(p workloads.Params) (workloads.Job, error) {
				x, err := share(p)
				if err != nil {
					return nil, err
				}
				in := time.Duration(x * float64(p.Grain))
				return workloads.Batch[visit, int]{
					Task:  visits,
					Input: func(i int, _ uint64) (visit, int) { return visit{i, p.Grain - in, in}, i },
					Check: workloads.Equal[int],
				}.Job(p)
			},
			Truth: "each visit gives its own number",
			Expected: func(p workloads.Params) workloads.Curve {
				x, _ := share(p)
				c := workloads.EqualWaits(p)
				if x > 0 {
					c.Slots = 1 / x
				}
				return c
			},
			Source: "min(P, 1/x): a room for one, in which each is for a share x of its visit",
		}},
		Executors: []executors.Kind{executors.Goroutines, executors.Threads},
		Workers:   []int{1, 2, 4, 8},
	})
}
