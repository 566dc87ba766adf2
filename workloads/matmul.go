package workloads

import (
	"context"
	"fmt"
	"math"
	"time"

	"poolbench/executors"
)

// Matmul multiplies blocked matrices: floating point on data in the first-level
// cache. A task makes one block of the product, C = A1·B1 + A2·B2 + …, from
// blocks that it fills from its seed; one kernel unit is one term.
var Matmul = register(Workload{
	Name:     "matmul",
	Doc:      "multiplies blocked matrices: floating point in the cache",
	Resource: CPU,
	Grains:   []time.Duration{100 * time.Microsecond},
	Kernel: func(units int64) uint64 {
		c := multiply(golden, units)
		return uint64(int64(c[0]))
	},
	New: newMatmul,
})

// blockOrder is the order of a block: three blocks of 16·16 float64 are 6 KiB,
// and one term takes a few microseconds.
const blockOrder = 16

type block [blockOrder * blockOrder]float64 // row-major

// fill sets b to integers in [-8, 7], so that sums of products are exact: a term
// adds at most 16·64 to an element, far from 2^53.
func (b *block) fill(random *stream) {
	for i := 0; i < len(b); i += 16 {
		r := random.next()
		for k := range 16 {
			b[i+k] = float64(int64(r>>(4*k)&15) - 8)
		}
	}
}

// addProduct adds x·y to c.
func (c *block) addProduct(x, y *block) {
	for i := range blockOrder {
		row := c[i*blockOrder:][:blockOrder]
		for k := range blockOrder {
			factor := x[i*blockOrder+k]
			other := y[k*blockOrder:][:blockOrder]
			for j := range row {
				row[j] += factor * other[j]
			}
		}
	}
}

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

var matmulTask = define("workloads.matmul", func(_ context.Context, in product) ([]float64, error) {
	return multiply(in.Seed, in.Terms), nil
})

type matmulJob struct {
	taskClock
	inputs  []product
	outputs [][]float64
	probe   [blockOrder]float64   // the vector r of Freivalds' check
	want    [][blockOrder]float64 // C·r of each task
}

func newMatmul(p Params) (Job, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	j := &matmulJob{
		taskClock: newTaskClock(p),
		inputs:    make([]product, p.Tasks),
		outputs:   make([][]float64, p.Tasks),
		want:      make([][blockOrder]float64, p.Tasks),
	}
	random := stream(p.Seed)
	for i := range j.probe {
		j.probe[i] = float64(random.next() & (1<<20 - 1))
	}
	for i := range j.inputs {
		if err := p.interrupted(); err != nil {
			return nil, err
		}
		j.inputs[i] = product{taskSeed(p.Seed, i), p.Units}
		j.want[i] = j.expect(j.inputs[i])
	}
	return j, nil
}

// expect is C·r by way of A·(B·r), which never makes the product: Freivalds'
// check ("Probabilistic machines can use less running time", 1977). All values
// are integers below 2^53 for up to 2^19 terms (seconds of work), so comparison is exact; a wrong
// C passes for at most one r in 2^20.
func (j *matmulJob) expect(in product) (sum [blockOrder]float64) {
	random := stream(in.Seed)
	var a, b block
	for range in.Terms {
		a.fill(&random)
		b.fill(&random)
		inner := b.timesVector(&j.probe)
		outer := a.timesVector(&inner)
		for i := range sum {
			sum[i] += outer[i]
		}
	}
	return sum
}

func (b *block) timesVector(v *[blockOrder]float64) (out [blockOrder]float64) {
	for i := range out {
		for k, x := range v {
			out[i] += b[i*blockOrder+k] * x
		}
	}
	return out
}

func (b *block) isInteger() bool {
	for _, x := range b {
		if x != math.Trunc(x) {
			return false
		}
	}
	return true
}

func (j *matmulJob) Run(ctx context.Context, ex executors.Executor) error {
	return each(ctx, ex, matmulTask, &j.taskClock, j.inputs, j.outputs)
}

func (j *matmulJob) Check() error {
	for i, out := range j.outputs {
		if len(out) != blockOrder*blockOrder {
			return fmt.Errorf("matmul: task %d of %d gave %d elements, want %d", i, len(j.outputs), len(out), blockOrder*blockOrder)
		}
		// Elements must be integers besides: a change in the last bit of one would
		// be lost in the rounding of the sums.
		if !(*block)(out).isInteger() || (*block)(out).timesVector(&j.probe) != j.want[i] {
			return fmt.Errorf("matmul: the product of task %d of %d is wrong", i, len(j.outputs))
		}
	}
	return nil
}

func (j *matmulJob) Close() error { return nil }
