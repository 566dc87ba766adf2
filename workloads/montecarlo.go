package workloads

import (
	"context"
	"fmt"
	"math"
	"time"
)

// MonteCarlo estimates pi from random points: floating point without memory.
// Every task has a random stream of its own, so the answer does not depend on
// who runs what.
var MonteCarlo = register(Workload{
	Name:     "montecarlo",
	Doc:      "estimates pi from random points: floating point, no memory",
	Resource: CPU,
	Grains:   []time.Duration{100 * time.Microsecond},
	Kernel:   func(units int64) uint64 { return uint64(hits(golden, units)) },
	New:      newMonteCarlo,
	Expected: EqualWork,
	Truth:    "the count of each task by the plain loop; all counts together give pi within 6 standard errors",
	Source:   shareCPUs,
})

// hits draws points points of the unit square and counts those within the
// quarter circle.
//
//go:noinline
func hits(seed uint64, points int64) (inside int64) {
	random := stream(seed)
	for range points {
		r := random.next()
		x := float64(r>>32) * (1.0 / (1 << 32))
		y := float64(r&(1<<32-1)) * (1.0 / (1 << 32))
		if x*x+y*y < 1 {
			inside++
		}
	}
	return inside
}

type darts struct {
	Seed   uint64
	Points int64
}

// A tally carries the seed back: the counts of two tasks may be equal, and then
// swapping them would go unseen.
type tally struct {
	Seed   uint64
	Inside int64
}

var monteCarloTask = Define("workloads.montecarlo", func(_ context.Context, in darts) (tally, error) {
	return tally{in.Seed, hits(in.Seed, in.Points)}, nil
})

func newMonteCarlo(p Params) (Job, error) {
	var inside int64
	job, err := Batch[darts, tally]{
		Task: monteCarloTask,
		Input: func(_ int, seed uint64) (darts, tally) {
			want := tally{seed, hits(seed, p.Units)}
			inside += want.Inside
			return darts{seed, p.Units}, want
		},
		Check: Equal[tally],
	}.Job(p)
	if err != nil {
		return nil, err
	}
	return job, checkPi(inside, float64(p.Units)*float64(p.Tasks))
}

// checkPi refuses an estimate of pi that is further off than 6 standard errors:
// one point contributes 4 with probability pi/4, hence a standard deviation of
// sqrt(pi·(4−pi)) = 1.642. With 1/points added for what a handful of points
// cannot show.
func checkPi(inside int64, points float64) error {
	pi := 4 * float64(inside) / points
	if off := math.Abs(pi - math.Pi); off > 6*1.642/math.Sqrt(points)+4/points {
		return fmt.Errorf("montecarlo: %.0f points give %v for pi: the random stream is wrong", points, pi)
	}
	return nil
}
