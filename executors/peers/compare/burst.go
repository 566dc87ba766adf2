package compare

import "github.com/sourcegraph/conc/pool"

var burst = Row{
	Name: "burst", Unit: "ns", Share: 1,
	Doc:  "submit empty tasks, then take the typed result of each",
	Arms: burstArms(timed),
	Checks: []Check{
		{ours, "conc results", 0.5},
		{ours, "pond results", 0.3},
		{ours, "channel of closures", 1},
		{"ours, closures", "channel of closures", 0},
	},
}

// ChannelBuffer tasks may wait, in ours as in the channel.
var bounded = Row{
	Name: "bounded", Unit: "ns", Share: 1,
	Doc: "the burst through a queue of 1024 tasks, whose submitter waits for room",
	Arms: []Arm{
		{ours, timed(bursting(clientBounded))},
		{"ours, unbounded", timed(bursting(clientOurs))},
		{"channel of closures", timed(bursting(clientChannel))},
	},
	Checks: []Check{
		{ours, "ours, unbounded", 0},
		{ours, "channel of closures", 0},
	},
}

var allocations = Row{
	Name: "allocations", Unit: "allocs", Share: 4, Once: true,
	Doc:  "allocations of that burst, the user's own closure among them",
	Arms: burstArms(allocating),
	Checks: []Check{
		{ours, "", 1.05}, // one, and a little for the blocks of the queue
		{"ours, closures", "", 0},
		{"conc results", "", 0},
		{"pond results", "", 0},
		{"channel of closures", "", 0},
	},
}

func burstArms(measured func(work) func(int) (float64, error)) []Arm {
	return []Arm{
		{ours, measured(bursting(clientOurs))},
		{"ours, closures", measured(bursting(clientClosures))},
		{"conc results", measured(burstConc)},
		{"pond results", measured(bursting(clientPond))},
		{"channel of closures", measured(bursting(clientChannel))},
	}
}

// burstConc is no client: conc gives all results together, in any order.
func burstConc(tasks int) (run, end func() error) {
	p := pool.NewWithResults[int]().WithMaxGoroutines(Workers)
	return func() error {
		for i := range tasks {
			p.Go(func() int { return i })
		}
		sum := 0
		for _, v := range p.Wait() {
			sum += v
		}
		return checkSum(sum, tasks)
	}, nil
}
