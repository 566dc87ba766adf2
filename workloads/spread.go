package workloads

import (
	"math"
	"time"
)

// spread is an axis of those whose tasks may be unequal.
var spread = Axis{"spread", "of the tasks, each from its own seed: none (all are the grain), uniform (from half the grain to one and a half), exponential (the grain is their mean) or pareto (a heavy tail: most are less than half the grain, few many times as long)", []string{"none"}}

const (
	// longestShare bounds what a draw makes of a grain.
	longestShare = 20
	// paretoShape has a mean and no variance; a third of the grain at least is then the
	// grain in the mean, but for what longestShare cuts off.
	paretoShape = 1.5
)

// share tells how much of the grain the task of a seed is, by spread.
func (p Params) share() (func(seed uint64) float64, error) {
	kind, err := p.OneOf(spread, "uniform", "exponential", "pareto")
	if err != nil {
		return nil, err
	}
	return func(seed uint64) float64 {
		random := stream(seed)
		switch u := float64(random.next()>>11) / (1 << 53); kind { // from 0 to less than 1
		case "uniform":
			return 0.5 + u
		case "exponential":
			return min(-math.Log1p(-u), longestShare)
		case "pareto":
			return min(math.Pow(1-u, -1/paretoShape)/3, longestShare)
		}
		return 1
	}, nil
}

// wait tells how long the task of a seed waits.
func (p Params) wait() (func(seed uint64) time.Duration, error) {
	share, err := p.share()
	return func(seed uint64) time.Duration { return time.Duration(share(seed) * float64(p.Grain)) }, err
}

// unequal is the Curve of tasks that are as unequal as spread says, k of them at once; 0
// for any number.
func unequal(p Params, of Limit, k int) Curve {
	c := Curve{Of: of, Slots: float64(k)}
	share, err := p.share()
	if err != nil || p.Text(spread) == "none" {
		c.Tasks = p.Tasks
		return c
	}
	var sum, longest float64
	for i := range p.Tasks {
		s := share(taskSeed(p.Seed, i))
		sum, longest = sum+s, max(longest, s)
	}
	if longest > 0 && (k == 0 || sum/longest < c.Slots) {
		c.Slots = sum / longest
	}
	return c
}
