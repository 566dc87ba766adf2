package workloads

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Matmul multiplies blocked matrices: floating point on data in the first-level
// cache. A task makes one block of the product, C = A1·B1 + A2·B2 + …, from
// blocks that it fills from its seed; one kernel unit is one term.
var Matmul = register(Workload{
	Name:     "matmul",
	Doc:      "multiplies blocked matrices: floating point in the cache",
	Resource: CPU,
	Grains:   []time.Duration{100 * time.Microsecond},
	Kernel:   func(units int64) uint64 { return uint64(int64(multiply(golden, units)[0])) },
	New:      newMatmul,
	Expected: EqualWork,
	Truth:    "Freivalds' check of each product, exact in integers",
	Source:   shareCPUs,
})

//go:noinline
func multiply(seed uint64, terms int64) []float64 {
	random := stream(seed)
	var a, b, c block
	for range terms {
		a.fill(&random)
		b.fill(&random)
		c.addProduct(&a, &b)
	}
	return append([]float64(nil), c[:]...)
}

type product struct {
	Seed  uint64
	Terms int64
}

var matmulTask = Define("workloads.matmul", func(_ context.Context, in product) ([]float64, error) {
	return multiply(in.Seed, in.Terms), nil
})

func newMatmul(p Params) (Job, error) {
	random := stream(p.Seed)
	var r [blockOrder]float64 // the vector of Freivalds' check
	for i := range r {
		r[i] = float64(random.next() & (1<<20 - 1))
	}
	return Batch[product, []float64]{
		Task: matmulTask,
		Input: func(_ int, seed uint64) (in product, want []float64) { // want is C·r
			in = product{seed, p.Units}
			image := expectProduct(in, &r)
			return in, image[:]
		},
		Check: func(_ int, got, want []float64, _ error) error {
			if len(got) != blockOrder*blockOrder {
				return fmt.Errorf("it gave %d elements, want %d", len(got), blockOrder*blockOrder)
			}
			// Elements must be integers besides: a change in the last bit of one would
			// be lost in the rounding of the sums.
			if c := (*block)(got); !c.isInteger() || c.timesVector(&r) != [blockOrder]float64(want) {
				return errors.New("the product is wrong")
			}
			return nil
		},
	}.Job(p)
}

// expectProduct is C·r by way of A·(B·r), which never makes the product: Freivalds'
// check ("Probabilistic machines can use less running time", 1977). All values
// are integers below 2^53 for up to 2^19 terms (seconds of work), so comparison is exact; a wrong
// C passes for at most one r in 2^20.
func expectProduct(in product, r *[blockOrder]float64) (sum [blockOrder]float64) {
	random := stream(in.Seed)
	var a, b block
	for range in.Terms {
		a.fill(&random)
		b.fill(&random)
		inner := b.timesVector(r)
		outer := a.timesVector(&inner)
		for i := range sum {
			sum[i] += outer[i]
		}
	}
	return sum
}
