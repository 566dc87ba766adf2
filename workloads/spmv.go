package workloads

import (
	"context"
	"time"
)

var spmvSide = Axis{"side", "points along each side of the grid, whose square is the order of the matrix, from 2 to 2048", []string{"512", "96"}}

// SpMV multiplies a sparse matrix with a vector: two streams of memory and gathers, with
// little arithmetic. The matrix is the Laplacian of five points on a square grid, by
// compressed rows. One kernel unit is one row: up to 5 elements, 10 FLOP and 76 bytes, hence
// 0.13 FLOP a byte. On a grid of 512 by 512 points that is 19 MiB.
//
// The vector is i² + j² at the point (i, j), so the product is -4 but at the boundary,
// where it is known as well. A task begins at a row of its own and goes round; its answer is
// the sum of the products times odd numbers. All workers of a process read the same
// matrix; a worker process has its own.
var SpMV = register(Workload{
	Name:     "spmv",
	Doc:      "multiplies a sparse matrix with a vector: bandwidth of memory, and gathers",
	Resource: CPU,
	Unit:     "10 FLOP, a row of 5 elements in 76 bytes",
	Grains:   []time.Duration{100 * time.Microsecond},
	Axes:     []Axis{spmvSide},
	KernelOf: func(p Params) (func(units int64) uint64, error) {
		side, err := p.Within(spmvSide, 2, 2048)
		return func(units int64) uint64 { return laplacians.get(side).multiply(0, units) }, err
	},
	New:      newSpMV,
	Truth:    "the products by the formula of the vector, without the matrix",
	Source:   "one worker does not stream as fast as memory can, since a gather and an addition are between two loads: the capacity C(P), in rounds of one task a worker, as long as the bandwidth is enough for it",
	Expected: EqualWork,
})

type rows struct {
	Seed uint64
	Side int
	Rows int64
}

func (r rows) first() int { return int(r.Seed % uint64(r.Side*r.Side)) }

// Two tasks may begin at the same row, so the seed is in the answer.
var spmvTask = Define("workloads.spmv", func(_ context.Context, in rows) (uint64, error) {
	return mix(in.Seed) ^ laplacians.get(in.Side).multiply(in.first(), in.Rows), nil
})

func newSpMV(p Params) (Job, error) {
	side, err := p.Within(spmvSide, 2, 2048)
	if err != nil {
		return nil, err
	}
	return Batch[rows, uint64]{
		Task: spmvTask,
		Input: func(_ int, seed uint64) (rows, uint64) {
			in := rows{seed, side, p.Units}
			return in, mix(seed) ^ expectProducts(side, in.first(), p.Units)
		},
		Check: Equal[uint64],
	}.Job(p)
}
